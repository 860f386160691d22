//! What `plan` shows: requests that were made, those to make, and the text to send.

use super::{indented, marked, span};
use crate::cli::printer::Style;
use crate::cli::table::{Align, TextTable, grouped};
use crate::cli::width::{Lines, wrap};
use crate::cli::wire::plan::Noted;
use crate::cli::words::Words;
use crate::io::report::plan::{AskedView, FormColumnView, PlanReport, RequestView};

/// More requests than this are not listed for people.
const MOST_ROWS: usize = 60;

pub fn render(report: &PlanReport, words: &Words, columns: usize, style: Style) -> String {
    let mut out = String::new();
    out.push_str(&made(report, words, columns, style));
    out.push_str(&to_make(report, words, columns, style));
    out.push_str(&notes(report, words, columns, style));
    let message = message(&report.requests, report, words);
    if !message.is_empty() {
        out.push_str(&shown(&message, words, columns, style));
        let first = report.requests.iter().find(|r| is_for_the_operator(r));
        if let Some(number) = first.and_then(|r| r.number) {
            let hint = words.tell("plan-hint", &[("number", (&number.to_string()).into())]);
            out.push('\n');
            out.push_str(&marked("→", str::to_owned, &hint, columns));
        }
    }
    out
}

/// Requests that were just noted, and the text to send for them.
pub fn noted(noted: &Noted, words: &Words, columns: usize, style: Style) -> String {
    let mut out = String::new();
    for asked in &noted.noted {
        let days = span(&asked.from, &asked.to);
        let args = [
            ("request", (&asked.request_id).into()),
            ("days", (&days).into()),
            ("on", (&asked.asked_on).into()),
        ];
        out.push_str(&marked("✓", |m| style.good(m), &words.tell("plan-noted", &args), columns));
    }
    let requests: Vec<RequestView> = noted.noted.iter().map(|a| a.request.clone()).collect();
    let message = message(&requests, &noted.plan, words);
    if !message.is_empty() {
        out.push_str(&shown(&message, words, columns, style));
    }
    out
}

pub fn withdrawn(requests: &[String], words: &Words) -> String {
    format!("{}\n", words.tell("plan-withdrawn", &[("requests", (&requests.join(", ")).into())]))
}

fn section(out: &mut String, title: &str, style: Style) {
    if !out.is_empty() {
        out.push('\n');
    }
    out.line(style.bold(title));
}

fn has_several_shops(report: &PlanReport) -> bool {
    report.shops.len() > 1
}

fn shop(mall_id: &str, shop_no: i64) -> String {
    format!("{mall_id}/{shop_no}")
}

fn table(headers: &[(String, Align)]) -> TextTable {
    let headers: Vec<(&str, Align)> = headers.iter().map(|(h, a)| (h.as_str(), *a)).collect();
    TextTable::new(&headers)
}

