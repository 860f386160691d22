//! `jangbu export`: a table to a file.

use crate::cli::args::{self, Output};
use crate::cli::printer::Printer;
use crate::cli::settings::{DayLimits, Settings, table_named};
use crate::cli::status::{Failure, Status};
use crate::cli::wire;
use crate::core::tables::arrow_schema;
use crate::io::export::{ExportFormat, write_table};

pub(super) fn run(
    args: &args::Export,
    settings: &Settings,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let table = table_named(&args.table)?;
    let days = DayLimits::new(args.from.as_deref(), args.to.as_deref())?;
    // A wrong ending should not wait for the ledger to be read.
    ExportFormat::of(&args.out)?;
    let schema = settings.schema()?;
    let batches = wire::scan(settings, &schema, table, days)?;
    let rows = write_table(table.name(), &arrow_schema(&schema, table), batches, &args.out)?;
    match printer.output() {
        Output::Json => {
            printer.document(&serde_json::json!({"table": table.name(), "path": args.out, "rows": rows}))?;
        }
        Output::People => {
            let path = args.out.display().to_string();
            let rows = printer.words().rows(rows);
            let args = [("rows", (&rows).into()), ("table", table.name().into()), ("path", (&path).into())];
            printer.note(&printer.words().tell("export-written", &args));
        }
    }
    Ok(Status::Success)
}
