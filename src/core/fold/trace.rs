//! Where each current value comes from: the fold of a few orders with its lineage kept, for `explain`.

use super::group::Scene;
use super::picks::Picks;
use super::rows::{Collected, ItemRow};
use super::{Observations, fold_all};
use crate::core::batch::BodiesView;
use crate::core::problem::Finding;
use crate::core::schema::{Column, StatusClass};
use crate::core::types::{Day, Instant, Source};

/// A current value and the sighting that told it; `None` where the program derives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TracedField {
    pub column: String,
    pub value: String,
    pub from: Option<u32>,
}

/// A current order with its items.
#[derive(Clone, Debug)]
pub struct TracedOrder {
    pub mall_id: String,
    pub shop_no: i64,
    pub order_id: String,
    pub day: Option<Day>,
    pub fields: Vec<TracedField>,
    pub items: Vec<TracedItem>,
    pub changes: Vec<TracedChange>,
    pub findings: Vec<Finding>,
}

#[derive(Clone, Debug)]
pub struct TracedItem {
    pub item_key: String,
    /// Every sighting that speaks of it, oldest first.
    pub sightings: Vec<u32>,
    pub fields: Vec<TracedField>,
}

#[derive(Clone, Debug)]
pub struct TracedChange {
    pub item_key: Option<String>,
    pub field: String,
    pub old_value: String,
    pub new_value: Option<String>,
    pub old: (Instant, Source),
    pub new: (Instant, Source),
}

/// Every current order of the observations, sorted by mall and shop, each value with the sighting it came from.
pub fn trace(seen: &Observations<'_>) -> Vec<TracedOrder> {
    let scene = Scene::new(*seen);
    let all = fold_all(&scene);
    let mut traced: Vec<TracedOrder> =
        (0..all.orders.len()).map(|index| trace_order(&scene, &all, index)).collect();
    traced.sort_by(|a, b| (&a.order_id, &a.mall_id, a.shop_no).cmp(&(&b.order_id, &b.mall_id, b.shop_no)));
    traced
}

pub(super) fn trace_order(scene: &Scene<'_>, all: &Collected<'_>, index: usize) -> TracedOrder {
    let order = &all.orders[index];
    let schema = scene.schema();
    let keys = [schema.known.mall_id, schema.known.shop_no, schema.known.order_id];
    let mut fields = told(&scene.orders, &schema.orders, &order.picks, |s| scene.sighting(s).order);
    fields.retain(|f| !keys.iter().any(|&k| schema.orders[k].name == f.column));
    let belongs = |f: &&Finding| {
        f.mall_id.as_deref() == Some(order.mall)
            && f.shop_no == Some(order.shop)
            && f.order_id.as_deref() == Some(order.order_id)
    };
    let mut changes: Vec<_> = all.changes.iter().filter(|change| change.order == index).collect();
    changes.sort_by(|a, b| (a.new, &a.item_key, &a.field).cmp(&(b.new, &b.item_key, &b.field)));
    TracedOrder {
        mall_id: order.mall.to_owned(),
        shop_no: order.shop,
        order_id: order.order_id.to_owned(),
        day: order.day,
        fields,
        items: all
            .items
            .iter()
            .filter(|item| item.order == index)
            .map(|item| trace_item(scene, item, order.order_id))
            .collect(),
        changes: changes
            .into_iter()
            .map(|change| TracedChange {
                item_key: change.item_key.clone(),
                field: change.field.clone(),
                old_value: change.old_value.clone(),
                new_value: change.new_value.clone(),
                old: change.old,
                new: change.new,
            })
            .collect(),
        findings: all.findings.iter().filter(belongs).cloned().collect(),
    }
}

fn trace_item(scene: &Scene<'_>, item: &ItemRow<'_>, order_id: &str) -> TracedItem {
    let schema = scene.schema();
    let known = &schema.known;
    let body = |s: u32| scene.sighting(s).item.unwrap_or_default();
    let mut fields = told(&scene.items, &schema.items, &item.picks, body);
    let name = |column: usize| schema.items[column].name.as_str();
    let derived = [
        (known.order_status, item.status_code),
        (known.status_class, item.class.map(StatusClass::as_str)),
        (known.origin_item_code, item.origin),
    ];
    for (column, value) in derived {
        let said = fields.iter().position(|f| f.column == name(column));
        match (said, value) {
            (Some(at), Some(value)) if fields[at].value == value => {}
            (Some(at), Some(value)) => {
                value.clone_into(&mut fields[at].value);
                fields[at].from = None;
            }
            (Some(at), None) => {
                fields.remove(at);
            }
            (None, Some(value)) => fields.push(TracedField {
                column: name(column).to_owned(),
                value: value.to_owned(),
                from: item.picks.of(known.status_text).filter(|_| column == known.order_status),
            }),
            (None, None) => {}
        }
    }
    fields.retain(|f| f.column != name(known.item_code));
    fields.sort_by_key(|f| schema.find(&f.column).map(|at| at.index));
    TracedItem { item_key: item.name.key(order_id).into_owned(), sightings: item.rows.clone(), fields }
}

fn told(
    view: &BodiesView<'_>,
    columns: &[Column],
    picks: &Picks,
    body_of: impl Fn(u32) -> u32,
) -> Vec<TracedField> {
    columns
        .iter()
        .enumerate()
        .filter_map(|(i, column)| {
            let from = picks.of(i)?;
            let value = view.display(body_of(from), i)?;
            Some(TracedField { column: column.name.clone(), value, from: Some(from) })
        })
        .collect()
}
