//! Partitions that age out: an old month would vanish the moment it is loaded, without an error.

use super::BigQueryError;
use super::names::{DatasetName, Part};
use super::tables::{Dataset, RemoteTable};
use crate::core::tables::Table;
use crate::core::types::{Day, Instant};

/// A table, there or to be made, whose partitions may have an expiry.
pub(super) struct Expiring<'a> {
    pub(super) dataset: &'a DatasetName,
    pub(super) found: Option<&'a RemoteTable>,
    pub(super) table: Table,
}

impl Expiring<'_> {
    /// Refuses where partitions would be dropped as soon as they are written; says when they will be.
    pub(super) fn check(
        &self,
        defaults: &Dataset,
        months: &[Part],
        now: Instant,
    ) -> Result<Option<String>, BigQueryError> {
        let (name, table) = (self.dataset, self.table);
        let (expiry, remedy) = match self.found {
            Some(found) => (
                found.partition_expiry(),
                format!(
                    "bq update --time_partitioning_expiration 0 {}:{}.{table}",
                    name.project, name.dataset
                ),
            ),
            None => (
                defaults.partition_expiry,
                format!("bq update --default_partition_expiration 0 {}:{}", name.project, name.dataset),
            ),
        };
        let Some(expiry) = expiry.filter(|ms| *ms > 0) else { return Ok(None) };
        let expired = |day: Day| {
            let end = i64::from(day.0) * 86_400 + i64::try_from(expiry / 1000).unwrap_or(i64::MAX / 2);
            end <= now.0
        };
        let lost: Vec<String> = months
            .iter()
            .filter(|part| part.days().is_some_and(|(first, _)| expired(first)))
            .map(ToString::to_string)
            .collect();
        let whose =
            if self.found.is_some() { format!("{name}.{table}") } else { format!("new tables of {name}") };
        if let (Some(first), Some(last)) = (lost.first(), lost.last()) {
            return Err(BigQueryError::Table {
                code: "bigquery.expiry",
                problem: format!(
                    "partitions of {whose} are dropped when they are {} old: {} months of {table} from {first} to {last} \
                     would vanish without a word",
                    days(expiry),
                    lost.len()
                ),
                hint: format!("{remedy} (a project without billing cannot do this)"),
            });
        }
        Ok(Some(format!("partitions of {whose} are dropped when they are {} old: {remedy}", days(expiry))))
    }
}

/// `60 days`.
pub(super) fn days(ms: u64) -> String {
    match ms / 86_400_000 {
        0 => format!("{} hours", ms / 3_600_000),
        1 => "1 day".to_owned(),
        n => format!("{n} days"),
    }
}
