//! One cell of a table, out of its Arrow column.

use std::fmt;

use arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, Decimal64Array, Int64Array, StringArray, StringViewArray,
    TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Date32Type, Decimal64Type, Int64Type, TimeUnit, TimestampMicrosecondType};

use crate::core::types::{Day, Instant, KstDateTime, Money, Precision};

/// A cell. Its display is how CSV and people see it: `12000.00`, `2026-01-02`, `2026-01-02 03:04:05`,
/// `2026-01-02T03:04:05Z`; null is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellValue<'a> {
    Null,
    Text(&'a str),
    Int(i64),
    Money(Money),
    Day(Day),
    Datetime(KstDateTime),
    Instant(Instant),
}

impl fmt::Display for CellValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Int(n) => n.fmt(f),
            Self::Money(money) => money.fmt(f),
            Self::Day(day) => day.fmt(f),
            Self::Datetime(time) => time.fmt(f),
            Self::Instant(instant) => instant.fmt(f),
        }
    }
}

/// A column whose cells can be asked for.
pub enum ColumnCells<'a> {
    Text(&'a StringArray),
    /// Texts of a table that was never written.
    TextView(&'a StringViewArray),
    Int(&'a Int64Array),
    Money(&'a Decimal64Array),
    Day(&'a Date32Array),
    Datetime(&'a TimestampMicrosecondArray),
    Instant(&'a TimestampMicrosecondArray),
}

impl<'a> ColumnCells<'a> {
    /// `None` for a type that no table has.
    pub fn new(array: &'a ArrayRef) -> Option<Self> {
        Some(match array.data_type() {
            DataType::Utf8 => Self::Text(array.as_string()),
            DataType::Utf8View => Self::TextView(array.as_string_view()),
            DataType::Int64 => Self::Int(array.as_primitive::<Int64Type>()),
            DataType::Decimal64(_, 2) => Self::Money(array.as_primitive::<Decimal64Type>()),
            DataType::Date32 => Self::Day(array.as_primitive::<Date32Type>()),
            DataType::Timestamp(TimeUnit::Microsecond, zone) => {
                let array = array.as_primitive::<TimestampMicrosecondType>();
                if zone.is_some() { Self::Instant(array) } else { Self::Datetime(array) }
            }
            _ => return None,
        })
    }

    /// The cell of a row of the batch.
    pub fn get(&self, row: usize) -> CellValue<'a> {
        let array: &dyn Array = match self {
            Self::Text(a) => *a,
            Self::TextView(a) => *a,
            Self::Int(a) => *a,
            Self::Money(a) => *a,
            Self::Day(a) => *a,
            Self::Datetime(a) | Self::Instant(a) => *a,
        };
        if array.is_null(row) {
            return CellValue::Null;
        }
        let seconds = |a: &TimestampMicrosecondArray| a.value(row).div_euclid(1_000_000);
        match self {
            Self::Text(a) => CellValue::Text(a.value(row)),
            Self::TextView(a) => CellValue::Text(a.value(row)),
            Self::Int(a) => CellValue::Int(a.value(row)),
            Self::Money(a) => CellValue::Money(Money(a.value(row))),
            Self::Day(a) => CellValue::Day(Day(a.value(row))),
            Self::Datetime(a) => {
                CellValue::Datetime(KstDateTime { seconds: seconds(a), precision: Precision::Second })
            }
            Self::Instant(a) => CellValue::Instant(Instant(seconds(a))),
        }
    }
}
