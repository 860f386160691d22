//! Where the command line meets the rest of the program: one function for each thing that a command needs done.

pub(super) mod plan;

use std::collections::HashSet;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use arrow::array::RecordBatch;

use super::password::Passwords;
use super::settings::{DayLimits, IngestSettings, Settings};
use super::status::Failure;
use crate::core::coverage::Clock;
use crate::core::normalise::{Keep, Policy};
use crate::core::problem::Quarantined;
use crate::core::schema::{Privacy, Schema};
use crate::core::tables::Table;
use crate::core::types::{Day, Instant, Money, OrderId};
use crate::io::changes::{ChangesError, Wanted};
use crate::io::config::{Config, Treatment};
use crate::io::ingest::evidence::Told;
use crate::io::ingest::{self, Keyring, Request};
use crate::io::inspect::{self, Glass};
use crate::io::ledger::{DayRange, Ledger, LedgerError, Since, Writer};
use crate::io::read::crypto::Password;
use crate::io::reconcile::ReconcileError;
use crate::io::report::Progress;
use crate::io::report::changes::ChangesReport;
use crate::io::report::coverage::CoverageReport;
use crate::io::report::explain::Explanation;
use crate::io::report::ingest::{IngestReport, Mode};
use crate::io::report::inspect::Inspection;
use crate::io::report::quarantine::MendRow;
use crate::io::report::reconcile::ReconcileReport;
use crate::io::report::summary::Summary;
use crate::io::summary::Asked;

/// Rows of a table, as they come from the disk.
pub(super) type Batches<'a> =
    Box<dyn Iterator<Item = Result<RecordBatch, Box<dyn Error + Send + Sync>>> + 'a>;

