//! Rows of a listing or a query, ready to be shown: exact digits, no types of any library.

use std::error::Error;
use std::io::{self, Write};

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};

use crate::io::export::value::CellValue;
use crate::io::export::{ExportError, cells};

/// A column of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowColumn {
    pub name: String,
    /// Numbers and amounts.
    pub numeric: bool,
}

/// A cell of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowValue {
    Null,
    Text(String),
    /// A number as JSON writes it, with all its digits.
    Number(String),
    Bool(bool),
}

impl RowValue {
    /// As CSV and people see it; null is empty.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Null => "",
            Self::Text(text) | Self::Number(text) => text,
            Self::Bool(true) => "true",
            Self::Bool(false) => "false",
        }
    }
}

/// A small table in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    pub columns: Vec<RowColumn>,
    pub rows: Vec<Vec<RowValue>>,
}

impl Rows {
    pub fn from_batches<E: Into<Box<dyn Error + Send + Sync>>>(
        schema: &SchemaRef,
        batches: impl IntoIterator<Item = Result<RecordBatch, E>>,
    ) -> Result<Self, ExportError> {
        let numeric = |t: &DataType| matches!(t, DataType::Int64 | DataType::Decimal64(..));
        let columns = schema
            .fields()
            .iter()
            .map(|f| RowColumn { name: f.name().clone(), numeric: numeric(f.data_type()) })
            .collect();
        let mut rows = Vec::new();
        for batch in batches {
            let batch = batch.map_err(|e| ExportError::Source(e.into()))?;
            let columns = cells(&batch)?;
            rows.extend((0..batch.num_rows()).map(|row| columns.iter().map(|c| c.get(row).into()).collect()));
        }
        Ok(Self { columns, rows })
    }

    /// The text of a row's cell in the column of this name; empty where either is missing.
    pub fn text<'a>(&'a self, row: &'a [RowValue], column: &str) -> &'a str {
        let at = self.columns.iter().position(|c| c.name == column);
        at.and_then(|i| row.get(i)).map_or("", RowValue::as_str)
    }

    /// An array of objects.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let names: Vec<String> =
            self.columns.iter().map(|c| serde_json::Value::from(c.name.as_str()).to_string()).collect();
        out.write_all(b"[")?;
        for (n, row) in self.rows.iter().enumerate() {
            out.write_all(if n == 0 { b"\n  {" } else { b",\n  {" })?;
            for (i, (name, value)) in names.iter().zip(row).enumerate() {
                let gap = if i == 0 { "" } else { ", " };
                write!(out, "{gap}{name}: ")?;
                match value {
                    RowValue::Null => out.write_all(b"null")?,
                    RowValue::Text(text) => serde_json::to_writer(&mut *out, text)?,
                    number_or_bool => out.write_all(number_or_bool.as_str().as_bytes())?,
                }
            }
            out.write_all(b"}")?;
        }
        out.write_all(if self.rows.is_empty() { b"]\n" } else { b"\n]\n" })
    }

    /// CSV with a header, for other programs: no BOM.
    pub fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(self.columns.iter().map(|c| &c.name))?;
        for row in &self.rows {
            writer.write_record(row.iter().map(RowValue::as_str))?;
        }
        writer.flush()
    }
}

impl From<CellValue<'_>> for RowValue {
    fn from(value: CellValue<'_>) -> Self {
        match value {
            CellValue::Null => Self::Null,
            CellValue::Int(_) | CellValue::Money(_) => Self::Number(value.to_string()),
            _ => Self::Text(value.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Rows {
        let column = |name: &str, numeric| RowColumn { name: name.into(), numeric };
        Rows {
            columns: vec![column("합\"계", true), column("이름", false)],
            rows: vec![
                vec![RowValue::Number("90071992547409.93".into()), RowValue::Text("a,\"b\"".into())],
                vec![RowValue::Null, RowValue::Bool(true)],
            ],
        }
    }

    fn written(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn json_keeps_every_digit() {
        let text = written(|out| sample().write_json(out));
        assert!(text.contains("90071992547409.93"), "{text}");
        let back: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(back[0]["이름"], "a,\"b\"");
        assert_eq!(back[1], serde_json::json!({"합\"계": null, "이름": true}));
        assert_eq!(written(|out| Rows::default().write_json(out)), "[]\n");
    }

    #[test]
    fn csv_is_quoted_where_it_must_be() {
        assert_eq!(
            written(|out| sample().write_csv(out)),
            "\"합\"\"계\",이름\n90071992547409.93,\"a,\"\"b\"\"\"\n,true\n"
        );
    }

    #[test]
    fn cells_are_found_by_name() {
        let rows = sample();
        assert_eq!(rows.text(&rows.rows[0], "이름"), "a,\"b\"");
        assert_eq!(rows.text(&rows.rows[0], "없음"), "");
    }
}
