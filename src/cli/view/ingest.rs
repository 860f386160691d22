//! The closing report of `ingest`: what wants attention first, the counts, what to do next.

use super::{field, marked};
use crate::cli::printer::Style;
use crate::cli::table::grouped;
use crate::cli::width::{Lines, pad_left, pad_right, width};
use crate::cli::words::Words;
use crate::io::report::ingest::{FileReport, FileStatus, IngestReport, Mode};

/// Files that are told one by one, of each kind.
const SHOWN: usize = 20;
const LABEL: usize = 12;

pub fn render(report: &IngestReport, words: &Words, columns: usize, style: Style) -> String {
    let mut out = attention(report, words, columns, style);
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str(&style.bold(&headline(report, words)));
    out.push_str("\n\n");
    let fact = |out: &mut String, id: &str, text: &str| {
        out.push_str(&field(&words.say(id), LABEL, text, columns, style));
    };
    fact(&mut out, "ingest-files", &files(report, words));
    if report.count(FileStatus::Ingested) == 0 {
        return out;
    }
    out.push_str(&rows(report, words, style));
    fact(&mut out, "ingest-items", &items(report, words));
    fact(&mut out, "ingest-months", &months(report, words));
    fact(&mut out, "ingest-findings", &findings(report, words));
    fact(&mut out, "ingest-time", &elapsed(report.elapsed_ms, words));
    let next = next_steps(report, words);
    if !next.is_empty() {
        out.push('\n');
    }
    for (n, (command, why)) in next.iter().enumerate() {
        let label = if n == 0 { words.say("ingest-next") } else { String::new() };
        let command = pad_right(command, 33);
        out.line(format!("{}{}  {why}", style.dim(&pad_right(&label, LABEL)), style.bold(&command)));
    }
    out
}

fn headline(report: &IngestReport, words: &Words) -> String {
    match (&report.run_id, report.mode) {
        (_, Mode::DryRun) => words.say("ingest-dry-run"),
        (Some(run), Mode::Commit) if report.earlier_run_ids.is_empty() => {
            words.tell("ingest-committed", &[("run", run.into())])
        }
        (Some(run), Mode::Commit) => {
            let runs = format!("{}, {run}", report.earlier_run_ids.join(", "));
            words.tell("ingest-committed-runs", &[("runs", (&runs).into())])
        }
        (None, Mode::Commit) => words.say("ingest-nothing-new"),
    }
}

fn attention(report: &IngestReport, words: &Words, columns: usize, style: Style) -> String {
    let mut out = String::new();
    let of = |status| report.files.iter().filter(move |f| f.status == status).collect::<Vec<_>>();
    list(&mut out, &of(FileStatus::Failed), "ingest-more-failed", words, |file, out| {
        let (message, hint) =
            file.error.as_ref().map_or(("", None), |e| (e.message.as_str(), e.hint.as_deref()));
        let message = words.said(message);
        let args = [("path", (&file.path).into()), ("message", (&*message).into())];
        let text = words.tell("ingest-failed-file", &args);
        out.push_str(&marked("✗", |m| style.bad(m), &text, columns));
        if let Some(hint) = hint {
            out.push_str(&marked("  →", |m| style.dim(m), &words.said(hint), columns));
        }
    });
    list(&mut out, &of(FileStatus::Skipped), "ingest-more-skipped", words, |file, out| {
        let reason = file.reason.as_deref().unwrap_or("it holds no orders as the API gives them");
        let reason = words.said(reason);
        let args = [("path", (&file.path).into()), ("reason", (&*reason).into())];
        let text = words.tell("ingest-skipped-file", &args);
        out.push_str(&marked("·", |m| style.dim(m), &text, columns));
    });
    let strange: Vec<&FileReport> = report.files.iter().filter(|f| !f.unknown_headers.is_empty()).collect();
    list(&mut out, &strange, "ingest-more-strange", words, |file, out| {
        let headers = file.unknown_headers.join(", ");
        let args = [("path", (&file.path).into()), ("headers", (&headers).into())];
        let text = words.tell("ingest-strange-file", &args);
        out.push_str(&marked("?", |m| style.warn(m), &text, columns));
    });
    out
}

fn list(
    out: &mut String,
    files: &[&FileReport],
    more: &str,
    words: &Words,
    each: impl Fn(&FileReport, &mut String),
) {
    files.iter().take(SHOWN).for_each(|file| each(file, out));
    if files.len() > SHOWN {
        let n = (files.len() - SHOWN) as u64;
        out.line(format!("  {}", words.tell(more, &[("n", n.into())])));
    }
}

