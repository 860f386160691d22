//! The one way to the service: requests with a token, tried again as `retry` says, over a runtime that nobody outside
//! sees.
//!
//! `gcp-bigquery-client` gives the authentication and the plain look-ups of `doctor`. It neither tries again nor tells
//! `Retry-After`, loses the status of an answer that is no JSON, has no upload, and its models have no place for the
//! precision of a NUMERIC or the expiry of a data set, so requests that must get through are sent here.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gcp_bigquery_client::Client;
use gcp_bigquery_client::auth::Authenticator;
use gcp_bigquery_client::client_builder::ClientBuilder;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde::Deserialize;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use super::auth::{Ask, Auth, NoAuth, NoToken, Origin};
use super::endpoint::Endpoint;
use super::retry::{self, Pace, Verdict};
use super::{BigQueryError, step};

/// How to reach the service.
#[derive(Clone, Debug)]
pub struct Access {
    pub endpoint: Endpoint,
    /// `None`: requests carry no token, which only an emulator takes.
    pub credentials: Option<Origin>,
    /// How long one request may take.
    pub timeout: Duration,
}

/// What goes along with a request.
#[derive(Clone, Copy)]
pub(super) enum Body<'a> {
    Nothing,
    Json(&'a Value),
    /// A part of an upload, with its `Content-Range`.
    Bytes {
        bytes: &'a [u8],
        range: &'a str,
    },
}

pub(super) struct Request<'a> {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) body: Body<'a>,
    pub(super) headers: &'a [(&'static str, String)],
    /// What it is for, as an error tells it.
    pub(super) what: &'a str,
}

/// An answer that says yes, or "go on" (308).
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn json(&self, what: &str) -> Result<Value, BigQueryError> {
        serde_json::from_slice(&self.body).map_err(|_| BigQueryError::answer(what, "it is no JSON"))
    }
}

/// The error of an answer, as Google writes it.
#[derive(Deserialize)]
struct ErrorDocument {
    error: ErrorBody,
}

#[derive(Deserialize)]
struct ErrorBody {
    message: Option<String>,
    #[serde(default)]
    errors: Vec<ErrorEntry>,
}

#[derive(Deserialize)]
struct ErrorEntry {
    reason: Option<String>,
}

/// One try's end.
enum Outcome {
    Answer(Answer),
    /// No answer: time-out, reset, no route.
    Silence(String),
}

/// A way to the service. Blocking; the runtime under it is its own.
pub struct Connection {
    runtime: Runtime,
    http: reqwest::Client,
    endpoint: Endpoint,
    auth: Option<Auth>,
    timeout: Duration,
    pub(super) pace: Pace,
}

