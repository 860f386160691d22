//! A proxy between the program and the emulator.
//!
//! It plays what the emulator cannot: a load into `t$202407` is one step that deletes that month of `t` and loads it (the
//! emulator would make a second table of that name). It breaks requests as it is told, before they are accepted, in the
//! middle, or after, when the work is done and only the answer is lost. And it remembers what was asked.

use std::collections::HashSet;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::emulator::{Emulator, PROJECT};
use super::http::{self, Message};

/// When a request is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// It never reaches the service.
    Before,
    /// The connection ends in the middle of it.
    During,
    /// It is carried out; only its answer is replaced.
    After,
}

/// What comes instead of the answer.
#[derive(Clone, Debug)]
pub enum Break {
    /// An error as Google writes it.
    Status(u16, &'static str),
    /// The same with seconds to wait.
    Later(u16, u64),
    /// An error page of something in between.
    Html(u16),
    /// The connection is closed without a word.
    Reset,
    /// Nothing comes until the client gives up.
    Silence,
}

/// A fault: the `nth` request (from 1) whose first line holds all of `words`.
#[derive(Clone, Debug)]
pub struct Fault {
    pub words: &'static [&'static str],
    pub nth: usize,
    pub times: usize,
    pub when: When,
    pub instead: Break,
}

#[derive(Default)]
struct State {
    faults: Vec<(Fault, usize)>,
    seen: Vec<Message>,
    /// Jobs whose partition is being replaced right now.
    playing: HashSet<String>,
    /// Sessions of uploads into partitions: upload id, job, table, partition.
    sessions: Vec<(String, Partition)>,
    broken: usize,
    /// A word of a request's body, and the statement that somebody else runs just before it.
    meddling: Option<(&'static str, String)>,
    /// Jobs that are to fail: the beginning of their ids, why, how many of them.
    failing: Vec<(&'static str, &'static str, usize)>,
    /// Jobs that do, and why.
    failed: Vec<(String, &'static str)>,
}

#[derive(Clone, Debug)]
struct Partition {
    job: String,
    dataset: String,
    table: String,
    decorator: String,
    columns: Vec<String>,
}

impl Partition {
    fn staged(&self) -> String {
        format!("{}__part_{}", self.table, self.decorator)
    }
}

pub struct Proxy {
    pub port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    emulator: u16,
    state: Mutex<State>,
    played: Condvar,
}

impl Proxy {
    pub fn start(emulator: &Emulator) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let shared =
            Arc::new(Shared { emulator: emulator.port, state: Mutex::default(), played: Condvar::new() });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&accepting);
                std::thread::spawn(move || shared.serve(stream));
            }
        });
        Self { port, shared }
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn breaks(&self, faults: impl IntoIterator<Item = Fault>) {
        let mut state = self.shared.state.lock().unwrap();
        state.faults = faults.into_iter().map(|f| (f, 0)).collect();
        state.broken = 0;
    }

    /// The next `times` jobs whose id begins like this are accepted and fail, for that reason.
    pub fn fails(&self, beginning: &'static str, reason: &'static str, times: usize) {
        self.shared.state.lock().unwrap().failing.push((beginning, reason, times));
    }

    /// Somebody else runs `sql` just before the next request to do something that holds `word`.
    pub fn meddles(&self, word: &'static str, sql: &str) {
        self.shared.state.lock().unwrap().meddling = Some((word, sql.to_owned()));
    }

    /// How many requests were broken.
    pub fn broken(&self) -> usize {
        self.shared.state.lock().unwrap().broken
    }

    /// What was asked since the last time.
    pub fn take_seen(&self) -> Vec<Message> {
        std::mem::take(&mut self.shared.state.lock().unwrap().seen)
    }
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) {
        let Ok(request) = Message::read(&stream) else { return };
        let fault = self.fault_of(&request);
        self.state.lock().unwrap().seen.push(request.clone());
        if let Some(Fault { when: When::Before, instead, .. }) = &fault {
            return answer_broken(stream, instead);
        }
        if let Some(Fault { when: When::During, instead, .. }) = &fault {
            // Half of it arrives at the service, which sees the connection end.
            let bytes = request.bytes();
            if let Ok(mut half) = TcpStream::connect(("127.0.0.1", self.emulator)) {
                let _ = half.write_all(&bytes[..bytes.len() / 2]);
                let _ = half.shutdown(Shutdown::Both);
            }
            return answer_broken(stream, instead);
        }
        let answer = self.forward(request);
        if let Some(Fault { instead, .. }) = &fault {
            return answer_broken(stream, instead);
        }
        let _ = stream.write_all(&answer.bytes());
    }

    fn fault_of(&self, request: &Message) -> Option<Fault> {
        let mut state = self.state.lock().unwrap();
        let mut hit = None;
        for (fault, seen) in &mut state.faults {
            if hit.is_none() && fault.words.iter().all(|word| request.first.contains(word)) {
                *seen += 1;
                if (fault.nth..fault.nth + fault.times).contains(seen) {
                    hit = Some(fault.clone());
                }
            }
        }
        state.broken += usize::from(hit.is_some());
        hit
    }

    fn forward(&self, mut request: Message) -> Message {
        let target = request.target().to_owned();
        if target.contains("/upload/") && request.method() == "POST" {
            return self.begin_upload(request);
        }
        if let Some(job) = target.split("/jobs/").nth(1) {
            let job = job.split('?').next().unwrap_or_default();
            let mut state = self.state.lock().unwrap();
            while state.playing.contains(job) {
                state = self.played.wait(state).unwrap();
            }
        }
        if request.method() == "POST" {
            let text = String::from_utf8_lossy(&request.body).into_owned();
            let sql = self.state.lock().unwrap().meddling.take_if(|(word, _)| text.contains(*word));
            if let Some((_, sql)) = sql {
                self.query(&sql);
            }
        }
        if request.method() == "POST" && target.ends_with("/jobs") {
            let mut job = request.json();
            if self.is_doomed(&job) {
                job["configuration"]["query"]["query"] = "SELECT * FROM nowhere.nothing".into();
                request.body = job.to_string().into_bytes();
            }
        }
        request.headers.retain(|(name, _)| name != "host");
        request.headers.push(("host".into(), format!("127.0.0.1:{}", self.emulator)));
        let session = {
            let state = self.state.lock().unwrap();
            state.sessions.iter().find(|(id, _)| target.contains(id.as_str())).map(|(_, p)| p.clone())
        };
        if let Some(partition) = &session {
            self.state.lock().unwrap().playing.insert(partition.job.clone());
        }
        let answer = http::exchange(self.emulator, &request).unwrap_or_else(|_| status(502, "badGateway"));
        if let Some(partition) = session {
            let done = if answer.status() == 200 { self.play(&partition) } else { Ok(()) };
            self.state.lock().unwrap().playing.remove(&partition.job);
            self.played.notify_all();
            if let Err(problem) = done {
                return Message { body: problem.into_bytes(), ..status(500, "proxy") };
            }
        }
        self.in_our_words(answer)
    }

    /// Whether a job is to fail.
    fn is_doomed(&self, job: &Value) -> bool {
        let id = job["jobReference"]["jobId"].as_str().unwrap_or_default();
        let mut state = self.state.lock().unwrap();
        let Some(at) = state.failing.iter().position(|(word, _, times)| id.starts_with(word) && *times > 0)
        else {
            return false;
        };
        state.failing[at].2 -= 1;
        let reason = state.failing[at].1;
        state.failed.push((id.to_owned(), reason));
        true
    }

    /// A job that was made to fail did so for the reason that was asked for.
    fn in_our_words(&self, mut answer: Message) -> Message {
        let mut job = answer.json();
        let id = job["jobReference"]["jobId"].as_str().unwrap_or_default().to_owned();
        let reason = self.state.lock().unwrap().failed.iter().find(|(failed, _)| *failed == id).map(|f| f.1);
        if let Some(reason) = reason.filter(|_| job["status"].is_object()) {
            job["status"] = json!({"state": "DONE", "errorResult": {"reason": reason, "message": "played"}});
            answer.body = job.to_string().into_bytes();
        }
        answer
    }

    /// An upload into a partition goes into a table of its own first.
    fn begin_upload(&self, mut request: Message) -> Message {
        let mut job = request.json();
        let table = job.pointer("/configuration/load/destinationTable/tableId").and_then(Value::as_str);
        let partition = table.and_then(|t| t.split_once('$')).map(|(table, decorator)| Partition {
            job: job["jobReference"]["jobId"].as_str().unwrap_or_default().to_owned(),
            dataset: job["configuration"]["load"]["destinationTable"]["datasetId"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            table: table.to_owned(),
            decorator: decorator.to_owned(),
            columns: job["configuration"]["load"]["schema"]["fields"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|f| f["name"].as_str().map(str::to_owned))
                .collect(),
        });
        if self.is_doomed(&job) {
            job["configuration"]["load"]["destinationTable"]["tableId"] = "nothing".into();
            job["configuration"]["load"]["createDisposition"] = "CREATE_NEVER".into();
            request.body = job.to_string().into_bytes();
            return http::exchange(self.emulator, &request).unwrap_or_else(|_| status(502, "badGateway"));
        }
        if let Some(partition) = &partition {
            let load = &mut job["configuration"]["load"];
            load["destinationTable"]["tableId"] = partition.staged().into();
            load["createDisposition"] = "CREATE_IF_NEEDED".into();
            request.body = job.to_string().into_bytes();
        }
        let answer = http::exchange(self.emulator, &request).unwrap_or_else(|_| status(502, "badGateway"));
        if let (Some(partition), Some(location)) = (partition, answer.header("location")) {
            let id = location.split("upload_id=").nth(1).unwrap_or(location).to_owned();
            self.state.lock().unwrap().sessions.push((id, partition));
        }
        answer
    }

    /// The month is deleted and what was staged takes its place, in one step.
    fn play(&self, partition: &Partition) -> Result<(), String> {
        let path = format!("/bigquery/v2/projects/{PROJECT}/jobs/{}", partition.job);
        let job = loop {
            let (_, job) = http::call(self.emulator, "GET", &path, &Value::Null);
            match job["status"]["state"].as_str() {
                Some("DONE") => break job,
                Some(_) => std::thread::park_timeout(Duration::from_millis(40)),
                None => return Err(format!("no job: {job}")),
            }
        };
        if !job["status"]["errorResult"].is_null() {
            return Ok(());
        }
        let name = |table: &str| format!("`{PROJECT}.{}.{table}`", partition.dataset);
        let condition = if partition.decorator == "__NULL__" {
            "order_day IS NULL".to_owned()
        } else {
            format!("FORMAT_DATE('%Y%m', order_day) = '{}'", partition.decorator)
        };
        let (target, staged, columns) =
            (name(&partition.table), name(&partition.staged()), partition.columns.join(", "));
        let stray = format!("SELECT COUNT(*) FROM {staged} WHERE NOT ({condition}) OR ({condition}) IS NULL");
        let (_, strays) = self.query(&stray);
        if strays["rows"][0]["f"][0]["v"] != json!("0") {
            return Err("rows of another month".into());
        }
        let script = format!(
            "BEGIN TRANSACTION; DELETE FROM {target} WHERE {condition}; \
             INSERT INTO {target} ({columns}) SELECT {columns} FROM {staged}; COMMIT TRANSACTION;"
        );
        let (code, answer) = self.query(&script);
        if code != 200 {
            return Err(answer.to_string());
        }
        let path = format!(
            "/bigquery/v2/projects/{PROJECT}/datasets/{}/tables/{}",
            partition.dataset,
            partition.staged()
        );
        http::call(self.emulator, "DELETE", &path, &Value::Null);
        Ok(())
    }

    fn query(&self, sql: &str) -> (u16, Value) {
        let body = json!({"query": sql, "useLegacySql": false, "timeoutMs": 60000});
        http::call(self.emulator, "POST", &format!("/bigquery/v2/projects/{PROJECT}/queries"), &body)
    }
}

fn status(code: u16, reason: &str) -> Message {
    let body = json!({"error": {
        "code": code, "message": format!("played {reason}"), "errors": [{"reason": reason, "message": "played"}],
    }});
    Message {
        first: format!("HTTP/1.1 {code} Played"),
        headers: vec![("content-type".into(), "application/json".into())],
        body: body.to_string().into_bytes(),
    }
}

fn answer_broken(mut stream: TcpStream, instead: &Break) {
    let answer = match instead {
        Break::Status(code, reason) => status(*code, reason),
        Break::Later(code, seconds) => {
            let mut answer = status(*code, "rateLimitExceeded");
            answer.headers.push(("retry-after".into(), seconds.to_string()));
            answer
        }
        Break::Html(code) => Message {
            first: format!("HTTP/1.1 {code} Bad"),
            headers: vec![("content-type".into(), "text/html".into())],
            body: b"<html>bad gateway</html>".to_vec(),
        },
        Break::Reset => {
            let _ = stream.shutdown(Shutdown::Both);
            return;
        }
        Break::Silence => {
            // The client hangs up when it has waited long enough.
            let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
            let _ = stream.read(&mut [0; 1]);
            return;
        }
    };
    let _ = stream.write_all(&answer.bytes());
}
