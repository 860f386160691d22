//! What `reconcile` shows: the verdict, what is equal and what is not, the days and fields in which the sides differ, and
//! the list behind them with both times.

use super::listing::short_item;
use super::money::{plain, signed, won};
use super::{indented, korean, marked, span};
use crate::cli::printer::Style;
use crate::cli::table::{Align, TextTable, grouped};
use crate::cli::width::{Lines, pad_left, pad_right, width};
use crate::cli::words::Words;
use crate::core::number::parse_money;
use crate::io::report::reconcile::{
    ClassCounts, DaySides, DifferenceView, OneSidedView, ReconcileReport, ShopSides,
};

/// More differences or one-sided orders than this are not listed for people.
const MOST_ROWS: usize = 30;
/// Days that differ are shown up to this many.
const MOST_DAYS: usize = 31;
/// Runs of days that only one side covers are named up to this many.
const MOST_RUNS: usize = 6;

pub fn render(report: &ReconcileReport, words: &Words, columns: usize, style: Style) -> String {
    let mut out = String::new();
    for (n, shop) in report.shops.iter().enumerate() {
        if n > 0 {
            out.push('\n');
        }
        out.push_str(&render_shop(report, shop, words, columns, style));
    }
    if report.shops.is_empty() {
        out.line(words.say("reconcile-nothing"));
    }
    if report.undated_orders > 0 {
        let text =
            words.tell("coverage-undated", &[("orders", (&words.orders(report.undated_orders)).into())]);
        out.push_str(&marked("!", |m| style.warn(m), &text, columns));
    }
    out
}

fn render_shop(
    report: &ReconcileReport,
    shop: &ShopSides,
    words: &Words,
    columns: usize,
    style: Style,
) -> String {
    let number = shop.shop_no.to_string();
    let args = [("mall", (&shop.mall_id).into()), ("shop", (&number).into())];
    let mut out = format!("{}\n\n", style.bold(&words.tell("coverage-title", &args)));
    out.push_str(&verdict(report, shop, words, columns, style));
    if shop.days_judged > 0 {
        out.push('\n');
        out.push_str(&classes(shop, words, style));
        out.push_str(&fields(shop, words, columns, style));
        out.push_str(&days(shop, words, columns, style));
        out.push_str(&differences(shop, words, columns, style));
        out.push_str(&one_sided(shop, words, columns, style));
    }
    out.push_str(&not_judged(shop, words, columns, style));
    out
}

fn verdict(
    report: &ReconcileReport,
    shop: &ShopSides,
    words: &Words,
    columns: usize,
    style: Style,
) -> String {
    let days = words.days(shop.days_judged);
    let off = won(&shop.off, words);
    let tolerance = won(&report.tolerance, words);
    let (sum_files, sum_api) = (won(&shop.files_amount, words), won(&shop.api_amount, words));
    let (mark, paint, text): (_, fn(Style, &str) -> String, _) = match shop.verdict {
        "agree" => ("✓", Style::good, words.tell("reconcile-agree", &[("days", (&days).into())])),
        "within_tolerance" => {
            let args = [("days", (&days).into()), ("off", (&off).into()), ("tolerance", (&tolerance).into())];
            ("✓", Style::good, words.tell("reconcile-within", &args))
        }
        "disagree" => {
            let args = [
                ("wrong", shop.days_disagreeing.into()),
                ("days", (&days).into()),
                ("tolerance", (&tolerance).into()),
            ];
            ("✗", Style::bad, words.tell("reconcile-disagree", &args))
        }
        _ => ("·", Style::dim, words.say("reconcile-no-common-day")),
    };
    let mut out = marked(mark, |m| paint(style, m), &text, columns);
    if shop.days_judged > 0 {
        let difference = signed(&shop.difference, words);
        let args = [
            ("files", (&sum_files).into()),
            ("api", (&sum_api).into()),
            ("difference", (&difference).into()),
        ];
        let mut sums = words.tell("reconcile-sums", &args);
        // Differences of several orders may cancel each other in the sum.
        if shop.off != shop.difference.trim_start_matches('-') {
            sums.push_str(&words.tell("reconcile-apart", &[("off", (&off).into())]));
        }
        out.push_str(&marked(" ", str::to_owned, &sums, columns));
        let unweighed: u64 = shop.days.iter().map(|d| d.unweighed_orders).sum();
        if unweighed > 0 {
            let text = words.tell("reconcile-unweighed", &[("orders", (&words.orders(unweighed)).into())]);
            out.push_str(&marked(" ", str::to_owned, &text, columns));
        }
        let without: u64 = shop.days.iter().map(|d| d.orders_without_amount).sum();
        if without > 0 {
            let text = words.tell("reconcile-without-amount", &[("orders", (&words.orders(without)).into())]);
            out.push_str(&marked(" ", str::to_owned, &text, columns));
        }
    }
    out
}

