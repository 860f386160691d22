//! `jangbu undo`: a run taken back.

use crate::cli::args::{self, Output};
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;
use crate::cli::status::{Failure, Status};
use crate::cli::table::counted;
use crate::cli::wire;

pub(super) fn run(args: &args::Undo, settings: &Settings, printer: &mut Printer) -> Result<Status, Failure> {
    let undone = wire::undo(settings, &settings.schema()?, &args.run_id)?;
    match printer.output() {
        Output::Json => printer.document(&undone)?,
        Output::People => {
            printer.note(&format!(
                "undid run {}: {} gone, {} folded again",
                undone.run_id,
                counted(undone.files_removed, "file"),
                counted(undone.months_touched.len() as u64, "month"),
            ));
            if undone.files_kept > 0 {
                let kept = counted(undone.files_kept, "file");
                printer.note(&format!("{kept} of it stay: other runs saw the same bytes"));
            }
        }
    }
    Ok(Status::Success)
}
