//! `schemas/form.toml`: the columns that a download form should have.

use serde::Deserialize;

use super::Kind;
use crate::core::schema::Schema;

const FILE: &str = include_str!("../../../schemas/form.toml");

/// How much a column is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    Must,
    Good,
}

impl Need {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Good => "good",
        }
    }
}

/// A column of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormColumn {
    pub column: String,
    /// What it is called in the form.
    pub header: String,
    pub need: Need,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    column: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    column: String,
    need: Need,
    #[serde(rename = "for")]
    kinds: Vec<Kind>,
}

/// The columns for a kind of request, the most needed first.
pub fn form(schema: &Schema, kind: Kind) -> Result<Vec<FormColumn>, toml::de::Error> {
    let file: File = toml::from_str(FILE)?;
    let header = |name: &str| schema.column(schema.find(name)?).headers.first().cloned();
    let wanted = file.column.into_iter().filter(|entry| entry.kinds.contains(&kind));
    let named = wanted.filter_map(|entry| {
        Some(FormColumn { header: header(&entry.column)?, column: entry.column, need: entry.need })
    });
    Ok(named.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::schema::{Additions, Privacy};

    #[test]
    fn forms_begin_with_the_item_code_and_ask_for_nothing_personal() {
        let schema = Schema::load(&Additions::default()).unwrap();
        for kind in [Kind::Missing, Kind::Drift] {
            let form = form(&schema, kind).unwrap();
            assert_eq!((form[0].header.as_str(), form[0].need), ("품목별 주문번호", Need::Must));
            let musts = form.iter().take_while(|c| c.need == Need::Must).count();
            assert!(form[musts..].iter().all(|c| c.need == Need::Good), "what is needed comes first");
            for column in &form {
                let about = schema.column(schema.find(&column.column).unwrap());
                assert_eq!(about.privacy, Privacy::Public, "{}", column.column);
                assert!(!column.header.contains('*'), "{}", column.header);
            }
        }
        let written: File = toml::from_str(FILE).unwrap();
        let known =
            |e: &Entry| schema.find(&e.column).is_some_and(|at| !schema.column(at).headers.is_empty());
        assert!(written.column.iter().all(|e| known(e) && !e.kinds.is_empty()));
    }
}
