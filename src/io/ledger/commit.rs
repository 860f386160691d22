//! From a plan to a changed ledger: new files first, then one transaction, then the old files go.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, TransactionBehavior};

use super::catalogue::{self, files, months, runs};
use super::folder::Fresh;
use super::homes::{HomeChanges, Jobs, Search};
use super::kill::kill_point;
use super::month::{self, Context, Job, Written};
use super::partition::Partition;
use super::plan::{self, Plan};
use super::staged::{RunInput, RunOutcome};
use super::{LedgerError, Writer};
use crate::core::problem::FindingKind;
use crate::core::types::Instant;
use crate::io::report::Progress;

/// How many months are worked on at once. Each one holds all its observations in memory.
const MONTHS_AT_ONCE: usize = 2;

/// What happens when everything is ready.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Commit,
    RollBack,
}

impl Writer {
    /// Takes a run into the ledger, whole or not at all.
    ///
    /// Sightings of files that are neither known nor staged are left out, and so are staged files without a sighting.
    pub fn commit(&mut self, input: RunInput, progress: &dyn Progress) -> Result<RunOutcome, LedgerError> {
        let plan = plan::plan_run(&self.ledger.db, input)?;
        self.execute(plan, End::Commit, progress)
    }

    /// What [`Writer::commit`] would do. The ledger stays as it is.
    pub fn rehearse(&mut self, input: RunInput, progress: &dyn Progress) -> Result<RunOutcome, LedgerError> {
        let plan = plan::plan_run(&self.ledger.db, input)?;
        self.execute(plan, End::RollBack, progress)
    }

    /// Makes the ledger what it would be if the run had never been. The run may be any, not only the last.
    pub fn undo(&mut self, run_id: &str, progress: &dyn Progress) -> Result<RunOutcome, LedgerError> {
        let number = run_named(&self.ledger.db, run_id)?;
        let plan = plan::plan_undo(&self.ledger.db, number)?;
        self.execute(plan, End::Commit, progress)
    }

    /// Folds all months again, with the rules and statuses of today.
    pub fn refold(&mut self, progress: &dyn Progress) -> Result<RunOutcome, LedgerError> {
        let plan = plan::plan_refold(&self.ledger.db)?;
        self.execute(plan, End::Commit, progress)
    }

    fn execute(
        &mut self,
        mut plan: Plan,
        end: End,
        progress: &dyn Progress,
    ) -> Result<RunOutcome, LedgerError> {
        progress.stage("folding");
        let ledger = &mut self.ledger;
        let (folder, schema) = (ledger.folder.clone(), ledger.schema.clone());
        let generation = catalogue::next_generation(&ledger.db)?;
        let before = plan.before.standing();
        let standing = plan.after.standing();

        let different: BTreeSet<u32> = plan.changed.union(&plan.dead).copied().collect();
        let mut heard = standing.heard_otherwise(&before, &different);
        heard.extend(&different);
        let mut jobs = Jobs { db: &ledger.db, by_partition: BTreeMap::new() };
        let mut retimed = BTreeSet::new();
        for &file in &heard {
            let is_retimed = plan.is_retimed(file);
            for (partition, _) in months::of_file(&ledger.db, file)? {
                jobs.at(partition)?;
                if is_retimed {
                    retimed.insert(partition);
                }
            }
        }
        if plan.every_month {
            for partition in months::all(&ledger.db)? {
                jobs.at(partition)?;
            }
        }
        for (month, file, part) in std::mem::take(&mut plan.months) {
            jobs.at(Partition::Month(month))?.adds.push((file, part));
        }
        let search = Search { folder: &folder, schema: &schema, book: &plan.after, standing: &standing };
        let undated = std::mem::take(&mut plan.undated);
        let homes = search.settle(&heard, &undated, &mut jobs)?;
        drop(undated);

        let jobs = jobs.by_partition;
        let mut findings: BTreeMap<FindingKind, i64> = BTreeMap::new();
        for &partition in jobs.keys() {
            add(&mut findings, &months::findings(&ledger.db, partition)?, -1);
        }
        add(&mut findings, &reading_findings(&ledger.db, &plan)?, -1);

        let fresh = Fresh::new(&folder);
        let context = Context {
            folder: &folder,
            fresh: &fresh,
            schema: &schema,
            book: &plan.after,
            standing: &standing,
            generation,
        };
        let written = rewrite_all(jobs, &context, progress)?;
        progress.stage("committing");
        kill_point("months_written");
        fresh.sync_names()?;
        kill_point("synced");
        if end == End::Commit {
            folder.raise_format()?;
        }

        let transaction = ledger.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        write_down(&transaction, &plan, &homes, &written)?;
        catalogue::set_generation(&transaction, generation)?;
        add(&mut findings, &reading_findings(&transaction, &plan)?, 1);
        for month in &written {
            add(&mut findings, &month.findings, 1);
        }
        findings.retain(|_, n| *n != 0);
        let outcome = outcome(&plan, &written, &retimed, findings);
        kill_point("in_transaction");
        if end == End::RollBack {
            transaction.rollback()?;
            return Ok(outcome);
        }
        let committed = transaction.commit();
        // Even a commit that reports an error may have happened; the next write sweeps what did not.
        fresh.keep();
        committed?;
        kill_point("committed");
        folder.delete(written.iter().flat_map(|month| &month.obsolete));
        Ok(outcome)
    }
}

