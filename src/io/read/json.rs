//! Orders from API JSON: response pages, arrays, one order a line, or any of these one after the other.
//!
//! A document is never held as a whole. A scanner finds where each order begins and ends, and only that stretch is parsed,
//! into the cells that the schema asks for. Two things need the scanner to run ahead of the orders: a page may tell the
//! time of its extraction after them, and a document that breaks in the middle should fail before it has spoken.

mod order;
mod paths;
mod source;
mod value;
mod walk;

use std::io::{self, Read};

use memchr::{memchr_iter, memrchr};
use serde::de::IgnoredAny;

use self::order::{Outcome, Parser};
use self::source::{Fault, Source};
use self::walk::{Handler, walk};
use super::{Input, ReadError};
use crate::core::cell::Flow;
use crate::core::schema::Schema;

/// What one field of an API order says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ApiCell {
    /// The field is not there, or holds an empty list or object.
    #[default]
    Absent,
    /// An explicit null.
    Null,
    /// A text, the digits of a number as written, `T` or `F` for a truth value, or a list joined by commas. May be blank.
    Text(String),
}

impl ApiCell {
    /// The text, unless it is blank.
    pub fn spoken(&self) -> Option<&str> {
        match self {
            Self::Text(text) if !text.trim().is_empty() => Some(text),
            _ => None,
        }
    }
}

/// One order of the API, cut down to what the schema asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiOrder {
    /// One cell for each of `Schema::orders`.
    pub order: Vec<ApiCell>,
    /// For each item one cell for each of `Schema::items`.
    pub items: Vec<Vec<ApiCell>>,
    /// When the order was asked for, as written: its own word, else its page's.
    pub extracted_at: Option<String>,
}

/// Receives the orders of a JSON file in their order. An order lives only for the call.
pub trait OrderSink {
    fn order(&mut self, order: &ApiOrder) -> Flow;

    /// Something stands where an order should that is none, or that cannot be read.
    fn broken_order(&mut self) -> Flow;
}

/// What a JSON file turned out to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JsonFacts {
    pub orders: u64,
    pub broken: u64,
    /// There was an order, or a page that could have held some. Otherwise the file is about something else.
    pub looks_like_orders: bool,
}

/// Reads all orders, or as many as the sink wants.
///
/// Fails where the document is no JSON. Lines of a file with one order a line fail alone, as `broken_order`.
pub fn read_orders(input: &Input, schema: &Schema, sink: &mut dyn OrderSink) -> Result<JsonFacts, ReadError> {
    let mut delivery = Delivery::new(schema, sink);
    let mut source = Source::open(input)?;
    let done = match source.head() {
        Ok((head, whole)) if has_one_value_a_line(head, whole) => read_lines(&mut source, &mut delivery),
        Ok(_) => read_document(input, &mut delivery),
        Err(fault) => Err(fault),
    };
    match done {
        Ok(()) | Err(Fault::Stopped) => {}
        Err(fault) => return Err(read_error(input, fault)),
    }
    if !delivery.facts.looks_like_orders && delivery.broken_lines > 0 {
        return Err(ReadError::Damaged("no line of it is valid JSON of an order".to_owned()));
    }
    Ok(delivery.facts)
}

fn read_document(input: &Input, delivery: &mut Delivery<'_>) -> Result<(), Fault> {
    let mut pages = PageTimes::default();
    walk(&mut Source::open(input)?, delivery.parser.extracted_at(), &mut pages)?;
    delivery.expect_pages(pages.times);
    walk(&mut Source::open(input)?, &[], delivery)
}

fn read_lines(source: &mut Source, delivery: &mut Delivery<'_>) -> Result<(), Fault> {
    delivery.on_bad_order = OnBadOrder::Report;
    while let Some(line) = source.next_line()? {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        match delivery.parser.parse(line) {
            Outcome::Order => delivery.deliver()?,
            Outcome::BadText => delivery.broken()?,
            Outcome::Stranger | Outcome::Malformed => read_line_as_document(line, delivery)?,
        }
    }
    Ok(())
}

