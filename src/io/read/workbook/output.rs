//! Puts cells together to rows and keeps the budgets of a file.

use std::borrow::Cow;
use std::rc::Rc;

use crate::core::cell::{Cell, DateSystem, Flow, Note, RowSink, Sheet, Width};
use crate::io::read::ReadError;

/// The grid of Excel.
pub(super) const MAX_ROWS: u64 = 1_048_576;
pub(super) const MAX_COLUMNS: u64 = 16_384;
/// Cells of a file that hold something.
const MAX_CELLS: u64 = 100_000_000;
/// Cells of a file with the gaps before them: a million rows with one cell at the right edge each are an attack.
const MAX_WIDE_CELLS: u64 = 2_000_000_000;

/// Bytes of text of a file, repeated cells counted each time.
const MAX_TEXT: u64 = 16 << 30;

/// A cell with something in it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Text(Cow<'a, str>),
    /// Text of a cell that may be repeated.
    Shared(Rc<str>),
    Number(f64),
    DateSerial(f64),
    Bool(bool),
    Error(Cow<'a, str>),
}

impl Value<'_> {
    fn text_length(&self) -> u64 {
        match self {
            Self::Text(text) | Self::Error(text) => text.len() as u64,
            Self::Shared(text) => text.len() as u64,
            Self::Number(_) | Self::DateSerial(_) | Self::Bool(_) => 0,
        }
    }

    fn as_cell(&self) -> Cell<'_> {
        match self {
            Self::Text(text) => Cell::Text(text),
            Self::Shared(text) => Cell::Text(text),
            Self::Number(number) => Cell::Number(*number),
            Self::DateSerial(serial) => Cell::DateSerial(*serial),
            Self::Bool(value) => Cell::Bool(*value),
            Self::Error(error) => Cell::Error(error),
        }
    }
}

fn text_length(cell: Cell<'_>) -> u64 {
    match cell {
        Cell::Text(text) | Cell::Error(text) => text.len() as u64,
        _ => 0,
    }
}

/// A date cell as ISO text. Midnight is how some writers spell a bare day.
pub(super) fn iso_date(text: &str) -> &str {
    match text.split_once('T') {
        Some((day, time)) if !time.is_empty() && time.bytes().all(|b| matches!(b, b'0' | b':' | b'.')) => day,
        _ => text,
    }
}

/// Where the sheets of one file go.
pub(super) struct Output<'s> {
    sink: &'s mut dyn RowSink,
    cells: u64,
    wide_cells: u64,
    text: u64,
    formulas_without_value: u64,
}

impl<'s> Output<'s> {
    pub(super) fn new(sink: &'s mut dyn RowSink) -> Self {
        Self { sink, cells: 0, wide_cells: 0, text: 0, formulas_without_value: 0 }
    }

    pub(super) fn hidden(&mut self, name: &str) {
        self.sink.note(Note::HiddenSheet(name.to_owned()));
    }

    /// Tells what was odd about the workbook as a whole.
    pub(super) fn finish(self) {
        if self.formulas_without_value > 0 {
            self.sink.note(Note::FormulasWithoutValue(self.formulas_without_value));
        }
    }

    /// Begins a sheet. Call [`Rows::finish`] at its end.
    pub(super) fn sheet<'a>(&mut self, name: &str, dates: DateSystem) -> Rows<'_, 's, 'a> {
        self.sink.sheet(Sheet { name: Some(name), dates, width: Width::Sparse });
        self.rows_from(0)
    }

    /// Goes on with the sheet that was begun last, of which `sent` rows are gone.
    pub(super) fn resume<'a>(&mut self, sent: u64) -> Rows<'_, 's, 'a> {
        self.rows_from(sent)
    }

    fn rows_from<'a>(&mut self, sent: u64) -> Rows<'_, 's, 'a> {
        Rows { output: self, sent, row: sent, cells: Vec::new(), width: 0 }
    }

    fn spend(&mut self, cells: u64, wide_cells: u64, text: u64) -> Result<(), ReadError> {
        self.cells = self.cells.saturating_add(cells);
        self.wide_cells = self.wide_cells.saturating_add(wide_cells);
        self.text = self.text.saturating_add(text);
        if self.cells > MAX_CELLS {
            Err(ReadError::TooLarge { what: "the number of its cells", limit: MAX_CELLS })
        } else if self.wide_cells > MAX_WIDE_CELLS {
            Err(ReadError::TooLarge { what: "the number of its cells", limit: MAX_WIDE_CELLS })
        } else if self.text > MAX_TEXT {
            Err(ReadError::TooLarge { what: "the size of its texts", limit: MAX_TEXT })
        } else {
            Ok(())
        }
    }
}

/// The rows of one sheet. Cells of a row may come in any order, rows from top to bottom.
pub(super) struct Rows<'o, 's, 'a> {
    output: &'o mut Output<'s>,
    /// Rows handed over so far, blank ones too.
    sent: u64,
    /// The row being put together.
    row: u64,
    cells: Vec<(usize, Value<'a>)>,
    /// Of the last row that came at once.
    width: usize,
}

impl<'a> Rows<'_, '_, 'a> {
    /// Takes a cell, counting rows and columns from 0. Empty text is no cell.
    pub(super) fn cell(&mut self, row: u64, column: u64, value: Value<'a>) -> Result<Flow, ReadError> {
        if matches!(&value, Value::Text(text) if text.is_empty()) {
            return Ok(Flow::Continue);
        }
        self.admit(row, column)?;
        if row > self.row {
            if self.flush(1)? == Flow::Stop {
                return Ok(Flow::Stop);
            }
            self.row = row;
        }
        self.output.spend(1, 0, value.text_length())?;
        // Proven by the bound above: a column fits into any `usize`.
        self.cells.push((usize::try_from(column).unwrap_or_default(), value));
        Ok(Flow::Continue)
    }

