//! Days and times as exports, workbooks, people and the API write them (`docs/RULES.md`, Cells).
//!
//! Only known spellings are read; anything else is bad rather than guessed, because a swapped day and month is worse
//! than a row in quarantine. Everything ends as Korean wall-clock time: a text without a zone is Korean already.

mod cursor;
mod serial;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use super::text::trim;
use super::types::{Day, Instant, KST_OFFSET_SECONDS, KstDateTime, Precision};
use cursor::Cursor;

pub use serial::{time_from_number, time_from_serial};

/// Why a cell is no time. Never holds the cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTime {
    #[error("is not written as a date or time that is known")]
    Shape,
    #[error("names a day that does not exist")]
    UnrealDay,
    #[error("names a time of day that does not exist")]
    UnrealTime,
}

const DAY: i64 = 86_400;

/// Reads a day or time. A zone converts it to Korean time; fractions of a second are cut.
///
/// A bare day may carry the Korean zone, which says nothing new. In any other zone it covers two Korean days and is bad.
pub fn parse_time(text: &str) -> Result<KstDateTime, BadTime> {
    if let Some(read) = plain(text.as_bytes()) {
        return read;
    }
    let text = trim(text);
    let text =
        if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.nfkc().collect::<String>()) };
    read(trim(&text))
}

/// Reads an extraction time: as [`parse_time`], a bare day being its first second in Korea.
pub fn parse_instant(text: &str) -> Result<Instant, BadTime> {
    parse_time(text).map(KstDateTime::instant)
}

/// The two spellings of nearly all cells: `2026-01-02` and `2026-01-02 03:04:05`.
pub fn plain(text: &[u8]) -> Option<Result<KstDateTime, BadTime>> {
    let (date, clock) = match text.len() {
        10 => (text, None),
        19 => {
            let (date, rest) = text.split_at_checked(10)?;
            (date, Some(rest))
        }
        _ => return None,
    };
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date else { return None };
    let century = two_digits(*y1, *y2)?;
    let year = century * 100 + two_digits(*y3, *y4)?;
    let (month, day) = (two_digits(*m1, *m2)?, two_digits(*d1, *d2)?);
    let seconds = match clock {
        None => None,
        Some([b' ' | b'T', h1, h2, b':', n1, n2, b':', s1, s2]) => {
            Some((two_digits(*h1, *h2)?, two_digits(*n1, *n2)?, two_digits(*s1, *s2)?))
        }
        Some(_) => return None,
    };
    let day = match ymd(year, month, day) {
        Ok(day) => day,
        Err(bad) => return Some(Err(bad)),
    };
    Some(match seconds {
        None => Ok(at(day, 0, Precision::Day)),
        Some((hour, minute, second)) => {
            clock_seconds(hour, minute, second).map(|seconds| at(day, seconds, Precision::Second))
        }
    })
}

