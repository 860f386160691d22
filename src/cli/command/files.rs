//! `jangbu files`: the source files of the ledger.

use crate::cli::args::Output;
use crate::cli::printer::Printer;
use crate::cli::settings::{DayLimits, Settings};
use crate::cli::status::{Failure, Status};
use crate::cli::{view, wire};
use crate::core::tables::{Table, arrow_schema};
use crate::io::report::rows::Rows;

pub(super) fn run(settings: &Settings, printer: &mut Printer) -> Result<Status, Failure> {
    let rows = list(settings, Table::Files)?;
    match printer.output() {
        Output::Json => rows.write_json(printer.stream())?,
        Output::People if rows.rows.is_empty() => printer.note(&printer.words().say("files-none")),
        Output::People => {
            let text = view::listing::files(&rows, printer.words(), printer.width(), printer.style());
            printer.result(&text)?;
        }
    }
    Ok(Status::Success)
}

/// All rows of a table that is listed whole.
pub(super) fn list(settings: &Settings, table: Table) -> Result<Rows, Failure> {
    let schema = settings.schema()?;
    let batches = wire::scan(settings, &schema, table, DayLimits::default())?;
    Ok(Rows::from_batches(&arrow_schema(&schema, table), batches)?)
}
