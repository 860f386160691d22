//! Distinct contents of one level, as columns.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, FixedSizeBinaryArray, Int64Array, RecordBatch, UInt32Array, new_null_array,
};
use arrow::compute::{concat, take};
use arrow::datatypes::{DataType, Field, Int64Type, Schema};
use arrow::error::ArrowError;

use super::body_type;
use crate::core::schema::{Column, Kind};

/// Names of the columns that bodies carry besides the schema's own: how precise the times are (two bits a time column: 0 =
/// day, 1 = minute, 2 = second), which an explicit null clears (a bit a clearable column), and the content's hash.
pub const PRECISION: &str = "_precision";
pub const CLEARS: &str = "_clears";
pub const HASH: &str = "_hash";

/// Where a column's bits lie in [`PRECISION`] (two a time column) and [`CLEARS`] (one a clearable column).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bits {
    pub(super) precision: u32,
    pub(super) clears: u32,
}

pub(super) fn bits(columns: &[Column]) -> Vec<Bits> {
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

/// Distinct contents of one level, numbered from 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Bodies {
    /// One for each column of the level; `None` where no body says anything.
    columns: Vec<Option<ArrayRef>>,
    pub(super) precision: Int64Array,
    pub(super) clears: Int64Array,
    hashes: FixedSizeBinaryArray,
}

impl Bodies {
    /// All arrays must have one length, and each column the type of [`body_type`].
    pub(super) fn new(
        columns: Vec<Option<ArrayRef>>,
        precision: Int64Array,
        clears: Int64Array,
        hashes: FixedSizeBinaryArray,
    ) -> Self {
        Self { columns, precision, clears, hashes }
    }

    pub fn empty(columns: &[Column]) -> Self {
        let none = || Int64Array::from(Vec::<i64>::new());
        Self::new(vec![None; columns.len()], none(), none(), FixedSizeBinaryArray::new_null(16, 0))
    }

    /// Takes a batch as it was written by [`Bodies::batches`]: columns are found by name, missing ones are blank. `None` if
    /// it has others, of other types, or not those that all bodies have.
    pub fn from_batch(batch: &RecordBatch, columns: &[Column]) -> Option<Self> {
        let schema = batch.schema();
        let (mut found, mut taken) = (vec![None; columns.len()], 0);
        for (column, slot) in columns.iter().zip(&mut found) {
            let Some((at, field)) = schema.column_with_name(&column.name) else { continue };
            if *field.data_type() != body_type(column.kind) {
                return None;
            }
            *slot = Some(Arc::clone(batch.column(at)));
            taken += 1;
        }
        let numbers = |name| batch.column_by_name(name)?.as_primitive_opt::<Int64Type>().cloned();
        let hashes =
            batch.column_by_name(HASH)?.as_fixed_size_binary_opt().filter(|h| h.value_length() == 16)?;
        let (precision, clears) = (numbers(PRECISION)?, numbers(CLEARS)?);
        let only_known = taken + 3 == batch.num_columns();
        only_known.then(|| Self::new(found, precision, clears, hashes.clone()))
    }

    /// All bodies one after another.
    pub fn concat(columns: &[Column], parts: &[Self]) -> Result<Self, ArrowError> {
        if let [only] = parts {
            return Ok(only.clone());
        }
        if parts.is_empty() {
            return Ok(Self::empty(columns));
        }
        let column = |(at, column): (usize, &Column)| {
            if parts.iter().all(|part| part.columns[at].is_none()) {
                return Ok(None);
            }
            let arrays: Vec<ArrayRef> = parts.iter().map(|part| part.column(at, column)).collect();
            concat(&arrays.iter().map(AsRef::as_ref).collect::<Vec<_>>()).map(Some)
        };
        let all = |of: fn(&Self) -> &dyn Array| concat(&parts.iter().map(of).collect::<Vec<_>>());
        Ok(Self::new(
            columns.iter().enumerate().map(column).collect::<Result<_, _>>()?,
            all(|part| &part.precision)?.as_primitive().clone(),
            all(|part| &part.clears)?.as_primitive().clone(),
            all(|part| &part.hashes)?.as_fixed_size_binary().clone(),
        ))
    }

    /// The bodies with these numbers, in this order.
    pub fn take(&self, numbers: &[u32]) -> Result<Self, ArrowError> {
        let numbers = UInt32Array::from_iter_values(numbers.iter().copied());
        let taken = |column: &Option<ArrayRef>| column.as_ref().map(|c| take(c, &numbers, None)).transpose();
        Ok(Self::new(
            self.columns.iter().map(taken).collect::<Result<_, _>>()?,
            take(&self.precision, &numbers, None)?.as_primitive().clone(),
            take(&self.clears, &numbers, None)?.as_primitive().clone(),
            take(&self.hashes, &numbers, None)?.as_fixed_size_binary().clone(),
        ))
    }

    /// The columns as they are written, all batches of one shape: those in which any body of `parts` speaks, then
    /// [`PRECISION`], [`CLEARS`] and [`HASH`].
    pub fn batches(parts: &[Self], columns: &[Column]) -> Result<(Vec<Field>, Vec<RecordBatch>), ArrowError> {
        let speaking: Vec<(usize, &Column)> = columns
            .iter()
            .enumerate()
            .filter(|(at, _)| parts.iter().any(|part| part.columns[*at].is_some()))
            .collect();
        let mut fields: Vec<Field> =
            speaking.iter().map(|(_, c)| Field::new(&c.name, body_type(c.kind), true)).collect();
        fields.push(Field::new(PRECISION, DataType::Int64, false));
        fields.push(Field::new(CLEARS, DataType::Int64, false));
        fields.push(Field::new(HASH, DataType::FixedSizeBinary(16), false));
        let schema = Arc::new(Schema::new(fields.clone()));
        let batch = |part: &Self| {
            let mut arrays: Vec<ArrayRef> = speaking.iter().map(|(at, c)| part.column(*at, c)).collect();
            arrays.push(Arc::new(part.precision.clone()));
            arrays.push(Arc::new(part.clears.clone()));
            arrays.push(Arc::new(part.hashes.clone()));
            RecordBatch::try_new(Arc::clone(&schema), arrays)
        };
        let batches = parts.iter().map(batch).collect::<Result<_, _>>()?;
        Ok((fields, batches))
    }

    fn column(&self, at: usize, column: &Column) -> ArrayRef {
        self.columns[at].clone().unwrap_or_else(|| new_null_array(&body_type(column.kind), self.len()))
    }

    /// One for each column of the level; `None` where no body says anything.
    pub fn columns(&self) -> &[Option<ArrayRef>] {
        &self.columns
    }

    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Each body's content hash.
    pub fn hashes(&self) -> Vec<u128> {
        let hash = |h: Option<&[u8]>| h.and_then(|h| h.try_into().ok()).map_or(0, u128::from_le_bytes);
        self.hashes.iter().map(hash).collect()
    }
}
