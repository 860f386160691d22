//! What a new table changed of the one before.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::row::{RowConverter, SortField};
use xxhash_rust::xxh3::xxh3_128;

use super::LedgerError;
use super::columnar;
use super::staged::ItemCounts;

/// Whether a file holds exactly these bytes. One that cannot be read does not.
pub(super) fn same_bytes(path: &Path, bytes: &[u8]) -> bool {
    let same_length = fs::metadata(path).is_ok_and(|m| m.len() == bytes.len() as u64);
    let mut held = Vec::new();
    same_length && File::open(path).and_then(|mut f| f.read_to_end(&mut held)).is_ok() && held == bytes
}

/// Counts the items of `new` against those of the file `old`.
pub(super) fn count_items(old: Option<&Path>, new: &RecordBatch) -> Result<ItemCounts, LedgerError> {
    let Some(path) = old else {
        return Ok(ItemCounts { new: new.num_rows() as u64, ..ItemCounts::default() });
    };
    let mut before: HashMap<u128, u128> = HashMap::new();
    let mut alike = true;
    let columns = columnar::as_written(&new.schema());
    for batch in columnar::read(path)? {
        alike = batch.schema().fields() == columns.fields();
        before.extend(fingerprints(&batch)?);
    }
    let mut counts = ItemCounts::default();
    for (key, row) in fingerprints(new)? {
        match before.remove(&key) {
            None => counts.new += 1,
            Some(old) if old == row && alike => counts.unchanged += 1,
            Some(_) => counts.changed += 1,
        }
    }
    counts.removed = before.len() as u64;
    Ok(counts)
}

/// A hash of each row's key and one of all its columns.
fn fingerprints(batch: &RecordBatch) -> Result<Vec<(u128, u128)>, ArrowError> {
    let schema = batch.schema();
    let keys: Vec<ArrayRef> = ["mall_id", "shop_no", "item_key"]
        .iter()
        .filter_map(|name| schema.index_of(name).ok())
        .map(|i| batch.column(i).clone())
        .collect();
    let (keys, rows) = (hashes(&keys)?, hashes(batch.columns())?);
    Ok(keys.into_iter().zip(rows).collect())
}

fn hashes(columns: &[ArrayRef]) -> Result<Vec<u128>, ArrowError> {
    let fields = columns.iter().map(|c| SortField::new(c.data_type().clone())).collect();
    let rows = RowConverter::new(fields)?.convert_columns(columns)?;
    Ok(rows.iter().map(|row| xxh3_128(row.as_ref())).collect())
}

/// A stored batch with the columns of today's table: found by name, blank where they are missing.
pub(super) fn align(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    if batch.schema().fields() == schema.fields() {
        return batch.clone().with_schema(schema.clone());
    }
    let columns = schema
        .fields()
        .iter()
        .map(|field| {
            let stored = batch.column_by_name(field.name());
            match stored.filter(|c| c.data_type() == field.data_type()) {
                Some(column) => column.clone(),
                None => arrow::array::new_null_array(field.data_type(), batch.num_rows()),
            }
        })
        .collect();
    RecordBatch::try_new(schema.clone(), columns)
}
