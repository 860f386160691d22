//! Where the command line meets BigQuery: settings checked, ledgers and connections opened.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::args::bigquery::{Doctor, ModeArg, Pull, Push, Reach};
use super::password::Passwords;
use super::settings::Settings;
use super::status::{Failure, Status};
use super::wire;
use crate::core::schema::Schema;
use crate::core::types::{Instant, Source};
use crate::io::bigquery::TableName;
use crate::io::bigquery::pull::{Harvest, Harvester, Whole};
use crate::io::bigquery::{
    self, Access, BigQueryError, Check, Connection, DatasetName, Endpoint, Mode, Origin, Plan, PushReport,
    PushRequest, Views,
};
use crate::io::config::bigquery::{Pull as PullConfig, PushMode};
use crate::io::config::is_mall_id;
use crate::io::ingest::evidence::Told;
use crate::io::ingest::{self, Request};
use crate::io::ledger::{Evidence, Ledger, MallEvidence, SourceEvidence, TimeEvidence, Writer};
use crate::io::report::ingest::{FileReport, FileStatus, IngestReport, Mode as RunMode};
use crate::io::report::{Progress, Trouble};

impl From<BigQueryError> for Failure {
    fn from(error: BigQueryError) -> Self {
        let failure = match error.code() {
            "usage" => Self::usage(error.to_string()),
            code if error.arrived() > 0 => {
                Self { status: Status::Partial, ..Self::new(code, error.to_string()) }
            }
            code => Self::new(code, error.to_string()),
        };
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

fn now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant(i64::try_from(since.as_secs()).unwrap_or_default())
}

/// The way to the service: options before the configuration.
pub(super) fn access(reach: &Reach, settings: &Settings) -> Result<Access, Failure> {
    let config = &settings.config.bigquery;
    let endpoint = Endpoint::new(reach.endpoint.as_deref().or(config.endpoint.as_deref()))?;
    let told = reach.credentials.as_deref();
    // An emulator gets no token unless it is asked for on the command line.
    let credentials = match (endpoint.is_plain(), told) {
        (true, None) => None,
        (_, told) => Some(Origin::find(told.or(config.credentials.as_deref()))),
    };
    Ok(Access { endpoint, credentials, timeout: Duration::from_secs(config.timeout_seconds) })
}

/// The dataset that is meant.
pub(super) fn dataset(told: Option<&str>, settings: &Settings) -> Result<DatasetName, Failure> {
    let name = told.or(settings.config.bigquery.dataset.as_deref()).ok_or(BigQueryError::NoDataset)?;
    Ok(DatasetName::parse(name)?)
}

/// What a push is asked to do.
pub(super) struct PushSettings {
    pub access: Access,
    request: PushRequest,
}

impl PushSettings {
    pub(super) fn new(args: &Push, settings: &Settings) -> Result<Self, Failure> {
        let config = &settings.config.bigquery;
        let mode = match (args.mode, config.mode) {
            (Some(ModeArg::Merge), _) | (None, Some(PushMode::Merge)) => Mode::Merge,
            (Some(ModeArg::Replace), _) | (None, Some(PushMode::Replace) | None) => Mode::Replace,
        };
        let request = PushRequest {
            dataset: dataset(args.dataset.as_deref(), settings)?,
            mode,
            cents_per_tib: config.cents_per_tib,
            views: if args.views { Views::Write } else { Views::Leave },
            now: now(),
        };
        Ok(Self { access: access(&args.reach, settings)?, request })
    }
}

pub(super) fn plan(settings: &Settings, asked: &PushSettings, schema: &Schema) -> Result<Plan, Failure> {
    let ledger = Ledger::open(&settings.ledger, Arc::new(schema.clone()))?;
    let connection = Connection::open(&asked.access)?;
    Ok(bigquery::plan(&connection, &ledger, &asked.request)?)
}

pub(super) fn push(
    settings: &Settings,
    asked: &PushSettings,
    schema: &Schema,
    planned: &mut dyn FnMut(&Plan),
    progress: &dyn Progress,
) -> Result<PushReport, Failure> {
    let schema = Arc::new(schema.clone());
    // A folder without a ledger stays one.
    drop(Ledger::open(&settings.ledger, Arc::clone(&schema))?);
    let mut ledger = Writer::open(&settings.ledger, schema, "push")?;
    let connection = Connection::open(&asked.access)?;
    Ok(bigquery::push(&connection, &mut ledger, &asked.request, planned, progress)?)
}

/// Brings a window of a table into the ledger.
fn take(
    settings: &Settings,
    asked: &PullSettings,
    schema: &Schema,
    ledger: &mut Writer,
    harvest: Harvest,
    progress: &dyn Progress,
) -> Result<IngestReport, Failure> {
    if asked.mode == RunMode::Commit {
        let hash = harvest
            .input
            .sha256()
            .map_err(|e| Failure::new("io", "cannot read what was pulled").caused_by(&e))?;
        // It counts only once the ledger has the file.
        ledger.note_pulled(&asked.table.to_string(), &hash, &harvest.pulled)?;
    }
    let request = Request {
        paths: &[],
        told: Told::default(),
        config: &settings.config,
        schema,
        policy: &wire::policy(&settings.config),
        keyring: &Passwords::new(None, &settings.words())?,
        mode: asked.mode,
        again: ingest::Again::Noted,
        command: "pull".into(),
        started_at: now(),
    };
    let evidence = asked.evidence(settings, harvest.modified);
    Ok(ingest::ingest_orders(ledger, &request, harvest.path, harvest.input, evidence, progress)?)
}

/// The rest of a table that could not be fetched, as a file that failed.
fn ended_early(table: &TableName, failure: Failure) -> FileReport {
    let hint =
        failure.hint.unwrap_or_else(|| "run the same command again: it goes on where it stopped".into());
    let trouble = Trouble { code: failure.code.into(), message: failure.message, hint: Some(hint) };
    FileReport { error: Some(trouble), ..FileReport::new(format!("bigquery://{table}"), FileStatus::Failed) }
}

/// Everything a push needs, checked. What is wrong with the arguments is an error, all else a check that failed.
pub(super) fn doctor(args: &Doctor, settings: &Settings) -> Result<Vec<Check>, Failure> {
    let access = access(&args.reach, settings)?;
    let dataset = dataset(args.dataset.as_deref(), settings)?;
    let mut checks = vec![match &settings.config_path {
        Some(path) => Check::well("configuration", path.display().to_string()),
        None => Check::well("configuration", "none: the defaults count"),
    }];
    let schema = settings.schema()?;
    checks.push(
        match Ledger::open(&settings.ledger, Arc::new(schema)).and_then(|l| Ok((l.files()?.len(), l))) {
            Ok((files, ledger)) => {
                Check::well("ledger", format!("{} ({files} files)", ledger.root().display()))
            }
            Err(error) => {
                Check::failed("ledger", error.to_string(), error.hint().unwrap_or("see the message"))
            }
        },
    );
    checks.extend(bigquery::doctor(&access, &dataset, now()));
    Ok(checks)
}

/// What a pull is asked to do.
pub(super) struct PullSettings {
    pub access: Access,
    table: TableName,
    told: PullConfig,
    mall: Option<String>,
    mode: RunMode,
}

impl PullSettings {
    pub(super) fn new(args: &Pull, settings: &Settings) -> Result<Self, Failure> {
        let table = TableName::parse(&args.table)?;
        if let Some(mall) = args.mall.as_ref().filter(|m| !is_mall_id(m)) {
            return Err(Failure::usage(format!("--mall: `{mall}` is no mall id"))
                .hint("a mall id is the first part of the shop's address: ID.cafe24.com"));
        }
        let name = table.to_string();
        let mut told = settings.config.pulls.iter().find(|p| p.table == name).cloned().unwrap_or_default();
        told.extracted_at = args.extracted_at.clone().or(told.extracted_at);
        Ok(Self {
            access: access(&args.reach, settings)?,
            table,
            told,
            mall: args.mall.clone(),
            mode: if args.dry_run { RunMode::DryRun } else { RunMode::Commit },
        })
    }

