//! Every order as files tell it and as the API tells it.

use rusqlite::Connection;

use super::catalogue::{files, months};
use super::month::check_numbers;
use super::partition::Partition;
use super::store::Store;
use super::{DayRange, Ledger, LedgerError};
use crate::core::fold::{Observations, TracedOrder, Voice, trace_sides};
use crate::core::schema::Level;
use crate::core::types::Instant;

/// One order id of a mall as both sides tell it: by shop, and empty where the side is silent.
pub struct Sides<'a> {
    pub files: Vec<TracedOrder>,
    pub api: Vec<TracedOrder>,
    /// When a sighting was made.
    pub moment: &'a dyn Fn(u32) -> Instant,
}

impl Ledger {
    /// What `each` makes of every order of the months that a range touches, month after month.
    pub fn sides<T: Default>(
        &self,
        range: DayRange,
        each: &dyn Fn(Sides<'_>, &mut T),
    ) -> Result<T, LedgerError> {
        self.steadily(|db| {
            let mut found = T::default();
            for partition in months::all(db)?.into_iter().filter(|p| range.meets_partition(*p)) {
                self.sides_in(db, partition, each, &mut found)?;
            }
            Ok(found)
        })
    }

    fn sides_in<T>(
        &self,
        db: &Connection,
        partition: Partition,
        each: &dyn Fn(Sides<'_>, &mut T),
        found: &mut T,
    ) -> Result<(), LedgerError> {
        let month = months::files(db, partition)?;
        let stored = month.read_sightings(&self.folder)?;
        let book = files::book(db)?;
        let seen = book.observe(&book.standing(), &stored);
        let items = Store::load(&self.folder, Level::Item, &self.schema, &month)?.into_bodies()?;
        let orders = Store::load(&self.folder, Level::Order, &self.schema, &month)?.into_bodies()?;
        check_numbers(&seen, items.len(), orders.len(), &self.folder)?;
        let moment = |s: u32| {
            let sighting = &seen.sightings[s as usize];
            seen.files[sighting.file as usize].moment_of(sighting)
        };
        let all = Observations {
            schema: &self.schema,
            files: &seen.files,
            sightings: &seen.sightings,
            items: &items,
            orders: &orders,
        };
        trace_sides(&all, [Voice::Files, Voice::Api], |[files, api]| {
            each(Sides { files, api, moment: &moment }, found);
        });
        Ok(())
    }
}
