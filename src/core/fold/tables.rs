//! Folded rows as Arrow tables, in the column order of `core::tables`.
//!
//! Texts that come out of bodies stay the views that they are there ([`body_type`]): they are copied once, when the table
//! is written. Hashes of persons, which are bytes there, become hex digits.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, FixedSizeBinaryArray, Int64Array, RecordBatch, StringArray,
    StringBuilder, TimestampMicrosecondArray, new_null_array,
};
use arrow::datatypes::{DataType, Field, Schema as ArrowSchema};
use arrow::error::ArrowError;

use super::group::Scene;
use super::picks::{self, Picks};
use super::rows::{Collected, ItemName, ItemRow, OrderRow, Seen};
use crate::core::batch::{Bodies, data_type};
use crate::core::schema::{Column, ColumnRef, Kind, Level};
use crate::core::tables::{Table, TableColumn, arrow_schema_of, table_columns};
use crate::core::types::{Day, Instant, PersonHash, Source};

/// The position of order rows in their table: by day (unknown last), order id, mall and shop.
type OrderPlace<'a> = (bool, Option<Day>, &'a str, &'a str, i64);

fn place<'a>(order: &OrderRow<'a>) -> OrderPlace<'a> {
    (order.day.is_none(), order.day, order.order_id, order.mall, order.shop)
}

/// A row of orders, and its number among those that were folded.
pub(super) type NumberedOrder<'c, 'a> = (usize, &'c OrderRow<'a>);

/// Orders in the order of their table.
pub(super) fn sorted_orders<'c, 'a>(all: &'c Collected<'a>) -> Vec<NumberedOrder<'c, 'a>> {
    let mut orders: Vec<_> = all.orders.iter().enumerate().collect();
    orders.sort_unstable_by(|(_, a), (_, b)| place(a).cmp(&place(b)));
    orders
}

/// Items in the order of their table: by day, order id and key, then mall and shop.
///
/// Folding leaves the items of an order together, their codes ascending; so only where ids meet or keys are inferred is
/// there anything to sort.
fn sorted_items<'c, 'a>(
    all: &'c Collected<'a>,
    orders: &[NumberedOrder<'c, 'a>],
) -> Vec<(&'c OrderRow<'a>, &'c ItemRow<'a>)> {
    let mut items_of = vec![0..0; all.orders.len()];
    let mut start = 0;
    for items in all.items.chunk_by(|a, b| a.order == b.order) {
        let end = start + items.len();
        items_of[items[0].order] = start..end;
        start = end;
    }
    let mut rows: Vec<(&OrderRow<'a>, &ItemRow<'a>)> = Vec::with_capacity(all.items.len());
    for alike in orders.chunk_by(|(_, a), (_, b)| a.order_id == b.order_id && a.day == b.day) {
        let first = rows.len();
        for (index, order) in alike {
            rows.extend(all.items[items_of[*index].clone()].iter().map(|item| (*order, item)));
        }
        let rows = &mut rows[first..];
        if alike.len() > 1 || rows.iter().any(|(_, item)| matches!(item.name, ItemName::Inferred(_))) {
            rows.sort_by(|(a_order, a), (b_order, b)| {
                compare_keys(a_order, a, b)
                    .then_with(|| (a_order.mall, a_order.shop).cmp(&(b_order.mall, b_order.shop)))
            });
        }
    }
    rows
}

pub(super) fn order_items<'c, 'a>(
    scene: &Scene<'_>,
    all: &'c Collected<'a>,
    orders: &[NumberedOrder<'c, 'a>],
) -> Result<RecordBatch, ArrowError> {
    let rows = sorted_items(all, orders);
    let schema = scene.schema();
    let known = &schema.known;
    let picked: Vec<&Picks> = rows.iter().map(|(_, item)| &item.picks).collect();
    let gathered = gather_level(scene.seen().items, &schema.items, &picked, |s| {
        scene.sighting(s).item.unwrap_or_default()
    })?;
    let orders = || rows.iter().map(|(order, _)| *order);
    table(scene, Table::OrderItems, |column| match (column.origin, column.name.as_str()) {
        (Some(at), _) if at.level == Level::Order => Ok(key_column(scene, at, orders())),
        (Some(at), _) if at.index == known.order_status => {
            Ok(strings(rows.iter().map(|(_, item)| item.status_code)))
        }
        (Some(at), _) if at.index == known.status_class => Ok(strings(
            rows.iter().map(|(_, item)| item.class.map(super::super::schema::status::StatusClass::as_str)),
        )),
        (Some(at), _) if at.index == known.origin_item_code => {
            Ok(strings(rows.iter().map(|(_, item)| item.origin)))
        }
        (Some(at), _) => Ok(Arc::clone(&gathered[at.index])),
        (None, "item_key") => {
            let keys = rows.iter().map(|(order, item)| item.name.key(order.order_id));
            Ok(Arc::new(StringArray::from_iter_values(keys)))
        }
        (None, name) => seen_column(name, orders(), rows.iter().map(|(_, item)| item.seen)),
    })
}

