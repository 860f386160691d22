//! Every observation of one order, for explaining its current values.

use std::collections::{BTreeSet, HashMap};

use rusqlite::Connection;

use super::catalogue::{files, months};
use super::partition::Partition;
use super::store::Store;
use super::stored::AllFiles;
use super::{Ledger, LedgerError};
use crate::core::batch::{Bodies, BodiesView};
use crate::core::fold::{FileFacts, Observations, Sighting};
use crate::core::schema::{Level, Schema};
use crate::core::types::{FileHash, order_day_in_id};

/// All observations of one order id in one month, ready to be folded by themselves.
pub struct OrderObservations {
    pub files: Vec<FileFacts>,
    pub sightings: Vec<Sighting>,
    /// Where each sighting stands.
    pub places: Vec<Place>,
    pub items: Bodies,
    pub orders: Bodies,
}

/// Where a row stands. For a mended row that is the mending, while its sighting speaks for the row it mends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub path: String,
    pub hash: FileHash,
    pub row: u32,
}

impl OrderObservations {
    pub fn observations<'a>(&'a self, schema: &'a Schema) -> Observations<'a> {
        Observations {
            schema,
            files: &self.files,
            sightings: &self.sightings,
            items: &self.items,
            orders: &self.orders,
        }
    }
}

impl Ledger {
    /// Every observation of an order, in whatever malls; empty where the id is not known.
    ///
    /// An id without a day may belong to two malls' orders of different months; then there are several.
    pub fn observations_of(&self, order_id: &str) -> Result<Vec<OrderObservations>, LedgerError> {
        self.steadily(|db| {
            let partitions: BTreeSet<Partition> = match order_day_in_id(order_id) {
                Some(day) => BTreeSet::from([Partition::Month(day.month())]),
                None => months::homes(db, order_id)?.into_iter().map(|(_, partition)| partition).collect(),
            };
            let mut found = Vec::new();
            let known = AllFiles::load(db)?;
            for partition in partitions {
                found.extend(self.observations_in(db, &known, partition, order_id)?);
            }
            Ok(found)
        })
    }

    fn observations_in(
        &self,
        db: &Connection,
        known: &AllFiles,
        partition: Partition,
        order_id: &str,
    ) -> Result<Option<OrderObservations>, LedgerError> {
        let month = months::files(db, partition)?;
        let orders = Store::load(&self.folder, Level::Order, &self.schema, &month)?.into_bodies()?;
        let view = BodiesView::new(&orders, &self.schema.orders);
        let about: HashMap<u32, u32> = (0u32..)
            .take(orders.len())
            .filter(|body| view.text(*body, self.schema.known.order_id) == Some(order_id))
            .zip(0u32..)
            .collect();
        let mut stored = month.read_sightings(&self.folder)?;
        stored.retain(|s| about.contains_key(&s.order));
        if stored.is_empty() {
            return Ok(None);
        }
        let items = Store::load(&self.folder, Level::Item, &self.schema, &month)?.into_bodies()?;
        let needed: BTreeSet<u32> = stored.iter().filter_map(|s| s.item).collect();
        if needed.last().is_some_and(|last| *last as usize >= items.len()) {
            let path = self.folder.path("observations");
            return Err(LedgerError::damaged(path, "a row points at a body that is not there"));
        }
        let item_numbers: HashMap<u32, u32> = needed.iter().copied().zip(0u32..).collect();
        let mut kept: Vec<(u32, u32)> = about.iter().map(|(old, new)| (*new, *old)).collect();
        kept.sort_unstable();
        let kept: Vec<u32> = kept.into_iter().map(|(_, old)| old).collect();
        for s in &mut stored {
            s.item = s.item.and_then(|n| item_numbers.get(&n).copied());
            s.order = about.get(&s.order).copied().unwrap_or_default();
        }

        let seen = known.observe(&stored);
        let paths: HashMap<FileHash, String> =
            files::records(db)?.into_iter().map(|(_, record)| (record.hash, record.path)).collect();
        let places = seen
            .stored
            .iter()
            .filter_map(|index| {
                let s = stored.get(*index as usize)?;
                let hash = known.book.get(s.file)?.hash;
                Some(Place { path: paths.get(&hash).cloned().unwrap_or_default(), hash, row: s.row })
            })
            .collect();
        Ok(Some(OrderObservations {
            files: seen.files,
            sightings: seen.sightings,
            places,
            items: items.take(&needed.into_iter().collect::<Vec<_>>())?,
            orders: orders.take(&kept)?,
        }))
    }
}
