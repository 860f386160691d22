//! Chromium without a window: what it makes of a page, what it complains of, and what the page asks for.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long a page may take. Far more than it does, for a machine that is busy.
const PATIENCE: Duration = Duration::from_mins(2);
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Where the browser is. Its absence is a failure: a page that nobody looked at is not tested.
fn program() -> PathBuf {
    if let Some(named) = std::env::var_os("JANGBU_CHROMIUM").filter(|path| !path.is_empty()) {
        return named.into();
    }
    let folders: Vec<PathBuf> =
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    let found = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    found.into_iter().find(|path| path.is_file()).unwrap_or_else(|| {
        panic!(
            "these tests need Chromium and found none ({} in PATH, or JANGBU_CHROMIUM=FILE). \
             On Debian: apt-get install --no-install-recommends chromium",
            NAMES.join(", ")
        )
    })
}

/// What one visit left behind.
pub struct Visit {
    /// The page as the browser has it.
    pub dom: String,
    /// Complaints about the page: scripts, styles and loads that were refused, errors.
    pub complaints: Vec<String>,
    /// Addresses that the page asked for, itself left out.
    pub requests: Vec<String>,
}

/// Opens a page and reads it back.
pub fn visit(page: &Path) -> Visit {
    visit_in(page, Scheme::Light)
}

/// The same for a reader who wants these colours.
pub fn visit_in(page: &Path, scheme: Scheme) -> Visit {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let log = scratch.path().join("net.json");
    let mut net = OsString::from("--log-net-log=");
    net.push(&log);
    let mut arguments = vec!["--enable-logging=stderr".into(), "--v=0".into(), net, "--dump-dom".into()];
    arguments.extend(scheme.asked());
    let (dom, told) = run(scratch.path(), &arguments, page);
    let complaints = told.lines().filter(|line| line.contains(":CONSOLE")).map(str::to_owned).collect();
    Visit { dom, complaints, requests: requests(&log, page) }
}

/// The address of a file.
pub fn address(page: &Path) -> String {
    format!("file://{}", page.display())
}

/// What the page asked for, as the browser's own log of its network tells. The browser asks for things too (the time, its
/// updates; they go nowhere, see [`run`]): those have no page as their initiator.
fn requests(log: &Path, page: &Path) -> Vec<String> {
    let text = fs::read_to_string(log).expect("a log of the network");
    let log: Value = serde_json::from_str(&text).expect("a log of the network in JSON");
    let events = log["events"].as_array().expect("events").iter().map(|event| &event["params"]);
    let asked = events.filter(|params| params["initiator"].as_str().is_some_and(|i| i != "not an origin"));
    let mut addresses: Vec<String> =
        asked.filter_map(|params| params["url"].as_str()).map(str::to_owned).collect();
    addresses.retain(|url| *url != address(page));
    addresses
}

/// The colours that a reader asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Light,
    Dark,
}

impl Scheme {
    fn asked(self) -> Vec<OsString> {
        match self {
            Self::Light => Vec::new(),
            Self::Dark => vec!["--force-dark-mode".into(), "--blink-settings=preferredColorScheme=0".into()],
        }
    }
}

/// A picture of the page, as PNG.
pub fn picture(page: &Path, width: u32, height: u32, scheme: Scheme) -> Vec<u8> {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let png = scratch.path().join("page.png");
    let mut target = OsString::from("--screenshot=");
    target.push(&png);
    let mut arguments =
        vec![target, format!("--window-size={width},{height}").into(), "--hide-scrollbars".into()];
    arguments.extend(scheme.asked());
    let _ = run(scratch.path(), &arguments, page);
    fs::read(&png).expect("a picture")
}

/// The page on paper, as PDF.
pub fn print(page: &Path) -> Vec<u8> {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let pdf = scratch.path().join("page.pdf");
    let mut target = OsString::from("--print-to-pdf=");
    target.push(&pdf);
    let _ = run(scratch.path(), &[target, "--no-pdf-header-footer".into()], page);
    fs::read(&pdf).expect("a print")
}

/// Runs the browser on a page and returns what it wrote to stdout and stderr.
fn run(scratch: &Path, arguments: &[OsString], page: &Path) -> (String, String) {
    let (out, err) = (scratch.join("stdout"), scratch.join("stderr"));
    let mut profile = OsString::from("--user-data-dir=");
    profile.push(scratch.join("profile"));
    let program = program();
    let mut child = Command::new(&program)
        .args([
            "--headless=new",
            // Tests run as root in containers, where the browser's own sandbox cannot.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-extensions",
            // Nothing is found, so nothing leaves this machine, whoever asks.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ])
        .arg(profile)
        .args(arguments)
        .arg(address(page))
        .stdin(Stdio::null())
        .stdout(File::create(&out).expect("a file for stdout"))
        .stderr(File::create(&err).expect("a file for stderr"))
        .spawn()
        .unwrap_or_else(|error| panic!("{} does not start: {error}", program.display()));
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child to wait for") {
            break status;
        }
        if begun.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            panic!("{} did not end within {PATIENCE:?}", program.display());
        }
        std::thread::park_timeout(Duration::from_millis(20));
    };
    let read = |path: &Path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
    let told = read(&err);
    assert!(status.success(), "{} ended with {status}: {told}", program.display());
    (read(&out), told)
}
