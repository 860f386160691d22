//! `jangbu completions`: what a shell needs to complete our words.

use clap::CommandFactory;

use crate::cli::args::{self, Cli};
use crate::cli::printer::Printer;
use crate::cli::status::{Failure, Status};

pub(super) fn run(args: &args::Completions, printer: &mut Printer) -> Result<Status, Failure> {
    // Written as a whole: the generator stops the program where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "jangbu", &mut script);
    printer.stream().write_all(&script)?;
    Ok(Status::Success)
}
