//! A table's columns as the fields of a BigQuery schema.

use serde_json::{Value, json};

use crate::core::tables::{ColumnType, TableColumn};

/// A schema as `bq` and the BigQuery API take it.
pub fn bigquery(columns: &[TableColumn]) -> Value {
    columns.iter().map(bigquery_field).collect()
}

/// One column of it.
pub fn bigquery_field(column: &TableColumn) -> Value {
    let mut field = json!({
        "name": column.name,
        "type": bigquery_type(column.column_type),
        "mode": if column.required { "REQUIRED" } else { "NULLABLE" },
        "description": described(column),
    });
    if column.column_type == ColumnType::Money {
        field["precision"] = "18".into();
        field["scale"] = "2".into();
    }
    field
}

fn bigquery_type(column_type: ColumnType) -> &'static str {
    match column_type {
        ColumnType::Money => "NUMERIC",
        other => other.name(),
    }
}

/// BigQuery shows one description: both languages go into it.
fn described(column: &TableColumn) -> String {
    const LONGEST: usize = 1024;
    let text = [column.description.as_str(), column.description_ko.as_str()];
    let text = text.into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" / ");
    text.chars().take(LONGEST).collect()
}
