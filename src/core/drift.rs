//! What became different between two states of the ledger, and what it means to an analyst.
//!
//! Both states are folded tables, so a value that went there and back again is no change, and neither is a status told by
//! its label and its code twice. What belongs together is data: `schemas/changes.toml`.

mod pairs;
#[cfg(test)]
mod tests;
mod topics;

use std::collections::{BTreeMap, BTreeSet};

use super::schema::comparable_label;
use super::types::{Day, Money};
use pairs::Pairs;
pub use topics::{Amount, Topic, topics};

/// The column of status labels, which every source spells in its own way.
const STATUS_LABEL: &str = "status_text";

/// An order or an item, as the tables have it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub mall_id: String,
    pub order_id: String,
    /// `None` for the order itself.
    pub item_key: Option<String>,
    pub shop_no: i64,
}

/// Its values by column; a blank has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    pub day: Option<Day>,
    pub values: BTreeMap<String, String>,
}

/// A value that became another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub key: Key,
    pub day: Option<Day>,
    pub field: String,
    /// `None` for a first word.
    pub old: Option<String>,
    /// `None` where it was cleared.
    pub new: Option<String>,
    /// Where all that an order has of the topic are first words.
    pub first: Option<FirstWord>,
}

/// What first words of an order's amount are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstWord {
    /// Hundredths beyond what other columns had told.
    pub adds: i64,
    /// Whether any of them had told anything.
    pub told_before: bool,
}

impl Difference {
    /// What an amount gained; `None` where the texts are no amounts. A first word gains from zero.
    pub fn gain(&self) -> Option<i64> {
        let hundredths = |text: &Option<String>| match text {
            None => Some(0),
            Some(text) => super::number::parse_money(text).ok().map(|Money(n)| n),
        };
        Some(hundredths(&self.new)?.saturating_sub(hundredths(&self.old)?))
    }
}

/// All that became different.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// By order, the order itself before its items.
    pub differences: Vec<Difference>,
    pub new_orders: u64,
    /// Further items of orders that were known.
    pub new_items: u64,
}

/// Compares two states. An order whose shop became known later is the same order, and so is an item that got its code.
pub fn compare(before: &BTreeMap<Key, State>, after: &BTreeMap<Key, State>, topics: &[Topic]) -> Drift {
    let first_words: BTreeSet<&str> =
        topics.iter().filter(|t| t.first_word).flat_map(|t| &t.columns).map(String::as_str).collect();
    let Pairs { old, new_orders, new_items } = Pairs::new(before, after);
    let mut drift = Drift { differences: Vec::new(), new_orders, new_items };
    for (key, state) in after {
        let Some(old) = old.get(key) else { continue };
        let fields: BTreeSet<&String> = old.values.keys().chain(state.values.keys()).collect();
        for field in fields {
            let (was, is) = (old.values.get(field), state.values.get(field));
            let first_word = was.is_none();
            let told =
                !first_word || (first_words.contains(field.as_str()) && is.is_some_and(|v| !is_zero(v)));
            if was != is && told && !is_one_word(field, was, is) {
                drift.differences.push(Difference {
                    key: key.clone(),
                    day: state.day,
                    field: field.clone(),
                    old: was.cloned(),
                    new: is.cloned(),
                    first: None,
                });
            }
        }
    }
    for topic in topics.iter().filter(|t| t.first_word) {
        weigh_first_words(&mut drift.differences, topic, before, after);
    }
    drift
}

/// A first word is news only as far as no other column of its topic had told the same: 총 실제 환불금액 where only 실제 환불금액
/// was known tells no new refund. Orders in which a known value became another are told by that.
fn weigh_first_words(
    differences: &mut Vec<Difference>,
    topic: &Topic,
    before: &BTreeMap<Key, State>,
    after: &BTreeMap<Key, State>,
) {
    let mut told_anew: BTreeMap<(String, String), bool> = BTreeMap::new();
    for d in differences.iter().filter(|d| topic.columns.contains(&d.field)) {
        let order = (d.key.mall_id.clone(), d.key.order_id.clone());
        *told_anew.entry(order).or_insert(true) &= d.old.is_none();
    }
    let weighed: BTreeMap<(String, String), FirstWord> = told_anew
        .into_iter()
        .filter(|(_, only_first_words)| *only_first_words)
        .map(|(order, _)| {
            let name = (order.0.as_str(), order.1.as_str());
            let (was, is) = (worth(before, name, topic), worth(after, name, topic));
            let adds = is.unwrap_or(0).saturating_sub(was.unwrap_or(0));
            (order, FirstWord { adds, told_before: was.is_some() })
        })
        .collect();
    differences.retain_mut(|d| {
        if topic.columns.contains(&d.field) {
            d.first = weighed.get(&(d.key.mall_id.clone(), d.key.order_id.clone())).copied();
        }
        d.first.is_none_or(|first| first.adds != 0)
    });
}

/// What the columns of a topic tell of an order, in hundredths: the first that tells more than zero, of items their sum.
fn worth(states: &BTreeMap<Key, State>, order: (&str, &str), topic: &Topic) -> Option<i64> {
    let told = |column: &String| {
        let values = pairs::rows_of(states, order).filter_map(|(_, state)| state.values.get(column));
        let amounts: Vec<i64> =
            values.filter_map(|v| super::number::parse_money(v).ok()).map(|Money(n)| n).collect();
        (!amounts.is_empty()).then(|| amounts.into_iter().fold(0, i64::saturating_add))
    };
    let told: Vec<i64> = topic.columns.iter().filter_map(told).collect();
    told.iter().find(|n| **n != 0).or(told.first()).copied()
}

