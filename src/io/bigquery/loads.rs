//! `jangbu_loads`: what was brought where, written last. A push without its rows there is not over.
//!
//! The table is read by listing it, which costs nothing, and is the only answer to "what does the warehouse hold?":
//! a ledger that was restored from a backup, or a table that somebody deleted, cannot mislead it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;

use serde_json::{Value, json};

use super::connect::Connection;
use super::jobs::{Jobs, cells, encoded};
use super::names::{DatasetName, Part, short_hash};
use super::tables::{LOADS, RemoteTable, reference};
use super::upload::Upload;
use super::{BigQueryError, step};
use crate::core::tables::Table;
use crate::core::types::Instant;

/// One month of one table that was brought to BigQuery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Load {
    pub(super) push: u64,
    pub(super) table: Table,
    pub(super) part: Part,
    pub(super) rows: u64,
    /// Hash of what was sent.
    pub(super) content: String,
    /// See [`crate::io::ledger::Writer::begin_sending`].
    pub(super) number: u64,
    pub(super) mode: &'static str,
    pub(super) job: String,
    /// When the table it went to was made: another table of that name does not hold it.
    pub(super) table_created: u64,
}

/// Name, type, description; all nullable, so that later versions may leave some out.
const FIELDS: [(&str, &str, &str); 12] = [
    ("push", "INT64", "Number of the push, counted for each ledger."),
    ("ledger", "STRING", "The ledger that pushed."),
    ("table_name", "STRING", "The table."),
    ("month", "STRING", "The month of its orders as YYYY-MM; none for orders without a day."),
    ("rows_loaded", "INT64", "Rows of the ledger in that month now."),
    ("content", "STRING", "Hash of the month in the ledger."),
    ("content_number", "INT64", "How often the month's content changed on its way here."),
    ("mode", "STRING", "replace or merge."),
    ("job_id", "STRING", "The job that brought it."),
    ("table_created", "INT64", "When the table was made, in milliseconds since 1970."),
    ("loaded_at", "TIMESTAMP", "When the push was over."),
    ("jangbu_version", "STRING", "The program that pushed."),
];

pub(super) fn document(dataset: &DatasetName) -> Value {
    json!({
        "tableReference": reference(dataset, LOADS),
        "description": "jangbu: one row for each month of a table that a push brought here, written when all are verified",
        "labels": {"tool": "jangbu"},
        "schema": {"fields": schema()},
    })
}

fn schema() -> Vec<Value> {
    let field = |(name, kind, description): &(&str, &str, &str)| json!({"name": name, "type": kind, "mode": "NULLABLE", "description": description});
    FIELDS.iter().map(field).collect()
}

/// What a ledger brought to a dataset, as far as finished pushes tell.
#[derive(Clone, Debug, Default)]
pub(super) struct Loads {
    pub(super) last_push: u64,
    /// The newest load of each month.
    pub(super) newest: BTreeMap<(Table, Part), Load>,
}

impl Loads {
    /// Reads the table; none is there before the first push.
    pub(super) fn read(
        connection: &Connection,
        dataset: &DatasetName,
        ledger: &str,
    ) -> Result<Self, BigQueryError> {
        let Some(table) = RemoteTable::get(connection, dataset, LOADS)? else { return Ok(Self::default()) };
        let names: Vec<String> =
            table.fields().iter().map(|f| f["name"].as_str().unwrap_or_default().to_owned()).collect();
        if let Some((missing, _, _)) = FIELDS.iter().find(|(name, _, _)| !names.iter().any(|n| n == name)) {
            return Err(BigQueryError::Table {
                code: "bigquery.schema",
                problem: format!("{dataset}.{LOADS} has no column {missing}"),
                hint: "it is no table of jangbu: rename it, or push to another dataset".into(),
            });
        }
        let mut loads = Self::default();
        let what = format!("table {dataset}.{LOADS}");
        let base = format!("{}/data?maxResults=10000", dataset.table_path(LOADS));
        let mut path = base.clone();
        loop {
            let page = connection.get(&what, &path)?;
            for row in page["rows"].as_array().map_or(&[][..], Vec::as_slice) {
                loads.take(&names, &cells(row), ledger);
            }
            match page["pageToken"].as_str() {
                Some(token) => path = format!("{base}&pageToken={}", encoded(token)),
                None => return Ok(loads),
            }
        }
    }

