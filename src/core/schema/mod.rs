//! What is known of Cafe24, read from `schemas/*.toml`.
//!
//! The rest of the program asks this module which column a header means, what a cell of that column may hold and how it
//! behaves in the fold; it never names a Korean header itself. The files are embedded and checked when the program
//! starts, and a user's `jangbu.toml` may add aliases and status labels.

use serde::Deserialize;

mod file;
mod headers;
mod load;
mod spellings;
pub mod status;

pub use headers::{HeaderMap, MappedColumn};
pub use load::{Additions, SchemaError};
pub use status::{StatusClass, Statuses, comparable_label};

/// Whether a column speaks of one order item or of the whole order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Item,
    Order,
}

/// Where a column stands: its table and its place in that table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnRef {
    pub level: Level,
    pub index: usize,
}

/// What a column's cells hold and how they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Text,
    /// A text that is an identifier: E-notation means that a spreadsheet destroyed it.
    Id,
    /// A whole number, stored as INT64.
    Int,
    /// An amount, stored as DECIMAL(18,2).
    Money,
    /// Korean wall-clock time, stored as DATETIME.
    Time,
    /// A keyed hash of a personal value: bytes in observations, hex digits in tables.
    Hash,
}

impl Kind {
    /// Whether its values are numbers or times, which a cell may fail to be; anything is a text.
    pub fn measures(self) -> bool {
        matches!(self, Self::Int | Self::Money | Self::Time)
    }
}

/// How an order-level column repeats over the rows of one order in one file (`every_row`, `first_row`, `max`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repetition {
    EveryRow,
    FirstRow,
    Max,
}

/// Which rule of privacy a column falls under. Public columns are always kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Privacy {
    Public,
    /// Names of persons.
    Name,
    /// Street addresses and postal codes.
    Address,
    /// Free text written by or about persons.
    FreeText,
    Phone,
    Email,
    /// Birth dates, bank accounts, registration and customs numbers.
    Identity,
}

/// How a column's value is made from the cell that feeds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// The cell's own value.
    Plain,
    /// HMAC of a telephone number.
    PhoneHash,
    /// HMAC of an e-mail address.
    EmailHash,
    /// Province and city of an address: its first two words.
    Region,
    /// The last element of a list of whole numbers (`original_item_no`).
    LastOfList,
}

/// One stored column of `order_items` or `orders`.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each a line of its own in the file")]
pub struct Column {
    pub name: String,
    pub kind: Kind,
    /// One sentence for people, in English.
    pub description: String,
    /// The same in Korean.
    pub description_ko: String,
    /// Header spellings as written in the schema, best first; `*` stands for any text.
    pub headers: Vec<String>,
    /// Dotted paths in an API order, best first; relative to the item for item columns.
    pub api: Vec<String>,
    pub repetition: Repetition,
    /// Never changes as far as Cafe24 is known: where it does, that is a finding.
    pub frozen: bool,
    pub privacy: Privacy,
    pub transform: Transform,
    /// An unreadable number or date in it quarantines the row. Columns beyond the documented tables only report it.
    pub strict: bool,
    /// An explicit null or blank of an API order clears it.
    pub clearable: bool,
    /// Labels with a fixed meaning, as (label without white space, stored value): 취소안함 is F.
    pub values: Vec<(String, String)>,
    /// Its changes are listed in `order_changes` (not for keys, derived columns and hashes).
    pub tracked: bool,
}

impl Column {
    /// Whether its values may stand in findings, messages and the quarantine.
    pub fn may_be_shown(&self) -> bool {
        self.privacy == Privacy::Public && self.transform == Transform::Plain
    }
}

/// The columns that the code must know by name, because a rule speaks of them. Indexes into `items` or `orders`.
#[derive(Clone, Debug, Default)]
pub struct Known {
    // orders
    pub mall_id: usize,
    pub shop_no: usize,
    pub order_id: usize,
    pub order_date: usize,
    // items
    pub item_code: usize,
    pub product_no: usize,
    pub product_code: usize,
    pub variant_code: usize,
    pub custom_product_code: usize,
    pub custom_variant_code: usize,
    pub product_name: usize,
    pub option_value: usize,
    pub product_price: usize,
    pub order_status: usize,
    pub status_text: usize,
    pub status_class: usize,
    pub origin_item_code: usize,
    pub item_no: usize,
    pub original_item_no: usize,
}

/// Everything that is known, ready to use.
///
/// `items` and `orders` hold the columns that an *observation* can hold, in the order in which tables show them. The
/// tables add what the fold derives (`item_key`, `order_day`, `observed_at`, `sources`), and `order_items` shows the
/// order's `mall_id`, `shop_no` and `order_id`.
#[derive(Clone, Debug)]
pub struct Schema {
    pub items: Vec<Column>,
    pub orders: Vec<Column>,
    pub known: Known,
    pub statuses: Statuses,
    headers: headers::Dictionary,
    extracted_at: Vec<String>,
    total_words: Vec<String>,
    goods: Vec<ColumnRef>,
}

impl Schema {
    pub fn column(&self, at: ColumnRef) -> &Column {
        &self.level(at.level)[at.index]
    }

    pub fn level(&self, level: Level) -> &[Column] {
        match level {
            Level::Item => &self.items,
            Level::Order => &self.orders,
        }
    }

    /// Where the column of this name stands.
    pub fn find(&self, name: &str) -> Option<ColumnRef> {
        [Level::Order, Level::Item].into_iter().find_map(|level| {
            let index = self.level(level).iter().position(|c| c.name == name)?;
            Some(ColumnRef { level, index })
        })
    }

    /// The columns that a header of this text feeds: what somebody means who knows the admin's words, not ours.
    pub fn fed_by(&self, header: &str) -> impl Iterator<Item = &str> {
        let map = self.map_headers(&[header]);
        map.columns.into_iter().map(|mapped| self.column(mapped.column).name.as_str())
    }

    /// Headers and JSON keys that hold the moment at which a row, an order or a page was asked for, best first.
    pub fn extracted_at_keys(&self) -> &[String] {
        &self.extracted_at
    }

    /// The words which alone in a row's first cell make it a total row.
    pub fn total_words(&self) -> &[String] {
        &self.total_words
    }

    /// Whether a cell says nothing but a total word; white space, width and ASCII case do not count.
    pub fn is_total_word(&self, cell: &str) -> bool {
        // Nearly every cell that is asked about begins like no such word.
        let begins_plainly = |c: char| c.is_ascii_alphanumeric() || matches!(c, '\u{ac00}'..='\u{d7a3}');
        let first = cell.trim_start().chars().next().filter(|c| begins_plainly(*c));
        let could_be = |first: char| {
            self.total_words.iter().any(|w| w.chars().next().is_some_and(|c| c.eq_ignore_ascii_case(&first)))
        };
        if first.is_some_and(|first| !could_be(first)) {
            return false;
        }
        let key = headers::key(cell);
        self.total_words.iter().any(|word| headers::key(word) == key)
    }
}
