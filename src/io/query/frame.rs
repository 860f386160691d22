//! A table as a polars frame, of the columns that a question speaks of.
//!
//! The files are read by the library that wrote them and handed over column by column. Polars' own Parquet reader would
//! bring an HTTP client along, and SQL functions that read any file or address: a ledger's questions need neither.

use std::fs::File;

use arrow::array::{ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{
    DataType as ArrowType, Date32Type, Decimal64Type, Field, Int64Type, SchemaRef, TimestampMicrosecondType,
};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use polars::prelude::{
    Column, DataFrame, Int32Chunked, Int64Chunked, Int128Chunked, IntoSeries, PlSmallStr, StringChunked,
    TimeUnit, TimeZone,
};

use super::{QueryTable, Rowset};

type Boxed = Box<dyn std::error::Error + Send + Sync>;

/// Builds the frame. A table that the question does not name stays without rows.
pub(super) fn of(table: &QueryTable, question: &str) -> Result<DataFrame, Boxed> {
    let question = question.to_lowercase();
    let wanted = wanted_columns(&table.schema, &question);
    let batches = if question.contains(table.name) { read(table, &wanted)? } else { Vec::new() };
    let height = batches.iter().map(RecordBatch::num_rows).sum();
    let columns = wanted
        .iter()
        .map(|field| {
            let arrays: Vec<&ArrayRef> =
                batches.iter().filter_map(|b| b.column_by_name(field.name())).collect();
            column(field, &arrays)
        })
        .collect::<Result<Vec<Column>, Boxed>>()?;
    Ok(DataFrame::new(height, columns)?)
}

/// The columns whose names the question holds; all of them where it asks for all. At least one, for counting rows.
fn wanted_columns<'s>(schema: &'s SchemaRef, question: &str) -> Vec<&'s Field> {
    let compact: String = question.chars().filter(|c| !c.is_whitespace()).collect();
    let stars = compact.replace("count(*)", "");
    let all = stars.contains('*') || stars.contains("columns(");
    let fields = schema.fields().iter().map(AsRef::as_ref);
    let named: Vec<&Field> = fields.filter(|f| all || question.contains(&f.name().to_lowercase())).collect();
    if named.is_empty() { schema.fields().iter().take(1).map(AsRef::as_ref).collect() } else { named }
}

fn read(table: &QueryTable, wanted: &[&Field]) -> Result<Vec<RecordBatch>, Boxed> {
    let paths = match &table.rows {
        Rowset::Batches(batches) => return Ok(batches.clone()),
        Rowset::Files(paths) => paths,
    };
    let mut batches = Vec::new();
    for path in paths {
        let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
        let names = wanted.iter().map(|f| f.name().as_str());
        let mask = ProjectionMask::columns(builder.parquet_schema(), names);
        for batch in builder.with_projection(mask).build()? {
            batches.push(with_missing(&batch?, wanted)?);
        }
    }
    Ok(batches)
}

/// The wanted columns in today's types. Files of an older version may lack columns that came later, and files of
/// other writers may hold amounts in a wider decimal.
fn with_missing(batch: &RecordBatch, wanted: &[&Field]) -> Result<RecordBatch, Boxed> {
    let arrays = wanted.iter().map(|field| match batch.column_by_name(field.name()) {
        Some(found) => arrow::compute::cast(found, field.data_type()),
        None => Ok(arrow::array::new_null_array(field.data_type(), batch.num_rows())),
    });
    let schema = arrow::datatypes::Schema::new(
        wanted.iter().map(|f| (*f).clone().with_nullable(true)).collect::<Vec<_>>(),
    );
    Ok(RecordBatch::try_new(schema.into(), arrays.collect::<Result<_, _>>()?)?)
}

fn column(field: &Field, arrays: &[&ArrayRef]) -> Result<Column, Boxed> {
    let name = PlSmallStr::from_str(field.name());
    let mut series = match field.data_type() {
        ArrowType::Int64 => arrays
            .iter()
            .flat_map(|a| a.as_primitive::<Int64Type>().iter())
            .collect::<Int64Chunked>()
            .into_series(),
        ArrowType::Decimal64(precision, scale) => arrays
            .iter()
            .flat_map(|a| a.as_primitive::<Decimal64Type>().iter())
            .map(|amount| amount.map(i128::from))
            .collect::<Int128Chunked>()
            .into_decimal(usize::from(*precision), usize::try_from(*scale)?)?
            .into_series(),
        ArrowType::Date32 => arrays
            .iter()
            .flat_map(|a| a.as_primitive::<Date32Type>().iter())
            .collect::<Int32Chunked>()
            .into_date()
            .into_series(),
        ArrowType::Timestamp(_, zone) => arrays
            .iter()
            .flat_map(|a| a.as_primitive::<TimestampMicrosecondType>().iter())
            .collect::<Int64Chunked>()
            .into_datetime(TimeUnit::Microseconds, TimeZone::opt_try_new(zone.as_deref())?)
            .into_series(),
        ArrowType::Utf8 => {
            arrays.iter().flat_map(|a| a.as_string::<i32>().iter()).collect::<StringChunked>().into_series()
        }
        other => return Err(format!("a column of type {other} cannot be asked about").into()),
    };
    series.rename(name);
    Ok(series.into())
}
