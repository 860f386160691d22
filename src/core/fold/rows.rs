//! What folding orders gives: current rows by what was picked for them, and what changed. Tables are made of it later.

use std::borrow::Cow;

use super::picks::Picks;
use crate::core::problem::Finding;
use crate::core::schema::StatusClass;
use crate::core::types::{Day, Instant, Source};

/// A current row of `orders`.
#[derive(Debug)]
pub(super) struct OrderRow<'a> {
    pub(super) mall: &'a str,
    pub(super) shop: i64,
    pub(super) order_id: &'a str,
    pub(super) day: Option<Day>,
    pub(super) picks: Picks,
    pub(super) seen: Seen,
}

/// How an item is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ItemName<'a> {
    Code(&'a str),
    /// The n-th item inferred from rows without a code.
    Inferred(usize),
}

/// A current row of `order_items`.
#[derive(Debug)]
pub(super) struct ItemRow<'a> {
    /// Index of the order's row.
    pub(super) order: usize,
    pub(super) name: ItemName<'a>,
    /// Its sightings, oldest first.
    pub(super) rows: Vec<u32>,
    pub(super) picks: Picks,
    pub(super) status_code: Option<&'a str>,
    pub(super) class: Option<StatusClass>,
    pub(super) origin: Option<&'a str>,
    pub(super) seen: Seen,
}

impl<'a> ItemName<'a> {
    /// The item's key in its order.
    pub(super) fn key(self, order_id: &str) -> Cow<'a, str> {
        match self {
            ItemName::Code(code) => Cow::Borrowed(code),
            ItemName::Inferred(n) => Cow::Owned(format!("{order_id}~{n}")),
        }
    }
}

/// When and by whom a key was last and ever observed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) newest: Instant,
    /// A bit a source, in the order of [`Source::ALL`].
    pub(super) sources: u8,
}

/// A row of `order_changes`.
#[derive(Debug)]
pub(super) struct Change {
    /// Index of the order's row.
    pub(super) order: usize,
    pub(super) item_key: Option<String>,
    pub(super) field: String,
    pub(super) old_value: String,
    pub(super) new_value: Option<String>,
    pub(super) old: (Instant, Source),
    pub(super) new: (Instant, Source),
}

/// What folding orders gives.
#[derive(Default)]
pub(super) struct Collected<'a> {
    pub(super) orders: Vec<OrderRow<'a>>,
    pub(super) items: Vec<ItemRow<'a>>,
    pub(super) changes: Vec<Change>,
    pub(super) findings: Vec<Finding>,
    /// Per file.
    pub(super) duplicates: Vec<u32>,
}
