//! Collects bodies row by row.

use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, ArrayRef, Decimal64Builder, FixedSizeBinaryBuilder, Int64Builder, StringViewBuilder,
    TimestampMicrosecondBuilder,
};
use arrow::datatypes::DataType;

use super::bodies::{Bits, Bodies, bits};
use super::{Value, Values, body_type};
use crate::core::schema::{Column, Kind};

/// Texts of a column are gathered in blocks of so many bytes. A run holds a builder for each column, month and file.
const TEXT_BLOCK: u32 = 8 << 10;
/// Room for values at first. A run holds many builders, and most of them stay small.
const FIRST_ROOM: usize = 1024;

enum ColumnBuilder {
    Text(StringViewBuilder),
    Int(Int64Builder),
    Money(Decimal64Builder),
    Time(TimestampMicrosecondBuilder),
    Hash(FixedSizeBinaryBuilder),
}

impl ColumnBuilder {
    /// With room for so many values.
    fn new(data_type: &DataType, room: usize) -> Self {
        match data_type {
            DataType::Int64 => Self::Int(Int64Builder::with_capacity(room)),
            DataType::Decimal64(..) => {
                Self::Money(Decimal64Builder::with_capacity(room).with_data_type(data_type.clone()))
            }
            DataType::Timestamp(..) => Self::Time(TimestampMicrosecondBuilder::with_capacity(room)),
            DataType::FixedSizeBinary(width) => {
                Self::Hash(FixedSizeBinaryBuilder::with_capacity(room, *width))
            }
            _ => Self::Text(StringViewBuilder::with_capacity(room).with_fixed_block_size(TEXT_BLOCK)),
        }
    }

    /// Fills up with nulls to a length.
    fn pad(&mut self, to: usize) {
        match self {
            Self::Text(b) => (b.len()..to).for_each(|_| b.append_null()),
            Self::Int(b) => b.append_nulls(to.saturating_sub(b.len())),
            Self::Money(b) => b.append_nulls(to.saturating_sub(b.len())),
            Self::Time(b) => b.append_nulls(to.saturating_sub(b.len())),
            Self::Hash(b) => b.append_nulls(to.saturating_sub(b.len())),
        }
    }

    /// Adds a value of the builder's own type; any other is a null.
    fn append(&mut self, value: &Value<'_>) {
        match (self, value) {
            (Self::Text(b), Value::Text(text)) => b.append_value(text),
            (Self::Int(b), Value::Int(n)) => b.append_value(*n),
            (Self::Money(b), Value::Money(m)) => b.append_value(m.0),
            (Self::Time(b), Value::Time(t)) => b.append_value(t.seconds * 1_000_000),
            // The column is as wide as a hash.
            (Self::Hash(b), Value::Hash(hash)) => b.append_value(hash.0).unwrap_or_default(),
            (Self::Text(b), _) => b.append_null(),
            (Self::Int(b), _) => b.append_null(),
            (Self::Money(b), _) => b.append_null(),
            (Self::Time(b), _) => b.append_null(),
            (Self::Hash(b), _) => b.append_null(),
        }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Text(mut b) => Arc::new(b.finish()),
            Self::Int(mut b) => Arc::new(b.finish()),
            Self::Money(mut b) => Arc::new(b.finish()),
            Self::Time(mut b) => Arc::new(b.finish()),
            Self::Hash(mut b) => Arc::new(b.finish()),
        }
    }
}

/// A column and how long it is: the builders know that too, but not as quickly.
struct Slot {
    builder: ColumnBuilder,
    len: u32,
}

impl Slot {
    fn new(kind: Kind, room: usize) -> Self {
        Self { builder: ColumnBuilder::new(&body_type(kind), room), len: 0 }
    }
}

/// Collects bodies of one level. The caller decides which contents are new.
pub struct BodyBuilder {
    kinds: Vec<Kind>,
    /// A column is built from its first value on and filled up with nulls when it speaks again: most files fill few
    /// columns.
    columns: Vec<Option<Slot>>,
    bits: Vec<Bits>,
    /// How many values a column has room for when it begins.
    room: usize,
    precision: Int64Builder,
    clears: Int64Builder,
    hashes: FixedSizeBinaryBuilder,
    len: u32,
}

impl BodyBuilder {
    pub fn new(columns: &[Column]) -> Self {
        Self {
            kinds: columns.iter().map(|c| c.kind).collect(),
            columns: columns.iter().map(|_| None).collect(),
            bits: bits(columns),
            room: FIRST_ROOM,
            precision: Int64Builder::new(),
            clears: Int64Builder::new(),
            hashes: FixedSizeBinaryBuilder::new(16),
            len: 0,
        }
    }

    pub fn len(&self) -> u32 {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a body, whose hash the caller has from [`super::content_hash`]. Returns its number, counted from 0.
    pub fn push(&mut self, values: &Values<'_>, hash: u128) -> u32 {
        let (mut precision, mut clears) = (0i64, 0i64);
        let number = self.len;
        for (column, value) in values.iter() {
            let (Some(slot), Some(at), Some(kind)) =
                (self.columns.get_mut(column), self.bits.get(column), self.kinds.get(column))
            else {
                continue;
            };
            match value {
                Value::Clear => {
                    clears |= 1 << at.clears;
                    continue;
                }
                Value::Time(time) => precision |= (time.precision as i64) << at.precision,
                Value::Text(_) | Value::Int(_) | Value::Money(_) | Value::Hash(_) => {}
            }
            let slot = slot.get_or_insert_with(|| Slot::new(*kind, self.room));
            if slot.len < number {
                slot.builder.pad(number as usize);
            }
            slot.builder.append(value);
            slot.len = number + 1;
        }
        self.precision.append_value(precision);
        self.clears.append_value(clears);
        // Sixteen bytes always fit the builder's width.
        let _ = self.hashes.append_value(hash.to_le_bytes());
        self.len += 1;
        number
    }

    /// What was collected; the builder is empty again and makes room for as much.
    pub fn finish(&mut self) -> Bodies {
        let len = self.len as usize;
        self.room = len;
        let columns = self.columns.iter_mut().map(|slot| {
            let mut builder = slot.take()?.builder;
            builder.pad(len);
            Some(builder.finish())
        });
        let columns = columns.collect();
        self.len = 0;
        Bodies::new(columns, self.precision.finish(), self.clears.finish(), self.hashes.finish())
    }
}
