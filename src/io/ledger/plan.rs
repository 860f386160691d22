//! What a run or an undo means for the files: which are new, which die, and whose facts change.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::Connection;

use super::LedgerError;
use super::book::{Book, BookFile, StandInRow};
use super::catalogue::{self, files};
use super::evidence::{Effective, FileSighting};
use super::staged::{FileOutcome, RunInput, StagedFile};
use crate::core::stage::{PartKey, StagedPart};
use crate::core::types::{FileHash, Instant, Month};

/// The run that is written down.
pub(super) struct NewRun {
    pub(super) run: i64,
    pub(super) command: String,
    pub(super) started_at: Instant,
}

/// Everything that is to change, before any month was looked at.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) run: Option<NewRun>,
    pub(super) undone: Option<i64>,
    pub(super) before: Book,
    pub(super) after: Book,
    /// Without their parts.
    pub(super) new_files: Vec<(u32, StagedFile)>,
    pub(super) sightings: Vec<(u32, FileSighting)>,
    /// Known files whose stored facts change.
    pub(super) updates: BTreeMap<u32, Effective>,
    /// Those among them that the fold hears otherwise.
    pub(super) changed: BTreeSet<u32>,
    pub(super) dead: BTreeSet<u32>,
    pub(super) months: Vec<(Month, u32, StagedPart)>,
    pub(super) undated: Vec<(u32, StagedPart)>,
    pub(super) every_month: bool,
    /// By file number; the duplicates are not known yet.
    pub(super) outcomes: Vec<(u32, FileOutcome)>,
    pub(super) without_mall: BTreeSet<FileHash>,
}

impl Plan {
    /// Files whose findings of reading may change.
    pub(super) fn files(&self) -> BTreeSet<u32> {
        self.outcomes.iter().map(|(number, _)| *number).chain(self.dead.iter().copied()).collect()
    }

    /// Whether a file that stays has another time from now on.
    pub(super) fn is_retimed(&self, file: u32) -> bool {
        let time = |book: &Book| book.get(file).map(|file| file.effective.observed_at.0);
        matches!((time(&self.before), time(&self.after)), (Some(old), Some(new)) if old != new)
    }

    fn outcome(
        &mut self,
        number: u32,
        hash: FileHash,
        facts: &Effective,
        own_mall: Option<&str>,
        known: bool,
    ) {
        let outcome = FileOutcome {
            hash,
            known,
            source: facts.source,
            mall_id: facts.shown_mall(own_mall),
            observed_at: facts.observed_at.0,
            duplicates: 0,
        };
        self.outcomes.push((number, outcome));
    }

    /// A known file has other facts from now on.
    fn update(&mut self, number: u32, facts: Effective) {
        let Some(file) = self.after.get_mut(number) else { return };
        if file.effective == facts {
            return;
        }
        if !file.effective.folds_like(&facts) {
            self.changed.insert(number);
        }
        file.effective = facts.clone();
        self.updates.insert(number, facts);
    }
}

/// Plans a run.
pub(super) fn plan_run(db: &Connection, input: RunInput) -> Result<Plan, LedgerError> {
    let before = files::book(db)?;
    let run = catalogue::next_number(db, "runs")?;
    let mut next_file = u32::try_from(catalogue::next_number(db, "files")?)
        .map_err(|_| LedgerError::damaged("catalogue.sqlite", "it has no numbers left for files"))?;
    let mut plan = Plan {
        run: Some(NewRun { run, command: input.command, started_at: input.started_at }),
        after: before.clone(),
        before,
        ..Plan::default()
    };
    let mut staged: HashMap<FileHash, StagedFile> = input.files.into_iter().map(|f| (f.hash, f)).collect();
    for (hash, sightings) in by_file(input.sightings) {
        if let Some(number) = plan.before.number(&hash) {
            plan.see_again(db, number, sightings)?;
        } else if let Some(file) = staged.remove(&hash)
            && plan.add(db, next_file, file, sightings)?
        {
            next_file += 1;
        }
    }
    Ok(plan)
}

/// Sightings by file, in the order of the first of each; the same words about the same path count once.
fn by_file(sightings: Vec<FileSighting>) -> Vec<(FileHash, Vec<FileSighting>)> {
    let mut places: HashMap<FileHash, usize> = HashMap::new();
    let mut files: Vec<(FileHash, Vec<FileSighting>)> = Vec::new();
    for sighting in sightings {
        let at = *places.entry(sighting.hash).or_insert(files.len());
        if at == files.len() {
            files.push((sighting.hash, Vec::new()));
        }
        if let Some((_, of_file)) = files.get_mut(at)
            && !of_file.iter().any(|s| s.path == sighting.path && s.evidence == sighting.evidence)
        {
            of_file.push(sighting);
        }
    }
    files
}

