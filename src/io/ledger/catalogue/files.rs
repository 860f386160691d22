//! Source files in the catalogue: sightings, facts, what reading told.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{Result, amount, count, json, to_json, unknown_word};
use crate::core::problem::{Finding, FindingKind, Quarantined, Reason};
use crate::core::types::{Day, FileHash, Instant, Source};
use crate::io::ledger::book::{Book, BookFile, StandInRow};
use crate::io::ledger::evidence::{Effective, Evidence, MallEvidence, SourceEvidence, TimeEvidence};
use crate::io::ledger::staged::{FileDetails, FileRecord, StandIn};

fn word<T>(row: &Row<'_>, column: usize, parse: fn(&str) -> Option<T>) -> Result<T> {
    let text: String = row.get(column)?;
    parse(&text).ok_or_else(|| unknown_word(column, &text))
}

/// Everything that a write must know of the files.
pub(in crate::io::ledger) fn book(db: &Connection) -> Result<Book> {
    let mut book = Book::default();
    let mut statement = db.prepare(
        "SELECT file_id, sha256, source, observed_at, time_evidence, mall, fallback_mall, api_orders, has_item_codes,
            rows_need_mall
         FROM files",
    )?;
    let mut rows = statement.query([])?;
    while let Some(r) = rows.next()? {
        let file = BookFile {
            hash: FileHash(r.get(1)?),
            effective: Effective {
                source: word(r, 2, Source::parse)?,
                observed_at: (Instant(r.get(3)?), word(r, 4, TimeEvidence::parse)?),
                mall: r.get(5)?,
                fallback_mall: r.get(6)?,
            },
            api_orders: r.get(7)?,
            has_item_codes: r.get(8)?,
            rows_need_mall: r.get(9)?,
        };
        book.insert(r.get(0)?, file);
    }
    let mut statement = db.prepare("SELECT file_id, row, origin, origin_row FROM stand_ins")?;
    let rows = statement.query_map([], |r| {
        Ok(StandInRow { file: r.get(0)?, row: r.get(1)?, origin: FileHash(r.get(2)?), origin_row: r.get(3)? })
    })?;
    book.stand_ins = rows.collect::<Result<_>>()?;
    if !book.stand_ins.is_empty() {
        let mut statement = db.prepare(
            "SELECT file_id, row, max(time) FROM quarantine WHERE file_id IN
                (SELECT file_id FROM stand_ins UNION
                 SELECT file_id FROM files WHERE sha256 IN (SELECT origin FROM stand_ins))
             GROUP BY file_id, row",
        )?;
        let rows = statement
            .query_map([], |r| Ok(((r.get(0)?, r.get(1)?), r.get::<_, Option<i64>>(2)?.map(Instant))))?;
        book.quarantined = rows.collect::<Result<_>>()?;
    }
    Ok(book)
}

/// Rows of a file in quarantine, with their own extraction times.
pub(in crate::io::ledger) fn quarantined_rows(
    db: &Connection,
    file: u32,
) -> Result<Vec<(u32, Option<Instant>)>> {
    let mut statement =
        db.prepare_cached("SELECT row, max(time) FROM quarantine WHERE file_id = ?1 GROUP BY row")?;
    statement.query_map([file], |r| Ok((r.get(0)?, r.get::<_, Option<i64>>(1)?.map(Instant))))?.collect()
}

/// What the sightings of a file tell, without those of one run.
pub(in crate::io::ledger) fn evidence(db: &Connection, file: u32, but: Option<i64>) -> Result<Vec<Evidence>> {
    let mut statement = db.prepare_cached(
        "SELECT source, source_evidence, mall, mall_evidence, observed_at, time_evidence
         FROM file_sightings WHERE file_id = ?1 AND run IS NOT ?2",
    )?;
    statement.query_map(params![file, but], evidence_in)?.collect()
}

