//! One cell as a value of its column.

use std::borrow::Cow;

use super::Normaliser;
use crate::core::batch::Value;
use crate::core::cell::Cell;
use crate::core::problem::{FindingKind, Reason};
use crate::core::schema::{Column, Kind, Transform};
use crate::core::types::{PersonHash, Precision};
use crate::core::{number, person, text, time};

/// Why one cell cannot be a value of its column.
pub(super) enum CellProblem {
    Reason(Reason),
    Odd(FindingKind),
}

impl Normaliser<'_> {
    /// One cell as a value of its column; `None` where it does not speak.
    pub(super) fn value<'c>(
        &self,
        column: &Column,
        cell: &Cell<'c>,
    ) -> Result<Option<Value<'c>>, CellProblem> {
        let text = match *cell {
            Cell::Blank | Cell::Null => return Ok(None),
            Cell::Text(raw) => {
                if let Some(value) = plain_value(column, raw) {
                    return Ok(Some(value));
                }
                match text::spoken(raw) {
                    Some(text) => text,
                    None => return Ok(None),
                }
            }
            Cell::Number(n) => match column.kind {
                Kind::Int => {
                    return number::int_from_f64(n).map(|n| Some(Value::Int(n))).map_err(|_| bad_number());
                }
                Kind::Money => {
                    return number::money_from_f64(n)
                        .map(|m| Some(Value::Money(m)))
                        .map_err(|_| bad_number());
                }
                Kind::Time => {
                    return time::time_from_number(n, self.dates)
                        .map(|t| Some(Value::Time(t)))
                        .map_err(|_| bad_date());
                }
                Kind::Id if n.abs() > EXACT_UP_TO => return Err(CellProblem::Odd(FindingKind::DamagedId)),
                Kind::Text | Kind::Id | Kind::Hash => Cow::Owned(text::number_as_text(n)),
            },
            Cell::DateSerial(n) => match column.kind {
                Kind::Int | Kind::Money => return Err(bad_number()),
                Kind::Time => {
                    return time::time_from_serial(n, self.dates)
                        .map(|t| Some(Value::Time(t)))
                        .map_err(|_| bad_date());
                }
                Kind::Text | Kind::Id | Kind::Hash => Cow::Owned(self.serial_as_text(n)),
            },
            Cell::Bool(b) => Cow::Borrowed(if b { "T" } else { "F" }),
            Cell::Error(_) | Cell::Undecodable => {
                return Err(match column.kind {
                    Kind::Text | Kind::Id | Kind::Hash => CellProblem::Odd(FindingKind::UnreadableExtra),
                    Kind::Int | Kind::Money => bad_number(),
                    Kind::Time => bad_date(),
                });
            }
        };
        self.text_value(column, text)
    }

    fn text_value<'c>(&self, column: &Column, text: Cow<'c, str>) -> Result<Option<Value<'c>>, CellProblem> {
        let kept = |hash: Option<PersonHash>| hash.map(|hash| Value::Hash(Box::new(hash)));
        match column.transform {
            Transform::Plain => {}
            Transform::PhoneHash => return Ok(kept(self.hashes.phone(self.key, &text))),
            Transform::EmailHash => return Ok(kept(self.hashes.email(self.key, &text))),
            Transform::Region => {
                return Ok(person::region(&text).map(|region| Value::Text(Cow::Owned(region))));
            }
            Transform::LastOfList => {
                let last = text.rsplit(',').next().unwrap_or_default();
                return number::parse_int(last).map(|n| Some(Value::Int(n))).map_err(|_| bad_number());
            }
        }
        match column.kind {
            Kind::Int => number::parse_int(&text).map(|n| Some(Value::Int(n))).map_err(|_| bad_number()),
            Kind::Money => {
                number::parse_money(&text).map(|m| Some(Value::Money(m))).map_err(|_| bad_number())
            }
            Kind::Time => time::parse_time(&text).map(|t| Some(Value::Time(t))).map_err(|_| bad_date()),
            Kind::Id if text::is_e_notation(&text) => Err(CellProblem::Odd(FindingKind::DamagedId)),
            Kind::Id => Ok(Some(Value::Text(named_value(column, without_apostrophe(text))))),
            Kind::Text | Kind::Hash => Ok(Some(Value::Text(named_value(column, text)))),
        }
    }

    /// A date cell where text is wanted: `2026-01-02`, with the time where it has one.
    pub(super) fn serial_as_text(&self, serial: f64) -> String {
        match time::time_from_serial(serial, self.dates) {
            Ok(time) if time.precision == Precision::Day => time.day().to_string(),
            Ok(time) => time.to_string(),
            Err(_) => text::number_as_text(serial),
        }
    }
}

/// The numbers and times of nearly all cells, which need no cleaning to be read.
fn plain_value<'c>(column: &Column, raw: &str) -> Option<Value<'c>> {
    if column.transform != Transform::Plain {
        return None;
    }
    match column.kind {
        Kind::Int => number::plain_int(raw.as_bytes()).map(Value::Int),
        Kind::Money => number::plain_money(raw.as_bytes()).map(Value::Money),
        Kind::Time => time::plain(raw.as_bytes())?.ok().map(Value::Time),
        Kind::Text | Kind::Id | Kind::Hash => None,
    }
}

/// Whole numbers beyond this (2^53) lose digits in a workbook's cell: such an id is not the one that was meant.
const EXACT_UP_TO: f64 = 9_007_199_254_740_992.0;

/// An apostrophe before an id only kept a spreadsheet from reading a number.
fn without_apostrophe(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.strip_prefix('\'').unwrap_or(text)),
        Cow::Owned(text) => match text.strip_prefix('\'') {
            Some(rest) => Cow::Owned(rest.to_owned()),
            None => Cow::Owned(text),
        },
    }
}

fn bad_number() -> CellProblem {
    CellProblem::Reason(Reason::BadNumber)
}

fn bad_date() -> CellProblem {
    CellProblem::Reason(Reason::BadDate)
}

/// A label with a fixed meaning becomes its value: 취소안함 is F.
#[inline]
fn named_value<'c>(column: &Column, text: Cow<'c, str>) -> Cow<'c, str> {
    if column.values.is_empty() { text } else { value_of_label(column, text) }
}

fn value_of_label<'c>(column: &Column, text: Cow<'c, str>) -> Cow<'c, str> {
    let exact = column.values.iter().find(|(known, _)| *known == text);
    let loose = || {
        let mut spaced = text.chars().any(char::is_whitespace).then_some(column.values.iter());
        spaced.as_mut()?.find(|(known, _)| known.chars().eq(text.chars().filter(|c| !c.is_whitespace())))
    };
    match exact.or_else(loose) {
        Some((_, value)) => Cow::Owned(value.clone()),
        None => text,
    }
}
