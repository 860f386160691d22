//! Days and seconds for the model: wall-clock text and Unix seconds, nothing more.

use chrono::{DateTime, NaiveDate, NaiveDateTime};

pub const KST: i64 = 9 * 3600;

/// Unix seconds of a Korean wall-clock text `2024-07-05 09:01:31` (or a bare day: its first second).
pub fn korean(text: &str) -> i64 {
    let whole = match text.len() {
        10 => format!("{text} 00:00:00"),
        16 => format!("{text}:00"),
        _ => text.to_owned(),
    };
    NaiveDateTime::parse_from_str(&whole, "%Y-%m-%d %H:%M:%S")
        .expect("a wall-clock text")
        .and_utc()
        .timestamp()
        - KST
}

/// Korean wall-clock text of Unix seconds.
pub fn wall(seconds: i64) -> String {
    let time = DateTime::from_timestamp(seconds + KST, 0).expect("a sane time");
    time.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// Korean day of Unix seconds.
pub fn day(seconds: i64) -> String {
    wall(seconds)[..10].to_owned()
}

/// `2024-07-05 09:01:31` in UTC.
pub fn utc(seconds: i64) -> String {
    DateTime::from_timestamp(seconds, 0).expect("a sane time").format("%Y-%m-%d %H:%M:%S").to_string()
}

/// Whether eight digits name a real day; then as `2024-07-05`.
pub fn real_day(digits: &str) -> Option<String> {
    NaiveDate::parse_from_str(digits, "%Y%m%d").ok().map(|day| day.format("%Y-%m-%d").to_string())
}

/// An instant as any table prints it (`Z`, `UTC`, an offset, `T` or a space, fractions of zero), as UTC seconds text.
pub fn canonical_instant(cell: &str) -> String {
    let text = cell.trim().replace(" UTC", "").replacen('T', " ", 1).replace('Z', "");
    let (clock, offset) = match text.char_indices().skip(11).find(|(_, c)| *c == '+' || *c == '-') {
        Some((at, _)) => (text[..at].trim_end().to_owned(), text[at..].to_owned()),
        None => (text, String::new()),
    };
    let clock = clock.split('.').next().unwrap_or_default().to_owned();
    let Ok(time) = NaiveDateTime::parse_from_str(&clock, "%Y-%m-%d %H:%M:%S") else { return cell.to_owned() };
    let digits: String = offset.chars().filter(char::is_ascii_digit).collect();
    let minutes = match digits.len() {
        4 => digits[..2].parse::<i64>().unwrap_or(0) * 60 + digits[2..].parse::<i64>().unwrap_or(0),
        2 => digits.parse::<i64>().unwrap_or(0) * 60,
        _ => 0,
    };
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    utc(time.and_utc().timestamp() - sign * minutes * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn korean_midnight_is_the_day_before_in_utc() {
        assert_eq!(utc(korean("2024-07-05")), "2024-07-04 15:00:00");
        assert_eq!(wall(korean("2024-07-05 09:01:31")), "2024-07-05 09:01:31");
        assert_eq!(day(korean("2024-07-05") - 1), "2024-07-04");
    }

    #[test]
    fn instants_in_any_spelling_are_one() {
        for cell in [
            "2024-07-04T15:00:00Z",
            "2024-07-04 15:00:00 UTC",
            "2024-07-05 00:00:00+09:00",
            "2024-07-05T00:00:00.000+0900",
            "2024-07-04 15:00:00.000000",
            "2024-07-04 15:00:00+00",
        ] {
            assert_eq!(canonical_instant(cell), "2024-07-04 15:00:00", "{cell}");
        }
    }

    #[test]
    fn unreal_days_are_none() {
        assert_eq!(real_day("20240229").as_deref(), Some("2024-02-29"));
        assert_eq!(real_day("20230229"), None);
    }
}
