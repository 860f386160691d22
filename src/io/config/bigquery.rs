//! `[bigquery]` and `[[pull]]`: where the tables go, and what rows elsewhere look like.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::{Problem, is_mall_id};

/// Where tables are pushed to. Names are checked where they are used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BigQuery {
    /// `PROJECT.DATASET`.
    pub dataset: Option<String>,
    pub endpoint: Option<String>,
    /// A service account's key file; relative to the configuration file.
    pub credentials: Option<PathBuf>,
    pub mode: Option<PushMode>,
    /// Price of a TiB that a query reads, in hundredths of a dollar.
    pub cents_per_tib: u64,
    /// How long one request may take.
    pub timeout_seconds: u64,
}

/// How months get into tables; see the push itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PushMode {
    Replace,
    Merge,
}

/// A table of API rows under names of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pull {
    /// `PROJECT.DATASET.TABLE`.
    pub table: String,
    /// Column that holds the extraction time.
    pub extracted_at: Option<String>,
    /// Column that holds the order as JSON.
    pub json: Option<String>,
    /// Mall of the rows that name none.
    pub mall: Option<String>,
    /// (column of ours or field of the API, their column).
    pub columns: Vec<(String, String)>,
}

/// What Google asks for a TiB in most regions, in hundredths of a dollar.
const CENTS_PER_TIB: u64 = 625;
const TIMEOUT_SECONDS: u64 = 120;

impl Default for BigQuery {
    fn default() -> Self {
        Self {
            dataset: None,
            endpoint: None,
            credentials: None,
            mode: None,
            cents_per_tib: CENTS_PER_TIB,
            timeout_seconds: TIMEOUT_SECONDS,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawBigQuery {
    dataset: Option<String>,
    endpoint: Option<String>,
    credentials: Option<PathBuf>,
    mode: Option<PushMode>,
    price_per_tib: Option<String>,
    timeout_seconds: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPull {
    table: String,
    extracted_at: Option<String>,
    json: Option<String>,
    mall: Option<String>,
    #[serde(default)]
    columns: BTreeMap<String, String>,
}

impl RawBigQuery {
    pub(super) fn check(self) -> Result<BigQuery, Problem> {
        let cents_per_tib = match self.price_per_tib {
            None => CENTS_PER_TIB,
            Some(text) => cents(&text).ok_or_else(|| {
                Problem::new(format!("`price_per_tib`: `{text}` is no price"))
                    .hint("write dollars as \"6.25\"")
            })?,
        };
        let timeout_seconds = self.timeout_seconds.unwrap_or(TIMEOUT_SECONDS);
        if timeout_seconds == 0 {
            return Err(Problem::new("`timeout_seconds` is 0").hint("write how long one request may take"));
        }
        Ok(BigQuery {
            dataset: self.dataset,
            endpoint: self.endpoint,
            credentials: self.credentials,
            mode: self.mode,
            cents_per_tib,
            timeout_seconds,
        })
    }
}

impl RawPull {
    pub(super) fn check(self) -> Result<Pull, Problem> {
        if let Some(mall) = self.mall.as_ref().filter(|mall| !is_mall_id(mall)) {
            return Err(Problem::new(format!("`pull` of {}: `{mall}` is no mall id", self.table)));
        }
        Ok(Pull {
            table: self.table,
            extracted_at: self.extracted_at,
            json: self.json,
            mall: self.mall,
            columns: self.columns.into_iter().collect(),
        })
    }
}

/// `6.25` as hundredths.
fn cents(text: &str) -> Option<u64> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    if fraction.len() > 2 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let whole: u64 = whole.parse().ok().filter(|n| *n < 1_000_000)?;
    Some(whole * 100 + format!("{fraction:0<2}").parse::<u64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_exact() {
        for (text, expected) in [
            ("6.25", Some(625)),
            ("5", Some(500)),
            ("0.5", Some(50)),
            ("6.255", None),
            ("-1", None),
            ("", None),
        ] {
            assert_eq!(cents(text), expected, "{text}");
        }
    }
}
