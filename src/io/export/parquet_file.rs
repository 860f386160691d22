//! Parquet for warehouses and notebooks: zstd, amounts as DECIMAL(18,2), times in microseconds.

use std::fs::File;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::ExportError;

pub(super) fn write(
    file: &File,
    schema: &SchemaRef,
    batches: &mut dyn Iterator<Item = Result<RecordBatch, ExportError>>,
) -> Result<u64, ExportError> {
    let properties =
        WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
    // Parquet's own types say everything; an Arrow schema beside them would only confuse readers without Decimal64.
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(file, Arc::clone(schema), options)?;
    let mut rows = 0;
    for batch in batches {
        let batch = batch?;
        rows += batch.num_rows() as u64;
        writer.write(&batch)?;
    }
    writer.close()?;
    Ok(rows)
}
