//! `jangbu findings`: what was odd, though nothing was lost.

use super::files::list;
use crate::cli::args::Output;
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;
use crate::cli::status::{Failure, Status};
use crate::cli::view;
use crate::core::tables::Table;

pub(super) fn run(settings: &Settings, printer: &mut Printer) -> Result<Status, Failure> {
    let rows = list(settings, Table::Findings)?;
    match printer.output() {
        Output::Json => rows.write_json(printer.stream())?,
        Output::People if rows.rows.is_empty() => printer.note(&printer.words().say("findings-none")),
        Output::People => {
            let text = view::listing::findings(&rows, printer.words(), printer.width(), printer.style());
            printer.result(&text)?;
        }
    }
    Ok(Status::Success)
}
