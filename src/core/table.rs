//! Rows of cells into rows of a table: finds the header, numbers the records, knows totals and repeated headers.
//!
//! Operators put titles above their tables, notes between them and sums below, and paste one export under another. So a
//! header row is one that the dictionary recognises, wherever it stands, and a second one further down begins anew.

use std::collections::HashMap;

use super::cell::{Cell, Flow, Note, RowSink, Sheet, Width};
use super::normalise::{Layout, Normaliser, Room};
use super::number;
use super::problem::{Quarantined, Reason};
use super::rows::{FileRows, FoundTable, Place};
use super::stage::Stage;
use super::text;
use super::types::FileHash;

/// A header row stands within this many records of its sheet.
const HEADER_WITHIN: u64 = 60;
/// So many known headers settle the matter at once.
const SURE_SCORE: usize = 4;

/// Headers of a workbook that `quarantine --out` wrote: the SHA-256 of the file whose row is mended.
pub const MENDS_FILE: &str = "_jangbu_file";
/// That row's number.
pub const MENDS_ROW: &str = "_jangbu_row";
/// Where that file was found, for people.
pub const MENDS_PATH: &str = "_jangbu_path";
/// What was to be mended.
pub const MENDS_REASON: &str = "_jangbu_reason";

/// The stored hashes of quarantined rows, by file and row: (stored column, hash).
pub type StoredHashes = HashMap<(FileHash, u32), Vec<(String, String)>>;

/// Reads a file's rows into [`FileRows`].
pub struct TableReader<'s> {
    normaliser: Normaliser<'s>,
    pub rows: FileRows<Stage<'s>>,
    /// Number of the last record after a header, over all sheets.
    row: u32,
    sheet_number: u16,
    sheet: Option<String>,
    width: Width,
    state: State,
    records_in_sheet: u64,
    hashes: &'s StoredHashes,
    spare: Room<'static>,
}

enum State {
    /// Above the header: records kept until it is settled which one that is.
    Looking { kept: Vec<Kept>, best: Option<(usize, usize)> },
    Reading {
        layout: Layout,
        headers: Vec<String>,
        /// The cells that say which row of which file is mended.
        mends: Option<(usize, usize)>,
    },
    /// No table of orders in this sheet.
    Ignoring,
}

/// A record that waits for the header to be found.
enum Kept {
    Record(Vec<OwnedCell>),
    Broken,
}

#[derive(Clone)]
enum OwnedCell {
    Text(String),
    Other(Cell<'static>),
}

impl OwnedCell {
    fn of(cell: &Cell<'_>) -> Self {
        match *cell {
            Cell::Text(t) => Self::Text(t.to_owned()),
            Cell::Error(e) => Self::Text(e.to_owned()),
            Cell::Blank => Self::Other(Cell::Blank),
            Cell::Null => Self::Other(Cell::Null),
            Cell::Number(n) => Self::Other(Cell::Number(n)),
            Cell::DateSerial(n) => Self::Other(Cell::DateSerial(n)),
            Cell::Bool(b) => Self::Other(Cell::Bool(b)),
            Cell::Undecodable => Self::Other(Cell::Undecodable),
        }
    }

    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Text(t) => Cell::Text(t),
            Self::Other(cell) => *cell,
        }
    }
}

fn texts<'c>(cells: &[Cell<'c>]) -> Vec<&'c str> {
    cells.iter().map(|c| if let Cell::Text(t) = *c { t } else { "" }).collect()
}

fn is_blank(cell: &Cell<'_>) -> bool {
    match cell {
        Cell::Blank | Cell::Null => true,
        Cell::Text(t) => text::is_blank(t),
        _ => false,
    }
}

impl<'s> TableReader<'s> {
    /// `hashes` are those of the rows that a mended workbook may stand in for.
    pub fn new(normaliser: Normaliser<'s>, stage: Stage<'s>, hashes: &'s StoredHashes) -> Self {
        Self {
            rows: FileRows::new(stage),
            normaliser,
            row: 0,
            sheet_number: 0,
            sheet: None,
            width: Width::Strict,
            state: State::Ignoring,
            records_in_sheet: 0,
            hashes,
            spare: Room::default(),
        }
    }

    /// What became of the rows, after the last one was handed over.
    pub fn finish(mut self) -> FileRows {
        self.settle();
        self.rows.finish()
    }

