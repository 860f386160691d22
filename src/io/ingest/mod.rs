//! From paths to a committed run: find the files, know those that were read before, read the others side by side, commit.
//!
//! One bad file never stops the others: each ends with its own word in the report. `inspect` reads with the same parts.

pub mod evidence;
mod meter;
pub mod read;
pub mod sources;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use self::evidence::Told;
use self::meter::{Gauge, metered};
use self::read::{ReadFile, Tools};
use self::sources::{Found, Source};
use crate::core::normalise::Policy;
use crate::core::person::PersonKey;
use crate::core::problem::{Finding, FindingKind};
use crate::core::schema::Schema;
use crate::core::stage::Contents;
use crate::core::table::StoredHashes;
use crate::core::types::{FileHash, Instant};
use crate::io::config::Config;
use crate::io::ledger::{
    Evidence, FileDetails, FileSighting, Ledger, LedgerError, RunInput, RunOutcome, StagedFile, StandIn,
    Writer,
};
use crate::io::read::crypto::Password;
use crate::io::read::detect::Format;
use crate::io::read::{Input, ReadError, detect};
use crate::io::report::ingest::{FileReport, FileStatus, IngestReport, ItemCounts, Mode, RowCounts};
use crate::io::report::{Progress, Trouble};

/// What an ingest is asked to do.
pub struct Request<'a> {
    pub paths: &'a [PathBuf],
    pub told: Told,
    pub config: &'a Config,
    pub schema: &'a Schema,
    pub policy: &'a Policy,
    pub keyring: &'a dyn Keyring,
    pub mode: Mode,
    pub again: Again,
    /// The command as the list of runs shows it.
    pub command: String,
    pub started_at: Instant,
}

/// What becomes of a file that the ledger has seen under the same path, with the same word on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// The run notes that it saw the file too.
    Noted,
    /// Nothing, so that a sweep over known files is no run.
    PassedOver,
}

/// Knows the password of locked files, or asks a person for it once.
pub trait Keyring: Sync {
    fn password(&self) -> Option<Password>;
}

/// A source file whose bytes are known.
struct Known {
    source: Source,
    hash: FileHash,
    evidence: Evidence,
}

/// How a path ended before the ledger was asked.
enum Seen {
    File(Box<Known>),
    Ended(Box<FileReport>),
}

/// Ingests the paths. An error means that nothing was committed.
pub fn ingest(
    ledger: &mut Writer,
    request: &Request<'_>,
    progress: &dyn Progress,
) -> Result<IngestReport, LedgerError> {
    progress.stage("looking for files");
    let seen = look(ledger.root(), request);
    take(ledger, request, seen, progress)
}

/// Ingests API orders that are no file of the user's. `path` is what the list of files shows.
pub fn ingest_orders(
    ledger: &mut Writer,
    request: &Request<'_>,
    path: String,
    input: Input,
    evidence: Evidence,
    progress: &dyn Progress,
) -> Result<IngestReport, LedgerError> {
    let hash = input.sha256().map_err(|source| LedgerError::Io {
        action: "read",
        path: std::env::temp_dir(),
        source,
    })?;
    let source = Source {
        path,
        names: Vec::new(),
        folders: Vec::new(),
        modified: evidence.observed_at.0,
        input,
        format: Format::Json,
        look: None,
    };
    take(ledger, request, vec![Seen::File(Box::new(Known { source, hash, evidence }))], progress)
}

/// Reads what is new of what was seen, and commits it.
fn take(
    ledger: &mut Writer,
    request: &Request<'_>,
    seen: Vec<Seen>,
    progress: &dyn Progress,
) -> Result<IngestReport, LedgerError> {
    let key = PersonKey::new(&ledger.person_key()?);
    let hashes = stored_hashes(ledger)?;
    let tools = Tools {
        schema: request.schema,
        policy: request.policy,
        key: &key,
        keyring: request.keyring,
        hashes: &hashes,
        contents: Contents::Collected,
    };
    let new = unknown_files(ledger, &seen)?;
    progress.total(new.len() as u64, new.iter().map(|k| k.source.input.len().unwrap_or(0)).sum());
    progress.stage("reading");
    let mut read = read_all(&new, &tools, progress);
    let mut told = hashes.clone();
    // A row, an attempt to mend it and the mending may come together: each reading hands the hashes one row on.
    for _ in 0..new.len() {
        let mut now = hashes.clone();
        now.extend(hashes_of(&read));
        if now == told {
            break;
        }
        read_mended_again(&new, &mut read, &told, &Tools { hashes: &now, ..tools });
        told = now;
    }
    commit(ledger, request, seen, read, progress)
}

