//! What can go wrong with a ledger, in words that name the next step.

use std::io;
use std::path::{Path, PathBuf};

use arrow::error::ArrowError;
use parquet::errors::ParquetError;

use super::folder::FORMAT;

/// Why the ledger could not be read or written. Nothing is half done when one is returned.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error("cannot {action} {}: {source}", path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },
    #[error("there is no ledger in {}", .0.display())]
    Missing(PathBuf),
    #[error("the ledger {} is in use by {holder}", path.display())]
    Locked { path: PathBuf, holder: String },
    #[error("the ledger {} was written again and again while it was read", .0.display())]
    Restless(PathBuf),
    #[error("the ledger {} has format {found}, this program knows formats up to {}.{}", path.display(), FORMAT.0, FORMAT.1)]
    TooNew { path: PathBuf, found: String },
    #[error("{} is damaged: {problem}", path.display())]
    Damaged { path: PathBuf, problem: String },
    #[error("the ledger's catalogue cannot be used: {0}")]
    Catalogue(#[from] rusqlite::Error),
    #[error("cannot read {}: {source}", path.display())]
    Parquet { path: PathBuf, source: ParquetError },
    #[error("cannot build a table: {0}")]
    Arrow(#[from] ArrowError),
    #[error("cannot write a table: {0}")]
    Encode(#[from] ParquetError),
    #[error("no run is called {asked}; {known}")]
    UnknownRun { asked: String, known: String },
    #[error("no request is called {0}")]
    UnknownRequest(String),
    #[error("{} is {problem}, though the ledger holds hashes made with it", path.display())]
    Key { path: PathBuf, problem: &'static str },
    #[error("the system gave no random bytes for the key: {0}")]
    Random(getrandom::Error),
}

impl LedgerError {
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }

    pub(super) fn damaged(path: impl Into<PathBuf>, problem: impl Into<String>) -> Self {
        Self::Damaged { path: path.into(), problem: problem.into() }
    }

    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } | Self::Random(_) => "store.io",
            Self::Missing(_) => "store.missing",
            Self::Locked { .. } | Self::Restless(_) => "store.locked",
            Self::TooNew { .. } => "store.newer",
            Self::Catalogue(e) if busy(e) => "store.locked",
            Self::Damaged { .. } | Self::Catalogue(_) | Self::Parquet { .. } => "store.damaged",
            Self::Arrow(_) | Self::Encode(_) => "store.internal",
            Self::UnknownRun { .. } => "store.unknown_run",
            Self::UnknownRequest(_) => "store.unknown_request",
            Self::Key { .. } => "store.key",
        }
    }

    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    Some("free some space and run again; the ledger is as it was before")
                }
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    Some("allow writing there, or name another folder with --ledger")
                }
                _ => Some("the ledger is as it was before; run again when the cause is gone"),
            },
            Self::Missing(_) => Some("run `jangbu ingest` first, or name the ledger's folder with --ledger"),
            Self::Locked { .. } => Some("wait until it has ended and run again"),
            Self::Restless(_) => Some("wait until the other program has ended and run again"),
            Self::Catalogue(e) if busy(e) => Some("wait until the other program has ended and run again"),
            Self::TooNew { .. } => Some("install a newer jangbu"),
            Self::Damaged { .. } | Self::Catalogue(_) | Self::Parquet { .. } => {
                Some("restore the ledger's folder from a backup, or ingest the source files into a new one")
            }
            Self::UnknownRequest(_) => Some("`jangbu plan` lists the requests that were made"),
            Self::UnknownRun { .. } => Some("`jangbu files` shows the run of each file"),
            Self::Key { .. } => Some("restore person.key from a backup: a new one would make other hashes"),
            Self::Arrow(_) | Self::Encode(_) | Self::Random(_) => None,
        }
    }

    /// A file that the catalogue named is gone: a writer has replaced it since.
    pub(super) fn is_vanished(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

fn busy(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
    matches!(error.sqlite_error_code(), Some(DatabaseBusy | DatabaseLocked))
}
