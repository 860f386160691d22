//! The promises of the ledger on small generated histories.

mod crash;
mod history;
mod homes;
mod mending;
mod outbox;
mod reading;
mod requests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use sha2::{Digest as _, Sha256};

use super::*;
use crate::core::batch::{Value, Values};
use crate::core::fold::Sighting;
use crate::core::problem::{Finding, FindingKind, Quarantined, Reason};
use crate::core::schema::Additions;
use crate::core::stage::{Contents, Row, Stage};
use crate::core::types::{Instant, KstDateTime, OrderId, Precision, Source};
use crate::io::report::{NoProgress, Progress};

static SCHEMA: LazyLock<Arc<Schema>> =
    LazyLock::new(|| Arc::new(Schema::load(&Additions::default()).expect("the embedded schema is sound")));

fn schema() -> Arc<Schema> {
    Arc::clone(&SCHEMA)
}

/// One row: an order id, an item code (or none), what it is called, and the day of `order_date` (days since 1970).
#[derive(Clone, Debug)]
struct Line {
    order_id: String,
    code: Option<String>,
    name: String,
    date: Option<i32>,
    mall: Option<String>,
    shop: Option<i64>,
}

fn line(order_id: &str, item: u32, name: &str) -> Line {
    let code = Some(format!("{order_id}-{item:02}"));
    Line { order_id: order_id.into(), code, name: name.into(), date: None, mall: None, shop: None }
}

/// A file as a test describes it. Its bytes are its name.
#[derive(Clone, Debug)]
struct Given {
    bytes: String,
    path: String,
    at: i64,
    mall: Option<(String, MallEvidence)>,
    source: Source,
    lines: Vec<Line>,
    quarantine: Vec<u32>,
    /// When the rows in quarantine say that they were asked for.
    quarantine_time: Option<Instant>,
    stand_ins: Vec<StandIn>,
}

fn given(bytes: &str, at: i64, lines: &[Line]) -> Given {
    Given {
        bytes: bytes.into(),
        path: format!("{bytes}.csv"),
        at,
        mall: Some(("shop".into(), MallEvidence::Told)),
        source: Source::Export,
        lines: lines.to_vec(),
        quarantine: Vec::new(),
        quarantine_time: None,
        stand_ins: Vec::new(),
    }
}

fn hash_of(bytes: &str) -> FileHash {
    FileHash(Sha256::digest(bytes).into())
}

impl Given {
    fn sighting(&self) -> FileSighting {
        FileSighting {
            hash: hash_of(&self.bytes),
            path: self.path.clone(),
            evidence: Evidence {
                source: (self.source, SourceEvidence::Shape),
                mall: self.mall.clone(),
                observed_at: (Instant(self.at), TimeEvidence::Name),
            },
            findings: Vec::new(),
        }
    }

    fn staged(&self) -> StagedFile {
        let schema = schema();
        let mut stage = Stage::new(&schema, Contents::Collected);
        for (row, line) in (1u32..).zip(&self.lines) {
            let (mut item, mut order) = (Values::default(), Values::default());
            if let Some(code) = &line.code {
                item.set(schema.known.item_code, Value::Text(code.as_str().into()));
            }
            item.set(schema.known.product_name, Value::Text(line.name.as_str().into()));
            order.set(schema.known.order_id, Value::Text(line.order_id.as_str().into()));
            if let Some(mall) = &line.mall {
                order.set(schema.known.mall_id, Value::Text(mall.as_str().into()));
            }
            if let Some(shop) = line.shop {
                order.set(schema.known.shop_no, Value::Int(shop));
            }
            if let Some(days) = line.date {
                let time =
                    KstDateTime { seconds: i64::from(days) * 86_400 + 3_600, precision: Precision::Second };
                order.set(schema.known.order_date, Value::Time(time));
            }
            let place = Sighting { file: 0, sheet: 0, row, record: row, time: None, item: None, order: 0 };
            let order_id = OrderId::parse(&line.order_id).expect("a good id");
            stage.push(&Row { order_id: &order_id, item: Some(&item), order: &order, place });
        }
        let staged = stage.finish();
        let accepted = staged.rows;
        let quarantined = |row: &u32| Quarantined {
            row: *row,
            reason: Reason::BadNumber,
            column: Some("quantity".into()),
            value: Some("2개".into()),
            cells: vec![("수량".into(), "2개".into())],
            hashes: vec![("buyer_email_hash".into(), format!("{row:04x}"))],
            time: self.quarantine_time,
        };
        StagedFile {
            hash: hash_of(&self.bytes),
            details: FileDetails {
                size_bytes: self.bytes.len() as u64,
                format: "csv".into(),
                has_item_codes: staged.has_item_codes,
                rows_need_mall: self.lines.iter().any(|l| l.mall.is_none()),
                rows_read: accepted + self.quarantine.len() as u64,
                rows_quarantined: self.quarantine.len() as u64,
                first_order_day: staged.days.map(|d| d.0),
                last_order_day: staged.days.map(|d| d.1),
                unknown_headers: vec!["비고".into()],
                ..FileDetails::default()
            },
            quarantine: self.quarantine.iter().map(quarantined).collect(),
            findings: vec![Finding { row: Some(1), ..Finding::of(FindingKind::DamagedId) }],
            stand_ins: self.stand_ins.clone(),
            parts: staged.parts,
        }
    }
}

