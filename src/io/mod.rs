//! Everything that touches the world: files, archives, the ledger. It knows the pure middle; the middle does not know it.

#[cfg(feature = "bigquery")]
pub mod bigquery;
pub mod changes;
pub mod config;
pub mod coverage;
pub mod explain;
pub mod export;
pub mod ingest;
pub mod inspect;
pub mod ledger;
pub mod plan;
#[cfg(feature = "query")]
pub mod query;
pub mod read;
pub mod reconcile;
pub mod report;
pub mod summary;
pub mod watch;
