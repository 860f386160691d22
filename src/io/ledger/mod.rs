//! The ledger: a folder that holds every observation, the tables folded from them, and the catalogue of both.
//!
//! The catalogue (SQLite) is the only thing that commits; everything else are Parquet files which count while it names
//! them. `docs/LEDGER.md` describes the format. One process writes at a time; readers need no lock, because files are
//! replaced, never changed.

mod align;
mod book;
mod catalogue;
mod columnar;
mod commit;
mod compare;
mod error;
mod evidence;
mod explain;
mod findings;
mod folder;
mod homes;
mod kill;
mod listing;
mod lock;
mod looks;
mod month;
mod monthly;
mod outbox;
mod partition;
mod plan;
mod requests;
mod scan;
mod secret;
mod sides;
mod since;
mod staged;
mod store;
mod stored;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use tempfile::TempDir;

use crate::core::schema::Schema;
use crate::core::tables::Table;
use crate::core::types::{FileHash, Month};
use catalogue::{files, months, runs};
use folder::Folder;
use lock::Lock;

pub use error::LedgerError;
pub use evidence::{Evidence, FileSighting, MallEvidence, SourceEvidence, TimeEvidence};
pub use explain::{OrderObservations, Place};
pub use listing::QuarantinedRow;
pub use looks::{Looks, OrderLooks};
pub use monthly::{MonthTables, WantedColumns};
pub use outbox::{Pulled, Sending, TableMonth, Unsent};
pub use partition::DayRange;
pub use requests::RequestRecord;
pub use scan::Scan;
pub use sides::Sides;
pub use since::{MonthStates, Since};
pub use staged::{
    FileDetails, FileOutcome, FileRecord, ItemCounts, RunInput, RunOutcome, RunRecord, StagedFile, StandIn,
};

/// How often a reader starts again when a writer replaced a file under its hands.
const ATTEMPTS: usize = 5;

/// A ledger to read.
pub struct Ledger {
    folder: Folder,
    schema: Arc<Schema>,
    db: Connection,
}

impl Ledger {
    /// Opens a ledger that exists.
    pub fn open(root: &Path, schema: Arc<Schema>) -> Result<Self, LedgerError> {
        let folder = Folder::new(root);
        if !folder.has_ledger() {
            return Err(LedgerError::Missing(root.to_owned()));
        }
        folder.check_format()?;
        let db = catalogue::open_to_read(&folder.catalogue())?;
        if !catalogue::is_founded(&db)? {
            return Err(LedgerError::Missing(root.to_owned()));
        }
        Ok(Self { folder, schema, db })
    }

    pub fn root(&self) -> &Path {
        self.folder.root()
    }

    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// The file of these bytes, if the ledger has it.
    pub fn known(&self, hash: &FileHash) -> Result<Option<FileRecord>, LedgerError> {
        Ok(files::record_of(&self.db, hash)?)
    }

    /// Whether another sighting of these bytes would add nothing: the ledger has noted them under this path with this
    /// word on them, or they need a mall and the sighting tells of none.
    pub fn has_noted(&self, hash: &FileHash, path: &str, evidence: &Evidence) -> Result<bool, LedgerError> {
        let needs_mall =
            evidence.mall.is_none() && self.known(hash)?.is_some_and(|record| record.details.rows_need_mall);
        Ok(needs_mall || files::evidence_at(&self.db, hash, path)?.contains(evidence))
    }

    /// All runs that were not undone, oldest first.
    pub fn runs(&self) -> Result<Vec<RunRecord>, LedgerError> {
        Ok(runs::list(&self.db)?)
    }

    /// The hashes of personal cells that a quarantined row had, as (column, hash); empty where there is no such row.
    pub fn quarantined_hashes(
        &self,
        file: &FileHash,
        row: u32,
    ) -> Result<Vec<(String, String)>, LedgerError> {
        Ok(files::quarantined_hashes(&self.db, file, row)?)
    }

