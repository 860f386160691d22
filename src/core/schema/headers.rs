//! Which header means which column.

use super::{ColumnRef, Schema};

/// The compiled dictionary of header spellings.
#[derive(Clone, Debug, Default)]
pub(super) struct Dictionary {}

/// One column and the cells that feed it, best first: a blank cell falls through to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedColumn {
    pub column: ColumnRef,
    pub cells: Vec<usize>,
}

/// What a header row means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderMap {
    /// Sorted by column.
    pub columns: Vec<MappedColumn>,
    /// Cells that say when the row was extracted, best first (`_extracted_at`, ... or configured).
    pub extracted_at: Vec<usize>,
    /// Headers that mean no column, with their cell.
    pub unknown: Vec<(usize, String)>,
    /// Headers that are known and deliberately feed nothing (`옵션+판매가`).
    pub ignored: Vec<(usize, String)>,
    /// How many cells the header row has, trailing blanks left out.
    pub width: usize,
}

impl Schema {
    /// Maps a header row. Never fails: whether it *is* a header row is [`Schema::header_score`]'s question.
    pub fn map_headers(&self, cells: &[&str]) -> HeaderMap {
        let _ = cells;
        HeaderMap::default()
    }

    /// How many of the cells are known headers; 0 unless an order id or an item code is among them.
    pub fn header_score(&self, cells: &[&str]) -> usize {
        let _ = cells;
        0
    }
}
