//! What `inspect` shows: what the file is, what its headers feed, how its first rows read, and what would happen.

use super::{field, indented, korean, marked, size};
use crate::cli::printer::Style;
use crate::cli::table::{Align, TextTable, counted, grouped};
use crate::cli::width::{Lines, fit_path};
use crate::core::text::printable;
use crate::io::report::inspect::{
    ColumnUse, Inspection, ProblemView, SampleValue, SheetView, Storage, Told, Verdict,
};

const LABEL: usize = 14;
/// Rows of the sample that stand side by side.
const SAMPLE_ROWS: usize = 3;

pub fn render(inspection: &Inspection, columns: usize, style: Style) -> String {
    let mut out = String::new();
    let size_text = size(inspection.size_bytes);
    let room = columns.saturating_sub(size_text.len() + 2);
    let path = printable(&inspection.path);
    out.line(format!("{}  {}\n", style.bold(&fit_path(&path, room)), style.dim(&size_text)));
    out.push_str(&facts(inspection, columns, style));
    for sheet in &inspection.sheets {
        out.push('\n');
        out.push_str(&render_sheet(sheet, inspection.sheets.len() > 1, columns, style));
    }
    if !inspection.problems.is_empty() {
        out.line(format!("\n{}", style.bold("Problems")));
        for problem in &inspection.problems {
            out.push_str(&marked("  !", |m| style.warn(m), &problem_text(problem), columns));
        }
    }
    for member in &inspection.members {
        let text = render(member, columns.saturating_sub(2), style);
        out.push('\n');
        out.push_str(&indented(&text, 2));
    }
    out.push('\n');
    out.push_str(&verdict(inspection, columns, style));
    out
}

fn facts(inspection: &Inspection, columns: usize, style: Style) -> String {
    let mut out = String::new();
    let mut fact = |label: &str, text: &str| out.push_str(&field(label, LABEL, text, columns, style));
    if let Some(format) = &inspection.format {
        let delimiter = inspection.delimiter.as_ref().map_or(String::new(), |d| format!(", {d}"));
        fact("format", &format!("{format}{delimiter}"));
    }
    if let Some(encoding) = &inspection.encoding {
        fact("encoding", encoding);
    }
    let told = |t: &Told| format!("{} ({})", t.value, t.evidence);
    if let Some(source) = &inspection.source {
        fact("source", &told(source));
    }
    match &inspection.mall {
        Some(mall) => fact("mall", &told(mall)),
        None if inspection.members.is_empty() => fact("mall", "not known: give --mall ID"),
        None => {}
    }
    if let Some(at) = &inspection.observed_at {
        fact("observed at", &format!("{} KST ({})", korean(&at.value), at.evidence));
    }
    if let Some(sha256) = &inspection.sha256 {
        fact("sha256", sha256.get(..16).unwrap_or(sha256));
    }
    out
}

fn render_sheet(sheet: &SheetView, several: bool, columns: usize, style: Style) -> String {
    let title = match &sheet.name {
        Some(name) if several => format!("Sheet {}", printable(name)),
        _ => "Headers".to_owned(),
    };
    let seen = if sheet.complete { "all" } else { "the first" };
    let mut understood: Vec<usize> = sheet.columns.iter().map(|c| c.cell).collect();
    understood.dedup();
    let note = match sheet.header_row {
        Some(row) => format!(
            "in row {row}; {} understood, {} unknown, {} left aside",
            understood.len(),
            sheet.unknown.len(),
            sheet.ignored.len()
        ),
        None if sheet.columns.is_empty() => {
            format!("no header row among {seen} {}", counted(sheet.rows_seen, "row"))
        }
        None => format!("fields of the first order, of {}", counted(sheet.rows_seen, "row")),
    };
    if sheet.header_row.is_none() && sheet.columns.is_empty() {
        return format!("{}  {}\n", style.bold(&title), style.dim(&note));
    }
    let mut out = format!("{}  {}\n", style.bold(&title), style.dim(&note));
    out.push_str(&indented(&header_table(&sheet.columns, columns.saturating_sub(2), style), 2));
    if !sheet.unknown.is_empty() {
        let text = format!("unknown, not stored: {}", sheet.unknown.join(", "));
        out.push_str(&marked("  ?", |m| style.warn(m), &text, columns));
    }
    if !sheet.ignored.is_empty() {
        let text = format!("known, feed no column: {}", sheet.ignored.join(", "));
        out.push_str(&marked("  ·", |m| style.dim(m), &text, columns));
    }
    if !sheet.sample.is_empty() {
        let note =
            format!("{} of {seen} {}", sheet.sample.len().min(SAMPLE_ROWS), counted(sheet.rows_seen, "row"));
        out.line(format!("\n{}  {}", style.bold("Sample"), style.dim(&note)));
        out.push_str(&indented(&sample_table(sheet, columns.saturating_sub(2), style), 2));
    }
    out
}

