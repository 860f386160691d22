//! What a correct reader must see in a file: rows as maps of column to word.

use std::collections::BTreeMap;

/// What a row says in one column. A column a row does not speak in is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// The normalised value as text; a time as precise as it was told (`2024-07-05`, `… 09:01`, `… 09:01:31`).
    Says(String),
    /// An explicit null or blank string of an API order in one of the fields that may be cleared.
    Clears,
}

pub type Cells = BTreeMap<String, Word>;

/// Ascending as in the fold's tie rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    History,
    Export,
    Api,
}

impl Source {
    pub fn name(self) -> &'static str {
        match self {
            Self::History => "history",
            Self::Export => "export",
            Self::Api => "api",
        }
    }
}

/// Where a file's time comes from, worst first; Unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    Modified(i64),
    Named(i64),
    Given(i64),
}

impl Evidence {
    pub fn rank(self) -> u8 {
        match self {
            Self::Modified(_) => 0,
            Self::Named(_) => 1,
            Self::Given(_) => 2,
        }
    }

    pub fn time(self) -> i64 {
        match self {
            Self::Modified(time) | Self::Named(time) | Self::Given(time) => time,
        }
    }
}

/// A row that is data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    pub shop: Option<String>,
    pub order_id: String,
    pub code: Option<String>,
    /// False in files of one row an order and for API orders without items.
    pub is_item: bool,
    /// The row's own extraction time.
    pub at: Option<i64>,
    /// Which order object of an API dump the row belongs to.
    pub api_order: Option<usize>,
    pub cells: Cells,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    Data(Data),
    Quarantined(&'static str),
    Skipped,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub number: u64,
    pub sheet: usize,
    pub fate: Fate,
}

/// One source file as a correct reader sees it, with the evidence of one sighting.
#[derive(Clone, Debug)]
pub struct Seen {
    pub path: String,
    pub sha256: String,
    pub source: Source,
    pub mall: String,
    pub evidence: Evidence,
    pub rows: Vec<Row>,
}

/// A physical file and the source files in it (several in a ZIP).
#[derive(Clone, Debug)]
pub struct Delivery {
    pub path: String,
    pub bytes: Vec<u8>,
    pub modified: u64,
    pub seen: Vec<Seen>,
}

pub fn says(value: impl Into<String>) -> Word {
    Word::Says(value.into())
}
