//! `jangbu.toml`: what a user knows about the stores that the files do not tell.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::core::nearest::nearest;
use crate::core::schema::{Additions, Privacy};

pub mod bigquery;
mod glob;
pub mod plan;

/// A configuration, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Where `ingest` looks if it is given no path; relative to the configuration file.
    pub inbox: Option<PathBuf>,
    pub malls: Vec<Mall>,
    /// (column, header) pairs.
    pub aliases: Vec<(String, String)>,
    /// (label, code) pairs.
    pub statuses: Vec<(String, String)>,
    /// Headers that hold a row's extraction time.
    pub extracted_at: Vec<String>,
    /// What is done with each class of personal data, where it is not the default.
    pub privacy: BTreeMap<Privacy, Treatment>,
    pub bigquery: bigquery::BigQuery,
    /// Tables that rows are pulled from.
    pub pulls: Vec<bigquery::Pull>,
    pub plan: plan::Plan,
    observed_at: Vec<ObservedAt>,
}

/// A mall, and the folders that hold its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mall {
    pub id: String,
    /// Folder names; always holds the id itself.
    pub folders: Vec<String>,
}

/// What is done with personal data of one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Treatment {
    Keep,
    Hash,
    Drop,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct ObservedAt {
    file: String,
    at: String,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read {}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{}: {problem}", path.display())]
    Invalid { path: PathBuf, problem: String, hint: Option<String> },
}

impl ConfigError {
    /// What to do next.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Io { .. } => Some("give an existing file with --config, or leave the option out"),
            Self::Invalid { hint, .. } => hint.as_deref(),
        }
    }
}

