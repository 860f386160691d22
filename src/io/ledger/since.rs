//! The tables as they would be without what came lately, beside the tables as they are.

use std::collections::HashSet;

use arrow::array::RecordBatch;
use rusqlite::Connection;

use super::catalogue::{files, months};
use super::commit::run_named;
use super::partition::Partition;
use super::stored::AllFiles;
use super::{DayRange, Ledger, LedgerError};
use crate::core::fold::{Observations, fold_month};
use crate::core::types::{Instant, order_day_in_id};

/// What counts as lately.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// Files that this run or a later one was the first to see.
    Run(String),
    /// Observations of this moment or later.
    Moment(Instant),
}

/// A month's tables before and after.
#[derive(Debug)]
pub struct MonthStates {
    pub orders: [RecordBatch; 2],
    pub items: [RecordBatch; 2],
    /// `order_changes` as it is now.
    pub changes: RecordBatch,
}

impl Ledger {
    /// Folds every month that holds anything of lately without it and with it. An order id limits it to its month.
    pub fn states_since(&self, since: &Since, order: Option<&str>) -> Result<Vec<MonthStates>, LedgerError> {
        self.steadily(|db| {
            let late = match since {
                Since::Run(run) => late_files(db, run)?,
                Since::Moment(_) => HashSet::new(),
            };
            let day = order.and_then(order_day_in_id);
            let range = DayRange { from: day, to: day };
            let files = AllFiles::load(db)?;
            let mut all = Vec::new();
            for partition in months::all(db)?.into_iter().filter(|p| range.meets_partition(*p)) {
                all.extend(self.month_since(db, &files, partition, since, &late)?);
            }
            Ok(all)
        })
    }

    fn month_since(
        &self,
        db: &Connection,
        files: &AllFiles,
        partition: Partition,
        since: &Since,
        late: &HashSet<u32>,
    ) -> Result<Option<MonthStates>, LedgerError> {
        let month = months::files(db, partition)?;
        let stored = month.read_sightings(&self.folder)?;
        let seen = files.observe(&stored);
        let is_late = |index: usize| match since {
            Since::Run(_) => {
                let stored = seen.stored.get(index).and_then(|at| stored.get(*at as usize));
                stored.is_some_and(|s| late.contains(&s.file))
            }
            Since::Moment(moment) => {
                let s = &seen.sightings[index];
                seen.files.get(s.file as usize).is_some_and(|f| f.moment_of(s) >= *moment)
            }
        };
        let before: Vec<_> =
            (0..seen.sightings.len()).filter(|i| !is_late(*i)).map(|i| seen.sightings[i]).collect();
        if before.len() == seen.sightings.len() {
            return Ok(None);
        }
        let (items, orders) = self.bodies(&month, &seen)?;
        let now = seen.observations(&self.schema, &items, &orders);
        let then = fold_month(&Observations { sightings: &before, ..now })?;
        let now = fold_month(&now)?;
        Ok(Some(MonthStates {
            orders: [then.orders, now.orders],
            items: [then.order_items, now.order_items],
            changes: now.order_changes,
        }))
    }
}

/// The numbers of the files that no run before this one saw.
fn late_files(db: &Connection, run: &str) -> Result<HashSet<u32>, LedgerError> {
    let number = run_named(db, run)?;
    Ok(files::first_seen_from(db, number)?)
}
