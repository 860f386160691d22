//! What a push will do, before it does anything: which months of which tables changed, what they weigh, what a MERGE
//! would read and cost. A dry run shows the same plan that a real push carries out.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::Array as _;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::audit::Audit;
use super::connect::Connection;
use super::expiry::{Expiring, days};
use super::jobs::Jobs;
use super::loads::{Load, Loads};
use super::names::{DatasetName, Part};
use super::tables::{Dataset, Fit, LOADS, PUSHED, RemoteTable, fit};
use super::{BigQueryError, Mode, encode};
use crate::core::tables::{Table, table_columns};
use crate::core::types::{FileHash, Instant};
use crate::io::ledger::{Ledger, LedgerError, TableMonth, Unsent};

/// Whether views are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Views {
    Leave,
    Write,
}

/// What is asked of a push.
#[derive(Clone, Debug)]
pub struct PushRequest {
    pub dataset: DatasetName,
    pub mode: Mode,
    /// Price of a TiB that is read, in hundredths of a dollar.
    pub cents_per_tib: u64,
    pub views: Views,
    pub now: Instant,
}

/// Why a month is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It was never there.
    New,
    /// The ledger's rows differ from those of the last push.
    Changed,
    /// An earlier push did not end.
    Unfinished,
    /// BigQuery does not hold as many rows as were brought there.
    Damaged,
    /// The ledger has no rows there any more.
    Gone,
}

/// A month that is sent.
#[derive(Clone, Debug, Serialize)]
pub struct MonthPlan {
    pub month: String,
    pub why: Why,
    pub rows: u64,
    /// Size of the file as the ledger has it; what is sent is about as large.
    pub bytes: u64,
    #[serde(skip)]
    pub(super) part: Part,
    #[serde(skip)]
    pub(super) source: Option<TableMonth>,
    #[serde(skip)]
    pub(super) content: String,
}

/// A table that is sent to.
#[derive(Clone, Debug, Serialize)]
pub struct TablePlan {
    pub table: String,
    pub create: bool,
    pub add_columns: Vec<String>,
    pub months: Vec<MonthPlan>,
    /// What the MERGEs of these months would read, in bytes.
    pub merge_bytes: Option<u64>,
    #[serde(skip)]
    pub(super) kind: Table,
    #[serde(skip)]
    pub(super) missing: Vec<Value>,
    #[serde(skip)]
    pub(super) found: Option<RemoteTable>,
}

/// A whole push.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    pub dataset: String,
    pub endpoint: String,
    pub location: String,
    pub mode: Mode,
    pub tables: Vec<TablePlan>,
    pub months: u64,
    pub rows: u64,
    pub bytes: u64,
    pub merge_bytes: Option<u64>,
    /// In dollars, such as `0.01`.
    pub merge_cost: Option<String>,
    pub warnings: Vec<String>,
    #[serde(skip)]
    pub(super) push: u64,
}

pub(super) struct Planner<'a> {
    pub(super) connection: &'a Connection,
    pub(super) ledger: &'a Ledger,
    pub(super) identity: &'a str,
    /// The name under which the ledger remembers this target.
    pub(super) target: &'a str,
    pub(super) request: &'a PushRequest,
}

