//! A push from plan to last word: note what is coming, make tables, bring months, compare, write `jangbu_loads`.
//!
//! Killed anywhere, the next push finds its own traces (the ledger's notes, jobs by their names) and ends where an
//! undisturbed one ends.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::audit::Audit;
use super::connect::Connection;
use super::encode::{self, Sums};
use super::jobs::Jobs;
use super::loads::{self, Load};
use super::names::{DatasetName, Part};
use super::plan::{MonthPlan, Plan, Planner, PushRequest, TablePlan, Views, admit};
use super::tables::{self, Fit, LOADS, Made, OWNER, RemoteTable};
use super::{BigQueryError, Mode, merge, replace, step, verify, views};
use crate::core::tables::{Table, arrow_schema, table_columns};
use crate::io::ledger::{Ledger, Sending, Writer};
use crate::io::report::Progress;

/// How often a table is patched that changes meanwhile.
const PATCHES: u32 = 3;

/// Where a month goes and what makes its jobs' names.
pub(super) struct Target<'a> {
    pub(super) dataset: &'a DatasetName,
    pub(super) table: Table,
    pub(super) created: u64,
    pub(super) ledger: &'a str,
    pub(super) content: &'a str,
    pub(super) number: u64,
    pub(super) push: u64,
    /// Our columns, as the table in BigQuery has them.
    pub(super) fields: Vec<Value>,
}

impl Target<'_> {
    pub(super) fn fields(&self) -> &[Value] {
        &self.fields
    }
}

/// What a push did.
#[derive(Clone, Debug, Serialize)]
pub struct PushReport {
    pub dataset: String,
    pub mode: Mode,
    /// Its number in `jangbu_loads`; `None` where there was nothing to do.
    pub push: Option<u64>,
    pub months: u64,
    pub rows: u64,
    /// What was sent, in bytes.
    pub bytes: u64,
    pub loads: Vec<LoadReport>,
    /// Views that were made or renewed.
    pub views: Vec<String>,
}

/// A month that was brought.
#[derive(Clone, Debug, Serialize)]
pub struct LoadReport {
    pub table: String,
    pub month: String,
    pub rows: u64,
    pub job_id: String,
    pub deleted: Option<u64>,
    pub inserted: Option<u64>,
}

/// What a push would do. Nothing is changed.
pub fn plan(connection: &Connection, ledger: &Ledger, request: &PushRequest) -> Result<Plan, BigQueryError> {
    let identity = ledger.identity()?.unwrap_or_default();
    let target = target_name(connection, &request.dataset);
    Planner { connection, ledger, identity: &identity, target: &target, request }.plan()
}

/// Brings what changed. `planned` hears of the plan before anything is sent.
pub fn push(
    connection: &Connection,
    ledger: &mut Writer,
    request: &PushRequest,
    planned: &mut dyn FnMut(&Plan),
    progress: &dyn Progress,
) -> Result<PushReport, BigQueryError> {
    let identity = ledger.make_identity()?;
    let plan = plan(connection, ledger, request).map_err(|error| partly(error, &[], 0))?;
    step("planned");
    planned(&plan);
    let mut report = PushReport {
        dataset: plan.dataset.clone(),
        mode: plan.mode,
        push: None,
        months: 0,
        rows: 0,
        bytes: 0,
        loads: Vec::new(),
        views: Vec::new(),
    };
    let name = target_name(connection, &request.dataset);
    if plan.is_empty() {
        // A push that died after its last word left only its notes.
        ledger.end_sending(&name)?;
        write_views(connection, ledger, request, &identity, &mut report)?;
        return Ok(report);
    }
    let numbers = note(ledger, &name, &plan)?;
    step("noted");
    let jobs = Jobs { connection, dataset: &request.dataset, location: &plan.location };
    let mut run =
        Run { jobs: &jobs, ledger, identity: &identity, request, plan: &plan, progress, report: &mut report };
    if let Err(error) = run.bring(&numbers) {
        // Their jobs must not be taken for done by the next push.
        let doubted: Vec<_> = error.doubted().iter().map(|(table, part)| (*table, part.0)).collect();
        ledger.doubt_sending(&name, &doubted)?;
        return Err(error);
    }
    ledger.end_sending(&name)?;
    step("ended");
    let views = write_views(connection, ledger, request, &identity, &mut report);
    let order = in_order(&plan);
    views.map_err(|error| partly(error, &order, order.len()))?;
    Ok(report)
}