fn files(report: &IngestReport, words: &Words) -> String {
    let kinds = [
        (
            FileStatus::Ingested,
            if report.mode == Mode::DryRun { "ingest-n-to-ingest" } else { "ingest-n-ingested" },
        ),
        (FileStatus::AlreadyIngested, "ingest-n-known"),
        (FileStatus::Skipped, "ingest-n-skipped"),
        (FileStatus::Failed, "ingest-n-failed"),
    ];
    let parts: Vec<String> = kinds
        .into_iter()
        .map(|(status, id)| (report.count(status), id))
        .filter(|(count, _)| *count > 0)
        .map(|(count, id)| words.tell(id, &[("n", count.into())]))
        .collect();
    if parts.is_empty() { words.say("ingest-no-files") } else { parts.join(", ") }
}

fn rows(report: &IngestReport, words: &Words, style: Style) -> String {
    let totals = report.totals;
    let lines = [
        ("ingest-rows", totals.read, None),
        ("ingest-accepted", totals.accepted, None),
        ("ingest-duplicate", totals.duplicate, Some("ingest-duplicate-note")),
        ("ingest-quarantined", totals.quarantined, Some("ingest-quarantined-note")),
        ("ingest-skipped", totals.skipped, Some("ingest-skipped-note")),
    ];
    let number_width = grouped(totals.read).len().max(6);
    let mut out = String::new();
    for (at, (id, n, note)) in lines.into_iter().enumerate().filter(|(at, (_, n, _))| *n > 0 || *at == 0) {
        let indent = if at == 0 { "" } else { "  " };
        let label = format!("{indent}{}", words.say(id));
        let label = pad_right(&label, LABEL.max(width(&label) + 1));
        let number = pad_left(&grouped(n), number_width.saturating_sub(width(&label) - LABEL));
        let note = note.map_or(String::new(), |id| format!("  {}", style.dim(&words.say(id))));
        out.line(format!("{}{number}{note}", style.dim(&label)));
    }
    out
}

fn items(report: &IngestReport, words: &Words) -> String {
    let items = report.items;
    let args =
        [("new", items.new.into()), ("changed", items.changed.into()), ("unchanged", items.unchanged.into())];
    words.tell("ingest-item-counts", &args)
}

fn months(report: &IngestReport, words: &Words) -> String {
    let months = &report.months_touched;
    match (months.first(), months.last()) {
        (Some(first), Some(last)) if first != last => {
            let (first, last) = (first.to_string(), last.to_string());
            let n = months.len() as u64;
            let args = [("n", n.into()), ("first", (&first).into()), ("last", (&last).into())];
            words.tell("ingest-month-range", &args)
        }
        (Some(only), _) => only.to_string(),
        _ => words.say("ingest-no-months"),
    }
}

fn findings(report: &IngestReport, words: &Words) -> String {
    let parts: Vec<String> = report
        .findings
        .iter()
        .filter(|(_, n)| **n > 0)
        .map(|(kind, n)| format!("{} {kind}", grouped(*n)))
        .collect();
    if parts.is_empty() { words.say("ingest-no-findings") } else { parts.join(", ") }
}

fn elapsed(ms: u64, words: &Words) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => {
            let seconds = format!("{}.{}", ms / 1_000, ms % 1_000 / 100);
            words.tell("time-seconds", &[("n", (&seconds).into())])
        }
        _ => words.tell(
            "time-minutes",
            &[("minutes", (ms / 60_000).into()), ("seconds", (ms % 60_000 / 1_000).into())],
        ),
    }
}

fn next_steps(report: &IngestReport, words: &Words) -> Vec<(String, String)> {
    let mut steps = Vec::new();
    let mut step = |command: &str, why: String| steps.push((command.to_owned(), why));
    if report.mode == Mode::DryRun {
        return steps;
    }
    if report.totals.quarantined > 0 {
        let rows = words.rows(report.totals.quarantined);
        step(
            "jangbu quarantine --out mend.xlsx",
            words.tell("ingest-next-mend", &[("rows", (&rows).into())]),
        );
    }
    let findings: u64 = report.findings.values().sum();
    if findings > 0 {
        step("jangbu findings", words.tell("ingest-next-findings", &[("n", findings.into())]));
    }
    if report.files.iter().any(|f| !f.unknown_headers.is_empty()) {
        step("jangbu inspect FILE", words.say("ingest-next-headers"));
    }
    steps
}
