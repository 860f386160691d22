//! `jangbu completions`: what a shell needs to complete our words.

use crate::cli::args;
use crate::cli::help;
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;
use crate::cli::status::{Failure, Status};

pub(super) fn run(
    args: &args::Completions,
    settings: &Settings,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    // Written as a whole: the generator stops the program where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut help::command(settings.lang), "jangbu", &mut script);
    printer.stream().write_all(&script)?;
    Ok(Status::Success)
}