/// What the sightings of these bytes under this path tell.
pub(in crate::io::ledger) fn evidence_at(
    db: &Connection,
    hash: &FileHash,
    path: &str,
) -> Result<Vec<Evidence>> {
    let mut statement = db.prepare_cached(
        "SELECT s.source, source_evidence, s.mall, mall_evidence, s.observed_at, s.time_evidence
         FROM file_sightings s JOIN files f ON f.file_id = s.file_id WHERE f.sha256 = ?1 AND path = ?2",
    )?;
    statement.query_map(params![hash.0, path], evidence_in)?.collect()
}

fn evidence_in(r: &Row<'_>) -> Result<Evidence> {
    let mall: Option<String> = r.get(2)?;
    let mall = mall.map(|mall| Ok::<_, rusqlite::Error>((mall, word(r, 3, MallEvidence::parse)?)));
    Ok(Evidence {
        source: (word(r, 0, Source::parse)?, word(r, 1, SourceEvidence::parse)?),
        mall: mall.transpose()?,
        observed_at: (Instant(r.get(4)?), word(r, 5, TimeEvidence::parse)?),
    })
}

/// The files that a run saw.
pub(in crate::io::ledger) fn of_run(db: &Connection, run: i64) -> Result<Vec<u32>> {
    let mut statement = db.prepare(
        "SELECT file_id FROM file_sightings WHERE run = ?1 GROUP BY file_id ORDER BY min(sighting_id)",
    )?;
    statement.query_map([run], |r| r.get(0))?.collect()
}

/// The files that a run or a later one was the first to see.
pub(in crate::io::ledger) fn first_seen_from(db: &Connection, run: i64) -> Result<HashSet<u32>> {
    let mut statement =
        db.prepare("SELECT file_id FROM file_sightings GROUP BY file_id HAVING min(run) >= ?1")?;
    statement.query_map([run], |r| r.get(0))?.collect()
}

pub(in crate::io::ledger) fn insert_sighting(
    db: &Connection,
    file: u32,
    run: i64,
    path: &str,
    evidence: &Evidence,
) -> Result<i64> {
    let mut statement = db.prepare_cached(
        "INSERT INTO file_sightings (file_id, run, path, source, source_evidence, mall, mall_evidence, observed_at,
            time_evidence) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    statement.insert(params![
        file,
        run,
        path,
        evidence.source.0.as_str(),
        evidence.source.1.as_str(),
        evidence.mall.as_ref().map(|m| m.0.as_str()),
        evidence.mall.as_ref().map(|m| m.1.as_str()),
        evidence.observed_at.0.0,
        evidence.observed_at.1.as_str(),
    ])
}

pub(in crate::io::ledger) fn insert(
    db: &Connection,
    file: u32,
    hash: FileHash,
    details: &FileDetails,
    facts: &Effective,
) -> Result<()> {
    let mut statement = db.prepare_cached(
        "INSERT INTO files (file_id, sha256, size_bytes, format, encoding, form, headers, unknown_headers, api_orders,
            has_item_codes, rows_need_mall, row_mall, rows_read, rows_quarantined, rows_skipped, first_order_day,
            last_order_day, source, mall, fallback_mall, observed_at, time_evidence)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)",
    )?;
    statement.execute(params![
        file,
        hash.0,
        count(details.size_bytes),
        details.format,
        details.encoding,
        details.form,
        to_json(&details.headers),
        to_json(&details.unknown_headers),
        details.api_orders,
        details.has_item_codes,
        details.rows_need_mall,
        details.row_mall,
        count(details.rows_read),
        count(details.rows_quarantined),
        count(details.rows_skipped),
        details.first_order_day.map(|d| d.0),
        details.last_order_day.map(|d| d.0),
        facts.source.as_str(),
        facts.mall,
        facts.fallback_mall,
        facts.observed_at.0.0,
        facts.observed_at.1.as_str(),
    ])?;
    Ok(())
}

pub(in crate::io::ledger) fn update_facts(db: &Connection, file: u32, facts: &Effective) -> Result<()> {
    let mut statement = db.prepare_cached(
        "UPDATE files SET source = ?2, mall = ?3, fallback_mall = ?4, observed_at = ?5, time_evidence = ?6
         WHERE file_id = ?1",
    )?;
    statement.execute(params![
        file,
        facts.source.as_str(),
        facts.mall,
        facts.fallback_mall,
        facts.observed_at.0.0,
        facts.observed_at.1.as_str(),
    ])?;
    Ok(())
}

