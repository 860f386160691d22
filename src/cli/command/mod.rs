//! One module a command: arguments and settings in, a status out.

mod changes;
mod completions;
mod coverage;
mod doctor;
mod explain;
mod export;
mod files;
mod findings;
mod ingest;
mod init;
mod inspect;
mod man;
mod plan;
mod pull;
mod push;
mod quarantine;
mod query;
mod reconcile;
mod report;
mod schema;
mod undo;
mod watch;

pub(super) use plan::Wanted;

use super::args::Command;
use super::printer::Printer;
use super::settings::Settings;
use super::status::{Failure, Status};
use crate::io::export::ExportError;

pub(super) fn run(command: &Command, settings: &Settings, printer: &mut Printer) -> Result<Status, Failure> {
    if let Some(path) = &settings.config_path {
        printer.detail(&format!("configuration: {}", path.display()));
    }
    match command {
        Command::Init(args) => init::run(args, settings, printer),
        Command::Ingest(args) => ingest::run(args, settings, printer),
        Command::Watch(args) => watch::run(args, settings, printer),
        Command::Export(args) => export::run(args, settings, printer),
        Command::Query(args) => query::run(args, settings, printer),
        Command::Inspect(args) => inspect::run(args, settings, printer),
        Command::Files => files::run(settings, printer),
        Command::Findings => findings::run(settings, printer),
        Command::Quarantine(args) => quarantine::run(args, settings, printer),
        Command::Explain(args) => explain::run(args, settings, printer),
        Command::Coverage(args) => coverage::run(args, settings, printer),
        Command::Changes(args) => changes::run(args, settings, printer),
        Command::Reconcile(args) => reconcile::run(args, settings, printer),
        Command::Plan(args) => plan::run(args, settings, printer),
        Command::Report(args) => report::run(args, settings, printer),
        Command::Undo(args) => undo::run(args, settings, printer),
        Command::Doctor(args) => doctor::run(args, settings, printer),
        Command::Pull(args) => pull::run(args, settings, printer),
        Command::Push(args) => push::run(args, settings, printer),
        Command::Schema(args) => schema::run(args, settings, printer),
        Command::Completions(args) => completions::run(args, settings, printer),
        Command::Man(args) => man::run(args, settings, printer),
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        let failure = match error.code() {
            "usage" => Self::usage(error.to_string()),
            code => Self::new(code, error.to_string()),
        };
        let failure = failure.sources_of(&error);
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

/// A build without the feature cannot reach BigQuery.
#[cfg(not(feature = "bigquery"))]
pub(super) fn without_bigquery() -> Failure {
    Failure::new("bigquery.left_out", "this jangbu was built without BigQuery")
        .hint("use a build with the `bigquery` feature, or export the tables and load them with `bq load`")
}