/// Keys of one order's items compare as text; a code is the order id, `-` and digits, an inferred key has `~`.
fn compare_keys(order: &OrderRow<'_>, a: &ItemRow<'_>, b: &ItemRow<'_>) -> std::cmp::Ordering {
    match (a.name, b.name) {
        (ItemName::Code(a), ItemName::Code(b)) => a.cmp(b),
        _ => a.name.key(order.order_id).cmp(&b.name.key(order.order_id)),
    }
}

pub(super) fn orders(scene: &Scene<'_>, orders: &[NumberedOrder<'_, '_>]) -> Result<RecordBatch, ArrowError> {
    let rows: Vec<&OrderRow<'_>> = orders.iter().map(|(_, order)| *order).collect();
    let schema = scene.schema();
    let known = &schema.known;
    let picked: Vec<&Picks> = rows.iter().map(|order| &order.picks).collect();
    let gathered = gather_level(scene.seen().orders, &schema.orders, &picked, |s| scene.sighting(s).order)?;
    let keys = [known.mall_id, known.shop_no, known.order_id];
    table(scene, Table::Orders, |column| match (column.origin, column.name.as_str()) {
        (Some(at), _) if keys.contains(&at.index) => Ok(key_column(scene, at, rows.iter().copied())),
        (Some(at), _) => Ok(Arc::clone(&gathered[at.index])),
        (None, name) => seen_column(name, rows.iter().copied(), rows.iter().map(|order| order.seen)),
    })
}

pub(super) fn order_changes(scene: &Scene<'_>, all: &Collected<'_>) -> Result<RecordBatch, ArrowError> {
    let mut rows: Vec<_> = all.changes.iter().map(|change| (&all.orders[change.order], change)).collect();
    rows.sort_by(|(a_order, a), (b_order, b)| {
        place(a_order)
            .cmp(&place(b_order))
            .then_with(|| a.new.cmp(&b.new))
            .then_with(|| (&a.item_key, &a.field).cmp(&(&b.item_key, &b.field)))
            .then_with(|| (a.old, &a.old_value, &a.new_value).cmp(&(b.old, &b.old_value, &b.new_value)))
    });
    let orders = || rows.iter().map(|(order, _)| *order);
    table(scene, Table::OrderChanges, |column| {
        let known = &scene.schema().known;
        let at = |index| ColumnRef { level: Level::Order, index };
        Ok(match column.name.as_str() {
            "mall_id" => key_column(scene, at(known.mall_id), orders()),
            "shop_no" => key_column(scene, at(known.shop_no), orders()),
            "order_id" => key_column(scene, at(known.order_id), orders()),
            "item_key" => strings(rows.iter().map(|(_, c)| c.item_key.as_deref())),
            "field" => strings(rows.iter().map(|(_, c)| Some(c.field.as_str()))),
            "old_value" => strings(rows.iter().map(|(_, c)| Some(c.old_value.as_str()))),
            "new_value" => strings(rows.iter().map(|(_, c)| c.new_value.as_deref())),
            "old_observed_at" => instants(rows.iter().map(|(_, c)| c.old.0)),
            "new_observed_at" => instants(rows.iter().map(|(_, c)| c.new.0)),
            "old_source" => strings(rows.iter().map(|(_, c)| Some(c.old.1.as_str()))),
            "new_source" => strings(rows.iter().map(|(_, c)| Some(c.new.1.as_str()))),
            name => seen_column(name, orders(), std::iter::empty())?,
        })
    })
}

