//! Whose rows a table holds.

use std::collections::{BTreeMap, BTreeSet};

use super::BigQueryError;
use super::jobs::Jobs;
use super::names::Part;
use super::tables::{OWNER, RemoteTable};
use crate::core::tables::Table;

/// Rows of a table by month: the ledger's own, and everybody else's by who wrote them.
#[derive(Default)]
pub(super) struct Audit {
    pub(super) own: BTreeMap<Part, u64>,
    others: BTreeMap<String, (u64, BTreeSet<Part>)>,
}

impl Audit {
    /// Asks the table. It reads two columns.
    pub(super) fn of(
        table: Table,
        found: &RemoteTable,
        identity: &str,
        jobs: &Jobs<'_>,
    ) -> Result<Self, BigQueryError> {
        let owner = if found.field(OWNER).is_some() { OWNER } else { "CAST(NULL AS STRING)" };
        let (month, all) = match found.field("order_day") {
            // A table may ask for a condition on its partitions; this one is met by every row.
            Some(_) => (
                "FORMAT_DATE('%Y-%m', order_day)",
                " WHERE order_day IS NULL OR order_day >= DATE '0001-01-01'",
            ),
            None => ("CAST(NULL AS STRING)", ""),
        };
        let sql = format!(
            "SELECT {owner} AS owner, {month} AS month, CAST(COUNT(*) AS STRING) AS n FROM {}{all} GROUP BY 1, 2",
            jobs.dataset.sql(table.name())
        );
        let mut audit = Self::default();
        for row in jobs.rows(&sql, &format!("rows of {}.{table}", jobs.dataset))? {
            let [owner, month, n] = row.as_slice() else { continue };
            let part = month.as_deref().map_or(Some(Part(None)), Part::parse).unwrap_or(Part(None));
            let n = n.as_deref().and_then(|n| n.parse::<u64>().ok()).unwrap_or_default();
            match owner.as_deref() {
                Some(owner) if owner == identity => *audit.own.entry(part).or_default() += n,
                owner => {
                    let other = audit.others.entry(owner.unwrap_or_default().to_owned()).or_default();
                    other.0 += n;
                    other.1.insert(part);
                }
            }
        }
        Ok(audit)
    }

    /// Rows of somebody else would be lost by replacing their month.
    pub(super) fn refuse_others(&self, name: &str, identity: &str) -> Result<(), BigQueryError> {
        if self.others.is_empty() {
            return Ok(());
        }
        let mut whose: Vec<String> = self
            .others
            .iter()
            .map(|(owner, (n, parts))| {
                let from = parts.first().map(ToString::to_string).unwrap_or_default();
                let to = parts.last().map(ToString::to_string).unwrap_or_default();
                let who = if owner.is_empty() { "no ledger".to_owned() } else { format!("ledger {owner}") };
                let months = if from == to { from } else { format!("{from} to {to}") };
                format!("{n} rows of {who} ({months})")
            })
            .collect();
        whose.truncate(10);
        let me = if identity.is_empty() { String::new() } else { format!(" (this is ledger {identity})") };
        Err(BigQueryError::Table {
            code: "bigquery.foreign_rows",
            problem: format!("{name} holds rows that this ledger did not write: {}{me}", whose.join(", ")),
            hint: "--mode merge leaves such rows alone; or push to another dataset".into(),
        })
    }
}