fn add(to: &mut BTreeMap<FindingKind, i64>, counts: &BTreeMap<FindingKind, i64>, sign: i64) {
    for (kind, n) in counts {
        *to.entry(*kind).or_default() += sign * n;
    }
}

fn reading_findings(db: &Connection, plan: &Plan) -> Result<BTreeMap<FindingKind, i64>, LedgerError> {
    let mut counts = BTreeMap::new();
    for file in plan.files() {
        for finding in files::findings(db, Some(file))? {
            *counts.entry(finding.kind).or_default() += 1;
        }
    }
    Ok(counts)
}

/// Works on the months side by side, the biggest first.
fn rewrite_all(
    jobs: BTreeMap<Partition, Job>,
    cx: &Context<'_>,
    progress: &dyn Progress,
) -> Result<Vec<Written>, LedgerError> {
    let mut queue: Vec<(Partition, Job)> = jobs.into_iter().collect();
    queue.sort_by_key(|(_, job)| job.weight());
    progress.months(queue.len() as u64, queue.iter().map(|(_, job)| job.weight()).sum());
    let workers = queue.len().min(MONTHS_AT_ONCE);
    let (queue, done) = (Mutex::new(queue), Mutex::new(Ok(Vec::new())));
    let work = || {
        loop {
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some((partition, job)) = next else { return };
            let rows = job.weight();
            let result = month::rewrite(partition, job, cx);
            progress.month_done(rows);
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            match (&mut *done, result) {
                (Ok(all), Ok(written)) => all.push(written),
                (Ok(_), Err(e)) => {
                    *done = Err(e);
                    queue.lock().unwrap_or_else(PoisonError::into_inner).clear();
                }
                (Err(_), _) => {}
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(work);
        }
        work();
    });
    let mut written = done.into_inner().unwrap_or_else(PoisonError::into_inner)?;
    written.sort_by_key(|month| month.partition);
    Ok(written)
}

fn write_down(
    db: &Connection,
    plan: &Plan,
    homes: &HomeChanges,
    written: &[Written],
) -> Result<(), LedgerError> {
    if let Some(run) = plan.undone {
        files::delete_sightings(db, run)?;
        runs::delete(db, run)?;
    }
    for &file in &plan.dead {
        files::delete(db, file)?;
    }
    for (number, file) in &plan.new_files {
        let Some(book) = plan.after.get(*number) else { continue };
        files::insert(db, *number, file.hash, &file.details, &book.effective)?;
        for row in &file.quarantine {
            files::insert_quarantined(db, *number, row)?;
        }
        for stand_in in &file.stand_ins {
            files::insert_stand_in(db, *number, stand_in)?;
        }
        for finding in &file.findings {
            files::insert_finding(db, *number, None, finding)?;
        }
    }
    for (number, facts) in &plan.updates {
        files::update_facts(db, *number, facts)?;
    }
    if let Some(run) = &plan.run {
        for (number, sighting) in &plan.sightings {
            let id = files::insert_sighting(db, *number, run.run, &sighting.path, &sighting.evidence)?;
            for finding in &sighting.findings {
                files::insert_finding(db, *number, Some(id), finding)?;
            }
        }
        runs::insert(db, run.run, &run.command, run.started_at, now())?;
    }
    for id in &homes.ids {
        months::forget_homes(db, id)?;
    }
    for (mall, id, partition) in &homes.homes {
        months::insert_home(db, mall, id, *partition)?;
    }
    for month in written {
        months::replace(db, month)?;
    }
    Ok(())
}

fn outcome(
    plan: &Plan,
    written: &[Written],
    retimed: &BTreeSet<Partition>,
    findings: BTreeMap<FindingKind, i64>,
) -> RunOutcome {
    let number = plan.run.as_ref().map(|run| run.run).or(plan.undone);
    let mut outcome = RunOutcome {
        run_id: number.map(runs::run_name).unwrap_or_default(),
        months_touched: written
            .iter()
            .filter(|month| month.differs || retimed.contains(&month.partition))
            .filter_map(|month| month.partition.month())
            .collect(),
        without_mall: plan.without_mall.clone(),
        findings,
        ..RunOutcome::default()
    };
    let mut duplicates: BTreeMap<u32, u64> = BTreeMap::new();
    for month in written {
        outcome.items.add(month.items);
        for share in &month.shares {
            *duplicates.entry(share.file).or_default() += share.duplicates;
        }
    }
    outcome.files = plan
        .outcomes
        .iter()
        .map(|(number, file)| {
            let own = if file.known { None } else { duplicates.get(number) };
            super::FileOutcome { duplicates: own.copied().unwrap_or_default(), ..file.clone() }
        })
        .collect();
    outcome
}

/// The present moment by the system's clock.
pub(super) fn now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant(i64::try_from(since.as_secs()).unwrap_or_default())
}

/// The number of a run that was not undone.
pub(super) fn run_named(db: &Connection, name: &str) -> Result<i64, LedgerError> {
    let all = runs::list(db)?;
    let number =
        runs::run_number(name).filter(|number| all.iter().any(|run| run.run_id == runs::run_name(*number)));
    number.ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|run| run.run_id.as_str()).collect();
        let known = match names.as_slice() {
            [] => "the ledger has no runs".to_owned(),
            names => format!("there are {}", names.join(", ")),
        };
        LedgerError::UnknownRun { asked: name.to_owned(), known }
    })
}
