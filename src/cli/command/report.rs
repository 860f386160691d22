//! `jangbu report`: a page about the whole ledger.

use super::changes::since;
use crate::cli::args::{self, Output};
use crate::cli::printer::Printer;
use crate::cli::settings::{DayLimits, Settings};
use crate::cli::status::{Failure, Status};
use crate::cli::{view, when, wire};
use crate::io::export::write_page;
use crate::io::ledger::DayRange;
use crate::io::summary::{Asked, FileNames};

pub(super) fn run(
    args: &args::Report,
    settings: &Settings,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let words = settings.words();
    let ending = args.out.extension().and_then(|e| e.to_str()).unwrap_or_default();
    if !["html", "htm"].iter().any(|known| ending.eq_ignore_ascii_case(known)) {
        let path = args.out.display().to_string();
        let failure = Failure::usage(words.tell("report-ending", &[("path", (&path).into())]));
        return Err(failure.hint(words.say("report-ending-hint")));
    }
    let limits = DayLimits::new(args.from.as_deref(), args.to.as_deref())?;
    let today = args.today.as_deref().map(|text| {
        when::parse_day(text).ok_or_else(|| {
            Failure::usage(words.tell("report-today", &[("day", text.into())]))
                .hint(words.say("report-today-hint"))
        })
    });
    let schema = settings.schema()?;
    let asked = Asked {
        days: DayRange { from: limits.from, to: limits.to },
        since: args.since.as_deref().map(since).transpose()?,
        clock: wire::clock(today.transpose()?, args.settle),
        names: if args.hide_file_names { FileNames::Hidden } else { FileNames::Shown },
    };
    let summary = wire::summary(settings, &schema, &asked)?;
    write_page(&view::page::render(&summary, &words, &schema), &args.out)?;
    match printer.output() {
        Output::Json => {
            printer.document(&serde_json::json!({"path": args.out, "summary": summary}))?;
        }
        Output::People => {
            let path = args.out.display().to_string();
            printer.note(&words.tell("report-written", &[("path", (&path).into())]));
        }
    }
    Ok(Status::Success)
}
