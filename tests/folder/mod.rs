//! Files dropped while it looks, requests to end, and the samples for systemd, cron and Jenkins.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

const JANGBU: &str = env!("CARGO_BIN_EXE_jangbu");
const PATIENCE: Duration = Duration::from_mins(2);

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

fn sample(name: &str) -> Vec<u8> {
    fs::read(samples().join("inbox").join(name)).unwrap()
}

const JUNE: &str = "haruhome_20240705_1_a3f9.csv";
const MAY: &str = "haruhome_20240605_1_7be2.csv";
const LOCKED: &str = "haruhome_20240415_1_c41d.zip";

/// A folder with an inbox in it, where the program is run.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("inbox")).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn drop_file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path("inbox").join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(JANGBU);
        command.args(args).current_dir(self.folder.path()).env_clear().env("JANGBU_LANG", "en");
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> (i32, Output) {
        let output = self.command(args).output().unwrap();
        (output.status.code().unwrap(), output)
    }

    /// One sweep, as a document.
    fn once(&self, more: &[&str]) -> (i32, Value) {
        let (status, output) =
            self.run(&[&["watch", "inbox", "--once", "--interval", "0.05", "--json"], more].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        (status, serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}")))
    }

    fn query(&self, command: &str) -> Value {
        let (status, output) = self.run(&[command, "--json"]);
        assert_eq!(status, 0);
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn watch(&self, more: &[&str]) -> Watch {
        Watch::start(self.command(&[&["watch", "inbox", "--interval", "0.05", "--json"], more].concat()))
    }
}

/// A watch that goes on, and the lines that it says.
struct Watch {
    child: Child,
    lines: Receiver<Value>,
}

impl Watch {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in out.lines() {
                let line = line.unwrap();
                let value = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}"));
                if send.send(value).is_err() {
                    break;
                }
            }
        });
        let watch = Self { child, lines };
        assert_eq!(watch.next()["event"], "watching");
        watch
    }

    fn next(&self) -> Value {
        self.lines.recv_timeout(PATIENCE).expect("a line in time")
    }

    /// What became of each file of the next sweep in which something became of one, by name.
    fn next_files(&self) -> Vec<(String, String)> {
        loop {
            let line = self.next();
            let told = files(&line);
            if !told.is_empty() {
                return told;
            }
        }
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    fn end(mut self, signal: &str) -> ExitStatus {
        self.signal(signal);
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end");
            std::thread::yield_now();
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn files(sweep: &Value) -> Vec<(String, String)> {
    let told = sweep["files"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let name = |path: String| path.strip_prefix("inbox/").unwrap_or(&path).to_owned();
    told.iter().map(|f| (name(text(&f["path"])), text(&f["became"]))).collect()
}

fn told(name: &str, became: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), became.to_owned())]
}

#[test]
fn a_file_is_taken_when_it_is_whole_and_told_with_what_it_became() {
    let place = Place::new();
    place.drop_file("~$lock.xlsx", b"x");
    place.drop_file("a.csv.crdownload", b"x");
    let watch = place.watch(&["--mall", "haruhome"]);
    let june = sample(JUNE);
    let path = place.drop_file("june_20240705.csv", june.get(..2000).unwrap());
    let sweep = watch.next();
    assert_eq!((&sweep["waiting"][0], files(&sweep)), (&"inbox/june_20240705.csv".into(), vec![]));
    fs::write(&path, &june).unwrap();
    assert_eq!(watch.next_files(), told("june_20240705.csv", "new"));
    place.drop_file("copy.csv", &june);
    assert_eq!(watch.next_files(), told("copy.csv", "known"));
    fs::write(&path, sample(MAY)).unwrap();
    assert_eq!(watch.next_files(), told("june_20240705.csv", "changed"));
    assert!(path.exists(), "files stay where they are");
    watch.signal("-INT");
    assert_eq!(watch.next()["event"], "stopped");
    assert_eq!(watch.end("-0").code(), Some(0));
    assert_eq!(
        place.query("files").as_array().or(place.query("files")["files"].as_array()).unwrap().len(),
        2
    );
}

#[test]
fn a_failed_file_is_tried_again_when_its_bytes_change_and_not_before() {
    let place = Place::new();
    place.drop_file(LOCKED, &sample(LOCKED));
    let watch = place.watch(&[]);
    let member = format!("{LOCKED}/haruhome_20240415_1_c41d.csv");
    assert_eq!(watch.next_files(), told(&member, "failed"));
    place.drop_file(JUNE, &sample(JUNE));
    assert_eq!(watch.next_files(), told(JUNE, "new"), "the locked file is left alone");
    place.drop_file(LOCKED, &sample(MAY));
    assert_eq!(watch.next_files(), told(LOCKED, "new"));
    assert_eq!(watch.end("-TERM").code(), Some(0));
}

