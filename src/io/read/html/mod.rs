//! HTML tables that were saved as `.xls`: every table that lies in no other table is a sheet.
//!
//! Cells are read as a browser shows them: white space collapses, `<br>` and paragraphs are line breaks, `&nbsp;` stays.
//! A table inside a cell is text of that cell. A cell over several rows (`rowspan`) belongs to each of them and so its
//! value is repeated downward: reports merge the order's cells over its items, and each item means that order. A cell
//! over several columns (`colspan`) is a value and blank cells: its value belongs to the first column. The raw number
//! that Excel and LibreOffice put beside the shown text (`x:num`, `sdval`) is preferred to it.

mod emitter;
mod encoding;
mod plain;
#[cfg(test)]
mod tests;
mod window;

use std::cell::Cell as Shared;
use std::io::{self, Read};

use html5gum::{Emitter as _, Tokenizer};

use self::emitter::{Pause, TableEmitter};
use self::plain::{OneConstruct, Stretch};
use self::window::{SCOPE, Window};
use super::text::{MarkupFacts, SIZES, Sizes, TextSource, TextStream, unwrap_error};
use crate::core::cell::{Note, RowSink};
use crate::io::read::{Input, ReadError};

/// Reads the tables of an HTML file. `header_score` helps to decide the encoding, as for text.
pub fn read_html(
    input: &Input,
    header_score: &dyn Fn(&[&str]) -> usize,
    sink: &mut dyn RowSink,
) -> Result<MarkupFacts, ReadError> {
    read_sized(input, SIZES, header_score, sink)
}

fn read_sized(
    input: &Input,
    sizes: Sizes,
    header_score: &dyn Fn(&[&str]) -> usize,
    sink: &mut dyn RowSink,
) -> Result<MarkupFacts, ReadError> {
    let mut source = TextSource::open(input, sizes)?;
    encoding::choose(&mut source, header_score);
    let mut stream = TextStream::new(source);
    emit_tables(&mut stream, sink)?;
    let source = stream.source();
    if source.recomposed() > 0 {
        sink.note(Note::RecomposedJamo(source.recomposed()));
    }
    Ok(MarkupFacts { encoding: source.encoding().name() })
}

/// Hands every row of every table in some UTF-8 to the sink.
fn emit_tables(html: impl Read, sink: &mut dyn RowSink) -> Result<(), ReadError> {
    let rows = Shared::new(0);
    let mut emitter = TableEmitter::new(sink, &rows);
    walk(Window::new(html, SCOPE), &mut emitter).map_err(|error| unwrap_error(error, rows.get()))
}

fn walk(mut window: Window<impl Read>, emitter: &mut TableEmitter<'_>) -> io::Result<()> {
    while emitter.wants_more() {
        let markup = window.look()?;
        if markup.is_empty() {
            emitter.emit_eof();
            break;
        }
        let Stretch { used, state } = plain::tell(markup, emitter);
        window.advance(used);
        if used > 0 && state.is_none() {
            continue;
        }
        let mut tokens = Tokenizer::new_with_emitter(&mut window, OneConstruct::new(emitter));
        if let Some(state) = state {
            tokens.set_state(state);
        }
        match tokens.next().transpose()? {
            Some(Pause::Construct) => {}
            Some(Pause::End) | None => break,
        }
    }
    Ok(())
}
