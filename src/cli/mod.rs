//! The command line: arguments become settings, a command runs, its status becomes the exit status.
//!
//! The only part that prints. Results go to stdout; messages and progress go to stderr; everything passes the
//! [`printer::Printer`].

pub mod args;
mod command;
pub mod escape;
mod panic;
pub mod password;
pub mod printer;
pub mod progress;
pub mod settings;
pub mod status;
pub mod table;
mod view;
pub mod when;
pub mod width;
mod wire;

use std::ffi::OsString;

use clap::Parser;

use args::Cli;
use printer::{Console, Printer};
use settings::Settings;
use status::{Failure, Status};

/// Runs the program with its arguments (the first is its own name).
pub fn run(args: impl IntoIterator<Item = OsString>) -> Status {
    panic::install_hook();
    let args: Vec<OsString> = args.into_iter().collect();
    match Cli::try_parse_from(&args) {
        Ok(cli) => {
            let mut printer = Printer::new(Console::standard(), cli.global.verbosity(), cli.global.output());
            let result = dispatch(&cli, &mut printer);
            finish(result, &mut printer)
        }
        Err(error) => refuse(&error, &args),
    }
}

fn dispatch(cli: &Cli, printer: &mut Printer) -> Result<Status, Failure> {
    let settings = Settings::load(&cli.global)?;
    command::run(&cli.command, &settings, printer)
}

fn finish(result: Result<Status, Failure>, printer: &mut Printer) -> Status {
    match result.and_then(|status| printer.flush().map(|()| status).map_err(Failure::from)) {
        Ok(status) => status,
        Err(failure) if failure.is_broken_pipe() => Status::Success,
        Err(failure) => {
            // Nothing can be said any more if even this cannot be written; the status still tells.
            let _ = printer.failure(&failure);
            failure.status
        }
    }
}

/// Help, the version, or arguments that make no sense.
fn refuse(error: &clap::Error, args: &[OsString]) -> Status {
    if !error.use_stderr() {
        let _ = error.print();
        return Status::Success;
    }
    if args.iter().any(|a| a == "--json") {
        let mut printer = Printer::new(Console::standard(), args::Verbosity::Normal, args::Output::Json);
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        let message = first.strip_prefix("error: ").unwrap_or(first);
        let _ = printer.failure(&Failure::usage(message).hint("see jangbu --help"));
    } else {
        let _ = error.print();
    }
    Status::Usage
}
