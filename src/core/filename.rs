//! What a file's name tells: Cafe24's own shape, the mall, and the moment of the download.
//!
//! Names are what people changed last, so only shapes that hardly arise by accident are believed.

use unicode_normalization::UnicodeNormalization;

use super::types::{Day, Instant, KST_OFFSET_SECONDS, KstDateTime, Precision, Source};

/// What in the name told the time, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameEvidence {
    /// The day of request in Cafe24's own shape.
    Cafe24,
    /// A `YYYYMMDDTHHMMSS` stamp.
    Stamp,
    /// The latest real day written in the name.
    Day,
}

/// The facts in one file name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameFacts {
    /// The mall of a name in Cafe24's shape.
    pub cafe24_mall: Option<String>,
    /// The moment that the name tells; a day means its first second in Korea.
    pub observed: Option<(Instant, NameEvidence)>,
    /// Where a table of this name comes from, unless someone says otherwise.
    pub table_source: Source,
}

/// Reads a file's name; folders before it are ignored.
pub fn name_facts(file_name: &str) -> NameFacts {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let name: String = name.nfc().collect();
    if let Some((mall, day)) = cafe24_shape(&name) {
        return NameFacts {
            cafe24_mall: Some(mall.to_owned()),
            observed: Some((first_second(day), NameEvidence::Cafe24)),
            table_source: Source::Export,
        };
    }
    let stamp = latest_stamp(&name).map(|at| (at, NameEvidence::Stamp));
    let observed = stamp.or_else(|| latest_day(&name).map(|day| (first_second(day), NameEvidence::Day)));
    NameFacts { cafe24_mall: None, observed, table_source: Source::History }
}

fn first_second(day: Day) -> Instant {
    KstDateTime { seconds: i64::from(day.0) * 86_400, precision: Precision::Day }.instant()
}

/// `{mall}_{YYYYMMDD}_{n}_{xxxx}`, then nothing, a form's name, marks of a copy, or an ending.
fn cafe24_shape(name: &str) -> Option<(&str, Day)> {
    let (mall, rest) = name.split_once('_')?;
    let (day, rest) = rest.split_once('_')?;
    let (number, rest) = rest.split_once('_')?;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let (serial, behind) = rest.split_at_checked(end)?;
    let is_mall = mall.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        && mall.bytes().any(|b| b.is_ascii_lowercase());
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    if !is_mall || !is_number || serial.len() != 4 || !ends_well(behind) {
        return None;
    }
    Some((mall, compact_day(day)?))
}

/// Whether only a form's name, marks of a copy (` (1)`, ` - 복사본`, ` copy 2`) and an ending follow.
fn ends_well(behind: &str) -> bool {
    const WORDS: [&str; 6] = ["- 복사본", "- 사본", "- Copy", "복사본", "사본", "copy"];
    if behind.starts_with('_') {
        return true;
    }
    let mut rest = behind;
    loop {
        rest = rest.trim_start();
        if rest.is_empty() || rest.starts_with('.') {
            return true;
        }
        let word = WORDS.iter().find_map(|word| rest.strip_prefix(word));
        match word.or_else(|| number_of_copy(rest)) {
            Some(next) => rest = next,
            None => return false,
        }
    }
}

/// What follows `(2)` or `2`.
fn number_of_copy(text: &str) -> Option<&str> {
    let (open, text) = text.strip_prefix('(').map_or((false, text), |rest| (true, rest));
    let (number, rest) = split_digits(text);
    let rest = if open { rest.strip_prefix(')')? } else { rest };
    (!number.is_empty()).then_some(rest)
}

/// The latest stamp in the name. Without a zone it is Korean.
fn latest_stamp(name: &str) -> Option<Instant> {
    let bytes = name.as_bytes();
    name.match_indices('T').filter_map(|(at, _)| stamp_around(bytes.get(..at)?, bytes.get(at + 1..)?)).max()
}