    /// Ends the search for a header: the best candidate it is, and what was kept below it is read.
    fn settle(&mut self) {
        let State::Looking { kept, best } = &mut self.state else { return };
        let Some((at, _)) = *best else {
            self.state = State::Ignoring;
            return;
        };
        let kept = std::mem::take(kept);
        let above = self.records_in_sheet.saturating_sub(kept.len() as u64) + at as u64;
        let mut rest = kept.into_iter().skip(at);
        if let Some(Kept::Record(header)) = rest.next() {
            let cells: Vec<Cell<'_>> = header.iter().map(OwnedCell::cell).collect();
            self.begin_table(&texts(&cells), above);
        }
        for record in rest {
            match record {
                Kept::Record(record) => {
                    let cells: Vec<Cell<'_>> = record.iter().map(OwnedCell::cell).collect();
                    self.record(&cells);
                }
                Kept::Broken => self.broken(),
            }
        }
    }

    fn begin_table(&mut self, headers: &[&str], records_above: u64) {
        let mut map = self.normaliser.schema().map_headers(headers);
        let own = |name| headers.iter().position(|h| h.trim() == name);
        let mends = own(MENDS_FILE).zip(own(MENDS_ROW));
        let of_ours = [MENDS_FILE, MENDS_ROW, MENDS_PATH, MENDS_REASON];
        map.unknown.retain(|(_, header)| !of_ours.contains(&header.as_str()));
        let layout = Layout::new(self.normaliser.schema(), self.normaliser.policy(), &map, headers);
        let headers: Vec<String> = headers.iter().map(|h| (*h).to_owned()).collect();
        self.rows.tables.push(FoundTable {
            sheet: self.sheet.clone(),
            records_above,
            headers: headers.clone(),
            map,
            rows_read: 0,
        });
        self.state = State::Reading { layout, headers, mends };
    }

