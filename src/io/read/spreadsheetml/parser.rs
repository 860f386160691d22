//! Follows the elements of a SpreadsheetML workbook and makes rows of them.

use std::borrow::Cow;
use std::sync::Arc;

use quick_xml::XmlVersion;
use quick_xml::errors::SyntaxError;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use super::super::text::{Encoding, HeldRow, MAX_COLUMNS, TextStream, exact_number, stops, unwrap_error};
use crate::core::cell::{DateSystem, Flow, Note, RowSink, Sheet, Width};
use crate::io::read::ReadError;

const MAX_ROWS: u64 = 1_048_576;
const MAX_DEPTH: usize = 64;

/// An element that matters, by its name and its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Workbook,
    Worksheet,
    Table,
    Row,
    Cell,
    /// Its text, and that of any element in it (rich text), is the cell's.
    Data,
    /// In the options of a worksheet; says whether it is hidden.
    Visible,
    Other,
}

/// `ss:Type` of a `Data` element.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum DataType {
    #[default]
    String,
    Number,
    DateTime,
    Boolean,
    Error,
}

/// What is known at the end.
pub(super) struct Read {
    pub encoding: Encoding,
    /// For each worksheet whether it is hidden.
    pub hidden: Vec<bool>,
    pub recomposed: u64,
}

pub(super) struct Parser<'a> {
    reader: Reader<TextStream>,
    skipped: &'a [bool],
    sink: &'a mut dyn RowSink,
    path: Vec<Element>,
    hidden: Vec<bool>,
    dates: DateSystem,
    /// The row after the last one that was handed over or is pending as blank, the first being 0.
    next_row: u64,
    /// The same for the row at hand.
    row_index: u64,
    /// Further empty rows that a row stands for.
    row_span: u64,
    /// Blank rows that matter only if another row follows.
    pending_blanks: u64,
    rows: u64,
    row: HeldRow,
    /// Cells after this one that it covers.
    merged: usize,
    data: DataType,
    text: String,
}

impl<'a> Parser<'a> {
    /// `skipped`: which worksheets are hidden.
    pub fn new(stream: TextStream, skipped: &'a [bool], sink: &'a mut dyn RowSink) -> Self {
        Self {
            reader: Reader::from_reader(stream),
            skipped,
            sink,
            path: Vec::new(),
            hidden: Vec::new(),
            dates: DateSystem::default(),
            next_row: 0,
            row_index: 0,
            row_span: 0,
            pending_blanks: 0,
            rows: 0,
            row: HeldRow::default(),
            merged: 0,
            data: DataType::default(),
            text: String::new(),
        }
    }

