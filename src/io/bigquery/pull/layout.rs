//! What the rows of a foreign table are: orders with their items, single items, or orders as JSON; and under which names.
//!
//! Only columns that can mean something are asked for, so that a query reads less and what is not wanted stays where it is.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::BigQueryError;
use crate::core::nearest::nearest;
use crate::core::schema::{Column, Level, Schema};
use crate::io::config::bigquery::Pull;

/// A table's layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) kind: Kind,
    /// Column of the extraction time and its type.
    pub(super) extracted_at: Option<(String, TimeType)>,
    /// Where a column's value goes in the order.
    pub(super) places: BTreeMap<String, Place>,
    /// Keys of an order that tell its own extraction time.
    pub(super) time_keys: Vec<String>,
}

/// What one row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An order, its items in this repeated record.
    Nested(String),
    /// An item with fields of its order.
    Flat,
    /// An order as JSON in this column.
    Json(String),
}

/// Where a value belongs: a path in the order, or in its item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) level: Level,
    pub(super) path: Vec<String>,
}

/// Types that an extraction time may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeType {
    Timestamp,
    Datetime,
    Date,
    Text,
}

/// Names under which pipelines keep a whole order, best first.
const JSON_NAMES: [&str; 9] =
    ["order_json", "raw_json", "raw", "payload", "json", "data", "body", "_airbyte_data", "order"];
const ITEMS: &str = "items";
/// What an order has beside the columns of the schema.
const EXTRA: [&str; 2] = ["order_id", "exchange"];

fn name_of(field: &Value) -> &str {
    field["name"].as_str().unwrap_or_default()
}

fn type_of(field: &Value) -> &str {
    field["type"].as_str().unwrap_or_default()
}

fn is_repeated(field: &Value) -> bool {
    field["mode"].as_str() == Some("REPEATED")
}

fn is_record(field: &Value) -> bool {
    matches!(type_of(field), "RECORD" | "STRUCT")
}

impl Layout {
    /// Finds the layout of a table with these fields.
    pub(super) fn of(
        table: &str,
        fields: &[Value],
        told: &Pull,
        schema: &Schema,
    ) -> Result<Self, BigQueryError> {
        let find = |name: &str| fields.iter().find(|f| name_of(f).eq_ignore_ascii_case(name));
        let known = || fields.iter().map(name_of);
        let missing = |name: &str, why: &str| BigQueryError::Table {
            code: "bigquery.layout",
            problem: format!("{table} has no column {name}, which {why} names"),
            hint: match nearest(name, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its columns are {}", known().collect::<Vec<_>>().join(", ")),
            },
        };
        for (ours, theirs) in &told.columns {
            if find(theirs).is_none() && !theirs.contains('.') {
                return Err(missing(theirs, &format!("`columns` ({ours})")));
            }
        }
        let extracted_at = match &told.extracted_at {
            Some(name) => Some(find(name).ok_or_else(|| missing(name, "`extracted_at`"))?),
            None => schema.extracted_at_keys().iter().find_map(|key| find(key)),
        };
        let extracted_at = extracted_at.map(|field| time_type(table, field)).transpose()?;
        let mapped =
            |ours: &str| told.columns.iter().find(|(o, _)| o == ours).map(|(_, theirs)| theirs.as_str());
        let json = match &told.json {
            Some(name) => Some(find(name).ok_or_else(|| missing(name, "`json`"))?),
            None => None,
        };
        let items = find(mapped(ITEMS).unwrap_or(ITEMS)).filter(|f| is_repeated(f) && is_record(f));
        let has_order = find(mapped("order_id").unwrap_or("order_id")).is_some()
            || find(mapped("order_item_code").unwrap_or("order_item_code")).is_some();
        let guessed = || {
            let by_name = JSON_NAMES
                .iter()
                .find_map(|name| find(name))
                .filter(|f| matches!(type_of(f), "JSON" | "STRING") && !is_repeated(f));
            by_name.or_else(|| fields.iter().find(|f| type_of(f) == "JSON" && !is_repeated(f)))
        };
        let kind = match (json, items) {
            (Some(field), _) => Kind::Json(name_of(field).to_owned()),
            (None, Some(items)) if has_order => Kind::Nested(name_of(items).to_owned()),
            (None, _) if has_order => Kind::Flat,
            _ => match guessed() {
                Some(field) => Kind::Json(name_of(field).to_owned()),
                None => {
                    return Err(BigQueryError::Table {
                        code: "bigquery.layout",
                        problem: format!(
                            "{table} has neither order_id nor order_item_code nor a column with orders as JSON"
                        ),
                        hint: "say in jangbu.toml what its columns mean: [[pull]] with table, and json or columns".into(),
                    });
                }
            },
        };
        let places = places(table, &kind, fields, told, schema)?;
        Ok(Self { kind, extracted_at, places, time_keys: schema.extracted_at_keys().to_vec() })
    }

