//! What `inspect` found out about a file.

use serde::Serialize;

use super::Trouble;

/// A file, seen without writing anything.
#[derive(Clone, Debug, Serialize)]
pub struct Inspection {
    pub path: String,
    pub size_bytes: u64,
    pub sha256: Option<String>,
    pub format: Option<String>,
    pub encoding: Option<String>,
    /// `comma`, `tab` or `semicolon` of a text file.
    pub delimiter: Option<String>,
    pub source: Option<Told>,
    pub mall: Option<Told>,
    /// The moment, as `2024-07-05T00:00:00Z`.
    pub observed_at: Option<Told>,
    /// The files whose quarantined rows it mends: those rows keep the mall, source and time of the file they came from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mends: Vec<Mended>,
    pub sheets: Vec<SheetView>,
    /// Files inside an archive, each seen the same way.
    pub members: Vec<Inspection>,
    pub problems: Vec<ProblemView>,
    pub verdict: Verdict,
}

/// Rows of one file that a workbook of the quarantine mends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mended {
    /// The file's path in the ledger, or the start of its SHA-256 where the ledger does not know it.
    pub file: String,
    pub rows: u64,
}

/// A fact and what it was read from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    pub value: String,
    pub evidence: String,
}

impl Told {
    pub fn new(value: impl Into<String>, evidence: impl Into<String>) -> Self {
        Self { value: value.into(), evidence: evidence.into() }
    }
}

/// One sheet; a text file is one sheet without a name.
#[derive(Clone, Debug, Serialize)]
pub struct SheetView {
    pub name: Option<String>,
    /// Line or row of the header, counted from 1; `None` where there is none.
    pub header_row: Option<u64>,
    /// How many rows were looked at.
    pub rows_seen: u64,
    /// Whether those are all.
    pub complete: bool,
    pub columns: Vec<ColumnUse>,
    pub unknown: Vec<String>,
    /// Known headers that deliberately feed no column.
    pub ignored: Vec<String>,
    pub sample: Vec<SampleRow>,
}

/// A header and the column it feeds.
#[derive(Clone, Debug, Serialize)]
pub struct ColumnUse {
    /// Place of the cell in its row, counted from 1.
    pub cell: usize,
    pub header: String,
    pub table: String,
    pub column: String,
    #[serde(rename = "type")]
    pub column_type: String,
    /// Which of several headers of one column it is: 1 speaks first, others where it is blank.
    pub rank: usize,
    pub storage: Storage,
}

/// How the values of a column are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Storage {
    /// As they are; no personal data.
    Plain,
    /// As they are, though personal: the configuration says so.
    Kept,
    /// As a keyed hash.
    Hashed,
    /// Only province and city of an address.
    Region,
    /// Not at all.
    Dropped,
}

/// A row after normalising. Values stand as [`SheetView::columns`] do.
#[derive(Clone, Debug, Serialize)]
pub struct SampleRow {
    /// 1 = first row after the header.
    pub row: u64,
    pub values: Vec<SampleValue>,
    /// Why the row would be quarantined.
    pub quarantined: Option<String>,
}

/// A cell of the sample.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleValue {
    Blank,
    /// As it would be stored.
    Value(String),
    /// There is one, but it is personal and not shown.
    Hidden,
    /// It cannot be read as its column's type.
    Unreadable,
}

/// Something that looks wrong.
#[derive(Clone, Debug, Serialize)]
pub struct ProblemView {
    /// A reason, a finding's kind or an error's code.
    pub code: String,
    pub message: String,
    /// How many rows have it; `None` where it is about the file.
    pub rows: Option<u64>,
    /// The first of them.
    pub first_row: Option<u64>,
    pub column: Option<String>,
}

/// What `ingest` would do.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum Verdict {
    /// Its rows become observations.
    Ingest,
    /// The ledger has these bytes; the path is that of the first copy.
    AlreadyIngested {
        known_as: String,
    },
    Skip {
        reason: String,
    },
    Fail {
        error: Trouble,
    },
}