/// Month by month over all tables, so that a push that stops leaves whole months behind it.
fn in_order(plan: &Plan) -> Vec<(&TablePlan, &MonthPlan)> {
    let mut order: Vec<(&TablePlan, &MonthPlan)> =
        plan.tables.iter().flat_map(|t| t.months.iter().map(move |m| (t, m))).collect();
    order.sort_by_key(|(table, month)| (month.part, table.kind));
    order
}

fn write_views(
    connection: &Connection,
    ledger: &Ledger,
    request: &PushRequest,
    identity: &str,
    report: &mut PushReport,
) -> Result<(), BigQueryError> {
    if request.views == Views::Write {
        report.views = views::write(connection, &request.dataset, ledger.schema(), identity)?;
    }
    Ok(())
}

/// The name under which a ledger remembers a dataset.
fn target_name(connection: &Connection, dataset: &DatasetName) -> String {
    format!("{}/{dataset}", connection.endpoint())
}

fn note(
    ledger: &mut Writer,
    target: &str,
    plan: &Plan,
) -> Result<BTreeMap<(Table, Part), u64>, BigQueryError> {
    let places: Vec<(&TablePlan, &MonthPlan)> =
        plan.tables.iter().flat_map(|t| t.months.iter().map(move |m| (t, m))).collect();
    let all: Vec<Sending> = places
        .iter()
        .map(|(t, m)| Sending { table: t.kind, month: m.part.0, content: m.content.clone() })
        .collect();
    let numbers = ledger.begin_sending(target, &all)?;
    Ok(places.iter().map(|(t, m)| (t.kind, m.part)).zip(numbers).collect())
}

struct Run<'a> {
    jobs: &'a Jobs<'a>,
    ledger: &'a Ledger,
    identity: &'a str,
    request: &'a PushRequest,
    plan: &'a Plan,
    progress: &'a dyn Progress,
    report: &'a mut PushReport,
}

