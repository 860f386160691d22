//! `jangbu undo`: a run taken back.

use crate::cli::args::{self, Output};
use crate::cli::printer::Printer;
use crate::cli::progress::Bars;
use crate::cli::settings::Settings;
use crate::cli::status::{Failure, Status};
use crate::cli::wire;

pub(super) fn run(args: &args::Undo, settings: &Settings, printer: &mut Printer) -> Result<Status, Failure> {
    let schema = settings.schema()?;
    let bars = Bars::new(printer.live(), settings.words());
    let undone = wire::undo(settings, &schema, &args.run_id, &bars);
    bars.finish();
    let undone = undone?;
    match printer.output() {
        Output::Json => printer.document(&undone)?,
        Output::People => {
            let words = printer.words();
            let months = undone.months_touched.len() as u64;
            let removed = words.files(undone.files_removed);
            let kept = words.files(undone.files_kept);
            let args =
                [("run", (&undone.run_id).into()), ("files", (&removed).into()), ("months", months.into())];
            let text = words.tell("undo-done", &args);
            let kept = words.tell("undo-kept", &[("files", (&kept).into())]);
            printer.note(&text);
            if undone.files_kept > 0 {
                printer.note(&kept);
            }
        }
    }
    Ok(Status::Success)
}