#[test]
fn a_ledger_in_use_is_told_once_and_waited_for() {
    let place = Place::new();
    let (status, _) = place.once(&[]);
    assert_eq!(status, 0);
    fs::create_dir_all(place.path("ledger")).unwrap();
    let lock = File::create(place.path("ledger/lock")).unwrap();
    lock.try_lock().unwrap();
    place.drop_file(JUNE, &sample(JUNE));
    let (status, document) = place.once(&[]);
    assert_eq!((status, &document["error"]["code"]), (1, &"store.locked".into()));
    let watch = place.watch(&[]);
    let trouble = watch.next();
    assert_eq!((&trouble["event"], &trouble["code"]), (&"trouble".into(), &"store.locked".into()));
    drop(lock);
    assert_eq!(watch.next_files(), told(JUNE, "new"), "and nothing else was said meanwhile");
    assert_eq!(watch.end("-TERM").code(), Some(0));
}

#[test]
fn a_folder_that_goes_away_is_waited_for() {
    let place = Place::new();
    place.drop_file(JUNE, &sample(JUNE));
    let watch = place.watch(&[]);
    assert_eq!(watch.next_files(), told(JUNE, "new"));
    fs::rename(place.path("inbox"), place.path("away")).unwrap();
    assert_eq!(watch.next()["code"], "file.io");
    fs::rename(place.path("away"), place.path("inbox")).unwrap();
    place.drop_file(MAY, &sample(MAY));
    let mut seen = Vec::new();
    while !seen.contains(&(MAY.to_owned(), "new".to_owned())) {
        seen.extend(watch.next_files());
    }
}

/// Ended in the midst of whatever it does, and once more: everything is in the ledger, and only once.
#[test]
fn ended_at_any_moment_the_next_sweep_has_it_all() {
    let inbox = samples().join("inbox");
    let mut expected = None;
    for pause in [None, Some(0), Some(1), Some(5), Some(25), Some(60), Some(120)] {
        let place = Place::new();
        for entry in fs::read_dir(&inbox).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, place.path("inbox").join(path.file_name().unwrap())).unwrap();
        }
        let more = ["--mall", "haruhome"];
        if let Some(milliseconds) = pause {
            let watch = place.watch(&more);
            // How far it gets in this time does not matter.
            let _ = watch.lines.recv_timeout(Duration::from_millis(milliseconds));
            assert_eq!(watch.end("-TERM").code(), Some(0));
        }
        let (status, _) = place.once(&more);
        assert_eq!(status, 3);
        let target = place.path("items.csv");
        assert_eq!(place.run(&["export", "order_items", "--out", "items.csv"]).0, 0);
        let items = fs::read_to_string(target).unwrap();
        assert_eq!(expected.get_or_insert_with(|| items.clone()), &items, "ended after {pause:?} ms");
    }
}

#[test]
fn one_sweep_ends_with_a_status_and_known_files_are_no_run() {
    let place = Place::new();
    place.drop_file(JUNE, &sample(JUNE));
    let half = place.drop_file("haruhome_20240719_1_b07c.csv", sample(MAY).get(..1500).unwrap());
    let (status, first) = place.once(&[]);
    assert_eq!((status, files(&first)), (0, told(JUNE, "new")));
    assert_eq!(first["waiting"][0], "inbox/haruhome_20240719_1_b07c.csv");
    assert_eq!(first["run"]["run_id"], "r0001");
    let (status, second) = place.once(&[]);
    assert_eq!((status, files(&second), &second["run"]["run_id"]), (0, told(JUNE, "known"), &Value::Null));
    // What was cut off long ago is all there is.
    let long_ago = std::time::SystemTime::now() - Duration::from_hours(1);
    File::options().write(true).open(&half).unwrap().set_modified(long_ago).unwrap();
    let (status, third) = place.once(&[]);
    assert_eq!(status, 3, "a row without its end waits to be mended: {third}");
    assert_eq!(third["waiting"], serde_json::json!([]));
}

