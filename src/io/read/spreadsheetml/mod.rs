//! SpreadsheetML 2003: one XML file that Excel opens as a workbook, usually named `.xls`.
//!
//! Read in a stream; only one row is kept. A document type is refused, and with it every entity but XML's own five.
//! Hidden sheets are left alone, but a sheet says at its end that it is hidden: a file that hides any is read twice.

mod parser;
#[cfg(test)]
mod tests;

use self::parser::Parser;
use super::text::{Encoding, MarkupFacts, SIZES, TextSource, TextStream};
use crate::core::cell::{Cell, Flow, Note, RowSink, Sheet};
use crate::io::read::{Input, ReadError};

/// Reads the visible sheets of a SpreadsheetML workbook.
pub fn read_spreadsheetml(input: &Input, sink: &mut dyn RowSink) -> Result<MarkupFacts, ReadError> {
    let hidden = if mentions_hidden_sheets(input)? {
        Parser::new(open(input)?, &[], &mut Nowhere).read()?.hidden
    } else {
        Vec::new()
    };
    let read = Parser::new(open(input)?, &hidden, sink).read()?;
    if read.recomposed > 0 {
        sink.note(Note::RecomposedJamo(read.recomposed));
    }
    Ok(MarkupFacts { encoding: read.encoding.name() })
}

/// A byte order mark decides, then what the XML declaration says, unless the other encoding fits and that one does not.
fn open(input: &Input) -> Result<TextStream, ReadError> {
    let mut source = TextSource::open(input, SIZES)?;
    if source.settled().is_none() && !source.head().is_ascii() {
        let malformed = |encoding| source.decode_head(encoding).1;
        let (utf8, cp949) = (malformed(Encoding::Utf8), malformed(Encoding::Cp949));
        let says_cp949 = declared(source.head()) == Some(Encoding::Cp949);
        let is_cp949 = cp949 < utf8 || (says_cp949 && cp949 == utf8);
        source.settle(if is_cp949 { Encoding::Cp949 } else { Encoding::Utf8 });
    }
    Ok(TextStream::new(source))
}

/// The encoding that the XML declaration names.
fn declared(head: &[u8]) -> Option<Encoding> {
    let declaration = head.get(..memchr::memmem::find(head, b"?>")?)?;
    let at = memchr::memmem::find(declaration, b"encoding")?;
    let rest = declaration.get(at + 8..)?.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, rest) = rest.split_first()?;
    let label = rest.get(..memchr::memchr(*quote, rest)?)?;
    Encoding::of_label(std::str::from_utf8(label).ok()?)
}

/// Whether the words that hide a sheet occur anywhere.
fn mentions_hidden_sheets(input: &Input) -> Result<bool, ReadError> {
    let mut source = TextSource::open(input, SIZES)?;
    let mut text = String::new();
    loop {
        let known = text.len().saturating_sub("SheetVeryHidden".len());
        text.drain(..text.floor_char_boundary(known));
        if !source.fill(&mut text)? {
            return Ok(false);
        }
        if text.contains("SheetHidden") || text.contains("SheetVeryHidden") {
            return Ok(true);
        }
    }
}

/// For the first reading, which only looks for hidden sheets.
struct Nowhere;

impl RowSink for Nowhere {
    fn sheet(&mut self, _: Sheet<'_>) {}

    fn row(&mut self, _: &[Cell<'_>]) -> Flow {
        Flow::Continue
    }

    fn blank_rows(&mut self, _: u64) -> Flow {
        Flow::Continue
    }

    fn broken_row(&mut self) -> Flow {
        Flow::Continue
    }

    fn note(&mut self, _: Note) {}
}
