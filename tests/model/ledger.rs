//! Runs the compiled program on files in a temporary folder and reads its tables back.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;

/// One exported table: cells as text, NULL and the empty text both as the empty string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<BTreeMap<String, String>>,
}

impl Table {
    /// The cells of one column, row by row.
    pub fn column(&self, name: &str) -> Vec<String> {
        self.rows.iter().map(|row| row[name].clone()).collect()
    }
}

/// What a run of the program left behind.
pub struct Outcome {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    fn of(output: &Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The one JSON document on stdout.
    pub fn json(&self) -> Result<Value, String> {
        serde_json::from_str(&self.stdout).map_err(|error| {
            format!(
                "stdout is no JSON ({error}); status {}; stdout {:?}; stderr {}",
                self.status, self.stdout, self.stderr
            )
        })
    }
}

/// A folder of input files and a ledger, both thrown away at the end.
pub struct Store {
    folder: tempfile::TempDir,
}

impl Store {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("in")).expect("a folder for inputs");
        Self { folder }
    }

    pub fn inputs(&self) -> PathBuf {
        self.folder.path().join("in")
    }

    pub fn ledger(&self) -> PathBuf {
        self.folder.path().join("ledger")
    }

    pub fn scratch(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes an input file below the input folder with a modification time in Unix seconds.
    pub fn put(&self, name: &str, bytes: &[u8], modified: u64) -> PathBuf {
        self.put_in("in", name, bytes, modified)
    }

    /// As `put`, below another folder of the store.
    pub fn put_in(&self, folder: &str, name: &str, bytes: &[u8], modified: u64) -> PathBuf {
        let path = self.folder.path().join(folder).join(name);
        fs::create_dir_all(path.parent().expect("inside the folder")).expect("folders");
        fs::write(&path, bytes).expect("an input file");
        let file = File::options().write(true).open(&path).expect("the file just written");
        file.set_modified(UNIX_EPOCH + Duration::from_secs(modified)).expect("a modification time");
        path
    }

    /// Runs the program with the ledger of this store.
    pub fn run<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> Outcome {
        let output = Command::new(env!("CARGO_BIN_EXE_jangbu"))
            .args(arguments)
            .arg("--ledger")
            .arg(self.ledger())
            .current_dir(self.folder.path())
            .env_remove("JANGBU_LEDGER")
            .env_remove("JANGBU_PASSWORD")
            .env_remove("JANGBU_LANG")
            .env("LC_ALL", "C")
            .env("TZ", "America/New_York")
            .output()
            .expect("the program starts");
        Outcome::of(&output)
    }

    /// `ingest --json` of the paths with further arguments.
    pub fn ingest(&self, paths: &[PathBuf], more: &[&str]) -> Outcome {
        let mut arguments: Vec<String> = vec!["ingest".into(), "--json".into()];
        arguments.extend(paths.iter().map(|path| path.display().to_string()));
        arguments.extend(more.iter().map(ToString::to_string));
        self.run(&arguments)
    }

    /// A table through `export` to CSV, checked to be UTF-8 with BOM; the listings through their `--json`.
    pub fn table(&self, name: &str) -> Result<Table, String> {
        if matches!(name, "files" | "findings" | "quarantine") {
            return self.listing(name);
        }
        let out = self.scratch(&format!("{name}.csv"));
        let outcome = self.run(&["export", name, "--out", &out.display().to_string()]);
        if outcome.status != 0 {
            return Err(format!("export {name}: status {}: {}", outcome.status, outcome.stderr));
        }
        read_csv(&fs::read(&out).map_err(|error| error.to_string())?)
    }

    fn listing(&self, name: &str) -> Result<Table, String> {
        let told = self.run(&[name, "--json"]).json()?;
        let objects = told.as_array().ok_or_else(|| format!("{name} --json is no array"))?;
        let mut columns: Vec<String> = Vec::new();
        let mut rows = Vec::new();
        for object in objects.iter().filter_map(Value::as_object) {
            columns.extend(object.keys().filter(|key| !columns.contains(*key)).cloned().collect::<Vec<_>>());
            rows.push(object.iter().map(|(key, value)| (key.clone(), plain(value))).collect());
        }
        if rows.is_empty() {
            columns = ["path", "row", "column", "reason", "message"].map(ToOwned::to_owned).to_vec();
        }
        Ok(Table { columns, rows })
    }

    /// Every file of the ledger folder with its bytes, by path below it.
    pub fn ledger_files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        gather(&self.ledger(), &self.ledger(), &mut files);
        files
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn gather(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            gather(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("below the root").display().to_string();
            files.insert(name, fs::read(&path).unwrap_or_default());
        }
    }
}

/// Reads an exported CSV (UTF-8 with BOM).
pub fn read_csv(bytes: &[u8]) -> Result<Table, String> {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").ok_or("the CSV has no BOM")?;
    let mut reader = csv::Reader::from_reader(text);
    let columns: Vec<String> =
        reader.headers().map_err(|error| error.to_string())?.iter().map(ToString::to_string).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        rows.push(columns.iter().cloned().zip(record.iter().map(ToString::to_string)).collect());
    }
    Ok(Table { columns, rows })
}
