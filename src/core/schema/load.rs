//! Reads and checks `schemas/*.toml`.
//!
//! A mistake in these files would silently move numbers into wrong columns, so everything that two lines could contradict
//! each other in is refused here.

use serde::de::DeserializeOwned;

use super::file::{ColumnEntry, ColumnsFile, HeadersFile, StatusesFile};
use super::headers::{self, Dictionary};
use super::spellings::Spellings;
use super::{Column, ColumnRef, Kind, Known, Level, Privacy, Repetition, Schema, Statuses, Transform};

const ITEMS: (&str, &str) = ("items.toml", include_str!("../../../schemas/items.toml"));
const ORDERS: (&str, &str) = ("orders.toml", include_str!("../../../schemas/orders.toml"));
const STATUSES: (&str, &str) = ("statuses.toml", include_str!("../../../schemas/statuses.toml"));
const HEADERS: (&str, &str) = ("headers.toml", include_str!("../../../schemas/headers.toml"));

/// What a user's configuration adds.
#[derive(Clone, Debug, Default)]
pub struct Additions {
    /// (column name, header) pairs.
    pub aliases: Vec<(String, String)>,
    /// (label, code) pairs.
    pub statuses: Vec<(String, String)>,
    /// Headers that hold a row's extraction time.
    pub extracted_at: Vec<String>,
}

/// Why a schema cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    #[error("schemas/{file}: {problem}")]
    Embedded { file: &'static str, problem: String },
    #[error("jangbu.toml: {problem}")]
    Configured { problem: String },
}

impl SchemaError {
    fn configured(problem: String) -> Self {
        Self::Configured { problem }
    }
}

impl Schema {
    /// The embedded schema with a user's additions.
    pub fn load(additions: &Additions) -> Result<Self, SchemaError> {
        let item_entries = parse::<ColumnsFile>(ITEMS)?.column;
        let order_entries = parse::<ColumnsFile>(ORDERS)?.column;
        let mut statuses = Statuses::from_file(parse::<StatusesFile>(STATUSES)?)
            .map_err(|problem| SchemaError::Embedded { file: STATUSES.0, problem })?;
        for (label, code) in &additions.statuses {
            statuses.add(label, code).map_err(SchemaError::configured)?;
        }
        let words = parse::<HeadersFile>(HEADERS)?;

        let mut schema = Self {
            items: columns(&item_entries, Level::Item)
                .map_err(|problem| SchemaError::Embedded { file: ITEMS.0, problem })?,
            orders: columns(&order_entries, Level::Order)
                .map_err(|problem| SchemaError::Embedded { file: ORDERS.0, problem })?,
            known: Known::default(),
            statuses,
            headers: Dictionary::default(),
            extracted_at: words.extracted_at,
            total_words: words.total_words,
            goods: Vec::new(),
        };
        schema.check_names_differ()?;
        schema.known = schema.find_known()?;
        schema.goods = schema.find_goods(&words.goods)?;
        schema.name_status_codes();
        schema.add_extracted_at(&additions.extracted_at)?;
        schema.headers = Spellings { schema: &schema, items: &item_entries, orders: &order_entries }
            .compile(&words.ignored, &additions.aliases)?;
        schema.list_aliases(&additions.aliases);
        Ok(schema)
    }

    /// Shows a user's headers among the column's own.
    fn list_aliases(&mut self, aliases: &[(String, String)]) {
        for (name, header) in aliases {
            let mut columns = self.items.iter_mut().chain(&mut self.orders);
            if let Some(column) = columns.find(|c| c.name == *name)
                && !column.headers.contains(header)
            {
                column.headers.push(header.clone());
            }
        }
    }

    fn check_names_differ(&self) -> Result<(), SchemaError> {
        match self.items.iter().find(|item| self.orders.iter().any(|order| order.name == item.name)) {
            Some(column) => Err(SchemaError::Embedded {
                file: ITEMS.0,
                problem: format!("column `{}` is in {} too", column.name, ORDERS.0),
            }),
            None => Ok(()),
        }
    }

    fn find_known(&self) -> Result<Known, SchemaError> {
        let find = |(file, _): (&'static str, &str), columns: &[Column], name: &str| {
            columns.iter().position(|c| c.name == name).ok_or_else(|| SchemaError::Embedded {
                file,
                problem: format!("column `{name}` is missing; the program relies on it"),
            })
        };
        let order = |name| find(ORDERS, &self.orders, name);
        let item = |name| find(ITEMS, &self.items, name);
        Ok(Known {
            mall_id: order("mall_id")?,
            shop_no: order("shop_no")?,
            order_id: order("order_id")?,
            order_date: order("order_date")?,
            item_code: item("order_item_code")?,
            product_no: item("product_no")?,
            product_code: item("product_code")?,
            variant_code: item("variant_code")?,
            custom_product_code: item("custom_product_code")?,
            custom_variant_code: item("custom_variant_code")?,
            product_name: item("product_name")?,
            option_value: item("option_value")?,
            product_price: item("product_price")?,
            order_status: item("order_status")?,
            status_text: item("status_text")?,
            status_class: item("status_class")?,
            origin_item_code: item("origin_order_item_code")?,
            item_no: item("item_no")?,
            original_item_no: item("original_item_no")?,
        })
    }

