//! Jobs and queries. A job has an id that we choose, so that asking for it twice runs it once.

use std::time::Instant;

use gcp_bigquery_client::model::query_request::QueryRequest;
use serde_json::{Value, json};

use super::connect::Connection;
use super::names::DatasetName;
use super::{BigQueryError, retry, step};

/// How often a job that failed for a passing reason is run again, each time under a new id.
const ATTEMPTS: u32 = 3;
/// How often a job is looked for that was accepted but is not found yet: for some two minutes.
const LOOKS: u32 = 30;
/// How many ids one job may have used up, over all pushes that failed at it.
const IDS: u32 = 1000;
/// Rows of one page of a result. Debug builds may be told a smaller one by tests.
fn page() -> i32 {
    let told = std::env::var("JANGBU_TEST_PAGE").ok().filter(|_| cfg!(debug_assertions));
    told.and_then(|n| n.parse().ok()).unwrap_or(20_000)
}

/// Where jobs run: the dataset they work on and its location, which every request about a job must name.
pub(super) struct Jobs<'a> {
    pub(super) connection: &'a Connection,
    pub(super) dataset: &'a DatasetName,
    pub(super) location: &'a str,
}

/// A job that ran to its end without an error.
#[derive(Clone, Debug)]
pub(super) struct Done {
    pub(super) id: String,
    pub(super) statistics: Value,
}

/// How a job is handed over: a statement, or a file that is uploaded.
pub(super) trait Start {
    /// Hands the job over under this id. `Ok(None)`: it is accepted, or there is one with this id already.
    fn start(&self, jobs: &Jobs<'_>, reference: &Value) -> Result<Option<Value>, BigQueryError>;
}

/// A statement as a job.
pub(super) struct Statement<'a> {
    pub(super) sql: &'a str,
    pub(super) what: &'a str,
}

impl Start for Statement<'_> {
    fn start(&self, jobs: &Jobs<'_>, reference: &Value) -> Result<Option<Value>, BigQueryError> {
        let job = json!({
            "jobReference": reference,
            "configuration": {
                "labels": {"tool": "jangbu"},
                "query": {"query": self.sql, "useLegacySql": false, "priority": "INTERACTIVE"},
            },
        });
        let path = format!("projects/{}/jobs", jobs.dataset.project);
        match jobs.connection.post(self.what, &path, &job) {
            Ok(job) => Ok(Some(job)),
            Err(error) if error.status() == Some(409) => Ok(None),
            Err(error) => Err(error.uncertain_without_answer()),
        }
    }
}

