//! BigQuery: the ledger's tables brought there, and the rows of API pipelines fetched from there.
//!
//! The ledger is the truth and BigQuery its projection. `docs/BIGQUERY.md` says what users may rely on. Nothing async
//! leaves this module: [`connect`] holds the runtime and every function here returns when its work is done.

mod audit;
mod auth;
mod connect;
mod doctor;
mod encode;
mod endpoint;
mod error;
mod expiry;
mod jobs;
mod loads;
mod merge;
mod names;
mod plan;
pub mod pull;
mod push;
mod replace;
mod retry;
mod tables;
mod upload;
mod verify;
mod views;

use serde::{Deserialize, Serialize};

pub use auth::Origin;
pub use connect::{Access, Connection};
pub use doctor::{Check, Verdict, doctor};
pub use endpoint::Endpoint;
pub use error::BigQueryError;
pub use names::{DatasetName, Part, TableName};
pub use plan::{MonthPlan, Plan, PushRequest, TablePlan, Views, Why};
pub use push::{PushReport, plan, push};

/// How a changed month gets into a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// The month's partition is replaced whole. The table must be the ledger's alone.
    #[default]
    Replace,
    /// The ledger's rows of the month are replaced, those of others stay.
    Merge,
}

impl Mode {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::Merge => "merge",
        }
    }
}

/// Ends the process at the n-th step of a kind, or of any kind, if a test asked for it (`JANGBU_KILL_STEP=job_done:2`);
/// nothing in a release build.
fn step(name: &str) {
    use std::sync::atomic::{AtomicU64, Ordering};
    static PASSED: AtomicU64 = AtomicU64::new(0);
    if !cfg!(debug_assertions) {
        return;
    }
    let Ok(asked) = std::env::var("JANGBU_KILL_STEP") else { return };
    let Some((kind, n)) = asked.split_once(':') else { return };
    if (kind == name || kind == "any")
        && PASSED.fetch_add(1, Ordering::Relaxed) + 1 == n.parse::<u64>().unwrap_or_default()
    {
        std::process::abort();
    }
}
