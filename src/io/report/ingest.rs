//! What `ingest` did.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Trouble;
use crate::core::types::Month;

/// How a file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileStatus {
    Ingested,
    AlreadyIngested,
    Skipped,
    Failed,
}

/// How many rows became what. Read = accepted + duplicate + quarantined + skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RowCounts {
    #[serde(rename = "rows_read")]
    pub read: u64,
    #[serde(rename = "rows_accepted")]
    pub accepted: u64,
    #[serde(rename = "rows_duplicate")]
    pub duplicate: u64,
    #[serde(rename = "rows_quarantined")]
    pub quarantined: u64,
    /// Total rows and repeated headers.
    #[serde(rename = "rows_skipped")]
    pub skipped: u64,
}

impl RowCounts {
    fn add(&mut self, other: Self) {
        self.read += other.read;
        self.accepted += other.accepted;
        self.duplicate += other.duplicate;
        self.quarantined += other.quarantined;
        self.skipped += other.skipped;
    }
}

/// One file. A member of an archive is a file of its own, with the path `ARCHIVE/MEMBER`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileReport {
    pub path: String,
    /// `None` where the bytes could not be read.
    pub sha256: Option<String>,
    pub status: FileStatus,
    pub format: Option<String>,
    pub encoding: Option<String>,
    pub source: Option<String>,
    pub mall_id: Option<String>,
    /// `2024-07-05T00:00:00Z`.
    pub observed_at: Option<String>,
    #[serde(flatten)]
    pub rows: RowCounts,
    pub first_order_day: Option<String>,
    pub last_order_day: Option<String>,
    /// Headers that mean no column; their cells are not stored.
    pub unknown_headers: Vec<String>,
    /// Why a file failed.
    pub error: Option<Trouble>,
    /// Why a file was skipped.
    pub reason: Option<String>,
}

impl FileReport {
    /// A report with nothing in it but the path and how the file ended.
    pub fn new(path: impl Into<String>, status: FileStatus) -> Self {
        Self {
            path: path.into(),
            sha256: None,
            status,
            format: None,
            encoding: None,
            source: None,
            mall_id: None,
            observed_at: None,
            rows: RowCounts::default(),
            first_order_day: None,
            last_order_day: None,
            unknown_headers: Vec::new(),
            error: None,
            reason: None,
        }
    }
}

/// How the items of the accepted rows stand to what the ledger held before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ItemCounts {
    pub new: u64,
    pub changed: u64,
    pub unchanged: u64,
}

/// Whether a run wrote anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Commit,
    DryRun,
}

/// A whole run.
#[derive(Clone, Debug, Serialize)]
pub struct IngestReport {
    /// `None` where the run wrote nothing.
    pub run_id: Option<String>,
    /// Runs that the same command committed before that one: a long pull is several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub earlier_run_ids: Vec<String>,
    #[serde(rename = "dry_run", serialize_with = "as_dry_run")]
    pub mode: Mode,
    pub files: Vec<FileReport>,
    /// The sum over `files`.
    pub totals: RowCounts,
    pub items: ItemCounts,
    #[serde(serialize_with = "as_texts")]
    pub months_touched: BTreeSet<Month>,
    /// How often each kind of finding was made.
    pub findings: BTreeMap<String, u64>,
    pub elapsed_ms: u64,
}

impl IngestReport {
    /// A report of these files, with their totals.
    pub fn of(mode: Mode, files: Vec<FileReport>) -> Self {
        let mut totals = RowCounts::default();
        for file in &files {
            totals.add(file.rows);
        }
        Self {
            run_id: None,
            earlier_run_ids: Vec::new(),
            mode,
            files,
            totals,
            items: ItemCounts::default(),
            months_touched: BTreeSet::new(),
            findings: BTreeMap::new(),
            elapsed_ms: 0,
        }
    }

    /// Takes what the same command did next.
    pub fn extend(&mut self, next: Self) {
        self.earlier_run_ids.extend(next.earlier_run_ids);
        if let Some(run) = next.run_id {
            self.earlier_run_ids.extend(self.run_id.replace(run));
        }
        self.totals.add(next.totals);
        self.files.extend(next.files);
        self.items.new += next.items.new;
        self.items.changed += next.items.changed;
        self.items.unchanged += next.items.unchanged;
        self.months_touched.extend(next.months_touched);
        for (kind, n) in next.findings {
            *self.findings.entry(kind).or_default() += n;
        }
    }

    pub fn count(&self, status: FileStatus) -> u64 {
        self.files.iter().filter(|f| f.status == status).count() as u64
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
fn as_dry_run<S: serde::Serializer>(mode: &Mode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bool(*mode == Mode::DryRun)
}

fn as_texts<S: serde::Serializer>(months: &BTreeSet<Month>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(months.iter().map(ToString::to_string))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_the_promised_names() {
        let mut file = FileReport::new("a.csv", FileStatus::AlreadyIngested);
        file.rows.read = 3;
        let mut report = IngestReport::of(Mode::DryRun, vec![file.clone(), file]);
        report.months_touched.extend(Month::parse("2024-07"));
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["dry_run"], true);
        assert_eq!(json["months_touched"], serde_json::json!(["2024-07"]));
        assert_eq!(json["totals"]["rows_read"], 6);
        assert_eq!(json["files"][0]["status"], "already_ingested");
        let names: Vec<&str> = json["files"][0].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            names.join(" "),
            "path sha256 status format encoding source mall_id observed_at rows_read rows_accepted rows_duplicate \
             rows_quarantined rows_skipped first_order_day last_order_day unknown_headers error reason"
        );
    }
}
