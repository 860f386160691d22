//! `jangbu`: see the library's `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let status = jangbu::cli::run(std::env::args_os());
    ExitCode::from(status.code())
}