fn stamp_around(before: &[u8], after: &[u8]) -> Option<Instant> {
    let (head, day) = before.split_at_checked(before.len().checked_sub(8)?)?;
    if head.last().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let day = compact_day(std::str::from_utf8(day).ok()?)?;
    let (&[h1, h2, m1, m2, s1, s2], rest) = after.split_first_chunk::<6>()?;
    let (hour, minute, second) = (pair([h1, h2])?, pair([m1, m2])?, pair([s1, s2])?);
    if hour > 23 || minute > 59 || second > 59 || rest.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let clock = hour * 3600 + minute * 60 + second;
    Some(Instant(i64::from(day.0) * 86_400 + clock - offset(without_fraction(rest))))
}

/// Skips `.123`, where a zone follows: else it may be an ending such as `.7z`.
fn without_fraction(rest: &[u8]) -> &[u8] {
    let [b'.', fraction @ ..] = rest else { return rest };
    let digits = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
    match fraction.get(digits..) {
        Some(zone @ [b'Z' | b'+', ..]) if digits > 0 => zone,
        _ => rest,
    }
}

/// Seconds east of UTC: `Z`, `+09`, `+0900`, `+09:00`; Korean without any of them.
fn offset(zone: &[u8]) -> i64 {
    let hours = |hour: [u8; 2], minute: [u8; 2]| Some(pair(hour)? * 3600 + pair(minute)? * 60);
    let read = match *zone {
        [b'Z', ref rest @ ..] if !rest.first().is_some_and(u8::is_ascii_alphanumeric) => Some(0),
        [b'+', h1, h2, b':', m1, m2, ..] => hours([h1, h2], [m1, m2]),
        [b'+', h1, h2, m1, m2, ..] if m1.is_ascii_digit() => hours([h1, h2], [m1, m2]),
        [b'+', h1, h2, ..] => hours([h1, h2], *b"00"),
        _ => None,
    };
    read.filter(|offset| *offset <= 14 * 3600).unwrap_or(KST_OFFSET_SECONDS)
}

fn pair(digits: [u8; 2]) -> Option<i64> {
    let [tens, ones] = digits;
    let both = tens.is_ascii_digit() && ones.is_ascii_digit();
    both.then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
}

/// Exactly eight digits that are a real day.
fn compact_day(digits: &str) -> Option<Day> {
    if digits.len() != 8 {
        return None;
    }
    day(digits.get(..4)?, digits.get(4..6)?, digits.get(6..)?)
}

fn day(year: &str, month: &str, day: &str) -> Option<Day> {
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !digits(year) || !digits(month) || !digits(day) {
        return None;
    }
    Day::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// The latest real day: `20260102`, `2026-01-02`, `2026.1.2`, `2026_01_02`, `2026년 1월 2일`. A longer run of digits is a
/// number of some other kind.
fn latest_day(name: &str) -> Option<Day> {
    let mut latest = None;
    let mut rest = name;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        rest = rest.get(at..).unwrap_or_default();
        let (digits, behind) = split_digits(rest);
        let found = match digits.len() {
            8 => compact_day(digits),
            4 => spelled_day(digits, behind),
            _ => None,
        };
        latest = latest.max(found);
        rest = behind;
    }
    latest
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn spelled_day(year: &str, behind: &str) -> Option<Day> {
    let mark = behind.chars().next()?;
    let (between, end, shortest) = match mark {
        '년' => ('월', "일", 1),
        '.' => ('.', "", 1),
        '-' => ('-', "", 1),
        '_' => ('_', "", 2),
        _ => return None,
    };
    let spaces = |text: &'_ str| -> usize {
        if matches!(between, '.' | '월') { text.len() - text.trim_start().len() } else { 0 }
    };
    let behind = behind.get(mark.len_utf8()..)?;
    let (month, behind) = split_digits(behind.get(spaces(behind)..)?);
    let behind = behind.strip_prefix(between)?;
    let (of_month, behind) = split_digits(behind.get(spaces(behind)..)?);
    let right_length = |part: &str| (shortest..=2).contains(&part.len());
    if !right_length(month) || !right_length(of_month) || !behind.starts_with(end) {
        return None;
    }
    day(year, month, of_month)
}

#[cfg(test)]
mod tests;
