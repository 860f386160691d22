//! Runs in the catalogue.

use rusqlite::{Connection, params};

use super::{Result, amount};
use crate::core::types::Instant;
use crate::io::ledger::staged::RunRecord;

/// What a run is called.
pub(in crate::io::ledger) fn run_name(run: i64) -> String {
    format!("r{run:04}")
}

/// The number of a run's name; `r12`, `r0012` and `12` are one.
pub(in crate::io::ledger) fn run_number(name: &str) -> Option<i64> {
    let name = name.trim();
    name.strip_prefix('r').unwrap_or(name).parse().ok().filter(|n| *n > 0)
}

pub(in crate::io::ledger) fn insert(
    db: &Connection,
    run: i64,
    command: &str,
    started_at: Instant,
    finished_at: Instant,
) -> Result<()> {
    db.execute(
        "INSERT INTO runs (run, command, started_at, finished_at) VALUES (?1, ?2, ?3, ?4)",
        params![run, command, started_at.0, finished_at.0],
    )?;
    Ok(())
}

pub(in crate::io::ledger) fn delete(db: &Connection, run: i64) -> Result<()> {
    db.execute("DELETE FROM runs WHERE run = ?1", [run])?;
    Ok(())
}

pub(in crate::io::ledger) fn list(db: &Connection) -> Result<Vec<RunRecord>> {
    let mut statement = db.prepare(
        "SELECT run, command, started_at, finished_at,
            (SELECT count(*) FROM file_sightings s WHERE s.run = r.run)
         FROM runs r ORDER BY run",
    )?;
    let rows = statement.query_map([], |r| {
        Ok(RunRecord {
            run_id: run_name(r.get(0)?),
            command: r.get(1)?,
            started_at: Instant(r.get(2)?),
            finished_at: Instant(r.get(3)?),
            files: amount(r, 4)?,
        })
    })?;
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_found_by_its_name_and_by_its_number() {
        for (name, expected) in [
            ("r0012", Some(12)),
            ("r12", Some(12)),
            ("12", Some(12)),
            (" r7 ", Some(7)),
            ("r0", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(run_number(name), expected, "{name}");
        }
        assert_eq!(run_number(&run_name(123_456)), Some(123_456));
    }
}
