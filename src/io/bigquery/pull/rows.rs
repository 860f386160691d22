//! A row of BigQuery as an API order in JSON.
//!
//! Instants keep their zone, wall-clock times stay without one (and count as Korean), numbers keep their digits. A NULL is
//! the API's null.

use serde_json::{Map, Value, json};

use super::layout::{Kind, Layout, Place, TimeType};
use crate::core::schema::Level;

/// An order's line, and the raw extraction time of its row.
pub(super) struct Line {
    pub(super) json: String,
    pub(super) extracted_at: Option<String>,
}

pub(super) fn line(layout: &Layout, fields: &[Value], row: &Value) -> Line {
    let cells = row["f"].as_array().map_or(&[][..], Vec::as_slice);
    let cell = |name: &str| {
        let at = fields.iter().position(|f| f["name"].as_str() == Some(name))?;
        Some((fields.get(at)?, cells.get(at).map_or(&Value::Null, |c| &c["v"])))
    };
    let raw = layout.extracted_at.as_ref().and_then(|(name, _)| cell(name)?.1.as_str().map(str::to_owned));
    let when = layout.extracted_at.as_ref().zip(raw.as_deref()).map(|((_, kind), raw)| moment(*kind, raw));
    let mut order = match &layout.kind {
        Kind::Json(name) => match cell(name).map(|(field, value)| parsed(field, value)) {
            Some(Value::Object(order)) => order,
            // What is no order is told as one that cannot be read.
            Some(other) => return Line { json: other.to_string(), extracted_at: raw },
            None => Map::new(),
        },
        Kind::Nested(name) => {
            let mut order = Map::new();
            if let Some((field, items)) = cell(name) {
                order.insert("items".into(), value(field, items));
            }
            order
        }
        Kind::Flat => Map::new(),
    };
    let mut item = Map::new();
    for (name, place) in &layout.places {
        let Some((field, there)) = cell(name) else { continue };
        let there = value(field, there);
        match place.level {
            // A mall beside a JSON order must not hide the order's own.
            Level::Order if matches!(layout.kind, Kind::Json(_)) => {
                order.entry("mall_id").or_insert(there);
            }
            Level::Order => put(&mut order, place, there),
            Level::Item => put(&mut item, place, there),
        }
    }
    if layout.kind == Kind::Flat {
        order.insert("items".into(), if item.is_empty() { json!([]) } else { json!([item]) });
    }
    let own = layout.time_keys.iter().any(|key| order.get(key).is_some_and(|time| !time.is_null()));
    if let Some(when) = when.filter(|_| !own) {
        order.insert("_extracted_at".into(), when.into());
    }
    Line { json: Value::Object(order).to_string(), extracted_at: raw }
}

fn put(into: &mut Map<String, Value>, place: &Place, value: Value) {
    let Some((last, way)) = place.path.split_last() else { return };
    let mut at = into;
    for key in way {
        // A list on the way has one element here.
        let next = at.entry(key.clone()).or_insert_with(|| json!({}));
        if !next.is_object() {
            *next = json!({});
        }
        let Some(object) = next.as_object_mut() else { return };
        at = object;
    }
    at.insert(last.clone(), value);
}

/// A JSON order, also one that is a text inside JSON.
fn parsed(field: &Value, cell: &Value) -> Value {
    match value(field, cell) {
        Value::String(text) => match serde_json::from_str(&text) {
            Ok(Value::String(inner)) => serde_json::from_str(&inner).unwrap_or(Value::String(inner)),
            Ok(value) => value,
            Err(_) => Value::String(text),
        },
        other => other,
    }
}

/// A cell as JSON.
fn value(field: &Value, cell: &Value) -> Value {
    if field["mode"].as_str() == Some("REPEATED") {
        let elements = cell.as_array().map_or(&[][..], Vec::as_slice);
        return elements.iter().map(|element| single(field, &element["v"])).collect();
    }
    single(field, cell)
}

fn single(field: &Value, cell: &Value) -> Value {
    if cell.is_null() {
        return Value::Null;
    }
    match field["type"].as_str().unwrap_or_default() {
        "RECORD" | "STRUCT" => {
            let fields = field["fields"].as_array().map_or(&[][..], Vec::as_slice);
            let cells = cell["f"].as_array().map_or(&[][..], Vec::as_slice);
            let pairs = fields.iter().zip(cells).map(|(field, cell)| {
                (field["name"].as_str().unwrap_or_default().to_owned(), value(field, &cell["v"]))
            });
            Value::Object(pairs.collect())
        }
        "BOOLEAN" | "BOOL" => Value::Bool(cell.as_str() == Some("true") || cell == &Value::Bool(true)),
        "TIMESTAMP" => cell.as_str().map_or(Value::Null, |raw| moment(TimeType::Timestamp, raw).into()),
        "JSON" => match cell.as_str().map(serde_json::from_str) {
            Some(Ok(value)) => value,
            _ => cell.clone(),
        },
        _ => cell.clone(),
    }
}

