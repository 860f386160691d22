//! Files against the API: both sides of every order, put before [`crate::core::reconcile`] shop by shop.

use std::collections::{BTreeMap, BTreeSet};

use super::coverage::{Gathered, ShopKey};
use super::ledger::{DayRange, Ledger, LedgerError, Sides};
use super::report::reconcile::{
    ClassCounts, DaySides, DifferenceView, FieldView, OneSidedView, ReconcileReport, ShopSides,
};
use crate::core::coverage::{Clock, FileTold};
use crate::core::fold::TracedOrder;
use crate::core::reconcile::{
    Class, Counts, DaySum, Difference, FieldSum, Newer, OneSided, OrderFound, Reconciled, Rules, Scope,
    SideCover, SideOrder, Tally, Verdict, compare, scopes,
};
use crate::core::schema::Schema;
use crate::core::types::{Day, Money, Source};

/// Why the sides cannot be held against each other.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("the rules of reconciling cannot be read: {0}")]
    Rules(#[from] toml::de::Error),
}

/// What was found, shop by shop.
type Tallies = BTreeMap<ShopKey, Tally>;

/// The report for the order days of a range. `tolerance` is money a day.
pub fn reconcile(
    ledger: &Ledger,
    schema: &Schema,
    range: DayRange,
    clock: Clock,
    tolerance: Money,
) -> Result<ReconcileReport, ReconcileError> {
    let rules = Rules::new(schema)?;
    let gathered = Gathered::new(ledger, schema)?;
    let scopes: BTreeMap<ShopKey, BTreeMap<Day, Scope>> =
        gathered.shops.keys().map(|shop| (shop.clone(), scopes_of(&gathered, shop, clock))).collect();
    let scope_of = |shop: &ShopKey, day: Option<Day>| {
        let told = day.and_then(|day| scopes.get(shop)?.get(&day).copied());
        told.unwrap_or(Scope::Common)
    };
    let found = ledger.sides(range, &|sides: Sides<'_>, out: &mut Tallies| {
        let side = |orders: &[TracedOrder]| -> BTreeMap<i64, SideOrder> {
            orders.iter().map(|o| (o.shop_no, SideOrder::new(o, &rules, sides.moment))).collect()
        };
        let (files, api) = (side(&sides.files), side(&sides.api));
        for shop_no in files.keys().chain(api.keys()).collect::<BTreeSet<_>>() {
            let (files, api) = (files.get(shop_no), api.get(shop_no));
            let Some(first) = files.or(api) else { continue };
            let day = first.day.or_else(|| api?.day);
            if range.contains(day) {
                let scope = scope_of(&(first.key.mall_id.clone(), *shop_no), day);
                if let Some(found) = compare(files, api, scope, &rules) {
                    out.entry((found.key.mall_id.clone(), *shop_no)).or_default().add(found);
                }
            }
        }
    })?;
    let told: Vec<(ShopKey, Reconciled)> =
        found.into_iter().map(|(shop, tally)| (shop, tally.judge(tolerance))).collect();
    let verdict = told.iter().map(|(_, r)| r.verdict()).max().unwrap_or(Verdict::NothingToCompare);
    Ok(ReconcileReport {
        verdict: verdict.as_str(),
        tolerance: tolerance.to_string(),
        shops: told.iter().map(|(shop, told)| shop_view(shop, told)).collect(),
        undated_orders: gathered.undated_orders,
    })
}

fn scopes_of(gathered: &Gathered, shop: &ShopKey, clock: Clock) -> BTreeMap<Day, Scope> {
    let is_api = |file: &FileTold| file.source == Source::Api;
    let all = gathered.cover(shop, clock, |_| true);
    let (files, api) = (gathered.cover(shop, clock, |f| !is_api(f)), gathered.cover(shop, clock, is_api));
    let is_of_api = |file: u32| gathered.files.get(file as usize).is_some_and(is_api);
    scopes(
        &all,
        SideCover { own: &files, has: &|file| !is_of_api(file) },
        SideCover { own: &api, has: &is_of_api },
    )
}