impl Plan {
    fn see_again(
        &mut self,
        db: &Connection,
        number: u32,
        sightings: Vec<FileSighting>,
    ) -> Result<(), LedgerError> {
        let Some(file) = self.before.get(number).cloned() else { return Ok(()) };
        let sightings = countable(sightings, file.rows_need_mall);
        let mut facts = file.effective;
        if !sightings.is_empty() {
            let mut evidence = files::evidence(db, number, None)?;
            evidence.extend(sightings.iter().map(|s| s.evidence.clone()));
            facts = Effective::of(&evidence).unwrap_or(facts);
            self.update(number, facts.clone());
        }
        let own_mall = files::record_of(db, &file.hash)?.and_then(|record| record.details.row_mall);
        self.outcome(number, file.hash, &facts, own_mall.as_deref(), true);
        self.sightings.extend(sightings.into_iter().map(|s| (number, s)));
        Ok(())
    }

    /// Whether the file was taken in.
    fn add(
        &mut self,
        db: &Connection,
        number: u32,
        mut file: StagedFile,
        sightings: Vec<FileSighting>,
    ) -> Result<bool, LedgerError> {
        let sightings = countable(sightings, file.details.rows_need_mall);
        let Some(facts) = Effective::of(sightings.iter().map(|s| &s.evidence)) else {
            self.without_mall.insert(file.hash);
            return Ok(false);
        };
        self.outcome(number, file.hash, &facts, file.details.row_mall.as_deref(), false);
        let known = BookFile {
            hash: file.hash,
            effective: facts,
            api_orders: file.details.api_orders,
            has_item_codes: file.details.has_item_codes,
            rows_need_mall: file.details.rows_need_mall,
        };
        self.after.insert(number, known);
        self.after.quarantined.extend(file.quarantine.iter().map(|q| ((number, q.row), q.time)));
        for s in &file.stand_ins {
            self.after.stand_ins.push(StandInRow {
                file: number,
                row: s.row,
                origin: s.origin,
                origin_row: s.origin_row,
            });
            if let Some(origin) = self.before.number(&s.origin) {
                let rows = files::quarantined_rows(db, origin)?;
                self.after.quarantined.extend(rows.into_iter().map(|(row, time)| ((origin, row), time)));
            }
        }
        for (key, part) in std::mem::take(&mut file.parts) {
            match key {
                _ if part.sightings.is_empty() => {}
                PartKey::Month(month) => self.months.push((month, number, part)),
                PartKey::Undated => self.undated.push((number, part)),
            }
        }
        self.sightings.extend(sightings.into_iter().map(|s| (number, s)));
        self.new_files.push((number, file));
        Ok(true)
    }
}

/// A sighting that names no mall for a file whose rows need one is none: on its own it would have failed. So it does not
/// matter whether it comes before or after one that names a mall.
fn countable(mut sightings: Vec<FileSighting>, needs_mall: bool) -> Vec<FileSighting> {
    sightings.retain(|s| !needs_mall || s.evidence.mall.is_some());
    sightings
}

/// Plans to take a run's sightings away.
pub(super) fn plan_undo(db: &Connection, run: i64) -> Result<Plan, LedgerError> {
    let before = files::book(db)?;
    let mut plan = Plan { undone: Some(run), after: before.clone(), before, ..Plan::default() };
    for number in files::of_run(db, run)? {
        let Some(file) = plan.before.get(number).cloned() else { continue };
        let own_mall = files::record_of(db, &file.hash)?.and_then(|record| record.details.row_mall);
        let left = Effective::of(&files::evidence(db, number, Some(run))?);
        let facts = left.as_ref().unwrap_or(&file.effective);
        plan.outcome(number, file.hash, facts, own_mall.as_deref(), true);
        if let Some(facts) = left {
            plan.update(number, facts);
        } else {
            plan.after.remove(number);
            plan.dead.insert(number);
        }
    }
    Ok(plan)
}

/// Plans to fold every month again, for a program whose rules have changed.
pub(super) fn plan_refold(db: &Connection) -> Result<Plan, LedgerError> {
    let before = files::book(db)?;
    Ok(Plan { every_month: true, after: before.clone(), before, ..Plan::default() })
}
