//! The command line: arguments become settings, a command runs, its status becomes the exit status.
//!
//! The only part that prints. Results go to stdout; messages and progress go to stderr; everything passes the
//! [`printer::Printer`].

pub mod args;
mod command;
pub mod help;
pub mod lang;
mod panic;
pub mod password;
pub mod printer;
pub mod progress;
mod refusal;
mod said;
pub mod settings;
pub mod status;
pub mod table;
mod view;
#[cfg(feature = "bigquery")]
mod warehouse;
mod watching;
pub mod when;
pub mod width;
mod wire;
pub mod words;

use std::ffi::OsString;

use clap::FromArgMatches;

use args::Cli;
use lang::Lang;
use printer::{Console, Printer};
use settings::Settings;
use status::{Failure, Status};
use words::Words;

/// Runs the program with its arguments (the first is its own name).
pub fn run(args: impl IntoIterator<Item = OsString>) -> Status {
    let args: Vec<OsString> = args.into_iter().collect();
    let lang = Lang::before_parsing(&args, |name| std::env::var(name).ok());
    panic::install_hook(lang);
    match parse(&args, lang) {
        Ok(cli) => {
            let words = Words::of(lang);
            let mut printer =
                Printer::new(Console::standard(), cli.global.verbosity(), cli.global.output(), words);
            let result = dispatch(&cli, &mut printer);
            finish(result, &mut printer)
        }
        Err(error) => refusal::refuse(&error, &args, lang),
    }
}

/// The arguments, or what is to be said instead: help, the version, a mistake.
fn parse(args: &[OsString], lang: Lang) -> Result<Cli, clap::Error> {
    let mut command = help::command(lang);
    let matches = command.try_get_matches_from_mut(args)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
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
