//! Datasets and tables as the service describes them, and what a table of ours must look like.

use serde_json::{Value, json};

use super::BigQueryError;
use super::connect::Connection;
use super::names::DatasetName;
use crate::core::tables::{ColumnType, Table, TableColumn};
use crate::io::report::schema::bigquery_field;

/// The column that tells which ledger wrote a row.
pub(super) const OWNER: &str = "jangbu_ledger";
pub(super) const LOADS: &str = "jangbu_loads";

/// What is pushed, in the order in which it is.
pub(super) const PUSHED: [Table; 3] = [Table::OrderItems, Table::Orders, Table::OrderChanges];

/// A dataset, as far as it matters here.
#[derive(Clone, Debug)]
pub(super) struct Dataset {
    pub(super) location: String,
    /// Age in milliseconds at which partitions of new tables are dropped.
    pub(super) partition_expiry: Option<u64>,
    /// The same for whole tables.
    pub(super) table_expiry: Option<u64>,
}

impl Dataset {
    pub(super) fn get(connection: &Connection, name: &DatasetName) -> Result<Self, BigQueryError> {
        let found = connection.get(&format!("dataset {name}"), &name.path())?;
        Ok(Self {
            location: found["location"].as_str().unwrap_or("US").to_owned(),
            partition_expiry: number(&found["defaultPartitionExpirationMs"]),
            table_expiry: number(&found["defaultTableExpirationMs"]),
        })
    }
}

/// 64-bit numbers come as text.
pub(super) fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// What came of making a table.
pub(super) enum Made {
    New(RemoteTable),
    There(RemoteTable),
}

/// A table, as the service describes it.
#[derive(Clone, Debug)]
pub(super) struct RemoteTable {
    document: Value,
}

