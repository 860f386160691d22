//! Which extraction times of a table the ledger does not have yet.

use std::cmp::Ordering;

use crate::io::ledger::Pulled;

/// Times to ask for, both ends included; `None` is without end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
}

/// The order of two times of one column, as the service writes them: whole numbers, or texts that sort like times.
pub(super) fn order(a: &str, b: &str) -> Ordering {
    match (a.parse::<i64>(), b.parse::<i64>()) {
        (Ok(a), Ok(b)) => a.cmp(&b),
        _ => a.cmp(b),
    }
}

fn later(a: String, b: &str) -> String {
    if order(b, &a).is_gt() { b.to_owned() } else { a }
}

/// What lies between the pulls that count, and after the newest. The last one has no end.
pub(super) fn gaps(pulled: &[Pulled], time_column: Option<&str>) -> Vec<Gap> {
    let of_column = |p: &&Pulled| p.time_column.is_none() || p.time_column.as_deref() == time_column;
    let mut spans: Vec<(Option<&str>, &str)> = pulled
        .iter()
        .filter(of_column)
        .filter_map(|p| Some((p.since.as_deref(), p.newest.as_deref()?)))
        .filter(|_| time_column.is_some())
        .collect();
    spans.sort_by(|(a, _), (b, _)| match (a, b) {
        (Some(a), Some(b)) => order(a, b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    });
    let mut gaps = Vec::new();
    let mut reach: Option<String> = None;
    for (since, newest) in spans {
        let joins = match (since, &reach) {
            (None, _) => true,
            (Some(since), Some(reach)) => order(since, reach).is_le(),
            (Some(_), None) => false,
        };
        if !joins {
            gaps.push(Gap { from: reach.clone(), to: since.map(str::to_owned) });
        }
        reach = Some(match reach {
            Some(reach) => later(reach, newest),
            None => newest.to_owned(),
        });
    }
    gaps.push(Gap { from: reach, to: None });
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_undone_pull_brought_is_a_gap() {
        let pulled = |since: &str, newest: &str| Pulled {
            time_column: Some("t".into()),
            since: (!since.is_empty()).then(|| since.to_owned()),
            newest: Some(newest.to_owned()),
            rows: Vec::new(),
        };
        let found = |all: &[Pulled]| -> Vec<String> {
            let end = |end: &Option<String>| end.clone().unwrap_or_default();
            gaps(all, Some("t")).iter().map(|gap| format!("{}-{}", end(&gap.from), end(&gap.to))).collect()
        };
        assert_eq!(found(&[]), ["-"]);
        assert_eq!(found(&[pulled("", "9"), pulled("9", "10")]), ["10-"]);
        assert_eq!(found(&[pulled("20", "30"), pulled("", "9")]), ["9-20", "30-"]);
        assert_eq!(found(&[pulled("20", "30")]), ["-20", "30-"]);
        assert_eq!(found(&[pulled("", "30"), pulled("9", "10")]), ["30-"], "one within another");
        // Times of another column cannot be compared; what has none counts as ever.
        let other = Pulled { time_column: Some("u".into()), ..pulled("", "9") };
        assert_eq!(found(std::slice::from_ref(&other)), ["-"]);
        let old = Pulled { time_column: None, ..pulled("", "9") };
        assert_eq!(found(&[old]), ["9-"]);
        assert_eq!(gaps(&[other], None), [Gap { from: None, to: None }]);
    }
}
