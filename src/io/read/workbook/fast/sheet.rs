//! The cells of a sheet, row by row.

use std::io::Read;
use std::ops::{ControlFlow, Range};

use super::blocks::{Blocks, Halt, Step};
use super::cursor::{Attribute, Cursor, Tag};
use super::prologue::Content;
use super::strings::{Strings, read_item};
use super::{escape, plain, prologue, scalar};
use crate::core::cell::{Cell, Flow};
use crate::io::read::ReadError;
use crate::io::read::workbook::excel::Number;
use crate::io::read::workbook::output::{MAX_COLUMNS, Rows, iso_date};

/// What cells refer to.
pub(super) struct Tables<'w> {
    pub(super) strings: &'w Strings,
    /// For each cell format, what a number of it is.
    pub(super) formats: &'w [Number],
}

impl Tables<'_> {
    fn format(&self, style: Option<usize>) -> Step<Number> {
        match style {
            Some(style) => self.formats.get(style).copied().ok_or(Halt::Unknown),
            None => Ok(Number::Plain),
        }
    }
}

/// How reading a sheet ended.
#[derive(Debug)]
pub(super) enum End {
    Done(Flow),
    /// Something unknown came. These cells, filled or not, lie in rows that were handed over.
    Left {
        cells: u64,
    },
}

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
enum Slot {
    Shared(usize),
    /// A part of the row's own texts.
    Text(Range<usize>),
    Number(f64),
    DateSerial(f64),
    Bool(bool),
    Error(&'static str),
}

/// The `t` of a cell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    None,
    Number,
    Shared,
    Inline,
    Text,
    Date,
    Bool,
    Error,
}

pub(super) struct Sheet<'w, R> {
    blocks: Blocks<R>,
    root: prologue::Root,
    tables: Tables<'w>,
}

impl<'w, R: Read> Sheet<'w, R> {
    pub(super) fn open(mut blocks: Blocks<R>, tables: Tables<'w>) -> Step<Self> {
        let root = prologue::read(&mut blocks, "sheetData")?;
        Ok(Self { blocks, root, tables })
    }

    /// Hands the rows over. An error is one of the budgets.
    pub(super) fn read(mut self, rows: &mut Rows<'_, '_, '_>) -> Result<End, ReadError> {
        let mut reader = Reader {
            prefix: &self.root.prefix,
            tables: &self.tables,
            rows,
            place: Place::default(),
            row: 0,
            slots: Vec::new(),
            texts: String::new(),
            handed_over: 0,
        };
        let end = match self.root.content {
            Content::None => Ok(reader.flush()),
            Content::At(at) => self.blocks.each(at, |cursor| reader.step(cursor)),
        };
        match end {
            Ok(flow) => flow.map(End::Done),
            Err(Halt::More | Halt::Unknown) => Ok(End::Left { cells: reader.handed_over }),
        }
    }
}

/// Where the next cell lies if it does not say so.
#[derive(Clone, Copy, Default)]
struct Place {
    in_row: bool,
    row: u32,
    column: u32,
    /// Cells before it.
    cells: u64,
}

impl Place {
    /// Row and column of a cell, as it `told` them.
    fn or(self, told: Option<(u32, u32)>) -> Step<(u32, u32)> {
        let (row, column) = told.unwrap_or((self.row, self.column));
        if scalar::is_outside(row, column) { Err(Halt::Unknown) } else { Ok((row, column)) }
    }
}

struct Reader<'r, 'o, 's, 'a> {
    prefix: &'r [u8],
    tables: &'r Tables<'r>,
    rows: &'r mut Rows<'o, 's, 'a>,
    place: Place,
    /// The row being put together, and its cells by column. It goes when the next one begins: where calamine meets an
    /// error in between, it has not gone either.
    row: u32,
    slots: Vec<(usize, Slot)>,
    texts: String,
    /// Cells before the row being put together.
    handed_over: u64,
}

type Outcome = ControlFlow<Result<Flow, ReadError>>;

