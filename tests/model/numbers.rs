//! Stores of which everything is known beforehand, and the numbers that people report from them: sales a month, refunds by
//! lag, what became different, files against the API, days that are missing and what to ask for.
//!
//! The expected numbers come from the facts of the store, not from any table of the ledger. A store is its seed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use chrono::{Datelike as _, Days, Months, NaiveDate};
use serde_json::{Value, json};

use super::ledger::Store;
use super::rng::Rng;
use super::scenario::OLD;

/// Columns that tell a refund, each enough by itself.
const REFUNDS: [&str; 3] = ["총 실제 환불금액", "실제 환불금액", "환불금액"];

struct Order {
    n: usize,
    day: NaiveDate,
    price: i64,
    quantity: i64,
    /// What came back, and when.
    refund: Option<(i64, NaiveDate)>,
    /// What the API says was paid, beyond what files say.
    off: i64,
}

impl Order {
    fn id(&self) -> String {
        format!("{}-{:07}", self.day.format("%Y%m%d"), self.n)
    }

    fn worth(&self) -> i64 {
        self.price * self.quantity
    }

    fn refunded(&self, by: NaiveDate) -> i64 {
        self.refund.filter(|(_, day)| *day < by).map_or(0, |(amount, _)| amount)
    }

    fn is_in_files(&self) -> bool {
        self.n % 12 != 5
    }

    fn is_in_api(&self) -> bool {
        self.n % 12 != 11
    }
}

/// Days that are downloaded in one go, or never.
struct Part {
    days: (NaiveDate, NaiveDate),
    /// The day after its last one: refunds come later.
    early: Option<(NaiveDate, usize)>,
    late: Option<(NaiveDate, usize)>,
}

struct World {
    orders: Vec<Order>,
    parts: Vec<Part>,
    /// Days without orders.
    quiet: BTreeSet<NaiveDate>,
    api: (NaiveDate, NaiveDate),
}

fn days(from: NaiveDate, to: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    from.iter_days().take_while(move |day| *day <= to)
}

fn later(day: NaiveDate, days: usize) -> NaiveDate {
    day + Days::new(days as u64)
}

