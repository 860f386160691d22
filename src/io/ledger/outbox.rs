//! What the ledger remembers of the world outside: who it is there, which months are on their way to a warehouse, what
//! was pulled from one.
//!
//! What a warehouse holds is asked of the warehouse. Only what it cannot know is kept here: that a month was about to be
//! sent, so that a push that died is taken up again, and how often a month's content changed, so that no job of an
//! earlier content passes for one of today's.

use std::collections::BTreeMap;
use std::path::PathBuf;

use arrow::array::RecordBatch;
use rusqlite::{OptionalExtension as _, params};

use super::catalogue::{self, files, months};
use super::partition::Partition;
use super::{Ledger, LedgerError, Writer, columnar, compare};
use crate::core::tables::{Table, arrow_schema};
use crate::core::types::{FileHash, Month};

/// Months on their way, with their content and its number.
pub type Unsent = BTreeMap<(Table, Option<Month>), (String, u64)>;

/// One month of a table as it is stored. `None` is the place of orders without a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableMonth {
    pub month: Option<Month>,
    pub rows: u64,
    pub path: PathBuf,
}

/// A month of a table that is to be sent, with a hash of its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    pub table: Table,
    pub month: Option<Month>,
    pub content: String,
}

/// A file of rows that were pulled. While the ledger has it, nothing of the table from `since` to `newest` is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pulled {
    /// The column of the extraction time, with its type: times of another one cannot be compared.
    pub time_column: Option<String>,
    /// From which extraction time on it was read, as the warehouse writes it; `None`: from the first.
    pub since: Option<String>,
    /// Up to which extraction time.
    pub newest: Option<String>,
    /// Hashes of rows that must be known again: those of these two times, or all where there are no times.
    pub rows: Vec<u128>,
}

impl Ledger {
    /// The months of `order_items`, `orders` or `order_changes` that hold rows; the place without a day comes last.
    pub fn table_months(&self, table: Table) -> Result<Vec<TableMonth>, LedgerError> {
        let stored = months::table_months(&self.db, table)?;
        let held = stored.into_iter().filter(|(_, _, rows)| *rows > 0);
        Ok(held
            .map(|(at, path, rows)| TableMonth { month: at.month(), rows, path: self.folder.path(&path) })
            .collect())
    }

    /// The rows of a month, with the columns of today's table.
    pub fn read_month(&self, table: Table, month: &TableMonth) -> Result<Vec<RecordBatch>, LedgerError> {
        let schema = arrow_schema(&self.schema, table);
        let batches = columnar::read(&month.path)?;
        batches.iter().map(|batch| Ok(compare::align(batch, &schema)?)).collect()
    }

    /// What the ledger is called outside, if it was outside before.
    pub fn identity(&self) -> Result<Option<String>, LedgerError> {
        Ok(catalogue::meta(&self.db, "identity")?)
    }

    /// The months whose sending to this target was begun and not ended, with their content and its number.
    pub fn unsent(&self, target: &str) -> Result<Unsent, LedgerError> {
        if !catalogue::has_outbox(&self.db)? {
            return Ok(BTreeMap::new());
        }
        let mut statement = self.db.prepare(
            "SELECT table_name, month, content, number FROM outbox WHERE target = ?1 AND pending = 1",
        )?;
        let rows = statement.query_map([target], |r| {
            let (table, month): (String, String) = (r.get(0)?, r.get(1)?);
            let place = Table::parse(&table).zip(Partition::parse(&month));
            Ok((place, r.get::<_, String>(2)?, r.get::<_, u32>(3)?))
        })?;
        let mut unsent = BTreeMap::new();
        for row in rows {
            let (place, content, number) = row?;
            if let Some((table, at)) = place {
                unsent.insert((table, at.month()), (content, u64::from(number)));
            }
        }
        Ok(unsent)
    }

