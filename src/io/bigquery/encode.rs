//! A month of a table as the Parquet file that is sent, and what it adds up to.
//!
//! Korean wall-clock times have no zone in Parquet (`isAdjustedToUTC` is false) and become DATETIME, instants become
//! TIMESTAMP, amounts are DECIMAL(18,2); the load job names these types as well, so that nothing is guessed.

use std::collections::HashSet;
use std::fs::File;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray as _, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Decimal64Type, Field, Int64Type, Schema as ArrowSchema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use xxhash_rust::xxh3::xxh3_128;

use super::BigQueryError;
use super::tables::OWNER;
use crate::core::tables::{ColumnType, Table, TableColumn};

/// What a month's rows add up to; the table in BigQuery must add up to the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) rows: u64,
    /// Distinct keys, where the table has a key.
    pub(super) keys: Option<u64>,
    /// Amounts in hundredths and counts, in the order of [`summed`]; null where no row has a value.
    pub(super) totals: Vec<Option<i128>>,
}

/// The columns that identify a row, if any do.
pub(super) fn key_columns(table: Table) -> Option<[&'static str; 3]> {
    match table {
        Table::OrderItems => Some(["mall_id", "shop_no", "item_key"]),
        Table::Orders => Some(["mall_id", "shop_no", "order_id"]),
        _ => None,
    }
}

/// The columns that are added up to compare: every amount, and quantities.
pub(super) fn summed(columns: &[TableColumn]) -> Vec<&TableColumn> {
    columns.iter().filter(|c| c.column_type == ColumnType::Money || c.name == "quantity").collect()
}

/// A file that nobody else sees, gone with its handle.
pub(super) struct Encoded {
    pub(super) file: File,
    pub(super) len: u64,
    pub(super) sums: Sums,
}

pub(super) fn encode(
    table: Table,
    columns: &[TableColumn],
    schema: &SchemaRef,
    batches: &[RecordBatch],
    ledger: &str,
) -> Result<Encoded, BigQueryError> {
    let io = |action| move |source| BigQueryError::Io { action, path: std::env::temp_dir(), source };
    let file = tempfile::tempfile().map_err(io("create a file in"))?;
    let mut fields: Vec<Arc<Field>> = schema.fields().iter().cloned().collect();
    fields.push(Arc::new(Field::new(OWNER, DataType::Utf8, true)));
    let full = Arc::new(ArrowSchema::new(fields));
    let properties =
        WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let handle = file.try_clone().map_err(io("open a file in"))?;
    let mut writer = ArrowWriter::try_new_with_options(handle, Arc::clone(&full), options)?;
    let mut adding = Adding::new(table, columns);
    for batch in batches {
        adding.add(batch);
        let mut arrays: Vec<ArrayRef> = batch.columns().to_vec();
        arrays.push(Arc::new(StringArray::from(vec![ledger; batch.num_rows()])));
        writer.write(&RecordBatch::try_new(Arc::clone(&full), arrays)?)?;
    }
    writer.close()?;
    let len = file.metadata().map_err(io("look at a file in"))?.len();
    Ok(Encoded { file, len, sums: adding.finish() })
}

struct Adding<'a> {
    key: Option<[&'static str; 3]>,
    keys: HashSet<u128>,
    summed: Vec<&'a TableColumn>,
    sums: Vec<Option<i128>>,
    rows: u64,
}

impl<'a> Adding<'a> {
    fn new(table: Table, columns: &'a [TableColumn]) -> Self {
        let summed = summed(columns);
        Self {
            key: key_columns(table),
            keys: HashSet::new(),
            sums: vec![None; summed.len()],
            summed,
            rows: 0,
        }
    }

    fn add(&mut self, batch: &RecordBatch) {
        self.rows += batch.num_rows() as u64;
        for (column, sum) in self.summed.iter().zip(&mut self.sums) {
            let Some(array) = batch.column_by_name(&column.name) else { continue };
            if let Some(part) = total(array) {
                *sum = Some(sum.unwrap_or_default() + part);
            }
        }
        let Some([mall, shop, id]) = self.key else { return };
        let column = |name: &str| batch.column_by_name(name);
        let (Some(mall), Some(shop), Some(id)) = (column(mall), column(shop), column(id)) else { return };
        let shops = shop.as_primitive_opt::<Int64Type>();
        for row in 0..batch.num_rows() {
            let shop = shops.filter(|s| s.is_valid(row)).map(|s| s.value(row));
            let key = format!("{}/{shop:?}/{}", text(mall, row), text(id, row));
            self.keys.insert(xxh3_128(key.as_bytes()));
        }
    }

    fn finish(self) -> Sums {
        Sums { rows: self.rows, keys: self.key.map(|_| self.keys.len() as u64), totals: self.sums }
    }
}

/// The sum of a column's values; `None` where there are none.
fn total(array: &ArrayRef) -> Option<i128> {
    let values: Vec<i64> = if let Some(amounts) = array.as_primitive_opt::<Decimal64Type>() {
        amounts.iter().flatten().collect()
    } else {
        array.as_primitive_opt::<Int64Type>()?.iter().flatten().collect()
    };
    (!values.is_empty()).then(|| values.into_iter().map(i128::from).sum())
}

fn text(array: &dyn Array, row: usize) -> &str {
    array.as_string_opt::<i32>().filter(|a| a.is_valid(row)).map_or("", |a| a.value(row))
}

/// What the service will count for these rows.
pub(super) fn logical_size(columns: &[TableColumn], batches: &[RecordBatch]) -> u64 {
    let mut bytes = 0;
    for batch in batches {
        for (column, array) in columns.iter().zip(batch.columns()) {
            let there = (array.len() - array.null_count()) as u64;
            bytes += there * super::tables::logical_bytes(column.column_type);
            if let Some(texts) = array.as_string_opt::<i32>() {
                bytes += texts.iter().flatten().map(|t| t.len() as u64).sum::<u64>();
            }
        }
    }
    bytes
}
