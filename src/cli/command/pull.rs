//! `jangbu pull`: API rows out of BigQuery into the ledger.

use crate::cli::args::bigquery::Pull;
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;
use crate::cli::status::{Failure, Status};

#[cfg(not(feature = "bigquery"))]
pub(super) fn run(_: &Pull, _: &Settings, _: &mut Printer) -> Result<Status, Failure> {
    Err(super::without_bigquery())
}

#[cfg(feature = "bigquery")]
pub(super) fn run(args: &Pull, settings: &Settings, printer: &mut Printer) -> Result<Status, Failure> {
    use crate::cli::args::Output;
    use crate::cli::progress::{Bars, Counting};
    use crate::cli::warehouse;

    let asked = warehouse::PullSettings::new(args, settings)?;
    let schema = settings.schema()?;
    printer.detail(&format!("endpoint: {}", asked.access.endpoint));
    let bars = Bars::counting(printer.live(), Counting::Rows, settings.words());
    let report = warehouse::pull(settings, &asked, &schema, &bars);
    bars.finish();
    let report = report?;
    if report.files.is_empty() && printer.output() == Output::People {
        printer.note(&printer.words().tell("pull-nothing", &[("table", (&args.table).into())]));
        return Ok(Status::Success);
    }
    super::ingest::tell(&report, printer)
}
