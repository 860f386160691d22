//! Parquet in and out. Writing is deterministic: equal rows give equal bytes.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, AsArray as _, Int64Array, RecordBatch, UInt16Array, UInt32Array};
use arrow::datatypes::{DataType, Field, Int64Type, Schema as ArrowSchema, UInt16Type, UInt32Type};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;

use super::LedgerError;
use super::align::{BitNames, align_bodies};
use crate::core::batch::Bodies;
use crate::core::fold::Sighting;
use crate::core::schema::Column;
use crate::core::types::Instant;

const ROWS_A_BATCH: usize = 32_768;

/// Pages end by their size: each begins zstd anew.
const ROWS_A_PAGE: usize = 1 << 20;
/// So many rows are put into a column before the size of its page is looked at.
const ROWS_A_STEP: usize = 8_192;

/// How hard zstd tries. At 3 the tables are three percent smaller, and a run takes three percent longer.
const LEVEL: i32 = 1;

fn properties() -> WriterPropertiesBuilder {
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(LEVEL).unwrap_or_default()))
        .set_created_by("jangbu".to_owned())
        .set_data_page_row_count_limit(ROWS_A_PAGE)
        .set_write_batch_size(ROWS_A_STEP)
        .set_statistics_enabled(EnabledStatistics::None)
}

/// Columns of which hardly a value comes twice: a dictionary of them would only be in the way.
fn is_nearly_unique(field: &Field) -> bool {
    let column = field.name();
    matches!(field.data_type(), DataType::Timestamp(_, None))
        || column.ends_with("_hash")
        || matches!(
            column.as_str(),
            "order_id" | "order_item_code" | "item_key" | "tracking_no" | "shipping_code" | "item_no"
        )
}

/// Columns that readers choose row groups by.
fn is_asked_for(column: &str) -> bool {
    matches!(column, "mall_id" | "order_id" | "item_key" | "order_day" | "order_date" | "observed_at")
}

/// Says how each column is written: a blank one must cost nothing, and there are many of them. Hashes are noise,
/// which does not become smaller.
fn with_columns(mut properties: WriterPropertiesBuilder, batches: &[RecordBatch]) -> WriterPropertiesBuilder {
    let Some(first) = batches.first() else { return properties };
    for (i, field) in first.schema().fields().iter().enumerate() {
        let path = || ColumnPath::from(field.name().as_str());
        let is_blank = batches.iter().all(|batch| batch.column(i).null_count() == batch.num_rows());
        if is_blank || matches!(field.data_type(), DataType::FixedSizeBinary(_)) {
            properties = properties
                .set_column_compression(path(), Compression::UNCOMPRESSED)
                .set_column_dictionary_enabled(path(), false);
        } else if is_nearly_unique(field) {
            properties = properties.set_column_dictionary_enabled(path(), false);
        }
    }
    properties
}

fn encode(
    schema: &Arc<ArrowSchema>,
    batches: &[RecordBatch],
    properties: WriterPropertiesBuilder,
) -> Result<Vec<u8>, ParquetError> {
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, Arc::clone(schema), Some(properties.build()))?;
    for batch in batches {
        writer.write(batch)?;
    }
    writer.close()?;
    Ok(bytes)
}

pub(super) fn encode_table(batch: &RecordBatch) -> Result<Vec<u8>, ParquetError> {
    let batches = std::slice::from_ref(batch);
    let mut properties = with_columns(properties(), batches);
    for field in batch.schema().fields().iter().filter(|field| is_asked_for(field.name())) {
        let path = ColumnPath::from(field.name().as_str());
        properties = properties.set_column_statistics_enabled(path, EnabledStatistics::Chunk);
    }
    encode(&as_written(&batch.schema()), batches, properties)
}

/// A table's columns as its file has them: texts that lie in memory as views are plain texts there.
pub(super) fn as_written(schema: &ArrowSchema) -> Arc<ArrowSchema> {
    let written = |field: &Arc<Field>| match field.data_type() {
        DataType::Utf8View => Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8)),
        _ => Arc::clone(field),
    };
    let fields: Vec<_> = schema.fields().iter().map(written).collect();
    Arc::new(ArrowSchema::new_with_metadata(fields, schema.metadata().clone()))
}

/// Bodies of several files, one behind the other.
pub(super) fn encode_bodies(parts: &[Bodies], columns: &[Column]) -> Result<Vec<u8>, LedgerError> {
    let (fields, batches) = Bodies::batches(parts, columns)?;
    let schema = Arc::new(ArrowSchema::new_with_metadata(fields, BitNames::of(columns).into_metadata()));
    Ok(encode(&schema, &batches, with_columns(properties(), &batches))?)
}

