//! What calamine makes of all that the cells of a workbook refer to.
//!
//! It does not tell its shared texts, nor what a format makes of a number. So it is given a copy of the workbook with other
//! sheets: the first asks for each text and each format, the others are empty. Names, visibility and kinds of sheets,
//! texts and dates are thus judged by calamine alone.

use std::collections::BTreeSet;
use std::ops::Range;

use calamine::{Data, Reader as _};

use super::super::excel::{self, Number};
use super::biff::{BOF, BOUNDSHEET, EOF, Record};
use super::{Calamine, cells, in_container, plain};
use crate::core::cell::DateSystem;
use crate::io::read::guard;

const XF: u16 = 0x00E0;
/// The grid of BIFF, in which the answers stand row by row.
const ROWS: usize = 65_536;
const COLUMNS: usize = 256;

pub(super) struct Survey {
    pub(super) sheets: Vec<calamine::Sheet>,
    pub(super) dates: DateSystem,
    /// By number of the cell format.
    pub(super) formats: Vec<Number>,
    /// In the order of `sheets`.
    starts: Vec<usize>,
    texts: String,
    /// Where each shared text lies in `texts`.
    places: Vec<Range<usize>>,
}

impl Survey {
    pub(super) fn start_of(&self, sheet: &str) -> Option<usize> {
        let at = self.sheets.iter().position(|known| known.name == sheet)?;
        self.starts.get(at).copied()
    }

    pub(super) fn text(&self, number: u32) -> Option<&str> {
        self.texts.get(self.places.get(usize::try_from(number).ok()?)?.clone())
    }
}

/// What stands before the sheets.
struct Globals {
    end: usize,
    /// Where the start of each sheet is told.
    told_at: Vec<usize>,
    starts: Vec<usize>,
    formats: usize,
}

impl Globals {
    fn of(stream: &[u8]) -> Option<Self> {
        let mut globals = Self { end: 0, told_at: Vec::new(), starts: Vec::new(), formats: 0 };
        loop {
            let record = Record::at(stream, globals.end)?;
            match record.kind {
                BOUNDSHEET => {
                    globals.told_at.push(globals.end + 4);
                    globals.starts.push(usize::try_from(record.u32(0)?).ok()?);
                }
                XF => globals.formats += 1,
                _ => {}
            }
            globals.end = record.end;
            if record.kind == EOF {
                return Some(globals);
            }
        }
    }
}

/// `None`: calamine has to read all of it.
pub(super) fn survey(stream: &[u8]) -> Option<Survey> {
    let globals = Globals::of(stream)?;
    let (mut texts, mut cells_with_text) = (0, 0_u32);
    for start in &globals.starts {
        let asked = plain::asked_by(stream, *start)?;
        texts = texts.max(asked.texts);
        cells_with_text = cells_with_text.saturating_add(asked.cells);
    }
    // Each shared text is some cell's. Where fewer cells than texts ask, asking for all of them costs more than it saves.
    if texts > cells_with_text {
        return None;
    }
    let texts = usize::try_from(texts).ok()?;
    let count = globals.formats + texts;
    if count > ROWS * COLUMNS {
        return None;
    }
    let container = in_container(&copy(stream, &globals, texts)?).ok()?;
    let mut workbook: Calamine = guard::parser(|| calamine::Xls::new(container)).ok()?.ok()?;
    let sheets = workbook.sheets_metadata().to_vec();
    let names: BTreeSet<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    if names.len() != globals.starts.len() {
        return None;
    }
    let answers = cells(&mut workbook, &sheets.first()?.name).ok()?;
    let dates = excel::date_system(workbook.has_1904_epoch());
    drop(workbook);
    let answer = |number: usize| answers.get_value(place(number));
    let formats = (0..globals.formats).map(|number| number_kind(answer(number))).collect();
    let mut survey =
        Survey { sheets, dates, formats, starts: globals.starts, texts: String::new(), places: Vec::new() };
    for number in globals.formats..count {
        let start = survey.texts.len();
        if let Some(Data::String(text)) = answer(number) {
            survey.texts.push_str(text);
        }
        survey.places.push(start..survey.texts.len());
    }
    Some(survey)
}

fn number_kind(answer: Option<&Data>) -> Number {
    match answer {
        Some(Data::DateTime(time)) if !time.is_duration() => Number::Date,
        _ => Number::Plain,
    }
}

/// Row and column of an answer.
fn place(number: usize) -> (u32, u32) {
    let within = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    (within(number / COLUMNS), within(number % COLUMNS))
}

/// The workbook with a first sheet that asks and others without cells.
fn copy(stream: &[u8], globals: &Globals, texts: usize) -> Option<Vec<u8>> {
    let mut copy = stream.get(..globals.end)?.to_vec();
    push(&mut copy, BOF, &[&[0x00, 0x06, 0x10, 0x00], &[0; 12]]);
    for number in 0..globals.formats + texts {
        let (row, column) = place(number);
        let (row, column) =
            (u16::try_from(row).ok()?.to_le_bytes(), u16::try_from(column).ok()?.to_le_bytes());
        match number.checked_sub(globals.formats) {
            None => {
                let format = u16::try_from(number).ok()?.to_le_bytes();
                push(&mut copy, plain::NUMBER, &[&row, &column, &format, &1_f64.to_le_bytes()]);
            }
            Some(text) => {
                let text = u32::try_from(text).ok()?.to_le_bytes();
                push(&mut copy, plain::LABELSST, &[&row, &column, &[0, 0], &text]);
            }
        }
    }
    let empty = copy.len();
    push(&mut copy, EOF, &[]);
    for (at, start) in
        globals.told_at.iter().zip(std::iter::once(globals.end).chain(std::iter::repeat(empty)))
    {
        copy.get_mut(*at..at + 4)?.copy_from_slice(&u32::try_from(start).ok()?.to_le_bytes());
    }
    Some(copy)
}

fn push(stream: &mut Vec<u8>, kind: u16, parts: &[&[u8]]) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    stream.extend_from_slice(&kind.to_le_bytes());
    stream.extend_from_slice(&u16::try_from(length).unwrap_or_default().to_le_bytes());
    parts.iter().for_each(|part| stream.extend_from_slice(part));
}
