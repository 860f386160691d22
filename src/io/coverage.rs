//! Which days the ledger knows: its looks and quarantine, put before [`crate::core::coverage`] shop by shop.

use std::collections::{BTreeMap, BTreeSet};

use super::ledger::{DayRange, Ledger, LedgerError, Looks, QuarantinedRow};
use super::report::coverage::{CoverageReport, DayView, ShopView, StretchView};
use crate::core::coverage::{Clock, Coverage, DayCover, FileTold, SeenOrder, Stretch, cover};
use crate::core::schema::Schema;
use crate::core::time;
use crate::core::types::{Day, KstDateTime, order_day_in_id};

/// A shop: mall and number.
pub type ShopKey = (String, i64);

/// The ledger's looks, by shop.
pub(super) struct Gathered {
    pub(super) looks: Looks,
    /// By the numbers of [`SeenOrder::looks`].
    pub(super) files: Vec<FileTold>,
    pub(super) shops: BTreeMap<ShopKey, Vec<SeenOrder>>,
    /// Days that the quarantine names. A quarantined row does not say its shop for sure: it counts for the first shop of its
    /// mall.
    pub(super) waiting: BTreeMap<ShopKey, BTreeSet<Day>>,
    pub(super) undated_orders: u64,
}

impl Gathered {
    pub(super) fn new(ledger: &Ledger, schema: &Schema) -> Result<Self, LedgerError> {
        let looks = ledger.looks()?;
        let mut of_malls = waiting_days(&ledger.quarantined()?, &looks, schema);
        let mut files: Vec<FileTold> = looks
            .files
            .iter()
            .zip(&looks.has_items)
            .map(|(file, has_items)| FileTold { source: file.source, has_items: *has_items, range: None })
            .collect();
        for order in &looks.orders {
            for file in order.looks.iter().map(|(file, _)| *file).collect::<BTreeSet<u32>>() {
                if let (Some(told), Some(day)) = (files.get_mut(file as usize), order.day) {
                    told.reach(day);
                }
            }
        }
        let mut shops: BTreeMap<ShopKey, Vec<SeenOrder>> = BTreeMap::new();
        let mut undated_orders = 0;
        for order in &looks.orders {
            let key = (order.mall_id.clone(), order.shop_no);
            let seen = shops.entry(key).or_default();
            match order.day {
                Some(day) => seen.push(SeenOrder { day, items: order.items, looks: order.looks.clone() }),
                None => undated_orders += 1,
            }
        }
        let first_of_malls = shops.keys().filter_map(|key| Some((key.clone(), of_malls.remove(&key.0)?)));
        let waiting = first_of_malls.collect();
        Ok(Self { looks, files, shops, waiting, undated_orders })
    }

    /// The coverage of a shop by those of its looks that files of one kind made.
    pub(super) fn cover(&self, shop: &ShopKey, clock: Clock, wanted: impl Fn(&FileTold) -> bool) -> Coverage {
        let heard = |file: u32| self.files.get(file as usize).is_some_and(&wanted);
        let orders = self.shops.get(shop).into_iter().flatten().map(|order| SeenOrder {
            looks: order.looks.iter().copied().filter(|(file, _)| heard(*file)).collect(),
            ..order.clone()
        });
        let waiting = self.waiting.get(shop).cloned().unwrap_or_default();
        cover(&orders.filter(|o| !o.looks.is_empty()).collect::<Vec<_>>(), &self.files, &waiting, clock)
    }
}

/// The coverage of every shop. A range chooses days to be shown; what they are is told from all days.
pub fn coverage(
    ledger: &Ledger,
    schema: &Schema,
    range: DayRange,
    clock: Clock,
) -> Result<CoverageReport, LedgerError> {
    let gathered = Gathered::new(ledger, schema)?;
    let shops = gathered.shops.keys().map(|shop| {
        let told = gathered.cover(shop, clock, |_| true);
        shop_view(shop.0.clone(), shop.1, &told, &gathered.looks, range)
    });
    Ok(CoverageReport {
        shops: shops.collect(),
        undated_orders: gathered.undated_orders,
        settle_days: clock.settle_days,
    })
}

