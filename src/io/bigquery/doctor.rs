//! What stands between a ledger and a push, checked one by one, each with its remedy.
//!
//! Each question is asked once: a doctor that waits and tries again would hide what it is asked to find. So the plain
//! look-ups go through `gcp-bigquery-client` itself. Whether tables may be made is tried on an empty one that is deleted
//! again, for nothing else tells.

use std::time::Duration;

use gcp_bigquery_client::Client;
use gcp_bigquery_client::error::BQError;
use gcp_bigquery_client::model::query_request::QueryRequest;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde::Serialize;
use serde_json::{Value, json};

use super::connect::{Access, Body, Connection, Request};
use super::names::{DatasetName, short_hash};
use super::tables::{Dataset, PUSHED, RemoteTable, reference};
use super::{BigQueryError, retry};
use crate::core::types::Instant;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Well,
    /// It works, but not for everything.
    Limited,
    Failed,
    /// An earlier failure stands before it.
    Skipped,
}

/// One check.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    pub name: &'static str,
    pub verdict: Verdict,
    pub found: String,
    pub remedy: Option<String>,
}

impl Check {
    pub fn well(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Well, found: found.into(), remedy: None }
    }

    pub fn failed(name: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Failed, found: found.into(), remedy: Some(remedy.into()) }
    }

    fn limited(name: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { verdict: Verdict::Limited, ..Self::failed(name, found, remedy) }
    }

    pub fn skipped(name: &'static str) -> Self {
        Self { name, verdict: Verdict::Skipped, found: "not looked at".into(), remedy: None }
    }

    fn of_error(name: &'static str, error: &BigQueryError) -> Self {
        let remedy = error.hint().unwrap_or_else(|| "run again with -v".into());
        Self::failed(name, error.to_string(), remedy)
    }
}

/// Further off than this, Google refuses the tokens that a key signs.
const CLOCK_LIMIT: i64 = 300;
const ONLINE: [&str; 7] = ["credentials", "clock", "dataset", "location", "permissions", "billing", "expiry"];

/// Checks everything that needs the service.
pub fn doctor(access: &Access, dataset: &DatasetName, now: Instant) -> Vec<Check> {
    let mut checks = Vec::new();
    let connection = match Connection::open(access).and_then(|c| c.authenticate().map(|()| c)) {
        Ok(connection) => connection,
        Err(error) => {
            checks.push(Check::of_error("credentials", &error));
            return skip_the_rest(checks);
        }
    };
    checks.push(Check::well(
        "credentials",
        match &access.credentials {
            Some(origin) => origin.to_string(),
            None => format!("none needed for {}", access.endpoint),
        },
    ));
    let patient = Patient { connection: &connection, dataset, now };
    checks.push(patient.clock());
    match patient.look_at_dataset() {
        Ok(found) => {
            checks.push(Check::well("dataset", dataset.to_string()));
            checks.push(Check::well("location", found.location.clone()));
            patient.rights(&found, &mut checks);
        }
        Err(error) => checks.push(Check::of_error("dataset", &error)),
    }
    skip_the_rest(checks)
}

fn skip_the_rest(mut checks: Vec<Check>) -> Vec<Check> {
    for name in ONLINE {
        if !checks.iter().any(|c| c.name == name) {
            checks.push(Check::skipped(name));
        }
    }
    checks
}

struct Patient<'a> {
    connection: &'a Connection,
    dataset: &'a DatasetName,
    now: Instant,
}

