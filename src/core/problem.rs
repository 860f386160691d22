//! What is told about rows: findings (odd, nothing lost) and quarantined rows (no effect until mended).
//!
//! Neither ever holds a personal value: whoever makes one passes only values of public columns.

use super::types::Instant;

/// Why a row is in the quarantine. The words are part of the public interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    MissingOrderId,
    BadOrderId,
    BadNumber,
    BadDate,
    RowWidth,
    BadText,
    BadJson,
}

impl Reason {
    pub fn code(self) -> &'static str {
        match self {
            Self::MissingOrderId => "missing_order_id",
            Self::BadOrderId => "bad_order_id",
            Self::BadNumber => "bad_number",
            Self::BadDate => "bad_date",
            Self::RowWidth => "row_width",
            Self::BadText => "bad_text",
            Self::BadJson => "bad_json",
        }
    }

    pub const ALL: [Self; 7] = [
        Self::MissingOrderId,
        Self::BadOrderId,
        Self::BadNumber,
        Self::BadDate,
        Self::RowWidth,
        Self::BadText,
        Self::BadJson,
    ];

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
    }

    /// One sentence for people: what is wrong and what mends it.
    pub fn message(self) -> &'static str {
        match self {
            Self::MissingOrderId => "the row names no order; fill in 주문번호",
            Self::BadOrderId => "this is no order id, or it contradicts the item code; correct 주문번호",
            Self::BadNumber => "this cannot be read as a number of its column; write digits only",
            Self::BadDate => "this cannot be read as a date; write it as 2026-01-02 03:04:05",
            Self::RowWidth => {
                "the row has more or fewer cells than the header; look for a stray comma or quote"
            }
            Self::BadText => {
                "the row has bytes that are no text in the file's encoding; download the file again"
            }
            Self::BadJson => "this is no order as the API gives it; pull it again",
        }
    }
}

/// A row that could not become an observation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// 1 = first record after the header.
    pub row: u32,
    pub reason: Reason,
    /// The stored column's name, where one cell is to blame.
    pub column: Option<String>,
    /// That cell's text, of public columns only.
    pub value: Option<String>,
    /// The row's public cells as found: (header, text), for mending.
    pub cells: Vec<(String, String)>,
    /// Hashes of the row's personal cells: (stored column, hash), so that mending does not lose them.
    pub hashes: Vec<(String, String)>,
    /// The row's own extraction time: its mended form was observed then.
    pub time: Option<Instant>,
}

impl Quarantined {
    /// A row of which nothing but its number is known.
    pub fn bare(row: u32, reason: Reason) -> Self {
        Self { row, reason, column: None, value: None, cells: Vec::new(), hashes: Vec::new(), time: None }
    }
}

/// The kinds of findings. The words are part of the public interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingKind {
    /// Two observations disagree on a field that never changes.
    FrozenConflict,
    /// An order-level column that repeats on every row differs within one file.
    RepetitionConflict,
    /// One key stands in one file with different contents.
    KeyTwice,
    /// A row without an item code fits several items.
    AmbiguousMatch,
    /// One order is known under two shops.
    AmbiguousShop,
    /// A status label that is not known.
    UnknownStatus,
    /// No day is known for an order.
    NoOrderDay,
    /// An id was turned into E-notation by a spreadsheet; it counts as blank.
    DamagedId,
    /// A cell of a column beyond the documented tables cannot be read; it counts as blank.
    UnreadableExtra,
    /// A hidden sheet was left alone.
    HiddenSheet,
    /// Decomposed syllables were put together again.
    RecomposedText,
    /// Formulas were saved without their values; the cells count as blank.
    FormulaWithoutValue,
    /// The name's ending says another format than the bytes.
    ExtensionDiffers,
}

impl FindingKind {
    pub const ALL: [Self; 13] = [
        Self::FrozenConflict,
        Self::RepetitionConflict,
        Self::KeyTwice,
        Self::AmbiguousMatch,
        Self::AmbiguousShop,
        Self::UnknownStatus,
        Self::NoOrderDay,
        Self::DamagedId,
        Self::UnreadableExtra,
        Self::HiddenSheet,
        Self::RecomposedText,
        Self::FormulaWithoutValue,
        Self::ExtensionDiffers,
    ];

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == code)
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::FrozenConflict => "frozen_conflict",
            Self::RepetitionConflict => "repetition_conflict",
            Self::KeyTwice => "key_twice",
            Self::AmbiguousMatch => "ambiguous_match",
            Self::AmbiguousShop => "ambiguous_shop",
            Self::UnknownStatus => "unknown_status",
            Self::NoOrderDay => "no_order_day",
            Self::DamagedId => "damaged_id",
            Self::UnreadableExtra => "unreadable_extra",
            Self::HiddenSheet => "hidden_sheet",
            Self::RecomposedText => "recomposed_text",
            Self::FormulaWithoutValue => "formula_without_value",
            Self::ExtensionDiffers => "extension_differs",
        }
    }

    /// One sentence for people.
    pub fn message(self) -> &'static str {
        match self {
            Self::FrozenConflict => {
                "two observations disagree on a field that never changes; the newest one counts"
            }
            Self::RepetitionConflict => {
                "rows of one order tell different order values in one file; the first counts"
            }
            Self::KeyTwice => {
                "the same key stands in this file twice with different contents; the later row counts"
            }
            Self::AmbiguousMatch => {
                "a row without an item code fits several items; it went to the lowest free code"
            }
            Self::AmbiguousShop => {
                "the order is known under several shops; rows without a shop count as shop 1"
            }
            Self::UnknownStatus => {
                "this status label is not known; it is kept as text (jangbu.toml can name its code)"
            }
            Self::NoOrderDay => "no source tells the day of this order",
            Self::DamagedId => {
                "a spreadsheet turned this id into E-notation; its digits are lost, it counts as blank"
            }
            Self::UnreadableExtra => "this cell cannot be read as its column's type; it counts as blank",
            Self::HiddenSheet => "a hidden sheet was left alone; unhide it if it holds orders",
            Self::FormulaWithoutValue => {
                "formulas were saved without their values and count as blank; open the workbook in Excel and save it"
            }
            Self::RecomposedText => "syllables that an old program had spelled out were put together again",
            Self::ExtensionDiffers => {
                "the file is of another format than its name says; it was read by its bytes"
            }
        }
    }
}

/// Something odd that lost no data. `file` counts as [`crate::core::fold::FileFacts`] are numbered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub kind: FindingKind,
    pub mall_id: Option<String>,
    pub shop_no: Option<i64>,
    pub order_id: Option<String>,
    pub item_key: Option<String>,
    /// The stored column's name.
    pub column: Option<String>,
    /// The value that counts, or the odd one.
    pub value: Option<String>,
    /// The value it disagrees with.
    pub other: Option<String>,
    pub file: Option<u32>,
    pub row: Option<u32>,
}

impl Finding {
    pub fn of(kind: FindingKind) -> Self {
        Self {
            kind,
            file: None,
            row: None,
            mall_id: None,
            shop_no: None,
            order_id: None,
            item_key: None,
            column: None,
            value: None,
            other: None,
        }
    }
}