#[test]
fn what_the_ledger_has_is_moved_and_nothing_else() {
    let place = Place::new();
    place.drop_file(JUNE, &sample(JUNE));
    place.drop_file(LOCKED, &sample(LOCKED));
    place.drop_file("memo.txt", "메모\n".as_bytes());
    fs::create_dir(place.path("inbox/done")).unwrap();
    fs::write(place.path("inbox/done").join(JUNE), "somebody else's").unwrap();
    let (status, sweep) = place.once(&["--archive", "inbox/done"]);
    assert_eq!(status, 3);
    assert_eq!(sweep["archived"][0]["to"], "inbox/done/haruhome_20240705_1_a3f9 (1).csv");
    let names = |folder: &str| {
        let entries = fs::read_dir(place.path(folder)).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(names("inbox"), ["done", LOCKED, "memo.txt"]);
    assert_eq!(names("inbox/done"), ["haruhome_20240705_1_a3f9 (1).csv", JUNE]);
    assert_eq!(fs::read_to_string(place.path("inbox/done").join(JUNE)).unwrap(), "somebody else's");
}

#[test]
fn what_cannot_be_meant_is_refused_with_a_remedy() {
    let place = Place::new();
    for (args, status, code) in [
        (&["watch"][..], 2, "usage"),
        (&["watch", "nowhere"], 1, "file.io"),
        (&["watch", "inbox", "--archive", "."], 2, "usage"),
        (&["watch", "inbox", "--mall", "하루홈"], 2, "usage"),
        (&["watch", "inbox", "--interval", "0"], 2, "usage"),
        (&["watch", "inbox", "--dataset", "p.d"], 2, "usage"),
    ] {
        let (found, output) = place.run(&[args, &["--json"]].concat());
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((found, document["error"]["code"].as_str()), (status, Some(code)), "{args:?}");
        assert!(document["error"]["hint"].is_string(), "{args:?}: {document}");
    }
    let (status, output) = place.run(&["watch", "inbox", "--push", "--json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let expected = if cfg!(feature = "bigquery") { (2, "usage") } else { (1, "bigquery.left_out") };
    assert_eq!((status, document["error"]["code"].as_str().unwrap()), expected, "{document}");
}

fn automation(name: &str) -> String {
    fs::read_to_string(samples().join("automation").join(name)).unwrap()
}

/// The text of a sample with the program and the folder of this test in it.
fn settled(text: &str, place: &Place) -> String {
    assert!(text.contains("/usr/local/bin/jangbu") && text.contains("/srv/jangbu"), "{text}");
    text.replace("/usr/local/bin/jangbu", JANGBU)
        .replace("/srv/jangbu", &place.folder.path().display().to_string())
}

/// A place as the samples expect it: a configuration with an inbox and a mall.
fn configured() -> Place {
    let place = Place::new();
    fs::write(place.path("jangbu.toml"), "inbox = \"inbox\"\nmalls = [\"haruhome\"]\n").unwrap();
    place
}

fn in_bare_shell(script: &str, place: &Place) -> Output {
    Command::new("env")
        .args(["-i", "sh", "-c", script])
        .current_dir(place.folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn the_line_for_cron_works_without_any_environment() {
    let place = configured();
    let text = settled(&automation("crontab"), &place);
    let line = text.lines().find(|l| l.starts_with("*/")).unwrap();
    let command = line.splitn(6, ' ').nth(5).unwrap();
    assert!(!command.contains('%'), "cron makes a line break of it");
    place.drop_file(JUNE, &sample(JUNE));
    let output = in_bare_shell(command, &place);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stdout.is_empty() && output.stderr.is_empty(), "nothing to mail: {output:?}");
    assert_eq!(place.once(&[]).1["files"][0]["became"], "known");
    place.drop_file(LOCKED, &sample(LOCKED));
    let output = in_bare_shell(command, &place);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains(LOCKED), "{output:?}");
}

#[test]
fn the_step_for_jenkins_keeps_what_happened_and_its_status() {
    let place = configured();
    let text = settled(&automation("Jenkinsfile"), &place);
    let script = text.split("'''").nth(1).unwrap();
    let workspace = tempfile::tempdir().unwrap();
    let step = |expected: i32| {
        // As Jenkins runs it: a script file, with -xe.
        let output = Command::new("sh")
            .args(["-xe", "-c", script])
            .current_dir(workspace.path())
            .env("JANGBU_LANG", "en")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(expected), "{output:?}");
        let kept = fs::read(workspace.path().join("sweep.json")).unwrap();
        serde_json::from_slice::<Value>(&kept).unwrap()
    };
    place.drop_file(JUNE, &sample(JUNE));
    assert_eq!(files(&step(0))[0].1, "new");
    place.drop_file(LOCKED, &sample(LOCKED));
    assert!(files(&step(3)).iter().any(|(_, became)| became == "failed"));
    fs::remove_dir_all(place.path("inbox")).unwrap();
    assert_eq!(step(1)["error"]["code"], "file.io");
}

#[test]
fn the_service_is_one_that_systemd_takes_and_its_command_runs() {
    let place = configured();
    let text = settled(&automation("jangbu-watch.service"), &place);
    let setting = |name: &str| {
        let line = text.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix('='));
        line.unwrap_or_else(|| panic!("no {name}")).to_owned()
    };
    let units = tempfile::tempdir().unwrap();
    let unit = units.path().join("jangbu-watch.service");
    fs::write(&unit, &text).unwrap();
    // Where there is no systemd there is nobody to ask.
    if let Ok(output) = Command::new("systemd-analyze").arg("verify").arg(&unit).output() {
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    }
    let start = setting("ExecStart");
    let mut words = start.split(' ');
    assert_eq!(words.next(), Some(JANGBU));
    let mut command = Command::new(JANGBU);
    command.args(words).args(["--json", "--interval", "0.05"]).current_dir(setting("WorkingDirectory"));
    command.env_clear().env("JANGBU_LANG", "ko");
    place.drop_file(JUNE, &sample(JUNE));
    let watch = Watch::start(command);
    assert_eq!(watch.next_files()[0].1, "new");
    let signal = setting("KillSignal");
    assert_eq!(watch.end(&format!("-{}", signal.trim_start_matches("SIG"))).code(), Some(0));
}
