//! After the loads: do the months in BigQuery add up to what the ledger has? Rows, distinct keys, every amount.

use std::collections::BTreeMap;

use super::BigQueryError;
use super::encode::{Sums, key_columns, summed};
use super::jobs::Jobs;
use super::names::{Part, literal};
use super::tables::OWNER;
use crate::core::tables::{ColumnType, Table, TableColumn};

/// Compares the months of a table with what was sent.
pub(super) fn verify(
    jobs: &Jobs<'_>,
    table: Table,
    columns: &[TableColumn],
    ledger: &str,
    sent: &BTreeMap<Part, Sums>,
) -> Result<(), BigQueryError> {
    let name = format!("{}.{table}", jobs.dataset);
    let summed = summed(columns);
    let there = read(jobs, table, &summed, ledger, sent.keys().copied())?;
    let mut differences = Vec::new();
    for (part, expected) in sent {
        let empty = Sums { rows: 0, keys: key_columns(table).map(|_| 0), totals: vec![None; summed.len()] };
        let found = there.get(part).unwrap_or(&empty);
        if found == expected {
            continue;
        }
        let told = |n: Option<u64>| n.map_or_else(|| "no".to_owned(), |n| n.to_string());
        let difference = if found.rows != expected.rows {
            format!("{} rows there, {} in the ledger", found.rows, expected.rows)
        } else if found.keys != expected.keys {
            format!("{} distinct keys there, {} in the ledger", told(found.keys), told(expected.keys))
        } else {
            let at = found.totals.iter().zip(&expected.totals).position(|(a, b)| a != b).unwrap_or_default();
            let column = summed.get(at);
            let show =
                |sums: &Sums| shown(sums.totals.get(at).copied().flatten(), column.map(|c| c.column_type));
            let column = column.map_or("", |c| c.name.as_str());
            format!("{column} adds up to {} there, to {} in the ledger", show(found), show(expected))
        };
        differences.push((*part, difference));
    }
    let Some((part, difference)) = differences.first() else { return Ok(()) };
    let more = match differences.len() - 1 {
        0 => String::new(),
        n => format!(" ({n} more months of it differ)"),
    };
    Err(BigQueryError::Verify {
        problem: format!("{name} {part}: {difference}{more}"),
        months: differences.iter().map(|(part, _)| (table, *part)).collect(),
    })
}

fn read(
    jobs: &Jobs<'_>,
    table: Table,
    summed: &[&TableColumn],
    ledger: &str,
    parts: impl Iterator<Item = Part>,
) -> Result<BTreeMap<Part, Sums>, BigQueryError> {
    let conditions: Vec<String> = parts.map(|part| part.condition("order_day")).collect();
    let keys = match key_columns(table) {
        Some([mall, shop, id]) => {
            format!("COUNT(DISTINCT CONCAT({mall}, '/', CAST({shop} AS STRING), '/', {id}))")
        }
        None => "0".to_owned(),
    };
    let sums: String = summed.iter().map(|c| format!(", CAST(SUM({}) AS STRING)", c.name)).collect();
    let sql = format!(
        "SELECT FORMAT_DATE('%Y-%m', order_day), CAST(COUNT(*) AS STRING), CAST({keys} AS STRING){sums}\n\
         FROM {} WHERE {OWNER} = {} AND ({}) GROUP BY 1",
        jobs.dataset.sql(table.name()),
        literal(ledger),
        conditions.join(" OR ")
    );
    let what = format!("sums of {}.{table}", jobs.dataset);
    let mut found = BTreeMap::new();
    for row in jobs.rows(&sql, &what)? {
        let cell = |at: usize| row.get(at).and_then(Option::as_deref);
        let part = match cell(0) {
            Some(month) => {
                Part::parse(month).ok_or_else(|| BigQueryError::answer(&what, "a month is none"))?
            }
            None => Part(None),
        };
        let count = |at: usize| {
            cell(at)
                .and_then(|n| n.parse::<u64>().ok())
                .ok_or_else(|| BigQueryError::answer(&what, "a count is none"))
        };
        let mut sums = Vec::with_capacity(summed.len());
        for (at, column) in (3..).zip(summed) {
            let sum = cell(at).map(|text| exact(text, column.column_type));
            sums.push(
                sum.map(|s| s.ok_or_else(|| BigQueryError::answer(&what, "a sum is none"))).transpose()?,
            );
        }
        let keys = key_columns(table).map(|_| count(2)).transpose()?;
        found.insert(part, Sums { rows: count(1)?, keys, totals: sums });
    }
    Ok(found)
}

/// A sum as the service writes it: `12000`, `-0.5`. Amounts in hundredths.
fn exact(text: &str, column_type: ColumnType) -> Option<i128> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let places = if column_type == ColumnType::Money { 2 } else { 0 };
    if fraction.len() > places || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let scaled = format!("{whole}{fraction:0<places$}");
    scaled.parse::<i128>().ok().map(|n| sign * n)
}

fn shown(sum: Option<i128>, column_type: Option<ColumnType>) -> String {
    match (sum, column_type) {
        (None, _) => "nothing".to_owned(),
        (Some(n), Some(ColumnType::Money)) => {
            let sign = if n < 0 { "-" } else { "" };
            format!("{sign}{}.{:02}", n.unsigned_abs() / 100, n.unsigned_abs() % 100)
        }
        (Some(n), _) => n.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_compared_as_values() {
        for (text, expected) in [
            ("12000", Some(1_200_000)),
            ("12000.5", Some(1_200_050)),
            ("-0.05", Some(-5)),
            ("0.10000", Some(10)),
            ("0.001", None),
            ("1e3", None),
            ("99999999999999999999.99", Some(9_999_999_999_999_999_999_999)),
        ] {
            assert_eq!(exact(text, ColumnType::Money), expected, "{text}");
        }
        assert_eq!(exact("7", ColumnType::Int64), Some(7));
        assert_eq!(shown(Some(-5), Some(ColumnType::Money)), "-0.05");
    }
}
