//! Every order as files tell it and as the API tells it.

use rusqlite::Connection;

use super::catalogue::months;
use super::partition::Partition;
use super::stored::AllFiles;
use super::{DayRange, Ledger, LedgerError};
use crate::core::fold::{TracedOrder, Voice, trace_sides};
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
            let files = AllFiles::load(db)?;
            for partition in months::all(db)?.into_iter().filter(|p| range.meets_partition(*p)) {
                self.sides_in(db, &files, partition, each, &mut found)?;
            }
            Ok(found)
        })
    }

    fn sides_in<T>(
        &self,
        db: &Connection,
        files: &AllFiles,
        partition: Partition,
        each: &dyn Fn(Sides<'_>, &mut T),
        found: &mut T,
    ) -> Result<(), LedgerError> {
        let month = months::files(db, partition)?;
        let stored = month.read_sightings(&self.folder)?;
        let seen = files.observe(&stored);
        let (items, orders) = self.bodies(&month, &seen)?;
        let moment = |s: u32| {
            let sighting = &seen.sightings[s as usize];
            seen.files[sighting.file as usize].moment_of(sighting)
        };
        let all = seen.observations(&self.schema, &items, &orders);
        trace_sides(&all, [Voice::Files, Voice::Api], |[files, api]| {
            each(Sides { files, api, moment: &moment }, found);
        });
        Ok(())
    }
}