impl Connection {
    pub fn open(access: &Access) -> Result<Self, BigQueryError> {
        let failed = |e: &dyn std::error::Error| BigQueryError::Start(e.to_string());
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|e| failed(&e))?;
        let mut http = reqwest::Client::builder()
            .connect_timeout(access.timeout.min(Duration::from_secs(20)))
            .timeout(access.timeout)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("jangbu/", env!("CARGO_PKG_VERSION")));
        if access.endpoint.is_plain() {
            // What is not encrypted does not leave this machine, whatever proxy the environment names.
            http = http.no_proxy();
        }
        let http = http.build().map_err(|e| failed(&e))?;
        let auth =
            access.credentials.as_ref().map(|origin| runtime.block_on(Auth::new(origin))).transpose()?;
        let (endpoint, timeout) = (access.endpoint.clone(), access.timeout);
        Ok(Self { runtime, http, endpoint, auth, timeout, pace: Pace::from_environment() })
    }

    /// Whether a token can be had. Asked once.
    pub fn authenticate(&self) -> Result<(), BigQueryError> {
        let Some(auth) = &self.auth else { return Ok(()) };
        self.runtime.block_on(self.ask_token(auth, Ask::Kept)).map(drop).map_err(NoToken::into_error)
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The client crate over the same token, for requests that need no second try.
    pub(super) fn client(&self) -> Result<Client, BigQueryError> {
        let auth: Arc<dyn Authenticator> = match &self.auth {
            Some(auth) => Arc::new(auth.clone()),
            None => Arc::new(NoAuth),
        };
        let mut builder = ClientBuilder::new();
        builder.with_v2_base_url(self.endpoint.under("bigquery", "v2")).with_client(self.http.clone());
        self.runtime
            .block_on(builder.build_from_authenticator(auth))
            .map_err(|e| BigQueryError::Start(e.to_string()))
    }

    /// Waits for a future of the client crate.
    pub(super) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// The URL of a part of the API: `projects/p/datasets/d`.
    pub(super) fn url(&self, path: &str) -> String {
        self.endpoint.under("bigquery/v2", path)
    }

    pub(super) fn upload_url(&self, path: &str) -> String {
        self.endpoint.under("upload/bigquery/v2", path)
    }

    pub(super) fn get(&self, what: &str, path: &str) -> Result<Value, BigQueryError> {
        let request =
            Request { method: Method::GET, url: self.url(path), body: Body::Nothing, headers: &[], what };
        self.send(&request)?.json(what)
    }

    pub(super) fn post(&self, what: &str, path: &str, body: &Value) -> Result<Value, BigQueryError> {
        let request =
            Request { method: Method::POST, url: self.url(path), body: Body::Json(body), headers: &[], what };
        self.send(&request)?.json(what)
    }

    /// A change of what is there, refused if it is no longer what it was when it was read.
    pub(super) fn patch(
        &self,
        what: &str,
        path: &str,
        etag: Option<&str>,
        body: &Value,
    ) -> Result<(), BigQueryError> {
        let headers: Vec<_> = etag.map(|etag| ("if-match", etag.to_owned())).into_iter().collect();
        let request = Request {
            method: Method::PATCH,
            url: self.url(path),
            body: Body::Json(body),
            headers: &headers,
            what,
        };
        self.send(&request).map(drop)
    }

    pub(super) fn delete(&self, what: &str, path: &str) -> Result<(), BigQueryError> {
        let request =
            Request { method: Method::DELETE, url: self.url(path), body: Body::Nothing, headers: &[], what };
        self.send(&request).map(drop)
    }

    /// Sends until there is an answer that another try would not change.
    pub(super) fn send(&self, request: &Request<'_>) -> Result<Answer, BigQueryError> {
        self.runtime.block_on(self.send_async(request))
    }

    /// Sends once, as the parts of an upload must be: after silence only the service knows how much it has.
    pub(super) fn send_once(&self, request: &Request<'_>) -> Result<Answer, Trouble> {
        self.runtime.block_on(async {
            let token = self.token().await.map_err(Trouble::Final)?;
            match self.once(request, token.as_deref()).await {
                Ok(Outcome::Answer(answer)) if is_yes(answer.status) => Ok(answer),
                Ok(Outcome::Answer(answer)) => match verdict(&answer) {
                    Verdict::Final => Err(Trouble::Final(refused(request.what, &answer))),
                    Verdict::Again { not_before } => {
                        Err(Trouble::Passing { problem: problem(&answer), not_before })
                    }
                    Verdict::Refresh => {
                        self.refresh().await.map_err(Trouble::Final)?;
                        Err(Trouble::Stale(refused(request.what, &answer)))
                    }
                },
                Ok(Outcome::Silence(problem)) => Err(Trouble::Passing { problem, not_before: None }),
                Err(error) => Err(Trouble::Final(error)),
            }
        })
    }

    /// The headers of whatever answer comes.
    pub(super) fn headers_of(&self, request: &Request<'_>) -> Option<HeaderMap> {
        self.runtime.block_on(async {
            let token = self.token().await.ok()?;
            match self.once(request, token.as_deref()).await {
                Ok(Outcome::Answer(answer)) => Some(answer.headers),
                _ => None,
            }
        })
    }

    pub(super) fn sleep(&self, time: Duration) {
        self.runtime.block_on(async { tokio::time::sleep(time).await });
    }

    async fn token(&self) -> Result<Option<String>, BigQueryError> {
        self.token_of(Ask::Kept).await
    }

    async fn refresh(&self) -> Result<Option<String>, BigQueryError> {
        self.token_of(Ask::Fresh).await
    }

    /// A token, asked for again while its server cannot be reached.
    async fn token_of(&self, ask: Ask) -> Result<Option<String>, BigQueryError> {
        let Some(auth) = &self.auth else { return Ok(None) };
        let begun = Instant::now();
        for tries in 1.. {
            let trouble = match self.ask_token(auth, ask).await {
                Ok(token) => return Ok(Some(token)),
                Err(trouble) => trouble,
            };
            let pause = self.pace.pause(tries, retry::chance(), None);
            if matches!(trouble, NoToken::Final(_)) || begun.elapsed() + pause > self.pace.patience {
                return Err(trouble.into_error());
            }
            tokio::time::sleep(pause).await;
        }
        Ok(None)
    }

    async fn ask_token(&self, auth: &Auth, ask: Ask) -> Result<String, NoToken> {
        match tokio::time::timeout(self.timeout, auth.token(ask)).await {
            Ok(answer) => answer,
            Err(_) => Err(NoToken::Passing("the server that gives tokens does not answer".into())),
        }
    }

    async fn send_async(&self, request: &Request<'_>) -> Result<Answer, BigQueryError> {
        let begun = Instant::now();
        let mut token = self.token().await?;
        let mut refreshed = false;
        let mut tries = 0;
        loop {
            tries += 1;
            let (problem, not_before) = match self.once(request, token.as_deref()).await? {
                Outcome::Answer(answer) if is_yes(answer.status) => return Ok(answer),
                Outcome::Answer(answer) => match verdict(&answer) {
                    Verdict::Final => return Err(refused(request.what, &answer)),
                    Verdict::Refresh if refreshed => return Err(refused(request.what, &answer)),
                    Verdict::Refresh => {
                        refreshed = true;
                        token = self.refresh().await?;
                        continue;
                    }
                    Verdict::Again { not_before } => (problem(&answer), not_before),
                },
                Outcome::Silence(problem) => (problem, None),
            };
            let pause = self.pace.pause(tries, retry::chance(), not_before);
            if begun.elapsed() + pause > self.pace.patience {
                let (what, seconds) = (request.what.to_owned(), begun.elapsed().as_secs());
                return Err(BigQueryError::Unreachable { what, tries, seconds, problem });
            }
            tokio::time::sleep(pause).await;
        }
    }

    async fn once(&self, request: &Request<'_>, token: Option<&str>) -> Result<Outcome, BigQueryError> {
        let mut builder = self.http.request(request.method.clone(), &request.url);
        if let Some(token) = token {
            builder = builder.bearer_auth(token);
        }
        if let Some(project) = self.auth.as_ref().and_then(|a| a.quota_project.as_deref()) {
            builder = builder.header("x-goog-user-project", project);
        }
        for (name, value) in request.headers {
            builder = builder.header(*name, value);
        }
        builder = match request.body {
            Body::Nothing => builder,
            Body::Json(value) => builder.header(CONTENT_TYPE, "application/json").body(value.to_string()),
            Body::Bytes { bytes, range } => builder.header("content-range", range).body(bytes.to_vec()),
        };
        step("request");
        let answer = async {
            let response = builder.send().await?;
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let body = response.bytes().await?.to_vec();
            Ok::<_, reqwest::Error>(Answer { status, headers, body })
        };
        match answer.await {
            Ok(answer) => {
                step("answer");
                // Something is other than it was; queries of ours only look.
                if request.method != Method::GET && !request.url.ends_with("/queries") {
                    step("changed");
                }
                Ok(Outcome::Answer(answer))
            }
            Err(error) if error.is_builder() => Err(BigQueryError::answer(request.what, error)),
            Err(error) => {
                let problem = told(&error);
                if problem.contains("certificate") {
                    return Err(BigQueryError::answer(request.what, problem));
                }
                Ok(Outcome::Silence(problem))
            }
        }
    }
}