    /// Reads to the end, or until the sink has enough.
    pub fn read(mut self) -> Result<Read, ReadError> {
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            self.reader.get_mut().allow_piece();
            let event = self.reader.read_event_into(&mut buffer);
            let flow = match event {
                Ok(Event::Start(tag)) => self.open(&tag).map(|()| Flow::Continue)?,
                Ok(Event::Empty(tag)) => {
                    self.open(&tag)?;
                    self.close()
                }
                Ok(Event::End(_)) => self.close(),
                Ok(Event::Text(text)) => self.add_text(&text.xml10_content()),
                Ok(Event::CData(text)) => self.add_text(&text.xml10_content()),
                Ok(Event::GeneralRef(reference)) => self.resolve(&reference)?,
                Ok(Event::DocType(_)) => {
                    return Err(ReadError::Unsupported("XML with a document type".into()));
                }
                Ok(Event::Eof) if self.path.is_empty() => break,
                Ok(Event::Eof) => return Err(ReadError::Incomplete("the XML stops in the middle".into())),
                Ok(_) => Flow::Continue,
                Err(error) => return Err(self.wrap(error)),
            };
            if stops(flow) {
                break;
            }
        }
        let source = self.reader.get_ref().source();
        Ok(Read { encoding: source.encoding(), hidden: self.hidden, recomposed: source.recomposed() })
    }

    fn wrap(&self, error: quick_xml::Error) -> ReadError {
        match error {
            quick_xml::Error::Io(error) => match Arc::try_unwrap(error) {
                Ok(error) => unwrap_error(error, self.rows),
                Err(error) => ReadError::Damaged(format!("the XML cannot be read ({})", error.kind())),
            },
            quick_xml::Error::Syntax(error) if error != SyntaxError::InvalidBangMarkup => {
                ReadError::Incomplete("the XML stops in the middle".into())
            }
            // Its own words may quote the file.
            _ => ReadError::Damaged(format!("no XML at byte {}", self.reader.error_position())),
        }
    }

    fn damaged(&self, what: &str) -> ReadError {
        ReadError::Damaged(format!("{what} before byte {}", self.reader.buffer_position()))
    }

    fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), ReadError> {
        if self.path.len() >= MAX_DEPTH {
            return Err(ReadError::TooLarge { what: "nested elements", limit: MAX_DEPTH as u64 });
        }
        let name = tag.local_name();
        let element = match (self.path.last(), name.as_ref()) {
            (None, "Workbook") => Element::Workbook,
            (Some(Element::Workbook), "Worksheet") => Element::Worksheet,
            (Some(Element::Worksheet), "Table") => Element::Table,
            (Some(Element::Table), "Row") => Element::Row,
            (Some(Element::Row), "Cell") => Element::Cell,
            (Some(Element::Cell), "Data") => Element::Data,
            (Some(Element::Other), "Visible") if self.path.contains(&Element::Worksheet) => Element::Visible,
            _ => Element::Other,
        };
        if name.as_ref() == "Date1904" && !self.path.contains(&Element::Worksheet) {
            self.dates = DateSystem::Year1904;
        }
        self.path.push(element);
        match element {
            Element::Worksheet => {
                self.begin_sheet(tag);
                Ok(())
            }
            Element::Row => self.begin_row(tag),
            Element::Cell => self.begin_cell(tag),
            Element::Data => {
                self.data = match attribute(tag, "Type").as_deref() {
                    Some("Number") => DataType::Number,
                    Some("DateTime") => DataType::DateTime,
                    Some("Boolean") => DataType::Boolean,
                    Some("Error") => DataType::Error,
                    _ => DataType::String,
                };
                Ok(())
            }
            Element::Visible => {
                self.text.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn close(&mut self) -> Flow {
        match self.path.pop() {
            Some(Element::Row) => self.end_row(),
            Some(Element::Cell) => {
                self.end_cell();
                Flow::Continue
            }
            Some(Element::Visible) => {
                let is_hidden = self.text.trim().ends_with("Hidden");
                if let Some(hidden) = self.hidden.last_mut() {
                    *hidden |= is_hidden;
                }
                Flow::Continue
            }
            _ => Flow::Continue,
        }
    }

    /// Whether the sheet at hand is hidden.
    fn skips(&self) -> bool {
        self.hidden.len().checked_sub(1).and_then(|sheet| self.skipped.get(sheet)).copied().unwrap_or(false)
    }

    fn begin_sheet(&mut self, tag: &BytesStart<'_>) {
        self.hidden.push(false);
        self.next_row = 0;
        self.pending_blanks = 0;
        let name = attribute(tag, "Name").unwrap_or_default();
        if self.skips() {
            self.sink.note(Note::HiddenSheet(name));
        } else {
            self.sink.sheet(Sheet { name: Some(&name), dates: self.dates, width: Width::Sparse });
        }
    }

    fn begin_row(&mut self, tag: &BytesStart<'_>) -> Result<(), ReadError> {
        self.row.clear();
        self.row_index = match number(tag, "Index") {
            None => self.next_row,
            Some(index) if index > self.next_row => index - 1,
            Some(_) => return Err(self.damaged("rows out of order")),
        };
        self.row_span = number(tag, "Span").unwrap_or(0);
        if self.row_index.saturating_add(self.row_span) >= MAX_ROWS {
            return Err(ReadError::TooLarge { what: "rows of a sheet", limit: MAX_ROWS });
        }
        Ok(())
    }

    fn begin_cell(&mut self, tag: &BytesStart<'_>) -> Result<(), ReadError> {
        self.text.clear();
        self.data = DataType::String;
        if let Some(index) = number(tag, "Index") {
            let index = usize::try_from(index).unwrap_or(usize::MAX);
            if index > MAX_COLUMNS {
                return Err(ReadError::TooLarge { what: "columns of a sheet", limit: MAX_COLUMNS as u64 });
            }
            let Some(gap) = index.checked_sub(self.row.len() + 1) else {
                return Err(self.damaged("cells out of order"));
            };
            self.row.push_blanks(gap);
        }
        let merged = number(tag, "MergeAcross").unwrap_or(0);
        self.merged = usize::try_from(merged).unwrap_or(usize::MAX).min(MAX_COLUMNS);
        Ok(())
    }

    fn end_cell(&mut self) {
        let text = self.text.as_str();
        let number = || exact_number(text.trim());
        match self.data {
            DataType::Number if number().is_some() => {
                self.row.push_number(number().unwrap_or_default());
            }
            DataType::Boolean if matches!(text, "0" | "1") => self.row.push_bool(text == "1"),
            DataType::Error => self.row.push_error(text),
            DataType::DateTime => self.row.push_text(bare_day(text)),
            _ => self.row.push_text(text),
        }
        self.row.push_blanks(self.merged);
    }

    fn end_row(&mut self) -> Flow {
        self.pending_blanks += self.row_index - self.next_row;
        self.next_row = self.row_index + 1 + self.row_span;
        if self.skips() {
            self.row.clear();
            return Flow::Continue;
        }
        if self.row.is_blank() {
            self.pending_blanks += 1 + self.row_span;
            return Flow::Continue;
        }
        let blanks = std::mem::replace(&mut self.pending_blanks, self.row_span);
        self.rows += blanks + 1;
        if blanks > 0 && stops(self.sink.blank_rows(blanks)) {
            return Flow::Stop;
        }
        self.row.emit(self.sink)
    }

    fn add_text(&mut self, text: &str) -> Flow {
        let wanted = matches!(self.path.last(), Some(Element::Visible)) || self.path.contains(&Element::Data);
        if wanted && !self.row.refuses(self.text.len() + text.len()) {
            self.text.push_str(text);
        }
        Flow::Continue
    }

    fn resolve(&mut self, reference: &BytesRef<'_>) -> Result<Flow, ReadError> {
        let character =
            reference.resolve_char_ref().map_err(|_| self.damaged("a bad character reference"))?;
        if let Some(character) = character {
            return Ok(self.add_text(character.encode_utf8(&mut [0; 4])));
        }
        match resolve_xml_entity(reference) {
            Some(text) => Ok(self.add_text(text)),
            None => Err(ReadError::Unsupported("XML with entities of its own".into())),
        }
    }
}

/// An attribute's value, whatever its prefix.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = tag.attributes();
    let found = attributes
        .with_checks(false)
        .filter_map(Result::ok)
        .find(|attribute| attribute.key.local_name().as_ref() == name)?;
    let value = found.normalized_value(XmlVersion::Implicit1_0);
    Some(value.unwrap_or(Cow::Borrowed("")).into_owned())
}

fn number(tag: &BytesStart<'_>, name: &str) -> Option<u64> {
    attribute(tag, name)?.trim().parse().ok()
}

/// A day that is written as its first moment is a day.
fn bare_day(text: &str) -> &str {
    match text.split_once('T') {
        Some((day, time))
            if time.starts_with("00:00:00")
                && !time.bytes().any(|byte| byte.is_ascii_digit() && byte != b'0') =>
        {
            day
        }
        _ => text,
    }
}