    fn take(&mut self, names: &[String], row: &[Option<String>], ledger: &str) {
        let text = |name: &str| {
            let at = names.iter().position(|n| n == name)?;
            row.get(at)?.as_deref()
        };
        let number = |name: &str| text(name).and_then(|n| n.parse::<u64>().ok());
        if text("ledger") != Some(ledger) {
            return;
        }
        let place = text("table_name").and_then(Table::parse).zip(text("month").and_then(Part::parse));
        let (Some((table, part)), Some(push)) = (place, number("push")) else { return };
        let load = Load {
            push,
            table,
            part,
            rows: number("rows_loaded").unwrap_or_default(),
            content: text("content").unwrap_or_default().to_owned(),
            number: number("content_number").unwrap_or_default(),
            mode: "",
            job: text("job_id").unwrap_or_default().to_owned(),
            table_created: number("table_created").unwrap_or_default(),
        };
        self.last_push = self.last_push.max(push);
        let newest = self.newest.entry((table, part)).or_insert_with(|| load.clone());
        if newest.push <= push {
            *newest = load;
        }
    }
}

/// Writes the rows of a push, all at once.
pub(super) fn write(
    jobs: &Jobs<'_>,
    ledger: &str,
    loads: &[Load],
    loaded_at: Instant,
) -> Result<(), BigQueryError> {
    let rows: Vec<Value> = loads.iter().map(|load| row(ledger, load, loaded_at)).collect();
    // The moment is no part of the name: the same push, taken up again, must find its own job.
    let mut name: Vec<String> = vec![jobs.dataset.to_string(), ledger.to_owned()];
    for load in loads {
        let created = load.table_created.to_string();
        name.extend([load.table.name().to_owned(), load.part.to_string(), load.content.clone(), created]);
        name.extend([load.number.to_string(), load.push.to_string()]);
    }
    let name: Vec<&str> = name.iter().map(String::as_str).collect();
    let id = format!("jangbu_loads_{}", short_hash(&name));
    let (file, len) = lines(&rows)?;
    let what = format!("{}.{LOADS}", jobs.dataset);
    let upload = Upload {
        file: &file,
        len,
        load: json!({
            "sourceFormat": "NEWLINE_DELIMITED_JSON",
            "writeDisposition": "WRITE_APPEND",
            "createDisposition": "CREATE_NEVER",
            "destinationTable": reference(jobs.dataset, LOADS),
            "schema": {"fields": schema()},
        }),
        what: &what,
        sent: &|_| {},
    };
    jobs.run(&id, &what, &upload)?;
    step("loads_written");
    Ok(())
}

fn row(ledger: &str, load: &Load, loaded_at: Instant) -> Value {
    json!({
        "push": load.push,
        "ledger": ledger,
        "table_name": load.table.name(),
        "month": load.part.to_string(),
        "rows_loaded": load.rows,
        "content": load.content,
        "content_number": load.number,
        "mode": load.mode,
        "job_id": load.job,
        "table_created": load.table_created,
        "loaded_at": loaded_at.to_string(),
        "jangbu_version": env!("CARGO_PKG_VERSION"),
    })
}

fn lines(rows: &[Value]) -> Result<(File, u64), BigQueryError> {
    let io = |source| BigQueryError::Io { action: "write to", path: std::env::temp_dir(), source };
    let mut file = tempfile::tempfile().map_err(io)?;
    let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
    file.write_all(text.as_bytes()).map_err(io)?;
    Ok((file, text.len() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_push_of_this_ledger_counts() {
        let names: Vec<String> = FIELDS.iter().map(|f| f.0.to_owned()).collect();
        let row = |push: &str, ledger: &str, content: &str| -> Vec<Option<String>> {
            let cells =
                [push, ledger, "orders", "2024-07", "3", content, "1", "replace", "j", "9", "0", "0.1.0"];
            cells.iter().map(|c| Some((*c).to_owned())).collect()
        };
        let mut loads = Loads::default();
        for (push, ledger, content) in [("2", "me", "b"), ("1", "me", "a"), ("7", "other", "c")] {
            loads.take(&names, &row(push, ledger, content), "me");
        }
        assert_eq!(loads.last_push, 2);
        let newest = &loads.newest[&(Table::Orders, Part::parse("2024-07").unwrap())];
        assert_eq!((newest.content.as_str(), newest.rows, newest.table_created), ("b", 3, 9));
    }
}