    /// The column of the extraction time with its type, as the ledger remembers it.
    pub(super) fn time_column(&self) -> Option<String> {
        self.extracted_at.as_ref().map(|(name, kind)| format!("{name} {kind:?}"))
    }

    /// The columns to ask for.
    pub(super) fn columns(&self) -> Vec<&str> {
        let mut columns: Vec<&str> = self.places.keys().map(String::as_str).collect();
        match &self.kind {
            Kind::Json(name) | Kind::Nested(name) => columns.push(name),
            Kind::Flat => {}
        }
        columns.extend(self.extracted_at.as_ref().map(|(name, _)| name.as_str()));
        columns.sort_unstable();
        columns.dedup();
        columns
    }
}

fn time_type(table: &str, field: &Value) -> Result<(String, TimeType), BigQueryError> {
    let kind = match type_of(field) {
        "TIMESTAMP" => TimeType::Timestamp,
        "DATETIME" => TimeType::Datetime,
        "DATE" => TimeType::Date,
        "STRING" => TimeType::Text,
        other => {
            return Err(BigQueryError::Table {
                code: "bigquery.layout",
                problem: format!("column {} of {table} is {other}, which is no time", name_of(field)),
                hint: "name another column under extracted_at in [[pull]]".into(),
            });
        }
    };
    Ok((name_of(field).to_owned(), kind))
}

/// Paths of a name of ours: a column of the tables, a field of the API, or a dotted path of one.
fn resolve(name: &str, schema: &Schema, kind: &Kind) -> Option<Place> {
    let by_column = |level: Level| schema.level(level).iter().find(|c| c.name == name && !c.api.is_empty());
    let by_path = |level: Level| {
        let known = |c: &&Column| c.api.iter().any(|p| p == name);
        schema.level(level).iter().find(known).map(|_| name)
    };
    let first = |c: &Column| c.api.first().cloned().unwrap_or_default();
    // In a row that is an item, a field that both have is the item's.
    let levels = match kind {
        Kind::Flat => [Level::Item, Level::Order],
        _ => [Level::Order, Level::Item],
    };
    let keys = ["order_id", "mall_id", "shop_no"];
    let levels = if keys.contains(&name) { [Level::Order, Level::Item] } else { levels };
    levels.into_iter().find_map(|level| {
        let path = by_path(level).map(str::to_owned).or_else(|| by_column(level).map(first))?;
        Some(Place { level, path: path.split('.').map(str::to_owned).collect() })
    })
}

