//! The shape of `schemas/*.toml`, as written. What the words mean together is checked by the loader.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Kind, Privacy, Repetition, StatusClass, Transform};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnsFile {
    pub column: Vec<ColumnEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each a line of its own in the file")]
pub(super) struct ColumnEntry {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: Kind,
    pub description: String,
    pub description_ko: String,
    pub from: Option<String>,
    #[serde(default)]
    pub headers: Vec<String>,
    #[serde(default)]
    pub also: Vec<String>,
    #[serde(default)]
    pub api: Vec<String>,
    #[serde(default = "every_row")]
    pub repetition: Repetition,
    #[serde(default)]
    pub frozen: bool,
    #[serde(default = "public")]
    pub privacy: Privacy,
    #[serde(default = "plain")]
    pub transform: Transform,
    #[serde(default)]
    pub strict: bool,
    #[serde(default)]
    pub clearable: bool,
    #[serde(default = "yes")]
    pub tracked: bool,
    #[serde(default)]
    pub values: BTreeMap<String, String>,
}

fn every_row() -> Repetition {
    Repetition::EveryRow
}

fn public() -> Privacy {
    Privacy::Public
}

fn plain() -> Transform {
    Transform::Plain
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StatusesFile {
    pub status_codes: BTreeMap<String, StatusClass>,
    pub group: Vec<GroupEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupEntry {
    pub prefix: char,
    #[serde(rename = "name")]
    pub _name: String,
    pub class: StatusClass,
    #[serde(default)]
    pub exceptions: BTreeMap<String, StatusClass>,
    /// (code, label) pairs.
    pub labels: Vec<(String, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeadersFile {
    pub extracted_at: Vec<String>,
    pub ignored: Vec<String>,
    pub total_words: Vec<String>,
    pub goods: Vec<String>,
}