fn header_table(uses: &[ColumnUse], columns: usize, style: Style) -> String {
    let mut table = TextTable::new(&[
        ("#", Align::Right),
        ("header", Align::Left),
        ("column", Align::Left),
        ("type", Align::Left),
        ("note", Align::Left),
    ]);
    for column in uses {
        let note = match (column.storage, column.rank) {
            (Storage::Plain, 0 | 1) => "",
            (Storage::Plain, _) => "fills blanks",
            (Storage::Kept, _) => "personal, kept",
            (Storage::Hashed, _) => "personal, hashed",
            (Storage::Region, _) => "personal, region",
            (Storage::Dropped, _) => "personal, dropped",
        };
        let plain_type = column.column_type.split('(').next().unwrap_or_default();
        table.row([&column.cell.to_string(), column.header.as_str(), &column.column, plain_type, note]);
    }
    table.render(columns, style)
}

/// The sample turned on its side: a column of the file is a line, so any number of columns fits.
fn sample_table(sheet: &SheetView, columns: usize, style: Style) -> String {
    let rows = &sheet.sample[..sheet.sample.len().min(SAMPLE_ROWS)];
    let titles: Vec<String> = rows.iter().map(|r| format!("row {}", r.row)).collect();
    let mut heads = vec![("column", Align::Left)];
    heads.extend(titles.iter().map(|t| (t.as_str(), Align::Left)));
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
            SampleValue::Hidden => hidden(column.storage).to_owned(),
            SampleValue::Unreadable => "✗ unreadable".to_owned(),
        });
        table.row(std::iter::once(column.column.clone()).chain(cells));
    }
    if rows.iter().any(|r| r.quarantined.is_some()) {
        let verdicts =
            rows.iter().map(|r| r.quarantined.as_ref().map_or(String::new(), |q| format!("✗ {q}")));
        table.row(std::iter::once("quarantined".to_owned()).chain(verdicts));
    }
    table.render(columns, style)
}

fn hidden(storage: Storage) -> &'static str {
    match storage {
        Storage::Dropped => "∙∙∙ dropped",
        Storage::Hashed => "∙∙∙ hashed",
        Storage::Region => "∙∙∙ region",
        Storage::Plain | Storage::Kept => "∙∙∙ kept",
    }
}

fn problem_text(problem: &ProblemView) -> String {
    let mut place = Vec::new();
    if let Some(rows) = problem.rows {
        place.push(counted(rows, "row"));
    }
    if let Some(row) = problem.first_row {
        let first = if problem.rows.is_some_and(|n| n > 1) { "the first is row" } else { "row" };
        place.push(format!("{first} {}", grouped(row)));
    }
    place.extend(problem.column.clone());
    let place = if place.is_empty() { String::new() } else { format!(" ({})", place.join(", ")) };
    format!("{}{place}: {}", problem.code, problem.message)
}

fn verdict(inspection: &Inspection, columns: usize, style: Style) -> String {
    match &inspection.verdict {
        Verdict::Ingest => marked("✓", |m| style.good(m), "would be ingested", columns),
        Verdict::AlreadyIngested { known_as } => {
            let text = format!("the ledger has these bytes already, as {known_as}");
            marked("✓", |m| style.good(m), &text, columns)
        }
        Verdict::Skip { reason } => {
            marked("·", |m| style.dim(m), &format!("would be skipped: {reason}"), columns)
        }
        Verdict::Fail { error } => {
            let mut text = marked("✗", |m| style.bad(m), &format!("would fail: {}", error.message), columns);
            if let Some(hint) = &error.hint {
                text.push_str(&marked("  →", |m| style.dim(m), hint, columns));
            }
            text
        }
    }
}
