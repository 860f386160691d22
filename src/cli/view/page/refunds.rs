//! How long refunds take: by the days from payment to refund, and how far each month has come.

use maud::{Markup, html};

use super::Page;
use super::chart::{Bars, Label, Series};
use super::grid::{Grid, Side};
use super::numbers::{amount, percent};
use super::sales::whole;
use crate::cli::table::grouped;
use crate::core::sales::{Sum, thousandths};
use crate::io::report::summary::{LagSum, MonthSales, ShopSales};

/// The colour of refunds in charts.
const COLOUR: usize = 7;

impl Page<'_> {
    pub(super) fn refunds(&self) -> Markup {
        let shops: Vec<(usize, &ShopSales)> = self
            .summary
            .shops
            .iter()
            .enumerate()
            .filter(|(_, s)| s.total.refund_lags.iter().any(|l| l.orders > 0))
            .collect();
        html! {
            p { (self.say("page-refunds-lead")) }
            @if shops.is_empty() { p.none { (self.say("page-no-refunds")) } }
            @for (n, shop) in shops {
                h3 { (self.shop_title(&shop.mall_id, shop.shop_no)) }
                (self.shop_refunds(n, shop))
            }
        }
    }

    fn shop_refunds(&self, n: usize, shop: &ShopSales) -> Markup {
        // Bins that hardly any shop has are left out where they are empty.
        let shown: Vec<usize> = (0..shop.total.refund_lags.len())
            .filter(|i| {
                let lag = &shop.total.refund_lags[*i];
                lag.orders > 0 || lag.from_days.is_some()
            })
            .collect();
        let bins: Vec<&LagSum> = shown.iter().filter_map(|i| shop.total.refund_lags.get(*i)).collect();
        let all: Sum = bins.iter().map(|b| b.amount.0).sum();
        let orders: u64 = bins.iter().map(|b| b.orders).sum();
        let share = |part: Sum| thousandths(part, all).map_or(String::new(), percent);
        let mut so_far = Sum::default();
        let rows: Vec<Vec<String>> = bins
            .iter()
            .map(|bin| {
                so_far += bin.amount.0;
                let until = if is_known(bin) { share(so_far) } else { String::new() };
                vec![
                    self.lag_name(bin),
                    grouped(bin.orders),
                    amount(bin.amount.0),
                    share(bin.amount.0),
                    until,
                ]
            })
            .collect();
        let unit = self.unit(std::slice::from_ref(shop));
        let title = self.tell("page-lags-caption", &[("unit", (&unit).into())]);
        let most = bins.iter().max_by_key(|b| b.amount);
        let id = format!("lags-{n}");
        let bars = Bars {
            id: &id,
            title: title.clone(),
            summary: most.map_or(String::new(), |most| {
                let (name, value) = (self.lag_name(most), amount(most.amount.0));
                self.tell("page-lags-summary", &[("most", (&name).into()), ("value", (&value).into())])
            }),
            labels: bins.iter().map(|bin| Label { text: lag_short(bin), below: None, rank: 0 }).collect(),
            series: vec![Series { colour: COLOUR, values: bins.iter().map(|b| whole(b.amount.0)).collect() }],
        };
        let number = |id: &str| (self.say(id), Side::Number);
        let grid = Grid {
            id: format!("{id}-table"),
            caption: title.clone(),
            heads: vec![
                (self.say("page-lag"), Side::Fixed),
                number("page-orders"),
                number("page-refunded"),
                number("page-share"),
                number("page-share-so-far"),
            ],
            rows,
            total: Some(vec![
                self.say("page-total"),
                grouped(orders),
                amount(all),
                String::new(),
                String::new(),
            ]),
        };
        html! {
            figure {
                figcaption { (title) }
                (bars.draw(self.words.lang()))
            }
            (self.unfolded(&grid))
            (self.lags_by_month(n, shop, &shown, &unit).draw())
        }
    }

    /// Refunds of a month's orders by how long they took: the newest months have not had the time yet.
    fn lags_by_month(&self, n: usize, shop: &ShopSales, shown: &[usize], unit: &str) -> Grid {
        let row = |name: String, month: &MonthSales| {
            let mut cells = vec![name, amount(month.refunds.0)];
            cells.extend(
                shown.iter().filter_map(|i| month.refund_lags.get(*i)).map(|lag| amount(lag.amount.0)),
            );
            cells
        };
        let mut heads = vec![(self.say("page-month"), Side::Fixed), (self.say("page-total"), Side::Number)];
        let names = shown.iter().filter_map(|i| shop.total.refund_lags.get(*i));
        heads.extend(names.map(|lag| (self.lag_name(lag), Side::Number)));
        Grid {
            id: format!("lags-{n}-months"),
            caption: self.tell("page-lags-months", &[("unit", unit.into())]),
            heads,
            rows: shop.months.iter().map(|m| row(self.month_name(m), m)).collect(),
            total: Some(row(self.say("page-total"), &shop.total)),
        }
    }

    fn lag_name(&self, lag: &LagSum) -> String {
        match (lag.from_days, lag.to_days) {
            (Some(from), Some(to)) => self.tell(
                "page-lag-days",
                &[("from", (&from.to_string()).into()), ("to", (&to.to_string()).into())],
            ),
            (Some(from), None) => self.tell("page-lag-from", &[("from", (&from.to_string()).into())]),
            (None, Some(_)) => self.say("page-lag-before"),
            (None, None) => self.say("page-lag-unknown"),
        }
    }
}

/// A bin's name along an axis.
fn lag_short(lag: &LagSum) -> String {
    match (lag.from_days, lag.to_days) {
        (Some(from), Some(to)) => format!("{from}–{to}"),
        (Some(from), None) => format!("{from}+"),
        (None, Some(_)) => "< 0".to_owned(),
        (None, None) => "?".to_owned(),
    }
}

fn is_known(lag: &LagSum) -> bool {
    lag.from_days.is_some() || lag.to_days.is_some()
}
