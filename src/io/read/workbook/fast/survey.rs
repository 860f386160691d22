//! What calamine knows about a workbook, without the parts that take time.
//!
//! calamine reads all shared texts when it opens a workbook, and does not tell where a sheet lies or what a format
//! means. So it gets a copy of the workbook whose large parts are replaced by small ones that answer these questions:
//! a sheet is a list of numbers, one for each cell format, behind its own place in the archive; the table of texts holds
//! nothing but its place. Names, visibility, kinds of sheets, relations and formats are then judged by calamine alone.
//! Parts it should not need become unreadable ones: if it does need one, there is an error and no wrong answer.

use std::collections::HashMap;
use std::io::{Cursor, Read, Write};

use calamine::{DataRef, Reader, SheetType, SheetVisible};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::core::cell::DateSystem;
use crate::io::read::archive::ZipReader;
use crate::io::read::workbook::excel::{self, Number};

/// Parts that calamine is to read as they are.
const MAX_PART: u64 = 8 << 20;
const MAX_PARTS: u64 = 32 << 20;
/// Excel has 65,490.
const MAX_FORMATS: usize = 1 << 16;
const MAX_ANSWERS: usize = 1 << 20;

pub(super) struct Survey {
    pub(super) sheets: Vec<calamine::Sheet>,
    pub(super) dates: DateSystem,
    /// For each sheet with cells its place in the archive, if it has one of its own.
    pub(super) places: HashMap<String, usize>,
    /// Place of the shared texts.
    pub(super) strings: Option<usize>,
    pub(super) formats: Vec<Number>,
}

/// `None`: calamine must see the workbook itself.
pub(super) fn survey(zip: &mut ZipReader) -> Option<Survey> {
    let (copy, count) = copy(zip)?;
    let mut book = calamine::Xlsx::new(Cursor::new(copy)).ok()?;
    let mut survey = Survey {
        sheets: book.sheets_metadata().to_vec(),
        dates: excel::date_system(book.has_1904_epoch()),
        places: HashMap::new(),
        strings: None,
        formats: Vec::new(),
    };
    for sheet in &survey.sheets {
        if sheet.typ != SheetType::WorkSheet || sheet.visible != SheetVisible::Visible {
            continue;
        }
        let Ok(mut cells) = book.worksheet_cells_reader(&sheet.name) else { continue };
        let mut answer = || Some(cells.next_cell().ok()??.get_value().clone());
        let Some(DataRef::Float(place)) = answer() else { continue };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number we wrote")]
        survey.places.insert(sheet.name.clone(), place as usize);
        if survey.places.len() == 1 {
            survey.formats = (0..count).map_while(|_| answer()).map(|answer| number_kind(&answer)).collect();
            survey.strings = match answer() {
                Some(DataRef::SharedString(place)) => Some(place.parse().ok()?),
                _ => None,
            };
        }
    }
    (survey.formats.len() == count || survey.places.is_empty()).then_some(survey)
}

fn number_kind(answer: &DataRef<'_>) -> Number {
    match answer {
        DataRef::DateTime(time) if !time.is_duration() => Number::Date,
        _ => Number::Plain,
    }
}

/// The copy, and how many cell formats its sheets ask for.
fn copy(zip: &mut ZipReader) -> Option<(Vec<u8>, usize)> {
    let mut parts = Vec::with_capacity(zip.len());
    let (mut size, mut formats, mut sheets) = (0, 0, 0);
    for index in 0..zip.len() {
        let part = zip.by_index(index).ok()?;
        let name = std::str::from_utf8(part.name_raw()).ok().filter(|name| name.is_ascii())?.to_owned();
        let lower = name.replace('\\', "/").to_ascii_lowercase();
        let content = if lower.ends_with("sharedstrings.xml") {
            Content::Strings
        } else if lower.contains("worksheets/") && lower.as_bytes().ends_with(b".xml") {
            sheets += 1;
            Content::Sheet
        } else if part.size() > MAX_PART || size + part.size() > MAX_PARTS {
            Content::Unreadable
        } else {
            let mut bytes = Vec::new();
            part.take(MAX_PART + 1).read_to_end(&mut bytes).ok()?;
            size += bytes.len() as u64;
            if lower.ends_with("styles.xml") {
                // Never less than there are.
                formats += memchr::memmem::find_iter(&bytes, "xf").count();
            }
            // A sheet in an odd place would be taken for an answer.
            match memchr::memmem::find(&bytes, b"sheetData") {
                None => Content::Same(bytes),
                Some(_) => Content::Unreadable,
            }
        };
        parts.push((name, content));
    }
    if formats > MAX_FORMATS || formats.saturating_mul(sheets) > MAX_ANSWERS {
        return None;
    }
    let asked: String = (0..formats).map(|format| format!(r#"<c s="{format}"><v>1</v></c>"#)).collect();
    let mut copy = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (index, (name, content)) in parts.into_iter().enumerate() {
        let bytes = match content {
            Content::Same(bytes) => bytes,
            Content::Unreadable => b"<".to_vec(),
            Content::Strings => format!("<sst><si><t>{index}</t></si></sst>").into_bytes(),
            Content::Sheet => format!(
                r#"<worksheet><sheetData><row><c><v>{index}</v></c>{asked}<c t="s"><v>0</v></c></row></sheetData></worksheet>"#
            )
            .into_bytes(),
        };
        copy.start_file(name, stored).ok()?;
        copy.write_all(&bytes).ok()?;
    }
    Some((copy.finish().ok()?.into_inner(), formats))
}

enum Content {
    Same(Vec<u8>),
    Strings,
    Sheet,
    Unreadable,
}