impl Reader<'_, '_, '_, '_> {
    fn step(&mut self, cursor: &mut Cursor<'_>) -> Step<Outcome> {
        let place = self.place;
        if place.in_row
            && self.prefix.is_empty()
            && let Some(cell) = cursor.plain_cell()
        {
            return self.plain_cell(&cell);
        }
        match cursor.tag(self.prefix)? {
            Tag::Open(b"c") if place.in_row => return self.cell(cursor),
            Tag::Open(b"row") if !place.in_row => {
                let (row, end) = row_start(cursor)?;
                let row = row.unwrap_or(place.row);
                self.place = match end {
                    Attribute::EmptyEnd => Place { row: row + 1, column: 0, ..place },
                    _ => Place { row, in_row: true, ..place },
                };
            }
            Tag::Close(b"row") if place.in_row => {
                self.place = Place { row: place.row + 1, column: 0, in_row: false, ..place };
            }
            Tag::Close(b"sheetData") if !place.in_row => return Ok(ControlFlow::Break(self.flush())),
            Tag::Open(_) | Tag::Close(_) => return Err(Halt::Unknown),
        }
        Ok(ControlFlow::Continue(()))
    }

    fn plain_cell(&mut self, cell: &plain::Cell<'_>) -> Step<Outcome> {
        let start = self.texts.len();
        let (row, column) = self.place.or(cell.place)?;
        let format = self.tables.format(cell.style)?;
        let kind = match cell.kind {
            Some(name) => kind_of(name).ok_or(Halt::Unknown)?,
            None => Kind::None,
        };
        let slot = match cell.content {
            plain::Content::None | plain::Content::Value("") => None,
            plain::Content::Value(text) if kind == Kind::Text => self.text_slot(text),
            plain::Content::Value(text) => scalar_slot(text, kind, format, self.tables.strings)?,
            plain::Content::Text(text) => self.text_slot(text),
        };
        self.put(row, column, slot, start)
    }

    fn text_slot(&mut self, text: &str) -> Option<Slot> {
        let start = self.texts.len();
        self.texts.push_str(text);
        self.text_from(start)
    }

    fn cell(&mut self, cursor: &mut Cursor<'_>) -> Step<Outcome> {
        let start = self.texts.len();
        let (row, column, slot) = self.read_cell(cursor).inspect_err(|_| self.texts.truncate(start))?;
        self.put(row, column, slot, start)
    }

    /// Puts a cell into its row. Its text begins at byte `start` of the row's texts.
    fn put(&mut self, row: u32, column: u32, slot: Option<Slot>, start: usize) -> Step<Outcome> {
        let Some(mut slot) = slot else {
            self.texts.truncate(start);
            self.pass(column);
            return Ok(ControlFlow::Continue(()));
        };
        if row < self.row || (row == self.row && self.slots.len() as u64 >= MAX_COLUMNS) {
            self.texts.truncate(start);
            return Err(Halt::Unknown);
        }
        if row > self.row {
            match self.flush() {
                Ok(Flow::Continue) => {}
                stop => return Ok(ControlFlow::Break(stop)),
            }
            self.texts.drain(..start);
            if let Slot::Text(range) = &mut slot {
                *range = range.start - start..range.end - start;
            }
            self.row = row;
            self.handed_over = self.place.cells;
        }
        self.slots.push((column as usize, slot));
        self.pass(column);
        Ok(ControlFlow::Continue(()))
    }

    fn pass(&mut self, column: u32) {
        self.place = Place { column: column + 1, cells: self.place.cells + 1, ..self.place };
    }

    /// Hands over the row that was put together. Its texts stay.
    fn flush(&mut self) -> Result<Flow, ReadError> {
        let (tables, texts) = (self.tables, &self.texts);
        let cells = self.slots.drain(..).map(|(column, slot)| {
            let cell = match slot {
                Slot::Shared(index) => Cell::Text(tables.strings.get(index).unwrap_or_default()),
                Slot::Text(range) => Cell::Text(texts.get(range).unwrap_or_default()),
                Slot::Number(number) => Cell::Number(number),
                Slot::DateSerial(serial) => Cell::DateSerial(serial),
                Slot::Bool(value) => Cell::Bool(value),
                Slot::Error(word) => Cell::Error(word),
            };
            (column, cell)
        });
        self.rows.row(self.row.into(), cells)
    }

