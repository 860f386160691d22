//! `jangbu quarantine`: rows that wait to be mended.

use std::path::Path;

use super::files::list;
use crate::cli::args::{self, Output};
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;
use crate::cli::status::{Failure, Status};
use crate::cli::{view, wire};
use crate::core::tables::Table;
use crate::io::export::mend::write_mend_workbook;
use crate::io::export::{ExportError, ExportFormat};

pub(super) fn run(
    args: &args::Quarantine,
    settings: &Settings,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    if let Some(out) = &args.out {
        return write(out, settings, printer);
    }
    let rows = list(settings, Table::Quarantine)?;
    match printer.output() {
        Output::Json => rows.write_json(printer.stream())?,
        Output::People if rows.rows.is_empty() => printer.note(&printer.words().say("quarantine-none")),
        Output::People => {
            let text = view::listing::quarantine(&rows, printer.words(), printer.width(), printer.style());
            printer.result(&text)?;
            printer.note(&printer.words().say("quarantine-how"));
        }
    }
    Ok(Status::Success)
}

fn write(out: &Path, settings: &Settings, printer: &mut Printer) -> Result<Status, Failure> {
    if ExportFormat::of(out).ok() != Some(ExportFormat::Xlsx) {
        let error = ExportError::Ending { path: out.to_owned() };
        return Err(Failure::usage(error.to_string()).hint("rows to mend are written as .xlsx"));
    }
    let waiting = wire::rows_to_mend(settings, &settings.schema()?)?;
    if waiting.is_empty() && printer.output() == Output::People {
        printer.note(&printer.words().say("quarantine-nothing-written"));
        return Ok(Status::Success);
    }
    let rows = write_mend_workbook(&waiting, &printer.words().say("quarantine-guide"), out)?;
    match printer.output() {
        Output::Json => {
            let document = serde_json::json!({"table": Table::Quarantine.name(), "path": out, "rows": rows});
            printer.document(&document)?;
        }
        Output::People => {
            let path = out.display().to_string();
            let rows = printer.words().rows(rows);
            let args = [("rows", (&rows).into()), ("path", (&path).into())];
            printer.note(&printer.words().tell("quarantine-written", &args));
        }
    }
    Ok(Status::Success)
}
