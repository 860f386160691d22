//! `jangbu doctor`: what stands in the way of a push.

use crate::cli::args::bigquery::Doctor;
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;
use crate::cli::status::{Failure, Status};

#[cfg(not(feature = "bigquery"))]
pub(super) fn run(_: &Doctor, _: &Settings, _: &mut Printer) -> Result<Status, Failure> {
    Err(super::without_bigquery())
}

#[cfg(feature = "bigquery")]
pub(super) fn run(args: &Doctor, settings: &Settings, printer: &mut Printer) -> Result<Status, Failure> {
    use crate::cli::args::Output;
    use crate::cli::{view, warehouse};
    use crate::io::bigquery::Verdict;

    let checks = warehouse::doctor(args, settings)?;
    match printer.output() {
        Output::Json => printer.document(&serde_json::json!({"checks": checks}))?,
        Output::People => {
            let text = view::doctor::render(&checks, printer.words(), printer.width(), printer.style());
            printer.result(&text)?;
        }
    }
    let failed = checks.iter().any(|check| check.verdict == Verdict::Failed);
    Ok(if failed { Status::Failed } else { Status::Success })
}
