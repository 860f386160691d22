//! The plan of a push, and what it did.

use super::{field, marked, size};
use crate::cli::printer::Style;
use crate::cli::table::{Align, TextTable, grouped};
use crate::cli::words::Words;
use crate::io::bigquery::{Mode, MonthPlan, Plan, PushReport, TablePlan, Why};

const LABEL: usize = 12;
/// Months that are told one by one, of each table.
const SHOWN: usize = 12;

pub fn plan(plan: &Plan, words: &Words, columns: usize, style: Style) -> String {
    let mut out = String::new();
    for warning in &plan.warnings {
        out.push_str(&marked("!", |m| style.warn(m), &words.said(warning), columns));
    }
    let target = format!("{} ({}, {})", plan.dataset, plan.location, plan.mode.as_str());
    out.push_str(&field(&words.say("push-to"), LABEL, &target, columns, style));
    if plan.is_empty() {
        return out;
    }
    out.push('\n');
    let mut table = TextTable::new(&[
        (words.say("table-table"), Align::Left),
        (words.say("table-month"), Align::Left),
        (words.say("table-rows"), Align::Right),
        (words.say("table-size"), Align::Right),
        (words.say("table-why"), Align::Left),
    ]);
    for of_table in &plan.tables {
        rows(of_table, words, &mut table);
    }
    out.push_str(&table.render(columns, style));
    out.push('\n');
    let total = format!("{}, {}, {}", loads(plan.months, words), words.rows(plan.rows), size(plan.bytes));
    out.push_str(&field(&words.say("push-to-send"), LABEL, &total, columns, style));
    out.push_str(&field(&words.say("push-cost"), LABEL, &cost(plan, words), columns, style));
    out
}

fn loads(n: u64, words: &Words) -> String {
    words.tell("push-loads", &[("n", n.into())])
}

fn rows(of_table: &TablePlan, words: &Words, table: &mut TextTable) {
    let mut note =
        if of_table.create { format!(", {}", words.say("push-table-made")) } else { String::new() };
    if !of_table.add_columns.is_empty() {
        let n = of_table.add_columns.len() as u64;
        note = format!(", {}", words.tell("push-columns-added", &[("n", n.into())]));
    }
    if of_table.months.is_empty() && !note.is_empty() {
        table.row([of_table.table.as_str(), "", "", "", note.trim_start_matches(", ")]);
    }
    for (n, month) in of_table.months.iter().take(SHOWN).enumerate() {
        let why = format!("{}{}", why(month, words), if n == 0 { note.as_str() } else { "" });
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
        let more = words.tell("push-more-months", &[("n", (rest.len() as u64).into())]);
        table.row(["", &more, &grouped(sum(|m| m.rows)), &size(sum(|m| m.bytes)), ""]);
    }
}

fn why(month: &MonthPlan, words: &Words) -> String {
    words.say(match month.why {
        Why::New => "push-why-new",
        Why::Changed => "push-why-changed",
        Why::Unfinished => "push-why-unfinished",
        Why::Damaged => "push-why-damaged",
        Why::Gone => "push-why-gone",
    })
}

fn cost(plan: &Plan, words: &Words) -> String {
    match (plan.mode, plan.merge_bytes, &plan.merge_cost) {
        (Mode::Merge, Some(bytes), Some(dollars)) => {
            let size = size(bytes);
            let args = [("size", (&size).into()), ("dollars", dollars.as_str().into())];
            words.tell("push-cost-merge", &args)
        }
        _ => words.say("push-cost-free"),
    }
}

pub fn report(report: &PushReport, words: &Words, style: Style) -> String {
    let views = match report.views.as_slice() {
        [] => String::new(),
        views => words.tell("push-views", &[("views", (&views.join(", ")).into())]) + "\n",
    };
    let Some(push) = report.push else {
        return format!("{}\n{views}", style.bold(&words.say("push-nothing")));
    };
    let number = push.to_string();
    let (loads, rows) = (loads(report.months, words), words.rows(report.rows));
    let args = [
        ("push", (&number).into()),
        ("dataset", report.dataset.as_str().into()),
        ("loads", (&loads).into()),
        ("rows", (&rows).into()),
    ];
    let head = words.tell("push-done", &args);
    format!("\n{}\n{views}", style.bold(&head))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::lang::Lang;

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
        let words = Words::of(Lang::En);
        let text = report(&done, &words, Style::Plain);
        assert_eq!(text, "\nPush 3 is in p.d: 1 load, 1,200 rows, verified\nViews written: coverage\n");
        let nothing = PushReport { push: None, views: Vec::new(), ..done };
        assert_eq!(report(&nothing, &words, Style::Plain), "Nothing to send: BigQuery is as the ledger is\n");
    }
}