    fn look(&mut self, cells: &[Cell<'_>]) {
        let score = self.normaliser.schema().header_score(&texts(cells));
        let State::Looking { kept, best } = &mut self.state else { return };
        if score > best.map_or(0, |(_, score)| score) {
            *best = Some((kept.len(), score));
        }
        kept.push(Kept::Record(cells.iter().map(OwnedCell::of).collect()));
        if score >= SURE_SCORE || kept.len() as u64 >= HEADER_WITHIN {
            self.settle();
        }
    }

    /// One record below a header.
    fn record(&mut self, cells: &[Cell<'_>]) {
        self.row = self.row.saturating_add(1);
        let Some(first) = cells.iter().position(|c| !is_blank(c)) else { return };
        if self.is_total(cells, first) {
            self.rows.skip();
            return;
        }
        if self.is_header(cells, first) {
            self.rows.skip();
            let headers = texts(cells);
            let State::Reading { headers: current, .. } = &self.state else { return };
            if !current.iter().map(String::as_str).eq(headers.iter().copied()) {
                self.begin_table(&headers, self.records_in_sheet.saturating_sub(1));
            }
            return;
        }
        let State::Reading { layout, headers, mends } = &self.state else { return };
        if cells.contains(&Cell::Undecodable) {
            self.rows.quarantine(Quarantined::bare(self.row, Reason::BadText));
            return;
        }
        if self.width == Width::Strict && cells.len() != headers.len() {
            self.rows.quarantine(Quarantined::bare(self.row, Reason::RowWidth));
            return;
        }
        let mut room: Room<'_> = std::mem::take(&mut self.spare);
        match self.normaliser.row(layout, cells, &mut room) {
            Ok(order_id) => {
                if let Some((file, row)) = mends.and_then(|at| mended_row(cells, at)) {
                    self.rows.stand_ins.push((self.row, file, row));
                    let stored = self.hashes.get(&(file, row)).map(Vec::as_slice).unwrap_or_default();
                    room.restore(self.normaliser.schema(), stored);
                }
                let item = layout.has_goods.then_some(&room.item);
                let place = Place {
                    sheet: self.sheet_number,
                    row: self.row,
                    record: self.row,
                    time: room.extracted_at,
                };
                self.rows.accept(&order_id, item, &room.order, place);
                if !room.oddities.is_empty() {
                    self.rows.odd(self.row, &order_id, std::mem::take(&mut room.oddities));
                }
            }
            Err(problem) => {
                let mut row = self.normaliser.quarantined(layout, cells, self.row, problem);
                // An attempt that failed again waits in the place of the row that it was to mend.
                if let Some((file, origin)) = mends.and_then(|at| mended_row(cells, at)) {
                    self.rows.stand_ins.push((self.row, file, origin));
                    let stored = self.hashes.get(&(file, origin)).map(Vec::as_slice).unwrap_or_default();
                    row.hashes.extend_from_slice(stored);
                }
                self.rows.quarantine(row);
            }
        }
        self.spare = room.recycle();
    }

    /// One record below a header that could not be taken apart.
    fn broken(&mut self) {
        self.row = self.row.saturating_add(1);
        self.rows.quarantine(Quarantined::bare(self.row, Reason::RowWidth));
    }

    /// A sum below the orders: its word stands first, and it names no order. A bare number is no name but a count.
    fn is_total(&self, cells: &[Cell<'_>], first: usize) -> bool {
        let Some(Cell::Text(word)) = cells.get(first) else { return false };
        if !self.normaliser.schema().is_total_word(word) {
            return false;
        }
        let State::Reading { layout, .. } = &self.state else { return false };
        let is_name =
            |id: &str| !id.bytes().all(|b| b.is_ascii_digit()) && self.normaliser.order_id(id).is_some();
        let names_order = layout.id_cells().filter_map(|i| cells.get(i)).any(|cell| match cell {
            Cell::Text(t) => is_name(text::clean(t).as_ref()),
            _ => false,
        });
        !names_order
    }

    fn is_header(&self, cells: &[Cell<'_>], first: usize) -> bool {
        let State::Reading { layout, .. } = &self.state else { return false };
        let schema = self.normaliser.schema();
        // A row whose id looks like one is data, whatever else it says; that settles nearly all rows at once.
        let is_number = |cell: &Cell<'_>| match cell {
            Cell::Text(t) => t.as_bytes().first().is_some_and(u8::is_ascii_digit),
            _ => !is_blank(cell),
        };
        if layout.id_cells().filter_map(|i| cells.get(i)).any(is_number) {
            return false;
        }
        let names_column = |i: usize| matches!(cells.get(i), Some(Cell::Text(t)) if schema.knows_header(t));
        (names_column(first) || layout.id_cells().any(names_column))
            && schema.header_score(&texts(cells)) >= 2.min(cells.iter().filter(|c| !is_blank(c)).count())
    }
}

fn mended_row(cells: &[Cell<'_>], (file, row): (usize, usize)) -> Option<(FileHash, u32)> {
    let Some(Cell::Text(hash)) = cells.get(file) else { return None };
    let row = match cells.get(row)? {
        Cell::Text(t) => number::parse_int(t).ok()?,
        Cell::Number(n) => number::int_from_f64(*n).ok()?,
        _ => return None,
    };
    Some((FileHash::parse(hash.trim())?, u32::try_from(row).ok()?))
}

impl RowSink for TableReader<'_> {
    fn sheet(&mut self, sheet: Sheet<'_>) {
        self.settle();
        self.sheet_number = self.sheet_number.saturating_add(1);
        self.sheet = sheet.name.map(str::to_owned);
        self.width = sheet.width;
        self.normaliser.dates = sheet.dates;
        self.records_in_sheet = 0;
        self.state = State::Looking { kept: Vec::new(), best: None };
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Flow {
        self.records_in_sheet += 1;
        match self.state {
            State::Looking { .. } => self.look(cells),
            State::Reading { .. } => self.record(cells),
            State::Ignoring => {}
        }
        Flow::Continue
    }

    fn blank_rows(&mut self, count: u64) -> Flow {
        match self.state {
            State::Looking { .. } => {
                for _ in 0..count.min(HEADER_WITHIN) {
                    self.row(&[]);
                }
                self.records_in_sheet += count.saturating_sub(HEADER_WITHIN);
            }
            State::Reading { .. } => {
                self.records_in_sheet += count;
                self.row = self.row.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
            }
            State::Ignoring => self.records_in_sheet += count,
        }
        Flow::Continue
    }

    fn broken_row(&mut self) -> Flow {
        self.records_in_sheet += 1;
        match &mut self.state {
            State::Looking { kept, .. } => kept.push(Kept::Broken),
            State::Reading { .. } => self.broken(),
            State::Ignoring => {}
        }
        Flow::Continue
    }

    fn note(&mut self, note: Note) {
        self.rows.note(note);
    }
}

#[cfg(test)]
mod tests;
