//! Rows that an API pipeline loaded into BigQuery, brought into the ledger.
//!
//! What is new in a table becomes source files of API orders, one a line, which go the way of every file: each has a hash,
//! counts, findings, a run that can be undone. Rows come in the order of their extraction times and are handed over in
//! windows; a window that the ledger has is final, so a pull that dies goes on from there. What was pulled before is known
//! from the files that the ledger still has, so what an undone pull brought is pulled again, and nothing else.

mod gaps;
mod layout;
mod rows;
mod window;

use std::collections::{HashSet, VecDeque};

use serde_json::Value;

use self::gaps::{Gap, gaps};
use self::layout::{Layout, TimeType};
use self::window::{Cut, Window};
use super::connect::Connection;
use super::jobs::{Jobs, Pages};
use super::names::{TableName, literal};
use super::tables::{Dataset, OWNER, RemoteTable};
use super::{BigQueryError, step};
use crate::core::schema::Schema;
use crate::core::types::Instant;
use crate::io::config::bigquery::Pull;
use crate::io::ledger::{Ledger, Pulled};
use crate::io::read::Input;
use crate::io::report::Progress;

/// A window of what a table holds and the ledger does not know.
pub struct Harvest {
    /// API orders, one a line.
    pub input: Input,
    /// How the table is called in the list of files.
    pub path: String,
    /// When the table last changed, for a view when it was asked: what rows without a time of their own were true at.
    pub modified: Instant,
    /// What to remember when the file is in the ledger.
    pub pulled: Pulled,
}

/// Rows of one window. More take longer to fetch again after a death, fewer make more runs and rewrite months more often.
fn window_rows() -> u64 {
    let told = std::env::var("JANGBU_TEST_WINDOW").ok().filter(|_| cfg!(debug_assertions));
    told.and_then(|n| n.parse().ok()).unwrap_or(250_000)
}

/// Fetches what is new in a table, window by window. Nothing is written but files without a name.
pub struct Harvester<'a> {
    connection: &'a Connection,
    table: &'a TableName,
    location: String,
    layout: Layout,
    /// Conditions that every statement has.
    always: Vec<String>,
    modified: Instant,
    known: HashSet<u128>,
    /// Times that are still to be asked for.
    gaps: VecDeque<Gap>,
    current: Option<Current>,
    cut: Cut,
}

/// The question that is being answered.
struct Current {
    gap: Gap,
    pages: Pages,
    waiting: VecDeque<Value>,
    /// Whether windows may end before the answer does.
    cut: Cut,
}

impl<'a> Harvester<'a> {
    /// Looks at the table and at what was pulled from it. `cut` tells whether there may be several windows.
    pub fn open(
        connection: &'a Connection,
        ledger: &Ledger,
        table: &'a TableName,
        told: &Pull,
        schema: &Schema,
        now: Instant,
        whole: Whole,
    ) -> Result<Self, BigQueryError> {
        let dataset = Dataset::get(connection, &table.dataset)?;
        let found = RemoteTable::get(connection, &table.dataset, &table.table)?.ok_or_else(|| {
            let (what, reason) = (format!("table {table}"), "notFound".to_owned());
            BigQueryError::Refused { what, status: 404, reason, message: "there is no such table".into() }
        })?;
        let layout = Layout::of(&table.to_string(), found.fields(), told, schema)?;
        let before = ledger.pulled(&table.to_string())?;
        let gaps = gaps(&before, layout.time_column().as_deref());
        let known: HashSet<u128> = before.into_iter().flat_map(|p| p.rows).collect();
        // What ledgers pushed there is their own word, not the API's.
        let pushed = found.field(OWNER).map(|_| format!("{OWNER} IS NULL"));
        Ok(Self {
            connection,
            table,
            location: dataset.location,
            layout,
            always: pushed.into_iter().chain(found.partition_condition()).collect(),
            // A view is asked now, whenever it was made.
            modified: if found.is_view() { now } else { Instant(found.modified()) },
            known,
            gaps: gaps.into(),
            current: None,
            cut: match whole {
                Whole::InWindows => Cut::After(window_rows()),
                Whole::AtOnce => Cut::Never,
            },
        })
    }

    /// The next window; `None` when there is nothing more.
    pub fn next(&mut self, progress: &dyn Progress) -> Result<Option<Harvest>, BigQueryError> {
        step("window");
        let jobs =
            Jobs { connection: self.connection, dataset: &self.table.dataset, location: &self.location };
        loop {
            let mut current = match self.current.take() {
                Some(current) => current,
                None => match self.gaps.pop_front() {
                    Some(gap) => self.ask(&jobs, gap)?,
                    None => return Ok(None),
                },
            };
            let mut window = Window::new(self.layout.time_column(), current.gap.from.clone())?;
            let mut is_over = false;
            while !window.is_full(current.cut) {
                let Some(row) = current.row(&jobs, progress)? else {
                    is_over = true;
                    break;
                };
                let line = rows::line(&self.layout, current.pages.fields(), &row);
                if !window.take(&line, &self.known)? {
                    // Times that do not come in order: what is left may belong anywhere.
                    current.cut = Cut::Never;
                }
            }
            let newest = window.newest().map(str::to_owned);
            let to = if is_over { current.gap.to.clone() } else { None };
            if !is_over {
                current.gap.from = newest.or(current.gap.from);
                self.current = Some(current);
            }
            if window.rows() > 0 {
                let (input, pulled) = window.finish(to)?;
                let path = format!("bigquery://{}", self.table);
                return Ok(Some(Harvest { input, path, modified: self.modified, pulled }));
            }
        }
    }