    /// The Parquet files of `order_items`, `orders` or `order_changes`, month after month, for programs that read them
    /// on their own; `None` is the place of orders without a day. The other tables have no such files: scan them.
    pub fn table_files(&self, table: Table) -> Result<Vec<(Option<Month>, PathBuf)>, LedgerError> {
        if !matches!(table, Table::OrderItems | Table::Orders | Table::OrderChanges) {
            return Ok(Vec::new());
        }
        let files: BTreeMap<_, _> = months::table_files(&self.db, table)?;
        Ok(files.into_iter().map(|(at, path)| (at.month(), self.folder.path(&path))).collect())
    }

    /// Reads until no file vanished meanwhile.
    fn steadily<T>(&self, read: impl Fn(&Connection) -> Result<T, LedgerError>) -> Result<T, LedgerError> {
        let mut attempt = 1;
        loop {
            let snapshot = self.db.unchecked_transaction()?;
            match read(&snapshot) {
                Err(e) if e.is_vanished() && attempt < ATTEMPTS => attempt += 1,
                Err(LedgerError::Io { path, source, .. })
                    if source.kind() == std::io::ErrorKind::NotFound =>
                {
                    return Err(LedgerError::damaged(path, "the catalogue names it, but it is gone"));
                }
                result => return result,
            }
        }
    }
}

/// A ledger to write, which it alone may do as long as it lives.
pub struct Writer {
    ledger: Ledger,
    _lock: Lock,
    _scratch: Option<TempDir>,
}

impl Deref for Writer {
    type Target = Ledger;

    fn deref(&self) -> &Ledger {
        &self.ledger
    }
}

impl Writer {
    /// Opens a ledger or makes a new one. Others are told that `command` has it.
    pub fn open(root: &Path, schema: Arc<Schema>, command: &str) -> Result<Self, LedgerError> {
        let folder = Folder::new(root);
        folder.create()?;
        let lock = Lock::take(&folder.lock(), command, commit::now())?;
        if folder.has_ledger() {
            folder.check_format()?;
        } else {
            folder.found()?;
        }
        let db = catalogue::open_to_write(&folder.catalogue())?;
        folder.sweep(&months::all_paths(&db)?);
        kill::kill_point("opened");
        Ok(Self { ledger: Ledger { folder, schema, db }, _lock: lock, _scratch: None })
    }

    /// Opens a ledger for a rehearsal. Where there is none, an empty one is imagined and nothing is made.
    pub fn open_to_rehearse(root: &Path, schema: Arc<Schema>, command: &str) -> Result<Self, LedgerError> {
        if Folder::new(root).has_ledger() {
            return Self::open(root, schema, command);
        }
        let scratch = tempfile::tempdir().map_err(LedgerError::io("create", &std::env::temp_dir()))?;
        let writer = Self::open(scratch.path(), schema, command)?;
        Ok(Self { _scratch: Some(scratch), ..writer })
    }

    /// The secret of the hashes of personal values. It is made when it is first asked for, and never again.
    pub fn person_key(&mut self) -> Result<[u8; 32], LedgerError> {
        let path = self.folder.key();
        let stored = secret::read(&path)?;
        let mark = catalogue::meta(&self.db, "key_mark")?;
        let (key, known) = match (stored, mark) {
            (Some(key), None) => (key, false),
            (Some(key), Some(mark)) if secret::mark(&key) == mark => (key, true),
            (Some(_), Some(_)) => {
                return Err(LedgerError::Key { path, problem: "not the one it was" });
            }
            (None, Some(_)) => return Err(LedgerError::Key { path, problem: "missing" }),
            (None, None) => (secret::create(&path, self.folder.root())?, false),
        };
        secret::tighten(&path)?;
        if !known {
            catalogue::set_meta(&self.db, "key_mark", &secret::mark(&key))?;
        }
        Ok(key)
    }
}
