//! Files against the API: the same orders as two sides tell them (`docs/RULES.md`, Files against the API).
//!
//! A field that only one side can tell is no disagreement, and neither is one word in two spellings. What is left is drift: both
//! values stand there with both times, and the later one is the newer word. Whether the sides agree is a question of
//! money, answered order by order without sign, so that two errors never cancel each other.

mod rules;
mod scope;
mod sums;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::drift::is_one_word;
use super::fold::{TracedField, TracedOrder};
use super::number::{parse_int, parse_money};
use super::types::{Day, Instant, Money};
pub use rules::Rules;
pub use scope::{Scope, SideCover, scopes};
pub use sums::{Counts, DaySum, FieldSum, Reconciled, Tally, Verdict};

/// What a side says of a field, and since when it is its newest word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub value: String,
    pub at: Instant,
}

/// A side's current row of an item, or the order's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideRow {
    pub words: BTreeMap<String, Word>,
    /// When the side last looked at it.
    pub seen: Instant,
}

/// An order as one side tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideOrder {
    pub key: OrderKey,
    pub day: Option<Day>,
    pub own: SideRow,
    pub items: BTreeMap<String, SideRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrderKey {
    pub mall_id: String,
    pub shop_no: i64,
    pub order_id: String,
}

impl SideOrder {
    /// An order out of the fold, with its compared columns; `moment` tells when a sighting was made.
    pub fn new(order: &TracedOrder, rules: &Rules, moment: impl Fn(u32) -> Instant) -> Self {
        let row = |fields: &[TracedField], seen: Option<Instant>| {
            let told = fields.iter().filter_map(|f| f.from).map(&moment);
            let seen = told.chain(seen).max().unwrap_or(Instant(0));
            let words = fields.iter().filter(|f| rules.compares(&f.column)).map(|f| {
                let at = f.from.map_or(seen, &moment);
                (f.column.clone(), Word { value: f.value.clone(), at })
            });
            SideRow { words: words.collect(), seen }
        };
        let items: BTreeMap<String, SideRow> = order
            .items
            .iter()
            .map(|item| {
                let seen = item.sightings.iter().map(|s| moment(*s)).max();
                (item.item_key.clone(), row(&item.fields, seen))
            })
            .collect();
        let seen = items.values().map(|i| i.seen).max();
        Self {
            key: OrderKey {
                mall_id: order.mall_id.clone(),
                shop_no: order.shop_no,
                order_id: order.order_id.clone(),
            },
            day: order.day,
            own: row(&order.fields, seen),
            items,
        }
    }

    /// What the order is worth by a column.
    fn by(&self, column: &str, counts: CountedItems<'_>) -> Option<i64> {
        let amount = |row: &SideRow| parse_money(&row.words.get(column)?.value).ok().map(|m| m.0);
        amount(&self.own).or_else(|| self.over_items(counts, amount))
    }

    /// What the order's goods cost by quantity and price.
    fn by_goods(&self, counts: CountedItems<'_>) -> Option<i64> {
        let word = |row: &SideRow, column: &str| row.words.get(column).map(|w| w.value.clone());
        let money = |row: &SideRow, column| parse_money(&word(row, column)?).ok().map(|m| m.0);
        self.over_items(counts, |row| {
            let quantity = parse_int(&word(row, "quantity")?).ok()?;
            let price = money(row, "product_price")?.checked_add(money(row, "option_price").unwrap_or(0))?;
            price.checked_mul(quantity)
        })
    }

    fn over_items(&self, counts: CountedItems<'_>, amount: impl Fn(&SideRow) -> Option<i64>) -> Option<i64> {
        let mut rows = self.items.iter().filter(|(item, _)| counts(item)).map(|(_, row)| row).peekable();
        rows.peek()?;
        rows.try_fold(0i64, |sum, row| sum.checked_add(amount(row)?))
    }

    /// All that tells what it is worth, best first.
    fn worths(&self, rules: &Rules, counts: CountedItems<'_>) -> Vec<Option<i64>> {
        let by_columns = rules.amounts.iter().map(|column| self.by(column, counts));
        by_columns.chain([self.by_goods(counts)]).collect()
    }
}

/// Which items an amount that is added up over items takes in.
type CountedItems<'a> = &'a dyn Fn(&str) -> bool;

/// In which of the classes an order or item is; it is in exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Both sides have it, and agree in all that both tell.
    Equal,
    /// Both have it and differ in a field.
    Drifted,
    OnlyInFiles,
    OnlyInApi,
    /// One side has it, on a day that the other does not cover.
    Unjudged,
}

impl Class {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Drifted => "drifted",
            Self::OnlyInFiles => "only_in_files",
            Self::OnlyInApi => "only_in_api",
            Self::Unjudged => "unjudged",
        }
    }
}

/// Whose word is the newer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Newer {
    Files,
    Api,
    /// Both were told at the same moment.
    Neither,
}

/// A field in which the sides differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `None` for a field of the order.
    pub item_key: Option<String>,
    pub field: String,
    pub files: Word,
    pub api: Word,
    pub newer: Newer,
    /// It never changes, so no newer word explains it.
    pub frozen: bool,
    /// API less files, of amounts.
    pub amount: Option<Money>,
}

/// An order or item that one side lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneSided {
    /// `None` for a whole order.
    pub item_key: Option<String>,
    pub class: Class,
    pub seen: Instant,
    /// When the other side last looked at the order, if it has it.
    pub other_seen: Option<Instant>,
}

