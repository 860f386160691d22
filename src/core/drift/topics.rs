//! `schemas/changes.toml`: which columns tell of one thing.

use serde::Deserialize;

const TOPICS: &str = include_str!("../../../schemas/changes.toml");

/// Which way a gain counts for the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amount {
    More,
    Less,
}

/// Columns whose changes mean one thing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    pub name: String,
    pub columns: Vec<String>,
    pub amount: Option<Amount>,
    #[serde(default)]
    pub first_word: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    topic: Vec<Topic>,
}

/// The topics, in the order in which they are told.
pub fn topics() -> Result<Vec<Topic>, toml::de::Error> {
    Ok(toml::from_str::<File>(TOPICS)?.topic)
}
