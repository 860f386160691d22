//! New rows on their way into a source file.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_128;

use super::super::BigQueryError;
use super::gaps::order;
use super::rows::Line;
use crate::io::ledger::Pulled;
use crate::io::read::Input;

/// When a window ends before the answer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    After(u64),
    Never,
}

/// Rows in a file without a name, and what must be known of them later.
pub(super) struct Window {
    out: BufWriter<File>,
    time_column: Option<String>,
    since: Option<String>,
    newest: Option<String>,
    /// Hashes of rows without a time, of those of the first time and of those of the newest.
    untimed: Vec<u128>,
    at_since: Vec<u128>,
    at_newest: Vec<u128>,
    rows: u64,
}

impl Window {
    pub(super) fn new(time_column: Option<String>, since: Option<String>) -> Result<Self, BigQueryError> {
        let file = tempfile::tempfile().map_err(io)?;
        Ok(Self {
            out: BufWriter::new(file),
            newest: since.clone(),
            time_column,
            since,
            untimed: Vec::new(),
            at_since: Vec::new(),
            at_newest: Vec::new(),
            rows: 0,
        })
    }

    /// New rows so far.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn newest(&self) -> Option<&str> {
        self.newest.as_deref()
    }

    pub(super) fn is_full(&self, cut: Cut) -> bool {
        matches!(cut, Cut::After(rows) if self.rows >= rows)
    }

    /// Takes a row, unless it is known. Returns whether it came in the order of its time.
    pub(super) fn take(&mut self, line: &Line, known: &HashSet<u128>) -> Result<bool, BigQueryError> {
        let hash = xxh3_128(line.json.as_bytes());
        if known.contains(&hash) {
            return Ok(true);
        }
        let mut in_order = true;
        match (&line.extracted_at, &self.newest) {
            (Some(time), _) if Some(time) == self.since.as_ref() => {
                self.at_since.push(hash);
                in_order = self.newest == self.since;
            }
            (Some(time), Some(newest)) if time == newest => self.at_newest.push(hash),
            (Some(time), newest) => {
                in_order = newest.as_ref().is_none_or(|newest| order(time, newest).is_gt());
                if in_order {
                    self.newest = Some(time.clone());
                    self.at_newest = vec![hash];
                }
            }
            (None, _) => self.untimed.push(hash),
        }
        self.rows += 1;
        writeln!(self.out, "{}", line.json).map_err(io)?;
        Ok(in_order)
    }

    /// The file. `to` is the time up to which nothing else is missing, where it is later than the newest row.
    pub(super) fn finish(self, to: Option<String>) -> Result<(Input, Pulled), BigQueryError> {
        let file = self.out.into_inner().map_err(|e| io(e.into_error()))?;
        let rows = self.untimed.into_iter().chain(self.at_since).chain(self.at_newest).collect();
        let pulled =
            Pulled { time_column: self.time_column, since: self.since, newest: to.or(self.newest), rows };
        Ok((Input::Spooled(Arc::new(file)), pulled))
    }
}

fn io(source: std::io::Error) -> BigQueryError {
    BigQueryError::Io { action: "write to", path: std::env::temp_dir(), source }
}
