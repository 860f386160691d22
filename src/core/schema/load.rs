//! Reads and checks `schemas/*.toml`.

use super::Schema;

/// What a user's configuration adds.
#[derive(Clone, Debug, Default)]
pub struct Additions {
    /// (column name, header) pairs.
    pub aliases: Vec<(String, String)>,
    /// (label, code) pairs.
    pub statuses: Vec<(String, String)>,
    /// Headers that hold a row's extraction time.
    pub extracted_at: Vec<String>,
}

/// Why a schema cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    #[error("schemas/{file}: {problem}")]
    Embedded { file: &'static str, problem: String },
    #[error("jangbu.toml: {problem}")]
    Configured { problem: String },
}

impl Schema {
    /// The embedded schema with a user's additions.
    pub fn load(additions: &Additions) -> Result<Self, SchemaError> {
        let _ = additions;
        Err(SchemaError::Embedded { file: "items.toml", problem: "not written yet".into() })
    }
}