impl World {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let starts = [(2023, 12, 3), (2024, 2, 20), (2022, 11, 14)];
        let (year, month, day) = *rng.pick(&starts);
        let mut next = NaiveDate::from_ymd_opt(year, month, day).expect("a day");
        let mut world =
            Self { orders: Vec::new(), parts: Vec::new(), quiet: BTreeSet::new(), api: (next, next) };
        let count = 4 + rng.below(3);
        for at in 0..count {
            let last = later(next, 9 + rng.below(11));
            let known = at == 0 || at + 1 == count || rng.chance(60);
            let early = known.then(|| (later(last, 1), rng.below(3)));
            let late = (known && rng.chance(50)).then(|| (later(last, 160 + at), rng.below(3)));
            // One day or two are quiet; six are not believed. Never at an end of the part.
            let (from, length) = (later(next, 2), *rng.pick(&[0, 1, 2, 6]));
            world.quiet.extend(from.iter_days().take(length));
            world.parts.push(Part { days: (next, last), early, late });
            next = later(last, 1);
        }
        let (first, last) = (world.parts[0].days.0, next.pred_opt().expect("a day"));
        for day in days(first, last).filter(|day| !world.quiet.contains(day)) {
            for _ in 0..rng.between(2, 3) {
                let (price, quantity) = (rng.between(1, 90) * 1000, rng.between(1, 3));
                let lag = *rng.pick(&[0, 3, 4, 7, 8, 14, 15, 30, 31, 60, 61, 90, 91, 120]);
                let refund = rng.chance(30).then(|| {
                    let amount = if rng.chance(60) { price * quantity } else { price / 2 };
                    (amount, later(day, lag))
                });
                let off = if rng.chance(10) { rng.between(-5, 5) * 100 } else { 0 };
                world.orders.push(Order { n: world.orders.len() + 1, day, price, quantity, refund, off });
            }
        }
        let busy: Vec<NaiveDate> = days(first, last).filter(|day| !world.quiet.contains(day)).collect();
        let from = rng.below(busy.len() / 2);
        world.api = (busy[from], busy[from + 10 + rng.below(busy.len() / 2 - 10)]);
        world
    }

    fn csv(&self, part: &Part, (made, refund_column): (NaiveDate, usize)) -> String {
        let mut text = format!(
            "쇼핑몰번호,주문번호,품목별 주문번호,주문일시,결제일시(입금확인일),수량,판매가,총 결제금액,환불완료일,{}\n",
            REFUNDS[refund_column]
        );
        for o in self.orders.iter().filter(|o| o.is_in_files() && is_in(part.days, o.day)) {
            let refund = o.refunded(made);
            let done =
                o.refund.filter(|_| refund > 0).map_or(String::new(), |(_, day)| format!("{day} 23:59:59"));
            let _ = writeln!(
                text,
                "1,{0},{0}-01,{1} 00:00:00,{1} 00:00:01,{2},{3},{4},{done},{refund}",
                o.id(),
                o.day,
                o.quantity,
                o.price,
                o.worth()
            );
        }
        text
    }

    fn pulled(&self) -> impl Iterator<Item = &Order> {
        self.orders.iter().filter(|o| o.is_in_api() && is_in(self.api, o.day))
    }

    fn ndjson(&self) -> String {
        let line = |o: &Order| {
            let item = json!({
                "order_item_code": format!("{}-01", o.id()),
                "quantity": o.quantity,
                "product_price": format!("{}.00", o.price),
            });
            let paid = format!("{}.00", o.worth() + o.off);
            // The first second of a Korean day is the day before in UTC.
            let ordered = format!("{}T15:00:00Z", o.day.pred_opt().expect("a day"));
            let order = json!({"order_id": o.id(), "shop_no": 1, "order_date": ordered, "payment_amount": paid, "items": [item]});
            format!("{order}\n")
        };
        self.pulled().map(line).collect()
    }

    fn part_of(&self, day: NaiveDate) -> &Part {
        self.parts.iter().find(|part| is_in(part.days, day)).expect("every day is in a part")
    }

    fn is_filed(&self, day: NaiveDate) -> bool {
        self.part_of(day).early.is_some()
    }

    /// What the ledger can know of the order's refund before and after the second run; `None` where it does not know the order.
    fn refund_known(&self, o: &Order) -> [Option<i64>; 2] {
        let part = self.part_of(o.day);
        let told = |download: Option<(NaiveDate, usize)>| {
            download.filter(|_| o.is_in_files()).map(|(made, _)| o.refunded(made))
        };
        let pulled = (o.is_in_api() && is_in(self.api, o.day)).then_some(0);
        let early = told(part.early);
        [early, told(part.late).or(early).or(pulled)]
    }

    /// Two runs: what was downloaded at once, then what came later and the API. Returns the name of the second.
    fn ingest(&self, store: &Store) -> String {
        let mut name = String::new();
        for run in ["early", "late"] {
            for part in &self.parts {
                if let Some(download) = if run == "early" { part.early } else { part.late } {
                    let file = format!("brandshop_{}_1_ab12.csv", download.0.format("%Y%m%d"));
                    store.put_in(run, &file, self.csv(part, download).as_bytes(), OLD);
                }
            }
            if run == "late" {
                store.put_in(run, "orders_20260101T091500.ndjson", self.ndjson().as_bytes(), OLD);
            }
            let outcome = store.ingest(&[store.scratch(run)], &["--mall", "brandshop"]);
            assert_eq!(outcome.status, 0, "{}{}", outcome.stdout, outcome.stderr);
            name = outcome.json().unwrap()["run_id"].as_str().unwrap().to_owned();
        }
        name
    }
}