fn two_digits(tens: u8, ones: u8) -> Option<u32> {
    let digits = tens.is_ascii_digit() && ones.is_ascii_digit();
    digits.then(|| u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
}

fn ymd(year: u32, month: u32, day: u32) -> Result<Day, BadTime> {
    let year = i32::try_from(year).map_err(|_| BadTime::UnrealDay)?;
    Day::from_ymd(year, month, day).ok_or(BadTime::UnrealDay)
}

fn clock_seconds(hour: u32, minute: u32, second: u32) -> Result<i64, BadTime> {
    if hour > 23 || minute > 59 || second > 59 {
        return Err(BadTime::UnrealTime);
    }
    Ok(i64::from(hour * 3600 + minute * 60 + second))
}

fn at(day: Day, seconds: i64, precision: Precision) -> KstDateTime {
    KstDateTime { seconds: i64::from(day.0) * DAY + seconds, precision }
}

fn read(text: &str) -> Result<KstDateTime, BadTime> {
    let mut cursor = Cursor::new(text);
    let first = cursor.digits();
    let day = match (first.len(), cursor.peek()) {
        (5, _) => return serial::from_text(text),
        (8 | 14, Some('.')) if is_zeros(cursor.rest().get(1..)) => return from_compact(first),
        (8, _) => compact_day(first)?,
        (14, _) => {
            cursor.fraction();
            return finish(&mut cursor, from_compact(first)?);
        }
        (4, Some('-' | '/' | '.' | '년')) => year_first(first, &mut cursor)?,
        (1 | 2, Some('/')) => month_first(first, &mut cursor)?,
        _ => return Err(BadTime::Shape),
    };
    let marked = cursor.eat('T') || cursor.eat('t');
    let spaced = !marked && cursor.spaces() > 0;
    if (marked || spaced)
        && let Some((seconds, precision)) = clock(&mut cursor)?
    {
        return finish(&mut cursor, at(day, seconds, precision));
    }
    if marked {
        return Err(BadTime::Shape);
    }
    match zone(&mut cursor)? {
        None | Some(KST_OFFSET_SECONDS) if cursor.is_done() => Ok(at(day, 0, Precision::Day)),
        _ => Err(BadTime::Shape),
    }
}

/// A zone and the end behind a time of day.
fn finish(cursor: &mut Cursor<'_>, time: KstDateTime) -> Result<KstDateTime, BadTime> {
    cursor.spaces();
    let offset = zone(cursor)?.unwrap_or(KST_OFFSET_SECONDS);
    if !cursor.is_done() {
        return Err(BadTime::Shape);
    }
    let seconds = time.seconds - offset + KST_OFFSET_SECONDS;
    let in_range =
        (ymd(1900, 1, 1)?.0..=ymd(9999, 12, 31)?.0).contains(&KstDateTime { seconds, ..time }.day().0);
    if in_range { Ok(KstDateTime { seconds, ..time }) } else { Err(BadTime::UnrealDay) }
}

fn is_zeros(text: Option<&str>) -> bool {
    text.is_some_and(|zeros| !zeros.is_empty() && zeros.bytes().all(|b| b == b'0'))
}

/// `20260102`, or `20260102030405`: exactly 8 or 14 digits.
fn from_compact(digits: &str) -> Result<KstDateTime, BadTime> {
    match digits.split_at_checked(8) {
        Some((date, "")) => Ok(at(compact_day(date)?, 0, Precision::Day)),
        Some((date, clock)) => Ok(at(compact_day(date)?, compact_clock(clock)?, Precision::Second)),
        None => Err(BadTime::Shape),
    }
}

fn compact_day(digits: &str) -> Result<Day, BadTime> {
    let part = |range| digits.get(range).and_then(number).ok_or(BadTime::Shape);
    ymd(part(0..4)?, part(4..6)?, part(6..8)?)
}

fn compact_clock(digits: &str) -> Result<i64, BadTime> {
    let part = |range| digits.get(range).and_then(number).ok_or(BadTime::Shape);
    clock_seconds(part(0..2)?, part(2..4)?, part(4..6)?)
}

fn number(digits: &str) -> Option<u32> {
    digits.parse().ok()
}

/// One or two digits.
fn short_number(digits: &str) -> Result<u32, BadTime> {
    if digits.len() > 2 { Err(BadTime::Shape) } else { number(digits).ok_or(BadTime::Shape) }
}

/// `-01-02`, `/1/2`, `.1.2`, `. 1. 2.`, `년 1월 2일` behind a year of four digits.
fn year_first(year: &str, cursor: &mut Cursor<'_>) -> Result<Day, BadTime> {
    let year = number(year).ok_or(BadTime::Shape)?;
    let (between, behind) = match cursor.next() {
        Some('년') => ('월', Some('일')),
        Some(separator) => (separator, None),
        None => return Err(BadTime::Shape),
    };
    let airy = matches!(between, '.' | '월');
    if airy {
        cursor.spaces();
    }
    let month = short_number(cursor.digits())?;
    if !cursor.eat(between) {
        return Err(BadTime::Shape);
    }
    if airy {
        cursor.spaces();
    }
    let day = short_number(cursor.digits())?;
    match behind {
        Some(end) if !cursor.eat(end) => return Err(BadTime::Shape),
        None if between == '.' => _ = cursor.eat('.'),
        _ => {}
    }
    ymd(year, month, day)
}

/// `/1/26` or `/1/2026` behind a month. Day first is never guessed.
fn month_first(month: &str, cursor: &mut Cursor<'_>) -> Result<Day, BadTime> {
    let month = short_number(month)?;
    cursor.eat('/');
    let day = short_number(cursor.digits())?;
    if !cursor.eat('/') {
        return Err(BadTime::Shape);
    }
    let written = cursor.digits();
    let year = number(written).ok_or(BadTime::Shape)?;
    let year = match written.len() {
        4 => year,
        2 if year <= 68 => 2000 + year,
        2 => 1900 + year,
        _ => return Err(BadTime::Shape),
    };
    ymd(year, month, day)
}

/// A time of day and how exactly it is told; `None` where none begins here.
fn clock(cursor: &mut Cursor<'_>) -> Result<Option<(i64, Precision)>, BadTime> {
    let before = half(cursor);
    if before.is_some() {
        cursor.spaces();
    }
    let digits = cursor.digits();
    match (digits.len(), before) {
        (0, None) => return Ok(None),
        (6, None) => {
            cursor.fraction();
            return Ok(Some((compact_clock(digits)?, Precision::Second)));
        }
        _ => {}
    }
    let hour = short_number(digits)?;
    let (minute, second) = if cursor.eat('시') {
        let minute = cursor.behind_spaces(|c| spelled(c, '분')).ok_or(BadTime::Shape)?;
        (minute, cursor.behind_spaces(|c| spelled(c, '초')))
    } else {
        (sexagesimal(cursor)?.ok_or(BadTime::Shape)?, sexagesimal(cursor)?)
    };
    let precision = if second.is_some() { Precision::Second } else { Precision::Minute };
    if second.is_some() {
        cursor.fraction();
    }
    let half = match before {
        Some(half) => Some(half),
        None => cursor.behind_spaces(half),
    };
    let hour = match half {
        None => hour,
        Some(_) if hour > 12 => return Err(BadTime::UnrealTime),
        Some(Half::Am) => hour % 12,
        Some(Half::Pm) => hour % 12 + 12,
    };
    Ok(Some((clock_seconds(hour, minute, second.unwrap_or(0))?, precision)))
}

/// `:` and two digits.
fn sexagesimal(cursor: &mut Cursor<'_>) -> Result<Option<u32>, BadTime> {
    if !cursor.eat(':') {
        return Ok(None);
    }
    let digits = cursor.digits();
    if digits.len() == 2 { Ok(number(digits)) } else { Err(BadTime::Shape) }
}

/// One or two digits and the word behind them, as in `3시 4분 5초`.
fn spelled(cursor: &mut Cursor<'_>, word: char) -> Option<u32> {
    let digits = short_number(cursor.digits()).ok()?;
    cursor.eat(word).then_some(digits)
}

#[derive(Clone, Copy)]
enum Half {
    Am,
    Pm,
}

fn half(cursor: &mut Cursor<'_>) -> Option<Half> {
    const WORDS: [(&str, Half); 4] =
        [("오전", Half::Am), ("오후", Half::Pm), ("AM", Half::Am), ("PM", Half::Pm)];
    WORDS.into_iter().find(|(word, _)| cursor.eat_word(word)).map(|(_, half)| half)
}

/// Seconds east of UTC: `Z`, `+09:00`, `+0900`, `+09`, `UTC`, `GMT`, `KST`; `None` where none begins here.
fn zone(cursor: &mut Cursor<'_>) -> Result<Option<i64>, BadTime> {
    const WORDS: [(&str, i64); 4] = [("UTC", 0), ("GMT", 0), ("Z", 0), ("KST", KST_OFFSET_SECONDS)];
    if let Some((_, offset)) = WORDS.into_iter().find(|(word, _)| cursor.eat_word(word)) {
        return Ok(Some(offset));
    }
    let sign = match cursor.peek() {
        Some('+') => 1,
        Some('-' | '\u{2212}') => -1,
        _ => return Ok(None),
    };
    cursor.next();
    let digits = cursor.digits();
    let (hours, minutes) = match digits.len() {
        2 => (number(digits), sexagesimal(cursor)?.or(Some(0))),
        4 => (digits.get(..2).and_then(number), digits.get(2..).and_then(number)),
        _ => return Err(BadTime::Shape),
    };
    match (hours, minutes) {
        (Some(hours @ 0..=14), Some(minutes @ 0..=59)) => {
            Ok(Some(sign * i64::from(hours * 3600 + minutes * 60)))
        }
        _ => Err(BadTime::UnrealTime),
    }
}
