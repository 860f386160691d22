//! How reports look on a terminal. Each function takes a report, the columns there are, and whether colour is allowed,
//! and returns the whole text.

pub mod changes;
pub mod coverage;
#[cfg(feature = "bigquery")]
pub mod doctor;
pub mod explain;
pub mod ingest;
pub mod inspect;
pub mod listing;
mod money;
pub mod page;
pub mod plan;
#[cfg(feature = "bigquery")]
pub mod push;
pub mod reconcile;
#[cfg(feature = "query")]
pub mod rows;
pub mod schema;
pub mod watch;

#[cfg(test)]
mod tests;

use super::printer::Style;
use super::table::grouped;
use super::width::{Lines, pad_right, wrap};
use crate::core::text::printable;

/// A label and what belongs to it; long texts go on below themselves.
fn field(label: &str, label_width: usize, text: &str, columns: usize, style: Style) -> String {
    let lines = wrap(&printable(text), columns.saturating_sub(label_width));
    let mut out = String::new();
    for (n, line) in lines.iter().enumerate() {
        let label = pad_right(if n == 0 { label } else { "" }, label_width);
        out.push_str(&style.dim(&label));
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// A text behind a mark, going on below itself; `paint` colours the mark.
fn marked(mark: &str, paint: impl Fn(&str) -> String, text: &str, columns: usize) -> String {
    let indent = super::width::width(mark) + 1;
    let lines = wrap(&printable(text), columns.saturating_sub(indent));
    let mut out = String::new();
    for (n, line) in lines.iter().enumerate() {
        match n {
            0 => out.extend([paint(mark).as_str(), " "]),
            _ => out.push_str(&" ".repeat(indent)),
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// Every line moved to the right.
fn indented(text: &str, by: usize) -> String {
    let indent = " ".repeat(by);
    let mut out = String::new();
    for line in text.lines() {
        out.line(if line.is_empty() { String::new() } else { format!("{indent}{line}") });
    }
    out
}

/// `1.2 MB`.
fn size(bytes: u64) -> String {
    let tenths = |unit: u64| {
        let n = bytes.saturating_mul(10) / unit;
        format!("{}.{}", grouped(n / 10), n % 10)
    };
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} KB", tenths(1_000)),
        1_000_000..1_000_000_000 => format!("{} MB", tenths(1_000_000)),
        _ => format!("{} GB", tenths(1_000_000_000)),
    }
}

/// Days from one to another: `2024-05-04 – 05-12`.
fn span(from: &str, to: &str) -> String {
    if from == to {
        from.to_owned()
    } else {
        format!("{from} – {}", to.get(5..).filter(|_| from[..4] == to[..4]).unwrap_or(to))
    }
}

/// An instant (`2024-07-05T00:00:00Z`) on a Korean clock, for people; any other text as it is.
fn korean(instant: &str) -> String {
    let time = super::when::parse_instant(instant).map(|i| i.to_kst().to_string());
    time.unwrap_or_else(|| instant.to_owned())
}