    fn find_goods(&self, names: &[String]) -> Result<Vec<ColumnRef>, SchemaError> {
        let find = |name: &String| {
            self.find(name).ok_or_else(|| SchemaError::Embedded {
                file: HEADERS.0,
                problem: format!("goods: there is no column `{name}`"),
            })
        };
        names.iter().map(find).collect()
    }

    fn name_status_codes(&mut self) {
        let mut values: Vec<_> = self
            .statuses
            .status_codes()
            .map(|(code, class)| (code.to_owned(), class.as_str().to_owned()))
            .collect();
        values.sort();
        if let Some(column) = self.items.get_mut(self.known.status_class) {
            column.values = values;
        }
    }

    fn add_extracted_at(&mut self, headers: &[String]) -> Result<(), SchemaError> {
        for header in headers {
            if headers::key(header).is_empty() {
                return Err(SchemaError::configured("extracted_at: a header is blank".to_owned()));
            }
            if !self.extracted_at.contains(header) {
                self.extracted_at.push(header.clone());
            }
        }
        Ok(())
    }
}

fn parse<T: DeserializeOwned>((file, text): (&'static str, &str)) -> Result<T, SchemaError> {
    toml::from_str(text).map_err(|e| SchemaError::Embedded { file, problem: e.to_string() })
}

/// The columns of one file, each checked by itself and against its neighbours.
fn columns(entries: &[ColumnEntry], level: Level) -> Result<Vec<Column>, String> {
    let mut columns: Vec<Column> = Vec::with_capacity(entries.len());
    for entry in entries {
        if columns.iter().any(|c| c.name == entry.name) {
            return Err(format!("two columns are named `{}`", entry.name));
        }
        let wrong = |what: &str| Err(format!("column `{}`: {what}", entry.name));
        if let Some(what) = fault(entry, level) {
            return wrong(what);
        }
        let source = match &entry.from {
            None => entry,
            Some(from) => match entries.iter().find(|e| e.name == *from) {
                Some(source) if source.from.is_none() => source,
                _ => return wrong("`from` names no column that has headers of its own"),
            },
        };
        columns.push(Column {
            name: entry.name.clone(),
            kind: entry.kind,
            description: entry.description.clone(),
            description_ko: entry.description_ko.clone(),
            headers: source.headers.iter().chain(&source.also).cloned().collect(),
            api: source.api.clone(),
            repetition: entry.repetition,
            frozen: entry.frozen,
            privacy: entry.privacy,
            transform: entry.transform,
            strict: entry.strict,
            clearable: entry.clearable,
            values: entry
                .values
                .iter()
                .map(|(label, value)| (label.split_whitespace().collect(), value.clone()))
                .collect(),
            tracked: entry.tracked,
        });
    }
    Ok(columns)
}

/// What is wrong with a column by itself.
fn fault(entry: &ColumnEntry, level: Level) -> Option<&'static str> {
    let snake = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    let path = |p: &String| p.split('.').all(|segment| !segment.is_empty() && segment.bytes().all(snake));
    let blank = |h: &String| headers::key(h).replace('*', "").is_empty();
    let reads_itself = !entry.headers.is_empty() || !entry.also.is_empty() || !entry.api.is_empty();
    let hashed = matches!(entry.transform, Transform::PhoneHash | Transform::EmailHash);
    if entry.name.is_empty() || !entry.name.bytes().all(snake) {
        Some("a name is of small letters, digits and `_`")
    } else if entry.description.trim().is_empty() || entry.description_ko.trim().is_empty() {
        Some("it needs a description in both languages")
    } else if entry.headers.iter().chain(&entry.also).any(blank) {
        Some("a header is blank")
    } else if !entry.api.iter().all(path) {
        Some("an API path is misspelt")
    } else if entry.from.is_some() && reads_itself {
        Some("`from` stands instead of headers and API paths")
    } else if level == Level::Item && entry.repetition != Repetition::EveryRow {
        Some("only columns of orders repeat")
    } else if entry.strict && !entry.kind.measures() {
        Some("text can always be read: it cannot be strict")
    } else if entry.clearable && entry.api.is_empty() {
        Some("only what the API tells can be cleared")
    } else if hashed != (entry.kind == Kind::Hash) {
        Some("only hashes of persons are of the type hash")
    } else if hashed && !matches!(entry.privacy, Privacy::Phone | Privacy::Email) {
        Some("a hash keeps the privacy class of what it hides")
    } else if entry.values.values().any(|value| value.trim().is_empty()) {
        Some("a label has a blank value")
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