impl Patient<'_> {
    /// Holds our clock against the one in an answer, whatever the answer says.
    fn clock(&self) -> Check {
        let url = self.connection.url(&self.dataset.path());
        let request = Request { method: Method::GET, url, body: Body::Nothing, headers: &[], what: "clock" };
        let Some(theirs) = self.connection.headers_of(&request).as_ref().and_then(date) else {
            return Check::limited(
                "clock",
                "the service did not tell the time",
                "check the network, then run again",
            );
        };
        let off = (self.now.0 - theirs).abs();
        if off > CLOCK_LIMIT {
            let found = format!("this machine's clock is {off} seconds off");
            return Check::failed("clock", found, "set the clock, for example with timedatectl set-ntp true");
        }
        Check::well("clock", if off < 10 { "right".into() } else { format!("{off} seconds off") })
    }

    fn look_at_dataset(&self) -> Result<Dataset, BigQueryError> {
        let (client, what) = (self.connection.client()?, format!("dataset {}", self.dataset));
        let get = client.dataset();
        let get = get.get(&self.dataset.project, &self.dataset.dataset);
        self.connection.wait(get).map_err(|e| of_client(&what, e))?;
        // The client's model has no place for the expiries.
        Dataset::get(self.connection, self.dataset)
    }

    fn rights(&self, found: &Dataset, checks: &mut Vec<Check>) {
        let client = match self.connection.client() {
            Ok(client) => client,
            Err(error) => return checks.push(Check::of_error("permissions", &error)),
        };
        let scratch = format!("jangbu_doctor_{}", short_hash(&[&self.now.0.to_string()]));
        let made = self.scratch(&client, found, &scratch);
        match made {
            Ok(table) => {
                checks.push(Check::well("permissions", "may run jobs, make, read, change and delete tables"));
                checks.push(self.billing(&client, found, &scratch));
                checks.push(self.expiry(found, &table).unwrap_or_else(|e| Check::of_error("expiry", &e)));
                let path = self.dataset.table_path(&scratch);
                if let Err(error) =
                    self.connection.delete(&format!("table {}.{scratch}", self.dataset), &path)
                {
                    checks.retain(|c| c.name != "permissions");
                    checks.push(Check::of_error("permissions", &error));
                }
            }
            Err(error) => checks.push(Check::of_error("permissions", &error)),
        }
    }

    /// Asks for what a push does: a job, an empty table of an hour, rights on tables that are there.
    fn scratch(&self, client: &Client, found: &Dataset, name: &str) -> Result<RemoteTable, BigQueryError> {
        self.rehearse(client, found, "SELECT 1")?;
        for table in PUSHED {
            if RemoteTable::get(self.connection, self.dataset, table.name())?.is_some() {
                self.test_rights(table.name())?;
            }
        }
        let document = json!({
            "tableReference": reference(self.dataset, name),
            "description": "jangbu doctor tries whether tables may be made; it goes by itself",
            "schema": {"fields": [{"name": "order_day", "type": "DATE"}]},
            "timePartitioning": {"type": "MONTH", "field": "order_day"},
            "expirationTime": ((self.now.0.unsigned_abs() + 3600) * 1000).to_string(),
        });
        RemoteTable::create(self.connection, self.dataset, name, &document)
    }

    fn test_rights(&self, table: &str) -> Result<(), BigQueryError> {
        const WANTED: [&str; 4] = [
            "bigquery.tables.get",
            "bigquery.tables.getData",
            "bigquery.tables.update",
            "bigquery.tables.updateData",
        ];
        let what = format!("rights on {}.{table}", self.dataset);
        let path = format!("{}:testIamPermissions", self.dataset.table_path(table));
        let answer = self.connection.post(&what, &path, &json!({"permissions": WANTED}))?;
        let held: Vec<&str> =
            answer["permissions"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        match WANTED.iter().find(|wanted| !held.contains(wanted)) {
            None => Ok(()),
            Some(missing) => Err(BigQueryError::Refused {
                what,
                status: 403,
                reason: "accessDenied".into(),
                message: format!("{missing} is missing"),
            }),
        }
    }

    /// A statement that would run, without running it.
    fn rehearse(&self, client: &Client, found: &Dataset, sql: &str) -> Result<(), BigQueryError> {
        let mut query = QueryRequest::new(sql);
        query.use_legacy_sql = false;
        query.dry_run = Some(true);
        query.location = Some(found.location.clone());
        let job = client.job();
        self.connection
            .wait(job.query(&self.dataset.project, query))
            .map(drop)
            .map_err(|e| of_client("a query", e))
    }

    /// Without billing, statements that change rows are refused; loads are not.
    fn billing(&self, client: &Client, found: &Dataset, scratch: &str) -> Check {
        let sql = format!("DELETE FROM {} WHERE FALSE", self.dataset.sql(scratch));
        match self.rehearse(client, found, &sql) {
            Ok(()) => Check::well("billing", "statements that change rows are allowed: both modes work"),
            Err(error)
                if error.code() == "bigquery.billing"
                    || error.to_string().to_lowercase().contains("billing") =>
            {
                Check::limited(
                    "billing",
                    "the project has no billing: --mode merge is not possible, and tables go after 60 days",
                    "use --mode replace, or enable billing for the project",
                )
            }
            Err(error) => Check::of_error("billing", &error),
        }
    }

    /// Tables that are there have an expiry of their own; those to be made take the dataset's.
    fn expiry(&self, found: &Dataset, scratch: &RemoteTable) -> Result<Check, BigQueryError> {
        let days = |ms: u64| Duration::from_millis(ms).as_secs() / 86_400;
        let name = format!("{}:{}", self.dataset.project, self.dataset.dataset);
        let mut all_there = true;
        for table in PUSHED {
            let there = RemoteTable::get(self.connection, self.dataset, table.name())?;
            all_there &= there.is_some();
            if let Some(ms) = there.and_then(|there| there.partition_expiry()) {
                return Ok(Check::failed(
                    "expiry",
                    format!(
                        "partitions of {}.{table} are dropped when they are {} days old",
                        self.dataset,
                        days(ms)
                    ),
                    format!("bq update --time_partitioning_expiration 0 {name}.{table}"),
                ));
            }
        }
        if all_there {
            return Ok(Check::well("expiry", "nothing is dropped by age"));
        }
        let partitions = found.partition_expiry.or(scratch.partition_expiry()).filter(|ms| *ms > 0);
        Ok(match (partitions, found.table_expiry.filter(|ms| *ms > 0)) {
            (Some(ms), _) => Check::failed(
                "expiry",
                format!("partitions of new tables are dropped when they are {} days old", days(ms)),
                format!(
                    "bq update --default_partition_expiration 0 {name} (a project without billing cannot)"
                ),
            ),
            (None, Some(ms)) => Check::limited(
                "expiry",
                format!("new tables are deleted after {} days", days(ms)),
                format!("bq update --default_table_expiration 0 {name}"),
            ),
            (None, None) => Check::well("expiry", "nothing is dropped by age"),
        })
    }
}

/// An error of the client crate in our words.
fn of_client(what: &str, error: BQError) -> BigQueryError {
    match error {
        BQError::ResponseError { error } => {
            let reason = error.error.errors.iter().find_map(|e| e.get("reason")).cloned().unwrap_or_default();
            BigQueryError::Refused {
                what: what.to_owned(),
                status: u16::try_from(error.error.code).unwrap_or_default(),
                reason,
                message: error.error.message,
            }
        }
        BQError::RequestError(error) => BigQueryError::Unreachable {
            what: what.to_owned(),
            tries: 1,
            seconds: 0,
            problem: error.without_url().to_string(),
        },
        BQError::YupAuthError(_) | BQError::AuthError(_) | BQError::NoToken => {
            BigQueryError::Credentials("no token was given".into())
        }
        other => BigQueryError::answer(what, other),
    }
}

/// The moment an answer was given, in seconds since 1970.
fn date(headers: &HeaderMap) -> Option<i64> {
    retry::moment(headers.get("date")?.to_str().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_of_an_answer_is_read() {
        let mut headers = HeaderMap::new();
        headers.insert("date", "Wed, 25 Nov 2026 15:10:16 GMT".parse().unwrap());
        assert_eq!(date(&headers), Some(1_795_619_416));
    }
}
