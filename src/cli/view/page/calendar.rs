//! Which days are known: a calendar with a letter and a colour a day, then what is missing and what may have drifted.

use maud::{Markup, html};

use super::Page;
use super::grid::{Grid, Side};
use crate::cli::table::grouped;
use crate::cli::view::coverage::{first_of, letter, verdict_word, why};
use crate::cli::view::span;
use crate::core::coverage::{Rule, Verdict};
use crate::io::report::coverage::{DayView, ShopView, StretchView};

/// Months without any order are drawn one by one up to this many.
const MOST_EMPTY_MONTHS: usize = 3;

impl Page<'_> {
    pub(super) fn coverage(&self) -> Markup {
        let shops = &self.summary.coverage.shops;
        html! {
            p { (self.say("page-coverage-lead")) }
            @if shops.is_empty() { p.none { (self.say("coverage-nothing")) } } @else { (self.legend()) }
            @for (n, shop) in shops.iter().enumerate() {
                h3 { (self.shop_title(&shop.mall_id, shop.shop_no)) }
                (self.shop_coverage(n, shop))
            }
            @if self.summary.coverage.undated_orders > 0 {
                p.note { (self.tell("coverage-undated", &[("orders", (&self.words.orders(self.summary.coverage.undated_orders)).into())])) }
            }
        }
    }

    fn shop_coverage(&self, n: usize, shop: &ShopView) -> Markup {
        html! {
            @if shop.days.is_empty() {
                p.none { (self.say("coverage-nothing")) }
            } @else {
                (self.calendar(n, shop))
                (self.empty_days(n, shop))
                (self.incomplete(n, shop))
                (self.drifting(n, shop))
                @if let Some(last) = &shop.last_day {
                    p.note {
                        @match &shop.orders_a_day {
                            Some(pace) => { (self.tell("page-end-pace", &[("day", last.into()), ("pace", pace.into())])) }
                            None => { (self.tell("page-end", &[("day", last.into())])) }
                        }
                    }
                }
            }
        }
    }

    fn legend(&self) -> Markup {
        let entries = [
            ("file", "F", "page-legend-files"),
            ("api", "A", "page-legend-api"),
            ("both", "B", "page-legend-both"),
            ("quiet", "·", "page-legend-quiet"),
            ("gap", "!", "page-legend-gap"),
            ("part", "?", "page-legend-part"),
            ("wait", "q", "page-legend-wait"),
            ("file", "f", "page-legend-drift"),
        ];
        html! {
            ul.legend aria-label=(self.say("page-legend")) {
                @for (class, letter, text) in entries { li { span.day.(class).drift[letter == "f"] { (letter) } " " (self.say(text)) } }
            }
        }
    }

    fn calendar(&self, n: usize, shop: &ShopView) -> Markup {
        let id = format!("calendar-{n}");
        let months: Vec<&[DayView]> = shop.days.chunk_by(|a, b| a.at.month() == b.at.month()).collect();
        let empty = |days: &[DayView]| days.iter().all(|d| d.verdict == Verdict::Gap);
        html! {
            div.scroll role="region" aria-labelledby=(format!("{id}-caption")) tabindex="0" {
                table.calendar id=(id) {
                    caption id=(format!("{id}-caption")) { (self.say("page-calendar")) }
                    colgroup { col.month; @for _ in 1..=31 { col; } col.sum; col.sum; }
                    thead {
                        tr {
                            th scope="col" { (self.say("page-month")) }
                            @for day in 1..=31 { th.day scope="col" { (day) } }
                            th.n scope="col" { (self.say("page-orders")) }
                            th.n scope="col" { (self.say("page-missing")) }
                        }
                    }
                    tbody {
                        @for run in months.chunk_by(|a, b| empty(a) == empty(b)) {
                            @if empty(run[0]) && run.len() > MOST_EMPTY_MONTHS {
                                (self.empty_months(run))
                            } @else {
                                @for days in run { (self.month_row(days)) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn empty_months(&self, run: &[&[DayView]]) -> Markup {
        let (first, last) = (run[0][0].at.month().to_string(), run[run.len() - 1][0].at.month().to_string());
        let days: usize = run.iter().map(|days| days.len()).sum();
        let text = [("from", (&first).into()), ("to", (&last).into()), ("n", (run.len() as u64).into())];
        html! {
            tr {
                th scope="row" { (first) "…" }
                td.day.gap colspan="31" { (self.tell("coverage-empty-months", &text)) }
                td.n { "0" }
                td.n { (grouped(days as u64)) }
            }
        }
    }

    fn month_row(&self, days: &[DayView]) -> Markup {
        let month = days[0].at.month();
        let before = first_of(month).map_or(0, |first| days[0].at.0 - first.0);
        let before = usize::try_from(before).unwrap_or_default();
        let after = 31usize.saturating_sub(before + days.len());
        let orders: u64 = days.iter().map(|d| d.orders).sum();
        let missing = days.iter().filter(|d| d.verdict == Verdict::Gap).count() as u64;
        html! {
            tr {
                th scope="row" { (month.to_string()) }
                @for _ in 0..before { td.void {} }
                @for day in days { td.day.(class_of(day)).drift[day.may_have_drifted > 0] title=(self.day_text(day)) { (mark_of(day)) } }
                @for _ in 0..after { td.void {} }
                td.n { (grouped(orders)) }
                td.n { (grouped(missing)) }
            }
        }
    }

    fn day_text(&self, day: &DayView) -> String {
        let verdict = verdict_word(day.verdict, self.words);
        let mut text = format!("{}: {verdict}", day.day);
        if day.orders > 0 {
            text.push_str(&format!(", {}", self.words.orders(day.orders)));
        }
        text
    }

    /// Days that are missing, waiting or quiet, and why. What needs something done comes first.
    fn empty_days(&self, n: usize, shop: &ShopView) -> Markup {
        let mut rows = Vec::new();
        for verdict in [Verdict::Gap, Verdict::Waiting] {
            for stretch in shop.stretches.iter().filter(|s| s.verdict == verdict) {
                rows.push(vec![
                    span(&stretch.from, &stretch.to),
                    grouped(stretch.days),
                    verdict_word(stretch.verdict, self.words),
                    self.why(stretch),
                ]);
            }
        }
        for rule in [Rule::ClaimedTwice, Rule::Edge, Rule::Claimed] {
            let quiet: Vec<&StretchView> = shop.stretches.iter().filter(|s| s.rule == rule).collect();
            let Some(longest) = quiet.iter().max_by_key(|s| s.days) else { continue };
            let longest_span = span(&longest.from, &longest.to);
            let reason = match quiet.len() {
                1 => longest_span.clone(),
                count => self.tell(
                    "page-quiet-many",
                    &[("n", (count as u64).into()), ("longest", (&longest_span).into())],
                ),
            };
            rows.push(vec![
                reason,
                grouped(quiet.iter().map(|s| s.days).sum()),
                verdict_word(Verdict::Quiet, self.words),
                self.why(longest),
            ]);
        }
        if rows.is_empty() {
            return html! { p.none { (self.say("page-no-empty-days")) } };
        }
        Grid {
            id: format!("empty-{n}"),
            caption: self.say("coverage-empty"),
            heads: vec![
                (self.say("page-days"), Side::Text),
                (self.say("page-number-of-days"), Side::Number),
                (self.say("page-verdict"), Side::Text),
                (self.say("page-reason"), Side::Text),
            ],
            rows,
            total: None,
        }
        .draw()
    }

    /// The rule that spoke; files are not named.
    fn why(&self, stretch: &StretchView) -> String {
        why(stretch, &self.say("page-some-file"), self.words)
    }

    fn incomplete(&self, n: usize, shop: &ShopView) -> Markup {
        let partial: Vec<&DayView> = shop.days.iter().filter(|d| d.verdict == Verdict::Partial).collect();
        let runs = partial.chunk_by(|a, b| a.rule == b.rule && a.at.0 + 1 == b.at.0);
        let rows: Vec<Vec<String>> = runs
            .map(|run| {
                let reason = match run[0].rule {
                    Rule::DayNotOver => "coverage-rule-day-not-over",
                    _ => "coverage-rule-excerpt-only",
                };
                let orders = run.iter().map(|d| d.orders).sum();
                vec![span(&run[0].day, &run[run.len() - 1].day), grouped(orders), self.say(reason)]
            })
            .collect();
        if rows.is_empty() {
            return html! {};
        }
        Grid {
            id: format!("partial-{n}"),
            caption: self.say("coverage-incomplete"),
            heads: vec![
                (self.say("page-days"), Side::Fixed),
                (self.say("page-orders"), Side::Number),
                (self.say("page-reason"), Side::Text),
            ],
            rows,
            total: None,
        }
        .draw()
    }

    fn drifting(&self, n: usize, shop: &ShopView) -> Markup {
        let drifted: Vec<&DayView> = shop.days.iter().filter(|d| d.may_have_drifted > 0).collect();
        if drifted.is_empty() {
            return html! {};
        }
        let sum = |run: &[&DayView], of: fn(&DayView) -> u64| grouped(run.iter().map(|d| of(d)).sum());
        let rows = drifted.chunk_by(|a, b| a.at.month() == b.at.month()).map(|run| {
            let last = run.iter().filter_map(|d| d.last_observed_at.as_deref()).max().unwrap_or_default();
            let korean = crate::cli::view::korean(last);
            vec![
                span(&run[0].day, &run[run.len() - 1].day),
                sum(run, |d| d.orders),
                sum(run, |d| d.may_have_drifted),
                sum(run, |d| d.seen_once),
                korean.get(..10).unwrap_or(&korean).to_owned(),
            ]
        });
        let settle = u64::try_from(self.summary.coverage.settle_days).unwrap_or_default();
        Grid {
            id: format!("drifting-{n}"),
            caption: self.tell("page-drifting", &[("days", (&self.words.days(settle)).into())]),
            heads: vec![
                (self.say("page-days"), Side::Fixed),
                (self.say("page-orders"), Side::Number),
                (self.say("page-may-drift"), Side::Number),
                (self.say("page-seen-once"), Side::Number),
                (self.say("page-last-look"), Side::Fixed),
            ],
            rows: rows.collect(),
            total: Some(vec![
                self.say("page-total"),
                sum(&drifted, |d| d.orders),
                sum(&drifted, |d| d.may_have_drifted),
                sum(&drifted, |d| d.seen_once),
                String::new(),
            ]),
        }
        .draw()
    }
}

/// The letter of a day as the terminal has it; small where orders may have drifted.
fn mark_of(day: &DayView) -> String {
    match letter(day) {
        '.' => "·".to_owned(),
        letter if day.may_have_drifted > 0 => letter.to_ascii_lowercase().to_string(),
        letter => letter.to_string(),
    }
}

fn class_of(day: &DayView) -> &'static str {
    match letter(day) {
        'F' => "file",
        'A' => "api",
        'B' => "both",
        '?' => "part",
        '!' => "gap",
        'q' => "wait",
        _ => "quiet",
    }
}
