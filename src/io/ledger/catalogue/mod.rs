//! The catalogue: one SQLite file that names everything which counts. Its transactions are the only moments at which
//! the ledger changes.

pub(super) mod files;
pub(super) mod months;
pub(super) mod requests;
pub(super) mod runs;

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};

type Result<T> = rusqlite::Result<T>;

const TABLES: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE runs (
    run INTEGER PRIMARY KEY AUTOINCREMENT, command TEXT NOT NULL, started_at INTEGER NOT NULL,
    finished_at INTEGER NOT NULL
) STRICT;
CREATE TABLE files (
    file_id INTEGER PRIMARY KEY AUTOINCREMENT, sha256 BLOB NOT NULL UNIQUE, size_bytes INTEGER NOT NULL,
    format TEXT NOT NULL, encoding TEXT, form TEXT, headers TEXT NOT NULL, unknown_headers TEXT NOT NULL,
    api_orders INTEGER NOT NULL, has_item_codes INTEGER NOT NULL, rows_need_mall INTEGER NOT NULL, row_mall TEXT,
    rows_read INTEGER NOT NULL, rows_quarantined INTEGER NOT NULL, rows_skipped INTEGER NOT NULL,
    first_order_day INTEGER, last_order_day INTEGER,
    source TEXT NOT NULL, mall TEXT, fallback_mall TEXT, observed_at INTEGER NOT NULL, time_evidence TEXT NOT NULL
) STRICT;
CREATE TABLE file_sightings (
    sighting_id INTEGER PRIMARY KEY AUTOINCREMENT, file_id INTEGER NOT NULL, run INTEGER NOT NULL, path TEXT NOT NULL,
    source TEXT NOT NULL, source_evidence TEXT NOT NULL, mall TEXT, mall_evidence TEXT,
    observed_at INTEGER NOT NULL, time_evidence TEXT NOT NULL
) STRICT;
CREATE INDEX file_sightings_file ON file_sightings (file_id);
CREATE INDEX file_sightings_run ON file_sightings (run);
CREATE TABLE file_months (
    file_id INTEGER NOT NULL, month TEXT NOT NULL, sightings INTEGER NOT NULL, undated INTEGER NOT NULL,
    duplicates INTEGER NOT NULL, PRIMARY KEY (file_id, month)
) STRICT, WITHOUT ROWID;
CREATE INDEX file_months_month ON file_months (month);
CREATE TABLE quarantine (
    file_id INTEGER NOT NULL, row INTEGER NOT NULL, reason TEXT NOT NULL, column_name TEXT, value TEXT,
    cells TEXT NOT NULL, hashes TEXT NOT NULL, time INTEGER
) STRICT;
CREATE INDEX quarantine_row ON quarantine (file_id, row);
CREATE TABLE findings (
    file_id INTEGER NOT NULL, sighting_id INTEGER, kind TEXT NOT NULL, row INTEGER, mall_id TEXT, shop_no INTEGER,
    order_id TEXT, item_key TEXT, column_name TEXT, value TEXT, other_value TEXT
) STRICT;
CREATE INDEX findings_file ON findings (file_id);
CREATE TABLE month_findings (
    month TEXT NOT NULL, kind TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (month, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE segments (
    month TEXT NOT NULL, kind TEXT NOT NULL, seq INTEGER NOT NULL, path TEXT NOT NULL, rows INTEGER NOT NULL,
    PRIMARY KEY (month, kind, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE table_files (
    table_name TEXT NOT NULL, month TEXT NOT NULL, path TEXT NOT NULL, rows INTEGER NOT NULL,
    PRIMARY KEY (table_name, month)
) STRICT, WITHOUT ROWID;
CREATE TABLE homes (
    order_id TEXT NOT NULL, mall TEXT NOT NULL, month TEXT NOT NULL, PRIMARY KEY (order_id, mall)
) STRICT, WITHOUT ROWID;
CREATE TABLE stand_ins (
    file_id INTEGER NOT NULL, row INTEGER NOT NULL, origin BLOB NOT NULL, origin_row INTEGER NOT NULL,
    PRIMARY KEY (file_id, row)
) STRICT, WITHOUT ROWID;
";

/// What was added later; a ledger gets these tables at its next write.
const LATER: &str = "
CREATE TABLE IF NOT EXISTS outbox (
    target TEXT NOT NULL, table_name TEXT NOT NULL, month TEXT NOT NULL, content TEXT NOT NULL,
    number INTEGER NOT NULL, pending INTEGER NOT NULL, PRIMARY KEY (target, table_name, month)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pulled (
    source TEXT NOT NULL, sha256 BLOB NOT NULL, newest TEXT, rows BLOB NOT NULL, since TEXT, time_column TEXT,
    PRIMARY KEY (source, sha256)
) STRICT;
CREATE TABLE IF NOT EXISTS requests (
    request INTEGER PRIMARY KEY AUTOINCREMENT, mall TEXT NOT NULL, shop_no INTEGER NOT NULL, kind TEXT NOT NULL,
    from_day INTEGER NOT NULL, to_day INTEGER NOT NULL, asked_on INTEGER NOT NULL
) STRICT;
";

/// Columns of `pulled` that came later still.
const LATER_COLUMNS: [&str; 2] = ["since", "time_column"];

/// How long a reader waits for a commit, and a commit for readers.
const PATIENCE: Duration = Duration::from_secs(30);

/// Opens a catalogue that exists, for reading.
pub(super) fn open_to_read(path: &Path) -> Result<Connection> {
    // Not opened read-only: after a crash the first reader may have to roll a half-written commit back.
    let db = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    db.pragma_update(None, "query_only", true)?;
    Ok(db)
}

/// Opens or makes a catalogue, for writing.
pub(super) fn open_to_write(path: &Path) -> Result<Connection> {
    let mut db = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    // With its folder synced too, a commit survives a power cut.
    db.pragma_update(None, "synchronous", "EXTRA")?;
    let transaction = db.transaction()?;
    let tables: i64 =
        transaction.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'meta'", [], |r| r.get(0))?;
    if tables == 0 {
        transaction.execute_batch(TABLES)?;
    }
    if !(has_outbox(&transaction)? && has_requests(&transaction)?) {
        transaction.execute_batch(LATER)?;
    }
    for column in LATER_COLUMNS {
        if !has_column(&transaction, column)? {
            transaction.execute_batch(&format!("ALTER TABLE pulled ADD COLUMN {column} TEXT"))?;
        }
    }
    transaction.commit()?;
    Ok(db)
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(PATIENCE)?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(db)
}

/// Whether the tables exist: a crash may have come between the file and its first transaction.
pub(super) fn is_founded(db: &Connection) -> Result<bool> {
    db.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE name = 'meta'",
        [],
        |r| Ok(r.get::<_, i64>(0)? > 0),
    )
}

fn has_column(db: &Connection, column: &str) -> Result<bool> {
    let sql = "SELECT count(*) FROM pragma_table_info('pulled') WHERE name = ?1";
    db.query_row(sql, [column], |r| Ok(r.get::<_, i64>(0)? > 0))
}

/// Whether a ledger tells from where on a pull read.
pub(super) fn has_since(db: &Connection) -> Result<bool> {
    has_column(db, LATER_COLUMNS[0])
}

/// Whether the tables exist that were added later.
pub(super) fn has_outbox(db: &Connection) -> Result<bool> {
    let tables: i64 =
        db.query_row("SELECT count(*) FROM sqlite_schema WHERE name IN ('outbox', 'pulled')", [], |r| {
            r.get(0)
        })?;
    Ok(tables == 2)
}

/// Whether the table exists that was added after those.
pub(super) fn has_requests(db: &Connection) -> Result<bool> {
    let sql = "SELECT count(*) FROM sqlite_schema WHERE name = 'requests'";
    db.query_row(sql, [], |r| Ok(r.get::<_, i64>(0)? > 0))
}

pub(super) fn meta(db: &Connection, name: &str) -> Result<Option<String>> {
    db.query_row("SELECT value FROM meta WHERE name = ?1", [name], |r| r.get(0)).optional()
}

pub(super) fn set_meta(db: &Connection, name: &str, value: &str) -> Result<()> {
    db.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)", params![name, value])?;
    Ok(())
}

/// The number that the next write puts into its file names. A committed number never comes again.
pub(super) fn next_generation(db: &Connection) -> Result<u64> {
    Ok(meta(db, "generation")?.and_then(|g| g.parse::<u64>().ok()).unwrap_or_default() + 1)
}

pub(super) fn set_generation(db: &Connection, generation: u64) -> Result<()> {
    set_meta(db, "generation", &generation.to_string())
}

/// The number that an autoincrement table gives next.
pub(super) fn next_number(db: &Connection, table: &str) -> Result<i64> {
    let last = db
        .query_row("SELECT seq FROM sqlite_sequence WHERE name = ?1", [table], |r| r.get::<_, i64>(0))
        .optional()?;
    Ok(last.unwrap_or_default() + 1)
}

/// A stored word that this program does not know: the file was changed by hand or by a newer program.
fn unknown_word(column: usize, word: &str) -> rusqlite::Error {
    let problem = format!("the word {word:?} has no meaning here");
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, problem.into())
}

/// A stored list or count that cannot be what it says.
fn json<T: serde::de::DeserializeOwned>(column: usize, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(e))
    })
}

/// Lists of texts always have a JSON form.
fn to_json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Counts are far below the range of SQLite's integers.
fn count(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// A stored count.
fn amount(row: &rusqlite::Row<'_>, column: usize) -> Result<u64> {
    let n: i64 = row.get(column)?;
    u64::try_from(n).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, n))
}
