//! How the ledger is cut: by the month of the order, with one place for orders of which no day is known.

use std::fmt;

use crate::core::types::{Day, Month};

/// A month, or the place of orders without a day. Months sort first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Partition {
    Month(Month),
    None,
}

impl Partition {
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text == "none" { Some(Self::None) } else { Month::parse(text).map(Self::Month) }
    }

    pub(super) fn month(self) -> Option<Month> {
        match self {
            Self::Month(month) => Some(month),
            Self::None => None,
        }
    }
}

impl From<Option<Month>> for Partition {
    fn from(month: Option<Month>) -> Self {
        month.map_or(Self::None, Self::Month)
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Month(month) => month.fmt(f),
            Self::None => f.write_str("none"),
        }
    }
}

/// Order days from and to, both included. The default is all days, unknown ones too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayRange {
    pub from: Option<Day>,
    pub to: Option<Day>,
}

impl DayRange {
    pub fn is_all(self) -> bool {
        self == Self::default()
    }

    /// Whether a row of this order day belongs to it; an unknown day belongs to all days only.
    pub fn contains(self, day: Option<Day>) -> bool {
        match day {
            Some(day) => self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to),
            None => self.is_all(),
        }
    }

    /// Whether any day from `first` to `last` belongs to it.
    pub(super) fn meets(self, first: Day, last: Day) -> bool {
        self.from.is_none_or(|from| from <= last) && self.to.is_none_or(|to| first <= to)
    }

    pub(super) fn meets_partition(self, partition: Partition) -> bool {
        match partition {
            Partition::Month(month) => {
                let months = |day: Option<Day>| day.map(Day::month);
                months(self.from).is_none_or(|from| from <= month)
                    && months(self.to).is_none_or(|to| month <= to)
            }
            Partition::None => self.is_all(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        let mut parts = text.split('-').map(|p| p.parse::<u32>().unwrap());
        let (y, m, d) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        Day::from_ymd(i32::try_from(y).unwrap(), m, d).unwrap()
    }

    #[test]
    fn ranges_include_both_ends() {
        let range = DayRange { from: Some(day("2026-01-31")), to: Some(day("2026-03-01")) };
        for (text, expected) in [
            ("2026-01-30", false),
            ("2026-01-31", true),
            ("2026-02-15", true),
            ("2026-03-01", true),
            ("2026-03-02", false),
        ] {
            assert_eq!(range.contains(Some(day(text))), expected, "{text}");
        }
        for (text, expected) in
            [("2025-12", false), ("2026-01", true), ("2026-03", true), ("2026-04", false), ("none", false)]
        {
            assert_eq!(range.meets_partition(Partition::parse(text).unwrap()), expected, "{text}");
        }
        assert!(!range.contains(None));
        assert!(DayRange::default().contains(None));
        assert!(DayRange::default().meets_partition(Partition::None));
    }

    #[test]
    fn partitions_are_read_back_as_written_and_the_unknown_one_is_last() {
        for text in ["2026-01", "1999-12", "none"] {
            assert_eq!(Partition::parse(text).map(|p| p.to_string()).as_deref(), Some(text));
        }
        assert_eq!(Partition::parse("2026-13"), None);
        assert!(Partition::parse("none") > Partition::parse("9999-12"));
    }
}