/// A time as the API would write it. Instants come as microseconds.
fn moment(kind: TimeType, raw: &str) -> String {
    match (kind, raw.parse::<i64>()) {
        (TimeType::Timestamp, Ok(micros)) => {
            let time = chrono::DateTime::from_timestamp_micros(micros).unwrap_or_default();
            time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
        }
        _ => raw.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[Value]) -> Value {
        json!({"f": cells.iter().map(|v| json!({"v": v})).collect::<Vec<_>>()})
    }

    #[test]
    fn cells_keep_their_digits_and_zones() {
        let fields = [
            json!({"name": "a", "type": "NUMERIC"}),
            json!({"name": "b", "type": "TIMESTAMP"}),
            json!({"name": "c", "type": "DATETIME"}),
            json!({"name": "d", "type": "BOOLEAN"}),
            json!({"name": "e", "type": "STRING", "mode": "REPEATED"}),
            json!({"name": "f", "type": "RECORD", "mode": "REPEATED", "fields": [{"name": "x", "type": "INTEGER"}]}),
            json!({"name": "g", "type": "STRING"}),
        ];
        let cells = [
            json!("12000.50"),
            json!("1704070923000001"),
            json!("2024-01-01T10:02:03"),
            json!("true"),
            json!([{"v": "card"}, {"v": "point"}]),
            json!([{"v": {"f": [{"v": "9007199254740993"}]}}]),
            json!(null),
        ];
        let read: Vec<Value> = fields.iter().zip(&cells).map(|(f, c)| value(f, c)).collect();
        assert_eq!(
            json!(read),
            json!([
                "12000.50",
                "2024-01-01T01:02:03.000001Z",
                "2024-01-01T10:02:03",
                true,
                ["card", "point"],
                [{"x": "9007199254740993"}],
                null
            ])
        );
    }

    #[test]
    fn an_item_row_becomes_an_order_with_one_item() {
        let place = |level, path: &str| Place { level, path: path.split('.').map(str::to_owned).collect() };
        let layout = Layout {
            kind: Kind::Flat,
            extracted_at: Some(("t".into(), TimeType::Timestamp)),
            places: [
                ("o".to_owned(), place(Level::Order, "order_id")),
                ("p".to_owned(), place(Level::Order, "actual_order_amount.payment_amount")),
                ("i".to_owned(), place(Level::Item, "order_item_code")),
            ]
            .into(),
            time_keys: Vec::new(),
        };
        let fields = ["o", "p", "i"].map(|n| json!({"name": n, "type": "STRING"}));
        let fields: Vec<Value> =
            fields.into_iter().chain([json!({"name": "t", "type": "TIMESTAMP"})]).collect();
        let line = line(&layout, &fields, &row(&[json!("X"), json!("5"), json!("X-01"), json!("0")]));
        let order: Value = serde_json::from_str(&line.json).unwrap();
        assert_eq!(
            order,
            json!({
                "order_id": "X",
                "actual_order_amount": {"payment_amount": "5"},
                "items": [{"order_item_code": "X-01"}],
                "_extracted_at": "1970-01-01T00:00:00Z",
            })
        );
        assert_eq!(line.extracted_at.as_deref(), Some("0"));
    }

    #[test]
    fn json_orders_are_taken_as_they_are() {
        let layout = Layout {
            kind: Kind::Json("j".into()),
            extracted_at: Some(("t".into(), TimeType::Datetime)),
            places: [("m".to_owned(), Place { level: Level::Order, path: vec!["mall_id".into()] })].into(),
            time_keys: vec!["_extracted_at".into(), "_pulled_at".into()],
        };
        let fields = [
            json!({"name": "j", "type": "STRING"}),
            json!({"name": "t", "type": "DATETIME"}),
            json!({"name": "m", "type": "STRING"}),
        ];
        let read = |text: &str| {
            let row = row(&[json!(text), json!("2024-01-01T10:00:00"), json!("haruhome")]);
            line(&layout, &fields, &row).json
        };
        let order = read(r#"{"order_id": "X", "_extracted_at": "2023-01-01T00:00:00+09:00"}"#);
        let order: Value = serde_json::from_str(&order).unwrap();
        assert_eq!(order["_extracted_at"], "2023-01-01T00:00:00+09:00", "the order's own word counts");
        assert_eq!(order["mall_id"], "haruhome");
        let pulled = read(r#"{"order_id": "X", "_pulled_at": "2023-01-01"}"#);
        assert!(!pulled.contains("_extracted_at"), "{pulled}");
        let twice = read(r#""{\"order_id\": \"Y\"}""#);
        assert!(twice.contains("\"order_id\":\"Y\"") && twice.contains("2024-01-01T10:00:00"), "{twice}");
        assert_eq!(read("no json"), "\"no json\"");
    }
}