    fn admit(&self, row: u64, column: u64) -> Result<(), ReadError> {
        if row >= MAX_ROWS || column >= MAX_COLUMNS {
            return Err(ReadError::Damaged("a cell lies outside of the sheet".into()));
        }
        if row < self.row {
            return Err(ReadError::Damaged("the rows of a sheet are not in order".into()));
        }
        Ok(())
    }

    /// Hands over all cells of a row at once, as [`Rows::cell`] and [`Rows::flush`] do together. No cell may be blank.
    pub(super) fn row<'c>(
        &mut self,
        row: u64,
        cells: impl Iterator<Item = (usize, Cell<'c>)>,
    ) -> Result<Flow, ReadError> {
        let mut whole = Vec::with_capacity(self.width);
        for (column, cell) in cells {
            self.admit(row, column as u64)?;
            self.output.spend(1, 0, text_length(cell))?;
            if column >= whole.len() {
                whole.resize(column + 1, Cell::Blank);
            }
            if let Some(place) = whole.get_mut(column) {
                *place = cell;
            }
        }
        if whole.is_empty() {
            return Ok(Flow::Continue);
        }
        self.width = whole.len();
        self.row = row;
        if self.close_gap() == Flow::Stop {
            return Ok(Flow::Stop);
        }
        self.output.spend(0, whole.len() as u64, 0)?;
        self.sent = row + 1;
        self.row = self.sent;
        Ok(self.output.sink.row(&whole))
    }

    /// Rows handed over so far, blank ones too.
    pub(super) fn formula_without_value(&mut self) {
        self.output.formulas_without_value += 1;
    }

    pub(super) fn sent(&self) -> u64 {
        self.sent
    }

    /// Hands over the blank rows before the current one.
    fn close_gap(&mut self) -> Flow {
        match self.row - self.sent {
            0 => Flow::Continue,
            gap => self.output.sink.blank_rows(gap),
        }
    }

    /// Hands the current row over, `count` times one after another.
    pub(super) fn flush(&mut self, count: u64) -> Result<Flow, ReadError> {
        let last = self.cells.iter().map(|(column, _)| *column).max();
        let (Some(last), 1..) = (last, count) else {
            self.cells.clear();
            return Ok(Flow::Continue);
        };
        if self.row + count > MAX_ROWS {
            return Err(ReadError::Damaged("a row lies outside of the sheet".into()));
        }
        if self.close_gap() == Flow::Stop {
            return Ok(Flow::Stop);
        }
        let mut row = vec![Cell::Blank; last + 1];
        for (column, value) in &self.cells {
            if let Some(cell) = row.get_mut(*column) {
                *cell = value.as_cell();
            }
        }
        // Each cell was counted once when it came.
        let (again, text) = (count - 1, self.cells.iter().map(|(_, value)| value.text_length()).sum::<u64>());
        self.output.spend(
            again.saturating_mul(self.cells.len() as u64),
            count.saturating_mul(row.len() as u64),
            again.saturating_mul(text),
        )?;
        for _ in 0..count {
            if self.output.sink.row(&row) == Flow::Stop {
                return Ok(Flow::Stop);
            }
        }
        self.sent = self.row + count;
        self.row = self.sent;
        self.cells.clear();
        Ok(Flow::Continue)
    }

    pub(super) fn finish(mut self) -> Result<Flow, ReadError> {
        self.flush(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Lines(Vec<String>);

    impl RowSink for Lines {
        fn sheet(&mut self, _: Sheet<'_>) {}

        fn row(&mut self, cells: &[Cell<'_>]) -> Flow {
            self.0.push(format!("{cells:?}"));
            Flow::Continue
        }

        fn blank_rows(&mut self, count: u64) -> Flow {
            self.0.push(count.to_string());
            Flow::Continue
        }

        fn broken_row(&mut self) -> Flow {
            Flow::Stop
        }

        fn note(&mut self, _: Note) {}
    }

    /// Rows that come at once and rows that come by cells cost the same.
    #[test]
    fn budgets_are_kept_in_both_ways() {
        let texts: [(u64, &[(usize, &str)]); 3] =
            [(0, &[(1, "ab"), (0, "c"), (1, "def")]), (4, &[(0, "g")]), (5, &[(2, "hij")])];
        let enough = [5, 6, 10];
        for left in [enough, [4, 6, 10], [0, 6, 10], [5, 5, 10], [5, 2, 10], [5, 6, 9], [5, 6, 3], [3, 2, 5]]
        {
            let run = |read: &dyn Fn(&mut Rows<'_, '_, '_>) -> Result<(), ReadError>| {
                let mut lines = Lines::default();
                let mut output = Output::new(&mut lines);
                output.cells = MAX_CELLS - left[0];
                output.wide_cells = MAX_WIDE_CELLS - left[1];
                output.text = MAX_TEXT - left[2];
                let result = read(&mut output.sheet("S", DateSystem::Year1900)).map_err(|e| e.to_string());
                (lines.0, result)
            };
            let at_once = run(&|rows| {
                for (row, cells) in texts {
                    rows.row(row, cells.iter().map(|(column, text)| (*column, Cell::Text(text))))?;
                }
                Ok(())
            });
            let by_cells = run(&|rows| {
                for (row, cells) in texts {
                    for (column, text) in cells {
                        rows.cell(row, *column as u64, Value::Text(Cow::Borrowed(text)))?;
                    }
                }
                rows.flush(1).map(|_| ())
            });
            assert_eq!(at_once, by_cells, "{left:?}");
            assert_eq!(at_once.1.is_ok(), left == enough, "{left:?}");
        }
    }
}
