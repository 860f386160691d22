//! One cell of an answer, with all its digits.

use polars::prelude::{AnyValue, TimeUnit};

use crate::core::types::{Day, Instant, KstDateTime, Precision};
use crate::io::report::rows::RowValue;

pub(super) fn of(value: &AnyValue<'_>) -> RowValue {
    match value {
        AnyValue::Null => RowValue::Null,
        AnyValue::Boolean(b) => RowValue::Bool(*b),
        AnyValue::String(text) => RowValue::Text((*text).to_owned()),
        AnyValue::StringOwned(text) => RowValue::Text(text.to_string()),
        AnyValue::Decimal(digits, _, scale) => RowValue::Number(decimal(*digits, *scale)),
        AnyValue::Float32(n) => float(f64::from(*n)),
        AnyValue::Float64(n) => float(*n),
        AnyValue::Date(days) => RowValue::Text(Day(*days).to_string()),
        AnyValue::Datetime(ticks, unit, zone) => datetime(*ticks, *unit, zone.is_some()),
        AnyValue::DatetimeOwned(ticks, unit, zone) => datetime(*ticks, *unit, zone.is_some()),
        AnyValue::Duration(ticks, unit) => RowValue::Text(duration(micros(*ticks, *unit))),
        AnyValue::Time(nanos) => RowValue::Text(clock(nanos.div_euclid(1_000))),
        AnyValue::List(items) => {
            let items: Vec<String> = items.iter().map(|v| of(&v).as_str().to_owned()).collect();
            RowValue::Text(format!("[{}]", items.join(", ")))
        }
        whole if whole.is_integer() => RowValue::Number(whole.to_string()),
        other => RowValue::Text(other.to_string()),
    }
}

/// `1200050` of scale 2 is `12000.50`.
fn decimal(digits: i128, scale: usize) -> String {
    let sign = if digits < 0 { "-" } else { "" };
    let text = format!("{:0>width$}", digits.unsigned_abs(), width = scale + 1);
    match text.split_at(text.len() - scale) {
        (whole, "") => format!("{sign}{whole}"),
        (whole, fraction) => format!("{sign}{whole}.{fraction}"),
    }
}

/// JSON has no word for what is no number.
fn float(n: f64) -> RowValue {
    if n.is_finite() { RowValue::Number(n.to_string()) } else { RowValue::Text(n.to_string()) }
}

fn micros(ticks: i64, unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Nanoseconds => ticks.div_euclid(1_000),
        TimeUnit::Microseconds => ticks,
        TimeUnit::Milliseconds => ticks.saturating_mul(1_000),
    }
}

/// With a zone a moment in UTC, without one a wall clock.
fn datetime(ticks: i64, unit: TimeUnit, zoned: bool) -> RowValue {
    let micros = micros(ticks, unit);
    let seconds = micros.div_euclid(1_000_000);
    RowValue::Text(if zoned {
        Instant(seconds).to_string()
    } else {
        KstDateTime { seconds, precision: Precision::Second }.to_string()
    })
}

fn clock(micros: i64) -> String {
    let seconds = micros.div_euclid(1_000_000);
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// `-1d 02:03:04`.
fn duration(micros: i64) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let rest = i64::try_from(micros.unsigned_abs()).unwrap_or(i64::MAX);
    let days = rest / 86_400_000_000;
    format!("{sign}{days}d {}", clock(rest % 86_400_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_their_digits() {
        let cases = [
            (1_200_050, 2, "12000.50"),
            (-1, 2, "-0.01"),
            (0, 2, "0.00"),
            (7, 0, "7"),
            (99_999_999_999_999_999_999, 2, "999999999999999999.99"),
        ];
        for (digits, scale, expected) in cases {
            assert_eq!(decimal(digits, scale), expected);
        }
    }

    #[test]
    fn times_are_told_as_everywhere_else() {
        let zoned = datetime(1_719_837_296_000, TimeUnit::Milliseconds, true);
        assert_eq!(zoned.as_str(), "2024-07-01T12:34:56Z");
        let wall = datetime(1_719_837_296_000_000, TimeUnit::Microseconds, false);
        assert_eq!(wall.as_str(), "2024-07-01 12:34:56");
        assert_eq!(duration(-93_784_000_000), "-1d 02:03:04");
    }
}
