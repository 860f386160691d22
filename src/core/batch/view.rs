//! Typed looks at bodies.

use arrow::array::{Array, AsArray, FixedSizeBinaryArray, Int64Array, StringViewArray};
use arrow::datatypes::{Decimal64Type, Int64Type, TimestampMicrosecondType};

use super::bodies::{Bits, Bodies, bits};
use crate::core::schema::{Column, Kind};
use crate::core::types::{KstDateTime, Money, PersonHash, Precision};

/// A typed look at one column of bodies.
#[derive(Clone, Copy)]
pub enum ColumnView<'a> {
    Text(&'a StringViewArray),
    Int(&'a Int64Array),
    Money(&'a arrow::array::Decimal64Array),
    Time(&'a arrow::array::TimestampMicrosecondArray),
    Hash(&'a FixedSizeBinaryArray),
    /// No body says anything in it.
    Blank,
}

/// Typed looks at all columns of bodies, for the fold.
pub struct BodiesView<'a> {
    pub columns: Vec<ColumnView<'a>>,
    bits: Vec<Bits>,
    precision: &'a Int64Array,
    clears: &'a Int64Array,
}

impl<'a> BodiesView<'a> {
    pub fn new(bodies: &'a Bodies, columns: &[Column]) -> Self {
        let views = columns
            .iter()
            .zip(bodies.columns())
            .map(|(c, array)| match (c.kind, array) {
                (_, None) => ColumnView::Blank,
                (Kind::Text | Kind::Id, Some(array)) => ColumnView::Text(array.as_string_view()),
                (Kind::Hash, Some(array)) => ColumnView::Hash(array.as_fixed_size_binary()),
                (Kind::Int, Some(array)) => ColumnView::Int(array.as_primitive::<Int64Type>()),
                (Kind::Money, Some(array)) => ColumnView::Money(array.as_primitive::<Decimal64Type>()),
                (Kind::Time, Some(array)) => {
                    ColumnView::Time(array.as_primitive::<TimestampMicrosecondType>())
                }
            })
            .collect();
        Self { columns: views, bits: bits(columns), precision: &bodies.precision, clears: &bodies.clears }
    }

    /// Whether the body has a value in the column.
    pub fn speaks(&self, body: u32, column: usize) -> bool {
        let body = body as usize;
        match self.columns[column] {
            ColumnView::Text(a) => a.is_valid(body),
            ColumnView::Int(a) => a.is_valid(body),
            ColumnView::Money(a) => a.is_valid(body),
            ColumnView::Time(a) => a.is_valid(body),
            ColumnView::Hash(a) => a.is_valid(body),
            ColumnView::Blank => false,
        }
    }

    /// Whether the body explicitly clears the column.
    pub fn clears(&self, body: u32, column: usize) -> bool {
        self.clears.value(body as usize) & (1 << self.bits[column].clears) != 0
    }

    pub fn text(&self, body: u32, column: usize) -> Option<&'a str> {
        match self.columns[column] {
            ColumnView::Text(a) if a.is_valid(body as usize) => Some(a.value(body as usize)),
            _ => None,
        }
    }

    pub fn int(&self, body: u32, column: usize) -> Option<i64> {
        match self.columns[column] {
            ColumnView::Int(a) if a.is_valid(body as usize) => Some(a.value(body as usize)),
            _ => None,
        }
    }

    pub fn money(&self, body: u32, column: usize) -> Option<Money> {
        match self.columns[column] {
            ColumnView::Money(a) if a.is_valid(body as usize) => Some(Money(a.value(body as usize))),
            _ => None,
        }
    }

    pub fn time(&self, body: u32, column: usize) -> Option<KstDateTime> {
        let ColumnView::Time(a) = self.columns[column] else { return None };
        let row = body as usize;
        if a.is_null(row) {
            return None;
        }
        let precision = precision_of_bits(self.precision.value(row) >> self.bits[column].precision);
        Some(KstDateTime { seconds: a.value(row) / 1_000_000, precision })
    }

    pub fn hash(&self, body: u32, column: usize) -> Option<PersonHash> {
        match self.columns[column] {
            ColumnView::Hash(a) if a.is_valid(body as usize) => PersonHash::of_bytes(a.value(body as usize)),
            _ => None,
        }
    }

    /// The value as people read it: `12000.00`, `2026-01-02 03:04:05`.
    pub fn display(&self, body: u32, column: usize) -> Option<String> {
        match self.columns[column] {
            ColumnView::Text(_) => self.text(body, column).map(str::to_owned),
            ColumnView::Int(_) => self.int(body, column).map(|n| n.to_string()),
            ColumnView::Money(_) => self.money(body, column).map(|m| m.to_string()),
            ColumnView::Time(_) => self.time(body, column).map(|t| t.to_string()),
            ColumnView::Hash(_) => self.hash(body, column).map(|h| h.to_string()),
            ColumnView::Blank => None,
        }
    }
}

/// How precise a time is, by the lowest two bits.
pub fn precision_of_bits(bits: i64) -> Precision {
    match bits & 3 {
        0 => Precision::Day,
        1 => Precision::Minute,
        _ => Precision::Second,
    }
}
