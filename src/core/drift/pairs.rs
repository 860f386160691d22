//! Which row of the state before is the same thing as a row of the state after.
//!
//! A key is not enough: an order moves when its shop becomes known, and an item that was inferred from rows without codes
//! is called otherwise once a coded row names it, or names another of its order (`~2` becomes `~1`). Such items are told by
//! their goods, as rows are (`docs/RULES.md`, Rows without item codes).

use std::collections::{BTreeMap, BTreeSet};

use super::{Key, State};
use crate::core::text::comparable;

/// Both sides must agree in each of these that both have, and in one of them at least.
const NAMING: [&str; 4] = ["variant_code", "product_code", "product_no", "product_name"];
/// These can only tell goods apart.
const VETOING: [&str; 4] = ["custom_product_code", "custom_variant_code", "option_value", "product_price"];

type States = BTreeMap<Key, State>;
/// Mall and order id: an order is the same in whatever shop it stands.
type Order<'a> = (&'a str, &'a str);
type Row<'a> = (&'a Key, &'a State);

fn order_of(key: &Key) -> Order<'_> {
    (&key.mall_id, &key.order_id)
}

/// The two states of everything that is in both.
pub(super) struct Pairs<'a> {
    /// What a row of the state after was before.
    pub(super) old: BTreeMap<&'a Key, &'a State>,
    pub(super) new_orders: u64,
    /// Further items of orders that were known.
    pub(super) new_items: u64,
}

impl<'a> Pairs<'a> {
    pub(super) fn new(before: &'a States, after: &'a States) -> Self {
        let mut old = by_key(before, after);
        let mut lost: BTreeMap<Order<'_>, usize> = BTreeMap::new();
        for (order, mut items) in inferred(before) {
            let mut open: Vec<Row<'_>> = rows_of(after, order)
                .filter(|(key, _)| key.item_key.is_some() && !old.contains_key(key))
                .collect();
            open.sort_by_key(|(key, _)| number(key));
            let mut pair = |is_same: fn(Row<'_>, Row<'_>) -> bool| {
                items.retain(|item| {
                    let Some(at) = open.iter().position(|new| is_same(*item, *new)) else { return true };
                    let (key, _) = open.remove(at);
                    old.insert(key, item.1);
                    false
                });
            };
            pair(|(_, was), (_, is)| goods(was, is) == Some(true));
            pair(|(was, of_old), (is, of_new)| was == is && goods(of_old, of_new).is_none());
            lost.insert(order, items.len());
        }

        let known: BTreeSet<Order<'_>> = before.keys().map(order_of).collect();
        let (mut new_orders, mut new_items) = (0, 0);
        for key in after.keys().filter(|key| !old.contains_key(key)) {
            match (&key.item_key, known.contains(&order_of(key))) {
                (None, false) => new_orders += 1,
                // An item of which nobody told the goods got its code.
                (Some(_), true) => match lost.get_mut(&order_of(key)).filter(|n| **n > 0) {
                    Some(n) => *n -= 1,
                    None => new_items += 1,
                },
                _ => {}
            }
        }
        Self { old, new_orders, new_items }
    }
}

/// Orders and coded items: those that kept their key, and those that stand under another shop now.
fn by_key<'a>(before: &'a States, after: &'a States) -> BTreeMap<&'a Key, &'a State> {
    let anywhere = |key: &'a Key| (order_of(key), key.item_key.as_deref());
    let moved: BTreeMap<_, &State> = before
        .iter()
        .filter(|(key, _)| !after.contains_key(key))
        .map(|(key, state)| (anywhere(key), state))
        .collect();
    after
        .keys()
        .filter(|key| number(key).is_none())
        .filter_map(|key| Some((key, before.get(key).or_else(|| moved.get(&anywhere(key)).copied())?)))
        .collect()
}

/// Items without a code, by order, in the order of their numbers.
fn inferred(states: &States) -> BTreeMap<Order<'_>, Vec<Row<'_>>> {
    let mut all: BTreeMap<Order<'_>, Vec<Row<'_>>> = BTreeMap::new();
    for (key, state) in states.iter().filter(|(key, _)| number(key).is_some()) {
        all.entry(order_of(key)).or_default().push((key, state));
    }
    all.values_mut().for_each(|items| items.sort_by_key(|(key, _)| number(key)));
    all
}

/// The number of an inferred item. No code has a `~`.
fn number(key: &Key) -> Option<u64> {
    key.item_key.as_deref()?.rsplit_once('~')?.1.parse().ok()
}

/// The rows of an order, the order itself first.
pub(super) fn rows_of<'a>(
    states: &'a States,
    (mall_id, order_id): Order<'_>,
) -> impl Iterator<Item = Row<'a>> {
    let first =
        Key { mall_id: mall_id.to_owned(), order_id: order_id.to_owned(), item_key: None, shop_no: i64::MIN };
    let (mall_id, order_id) = (first.mall_id.clone(), first.order_id.clone());
    states.range(first..).take_while(move |(key, _)| key.mall_id == mall_id && key.order_id == order_id)
}

/// Whether both can be the same goods; `None` where nothing that both have tells it.
fn goods(a: &State, b: &State) -> Option<bool> {
    let spelled = |state: &State, column: &str| -> Option<String> {
        let value = state.values.get(column)?;
        Some(match column {
            "product_name" | "option_value" => comparable(value).into_owned(),
            _ => value.clone(),
        })
    };
    let agree = |column: &&str| Some(spelled(a, column)? == spelled(b, column)?);
    let naming: Vec<bool> = NAMING.iter().filter_map(agree).collect();
    if naming.iter().copied().chain(VETOING.iter().filter_map(agree)).all(|same| same) {
        (!naming.is_empty()).then_some(true)
    } else {
        Some(false)
    }
}
