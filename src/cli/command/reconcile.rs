//! `jangbu reconcile`: files against the API.

use crate::cli::args::{self, Output};
use crate::cli::printer::Printer;
use crate::cli::settings::{DayLimits, Settings};
use crate::cli::status::{Failure, Status};
use crate::cli::{view, wire};
use crate::core::number::parse_money;
use crate::core::types::Money;

pub(super) fn run(
    args: &args::Reconcile,
    settings: &Settings,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let days = DayLimits::new(args.from.as_deref(), args.to.as_deref())?;
    let tolerance = tolerance(&args.tolerance)?;
    let report = wire::reconcile(settings, &settings.schema()?, days, tolerance)?;
    match printer.output() {
        Output::Json => printer.document(&report)?,
        Output::People => {
            let words = settings.words();
            let text = view::reconcile::render(&report, &words, printer.width(), printer.style());
            printer.result(&text)?;
        }
    }
    Ok(if report.verdict == "disagree" { Status::Partial } else { Status::Success })
}

/// Won a day.
fn tolerance(text: &str) -> Result<Money, Failure> {
    match parse_money(text) {
        Ok(money) if money >= Money(0) => Ok(money),
        _ => Err(Failure::usage(format!("--tolerance: `{text}` is no amount"))
            .hint("write won a day, such as 1000; 0 lets nothing pass")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tolerance_is_an_amount() {
        for (text, expected) in
            [("0", Some(0)), ("1,000", Some(100_000)), ("99.5원", Some(9950)), ("-1", None), ("1%", None)]
        {
            assert_eq!(tolerance(text).ok(), expected.map(Money), "{text}");
        }
    }
}
