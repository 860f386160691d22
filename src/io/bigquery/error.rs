//! What can go wrong between a ledger and BigQuery, in words that name the next step.

use std::path::PathBuf;

use super::names::Part;
use crate::core::tables::Table;
use crate::io::ledger::LedgerError;

/// Why a command could not do its work in BigQuery.
#[derive(Debug, thiserror::Error)]
pub enum BigQueryError {
    /// The service answered, and not with what was asked for.
    #[error("{what}: {message} (HTTP {status}, {reason})")]
    Refused { what: String, status: u16, reason: String, message: String },
    /// No answer came, though it was asked for again and again.
    #[error("{what}: no answer after {tries} tries over {seconds} s: {problem}")]
    Unreachable { what: String, tries: u32, seconds: u64, problem: String },
    #[error("{what}: the answer cannot be understood: {problem}")]
    Answer { what: String, problem: String },
    /// A job ran and failed.
    #[error("{what}: {message} ({reason}; job {job})")]
    Job { what: String, job: String, reason: String, message: String },
    #[error("no credentials for Google Cloud: {0}")]
    Credentials(String),
    #[error("the endpoint {endpoint} cannot be used: {problem}")]
    Endpoint { endpoint: String, problem: &'static str },
    #[error("`{0}` names no dataset")]
    Dataset(String),
    #[error("`{0}` names no table")]
    TableName(String),
    #[error("no dataset is named")]
    NoDataset,
    /// A table is not what it must be. The sentence names it.
    #[error("{problem}")]
    Table { code: &'static str, problem: String, hint: String },
    /// Some loads are done, others are not.
    #[error("{source}; this push {progress}")]
    Partly { progress: String, arrived: usize, source: Box<BigQueryError> },
    /// What was asked for may have been done all the same: only the answer is missing.
    #[error(transparent)]
    Uncertain(Box<BigQueryError>),
    /// What arrived is not what was sent. These months must be sent anew, under new names.
    #[error("BigQuery holds something else than was sent: {problem}")]
    Verify { problem: String, months: Vec<(Table, Part)> },
    #[error("cannot {action} {}: {source}", path.display())]
    Io { action: &'static str, path: PathBuf, source: std::io::Error },
    #[error("cannot make a file to send: {0}")]
    Encode(#[from] parquet::errors::ParquetError),
    #[error("cannot make a file to send: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("cannot start: {0}")]
    Start(String),
}

impl BigQueryError {
    /// A stable word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused { status, reason, .. } => code_of(*status, reason),
            Self::Job { reason, .. } => match code_of(0, reason) {
                "bigquery.refused" => "bigquery.job",
                code => code,
            },
            Self::Unreachable { .. } => "bigquery.network",
            Self::Answer { .. } => "bigquery.answer",
            Self::Credentials(_) => "bigquery.credentials",
            Self::Endpoint { .. } | Self::Dataset(_) | Self::TableName(_) | Self::NoDataset => "usage",
            Self::Table { code, .. } => code,
            Self::Partly { source, .. } | Self::Uncertain(source) => source.code(),
            Self::Verify { .. } => "bigquery.verify",
            Self::Io { .. } => "io",
            Self::Encode(_) | Self::Arrow(_) | Self::Start(_) => "bigquery.internal",
            Self::Ledger(error) => error.code(),
        }
    }

    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Refused { .. } | Self::Job { .. } => match self.code() {
                "bigquery.permission" => {
                    "the account needs the roles BigQuery Data Editor on the dataset and BigQuery Job User on the \
                     project; `jangbu doctor` tells which is missing"
                }
                // Google's service knows partitions; a table of such a name is looked for by emulators only.
                "bigquery.not_found" if self.to_string().contains('$') => {
                    "this emulator does not know partitions: use --mode merge"
                }
                "bigquery.not_found" => {
                    "check the name; a dataset must exist: bq mk --dataset PROJECT:DATASET"
                }
                "bigquery.billing" => {
                    "the project has no billing: DML is not allowed there; use --mode replace, or enable billing"
                }
                "bigquery.quota" => {
                    "a daily limit is used up; run the same command again tomorrow: it goes on"
                }
                "bigquery.unauthorized" => "log in again: gcloud auth application-default login",
                "bigquery.overload" => "run the same command again later: it goes on where it stopped",
                _ => return None,
            },
            Self::Unreachable { .. } => {
                "check the network and run the same command again: it goes on where it stopped"
            }
            Self::Answer { .. } => "is there a proxy in between? `-v` tells the endpoint",
            Self::Credentials(_) => {
                "run `gcloud auth application-default login`, or name a service account's key file with \
                 --credentials or GOOGLE_APPLICATION_CREDENTIALS"
            }
            Self::Endpoint { .. } => {
                "leave --endpoint out for Google's own service; for an emulator write http://127.0.0.1:9050"
            }
            Self::Dataset(_) | Self::NoDataset => {
                "write --dataset PROJECT.DATASET, or dataset = \"PROJECT.DATASET\" under [bigquery] in jangbu.toml"
            }
            Self::TableName(_) => "write --table PROJECT.DATASET.TABLE",
            Self::Table { hint, .. } => return Some(hint.clone()),
            Self::Partly { source, .. } => {
                return source
                    .hint()
                    .or_else(|| Some("run the same command again: it goes on where it stopped".into()));
            }
            Self::Uncertain(source) => return source.hint(),
            Self::Verify { .. } => {
                "did someone else write to the table meanwhile? run the same command again: these months are sent anew"
            }
            Self::Ledger(error) => return error.hint().map(str::to_owned),
            _ => return None,
        };
        Some(hint.to_owned())
    }

