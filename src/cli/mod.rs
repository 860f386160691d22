//! The command line: arguments become settings, a command runs, its status becomes the exit status.
//!
//! The only part that prints. Results go to stdout; messages and progress go to stderr; everything passes the
//! [`printer::Printer`].

pub mod args;
mod command;
pub mod lang;
mod panic;
pub mod password;
pub mod printer;
pub mod progress;
pub mod settings;
pub mod status;
pub mod table;
mod view;
#[cfg(feature = "bigquery")]
mod warehouse;
pub mod when;
pub mod width;
mod wire;
pub mod words;

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
    let settings = if cli.command.reads_configuration() {
        Settings::load(&cli.global)?
    } else {
        Settings::unconfigured(&cli.global)?
    };
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
        let message = one_line(&error.to_string());
        let _ = printer.failure(&Failure::usage(message).hint("see jangbu --help"));
    } else {
        let _ = error.print();
    }
    Status::Usage
}

/// What clap says above its usage, without line breaks.
fn one_line(text: &str) -> String {
    let lines = text.lines().map(str::trim).take_while(|l| !l.starts_with("Usage:"));
    let text = lines.filter(|l| !l.is_empty()).collect::<Vec<_>>().join(" ");
    text.strip_prefix("error: ").map(str::to_owned).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clap_errors_fit_on_a_line() {
        let message = |args: &[&str]| one_line(&Cli::try_parse_from(args).unwrap_err().to_string());
        assert_eq!(
            message(&["jangbu", "export", "orders"]),
            "the following required arguments were not provided: --out <FILE>"
        );
        assert_eq!(
            message(&["jangbu", "files", "--jsn"]),
            "unexpected argument '--jsn' found tip: a similar argument exists: '--json'"
        );
    }
}
