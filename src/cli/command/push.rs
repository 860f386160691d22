//! `jangbu push`: the tables to BigQuery.

use crate::cli::args::bigquery::Push;
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;
use crate::cli::status::{Failure, Status};

#[cfg(not(feature = "bigquery"))]
pub(super) fn run(_: &Push, _: &Settings, _: &mut Printer) -> Result<Status, Failure> {
    Err(super::without_bigquery())
}

#[cfg(feature = "bigquery")]
pub(super) fn run(args: &Push, settings: &Settings, printer: &mut Printer) -> Result<Status, Failure> {
    use crate::cli::args::Output;
    use crate::cli::progress::{Bars, Counting};
    use crate::cli::view::push as view;
    use crate::cli::warehouse;

    let asked = warehouse::PushSettings::new(args, settings)?;
    let schema = settings.schema()?;
    printer.detail(&format!("endpoint: {}", asked.access.endpoint));
    if args.dry_run {
        let plan = warehouse::plan(settings, &asked, &schema)?;
        match printer.output() {
            Output::Json => printer.document(&plan)?,
            Output::People => {
                let text = view::plan(&plan, printer.words(), printer.width(), printer.style());
                let words = printer.words();
                let end = if plan.is_empty() {
                    words.say("push-nothing")
                } else {
                    format!("\n{}", words.say("push-dry-run"))
                };
                printer.report(&format!("{text}{end}\n"))?;
            }
        }
        return Ok(Status::Success);
    }
    let bars = Bars::counting(printer.live(), Counting::Months, settings.words());
    let mut told: Result<(), Failure> = Ok(());
    let report = {
        let mut planned = |plan: &crate::io::bigquery::Plan| {
            if printer.output() == Output::People {
                let text = view::plan(plan, printer.words(), printer.width(), printer.style());
                told = bars.suspend(|| printer.report(&text).and_then(|()| Ok(printer.flush()?)));
            }
        };
        warehouse::push(settings, &asked, &schema, &mut planned, &bars)
    };
    bars.finish();
    let report = report?;
    told?;
    match printer.output() {
        Output::Json => printer.document(&report)?,
        Output::People => {
            let text = view::report(&report, printer.words(), printer.style());
            printer.report(&text)?;
        }
    }
    Ok(Status::Success)
}