/// Takes a run's sightings away, with the findings that hang on them.
pub(in crate::io::ledger) fn delete_sightings(db: &Connection, run: i64) -> Result<()> {
    db.execute(
        "DELETE FROM findings WHERE sighting_id IN (SELECT sighting_id FROM file_sightings WHERE run = ?1)",
        [run],
    )?;
    db.execute("DELETE FROM file_sightings WHERE run = ?1", [run])?;
    Ok(())
}

/// Takes a file away with all that hangs on it.
pub(in crate::io::ledger) fn delete(db: &Connection, file: u32) -> Result<()> {
    for table in ["files", "file_sightings", "file_months", "quarantine", "findings", "stand_ins"] {
        db.prepare_cached(&format!("DELETE FROM {table} WHERE file_id = ?1"))?.execute([file])?;
    }
    Ok(())
}

pub(in crate::io::ledger) fn insert_quarantined(db: &Connection, file: u32, row: &Quarantined) -> Result<()> {
    let mut statement = db.prepare_cached(
        "INSERT INTO quarantine (file_id, row, reason, column_name, value, cells, hashes, time)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    statement.execute(params![
        file,
        row.row,
        row.reason.code(),
        row.column,
        row.value,
        to_json(&row.cells),
        to_json(&row.hashes),
        row.time.map(|t| t.0),
    ])?;
    Ok(())
}

pub(in crate::io::ledger) fn insert_stand_in(db: &Connection, file: u32, stand_in: &StandIn) -> Result<()> {
    let mut statement = db.prepare_cached(
        "INSERT OR REPLACE INTO stand_ins (file_id, row, origin, origin_row) VALUES (?1, ?2, ?3, ?4)",
    )?;
    statement.execute(params![file, stand_in.row, stand_in.origin.0, stand_in.origin_row])?;
    Ok(())
}

pub(in crate::io::ledger) fn insert_finding(
    db: &Connection,
    file: u32,
    sighting: Option<i64>,
    finding: &Finding,
) -> Result<()> {
    let mut statement = db.prepare_cached(
        "INSERT INTO findings (file_id, sighting_id, kind, row, mall_id, shop_no, order_id, item_key, column_name,
            value, other_value) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    statement.execute(params![
        file,
        sighting,
        finding.kind.code(),
        finding.row,
        finding.mall_id,
        finding.shop_no,
        finding.order_id,
        finding.item_key,
        finding.column,
        finding.value,
        finding.other,
    ])?;
    Ok(())
}

/// Findings of reading, each once however often its file was seen, sorted; `file` is the catalogue's number.
pub(in crate::io::ledger) fn findings(db: &Connection, file: Option<u32>) -> Result<Vec<Finding>> {
    let mut statement = db.prepare_cached(
        "SELECT DISTINCT file_id, kind, row, mall_id, shop_no, order_id, item_key, column_name, value, other_value
         FROM findings WHERE ?1 IS NULL OR file_id = ?1",
    )?;
    let rows = statement.query_map([file], |r| {
        Ok(Finding {
            file: r.get(0)?,
            kind: word(r, 1, FindingKind::parse)?,
            row: r.get(2)?,
            mall_id: r.get(3)?,
            shop_no: r.get(4)?,
            order_id: r.get(5)?,
            item_key: r.get(6)?,
            column: r.get(7)?,
            value: r.get(8)?,
            other: r.get(9)?,
        })
    })?;
    let mut findings: Vec<Finding> = rows.collect::<Result<_>>()?;
    findings.sort();
    Ok(findings)
}

