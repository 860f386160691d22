//! A local file as a load job: the resumable upload of the media endpoint, in parts that can be sent again.
//!
//! After a broken part only the service knows how much it has; it is asked, and the upload goes on from there. The job
//! starts by itself once the last byte is in, under the id that was given at the beginning.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::time::Instant;

use reqwest::{Method, Url};
use serde_json::{Value, json};

use super::connect::{Answer, Body, Request, Trouble};
use super::jobs::{Jobs, Start};
use super::{BigQueryError, retry, step};

/// A multiple of 256 KiB, as the service wants it.
const PART: usize = 8 << 20;
/// How often an upload is begun anew because the service forgot it.
const SESSIONS: u32 = 3;

/// A file and what to do with it.
pub(super) struct Upload<'a> {
    pub(super) file: &'a File,
    pub(super) len: u64,
    /// The `load` part of the job's configuration.
    pub(super) load: Value,
    pub(super) what: &'a str,
    /// Hears of every part that the service has, in bytes.
    pub(super) sent: &'a dyn Fn(u64),
}

/// Where an upload stands.
enum At {
    Offset(u64),
    /// All is in; the answer tells the job.
    Accepted(Option<Value>),
    /// The service does not know the session.
    Gone,
}

impl Start for Upload<'_> {
    fn start(&self, jobs: &Jobs<'_>, reference: &Value) -> Result<Option<Value>, BigQueryError> {
        let job = json!({
            "jobReference": reference,
            "configuration": {"labels": {"tool": "jangbu"}, "load": self.load},
        });
        let id = reference["jobId"].as_str().unwrap_or_default();
        for _ in 0..SESSIONS {
            let Some(session) = self.begin(jobs, &job)? else { return Ok(None) };
            step("session_opened");
            match self.send_all(jobs, &session).map_err(BigQueryError::uncertain_without_answer)? {
                At::Accepted(job) => return Ok(job),
                At::Offset(_) | At::Gone => {
                    if let Some(job) = jobs.look(id, self.what)? {
                        return Ok(Some(job));
                    }
                }
            }
        }
        let (what, problem) =
            (self.what.to_owned(), "the service forgot the upload again and again".to_owned());
        Err(BigQueryError::Unreachable { what, tries: SESSIONS, seconds: 0, problem })
    }
}

