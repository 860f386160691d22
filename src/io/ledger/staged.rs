//! What a run brings to the ledger, and what it gets told.

use std::collections::{BTreeMap, BTreeSet};

use crate::core::problem::{Finding, FindingKind, Quarantined};
use crate::core::stage::{PartKey, StagedPart};
use crate::core::types::{Day, FileHash, Instant, Month, Source};

use super::evidence::FileSighting;

/// One run: all files that were seen, and the contents of those that were not known.
#[derive(Debug)]
pub struct RunInput {
    /// The command as it is shown in the list of runs.
    pub command: String,
    pub started_at: Instant,
    pub sightings: Vec<FileSighting>,
    pub files: Vec<StagedFile>,
}

/// A file that was read.
#[derive(Debug)]
pub struct StagedFile {
    pub hash: FileHash,
    pub details: FileDetails,
    pub quarantine: Vec<Quarantined>,
    /// Findings of reading; their `file` is not looked at.
    pub findings: Vec<Finding>,
    /// Rows that mend rows of other files.
    pub stand_ins: Vec<StandIn>,
    pub parts: BTreeMap<PartKey, StagedPart>,
}

/// What reading told about a file's bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileDetails {
    pub size_bytes: u64,
    pub format: String,
    pub encoding: Option<String>,
    /// Short name of its set of headers.
    pub form: Option<String>,
    pub headers: Vec<String>,
    pub unknown_headers: Vec<String>,
    /// See [`crate::core::fold::FileFacts`].
    pub api_orders: bool,
    pub has_item_codes: bool,
    /// At least one accepted row names no mall of its own.
    pub rows_need_mall: bool,
    /// The mall that all rows name, where there is exactly one.
    pub row_mall: Option<String>,
    pub rows_read: u64,
    pub rows_quarantined: u64,
    pub rows_skipped: u64,
    pub first_order_day: Option<Day>,
    pub last_order_day: Option<Day>,
}

/// Row `row` of this file is the mended form of a quarantined row of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StandIn {
    pub row: u32,
    pub origin: FileHash,
    pub origin_row: u32,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunOutcome {
    pub run_id: String,
    /// Months whose tables were folded again.
    pub months_touched: BTreeSet<Month>,
    /// The files of the run, in the order of their first sighting; files that an undo took away.
    pub files: Vec<FileOutcome>,
    /// Files whose rows need a mall that no sighting tells. Nothing of them was stored.
    pub without_mall: BTreeSet<FileHash>,
    pub items: ItemCounts,
    /// Findings that stand now, less those that stood before, in the touched months and files.
    pub findings: BTreeMap<FindingKind, i64>,
}

/// A file of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileOutcome {
    pub hash: FileHash,
    /// The ledger had its bytes before.
    pub known: bool,
    /// Its facts from all its sightings.
    pub source: Source,
    pub mall_id: Option<String>,
    pub observed_at: Instant,
    /// Rows that repeat other rows of the file; 0 for a known file.
    pub duplicates: u64,
}

/// Order items of the touched months, compared with what their tables held before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItemCounts {
    pub new: u64,
    /// Any column differs.
    pub changed: u64,
    pub unchanged: u64,
    pub removed: u64,
}

impl ItemCounts {
    pub(super) fn add(&mut self, other: Self) {
        self.new += other.new;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        self.removed += other.removed;
    }
}

/// A file as the ledger lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRecord {
    pub hash: FileHash,
    /// The path it was first seen under.
    pub path: String,
    /// The first run that saw it.
    pub run_id: String,
    pub source: Source,
    pub mall_id: Option<String>,
    pub observed_at: Instant,
    pub observed_at_evidence: super::TimeEvidence,
    pub rows_duplicate: u64,
    pub details: FileDetails,
}

impl FileRecord {
    /// Every row read is accepted, duplicate, quarantined or skipped.
    pub fn rows_accepted(&self) -> u64 {
        let d = &self.details;
        d.rows_read.saturating_sub(self.rows_duplicate + d.rows_quarantined + d.rows_skipped)
    }
}

/// A run as the ledger lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRecord {
    pub run_id: String,
    pub command: String,
    pub started_at: Instant,
    pub finished_at: Instant,
    /// Sightings of files that it brought.
    pub files: u64,
}
