//! Takes tags and characters from the tokenizer and makes rows of them.

use std::cell::Cell as Shared;

use html5gum::{Emitter, Error, State, naive_next_state};

use super::super::text::{HeldRow, MAX_COLUMNS, exact_number, stops};
use crate::core::cell::{DateSystem, Flow, RowSink, Sheet, Width};

/// Why the tokenizer stops.
#[derive(Clone, Copy)]
pub(super) enum Pause {
    /// All was read, or the receiver of the rows has seen enough.
    End,
    /// A tag, a comment or the like has ended, and plain markup may follow.
    Construct,
}

/// What browsers allow.
const MAX_COLSPAN: usize = 1000;
const MAX_ROWSPAN: usize = 65_534;
/// Names of tags and attributes, and values of attributes, that matter are shorter.
const MAX_NAME: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq)]
enum TagKind {
    Start,
    End,
}

/// What a tag means here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    Table,
    /// A part of a table.
    Section,
    Row,
    Cell,
    Break,
    /// Begins and ends on a line of its own.
    Block,
    /// Its content is not shown.
    Unseen,
    Other,
}

fn element(tag: &[u8]) -> Element {
    match tag {
        b"table" => Element::Table,
        b"thead" | b"tbody" | b"tfoot" => Element::Section,
        b"tr" => Element::Row,
        b"td" | b"th" => Element::Cell,
        b"br" => Element::Break,
        b"p" | b"div" | b"li" => Element::Block,
        b"script" | b"style" => Element::Unseen,
        _ => Element::Other,
    }
}

/// The tag that is being read.
struct Tag {
    kind: TagKind,
    name: Vec<u8>,
    attribute: Vec<u8>,
    value: Vec<u8>,
    place: CellPlace,
}

/// What the attributes of a cell say.
#[derive(Clone, Copy)]
struct CellPlace {
    columns: usize,
    rows: usize,
    number: Option<f64>,
}

const ONE_CELL: CellPlace = CellPlace { columns: 1, rows: 1, number: None };

/// The content of a cell, as a browser would lay it out.
#[derive(Default)]
struct Content {
    bytes: Vec<u8>,
    /// White space came and may be shown before the next character.
    space: bool,
}

impl Content {
    fn clear(&mut self) {
        self.bytes.clear();
        self.space = false;
    }

    fn push(&mut self, characters: &[u8]) {
        for (at, word) in characters.split(|byte| b" \t\n\r\x0c".contains(byte)).enumerate() {
            self.space |= at > 0;
            if word.is_empty() {
                continue;
            }
            if std::mem::take(&mut self.space) && !matches!(self.bytes.last(), None | Some(b'\n')) {
                self.bytes.push(b' ');
            }
            self.bytes.extend_from_slice(word);
        }
    }

    fn break_line(&mut self) {
        self.space = false;
        self.bytes.push(b'\n');
    }

    /// Paragraphs and the like begin and end on a line of their own.
    fn break_block(&mut self) {
        if !matches!(self.bytes.last(), None | Some(b'\n')) {
            self.break_line();
        }
    }
}

/// A cell that reaches into the rows below.
#[derive(Clone)]
struct Carried {
    rows: usize,
    text: String,
    number: Option<f64>,
}

/// Puts a cell into a row: its raw number, unless that only stands for an error (`#DIV/0!`, with a 0 beside it) or a logical
/// value. Nothing but `#` is a number in a column that is too narrow.
fn put(row: &mut HeldRow, text: &str, number: Option<f64>) {
    let shown = text.trim();
    match number {
        None => row.push_text(text),
        Some(_) if shown.starts_with('#') && shown.bytes().any(|b| b != b'#') => row.push_error(shown),
        Some(_) if shown.eq_ignore_ascii_case("true") => row.push_bool(true),
        Some(_) if shown.eq_ignore_ascii_case("false") => row.push_bool(false),
        Some(number) => row.push_number(number),
    }
}

pub(super) struct TableEmitter<'a> {
    sink: &'a mut dyn RowSink,
    /// Rows handed over.
    count: &'a Shared<u64>,
    flow: Flow,
    tag: Tag,
    last_start_tag: Vec<u8>,
    /// `script` or `style`: not shown.
    mute: bool,
    /// How many tables are open, one inside the other.
    tables: usize,
    in_row: bool,
    cell: Option<CellPlace>,
    content: Content,
    row: HeldRow,
    /// By column.
    carried: Vec<Option<Carried>>,
}

