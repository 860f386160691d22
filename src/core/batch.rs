//! Typed values as Arrow columns.
//!
//! An observation's content is split in two *bodies*, what the row says of its item and what it says of its order,
//! because an order's columns repeat on each of its rows. A body is stored once however often it is seen; a *sighting*
//! (file, row, time) points at its bodies.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayBuilder, ArrayRef, AsArray, Decimal64Builder, FixedSizeBinaryArray, FixedSizeBinaryBuilder,
    Int64Array, Int64Builder, RecordBatch, StringBuilder, TimestampMicrosecondBuilder, new_null_array,
};
use arrow::datatypes::{
    DataType, Decimal64Type, Field, Int64Type, SchemaRef, TimeUnit, TimestampMicrosecondType,
};
use arrow::error::ArrowError;

use super::schema::{Column, Kind};
use super::types::{KstDateTime, Money, Precision};

/// One cell after normalising.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// An explicit null of an API order: clears the field.
    Clear,
    Text(Cow<'a, str>),
    Int(i64),
    Money(Money),
    Time(KstDateTime),
}

/// What a row says at one level: the columns that have a word, ascending. A file speaks in a few of the many columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values<'a>(Vec<(usize, Value<'a>)>);

impl<'a> Values<'a> {
    /// Gives a column its word, instead of one that it had.
    pub fn set(&mut self, column: usize, value: Value<'a>) {
        if self.0.last().is_none_or(|(last, _)| *last < column) {
            self.0.push((column, value));
            return;
        }
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

/// The Arrow type of a kind of column, in bodies and in tables alike.
pub fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text | Kind::Id => DataType::Utf8,
        Kind::Int => DataType::Int64,
        Kind::Money => DataType::Decimal64(18, 2),
        Kind::Time => DataType::Timestamp(TimeUnit::Microsecond, None),
    }
}

/// Names of the columns that bodies carry besides the schema's own.
const PRECISION: &str = "_precision";
const CLEARS: &str = "_clears";
const HASH: &str = "_hash";

/// The Arrow schema of the bodies of one level: its columns, then how precise the times are (two bits a time column, 0 =
/// day, 1 = minute, 2 = second), which an explicit null clears (a bit a clearable column), and the content's hash.
pub fn body_schema(columns: &[Column]) -> SchemaRef {
    let mut fields: Vec<Field> =
        columns.iter().map(|c| Field::new(&c.name, data_type(c.kind), true)).collect();
    fields.push(Field::new(PRECISION, DataType::Int64, false));
    fields.push(Field::new(CLEARS, DataType::Int64, false));
    fields.push(Field::new(HASH, DataType::FixedSizeBinary(16), false));
    Arc::new(arrow::datatypes::Schema::new(fields))
}

enum ColumnBuilder {
    Text(StringBuilder),
    Int(Int64Builder),
    Money(Decimal64Builder),
    Time(TimestampMicrosecondBuilder),
}

impl ColumnBuilder {
    fn new(data_type: &DataType) -> Self {
        match data_type {
            DataType::Int64 => Self::Int(Int64Builder::new()),
            DataType::Decimal64(..) => Self::Money(Decimal64Builder::new().with_data_type(data_type.clone())),
            DataType::Timestamp(..) => Self::Time(TimestampMicrosecondBuilder::new()),
            _ => Self::Text(StringBuilder::new()),
        }
    }

    /// Fills up with nulls to a length.
    fn pad(&mut self, to: usize) {
        match self {
            Self::Text(b) => b.append_nulls(to.saturating_sub(b.len())),
            Self::Int(b) => b.append_nulls(to.saturating_sub(b.len())),
            Self::Money(b) => b.append_nulls(to.saturating_sub(b.len())),
            Self::Time(b) => b.append_nulls(to.saturating_sub(b.len())),
        }
    }

    /// Adds a value of the builder's own type; any other is a null.
    fn append(&mut self, value: &Value<'_>) {
        match (self, value) {
            (Self::Text(b), Value::Text(text)) => b.append_value(text),
            (Self::Int(b), Value::Int(n)) => b.append_value(*n),
            (Self::Money(b), Value::Money(m)) => b.append_value(m.0),
            (Self::Time(b), Value::Time(t)) => b.append_value(t.seconds * 1_000_000),
            _ => {}
        }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Text(mut b) => Arc::new(b.finish()),
            Self::Int(mut b) => Arc::new(b.finish()),
            Self::Money(mut b) => Arc::new(b.finish()),
            Self::Time(mut b) => Arc::new(b.finish()),
        }
    }
}

