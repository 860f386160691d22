//! CSV for people with Excel and for other programs: UTF-8 with BOM, commas, LF.
//!
//! Values are written as they are, formula-like texts too: a file that is read back must say what the ledger says. Who
//! opens texts of strangers in a spreadsheet takes XLSX, where a text is never a formula.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::{ExportError, cells};

/// A failure that does not know the file's name yet.
pub(super) enum CsvFailure {
    Write(io::Error),
    Other(ExportError),
}

impl CsvFailure {
    pub(super) fn at(self, path: &Path) -> ExportError {
        match self {
            Self::Write(source) => ExportError::Io { path: path.to_owned(), source },
            Self::Other(error) => error,
        }
    }
}

impl From<csv::Error> for CsvFailure {
    fn from(error: csv::Error) -> Self {
        Self::Write(error.into())
    }
}

impl From<io::Error> for CsvFailure {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

impl From<ExportError> for CsvFailure {
    fn from(error: ExportError) -> Self {
        Self::Other(error)
    }
}

pub(super) fn write(
    file: &File,
    schema: &SchemaRef,
    batches: &mut dyn Iterator<Item = Result<RecordBatch, ExportError>>,
) -> Result<u64, CsvFailure> {
    let mut file = BufWriter::new(file);
    file.write_all("\u{feff}".as_bytes())?;
    let mut writer = csv::Writer::from_writer(file);
    writer.write_record(schema.fields().iter().map(|f| f.name()))?;
    let mut rows = 0;
    let mut cell = String::new();
    for batch in batches {
        let batch = batch?;
        let columns = cells(&batch)?;
        for row in 0..batch.num_rows() {
            for column in &columns {
                use std::fmt::Write as _;
                cell.clear();
                // Writing to a String cannot fail.
                let _ = write!(cell, "{}", column.get(row));
                writer.write_field(&cell)?;
            }
            writer.write_record(None::<&[u8]>)?;
            rows += 1;
        }
    }
    writer.flush()?;
    Ok(rows)
}
