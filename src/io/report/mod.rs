//! What the commands report, as data: `--json` prints these as they are, `cli` renders them for people.
//!
//! The field names are part of the public interface. None ever holds a personal value.

pub mod changes;
pub mod coverage;
pub mod explain;
pub mod ingest;
pub mod inspect;
pub mod plan;
pub mod quarantine;
pub mod reconcile;
pub mod rows;
pub mod schema;
pub mod summary;
pub mod watch;

use serde::Serialize;

use crate::io::read::ReadError;

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trouble {
    /// A stable word, such as `file.password`.
    pub code: String,
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl From<&ReadError> for Trouble {
    fn from(error: &ReadError) -> Self {
        Self {
            code: error.code().to_owned(),
            message: error.to_string(),
            hint: Some(error.hint().to_owned()),
        }
    }
}

impl Trouble {
    /// Nobody says which mall a file's rows are of.
    pub fn no_mall() -> Self {
        Self {
            code: "file.no_mall".into(),
            message: "no mall is known for its rows".into(),
            hint: Some(
                "say --mall ID, put it in a folder named mall_id=ID, or name the mall in jangbu.toml".into(),
            ),
        }
    }
}

/// Hears how far a long run is. Called from several threads.
pub trait Progress: Sync {
    /// What is happening now, for all files: `reading`, `folding`, `committing`.
    fn stage(&self, what: &str);

    /// All there is to read is known.
    fn total(&self, files: u64, bytes: u64);

    fn file_started(&self, path: &str, bytes: u64);

    /// Since the last call: bytes read, rows taken.
    fn advanced(&self, bytes: u64, rows: u64);

    fn file_done(&self, path: &str);

    /// So many months are to be folded, of so many rows in all.
    fn months(&self, months: u64, rows: u64);

    /// One of them is, of so many rows.
    fn month_done(&self, rows: u64);
}

/// Tells nobody.
pub struct NoProgress;

impl Progress for NoProgress {
    fn stage(&self, _: &str) {}
    fn total(&self, _: u64, _: u64) {}
    fn file_started(&self, _: &str, _: u64) {}
    fn advanced(&self, _: u64, _: u64) {}
    fn file_done(&self, _: &str) {}
    fn months(&self, _: u64, _: u64) {}
    fn month_done(&self, _: u64) {}
}