impl Keyring for Passwords {
    fn password(&self) -> Option<Password> {
        self.ask(|prompt| prompt()).map(Password::new)
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        let failure = Self::new(error.code(), error.to_string());
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

fn now() -> SystemTime {
    SystemTime::now()
}

fn instant(time: SystemTime) -> Instant {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant(i64::try_from(since.as_secs()).unwrap_or_default())
}

/// The rules of privacy: the default, with what the configuration says otherwise.
pub(super) fn policy(config: &Config) -> Policy {
    let mut policy = Policy::default();
    for (class, treatment) in &config.privacy {
        let keep = match treatment {
            Treatment::Keep => Keep::Keep,
            Treatment::Hash => Keep::Hash,
            Treatment::Drop => Keep::Drop,
        };
        match class {
            Privacy::Public => {}
            Privacy::Name => policy.name = keep,
            Privacy::Address => policy.address = keep,
            Privacy::FreeText => policy.free_text = keep,
            Privacy::Phone => policy.phone = keep,
            Privacy::Email => policy.email = keep,
            Privacy::Identity => policy.identity = keep,
        }
    }
    policy
}

fn open(settings: &Settings, schema: &Schema) -> Result<Ledger, Failure> {
    Ok(Ledger::open(&settings.ledger, Arc::new(schema.clone()))?)
}

pub(super) fn ingest(
    settings: &Settings,
    asked: &IngestSettings,
    schema: &Schema,
    progress: &dyn Progress,
) -> Result<IngestReport, Failure> {
    let begun = now();
    if let [first, ..] = asked.paths.as_slice()
        && !asked.paths.iter().any(|path| path.exists())
    {
        let failure = Failure::new("file.io", format!("there is no file or folder {}", first.display()));
        return Err(failure.hint("check the path; nothing was read"));
    }
    let shared = Arc::new(schema.clone());
    let mut ledger = match asked.mode {
        Mode::Commit => Writer::open(&settings.ledger, shared, asked.command)?,
        Mode::DryRun => Writer::open_to_rehearse(&settings.ledger, shared, "ingest --dry-run")?,
    };
    let request = Request {
        paths: &asked.paths,
        told: Told { mall: asked.mall.clone(), observed_at: asked.observed_at, source: asked.source },
        config: &settings.config,
        schema,
        policy: &policy(&settings.config),
        keyring: &asked.passwords,
        mode: asked.mode,
        again: asked.again,
        command: asked.command.into(),
        started_at: instant(begun),
    };
    let mut report = ingest::ingest(&mut ledger, &request, progress)?;
    let elapsed = now().duration_since(begun).unwrap_or_default();
    report.elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    Ok(report)
}

/// The time, for reports.
pub(super) fn this_moment() -> Instant {
    instant(now())
}

/// Paths under which the ledger saw its files first; none where there is no ledger yet.
pub(super) fn paths(settings: &Settings, schema: &Schema) -> Result<HashSet<String>, Failure> {
    match Ledger::open(&settings.ledger, Arc::new(schema.clone())) {
        Ok(ledger) => Ok(ledger.files()?.into_iter().map(|file| file.path).collect()),
        Err(LedgerError::Missing(_)) => Ok(HashSet::new()),
        Err(error) => Err(error.into()),
    }
}

/// The rows of a table whose order day is within the limits; tables without order days come whole.
pub(super) fn scan(
    settings: &Settings,
    schema: &Schema,
    table: Table,
    days: DayLimits,
) -> Result<Batches<'static>, Failure> {
    let scan = open(settings, schema)?.scan(table, DayRange { from: days.from, to: days.to })?;
    Ok(Box::new(scan.map(|batch| batch.map_err(Into::into))))
}

/// The Parquet files of a table; none where it holds no rows.
#[cfg(feature = "query")]
pub(super) fn table_files(
    settings: &Settings,
    schema: &Schema,
    table: Table,
) -> Result<Vec<std::path::PathBuf>, Failure> {
    let files = open(settings, schema)?.table_files(table)?;
    Ok(files.into_iter().map(|(_, path)| path).collect())
}

pub(super) fn inspect(
    settings: &Settings,
    schema: &Schema,
    file: &Path,
    passwords: &Passwords,
) -> Result<Inspection, Failure> {
    if !file.exists() {
        let failure = Failure::new("file.io", format!("there is no file {}", file.display()));
        return Err(failure.hint("check the path"));
    }
    let ledger = match Ledger::open(&settings.ledger, Arc::new(schema.clone())) {
        Ok(ledger) => Some(ledger),
        Err(LedgerError::Missing(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let glass = Glass {
        config: &settings.config,
        schema,
        policy: &policy(&settings.config),
        keyring: passwords,
        ledger: ledger.as_ref(),
    };
    Ok(inspect::inspect(file, &glass)?)
}

/// Everything that is known of an order; no orders in it where the ledger does not know the id.
pub(super) fn explain(settings: &Settings, schema: &Schema, order: &OrderId) -> Result<Explanation, Failure> {
    Ok(crate::io::explain::explain(&open(settings, schema)?, schema, order.as_str())?)
}

/// Today in Korea, unless another day is to count as today.
pub(super) fn clock(today: Option<Day>, settle_days: u16) -> Clock {
    let today = today.unwrap_or_else(|| instant(now()).to_kst().day());
    Clock { today, settle_days: i32::from(settle_days) }
}

/// The whole ledger in numbers.
pub(super) fn summary(settings: &Settings, schema: &Schema, asked: &Asked) -> Result<Summary, Failure> {
    crate::io::summary::summary(&open(settings, schema)?, asked).map_err(not_compared)
}

fn not_compared(error: ChangesError) -> Failure {
    match error {
        ChangesError::Ledger(error) => error.into(),
        other => Failure::new(other.code(), other.to_string()),
    }
}

/// Which days are known, as of today.
pub(super) fn coverage(
    settings: &Settings,
    schema: &Schema,
    days: DayLimits,
    settle_days: u16,
) -> Result<CoverageReport, Failure> {
    let clock = clock(None, settle_days);
    let range = DayRange { from: days.from, to: days.to };
    Ok(crate::io::coverage::coverage(&open(settings, schema)?, schema, range, clock)?)
}

/// What became different since a run, by default the last, or since a moment.
pub(super) fn changes(
    settings: &Settings,
    schema: &Schema,
    since: Option<Since>,
    wanted: &Wanted,
) -> Result<ChangesReport, Failure> {
    let ledger = open(settings, schema)?;
    let since = match since {
        Some(since) => since,
        None => match ledger.runs()?.last() {
            Some(run) => Since::Run(run.run_id.clone()),
            None => {
                return Err(Failure::new("no_runs", "the ledger has no runs").hint("first: jangbu ingest"));
            }
        },
    };
    crate::io::changes::changes(&ledger, &since, wanted).map_err(not_compared)
}

/// Files against the API. `tolerance` is money a day.
pub(super) fn reconcile(
    settings: &Settings,
    schema: &Schema,
    days: DayLimits,
    tolerance: Money,
) -> Result<ReconcileReport, Failure> {
    let range = DayRange { from: days.from, to: days.to };
    // Drift is told by both times here: how long orders take to settle does not matter.
    let clock = Clock { today: instant(now()).to_kst().day(), settle_days: 0 };
    let ledger = open(settings, schema)?;
    crate::io::reconcile::reconcile(&ledger, schema, range, clock, tolerance).map_err(|error| match error {
        ReconcileError::Ledger(error) => error.into(),
        ReconcileError::Rules(_) => Failure::new("store.internal", error.to_string()),
    })
}

/// What an undone run leaves behind.
#[derive(Debug, serde::Serialize)]
pub(super) struct Undone {
    pub run_id: String,
    /// Files that the ledger no longer knows.
    pub files_removed: u64,
    /// Files of the run that stay, because other runs saw them too.
    pub files_kept: u64,
    /// `YYYY-MM`.
    pub months_touched: Vec<String>,
}

pub(super) fn undo(
    settings: &Settings,
    schema: &Schema,
    run_id: &str,
    progress: &dyn Progress,
) -> Result<Undone, Failure> {
    let schema = Arc::new(schema.clone());
    // A folder without a ledger stays one.
    drop(Ledger::open(&settings.ledger, Arc::clone(&schema))?);
    let mut ledger = Writer::open(&settings.ledger, schema, "undo")?;
    let before = ledger.files()?.len();
    let outcome = ledger.undo(run_id, progress)?;
    let removed = before.saturating_sub(ledger.files()?.len());
    Ok(Undone {
        run_id: outcome.run_id,
        files_removed: removed as u64,
        files_kept: outcome.files.len().saturating_sub(removed) as u64,
        months_touched: outcome.months_touched.iter().map(ToString::to_string).collect(),
    })
}

/// All rows in quarantine, by file and row.
pub(super) fn rows_to_mend(settings: &Settings, schema: &Schema) -> Result<Vec<MendRow>, Failure> {
    let header_of = |row: &Quarantined| {
        let at = schema.find(row.column.as_deref()?)?;
        let spellings = &schema.column(at).headers;
        let by_header = row
            .cells
            .iter()
            .find(|(header, _)| schema.map_headers(&[header]).columns.iter().any(|m| m.column == at));
        by_header.map(|(header, _)| header.clone()).or_else(|| spellings.first().cloned())
    };
    let waiting = open(settings, schema)?.quarantined()?;
    let words = settings.words();
    Ok(waiting
        .into_iter()
        .map(|q| MendRow {
            sha256: q.hash.to_string(),
            row: u64::from(q.row.row),
            path: q.path,
            reason: q.row.reason.code().to_owned(),
            message: match header_of(&q.row) {
                Some(header) => format!("{header}: {}", words.said(q.row.reason.message())),
                None => words.said(q.row.reason.message()).into_owned(),
            },
            header: header_of(&q.row),
            cells: q.row.cells,
        })
        .collect())
}
