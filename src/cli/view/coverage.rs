//! What `coverage` shows: a calendar with a letter a day, the days without orders and why, and what may have drifted.
//!
//! Letters rather than symbols: dots and boxes take one column on some terminals and two on Korean ones.

use std::fmt::Write as _;

use super::{indented, marked, span};
use crate::cli::printer::Style;
use crate::cli::table::{Align, TextTable, grouped};
use crate::cli::width::{Lines, pad_left};
use crate::cli::words::Words;
use crate::core::coverage::{Rule, Verdict};
use crate::core::types::{Day, Month};
use crate::io::report::coverage::{CoverageReport, DayView, ShopView, StretchView};

/// Months without any order are drawn one by one up to this many.
const MOST_EMPTY_MONTHS: usize = 3;

/// Quiet stretches of one rule are told one by one up to this many.
const MOST_QUIET: usize = 4;

pub fn render(report: &CoverageReport, words: &Words, columns: usize, style: Style) -> String {
    let mut out = String::new();
    for (n, shop) in report.shops.iter().enumerate() {
        if n > 0 {
            out.push('\n');
        }
        out.push_str(&render_shop(report, shop, words, columns, style));
    }
    if report.shops.is_empty() {
        out.line(words.say("coverage-nothing"));
    }
    if report.undated_orders > 0 {
        let text =
            words.tell("coverage-undated", &[("orders", (&words.orders(report.undated_orders)).into())]);
        out.push_str(&marked("!", |m| style.warn(m), &text, columns));
    }
    out
}

fn render_shop(
    report: &CoverageReport,
    shop: &ShopView,
    words: &Words,
    columns: usize,
    style: Style,
) -> String {
    let number = shop.shop_no.to_string();
    let title = words.tell("coverage-title", &[("mall", (&shop.mall_id).into()), ("shop", (&number).into())]);
    let mut out = format!("{}\n", style.bold(&title));
    if shop.days.is_empty() {
        out.line(words.say("coverage-nothing"));
        return out;
    }
    out.push('\n');
    out.push_str(&calendar(shop, words, style));
    out.push('\n');
    for line in [words.say("coverage-legend-letters"), words.say("coverage-legend-marks")] {
        out.push_str(&marked(" ", str::to_owned, &line, columns));
    }
    out.push_str(&empty_days(shop, words, columns, style));
    out.push_str(&incomplete(shop, words, columns, style));
    out.push_str(&drifting(report, shop, words, columns, style));
    if let Some(last) = &shop.last_day {
        out.push('\n');
        let text = match &shop.orders_a_day {
            Some(pace) => words.tell("coverage-end-pace", &[("day", last.into()), ("pace", pace.into())]),
            None => words.tell("coverage-end", &[("day", last.into())]),
        };
        out.push_str(&marked("→", str::to_owned, &text, columns));
    }
    out
}

/// The letter of a day.
pub(super) fn letter(day: &DayView) -> char {
    let api = day.orders_by_source.contains_key("api");
    let file = day.orders_by_source.keys().any(|s| *s != "api");
    match (day.verdict, api, file) {
        (Verdict::Gap, ..) => '!',
        (Verdict::Quiet, ..) => '.',
        (Verdict::Waiting, ..) => 'q',
        (Verdict::Partial, ..) => '?',
        (Verdict::Covered, true, true) => 'B',
        (Verdict::Covered, true, false) => 'A',
        (Verdict::Covered, false, _) => 'F',
    }
}

fn painted(day: &DayView, style: Style) -> String {
    let letter = letter(day);
    let text = if day.may_have_drifted > 0 { letter.to_ascii_lowercase() } else { letter }.to_string();
    match day.verdict {
        Verdict::Gap => style.bad(&text),
        Verdict::Partial | Verdict::Waiting => style.warn(&text),
        Verdict::Quiet => style.dim(&text),
        Verdict::Covered if day.may_have_drifted > 0 => text,
        Verdict::Covered => style.good(&text),
    }
}

