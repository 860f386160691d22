//! What was sold and what went back, a month and a source (`docs/RULES.md`, Sales).
//!
//! The view `daily_sales` in BigQuery counts alike, so a report and a dashboard agree. Amounts of an order are taken once,
//! never once an item, and every sum is exact: hundredths in 128 bits cannot overflow.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::iter;
use std::ops::{Add, AddAssign, Sub};

use super::types::{Day, Money, Month};

/// A sum of amounts, in hundredths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sum(pub i128);

impl From<Money> for Sum {
    fn from(Money(hundredths): Money) -> Self {
        Self(i128::from(hundredths))
    }
}

/// A blank counts as nothing.
impl From<Option<Money>> for Sum {
    fn from(money: Option<Money>) -> Self {
        money.map_or(Self(0), Self::from)
    }
}

impl Add for Sum {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Sum {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl iter::Sum for Sum {
    fn sum<I: Iterator<Item = Self>>(sums: I) -> Self {
        sums.fold(Self(0), Add::add)
    }
}

/// `-340000.00`
impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let abs = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", abs / 100, abs % 100)
    }
}

/// A part of a whole in thousandths, rounded half up; `None` where either is no positive amount.
pub fn thousandths(part: Sum, whole: Sum) -> Option<u64> {
    if part.0 < 0 || whole.0 <= 0 || part > whole {
        return None;
    }
    u64::try_from((part.0.checked_mul(2000)?.checked_add(whole.0)?) / whole.0.checked_mul(2)?).ok()
}

/// Classes of items that are not sold: never paid, or standing beside what they replace.
const NOT_SOLD: [&str; 2] = ["canceled_before_payment", "exchange_goods"];

/// What an item's row says of money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItemAmounts<'a> {
    pub status_class: Option<&'a str>,
    pub quantity: Option<i64>,
    /// Of one piece.
    pub product_price: Option<Money>,
    /// Of one piece.
    pub option_price: Option<Money>,
    pub additional_discount: Option<Money>,
    pub coupon_discount: Option<Money>,
    pub app_discount: Option<Money>,
    pub refund: Option<Money>,
    pub refund_day: Option<Day>,
}

/// The items of an order, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItemSums {
    gross: Sum,
    discounts: Sum,
    /// `None` where no item tells a refund.
    refunds: Option<Sum>,
    refund_day: Option<Day>,
}

impl ItemSums {
    pub fn add(&mut self, item: &ItemAmounts<'_>) {
        if !item.status_class.is_some_and(|class| NOT_SOLD.contains(&class)) {
            let unit = Sum::from(item.product_price) + Sum::from(item.option_price);
            self.gross += Sum(unit.0.saturating_mul(i128::from(item.quantity.unwrap_or_default())));
            for discount in [item.additional_discount, item.coupon_discount, item.app_discount] {
                self.discounts += discount.into();
            }
        }
        if let Some(refund) = item.refund {
            self.refunds = Some(self.refunds.unwrap_or_default() + refund.into());
        }
        self.refund_day = self.refund_day.max(item.refund_day);
    }
}

/// What an order's row says of money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrderAmounts {
    pub order_day: Option<Day>,
    pub payment_day: Option<Day>,
    pub membership_discount: Option<Money>,
    pub order_coupon_discount: Option<Money>,
    pub total_refund: Option<Money>,
    pub actual_refund: Option<Money>,
}

/// Sales of an order, or of many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sales {
    pub gross: Sum,
    pub discounts: Sum,
    pub refunds: Sum,
}

impl Sales {
    pub fn of(order: &OrderAmounts, items: &ItemSums) -> Self {
        // A zero told before the refund never outweighs the refund that another column tells.
        let told = [order.total_refund, order.actual_refund].into_iter().flatten().map(Sum::from);
        Self {
            gross: items.gross,
            discounts: items.discounts
                + order.membership_discount.into()
                + order.order_coupon_discount.into(),
            refunds: told.chain(items.refunds).find(|refund| *refund != Sum(0)).unwrap_or_default(),
        }
    }

    pub fn net(&self) -> Sum {
        self.gross - self.discounts - self.refunds
    }
}

impl AddAssign for Sales {
    fn add_assign(&mut self, other: Self) {
        self.gross += other.gross;
        self.discounts += other.discounts;
        self.refunds += other.refunds;
    }
}

/// How many days lay between payment and refund: both ends included; `None` is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LagBin {
    pub from: Option<i32>,
    pub to: Option<i32>,
}

const fn bin(from: Option<i32>, to: Option<i32>) -> LagBin {
    LagBin { from, to }
}

