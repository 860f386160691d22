//! The fold: all observations of a month's orders into current rows, changes and findings (`docs/RULES.md`).
//!
//! A pure function of the *set* of observations. It knows files only by number and facts, and bodies only by number, so
//! it never sees the order in which files came.

mod group;
mod item;
mod matching;
mod order;
mod picks;
mod rows;
mod sides;
mod tables;
#[cfg(test)]
mod tests;
mod trace;
mod units;
mod words;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;

use super::batch::Bodies;
use super::problem::Finding;
use super::schema::Schema;
use super::types::{FileHash, Instant, Month, Source};
use group::Scene;
use rows::Collected;
pub use sides::{Voice, trace_sides};
pub use trace::{TracedChange, TracedField, TracedItem, TracedOrder, trace};

/// What the fold must know of a file.
#[derive(Clone, Debug)]
pub struct FileFacts {
    pub hash: FileHash,
    pub source: Source,
    /// The file's own moment, from its best evidence.
    pub observed_at: Instant,
    /// The moment was told by `--observed-at` or the configuration: rows' own extraction times do not count.
    pub overrides_rows: bool,
    /// A mall that counts whatever the rows say (`--mall`, the Cafe24-shaped name).
    pub mall: Option<String>,
    /// A mall that counts where neither that nor the row names one (folder, configuration).
    pub fallback_mall: Option<String>,
    /// Its rows are API orders, which speak for themselves: repetition rules do not apply.
    pub api_orders: bool,
    /// At least one accepted row of it has an item code.
    pub has_item_codes: bool,
}

impl FileFacts {
    /// The moment one of its rows was observed at.
    pub fn moment_of(&self, row: &Sighting) -> Instant {
        match row.time {
            Some(own) if !self.overrides_rows => own,
            _ => self.observed_at,
        }
    }

    /// The mall of a row that names `own`.
    pub fn mall_of<'a>(&'a self, own: Option<&'a str>) -> Option<&'a str> {
        self.mall.as_deref().or(own).or(self.fallback_mall.as_deref())
    }
}

/// One row of a file, and what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Number of the file in the list of [`FileFacts`].
    pub file: u32,
    pub sheet: u16,
    /// 1 = first record after the header; counts items in API JSON.
    pub row: u32,
    /// The first row of the API order this row belongs to; the row itself elsewhere.
    pub record: u32,
    /// The row's own extraction time.
    pub time: Option<Instant>,
    /// Its item body; `None` where the row speaks of an order only.
    pub item: Option<u32>,
    pub order: u32,
}

/// All that was ever seen of a month's orders.
#[derive(Clone, Copy)]
pub struct Observations<'a> {
    pub schema: &'a Schema,
    pub files: &'a [FileFacts],
    pub sightings: &'a [Sighting],
    pub items: &'a Bodies,
    pub orders: &'a Bodies,
}

/// The current tables of a month, sorted by day, order and item.
pub struct Folded {
    pub order_items: RecordBatch,
    pub orders: RecordBatch,
    pub order_changes: RecordBatch,
    pub findings: Vec<Finding>,
    /// Duplicate rows per file number.
    pub duplicates: Vec<u32>,
}

/// Folds a month. The sightings may come in any order.
pub fn fold_month(seen: &Observations<'_>) -> Result<Folded, ArrowError> {
    let scene = Scene::new(*seen);
    let all = fold_all(&scene);
    let orders = tables::sorted_orders(&all);
    Ok(Folded {
        order_items: tables::order_items(&scene, &all, &orders)?,
        orders: tables::orders(&scene, &orders)?,
        order_changes: tables::order_changes(&scene, &all)?,
        findings: all.findings,
        duplicates: all.duplicates,
    })
}

/// The month each order belongs to: (mall, order id, month or `None` where no day is known), sorted.
///
/// An order that two shops know goes to the month of the first shop that knows its day, so that its observations stay
/// together.
pub fn home_months(seen: &Observations<'_>) -> Vec<(String, String, Option<Month>)> {
    let scene = Scene::new(*seen);
    let all = fold_all(&scene);
    let mut homes: Vec<(String, String, Option<Month>)> = Vec::with_capacity(all.orders.len());
    for order in &all.orders {
        let same = |(mall, id, _): &(String, String, _)| mall == order.mall && id == order.order_id;
        let month = order.day.map(super::types::Day::month);
        match homes.last_mut().filter(|last| same(last)) {
            Some((.., home)) => *home = home.or(month),
            None => homes.push((order.mall.to_owned(), order.order_id.to_owned(), month)),
        }
    }
    homes.sort();
    homes
}

fn fold_all<'a>(scene: &Scene<'a>) -> Collected<'a> {
    let mut all = Collected { duplicates: vec![0; scene.seen().files.len()], ..Collected::default() };
    let groups = scene.groups();
    all.orders.reserve(groups.len());
    all.items.reserve(groups.len());
    for group in groups {
        scene.fold_group(&group, &mut all);
    }
    all.findings.sort();
    all
}