/// Why a single try did not do.
pub(super) enum Trouble {
    Passing {
        problem: String,
        not_before: Option<Duration>,
    },
    /// The token was refused; there is a fresh one now.
    Stale(BigQueryError),
    Final(BigQueryError),
}

fn is_yes(status: u16) -> bool {
    (200..300).contains(&status) || status == 308
}

/// Reason and message of an answer that says no. What is no JSON of Google's comes from something in between.
fn parts(answer: &Answer) -> (String, String) {
    match serde_json::from_slice::<ErrorDocument>(&answer.body) {
        Ok(ErrorDocument { error }) => {
            let reason = error.errors.into_iter().find_map(|e| e.reason).unwrap_or_default();
            (reason, error.message.unwrap_or_default())
        }
        Err(_) => (String::new(), "the answer is not the service's own".to_owned()),
    }
}

fn verdict(answer: &Answer) -> Verdict {
    let (reason, message) = parts(answer);
    let header = |name| answer.headers.get(name).and_then(|v| v.to_str().ok());
    let not_before = header("retry-after").and_then(|told| retry::wait_told(told, header("date")));
    retry::judge(answer.status, &reason, &message, not_before)
}

fn problem(answer: &Answer) -> String {
    let (reason, message) = parts(answer);
    let reason = if reason.is_empty() { String::new() } else { format!(", {reason}") };
    format!("{message} (HTTP {}{reason})", answer.status)
}

fn refused(what: &str, answer: &Answer) -> BigQueryError {
    let (reason, message) = parts(answer);
    let reason = if reason.is_empty() { "no reason given".to_owned() } else { reason };
    BigQueryError::Refused { what: what.to_owned(), status: answer.status, reason, message }
}

/// The error with what lies behind it, without its URL.
fn told(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
