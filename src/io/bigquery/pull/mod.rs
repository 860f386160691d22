//! Rows that an API pipeline loaded into BigQuery, brought into the ledger.
//!
//! What is new in a table becomes one source file of API orders, one a line, and goes the way of every file: it has a hash,
//! counts, findings, a run that can be undone. What was pulled before is known from the files that the ledger still has, so
//! an undone pull is pulled again.

mod layout;
mod rows;

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_128;

use self::layout::{Layout, TimeType};
use super::connect::Connection;
use super::jobs::Jobs;
use super::names::{TableName, literal};
use super::tables::{Dataset, OWNER, RemoteTable};
use super::{BigQueryError, step};
use crate::core::schema::Schema;
use crate::core::types::Instant;
use crate::io::config::bigquery::Pull;
use crate::io::ledger::{Ledger, Pulled};
use crate::io::read::Input;
use crate::io::report::Progress;

/// What a table holds that the ledger does not know.
pub struct Harvest {
    /// API orders, one a line; `None` where nothing is new.
    pub input: Option<Input>,
    /// How the table is called in the list of files.
    pub path: String,
    /// When the table last changed, for a view when it was asked: what rows without a time of their own were true at.
    pub modified: Instant,
    pub rows: u64,
    /// What to remember when the file is in the ledger.
    pub pulled: Pulled,
}

/// Fetches what is new in a table. Nothing is written but a file without a name.
pub fn harvest(
    connection: &Connection,
    ledger: &Ledger,
    table: &TableName,
    told: &Pull,
    schema: &Schema,
    now: Instant,
    progress: &dyn Progress,
) -> Result<Harvest, BigQueryError> {
    progress.stage("asking BigQuery");
    let dataset = Dataset::get(connection, &table.dataset)?;
    let found = RemoteTable::get(connection, &table.dataset, &table.table)?.ok_or_else(|| {
        let (what, reason) = (format!("table {table}"), "notFound".to_owned());
        BigQueryError::Refused { what, status: 404, reason, message: "there is no such table".into() }
    })?;
    let layout = Layout::of(&table.to_string(), found.fields(), told, schema)?;
    let before = ledger.pulled(&table.to_string())?;
    let newest = before.iter().filter_map(|p| p.newest.clone()).reduce(later);
    let known: HashSet<u128> = before.into_iter().flat_map(|p| p.rows).collect();
    // What ledgers pushed there is their own word, not the API's.
    let pushed = found.field(OWNER).map(|_| format!("{OWNER} IS NULL"));
    let sql = query(table, &layout, newest.as_deref(), pushed.as_deref());
    let jobs = Jobs { connection, dataset: &table.dataset, location: &dataset.location };
    let mut gathering = Gathering::new(&layout, known, newest)?;
    progress.stage("pulling");
    jobs.pages(&sql, &format!("rows of {table}"), &mut |fields, rows| {
        for row in rows {
            gathering.take(&rows::line(&layout, fields, row))?;
        }
        progress.advanced(0, rows.len() as u64);
        step("page_taken");
        Ok(())
    })?;
    // A view is asked now, whenever it was made.
    let modified = if found.is_view() { now } else { Instant(found.modified()) };
    gathering.finish(table, modified)
}

/// The statement that asks for what is new. Rows of the newest time are asked for again: more may have come with it.
fn query(table: &TableName, layout: &Layout, newest: Option<&str>, only: Option<&str>) -> String {
    let columns: Vec<String> = layout.columns().into_iter().map(|c| format!("`{c}`")).collect();
    let mut sql = format!("SELECT {} FROM {}", columns.join(", "), table.dataset.sql(&table.table));
    let mut conditions: Vec<String> = only.map(str::to_owned).into_iter().collect();
    if let (Some((name, kind)), Some(newest)) = (&layout.extracted_at, newest) {
        let bound = match (kind, newest.parse::<i64>()) {
            (TimeType::Timestamp, Ok(micros)) => format!("TIMESTAMP_MICROS({micros})"),
            (TimeType::Timestamp, Err(_)) => format!("TIMESTAMP {}", literal(newest)),
            (TimeType::Datetime, _) => format!("DATETIME {}", literal(newest)),
            (TimeType::Date, _) => format!("DATE {}", literal(newest)),
            (TimeType::Text, _) => literal(newest),
        };
        conditions.push(format!("(`{name}` >= {bound} OR `{name}` IS NULL)"));
    }
    if !conditions.is_empty() {
        sql.push_str(" WHERE ");
        sql.push_str(&conditions.join(" AND "));
    }
    sql
}

