//! Names of datasets, tables, partitions and jobs, and texts inside SQL. A name that could end its own quotes is no name.

use std::fmt;

use sha2::{Digest as _, Sha256};

use super::BigQueryError;
use crate::core::types::{Day, Month};

/// `PROJECT.DATASET`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetName {
    pub project: String,
    pub dataset: String,
}

/// `PROJECT.DATASET.TABLE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableName {
    pub dataset: DatasetName,
    pub table: String,
}

/// Lower-case letters, digits and hyphens; an older kind has a domain and a colon before it.
fn is_project(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 90
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_:.".contains(c))
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.len() <= 1024 && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Tables may also hold hyphens.
fn is_table(name: &str) -> bool {
    is_plain(&name.replace('-', "_"))
}

impl DatasetName {
    pub fn parse(text: &str) -> Result<Self, BigQueryError> {
        let parts = text.trim().rsplit_once('.').or_else(|| text.trim().rsplit_once(':'));
        match parts {
            Some((project, dataset)) if is_project(project) && is_plain(dataset) => {
                Ok(Self { project: project.to_owned(), dataset: dataset.to_owned() })
            }
            _ => Err(BigQueryError::Dataset(text.to_owned())),
        }
    }

    pub(super) fn path(&self) -> String {
        format!("projects/{}/datasets/{}", self.project, self.dataset)
    }

    pub(super) fn table_path(&self, table: &str) -> String {
        format!("{}/tables/{}", self.path(), super::jobs::encoded(table))
    }

    /// A table of it, quoted for SQL.
    pub(super) fn sql(&self, table: &str) -> String {
        format!("`{}.{}.{table}`", self.project, self.dataset)
    }
}

impl fmt::Display for DatasetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.project, self.dataset)
    }
}

impl TableName {
    pub fn parse(text: &str) -> Result<Self, BigQueryError> {
        let wrong = || BigQueryError::TableName(text.to_owned());
        let (dataset, table) = text.trim().rsplit_once('.').ok_or_else(wrong)?;
        let dataset = DatasetName::parse(dataset).map_err(|_| wrong())?;
        if !is_table(table) {
            return Err(wrong());
        }
        Ok(Self { dataset, table: table.to_owned() })
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.dataset, self.table)
    }
}

/// A month of orders, or the place of those without a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Part(pub Option<Month>);

impl Part {
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text == "none" { Some(Self(None)) } else { Month::parse(text).map(|m| Self(Some(m))) }
    }

    /// The partition as a load job's destination names it.
    pub(super) fn decorator(self) -> String {
        match self.0 {
            Some(month) => format!("{:04}{:02}", month.year, month.month),
            None => "__NULL__".to_owned(),
        }
    }

    /// First and last day of the month.
    pub(super) fn days(self) -> Option<(Day, Day)> {
        let month = self.0?;
        let first = Day::from_ymd(month.year, month.month, 1)?;
        let next = match month.month {
            12 => Day::from_ymd(month.year + 1, 1, 1),
            n => Day::from_ymd(month.year, n + 1, 1),
        };
        Some((first, next.map_or(Day(first.0 + 30), |next| Day(next.0 - 1))))
    }

    /// A condition with literal bounds, which alone lets the service leave the other partitions alone.
    pub(super) fn condition(self, column: &str) -> String {
        match self.days() {
            Some((first, last)) => format!("{column} BETWEEN DATE '{first}' AND DATE '{last}'"),
            None => format!("{column} IS NULL"),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(month) => month.fmt(f),
            None => f.write_str("none"),
        }
    }
}

/// A text as a SQL literal.
pub(super) fn literal(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        match c {
            '\'' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// Sixteen hex digits of a hash over parts that cannot run into each other.
pub(super) fn short_hash(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().iter().take(8).map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        let name = TableName::parse("my-project.cafe24.orders_raw").unwrap();
        assert_eq!((name.dataset.project.as_str(), name.table.as_str()), ("my-project", "orders_raw"));
        assert_eq!(DatasetName::parse("example.com:p.d").unwrap().project, "example.com:p");
        assert_eq!(DatasetName::parse("p:d").unwrap().dataset, "d");
        for bad in ["", "d", "p.", "p.d`x", "p.d-e", "p q.d", "p.d;"] {
            assert!(DatasetName::parse(bad).is_err(), "{bad}");
        }
        for bad in ["p.d", "p.d.", "p.d.t`", "p.d.t$202407"] {
            assert!(TableName::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn months_have_literal_bounds() {
        let part = Part::parse("2024-02").unwrap();
        assert_eq!(
            part.condition("T.order_day"),
            "T.order_day BETWEEN DATE '2024-02-01' AND DATE '2024-02-29'"
        );
        assert_eq!(part.decorator(), "202402");
        let december = Part::parse("2023-12").unwrap();
        assert_eq!(december.condition("d"), "d BETWEEN DATE '2023-12-01' AND DATE '2023-12-31'");
        let none = Part::parse("none").unwrap();
        assert_eq!((none.condition("d").as_str(), none.decorator().as_str()), ("d IS NULL", "__NULL__"));
        assert!(Part::parse("2024-13").is_none());
    }

    #[test]
    fn literals_cannot_end_themselves() {
        assert_eq!(literal("a'b\\c\nd"), "'a\\'b\\\\c\\nd'");
        assert_ne!(short_hash(&["ab", "c"]), short_hash(&["a", "bc"]));
    }
}