/// A line that is no order may be a page or an array of orders.
fn read_line_as_document(line: &[u8], delivery: &mut Delivery<'_>) -> Result<(), Fault> {
    let mut pages = PageTimes::default();
    if serde_json::from_slice::<IgnoredAny>(line).is_err()
        || walk(&mut Source::from_bytes(line), delivery.parser.extracted_at(), &mut pages).is_err()
    {
        delivery.broken_lines += 1;
        return delivery.stranger();
    }
    delivery.expect_pages(pages.times);
    walk(&mut Source::from_bytes(line), &[], delivery)
}

/// Collects what pages say of themselves, before any of their orders is read.
#[derive(Default)]
struct PageTimes {
    times: Vec<Option<String>>,
}

impl Handler for PageTimes {
    fn page_end(&mut self, extracted_at: Option<String>) {
        self.times.push(extracted_at);
    }
}

/// What becomes of an order that is cut out well but is no valid JSON inside.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OnBadOrder {
    Fail,
    Report,
}

/// Parses what the scanner finds and hands it to the sink.
struct Delivery<'a> {
    parser: Parser,
    sink: &'a mut dyn OrderSink,
    facts: JsonFacts,
    on_bad_order: OnBadOrder,
    pages: std::vec::IntoIter<Option<String>>,
    page_time: Option<String>,
    /// Values that are no orders, found before it was clear that the file is about orders.
    strangers: u64,
    broken_lines: u64,
}

impl<'a> Delivery<'a> {
    fn new(schema: &Schema, sink: &'a mut dyn OrderSink) -> Self {
        Self {
            parser: Parser::new(schema),
            sink,
            facts: JsonFacts::default(),
            on_bad_order: OnBadOrder::Fail,
            pages: Vec::new().into_iter(),
            page_time: None,
            strangers: 0,
            broken_lines: 0,
        }
    }

    fn expect_pages(&mut self, times: Vec<Option<String>>) {
        self.pages = times.into_iter();
        self.page_time = None;
    }

    /// The file is about orders: what was no order until now was a broken one.
    fn recognise(&mut self) -> Result<(), Fault> {
        self.facts.looks_like_orders = true;
        for _ in 0..std::mem::take(&mut self.strangers) {
            self.broken()?;
        }
        Ok(())
    }

    fn deliver(&mut self) -> Result<(), Fault> {
        self.recognise()?;
        self.facts.orders += 1;
        let order = self.parser.order();
        if order.extracted_at.is_none() {
            order.extracted_at.clone_from(&self.page_time);
        }
        go_on(self.sink.order(order))
    }

    fn broken(&mut self) -> Result<(), Fault> {
        self.facts.broken += 1;
        go_on(self.sink.broken_order())
    }

    fn malformed(&mut self, at: u64) -> Result<(), Fault> {
        match self.on_bad_order {
            OnBadOrder::Fail => Err(Fault::BadOrder(at)),
            OnBadOrder::Report => self.broken(),
        }
    }
}

fn go_on(flow: Flow) -> Result<(), Fault> {
    match flow {
        Flow::Continue => Ok(()),
        Flow::Stop => Err(Fault::Stopped),
    }
}

impl Handler for Delivery<'_> {
    fn page_start(&mut self) -> Result<(), Fault> {
        self.page_time = self.pages.next().flatten();
        self.recognise()
    }

    fn page_end(&mut self, _: Option<String>) {
        self.page_time = None;
    }

    fn element(&mut self, bytes: &[u8], at: u64) -> Result<(), Fault> {
        match self.parser.parse(bytes) {
            Outcome::Order => self.deliver(),
            // Whatever a page lists is an order, be it one without an id.
            Outcome::Stranger if bytes.starts_with(b"{") => self.deliver(),
            Outcome::Stranger | Outcome::BadText => self.broken(),
            Outcome::Malformed => self.malformed(at),
        }
    }

    fn candidate(&mut self, bytes: &[u8], at: u64) -> Result<(), Fault> {
        match self.parser.parse(bytes) {
            Outcome::Order => self.deliver(),
            Outcome::Stranger | Outcome::BadText => self.stranger(),
            Outcome::Malformed => self.malformed(at),
        }
    }

    fn stranger(&mut self) -> Result<(), Fault> {
        if self.facts.looks_like_orders {
            self.broken()
        } else {
            self.strangers += 1;
            Ok(())
        }
    }
}