    /// What is known of the rows from outside.
    fn evidence(&self, settings: &Settings, modified: Instant) -> Evidence {
        let told = self.mall.clone().map(|m| (m, MallEvidence::Told));
        let configured = || self.told.mall.clone().map(|m| (m, MallEvidence::Folder));
        let only = || settings.config.only_mall().map(|m| (m.to_owned(), MallEvidence::Configured));
        Evidence {
            observed_at: (modified, TimeEvidence::Modified),
            source: (Source::Api, SourceEvidence::Shape),
            mall: told.or_else(configured).or_else(only),
        }
    }
}

pub(super) fn pull(
    settings: &Settings,
    asked: &PullSettings,
    schema: &Schema,
    progress: &dyn Progress,
) -> Result<IngestReport, Failure> {
    let begun = SystemTime::now();
    let shared = Arc::new(schema.clone());
    let connection = Connection::open(&asked.access)?;
    let mut ledger = match asked.mode {
        RunMode::Commit => Writer::open(&settings.ledger, shared, "pull")?,
        RunMode::DryRun => Writer::open_to_rehearse(&settings.ledger, shared, "pull --dry-run")?,
    };
    progress.stage("asking BigQuery");
    let whole = match asked.mode {
        RunMode::Commit => Whole::InWindows,
        RunMode::DryRun => Whole::AtOnce,
    };
    let mut harvester =
        Harvester::open(&connection, &ledger, &asked.table, &asked.told, schema, now(), whole)?;
    let mut report = IngestReport::of(asked.mode, Vec::new());
    loop {
        progress.stage("pulling");
        let taken = match harvester.next(progress) {
            Ok(None) => break,
            Ok(Some(harvest)) => take(settings, asked, schema, &mut ledger, harvest, progress),
            Err(error) => Err(error.into()),
        };
        match taken {
            Ok(window) => {
                let is_in = window.count(FileStatus::Failed) == 0;
                report.extend(window);
                if !is_in {
                    break;
                }
            }
            Err(failure) if report.files.is_empty() => return Err(failure),
            Err(failure) => {
                // What was taken stays; the next pull goes on from there.
                report.files.push(ended_early(&asked.table, failure));
                break;
            }
        }
    }
    let elapsed = begun.elapsed().unwrap_or_default();
    report.elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    Ok(report)
}