impl Jobs<'_> {
    /// Runs a job to its end, or finds that it ran already.
    pub(super) fn run(&self, id: &str, what: &str, job: &dyn Start) -> Result<Done, BigQueryError> {
        let (mut number, mut found) = self.find(id, what)?;
        for attempt in 1.. {
            let name = name_of(id, number);
            let finished = if let Some(found) = found.take() {
                self.finish(&name, what, Some(found)).map_err(BigQueryError::uncertain)?
            } else {
                let started = job.start(self, &self.reference(&name))?;
                step("job_accepted");
                match self.finish(&name, what, started) {
                    // Accepted, and yet unknown for minutes: the same id makes another try harmless.
                    Err(error) if error.status() == Some(404) => {
                        let started = job.start(self, &self.reference(&name))?;
                        self.finish(&name, what, started).map_err(BigQueryError::uncertain)?
                    }
                    other => other.map_err(BigQueryError::uncertain)?,
                }
            };
            step("job_done");
            let Some(error) = finished.pointer("/status/errorResult") else {
                return Ok(Done { id: name, statistics: finished["statistics"].clone() });
            };
            let text = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
            let (reason, message) = (text("reason"), text("message"));
            if attempt == ATTEMPTS || !retry::job_may_pass(&reason) {
                return Err(BigQueryError::Job { what: what.to_owned(), job: name, reason, message });
            }
            self.connection.sleep(self.connection.pace.pause(attempt, retry::chance(), None));
            number += 1;
        }
        Err(BigQueryError::answer(what, "it failed without an end"))
    }

    /// The job that an earlier try left running or done, else the first number that is free. A job that failed keeps its
    /// id for ever, and what was wrong then may have been mended since.
    pub(super) fn find(&self, id: &str, what: &str) -> Result<(u32, Option<Value>), BigQueryError> {
        for number in 1..IDS {
            match self.look(&name_of(id, number), what)? {
                Some(job) if job.pointer("/status/errorResult").is_some() => {}
                found => return Ok((number, found)),
            }
        }
        Err(BigQueryError::answer(what, format!("{id} failed {IDS} times")))
    }

    pub(super) fn reference(&self, id: &str) -> Value {
        json!({"projectId": self.dataset.project, "jobId": id, "location": self.location})
    }

    /// The job of this id, if there is one.
    pub(super) fn look(&self, id: &str, what: &str) -> Result<Option<Value>, BigQueryError> {
        let path = format!("projects/{}/jobs/{id}?location={}", self.dataset.project, self.location);
        match self.connection.get(what, &path) {
            Ok(job) => Ok(Some(job)),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn finish(&self, id: &str, what: &str, mut job: Option<Value>) -> Result<Value, BigQueryError> {
        let begun = Instant::now();
        let mut looks = 0;
        loop {
            match job {
                Some(job) if job.pointer("/status/state").and_then(Value::as_str) == Some("DONE") => {
                    return Ok(job);
                }
                Some(_) => {}
                None if looks < LOOKS => {}
                None => {
                    let (what, reason) = (what.to_owned(), "notFound".to_owned());
                    let message = format!("the job {id} was accepted and is not found");
                    return Err(BigQueryError::Refused { what, status: 404, reason, message });
                }
            }
            if begun.elapsed() > self.connection.pace.job_patience {
                let (what, problem) = (what.to_owned(), format!("the job {id} is still running"));
                return Err(BigQueryError::Unreachable {
                    what,
                    tries: looks,
                    seconds: begun.elapsed().as_secs(),
                    problem,
                });
            }
            self.connection.sleep(retry::Pace::poll(looks));
            looks += 1;
            job = self.look(id, what)?;
        }
    }

    /// How many bytes a statement would read.
    pub(super) fn bytes_of(&self, sql: &str, what: &str) -> Result<u64, BigQueryError> {
        let body = json!({
            "jobReference": {"projectId": self.dataset.project, "location": self.location},
            "configuration": {"dryRun": true, "query": {"query": sql, "useLegacySql": false}},
        });
        let job = self.connection.post(what, &format!("projects/{}/jobs", self.dataset.project), &body)?;
        let bytes = job
            .pointer("/statistics/totalBytesProcessed")
            .or_else(|| job.pointer("/statistics/query/totalBytesProcessed"));
        Ok(bytes.and_then(Value::as_str).and_then(|b| b.parse().ok()).unwrap_or_default())
    }

    /// A small result as a whole; nulls are `None`.
    pub(super) fn rows(&self, sql: &str, what: &str) -> Result<Vec<Vec<Option<String>>>, BigQueryError> {
        let mut all = Vec::new();
        let mut pages = self.pages(sql, what)?;
        while let Some(rows) = pages.next(self)? {
            all.extend(rows.iter().map(cells));
        }
        Ok(all)
    }

    /// Asks a question; its result comes page by page. Times come as whole microseconds.
    pub(super) fn pages(&self, sql: &str, what: &str) -> Result<Pages, BigQueryError> {
        let mut query = QueryRequest::new(sql);
        query.use_legacy_sql = false;
        query.location = Some(self.location.to_owned());
        query.timeout_ms = Some(20_000);
        let page = page();
        query.max_results = Some(page);
        let mut body = serde_json::to_value(&query).map_err(|e| BigQueryError::answer(what, e))?;
        body["formatOptions"] = json!({"useInt64Timestamp": true});
        let mut answer =
            self.connection.post(what, &format!("projects/{}/queries", self.dataset.project), &body)?;
        let job =
            answer.pointer("/jobReference/jobId").and_then(Value::as_str).unwrap_or_default().to_owned();
        let base = format!(
            "projects/{}/queries/{job}?location={}&timeoutMs=20000&maxResults={page}\
             &formatOptions.useInt64Timestamp=true",
            self.dataset.project, self.location
        );
        while answer["jobComplete"] != Value::Bool(true) {
            if job.is_empty() {
                return Err(BigQueryError::answer(what, "it names no job"));
            }
            answer = self.connection.get(what, &base)?;
        }
        let fields = answer.pointer("/schema/fields").and_then(Value::as_array).cloned().unwrap_or_default();
        Ok(Pages { what: what.to_owned(), base, fields, next: Next::Here(answer) })
    }
}

/// A result on its way. The service keeps it for a day.
pub(super) struct Pages {
    what: String,
    base: String,
    fields: Vec<Value>,
    next: Next,
}

/// Where the next page is.
enum Next {
    Here(Value),
    /// To be asked for under this token.
    There(String),
    End,
}

impl Pages {
    pub(super) fn fields(&self) -> &[Value] {
        &self.fields
    }

    /// The rows of the next page.
    pub(super) fn next(&mut self, jobs: &Jobs<'_>) -> Result<Option<Vec<Value>>, BigQueryError> {
        let mut answer = match std::mem::replace(&mut self.next, Next::End) {
            Next::End => return Ok(None),
            Next::Here(answer) => answer,
            Next::There(token) => {
                step("page");
                jobs.connection.get(&self.what, &format!("{}&pageToken={}", self.base, encoded(&token)))?
            }
        };
        if let Some(token) = answer["pageToken"].as_str() {
            self.next = Next::There(token.to_owned());
        }
        Ok(Some(match answer["rows"].take() {
            Value::Array(rows) => rows,
            _ => Vec::new(),
        }))
    }
}

fn name_of(id: &str, number: u32) -> String {
    format!("{id}_a{number}")
}

/// The plain cells of a row.
pub(super) fn cells(row: &Value) -> Vec<Option<String>> {
    let cells = row["f"].as_array().map_or(&[][..], Vec::as_slice);
    cells.iter().map(|cell| cell["v"].as_str().map(str::to_owned)).collect()
}

/// A text as part of a URL's query.
pub(super) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) => char::from(b).to_string(),
            b => format!("%{b:02X}"),
        })
        .collect()
}
