//! The listings of files, findings and quarantined rows.

use crate::cli::printer::Style;
use crate::cli::table::{Align, TextTable, grouped};
use crate::cli::width::Lines;
use crate::cli::words::Words;
use crate::core::text::printable;
use crate::io::report::rows::{RowValue, Rows};

use super::{indented, korean, marked};

/// Rows that are shown of one group; `--json` and `export` have all.
const SHOWN: usize = 30;

type Row = [RowValue];

/// Rows that share a value, in the order of first appearance.
fn grouped_by<'a>(rows: &'a Rows, column: &str) -> Vec<(&'a str, Vec<&'a Row>)> {
    let mut groups: Vec<(&str, Vec<&Row>)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for row in &rows.rows {
        let key = rows.text(row, column);
        let place = *places.entry(key).or_insert_with(|| {
            groups.push((key, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(row);
    }
    groups
}

fn rest(shown: usize, all: usize, words: &Words, style: Style) -> String {
    if all <= shown {
        return String::new();
    }
    let more = words.tell("list-more", &[("n", ((all - shown) as u64).into())]);
    style.dim(&format!("  {more}")) + "\n"
}

/// Source files by the run that read them.
pub fn files(rows: &Rows, words: &Words, columns: usize, style: Style) -> String {
    let mut out = String::new();
    for (run, files) in grouped_by(rows, "run_id") {
        if !out.is_empty() {
            out.push('\n');
        }
        let count = words.files(files.len() as u64);
        let title = words.tell("list-run", &[("run", (&*printable(run)).into())]);
        out.line(format!("{}  {}", style.bold(&title), style.dim(&count)));
        let mut table = TextTable::new(&[
            (words.say("table-path"), Align::Path),
            (words.say("table-source"), Align::Left),
            (words.say("table-observed"), Align::Left),
            (words.say("table-rows"), Align::Right),
            (words.say("table-to-mend"), Align::Right),
        ]);
        for file in files {
            let observed = korean(rows.text(file, "observed_at"));
            let number = |column| rows.text(file, column).parse().map_or(String::new(), grouped);
            table.row([
                rows.text(file, "path"),
                rows.text(file, "source"),
                observed.get(..16).unwrap_or(&observed),
                &number("rows_read"),
                match rows.text(file, "rows_quarantined") {
                    "0" => "",
                    count => count,
                },
            ]);
        }
        out.push_str(&indented(&table.render(columns.saturating_sub(2), style), 2));
    }
    out
}

/// Findings by kind, each kind explained once.
pub fn findings(rows: &Rows, words: &Words, columns: usize, style: Style) -> String {
    let mut out = String::new();
    for (reason, findings) in grouped_by(rows, "reason") {
        if !out.is_empty() {
            out.push('\n');
        }
        let head = format!("{} ({})", printable(reason), grouped(findings.len() as u64));
        out.line(style.bold(&head));
        let message = findings.first().map_or("", |f| rows.text(f, "message"));
        out.push_str(&marked(" ", str::to_owned, &words.said(message), columns));
        out.push_str(&findings_table(rows, &findings, words, columns, style));
        out.push_str(&rest(SHOWN, findings.len(), words, style));
    }
    out
}

fn findings_table(rows: &Rows, findings: &[&Row], words: &Words, columns: usize, style: Style) -> String {
    let candidates = [
        ("table-order", "order_id", Align::Left),
        ("table-item", "item_key", Align::Left),
        ("table-column", "column", Align::Left),
        ("table-value", "value", Align::Left),
        ("table-other", "other_value", Align::Left),
        ("table-file", "path", Align::Path),
        ("table-row", "row", Align::Right),
    ];
    let shown = &findings[..findings.len().min(SHOWN)];
    // Columns that say nothing about this kind are left out.
    let used: Vec<_> = candidates
        .into_iter()
        .filter(|(_, c, _)| shown.iter().any(|f| !rows.text(f, c).is_empty()))
        .collect();
    let heads: Vec<_> = used.iter().map(|(id, _, align)| (words.say(id), *align)).collect();
    let mut table = TextTable::new(&heads);
    for finding in shown {
        table.row(used.iter().map(|(_, column, _)| match *column {
            // Beside its order's id, an item needs only what comes after it.
            "item_key" => short_item(rows.text(finding, "order_id"), rows.text(finding, column)),
            column => rows.text(finding, column),
        }));
    }
    table.render(columns, style)
}

/// What an item's key adds to its order's id: `-01`, `~1`.
pub(super) fn short_item<'a>(order_id: &str, item_key: &'a str) -> &'a str {
    item_key.strip_prefix(order_id).unwrap_or(item_key)
}

/// Rows to be mended by their file, each reason explained once.
pub fn quarantine(rows: &Rows, words: &Words, columns: usize, style: Style) -> String {
    let mut out = String::new();
    for (path, held) in grouped_by(rows, "path") {
        let count = words.rows(held.len() as u64);
        out.line(format!("{}  {}", style.bold(&printable(path)), style.dim(&count)));
        let mut table = TextTable::new(&[
            (words.say("table-row"), Align::Right),
            (words.say("table-reason"), Align::Left),
            (words.say("table-column"), Align::Left),
            (words.say("table-value"), Align::Left),
        ]);
        for row in held.iter().take(SHOWN) {
            table.row(["row", "reason", "column", "value"].map(|c| rows.text(row, c)));
        }
        out.push_str(&indented(&table.render(columns.saturating_sub(2), style), 2));
        out.push_str(&rest(SHOWN, held.len(), words, style));
        out.line("");
    }
    for (reason, held) in grouped_by(rows, "reason") {
        let message = held.first().map_or("", |row| rows.text(row, "message"));
        out.push_str(&marked("→", |m| style.dim(m), &format!("{reason}: {}", words.said(message)), columns));
    }
    out
}
