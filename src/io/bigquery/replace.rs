//! A month replaced whole: a load job of Parquet into the month's partition. One step for the service, and no query.

use serde_json::json;

use super::BigQueryError;
use super::encode::Encoded;
use super::jobs::{Done, Jobs};
use super::names::{Part, short_hash};
use super::push::Target;
use super::tables::reference;
use super::upload::Upload;

pub(super) fn replace(
    jobs: &Jobs<'_>,
    target: &Target<'_>,
    part: Part,
    file: &Encoded,
    sent: &dyn Fn(u64),
) -> Result<Done, BigQueryError> {
    let what = target.what(part);
    let name = format!("{}${}", target.table.name(), part.decorator());
    let upload = Upload {
        file: &file.file,
        len: file.len,
        load: load_of(target, &reference(jobs.dataset, &name)),
        what: &what,
        sent,
    };
    let id = target.job_id("replace", part, &[]);
    jobs.run(&id, &what, &upload)
}

/// The `load` part of a job for a file of one of our tables.
pub(super) fn load_of(target: &Target<'_>, destination: &serde_json::Value) -> serde_json::Value {
    json!({
        "sourceFormat": "PARQUET",
        "writeDisposition": "WRITE_TRUNCATE",
        "createDisposition": "CREATE_NEVER",
        "destinationTable": destination,
        "schema": {"fields": target.fields()},
        "parquetOptions": {"enableListInference": true},
        "decimalTargetTypes": ["NUMERIC", "BIGNUMERIC"],
        "columnNameCharacterMap": "STRICT",
    })
}

impl Target<'_> {
    /// `PROJECT.DATASET.orders 2024-07`.
    pub(super) fn what(&self, part: Part) -> String {
        format!("{}.{} {part}", self.dataset, self.table)
    }

    /// A name that follows from what is sent where, and from nothing else: the same push, taken up again, finds its jobs.
    pub(super) fn job_id(&self, kind: &str, part: Part, more: &[&str]) -> String {
        let (created, number, push) =
            (self.created.to_string(), self.number.to_string(), self.push.to_string());
        let (dataset, month) = (self.dataset.to_string(), part.to_string());
        let mut parts = vec![
            dataset.as_str(),
            self.table.name(),
            &created,
            kind,
            &month,
            self.ledger,
            self.content,
            &number,
            &push,
        ];
        parts.extend(more);
        format!("jangbu_{kind}_{}_{}_{}", self.table, part.decorator().trim_matches('_'), short_hash(&parts))
    }
}