/// What is found of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderFound {
    pub key: OrderKey,
    pub day: Option<Day>,
    pub scope: Scope,
    pub class: Class,
    pub items: BTreeMap<String, Class>,
    pub differences: Vec<Difference>,
    pub one_sided: Vec<OneSided>,
    /// What it is worth to each side, as far as both can be held against each other.
    pub amounts: [Option<Money>; 2],
    /// It differs in a way that no amount weighs.
    pub unweighed: bool,
}

impl OrderFound {
    /// By how much the sides are apart, without sign.
    pub fn off(&self) -> Money {
        let [files, api] = self.amounts.map(|m| m.map_or(0, |Money(n)| n));
        Money(files.saturating_sub(api).saturating_abs())
    }
}

/// Holds both sides of an order against each other. `None` where neither has it.
pub fn compare(
    files: Option<&SideOrder>,
    api: Option<&SideOrder>,
    scope: Scope,
    rules: &Rules,
) -> Option<OrderFound> {
    match (files, api) {
        (Some(files), Some(api)) => Some(both(files, api, scope, rules)),
        (Some(order), None) => Some(alone(order, scope, Class::OnlyInFiles, rules)),
        (None, Some(order)) => Some(alone(order, scope, Class::OnlyInApi, rules)),
        (None, None) => None,
    }
}

fn alone(order: &SideOrder, scope: Scope, class: Class, rules: &Rules) -> OrderFound {
    let judged = scope == Scope::Whole;
    let class = if judged { class } else { Class::Unjudged };
    let worth = order.worths(rules, &|_| true).into_iter().flatten().next().filter(|_| judged).map(Money);
    let one_sided = OneSided { item_key: None, class, seen: order.own.seen, other_seen: None };
    OrderFound {
        key: order.key.clone(),
        day: order.day,
        scope,
        class,
        items: order.items.keys().map(|key| (key.clone(), class)).collect(),
        differences: Vec::new(),
        one_sided: if judged { vec![one_sided] } else { Vec::new() },
        amounts: match class {
            Class::OnlyInFiles => [worth, None],
            Class::OnlyInApi => [None, worth],
            _ => [None, None],
        },
        unweighed: judged && worth.is_none(),
    }
}

fn both(files: &SideOrder, api: &SideOrder, scope: Scope, rules: &Rules) -> OrderFound {
    let mut found = OrderFound {
        key: files.key.clone(),
        day: files.day.or(api.day),
        scope,
        class: Class::Equal,
        items: BTreeMap::new(),
        differences: differences(None, &files.own, &api.own, rules),
        one_sided: Vec::new(),
        amounts: [None, None],
        unweighed: false,
    };
    if !found.differences.is_empty() {
        found.class = Class::Drifted;
    }
    let mut lone = |item_key: &String, row: &SideRow, class: Class, other: &SideOrder| {
        let class = if scope == Scope::Whole { class } else { Class::Unjudged };
        if class != Class::Unjudged {
            let (seen, other_seen) = (row.seen, Some(other.own.seen));
            found.one_sided.push(OneSided { item_key: Some(item_key.clone()), class, seen, other_seen });
        }
        class
    };
    for (item, row) in &files.items {
        let class = match api.items.get(item) {
            None => lone(item, row, Class::OnlyInFiles, api),
            Some(other) => {
                let differing = differences(Some(item), row, other, rules);
                let class = if differing.is_empty() { Class::Equal } else { Class::Drifted };
                found.differences.extend(differing);
                class
            }
        };
        found.items.insert(item.clone(), class);
    }
    for (item, row) in api.items.iter().filter(|(item, _)| !files.items.contains_key(*item)) {
        found.items.insert(item.clone(), lone(item, row, Class::OnlyInApi, files));
    }
    // Where one side may lack items, nothing follows from those that it lacks: neither a class nor money.
    let counts = |item: &str| {
        scope == Scope::Whole || (files.items.contains_key(item) && api.items.contains_key(item))
    };
    let (of_files, of_api) = (files.worths(rules, &counts), api.worths(rules, &counts));
    let compared = of_files.into_iter().zip(of_api).find_map(|(f, a)| f.zip(a));
    found.amounts = [compared.map(|(f, _)| Money(f)), compared.map(|(_, a)| Money(a))];
    found.unweighed = compared.is_none() && !found.one_sided.is_empty();
    found
}

/// The fields that both sides tell, and tell differently.
fn differences(item_key: Option<&String>, files: &SideRow, api: &SideRow, rules: &Rules) -> Vec<Difference> {
    let both_tell = |column: &str| files.words.contains_key(column) && api.words.contains_key(column);
    let is_echo = |column: &str| rules.echoes.iter().any(|e| e.column == column && both_tell(&e.of));
    let told = files.words.iter().filter_map(|(field, word)| Some((field, word, api.words.get(field)?)));
    told.filter(|(field, files, api)| !is_said_alike(field, files, api) && !is_echo(field))
        .map(|(field, files, api)| {
            let amount = |word: &Word| parse_money(&word.value).ok().filter(|_| rules.is_money(field));
            Difference {
                item_key: item_key.cloned(),
                field: field.clone(),
                newer: match files.at.cmp(&api.at) {
                    std::cmp::Ordering::Less => Newer::Api,
                    std::cmp::Ordering::Equal => Newer::Neither,
                    std::cmp::Ordering::Greater => Newer::Files,
                },
                frozen: rules.is_frozen(field),
                amount: amount(files).zip(amount(api)).map(|(f, a)| Money(a.0.saturating_sub(f.0))),
                files: files.clone(),
                api: api.clone(),
            }
        })
        .collect()
}

fn is_said_alike(field: &str, files: &Word, api: &Word) -> bool {
    let (files, api) = (Some(&files.value), Some(&api.value));
    files == api || is_one_word(field, files, api) || is_one_word(field, api, files)
}
