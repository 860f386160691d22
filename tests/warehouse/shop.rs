//! A ledger of a made-up shop, and its tables as values that can be compared with those in BigQuery.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use arrow::array::{Array, AsArray as _};
use arrow::datatypes::{
    DataType, Date32Type, Decimal64Type, Decimal128Type, Int64Type, TimestampMicrosecondType,
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use super::emulator::Emulator;

pub const TABLES: [&str; 3] = ["order_items", "orders", "order_changes"];
const OWNER: &str = "jangbu_ledger";

/// A folder with a ledger and a configuration, thrown away at the end.
pub struct Shop {
    folder: tempfile::TempDir,
}

/// One line of a download.
pub struct Line<'a> {
    pub order: &'a str,
    /// Empty: the file has no code for it.
    pub code: &'a str,
    pub goods: &'a str,
    pub quantity: u32,
    pub price: &'a str,
    pub paid: &'a str,
    pub status: &'a str,
}

impl Shop {
    pub fn new() -> Self {
        let shop = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        shop.configure("");
        shop
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the configuration: short waits, and what the test adds.
    pub fn configure(&self, more: &str) {
        let text = format!("malls = [\"haruhome\"]\n[bigquery]\ntimeout_seconds = 30\n{more}");
        fs::write(self.path("jangbu.toml"), text).expect("a configuration");
    }

    pub fn ledger(&self) -> PathBuf {
        self.path("ledger")
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, &[])
    }

    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_jangbu"))
            .args(arguments)
            .arg("--ledger")
            .arg(self.ledger())
            .current_dir(self.folder.path())
            .env_remove("JANGBU_LEDGER")
            .env_remove("GOOGLE_APPLICATION_CREDENTIALS")
            .env("CLOUDSDK_CONFIG", self.path("no-gcloud"))
            .env("JANGBU_TEST_PAUSE_MS", "10")
            .env("TZ", "America/New_York")
            .envs(variables.iter().copied())
            .output()
            .expect("the program starts");
        Ran::of(&output)
    }

    /// Writes a download and ingests it. Its name tells the day.
    pub fn ingest(&self, name: &str, lines: &[Line<'_>]) -> String {
        let mut text = String::from(
            "주문번호,품목별 주문번호,주문일시,상품번호,상품명(한국어 쇼핑몰),상품옵션,수량,판매가,총 결제금액,주문 상태\n",
        );
        for l in lines {
            let day = format!("{}-{}-{}", &l.order[0..4], &l.order[4..6], &l.order[6..8]);
            text.push_str(&format!(
                "{},{},{day} 10:20:30,17,\"{}\",색상=흰색,{},{},{},{}\n",
                l.order,
                l.code,
                l.goods.replace('"', "\"\""),
                l.quantity,
                l.price,
                l.paid,
                l.status
            ));
        }
        fs::write(self.path(name), text).expect("a download");
        self.ingest_file(name)
    }

    pub fn ingest_file(&self, name: &str) -> String {
        let ran = self.run(&["ingest", name, "--json"]);
        assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
        ran.json()["run_id"].as_str().unwrap_or_default().to_owned()
    }

    /// Two months, two orders, three items; a year behind them for the month changes.
    pub fn two_months(&self) -> String {
        self.ingest(
            "haruhome_20240705_1_ab12.csv",
            &[
                Line {
                    order: "20240612-0000011",
                    code: "20240612-0000011-01",
                    goods: "하루 머그컵",
                    quantity: 2,
                    price: "12000",
                    paid: "27500",
                    status: "배송완료",
                },
                Line {
                    order: "20240612-0000011",
                    code: "20240612-0000011-02",
                    goods: "접시, \"대\"",
                    quantity: 1,
                    price: "3500",
                    paid: "27500",
                    status: "배송완료",
                },
                Line {
                    order: "20240701-0000012",
                    code: "20240701-0000012-01",
                    goods: "😀 수건",
                    quantity: 3,
                    price: "9900",
                    paid: "29700",
                    status: "배송중",
                },
            ],
        )
    }

    pub fn push(&self, dataset: &str, endpoint: &str, more: &[&str]) -> Ran {
        self.push_with(dataset, endpoint, more, &[])
    }

    pub fn push_with(&self, dataset: &str, endpoint: &str, more: &[&str], variables: &[(&str, &str)]) -> Ran {
        let mut arguments = vec!["push", "--json", "--dataset", dataset, "--endpoint", endpoint];
        arguments.extend(more);
        self.run_with(&arguments, variables)
    }

    /// A table of the ledger as sorted rows of `column=value`.
    pub fn rows(&self, table: &str) -> Vec<String> {
        let out = self.path(&format!("{table}.parquet"));
        let ran = self.run(&["export", table, "--out", &out.display().to_string()]);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        parquet_rows(&out)
    }
}

