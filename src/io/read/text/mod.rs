//! Delimited text: from bytes to rows, in one pass and with bounded memory.
//!
//! `source` turns bytes into text, chunk by chunk (CP949 by the table of `cp949`), and marks what is no text; `switch` watches for a second encoding;
//! `dialect` looks at the head of the file and decides encoding and delimiter by the header that results; `records`
//! takes one record apart; `rows` walks over the file and hands records to the sink.
//!
//! HTML and SpreadsheetML share `source`.

mod cp949;
mod decode;
mod dialect;
mod held;
mod records;
mod rows;
mod source;
mod stream;
mod switch;
#[cfg(test)]
mod tests;

use crate::core::cell::{Cell, DateSystem, Flow, Note, RowSink, Sheet, Width};
use crate::io::read::{Input, ReadError};

pub(in crate::io::read) use decode::Encoding;
pub(in crate::io::read) use held::{HeldRow, MAX_COLUMNS, exact_number};
pub(in crate::io::read) use source::TextSource;
pub use stream::MarkupFacts;
pub(in crate::io::read) use stream::{TextStream, unwrap_error};

/// What a text file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextFacts {
    /// `utf-8`, `utf-8-bom`, `cp949`, `utf-16le` or `utf-16be`.
    pub encoding: &'static str,
    pub delimiter: char,
}

/// How much is read and kept at a time, in bytes unless it says otherwise.
#[derive(Clone, Copy, Debug)]
pub(in crate::io::read) struct Sizes {
    /// What encoding and dialect are decided by.
    pub head: usize,
    /// One read.
    pub block: usize,
    /// A line without an end is cut here before it is decoded.
    pub line: usize,
    /// A longer record is broken.
    pub record: usize,
    /// A record of more lines is broken.
    pub record_lines: usize,
}

pub(in crate::io::read) const SIZES: Sizes =
    Sizes { head: 256 << 10, block: 256 << 10, line: 1 << 20, record: 1 << 20, record_lines: 2000 };

/// Reads delimited text into one sheet without a name. `header_score` tells how many cells of a record are known
/// headers; it decides between encodings and between delimiters.
///
/// A file of nothing but white space gives no rows.
pub fn read_text(
    input: &Input,
    header_score: &dyn Fn(&[&str]) -> usize,
    sink: &mut dyn RowSink,
) -> Result<TextFacts, ReadError> {
    read_sized(input, SIZES, header_score, sink)
}

fn read_sized(
    input: &Input,
    sizes: Sizes,
    header_score: &dyn Fn(&[&str]) -> usize,
    sink: &mut dyn RowSink,
) -> Result<TextFacts, ReadError> {
    let mut source = TextSource::open(input, sizes)?;
    let dialect = dialect::choose(&mut source, sizes, header_score);
    sink.sheet(Sheet { name: None, dates: DateSystem::default(), width: Width::Strict });
    let delimiter = char::from(dialect.delimiter());
    let mut rows = rows::Rows::new(source, dialect);
    rows.read(sink)?;
    let source = rows.into_source();
    if source.recomposed() > 0 {
        sink.note(Note::RecomposedJamo(source.recomposed()));
    }
    Ok(TextFacts { encoding: source.encoding().name(), delimiter })
}

/// A decoded piece of a file as a cell.
pub(in crate::io::read) fn text_cell(text: &str) -> Cell<'_> {
    if text.is_empty() {
        Cell::Blank
    } else if decode::is_damaged(text) {
        Cell::Undecodable
    } else {
        Cell::Text(text)
    }
}

/// An empty vector with the capacity of a used one, for cells that live for another row.
pub(in crate::io::read) fn recycle<'b>(mut cells: Vec<Cell<'_>>) -> Vec<Cell<'b>> {
    cells.clear();
    cells.into_iter().map(|_| Cell::Blank).collect()
}

/// Whether the receiver has seen enough.
pub(in crate::io::read) fn stops(flow: Flow) -> bool {
    flow == Flow::Stop
}