impl Planner<'_> {
    pub(super) fn plan(&self) -> Result<Plan, BigQueryError> {
        let name = &self.request.dataset;
        let dataset = Dataset::get(self.connection, name)?;
        let jobs = Jobs { connection: self.connection, dataset: name, location: &dataset.location };
        let loads = Loads::read(self.connection, name, self.identity)?;
        let unsent = self.ledger.unsent(self.target)?;
        let mut warnings = Vec::new();
        let mut tables = Vec::new();
        for table in PUSHED {
            let local = self.local(table)?;
            let plan = self.table(table, &local, &jobs, &loads, &unsent)?;
            let months: Vec<Part> = local.keys().copied().collect();
            let place = Expiring { dataset: name, found: plan.found.as_ref(), table };
            warnings.extend(place.check(&dataset, &months, self.request.now)?);
            tables.push(plan);
        }
        if let Some(ms) = dataset.table_expiry.filter(|_| tables.iter().any(|t| t.create)) {
            warnings.push(format!(
                "tables of {name} are deleted {} after they were made: bq update --default_table_expiration 0 {}:{}",
                days(ms), name.project, name.dataset
            ));
        }
        let sum = |of: fn(&MonthPlan) -> u64| tables.iter().flat_map(|t| &t.months).map(of).sum();
        let merge_bytes: Option<u64> = match self.request.mode {
            Mode::Merge => Some(tables.iter().filter_map(|t| t.merge_bytes).sum()),
            Mode::Replace => None,
        };
        Ok(Plan {
            dataset: name.to_string(),
            endpoint: self.connection.endpoint().to_string(),
            location: dataset.location,
            mode: self.request.mode,
            months: sum(|_| 1),
            rows: sum(|m| m.rows),
            bytes: sum(|m| m.bytes),
            merge_bytes,
            merge_cost: merge_bytes.map(|bytes| dollars(bytes, self.request.cents_per_tib)),
            warnings,
            push: loads.last_push + 1,
            tables,
        })
    }

    /// The months of the ledger with a hash of their files.
    fn local(&self, table: Table) -> Result<BTreeMap<Part, (TableMonth, String, u64)>, BigQueryError> {
        let mut local = BTreeMap::new();
        for month in self.ledger.table_months(table)? {
            let bytes = std::fs::read(&month.path).map_err(|source| LedgerError::Io {
                action: "read",
                path: month.path.clone(),
                source,
            })?;
            let content = FileHash(Sha256::digest(&bytes).into()).to_string();
            local.insert(Part(month.month), (month, content, bytes.len() as u64));
        }
        Ok(local)
    }

    fn table(
        &self,
        table: Table,
        local: &BTreeMap<Part, (TableMonth, String, u64)>,
        jobs: &Jobs<'_>,
        loads: &Loads,
        unsent: &Unsent,
    ) -> Result<TablePlan, BigQueryError> {
        let name = format!("{}.{table}", self.request.dataset);
        let found = RemoteTable::get(self.connection, &self.request.dataset, table.name())?;
        let columns = table_columns(self.ledger.schema(), table);
        let missing = match &found {
            Some(found) => match fit(&name, found, &columns)? {
                Fit::Ready => Vec::new(),
                Fit::Lacks(missing) => missing,
            },
            None => Vec::new(),
        };
        let audit = match &found {
            Some(found) => Audit::of(table, found, self.identity, jobs)?,
            None => Audit::default(),
        };
        if let Some(found) = &found {
            admit(self.request.mode, &name, found, &audit, self.identity)?;
        }
        let created = found.as_ref().map(RemoteTable::created);
        let brought =
            |part: Part| loads.newest.get(&(table, part)).filter(|load| Some(load.table_created) == created);
        let mut months = Vec::new();
        for (part, (month, content, bytes)) in local {
            let there = audit.own.get(part).copied().unwrap_or_default();
            let waiting = unsent.get(&(table, part.0));
            let why = match why(content, month.rows, brought(*part), waiting, there) {
                // A column that went away took the values of months with it that did not change.
                None if self.has_values(table, month, &missing)? => Some(Why::Damaged),
                why => why,
            };
            if let Some(why) = why {
                months.push(MonthPlan {
                    month: part.to_string(),
                    why,
                    rows: month.rows,
                    bytes: *bytes,
                    part: *part,
                    source: Some(month.clone()),
                    content: content.clone(),
                });
            }
        }
        let waiting = unsent.iter().filter(|((t, _), _)| *t == table).map(|((_, month), _)| Part(*month));
        let gone: BTreeSet<Part> = audit.own.keys().copied().chain(waiting).collect();
        for part in gone.into_iter().filter(|part| !local.contains_key(part) && found.is_some()) {
            months.push(MonthPlan {
                month: part.to_string(),
                why: Why::Gone,
                rows: 0,
                bytes: 0,
                part,
                source: None,
                content: "empty".into(),
            });
        }
        months.sort_by_key(|m| m.part);
        let merge_bytes = match self.request.mode {
            Mode::Merge if !months.is_empty() => Some(self.scan(table, found.as_ref(), &months, jobs)?),
            _ => None,
        };
        Ok(TablePlan {
            table: table.name().to_owned(),
            create: found.is_none(),
            add_columns: missing.iter().filter_map(|f| f["name"].as_str().map(str::to_owned)).collect(),
            months,
            merge_bytes,
            kind: table,
            missing,
            found,
        })
    }

    /// Whether a month has a value in one of these fields.
    fn has_values(&self, table: Table, month: &TableMonth, fields: &[Value]) -> Result<bool, BigQueryError> {
        if fields.is_empty() {
            return Ok(false);
        }
        let batches = self.ledger.read_month(table, month)?;
        let names: Vec<&str> = fields.iter().filter_map(|f| f["name"].as_str()).collect();
        let columns = batches.iter().flat_map(|b| names.iter().filter_map(|name| b.column_by_name(name)));
        Ok(columns.into_iter().any(|column| column.null_count() < column.len()))
    }

    /// What the MERGEs would read: the partitions they change as a whole, and the rows that are staged.
    fn scan(
        &self,
        table: Table,
        found: Option<&RemoteTable>,
        months: &[MonthPlan],
        jobs: &Jobs<'_>,
    ) -> Result<u64, BigQueryError> {
        let columns = table_columns(self.ledger.schema(), table);
        let mut bytes = 0;
        for month in months.iter().filter_map(|m| m.source.as_ref()) {
            bytes += encode::logical_size(&columns, &self.ledger.read_month(table, month)?);
        }
        if found.is_some_and(|found| found.field("order_day").is_some()) {
            let conditions: Vec<String> = months.iter().map(|m| m.part.condition("order_day")).collect();
            let sql = format!(
                "SELECT * FROM {} WHERE {}",
                self.request.dataset.sql(table.name()),
                conditions.join(" OR ")
            );
            bytes += jobs.bytes_of(&sql, &format!("size of {}.{table}", self.request.dataset))?;
        }
        Ok(bytes)
    }
}