/// How a run of the program ended.
pub struct Ran {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    fn of(output: &Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {}{}", self.stdout, self.stderr))
    }

    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.status, 0, "{}{}", self.stdout, self.stderr);
        self
    }

    /// The code of the error, and that nothing was done and nothing else was said to programs.
    #[track_caller]
    pub fn error(&self) -> String {
        self.error_with(1)
    }

    /// The same where something was done.
    #[track_caller]
    pub fn ended_early(&self) -> String {
        self.error_with(3)
    }

    #[track_caller]
    fn error_with(&self, status: i32) -> String {
        assert_eq!(self.status, status, "{}{}", self.stdout, self.stderr);
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Months that were brought, as `table month`.
    pub fn loads(&self) -> Vec<String> {
        let json = self.json();
        let text = |load: &Value, key: &str| load[key].as_str().unwrap_or_default().to_owned();
        let loads = json["loads"].as_array().cloned().unwrap_or_default();
        loads.iter().map(|l| format!("{} {}", text(l, "table"), text(l, "month"))).collect()
    }
}

fn parquet_rows(path: &Path) -> Vec<String> {
    let file = fs::File::open(path).expect("an export");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet").build().expect("a reader");
    let mut rows = Vec::new();
    for batch in reader {
        let batch = batch.expect("rows");
        for row in 0..batch.num_rows() {
            let schema = batch.schema();
            let cells = schema
                .fields()
                .iter()
                .zip(batch.columns())
                .filter_map(|(field, array)| Some(format!("{}={}", field.name(), cell(array, row)?)));
            rows.push(cells.collect::<Vec<_>>().join("|"));
        }
    }
    rows.sort();
    rows
}

/// A cell as a value: amounts in hundredths, days and times as numbers.
fn cell(array: &dyn Array, row: usize) -> Option<String> {
    if array.is_null(row) {
        return None;
    }
    Some(match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Decimal64(_, 2) => array.as_primitive::<Decimal64Type>().value(row).to_string(),
        DataType::Decimal128(_, 2) => array.as_primitive::<Decimal128Type>().value(row).to_string(),
        DataType::Date32 => array.as_primitive::<Date32Type>().value(row).to_string(),
        DataType::Timestamp(..) => array.as_primitive::<TimestampMicrosecondType>().value(row).to_string(),
        other => panic!("a column of type {other}"),
    })
}

/// A table in BigQuery in the same form; `whose` are the rows of the ledger, or all.
pub fn remote_rows(emulator: &Emulator, dataset: &str, table: &str, filter: &str) -> Vec<String> {
    let document = emulator.table(dataset, table).unwrap_or_else(|| panic!("no table {table}"));
    let fields: Vec<(String, String)> = document["schema"]["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .map(|f| (f["name"].as_str().unwrap().to_owned(), f["type"].as_str().unwrap().to_owned()))
        .collect();
    let names: Vec<&str> = fields.iter().map(|f| f.0.as_str()).collect();
    let sql = format!("SELECT {} FROM `{dataset}.{table}` WHERE {filter}", names.join(", "));
    let mut rows: Vec<String> = emulator
        .query(&sql)
        .into_iter()
        .map(|row| {
            let cells = fields
                .iter()
                .zip(row)
                .filter(|((name, _), _)| name != OWNER)
                .filter_map(|((name, kind), value)| Some(format!("{name}={}", value_of(kind, &value?))));
            cells.collect::<Vec<_>>().join("|")
        })
        .collect();
    rows.sort();
    rows
}

fn value_of(kind: &str, text: &str) -> String {
    let day = |text: &str| {
        let day = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").expect("a day");
        (day - chrono::NaiveDate::default()).num_days()
    };
    match kind {
        "NUMERIC" => {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
            format!("{whole}{fraction:0<2}").parse::<i128>().expect("an amount").to_string()
        }
        "DATE" => day(text).to_string(),
        "DATETIME" => {
            let time = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").expect("a time");
            time.and_utc().timestamp_micros().to_string()
        }
        _ => text.to_owned(),
    }
}

/// That the tables in BigQuery hold exactly what the ledger holds.
#[track_caller]
pub fn assert_equal(emulator: &Emulator, shop: &Shop, dataset: &str, filter: &str) {
    for table in TABLES {
        let (local, remote) = (shop.rows(table), remote_rows(emulator, dataset, table, filter));
        assert_eq!(local, remote, "{table}");
    }
}
