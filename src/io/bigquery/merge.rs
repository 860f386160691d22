//! A month's own rows replaced beside the rows of others: one load into a staging table, then one MERGE.
//!
//! The MERGE matches nothing on purpose. What this ledger wrote in the month goes, what the staging table holds comes, in
//! one atomic statement; rows of others meet neither clause. The month's bounds are literals, so only its partition is read.

use std::time::Duration;

use serde_json::{Value, json};

use super::BigQueryError;
use super::encode::Encoded;
use super::jobs::{Done, Jobs, Statement};
use super::names::{Part, literal};
use super::push::Target;
use super::replace::load_of;
use super::tables::{OWNER, RemoteTable, number, reference};
use super::upload::Upload;
use crate::core::types::Instant;

/// How long a staging table lives if nobody deletes it.
const STAGE_LIFE: Duration = Duration::from_hours(48);

pub(super) fn merge(
    jobs: &Jobs<'_>,
    target: &Target<'_>,
    part: Part,
    file: &Encoded,
    now: Instant,
    sent: &dyn Fn(u64),
) -> Result<Done, BigQueryError> {
    let what = target.what(part);
    let id = target.job_id("merge", part, &[]);
    let stage = format!("jangbu_stage_{}", id.trim_start_matches("jangbu_merge_"));
    let sql = statement(target, part, &stage);
    let statement = Statement { sql: &sql, what: &what };
    // A MERGE that is over needs no staging table, which may be gone by now.
    if jobs.find(&id, &what)?.1.is_none() {
        // What is uncertain about a staging table does not touch the month.
        fill(jobs, target, part, file, &stage, now, sent).map_err(BigQueryError::certain)?;
    }
    let done = jobs.run(&id, &what, &statement)?;
    match jobs.connection.delete(&format!("table {}.{stage}", jobs.dataset), &jobs.dataset.table_path(&stage))
    {
        Err(error) if error.status() != Some(404) => Err(error),
        _ => Ok(done),
    }
}

/// Brings the month into its staging table.
fn fill(
    jobs: &Jobs<'_>,
    target: &Target<'_>,
    part: Part,
    file: &Encoded,
    stage: &str,
    now: Instant,
    sent: &dyn Fn(u64),
) -> Result<(), BigQueryError> {
    let what = target.what(part);
    let expires = (now.0.unsigned_abs() + STAGE_LIFE.as_secs()) * 1000;
    let document = json!({
        "tableReference": reference(jobs.dataset, stage),
        "description": "jangbu: rows on their way, deleted when they have arrived",
        "labels": {"tool": "jangbu"},
        "schema": {"fields": target.fields()},
        "expirationTime": expires.to_string(),
    });
    let made = RemoteTable::create(jobs.connection, jobs.dataset, stage, &document)?;
    let upload = Upload {
        file: &file.file,
        len: file.len,
        load: load_of(target, &reference(jobs.dataset, stage)),
        what: &what,
        sent,
    };
    // Another staging table of the same name does not hold what a job brought to the first.
    let id = target.job_id("stage", part, &[&made.created().to_string()]);
    let done = jobs.run(&id, &what, &upload)?;
    let rows = number(&done.statistics["load"]["outputRows"]);
    if rows.is_some_and(|rows| rows != file.sums.rows) {
        let sent = file.sums.rows;
        let rows = rows.unwrap_or_default();
        return Err(BigQueryError::Verify {
            problem: format!("{what}: {sent} rows were sent and {rows} arrived in the staging table"),
            months: vec![(target.table, part)],
        });
    }
    Ok(())
}

fn statement(target: &Target<'_>, part: Part, stage: &str) -> String {
    let names: Vec<String> =
        target.fields().iter().filter_map(|f| f["name"].as_str().map(|name| format!("`{name}`"))).collect();
    let values: Vec<String> = names.iter().map(|name| format!("S.{name}")).collect();
    format!(
        "MERGE {target} T USING {stage} S ON FALSE\n\
         WHEN NOT MATCHED BY SOURCE AND {bounds} AND T.{OWNER} = {me} THEN DELETE\n\
         WHEN NOT MATCHED BY TARGET THEN INSERT ({names}) VALUES ({values})",
        target = target.dataset.sql(target.table.name()),
        stage = target.dataset.sql(stage),
        bounds = part.condition("T.order_day"),
        me = literal(target.ledger),
        names = names.join(", "),
        values = values.join(", "),
    )
}

/// How many rows a MERGE took away and brought.
pub(super) fn changed(done: &Done) -> Option<(u64, u64)> {
    let stats: &Value = done.statistics.pointer("/query/dmlStats")?;
    Some((
        number(&stats["deletedRowCount"]).unwrap_or_default(),
        number(&stats["insertedRowCount"]).unwrap_or_default(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::tables::Table;
    use crate::io::bigquery::DatasetName;

    #[test]
    fn a_merge_names_its_month_and_its_ledger_in_literals() {
        let dataset = DatasetName::parse("p.d").unwrap();
        let target = Target {
            dataset: &dataset,
            table: Table::Orders,
            created: 5,
            ledger: "me",
            content: "c",
            number: 1,
            push: 1,
            fields: vec![
                json!({"name": "order_day", "type": "DATE"}),
                json!({"name": OWNER, "type": "STRING"}),
            ],
        };
        assert_eq!(
            statement(&target, Part::parse("2024-07").unwrap(), "s"),
            "MERGE `p.d.orders` T USING `p.d.s` S ON FALSE\n\
             WHEN NOT MATCHED BY SOURCE AND T.order_day BETWEEN DATE '2024-07-01' AND DATE '2024-07-31' \
             AND T.jangbu_ledger = 'me' THEN DELETE\n\
             WHEN NOT MATCHED BY TARGET THEN INSERT (`order_day`, `jangbu_ledger`) VALUES (S.`order_day`, \
             S.`jangbu_ledger`)"
        );
        let id = |target: &Target<'_>| target.job_id("merge", Part::parse("none").unwrap(), &[]);
        assert!(id(&target).starts_with("jangbu_merge_orders_NULL_"));
        let again = Target { fields: Vec::new(), ..target };
        let other = Target { number: 2, fields: Vec::new(), ..again };
        assert_ne!(id(&again), id(&other));
    }
}
