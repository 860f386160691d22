//! Walks over a file, record by record, and hands every one to the sink: as a row, as a blank one, or as broken.
//!
//! A quote that is never closed, or that is closed by the opening quote of a later row, must cost its own line only. So
//! a record of several lines is believed when it is as wide as the header and its quotes look right; otherwise, if one
//! of its later lines makes a better record by itself, only the first line is given up.

use super::dialect::{Dialect, Header};
use super::records::{self, Field, Scan};
use super::source::TextSource;
use super::{recycle, stops, text_cell};
use crate::core::cell::{Cell, RowSink};
use crate::io::read::ReadError;

pub(super) struct Rows {
    source: TextSource,
    dialect: Dialect,
    /// Decoded and not yet dropped; `at` is the next record.
    text: String,
    at: usize,
    /// Bytes of decoded text that were dropped before `text`.
    dropped: u64,
    whole: bool,
    /// Records so far, blank and broken ones too.
    count: u64,
    /// Where the encoding seems to change: offset in the decoded text, and the record there.
    suspect: Option<(u64, u64)>,
    fields: Vec<Field>,
    /// Fields whose quotes were taken out, one behind the other.
    unquoted: String,
}

enum Step {
    End,
    Blank,
    Row,
    /// Go on at the record's second line, or at the next line at all.
    Broken,
}

impl Rows {
    pub fn new(source: TextSource, dialect: Dialect) -> Self {
        Self {
            source,
            dialect,
            text: String::new(),
            at: 0,
            dropped: 0,
            whole: false,
            count: 0,
            suspect: None,
            fields: Vec::new(),
            unquoted: String::new(),
        }
    }

    pub fn into_source(self) -> TextSource {
        self.source
    }

    /// Reads to the end of the file, or until the sink has enough.
    pub fn read(&mut self, sink: &mut dyn RowSink) -> Result<(), ReadError> {
        self.skip_preamble()?;
        let mut spare: Vec<Cell<'static>> = Vec::new();
        loop {
            let (step, next) = self.step()?;
            let flow = match step {
                Step::End => return self.witness(next),
                Step::Blank => sink.blank_rows(1),
                Step::Broken => sink.broken_row(),
                Step::Row => {
                    let mut cells: Vec<Cell<'_>> = spare;
                    self.collect(&mut cells);
                    let flow = if cells.iter().all(is_blank) { sink.blank_rows(1) } else { sink.row(&cells) };
                    spare = recycle(cells);
                    flow
                }
            };
            self.witness(next)?;
            self.count += 1;
            match next {
                Some(next) => self.at = next,
                None => self.skip_line()?,
            }
            if stops(flow) {
                return Ok(());
            }
        }
    }

    fn skip_preamble(&mut self) -> Result<(), ReadError> {
        while !self.whole && self.text.len() <= self.dialect.preamble {
            self.refill()?;
        }
        self.at = self.dialect.preamble.min(self.text.len());
        Ok(())
    }

    /// The next record, and where the one after it begins (`None`: at the next line).
    fn step(&mut self) -> Result<(Step, Option<usize>), ReadError> {
        loop {
            // A byte order mark belongs to a file that was pasted in.
            while self.text.get(self.at..).is_some_and(|rest| rest.starts_with('\u{feff}')) {
                self.at += '\u{feff}'.len_utf8();
            }
            if let Some(found) = self.look() {
                return Ok(found);
            }
            self.refill()?;
        }
    }

    /// As [`Self::step`], but `None` if that takes more text.
    fn look(&mut self) -> Option<(Step, Option<usize>)> {
        let text = self.text.as_bytes();
        match (text.get(self.at), text.get(self.at + 1)) {
            (None, _) => return self.whole.then_some((Step::End, Some(self.at))),
            (Some(b'\r'), Some(b'\n')) => return Some((Step::Blank, Some(self.at + 2))),
            (Some(b'\r'), None) if !self.whole => return None,
            (Some(b'\n' | b'\r'), _) => return Some((Step::Blank, Some(self.at + 1))),
            _ => {}
        }
        let (next, second_line, loose) =
            match self.dialect.grammar.scan(text, self.at, self.whole, &mut self.fields) {
                Scan::Unfinished => return None,
                Scan::Unending { second_line } => return Some((Step::Broken, second_line)),
                Scan::Record { next, second_line, loose } => (next, second_line, loose),
            };
        if let Some(second_line) = second_line
            && let Some(header) = self.dialect.header.filter(|header| header.record < self.count)
            && (loose || !header.fits(&self.fields))
            && self.swallows(header, second_line, next)?
        {
            return Some((Step::Broken, Some(second_line)));
        }
        Some((Step::Row, Some(next)))
    }

