//! The records of a BIFF stream, and a walk over them that measures what reading it as a whole would cost.
//!
//! calamine takes the rectangle around all cells of a sheet, and before that makes room for what the `DIMENSIONS` record
//! claims. The rectangles are summed here, the claims are wiped out.

use std::collections::BTreeMap;

use crate::io::read::ReadError;

/// Cells of all rectangles of a file: two full sheets, or 65,536 rows of 60 columns eight times over.
const MAX_AREA: u64 = 32 << 20;
const MAX_SHEETS: usize = 1000;

pub(super) const BOF: u16 = 0x0809;
pub(super) const EOF: u16 = 0x000A;
const FILEPASS: u16 = 0x002F;
pub(super) const BOUNDSHEET: u16 = 0x0085;
const DIMENSIONS: u16 = 0x0200;

/// Refuses a locked or exploding workbook, and makes the rest safe to read.
pub(super) fn tame(stream: &mut [u8]) -> Result<(), ReadError> {
    let mut area = 0_u64;
    let mut measured = BTreeMap::new();
    for (count, start) in sheet_starts(stream)?.into_iter().enumerate() {
        let size = match measured.get(&start) {
            Some(size) => *size,
            None => measure(stream, start),
        };
        measured.insert(start, size);
        area = area.saturating_add(size);
        if area > MAX_AREA || count >= MAX_SHEETS {
            return Err(ReadError::TooLarge { what: "the number of its cells", limit: MAX_AREA });
        }
    }
    Ok(())
}

fn sheet_starts(stream: &[u8]) -> Result<Vec<usize>, ReadError> {
    let mut starts = Vec::new();
    let mut at = 0;
    while let Some(record) = Record::at(stream, at) {
        match record.kind {
            FILEPASS => {
                return Err(ReadError::Unsupported("an .xls workbook behind a password".into()));
            }
            BOUNDSHEET => starts.extend(record.u32(0).and_then(|start| usize::try_from(start).ok())),
            EOF => break,
            _ => {}
        }
        at = record.end;
    }
    Ok(starts)
}

/// The area around the cells of the sheet at `start`.
fn measure(stream: &mut [u8], start: usize) -> u64 {
    let mut bounds: Option<(Span, Span)> = None;
    let mut depth = 0_u32;
    let mut at = start;
    while let Some(record) = Record::at(stream, at) {
        let (body, end) = (record.end - record.data.len(), record.end);
        match record.kind {
            BOF => depth += 1,
            // Charts have streams of their own inside of the sheet's.
            EOF if depth <= 1 => break,
            EOF => depth -= 1,
            kind if depth <= 1 => {
                if let Some((row, first, last)) = record.cells() {
                    let (rows, columns) = bounds.get_or_insert((Span::of(row), Span::of(first)));
                    rows.add(row);
                    columns.add(first);
                    columns.add(last);
                }
                if kind == DIMENSIONS
                    && let Some(claim) = stream.get_mut(body..end)
                {
                    claim.fill(0);
                }
            }
            _ => {}
        }
        at = end;
    }
    bounds.map_or(0, |(rows, columns)| rows.length() * columns.length())
}

#[derive(Clone, Copy)]
struct Span {
    first: u16,
    last: u16,
}

impl Span {
    fn of(at: u16) -> Self {
        Self { first: at, last: at }
    }

    fn add(&mut self, at: u16) {
        self.first = self.first.min(at);
        self.last = self.last.max(at);
    }

    fn length(self) -> u64 {
        u64::from(self.last - self.first) + 1
    }
}

/// The records of a sheet, without those of charts inside of it.
pub(super) struct SheetRecords<'a> {
    stream: &'a [u8],
    at: usize,
    has_begun: bool,
    charts: u32,
    /// The sheet's own end was reached.
    pub(super) is_whole: bool,
}

impl<'a> SheetRecords<'a> {
    pub(super) fn new(stream: &'a [u8], start: usize) -> Self {
        Self { stream, at: start, has_begun: false, charts: 0, is_whole: false }
    }
}

impl<'a> Iterator for SheetRecords<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        while !self.is_whole {
            let record = Record::at(self.stream, self.at)?;
            self.at = record.end;
            match record.kind {
                BOF if self.has_begun => self.charts += 1,
                BOF => self.has_begun = true,
                EOF if self.charts == 0 => self.is_whole = true,
                EOF => self.charts -= 1,
                _ if self.charts == 0 => return Some(record),
                _ => {}
            }
        }
        None
    }
}

pub(super) struct Record<'a> {
    pub(super) kind: u16,
    pub(super) data: &'a [u8],
    /// Where the next one begins.
    pub(super) end: usize,
}

impl<'a> Record<'a> {
    pub(super) fn at(stream: &'a [u8], at: usize) -> Option<Self> {
        let head = Record { kind: 0, data: stream.get(at..)?, end: 0 };
        let (kind, length) = (head.u16(0)?, head.u16(2)?);
        let end = at + 4 + usize::from(length);
        Some(Self { kind, data: stream.get(at + 4..end)?, end })
    }

    pub(super) fn u16(&self, at: usize) -> Option<u16> {
        Some(u16::from_le_bytes(self.data.get(at..at + 2)?.try_into().ok()?))
    }

    pub(super) fn u32(&self, at: usize) -> Option<u32> {
        Some(u32::from_le_bytes(self.data.get(at..at + 4)?.try_into().ok()?))
    }

    /// Row, first and last column of a record that makes cells.
    fn cells(&self) -> Option<(u16, u16, u16)> {
        let (row, column) = (self.u16(0)?, self.u16(2)?);
        match self.kind {
            // FORMULA, NUMBER, LABEL, BOOLERR, RK, LABELSST, RSTRING
            0x0006 | 0x0203 | 0x0204 | 0x0205 | 0x027E | 0x00FD | 0x00D6 => Some((row, column, column)),
            // MULRK ends with its last column.
            0x00BD => Some((row, column, self.u16(self.data.len().checked_sub(2)?)?.max(column))),
            _ => None,
        }
    }
}