impl<'a> TableEmitter<'a> {
    pub fn new(sink: &'a mut dyn RowSink, count: &'a Shared<u64>) -> Self {
        Self {
            sink,
            count,
            flow: Flow::Continue,
            tag: Tag {
                kind: TagKind::Start,
                name: Vec::new(),
                attribute: Vec::new(),
                value: Vec::new(),
                place: ONE_CELL,
            },
            last_start_tag: Vec::new(),
            mute: false,
            tables: 0,
            in_row: false,
            cell: None,
            content: Content::default(),
            row: HeldRow::default(),
            carried: Vec::new(),
        }
    }

    /// Whether the receiver of the rows has not seen enough yet.
    pub(super) fn wants_more(&self) -> bool {
        !stops(self.flow)
    }

    fn open(&mut self) {
        match (element(&self.tag.name), self.tables) {
            (Element::Unseen, _) => self.mute = true,
            (Element::Table, 0) => {
                self.tables = 1;
                self.sink.sheet(Sheet { name: None, dates: DateSystem::default(), width: Width::Strict });
            }
            (Element::Section, 1) => self.end_section(),
            (Element::Row, 1) => {
                self.end_row();
                self.in_row = true;
            }
            (Element::Cell, 1) => {
                self.end_cell();
                self.in_row = true;
                self.cell = Some(self.tag.place);
                self.content.clear();
            }
            (element, _) => {
                self.tables += usize::from(element == Element::Table);
                self.lay_out(element);
            }
        }
    }

    fn close(&mut self) {
        match (element(&self.tag.name), self.tables) {
            (Element::Unseen, _) => self.mute = false,
            (Element::Table, 1) => {
                self.end_section();
                self.tables = 0;
            }
            (Element::Section, 1) => self.end_section(),
            (Element::Row, 1) => self.end_row(),
            (Element::Cell, 1) => self.end_cell(),
            (Element::Cell | Element::Break, _) => {}
            (element, tables) => {
                self.tables = tables.saturating_sub(usize::from(element == Element::Table));
                self.lay_out(element);
            }
        }
    }

    /// What a tag inside a cell does to its text.
    fn lay_out(&mut self, element: Element) {
        if !self.shows() {
            return;
        }
        match element {
            Element::Break => self.content.break_line(),
            Element::Cell => self.content.push(b" "),
            Element::Block | Element::Table | Element::Row => self.content.break_block(),
            Element::Section | Element::Unseen | Element::Other => {}
        }
    }

    /// Whether what comes is shown in a cell that has room for it.
    fn shows(&mut self) -> bool {
        self.cell.is_some() && !self.mute && !self.row.refuses(self.content.bytes.len())
    }

    /// Cells of the rows above that reach into the next columns of this one.
    fn place_carried(&mut self) {
        while let Some(place) = self.carried.get_mut(self.row.len())
            && let Some(carried) = place
        {
            put(&mut self.row, &carried.text, carried.number);
            carried.rows -= 1;
            if carried.rows == 0 || self.row.refuses(0) {
                *place = None;
            }
            if self.row.refuses(0) {
                return;
            }
        }
    }

    fn end_cell(&mut self) {
        let Some(place) = self.cell.take() else { return };
        self.place_carried();
        let column = self.row.len();
        let shown = String::from_utf8_lossy(&self.content.bytes);
        let text = shown.trim_matches('\n');
        put(&mut self.row, text, place.number);
        self.row.push_blanks(place.columns - 1);
        if place.rows > 1 && !self.row.refuses(0) {
            let end = self.row.len();
            self.carried.resize(self.carried.len().max(end), None);
            for (at, carried) in self.carried.iter_mut().enumerate().take(end).skip(column) {
                let (text, number) =
                    if at == column { (text.to_owned(), place.number) } else { (String::new(), None) };
                *carried = Some(Carried { rows: place.rows - 1, text, number });
            }
        }
    }

    fn end_row(&mut self) {
        self.end_cell();
        if !std::mem::take(&mut self.in_row) {
            return;
        }
        let reach = self.carried.iter().rposition(Option::is_some).map_or(0, |at| at + 1);
        while self.row.len() < reach.min(MAX_COLUMNS) && !self.row.refuses(0) {
            self.place_carried();
            if self.row.len() < reach {
                self.row.push_blanks(1);
            }
        }
        self.count.set(self.count.get() + 1);
        self.flow = self.row.emit(self.sink);
    }