/// Refuses a table that this mode must not or cannot change.
pub(super) fn admit(
    mode: Mode,
    name: &str,
    found: &RemoteTable,
    audit: &Audit,
    identity: &str,
) -> Result<(), BigQueryError> {
    match mode {
        Mode::Replace => {
            audit.refuse_others(name, identity)?;
            if !found.is_cut_by_month() {
                return Err(BigQueryError::Table {
                    code: "bigquery.partitioning",
                    problem: format!(
                        "{name} is not partitioned by month of order_day, so no month of it can be replaced"
                    ),
                    hint: "use --mode merge, or push to another dataset".into(),
                });
            }
        }
        Mode::Merge if found.has_streaming_buffer() => {
            return Err(BigQueryError::Table {
                code: "bigquery.streaming",
                problem: format!(
                    "{name} holds rows that were just streamed in; no MERGE can change it until they settle"
                ),
                hint: "run again in an hour or two".into(),
            });
        }
        Mode::Merge => {}
    }
    Ok(())
}

/// Whether a month must be sent, and why.
fn why(
    content: &str,
    rows: u64,
    brought: Option<&Load>,
    waiting: Option<&(String, u64)>,
    there: u64,
) -> Option<Why> {
    // A push that died after its last word is over, though the ledger could not note it.
    let over =
        |load: &Load, (content, number): &(String, u64)| load.content == *content && load.number == *number;
    match (brought, waiting) {
        (brought, Some(waiting)) if !brought.is_some_and(|load| over(load, waiting)) => Some(Why::Unfinished),
        (None, _) => Some(Why::New),
        (Some(load), _) if load.content != content => Some(Why::Changed),
        (Some(_), _) if there != rows => Some(Why::Damaged),
        _ => None,
    }
}

/// What reading so many bytes costs, rounded up to the next hundredth.
fn dollars(bytes: u64, cents_per_tib: u64) -> String {
    let cents = (u128::from(bytes) * u128::from(cents_per_tib)).div_ceil(1 << 40);
    format!("{}.{:02}", cents / 100, cents % 100)
}

impl Plan {
    /// Whether there is anything to do.
    pub fn is_empty(&self) -> bool {
        self.months == 0 && self.tables.iter().all(|t| t.add_columns.is_empty() && !t.create)
    }

    /// The table that tells what was loaded.
    pub fn loads_table(&self) -> String {
        format!("{}.{LOADS}", self.dataset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(content: &str, number: u64) -> Load {
        Load {
            push: 1,
            table: Table::Orders,
            part: Part(None),
            rows: 3,
            content: content.into(),
            number,
            mode: "replace",
            job: "j".into(),
            table_created: 1,
        }
    }

    #[test]
    fn a_month_is_sent_for_a_reason() {
        let waiting = |content: &str, number| Some((content.to_owned(), number));
        let cases = [
            (None, None, 0, Some(Why::New)),
            (Some(load("a", 1)), None, 3, None),
            (Some(load("b", 1)), None, 3, Some(Why::Changed)),
            (Some(load("a", 1)), None, 2, Some(Why::Damaged)),
            (None, waiting("a", 1), 3, Some(Why::Unfinished)),
            // Its rows in jangbu_loads are there: only the ledger does not know yet.
            (Some(load("a", 1)), waiting("a", 1), 3, None),
            // B was on its way and may be there, though the ledger went back to A and A was the last that ended.
            (Some(load("a", 1)), waiting("b", 2), 3, Some(Why::Unfinished)),
            (Some(load("a", 1)), waiting("a", 3), 3, Some(Why::Unfinished)),
        ];
        for (brought, waiting, there, expected) in cases {
            let found = why("a", 3, brought.as_ref(), waiting.as_ref(), there);
            assert_eq!(found, expected, "{brought:?} {waiting:?} {there}");
        }
    }

    #[test]
    fn a_cost_is_rounded_up() {
        assert_eq!(dollars(0, 625), "0.00");
        assert_eq!(dollars(1, 625), "0.01");
        assert_eq!(dollars(1 << 40, 625), "6.25");
    }
}
