//! `jangbu inspect`: what a file is, and what would happen to it.

use crate::cli::args::{self, Output};
use crate::cli::password::Passwords;
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;
use crate::cli::status::{Failure, Status};
use crate::cli::{view, wire};

pub(super) fn run(
    args: &args::Inspect,
    settings: &Settings,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let passwords = Passwords::new(args.password_file.as_deref(), printer.words())?;
    let inspection = wire::inspect(settings, &settings.schema()?, &args.file, &passwords)?;
    match printer.output() {
        Output::Json => printer.document(&inspection)?,
        Output::People => {
            let text = view::inspect::render(&inspection, printer.words(), printer.width(), printer.style());
            printer.result(&text)?;
        }
    }
    Ok(Status::Success)
}
