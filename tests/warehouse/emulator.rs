//! The emulator: set up once under `target/`, started once a test process, gone with it.
//!
//! `local-bigquery` says that it wants a newer Python than Debian has; four lines of it are made to run on 3.11. DuckDB's
//! extensions come as packages, because the emulator would otherwise fetch them from a site that is no registry.

use std::fs::{self, File};
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::http;

pub const PROJECT: &str = "test-project";

const DUCKDB: &str = "1.5.5";
const EMULATOR: &str = "local-bigquery==0.4.0";
const PACKAGES: [&str; 10] = [
    "fastapi==0.165.0",
    "uvicorn==0.54.0",
    "pydantic-settings==2.16.3",
    "sqlglot==30.30.0",
    "pyarrow==26.0.1",
    "numpy==2.4.6",
    "fastavro==1.13.1",
    "grpcio==1.85.1",
    "google-cloud-bigquery-storage==2.43.0",
    "mini-racer==0.14.1",
];
/// Changes with anything above, so that an old set-up is not taken for a new one.
const STAMP: &str = "ready-0.4.0-1.5.5-1";

/// Makes the package run on Python 3.11: no generic functions, no quotes of one kind inside each other.
const PATCH: &str = r#"
import pathlib, re, sysconfig
root = pathlib.Path(sysconfig.get_paths()["purelib"]) / "local_bigquery"
path = root / "catalog" / "metadata.py"
text = path.read_text()
if "from __future__ import annotations" not in text:
    text = "from __future__ import annotations\n" + re.sub(r"(?m)^(def \w+)\[R: Resource\]", r"\1", text)
    path.write_text(text)
path = root / "engine" / "results.py"
old, new = "message.replace(\"'\", \"''\")", "message.replace(chr(39), chr(39) * 2)"
path.write_text(path.read_text().replace(old, new))
"#;

const EXTENSIONS: &str = r#"
import duckdb, pathlib, sysconfig
con = duckdb.connect()
for f in pathlib.Path(sysconfig.get_paths()["purelib"]).glob("duckdb_extension_*/extensions/*/*.duckdb_extension"):
    con.execute(f"INSTALL '{f}'")
"#;

/// A running emulator.
pub struct Emulator {
    pub port: u16,
    _process: Child,
    _data: tempfile::TempDir,
}

/// An emulator of this test process: one of two, as each keeps one core busy.
pub fn emulator() -> &'static Emulator {
    static ALL: [OnceLock<Emulator>; 2] = [OnceLock::new(), OnceLock::new()];
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let turn = NEXT.fetch_add(1, Ordering::Relaxed) % ALL.len();
    ALL[turn].get_or_init(|| Emulator::start(&home()))
}

fn home() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"), PathBuf::from);
    target.join("bigquery-emulator")
}

fn run(command: &mut Command, what: &str) {
    let output = command.output().unwrap_or_else(|e| panic!("{what}: {e}; python3 with venv is needed"));
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what} failed (on Debian: apt-get install python3-venv):\n{words}");
}

impl Emulator {
    /// Makes the virtual environment, unless it is there.
    fn set_up(home: &Path) {
        fs::create_dir_all(home).expect("a folder under target");
        let lock = File::create(home.join("lock")).expect("a lock file");
        lock.lock().expect("the lock");
        let stamp = home.join(STAMP);
        if stamp.exists() {
            return;
        }
        let python = home.join("venv/bin/python");
        run(
            Command::new("python3").args(["-m", "venv", "--clear"]).arg(home.join("venv")),
            "python3 -m venv",
        );
        let pip = |arguments: &[&str]| {
            let mut command = Command::new(&python);
            run(
                command
                    .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
                    .args(arguments),
                "pip",
            );
        };
        let duckdb: Vec<String> =
            ["duckdb", "duckdb-extension-icu", "duckdb-extension-spatial", "duckdb-extension-ducklake"]
                .iter()
                .map(|name| format!("{name}=={DUCKDB}"))
                .collect();
        pip(&duckdb.iter().map(String::as_str).chain(PACKAGES).collect::<Vec<_>>());
        pip(&["--no-deps", "--ignore-requires-python", EMULATOR]);
        run(Command::new(&python).args(["-c", PATCH]), "patching the emulator");
        fs::create_dir_all(home.join("home")).expect("a home for extensions");
        run(
            Command::new(&python).args(["-c", EXTENSIONS]).env("HOME", home.join("home")),
            "installing extensions",
        );
        fs::write(stamp, "").expect("a stamp");
    }