fn classes(shop: &ShopSides, words: &Words, style: Style) -> String {
    let titles = [
        words.say("reconcile-equal"),
        words.say("reconcile-drifted"),
        words.say("reconcile-only-files"),
        words.say("reconcile-only-api"),
        words.say("reconcile-unjudged"),
    ];
    let numbers =
        |c: &ClassCounts| [c.equal, c.drifted, c.only_in_files, c.only_in_api, c.unjudged].map(grouped);
    let rows = [
        (words.say("reconcile-orders"), numbers(&shop.orders)),
        (words.say("reconcile-items"), numbers(&shop.items)),
    ];
    let label = rows.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    let mut head = pad_right("", label);
    for title in &titles {
        head.push_str(&format!("  {}", pad_left(title, width(title).max(7))));
    }
    let mut out = format!("{}\n", style.dim(&head));
    for (name, numbers) in rows {
        let mut line = pad_right(&name, label);
        for (title, n) in titles.iter().zip(numbers) {
            line.push_str(&format!("  {}", pad_left(&n, width(title).max(7))));
        }
        out.line(line);
    }
    out
}

fn section(out: &mut String, title: &str, style: Style) {
    out.line(format!("\n{}", style.bold(title)));
}

fn fields(shop: &ShopSides, words: &Words, columns: usize, style: Style) -> String {
    let mut out = String::new();
    if shop.fields.is_empty() {
        return out;
    }
    section(&mut out, &words.say("reconcile-fields"), style);
    let mut table = TextTable::new(&[
        (&words.say("changes-field"), Align::Left),
        (&words.say("reconcile-times"), Align::Right),
        (&words.say("reconcile-files-newer"), Align::Right),
        (&words.say("reconcile-api-newer"), Align::Right),
        (&words.say("reconcile-difference"), Align::Right),
    ]);
    for field in &shop.fields {
        table.row([
            format!("{}{}", field.field, if field.frozen { " !" } else { "" }),
            grouped(field.count),
            grouped(field.files_newer),
            grouped(field.api_newer),
            field.amount.as_deref().map_or_else(String::new, |a| signed(a, words)),
        ]);
    }
    out.push_str(&indented(&table.render(columns.saturating_sub(2), style), 2));
    if shop.fields.iter().any(|f| f.frozen) {
        out.push_str(&marked("  !", |m| style.warn(m), &words.say("reconcile-frozen"), columns));
    }
    out
}

fn differs(day: &DaySides) -> bool {
    let c = &day.items;
    let o = &day.orders;
    day.off != "0.00"
        || day.unweighed_orders > 0
        || c.drifted + c.only_in_files + c.only_in_api + o.drifted + o.only_in_files + o.only_in_api > 0
}

fn days(shop: &ShopSides, words: &Words, columns: usize, style: Style) -> String {
    let mut out = String::new();
    let judged = || shop.days.iter().filter(|d| matches!(d.scope, "whole" | "common"));
    let (different, same): (Vec<&DaySides>, Vec<&DaySides>) = judged().partition(|d| differs(d));
    if different.is_empty() {
        return out;
    }
    section(&mut out, &words.say("reconcile-days"), style);
    let mut table = TextTable::new(&[
        (&words.say("reconcile-day"), Align::Left),
        (&words.say("reconcile-equal"), Align::Right),
        (&words.say("reconcile-drifted"), Align::Right),
        (&words.say("reconcile-only-files"), Align::Right),
        (&words.say("reconcile-only-api"), Align::Right),
        (&words.say("reconcile-difference"), Align::Right),
        (&words.say("reconcile-off"), Align::Right),
    ]);
    for day in different.iter().take(MOST_DAYS) {
        let c = &day.items;
        let mark = match day.verdict {
            "disagree" => "✗",
            _ => " ",
        };
        table.row([
            format!("{mark} {}", day.day.as_deref().unwrap_or("-")),
            grouped(c.equal),
            grouped(c.drifted),
            grouped(c.only_in_files),
            grouped(c.only_in_api),
            plain(&day.difference),
            plain(&day.off),
        ]);
    }
    out.push_str(&indented(&table.render(columns.saturating_sub(2), style), 2));
    if different.len() > MOST_DAYS {
        let more = (different.len() - MOST_DAYS) as u64;
        out.line(style.dim(&words.tell("changes-more", &[("n", more.into())])));
    }
    if !same.is_empty() {
        let text = words.tell("reconcile-other-days", &[("days", (&words.days(same.len() as u64)).into())]);
        out.push_str(&marked(" ", str::to_owned, &text, columns));
    }
    out
}