impl RemoteTable {
    pub(super) fn get(
        connection: &Connection,
        dataset: &DatasetName,
        table: &str,
    ) -> Result<Option<Self>, BigQueryError> {
        match connection.get(&format!("table {dataset}.{table}"), &dataset.table_path(table)) {
            Ok(document) => Ok(Some(Self { document })),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes a table; one that is there meanwhile does as well.
    pub(super) fn create(
        connection: &Connection,
        dataset: &DatasetName,
        table: &str,
        document: &Value,
    ) -> Result<Self, BigQueryError> {
        Self::make(connection, dataset, table, document).map(|(Made::New(table) | Made::There(table))| table)
    }

    /// Makes a table, or finds that there is one: somebody else's, or ours if only the answer to an earlier try was lost.
    pub(super) fn make(
        connection: &Connection,
        dataset: &DatasetName,
        table: &str,
        document: &Value,
    ) -> Result<Made, BigQueryError> {
        let what = format!("table {dataset}.{table}");
        match connection.post(&what, &format!("{}/tables", dataset.path()), document) {
            Ok(document) => Ok(Made::New(Self { document })),
            Err(error) if error.status() == Some(409) => Self::get(connection, dataset, table)?
                .map(Made::There)
                .ok_or_else(|| BigQueryError::answer(&what, "it is both there and not there")),
            Err(error) => Err(error),
        }
    }

    pub(super) fn fields(&self) -> &[Value] {
        self.document.pointer("/schema/fields").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    pub(super) fn field(&self, name: &str) -> Option<&Value> {
        self.fields().iter().find(|f| f["name"].as_str().is_some_and(|n| n.eq_ignore_ascii_case(name)))
    }

    pub(super) fn etag(&self) -> Option<&str> {
        self.document["etag"].as_str()
    }

    /// When it was made, in milliseconds: another table of the same name has another.
    pub(super) fn created(&self) -> u64 {
        number(&self.document["creationTime"]).unwrap_or_default()
    }

    /// When it last changed, in seconds.
    pub(super) fn modified(&self) -> i64 {
        let ms = number(&self.document["lastModifiedTime"]).unwrap_or_default();
        i64::try_from(ms / 1000).unwrap_or_default()
    }

    pub(super) fn is_view(&self) -> bool {
        self.document["type"].as_str() == Some("VIEW")
    }

    pub(super) fn view_sql(&self) -> Option<&str> {
        self.document.pointer("/view/query").and_then(Value::as_str)
    }

    /// Whether a partition is a month of `order_day`.
    pub(super) fn is_cut_by_month(&self) -> bool {
        let cut = &self.document["timePartitioning"];
        cut["type"].as_str() == Some("MONTH") && cut["field"].as_str() == Some("order_day")
    }

    /// A condition that every row meets, where the table takes no query without one on its partitions.
    pub(super) fn partition_condition(&self) -> Option<String> {
        let cut = &self.document["timePartitioning"];
        let asked = [&self.document["requirePartitionFilter"], &cut["requirePartitionFilter"]];
        if !asked.contains(&&Value::Bool(true)) || cut.is_null() {
            return None;
        }
        let (column, kind) = match cut["field"].as_str() {
            Some(name) => (format!("`{name}`"), self.field(name)?["type"].as_str()?),
            None => ("_PARTITIONTIME".to_owned(), "TIMESTAMP"),
        };
        Some(format!("({column} IS NULL OR {column} >= {kind} '0001-01-01')"))
    }

    pub(super) fn partition_expiry(&self) -> Option<u64> {
        number(&self.document["timePartitioning"]["expirationMs"]).filter(|ms| *ms > 0)
    }

    /// Rows that came by streaming and are not settled yet: no statement can change them.
    pub(super) fn has_streaming_buffer(&self) -> bool {
        self.document["streamingBuffer"].is_object()
    }
}

/// The fields of one of our tables: its columns and the one that tells the ledger.
pub(super) fn fields(columns: &[TableColumn]) -> Vec<Value> {
    let mut fields: Vec<Value> = columns.iter().map(bigquery_field).collect();
    fields.push(json!({
        "name": OWNER,
        "type": "STRING",
        "mode": "NULLABLE",
        "description": "Ledger of jangbu that wrote the row; null where somebody else did. / 이 행을 쓴 jangbu 원장.",
    }));
    fields
}

/// The document that makes one of our tables.
pub(super) fn document(dataset: &DatasetName, table: Table, columns: &[TableColumn]) -> Value {
    let clustering: Vec<&str> = ["mall_id", "order_id"].into_iter().collect();
    json!({
        "tableReference": reference(dataset, table.name()),
        "description": format!("jangbu: {}", table.description()),
        "labels": {"tool": "jangbu"},
        "schema": {"fields": fields(columns)},
        "timePartitioning": {"type": "MONTH", "field": "order_day"},
        "clustering": {"fields": clustering},
    })
}

pub(super) fn reference(dataset: &DatasetName, table: &str) -> Value {
    json!({"projectId": dataset.project, "datasetId": dataset.dataset, "tableId": table})
}

/// What must happen to a table before it can take rows.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fit {
    Ready,
    /// These fields are missing.
    Lacks(Vec<Value>),
}

/// Holds a table against our columns. A type that differs is an error that names both.
pub(super) fn fit(name: &str, found: &RemoteTable, columns: &[TableColumn]) -> Result<Fit, BigQueryError> {
    let wrong = |problem: String| BigQueryError::Table {
        code: "bigquery.schema",
        problem,
        hint: "push to another dataset, or rename or alter that table; jangbu never replaces one".into(),
    };
    if found.is_view() {
        return Err(wrong(format!("{name} is a view")));
    }
    let ours = fields(columns);
    let mut missing = Vec::new();
    for field in &ours {
        let column = field["name"].as_str().unwrap_or_default();
        let Some(there) = found.field(column) else {
            let mut field = field.clone();
            // Rows that are there already have no value.
            field["mode"] = "NULLABLE".into();
            missing.push(field);
            continue;
        };
        let (wanted, has) = (type_words(field), type_words(there));
        if !holds(there, field) {
            return Err(wrong(format!(
                "column {column} of {name} is {has} in BigQuery and {wanted} in the ledger"
            )));
        }
        if there["mode"].as_str() == Some("REQUIRED") && field["mode"].as_str() != Some("REQUIRED") {
            return Err(wrong(format!(
                "column {column} of {name} is REQUIRED in BigQuery and may be null in the ledger"
            )));
        }
    }
    let strange = found.fields().iter().find(|f| {
        let name = f["name"].as_str().unwrap_or_default();
        f["mode"].as_str() == Some("REQUIRED") && !ours.iter().any(|o| o["name"].as_str() == Some(name))
    });
    if let Some(field) = strange {
        let column = field["name"].as_str().unwrap_or_default();
        return Err(wrong(format!(
            "column {column} of {name} is REQUIRED, and the ledger has no such column"
        )));
    }
    Ok(if missing.is_empty() { Fit::Ready } else { Fit::Lacks(missing) })
}

fn plain_type(field: &Value) -> &str {
    match field["type"].as_str().unwrap_or_default() {
        "INTEGER" => "INT64",
        "FLOAT" => "FLOAT64",
        "BOOLEAN" => "BOOL",
        "DECIMAL" => "NUMERIC",
        "BIGDECIMAL" => "BIGNUMERIC",
        "STRUCT" => "RECORD",
        other => other,
    }
}

/// `NUMERIC(18,2)`, `STRING`, `ARRAY<STRING>`.
fn type_words(field: &Value) -> String {
    let mut words = plain_type(field).to_owned();
    if let Some(precision) = number(&field["precision"]) {
        words = format!("{words}({precision},{})", number(&field["scale"]).unwrap_or_default());
    }
    if field["mode"].as_str() == Some("REPEATED") { format!("ARRAY<{words}>") } else { words }
}

/// Whether every value of `ours` fits into `there`.
fn holds(there: &Value, ours: &Value) -> bool {
    let repeated = there["mode"].as_str() == Some("REPEATED");
    let digits = |field: &Value| {
        let precision = number(&field["precision"]).unwrap_or(38);
        let scale = number(&field["scale"]).unwrap_or(if field["precision"].is_null() { 9 } else { 0 });
        (precision.saturating_sub(scale), scale)
    };
    let room = match plain_type(ours) {
        "NUMERIC" => {
            let (there, ours) = (digits(there), digits(ours));
            there.0 >= ours.0 && there.1 >= ours.1
        }
        _ => true,
    };
    !repeated && plain_type(there) == plain_type(ours) && room
}

/// How many bytes the service counts for a cell; texts come on top.
pub(super) fn logical_bytes(column_type: ColumnType) -> u64 {
    match column_type {
        ColumnType::String => 2,
        ColumnType::Money => 16,
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::schema::{Additions, Schema};
    use crate::core::tables::table_columns;

    fn orders() -> Vec<TableColumn> {
        table_columns(&Schema::load(&Additions::default()).unwrap(), Table::Orders)
    }

    fn remote(change: impl Fn(&mut Vec<Value>)) -> RemoteTable {
        let mut fields = fields(&orders());
        change(&mut fields);
        RemoteTable { document: json!({"type": "TABLE", "schema": {"fields": fields}}) }
    }

    fn at<'f>(fields: &'f mut [Value], name: &str) -> &'f mut Value {
        fields.iter_mut().find(|f| f["name"] == name).unwrap()
    }

    #[test]
    fn our_own_table_fits_also_in_other_words_for_its_types() {
        assert_eq!(fit("t", &remote(|_| {}), &orders()).unwrap(), Fit::Ready);
        let other = remote(|fields| {
            at(fields, "shop_no")["type"] = "INTEGER".into();
            let amount = at(fields, "payment_amount").as_object_mut().unwrap();
            amount.remove("precision");
            amount.remove("scale");
        });
        assert_eq!(fit("t", &other, &orders()).unwrap(), Fit::Ready);
    }

    #[test]
    fn a_type_that_differs_is_named_on_both_sides() {
        let float = remote(|fields| at(fields, "payment_amount")["type"] = "FLOAT".into());
        let error = fit("p.d.orders", &float, &orders()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "column payment_amount of p.d.orders is FLOAT64(18,2) in BigQuery and NUMERIC(18,2) in the ledger"
        );
        assert_eq!(error.code(), "bigquery.schema");
        let narrow = remote(|fields| at(fields, "payment_amount")["precision"] = "9".into());
        assert!(fit("t", &narrow, &orders()).unwrap_err().to_string().contains("NUMERIC(9,2) in BigQuery"));
        let strict = remote(|fields| at(fields, "payment_amount")["mode"] = "REQUIRED".into());
        assert!(fit("t", &strict, &orders()).is_err());
        let strange =
            remote(|fields| fields.push(json!({"name": "x", "type": "STRING", "mode": "REQUIRED"})));
        assert!(fit("t", &strange, &orders()).is_err());
    }

    #[test]
    fn missing_columns_are_added_as_nullable() {
        let old = remote(|fields| fields.retain(|f| f["name"] != "mall_id" && f["name"] != OWNER));
        let Fit::Lacks(missing) = fit("t", &old, &orders()).unwrap() else { panic!() };
        let names: Vec<&str> = missing.iter().filter_map(|f| f["name"].as_str()).collect();
        assert_eq!(names, ["mall_id", OWNER]);
        assert!(missing.iter().all(|f| f["mode"] == "NULLABLE"));
    }
}