/// The bins of lags, from short to long. The first is of refunds before the payment, which no shop has but files do.
pub const LAG_BINS: [LagBin; 8] = [
    bin(None, Some(-1)),
    bin(Some(0), Some(3)),
    bin(Some(4), Some(7)),
    bin(Some(8), Some(14)),
    bin(Some(15), Some(30)),
    bin(Some(31), Some(60)),
    bin(Some(61), Some(90)),
    bin(Some(91), None),
];

/// Refunds of one bin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refunds {
    pub orders: u64,
    pub amount: Sum,
}

impl AddAssign for Refunds {
    fn add_assign(&mut self, other: Self) {
        self.orders += other.orders;
        self.amount += other.amount;
    }
}

/// Refunds by how long they took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lags {
    /// As [`LAG_BINS`].
    pub bins: [Refunds; LAG_BINS.len()],
    /// No source tells the day of the refund, or neither that of payment nor of order.
    pub unknown: Refunds,
}

impl Lags {
    /// Of one order.
    pub fn of(order: &OrderAmounts, items: &ItemSums, refunded: Sum) -> Self {
        let mut lags = Self::default();
        if refunded == Sum(0) {
            return lags;
        }
        let days = items
            .refund_day
            .zip(order.payment_day.or(order.order_day))
            .map(|(refunded, paid)| refunded.0.saturating_sub(paid.0));
        let place = days.and_then(|days| {
            LAG_BINS
                .iter()
                .position(|b| b.from.is_none_or(|from| from <= days) && b.to.is_none_or(|to| days <= to))
        });
        let refunds = place.and_then(|i| lags.bins.get_mut(i)).unwrap_or(&mut lags.unknown);
        *refunds = Refunds { orders: 1, amount: refunded };
        lags
    }

    pub fn all(&self) -> Refunds {
        let mut all = self.unknown;
        self.bins.iter().for_each(|bin| all += *bin);
        all
    }
}

impl AddAssign for Lags {
    fn add_assign(&mut self, other: Self) {
        self.bins.iter_mut().zip(other.bins).for_each(|(bin, more)| *bin += more);
        self.unknown += other.unknown;
    }
}

/// What some sources have spoken of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub orders: u64,
    pub items: u64,
    pub net: Sum,
}

/// A month of a shop. Each order, and each item, stands under exactly one set of sources, so their sums are the month's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MonthBook {
    pub orders: u64,
    pub items: u64,
    pub sales: Sales,
    /// By sources as the tables have them: `api,export`.
    pub by_sources: BTreeMap<String, Told>,
    pub lags: Lags,
}

impl AddAssign<&MonthBook> for MonthBook {
    fn add_assign(&mut self, other: &Self) {
        self.orders += other.orders;
        self.items += other.items;
        self.sales += other.sales;
        self.lags += other.lags;
        for (sources, told) in &other.by_sources {
            let sum = self.by_sources.entry(sources.clone()).or_default();
            sum.orders += told.orders;
            sum.items += told.items;
            sum.net += told.net;
        }
    }
}

/// A shop: its months, and orders of which no day is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShopBook {
    pub months: BTreeMap<Month, MonthBook>,
    pub undated: MonthBook,
    /// Currencies that orders name.
    pub currencies: BTreeSet<String>,
    /// The name that most orders tell.
    names: BTreeMap<String, u64>,
}

impl ShopBook {
    fn month(&mut self, day: Option<Day>) -> &mut MonthBook {
        match day {
            Some(day) => self.months.entry(day.month()).or_default(),
            None => &mut self.undated,
        }
    }

    pub fn add_item(&mut self, day: Option<Day>, sources: &str) {
        let month = self.month(day);
        month.items += 1;
        told(month, sources).items += 1;
    }

    pub fn add_order(&mut self, order: &OrderAmounts, items: &ItemSums, sources: &str) {
        let sales = Sales::of(order, items);
        let month = self.month(order.order_day);
        month.orders += 1;
        month.sales += sales;
        month.lags += Lags::of(order, items, sales.refunds);
        let told = told(month, sources);
        told.orders += 1;
        told.net += sales.net();
    }

    pub fn named(&mut self, name: &str) {
        match self.names.get_mut(name) {
            Some(n) => *n += 1,
            None => _ = self.names.insert(name.to_owned(), 1),
        }
    }

    pub fn name(&self) -> Option<&str> {
        self.names.iter().max_by_key(|(_, n)| **n).map(|(name, _)| name.as_str())
    }

    /// All months and orders without one.
    pub fn total(&self) -> MonthBook {
        let mut all = self.undated.clone();
        self.months.values().for_each(|month| all += month);
        all
    }
}

fn told<'a>(month: &'a mut MonthBook, sources: &str) -> &'a mut Told {
    if !month.by_sources.contains_key(sources) {
        month.by_sources.insert(sources.to_owned(), Told::default());
    }
    month.by_sources.entry(sources.to_owned()).or_default()
}
