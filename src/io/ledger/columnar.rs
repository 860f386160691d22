//! Parquet in and out. Writing is deterministic: equal rows give equal bytes.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, AsArray as _, Int64Array, RecordBatch, UInt16Array, UInt32Array};
use arrow::datatypes::{DataType, Field, Int64Type, Schema as ArrowSchema, UInt16Type, UInt32Type};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;

use super::LedgerError;
use super::align::align_bodies;
use crate::core::batch::Bodies;
use crate::core::fold::Sighting;
use crate::core::schema::Column;
use crate::core::types::Instant;

const ROWS_A_BATCH: usize = 32_768;
/// Schema metadata of bodies: which columns the bits of `_clears` stand for.
pub(super) const CLEARABLE: &str = "jangbu.clearable";

fn properties() -> WriterPropertiesBuilder {
    let level = ZstdLevel::try_new(3).unwrap_or_default();
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_created_by("jangbu".to_owned())
        .set_statistics_enabled(EnabledStatistics::Chunk)
}

/// Columns of which hardly a value comes twice: a dictionary of them would only be in the way.
fn is_nearly_unique(column: &str) -> bool {
    column.ends_with("_hash")
        || matches!(column, "order_item_code" | "item_key" | "tracking_no" | "shipping_code")
}

fn encode(batch: &RecordBatch, properties: WriterPropertiesBuilder) -> Result<Vec<u8>, ParquetError> {
    let schema = batch.schema();
    let unique = schema.fields().iter().map(|f| f.name()).filter(|name| is_nearly_unique(name));
    let properties = unique.fold(properties, |properties, name| {
        properties.set_column_dictionary_enabled(ColumnPath::from(name.as_str()), false)
    });
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties.build()))?;
    writer.write(batch)?;
    writer.close()?;
    Ok(bytes)
}

pub(super) fn encode_table(batch: &RecordBatch) -> Result<Vec<u8>, ParquetError> {
    encode(batch, properties())
}

pub(super) fn encode_bodies(bodies: &Bodies, columns: &[Column]) -> Result<Vec<u8>, LedgerError> {
    let plain = bodies.batch().schema();
    let metadata = HashMap::from([(CLEARABLE.to_owned(), clearable(columns))]);
    let schema = Arc::new(ArrowSchema::new_with_metadata(plain.fields().clone(), metadata));
    let batch = RecordBatch::try_new(schema, bodies.batch().columns().to_vec())?;
    let properties =
        properties().set_column_statistics_enabled(ColumnPath::from("_hash"), EnabledStatistics::None);
    Ok(encode(&batch, properties)?)
}

/// The columns that an explicit null may clear, in their order.
pub(super) fn clearable(columns: &[Column]) -> String {
    let names: Vec<&str> = columns.iter().filter(|c| c.clearable).map(|c| c.name.as_str()).collect();
    names.join(",")
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
    let batch = RecordBatch::try_new(schema, columns.into_iter().map(|(_, array)| array).collect())?;
    let properties = properties().set_dictionary_enabled(false).set_encoding(Encoding::DELTA_BINARY_PACKED);
    Ok(encode(&batch, properties)?)
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

/// Bodies as stored, made to fit today's columns if they were written with others.
pub(super) fn read_bodies(path: &Path, columns: &[Column]) -> Result<Vec<Bodies>, LedgerError> {
    let today = clearable(columns);
    let fields = crate::core::batch::body_schema(columns);
    let damaged = |source| LedgerError::Parquet { path: path.to_owned(), source };
    let builder = ParquetRecordBatchReaderBuilder::try_new(open(path)?).map_err(damaged)?;
    // The batches themselves come without the file's metadata.
    let stored = builder.schema().metadata().get(CLEARABLE).cloned().unwrap_or_default();
    builder
        .with_batch_size(ROWS_A_BATCH)
        .build()
        .map_err(damaged)?
        .map(|batch| {
            let batch = batch.map_err(|e| damaged(e.into()))?;
            if batch.schema().fields() == fields.fields() && stored == today {
                Ok(Bodies::from_batch(batch, columns)?)
            } else {
                align_bodies(&batch, &stored, columns)
                    .ok_or_else(|| LedgerError::damaged(path, "its columns are no bodies of rows"))?
                    .map_err(LedgerError::from)
            }
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