fn places(
    table: &str,
    kind: &Kind,
    fields: &[Value],
    told: &Pull,
    schema: &Schema,
) -> Result<BTreeMap<String, Place>, BigQueryError> {
    let mut places = BTreeMap::new();
    if let Kind::Json(_) = kind {
        // The mall may stand beside the order.
        let mall =
            told.columns.iter().find(|(ours, _)| ours == "mall_id").map_or("mall_id", |(_, theirs)| theirs);
        if let Some(field) = fields.iter().find(|f| name_of(f).eq_ignore_ascii_case(mall)) {
            places.insert(
                name_of(field).to_owned(),
                Place { level: Level::Order, path: vec!["mall_id".into()] },
            );
        }
        return Ok(places);
    }
    let mut taken: Vec<&str> = Vec::new();
    for (ours, theirs) in &told.columns {
        if ours == ITEMS {
            continue;
        }
        let place = resolve(ours, schema, kind).ok_or_else(|| BigQueryError::Table {
            code: "bigquery.layout",
            problem: format!("`columns` of [[pull]] for {table}: `{ours}` is neither a column of the tables nor a field of the API"),
            hint: "`jangbu schema order_items` and `jangbu schema orders` list the columns".into(),
        })?;
        places.insert(theirs.clone(), place);
        taken.push(theirs);
    }
    let heads = |level: Level, name: &str| {
        schema.level(level).iter().flat_map(|c| &c.api).any(|p| p.split('.').next() == Some(name))
    };
    for field in fields {
        let name = name_of(field);
        if taken.contains(&name) {
            continue;
        }
        let level = match kind {
            Kind::Flat if !["mall_id", "shop_no", "order_id"].contains(&name) && heads(Level::Item, name) => {
                Some(Level::Item)
            }
            _ if heads(Level::Order, name) || EXTRA.contains(&name) => Some(Level::Order),
            _ => None,
        };
        let place = match level {
            Some(level) => Some(Place { level, path: vec![name.to_owned()] }),
            // A name of ours where the API has another.
            None => resolve(name, schema, kind)
                .filter(|p| !matches!((kind, p.level), (Kind::Nested(_), Level::Item))),
        };
        if let Some(place) = place {
            places.insert(name.to_owned(), place);
        }
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::core::schema::Additions;

    fn layout(fields: &Value, told: &Pull) -> Result<Layout, BigQueryError> {
        let schema = Schema::load(&Additions::default()).unwrap();
        Layout::of("p.d.t", fields.as_array().unwrap(), told, &schema)
    }

    fn text(name: &str) -> Value {
        json!({"name": name, "type": "STRING", "mode": "NULLABLE"})
    }

    #[test]
    fn layouts_are_told_by_their_columns() {
        let items = json!({"name": "items", "type": "RECORD", "mode": "REPEATED", "fields": []});
        let time = json!({"name": "_extracted_at", "type": "TIMESTAMP"});
        let nested =
            layout(&json!([text("order_id"), items, time, text("loader")]), &Pull::default()).unwrap();
        assert_eq!(nested.kind, Kind::Nested("items".into()));
        assert_eq!(nested.extracted_at, Some(("_extracted_at".into(), TimeType::Timestamp)));
        assert_eq!(nested.columns(), ["_extracted_at", "items", "order_id"]);

        let flat =
            json!([text("order_id"), text("order_item_code"), text("payment_amount"), text("payment_date")]);
        let flat = layout(&flat, &Pull::default()).unwrap();
        assert_eq!(flat.kind, Kind::Flat);
        assert_eq!(flat.places["payment_amount"].level, Level::Item);
        assert_eq!(flat.places["payment_date"].level, Level::Order);
        assert_eq!(flat.places["order_id"].level, Level::Order);

        let json =
            layout(&json!([text("id"), {"name": "payload", "type": "JSON"}]), &Pull::default()).unwrap();
        assert_eq!(json.kind, Kind::Json("payload".into()));
    }

    #[test]
    fn other_names_are_mapped_and_mistakes_told() {
        let fields = json!([text("ord_no"), text("line"), text("paid_total"), text("sku")]);
        let columns = |pairs: &[(&str, &str)]| Pull {
            columns: pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(),
            ..Pull::default()
        };
        let told = columns(&[
            ("order_id", "ord_no"),
            ("order_item_code", "line"),
            ("actual_order_amount.total_amount_due", "paid_total"),
            ("custom_product_code", "sku"),
        ]);
        let found = layout(&fields, &told).unwrap();
        assert_eq!(found.kind, Kind::Flat);
        assert_eq!(found.places["paid_total"].path, ["actual_order_amount", "total_amount_due"]);
        assert_eq!(found.places["sku"].level, Level::Item);
        let error = |told: &Pull| layout(&fields, told).unwrap_err();
        assert!(error(&columns(&[("order_id", "ord_n")])).hint().unwrap().contains("`ord_no`"));
        assert!(
            error(&columns(&[("order_id", "ord_no"), ("colour", "sku")])).to_string().contains("`colour`")
        );
        let extracted = Pull { extracted_at: Some("when".into()), ..Pull::default() };
        assert!(error(&extracted).to_string().contains("no column when"));
        assert_eq!(error(&Pull::default()).code(), "bigquery.layout");
    }
}