impl Config {
    /// Reads a configuration file.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text =
            fs::read_to_string(path).map_err(|source| ConfigError::Io { path: path.to_owned(), source })?;
        let mut config = Self::parse(&text).map_err(|p| ConfigError::Invalid {
            path: path.to_owned(),
            problem: p.problem,
            hint: p.hint,
        })?;
        if let (Some(inbox), Some(folder)) = (&mut config.inbox, path.parent()) {
            *inbox = folder.join(&*inbox);
        }
        if let (Some(file), Some(folder)) = (&mut config.bigquery.credentials, path.parent()) {
            *file = folder.join(&*file);
        }
        Ok(config)
    }

    /// What it adds to the schema.
    pub fn additions(&self) -> Additions {
        Additions {
            aliases: self.aliases.clone(),
            statuses: self.statuses.clone(),
            extracted_at: self.extracted_at.clone(),
        }
    }

    /// The mall whose folder has this name.
    pub fn mall_of_folder(&self, name: &str) -> Option<&str> {
        self.malls.iter().find(|m| m.folders.iter().any(|f| f == name)).map(|m| m.id.as_str())
    }

    /// The only configured mall.
    pub fn only_mall(&self) -> Option<&str> {
        match self.malls.as_slice() {
            [mall] => Some(&mall.id),
            _ => None,
        }
    }

    /// The moment configured for a file, as written; the first matching pattern counts. A pattern is held against as
    /// many names at the path's end as it has itself.
    pub fn observed_at(&self, path: &str) -> Option<&str> {
        let path = format!("/{}", path.replace('\\', "/"));
        let matching = |pattern: &str| glob::matches(&format!("*/{pattern}"), &path);
        let names_only = |pattern: &str| !pattern.contains('/');
        let name = path.rsplit('/').next().unwrap_or_default();
        self.observed_at
            .iter()
            .find(|o| if names_only(&o.file) { glob::matches(&o.file, name) } else { matching(&o.file) })
            .map(|o| o.at.as_str())
    }

    /// Every configured moment as (pattern, moment as written), for checking.
    pub fn observed_at_rules(&self) -> impl Iterator<Item = (&str, &str)> {
        self.observed_at.iter().map(|o| (o.file.as_str(), o.at.as_str()))
    }

    fn parse(text: &str) -> Result<Self, Problem> {
        let raw: Raw = toml::from_str(text).map_err(|e| Problem::of_toml(&e, text))?;
        raw.check()
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Problem {
    problem: String,
    hint: Option<String>,
}

impl Problem {
    fn new(problem: impl Into<String>) -> Self {
        Self { problem: problem.into(), hint: None }
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Says where, what, and for an unknown key which one may have been meant.
    fn of_toml(error: &toml::de::Error, text: &str) -> Self {
        let line = error.span().map(|s| 1 + text[..s.start.min(text.len())].matches('\n').count());
        let place = line.map_or_else(String::new, |n| format!("line {n}: "));
        let message = error.message().trim();
        let problem = Self::new(format!("{place}{message}"));
        let Some(rest) = message.strip_prefix("unknown field `") else { return problem };
        let (unknown, rest) = rest.split_once('`').unwrap_or((rest, ""));
        let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
        let problem = Self::new(format!("{place}unknown key `{unknown}`"));
        match nearest(unknown, known.iter().copied()) {
            Some(name) => problem.hint(format!("did you mean `{name}`?")),
            None => problem.hint(format!("known keys here: {}", known.join(", "))),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Raw {
    inbox: Option<PathBuf>,
    malls: Vec<String>,
    mall: BTreeMap<String, RawMall>,
    aliases: BTreeMap<String, OneOrMany>,
    status: BTreeMap<String, String>,
    extracted_at: Vec<String>,
    privacy: BTreeMap<String, Treatment>,
    observed_at: Vec<RawObservedAt>,
    bigquery: bigquery::RawBigQuery,
    pull: Vec<bigquery::RawPull>,
    plan: plan::Plan,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawMall {
    folders: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawObservedAt {
    file: String,
    at: When,
}

/// A moment as text or as a TOML date.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum When {
    Text(String),
    Toml(toml::value::Datetime),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

const PRIVACY: [(&str, Privacy); 6] = [
    ("name", Privacy::Name),
    ("address", Privacy::Address),
    ("free_text", Privacy::FreeText),
    ("phone", Privacy::Phone),
    ("email", Privacy::Email),
    ("identity", Privacy::Identity),
];

impl Raw {
    fn check(self) -> Result<Config, Problem> {
        let aliases = self.aliases.into_iter().flat_map(|(column, headers)| {
            let headers = match headers {
                OneOrMany::One(header) => vec![header],
                OneOrMany::Many(headers) => headers,
            };
            headers.into_iter().map(move |h| (column.clone(), h))
        });
        Ok(Config {
            inbox: self.inbox,
            malls: malls(self.malls, self.mall)?,
            aliases: aliases.collect(),
            statuses: self.status.into_iter().collect(),
            extracted_at: self.extracted_at,
            privacy: privacy(self.privacy)?,
            observed_at: self.observed_at.into_iter().map(Into::into).collect(),
            plan: self.plan.check()?,
            bigquery: self.bigquery.check()?,
            pulls: self.pull.into_iter().map(bigquery::RawPull::check).collect::<Result<_, _>>()?,
        })
    }
}

impl From<RawObservedAt> for ObservedAt {
    fn from(raw: RawObservedAt) -> Self {
        let at = match raw.at {
            When::Text(text) => text,
            When::Toml(time) => time.to_string(),
        };
        Self { file: raw.file, at }
    }
}

fn malls(listed: Vec<String>, described: BTreeMap<String, RawMall>) -> Result<Vec<Mall>, Problem> {
    let mut malls: Vec<Mall> = Vec::new();
    let listed = listed.into_iter().map(|id| (id, RawMall::default()));
    for (id, raw) in listed.chain(described) {
        if !is_mall_id(&id) {
            let problem = Problem::new(format!("`{id}` is no mall id"));
            return Err(problem.hint("a mall id is the first part of the shop's address: ID.cafe24.com"));
        }
        let known = malls.iter().position(|m| m.id == id);
        let at = known.unwrap_or_else(|| {
            malls.push(Mall { folders: vec![id.clone()], id });
            malls.len() - 1
        });
        malls[at].folders.extend(raw.folders);
    }
    for (i, mall) in malls.iter().enumerate() {
        for folder in &mall.folders {
            if let Some(other) = malls[i + 1..].iter().find(|m| m.folders.contains(folder)) {
                let problem =
                    format!("the folder `{folder}` belongs to both `{}` and `{}`", mall.id, other.id);
                return Err(Problem::new(problem));
            }
        }
    }
    Ok(malls)
}

/// Whether a text can be the id of a mall.
pub fn is_mall_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

fn privacy(raw: BTreeMap<String, Treatment>) -> Result<BTreeMap<Privacy, Treatment>, Problem> {
    let names = || PRIVACY.iter().map(|(name, _)| *name);
    raw.into_iter()
        .map(|(name, treatment)| match PRIVACY.iter().find(|(n, _)| *n == name) {
            Some((_, class)) => Ok((*class, treatment)),
            None => Err(Problem::new(format!("`privacy` has no class `{name}`")).hint(
                match nearest(&name, names()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the classes are {}", names().collect::<Vec<_>>().join(", ")),
                },
            )),
        })
        .collect()
}

#[cfg(test)]
mod tests;