/// Collects bodies of one level. The caller decides which contents are new.
pub struct BodyBuilder {
    schema: SchemaRef,
    /// A column is built from its first value on and filled up with nulls when it speaks again: most files fill few
    /// columns.
    columns: Vec<Option<ColumnBuilder>>,
    bits: Vec<Bits>,
    precision: Int64Builder,
    clears: Int64Builder,
    hashes: FixedSizeBinaryBuilder,
    len: u32,
}

/// Where a column's bits lie in `_precision` (two a time column) and `_clears` (one a clearable column).
#[derive(Clone, Copy, Debug, Default)]
struct Bits {
    precision: u32,
    clears: u32,
}

fn bits(columns: &[Column]) -> Vec<Bits> {
    let mut next = Bits::default();
    columns
        .iter()
        .map(|c| {
            let at = next;
            next.precision += if c.kind == Kind::Time { 2 } else { 0 };
            next.clears += u32::from(c.clearable);
            at
        })
        .collect()
}

impl BodyBuilder {
    pub fn new(columns: &[Column]) -> Self {
        Self {
            schema: body_schema(columns),
            columns: columns.iter().map(|_| None).collect(),
            bits: bits(columns),
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

    /// Adds a body, whose hash the caller has from [`content_hash`]. Returns its number, counted from 0.
    pub fn push(&mut self, values: &Values<'_>, hash: u128) -> u32 {
        let (mut precision, mut clears) = (0i64, 0i64);
        let number = self.len;
        for (column, value) in values.iter() {
            let (Some(slot), Some(at)) = (self.columns.get_mut(column), self.bits.get(column)) else {
                continue;
            };
            match value {
                Value::Clear => {
                    clears |= 1 << at.clears;
                    continue;
                }
                Value::Time(time) => precision |= (time.precision as i64) << at.precision,
                Value::Text(_) | Value::Int(_) | Value::Money(_) => {}
            }
            let builder =
                slot.get_or_insert_with(|| ColumnBuilder::new(self.schema.field(column).data_type()));
            builder.pad(number as usize);
            builder.append(value);
        }
        self.precision.append_value(precision);
        self.clears.append_value(clears);
        // Sixteen bytes always fit the builder's width.
        let _ = self.hashes.append_value(hash.to_le_bytes());
        self.len += 1;
        number
    }

    /// What was collected; the builder is empty again.
    pub fn finish(&mut self) -> Result<Bodies, ArrowError> {
        let mut arrays: Vec<ArrayRef> = self
            .columns
            .iter_mut()
            .zip(self.schema.fields())
            .map(|(slot, field)| match slot.take() {
                None => new_null_array(field.data_type(), self.len as usize),
                Some(mut builder) => {
                    builder.pad(self.len as usize);
                    builder.finish()
                }
            })
            .collect();
        arrays.push(Arc::new(self.precision.finish()));
        arrays.push(Arc::new(self.clears.finish()));
        arrays.push(Arc::new(self.hashes.finish()));
        self.len = 0;
        Ok(Bodies { batch: RecordBatch::try_new(Arc::clone(&self.schema), arrays)? })
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
        }
    }
    xxhash_rust::xxh3::xxh3_128(scratch)
}

/// Distinct contents of one level, numbered from 0.
#[derive(Clone, Debug)]
pub struct Bodies {
    batch: RecordBatch,
}

impl Bodies {
    /// Takes a batch of [`body_schema`]'s shape, as read back from disk.
    pub fn from_batch(batch: RecordBatch, columns: &[Column]) -> Result<Self, ArrowError> {
        if batch.schema().fields() != body_schema(columns).fields() {
            return Err(ArrowError::SchemaError("the bodies have other columns than the schema".into()));
        }
        Ok(Self { batch })
    }

    pub fn empty(columns: &[Column]) -> Self {
        Self { batch: RecordBatch::new_empty(body_schema(columns)) }
    }

    /// All bodies one after another.
    pub fn concat(columns: &[Column], parts: &[Self]) -> Result<Self, ArrowError> {
        let schema = body_schema(columns);
        Ok(Self { batch: arrow::compute::concat_batches(&schema, parts.iter().map(|p| &p.batch))? })
    }

    /// The bodies with these numbers, in this order.
    pub fn take(&self, numbers: &[u32]) -> Result<Self, ArrowError> {
        let numbers = arrow::array::UInt32Array::from_iter_values(numbers.iter().copied());
        Ok(Self { batch: arrow::compute::take_record_batch(&self.batch, &numbers)? })
    }

