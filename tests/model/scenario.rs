//! Small stories with literal answers: some input files, then the cells that are promised.
//!
//! Every scenario is played twice, all files in one run and one file a run in reverse order, so each also tests that
//! the order of arrival does not matter.

use std::fmt::Write as _;

use serde_json::Value;

use super::ledger::{Store, Table};
use super::times::canonical_instant;

/// Modification time of inputs that do not say: 2020-01-01 00:00:00 UTC, older than anything else.
pub const OLD: u64 = 1_577_836_800;

struct Input {
    name: String,
    bytes: Vec<u8>,
    modified: u64,
    more: Vec<String>,
}

enum Expectation {
    Table(&'static str, String),
    /// As `Table`, in any order of rows.
    Unordered(&'static str, String),
    /// A field of `files[]` for the file of that name, by name.
    File(String, String, Value),
    Months(Vec<String>),
    Status(i32),
    /// Whether there are findings at all.
    Findings(Odd),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Odd {
    Some,
    None,
}

/// One story: files, arguments, expectations.
pub struct Scenario {
    name: String,
    inputs: Vec<Input>,
    more: Vec<String>,
    mall: Option<String>,
    expectations: Vec<Expectation>,
}

pub fn scenario(name: &str) -> Scenario {
    Scenario {
        name: name.to_owned(),
        inputs: Vec::new(),
        more: Vec::new(),
        mall: Some("brandshop".to_owned()),
        expectations: Vec::new(),
    }
}

/// A Cafe24-shaped name with that day.
pub fn on(day: &str) -> String {
    format!("brandshop_{day}_1_ab12.csv")
}

impl Scenario {
    pub fn file(self, name: impl Into<String>, text: impl AsRef<[u8]>) -> Self {
        self.file_at(name, text, OLD)
    }

    pub fn file_at(mut self, name: impl Into<String>, text: impl AsRef<[u8]>, modified: u64) -> Self {
        self.inputs.push(Input {
            name: name.into(),
            bytes: text.as_ref().to_vec(),
            modified,
            more: Vec::new(),
        });
        self
    }

    /// Arguments for the last file; such scenarios are always played one file a run.
    pub fn with(mut self, more: &[&str]) -> Self {
        if let Some(last) = self.inputs.last_mut() {
            last.more = more.iter().map(ToString::to_string).collect();
        }
        self
    }

    pub fn no_mall(mut self) -> Self {
        self.mall = None;
        self
    }

    fn expect(mut self, expectation: Expectation) -> Self {
        self.expectations.push(expectation);
        self
    }

    /// Rows of `order_items` in order: first line the columns, cells parted by `|`, blank for NULL.
    pub fn items(self, rows: &str) -> Self {
        self.expect(Expectation::Table("order_items", rows.to_owned()))
    }

    pub fn orders(self, rows: &str) -> Self {
        self.expect(Expectation::Table("orders", rows.to_owned()))
    }

    pub fn changes(self, rows: &str) -> Self {
        self.expect(Expectation::Table("order_changes", rows.to_owned()))
    }

    /// Rows of `order_changes` in any order: key, field, values, times, sources.
    pub fn changes_sorted(self, rows: &[&str]) -> Self {
        let header =
            "item_key|field|old_value|new_value|old_observed_at|new_observed_at|old_source|new_source";
        self.expect(Expectation::Unordered("order_changes", format!("{header}\n{}", rows.join("\n"))))
    }

    /// Counts of one file in `files[]` when it is ingested for the first time: accepted, duplicate, quarantined.
    pub fn counts(self, name: &str, accepted: u64, duplicate: u64, quarantined: u64) -> Self {
        self.told(name, "rows_accepted", accepted).told(name, "rows_duplicate", duplicate).told(
            name,
            "rows_quarantined",
            quarantined,
        )
    }

    /// A field of `files[]` of one file at its first ingest.
    pub fn told(self, name: &str, field: &str, value: impl Into<Value>) -> Self {
        self.expect(Expectation::File(name.to_owned(), field.to_owned(), value.into()))
    }

    pub fn quarantined(self, rows: &str) -> Self {
        self.expect(Expectation::Table("quarantine", rows.to_owned()))
    }

    pub fn months(self, months: &[&str]) -> Self {
        self.expect(Expectation::Months(months.iter().map(ToString::to_string).collect()))
    }

    pub fn status(self, status: i32) -> Self {
        self.expect(Expectation::Status(status))
    }

    pub fn findings(self, odd: Odd) -> Self {
        self.expect(Expectation::Findings(odd))
    }

    /// Plays the story and returns what went otherwise.
    pub fn play(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.inputs.iter().all(|input| input.more.is_empty()) {
            problems.extend(self.play_once(Arrival::Together));
        }
        if self.inputs.len() > 1 || self.inputs.iter().any(|input| !input.more.is_empty()) {
            problems.extend(self.play_once(Arrival::OneByOne));
            problems.extend(self.play_once(Arrival::Reversed));
        }
        problems.sort();
        problems.dedup();
        problems.into_iter().map(|problem| format!("[{}] {problem}", self.name)).collect()
    }

    fn play_once(&self, arrival: Arrival) -> Vec<String> {
        match self.observe(arrival) {
            Ok(problems) => problems.into_iter().map(|problem| format!("{arrival:?}: {problem}")).collect(),
            Err(problem) => vec![format!("{arrival:?}: {problem}")],
        }
    }

    fn observe(&self, arrival: Arrival) -> Result<Vec<String>, String> {
        let store = Store::new();
        let paths: Vec<_> =
            self.inputs.iter().map(|input| store.put(&input.name, &input.bytes, input.modified)).collect();
        let mut runs: Vec<(Vec<_>, Vec<String>)> = match arrival {
            Arrival::Together => vec![(vec![store.inputs()], Vec::new())],
            _ => paths
                .iter()
                .zip(&self.inputs)
                .map(|(path, input)| (vec![path.clone()], input.more.clone()))
                .collect(),
        };
        if arrival == Arrival::Reversed {
            runs.reverse();
        }
        let (mut files, mut months, mut status, mut findings) = (Vec::new(), Vec::new(), 0, 0);
        for (paths, own) in runs {
            let mut more: Vec<&str> = self.more.iter().chain(&own).map(String::as_str).collect();
            if let Some(mall) = &self.mall {
                more.extend(["--mall", mall]);
            }
            let outcome = store.ingest(&paths, &more);
            if outcome.status == 2 {
                return Err(format!("ingest: status 2: {}", outcome.stderr));
            }
            status = status.max(outcome.status);
            if outcome.status == 1 {
                continue;
            }
            let told = outcome.json()?;
            files.extend(told["files"].as_array().cloned().unwrap_or_default());
            months.extend(told["months_touched"].as_array().cloned().unwrap_or_default());
            findings += told["findings"]
                .as_object()
                .map_or(0, |kinds| kinds.values().filter_map(Value::as_u64).sum::<u64>());
        }
        let mut problems = Vec::new();
        for expectation in &self.expectations {
            match expectation {
                Expectation::Table(table, rows) => {
                    problems.extend(table_differs(&store.table(table)?, table, rows, Order::Given));
                }
                Expectation::Unordered(table, rows) => {
                    problems.extend(table_differs(&store.table(table)?, table, rows, Order::Any));
                }
                Expectation::File(name, field, value) => {
                    let told = files
                        .iter()
                        .find(|file| file["path"].as_str().is_some_and(|path| path.ends_with(name.as_str())));
                    let got = told.map_or(Value::Null, |file| file[field].clone());
                    let same = if field == "observed_at" {
                        canonical_instant(got.as_str().unwrap_or_default())
                            == value.as_str().unwrap_or_default()
                    } else {
                        got == *value
                    };
                    if !same {
                        problems.push(format!("{name}: {field} is {got}, expected {value}"));
                    }
                }
                Expectation::Months(expected) => {
                    let mut got: Vec<&str> = months.iter().filter_map(Value::as_str).collect();
                    got.sort_unstable();
                    got.dedup();
                    if got != *expected {
                        problems.push(format!("months_touched {got:?}, expected {expected:?}"));
                    }
                }
                Expectation::Status(expected) => {
                    if status != *expected {
                        problems.push(format!("exit status {status}, expected {expected}"));
                    }
                }
                Expectation::Findings(odd) => {
                    let got = if findings > 0 { Odd::Some } else { Odd::None };
                    if got != *odd {
                        problems.push(format!("findings: {got:?}, expected {odd:?}"));
                    }
                }
            }
        }
        Ok(problems)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Arrival {
    Together,
    OneByOne,
    Reversed,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Given,
    Any,
}

fn cells(line: &str) -> Vec<&str> {
    line.split('|').map(str::trim).map(|cell| if cell == "NULL" { "" } else { cell }).collect()
}

/// Compares the named columns of every row, in order.
fn table_differs(got: &Table, table: &str, expected: &str, order: Order) -> Vec<String> {
    let mut lines = expected.lines().map(str::trim).filter(|line| !line.is_empty());
    let columns = cells(lines.next().unwrap_or_default());
    let missing: Vec<_> = columns.iter().filter(|column| !got.columns.iter().any(|c| c == *column)).collect();
    if !missing.is_empty() {
        return vec![format!("{table} has no column {missing:?}")];
    }
    let mut wanted: Vec<Vec<String>> =
        lines.map(|line| cells(line).iter().map(ToString::to_string).collect()).collect();
    let mut shown: Vec<Vec<String>> = got
        .rows
        .iter()
        .map(|row| columns.iter().map(|column| canonical(column, &row[*column])).collect())
        .collect();
    if order == Order::Any {
        wanted.sort();
        shown.sort();
    }
    if wanted == shown {
        return Vec::new();
    }
    let mut message = format!("{table} ({})", columns.join(" | "));
    for (label, rows) in [("expected", &wanted), ("got", &shown)] {
        for row in rows {
            let _ = write!(message, "\n      {label:>8}: {}", row.join(" | "));
        }
        if rows.is_empty() {
            let _ = write!(message, "\n      {label:>8}: (no rows)");
        }
    }
    vec![message]
}

/// Instants in one spelling, wall clocks with a space.
pub fn canonical(column: &str, cell: &str) -> String {
    if column.ends_with("observed_at") && !cell.is_empty() {
        return canonical_instant(cell);
    }
    let bytes = cell.as_bytes();
    if bytes.len() >= 19 && bytes[10] == b'T' && bytes[4] == b'-' && bytes[13] == b':' {
        return cell.replacen('T', " ", 1).trim_end_matches(".000000").trim_end_matches(".000").to_owned();
    }
    cell.trim_end_matches(".000000").replace('\n', "⏎")
}

/// Plays all and fails once with everything that went otherwise.
pub fn play_all(scenarios: &[Scenario]) {
    let problems: Vec<String> = scenarios.iter().flat_map(Scenario::play).collect();
    assert!(problems.is_empty(), "{} deviations\n{}", problems.len(), problems.join("\n"));
}
