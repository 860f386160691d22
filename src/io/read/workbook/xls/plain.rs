//! Sheets of nothing but numbers and shared texts, read from their records.

use calamine::CellErrorType;

use super::super::WorkbookRows;
use super::super::excel::{self, Number};
use super::super::output::{Output, Rows};
use super::biff::{Record, SheetRecords};
use super::survey::{self, Survey};
use crate::core::cell::{Cell, Flow};
use crate::io::read::ReadError;

pub(super) const NUMBER: u16 = 0x0203;
const RK: u16 = 0x027E;
const MULRK: u16 = 0x00BD;
pub(super) const LABELSST: u16 = 0x00FD;
const BOOLERR: u16 = 0x0205;

pub(super) struct Xls {
    stream: Vec<u8>,
    survey: Survey,
}

impl Xls {
    /// Takes a [tame](super::biff::tame) stream. `Err` gives it back: it is one for calamine.
    pub(super) fn open(stream: Vec<u8>) -> Result<Self, Vec<u8>> {
        match survey::survey(&stream) {
            Some(survey) => Ok(Self { stream, survey }),
            None => Err(stream),
        }
    }

    fn sheet(&self, start: usize, mut rows: Rows<'_, '_, '_>) -> Result<Flow, ReadError> {
        let mut row = 0;
        let mut cells = Vec::new();
        for record in SheetRecords::new(&self.stream, start) {
            if !is_cell(record.kind) {
                continue;
            }
            let own = record.u16(0).unwrap_or_default();
            if own != row {
                if rows.row(row.into(), cells.drain(..))? == Flow::Stop {
                    return Ok(Flow::Stop);
                }
                row = own;
            }
            self.take(&record, &mut cells);
        }
        rows.row(row.into(), cells.drain(..))
    }

    /// The cells of a record that [`asked_by`] found plain.
    fn take<'a>(&'a self, record: &Record<'a>, cells: &mut Vec<(usize, Cell<'a>)>) {
        let column = usize::from(record.u16(2).unwrap_or_default());
        match record.kind {
            LABELSST => {
                let text = record.u32(6).and_then(|number| self.survey.text(number)).unwrap_or_default();
                cells.extend((!text.is_empty()).then_some((column, Cell::Text(text))));
            }
            NUMBER => {
                let number = record.data.get(6..14).and_then(|bytes| bytes.try_into().ok());
                let number = f64::from_le_bytes(number.unwrap_or_default());
                cells.push((column, self.number(record.u16(4), number)));
            }
            RK => cells.push((column, self.number(record.u16(4), short_number(record.u32(6))))),
            MULRK => {
                let last = record.data.len().saturating_sub(2);
                let numbers = (4..last).step_by(6).zip(column..);
                cells.extend(numbers.map(|(at, column)| {
                    (column, self.number(record.u16(at), short_number(record.u32(at + 2))))
                }));
            }
            _ => cells.extend(truth_or_error(record).map(|cell| (column, cell))),
        }
    }

    fn number(&self, format: Option<u16>, number: f64) -> Cell<'static> {
        let kind = format.and_then(|format| self.survey.formats.get(usize::from(format)));
        match kind.unwrap_or(&Number::Plain) {
            Number::Plain => Cell::Number(number),
            Number::Date => Cell::DateSerial(number),
        }
    }
}

impl WorkbookRows for Xls {
    fn read(self: Box<Self>, output: &mut Output<'_>) -> Result<(), ReadError> {
        for name in excel::visible_sheets(&self.survey.sheets, output) {
            let Some(start) = self.survey.start_of(&name) else { continue };
            if self.sheet(start, output.sheet(&name, self.survey.dates))? == Flow::Stop {
                break;
            }
        }
        Ok(())
    }
}

fn is_cell(kind: u16) -> bool {
    matches!(kind, NUMBER | RK | MULRK | LABELSST | BOOLERR)
}

/// What a sheet asks for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    /// The greatest number of a shared text, and one.
    pub(super) texts: u32,
    /// Cells that ask for one.
    pub(super) cells: u32,
}

/// What the sheet at `start` asks for. `None`: it is none for us, because cells are of other kinds or out of order, or
/// anything is not as long as it should be.
pub(super) fn asked_by(stream: &[u8], start: usize) -> Option<Asked> {
    let mut records = SheetRecords::new(stream, start);
    let mut asked = Asked::default();
    let mut before = None;
    for record in &mut records {
        let length = record.data.len();
        let is_long_enough = match record.kind {
            NUMBER => length >= 14,
            RK => length >= 10,
            LABELSST => {
                asked.texts = asked.texts.max(record.u32(6)?.checked_add(1)?);
                asked.cells = asked.cells.saturating_add(1);
                length >= 10
            }
            MULRK => {
                let (first, last) = (record.u16(2)?, record.u16(length.checked_sub(2)?)?);
                length == 6 + 6 * (usize::from(last.checked_sub(first)?) + 1)
            }
            BOOLERR => truth_or_error(&record).is_some(),
            // Merged cells, the sheet's dimensions: only their length matters, to calamine.
            0x00E5 => length >= 2 + 8 * usize::from(record.u16(0)?),
            0x0200 => matches!(length, 10 | 14 | 16),
            // FORMULA, STRING, LABEL, RSTRING
            0x0006 | 0x0207 | 0x0204 | 0x00D6 => false,
            _ => true,
        };
        if !is_long_enough {
            return None;
        }
        if is_cell(record.kind) {
            let first = (record.u16(0)?, record.u16(2)?);
            let last = if record.kind == MULRK { record.u16(length - 2)? } else { first.1 };
            if before.is_some_and(|before| before >= first) {
                return None;
            }
            before = Some((first.0, last));
        }
    }
    records.is_whole.then_some(asked)
}

/// A number in 30 bits: a whole one or the upper bits of a floating-point one, perhaps of hundredths.
fn short_number(bits: Option<u32>) -> f64 {
    let bits = bits.unwrap_or_default();
    let is_whole = bits & 2 != 0;
    let number = if is_whole {
        f64::from(bits.cast_signed() >> 2)
    } else {
        f64::from_bits(u64::from(bits & !3) << 32)
    };
    if bits & 1 != 0 { number / 100.0 } else { number }
}

fn truth_or_error(record: &Record<'_>) -> Option<Cell<'static>> {
    match *record.data.get(6..8)? {
        [value, 0] => Some(Cell::Bool(value != 0)),
        [error, 1] => Some(Cell::Error(excel::error_word(&match error {
            0x00 => CellErrorType::Null,
            0x07 => CellErrorType::Div0,
            0x0F => CellErrorType::Value,
            0x17 => CellErrorType::Ref,
            0x1D => CellErrorType::Name,
            0x24 => CellErrorType::Num,
            0x2A => CellErrorType::NA,
            0x2B => CellErrorType::GettingData,
            _ => return None,
        }))),
        _ => None,
    }
}
