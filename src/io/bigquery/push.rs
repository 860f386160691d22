//! A push from plan to last word: note what is coming, make tables, bring months, compare, write `jangbu_loads`.
//!
//! Killed anywhere, the next push finds its own traces (the ledger's notes, jobs by their names) and ends where an
//! undisturbed one ends.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::connect::Connection;
use super::encode::{self, Sums};
use super::jobs::Jobs;
use super::loads::{self, Load};
use super::names::{DatasetName, Part};
use super::plan::{MonthPlan, Plan, Planner, PushRequest, TablePlan, Views};
use super::tables::{self, LOADS, OWNER, RemoteTable};
use super::{BigQueryError, Mode, merge, replace, step, verify, views};
use crate::core::tables::{Table, arrow_schema, table_columns};
use crate::io::ledger::{Ledger, Sending, Writer};
use crate::io::report::Progress;

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
    let plan = plan(connection, ledger, request)?;
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
    run.bring(&numbers)?;
    ledger.end_sending(&name)?;
    step("ended");
    write_views(connection, ledger, request, &identity, &mut report)?;
    Ok(report)
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
        // Month by month over all tables, so that a push that stops leaves whole months behind it.
        let mut order: Vec<(&TablePlan, &MonthPlan)> =
            self.plan.tables.iter().flat_map(|t| t.months.iter().map(move |m| (t, m))).collect();
        order.sort_by_key(|(table, month)| (month.part, table.kind));
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
        let Some(found) = &plan.found else {
            let document = tables::document(dataset, plan.kind, &columns);
            return RemoteTable::create(connection, dataset, &plan.table, &document);
        };
        if plan.missing.is_empty() {
            return Ok(found.clone());
        }
        let what = format!("table {dataset}.{}", plan.table);
        let mut fields = found.fields().to_vec();
        fields.extend(plan.missing.iter().cloned());
        let path = dataset.table_path(&plan.table);
        connection.patch(&what, &path, found.etag(), &json!({"schema": {"fields": fields}}))?;
        RemoteTable::get(connection, dataset, &plan.table)?
            .ok_or_else(|| BigQueryError::answer(&what, "the table is gone"))
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
            name == OWNER || columns.iter().any(|c| c.name == name)
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

/// Says which months are loaded and which are not.
fn partly(error: BigQueryError, order: &[(&TablePlan, &MonthPlan)], at: usize) -> BigQueryError {
    let names = |part: &[(&TablePlan, &MonthPlan)]| {
        const SHOWN: usize = 12;
        let mut names: Vec<String> =
            part.iter().take(SHOWN).map(|(t, m)| format!("{} {}", t.table, m.month)).collect();
        if part.len() > SHOWN {
            names.push(format!("{} more", part.len() - SHOWN));
        }
        if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
    };
    let (done, missing) = order.split_at(at.min(order.len()));
    let progress = format!("loaded: {}; not loaded: {}", names(done), names(missing));
    BigQueryError::Partly { progress, source: Box::new(error) }
}
