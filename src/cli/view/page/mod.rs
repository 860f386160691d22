//! The page of `jangbu report`: one HTML file without scripts, pictures or fonts from elsewhere.
//!
//! Every text passes maud, which escapes it, and the page's own policy forbids it to load anything; so no header, file or
//! shop can put markup or a request into it. What a chart shows stands in a table too.

mod calendar;
mod chart;
mod grid;
mod numbers;
mod refunds;
mod rest;
mod sales;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use crate::cli::table::grouped;
use crate::cli::words::{Arg, Words};
use crate::core::coverage::Verdict;
use crate::core::sales::Sum;
use crate::core::schema::Schema;
use crate::io::report::coverage::ShopView;
use crate::io::report::summary::{ShopSales, Summary};

const STYLE: &str = include_str!("style.css");

/// What every section needs.
struct Page<'a> {
    summary: &'a Summary,
    words: &'a Words,
    schema: &'a Schema,
}

/// The whole page.
pub fn render(summary: &Summary, words: &Words, schema: &Schema) -> String {
    let page = Page { summary, words, schema };
    let title = page.title();
    // Nothing may be loaded, and the only style is the one below.
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        STANDARD.encode(Sha256::digest(STYLE.as_bytes()))
    );
    let sections = page.sections();
    let document = html! {
        (DOCTYPE)
        html lang=(words.lang().code()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="generator" content=(concat!("jangbu ", env!("CARGO_PKG_VERSION")));
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { (words.say("page-skip")) }
                header {
                    p.kind { (words.say("page-kind")) }
                    h1 { (title) }
                    p.state { (page.state()) }
                }
                nav aria-label=(words.say("page-contents")) {
                    ul { @for section in &sections { li { a href=(format!("#{}", section.id)) { (section.title) } } } }
                }
                main id="main" tabindex="-1" {
                    (page.cards())
                    @for section in &sections {
                        section id=(section.id) aria-labelledby=(format!("{}-title", section.id)) {
                            h2 id=(format!("{}-title", section.id)) { (section.title) }
                            (section.content)
                        }
                    }
                }
                footer {
                    p { (words.say("page-foot-private")) }
                    p { (words.tell("page-foot-made", &[("version", env!("CARGO_PKG_VERSION").into())])) }
                }
            }
        }
    };
    document.into_string()
}

struct Section {
    id: &'static str,
    title: String,
    content: Markup,
}

impl<'a> Page<'a> {
    fn say(&self, id: &str) -> String {
        self.words.say(id)
    }

