//! One row that is gathered cell by cell from markup.

use super::{recycle, text_cell};
use crate::core::cell::{Cell, Flow, RowSink};

/// A cell of Excel holds 32,767 characters of at most four bytes.
const MAX_CELL: usize = 32_767 * 4;
/// All text of a row, in bytes.
const MAX_ROW: usize = 4 << 20;
/// Columns of a sheet of Excel.
pub(in crate::io::read) const MAX_COLUMNS: usize = 16_384;

/// A cell that is kept with its row: text lies in the row's buffer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Held {
    Blank,
    Text { start: usize, end: usize },
    Number(f64),
    Bool(bool),
    Error { start: usize, end: usize },
}

/// The cells of one row, within the budgets of a workbook.
#[derive(Debug, Default)]
pub(in crate::io::read) struct HeldRow {
    cells: Vec<Held>,
    text: String,
    over_budget: bool,
    spare: Vec<Cell<'static>>,
}

impl HeldRow {
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    pub fn is_blank(&self) -> bool {
        !self.over_budget && self.cells.iter().all(|cell| *cell == Held::Blank)
    }

    /// Whether more text in a cell of this length goes over the budget; then the row is broken.
    pub fn refuses(&mut self, cell_length: usize) -> bool {
        self.over_budget |= cell_length > MAX_CELL || self.text.len() + cell_length > MAX_ROW;
        self.over_budget
    }

    pub fn push_blanks(&mut self, count: usize) {
        for _ in 0..count {
            self.push(Held::Blank);
        }
    }

    pub fn push_number(&mut self, number: f64) {
        self.push(Held::Number(number));
    }

    pub fn push_bool(&mut self, value: bool) {
        self.push(Held::Bool(value));
    }

    pub fn push_text(&mut self, text: &str) {
        if text.is_empty() {
            self.push(Held::Blank);
        } else if let Some((start, end)) = self.keep(text) {
            self.push(Held::Text { start, end });
        }
    }

    pub fn push_error(&mut self, text: &str) {
        if let Some((start, end)) = self.keep(text) {
            self.push(Held::Error { start, end });
        }
    }

    /// Hands the row over and begins the next one.
    pub fn emit(&mut self, sink: &mut dyn RowSink) -> Flow {
        let flow = if self.over_budget {
            sink.broken_row()
        } else {
            let mut cells: Vec<Cell<'_>> = std::mem::take(&mut self.spare);
            let text = |start, end| self.text.get(start..end).unwrap_or_default();
            cells.extend(self.cells.iter().map(|cell| match *cell {
                Held::Blank => Cell::Blank,
                Held::Text { start, end } => text_cell(text(start, end)),
                Held::Number(number) => Cell::Number(number),
                Held::Bool(value) => Cell::Bool(value),
                Held::Error { start, end } => Cell::Error(text(start, end)),
            }));
            let flow = sink.row(&cells);
            self.spare = recycle(cells);
            flow
        };
        self.clear();
        flow
    }

    /// Begins the next row.
    pub fn clear(&mut self) {
        self.cells.clear();
        self.text.clear();
        self.over_budget = false;
    }

    fn push(&mut self, cell: Held) {
        if self.cells.len() < MAX_COLUMNS {
            self.cells.push(cell);
        } else {
            self.over_budget = true;
        }
    }

    fn keep(&mut self, text: &str) -> Option<(usize, usize)> {
        if self.refuses(text.len()) {
            return None;
        }
        let start = self.text.len();
        self.text.push_str(text);
        Some((start, self.text.len()))
    }
}

/// A number as markup writes it, if it survives as a floating-point number: more than 15 digits are an id, whose text
/// is worth more.
pub(in crate::io::read) fn exact_number(text: &str) -> Option<f64> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let has_exponent = text.bytes().any(|byte| matches!(byte, b'e' | b'E'));
    if digits > 15 && !text.contains('.') && !has_exponent {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}
