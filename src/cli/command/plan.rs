//! `jangbu plan`: what to ask for next, and what was asked for.

use crate::cli::args::Output;
use crate::cli::args::plan::{self as args, PlanAction};
use crate::cli::printer::Printer;
use crate::cli::settings::{DayLimits, Settings};
use crate::cli::status::{Failure, Status};
use crate::cli::wire::plan::{self as wire, Noting};
use crate::cli::{view, when};
use crate::core::plan::{Limits, Span};

pub(super) fn run(args: &args::Plan, settings: &Settings, printer: &mut Printer) -> Result<Status, Failure> {
    match &args.action {
        None => show(args, settings, printer),
        Some(PlanAction::Request(args)) => request(args, settings, printer),
        Some(PlanAction::Withdraw(args)) => withdraw(args, settings, printer),
    }
}

fn show(args: &args::Plan, settings: &Settings, printer: &mut Printer) -> Result<Status, Failure> {
    let DayLimits { from, to } = DayLimits::new(args.from.as_deref(), args.to.as_deref())?;
    let report = wire::plan(settings, &settings.schema()?, Limits { from, to })?;
    let words = settings.words();
    match printer.output() {
        Output::Json => printer.document(&report)?,
        Output::People if args.message => {
            printer.result(&view::plan::message(&report.requests, &report, &words))?;
        }
        Output::People => {
            let text = view::plan::render(&report, &words, printer.width(), printer.style());
            printer.result(&text)?;
        }
    }
    Ok(Status::Success)
}

fn request(args: &args::PlanRequest, settings: &Settings, printer: &mut Printer) -> Result<Status, Failure> {
    let noting = Noting {
        wanted: args.what.iter().map(|text| wanted(text)).collect::<Result<_, _>>()?,
        mall: args.mall.clone(),
        shop: args.shop,
        asked_on: args.asked_on.as_deref().map(asked_on).transpose()?,
    };
    let noted = wire::note_requests(settings, &settings.schema()?, &noting)?;
    match printer.output() {
        Output::Json => printer.document(&noted)?,
        Output::People => {
            let text = view::plan::noted(&noted, &settings.words(), printer.width(), printer.style());
            printer.result(&text)?;
        }
    }
    Ok(Status::Success)
}

fn withdraw(
    args: &args::PlanWithdraw,
    settings: &Settings,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    wire::withdraw_requests(settings, &settings.schema()?, &args.requests)?;
    match printer.output() {
        Output::Json => printer.document(&serde_json::json!({"withdrawn": args.requests}))?,
        Output::People => {
            let text = view::plan::withdrawn(&args.requests, &settings.words());
            printer.report(&text)?;
        }
    }
    Ok(Status::Success)
}

/// What a request is named by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Wanted {
    /// Its number in the plan.
    Number(u64),
    Days(Span),
}

fn wanted(text: &str) -> Result<Wanted, Failure> {
    let wrong = || {
        Failure::usage(format!("`{text}` is neither a number of the plan nor a range of days"))
            .hint("write 1, or 2024-06-01..2024-06-30")
    };
    match text.split_once("..") {
        None => text.parse().map(Wanted::Number).map_err(|_| wrong()),
        Some((from, to)) => {
            let (from, to) = when::parse_day(from).zip(when::parse_day(to)).ok_or_else(wrong)?;
            if from > to {
                return Err(Failure::usage(format!("{from} is after {to}")).hint("swap the two days"));
            }
            Ok(Wanted::Days(Span { from, to }))
        }
    }
}

fn asked_on(text: &str) -> Result<crate::core::types::Day, Failure> {
    when::parse_day(text).ok_or_else(|| {
        Failure::usage(format!("--asked-on: `{text}` is no day")).hint("write it as 2024-07-05")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::types::Day;

    #[test]
    fn requests_are_named_by_number_or_days() {
        assert_eq!(wanted("3").ok(), Some(Wanted::Number(3)));
        let (from, to) = (Day::from_ymd(2024, 6, 1).unwrap(), Day::from_ymd(2024, 6, 30).unwrap());
        assert_eq!(wanted("2024-06-01..2024-06-30").ok(), Some(Wanted::Days(Span { from, to })));
        for wrong in ["", "q0001", "2024-06-01", "2024-06-30..2024-06-01", "2024-06-01..x"] {
            assert_eq!(wanted(wrong).unwrap_err().status, Status::Usage, "{wrong}");
        }
    }
}
