//! A sweep of `watch`: a line a file, then what became of them all.

use super::{korean, marked};
use crate::cli::printer::Style;
use crate::cli::width::{Lines, fit_path, pad_right, width};
use crate::cli::words::Words;
use crate::core::text::printable;
use crate::io::report::watch::{Became, Pushed, SweepReport, TakenFile};

/// Known files that are told one by one: whoever starts anew on a full folder need not read them all.
const SHOWN: usize = 10;
const INDENT: &str = "  ";

pub fn render(report: &SweepReport, words: &Words, columns: usize, style: Style) -> String {
    let mut out = format!("{}\n", style.bold(&format!("{} KST", korean(&report.at))));
    let lines = Files { report, words, columns, style };
    lines.render(&mut out);
    let mut line = |mark: &str, text: String| {
        let text = marked(mark, |m| style.dim(m), &text, columns.saturating_sub(INDENT.len()));
        text.lines().for_each(|l| out.line(format!("{INDENT}{l}")));
    };
    if report.is_empty() {
        line("·", words.say("watch-nothing-there"));
    }
    if let Some(run) = &report.run {
        let mut text = match &run.run_id {
            Some(id) => words.tell("watch-run", &[("run", id.into())]),
            None => words.say("watch-nothing-new"),
        };
        if run.run_id.is_some() {
            let items = [("new", run.items.new.into()), ("changed", run.items.changed.into())];
            text.push_str(&words.tell("watch-items", &items));
            if let (Some(first), Some(last)) = (run.months_touched.first(), run.months_touched.last()) {
                let months = if first == last { first.clone() } else { format!("{first} – {last}") };
                text.push_str(&format!(", {months}"));
            }
        }
        line("→", text);
    }
    match &report.push {
        Some(Pushed::Done { loads, rows }) if *loads > 0 => {
            line("→", words.tell("watch-pushed", &[("loads", (*loads).into()), ("rows", (*rows).into())]));
        }
        Some(Pushed::Failed(trouble)) => {
            line("!", words.tell("watch-push-failed", &[("why", (&*words.said(&trouble.message)).into())]));
        }
        _ => {}
    }
    if !report.archived.is_empty() {
        line("→", words.tell("watch-archived", &[("n", (report.archived.len() as u64).into())]));
    }
    for stayed in &report.not_archived {
        let path = lines.relative(&stayed.path);
        let why = &*words.said(&stayed.trouble.message);
        line("!", words.tell("watch-not-archived", &[("path", path.into()), ("why", why.into())]));
    }
    for path in &report.waiting {
        line("…", words.tell("watch-waiting", &[("path", lines.relative(path).into())]));
    }
    out
}

struct Files<'a> {
    report: &'a SweepReport,
    words: &'a Words,
    columns: usize,
    style: Style,
}

impl Files<'_> {
    fn render(&self, out: &mut String) {
        let all = [Became::New, Became::Changed, Became::Known, Became::Skipped, Became::Failed];
        let label_width = all.map(|b| width(&self.label(b))).into_iter().max().unwrap_or_default();
        let mut known = 0;
        for taken in &self.report.files {
            if taken.became == Became::Known {
                known += 1;
                if known > SHOWN {
                    continue;
                }
            }
            self.file(taken, label_width, out);
        }
        if known > SHOWN {
            let n = (known - SHOWN) as u64;
            out.line(format!("{INDENT}{}", self.words.tell("watch-more-known", &[("n", n.into())])));
        }
    }

    fn file(&self, taken: &TakenFile, label_width: usize, out: &mut String) {
        let label = pad_right(&self.label(taken.became), label_width);
        let label = match taken.became {
            Became::New | Became::Changed => self.style.good(&label),
            Became::Known | Became::Skipped => self.style.dim(&label),
            Became::Failed => self.style.bad(&label),
        };
        let left = self.columns.saturating_sub(INDENT.len() + label_width + 2);
        let path = printable(self.relative(&taken.file.path)).into_owned();
        let counts = self.counts(taken);
        let room = left.saturating_sub(if counts.is_empty() { 0 } else { width(&counts) + 2 });
        let path = fit_path(&path, room.max(20)).into_owned();
        let line = if counts.is_empty() { path } else { format!("{}  {counts}", pad_right(&path, room)) };
        out.line(format!("{INDENT}{label}  {line}"));
        let indent = " ".repeat(INDENT.len() + label_width + 2);
        let mut below = |mark: &str, text: &str| {
            marked(mark, |m| self.style.dim(m), text, left)
                .lines()
                .for_each(|l| out.line(format!("{indent}{l}")));
        };
        if let Some(error) = &taken.file.error {
            below("·", &self.words.said(&error.message));
            if let Some(hint) = &error.hint {
                below("→", &self.words.said(hint));
            }
        } else if let Some(reason) = &taken.file.reason {
            below("·", &self.words.said(reason));
        }
    }

    fn label(&self, became: Became) -> String {
        self.words.say(match became {
            Became::New => "watch-new",
            Became::Changed => "watch-changed",
            Became::Known => "watch-known",
            Became::Skipped => "watch-skipped",
            Became::Failed => "watch-failed",
        })
    }

    fn counts(&self, taken: &TakenFile) -> String {
        if !matches!(taken.became, Became::New | Became::Changed) {
            return String::new();
        }
        let rows = taken.file.rows;
        let mut counts = self.words.tell("watch-rows", &[("n", rows.accepted.into())]);
        if rows.quarantined > 0 {
            counts.push_str(", ");
            counts.push_str(&self.words.tell("watch-quarantined", &[("n", rows.quarantined.into())]));
        }
        counts
    }

    /// The path below the folder.
    fn relative<'p>(&self, path: &'p str) -> &'p str {
        let inside = path.strip_prefix(&self.report.folder).map(|p| p.trim_start_matches(['/', '\\']));
        inside.filter(|p| !p.is_empty()).unwrap_or(path)
    }
}
