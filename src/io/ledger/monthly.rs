//! Items and orders side by side, month after month, in the columns that are asked for; and several readings of one state.

use arrow::array::RecordBatch;
use rusqlite::Connection;

use super::catalogue::{self, months};
use super::{ATTEMPTS, Ledger, LedgerError, columnar};
use crate::core::tables::Table;

/// The tables of one month, or of the orders without a day. An item stands in the month of its order.
#[derive(Debug, Default)]
pub struct MonthTables {
    pub items: Vec<RecordBatch>,
    pub orders: Vec<RecordBatch>,
}

/// Columns to be read. One that a file lacks is blank there, and not in its batches.
#[derive(Clone, Copy, Debug)]
pub struct WantedColumns<'a> {
    pub items: &'a [&'a str],
    pub orders: &'a [&'a str],
}

impl Ledger {
    /// Takes every month in, one at a time, beginning with `T::default()`; the last is that of orders without a day. Where a
    /// writer replaces files meanwhile, it begins again.
    pub fn fold_months<T: Default, E: From<LedgerError>>(
        &self,
        wanted: WantedColumns<'_>,
        take: impl Fn(&mut T, &MonthTables) -> Result<(), E>,
    ) -> Result<T, E> {
        // An error of `take` ends the reading, but only one of the ledger may begin it again.
        let read = self.steadily(|db| {
            let mut all = T::default();
            for partition in months::all(db)? {
                let month = months::files(db, partition)?;
                let read = |table: Table, columns: &[&str]| match month.tables.get(&table) {
                    Some(segment) => columnar::read_columns(&self.folder.path(&segment.path), columns),
                    None => Ok(Vec::new()),
                };
                let tables = MonthTables {
                    items: read(Table::OrderItems, wanted.items)?,
                    orders: read(Table::Orders, wanted.orders)?,
                };
                if let Err(error) = take(&mut all, &tables) {
                    return Ok(Err(error));
                }
            }
            Ok(Ok(all))
        });
        read?
    }

    /// Reads several things of one committed state: again, where a run was committed or undone meanwhile.
    pub fn at_one_state<T, E: From<LedgerError>>(
        &self,
        mut read: impl FnMut() -> Result<T, E>,
    ) -> Result<T, E> {
        for _ in 0..ATTEMPTS {
            let before = generation(&self.db)?;
            let found = read();
            if generation(&self.db)? == before {
                return found;
            }
        }
        Err(LedgerError::Restless(self.root().to_owned()).into())
    }
}

fn generation(db: &Connection) -> Result<u64, LedgerError> {
    Ok(catalogue::next_generation(db)?)
}
