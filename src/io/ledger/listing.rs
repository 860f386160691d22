//! The tables of what was read: files, findings and the quarantine.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray as _, BooleanArray, Date32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow::compute::filter_record_batch;
use arrow::error::ArrowError;
use rusqlite::Connection;

use super::catalogue::{files as stored, months};
use super::partition::{DayRange, Partition};
use super::{FileRecord, Ledger, LedgerError, columnar, findings as found};
use crate::core::problem::{FindingKind, Quarantined};
use crate::core::tables::{Table, arrow_schema};
use crate::core::types::{Day, FileHash, order_day_in_id};

/// A row that waits to be mended, with its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuarantinedRow {
    pub path: String,
    pub hash: FileHash,
    /// The first run that saw the file.
    pub run_id: String,
    pub row: Quarantined,
}

impl Ledger {
    /// All source files, by path.
    pub fn files(&self) -> Result<Vec<FileRecord>, LedgerError> {
        Ok(stored::records(&self.db)?.into_iter().map(|(_, record)| record).collect())
    }

    /// All rows that wait to be mended, by path and row. Rows that were mended are not among them,
    /// and of a row and attempts to mend it that failed only the newest.
    pub fn quarantined(&self) -> Result<Vec<QuarantinedRow>, LedgerError> {
        let snapshot = self.db.unchecked_transaction()?;
        standing_quarantine(&snapshot)
    }

    /// All rows that were ever held back in the quarantine, mended or not, by path and row.
    pub fn held_back(&self) -> Result<Vec<QuarantinedRow>, LedgerError> {
        let snapshot = self.db.unchecked_transaction()?;
        quarantined_rows(&snapshot, |_| true)
    }
}

fn standing_quarantine(db: &Connection) -> Result<Vec<QuarantinedRow>, LedgerError> {
    let standing = stored::book(db)?.standing();
    quarantined_rows(db, |row| !standing.is_mended(row))
}

fn quarantined_rows(
    db: &Connection,
    wanted: impl Fn((u32, u32)) -> bool,
) -> Result<Vec<QuarantinedRow>, LedgerError> {
    let files: HashMap<u32, FileRecord> = stored::records(db)?.into_iter().collect();
    let mut rows: Vec<QuarantinedRow> = stored::quarantine(db)?
        .into_iter()
        .filter(|(file, row)| wanted((*file, row.row)))
        .filter_map(|(file, row)| {
            let record = files.get(&file)?;
            let (path, run_id) = (record.path.clone(), record.run_id.clone());
            Some(QuarantinedRow { path, hash: record.hash, run_id, row })
        })
        .collect();
    rows.sort_by(|a, b| (&a.path, a.hash, a.row.row).cmp(&(&b.path, b.hash, b.row.row)));
    Ok(rows)
}

/// Puts columns in the order of a table.
fn table(
    ledger: &Ledger,
    table: Table,
    mut columns: HashMap<&str, ArrayRef>,
    rows: usize,
) -> Result<RecordBatch, ArrowError> {
    let schema = arrow_schema(&ledger.schema, table);
    let arrays = schema
        .fields()
        .iter()
        .map(|field| {
            columns
                .remove(field.name().as_str())
                .unwrap_or_else(|| arrow::array::new_null_array(field.data_type(), rows))
        })
        .collect();
    RecordBatch::try_new(schema, arrays)
}

fn texts<T: AsRef<str>>(values: impl Iterator<Item = Option<T>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn numbers(values: impl Iterator<Item = u64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values.map(|n| i64::try_from(n).unwrap_or(i64::MAX))))
}

pub(super) fn files(
    ledger: &Ledger,
    db: &Connection,
    days: DayRange,
) -> Result<Vec<RecordBatch>, LedgerError> {
    let mut all: Vec<FileRecord> = stored::records(db)?.into_iter().map(|(_, record)| record).collect();
    all.retain(|f| match (f.details.first_order_day, f.details.last_order_day) {
        (Some(first), Some(last)) => days.meets(first, last),
        _ => days.is_all(),
    });
    let text = |of: fn(&FileRecord) -> Option<String>| texts(all.iter().map(of));
    let number = |of: fn(&FileRecord) -> u64| numbers(all.iter().map(of));
    let day = |of: fn(&FileRecord) -> Option<Day>| -> ArrayRef {
        Arc::new(all.iter().map(|f| of(f).map(|d| d.0)).collect::<Date32Array>())
    };
    let observed = all.iter().map(|f| f.observed_at.0.saturating_mul(1_000_000));
    let observed = TimestampMicrosecondArray::from_iter_values(observed).with_timezone("UTC");
    let columns = HashMap::from([
        ("path", text(|f| Some(f.path.clone()))),
        ("sha256", text(|f| Some(f.hash.to_string()))),
        ("run_id", text(|f| Some(f.run_id.clone()))),
        ("source", text(|f| Some(f.source.to_string()))),
        ("mall_id", text(|f| f.mall_id.clone())),
        ("observed_at", Arc::new(observed) as ArrayRef),
        ("observed_at_evidence", text(|f| Some(f.observed_at_evidence.as_str().to_owned()))),
        ("format", text(|f| Some(f.details.format.clone()))),
        ("encoding", text(|f| f.details.encoding.clone())),
        ("form", text(|f| f.details.form.clone())),
        ("size_bytes", number(|f| f.details.size_bytes)),
        ("rows_read", number(|f| f.details.rows_read)),
        ("rows_accepted", number(FileRecord::rows_accepted)),
        ("rows_duplicate", number(|f| f.rows_duplicate)),
        ("rows_quarantined", number(|f| f.details.rows_quarantined)),
        ("rows_skipped", number(|f| f.details.rows_skipped)),
        ("first_order_day", day(|f| f.details.first_order_day)),
        ("last_order_day", day(|f| f.details.last_order_day)),
        ("unknown_headers", text(|f| joined(&f.details.unknown_headers))),
    ]);
    Ok(vec![table(ledger, Table::Files, columns, all.len())?])
}

