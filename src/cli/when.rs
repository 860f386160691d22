//! Days and moments as typed on the command line and in the configuration.

use crate::core::time;
use crate::core::types::{Day, Instant, KstDateTime, Precision};

/// A moment: with a zone as it says, else Korean; a day is its first second.
pub fn parse_instant(text: &str) -> Option<Instant> {
    time::parse_instant(text.trim()).ok()
}

/// A day, in any of the spellings that files have.
pub fn parse_day(text: &str) -> Option<Day> {
    time::parse_time(text.trim()).ok().filter(|t| t.precision == Precision::Day).map(KstDateTime::day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_zone_a_time_is_korean() {
        let cases = [
            ("2024-07-05", Some("2024-07-04T15:00:00Z")),
            ("2024-07-05 09:00", Some("2024-07-05T00:00:00Z")),
            ("2024-07-05T09:00:01", Some("2024-07-05T00:00:01Z")),
            ("2024-07-05T09:00:00Z", Some("2024-07-05T09:00:00Z")),
            ("2024-07-05T09:00:00+01:00", Some("2024-07-05T08:00:00Z")),
            ("2024-02-30", None),
            ("yesterday", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_instant(text).map(|i| i.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn days() {
        assert_eq!(parse_day("2024-07-05"), Day::from_ymd(2024, 7, 5));
        assert_eq!(parse_day("2024-13-05"), None);
    }
}