    /// Cells reach no further than their part of the table.
    fn end_section(&mut self) {
        self.end_row();
        self.carried.clear();
    }

    fn end_attribute(&mut self) {
        let (name, value) = (self.tag.attribute.as_slice(), self.tag.value.as_slice());
        let value = std::str::from_utf8(value).unwrap_or_default().trim();
        let span = |most: usize| value.parse().map_or(1, |span: usize| span.min(most));
        match name {
            b"colspan" => self.tag.place.columns = span(MAX_COLSPAN).max(1),
            // Zero means: to the end of this part of the table.
            b"rowspan" => self.tag.place.rows = if value == "0" { MAX_ROWSPAN } else { span(MAX_ROWSPAN) },
            b"x:num" | b"sdval" => {
                self.tag.place.number = exact_number(value);
            }
            _ => {}
        }
        self.tag.attribute.clear();
        self.tag.value.clear();
    }

    fn begin_tag(&mut self, kind: TagKind) {
        self.tag.kind = kind;
        self.tag.place = ONE_CELL;
        self.tag.name.clear();
        self.tag.attribute.clear();
        self.tag.value.clear();
    }
}

fn push_short(to: &mut Vec<u8>, bytes: &[u8]) {
    to.extend(bytes.iter().take(MAX_NAME.saturating_sub(to.len())));
}

impl Emitter for TableEmitter<'_> {
    type Token = Pause;

    fn pop_token(&mut self) -> Option<Pause> {
        stops(self.flow).then_some(Pause::End)
    }

    fn emit_string(&mut self, characters: &[u8]) {
        if self.shows() {
            self.content.push(characters);
        }
    }

    fn init_start_tag(&mut self) {
        self.begin_tag(TagKind::Start);
    }

    fn init_end_tag(&mut self) {
        self.begin_tag(TagKind::End);
    }

    fn push_tag_name(&mut self, name: &[u8]) {
        push_short(&mut self.tag.name, name);
    }

    fn init_attribute(&mut self) {
        self.end_attribute();
    }

    fn push_attribute_name(&mut self, name: &[u8]) {
        push_short(&mut self.tag.attribute, name);
    }

    fn push_attribute_value(&mut self, value: &[u8]) {
        push_short(&mut self.tag.value, value);
    }

    fn emit_current_tag(&mut self) -> Option<State> {
        self.end_attribute();
        if self.tag.kind == TagKind::End {
            self.close();
            return None;
        }
        self.open();
        self.last_start_tag.clone_from(&self.tag.name);
        naive_next_state(&self.tag.name)
    }

    fn current_is_appropriate_end_tag_token(&mut self) -> bool {
        self.tag.kind == TagKind::End && !self.tag.name.is_empty() && self.tag.name == self.last_start_tag
    }

    fn set_last_start_tag(&mut self, name: Option<&[u8]>) {
        self.last_start_tag = name.unwrap_or_default().to_vec();
    }

    /// A cell that is still open was cut off.
    fn emit_eof(&mut self) {
        if self.cell.take().is_some() {
            self.row.clear();
            self.count.set(self.count.get() + 1);
            self.flow = self.sink.broken_row();
        } else if self.tables > 0 {
            self.end_row();
        }
    }

    fn should_emit_errors(&mut self) -> bool {
        false
    }

    fn emit_error(&mut self, _: Error) {}
    fn init_comment(&mut self) {}
    fn emit_current_comment(&mut self) {}
    fn push_comment(&mut self, _: &[u8]) {}
    fn set_self_closing(&mut self) {}
    fn init_doctype(&mut self) {}
    fn emit_current_doctype(&mut self) {}
    fn set_force_quirks(&mut self) {}
    fn push_doctype_name(&mut self, _: &[u8]) {}
    fn set_doctype_public_identifier(&mut self, _: &[u8]) {}
    fn set_doctype_system_identifier(&mut self, _: &[u8]) {}
    fn push_doctype_public_identifier(&mut self, _: &[u8]) {}
    fn push_doctype_system_identifier(&mut self, _: &[u8]) {}
}