    /// The HTTP status of a refusal.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            Self::Uncertain(source) => source.status(),
            _ => None,
        }
    }

    /// Why the service refused, in its word.
    pub(super) fn reason(&self) -> Option<&str> {
        match self {
            Self::Refused { reason, .. } | Self::Job { reason, .. } => Some(reason),
            Self::Uncertain(source) => source.reason(),
            _ => None,
        }
    }

    /// How many months had arrived, or may have, when a push ended part way.
    pub fn arrived(&self) -> usize {
        match self {
            Self::Partly { arrived, .. } => *arrived,
            _ => 0,
        }
    }

    /// The same error of something that may have been done all the same.
    pub(super) fn uncertain(self) -> Self {
        match self {
            Self::Uncertain(_) => self,
            other => Self::Uncertain(Box::new(other)),
        }
    }

    /// The same error of something that was asked for: without an answer it may have been done.
    pub(super) fn uncertain_without_answer(self) -> Self {
        match self {
            Self::Unreachable { .. } | Self::Answer { .. } => self.uncertain(),
            other => other,
        }
    }

    /// The same error where nothing hangs on the outcome.
    pub(super) fn certain(self) -> Self {
        match self {
            Self::Uncertain(source) => *source,
            other => other,
        }
    }

    /// The months that did not arrive as they were sent.
    pub(super) fn doubted(&self) -> &[(Table, Part)] {
        match self {
            Self::Verify { months, .. } => months,
            Self::Partly { source, .. } | Self::Uncertain(source) => source.doubted(),
            _ => &[],
        }
    }

    pub(super) fn answer(what: &str, problem: impl std::fmt::Display) -> Self {
        Self::Answer { what: what.to_owned(), problem: problem.to_string() }
    }
}

fn code_of(status: u16, reason: &str) -> &'static str {
    match (status, reason) {
        (_, "accessDenied" | "forbidden" | "insufficientPermissions") => "bigquery.permission",
        (_, "billingNotEnabled" | "billingTierLimitExceeded") => "bigquery.billing",
        (_, "quotaExceeded") => "bigquery.quota",
        (404, _) | (_, "notFound") => "bigquery.not_found",
        (401, _) => "bigquery.unauthorized",
        (429 | 500 | 502 | 503 | 504, _) | (_, "rateLimitExceeded" | "backendError" | "internalError") => {
            "bigquery.overload"
        }
        (403, _) => "bigquery.permission",
        _ => "bigquery.refused",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, reason: &str) -> &'static str {
        let reason = reason.to_owned();
        BigQueryError::Refused { what: "x".into(), status, reason, message: "m".into() }.code()
    }

    #[test]
    fn the_reason_counts_before_the_status() {
        for (status, reason, code) in [
            (403, "accessDenied", "bigquery.permission"),
            (403, "billingNotEnabled", "bigquery.billing"),
            (403, "quotaExceeded", "bigquery.quota"),
            (403, "rateLimitExceeded", "bigquery.overload"),
            (403, "", "bigquery.permission"),
            (404, "notFound", "bigquery.not_found"),
            (401, "authError", "bigquery.unauthorized"),
            (503, "", "bigquery.overload"),
            (400, "invalid", "bigquery.refused"),
        ] {
            assert_eq!(refused(status, reason), code, "{status} {reason}");
        }
    }
}