fn shop_view(shop: &ShopKey, told: &Reconciled) -> ShopSides {
    let (orders, items) = told.counts();
    let total =
        |of: fn(&DaySum) -> Money| Money(told.days.iter().map(|d| of(d).0).fold(0, i64::saturating_add));
    let (files, api) = (total(|d| d.files_amount), total(|d| d.api_amount));
    let days = |wanted: fn(&&DaySum) -> bool| told.days.iter().filter(wanted).count() as u64;
    ShopSides {
        mall_id: shop.0.clone(),
        shop_no: shop.1,
        verdict: told.verdict().as_str(),
        orders: counts(orders),
        items: counts(items),
        days_judged: days(|d| d.verdict != Verdict::NothingToCompare),
        days_disagreeing: days(|d| d.verdict == Verdict::Disagree),
        files_amount: files.to_string(),
        api_amount: api.to_string(),
        difference: less(api, files).to_string(),
        off: total(|d| d.off).to_string(),
        days: told.days.iter().map(day_view).collect(),
        fields: told.fields.iter().map(field_view).collect(),
        differences: told
            .found
            .iter()
            .flat_map(|found| found.differences.iter().map(|d| difference_view(found, d)))
            .collect(),
        one_sided: told
            .found
            .iter()
            .flat_map(|found| found.one_sided.iter().map(|o| one_sided_view(found, o)))
            .collect(),
    }
}

fn less(a: Money, b: Money) -> Money {
    Money(a.0.saturating_sub(b.0))
}

fn counts(counts: Counts) -> ClassCounts {
    let Counts { equal, drifted, only_in_files, only_in_api, unjudged } = counts;
    ClassCounts { equal, drifted, only_in_files, only_in_api, unjudged }
}

fn day_view(day: &DaySum) -> DaySides {
    DaySides {
        day: day.day.map(|d| d.to_string()),
        scope: day.scope.as_str(),
        verdict: day.verdict.as_str(),
        orders: counts(day.orders),
        items: counts(day.items),
        files_amount: day.files_amount.to_string(),
        api_amount: day.api_amount.to_string(),
        difference: less(day.api_amount, day.files_amount).to_string(),
        off: day.off.to_string(),
        unweighed_orders: day.unweighed,
        orders_without_amount: day.without_amount,
    }
}

fn field_view(field: &FieldSum) -> FieldView {
    FieldView {
        field: field.field.clone(),
        count: field.count,
        files_newer: field.files_newer,
        api_newer: field.api_newer,
        amount: field.amount.map(|m| m.to_string()),
        frozen: field.frozen,
    }
}

fn difference_view(found: &OrderFound, d: &Difference) -> DifferenceView {
    DifferenceView {
        order_id: found.key.order_id.clone(),
        order_day: found.day.map(|d| d.to_string()),
        item_key: d.item_key.clone(),
        field: d.field.clone(),
        files_value: d.files.value.clone(),
        files_observed_at: d.files.at.to_string(),
        api_value: d.api.value.clone(),
        api_observed_at: d.api.at.to_string(),
        newer: match d.newer {
            Newer::Files => Some("files"),
            Newer::Api => Some("api"),
            Newer::Neither => None,
        },
        amount: d.amount.map(|m| m.to_string()),
        frozen: d.frozen,
    }
}

fn one_sided_view(found: &OrderFound, one: &OneSided) -> OneSidedView {
    let amount = found.amounts.iter().flatten().next().filter(|_| one.item_key.is_none());
    OneSidedView {
        order_id: found.key.order_id.clone(),
        order_day: found.day.map(|d| d.to_string()),
        item_key: one.item_key.clone(),
        only_in: if one.class == Class::OnlyInFiles { "files" } else { "api" },
        observed_at: one.seen.to_string(),
        other_observed_at: one.other_seen.map(|at| at.to_string()),
        amount: amount.map(ToString::to_string),
    }
}