    pub fn batch(&self) -> &RecordBatch {
        &self.batch
    }

    pub fn len(&self) -> usize {
        self.batch.num_rows()
    }

    pub fn is_empty(&self) -> bool {
        self.batch.num_rows() == 0
    }

    fn extra(&self, from_end: usize) -> &ArrayRef {
        self.batch.column(self.batch.num_columns() - from_end)
    }

    /// Each body's content hash.
    pub fn hashes(&self) -> Vec<u128> {
        let hashes: &FixedSizeBinaryArray = self.extra(1).as_fixed_size_binary();
        hashes.iter().map(|h| h.and_then(|h| h.try_into().ok()).map_or(0, u128::from_le_bytes)).collect()
    }
}

/// A typed look at one column of bodies.
#[derive(Clone, Copy)]
pub enum ColumnView<'a> {
    Text(&'a arrow::array::StringArray),
    Int(&'a Int64Array),
    Money(&'a arrow::array::Decimal64Array),
    Time(&'a arrow::array::TimestampMicrosecondArray),
}

/// Typed looks at all columns of bodies, for the fold.
pub struct BodiesView<'a> {
    pub columns: Vec<ColumnView<'a>>,
    bits: Vec<Bits>,
    precision: &'a Int64Array,
    clears: &'a Int64Array,
}

impl<'a> BodiesView<'a> {
    pub fn new(bodies: &'a Bodies, columns: &[Column]) -> Self {
        let views = columns
            .iter()
            .zip(bodies.batch.columns())
            .map(|(c, array)| match c.kind {
                Kind::Text | Kind::Id => ColumnView::Text(array.as_string()),
                Kind::Int => ColumnView::Int(array.as_primitive::<Int64Type>()),
                Kind::Money => ColumnView::Money(array.as_primitive::<Decimal64Type>()),
                Kind::Time => ColumnView::Time(array.as_primitive::<TimestampMicrosecondType>()),
            })
            .collect();
        Self {
            columns: views,
            bits: bits(columns),
            precision: bodies.extra(3).as_primitive::<Int64Type>(),
            clears: bodies.extra(2).as_primitive::<Int64Type>(),
        }
    }

    /// Whether the body has a value in the column.
    pub fn speaks(&self, body: u32, column: usize) -> bool {
        let body = body as usize;
        match self.columns[column] {
            ColumnView::Text(a) => a.is_valid(body),
            ColumnView::Int(a) => a.is_valid(body),
            ColumnView::Money(a) => a.is_valid(body),
            ColumnView::Time(a) => a.is_valid(body),
        }
    }

    /// Whether the body explicitly clears the column.
    pub fn clears(&self, body: u32, column: usize) -> bool {
        self.clears.value(body as usize) & (1 << self.bits[column].clears) != 0
    }

    pub fn text(&self, body: u32, column: usize) -> Option<&'a str> {
        match self.columns[column] {
            ColumnView::Text(a) if a.is_valid(body as usize) => Some(a.value(body as usize)),
            _ => None,
        }
    }

    pub fn int(&self, body: u32, column: usize) -> Option<i64> {
        match self.columns[column] {
            ColumnView::Int(a) if a.is_valid(body as usize) => Some(a.value(body as usize)),
            _ => None,
        }
    }

    pub fn money(&self, body: u32, column: usize) -> Option<Money> {
        match self.columns[column] {
            ColumnView::Money(a) if a.is_valid(body as usize) => Some(Money(a.value(body as usize))),
            _ => None,
        }
    }

    pub fn time(&self, body: u32, column: usize) -> Option<KstDateTime> {
        let ColumnView::Time(a) = self.columns[column] else { return None };
        let row = body as usize;
        if a.is_null(row) {
            return None;
        }
        let precision = match (self.precision.value(row) >> self.bits[column].precision) & 3 {
            0 => Precision::Day,
            1 => Precision::Minute,
            _ => Precision::Second,
        };
        Some(KstDateTime { seconds: a.value(row) / 1_000_000, precision })
    }

    /// The value as people read it: `12000.00`, `2026-01-02 03:04:05`.
    pub fn display(&self, body: u32, column: usize) -> Option<String> {
        match self.columns[column] {
            ColumnView::Text(_) => self.text(body, column).map(str::to_owned),
            ColumnView::Int(_) => self.int(body, column).map(|n| n.to_string()),
            ColumnView::Money(_) => self.money(body, column).map(|m| m.to_string()),
            ColumnView::Time(_) => self.time(body, column).map(|t| t.to_string()),
        }
    }
}