/// Hashes of all rows that were quarantined, also of mended ones: they may be mended again.
fn stored_hashes(ledger: &Ledger) -> Result<StoredHashes, LedgerError> {
    let held = ledger.held_back()?.into_iter().filter(|q| !q.row.hashes.is_empty());
    Ok(held.map(|q| ((q.hash, q.row.row), q.row.hashes)).collect())
}

/// Walks, unwraps and hashes.
fn look(ledger: &Path, request: &Request<'_>) -> Vec<Seen> {
    sources::walk(request.paths, ledger)
        .into_par_iter()
        .flat_map_iter(|found| match found {
            Found::Source(source) => sources::unwrap(source, request.keyring),
            other => vec![other],
        })
        .map(|found| match found {
            Found::Skipped { path, reason } => {
                let mut report = FileReport::new(path, FileStatus::Skipped);
                report.reason = Some(reason.to_owned());
                Seen::Ended(Box::new(report))
            }
            Found::Failed { path, error } => Seen::Ended(Box::new(failed(path, &error))),
            Found::Source(source) => match source.input.sha256() {
                Ok(hash) => {
                    let evidence = evidence::weigh(&source, &request.told, request.config);
                    Seen::File(Box::new(Known { source, hash, evidence }))
                }
                Err(error) => Seen::Ended(Box::new(failed(source.path, &ReadError::Io(error)))),
            },
        })
        .collect()
}

/// The first sighting of each file that the ledger does not know, largest first so that both cores end together.
fn unknown_files<'k>(ledger: &Ledger, seen: &'k [Seen]) -> Result<Vec<&'k Known>, LedgerError> {
    let mut met = HashSet::new();
    let mut new = Vec::new();
    for file in seen {
        if let Seen::File(known) = file
            && met.insert(known.hash)
            && ledger.known(&known.hash)?.is_none()
        {
            new.push(&**known);
        }
    }
    new.sort_by_key(|k| std::cmp::Reverse(k.source.input.len().unwrap_or(0)));
    Ok(new)
}

type Outcome = Result<ReadFile, ReadError>;

fn read_all(new: &[&Known], tools: &Tools<'_>, progress: &dyn Progress) -> HashMap<FileHash, Outcome> {
    let gauges: Vec<Gauge> = new.iter().map(|known| Gauge::of(&known.source.input)).collect();
    // One file after another is handed to whichever core is free, in the given order.
    let read = || {
        new.par_iter()
            .zip(&gauges)
            .with_max_len(1)
            .map(|(known, gauge)| {
                let source = &known.source;
                progress.file_started(&source.path, source.input.len().unwrap_or(0));
                let outcome = read_as(source, &gauge.input, tools);
                gauge.done();
                progress.advanced(0, outcome.as_ref().map_or(0, |read| read.rows.rows_read));
                progress.file_done(&source.path);
                (known.hash, outcome)
            })
            .collect()
    };
    metered(&gauges, progress, read)
}

/// Reads a file through an input that has its bytes.
fn read_as(source: &Source, input: &Input, tools: &Tools<'_>) -> Outcome {
    let outcome = read::read(input, source.format, tools);
    if source.is_steady() { outcome } else { Err(ReadError::Changed) }
}

/// Hashes of the rows that this run quarantines: a workbook that mends them may come along with them.
fn hashes_of(read: &HashMap<FileHash, Outcome>) -> StoredHashes {
    if !read.values().flatten().any(|file| !file.rows.stand_ins.is_empty()) {
        return StoredHashes::new();
    }
    read.iter()
        .filter_map(|(hash, outcome)| Some((hash, outcome.as_ref().ok()?)))
        .flat_map(|(hash, file)| file.rows.quarantine.iter().map(|q| ((*hash, q.row), q.hashes.clone())))
        .filter(|(_, hashes)| !hashes.is_empty())
        .collect()
}

