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
    use crate::cli::progress::{Bars, Counting};
    use crate::cli::warehouse;

    let asked = warehouse::PullSettings::new(args, settings)?;
    let schema = settings.schema()?;
    printer.detail(&format!("endpoint: {}", asked.access.endpoint));
    let bars = Bars::counting(printer.live(), Counting::Rows);
    let report = warehouse::pull(settings, &asked, &schema, &bars);
    bars.finish();
    super::ingest::tell(&report?, printer)
}