fn differences(shop: &ShopSides, words: &Words, columns: usize, style: Style) -> String {
    let mut out = String::new();
    // Money first, the most of it before the rest; then what should never change.
    let size = |d: &DifferenceView| {
        let amount = d.amount.as_deref().and_then(|a| parse_money(a).ok());
        std::cmp::Reverse(amount.map(|m| m.0.saturating_abs()))
    };
    let mut rows: Vec<&DifferenceView> = shop.differences.iter().collect();
    rows.sort_by_key(|d| (size(d), !d.frozen));
    if rows.is_empty() {
        return out;
    }
    section(&mut out, &words.say("reconcile-list"), style);
    let mut table = TextTable::new(&[
        (&words.say("changes-order"), Align::Left),
        (&words.say("changes-item"), Align::Left),
        (&words.say("changes-field"), Align::Left),
        (&words.say("reconcile-side"), Align::Left),
        (&words.say("reconcile-value"), Align::Left),
        (&words.say("reconcile-observed"), Align::Left),
    ]);
    for d in rows.iter().take(MOST_ROWS) {
        let item = d.item_key.as_deref().map_or("", |key| short_item(&d.order_id, key));
        let newer = |side: &str| if d.newer == Some(side) { "*" } else { "" };
        let at = |at: &str, side: &str| format!("{}{}", minutes(at), newer(side));
        let (files, api) = (words.say("reconcile-files"), "API");
        table.row([
            d.order_id.as_str(),
            item,
            &d.field,
            &files,
            &d.files_value,
            &at(&d.files_observed_at, "files"),
        ]);
        table.row(["", "", "", api, &d.api_value, &at(&d.api_observed_at, "api")]);
    }
    out.push_str(&indented(&table.render(columns.saturating_sub(2), style), 2));
    out.line(style.dim(&format!("  {}", words.say("reconcile-newer"))));
    more(&mut out, rows.len(), words, style);
    out
}

fn more(out: &mut String, all: usize, words: &Words, style: Style) {
    if all > MOST_ROWS {
        let more = (all - MOST_ROWS) as u64;
        out.line(style.dim(&words.tell("changes-more", &[("n", more.into())])));
    }
}

/// A Korean time to the minute.
fn minutes(instant: &str) -> String {
    let time = korean(instant);
    time.get(..16).map_or(time.clone(), str::to_owned)
}

fn one_sided(shop: &ShopSides, words: &Words, columns: usize, style: Style) -> String {
    let mut out = String::new();
    for (only_in, title) in
        [("files", words.say("reconcile-only-files")), ("api", words.say("reconcile-only-api"))]
    {
        let rows: Vec<&OneSidedView> = shop.one_sided.iter().filter(|o| o.only_in == only_in).collect();
        if rows.is_empty() {
            continue;
        }
        section(&mut out, &title, style);
        let mut table = TextTable::new(&[
            (&words.say("changes-order"), Align::Left),
            (&words.say("changes-item"), Align::Left),
            (&words.say("reconcile-amount"), Align::Right),
            (&words.say("reconcile-observed"), Align::Left),
            (&words.say("reconcile-other-observed"), Align::Left),
        ]);
        for o in rows.iter().take(MOST_ROWS) {
            let item = o.item_key.as_deref().map_or("", |key| short_item(&o.order_id, key));
            table.row([
                o.order_id.clone(),
                item.to_owned(),
                o.amount.as_deref().map_or_else(String::new, |a| won(a, words)),
                minutes(&o.observed_at),
                o.other_observed_at.as_deref().map_or_else(|| words.say("reconcile-never"), minutes),
            ]);
        }
        out.push_str(&indented(&table.render(columns.saturating_sub(2), style), 2));
        more(&mut out, rows.len(), words, style);
    }
    out
}

/// Days that one side does not cover, or not wholly.
fn not_judged(shop: &ShopSides, words: &Words, columns: usize, style: Style) -> String {
    let mut out = String::new();
    for scope in ["common", "files_only", "api_only"] {
        let days: Vec<&str> =
            shop.days.iter().filter(|d| d.scope == scope).filter_map(|d| d.day.as_deref()).collect();
        let (Some(first), Some(last)) = (days.first(), days.last()) else { continue };
        if out.is_empty() {
            section(&mut out, &words.say("reconcile-not-judged"), style);
        }
        let n = words.days(days.len() as u64);
        let named = if days.len() <= MOST_RUNS { days.join(", ") } else { span(first, last) };
        let args = [("days", (&n).into()), ("named", (&named).into())];
        let text = match scope {
            "common" => words.tell("reconcile-scope-common", &args),
            "files_only" => words.tell("reconcile-scope-files", &args),
            _ => words.tell("reconcile-scope-api", &args),
        };
        out.push_str(&marked("  ·", |m| style.dim(m), &text, columns));
    }
    out
}