fn read_mended_again(
    new: &[&Known],
    read: &mut HashMap<FileHash, Outcome>,
    told: &StoredHashes,
    tools: &Tools<'_>,
) {
    for known in new {
        let mends = |outcome: &Outcome| {
            outcome.as_ref().is_ok_and(|file| {
                let mut origins = file.rows.stand_ins.iter().map(|(_, file, row)| (*file, *row));
                origins.any(|at| tools.hashes.get(&at) != told.get(&at))
            })
        };
        if read.get(&known.hash).is_some_and(mends) {
            read.insert(known.hash, read_as(&known.source, &known.source.input, tools));
        }
    }
}

fn commit(
    ledger: &mut Writer,
    request: &Request<'_>,
    seen: Vec<Seen>,
    mut read: HashMap<FileHash, Outcome>,
    progress: &dyn Progress,
) -> Result<IngestReport, LedgerError> {
    let mut run = RunInput {
        command: request.command.clone(),
        started_at: request.started_at,
        sightings: Vec::new(),
        files: Vec::new(),
    };
    let mut reports = Vec::new();
    let mut hashes = Vec::new();
    let mut ended: HashMap<FileHash, FileReport> = HashMap::new();
    for file in seen {
        let known = match file {
            Seen::Ended(report) => {
                reports.push(*report);
                hashes.push(None);
                continue;
            }
            Seen::File(known) => *known,
        };
        let outcome = read.remove(&known.hash);
        if let Some(earlier) = ended.get(&known.hash) {
            reports.push(FileReport { path: known.source.path, ..earlier.clone() });
            hashes.push(None);
            continue;
        }
        let mut report = FileReport::new(known.source.path.clone(), FileStatus::AlreadyIngested);
        report.sha256 = Some(known.hash.to_string());
        if let Some(outcome) = outcome {
            if let Some(file) = stage(&known, outcome, &mut report) {
                run.files.push(file);
            }
            if report.status != FileStatus::Ingested {
                ended.insert(known.hash, report.clone());
                reports.push(report);
                hashes.push(None);
                continue;
            }
        }
        if request.again == Again::PassedOver
            && report.status == FileStatus::AlreadyIngested
            && ledger.has_noted(&known.hash, &known.source.path, &known.evidence)?
        {
            if let Some(record) = ledger.known(&known.hash)? {
                report.source = Some(record.source.to_string());
                report.mall_id = record.mall_id;
                report.observed_at = Some(record.observed_at.to_string());
            }
            reports.push(report);
            hashes.push(None);
            continue;
        }
        let differs = detect::ending_differs(
            known.source.names.first().map_or("", String::as_str),
            known.source.format,
        );
        run.sightings.push(FileSighting {
            hash: known.hash,
            path: known.source.path,
            evidence: known.evidence,
            findings: if differs { vec![Finding::of(FindingKind::ExtensionDiffers)] } else { Vec::new() },
        });
        reports.push(report);
        hashes.push(Some(known.hash));
    }
    let outcome = if run.sightings.is_empty() {
        RunOutcome::default()
    } else {
        match request.mode {
            Mode::Commit => ledger.commit(run, progress)?,
            Mode::DryRun => ledger.rehearse(run, progress)?,
        }
    };
    fill_in(&mut reports, &hashes, &outcome);
    let mut report = IngestReport::of(request.mode, reports);
    report.run_id = Some(outcome.run_id).filter(|id| !id.is_empty() && request.mode == Mode::Commit);
    report.months_touched = outcome.months_touched;
    report.items = ItemCounts {
        new: outcome.items.new,
        changed: outcome.items.changed,
        unchanged: outcome.items.unchanged,
    };
    report.findings = outcome
        .findings
        .iter()
        .filter_map(|(kind, count)| {
            Some((kind.code().to_owned(), u64::try_from(*count).ok().filter(|n| *n > 0)?))
        })
        .collect();
    Ok(report)
}

