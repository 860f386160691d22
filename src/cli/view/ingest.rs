//! The closing report of `ingest`: what wants attention first, the counts, what to do next.

use super::{field, marked};
use crate::cli::printer::Style;
use crate::cli::table::{counted, grouped};
use crate::cli::width::{Lines, pad_left, pad_right};
use crate::io::report::ingest::{FileReport, FileStatus, IngestReport, Mode};

/// Files that are told one by one, of each kind.
const SHOWN: usize = 20;
const LABEL: usize = 12;

pub fn render(report: &IngestReport, columns: usize, style: Style) -> String {
    let mut out = attention(report, columns, style);
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str(&style.bold(&headline(report)));
    out.push_str("\n\n");
    out.push_str(&field("files", LABEL, &files(report), columns, style));
    if report.count(FileStatus::Ingested) == 0 {
        return out;
    }
    out.push_str(&rows(report, style));
    out.push_str(&field("items", LABEL, &items(report), columns, style));
    out.push_str(&field("months", LABEL, &months(report), columns, style));
    out.push_str(&field("findings", LABEL, &findings(report), columns, style));
    out.push_str(&field("time", LABEL, &elapsed(report.elapsed_ms), columns, style));
    let next = next_steps(report);
    if !next.is_empty() {
        out.push('\n');
    }
    for (n, (command, why)) in next.iter().enumerate() {
        let label = if n == 0 { "next" } else { "" };
        let command = pad_right(command, 33);
        out.line(format!("{}{}  {why}", style.dim(&pad_right(label, LABEL)), style.bold(&command)));
    }
    out
}

fn headline(report: &IngestReport) -> String {
    match (&report.run_id, report.mode) {
        (_, Mode::DryRun) => "Dry run: this is what would happen; nothing was written".to_owned(),
        (Some(run), Mode::Commit) if report.earlier_run_ids.is_empty() => {
            format!("Run {run} is in the ledger")
        }
        (Some(run), Mode::Commit) => {
            format!("Runs {}, {run} are in the ledger", report.earlier_run_ids.join(", "))
        }
        (None, Mode::Commit) => "Nothing new: the ledger is as it was".to_owned(),
    }
}

fn attention(report: &IngestReport, columns: usize, style: Style) -> String {
    let mut out = String::new();
    let of = |status| report.files.iter().filter(move |f| f.status == status).collect::<Vec<_>>();
    list(&mut out, &of(FileStatus::Failed), "files failed", |file, out| {
        let (message, hint) =
            file.error.as_ref().map_or(("", None), |e| (e.message.as_str(), e.hint.as_deref()));
        out.push_str(&marked("✗", |m| style.bad(m), &format!("{} {message}", file.path), columns));
        if let Some(hint) = hint {
            out.push_str(&marked("  →", |m| style.dim(m), hint, columns));
        }
    });
    list(&mut out, &of(FileStatus::Skipped), "files were skipped", |file, out| {
        let reason = file.reason.as_deref().unwrap_or("no orders in it");
        out.push_str(&marked("·", |m| style.dim(m), &format!("{} skipped: {reason}", file.path), columns));
    });
    let strange: Vec<&FileReport> = report.files.iter().filter(|f| !f.unknown_headers.is_empty()).collect();
    list(&mut out, &strange, "files have unknown headers", |file, out| {
        let text = format!("{} unknown headers: {}", file.path, file.unknown_headers.join(", "));
        out.push_str(&marked("?", |m| style.warn(m), &text, columns));
    });
    out
}

fn list(out: &mut String, files: &[&FileReport], what: &str, each: impl Fn(&FileReport, &mut String)) {
    files.iter().take(SHOWN).for_each(|file| each(file, out));
    if files.len() > SHOWN {
        out.line(format!("  … {} more {what}; --json lists all", files.len() - SHOWN));
    }
}

fn files(report: &IngestReport) -> String {
    let kinds = [
        (FileStatus::Ingested, if report.mode == Mode::DryRun { "to ingest" } else { "ingested" }),
        (FileStatus::AlreadyIngested, "known already"),
        (FileStatus::Skipped, "skipped"),
        (FileStatus::Failed, "failed"),
    ];
    let parts: Vec<String> = kinds
        .into_iter()
        .map(|(status, name)| (report.count(status), name))
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{} {name}", grouped(count)))
        .collect();
    if parts.is_empty() { "none found".to_owned() } else { parts.join(", ") }
}

fn rows(report: &IngestReport, style: Style) -> String {
    let totals = report.totals;
    let lines = [
        ("rows read", totals.read, ""),
        ("  accepted", totals.accepted, ""),
        ("  duplicate", totals.duplicate, "the same row again in its file"),
        ("  quarantined", totals.quarantined, "wait to be mended"),
        ("  skipped", totals.skipped, "totals and repeated headers"),
    ];
    let number_width = grouped(totals.read).len().max(6);
    let mut out = String::new();
    for (label, n, note) in lines.into_iter().filter(|(label, n, _)| *n > 0 || !label.starts_with(' ')) {
        let label = pad_right(label, LABEL.max(label.len() + 1));
        let number = pad_left(&grouped(n), number_width.saturating_sub(label.len() - LABEL));
        let note = if note.is_empty() { String::new() } else { format!("  {}", style.dim(note)) };
        out.line(format!("{}{number}{note}", style.dim(&label)));
    }
    out
}

fn items(report: &IngestReport) -> String {
    let items = report.items;
    format!(
        "{} new, {} changed, {} unchanged",
        grouped(items.new),
        grouped(items.changed),
        grouped(items.unchanged)
    )
}

fn months(report: &IngestReport) -> String {
    let months = &report.months_touched;
    match (months.first(), months.last()) {
        (Some(first), Some(last)) if first != last => format!("{} from {first} to {last}", months.len()),
        (Some(only), _) => only.to_string(),
        _ => "none touched".to_owned(),
    }
}

fn findings(report: &IngestReport) -> String {
    let parts: Vec<String> = report
        .findings
        .iter()
        .filter(|(_, n)| **n > 0)
        .map(|(kind, n)| format!("{} {kind}", grouped(*n)))
        .collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

fn elapsed(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

fn next_steps(report: &IngestReport) -> Vec<(String, String)> {
    let mut steps = Vec::new();
    let mut step = |command: &str, why: String| steps.push((command.to_owned(), why));
    if report.mode == Mode::DryRun {
        return steps;
    }
    if report.totals.quarantined > 0 {
        let rows = counted(report.totals.quarantined, "row");
        step("jangbu quarantine --out mend.xlsx", format!("see and mend {rows}"));
    }
    let findings = report.findings.values().sum();
    if findings > 0 {
        step("jangbu findings", format!("look at {}", counted(findings, "finding")));
    }
    if report.files.iter().any(|f| !f.unknown_headers.is_empty()) {
        step("jangbu inspect FILE", "see what headers mean".to_owned());
    }
    steps
}
