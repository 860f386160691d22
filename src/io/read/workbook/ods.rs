//! OpenDocument spreadsheets, read as a stream of XML: repeated rows and cells are told by a number, and a reader that
//! writes them out fills the memory from a few kilobytes.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read};

use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::WorkbookRows;
use super::output::{MAX_COLUMNS, MAX_ROWS, Output, Rows, Value, iso_date};
use crate::core::cell::{DateSystem, Flow};
use crate::io::read::archive::{self, ZipReader};
use crate::io::read::{Input, ReadError};

const MAX_MANIFEST: u64 = 1 << 20;
/// Characters of a cell in any spreadsheet program.
const MAX_SPACES: usize = 32_767;

pub(super) struct Ods(ZipReader);

impl Ods {
    pub(super) fn open(input: &Input) -> Result<Self, ReadError> {
        let mut zip = archive::open(input)?;
        let mut manifest = String::new();
        if let Ok(part) = zip.by_name("META-INF/manifest.xml") {
            // Only a word is looked for; a broken manifest is none of our concern.
            let _ = part.take(MAX_MANIFEST).read_to_string(&mut manifest);
        }
        if manifest.contains("encryption-data") {
            return Err(ReadError::Unsupported("an ODS workbook behind a password".into()));
        }
        Ok(Self(zip))
    }
}

impl WorkbookRows for Ods {
    fn read(mut self: Box<Self>, output: &mut Output<'_>) -> Result<(), ReadError> {
        let part = self.0.by_name("content.xml").map_err(|_| broken("its content is missing"))?;
        let mut xml = Xml { reader: Reader::from_reader(BufReader::new(part)), buffer: Vec::new() };
        let mut hidden_styles = HashSet::new();
        let mut style = None;
        loop {
            match xml.next()? {
                Tag::Open(tag) => match tag.name.as_str() {
                    "style" => style = tag.text("name"),
                    "table-properties" if tag.text("display").as_deref() == Some("false") => {
                        hidden_styles.extend(style.take());
                    }
                    "tracked-changes" | "dde-links" => xml.skip(&tag)?,
                    "table" => {
                        let name = tag.text("name").unwrap_or_default();
                        if tag.text("style-name").is_some_and(|style| hidden_styles.contains(&style)) {
                            output.hidden(&name);
                            xml.skip(&tag)?;
                        } else if read_table(&mut xml, &tag, output.sheet(&name, DateSystem::Year1900))?
                            == Flow::Stop
                        {
                            return Ok(());
                        }
                    }
                    _ => {}
                },
                Tag::End => return Ok(()),
                Tag::Close(_) | Tag::Text(_) => {}
            }
        }
    }
}

fn broken(what: &str) -> ReadError {
    ReadError::Damaged(what.into())
}

fn read_table<R: BufRead>(
    xml: &mut Xml<R>,
    table: &Element,
    mut rows: Rows<'_, '_, '_>,
) -> Result<Flow, ReadError> {
    if table.empty {
        return rows.finish();
    }
    let mut at = 0_u64;
    loop {
        match xml.next()? {
            Tag::Open(tag) if tag.name == "table-row" => {
                let repeated = tag.count("number-rows-repeated");
                if !tag.empty && read_row(xml, at, &mut rows)? == Flow::Stop {
                    return Ok(Flow::Stop);
                }
                if rows.flush(repeated.min(2 * MAX_ROWS))? == Flow::Stop {
                    return Ok(Flow::Stop);
                }
                at = at.saturating_add(repeated);
            }
            Tag::Open(tag) if matches!(tag.name.as_str(), "shapes" | "forms" | "named-expressions") => {
                xml.skip(&tag)?;
            }
            Tag::Close(name) if name == "table" => return rows.finish(),
            Tag::End => return Err(broken("its XML ends too early")),
            Tag::Open(_) | Tag::Close(_) | Tag::Text(_) => {}
        }
    }
}

fn read_row<R: BufRead>(xml: &mut Xml<R>, row: u64, rows: &mut Rows<'_, '_, '_>) -> Result<Flow, ReadError> {
    let mut column = 0_u64;
    loop {
        match xml.next()? {
            Tag::Open(tag) if matches!(tag.name.as_str(), "table-cell" | "covered-table-cell") => {
                let repeated = tag.count("number-columns-repeated");
                let text = if tag.empty { String::new() } else { cell_text(xml, &tag.name)? };
                if let Some(value) = value(&tag, text) {
                    for i in 0..repeated.min(MAX_COLUMNS) {
                        if rows.cell(row, column.saturating_add(i), value.clone())? == Flow::Stop {
                            return Ok(Flow::Stop);
                        }
                    }
                }
                column = column.saturating_add(repeated);
            }
            Tag::Close(name) if name == "table-row" => return Ok(Flow::Continue),
            Tag::End => return Err(broken("its XML ends too early")),
            Tag::Open(_) | Tag::Close(_) | Tag::Text(_) => {}
        }
    }
}