fn calendar(shop: &ShopView, words: &Words, style: Style) -> String {
    let mut out = String::new();
    let head =
        format!("         1   5    10   15   20   25   30   {}", pad_left(&words.say("coverage-orders"), 8));
    out.line(style.dim(&format!("{head}  {}", pad_left(&words.say("coverage-missing"), 8))));
    let months: Vec<&[DayView]> = shop.days.chunk_by(|a, b| a.at.month() == b.at.month()).collect();
    let empty = |days: &[DayView]| days.iter().all(|d| d.verdict == Verdict::Gap);
    for run in months.chunk_by(|a, b| empty(a) == empty(b)) {
        if empty(run[0]) && run.len() > MOST_EMPTY_MONTHS {
            let (from, to) = (run[0][0].at.month().to_string(), run[run.len() - 1][0].at.month().to_string());
            let n = run.len() as u64;
            let args = [("from", (&from).into()), ("to", (&to).into()), ("n", n.into())];
            out.line(style.bad(&words.tell("coverage-empty-months", &args)));
            continue;
        }
        for days in run {
            out.line(month_line(days, style));
        }
    }
    out
}

fn month_line(days: &[DayView], style: Style) -> String {
    let month = days[0].at.month();
    let first = first_of(month).map_or(0, |first| days[0].at.0 - first.0);
    let before = usize::try_from(first).unwrap_or_default();
    let mut line = format!("{month}  {}", " ".repeat(before));
    for day in days {
        line.push_str(&painted(day, style));
    }
    line.push_str(&" ".repeat(31usize.saturating_sub(before + days.len())));
    let orders: u64 = days.iter().map(|d| d.orders).sum();
    let missing = days.iter().filter(|d| d.verdict == Verdict::Gap).count();
    let missing = if missing == 0 { String::new() } else { missing.to_string() };
    let _ = write!(line, "   {}  {}", pad_left(&grouped(orders), 8), pad_left(&missing, 8));
    line.trim_end().to_owned()
}

pub(super) fn first_of(month: Month) -> Option<Day> {
    Day::from_ymd(month.year, month.month, 1)
}

pub(super) fn verdict_word(verdict: Verdict, words: &Words) -> String {
    words.say(match verdict {
        Verdict::Covered => "coverage-covered",
        Verdict::Partial => "coverage-partial",
        Verdict::Quiet => "coverage-quiet",
        Verdict::Gap => "coverage-gap",
        Verdict::Waiting => "coverage-waiting",
    })
}

/// The file that reaches over most of a stretch.
fn claimed_by(stretch: &StretchView) -> String {
    let name = stretch.claimed_by.first().map_or("", |p| p.rsplit(['/', '\\']).next().unwrap_or(p));
    match stretch.claimed_by.len() {
        0 | 1 => name.to_owned(),
        n => format!("{name} (+{})", n - 1),
    }
}

/// The rule that spoke, in a sentence.
pub(super) fn why(stretch: &StretchView, file: &str, words: &Words) -> String {
    let expected = stretch.expected_orders.as_deref().unwrap_or("?");
    let args = [("file", file.into()), ("expected", expected.into())];
    match stretch.rule {
        Rule::Claimed => words.tell("coverage-rule-claimed", &args[..1]),
        Rule::ClaimedTwice => words.tell("coverage-rule-claimed-twice", &args[1..]),
        Rule::Edge => words.say("coverage-rule-edge"),
        Rule::Pace => words.tell("coverage-rule-pace", &args),
        Rule::Quarantine => words.say("coverage-rule-quarantine"),
        Rule::Unclaimed | Rule::Listed | Rule::DayNotOver | Rule::ExcerptOnly => {
            words.say("coverage-rule-unclaimed")
        }
    }
}

fn section(out: &mut String, title: &str, style: Style) {
    out.line(format!("\n{}", style.bold(title)));
}

