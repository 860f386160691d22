//! Tables, batch by batch.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::vec;

use arrow::array::{Array as _, AsArray as _, BooleanArray, RecordBatch, UInt32Array};
use arrow::compute::{concat_batches, filter_record_batch, take_record_batch};
use arrow::datatypes::{Date32Type, SchemaRef, TimestampMicrosecondType};
use arrow::error::ArrowError;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use rusqlite::Connection;

use super::catalogue::months;
use super::partition::DayRange;
use super::{Ledger, LedgerError, columnar, compare, listing};
use crate::core::tables::{Table, arrow_schema};
use crate::core::types::Day;

/// The rows of a table as they were when the scan began, whatever is written meanwhile.
pub struct Scan {
    schema: SchemaRef,
    days: DayRange,
    ready: vec::IntoIter<RecordBatch>,
    /// Open files stay readable when a writer deletes them.
    files: vec::IntoIter<(PathBuf, File)>,
    current: Option<(PathBuf, ParquetRecordBatchReader)>,
}

impl Ledger {
    /// The rows of a table whose order day lies in `days`: items and orders in their order, month after month; changes in
    /// the order of `new_observed_at`, over all months.
    ///
    /// `files` are chosen by whether their range of order days meets `days`; quarantined rows have no order day and are
    /// always all there.
    pub fn scan(&self, table: Table, days: DayRange) -> Result<Scan, LedgerError> {
        self.steadily(|db| match table {
            Table::OrderItems | Table::Orders => self.scan_months(db, table, days),
            Table::OrderChanges => {
                let scan = self.scan_months(db, table, days)?;
                let schema = Arc::clone(scan.schema());
                let batches = scan.collect::<Result<Vec<_>, _>>()?;
                self.ready(table, vec![by_time(&concat_batches(&schema, &batches)?)?])
            }
            Table::Files => self.ready(table, listing::files(self, db, days)?),
            Table::Findings => self.ready(table, listing::findings(self, db, days)?),
            Table::Quarantine => self.ready(table, listing::quarantine(self, db)?),
        })
    }

    #[expect(clippy::unnecessary_wraps, reason = "the arms of one match")]
    fn ready(&self, table: Table, batches: Vec<RecordBatch>) -> Result<Scan, LedgerError> {
        Ok(Scan {
            schema: arrow_schema(&self.schema, table),
            days: DayRange::default(),
            ready: batches.into_iter(),
            files: Vec::new().into_iter(),
            current: None,
        })
    }

    fn scan_months(&self, db: &Connection, table: Table, days: DayRange) -> Result<Scan, LedgerError> {
        let files = months::table_files(db, table)?
            .into_iter()
            .filter(|(partition, _)| days.meets_partition(*partition))
            .map(|(_, inside)| {
                let path = self.folder.path(&inside);
                let file = columnar::open(&path)?;
                Ok((path, file))
            })
            .collect::<Result<Vec<_>, LedgerError>>()?;
        let mut scan = self.ready(table, Vec::new())?;
        scan.days = days;
        scan.files = files.into_iter();
        Ok(scan)
    }
}

/// Changes in the order in which they were seen; those of one moment stay as they are.
fn by_time(changes: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let times = changes
        .column_by_name("new_observed_at")
        .and_then(|c| c.as_primitive_opt::<TimestampMicrosecondType>())
        .ok_or_else(|| ArrowError::SchemaError("changes have no new_observed_at".into()))?;
    let mut rows: Vec<u32> = (0u32..).take(changes.num_rows()).collect();
    rows.sort_by_key(|row| times.value(*row as usize));
    take_record_batch(changes, &UInt32Array::from(rows))
}

impl Scan {
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn fit(&self, batch: &RecordBatch) -> Result<RecordBatch, LedgerError> {
        let batch = compare::align(batch, &self.schema)?;
        let days = batch.column_by_name("order_day").and_then(|c| c.as_primitive_opt::<Date32Type>());
        match days {
            Some(days) if !self.days.is_all() => {
                let day = |i: usize| days.is_valid(i).then(|| Day(days.value(i)));
                let wanted: BooleanArray =
                    (0..days.len()).map(|i| Some(self.days.contains(day(i)))).collect();
                Ok(filter_record_batch(&batch, &wanted)?)
            }
            _ => Ok(batch),
        }
    }

    fn step(&mut self) -> Result<Option<RecordBatch>, LedgerError> {
        loop {
            if let Some(batch) = self.ready.next() {
                return Ok(Some(batch));
            }
            if let Some((path, reader)) = &mut self.current {
                match reader.next() {
                    Some(Ok(batch)) => {
                        let batch = self.fit(&batch)?;
                        if batch.num_rows() > 0 {
                            return Ok(Some(batch));
                        }
                    }
                    Some(Err(e)) => {
                        return Err(LedgerError::Parquet { path: path.clone(), source: e.into() });
                    }
                    None => self.current = None,
                }
                continue;
            }
            let Some((path, file)) = self.files.next() else { return Ok(None) };
            let reader = columnar::reader(&path, file)?;
            self.current = Some((path, reader));
        }
    }
}

impl Iterator for Scan {
    type Item = Result<RecordBatch, LedgerError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}