fn made(report: &PlanReport, words: &Words, columns: usize, style: Style) -> String {
    let mut out = String::new();
    let (arrived, open): (Vec<&AskedView>, Vec<&AskedView>) =
        report.asked.iter().partition(|a| a.state == "arrived");
    if !open.is_empty() {
        section(&mut out, &words.say("plan-made"), style);
        let several = has_several_shops(report);
        let headers = [
            (words.say("plan-request"), Align::Left),
            (words.say("plan-shop"), Align::Left),
            (words.say("plan-days"), Align::Left),
            (words.say("plan-asked-on"), Align::Left),
            (words.say("plan-left"), Align::Right),
            (words.say("plan-state"), Align::Left),
        ];
        let shown = |i: &usize| several || *i != 1;
        let mut table =
            table(&(0..headers.len()).filter(shown).map(|i| headers[i].clone()).collect::<Vec<_>>());
        for asked in open {
            let overdue = asked.state == "overdue";
            let cells = [
                asked.request_id.clone(),
                shop(&asked.mall_id, asked.shop_no),
                span(&asked.from, &asked.to),
                asked.asked_on.clone(),
                words.days(asked.days_left),
                words.say(if overdue { "plan-overdue" } else { "plan-waiting" }),
            ];
            table.row((0..cells.len()).filter(shown).map(|i| cells[i].as_str()));
        }
        out.push_str(&indented(&table.render(columns.saturating_sub(2), style), 2));
        if report.asked.iter().any(|a| a.state == "overdue") {
            let usual = words.days(u64::from(report.settings.overdue_days));
            let text = words.tell("plan-ask-again", &[("days", (&usual).into())]);
            out.push_str(&marked("!", |m| style.warn(m), &text, columns));
        }
    }
    if !arrived.is_empty() {
        let text = words.tell("plan-arrived", &[("n", (arrived.len() as u64).into())]);
        out.push_str(&marked("✓", |m| style.good(m), &text, columns));
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

fn to_make(report: &PlanReport, words: &Words, columns: usize, style: Style) -> String {
    if report.requests.is_empty() {
        let nothing = if report.shops.is_empty() { "coverage-nothing" } else { "plan-nothing" };
        return marked("✓", |m| style.good(m), &words.say(nothing), columns);
    }
    let mut out = String::new();
    section(&mut out, &words.say("plan-to-make"), style);
    let (several, numbered) = (has_several_shops(report), report.requests.iter().any(|r| r.number.is_some()));
    let headers = [
        (words.say("plan-number"), Align::Right),
        (words.say("plan-shop"), Align::Left),
        (words.say("plan-days"), Align::Left),
        (words.say("plan-why"), Align::Left),
        (words.say("plan-how"), Align::Left),
    ];
    let shown = |i: &usize| (several || *i != 1) && (numbered || *i != 0);
    let mut table = table(&(0..headers.len()).filter(shown).map(|i| headers[i].clone()).collect::<Vec<_>>());
    for request in report.requests.iter().take(MOST_ROWS) {
        let cells = [
            request.number.map_or_else(String::new, |n| n.to_string()),
            shop(&request.mall_id, request.shop_no),
            span(&request.from, &request.to),
            why(request, words),
            how(request, words),
        ];
        table.row((0..cells.len()).filter(shown).map(|i| cells[i].as_str()));
    }
    out.push_str(&indented(&table.render(columns.saturating_sub(2), style), 2));
    if report.requests.len() > MOST_ROWS {
        let more = (report.requests.len() - MOST_ROWS) as u64;
        out.line(style.dim(&words.tell("changes-more", &[("n", more.into())])));
    }
    out
}

fn why(request: &RequestView, words: &Words) -> String {
    if request.kind == "drift" {
        return words.tell("plan-why-drift", &[("orders", (&words.orders(request.drifting_orders)).into())]);
    }
    let (missing, incomplete) = (words.days(request.missing_days), words.days(request.incomplete_days));
    let args = [("missing", (&missing).into()), ("incomplete", (&incomplete).into())];
    match (request.missing_days, request.incomplete_days) {
        (_, 0) => words.tell("plan-why-missing", &args[..1]),
        (0, _) => words.tell("plan-why-incomplete", &args[1..]),
        _ => words.tell("plan-why-both", &args),
    }
}

fn how(request: &RequestView, words: &Words) -> String {
    let ways: Vec<String> = request
        .ways
        .iter()
        .map(|way| {
            words.say(match *way {
                "api" => "plan-way-api",
                "history_file" => "plan-way-history",
                _ => "plan-way-admin",
            })
        })
        .collect();
    ways.join(&words.say("plan-or"))
}

/// What is left to be known: days behind the last one, and days that are here but wait to be mended.
fn notes(report: &PlanReport, words: &Words, columns: usize, style: Style) -> String {
    let mut out = String::new();
    for end in &report.shops {
        let name = shop(&end.mall_id, end.shop_no);
        if let Some(last) = end.last_day.as_ref().filter(|_| end.days_since > 0) {
            let days = words.days(end.days_since);
            let args = [("shop", (&name).into()), ("day", last.into()), ("days", (&days).into())];
            out.push_str(&marked("→", str::to_owned, &words.tell("plan-since", &args), columns));
        }
        if end.days_in_quarantine > 0 {
            let days = words.days(end.days_in_quarantine);
            let args = [("shop", (&name).into()), ("days", (&days).into())];
            out.push_str(&marked("q", |m| style.warn(m), &words.tell("plan-in-quarantine", &args), columns));
        }
    }
    if out.is_empty() { out } else { format!("\n{out}") }
}

/// Whether somebody must be asked: what the API gives first is fetched, not asked for.
fn is_for_the_operator(request: &RequestView) -> bool {
    request.ways.first() != Some(&"api")
}

/// A text to send to the operator, to be copied as it is; empty where nobody need be asked. Lines are as long as they get,
/// for whatever it is pasted into.
pub fn message(requests: &[RequestView], report: &PlanReport, words: &Words) -> String {
    let asked: Vec<&RequestView> = requests.iter().filter(|r| is_for_the_operator(r)).collect();
    let Some(first) = asked.first() else { return String::new() };
    let several = asked.iter().any(|r| (&r.mall_id, r.shop_no) != (&first.mall_id, first.shop_no));
    let shop = |r: &RequestView| {
        let number = r.shop_no.to_string();
        words.tell("coverage-title", &[("mall", (&r.mall_id).into()), ("shop", (&number).into())])
    };
    let mut out = String::new();
    out.line(words.say("plan-message-greeting"));
    if !several {
        out.line(words.tell("plan-message-shop", &[("shop", (&shop(first)).into())]));
    }
    let groups = [
        ("missing", false, words.say("plan-message-missing")),
        ("missing", true, words.say("plan-message-history")),
        ("drift", false, words.say("plan-message-drift")),
        ("drift", true, words.say("plan-message-drift-history")),
    ];
    for (kind, old, title) in groups {
        let is_old = |r: &RequestView| r.ways.first() == Some(&"history_file");
        let mut ours = asked.iter().filter(|r| r.kind == kind && is_old(r) == old).peekable();
        if ours.peek().is_some() {
            out.line(format!("\n{title}"));
        }
        for r in ours {
            let days = if r.from == r.to { r.from.clone() } else { format!("{} ~ {}", r.from, r.to) };
            out.line(if several { format!("- {days} ({})", shop(r)) } else { format!("- {days}") });
        }
    }
    let any_missing = asked.iter().any(|r| r.kind == "missing");
    let form = if any_missing { &report.columns.missing } else { &report.columns.drift };
    let headers = |need: &str| {
        let named = form.iter().filter(|c: &&FormColumnView| c.need == need).map(|c| c.header.as_str());
        named.collect::<Vec<_>>().join(", ")
    };
    let (must, good) = (headers("must"), headers("good"));
    let months = grouped(u64::from(report.settings.download_months));
    out.push('\n');
    out.line(words.tell("plan-message-must", &[("columns", (&must).into())]));
    out.line(words.tell("plan-message-good", &[("columns", (&good).into())]));
    out.push('\n');
    out.line(words.tell("plan-message-range", &[("months", (&months).into())]));
    out.line(words.say("plan-message-untouched"));
    out.line(words.say("plan-message-personal"));
    out
}

/// The text to send as a terminal shows it.
fn shown(message: &str, words: &Words, columns: usize, style: Style) -> String {
    let mut out = format!("\n{}\n", style.bold(&words.say("plan-message")));
    for line in message.lines() {
        out.push_str(&indented(&wrap(line, columns.saturating_sub(2)).join("\n"), 2));
        if line.is_empty() {
            out.push('\n');
        }
    }
    out
}
