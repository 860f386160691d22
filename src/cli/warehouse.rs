//! Where the command line meets BigQuery: settings checked, ledgers and connections opened.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::args::bigquery::{Doctor, ModeArg, Push, Reach};
use super::settings::Settings;
use super::status::Failure;
use crate::core::schema::Schema;
use crate::core::types::Instant;
use crate::io::bigquery::{
    self, Access, BigQueryError, Check, Connection, DatasetName, Endpoint, Mode, Plan, PushReport,
    PushRequest, Views,
};
use crate::io::config::bigquery::PushMode;
use crate::io::ledger::{Ledger, Writer};
use crate::io::report::Progress;

impl From<BigQueryError> for Failure {
    fn from(error: BigQueryError) -> Self {
        let failure = match error.code() {
            "usage" => Self::usage(error.to_string()),
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
    Ok(Access {
        endpoint: Endpoint::new(reach.endpoint.as_deref().or(config.endpoint.as_deref()))?,
        credentials: reach.credentials.clone().or_else(|| config.credentials.clone()),
        timeout: Duration::from_secs(config.timeout_seconds),
    })
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
