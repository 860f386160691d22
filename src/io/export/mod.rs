//! Tables out to files: Parquet, CSV and XLSX, by the ending of the name.
//!
//! A file is written beside its target and moved there when it is whole, so nobody ever sees half of one.

mod csv_file;
pub mod mend;
mod parquet_file;
mod target;
pub mod value;
mod xlsx;

#[cfg(test)]
mod tests;

use std::error::Error;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::errors::ParquetError;
use rust_xlsxwriter::XlsxError;

use value::ColumnCells;

/// A format that tables are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    Parquet,
    Csv,
    Xlsx,
}

impl ExportFormat {
    /// The format that a file name's ending asks for.
    pub fn of(path: &Path) -> Result<Self, ExportError> {
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        match ending.as_str() {
            "parquet" => Ok(Self::Parquet),
            "csv" => Ok(Self::Csv),
            "xlsx" => Ok(Self::Xlsx),
            _ => Err(ExportError::Ending { path: path.to_owned() }),
        }
    }
}

/// Why a table was not written. The target is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("cannot tell from its name in which format to write {}", path.display())]
    Ending { path: PathBuf },
    #[error("{} is in the way: it is no ordinary file", path.display())]
    Occupied { path: PathBuf },
    #[error("cannot write {}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("the table cannot be read to its end")]
    Source(#[source] Box<dyn Error + Send + Sync>),
    #[error("column {column} has a type that is not written")]
    Type { column: String },
    #[error("row {row}, column {column}: the text is longer than the 32,767 characters of an Excel cell")]
    TextTooLong { row: u64, column: String },
    #[error(
        "{path}, row {row}, column {column}: the text is longer than the 32,767 characters of an Excel cell"
    )]
    MendTooLong { path: String, row: u64, column: String },
    #[error("the columns are others than announced")]
    Columns(#[source] arrow::error::ArrowError),
    #[error("cannot write Parquet")]
    Parquet(#[from] ParquetError),
    #[error("cannot write a workbook")]
    Xlsx(#[from] XlsxError),
    #[error("cannot write the workbook's temporary files: is the disk full?")]
    XlsxTemporary,
}

impl ExportError {
    /// A stable word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ending { .. } => "usage",
            Self::Occupied { .. } => "export.occupied",
            Self::TextTooLong { .. } | Self::MendTooLong { .. } => "export.too_long",
            _ => "export.io",
        }
    }

    /// What to do next.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Ending { .. } => Some("end the name in .parquet, .csv or .xlsx"),
            Self::Occupied { .. } => Some("give another name with --out"),
            Self::TextTooLong { .. } => Some("write .csv or .parquet, which have no such limit"),
            Self::MendTooLong { .. } => Some("correct that row in its file and ingest the file again"),
            Self::Io { .. } => Some("does the folder exist, may you write there, is the disk full?"),
            _ => None,
        }
    }
}

/// Writes a table to a file of the format that its name asks for, and returns the number of rows.
///
/// An existing target is replaced if it is an ordinary file, and only by a whole table. `title` names the sheet of a
/// workbook.
pub fn write_table<E>(
    title: &str,
    schema: &SchemaRef,
    batches: impl IntoIterator<Item = Result<RecordBatch, E>>,
    path: &Path,
) -> Result<u64, ExportError>
where
    E: Into<Box<dyn Error + Send + Sync>>,
{
    let format = ExportFormat::of(path)?;
    let mut batches = batches.into_iter().map(|batch| {
        let batch = batch.map_err(|e| ExportError::Source(e.into()))?;
        RecordBatch::try_new(Arc::clone(schema), batch.columns().to_vec()).map_err(ExportError::Columns)
    });
    let target = target::Target::prepare(path)?;
    let rows = match format {
        ExportFormat::Parquet => parquet_file::write(target.file(), schema, &mut batches)?,
        ExportFormat::Csv => csv_file::write(target.file(), schema, &mut batches).map_err(|e| e.at(path))?,
        ExportFormat::Xlsx => xlsx::write(target.file(), target.folder(), title, schema, &mut batches)?,
    };
    target.publish()?;
    Ok(rows)
}

/// Writes a page of text, as [`write_table`] writes a table.
pub fn write_page(text: &str, path: &Path) -> Result<(), ExportError> {
    let target = target::Target::prepare(path)?;
    let mut file = target.file();
    file.write_all(text.as_bytes()).map_err(|source| ExportError::Io { path: path.to_owned(), source })?;
    target.publish()
}

/// The columns of a batch, ready to be asked for cells.
pub fn cells(batch: &RecordBatch) -> Result<Vec<ColumnCells<'_>>, ExportError> {
    let schema = batch.schema_ref();
    batch
        .columns()
        .iter()
        .zip(schema.fields())
        .map(|(array, field)| {
            ColumnCells::new(array).ok_or_else(|| ExportError::Type { column: field.name().clone() })
        })
        .collect()
}