fn empty_days(shop: &ShopView, words: &Words, columns: usize, style: Style) -> String {
    let mut out = String::new();
    if shop.stretches.is_empty() {
        return out;
    }
    section(&mut out, &words.say("coverage-empty"), style);
    // What needs something done comes first.
    for verdict in [Verdict::Gap, Verdict::Waiting] {
        for stretch in shop.stretches.iter().filter(|s| s.verdict == verdict) {
            out.push_str(&stretch_line(stretch, words, columns, style));
        }
    }
    for rule in [Rule::ClaimedTwice, Rule::Edge, Rule::Claimed] {
        let quiet: Vec<&StretchView> = shop.stretches.iter().filter(|s| s.rule == rule).collect();
        if quiet.len() <= MOST_QUIET {
            quiet.iter().for_each(|s| out.push_str(&stretch_line(s, words, columns, style)));
        } else if let Some(longest) = quiet.iter().max_by_key(|s| s.days) {
            let days = words.days(quiet.iter().map(|s| s.days).sum());
            let args = [("days", (&days).into()), ("stretches", (quiet.len() as u64).into())];
            out.push_str(&marked(
                "  .",
                |m| style.dim(m),
                &words.tell("coverage-quiet-many", &args),
                columns,
            ));
            out.push_str(&indented(&stretch_line(longest, words, columns.saturating_sub(2), style), 2));
        }
    }
    out
}

fn stretch_line(stretch: &StretchView, words: &Words, columns: usize, style: Style) -> String {
    let span = span(&stretch.from, &stretch.to);
    let (days, verdict) = (words.days(stretch.days), verdict_word(stretch.verdict, words));
    let text = format!("{span} ({days})  {verdict}: {}", why(stretch, &claimed_by(stretch), words));
    match stretch.verdict {
        Verdict::Gap => marked("  !", |m| style.bad(m), &text, columns),
        Verdict::Waiting => marked("  q", |m| style.warn(m), &text, columns),
        _ => marked("  .", |m| style.dim(m), &text, columns),
    }
}

fn incomplete(shop: &ShopView, words: &Words, columns: usize, style: Style) -> String {
    let mut out = String::new();
    let partial: Vec<&DayView> = shop.days.iter().filter(|d| d.verdict == Verdict::Partial).collect();
    if partial.is_empty() {
        return out;
    }
    section(&mut out, &words.say("coverage-incomplete"), style);
    for run in partial.chunk_by(|a, b| a.rule == b.rule && a.at.0 + 1 == b.at.0) {
        let reason = match run[0].rule {
            Rule::DayNotOver => words.say("coverage-rule-day-not-over"),
            _ => words.say("coverage-rule-excerpt-only"),
        };
        let text = format!("{}  {reason}", span(&run[0].day, &run[run.len() - 1].day));
        out.push_str(&marked("  ?", |m| style.warn(m), &text, columns));
    }
    out
}

/// Months whose orders may have drifted.
fn drifting(report: &CoverageReport, shop: &ShopView, words: &Words, columns: usize, style: Style) -> String {
    let mut out = String::new();
    let drifted: Vec<&DayView> = shop.days.iter().filter(|d| d.may_have_drifted > 0).collect();
    if drifted.is_empty() {
        return out;
    }
    let settle = u64::try_from(report.settle_days).unwrap_or_default();
    section(&mut out, &words.tell("coverage-drift", &[("days", (&words.days(settle)).into())]), style);
    let mut table = TextTable::new(&[
        (&words.say("coverage-drift-days"), Align::Left),
        (&words.say("coverage-orders"), Align::Right),
        (&words.say("coverage-drift-may"), Align::Right),
        (&words.say("coverage-drift-once"), Align::Right),
        (&words.say("coverage-drift-last"), Align::Left),
    ]);
    for run in drifted.chunk_by(|a, b| a.at.month() == b.at.month()) {
        let sum = |of: fn(&DayView) -> u64| grouped(run.iter().map(|d| of(d)).sum());
        let last = run.iter().filter_map(|d| d.last_observed_at.as_deref()).max().unwrap_or_default();
        let korean = super::korean(last);
        table.row([
            span(&run[0].day, &run[run.len() - 1].day),
            sum(|d| d.orders),
            sum(|d| d.may_have_drifted),
            sum(|d| d.seen_once),
            korean.get(..10).unwrap_or(&korean).to_owned(),
        ]);
    }
    out.push_str(&indented(&table.render(columns.saturating_sub(2), style), 2));
    out
}