/// Whether the file has one value a line, so that a broken line need not take the others with it.
///
/// A first line that is a value of its own settles it. If the first line is broken, two whole values on neighbouring lines
/// do, for inside a document a comma stands between them; or a second line that cannot be the first one's continuation.
fn has_one_value_a_line(head: &[u8], whole: bool) -> bool {
    let mut lines: Vec<&[u8]> = head.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).collect();
    if !whole {
        lines.pop();
    }
    lines.retain(|line| !line.is_empty());
    let [first, second, ..] = lines.as_slice() else {
        return false;
    };
    if is_whole_value(first) {
        return true;
    }
    second.starts_with(b"{") && !may_go_on_with_object(first)
        || lines.windows(2).take(64).any(|pair| pair.iter().all(|line| is_whole_value(line)))
}

fn is_whole_value(line: &[u8]) -> bool {
    matches!(line.first(), Some(b'{' | b'[')) && serde_json::from_slice::<IgnoredAny>(line).is_ok()
}

/// Whether a line that is the beginning of a value may be followed by an object.
fn may_go_on_with_object(line: &[u8]) -> bool {
    let mut open = Vec::new();
    let (mut in_text, mut escaped) = (false, false);
    for byte in line {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' | b'[' => open.push(*byte),
            b'}' | b']' => {
                open.pop();
            }
            _ => {}
        }
    }
    match line.last() {
        _ if in_text => false,
        Some(b':') => true,
        Some(b'[' | b',') => open.last() == Some(&b'['),
        _ => false,
    }
}

fn read_error(input: &Input, fault: Fault) -> ReadError {
    let place = |at| match locate(input, at) {
        Ok((line, column)) => format!("line {line}, column {column}"),
        Err(_) => format!("byte {at}"),
    };
    match fault {
        Fault::Io(e) if e.kind() == io::ErrorKind::InvalidData => ReadError::Damaged(e.to_string()),
        Fault::Io(e) => ReadError::Io(e),
        Fault::End => ReadError::Incomplete("the JSON breaks off".to_owned()),
        Fault::Syntax(at) => ReadError::Damaged(format!("no valid JSON at {}", place(at))),
        Fault::BadOrder(at) => {
            ReadError::Damaged(format!("the order that begins at {} is no valid JSON", place(at)))
        }
        Fault::TooDeep(at) => ReadError::Damaged(format!("nested too deep at {}", place(at))),
        Fault::TooLarge => ReadError::TooLarge { what: "one JSON order", limit: source::MAX_VALUE as u64 },
        Fault::Stopped => ReadError::Damaged("reading was stopped".to_owned()),
    }
}

/// Line and column (in characters) of a byte, both from 1.
fn locate(input: &Input, at: u64) -> io::Result<(u64, u64)> {
    let mut reader = source::decoded(input)?.take(at);
    let mut buffer = vec![0; 64 * 1024];
    let (mut line, mut column) = (1, 1);
    loop {
        let n = reader.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..n).filter(|b| !b.is_empty()) else {
            return Ok((line, column));
        };
        let last_line = match memrchr(b'\n', bytes) {
            Some(newline) => {
                line += memchr_iter(b'\n', bytes).count() as u64;
                column = 1;
                bytes.get(newline + 1..).unwrap_or_default()
            }
            None => bytes,
        };
        column += last_line.iter().filter(|b| (**b & 0xc0) != 0x80).count() as u64;
    }
}

#[cfg(test)]
mod tests;
