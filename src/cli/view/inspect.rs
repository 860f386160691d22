//! What `inspect` shows: what the file is, what its headers feed, how its first rows read, and what would happen.

use super::{field, indented, korean, marked, size};
use crate::cli::printer::Style;
use crate::cli::table::{Align, TextTable};
use crate::cli::width::{Lines, fit_path};
use crate::cli::words::Words;
use crate::core::text::printable;
use crate::io::report::inspect::{
    ColumnUse, Inspection, ProblemView, SampleValue, SheetView, Storage, Told, Verdict,
};

const LABEL: usize = 14;
/// Rows of the sample that stand side by side.
const SAMPLE_ROWS: usize = 3;

pub fn render(inspection: &Inspection, words: &Words, columns: usize, style: Style) -> String {
    let mut out = String::new();
    let size_text = size(inspection.size_bytes);
    let room = columns.saturating_sub(size_text.len() + 2);
    let path = printable(&inspection.path);
    out.line(format!("{}  {}\n", style.bold(&fit_path(&path, room)), style.dim(&size_text)));
    out.push_str(&facts(inspection, words, columns, style));
    for sheet in &inspection.sheets {
        out.push('\n');
        out.push_str(&render_sheet(sheet, inspection.sheets.len() > 1, words, columns, style));
    }
    if !inspection.problems.is_empty() {
        out.line(format!("\n{}", style.bold(&words.say("inspect-problems"))));
        for problem in &inspection.problems {
            out.push_str(&marked("  !", |m| style.warn(m), &problem_text(problem, words), columns));
        }
    }
    for member in &inspection.members {
        let text = render(member, words, columns.saturating_sub(2), style);
        out.push('\n');
        out.push_str(&indented(&text, 2));
    }
    out.push('\n');
    out.push_str(&verdict(inspection, words, columns, style));
    out
}

fn facts(inspection: &Inspection, words: &Words, columns: usize, style: Style) -> String {
    let mut out = String::new();
    let mut fact = |id: &str, text: &str| out.push_str(&field(&words.say(id), LABEL, text, columns, style));
    if let Some(format) = &inspection.format {
        let delimiter =
            inspection.delimiter.as_ref().map_or(String::new(), |d| format!(", {}", words.said(d)));
        fact("inspect-format", &format!("{format}{delimiter}"));
    }
    if let Some(encoding) = &inspection.encoding {
        fact("inspect-encoding", encoding);
    }
    let told = |t: &Told| format!("{} ({})", t.value, words.said(&t.evidence));
    for mended in &inspection.mends {
        let (rows, file) = (words.rows(mended.rows), printable(&mended.file));
        let args = [("rows", (&rows).into()), ("file", (&*file).into())];
        fact("inspect-mends", &words.tell("inspect-mends-rows", &args));
    }
    // Rows that mend others are told by the file they came from.
    let of_itself = inspection.mends.is_empty();
    if let (true, Some(source)) = (of_itself, &inspection.source) {
        fact("inspect-source", &told(source));
    }
    match &inspection.mall {
        Some(mall) => fact("inspect-mall", &told(mall)),
        None if of_itself && inspection.members.is_empty() => {
            fact("inspect-mall", &words.say("inspect-mall-unknown"));
        }
        None => {}
    }
    if let (true, Some(at)) = (of_itself, &inspection.observed_at) {
        let (moment, evidence) = (korean(&at.value), words.said(&at.evidence));
        let args = [("moment", (&moment).into()), ("evidence", (&*evidence).into())];
        fact("inspect-observed", &words.tell("inspect-moment", &args));
    }
    if let Some(sha256) = &inspection.sha256 {
        fact("inspect-sha256", sha256.get(..16).unwrap_or(sha256));
    }
    out
}

fn render_sheet(sheet: &SheetView, several: bool, words: &Words, columns: usize, style: Style) -> String {
    let title = match &sheet.name {
        Some(name) if several => words.tell("inspect-sheet", &[("name", (&*printable(name)).into())]),
        _ => words.say("inspect-headers"),
    };
    let rows = words.rows(sheet.rows_seen);
    let seen = if sheet.complete { "inspect-all-rows" } else { "inspect-first-rows" };
    let seen = words.tell(seen, &[("rows", (&rows).into())]);
    let mut understood: Vec<usize> = sheet.columns.iter().map(|c| c.cell).collect();
    understood.dedup();
    let note = match sheet.header_row {
        Some(row) => words.tell(
            "inspect-header-row",
            &[
                ("row", row.into()),
                ("understood", (understood.len() as u64).into()),
                ("unknown", (sheet.unknown.len() as u64).into()),
                ("ignored", (sheet.ignored.len() as u64).into()),
            ],
        ),
        None if sheet.columns.is_empty() => words.tell("inspect-no-header", &[("seen", (&seen).into())]),
        None => words.tell("inspect-fields", &[("rows", (&rows).into())]),
    };
    if sheet.header_row.is_none() && sheet.columns.is_empty() {
        return format!("{}  {}\n", style.bold(&title), style.dim(&note));
    }
    let mut out = format!("{}  {}\n", style.bold(&title), style.dim(&note));
    out.push_str(&indented(&header_table(&sheet.columns, words, columns.saturating_sub(2), style), 2));
    if !sheet.unknown.is_empty() {
        let headers = sheet.unknown.join(", ");
        let text = words.tell("inspect-unknown", &[("headers", (&headers).into())]);
        out.push_str(&marked("  ?", |m| style.warn(m), &text, columns));
    }
    if !sheet.ignored.is_empty() {
        let headers = sheet.ignored.join(", ");
        let text = words.tell("inspect-ignored", &[("headers", (&headers).into())]);
        out.push_str(&marked("  ·", |m| style.dim(m), &text, columns));
    }
    if !sheet.sample.is_empty() {
        let n = sheet.sample.len().min(SAMPLE_ROWS) as u64;
        let note = words.tell("inspect-sample-of", &[("n", n.into()), ("seen", (&seen).into())]);
        out.line(format!("\n{}  {}", style.bold(&words.say("inspect-sample")), style.dim(&note)));
        out.push_str(&indented(&sample_table(sheet, words, columns.saturating_sub(2), style), 2));
    }
    out
}

