//! Where the command line meets the rest of the program: one function for each thing that a command needs done.

use std::error::Error;
use std::path::Path;

use arrow::array::RecordBatch;

use super::settings::{DayLimits, IngestSettings, Settings};
use super::status::Failure;
use crate::core::schema::Schema;
use crate::core::tables::Table;
use crate::core::types::OrderId;
use crate::io::report::Progress;
use crate::io::report::explain::Explanation;
use crate::io::report::ingest::IngestReport;
use crate::io::report::inspect::Inspection;
use crate::io::report::quarantine::MendRow;

/// Rows of a table, as they come from the disk.
pub(super) type Batches<'a> =
    Box<dyn Iterator<Item = Result<RecordBatch, Box<dyn Error + Send + Sync>>> + 'a>;

pub(super) fn ingest(
    _settings: &Settings,
    _ingest: &IngestSettings,
    _schema: &Schema,
    _progress: &dyn Progress,
) -> Result<IngestReport, Failure> {
    Err(unwired("ingest"))
}

/// The rows of a table whose order day is within the limits; tables without order days come whole.
pub(super) fn scan(
    _settings: &Settings,
    _schema: &Schema,
    _table: Table,
    _days: DayLimits,
) -> Result<Batches<'static>, Failure> {
    Err(unwired("scan"))
}

/// The Parquet files of a table; none where it holds no rows.
#[cfg(feature = "query")]
pub(super) fn table_files(_settings: &Settings, _table: Table) -> Result<Vec<std::path::PathBuf>, Failure> {
    Err(unwired("table_files"))
}

pub(super) fn inspect(
    _settings: &Settings,
    _schema: &Schema,
    _file: &Path,
    _passwords: &super::password::Passwords,
) -> Result<Inspection, Failure> {
    Err(unwired("inspect"))
}

/// Everything that is known of an order; no orders in it where the ledger does not know the id.
pub(super) fn explain(
    _settings: &Settings,
    _schema: &Schema,
    _order: &OrderId,
) -> Result<Explanation, Failure> {
    Err(unwired("explain"))
}

/// What an undone run leaves behind.
#[derive(Debug, serde::Serialize)]
pub(super) struct Undone {
    pub run_id: String,
    /// Files that the ledger no longer knows.
    pub files_removed: u64,
    /// `YYYY-MM`.
    pub months_touched: Vec<String>,
}

pub(super) fn undo(_settings: &Settings, _schema: &Schema, _run_id: &str) -> Result<Undone, Failure> {
    Err(unwired("undo"))
}

/// All rows in quarantine, by file and row.
pub(super) fn rows_to_mend(_settings: &Settings) -> Result<Vec<MendRow>, Failure> {
    Err(unwired("quarantine"))
}

fn unwired(what: &str) -> Failure {
    Failure::new("unfinished", format!("{what} is not connected yet"))
}