    fn tell(&self, id: &str, args: &[(&str, Arg<'_>)]) -> String {
        self.words.tell(id, args)
    }

    fn title(&self) -> String {
        let mut malls: Vec<&str> = self.summary.shops.iter().map(|s| s.mall_id.as_str()).collect();
        malls.dedup();
        match malls.as_slice() {
            [] => self.say("page-title-empty"),
            malls => self.tell("page-title", &[("malls", (&malls.join(", ")).into())]),
        }
    }

    /// From which state of the ledger the numbers are.
    fn state(&self) -> String {
        let day = &self.summary.as_of;
        let mut text = match &self.summary.run_id {
            Some(run) => self.tell("page-state", &[("run", run.into()), ("day", day.into())]),
            None => self.tell("page-state-empty", &[("day", day.into())]),
        };
        let first =
            self.summary.shops.iter().flat_map(|s| &s.months).filter_map(|m| m.month.as_deref()).min();
        let (from, to) = (&self.summary.from, &self.summary.to);
        if (from.is_some() || to.is_some()) && first.is_some() {
            let (from, to) = (from.as_deref().unwrap_or("…"), to.as_deref().unwrap_or("…"));
            text.push(' ');
            text.push_str(&self.tell("page-state-days", &[("from", from.into()), ("to", to.into())]));
        }
        text
    }

    fn sections(&self) -> Vec<Section> {
        let section = |id, title: &str, content| Section { id, title: self.say(title), content };
        vec![
            section("shops", "page-shops", self.shops()),
            section("coverage", "page-coverage", self.coverage()),
            section("sales", "page-sales", self.sales()),
            section("refunds", "page-refunds", self.refunds()),
            section("drift", "page-drift", self.drift()),
            section("findings", "page-findings", self.findings()),
            section("quarantine", "page-quarantine", self.quarantine()),
            section("files", "page-files", self.files()),
        ]
    }

    /// `haruhome, shop 1`, with the name where one is known.
    fn shop_title(&self, mall_id: &str, shop_no: i64) -> String {
        let number = shop_no.to_string();
        let title = self.tell("coverage-title", &[("mall", mall_id.into()), ("shop", (&number).into())]);
        let named = self.summary.shops.iter().find(|s| s.mall_id == mall_id && s.shop_no == shop_no);
        match named.and_then(|s| s.shop_name.as_deref()) {
            Some(name) => format!("{title} · {name}"),
            None => title,
        }
    }

    /// In what amounts are: won, unless the orders of the shops say otherwise.
    fn unit(&self, shops: &[ShopSales]) -> String {
        let mut currencies: Vec<&str> =
            shops.iter().flat_map(|s| &s.currencies).map(String::as_str).collect();
        currencies.sort_unstable();
        currencies.dedup();
        match currencies.as_slice() {
            [] | ["KRW"] => self.say("page-unit-won"),
            others => others.join(", "),
        }
    }

    /// Whether amounts of these shops may be added up.
    fn one_currency(shops: &[ShopSales]) -> bool {
        let mut known: Vec<&String> = shops.iter().flat_map(|s| &s.currencies).collect();
        known.sort_unstable();
        known.dedup();
        known.len() <= 1
    }

    fn coverage_of(&self, shop: &ShopSales) -> Option<&'a ShopView> {
        let shops = &self.summary.coverage.shops;
        shops.iter().find(|s| s.mall_id == shop.mall_id && s.shop_no == shop.shop_no)
    }

    /// The figures that one looks for first. Each stands in a table below too.
    fn cards(&self) -> Markup {
        let shops = &self.summary.shops;
        let orders: u64 = shops.iter().map(|s| s.total.orders).sum();
        let items: u64 = shops.iter().map(|s| s.total.items).sum();
        let sum = |of: fn(&ShopSales) -> Sum| numbers::amount(shops.iter().map(of).sum());
        let days = self.summary.coverage.shops.iter().flat_map(|s| &s.days);
        let missing = days.clone().filter(|d| d.verdict == Verdict::Gap).count() as u64;
        let drifting: u64 = days.map(|d| d.may_have_drifted).sum();
        let rows: u64 = self.summary.quarantine.iter().map(|q| q.rows).sum();
        let found: u64 = self.summary.findings.iter().map(|f| f.findings).sum();
        let unit = self.unit(shops);
        let mut cards = vec![(
            "orders",
            self.say("page-orders"),
            grouped(orders),
            self.tell("page-card-items", &[("n", items.into())]),
            "",
        )];
        if Self::one_currency(shops) && !shops.is_empty() {
            cards.push((
                "net",
                self.tell("page-card-net", &[("unit", (&unit).into())]),
                sum(|s| s.total.net.0),
                self.tell("page-card-gross", &[("gross", (&sum(|s| s.total.gross.0)).into())]),
                "",
            ));
            cards.push((
                "refunds",
                self.tell("page-card-refunds", &[("unit", (&unit).into())]),
                sum(|s| s.total.refunds.0),
                self.tell(
                    "page-card-refunded",
                    &[(
                        "n",
                        shops.iter().flat_map(|s| &s.total.refund_lags).map(|l| l.orders).sum::<u64>().into(),
                    )],
                ),
                "",
            ));
        }
        let mark = |n: u64| if n > 0 { "bad" } else { "good" };
        cards.push((
            "missing",
            self.say("page-card-missing"),
            grouped(missing),
            self.tell("page-card-drifting", &[("n", drifting.into())]),
            mark(missing),
        ));
        cards.push((
            "mend",
            self.say("page-card-mend"),
            grouped(rows),
            self.tell("page-card-findings", &[("n", found.into())]),
            mark(rows),
        ));
        html! {
            dl.cards {
                @for (id, name, value, more, class) in &cards {
                    div.(class) id=(format!("card-{id}")) {
                        dt { (name) }
                        dd { strong { (value) } span { (more) } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