    fn ask(&self, jobs: &Jobs<'_>, gap: Gap) -> Result<Current, BigQueryError> {
        let table = self.table;
        let what = format!("rows of {table}");
        let sql = query(self.table, &self.layout, &gap, &self.always);
        let order = self.layout.extracted_at.as_ref().map(|(name, _)| format!(" ORDER BY `{name}`"));
        let (pages, cut) = match jobs.pages(&format!("{sql}{}", order.as_deref().unwrap_or_default()), &what)
        {
            // Too much to be sorted: unsorted, and then only the whole is final.
            Err(error) if order.is_some() && error.reason() == Some("resourcesExceeded") => {
                (jobs.pages(&sql, &what)?, Cut::Never)
            }
            pages => (pages?, self.cut),
        };
        Ok(Current { gap, pages, waiting: VecDeque::new(), cut })
    }
}

/// Whether what is new may come in several windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whole {
    InWindows,
    /// For a rehearsal, which commits none.
    AtOnce,
}

impl Current {
    fn row(&mut self, jobs: &Jobs<'_>, progress: &dyn Progress) -> Result<Option<Value>, BigQueryError> {
        while self.waiting.is_empty() {
            let Some(rows) = self.pages.next(jobs)? else { return Ok(None) };
            progress.advanced(0, rows.len() as u64);
            self.waiting = rows.into();
            step("page_taken");
        }
        Ok(self.waiting.pop_front())
    }
}

/// The statement that asks for the rows of a gap. Rows of its outer times are asked for again: more may have come with them.
fn query(table: &TableName, layout: &Layout, gap: &Gap, always: &[String]) -> String {
    let columns: Vec<String> = layout.columns().into_iter().map(|c| format!("`{c}`")).collect();
    let mut sql = format!("SELECT {} FROM {}", columns.join(", "), table.dataset.sql(&table.table));
    let mut conditions = always.to_vec();
    if let Some((name, kind)) = &layout.extracted_at {
        let bound = |time: &str| match (kind, time.parse::<i64>()) {
            (TimeType::Timestamp, Ok(micros)) => format!("TIMESTAMP_MICROS({micros})"),
            (TimeType::Timestamp, Err(_)) => format!("TIMESTAMP {}", literal(time)),
            (TimeType::Datetime, _) => format!("DATETIME {}", literal(time)),
            (TimeType::Date, _) => format!("DATE {}", literal(time)),
            (TimeType::Text, _) => literal(time),
        };
        let from = gap.from.as_deref().map(|from| format!("`{name}` >= {}", bound(from)));
        let to = gap.to.as_deref().map(|to| format!("`{name}` <= {}", bound(to)));
        match (from, to) {
            // Rows without a time are asked for with the newest ones.
            (Some(from), None) => conditions.push(format!("({from} OR `{name}` IS NULL)")),
            (from, to) => conditions.extend(from.into_iter().chain(to)),
        }
    }
    if !conditions.is_empty() {
        sql.push_str(" WHERE ");
        sql.push_str(&conditions.join(" AND "));
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_missing_is_asked_for() {
        let table = TableName::parse("p.d.t").unwrap();
        let layout = |kind| Layout {
            kind: layout::Kind::Flat,
            extracted_at: Some(("t".into(), kind)),
            places: std::collections::BTreeMap::new(),
            time_keys: Vec::new(),
        };
        let gap = |from: &str, to: &str| {
            let time = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            Gap { from: time(from), to: time(to) }
        };
        let sql = |kind, from, to, always: &[String]| query(&table, &layout(kind), &gap(from, to), always);
        assert_eq!(sql(TimeType::Timestamp, "", "", &[]), "SELECT `t` FROM `p.d.t`");
        for (kind, newest, bound) in [
            (TimeType::Timestamp, "1704070923000000", "TIMESTAMP_MICROS(1704070923000000)"),
            (TimeType::Datetime, "2024-01-01T00:00:00", "DATETIME '2024-01-01T00:00:00'"),
            (TimeType::Text, "2024'", "'2024\\''"),
        ] {
            assert_eq!(
                sql(kind, newest, "", &["x IS NULL".to_owned()]),
                format!("SELECT `t` FROM `p.d.t` WHERE x IS NULL AND (`t` >= {bound} OR `t` IS NULL)")
            );
        }
        assert_eq!(
            sql(TimeType::Date, "2024-01-01", "2024-02-01", &[]),
            "SELECT `t` FROM `p.d.t` WHERE `t` >= DATE '2024-01-01' AND `t` <= DATE '2024-02-01'"
        );
        assert_eq!(
            sql(TimeType::Date, "", "2024-02-01", &[]),
            "SELECT `t` FROM `p.d.t` WHERE `t` <= DATE '2024-02-01'"
        );
    }
}