impl Run<'_> {
    fn bring(&mut self, numbers: &BTreeMap<(Table, Part), u64>) -> Result<(), BigQueryError> {
        let order = in_order(self.plan);
        let ready = self.prepare_all().map_err(|error| partly(error, &order, 0))?;
        if order.is_empty() {
            return Ok(());
        }
        self.progress.stage("sending");
        self.progress.total(self.plan.months, self.plan.bytes);
        let mut done: Vec<Load> = Vec::new();
        let mut sums: BTreeMap<Table, BTreeMap<Part, Sums>> = BTreeMap::new();
        for (at, (table, month)) in order.iter().enumerate() {
            let Some(found) = ready.get(&table.kind) else { continue };
            let number = numbers.get(&(table.kind, month.part)).copied().unwrap_or_default();
            let brought = self.month(table.kind, found, month, number);
            let (load, sum) = brought.map_err(|error| partly(error, &order, at))?;
            sums.entry(table.kind).or_default().insert(month.part, sum);
            done.push(load);
        }
        self.progress.stage("comparing");
        self.close(&sums, &done).map_err(|error| partly(error, &order, order.len()))?;
        self.report.push = Some(self.plan.push);
        Ok(())
    }

    /// Makes tables ready, the one that tells of loads too.
    fn prepare_all(&self) -> Result<BTreeMap<Table, RemoteTable>, BigQueryError> {
        let mut ready = BTreeMap::new();
        for table in &self.plan.tables {
            ready.insert(table.kind, self.prepare(table)?);
        }
        RemoteTable::create(
            self.jobs.connection,
            self.jobs.dataset,
            LOADS,
            &loads::document(self.jobs.dataset),
        )?;
        step("tables_ready");
        Ok(ready)
    }

    /// Compares what arrived, and writes it down.
    fn close(
        &self,
        sums: &BTreeMap<Table, BTreeMap<Part, Sums>>,
        done: &[Load],
    ) -> Result<(), BigQueryError> {
        for (table, sent) in sums {
            let columns = table_columns(self.ledger.schema(), *table);
            verify::verify(self.jobs, *table, &columns, self.identity, sent)?;
        }
        step("verified");
        loads::write(self.jobs, self.identity, done, self.request.now)
    }

    /// Makes the table, or adds what it lacks.
    fn prepare(&self, plan: &TablePlan) -> Result<RemoteTable, BigQueryError> {
        let (connection, dataset) = (self.jobs.connection, self.jobs.dataset);
        let columns = table_columns(self.ledger.schema(), plan.kind);
        let name = format!("{dataset}.{}", plan.table);
        let Some(found) = &plan.found else {
            let document = tables::document(dataset, plan.kind, &columns);
            let found = match RemoteTable::make(connection, dataset, &plan.table, &document)? {
                Made::New(found) => return Ok(found),
                Made::There(found) => found,
            };
            let audit = Audit::of(plan.kind, &found, self.identity, self.jobs)?;
            admit(self.plan.mode, &name, &found, &audit, self.identity)?;
            return match tables::fit(&name, &found, &columns)? {
                Fit::Ready => Ok(found),
                Fit::Lacks(_) => Err(BigQueryError::Table {
                    code: "bigquery.schema",
                    problem: format!("somebody else made {name} just now, with other columns"),
                    hint: "run the same command again: it adds what is missing".into(),
                }),
            };
        };
        let what = format!("table {name}");
        let gone = || BigQueryError::answer(&what, "the table is gone");
        let path = dataset.table_path(&plan.table);
        let (mut found, mut missing) = (found.clone(), plan.missing.clone());
        for tries in 1.. {
            if missing.is_empty() {
                break;
            }
            let fields: Vec<Value> = found.fields().iter().cloned().chain(missing).collect();
            match connection.patch(&what, &path, found.etag(), &json!({"schema": {"fields": fields}})) {
                // It changed meanwhile, or it is the change whose answer was lost.
                Err(error) if error.status() != Some(412) || tries == PATCHES => return Err(error),
                _ => {}
            }
            found = RemoteTable::get(connection, dataset, &plan.table)?.ok_or_else(gone)?;
            missing = match tables::fit(&name, &found, &columns)? {
                Fit::Ready => Vec::new(),
                Fit::Lacks(missing) => missing,
            };
        }
        Ok(found)
    }

    fn month(
        &mut self,
        table: Table,
        found: &RemoteTable,
        month: &MonthPlan,
        number: u64,
    ) -> Result<(Load, Sums), BigQueryError> {
        let columns = table_columns(self.ledger.schema(), table);
        let batches = match &month.source {
            Some(source) => self.ledger.read_month(table, source)?,
            None => Vec::new(),
        };
        let schema = arrow_schema(self.ledger.schema(), table);
        let file = encode::encode(table, &columns, &schema, &batches, self.identity)?;
        drop(batches);
        let fields = found.fields().iter().filter(|f| {
            let name = f["name"].as_str().unwrap_or_default();
            name.eq_ignore_ascii_case(OWNER) || columns.iter().any(|c| c.name.eq_ignore_ascii_case(name))
        });
        let target = Target {
            dataset: self.jobs.dataset,
            table,
            created: found.created(),
            ledger: self.identity,
            content: &month.content,
            number,
            push: self.plan.push,
            fields: fields.cloned().collect(),
        };
        let what = target.what(month.part);
        self.progress.file_started(&what, file.len);
        let sent = |bytes: u64| self.progress.advanced(bytes, 0);
        let done = match self.request.mode {
            Mode::Replace => replace::replace(self.jobs, &target, month.part, &file, &sent)?,
            Mode::Merge => merge::merge(self.jobs, &target, month.part, &file, self.request.now, &sent)?,
        };
        self.progress.file_done(&what);
        let changed = merge::changed(&done);
        self.report.months += 1;
        self.report.rows += file.sums.rows;
        self.report.bytes += file.len;
        self.report.loads.push(LoadReport {
            table: table.name().to_owned(),
            month: month.part.to_string(),
            rows: file.sums.rows,
            job_id: done.id.clone(),
            deleted: changed.map(|c| c.0),
            inserted: changed.map(|c| c.1),
        });
        let load = Load {
            push: self.plan.push,
            table,
            part: month.part,
            rows: file.sums.rows,
            content: month.content.clone(),
            number,
            mode: self.request.mode.as_str(),
            job: done.id,
            table_created: found.created(),
        };
        Ok((load, file.sums))
    }
}