/// Sightings as columns. They are mostly runs of consecutive numbers, which delta encoding makes nearly free.
pub(super) fn encode_sightings(sightings: &[Sighting]) -> Result<Vec<u8>, LedgerError> {
    let numbers = |of: fn(&Sighting) -> u32| -> ArrayRef {
        Arc::new(UInt32Array::from_iter_values(sightings.iter().map(of)))
    };
    let columns: [(&str, ArrayRef); 7] = [
        ("file", numbers(|s| s.file)),
        ("sheet", Arc::new(UInt16Array::from_iter_values(sightings.iter().map(|s| s.sheet)))),
        ("row", numbers(|s| s.row)),
        ("record", numbers(|s| s.record)),
        ("time", Arc::new(sightings.iter().map(|s| s.time.map(|t| t.0)).collect::<Int64Array>())),
        ("item", Arc::new(sightings.iter().map(|s| s.item).collect::<UInt32Array>())),
        ("order", numbers(|s| s.order)),
    ];
    let field = |(name, array): &(&str, ArrayRef)| {
        let nullable = matches!(*name, "time" | "item");
        Field::new(*name, array.data_type().clone(), nullable)
    };
    let schema = Arc::new(ArrowSchema::new(columns.iter().map(field).collect::<Vec<_>>()));
    let batch =
        RecordBatch::try_new(Arc::clone(&schema), columns.into_iter().map(|(_, array)| array).collect())?;
    let properties = properties().set_dictionary_enabled(false).set_encoding(Encoding::DELTA_BINARY_PACKED);
    Ok(encode(&schema, &[batch], properties)?)
}

pub(super) fn open(path: &Path) -> Result<File, LedgerError> {
    File::open(path).map_err(LedgerError::io("open", path))
}

/// The batches of an open file; its end is found where it is.
pub(super) fn reader(path: &Path, file: File) -> Result<ParquetRecordBatchReader, LedgerError> {
    ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(|builder| builder.with_batch_size(ROWS_A_BATCH).build())
        .map_err(|source| LedgerError::Parquet { path: path.to_owned(), source })
}

pub(super) fn read(path: &Path) -> Result<Vec<RecordBatch>, LedgerError> {
    reader(path, open(path)?)?
        .collect::<Result<_, _>>()
        .map_err(|e| LedgerError::Parquet { path: path.to_owned(), source: e.into() })
}

/// The columns of these names, those that the file has.
pub(super) fn read_columns(path: &Path, columns: &[&str]) -> Result<Vec<RecordBatch>, LedgerError> {
    let damaged = |source| LedgerError::Parquet { path: path.to_owned(), source };
    let builder = ParquetRecordBatchReaderBuilder::try_new(open(path)?).map_err(damaged)?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
    let reader = builder.with_projection(mask).with_batch_size(ROWS_A_BATCH).build().map_err(damaged)?;
    reader.collect::<Result<_, _>>().map_err(|e| damaged(e.into()))
}

/// Bodies as stored, made to fit today's columns if they were written with others.
pub(super) fn read_bodies(path: &Path, columns: &[Column]) -> Result<Vec<Bodies>, LedgerError> {
    let today = BitNames::of(columns);
    let damaged = |source| LedgerError::Parquet { path: path.to_owned(), source };
    let no_bodies = || LedgerError::damaged(path, "its columns are no bodies of rows");
    let builder = ParquetRecordBatchReaderBuilder::try_new(open(path)?).map_err(damaged)?;
    // The batches themselves come without the file's metadata.
    let metadata = builder.schema().metadata();
    let stored = BitNames::from_metadata(|key| metadata.get(key).cloned()).ok_or_else(no_bodies)?;
    builder
        .with_batch_size(ROWS_A_BATCH)
        .build()
        .map_err(damaged)?
        .map(|batch| {
            let batch = batch.map_err(|e| damaged(e.into()))?;
            let as_they_are = if stored == today { Bodies::from_batch(&batch, columns) } else { None };
            as_they_are.or_else(|| align_bodies(&batch, &stored, columns)).ok_or_else(no_bodies)
        })
        .collect()
}

pub(super) fn read_sightings(path: &Path) -> Result<Vec<Sighting>, LedgerError> {
    let mut sightings = Vec::new();
    for batch in read(path)? {
        push_sightings(&batch, &mut sightings)
            .ok_or_else(|| LedgerError::damaged(path, "its columns are no sightings"))?;
    }
    Ok(sightings)
}

fn push_sightings(batch: &RecordBatch, to: &mut Vec<Sighting>) -> Option<()> {
    let column =
        |name: &str, data_type: &DataType| batch.column_by_name(name).filter(|c| c.data_type() == data_type);
    let numbers = |name: &str| Some(column(name, &DataType::UInt32)?.as_primitive::<UInt32Type>());
    let (files, rows, records, orders, items) =
        (numbers("file")?, numbers("row")?, numbers("record")?, numbers("order")?, numbers("item")?);
    let sheets = column("sheet", &DataType::UInt16)?.as_primitive::<UInt16Type>();
    let times = column("time", &DataType::Int64)?.as_primitive::<Int64Type>();
    to.extend((0..batch.num_rows()).map(|i| Sighting {
        file: files.value(i),
        sheet: sheets.value(i),
        row: rows.value(i),
        record: records.value(i),
        time: times.is_valid(i).then(|| Instant(times.value(i))),
        item: items.is_valid(i).then(|| items.value(i)),
        order: orders.value(i),
    }));
    Some(())
}
