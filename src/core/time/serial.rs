//! Numbers that mean a time: spreadsheet serials (days since an epoch) and digits such as 20260102.

use super::{BadTime, DAY, from_compact, ymd};
use crate::core::cell::DateSystem;
use crate::core::types::{KstDateTime, Precision};

/// Days from the serial 0 to 1970-01-01, as Excel counts from March 1900 on.
const EPOCH_1900: i64 = 25_569;
const EPOCH_1904: i64 = 24_107;
/// The day 1900-02-29 never was; the 1900 system counts it.
const FICTION: i64 = 60;

/// A cell that a workbook shows as a date: rounded to the second, a whole day being a bare one.
///
/// 20260102 under a date format is no serial (those end at 2958465) but the day it spells.
pub fn time_from_serial(serial: f64, system: DateSystem) -> Result<KstDateTime, BadTime> {
    if let Some(read) = spelled(serial) {
        return read;
    }
    if !(0.0..3_000_000.0).contains(&serial) {
        return Err(BadTime::UnrealDay);
    }
    let seconds = whole(serial * 86_400.0).ok_or(BadTime::UnrealDay)?;
    let (days, seconds) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let since_1970 = match system {
        DateSystem::Year1900 if days == 0 || days == FICTION => return Err(BadTime::UnrealDay),
        DateSystem::Year1900 if days < FICTION => days + 1 - EPOCH_1900,
        DateSystem::Year1900 => days - EPOCH_1900,
        DateSystem::Year1904 => days - EPOCH_1904,
    };
    if since_1970 > i64::from(ymd(9999, 12, 31)?.0) {
        return Err(BadTime::UnrealDay);
    }
    let precision = if serial.fract() == 0.0 { Precision::Day } else { Precision::Second };
    Ok(KstDateTime { seconds: since_1970 * DAY + seconds, precision })
}

/// A plain number in a date column: 8 or 14 digits spell a day or time, five digits before the point are a serial
/// (years 1927 to 2177), and anything else is no time.
pub fn time_from_number(value: f64, system: DateSystem) -> Result<KstDateTime, BadTime> {
    match spelled(value) {
        Some(read) => read,
        None if (10_000.0..100_000.0).contains(&value) => time_from_serial(value, system),
        None => Err(BadTime::Shape),
    }
}

/// `46106` or `46106.0005787` in a text: five digits, perhaps with a fraction, in the 1900 system.
pub(super) fn from_text(text: &str) -> Result<KstDateTime, BadTime> {
    let (days, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if days.len() != 5 || !digits(days) || !digits(fraction) {
        return Err(BadTime::Shape);
    }
    let serial = text.parse().map_err(|_| BadTime::Shape)?;
    time_from_number(serial, DateSystem::Year1900)
}

/// The time that the digits of a number spell; `None` where it has not 8 or 14 of them.
fn spelled(value: f64) -> Option<Result<KstDateTime, BadTime>> {
    let digits = (1e7..1e8).contains(&value) || (1e13..1e14).contains(&value);
    (digits && value.fract() == 0.0).then(|| from_compact(&value.to_string()))
}

/// The nearest whole number.
#[expect(clippy::cast_possible_truncation, reason = "checked to be far inside the range")]
fn whole(value: f64) -> Option<i64> {
    (value.abs() < 1e15).then(|| value.round() as i64)
}
