//! Months in the catalogue: which files hold their observations and tables, and which orders without a day live there.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rusqlite::{Connection, Row, params};

use super::{Result, amount, count, unknown_word};
use crate::core::problem::FindingKind;
use crate::core::tables::Table;
use crate::io::ledger::month::{FileShare, MonthFiles, Segment, SegmentKind, Written};
use crate::io::ledger::partition::Partition;

fn partition(r: &Row<'_>, column: usize) -> Result<Partition> {
    let text: String = r.get(column)?;
    Partition::parse(&text).ok_or_else(|| unknown_word(column, &text))
}

/// The files of one month.
pub(in crate::io::ledger) fn files(db: &Connection, month: Partition) -> Result<MonthFiles> {
    let name = month.to_string();
    let mut found = MonthFiles::default();
    let mut statement =
        db.prepare_cached("SELECT kind, path, rows FROM segments WHERE month = ?1 ORDER BY kind, seq")?;
    let mut rows = statement.query([&name])?;
    while let Some(r) = rows.next()? {
        let kind: String = r.get(0)?;
        let kind = SegmentKind::parse(&kind).ok_or_else(|| unknown_word(0, &kind))?;
        found.segments.entry(kind).or_default().push(Segment { path: r.get(1)?, rows: r.get(2)? });
    }
    let mut statement =
        db.prepare_cached("SELECT table_name, path, rows FROM table_files WHERE month = ?1")?;
    let mut rows = statement.query([&name])?;
    while let Some(r) = rows.next()? {
        let table: String = r.get(0)?;
        let table = Table::parse(&table).ok_or_else(|| unknown_word(0, &table))?;
        found.tables.insert(table, Segment { path: r.get(1)?, rows: r.get(2)? });
    }
    Ok(found)
}

/// The files of a table, month after month; orders without a day last.
pub(in crate::io::ledger) fn table_files(
    db: &Connection,
    table: Table,
) -> Result<BTreeMap<Partition, String>> {
    let mut statement = db.prepare_cached("SELECT month, path FROM table_files WHERE table_name = ?1")?;
    statement.query_map([table.name()], |r| Ok((partition(r, 0)?, r.get(1)?)))?.collect()
}

/// The files of a table with the number of their rows; orders without a day last.
pub(in crate::io::ledger) fn table_months(
    db: &Connection,
    table: Table,
) -> Result<Vec<(Partition, String, u64)>> {
    let mut statement =
        db.prepare_cached("SELECT month, path, rows FROM table_files WHERE table_name = ?1")?;
    let mut all: Vec<_> = statement
        .query_map([table.name()], |r| Ok((partition(r, 0)?, r.get(1)?, amount(r, 2)?)))?
        .collect::<Result<_>>()?;
    all.sort();
    Ok(all)
}

/// All paths that count.
pub(in crate::io::ledger) fn all_paths(db: &Connection) -> Result<HashSet<String>> {
    let mut statement = db.prepare("SELECT path FROM segments UNION SELECT path FROM table_files")?;
    statement.query_map([], |r| r.get(0))?.collect()
}

/// All months that hold anything.
pub(in crate::io::ledger) fn all(db: &Connection) -> Result<BTreeSet<Partition>> {
    let mut statement = db.prepare("SELECT DISTINCT month FROM segments")?;
    statement.query_map([], |r| partition(r, 0))?.collect()
}

/// The months that a file has a share in.
pub(in crate::io::ledger) fn of_file(db: &Connection, file: u32) -> Result<Vec<(Partition, FileShare)>> {
    let mut statement = db
        .prepare_cached("SELECT month, sightings, undated, duplicates FROM file_months WHERE file_id = ?1")?;
    let rows = statement.query_map([file], |r| {
        let share =
            FileShare { file, sightings: amount(r, 1)?, undated: amount(r, 2)?, duplicates: amount(r, 3)? };
        Ok((partition(r, 0)?, share))
    })?;
    rows.collect()
}

/// How many findings of each kind stand in a month.
pub(in crate::io::ledger) fn findings(
    db: &Connection,
    month: Partition,
) -> Result<BTreeMap<FindingKind, i64>> {
    let mut statement = db.prepare_cached("SELECT kind, n FROM month_findings WHERE month = ?1")?;
    let rows = statement.query_map([month.to_string()], |r| {
        let kind: String = r.get(0)?;
        Ok((FindingKind::parse(&kind).ok_or_else(|| unknown_word(0, &kind))?, r.get(1)?))
    })?;
    rows.collect()
}

/// Makes a month what was written for it.
pub(in crate::io::ledger) fn replace(db: &Connection, written: &Written) -> Result<()> {
    let month = written.partition.to_string();
    for table in ["segments", "table_files", "file_months", "month_findings"] {
        db.prepare_cached(&format!("DELETE FROM {table} WHERE month = ?1"))?.execute([&month])?;
    }
    let mut segment =
        db.prepare_cached("INSERT INTO segments (month, kind, seq, path, rows) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for (kind, segments) in &written.files.segments {
        for (seq, s) in (0i64..).zip(segments) {
            segment.execute(params![month, kind.as_str(), seq, s.path, s.rows])?;
        }
    }
    let mut table =
        db.prepare_cached("INSERT INTO table_files (table_name, month, path, rows) VALUES (?1, ?2, ?3, ?4)")?;
    for (name, s) in &written.files.tables {
        table.execute(params![name.name(), month, s.path, s.rows])?;
    }
    let mut share = db.prepare_cached(
        "INSERT INTO file_months (file_id, month, sightings, undated, duplicates) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for s in &written.shares {
        share.execute(params![s.file, month, count(s.sightings), count(s.undated), count(s.duplicates)])?;
    }
    let mut finding = db.prepare_cached("INSERT INTO month_findings (month, kind, n) VALUES (?1, ?2, ?3)")?;
    for (kind, n) in &written.findings {
        finding.execute(params![month, kind.code(), n])?;
    }
    Ok(())
}

/// The months in which an order without a day lives, by mall.
pub(in crate::io::ledger) fn homes(db: &Connection, order_id: &str) -> Result<Vec<(String, Partition)>> {
    let mut statement =
        db.prepare_cached("SELECT mall, month FROM homes WHERE order_id = ?1 ORDER BY mall")?;
    statement.query_map([order_id], |r| Ok((r.get(0)?, partition(r, 1)?)))?.collect()
}

pub(in crate::io::ledger) fn forget_homes(db: &Connection, order_id: &str) -> Result<()> {
    db.prepare_cached("DELETE FROM homes WHERE order_id = ?1")?.execute([order_id])?;
    Ok(())
}

pub(in crate::io::ledger) fn insert_home(
    db: &Connection,
    mall: &str,
    order_id: &str,
    month: Partition,
) -> Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO homes (order_id, mall, month) VALUES (?1, ?2, ?3)")?
        .execute(params![order_id, mall, month.to_string()])?;
    Ok(())
}