    fn start(home: &Path) -> Self {
        Self::set_up(home);
        let data = tempfile::tempdir().expect("a folder for data");
        let (port, grpc) = (free_port(), free_port());
        // The shell waits for its input to end, which it does when this process ends, however that happens.
        let script = "\"$@\" & emulator=$!; read -r _; kill $emulator; wait $emulator";
        let log = File::create(data.path().join("log")).expect("a log");
        let mut process = Command::new("sh")
            .args(["-c", script, "sh"])
            .arg(home.join("venv/bin/local-bigquery"))
            .args(["--host", "127.0.0.1", "--port", &port.to_string(), "--grpc-port", &grpc.to_string()])
            .arg("--data-dir")
            .arg(data.path().join("data"))
            .args(["--project", PROJECT])
            .env("HOME", home.join("home"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the emulator starts");
        process.stdin.as_mut().expect("a pipe").flush().expect("an open pipe");
        let emulator = Self { port, _process: process, _data: data };
        let deadline = Instant::now() + Duration::from_secs(90);
        while !emulator.answers() {
            assert!(Instant::now() < deadline, "the emulator does not answer a query");
            std::thread::park_timeout(Duration::from_millis(50));
        }
        emulator
    }

    fn answers(&self) -> bool {
        let body = json!({"query": "SELECT 1", "useLegacySql": false}).to_string().into_bytes();
        let request = http::Message {
            first: format!("POST /bigquery/v2/projects/{PROJECT}/queries HTTP/1.1"),
            headers: vec![
                ("host".into(), "127.0.0.1".into()),
                ("content-type".into(), "application/json".into()),
            ],
            body,
        };
        http::exchange(self.port, &request).is_ok_and(|answer| answer.status() == 200)
    }

    pub fn call(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        http::call(self.port, method, &format!("/bigquery/v2/projects/{PROJECT}{path}"), body)
    }

    /// Runs a statement and returns its rows: nulls are `None`, instants whole microseconds.
    pub fn query(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        let body = json!({
            "query": sql, "useLegacySql": false, "timeoutMs": 60000,
            "formatOptions": {"useInt64Timestamp": true},
        });
        let (status, answer) = self.call("POST", "/queries", &body);
        assert_eq!(status, 200, "{sql}: {answer}");
        assert!(answer["pageToken"].is_null(), "a result of one page is expected");
        let rows = answer["rows"].as_array().cloned().unwrap_or_default();
        let text = |cell: &Value| cell["v"].as_str().map(str::to_owned);
        rows.iter().map(|row| row["f"].as_array().into_iter().flatten().map(text).collect()).collect()
    }

    /// A dataset of its own for a test.
    pub fn dataset(&self, name: &str, more: &Value) -> String {
        let mut body = json!({"datasetReference": {"projectId": PROJECT, "datasetId": name}, "location": "asia-northeast3"});
        for (key, value) in more.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        let (status, answer) = self.call("POST", "/datasets", &body);
        assert_eq!(status, 200, "{answer}");
        format!("{PROJECT}.{name}")
    }

    pub fn table(&self, dataset: &str, table: &str) -> Option<Value> {
        let dataset = dataset.rsplit('.').next().unwrap_or_default();
        let (status, answer) = self.call("GET", &format!("/datasets/{dataset}/tables/{table}"), &Value::Null);
        (status == 200).then_some(answer)
    }

    /// Names of all tables of a dataset, sorted.
    pub fn tables(&self, dataset: &str) -> Vec<String> {
        let dataset = dataset.rsplit('.').next().unwrap_or_default();
        let (_, answer) =
            self.call("GET", &format!("/datasets/{dataset}/tables?maxResults=1000"), &Value::Null);
        let tables = answer["tables"].as_array().cloned().unwrap_or_default();
        let name = |t: &Value| t["tableReference"]["tableId"].as_str().unwrap_or_default().to_owned();
        let mut names: Vec<String> = tables.iter().map(name).collect();
        names.sort();
        names
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}
