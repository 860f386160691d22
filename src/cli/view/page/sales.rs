//! Shops at a glance, and sales a month: how each amount comes to be, then by the sources that told it.

use maud::{Markup, html};

use super::chart::{Bars, Label, Series};
use super::grid::{Grid, Side};
use super::numbers::amount;
use super::{Page, chart};
use crate::cli::table::grouped;
use crate::cli::view::span;
use crate::core::coverage::Verdict;
use crate::core::sales::Sum;
use crate::io::report::summary::{MonthSales, ShopSales, SourceSales};

/// What is counted a month and a source.
#[derive(Clone, Copy)]
struct Measure {
    /// Part of ids.
    id: &'static str,
    title: &'static str,
    /// Of a set of sources, in units of which 1 is drawn as 1.
    drawn: fn(&SourceSales) -> i64,
    shown: fn(&SourceSales) -> String,
    total: fn(&MonthSales) -> String,
}

/// Whole units of an amount, for pixels.
pub(super) fn whole(sum: Sum) -> i64 {
    i64::try_from(sum.0 / 100).unwrap_or(if sum.0 < 0 { i64::MIN } else { i64::MAX })
}

fn drawn_count(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

const MEASURES: [Measure; 3] = [
    Measure {
        id: "orders",
        title: "page-chart-orders",
        drawn: |s| drawn_count(s.orders),
        shown: |s| grouped(s.orders),
        total: |m| grouped(m.orders),
    },
    Measure {
        id: "items",
        title: "page-chart-items",
        drawn: |s| drawn_count(s.items),
        shown: |s| grouped(s.items),
        total: |m| grouped(m.items),
    },
    Measure {
        id: "net",
        title: "page-chart-net",
        drawn: |s| whole(s.net.0),
        shown: |s| amount(s.net.0),
        total: |m| amount(m.net.0),
    },
];

/// One bit a source; also the number of the set's colour.
fn bits(sources: &str) -> usize {
    let bit = |source| match source {
        "export" => 1,
        "history" => 2,
        "api" => 4,
        _ => 0,
    };
    sources.split(',').map(bit).sum()
}

impl Page<'_> {
    pub(super) fn shops(&self) -> Markup {
        let shops = &self.summary.shops;
        if shops.is_empty() {
            return html! { p.none { (self.say("coverage-nothing")) } };
        }
        let facts = |shop: &ShopSales| {
            let covered = self.coverage_of(shop);
            let days = || covered.into_iter().flat_map(|c| &c.days);
            (
                days().filter(|d| d.verdict == Verdict::Gap).count() as u64,
                days().map(|d| d.may_have_drifted).sum::<u64>(),
            )
        };
        let known = |shop: &ShopSales| {
            let covered = self.coverage_of(shop);
            let first = covered.and_then(|c| c.first_day.clone());
            let last = covered.and_then(|c| c.last_day.clone());
            first.zip(last).map_or(String::new(), |(first, last)| span(&first, &last))
        };
        let line = |name: String, days: String, total: [String; 6], missing: u64, drifting: u64| {
            let mut cells = vec![name, days];
            cells.extend(total);
            cells.extend([grouped(missing), grouped(drifting)]);
            cells
        };
        let rows = shops.iter().map(|shop| {
            let (missing, drifting) = facts(shop);
            let name = self.shop_title(&shop.mall_id, shop.shop_no);
            line(name, known(shop), totals(&shop.total), missing, drifting)
        });
        let total = (shops.len() > 1 && Self::one_currency(shops)).then(|| {
            let count = |of: fn(&ShopSales) -> u64| grouped(shops.iter().map(of).sum());
            let sum = |of: fn(&ShopSales) -> Sum| amount(shops.iter().map(of).sum());
            let totals = [
                count(|s| s.total.orders),
                count(|s| s.total.items),
                sum(|s| s.total.gross.0),
                sum(|s| s.total.discounts.0),
                sum(|s| s.total.refunds.0),
                sum(|s| s.total.net.0),
            ];
            let missing = shops.iter().map(|s| facts(s).0).sum();
            let drifting = shops.iter().map(|s| facts(s).1).sum();
            line(self.say("page-total"), String::new(), totals, missing, drifting)
        });
        let number = |id: &str| (self.say(id), Side::Number);
        Grid {
            id: "t-shops".to_owned(),
            caption: self.tell("page-shops-caption", &[("unit", (&self.unit(shops)).into())]),
            heads: vec![
                (self.say("page-shop"), Side::Text),
                (self.say("page-known-days"), Side::Fixed),
                number("page-orders"),
                number("page-items"),
                number("page-gross"),
                number("page-discounts"),
                number("page-refunded"),
                number("page-net"),
                number("page-missing"),
                number("page-may-drift"),
            ],
            rows: rows.collect(),
            total,
        }
        .draw()
    }

    pub(super) fn sales(&self) -> Markup {
        html! {
            p { (self.say("page-sales-lead")) }
            dl.words {
                @for (word, meaning) in [
                    ("page-gross", "page-gross-means"),
                    ("page-discounts", "page-discounts-means"),
                    ("page-refunded", "page-refunded-means"),
                    ("page-net", "page-net-means"),
                    ("page-source", "page-source-means"),
                ] {
                    div { dt { (self.say(word)) } dd { (self.say(meaning)) } }
                }
            }
            @if self.summary.shops.is_empty() { p.none { (self.say("coverage-nothing")) } }
            @for (n, shop) in self.summary.shops.iter().enumerate() {
                h3 { (self.shop_title(&shop.mall_id, shop.shop_no)) }
                (self.months(n, shop))
                @for measure in MEASURES { (self.by_source(n, shop, measure)) }
            }
        }
    }

    fn months(&self, n: usize, shop: &ShopSales) -> Markup {
        let row = |name: String, sales: &MonthSales| {
            let mut cells = vec![name];
            cells.extend(totals(sales));
            cells
        };
        let number = |id: &str| (self.say(id), Side::Number);
        Grid {
            id: format!("months-{n}"),
            caption: self
                .tell("page-months-caption", &[("unit", (&self.unit(std::slice::from_ref(shop))).into())]),
            heads: vec![
                (self.say("page-month"), Side::Fixed),
                number("page-orders"),
                number("page-items"),
                number("page-gross"),
                number("page-discounts"),
                number("page-refunded"),
                number("page-net"),
            ],
            rows: shop.months.iter().map(|m| row(self.month_name(m), m)).collect(),
            total: Some(row(self.say("page-total"), &shop.total)),
        }
        .draw()
    }

    pub(super) fn month_name(&self, month: &MonthSales) -> String {
        month.month.clone().unwrap_or_else(|| self.say("page-undated"))
    }

    pub(super) fn source_name(&self, source: &str) -> String {
        match source {
            "export" => self.say("page-source-export"),
            "history" => self.say("page-source-history"),
            "api" => self.say("page-source-api"),
            other => other.to_owned(),
        }
    }

    /// `downloads + API`
    fn sources_name(&self, sources: &str) -> String {
        sources.split(',').map(|source| self.source_name(source)).collect::<Vec<_>>().join(" + ")
    }

    fn by_source(&self, n: usize, shop: &ShopSales, measure: Measure) -> Markup {
        let mut sets: Vec<&str> = shop.total.by_sources.iter().map(|s| s.sources.as_str()).collect();
        sets.sort_by_key(|set| (bits(set).count_ones(), bits(set)));
        let of = |month: &MonthSales, set: &str| month.by_sources.iter().find(|s| s.sources == set).cloned();
        let row = |name: String, month: &MonthSales| {
            let mut cells = vec![name, (measure.total)(month)];
            cells.extend(
                sets.iter().map(|set| of(month, set).map_or("0".to_owned(), |s| (measure.shown)(&s))),
            );
            cells
        };
        let unit = self.unit(std::slice::from_ref(shop));
        let title = self.tell(measure.title, &[("unit", (&unit).into())]);
        let dated: Vec<&MonthSales> = shop.months.iter().filter(|m| m.month.is_some()).collect();
        let series = sets.iter().map(|set| Series {
            colour: bits(set).min(chart::COLOURS.len() - 1),
            values: dated.iter().map(|m| of(m, set).map_or(0, |s| (measure.drawn)(&s))).collect(),
        });
        let id = format!("{}-{n}", measure.id);
        let bars = Bars {
            id: &id,
            title: title.clone(),
            summary: self.chart_summary(&dated, measure),
            labels: month_labels(&dated),
            series: series.collect(),
        };
        let mut heads = vec![(self.say("page-month"), Side::Fixed), (self.say("page-total"), Side::Number)];
        heads.extend(sets.iter().map(|set| (self.sources_name(set), Side::Number)));
        let grid = Grid {
            id: format!("{id}-table"),
            caption: title.clone(),
            heads,
            rows: shop.months.iter().map(|m| row(self.month_name(m), m)).collect(),
            total: Some(row(self.say("page-total"), &shop.total)),
        };
        html! {
            figure {
                figcaption { (title) }
                (bars.draw(self.words.lang()))
                ul.key aria-label=(self.say("page-key")) {
                    @for set in &sets {
                        li { span.swatch.(format!("c{}", bits(set).min(chart::COLOURS.len() - 1))) {} (self.sources_name(set)) }
                    }
                }
            }
            (self.unfolded(&grid))
        }
    }

    /// The table of a chart, which a reader may fold away.
    pub(super) fn unfolded(&self, grid: &Grid) -> Markup {
        html! { details open { summary { (self.say("page-numbers")) } (grid.draw()) } }
    }

    /// One sentence in the place of a chart.
    fn chart_summary(&self, months: &[&MonthSales], measure: Measure) -> String {
        let height =
            |m: &MonthSales| m.by_sources.iter().map(|s| (measure.drawn)(s)).fold(0, i64::saturating_add);
        let Some((first, last)) = months.first().zip(months.last()) else { return String::new() };
        let Some(most) = months.iter().max_by_key(|m| height(m)) else { return String::new() };
        self.tell(
            "page-chart-summary",
            &[
                ("from", (&self.month_name(first)).into()),
                ("to", (&self.month_name(last)).into()),
                ("most", (&self.month_name(most)).into()),
                ("value", (&(measure.total)(most)).into()),
            ],
        )
    }
}

fn totals(sales: &MonthSales) -> [String; 6] {
    [
        grouped(sales.orders),
        grouped(sales.items),
        amount(sales.gross.0),
        amount(sales.discounts.0),
        amount(sales.refunds.0),
        amount(sales.net.0),
    ]
}

/// Months by number, with the year below the first of each; quarters stay where there is no room for all, then years.
fn month_labels(months: &[&MonthSales]) -> Vec<Label> {
    let mut labels: Vec<Label> = Vec::new();
    let mut told: Option<&str> = None;
    for name in months.iter().filter_map(|m| m.month.as_deref()) {
        let (year, month) = name.split_once('-').unwrap_or((name, ""));
        let begins = told != Some(year);
        told = Some(year);
        labels.push(Label {
            text: month.trim_start_matches('0').to_owned(),
            below: begins.then(|| year.to_owned()),
            rank: match month {
                _ if begins => 0,
                "04" | "07" | "10" => 1,
                _ => 2,
            },
        });
    }
    labels
}