/// Whether the values are one word told in two ways: a status label with other spaces, or a time told more precisely.
pub(super) fn is_one_word(field: &str, was: Option<&String>, is: Option<&String>) -> bool {
    let (Some(was), Some(is)) = (was, is) else { return false };
    if field == STATUS_LABEL {
        return comparable_label(was) == comparable_label(is);
    }
    let midnight =
        was.strip_suffix(" 00:00:00").is_some_and(|day| is.strip_prefix(day).is_some_and(is_clock));
    let minute =
        |text: &str| text.get(..16).filter(|_| text.get(10..).is_some_and(is_clock)).map(str::to_owned);
    midnight || (was.ends_with(":00") && minute(was).is_some() && minute(was) == minute(is))
}

/// ` 03:04:05`
fn is_clock(text: &str) -> bool {
    text.len() == 9
        && text.bytes().zip(*b" 00:00:00").all(|(b, like)| match like {
            b'0' => b.is_ascii_digit(),
            like => b == like,
        })
}

fn is_zero(text: &str) -> bool {
    super::number::parse_money(text) == Ok(Money(0))
}

/// The differences of one topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicSum {
    pub topic: String,
    /// Orders in which anything of it became different.
    pub orders: u64,
    /// Items and orders: a status is counted once however it was told.
    pub places: u64,
    /// What it means for the store's money.
    pub amount: Option<Money>,
    /// Of `orders` and `amount`: those where nothing had been told before.
    pub first_told: Option<(u64, Money)>,
    /// How often each old value became which new one, the most frequent first; of topics without an amount.
    pub steps: Vec<(String, Option<String>, u64)>,
}

/// The topics that have differences, in the order of the topics.
pub fn summarise(differences: &[Difference], topics: &[Topic]) -> Vec<TopicSum> {
    let listed: BTreeSet<&str> = topics.iter().flat_map(|t| &t.columns).map(String::as_str).collect();
    let other = Topic { name: "other".to_owned(), columns: Vec::new(), amount: None, first_word: false };
    topics
        .iter()
        .chain([&other])
        .filter_map(|topic| {
            let ours: Vec<&Difference> = differences
                .iter()
                .filter(|d| match topic.columns.as_slice() {
                    [] => !listed.contains(d.field.as_str()),
                    columns => columns.contains(&d.field),
                })
                .collect();
            (!ours.is_empty()).then(|| sum_up(topic, &ours))
        })
        .collect()
}

fn sum_up(topic: &Topic, differences: &[&Difference]) -> TopicSum {
    let mut orders: BTreeMap<(&str, &str, i64), Vec<&Difference>> = BTreeMap::new();
    for d in differences {
        orders.entry((&d.key.mall_id, &d.key.order_id, d.key.shop_no)).or_default().push(d);
    }
    let places: BTreeSet<&Key> = differences.iter().map(|d| &d.key).collect();
    let mut sum = TopicSum {
        topic: topic.name.clone(),
        orders: orders.len() as u64,
        places: places.len() as u64,
        amount: None,
        first_told: None,
        steps: Vec::new(),
    };
    let Some(amount) = topic.amount else {
        sum.steps = steps(topic, differences);
        return sum;
    };
    let sign = match amount {
        Amount::More => 1,
        Amount::Less => -1,
    };
    let (mut total, mut first) = (0i64, (0u64, 0i64));
    for ours in orders.values() {
        // The columns tell the same money: one speaks for the order, the first that was known and became different.
        let first_of = |wanted: &dyn Fn(&Difference) -> bool| {
            topic.columns.iter().find(|c| ours.iter().any(|d| d.field == **c && wanted(d)))
        };
        let became = first_of(&|d| d.old.is_some());
        let Some(column) = became.or_else(|| first_of(&|_| true)) else { continue };
        let telling: Vec<&&Difference> = ours.iter().filter(|d| d.field == *column).collect();
        if let Some(word) = telling.iter().find_map(|d| d.first) {
            let gain = word.adds.saturating_mul(sign);
            total = total.saturating_add(gain);
            if !word.told_before {
                first = (first.0 + 1, first.1.saturating_add(gain));
            }
            continue;
        }
        for d in telling {
            let gain = d.gain().unwrap_or_default().saturating_mul(sign);
            total = total.saturating_add(gain);
            first.1 = first.1.saturating_add(if d.old.is_none() { gain } else { 0 });
        }
    }
    sum.amount = Some(Money(total));
    sum.first_told = (first.1 != 0).then_some((first.0, Money(first.1)));
    sum
}

/// Steps of the topic's first column that changed in a place: a label speaks where the code is the same, or is none.
fn steps(topic: &Topic, differences: &[&Difference]) -> Vec<(String, Option<String>, u64)> {
    let rank = |d: &Difference| topic.columns.iter().position(|c| *c == d.field).unwrap_or(usize::MAX);
    let mut places: BTreeMap<&Key, &Difference> = BTreeMap::new();
    for d in differences.iter().copied().filter(|d| d.old.is_some()) {
        places
            .entry(&d.key)
            .and_modify(|best| *best = if rank(d) < rank(best) { d } else { *best })
            .or_insert(d);
    }
    let mut counts: BTreeMap<(String, Option<String>), u64> = BTreeMap::new();
    for d in places.into_values() {
        if let Some(old) = &d.old {
            *counts.entry((old.clone(), d.new.clone())).or_default() += 1;
        }
    }
    let mut steps: Vec<_> = counts.into_iter().map(|((old, new), n)| (old, new, n)).collect();
    steps.sort_by_key(|(_, _, n)| u64::MAX - n);
    steps
}
