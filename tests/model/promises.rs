//! The general promises on generated stores.
//!
//! `JANGBU_CASES` raises the number of stores; `JANGBU_STORY=seed,size` replays one and leaves its files in
//! `target/tmp/story` (in the order they were made).

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::ArrayRef;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;

use super::compare;
use super::fold::{Counts, fold};
use super::generate::{Story, renamed, story};
use super::ledger::{Store, Table, read_csv};
use super::rng::Rng;
use super::words::{Delivery, Seen};

const TABLES: [&str; 3] = ["order_items", "orders", "order_changes"];

type Problems = Result<Vec<String>, String>;

/// Runs a property on generated stores and shows the smallest failing one.
fn for_stores(property: fn(u64, usize) -> Problems) {
    let told = |problems: Problems| match problems {
        Ok(problems) if problems.is_empty() => Ok(()),
        Ok(problems) => {
            let shown: Vec<&str> = problems.iter().take(12).map(String::as_str).collect();
            Err(format!("{} deviations\n{}", problems.len(), shown.join("\n")))
        }
        Err(problem) => Err(problem),
    };
    if let Ok(replay) = std::env::var("JANGBU_STORY") {
        let (seed, size) = replay.split_once(',').expect("JANGBU_STORY=seed,size");
        let (seed, size) = (seed.parse().expect("a seed"), size.parse().expect("a size"));
        leave(&story(seed, size));
        if let Err(problem) = told(property(seed, size)) {
            panic!("{problem}");
        }
        return;
    }
    let cases = std::env::var("JANGBU_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(24);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 12, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let result = TestRunner::new_with_rng(config, rng).run(&(any::<u32>(), 1_usize..9), |(seed, size)| {
        told(property(u64::from(seed), size))
            .map_err(|problem| TestCaseError::fail(format!("JANGBU_STORY={seed},{size}\n{problem}")))
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
}

fn leave(story: &Story) {
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("story");
    let _ = std::fs::remove_dir_all(&root);
    for (number, delivery) in story.deliveries.iter().enumerate() {
        let path = root.join(format!("{number:02}")).join(&delivery.path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        std::fs::write(path, &delivery.bytes).expect("a file");
    }
}

/// One run over some deliveries, in a folder of its own; returns what `ingest --json` told.
fn run(store: &Store, folder: &str, deliveries: &[&Delivery]) -> Result<Value, String> {
    for delivery in deliveries {
        store.put_in(folder, &delivery.path, &delivery.bytes, delivery.modified);
    }
    let outcome = store.ingest(&[store.scratch(folder)], &[]);
    if outcome.status != 0 && outcome.status != 3 {
        return Err(format!("ingest: status {}: {}", outcome.status, outcome.stderr));
    }
    let told = outcome.json()?;
    let failed: Vec<String> = told["files"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|file| !matches!(file["status"].as_str(), Some("ingested" | "already_ingested")))
        .map(|file| format!("{} {} {}", file["path"], file["status"], file["error"]))
        .collect();
    if failed.is_empty() { Ok(told) } else { Err(format!("not ingested: {}", failed.join("; "))) }
}

fn ingested(story: &Story) -> Result<(Store, Value), String> {
    let store = Store::new();
    let all: Vec<&Delivery> = story.deliveries.iter().collect();
    let told = run(&store, "in", &all)?;
    Ok((store, told))
}

fn against_model(store: &Store, seen: &[&Seen]) -> Problems {
    let expected = fold(seen);
    let [items, orders, changes] = TABLES.map(|table| store.table(table));
    Ok(compare::tables(&expected, &items?, &orders?, &changes?, seen))
}

fn same_tables(left: &Store, right: &Store) -> Problems {
    let mut problems = Vec::new();
    for table in TABLES {
        problems.extend(compare::exports(table, &named(left.table(table)?), &named(right.table(table)?)));
    }
    for table in ["findings", "quarantine"] {
        problems.extend(compare::exports(
            table,
            &without_runs(left.table(table)?),
            &without_runs(right.table(table)?),
        ));
    }
    Ok(problems)
}

/// Every ledger hashes with a secret of its own: hashes as numbers in order of appearance.
fn named(mut table: Table) -> Table {
    let mut known: Vec<String> = Vec::new();
    for row in &mut table.rows {
        for (_, cell) in row.iter_mut().filter(|(column, cell)| column.ends_with("_hash") && !cell.is_empty())
        {
            let at = known.iter().position(|hash| hash == cell).unwrap_or_else(|| {
                known.push(cell.clone());
                known.len() - 1
            });
            *cell = format!("hash {at}");
        }
    }
    table
}

/// A listing without what names the run or the place a file lay in, as a set.
fn without_runs(mut table: Table) -> Table {
    for row in &mut table.rows {
        row.retain(|column, _| !column.contains("run") && column != "path" && column != "file");
    }
    table.rows.sort();
    table
}

#[test]
fn tables_match_model() {
    for_stores(|seed, size| {
        let story = story(seed, size);
        let (store, _) = ingested(&story)?;
        against_model(&store, &story.seen())
    });
}

/// Deliveries with renamed copies, in another order, over several runs.
fn shuffled(rng: &mut Rng, story: &Story) -> Vec<Vec<Delivery>> {
    let mut all = story.deliveries.clone();
    for (serial, delivery) in story.deliveries.iter().enumerate() {
        if rng.chance(40) {
            all.extend(renamed(rng, delivery, 40 + serial));
        }
    }
    rng.shuffle(&mut all);
    let mut runs: Vec<Vec<Delivery>> = vec![Vec::new()];
    for delivery in all {
        if rng.chance(60) {
            runs.push(Vec::new());
        }
        runs.last_mut().expect("there is one").push(delivery);
    }
    runs.retain(|run| !run.is_empty());
    runs
}

fn play(store: &Store, runs: &[Vec<Delivery>]) -> Result<Vec<Value>, String> {
    let mut told = Vec::new();
    for (number, deliveries) in runs.iter().enumerate() {
        let deliveries: Vec<&Delivery> = deliveries.iter().collect();
        told.push(run(store, &format!("run{number}"), &deliveries)?);
    }
    Ok(told)
}

#[test]
fn any_order_of_arrival() {
    for_stores(|seed, size| {
        let story = story(seed, size);
        let mut rng = Rng::new(seed ^ 0xA11);
        let runs = shuffled(&mut rng, &story);
        let store = Store::new();
        play(&store, &runs)?;
        let seen: Vec<&Seen> = runs.iter().flatten().flat_map(|delivery| &delivery.seen).collect();
        let mut problems = against_model(&store, &seen)?;
        let mut again = runs.concat();
        rng.shuffle(&mut again);
        let other = Store::new();
        play(&other, &[again])?;
        problems.extend(same_tables(&store, &other)?);
        Ok(problems)
    });
}

/// Every file of the ledger whose path names a month.
fn month_files(store: &Store) -> BTreeMap<String, Vec<u8>> {
    store.ledger_files().into_iter().filter(|(path, _)| month_of(path).is_some()).collect()
}

fn month_of(path: &str) -> Option<String> {
    let bytes = path.as_bytes();
    bytes.windows(7).enumerate().find_map(|(at, window)| {
        let digits = |range: std::ops::Range<usize>| window[range].iter().all(u8::is_ascii_digit);
        let whole = bytes.get(at + 7).is_none_or(|next| !next.is_ascii_digit() && *next != b'-');
        (window.starts_with(b"20") && digits(0..4) && window[4] == b'-' && digits(5..7) && whole)
            .then(|| path[at..at + 7].to_owned())
    })
}

#[test]
fn idempotent() {
    for_stores(|seed, size| {
        let story = story(seed, size);
        let (store, _) = ingested(&story)?;
        let before: Vec<Table> = TABLES.iter().map(|table| store.table(table)).collect::<Result<_, _>>()?;
        let files = month_files(&store);
        let all: Vec<&Delivery> = story.deliveries.iter().collect();
        let told = run(&store, "in", &all)?;
        let mut problems = Vec::new();
        for file in told["files"].as_array().into_iter().flatten() {
            if file["status"] != "already_ingested" || file["rows_accepted"] != 0 || file["rows_read"] != 0 {
                problems.push(format!("second ingest: {file}"));
            }
        }
        if told["months_touched"] != Value::Array(Vec::new()) {
            problems.push(format!("second ingest touched {}", told["months_touched"]));
        }
        for (table, before) in TABLES.iter().zip(&before) {
            problems.extend(compare::exports(table, before, &store.table(table)?));
        }
        if month_files(&store) != files {
            problems.push("the ledger's month files changed".into());
        }
        Ok(problems)
    });
}

#[test]
fn conservation() {
    for_stores(|seed, size| {
        let story = story(seed, size);
        let (store, told) = ingested(&story)?;
        let expected = fold(&story.seen());
        let mut problems = Vec::new();
        let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
        for file in told["files"].as_array().into_iter().flatten() {
            let count = |name: &str| file[name].as_u64().unwrap_or(u64::MAX);
            let counts = Counts {
                accepted: count("rows_accepted"),
                duplicate: count("rows_duplicate"),
                quarantined: count("rows_quarantined"),
            };
            let hash = file["sha256"].as_str().unwrap_or_default();
            if counts.accepted + counts.duplicate + counts.quarantined + count("rows_skipped")
                != count("rows_read")
            {
                problems.push(format!("rows do not add up: {file}"));
            }
            if expected.counts.get(hash) != Some(&counts) {
                problems.push(format!(
                    "{}: {counts:?}, expected {:?}",
                    file["path"],
                    expected.counts.get(hash)
                ));
            }
            for name in ["rows_read", "rows_accepted", "rows_duplicate", "rows_quarantined", "rows_skipped"] {
                *sums.entry(name).or_default() += count(name);
            }
        }
        for (name, sum) in sums {
            if told["totals"][name] != sum {
                problems.push(format!("totals: {name} is {}, the files sum to {sum}", told["totals"][name]));
            }
        }
        let listed = store.table("quarantine")?;
        let got: Vec<(String, String)> =
            listed.rows.iter().map(|row| (row["row"].clone(), row["reason"].clone())).collect();
        let mut wanted: Vec<(String, String)> =
            expected.quarantined.iter().map(|(_, row, reason)| (row.to_string(), reason.clone())).collect();
        let mut got = got;
        got.sort();
        wanted.sort();
        if got != wanted {
            problems.push(format!("quarantine lists {got:?}, expected {wanted:?}"));
        }
        Ok(problems)
    });
}

#[test]
fn undo_equals_never_seen() {
    for_stores(|seed, size| {
        let story = story(seed, size);
        let mut rng = Rng::new(seed ^ 0xD0);
        let runs = shuffled(&mut rng, &story);
        let store = Store::new();
        let told = play(&store, &runs)?;
        let gone = rng.below(runs.len());
        let id = match &told[gone]["run_id"] {
            Value::String(id) => id.clone(),
            other => other.to_string(),
        };
        let outcome = store.run(&["undo", &id]);
        if outcome.status != 0 {
            return Err(format!("undo {id}: status {}: {}", outcome.status, outcome.stderr));
        }
        let kept: Vec<Vec<Delivery>> =
            runs.into_iter().enumerate().filter(|(number, _)| *number != gone).map(|(_, run)| run).collect();
        let other = Store::new();
        if kept.is_empty() {
            let rows: usize =
                TABLES.iter().map(|table| store.table(table).map_or(0, |table| table.rows.len())).sum();
            return Ok(if rows == 0 {
                Vec::new()
            } else {
                vec![format!("{rows} rows after undoing the only run")]
            });
        }
        play(&other, &kept)?;
        let mut problems = same_tables(&store, &other)?;
        let seen: Vec<&Seen> = kept.iter().flatten().flat_map(|delivery| &delivery.seen).collect();
        problems.extend(against_model(&store, &seen)?);
        Ok(problems)
    });
}

#[test]
fn locality() {
    for_stores(|seed, size| {
        let story = story(seed, size);
        let mut rng = Rng::new(seed ^ 0x10C);
        let runs = shuffled(&mut rng, &story);
        let store = Store::new();
        let mut problems = Vec::new();
        let mut before = month_files(&store);
        for (number, deliveries) in runs.iter().enumerate() {
            let deliveries: Vec<&Delivery> = deliveries.iter().collect();
            let told = run(&store, &format!("run{number}"), &deliveries)?;
            let touched: BTreeSet<&str> =
                told["months_touched"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let after = month_files(&store);
            for path in before.keys().chain(after.keys()) {
                let month = month_of(path).unwrap_or_default();
                if before.get(path) != after.get(path) && !touched.contains(month.as_str()) {
                    problems.push(format!("{path} changed, but the run touched {touched:?}"));
                }
            }
            let ingested: BTreeSet<&str> = told["files"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|file| file["status"] == "ingested")
                .filter_map(|file| file["sha256"].as_str())
                .collect();
            let so_far: Vec<&Seen> =
                runs[..=number].iter().flatten().flat_map(|delivery| &delivery.seen).collect();
            let expected = fold(&so_far);
            for month in ingested.iter().filter_map(|hash| expected.months.get(*hash)).flatten() {
                if !touched.contains(month.as_str()) {
                    problems.push(format!("run {number} accepted rows of {month}, but touched {touched:?}"));
                }
            }
            before = after;
        }
        Ok(problems)
    });
}

#[test]
fn exports_agree() {
    for_stores(|seed, size| {
        let story = story(seed, size);
        let (store, _) = ingested(&story)?;
        let mut problems = Vec::new();
        for table in TABLES {
            let csv = store.table(table)?;
            let parquet = store.scratch(&format!("{table}.parquet"));
            let outcome = store.run(&["export", table, "--out", &parquet.display().to_string()]);
            if outcome.status != 0 {
                return Err(format!("export {table} to Parquet: {}", outcome.stderr));
            }
            let bytes = std::fs::read(&parquet).map_err(|error| error.to_string())?;
            problems.extend(compare::exports(
                &format!("{table} (csv, parquet)"),
                &plain(csv.clone()),
                &plain(read_parquet(&bytes)?),
            ));
            let book = store.scratch(&format!("{table}.xlsx"));
            let outcome = store.run(&["export", table, "--out", &book.display().to_string()]);
            if outcome.status != 0 {
                return Err(format!("export {table} to a workbook: {}", outcome.stderr));
            }
            let rows = workbook_rows(&book)?;
            if rows != csv.rows.len() {
                problems.push(format!("{table}: {rows} rows in the workbook, {} in the CSV", csv.rows.len()));
            }
            if cfg!(feature = "query") {
                let outcome = store.run(&["query", &format!("SELECT * FROM {table}"), "--format", "csv"]);
                let text = outcome.stdout.trim_start_matches('\u{feff}');
                let queried = read_csv(format!("\u{feff}{text}").as_bytes())?;
                problems.extend(compare::exports(
                    &format!("{table} (csv, query)"),
                    &plain(csv),
                    &plain(queried),
                ));
            }
        }
        Ok(problems)
    });
}

/// Cells in one spelling, rows as a set.
fn plain(mut table: Table) -> Table {
    for row in &mut table.rows {
        for (column, cell) in row.iter_mut() {
            *cell = super::scenario::canonical(column, cell);
        }
    }
    table.rows.sort();
    table
}

fn workbook_rows(path: &std::path::Path) -> Result<usize, String> {
    use calamine::{Reader as _, Xlsx, open_workbook};
    let mut book: Xlsx<_> = open_workbook(path).map_err(|error: calamine::XlsxError| error.to_string())?;
    let sheet = book.sheet_names().first().cloned().ok_or("no sheet")?;
    let mut reader = book.worksheet_cells_reader(&sheet).map_err(|error| error.to_string())?;
    let mut rows = BTreeSet::new();
    while let Some(cell) = reader.next_cell().map_err(|error| error.to_string())? {
        rows.insert(cell.get_position().0);
    }
    Ok(rows.len().saturating_sub(1))
}

/// A Parquet file as text, NULL as the empty string.
fn read_parquet(bytes: &[u8]) -> Result<Table, String> {
    use arrow::util::display::{ArrayFormatter, FormatOptions};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    let say = |error: &dyn std::fmt::Display| error.to_string();
    let bytes = parquet_bytes(bytes);
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(|error| say(&error))?;
    let columns: Vec<String> = reader.schema().fields().iter().map(|field| field.name().clone()).collect();
    let options = FormatOptions::default().with_null("");
    let mut rows = Vec::new();
    for batch in reader.build().map_err(|error| say(&error))? {
        let batch = batch.map_err(|error| say(&error))?;
        let columns_told: Vec<ArrayRef> = batch.columns().iter().map(without_zone).collect();
        let formatters: Vec<ArrayFormatter> = columns_told
            .iter()
            .map(|column| ArrayFormatter::try_new(column.as_ref(), &options))
            .collect::<Result<_, _>>()
            .map_err(|error| say(&error))?;
        for row in 0..batch.num_rows() {
            let cells = formatters.iter().map(|formatter| formatter.value(row).to_string());
            rows.push(columns.iter().cloned().zip(cells).collect());
        }
    }
    Ok(Table { columns, rows })
}

/// The formatter knows no zone by name.
fn without_zone(column: &ArrayRef) -> ArrayRef {
    use arrow::array::{Array as _, TimestampMicrosecondArray};
    match column.as_any().downcast_ref::<TimestampMicrosecondArray>() {
        Some(times) => Arc::new(times.clone().with_timezone_opt(None::<String>)),
        None => column.clone(),
    }
}

fn parquet_bytes(bytes: &[u8]) -> bytes::Bytes {
    bytes::Bytes::copy_from_slice(bytes)
}

#[test]
fn no_personal_value_anywhere() {
    for_stores(|seed, size| {
        let story = story(seed, size);
        let store = Store::new();
        let all: Vec<&Delivery> = story.deliveries.iter().collect();
        for delivery in &all {
            store.put(&delivery.path, &delivery.bytes, delivery.modified);
        }
        let mut told = String::new();
        let mut hear = |outcome: super::ledger::Outcome| {
            told.push_str(&outcome.stdout);
            told.push_str(&outcome.stderr);
        };
        hear(store.ingest(&[store.inputs()], &["-v"]));
        for command in ["files", "findings", "quarantine"] {
            hear(store.run(&[command]));
            hear(store.run(&[command, "--json"]));
        }
        for delivery in &all {
            hear(store.run(&["inspect", &store.inputs().join(&delivery.path).display().to_string()]));
        }
        for order in store.table("orders")?.rows.iter().take(3) {
            hear(store.run(&["explain", &order["order_id"]]));
        }
        let mut held = vec![("what was printed".to_owned(), told.into_bytes())];
        for (path, bytes) in store.ledger_files() {
            if bytes.starts_with(b"PAR1") {
                held.push((
                    format!("{path} decoded"),
                    format!("{:?}", read_parquet(&bytes)?.rows).into_bytes(),
                ));
            }
            held.push((path, bytes));
        }
        for table in ["order_items", "orders", "order_changes", "findings", "quarantine", "files"] {
            held.push((table.to_owned(), format!("{:?}", store.table(table)?.rows).into_bytes()));
        }
        let canaries: BTreeSet<String> =
            story.persons.iter().flat_map(super::canary::Person::canaries).collect();
        let mut problems = Vec::new();
        for (place, bytes) in &held {
            for canary in &canaries {
                if memchr::memmem::find(bytes, canary.as_bytes()).is_some() {
                    problems.push(format!("{place} holds {canary:?}"));
                }
            }
        }
        Ok(problems)
    });
}