fn is_in((from, to): (NaiveDate, NaiveDate), day: NaiveDate) -> bool {
    from <= day && day <= to
}

fn won(amount: i64) -> Value {
    json!(format!("{amount}.00"))
}

fn told(store: &Store, arguments: &[&str]) -> Value {
    let outcome = store.run(&[arguments, &["--json"]].concat());
    assert!([0, 3].contains(&outcome.status), "{arguments:?}: {}", outcome.stderr);
    outcome.json().unwrap_or_else(|error| panic!("{error}"))
}

const STORES: u64 = 8;

fn each(check: impl Fn(&World, &Store, &str)) {
    for seed in 0..STORES {
        let (world, store) = (World::new(seed), Store::new());
        let run = world.ingest(&store);
        check(&world, &store, &run);
    }
}

#[test]
fn money_is_what_happened() {
    each(|world, store, run| {
        sales(world, store);
        refunds_since(world, store, run);
        sides(world, store);
    });
}

#[test]
fn missing_days_are_those_that_nobody_asked_for() {
    each(|world, store, _| missing(world, store));
}

fn sales(world: &World, store: &Store) {
    let page = store.scratch("report.html").display().to_string();
    let report = told(store, &["report", "--out", &page]);
    // Orders, gross, refunds and refunds by the first day of their lag.
    let mut months: BTreeMap<String, (i64, i64, i64, BTreeMap<i64, i64>)> = BTreeMap::new();
    for o in &world.orders {
        let [_, Some(refund)] = world.refund_known(o) else { continue };
        let month = months.entry(o.day.format("%Y-%m").to_string()).or_default();
        month.0 += 1;
        month.1 += o.worth();
        month.2 += refund;
        if let Some((_, day)) = o.refund.filter(|_| refund > 0) {
            let lag = (day - o.day).num_days();
            let first = [91, 61, 31, 15, 8, 4, 0].into_iter().find(|first| lag >= *first).unwrap();
            *month.3.entry(first).or_default() += refund;
        }
    }
    let shown = report["summary"]["shops"][0]["months"].as_array().unwrap();
    let shown: Vec<&Value> = shown.iter().filter(|m| m["orders"] != 0).collect();
    assert_eq!(shown.len(), months.len());
    for (month, (name, (orders, gross, refunds, lags))) in shown.into_iter().zip(&months) {
        assert_eq!(month["month"], json!(name));
        assert_eq!((&month["orders"], &month["items"]), (&json!(orders), &json!(orders)), "{name}");
        let sums = ["gross", "refunds", "net"].map(|column| month[column].clone());
        assert_eq!(sums, [won(*gross), won(*refunds), won(gross - refunds)], "{name}");
        for bin in month["refund_lags"].as_array().unwrap() {
            let first = bin["from_days"].as_i64().unwrap_or(-1);
            assert_eq!(bin["amount"], won(lags.get(&first).copied().unwrap_or(0)), "{name} {first}");
        }
    }
}

fn refunds_since(world: &World, store: &Store, run: &str) {
    let changes = told(store, &["changes", "--since", run]);
    let (mut orders, mut amount, mut new) = (0, 0, 0);
    for known in world.orders.iter().map(|o| world.refund_known(o)) {
        match known {
            [Some(before), Some(after)] if before != after => {
                (orders, amount) = (orders + 1, amount + before - after);
            }
            [None, Some(_)] => new += 1,
            _ => {}
        }
    }
    let refund = changes["topics"].as_array().unwrap().iter().find(|t| t["topic"] == "refund");
    let shown = refund.map_or((json!(0), won(0)), |t| (t["orders"].clone(), t["amount"].clone()));
    assert_eq!((shown, &changes["new_orders"]), ((json!(orders), won(amount)), &json!(new)));
}