/// The paragraphs of a cell, without comments and drawings.
fn cell_text<R: BufRead>(xml: &mut Xml<R>, cell: &str) -> Result<String, ReadError> {
    let mut text = String::new();
    let mut paragraphs = 0_u32;
    let mut inside = false;
    loop {
        match xml.next()? {
            Tag::Open(tag) => match tag.name.as_str() {
                "p" | "h" => {
                    if paragraphs > 0 {
                        text.push('\n');
                    }
                    paragraphs += 1;
                    inside = !tag.empty;
                }
                "s" => {
                    let count = usize::try_from(tag.count("c")).unwrap_or(MAX_SPACES).min(MAX_SPACES);
                    text.extend(std::iter::repeat_n(' ', count));
                }
                "tab" => text.push('\t'),
                "line-break" => text.push('\n'),
                "annotation" | "frame" | "table" | "ruby-text" => xml.skip(&tag)?,
                _ => {}
            },
            Tag::Text(piece) if inside => text.push_str(&piece),
            Tag::Close(name) if name == "p" || name == "h" => inside = false,
            Tag::Close(name) if name == cell => return Ok(text),
            Tag::Close(_) | Tag::Text(_) => {}
            Tag::End => return Err(broken("its XML ends too early")),
        }
    }
}

fn value(cell: &Element, text: String) -> Option<Value<'static>> {
    if cell.attributes.iter().any(|(name, value)| name == "value-type" && value == "error") {
        return Some(Value::Error(text.into()));
    }
    let text_value = |text: String| (!text.is_empty()).then(|| Value::Shared(text.into()));
    match cell.text("value-type").as_deref() {
        Some("float" | "percentage" | "currency") => match cell.text("value").map(|value| value.parse()) {
            Some(Ok(number)) => Some(Value::Number(number)),
            _ => text_value(text),
        },
        Some("date") => text_value(cell.text("date-value").map_or(text, |date| iso_date(&date).to_owned())),
        Some("boolean") => Some(Value::Bool(cell.text("boolean-value").as_deref() == Some("true"))),
        _ => text_value(cell.text("string-value").filter(|value| !value.is_empty()).unwrap_or(text)),
    }
}

/// An opening tag by local names: the prefixes are the writer's choice.
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    /// `<tag/>`: no closing tag follows.
    empty: bool,
}

impl Element {
    fn parse(tag: &BytesStart<'_>, empty: bool) -> Result<Self, ReadError> {
        let mut attributes = Vec::new();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|_| broken("its XML is not well formed"))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|_| broken("its XML is not well formed"))?;
            attributes.push((attribute.key.local_name().as_ref().to_owned(), value.into_owned()));
        }
        Ok(Self { name: tag.local_name().as_ref().to_owned(), attributes, empty })
    }

    fn text(&self, name: &str) -> Option<String> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    }

    /// How often something is repeated: once unless said otherwise.
    fn count(&self, name: &str) -> u64 {
        self.text(name).and_then(|text| text.parse().ok()).unwrap_or(1)
    }
}

enum Tag {
    Open(Element),
    Close(String),
    Text(String),
    /// The end of the file.
    End,
}

struct Xml<R> {
    reader: Reader<R>,
    buffer: Vec<u8>,
}

impl<R: BufRead> Xml<R> {
    fn next(&mut self) -> Result<Tag, ReadError> {
        loop {
            self.buffer.clear();
            let event = self
                .reader
                .read_event_into(&mut self.buffer)
                .map_err(|_| broken("its XML is not well formed"))?;
            return Ok(match event {
                Event::Start(tag) => Tag::Open(Element::parse(&tag, false)?),
                Event::Empty(tag) => Tag::Open(Element::parse(&tag, true)?),
                Event::End(tag) => Tag::Close(tag.local_name().as_ref().to_owned()),
                Event::Text(text) => Tag::Text(text.xml10_content().into_owned()),
                Event::CData(text) => Tag::Text(text.xml10_content().into_owned()),
                Event::GeneralRef(entity) => {
                    if let Some(text) = resolve_xml_entity(&entity) {
                        Tag::Text(text.to_owned())
                    } else if let Ok(Some(char)) = entity.resolve_char_ref() {
                        Tag::Text(char.to_string())
                    } else {
                        return Err(broken("its XML names an unknown entity"));
                    }
                }
                Event::Eof => Tag::End,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => continue,
            });
        }
    }

    /// Passes over an element that was just opened.
    fn skip(&mut self, element: &Element) -> Result<(), ReadError> {
        let mut depth = u32::from(!element.empty);
        while depth > 0 {
            match self.next()? {
                Tag::Open(tag) if tag.name == element.name && !tag.empty => depth += 1,
                Tag::Close(name) if name == element.name => depth -= 1,
                Tag::End => return Err(broken("its XML ends too early")),
                _ => {}
            }
        }
        Ok(())
    }
}