    /// Whether a line between `from` and `to` begins a record that fits. `None` if that takes more text.
    fn swallows(&self, header: Header, from: usize, to: usize) -> Option<bool> {
        let text = self.text.as_bytes();
        let mut fields = Vec::new();
        let mut at = from;
        while at < to {
            match self.dialect.grammar.scan(text, at, self.whole, &mut fields) {
                Scan::Unfinished => return None,
                Scan::Record { loose: false, .. }
                    if header.fits(&fields) && !has_stray_quote(text, &fields) =>
                {
                    return Some(true);
                }
                Scan::Record { .. } | Scan::Unending { .. } => {}
            }
            match records::next_line(text, at) {
                Some(next) => at = next,
                None => break,
            }
        }
        Some(false)
    }

    /// The fields of the record at hand as cells.
    fn collect<'a>(&'a mut self, cells: &mut Vec<Cell<'a>>) {
        self.unquoted.clear();
        for field in &mut self.fields {
            if field.quotes_inside {
                let start = self.unquoted.len();
                let content = self.text.get(field.start..field.end).unwrap_or_default();
                records::push_unquoted(content, &mut self.unquoted);
                (field.start, field.end) = (start, self.unquoted.len());
            }
        }
        let damaged = self.source.is_damaged();
        let (text, unquoted) = (self.text.as_str(), self.unquoted.as_str());
        cells.extend(self.fields.iter().map(|field| {
            let held = if field.quotes_inside { unquoted } else { text };
            match held.get(field.start..field.end).unwrap_or_default() {
                "" => Cell::Blank,
                content if damaged => text_cell(content),
                content => Cell::Text(content),
            }
        }));
    }

    /// Remembers the record where the encoding seems to change, and refuses the file once that is certain.
    fn witness(&mut self, next: Option<usize>) -> Result<(), ReadError> {
        let Some(mark) = self.source.switch() else { return Ok(()) };
        let end = self.dropped + next.unwrap_or(self.text.len()) as u64;
        if mark.at < end && self.suspect.is_none_or(|(at, _)| at != mark.at) {
            self.suspect = Some((mark.at, self.count));
        }
        match self.suspect {
            Some((at, record)) if mark.certain && at == mark.at => {
                let header = self.dialect.header.map_or(0, |header| header.record);
                let row = record.saturating_sub(header);
                Err(ReadError::MixedEncoding { row, before: self.source.encoding().name() })
            }
            _ => Ok(()),
        }
    }

    /// Drops a line whose end is not near.
    fn skip_line(&mut self) -> Result<(), ReadError> {
        loop {
            match records::next_line(self.text.as_bytes(), self.at) {
                // A CR at the end of the text may be half a line end.
                Some(next) if next < self.text.len() || self.whole => {
                    self.at = next;
                    return Ok(());
                }
                Some(next) => self.at = next - 1,
                None => self.at = self.text.len(),
            }
            if self.whole {
                return Ok(());
            }
            self.refill()?;
        }
    }

    fn refill(&mut self) -> Result<(), ReadError> {
        self.text.drain(..self.at);
        self.dropped += self.at as u64;
        self.at = 0;
        self.whole = !self.source.fill(&mut self.text)?;
        Ok(())
    }
}

fn is_blank(cell: &Cell<'_>) -> bool {
    match cell {
        Cell::Blank => true,
        Cell::Text(text) => text.trim().is_empty(),
        _ => false,
    }
}

/// The rest of a quoted field that is taken for the beginning of a record shows the quote that closes it.
fn has_stray_quote(text: &[u8], fields: &[Field]) -> bool {
    fields.iter().filter(|field| !field.quotes_inside).any(|field| {
        text.get(field.start..field.end).is_some_and(|content| memchr::memchr(b'"', content).is_some())
    })
}
