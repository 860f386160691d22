//! `explain`: an order's observations, its current values, and which observation each came from.

use std::collections::BTreeMap;

use crate::core::batch::BodiesView;
use crate::core::fold::{TracedField, TracedOrder, trace};
use crate::core::problem::Finding;
use crate::core::schema::{Kind, Schema};
use crate::core::types::Instant;
use crate::io::ledger::{Ledger, LedgerError, OrderObservations};
use crate::io::report::explain::{
    ChangeView, ExplainedValue, Explanation, FindingView, ItemView, ObservationView, OrderView,
};

/// Everything the ledger knows of an order id; without orders where it knows nothing.
pub fn explain(ledger: &Ledger, schema: &Schema, order_id: &str) -> Result<Explanation, LedgerError> {
    let mut orders = Vec::new();
    for seen in ledger.observations_of(order_id)? {
        let traced = trace(&seen.observations(schema));
        orders.extend(traced.iter().map(|order| view(schema, &seen, order)));
    }
    orders.sort_by(|a, b| (&a.mall_id, a.shop_no).cmp(&(&b.mall_id, b.shop_no)));
    Ok(Explanation { order_id: order_id.to_owned(), orders })
}

/// The moment a sighting was observed at.
fn at(seen: &OrderObservations, sighting: usize) -> Instant {
    let sighting = &seen.sightings[sighting];
    seen.files[sighting.file as usize].moment_of(sighting)
}

fn view(schema: &Schema, seen: &OrderObservations, order: &TracedOrder) -> OrderView {
    let order_bodies = BodiesView::new(&seen.orders, &schema.orders);
    let item_bodies = BodiesView::new(&seen.items, &schema.items);
    let mut belonging: Vec<usize> = (0..seen.sightings.len())
        .filter(|&s| {
            let shop = order_bodies.int(seen.sightings[s].order, schema.known.shop_no);
            let file = &seen.files[seen.sightings[s].file as usize];
            let mall = file.mall_of(order_bodies.text(seen.sightings[s].order, schema.known.mall_id));
            mall == Some(order.mall_id.as_str()) && shop.is_none_or(|shop| shop == order.shop_no)
        })
        .collect();
    belonging.sort_by_key(|&s| {
        let file = &seen.files[seen.sightings[s].file as usize];
        (at(seen, s), file.source, file.hash, seen.sightings[s].row)
    });
    let numbers: BTreeMap<usize, usize> = belonging.iter().copied().zip(1..).collect();
    let from = |field: &TracedField| field.from.and_then(|s| numbers.get(&(s as usize)).copied());
    let values = |fields: &[TracedField]| -> Vec<ExplainedValue> {
        fields
            .iter()
            .map(|field| ExplainedValue {
                column: field.column.clone(),
                value: field.value.clone(),
                from: from(field),
                numeric: is_numeric(schema, &field.column),
            })
            .collect()
    };
    let told_item = |s: usize| {
        let item = order.items.iter().find(|i| i.sightings.iter().any(|&n| n as usize == s));
        item.map(|i| i.item_key.clone())
    };
    OrderView {
        mall_id: order.mall_id.clone(),
        shop_no: order.shop_no,
        shop_name: order.fields.iter().find(|f| f.column == "shop_name").map(|f| f.value.clone()),
        order_day: order.day.map(|d| d.to_string()),
        values: values(&order.fields),
        items: order
            .items
            .iter()
            .map(|item| ItemView { item_key: item.item_key.clone(), values: values(&item.fields) })
            .collect(),
        observations: belonging
            .iter()
            .zip(1..)
            .map(|(&s, no)| {
                let sighting = &seen.sightings[s];
                let code = sighting.item.and_then(|i| item_bodies.text(i, schema.known.item_code));
                ObservationView {
                    no,
                    path: seen.places[s].path.clone(),
                    sheet: (sighting.sheet > 1).then(|| sighting.sheet.to_string()),
                    row: u64::from(seen.places[s].row),
                    source: seen.files[sighting.file as usize].source.to_string(),
                    observed_at: at(seen, s).to_string(),
                    item_key: match (sighting.item, code) {
                        (None, _) => None,
                        (Some(_), Some(code)) => Some(code.to_owned()),
                        (Some(_), None) => told_item(s),
                    },
                    matched: sighting.item.is_some() && code.is_none(),
                }
            })
            .collect(),
        changes: order
            .changes
            .iter()
            .map(|change| ChangeView {
                item_key: change.item_key.clone(),
                field: change.field.clone(),
                old_value: change.old_value.clone(),
                new_value: change.new_value.clone(),
                old_observed_at: change.old.0.to_string(),
                new_observed_at: change.new.0.to_string(),
                old_source: change.old.1.to_string(),
                new_source: change.new.1.to_string(),
            })
            .collect(),
        findings: order.findings.iter().map(finding).collect(),
    }
}

fn finding(finding: &Finding) -> FindingView {
    FindingView {
        reason: finding.kind.code().to_owned(),
        message: finding.kind.message().to_owned(),
        item_key: finding.item_key.clone(),
        column: finding.column.clone(),
        value: finding.value.clone(),
        other_value: finding.other.clone(),
    }
}

fn is_numeric(schema: &Schema, column: &str) -> bool {
    schema.find(column).is_some_and(|at| matches!(schema.column(at).kind, Kind::Int | Kind::Money))
}
