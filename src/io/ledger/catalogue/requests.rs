//! Requests in the catalogue.

use rusqlite::{Connection, params};

use super::{Result, has_requests, unknown_word};
use crate::core::plan::{Asked, Kind, Span};
use crate::core::types::Day;
use crate::io::ledger::requests::RequestRecord;

/// What a request is called.
fn request_name(request: i64) -> String {
    format!("q{request:04}")
}

/// The number of a request's name; `q3`, `q0003` and `3` are one.
fn request_number(name: &str) -> Option<i64> {
    let name = name.trim();
    name.strip_prefix('q').unwrap_or(name).parse().ok().filter(|n| *n > 0)
}

pub(in crate::io::ledger) fn list(db: &Connection) -> Result<Vec<RequestRecord>> {
    if !has_requests(db)? {
        return Ok(Vec::new());
    }
    let mut statement = db.prepare(
        "SELECT request, mall, shop_no, kind, from_day, to_day, asked_on FROM requests ORDER BY request",
    )?;
    let rows = statement.query_map([], |r| {
        let kind: String = r.get(3)?;
        Ok(RequestRecord {
            request_id: request_name(r.get(0)?),
            mall_id: r.get(1)?,
            shop_no: r.get(2)?,
            asked: Asked {
                kind: Kind::parse(&kind).ok_or_else(|| unknown_word(3, &kind))?,
                span: Span { from: Day(r.get(4)?), to: Day(r.get(5)?) },
                on: Day(r.get(6)?),
            },
        })
    })?;
    rows.collect()
}

/// Returns its name, which no other request ever had.
pub(in crate::io::ledger) fn insert(
    db: &Connection,
    mall_id: &str,
    shop_no: i64,
    asked: &Asked,
) -> Result<String> {
    let Asked { kind, span, on } = asked;
    db.execute(
        "INSERT INTO requests (mall, shop_no, kind, from_day, to_day, asked_on) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![mall_id, shop_no, kind.as_str(), span.from.0, span.to.0, on.0],
    )?;
    Ok(request_name(db.last_insert_rowid()))
}

/// Whether there was a request of this name.
pub(in crate::io::ledger) fn delete(db: &Connection, name: &str) -> Result<bool> {
    let Some(request) = request_number(name) else { return Ok(false) };
    Ok(db.execute("DELETE FROM requests WHERE request = ?1", [request])? > 0)
}