/// Days that rows in the quarantine name, in their order id or order time.
fn waiting_days(rows: &[QuarantinedRow], looks: &Looks, schema: &Schema) -> BTreeMap<String, BTreeSet<Day>> {
    let malls: BTreeMap<_, _> = looks.files.iter().map(|f| (f.hash, f.mall_id.clone())).collect();
    let mut days: BTreeMap<String, BTreeSet<Day>> = BTreeMap::new();
    for row in rows {
        let Some(mall) = malls.get(&row.hash).cloned().flatten() else { continue };
        if let Some(day) = day_of_row(row, schema) {
            days.entry(mall).or_default().insert(day);
        }
    }
    days
}

fn day_of_row(row: &QuarantinedRow, schema: &Schema) -> Option<Day> {
    let headers: Vec<&str> = row.row.cells.iter().map(|(header, _)| header.as_str()).collect();
    let map = schema.map_headers(&headers);
    let cell = |name: &str| {
        let at = schema.find(name)?;
        let found = map.columns.iter().find(|m| m.column == at)?;
        found.cells.iter().find_map(|cell| Some(row.row.cells.get(*cell)?.1.trim()).filter(|t| !t.is_empty()))
    };
    let in_id = cell("order_id").and_then(order_day_in_id);
    in_id.or_else(|| time::parse_time(cell("order_date")?).ok().map(KstDateTime::day))
}

fn shop_view(mall_id: String, shop_no: i64, told: &Coverage, looks: &Looks, range: DayRange) -> ShopView {
    let path = |file: &u32| looks.files.get(*file as usize).map(|f| f.path.clone());
    let overlap = |s: &Stretch| {
        let from = range.from.map_or(s.from, |d| d.max(s.from));
        let to = range.to.map_or(s.to, |d| d.min(s.to));
        (from <= to).then_some((from, to))
    };
    let stretches = told.stretches.iter().filter_map(|s| {
        let (from, to) = overlap(s)?;
        Some(StretchView {
            from: from.to_string(),
            to: to.to_string(),
            days: Stretch { from, to, ..s.clone() }.days(),
            verdict: s.verdict,
            rule: s.rule,
            expected_orders: s.expected.map(hundredths),
            claimed_by: s.claims.iter().filter_map(path).collect(),
        })
    });
    let day_view = |d: &DayCover| DayView {
        at: d.day,
        day: d.day.to_string(),
        verdict: d.verdict,
        rule: d.rule,
        orders: d.facts.as_ref().map_or(0, |f| f.orders),
        items: d.facts.as_ref().map_or(0, |f| f.items),
        orders_by_source: d.facts.as_ref().map_or_else(BTreeMap::new, |f| {
            f.by_source.iter().map(|(source, n)| (source.as_str(), *n)).collect()
        }),
        first_observed_at: d.facts.as_ref().map(|f| f.first_observed.to_string()),
        last_observed_at: d.facts.as_ref().map(|f| f.last_observed.to_string()),
        seen_once: d.facts.as_ref().map_or(0, |f| f.seen_once),
        may_have_drifted: d.facts.as_ref().map_or(0, |f| f.may_have_drifted),
    };
    let shown = told.days.iter().filter(|d| range.contains(Some(d.day)));
    ShopView {
        mall_id,
        shop_no,
        first_day: told.days.first().map(|d| d.day.to_string()),
        last_day: told.days.last().map(|d| d.day.to_string()),
        orders_a_day: told.pace.map(hundredths),
        stretches: stretches.collect(),
        days: shown.map(day_view).collect(),
    }
}

/// `3.25`
fn hundredths(n: u64) -> String {
    format!("{}.{:02}", n / 100, n % 100)
}