fn table(
    scene: &Scene<'_>,
    table: Table,
    mut make: impl FnMut(&TableColumn) -> Result<ArrayRef, ArrowError>,
) -> Result<RecordBatch, ArrowError> {
    let columns = table_columns(scene.schema(), table);
    let arrays = columns.iter().map(&mut make).collect::<Result<Vec<_>, _>>()?;
    let as_it_lies = |(field, array): (&Arc<Field>, &ArrayRef)| match (field.data_type(), array.data_type()) {
        (DataType::Utf8, DataType::Utf8View) => {
            Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8View))
        }
        _ => Arc::clone(field),
    };
    let fields: Vec<_> = arrow_schema_of(&columns).fields().iter().zip(&arrays).map(as_it_lies).collect();
    RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), arrays)
}

/// The picked values of a level's columns.
fn gather_level(
    bodies: &Bodies,
    columns: &[Column],
    rows: &[&Picks],
    body_of: impl Fn(u32) -> u32,
) -> Result<Vec<ArrayRef>, ArrowError> {
    let gathered = picks::gather(bodies.columns(), rows, body_of)?;
    // Most columns are blank, and one array serves all blank ones of a type.
    let mut blank: Vec<ArrayRef> = Vec::new();
    let mut blank_of = |column: &Column| {
        let data_type = data_type(column.kind);
        if let Some(known) = blank.iter().find(|known| *known.data_type() == data_type) {
            return Arc::clone(known);
        }
        let new = new_null_array(&data_type, rows.len());
        blank.push(Arc::clone(&new));
        new
    };
    Ok(gathered
        .into_iter()
        .zip(columns)
        .map(|(values, column)| match values {
            Some(values) if column.kind == Kind::Hash => hex_digits(values.as_fixed_size_binary()),
            Some(values) => values,
            None => blank_of(column),
        })
        .collect())
}

fn hex_digits(hashes: &FixedSizeBinaryArray) -> ArrayRef {
    let mut texts = StringBuilder::with_capacity(hashes.len(), 64 * hashes.len());
    for hash in hashes {
        match hash.and_then(PersonHash::of_bytes) {
            Some(hash) => texts.append_value(hash.to_string()),
            None => texts.append_null(),
        }
    }
    Arc::new(texts.finish())
}

fn key_column<'r, 'a: 'r>(
    scene: &Scene<'_>,
    at: ColumnRef,
    orders: impl Iterator<Item = &'r OrderRow<'a>>,
) -> ArrayRef {
    let known = &scene.schema().known;
    if at.index == known.shop_no {
        Arc::new(Int64Array::from_iter_values(orders.map(|o| o.shop)))
    } else if at.index == known.mall_id {
        Arc::new(StringArray::from_iter_values(orders.map(|o| o.mall)))
    } else {
        Arc::new(StringArray::from_iter_values(orders.map(|o| o.order_id)))
    }
}

fn seen_column<'r, 'a: 'r>(
    name: &str,
    orders: impl Iterator<Item = &'r OrderRow<'a>>,
    seen: impl Iterator<Item = Seen>,
) -> Result<ArrayRef, ArrowError> {
    match name {
        "order_day" => Ok(Arc::new(orders.map(|o| o.day.map(|d| d.0)).collect::<Date32Array>())),
        "observed_at" => Ok(instants(seen.map(|s| s.newest))),
        "sources" => Ok(source_lists(seen)),
        _ => Err(ArrowError::SchemaError(format!("nothing is known to fill column {name}"))),
    }
}

fn strings<'s>(values: impl Iterator<Item = Option<&'s str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn instants(values: impl Iterator<Item = Instant>) -> ArrayRef {
    Arc::new(
        TimestampMicrosecondArray::from_iter_values(values.map(|i| i.0 * 1_000_000)).with_timezone("UTC"),
    )
}

fn source_lists(seen: impl Iterator<Item = Seen>) -> ArrayRef {
    let mut names = Source::ALL;
    names.sort_unstable_by_key(|s| s.as_str());
    let mut lists = StringBuilder::new();
    for seen in seen {
        let spoke = names.iter().filter(|s| seen.sources & (1 << **s as u8) != 0);
        lists.append_value(spoke.map(|s| s.as_str()).collect::<Vec<_>>().join(","));
    }
    Arc::new(lists.finish())
}