/// All quarantined rows with their file's number, by file and row.
pub(in crate::io::ledger) fn quarantine(db: &Connection) -> Result<Vec<(u32, Quarantined)>> {
    let mut statement = db.prepare(
        "SELECT file_id, row, reason, column_name, value, cells, hashes, time FROM quarantine
         ORDER BY file_id, row, rowid",
    )?;
    let rows = statement.query_map([], |r| {
        let row = Quarantined {
            row: r.get(1)?,
            reason: word(r, 2, Reason::parse)?,
            column: r.get(3)?,
            value: r.get(4)?,
            cells: json(5, &r.get::<_, String>(5)?)?,
            hashes: json(6, &r.get::<_, String>(6)?)?,
            time: r.get::<_, Option<i64>>(7)?.map(Instant),
        };
        Ok((r.get(0)?, row))
    })?;
    rows.collect()
}

/// The hashes of personal cells that a quarantined row had.
pub(in crate::io::ledger) fn quarantined_hashes(
    db: &Connection,
    hash: &FileHash,
    row: u32,
) -> Result<Vec<(String, String)>> {
    let mut statement = db.prepare_cached(
        "SELECT q.hashes FROM quarantine q JOIN files f USING (file_id)
         WHERE f.sha256 = ?1 AND q.row = ?2 ORDER BY q.rowid LIMIT 1",
    )?;
    let text: Option<String> = statement.query_row(params![hash.0, row], |r| r.get(0)).optional()?;
    text.map_or_else(|| Ok(Vec::new()), |text| json(0, &text))
}

const RECORD: &str = "SELECT f.file_id, sha256, size_bytes, format, encoding, form, headers, unknown_headers,
    api_orders, has_item_codes, rows_need_mall, row_mall, rows_read, rows_quarantined, rows_skipped, first_order_day,
    last_order_day, f.source, f.mall, f.fallback_mall, f.observed_at, f.time_evidence,
    (SELECT coalesce(sum(duplicates), 0) FROM file_months m WHERE m.file_id = f.file_id),
    s.path, s.run
    FROM files f JOIN file_sightings s ON s.sighting_id =
        (SELECT min(sighting_id) FROM file_sightings t WHERE t.file_id = f.file_id)";

fn record(r: &Row<'_>) -> Result<(u32, FileRecord)> {
    let facts = Effective {
        source: word(r, 17, Source::parse)?,
        mall: r.get(18)?,
        fallback_mall: r.get(19)?,
        observed_at: (Instant(r.get(20)?), word(r, 21, TimeEvidence::parse)?),
    };
    let details = FileDetails {
        size_bytes: amount(r, 2)?,
        format: r.get(3)?,
        encoding: r.get(4)?,
        form: r.get(5)?,
        headers: json(6, &r.get::<_, String>(6)?)?,
        unknown_headers: json(7, &r.get::<_, String>(7)?)?,
        api_orders: r.get(8)?,
        has_item_codes: r.get(9)?,
        rows_need_mall: r.get(10)?,
        row_mall: r.get(11)?,
        rows_read: amount(r, 12)?,
        rows_quarantined: amount(r, 13)?,
        rows_skipped: amount(r, 14)?,
        first_order_day: r.get::<_, Option<i32>>(15)?.map(Day),
        last_order_day: r.get::<_, Option<i32>>(16)?.map(Day),
    };
    let record = FileRecord {
        hash: FileHash(r.get(1)?),
        path: r.get(23)?,
        run_id: super::runs::run_name(r.get(24)?),
        source: facts.source,
        mall_id: facts.shown_mall(details.row_mall.as_deref()),
        observed_at: facts.observed_at.0,
        observed_at_evidence: facts.observed_at.1,
        rows_duplicate: amount(r, 22)?,
        details,
    };
    Ok((r.get(0)?, record))
}

/// All files with their numbers, sorted by path and hash.
pub(in crate::io::ledger) fn records(db: &Connection) -> Result<Vec<(u32, FileRecord)>> {
    let mut statement = db.prepare(&format!("{RECORD} ORDER BY s.path, sha256"))?;
    statement.query_map([], record)?.collect()
}

pub(in crate::io::ledger) fn record_of(db: &Connection, hash: &FileHash) -> Result<Option<FileRecord>> {
    let mut statement = db.prepare_cached(&format!("{RECORD} WHERE sha256 = ?1"))?;
    Ok(statement.query_row([hash.0], record).optional()?.map(|(_, record)| record))
}