fn header_table(uses: &[ColumnUse], words: &Words, columns: usize, style: Style) -> String {
    let left = |id: &str| (words.say(id), Align::Left);
    let mut table = TextTable::new(&[
        ("#".to_owned(), Align::Right),
        left("table-header"),
        left("table-column"),
        left("table-type"),
        left("table-note"),
    ]);
    for column in uses {
        let note = match (column.storage, column.rank) {
            (Storage::Plain, 0 | 1) => String::new(),
            (Storage::Plain, _) => words.say("inspect-fills-blanks"),
            (Storage::Kept, _) => words.say("inspect-personal-kept"),
            (Storage::Hashed, _) => words.say("inspect-personal-hashed"),
            (Storage::Region, _) => words.say("inspect-personal-region"),
            (Storage::Dropped, _) => words.say("inspect-personal-dropped"),
        };
        let plain_type = column.column_type.split('(').next().unwrap_or_default();
        table.row([&column.cell.to_string(), column.header.as_str(), &column.column, plain_type, &note]);
    }
    table.render(columns, style)
}

/// The sample turned on its side: a column of the file is a line, so any number of columns fits.
fn sample_table(sheet: &SheetView, words: &Words, columns: usize, style: Style) -> String {
    let rows = &sheet.sample[..sheet.sample.len().min(SAMPLE_ROWS)];
    let mut heads = vec![(words.say("table-column"), Align::Left)];
    heads.extend(rows.iter().map(|r| (words.tell("row-number", &[("row", r.row.into())]), Align::Left)));
    let mut table = TextTable::new(&heads);
    for (i, column) in sheet.columns.iter().enumerate() {
        let values: Vec<&SampleValue> =
            rows.iter().map(|r| r.values.get(i).unwrap_or(&SampleValue::Blank)).collect();
        if values.iter().all(|v| **v == SampleValue::Blank) {
            continue;
        }
        let cells = values.into_iter().map(|v| match v {
            SampleValue::Blank => String::new(),
            SampleValue::Value(text) => text.clone(),
            SampleValue::Hidden => hidden(column.storage, words),
            SampleValue::Unreadable => words.say("inspect-unreadable"),
        });
        table.row(std::iter::once(column.column.clone()).chain(cells));
    }
    if rows.iter().any(|r| r.quarantined.is_some()) {
        let verdicts =
            rows.iter().map(|r| r.quarantined.as_ref().map_or(String::new(), |q| format!("✗ {q}")));
        table.row(std::iter::once(words.say("ingest-quarantined")).chain(verdicts));
    }
    table.render(columns, style)
}

fn hidden(storage: Storage, words: &Words) -> String {
    words.say(match storage {
        Storage::Dropped => "inspect-hidden-dropped",
        Storage::Hashed => "inspect-hidden-hashed",
        Storage::Region => "inspect-hidden-region",
        Storage::Plain | Storage::Kept => "inspect-hidden-kept",
    })
}

fn problem_text(problem: &ProblemView, words: &Words) -> String {
    let mut place = Vec::new();
    if let Some(rows) = problem.rows {
        place.push(words.rows(rows));
    }
    if let Some(row) = problem.first_row {
        let id = if problem.rows.is_some_and(|n| n > 1) { "inspect-first-row" } else { "row-number" };
        place.push(words.tell(id, &[("row", row.into())]));
    }
    place.extend(problem.column.clone());
    let place = if place.is_empty() { String::new() } else { format!(" ({})", place.join(", ")) };
    format!("{}{place}: {}", problem.code, words.said(&problem.message))
}

fn verdict(inspection: &Inspection, words: &Words, columns: usize, style: Style) -> String {
    match &inspection.verdict {
        Verdict::Ingest => marked("✓", |m| style.good(m), &words.say("inspect-would-ingest"), columns),
        Verdict::AlreadyIngested { known_as } => {
            let text = words.tell("inspect-known", &[("path", known_as.into())]);
            marked("✓", |m| style.good(m), &text, columns)
        }
        Verdict::Skip { reason } => {
            let text = words.tell("inspect-would-skip", &[("reason", (&*words.said(reason)).into())]);
            marked("·", |m| style.dim(m), &text, columns)
        }
        Verdict::Fail { error } => {
            let why = words.said(&error.message);
            let text = words.tell("inspect-would-fail", &[("why", (&*why).into())]);
            let mut text = marked("✗", |m| style.bad(m), &text, columns);
            if let Some(hint) = &error.hint {
                text.push_str(&marked("  →", |m| style.dim(m), &words.said(hint), columns));
            }
            text
        }
    }
}