/// Turns what was read into what the ledger stores, and tells the report.
fn stage(known: &Known, outcome: Outcome, report: &mut FileReport) -> Option<StagedFile> {
    let file = match outcome {
        Ok(file) => file,
        Err(ReadError::Changed) => {
            report.status = FileStatus::Skipped;
            report.reason = Some("it is still being written; run again when it is whole".into());
            return None;
        }
        Err(error) => {
            *report = FileReport { sha256: report.sha256.take(), ..failed(report.path.clone(), &error) };
            return None;
        }
    };
    report.format = Some(file.format.to_owned());
    report.encoding = file.encoding.map(str::to_owned);
    report.unknown_headers = file.rows.unknown_headers();
    if let Some(reason) = file.no_table {
        report.status = FileStatus::Skipped;
        report.reason = Some(reason.to_owned());
        return None;
    }
    report.status = FileStatus::Ingested;
    let details = details(known, &file);
    report.rows = RowCounts {
        read: details.rows_read,
        accepted: details.rows_read - details.rows_quarantined - details.rows_skipped,
        duplicate: 0,
        quarantined: details.rows_quarantined,
        skipped: details.rows_skipped,
    };
    report.first_order_day = details.first_order_day.map(|d| d.to_string());
    report.last_order_day = details.last_order_day.map(|d| d.to_string());
    let stand_in = |&(row, origin, origin_row): &(u32, FileHash, u32)| StandIn { row, origin, origin_row };
    Some(StagedFile {
        hash: known.hash,
        details,
        stand_ins: file.rows.stand_ins.iter().map(stand_in).collect(),
        quarantine: file.rows.quarantine,
        findings: file.rows.findings,
        parts: file.rows.stage.parts,
    })
}

fn details(known: &Known, file: &ReadFile) -> FileDetails {
    let rows = &file.rows;
    let days = rows.stage.days;
    let headers: Vec<String> = rows.tables.first().map(|t| t.headers.clone()).unwrap_or_default();
    let shape = headers.iter().map(|h| crate::core::text::header_key(h)).collect::<Vec<_>>().join("\u{1f}");
    let form =
        (!headers.is_empty()).then(|| format!("{:08x}", xxhash_rust::xxh3::xxh3_64(shape.as_bytes()) >> 32));
    FileDetails {
        size_bytes: known.source.input.len().unwrap_or(0),
        format: file.format.to_owned(),
        encoding: file.encoding.map(str::to_owned),
        form,
        unknown_headers: rows.unknown_headers(),
        headers,
        api_orders: known.source.format == detect::Format::Json,
        has_item_codes: rows.stage.has_item_codes,
        rows_need_mall: rows.rows_without_mall > 0,
        row_mall: rows.row_mall().map(str::to_owned),
        rows_read: rows.rows_read,
        rows_quarantined: rows.quarantine.len() as u64,
        rows_skipped: rows.rows_skipped,
        first_order_day: days.map(|d| d.0),
        last_order_day: days.map(|d| d.1),
    }
}

/// Adds what only the ledger knows: facts from all sightings, duplicates, files without a mall.
fn fill_in(reports: &mut [FileReport], hashes: &[Option<FileHash>], outcome: &RunOutcome) {
    let facts: BTreeMap<FileHash, _> = outcome.files.iter().map(|f| (f.hash, f)).collect();
    for (report, hash) in reports.iter_mut().zip(hashes) {
        let Some(hash) = hash else { continue };
        if outcome.without_mall.contains(hash) {
            *report = without_mall(report);
            continue;
        }
        let Some(facts) = facts.get(hash) else { continue };
        report.source = Some(facts.source.to_string());
        report.mall_id.clone_from(&facts.mall_id);
        report.observed_at = Some(facts.observed_at.to_string());
        if report.status == FileStatus::Ingested {
            report.rows.duplicate = facts.duplicates;
            report.rows.accepted = report.rows.accepted.saturating_sub(facts.duplicates);
        }
    }
}

fn without_mall(report: &FileReport) -> FileReport {
    FileReport {
        sha256: report.sha256.clone(),
        format: report.format.clone(),
        encoding: report.encoding.clone(),
        error: Some(Trouble::no_mall()),
        ..FileReport::new(report.path.clone(), FileStatus::Failed)
    }
}

fn failed(path: String, error: &ReadError) -> FileReport {
    FileReport { error: Some(error.into()), ..FileReport::new(path, FileStatus::Failed) }
}
