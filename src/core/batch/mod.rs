//! Typed values as Arrow columns.
//!
//! An observation's content is split in two *bodies*, what the row says of its item and what it says of its order,
//! because an order's columns repeat on each of its rows. A body is stored once however often it is seen; a *sighting*
//! (file, row, time) points at its bodies.
//!
//! A file speaks in some dozen of the two hundred columns, so a row is a short list of values ([`Values`]), and bodies
//! have only the columns in which any of them speaks ([`Bodies`]).

mod bodies;
mod builder;
mod numbers;
mod view;

use std::borrow::Cow;

use arrow::datatypes::{DataType, TimeUnit};

use super::schema::Kind;
use super::types::{KstDateTime, Money, PersonHash};
pub use bodies::{Bodies, CLEARS, HASH, PRECISION};
pub use builder::BodyBuilder;
pub use numbers::ContentNumbers;
pub use view::{BodiesView, ColumnView, precision_of_bits};

/// One cell after normalising.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// An explicit null of an API order: clears the field.
    Clear,
    Text(Cow<'a, str>),
    Int(i64),
    Money(Money),
    Time(KstDateTime),
    /// Apart, since few cells are hashes and all values are as large as the largest.
    Hash(Box<PersonHash>),
}

/// What a row says at one level: the columns that have a word, ascending. A file speaks in a few of the many columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values<'a>(Vec<(usize, Value<'a>)>);

impl<'a> Values<'a> {
    /// With room for so many words.
    pub fn with_room(words: usize) -> Self {
        Self(Vec::with_capacity(words))
    }

    /// Gives a column its word, instead of one that it had.
    #[inline]
    pub fn set(&mut self, column: usize, value: Value<'a>) {
        if self.0.last().is_none_or(|(last, _)| *last < column) {
            self.0.push((column, value));
        } else {
            self.set_between(column, value);
        }
    }

    fn set_between(&mut self, column: usize, value: Value<'a>) {
        match self.0.binary_search_by_key(&column, |(at, _)| *at) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (column, value)),
        }
    }

    pub fn get(&self, column: usize) -> Option<&Value<'a>> {
        let at = self.0.binary_search_by_key(&column, |(at, _)| *at).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    /// The column's text, if a text is what it says.
    pub fn text(&self, column: usize) -> Option<&str> {
        match self.get(column) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (usize, &Value<'a>)> {
        self.0.iter().map(|(column, value)| (*column, value))
    }

    /// The memory of it, for another row.
    pub fn recycle<'b>(mut self) -> Values<'b> {
        self.0.clear();
        Values(self.0.into_iter().map(|(column, _)| (column, Value::Clear)).collect())
    }
}

/// The Arrow type of a kind of column in bodies: texts are views, so that bodies are put together without copying them,
/// and hashes the bytes that they are.
pub fn body_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text | Kind::Id => DataType::Utf8View,
        Kind::Hash => DataType::FixedSizeBinary(32),
        Kind::Int | Kind::Money | Kind::Time => data_type(kind),
    }
}

/// The Arrow type of a kind of column in tables.
pub fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text | Kind::Id | Kind::Hash => DataType::Utf8,
        Kind::Int => DataType::Int64,
        Kind::Money => DataType::Decimal64(18, 2),
        Kind::Time => DataType::Timestamp(TimeUnit::Microsecond, None),
    }
}

/// A hash of a body's content, stable on disk: two bodies are one where it is equal.
///
/// `scratch` only saves allocations.
pub fn content_hash(values: &Values<'_>, scratch: &mut Vec<u8>) -> u128 {
    scratch.clear();
    for (column, value) in values.iter() {
        let tag = match value {
            Value::Clear => 1,
            Value::Text(_) => 2,
            Value::Int(_) => 3,
            Value::Money(_) => 4,
            Value::Time(t) => 5 + t.precision as u8,
            Value::Hash(_) => 8,
        };
        scratch.push(tag);
        scratch.push(u8::try_from(column).unwrap_or(u8::MAX));
        match value {
            Value::Clear => {}
            Value::Text(text) => {
                scratch.extend_from_slice(&(text.len() as u64).to_le_bytes());
                scratch.extend_from_slice(text.as_bytes());
            }
            Value::Int(n) => scratch.extend_from_slice(&n.to_le_bytes()),
            Value::Money(m) => scratch.extend_from_slice(&m.0.to_le_bytes()),
            Value::Time(t) => scratch.extend_from_slice(&t.seconds.to_le_bytes()),
            Value::Hash(hash) => scratch.extend_from_slice(&hash.0),
        }
    }
    xxhash_rust::xxh3::xxh3_128(scratch)
}