/// Says which months this push loaded and which it did not.
fn partly(error: BigQueryError, order: &[(&TablePlan, &MonthPlan)], at: usize) -> BigQueryError {
    let (done, rest) = order.split_at(at.min(order.len()));
    let (open, missing) = match &error {
        BigQueryError::Uncertain(_) => rest.split_at(rest.len().min(1)),
        _ => rest.split_at(0),
    };
    let (loaded, not) = (named(done, "none yet"), named(missing, "nothing else"));
    let progress = match (order.is_empty(), open.is_empty()) {
        (true, _) => "loaded nothing".to_owned(),
        (false, true) => format!("loaded: {loaded}; not loaded: {not}"),
        (false, false) => {
            format!("loaded: {loaded}; perhaps loaded: {}; not loaded: {not}", named(open, "none yet"))
        }
    };
    BigQueryError::Partly { progress, arrived: done.len() + open.len(), source: Box::new(error) }
}

/// Some months by name; many as the first and the last of each table, of those that the plan named.
fn named(part: &[(&TablePlan, &MonthPlan)], if_empty: &str) -> String {
    const SHOWN: usize = 12;
    if part.is_empty() {
        return if_empty.to_owned();
    }
    if part.len() <= SHOWN {
        return part.iter().map(|(t, m)| format!("{} {}", t.table, m.month)).collect::<Vec<_>>().join(", ");
    }
    let mut tables: BTreeMap<Table, Vec<&MonthPlan>> = BTreeMap::new();
    for (table, month) in part {
        tables.entry(table.kind).or_default().push(month);
    }
    let told = tables.iter().filter_map(|(table, months)| {
        let (first, last) = (months.first()?, months.last()?);
        Some(format!("{table} {} to {} ({} months of the plan)", first.month, last.month, months.len()))
    });
    told.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::plan::Why;
    use super::*;

    fn table(kind: Table, months: u8) -> TablePlan {
        let month = |n: u8| MonthPlan {
            month: format!("2024-{n:02}"),
            why: Why::New,
            rows: 1,
            bytes: 1,
            part: Part::parse(&format!("2024-{n:02}")).unwrap(),
            source: None,
            content: String::new(),
        };
        TablePlan {
            table: kind.name().to_owned(),
            create: false,
            add_columns: Vec::new(),
            months: (1..=months).map(month).collect(),
            merge_bytes: None,
            kind,
            missing: Vec::new(),
            found: None,
        }
    }

    #[test]
    fn an_end_part_way_names_what_is_loaded_what_is_not_and_what_is_open() {
        let told = |error: BigQueryError, months: u8, at: usize| {
            let tables = [table(Table::OrderItems, months), table(Table::Orders, months)];
            let mut order: Vec<_> =
                tables.iter().flat_map(|t| t.months.iter().map(move |m| (t, m))).collect();
            order.sort_by_key(|(table, month)| (month.part, table.kind));
            match partly(error, &order, at) {
                BigQueryError::Partly { progress, .. } => progress,
                _ => String::new(),
            }
        };
        let error = || BigQueryError::answer("x", "y");
        assert_eq!(told(error(), 0, 0), "loaded nothing");
        assert_eq!(told(error(), 1, 1), "loaded: order_items 2024-01; not loaded: orders 2024-01");
        assert_eq!(
            told(error().uncertain(), 1, 1),
            "loaded: order_items 2024-01; perhaps loaded: orders 2024-01; not loaded: nothing else"
        );
        assert_eq!(
            told(error(), 12, 5),
            "loaded: order_items 2024-01, orders 2024-01, order_items 2024-02, orders 2024-02, order_items 2024-03; \
             not loaded: order_items 2024-04 to 2024-12 (9 months of the plan), \
             orders 2024-03 to 2024-12 (10 months of the plan)"
        );
    }
}