impl Upload<'_> {
    /// Opens a session; `None` where a job of this id exists.
    fn begin(&self, jobs: &Jobs<'_>, job: &Value) -> Result<Option<String>, BigQueryError> {
        let path = format!("projects/{}/jobs?uploadType=resumable", jobs.dataset.project);
        let headers = [
            ("x-upload-content-type", "application/octet-stream".to_owned()),
            ("x-upload-content-length", self.len.to_string()),
        ];
        let url = jobs.connection.upload_url(&path);
        let request = Request {
            method: Method::POST,
            url: url.clone(),
            body: Body::Json(job),
            headers: &headers,
            what: self.what,
        };
        let answer = match jobs.connection.send(&request) {
            Ok(answer) => answer,
            Err(error) if error.status() == Some(409) => return Ok(None),
            Err(error) => return Err(error),
        };
        let location = answer.headers.get("location").and_then(|v| v.to_str().ok());
        let session = location.and_then(|location| session_url(&url, location));
        session.map(Some).ok_or_else(|| BigQueryError::answer(self.what, "it opens no upload"))
    }

    fn send_all(&self, jobs: &Jobs<'_>, session: &str) -> Result<At, BigQueryError> {
        let mut offset = 0;
        let mut heard = Instant::now();
        let (mut tries, mut refreshed) = (0, false);
        loop {
            let trouble = match self.part(jobs, session, offset) {
                Ok(At::Offset(next)) if next > offset => {
                    (self.sent)(next - offset);
                    (offset, heard, tries) = (next, Instant::now(), 0);
                    step("part_sent");
                    continue;
                }
                // Nothing of the part was kept: as if no answer had come.
                Ok(At::Offset(_)) => {
                    Trouble::Passing { problem: "no byte was kept".into(), not_before: None }
                }
                Ok(At::Accepted(job)) => {
                    (self.sent)(self.len - offset);
                    return Ok(At::Accepted(job));
                }
                Ok(At::Gone) => return Ok(At::Gone),
                Err(trouble) => trouble,
            };
            let (problem, not_before) = match trouble {
                Trouble::Final(error) => return Err(error),
                Trouble::Stale(error) if refreshed => return Err(error),
                Trouble::Stale(_) => {
                    refreshed = true;
                    continue;
                }
                Trouble::Passing { problem, not_before } => (problem, not_before),
            };
            tries += 1;
            let pace = jobs.connection.pace;
            let pause = pace.pause(tries, retry::chance(), not_before);
            if heard.elapsed() + pause > pace.patience {
                let (what, seconds) = (self.what.to_owned(), heard.elapsed().as_secs());
                return Err(BigQueryError::Unreachable { what, tries, seconds, problem });
            }
            jobs.connection.sleep(pause);
            match self.ask(jobs, session) {
                Ok(At::Offset(stored)) => offset = stored,
                Ok(end) => return Ok(end),
                // The next part, or the next question, will tell.
                Err(Trouble::Passing { .. } | Trouble::Stale(_)) => {}
                Err(Trouble::Final(error)) => return Err(error),
            }
        }
    }

    fn part(&self, jobs: &Jobs<'_>, session: &str, offset: u64) -> Result<At, Trouble> {
        let bytes = self.read(offset).map_err(Trouble::Final)?;
        let range = match bytes.len() as u64 {
            0 => format!("bytes */{}", self.len),
            n => format!("bytes {offset}-{}/{}", offset + n - 1, self.len),
        };
        self.put(jobs, session, &bytes, &range)
    }

    /// How much is there already?
    fn ask(&self, jobs: &Jobs<'_>, session: &str) -> Result<At, Trouble> {
        self.put(jobs, session, &[], &format!("bytes */{}", self.len))
    }

    fn put(&self, jobs: &Jobs<'_>, session: &str, bytes: &[u8], range: &str) -> Result<At, Trouble> {
        let body = Body::Bytes { bytes, range };
        let request =
            Request { method: Method::PUT, url: session.to_owned(), body, headers: &[], what: self.what };
        match jobs.connection.send_once(&request) {
            Ok(answer) if answer.status == 308 => Ok(At::Offset(stored(&answer))),
            Ok(answer) => Ok(At::Accepted(serde_json::from_slice(&answer.body).ok())),
            Err(Trouble::Final(error)) => match error.status() {
                Some(404 | 410) => Ok(At::Gone),
                Some(409) => Ok(At::Accepted(None)),
                _ => Err(Trouble::Final(error)),
            },
            Err(other) => Err(other),
        }
    }

    fn read(&self, offset: u64) -> Result<Vec<u8>, BigQueryError> {
        let mut bytes = Vec::new();
        let mut file = self.file;
        file.seek(SeekFrom::Start(offset))
            .and_then(|_| file.take(PART as u64).read_to_end(&mut bytes))
            .map_err(|source| BigQueryError::Io { action: "read", path: std::env::temp_dir(), source })?;
        Ok(bytes)
    }
}

/// How many bytes a 308 tells: `Range: bytes=0-99` are a hundred, no range is none.
fn stored(answer: &Answer) -> u64 {
    let range = answer.headers.get("range").and_then(|v| v.to_str().ok());
    let last = range.and_then(|r| r.rsplit('-').next()).and_then(|n| n.trim().parse::<u64>().ok());
    last.map_or(0, |last| last + 1)
}

/// The URL of a session. The token goes along, so it must be the same server, or Google's.
fn session_url(asked: &str, location: &str) -> Option<String> {
    let asked = Url::parse(asked).ok()?;
    let mut session = asked.join(location).ok()?;
    let googles =
        |url: &Url| url.host_str().is_some_and(|h| h == "googleapis.com" || h.ends_with(".googleapis.com"));
    if asked.scheme() == "http" {
        // An emulator may know itself under another name than the one it is reached by.
        session.set_scheme("http").ok()?;
        session.set_host(asked.host_str()).ok()?;
        session.set_port(asked.port()).ok()?;
    } else if session.scheme() != "https"
        || !(session.host() == asked.host() || googles(&asked) && googles(&session))
    {
        return None;
    }
    Some(session.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_stays_with_its_server() {
        let google =
            "https://bigquery.googleapis.com/upload/bigquery/v2/projects/p/jobs?uploadType=resumable";
        for (location, expected) in [
            ("https://www.googleapis.com/upload/x?id=1", Some("https://www.googleapis.com/upload/x?id=1")),
            ("/upload/x?id=1", Some("https://bigquery.googleapis.com/upload/x?id=1")),
            ("http://bigquery.googleapis.com/x", None),
            ("https://example.com/x", None),
            ("https://googleapis.com.example.com/x", None),
        ] {
            assert_eq!(session_url(google, location).as_deref(), expected, "{location}");
        }
        let emulator = "http://127.0.0.1:7/upload/bigquery/v2/projects/p/jobs";
        assert_eq!(
            session_url(emulator, "http://0.0.0.0:9050/u?id=1").as_deref(),
            Some("http://127.0.0.1:7/u?id=1")
        );
    }
}