    /// Row, column and content of a cell, from its attributes to its closing tag.
    fn read_cell(&mut self, cursor: &mut Cursor<'_>) -> Step<(u32, u32, Option<Slot>)> {
        let (mut place, mut style, mut kind) = (None, None, None);
        let end = loop {
            match cursor.attribute()? {
                Attribute::Pair(b"r", value) => once(&mut place, scalar::place(value))?,
                Attribute::Pair(b"s", value) => once(&mut style, scalar::index(value))?,
                Attribute::Pair(b"t", value) => once(&mut kind, kind_of(value))?,
                Attribute::Pair(..) => {}
                end => break end,
            }
        };
        let (row, column) = self.place.or(place)?;
        let format = self.tables.format(style)?;
        if end == Attribute::EmptyEnd {
            return Ok((row, column, None));
        }
        // The last one says what the cell holds.
        let (mut slot, mut formula) = (None, false);
        loop {
            slot = match cursor.tag(self.prefix)? {
                Tag::Open(b"v") => self.read_value(cursor, kind.unwrap_or(Kind::None), format)?,
                Tag::Open(b"is") => {
                    let start = self.texts.len();
                    read_item(cursor, self.prefix, b"is", &mut self.texts)?;
                    self.text_from(start)
                }
                Tag::Open(b"f") => {
                    if cursor.skip_attributes()? == Attribute::End {
                        cursor.raw()?;
                        cursor.close(self.prefix, b"f")?;
                    }
                    formula = true;
                    None
                }
                Tag::Close(b"c") => {
                    // A text that is empty is a value too.
                    if formula && slot.is_none() && kind.is_none() {
                        self.rows.formula_without_value();
                    }
                    return Ok((row, column, slot));
                }
                Tag::Open(_) | Tag::Close(_) => return Err(Halt::Unknown),
            }
        }
    }

    fn text_from(&self, start: usize) -> Option<Slot> {
        (self.texts.len() > start).then_some(Slot::Text(start..self.texts.len()))
    }

    fn read_value(&mut self, cursor: &mut Cursor<'_>, kind: Kind, format: Number) -> Step<Option<Slot>> {
        if cursor.skip_attributes()? == Attribute::EmptyEnd {
            return Ok(None);
        }
        let slot = match kind {
            Kind::Text | Kind::Date => {
                let start = self.texts.len();
                cursor.text(&mut self.texts)?;
                if kind == Kind::Text {
                    escape::resolve_units(&mut self.texts, start);
                } else {
                    let length = self.texts.get(start..).map(iso_date).unwrap_or_default().len();
                    self.texts.truncate(start + length);
                }
                self.text_from(start)
            }
            _ => match cursor.raw()? {
                "" => None,
                text => scalar_slot(text, kind, format, self.tables.strings)?,
            },
        };
        cursor.close(self.prefix, b"v")?;
        Ok(slot)
    }
}

fn scalar_slot(text: &str, kind: Kind, format: Number, strings: &Strings) -> Step<Option<Slot>> {
    Ok(Some(match kind {
        Kind::None | Kind::Number => match (scalar::number(text).ok_or(Halt::Unknown)?, format) {
            (number, Number::Plain) => Slot::Number(number),
            (serial, Number::Date) => Slot::DateSerial(serial),
        },
        Kind::Shared => {
            let index = scalar::index(text.as_bytes()).ok_or(Halt::Unknown)?;
            if strings.get(index).ok_or(Halt::Unknown)?.is_empty() {
                return Ok(None);
            }
            Slot::Shared(index)
        }
        Kind::Bool => match text {
            "0" => Slot::Bool(false),
            "1" => Slot::Bool(true),
            _ => return Err(Halt::Unknown),
        },
        Kind::Error => Slot::Error(error_word(text).ok_or(Halt::Unknown)?),
        // The text of such a cell is in `<is>`.
        Kind::Inline | Kind::Text | Kind::Date => return Ok(None),
    }))
}

fn error_word(text: &str) -> Option<&'static str> {
    ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"]
        .into_iter()
        .find(|word| *word == text)
}

fn kind_of(value: &[u8]) -> Option<Kind> {
    Some(match value {
        b"s" => Kind::Shared,
        b"n" => Kind::Number,
        b"str" => Kind::Text,
        b"inlineStr" => Kind::Inline,
        b"b" => Kind::Bool,
        b"e" => Kind::Error,
        b"d" => Kind::Date,
        _ => return None,
    })
}

/// Keeps what an attribute says, unless it is said twice or unknown.
fn once<T>(kept: &mut Option<T>, value: Option<T>) -> Step<()> {
    let value = value.ok_or(Halt::Unknown)?;
    if kept.replace(value).is_some() { Err(Halt::Unknown) } else { Ok(()) }
}

fn row_start<'b>(cursor: &mut Cursor<'b>) -> Step<(Option<u32>, Attribute<'b>)> {
    let mut row = None;
    loop {
        match cursor.attribute()? {
            Attribute::Pair(b"r", value) => once(&mut row, scalar::row(value))?,
            Attribute::Pair(..) => {}
            end => return Ok((row, end)),
        }
    }
}