    /// What was pulled from a table by runs that were not undone.
    pub fn pulled(&self, table: &str) -> Result<Vec<Pulled>, LedgerError> {
        if !catalogue::has_outbox(&self.db)? {
            return Ok(Vec::new());
        }
        // A ledger that nobody wrote to since knows less.
        let columns = if catalogue::has_since(&self.db)? { "since, time_column" } else { "NULL, NULL" };
        let sql =
            format!("SELECT sha256, rows, newest, {columns} FROM pulled WHERE source = ?1 ORDER BY sha256");
        let mut statement = self.db.prepare(&sql)?;
        let rows = statement.query_map([table], |r| {
            let hashes: Vec<u8> = r.get(1)?;
            let hashes = hashes.chunks_exact(16).filter_map(|c| c.try_into().ok()).map(u128::from_le_bytes);
            let rows = hashes.collect();
            let pulled = Pulled { rows, newest: r.get(2)?, since: r.get(3)?, time_column: r.get(4)? };
            Ok((r.get::<_, Vec<u8>>(0)?, pulled))
        })?;
        let mut all = Vec::new();
        for row in rows {
            let (hash, pulled) = row?;
            let Ok(hash) = <[u8; 32]>::try_from(hash) else { continue };
            if files::record_of(&self.db, &FileHash(hash))?.is_some() {
                all.push(pulled);
            }
        }
        Ok(all)
    }
}

impl Writer {
    /// What the ledger is called outside. It gets its name when it is first asked for, and keeps it.
    pub fn make_identity(&mut self) -> Result<String, LedgerError> {
        if let Some(identity) = self.identity()? {
            return Ok(identity);
        }
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).map_err(LedgerError::Random)?;
        let identity: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        catalogue::set_meta(&self.db, "identity", &identity)?;
        Ok(identity)
    }

    /// Notes that these months are about to be sent. Returns for each how often its content changed on the way there:
    /// the same number as before if an earlier try with this content did not end.
    pub fn begin_sending(&mut self, target: &str, all: &[Sending]) -> Result<Vec<u64>, LedgerError> {
        let transaction = self.ledger.db.transaction()?;
        let mut numbers = Vec::with_capacity(all.len());
        for sending in all {
            let (table, month) = (sending.table.name(), Partition::from(sending.month).to_string());
            let before = transaction
                .query_row(
                    "SELECT content, number, pending FROM outbox WHERE target = ?1 AND table_name = ?2 AND month = ?3",
                    params![target, table, month],
                    |r| Ok((r.get::<_, String>(0)?, r.get::<_, u32>(1)?, r.get::<_, bool>(2)?)),
                )
                .optional()?;
            let number = match before {
                Some((content, number, true)) if content == sending.content => number,
                Some((_, number, _)) => number + 1,
                None => 1,
            };
            transaction.execute(
                "INSERT OR REPLACE INTO outbox (target, table_name, month, content, number, pending)
                 VALUES (?1, ?2, ?3, ?4, ?5, 1)",
                params![target, table, month, sending.content, number],
            )?;
            numbers.push(u64::from(number));
        }
        transaction.commit()?;
        Ok(numbers)
    }

    /// Notes that these months did not arrive as they were sent: the next try is another one, with a number of its own.
    pub fn doubt_sending(
        &mut self,
        target: &str,
        months: &[(Table, Option<Month>)],
    ) -> Result<(), LedgerError> {
        for (table, month) in months {
            self.db.execute(
                "UPDATE outbox SET content = '' WHERE target = ?1 AND table_name = ?2 AND month = ?3 AND pending = 1",
                params![target, table.name(), Partition::from(*month).to_string()],
            )?;
        }
        Ok(())
    }

    /// Everything that was begun for this target has arrived.
    pub fn end_sending(&mut self, target: &str) -> Result<(), LedgerError> {
        self.db.execute("UPDATE outbox SET pending = 0 WHERE target = ?1", [target])?;
        Ok(())
    }

    /// Notes what a file of pulled rows holds. It counts as soon as the ledger knows the file, and only as long.
    pub fn note_pulled(&mut self, table: &str, file: &FileHash, pulled: &Pulled) -> Result<(), LedgerError> {
        let rows: Vec<u8> = pulled.rows.iter().flat_map(|row| row.to_le_bytes()).collect();
        self.db.execute(
            "INSERT OR REPLACE INTO pulled (source, sha256, newest, rows, since, time_column)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![table, file.0, pulled.newest, rows, pulled.since, pulled.time_column],
        )?;
        Ok(())
    }
}
