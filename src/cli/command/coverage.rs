//! `jangbu coverage`: which days are known, and which are missing.

use crate::cli::args::{self, Output};
use crate::cli::printer::Printer;
use crate::cli::settings::{DayLimits, Settings};
use crate::cli::status::{Failure, Status};
use crate::cli::{view, wire};

pub(super) fn run(
    args: &args::Coverage,
    settings: &Settings,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let days = DayLimits::new(args.from.as_deref(), args.to.as_deref())?;
    let report = wire::coverage(settings, &settings.schema()?, days, args.settle)?;
    match printer.output() {
        Output::Json => printer.document(&report)?,
        Output::People => {
            let words = settings.words();
            let text = view::coverage::render(&report, &words, printer.width(), printer.style());
            printer.result(&text)?;
        }
    }
    Ok(Status::Success)
}