/// The later of two times of one column.
fn later(a: String, b: String) -> String {
    let newer = match (a.parse::<i64>(), b.parse::<i64>()) {
        (Ok(a), Ok(b)) => b > a,
        _ => b > a,
    };
    if newer { b } else { a }
}

/// New rows on their way into a file.
struct Gathering {
    out: BufWriter<File>,
    timed: bool,
    known: HashSet<u128>,
    newest: Option<String>,
    /// Hashes to remember: rows without a time, and those of the newest one.
    untimed: Vec<u128>,
    at_newest: Vec<u128>,
    rows: u64,
    bytes: u64,
}

impl Gathering {
    fn new(layout: &Layout, known: HashSet<u128>, newest: Option<String>) -> Result<Self, BigQueryError> {
        let file = tempfile::tempfile().map_err(io)?;
        Ok(Self {
            out: BufWriter::new(file),
            timed: layout.extracted_at.is_some(),
            known,
            newest: newest.filter(|_| layout.extracted_at.is_some()),
            untimed: Vec::new(),
            at_newest: Vec::new(),
            rows: 0,
            bytes: 0,
        })
    }

    fn take(&mut self, line: &rows::Line) -> Result<(), BigQueryError> {
        let hash = xxh3_128(line.json.as_bytes());
        if self.known.contains(&hash) {
            return Ok(());
        }
        match (&line.extracted_at, &self.newest) {
            (Some(time), Some(newest)) if time == newest => self.at_newest.push(hash),
            (Some(time), newest) => {
                if newest.as_ref().is_none_or(|newest| later(newest.clone(), time.clone()) != *newest) {
                    self.newest = Some(time.clone());
                    self.at_newest = vec![hash];
                }
            }
            (None, _) => self.untimed.push(hash),
        }
        self.rows += 1;
        self.bytes += line.json.len() as u64 + 1;
        writeln!(self.out, "{}", line.json).map_err(io)
    }

    fn finish(self, table: &TableName, modified: Instant) -> Result<Harvest, BigQueryError> {
        let file = self.out.into_inner().map_err(|e| io(e.into_error()))?;
        let rows = self.untimed.into_iter().chain(self.at_newest).collect();
        Ok(Harvest {
            input: (self.rows > 0).then(|| Input::Spooled(Arc::new(file))),
            path: format!("bigquery://{table}"),
            modified,
            rows: self.rows,
            pulled: Pulled { newest: self.newest.filter(|_| self.timed), rows },
        })
    }
}

fn io(source: std::io::Error) -> BigQueryError {
    BigQueryError::Io { action: "write to", path: std::env::temp_dir(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rows_of_the_newest_time_and_after_are_asked_for() {
        let table = TableName::parse("p.d.t").unwrap();
        let layout = |kind| Layout {
            kind: layout::Kind::Flat,
            extracted_at: Some(("t".into(), kind)),
            places: std::collections::BTreeMap::new(),
            time_keys: Vec::new(),
        };
        assert_eq!(query(&table, &layout(TimeType::Timestamp), None, None), "SELECT `t` FROM `p.d.t`");
        for (kind, newest, bound) in [
            (TimeType::Timestamp, "1704070923000000", "TIMESTAMP_MICROS(1704070923000000)"),
            (TimeType::Datetime, "2024-01-01T00:00:00", "DATETIME '2024-01-01T00:00:00'"),
            (TimeType::Text, "2024'", "'2024\\''"),
        ] {
            let sql = query(&table, &layout(kind), Some(newest), Some("x IS NULL"));
            assert_eq!(
                sql,
                format!("SELECT `t` FROM `p.d.t` WHERE x IS NULL AND (`t` >= {bound} OR `t` IS NULL)")
            );
        }
        assert_eq!(later("9".into(), "10".into()), "10");
        assert_eq!(later("2024-02-01".into(), "2024-01-31".into()), "2024-02-01");
    }
}