/// A run that saw these files; those that are known already are not read.
fn run_of(writer: &Ledger, files: &[&Given]) -> RunInput {
    let new = files.iter().filter(|f| writer.known(&hash_of(&f.bytes)).unwrap().is_none());
    RunInput {
        command: "ingest".into(),
        started_at: Instant(1_700_000_000),
        sightings: files.iter().map(|f| f.sighting()).collect(),
        files: new.map(|f| f.staged()).collect(),
    }
}

fn writer(root: &Path) -> Writer {
    Writer::open(root, schema(), "ingest").expect("nobody else has it")
}

fn reader(root: &Path) -> Ledger {
    Ledger::open(root, schema()).expect("there is a ledger")
}

fn commit(writer: &mut Writer, files: &[&Given]) -> RunOutcome {
    let input = run_of(writer, files);
    writer.commit(input, &NoProgress).expect("it commits")
}

/// A ledger in a new folder with these runs.
fn ledger_of(runs: &[&[&Given]]) -> (tempfile::TempDir, Writer) {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    for files in runs {
        commit(&mut writer, files);
    }
    (folder, writer)
}

/// All that a ledger shows, apart from the names of runs: the rows of each table with what is not null in them.
fn picture(ledger: &Ledger) -> BTreeMap<&'static str, Vec<String>> {
    Table::ALL
        .into_iter()
        .map(|table| {
            let scan = ledger.scan(table, DayRange::default()).unwrap();
            let schema = Arc::clone(scan.schema());
            let mut rows = Vec::new();
            for batch in scan {
                let batch = batch.unwrap();
                assert_eq!(batch.schema(), schema, "{table}");
                rows.extend((0..batch.num_rows()).map(|row| shown(&batch, row)));
            }
            (table.name(), rows)
        })
        .collect()
}

fn shown(batch: &RecordBatch, row: usize) -> String {
    let schema = batch.schema();
    let cells = schema.fields().iter().zip(batch.columns());
    let spoken = cells.filter(|(field, column)| column.is_valid(row) && field.name() != "run_id");
    let words = spoken.map(|(field, column)| {
        // Zones by name cannot be printed without a crate of zones.
        let value = match column.as_primitive_opt::<arrow::datatypes::TimestampMicrosecondType>() {
            Some(times) => times.value(row).to_string(),
            None => arrow::util::display::array_value_to_string(column, row).unwrap(),
        };
        format!("{}={value}", field.name())
    });
    words.collect::<Vec<_>>().join(" ")
}

fn texts(ledger: &Ledger, table: Table, column: &str) -> Vec<String> {
    let mut found = Vec::new();
    for batch in ledger.scan(table, DayRange::default()).unwrap() {
        let batch = batch.unwrap();
        let values = batch.column_by_name(column).unwrap().as_string::<i32>();
        found.extend(values.iter().map(|v| v.unwrap_or("-").to_owned()));
    }
    found
}

/// Every file below a folder with its size, sorted.
fn listing(root: &Path) -> BTreeMap<PathBuf, u64> {
    walkdir::WalkDir::new(root)
        .into_iter()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| (entry.path().strip_prefix(root).unwrap().to_owned(), entry.metadata().unwrap().len()))
        .collect()
}

/// Parquet files that the catalogue does not name, and names that have no file.
fn loose_ends(ledger: &Ledger) -> Vec<String> {
    let named = months::all_paths(&ledger.db).unwrap();
    let there: std::collections::HashSet<String> = listing(ledger.root())
        .into_keys()
        .map(|path| path.to_string_lossy().replace('\\', "/"))
        .filter(|path| path.ends_with(".parquet"))
        .collect();
    named.symmetric_difference(&there).cloned().collect()
}
