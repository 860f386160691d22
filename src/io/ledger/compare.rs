//! What a new table changed of the one before.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use arrow::array::{Array as _, ArrayRef, AsArray as _, BooleanArray, RecordBatch, UInt32Array};
use arrow::compute::kernels::cmp::not_distinct;
use arrow::compute::{and, cast, take};
use arrow::datatypes::{Int64Type, SchemaRef};
use arrow::error::ArrowError;

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
    let damaged = |path| LedgerError::damaged(path, "its items cannot be told apart");
    let rows: HashMap<ItemKey<'_>, u32> = keys(new).ok_or_else(|| damaged(path))?.zip(0u32..).collect();
    let columns = columnar::as_written(&new.schema());
    let mut counts = ItemCounts::default();
    let mut met = 0;
    for batch in columnar::reader(path, columnar::open(path)?)? {
        let batch = batch.map_err(|e| LedgerError::Parquet { path: path.to_owned(), source: e.into() })?;
        let mut pairs = Pairs::default();
        for (key, old) in keys(&batch).ok_or_else(|| damaged(path))?.zip(0u32..) {
            match rows.get(&key) {
                Some(new) => pairs.push(old, *new),
                None => counts.removed += 1,
            }
        }
        met += pairs.old.len();
        let alike = batch.schema().fields() == columns.fields();
        let unchanged = if alike { pairs.count_equal(&batch, new)? } else { 0 };
        counts.unchanged += unchanged as u64;
        counts.changed += (pairs.old.len() - unchanged) as u64;
    }
    counts.new = (new.num_rows() - met.min(new.num_rows())) as u64;
    Ok(counts)
}

/// What tells items apart: mall, shop, key.
type ItemKey<'b> = (&'b str, i64, &'b str);

/// The keys of a table's rows; `None` if it has none.
fn keys(batch: &RecordBatch) -> Option<impl Iterator<Item = ItemKey<'_>>> {
    let malls = batch.column_by_name("mall_id")?.as_string_opt::<i32>()?;
    let shops = batch.column_by_name("shop_no")?.as_primitive_opt::<Int64Type>()?;
    let items = batch.column_by_name("item_key")?.as_string_opt::<i32>()?;
    Some((0..batch.num_rows()).map(|row| (malls.value(row), shops.value(row), items.value(row))))
}

/// Rows of two tables that speak of one item.
#[derive(Default)]
struct Pairs {
    old: Vec<u32>,
    new: Vec<u32>,
}

impl Pairs {
    fn push(&mut self, old: u32, new: u32) {
        self.old.push(old);
        self.new.push(new);
    }

    /// How many pairs are equal in all columns, which are the same ones in both tables.
    fn count_equal(&self, old: &RecordBatch, new: &RecordBatch) -> Result<usize, ArrowError> {
        let numbers = |rows: &[u32]| UInt32Array::from_iter_values(rows.iter().copied());
        let (at_old, at_new) = (numbers(&self.old), numbers(&self.new));
        let mut equal = BooleanArray::from(vec![true; self.old.len()]);
        for (old, new) in old.columns().iter().zip(new.columns()) {
            if is_blank(old) && is_blank(new) {
                continue;
            }
            let (old, new) = (take(old, &at_old, None)?, take(new, &at_new, None)?);
            let old = if old.data_type() == new.data_type() { old } else { cast(&old, new.data_type())? };
            equal = and(&equal, &not_distinct(&old, &new)?)?;
        }
        Ok(equal.true_count())
    }
}

fn is_blank(column: &ArrayRef) -> bool {
    column.null_count() == column.len()
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Decimal64Array, Int64Array, StringArray, StringViewArray, TimestampMicrosecondArray};

    use super::*;

    /// (key, product, amount, time)
    type Item = (&'static str, Option<&'static str>, Option<i64>, Option<i64>);

    fn table(items: &[Item]) -> RecordBatch {
        let amounts: Decimal64Array = items.iter().map(|item| item.2).collect();
        let columns: [(&str, ArrayRef); 7] = [
            ("mall_id", Arc::new(StringArray::from(vec!["moonhill"; items.len()]))),
            ("shop_no", Arc::new(Int64Array::from(vec![1; items.len()]))),
            ("item_key", Arc::new(items.iter().map(|item| Some(item.0)).collect::<StringArray>())),
            ("product_name", Arc::new(items.iter().map(|item| item.1).collect::<StringViewArray>())),
            ("amount", Arc::new(amounts.with_precision_and_scale(18, 2).unwrap())),
            (
                "observed_at",
                Arc::new(
                    items
                        .iter()
                        .map(|item| item.3)
                        .collect::<TimestampMicrosecondArray>()
                        .with_timezone("UTC"),
                ),
            ),
            ("memo", Arc::new(StringViewArray::from(vec![None::<&str>; items.len()]))),
        ];
        RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap()
    }

    fn counts(old: &RecordBatch, new: &RecordBatch) -> [u64; 4] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("old.parquet");
        fs::write(&path, columnar::encode_table(old).unwrap()).unwrap();
        let counts = count_items(Some(&path), new).unwrap();
        [counts.new, counts.changed, counts.unchanged, counts.removed]
    }

    #[test]
    fn items_are_counted_by_what_became_of_them() {
        let old = table(&[
            ("a", Some("컵"), Some(100), Some(1)),
            ("b", None, Some(200), Some(1)),
            ("c", Some("모자"), Some(300), None),
            ("d", Some("양말"), None, Some(1)),
            ("e", Some("가방"), Some(500), Some(1)),
        ]);
        assert_eq!(counts(&old, &old), [0, 0, 5, 0]);
        let new = table(&[
            ("e", Some("가방"), Some(500), Some(1)),
            ("a", Some("컵"), Some(101), Some(1)),
            ("b", Some(""), Some(200), Some(1)),
            ("d", None, None, Some(1)),
            ("f", Some("컵"), Some(100), Some(1)),
            ("g", None, None, None),
        ]);
        assert_eq!(counts(&old, &new), [2, 3, 1, 1]);
        assert_eq!(counts(&old, &table(&[])), [0, 0, 0, 5]);
    }

    #[test]
    fn with_other_columns_no_item_is_unchanged() {
        let old = table(&[("a", Some("컵"), Some(100), Some(1)), ("b", None, None, None)]);
        let new = old.project(&[0, 1, 2, 3, 4, 5]).unwrap();
        assert_eq!(counts(&old, &new), [0, 2, 0, 0]);
    }
}