fn sides(world: &World, store: &Store) {
    let reconciled = told(store, &["reconcile"]);
    let (mut counts, mut sums) = ([0; 5], [0; 3]);
    for o in &world.orders {
        let (filed, pulled) = (world.is_filed(o.day), is_in(world.api, o.day));
        let (paid, told_by_api) = (o.worth(), o.worth() + o.off);
        match (filed && o.is_in_files(), pulled && o.is_in_api(), filed && pulled) {
            (false, false, _) => {}
            (_, _, false) => counts[4] += 1,
            (true, true, _) => {
                counts[usize::from(o.off != 0)] += 1;
                sums = [sums[0] + paid, sums[1] + told_by_api, sums[2] + o.off.abs()];
            }
            (true, false, _) => {
                counts[2] += 1;
                sums = [sums[0] + paid, sums[1], sums[2] + paid];
            }
            (false, true, _) => {
                counts[3] += 1;
                sums = [sums[0], sums[1] + told_by_api, sums[2] + told_by_api];
            }
        }
    }
    let shop = &reconciled["shops"][0];
    let classes = ["equal", "drifted", "only_in_files", "only_in_api", "unjudged"];
    assert_eq!(classes.map(|class| shop["orders"][class].clone()), counts.map(|n| json!(n)));
    let shown = ["files_amount", "api_amount", "off"].map(|sum| shop[sum].clone());
    assert_eq!(shown, sums.map(won));
    let verdict = match counts {
        [0, 0, 0, 0, _] => "nothing_to_compare",
        _ if sums[2] > 0 => "disagree",
        _ => "agree",
    };
    assert_eq!(reconciled["verdict"], verdict);
}

fn missing(world: &World, store: &Store) {
    let coverage = told(store, &["coverage"]);
    let mut gaps: Vec<NaiveDate> = Vec::new();
    let (first, last) = (world.parts[0].days.0, world.parts[world.parts.len() - 1].days.1);
    let shown = coverage["shops"][0]["days"].as_array().unwrap();
    assert_eq!(shown.len(), days(first, last).count());
    for (day, shown) in days(first, last).zip(shown) {
        let part = world.part_of(day);
        let asked = usize::from(part.early.is_some())
            + usize::from(part.late.is_some())
            + usize::from(is_in(world.api, day));
        let stretch = days(part.days.0, part.days.1).filter(|d| world.quiet.contains(d)).count();
        let expected = match (asked, world.quiet.contains(&day), stretch) {
            (0, ..) => ("gap", "unclaimed"),
            (_, false, _) => ("covered", "listed"),
            (_, true, ..3) => ("quiet", "claimed"),
            (1, true, _) => ("gap", "pace"),
            (_, true, _) => ("quiet", "claimed_twice"),
        };
        assert_eq!(
            (shown["verdict"].as_str(), shown["rule"].as_str()),
            (Some(expected.0), Some(expected.1)),
            "{day}"
        );
        gaps.extend((expected.0 == "gap").then_some(day));
    }

    let config = store.scratch("jangbu.toml");
    std::fs::write(&config, "[plan]\ndownload_months = 1\nadmin_months = 0\n").unwrap();
    let plan = told(store, &["plan", "--config", &config.display().to_string()]);
    let requests = plan["requests"].as_array().unwrap().iter().filter(|r| r["kind"] == "missing");
    let shown: Vec<[Value; 3]> =
        requests.map(|r| ["from", "to", "missing_days"].map(|name| r[name].clone())).collect();
    let mut expected = Vec::new();
    for run in gaps.chunk_by(|a, b| a.succ_opt() == Some(*b)) {
        let (mut from, to) = (run[0], run[run.len() - 1]);
        while from <= to {
            let behind = from + Months::new(1);
            let end = if to < behind { to } else { (behind.with_day(1).unwrap()).pred_opt().unwrap() };
            expected.push([
                json!(from.to_string()),
                json!(end.to_string()),
                json!((end - from).num_days() + 1),
            ]);
            from = later(end, 1);
        }
    }
    assert_eq!(shown, expected);
}
