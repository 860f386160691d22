//! One JSON value as the text of a cell.

use serde::Deserialize;
use serde_json::value::RawValue;

/// What a value says. A text is in the buffer that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    Absent,
    Null,
    Text,
}

/// A text that is no valid Unicode (half of a surrogate pair).
#[derive(Debug)]
pub(super) struct BadText;

/// Reads a value that is known to be valid JSON.
pub(super) fn read_value(raw: &str, text: &mut String) -> Result<Scalar, BadText> {
    match raw.as_bytes().first() {
        Some(b'[') => {
            read_list(raw, text)?;
            Ok(if text.is_empty() { Scalar::Absent } else { Scalar::Text })
        }
        Some(b'{') => {
            read_named_value(raw, text)?;
            Ok(if text.is_empty() { Scalar::Absent } else { Scalar::Text })
        }
        _ => read_scalar(raw, text),
    }
}

fn read_scalar(raw: &str, text: &mut String) -> Result<Scalar, BadText> {
    match raw {
        "null" => return Ok(Scalar::Null),
        "true" => text.push('T'),
        "false" => text.push('F'),
        _ => match raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(plain) if !plain.contains('\\') => text.push_str(plain),
            Some(_) => text.push_str(&serde_json::from_str::<String>(raw).map_err(|_| BadText)?),
            None => text.push_str(raw),
        },
    }
    Ok(Scalar::Text)
}

/// The elements that say something, joined by commas. A list of nulls says nothing.
fn read_list(raw: &str, text: &mut String) -> Result<(), BadText> {
    let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(raw) else {
        return Ok(());
    };
    let mut element = String::new();
    for raw in elements.into_iter().map(RawValue::get) {
        element.clear();
        match raw.as_bytes().first() {
            Some(b'[') => continue,
            Some(b'{') => read_named_value(raw, &mut element)?,
            _ => {
                read_scalar(raw, &mut element)?;
            }
        }
        if !element.trim().is_empty() {
            if !text.is_empty() {
                text.push(',');
            }
            text.push_str(&element);
        }
    }
    Ok(())
}

/// The shape of answers to questions: `{"name": "Colour", "value": "red"}`.
#[derive(Deserialize)]
struct NamedValue<'a> {
    #[serde(borrow, alias = "title", alias = "key")]
    name: Option<&'a RawValue>,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
}

/// Writes `name=value`, or nothing where there is no value.
fn read_named_value(raw: &str, text: &mut String) -> Result<(), BadText> {
    let Ok(NamedValue { name, value: Some(value) }) = serde_json::from_str(raw) else {
        return Ok(());
    };
    let scalar = |raw: &RawValue| {
        let mut text = String::new();
        let is_scalar = !raw.get().starts_with(['{', '[']);
        let spoken =
            is_scalar && read_scalar(raw.get(), &mut text)? == Scalar::Text && !text.trim().is_empty();
        Ok(spoken.then_some(text))
    };
    let Some(value) = scalar(value)? else {
        return Ok(());
    };
    if let Some(name) = name.map(scalar).transpose()?.flatten() {
        text.push_str(&name);
        text.push('=');
    }
    text.push_str(&value);
    Ok(())
}

#[derive(Deserialize)]
struct Exchange {
    #[serde(default)]
    exchanged_items: Option<Vec<ExchangedItem>>,
}

#[derive(Deserialize)]
struct ExchangedItem {
    order_item_code: Option<String>,
    origin_order_item_code: Option<String>,
}

/// Adds (new item code, replaced item code) pairs of an order's exchanges: a list of them, or one. Other shapes say nothing.
pub(super) fn read_exchanges(raw: &RawValue, pairs: &mut Vec<(String, String)>) {
    let exchanges: Vec<Exchange> = if raw.get().starts_with('[') {
        let list = serde_json::from_str::<Vec<&RawValue>>(raw.get()).unwrap_or_default();
        list.into_iter().filter_map(|exchange| serde_json::from_str(exchange.get()).ok()).collect()
    } else {
        serde_json::from_str(raw.get()).ok().into_iter().collect()
    };
    for item in exchanges.into_iter().filter_map(|exchange| exchange.exchanged_items).flatten() {
        if let (Some(new), Some(origin)) = (item.order_item_code, item.origin_order_item_code)
            && !origin.trim().is_empty()
        {
            pairs.push((new, origin));
        }
    }
}
