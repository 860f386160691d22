//! What `watch` did with the files of a folder.

use serde::Serialize;

use super::Trouble;
use super::ingest::{FileReport, IngestReport};

/// What a file became.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Became {
    /// Bytes that the ledger did not have, under a path that it did not have either.
    New,
    /// Bytes that the ledger did not have, where another file was before.
    Changed,
    /// The ledger had the bytes.
    Known,
    Skipped,
    Failed,
}

/// A file that was taken.
#[derive(Clone, Debug, Serialize)]
pub struct TakenFile {
    pub became: Became,
    #[serde(flatten)]
    pub file: FileReport,
}

/// A file that was moved into the archive after its run was committed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moved {
    pub from: String,
    pub to: String,
}

/// Something beside the files that did not work.
#[derive(Clone, Debug, Serialize)]
pub struct PathTrouble {
    pub path: String,
    #[serde(flatten)]
    pub trouble: Trouble,
}

/// How the push after a run ended.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Pushed {
    /// Loads and rows that were sent; none where the warehouse was up to date.
    Done {
        loads: u64,
        rows: u64,
    },
    Failed(Trouble),
}

/// One sweep over the folder in which something happened, or the only one.
#[derive(Clone, Debug, Serialize)]
pub struct SweepReport {
    /// Always `sweep`.
    pub event: &'static str,
    /// `2024-07-05T00:00:00Z`.
    pub at: String,
    pub folder: String,
    pub files: Vec<TakenFile>,
    /// The run that took the files; `None` where there was nothing to take. Its `files` are those above.
    pub run: Option<RunSummary>,
    /// Files that are not whole yet. Where the folder is watched on and on, each is told once.
    pub waiting: Vec<String>,
    pub archived: Vec<Moved>,
    pub not_archived: Vec<PathTrouble>,
    /// `None` where nothing was to be pushed.
    pub push: Option<Pushed>,
}

/// A run without its files.
#[derive(Clone, Debug, Serialize)]
pub struct RunSummary {
    pub run_id: Option<String>,
    pub totals: super::ingest::RowCounts,
    pub items: super::ingest::ItemCounts,
    /// `YYYY-MM`.
    pub months_touched: Vec<String>,
    pub elapsed_ms: u64,
}

impl RunSummary {
    pub fn of(report: &IngestReport) -> Self {
        Self {
            run_id: report.run_id.clone(),
            totals: report.totals,
            items: report.items,
            months_touched: report.months_touched.iter().map(ToString::to_string).collect(),
            elapsed_ms: report.elapsed_ms,
        }
    }
}

impl SweepReport {
    pub fn count(&self, became: Became) -> u64 {
        self.files.iter().filter(|f| f.became == became).count() as u64
    }

    /// Whether a person should look: a file failed, rows wait to be mended, a push or a move did not work.
    pub fn wants_attention(&self) -> bool {
        self.count(Became::Failed) > 0
            || self.run.as_ref().is_some_and(|run| run.totals.quarantined > 0)
            || !self.not_archived.is_empty()
            || matches!(self.push, Some(Pushed::Failed(_)))
    }

    /// Whether there is anything to tell of.
    pub fn is_empty(&self) -> bool {
        let pushed = !matches!(self.push, None | Some(Pushed::Done { loads: 0, .. }));
        self.files.is_empty()
            && self.waiting.is_empty()
            && self.archived.is_empty()
            && self.not_archived.is_empty()
            && !pushed
    }
}
