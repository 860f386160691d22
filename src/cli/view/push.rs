//! The plan of a push, and what it did.

use super::{field, marked, size};
use crate::cli::printer::Style;
use crate::cli::table::{Align, TextTable, counted, grouped};
use crate::io::bigquery::{Mode, MonthPlan, Plan, PushReport, TablePlan, Why};

const LABEL: usize = 12;
pub const NOTHING: &str = "Nothing to send: BigQuery is as the ledger is";
/// Months that are told one by one, of each table.
const SHOWN: usize = 12;

pub fn plan(plan: &Plan, columns: usize, style: Style) -> String {
    let mut out = String::new();
    for warning in &plan.warnings {
        out.push_str(&marked("!", |m| style.warn(m), warning, columns));
    }
    let target = format!("{} ({}, {})", plan.dataset, plan.location, plan.mode.as_str());
    out.push_str(&field("push to", LABEL, &target, columns, style));
    if plan.is_empty() {
        return out;
    }
    out.push('\n');
    let mut table = TextTable::new(&[
        ("table", Align::Left),
        ("month", Align::Left),
        ("rows", Align::Right),
        ("size", Align::Right),
        ("why", Align::Left),
    ]);
    for of_table in &plan.tables {
        rows(of_table, &mut table);
    }
    out.push_str(&table.render(columns, style));
    out.push('\n');
    let total =
        format!("{}, {}, {}", counted(plan.months, "load"), counted(plan.rows, "row"), size(plan.bytes));
    out.push_str(&field("to send", LABEL, &total, columns, style));
    out.push_str(&field("cost", LABEL, &cost(plan), columns, style));
    out
}

fn rows(of_table: &TablePlan, table: &mut TextTable) {
    let mut note = if of_table.create { ", table is made" } else { "" }.to_owned();
    if !of_table.add_columns.is_empty() {
        note = format!(", {} added", counted(of_table.add_columns.len() as u64, "column"));
    }
    if of_table.months.is_empty() && !note.is_empty() {
        table.row([of_table.table.as_str(), "", "", "", note.trim_start_matches(", ")]);
    }
    for (n, month) in of_table.months.iter().take(SHOWN).enumerate() {
        let why = format!("{}{}", words(month), if n == 0 { note.as_str() } else { "" });
        table.row([
            if n == 0 { of_table.table.as_str() } else { "" },
            &month.month,
            &grouped(month.rows),
            &size(month.bytes),
            &why,
        ]);
    }
    if let Some(rest) = of_table.months.get(SHOWN..).filter(|rest| !rest.is_empty()) {
        let sum = |of: fn(&MonthPlan) -> u64| rest.iter().map(of).sum();
        let more = format!("… {} more", rest.len());
        table.row(["", &more, &grouped(sum(|m| m.rows)), &size(sum(|m| m.bytes)), ""]);
    }
}

fn words(month: &MonthPlan) -> &'static str {
    match month.why {
        Why::New => "new",
        Why::Changed => "changed",
        Why::Unfinished => "an earlier push did not end",
        Why::Damaged => "other rows there than were brought",
        Why::Gone => "gone from the ledger: emptied",
    }
}

fn cost(plan: &Plan) -> String {
    match (plan.mode, plan.merge_bytes, &plan.merge_cost) {
        (Mode::Merge, Some(bytes), Some(dollars)) => {
            format!("MERGE reads about {}: ${dollars}; loads are free", size(bytes))
        }
        _ => "loads are free; the checks read a few columns of these months".to_owned(),
    }
}

pub fn report(report: &PushReport, style: Style) -> String {
    let views = match report.views.as_slice() {
        [] => String::new(),
        views => format!("Views written: {}\n", views.join(", ")),
    };
    let Some(push) = report.push else {
        return format!("{}\n{views}", style.bold(NOTHING));
    };
    let head = format!(
        "Push {push} is in {}: {}, {}, verified",
        report.dataset,
        counted(report.months, "load"),
        counted(report.rows, "row")
    );
    format!("\n{}\n{views}", style.bold(&head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_is_told_in_loads() {
        let done = PushReport {
            dataset: "p.d".into(),
            mode: Mode::Replace,
            push: Some(3),
            months: 1,
            rows: 1200,
            bytes: 10,
            loads: Vec::new(),
            views: vec!["coverage".into()],
        };
        let text = report(&done, Style::Plain);
        assert_eq!(text, "\nPush 3 is in p.d: 1 load, 1,200 rows, verified\nViews written: coverage\n");
        let nothing = PushReport { push: None, views: Vec::new(), ..done };
        assert_eq!(report(&nothing, Style::Plain), format!("{NOTHING}\n"));
    }
}
