//! What is kept of a row that cannot become an observation: enough to mend it, nothing about persons.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

use super::Normaliser;
use super::layout::Layout;
use crate::core::batch::Value;
use crate::core::cell::Cell;
use crate::core::problem::{Quarantined, Reason};
use crate::core::schema::{Column, ColumnRef, Level, Transform};
use crate::core::text;

/// Stands in the quarantine for what may be a person's value in a column of numbers or times. It is no number either, so
/// that nobody drops the row again by mistake.
const UNSHOWN: &str = "?";

impl Normaliser<'_> {
    /// What may be shown and kept of a row that goes to the quarantine.
    pub fn quarantined(
        &self,
        layout: &Layout,
        cells: &[Cell<'_>],
        row: u32,
        (reason, column, cell): (Reason, Option<ColumnRef>, Option<usize>),
    ) -> Quarantined {
        let shown = |i: usize| cells.get(i).and_then(|c| self.cell_text(c)).map(Cow::into_owned);
        let column = column.map(|at| self.schema.column(at));
        let value = cell
            .filter(|_| column.is_some_and(Column::may_be_shown))
            .and_then(shown)
            .filter(|text| is_impersonal(text));
        let mut hashes = Vec::new();
        for feed in &layout.hashed {
            let about = self.schema.column(feed.at);
            let hash = feed.cells.iter().filter_map(|&i| cells.get(i)).find_map(|cell| {
                match self.value(about, cell) {
                    Ok(Some(Value::Hash(hash))) => Some(hash.to_string()),
                    _ => None,
                }
            });
            hashes.extend(hash.map(|hash| (about.name.clone(), hash)));
        }
        Quarantined {
            row,
            reason,
            column: column.map(|c| c.name.clone()),
            value,
            cells: layout
                .shown
                .iter()
                .map(|at| {
                    let text = shown(at.cell).unwrap_or_default();
                    let kept = !at.measures || is_impersonal(&text);
                    (at.header.clone(), if kept { text } else { UNSHOWN.to_owned() })
                })
                .collect(),
            hashes,
            time: self.extracted_at(layout, cells).0,
        }
    }

    /// A cell as text, for the quarantine.
    fn cell_text<'c>(&self, cell: &Cell<'c>) -> Option<Cow<'c, str>> {
        match *cell {
            Cell::Text(t) => Some(Cow::Borrowed(t)),
            Cell::Number(n) => Some(Cow::Owned(text::number_as_text(n))),
            Cell::DateSerial(n) => Some(Cow::Owned(self.serial_as_text(n))),
            Cell::Bool(b) => Some(Cow::Borrowed(if b { "TRUE" } else { "FALSE" })),
            Cell::Error(e) => Some(Cow::Borrowed(e)),
            Cell::Blank | Cell::Null | Cell::Undecodable => None,
        }
    }

    /// A quarantined item of an API order: its public fields by column name.
    pub fn quarantined_api(
        &self,
        row: u32,
        reason: Reason,
        blame: Option<ColumnRef>,
        order: &[Cell<'_>],
        item: &[Cell<'_>],
    ) -> Quarantined {
        let cells_of = |level| match level {
            Level::Order => order,
            Level::Item => item,
        };
        let value = blame
            .filter(|at| self.schema.column(*at).may_be_shown())
            .and_then(|at| cells_of(at.level).get(at.index))
            .and_then(|c| self.cell_text(c))
            .filter(|text| is_impersonal(text))
            .map(Cow::into_owned);
        let mut quarantined = Quarantined {
            column: blame.map(|at| self.schema.column(at).name.clone()),
            value,
            ..Quarantined::bare(row, reason)
        };
        for level in [Level::Order, Level::Item] {
            for (column, cell) in self.schema.level(level).iter().zip(cells_of(level)) {
                if column.may_be_shown() {
                    let text = self.cell_text(cell).map(|t| (column.name.clone(), t.into_owned()));
                    quarantined.cells.extend(text);
                } else if matches!(column.transform, Transform::PhoneHash | Transform::EmailHash)
                    && self.policy.stores(column)
                    && let Ok(Some(Value::Hash(hash))) = self.value(column, cell)
                {
                    quarantined.hashes.push((column.name.clone(), hash.to_string()));
                }
            }
        }
        quarantined
    }
}

/// Whether a value that was found where a number, a date or an id should be can be shown: in a row that slipped by one
/// cell it may be a name or a telephone number. Full-width digits are digits, and what says nothing says nothing of anyone.
fn is_impersonal(text: &str) -> bool {
    const WORDS: &str = "개원년월일시분초건점오전후APMETZ합계총소";
    if text::is_blank(text) {
        return true;
    }
    let text: String = text.nfkc().collect();
    let plain = text.chars().count() <= 40
        && text.chars().all(|c| {
            c.is_ascii_digit() || c.is_whitespace() || ".,:/+-()₩￦\\_#".contains(c) || WORDS.contains(c)
        });
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let like_phone = (8..=14).contains(&digits.len())
        && (digits.starts_with('0') || digits.starts_with("82") || digits.starts_with("10"));
    plain && !like_phone
}
