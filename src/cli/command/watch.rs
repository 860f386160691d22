//! `jangbu watch`: a folder that files are dropped into.

use serde::Serialize;

use crate::cli::args::Output;
use crate::cli::args::watch::Watch;
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;
use crate::cli::status::{Failure, Status};
use crate::cli::view;
use crate::cli::watching::{Sweep, WatchSettings, Watching, trouble};
use crate::cli::wire;
use crate::io::report::Trouble;
use crate::io::report::watch::{Pushed, SweepReport};
use crate::io::watch::wake::{Stop, Woken};

/// Something that happened beside the sweeps, for machines.
#[derive(Serialize)]
struct Happening<'a> {
    event: &'static str,
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<String>,
    #[serde(flatten)]
    trouble: Option<&'a Trouble>,
}

impl Happening<'_> {
    fn of(event: &'static str) -> Self {
        Self { event, at: wire::this_moment().to_string(), folder: None, trouble: None }
    }
}

pub(super) fn run(args: &Watch, settings: &Settings, printer: &mut Printer) -> Result<Status, Failure> {
    let asked = WatchSettings::new(args, settings)?;
    let stop = Stop::on_signals()
        .map_err(|e| Failure::new("io", "cannot listen for the request to end").caused_by(&e))?;
    let mut watching = Watching::new(asked, settings, stop, printer.live())?;
    if args.once { once(&mut watching, printer) } else { on_and_on(&mut watching, printer) }
}

/// One sweep: a look, a short wait, another look, a run.
fn once(watching: &mut Watching, printer: &mut Printer) -> Result<Status, Failure> {
    let unreadable = |e: std::io::Error, printer: &Printer| {
        Failure::new("file.io", printer.words().say("watch-unreadable")).caused_by(&e)
    };
    watching.look().map_err(|e| unreadable(e, printer))?;
    if watching.expects_more() {
        if watching.pause() == Woken::Stop {
            return Err(interrupted(printer));
        }
        watching.look().map_err(|e| unreadable(e, printer))?;
    }
    match watching.sweep()? {
        Sweep::Stopped => Err(interrupted(printer)),
        Sweep::Told(report) => {
            tell(&report, printer)?;
            Ok(if report.wants_attention() { Status::Partial } else { Status::Success })
        }
    }
}

fn interrupted(printer: &Printer) -> Failure {
    Failure::new("interrupted", printer.words().say("watch-interrupted"))
}

fn on_and_on(watching: &mut Watching, printer: &mut Printer) -> Result<Status, Failure> {
    let folder = watching.folder().display().to_string();
    match printer.output() {
        Output::Json => printer.record(&Happening { folder: Some(folder), ..Happening::of("watching") })?,
        Output::People => {
            let text = printer.words().tell("watch-started", &[("folder", (&folder).into())]);
            printer.note(&text);
        }
    }
    let listening = watching.listen();
    if let Err(error) = &listening {
        printer.detail(&error.to_string());
    }
    let mut said = None;
    while !watching.stop().is_asked() {
        let swept = match watching.look() {
            Ok(()) => watching.sweep(),
            Err(error) => {
                Err(Failure::new("file.io", printer.words().say("watch-unreadable")).caused_by(&error))
            }
        };
        match swept {
            Ok(Sweep::Stopped) => break,
            Ok(Sweep::Told(report)) => {
                said = None;
                if !report.is_empty() {
                    tell(&report, printer)?;
                }
            }
            Err(failure) if may_pass(&failure) => tell_once(&trouble(&failure), &mut said, printer)?,
            Err(failure) => return Err(failure),
        }
        if watching.pause() == Woken::Stop {
            break;
        }
    }
    match printer.output() {
        Output::Json => printer.record(&Happening::of("stopped"))?,
        Output::People => {
            let text = printer.words().say("watch-stopped");
            printer.note(&text);
        }
    }
    Ok(Status::Success)
}

/// Whether the next look may find things better: another program has the ledger, a disk is full, a share is away.
fn may_pass(failure: &Failure) -> bool {
    matches!(failure.code, "store.locked" | "store.io" | "file.io")
}

fn tell_once(trouble: &Trouble, said: &mut Option<String>, printer: &mut Printer) -> Result<(), Failure> {
    if said.as_ref() == Some(&trouble.message) {
        return Ok(());
    }
    *said = Some(trouble.message.clone());
    match printer.output() {
        Output::Json => printer.record(&Happening { trouble: Some(trouble), ..Happening::of("trouble") }),
        Output::People => {
            let again = printer.words().say("watch-again");
            let message = printer.words().said(&trouble.message).into_owned();
            printer.warning(&format!("{message}; {again}"));
            Ok(())
        }
    }
}

fn tell(report: &SweepReport, printer: &mut Printer) -> Result<(), Failure> {
    match printer.output() {
        Output::Json => return printer.record(report),
        Output::People => {
            let text = view::watch::render(report, printer.words(), printer.width(), printer.style());
            printer.report(&text)?;
        }
    }
    let failed = report.files.iter().filter_map(|f| Some((&f.file.path, f.file.error.as_ref()?)));
    let stayed = report.not_archived.iter().map(|t| (&t.path, &t.trouble));
    for (path, trouble) in failed.chain(stayed) {
        let message = printer.words().said(&trouble.message).into_owned();
        printer.warning_if_quiet(&format!("{path}: {message}"));
    }
    if let Some(Pushed::Failed(trouble)) = &report.push {
        printer.warning_if_quiet(&trouble.message);
    }
    Ok(printer.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Verbosity;
    use crate::cli::printer::tests::test_printer;

    #[test]
    fn the_same_trouble_is_told_once() {
        let (mut printer, out, err) = test_printer(Verbosity::Normal, Output::People);
        let trouble =
            |message: &str| Trouble { code: "store.locked".into(), message: message.into(), hint: None };
        let mut said = None;
        for message in ["a", "a", "b", "a"] {
            tell_once(&trouble(message), &mut said, &mut printer).unwrap();
        }
        assert_eq!(err.text().matches("warning: ").count(), 3, "{}", err.text());
        assert_eq!(out.text(), "");
    }

    #[test]
    fn machines_get_a_line_for_each_happening() {
        let (mut printer, out, _) = test_printer(Verbosity::Normal, Output::Json);
        printer.record(&Happening { folder: Some("in".into()), ..Happening::of("watching") }).unwrap();
        let trouble = Trouble { code: "store.locked".into(), message: "m".into(), hint: None };
        tell_once(&trouble, &mut None, &mut printer).unwrap();
        let text = out.text();
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!((&lines[0]["event"], &lines[0]["folder"]), (&"watching".into(), &"in".into()));
        assert!(lines[0].get("code").is_none());
        assert_eq!((&lines[1]["event"], &lines[1]["code"]), (&"trouble".into(), &"store.locked".into()));
    }
}
