//! Why a file could not be read. Messages never hold a cell's content.

use std::io;

/// A file that failed as a whole. Rows that fail go to the quarantine instead.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("is locked by a password")]
    PasswordNeeded,
    #[error("does not open with the given password, or is damaged")]
    PasswordWrong,
    #[error("ends too early: {0}")]
    Incomplete(String),
    #[error("changes its encoding at row {row}: {before} before, something else from there on")]
    MixedEncoding { row: u64, before: &'static str },
    #[error("is larger than the safety limit: {what} over {limit}")]
    TooLarge { what: &'static str, limit: u64 },
    #[error("is damaged: {0}")]
    Damaged(String),
    #[error("is of a kind that is not read: {0}")]
    Unsupported(String),
    #[error("changed while it was being read")]
    Changed,
}

impl ReadError {
    /// A stable word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "file.io",
            Self::PasswordNeeded => "file.password",
            Self::PasswordWrong => "file.password_wrong",
            Self::Incomplete(_) => "file.incomplete",
            Self::MixedEncoding { .. } => "text.mixed_encoding",
            Self::TooLarge { .. } => "file.too_large",
            Self::Damaged(_) => "file.damaged",
            Self::Unsupported(_) => "file.unsupported",
            Self::Changed => "file.changed",
        }
    }

    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Io(_) => "check that the file exists, is readable and is not open in another program",
            Self::PasswordNeeded => "give the password with --password-file FILE or JANGBU_PASSWORD",
            Self::PasswordWrong => "check the password; if it is right, download the file again",
            Self::Incomplete(_) => "was it still being copied? run again when it is whole",
            Self::MixedEncoding { .. } => {
                "two exports were pasted together: split the file there, or download it again"
            }
            Self::TooLarge { .. } => "split the file, or download a shorter range",
            Self::Damaged(_) => "open it in the program it came from and save it again",
            Self::Unsupported(_) => "unpack it, or save it as CSV or XLSX",
            Self::Changed => "run again when nothing writes to it",
        }
    }
}