fn joined(words: &[String]) -> Option<String> {
    (!words.is_empty()).then(|| words.join(","))
}

pub(super) fn quarantine(ledger: &Ledger, db: &Connection) -> Result<Vec<RecordBatch>, LedgerError> {
    let rows = standing_quarantine(db)?;
    let text = |of: fn(&QuarantinedRow) -> Option<&str>| texts(rows.iter().map(of));
    let columns = HashMap::from([
        ("reason", text(|q| Some(q.row.reason.code()))),
        ("message", text(|q| Some(q.row.reason.message()))),
        ("path", text(|q| Some(&q.path))),
        ("sha256", texts(rows.iter().map(|q| Some(q.hash.to_string())))),
        ("row", numbers(rows.iter().map(|q| u64::from(q.row.row)))),
        ("column", text(|q| q.row.column.as_deref())),
        ("value", text(|q| q.row.value.as_deref())),
        ("run_id", text(|q| Some(&q.run_id))),
    ]);
    Ok(vec![table(ledger, Table::Quarantine, columns, rows.len())?])
}

pub(super) fn findings(
    ledger: &Ledger,
    db: &Connection,
    days: DayRange,
) -> Result<Vec<RecordBatch>, LedgerError> {
    let files = stored::records(db)?;
    let paths: HashMap<String, &str> =
        files.iter().map(|(_, record)| (record.hash.to_string(), record.path.as_str())).collect();
    let mut batches = Vec::new();
    for (partition, inside) in months::table_files(db, Table::Findings)? {
        if !days.meets_partition(partition) {
            continue;
        }
        for batch in columnar::read(&ledger.folder.path(&inside))? {
            batches.push(present(ledger, &batch, &paths, days, partition)?);
        }
    }
    // Files are listed by path: their numbers would tell in which order they came.
    let places: HashMap<u32, usize> =
        files.iter().zip(0..).map(|((number, _), place)| (*number, place)).collect();
    let mut of_reading = stored::findings(db, None)?;
    of_reading.sort_by_key(|f| f.file.and_then(|number| places.get(&number)));
    let hash = |number| Some(files.get(*places.get(&number)?)?.1.hash);
    let of_reading = found::batch(&of_reading, hash)?;
    batches.push(present(ledger, &of_reading, &paths, days, Partition::None)?);
    Ok(batches)
}

/// Findings as people see them: with paths and sentences, of the wanted days.
fn present(
    ledger: &Ledger,
    batch: &RecordBatch,
    paths: &HashMap<String, &str>,
    days: DayRange,
    home: Partition,
) -> Result<RecordBatch, ArrowError> {
    let text = |name: &str| batch.column_by_name(name).and_then(|c| c.as_string_opt::<i32>());
    let values = |name: &str| -> Vec<Option<&str>> {
        text(name).map_or_else(|| vec![None; batch.num_rows()], |column| column.iter().collect())
    };
    let wanted: BooleanArray = values("order_id")
        .into_iter()
        .map(|id| match id.and_then(order_day_in_id) {
            Some(day) => Some(days.contains(Some(day))),
            None => Some(days.meets_partition(home)),
        })
        .collect();
    let message = |word: &str| FindingKind::parse(word).map(FindingKind::message).unwrap_or_default();
    let mut columns: HashMap<&str, ArrayRef> = HashMap::from([
        ("message", texts(values("reason").into_iter().map(|r| Some(r.map_or("", message))))),
        ("path", texts(values("sha256").into_iter().map(|h| h.and_then(|h| paths.get(h).copied())))),
    ]);
    let schema = batch.schema();
    for (field, column) in schema.fields().iter().zip(batch.columns()) {
        columns.insert(field.name().as_str(), Arc::clone(column));
    }
    let all = table(ledger, Table::Findings, columns, batch.num_rows())?;
    if wanted.true_count() == batch.num_rows() { Ok(all) } else { filter_record_batch(&all, &wanted) }
}
