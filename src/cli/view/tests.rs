//! Whole screens of 80 columns, as an analyst sees them.

use super::*;
use crate::cli::lang::Lang;
use crate::cli::width::width;
use crate::cli::words::Words;
use crate::core::tables::{ColumnType, Table, TableColumn};
use crate::io::report::Trouble;
use crate::io::report::explain::{
    ChangeView, ExplainedValue, Explanation, FindingView, ItemView, ObservationView, OrderView,
};
use crate::io::report::ingest::{FileReport, FileStatus, IngestReport, ItemCounts, Mode};
use crate::io::report::inspect::{
    ColumnUse, Inspection, ProblemView, SampleRow, SampleValue, SheetView, Storage, Told, Verdict,
};
use crate::io::report::rows::{RowColumn, RowValue, Rows};

fn english() -> Words {
    Words::of(Lang::En)
}

#[track_caller]
fn check(found: &str, expected: &str) {
    assert_eq!(found, expected, "\n{found}");
    for line in found.lines() {
        assert!(width(line) <= 80, "wider than 80 columns: {line}");
        assert_eq!(line.trim_end(), line, "spaces at the end");
    }
}

fn ingest_report() -> IngestReport {
    let mut good = FileReport::new("inbox/haruhome_20240705_1_ab12.csv", FileStatus::Ingested);
    good.rows.read = 48_210;
    good.rows.accepted = 48_001;
    good.rows.duplicate = 200;
    good.rows.quarantined = 9;
    good.unknown_headers = vec!["비고2".into(), "담당자 메모".into()];
    let mut locked = FileReport::new("inbox/보안_20240706.zip", FileStatus::Failed);
    locked.error = Some(Trouble {
        code: "file.password".into(),
        message: "is locked by a password".into(),
        hint: Some("give the password with --password-file FILE or JANGBU_PASSWORD".into()),
    });
    let mut memo = FileReport::new("inbox/memo.txt", FileStatus::Skipped);
    memo.reason = Some("no order headers in it".into());
    let known = FileReport::new("inbox/old.csv", FileStatus::AlreadyIngested);
    let mut report = IngestReport::of(Mode::Commit, vec![good, locked, memo, known]);
    report.run_id = Some("20240705T010203Z-1a2b".into());
    report.items = ItemCounts { new: 1_204, changed: 310, unchanged: 46_487 };
    report
        .months_touched
        .extend(["2024-05", "2024-06", "2024-07"].into_iter().filter_map(crate::core::types::Month::parse));
    report.findings.insert("frozen_conflict".into(), 3);
    report.findings.insert("unknown_status".into(), 1);
    report.elapsed_ms = 1_240;
    report
}

#[test]
fn a_run_ends_with_what_wants_attention_the_counts_and_what_to_do() {
    check(
        &ingest::render(&ingest_report(), &english(), 80, Style::Plain),
        "\
✗ inbox/보안_20240706.zip is locked by a password
  → give the password with --password-file FILE or JANGBU_PASSWORD
· inbox/memo.txt skipped: no order headers in it
? inbox/haruhome_20240705_1_ab12.csv unknown headers: 비고2, 담당자 메모

Run 20240705T010203Z-1a2b is in the ledger

files       1 ingested, 1 known already, 1 skipped, 1 failed
rows read   48,210
  accepted  48,001
  duplicate    200  the same row again in its file
  quarantined    9  wait to be mended
items       1,204 new, 310 changed, 46,487 unchanged
months      3 from 2024-05 to 2024-07
findings    3 frozen_conflict, 1 unknown_status
time        1.2 s

next        jangbu quarantine --out mend.xlsx  see and mend 9 rows
            jangbu findings                    look at 4 findings
            jangbu inspect FILE                see what headers mean
",
    );
}

#[test]
fn a_run_without_news_is_short() {
    let known = FileReport::new("inbox/old.csv", FileStatus::AlreadyIngested);
    check(
        &ingest::render(&IngestReport::of(Mode::Commit, vec![known]), &english(), 80, Style::Plain),
        "\
Nothing new: the ledger is as it was

files       1 known already
",
    );
}

fn column(cell: usize, header: &str, column: &str, column_type: &str, storage: Storage) -> ColumnUse {
    ColumnUse {
        cell,
        header: header.into(),
        table: "order_items".into(),
        column: column.into(),
        column_type: column_type.into(),
        rank: 1,
        storage,
    }
}

fn inspection() -> Inspection {
    let value = |text: &str| SampleValue::Value(text.into());
    Inspection {
        path: "inbox/haruhome_20240705_1_ab12.csv".into(),
        size_bytes: 1_234_567,
        sha256: Some("9f3a".repeat(16)),
        format: Some("CSV".into()),
        encoding: Some("UTF-8 with BOM".into()),
        delimiter: Some("comma".into()),
        source: Some(Told::new("export", "the name has Cafe24's shape")),
        mall: Some(Told::new("haruhome", "the name")),
        observed_at: Some(Told::new("2024-07-04T15:00:00Z", "the day in the name")),
        mends: Vec::new(),
        sheets: vec![SheetView {
            name: None,
            header_row: Some(1),
            rows_seen: 500,
            complete: false,
            columns: vec![
                column(1, "주문번호", "order_id", "STRING", Storage::Plain),
                column(2, "품목별 주문번호", "order_item_code", "STRING", Storage::Plain),
                column(3, "상품명(한국어 쇼핑몰)", "product_name", "STRING", Storage::Plain),
                ColumnUse {
                    rank: 2, ..column(4, "주문상품명", "product_name", "STRING", Storage::Plain)
                },
                column(5, "판매가", "product_price", "DECIMAL(18,2)", Storage::Plain),
                column(6, "수령인", "receiver_name", "STRING", Storage::Dropped),
                column(7, "수령인 휴대전화", "receiver_cellphone_hash", "STRING", Storage::Hashed),
                column(8, "수령인 주소(전체)", "receiver_region", "STRING", Storage::Region),
            ],
            unknown: vec!["비고2".into()],
            ignored: vec!["옵션+판매가".into()],
            sample: vec![
                SampleRow {
                    row: 1,
                    values: vec![
                        value("20240701-0000123"),
                        value("20240701-0000123-01"),
                        value("하루홈 머그컵 300ml"),
                        SampleValue::Blank,
                        value("12000.00"),
                        SampleValue::Hidden,
                        SampleValue::Hidden,
                        SampleValue::Hidden,
                    ],
                    quarantined: None,
                },
                SampleRow {
                    row: 2,
                    values: vec![
                        value("20240701-0000124"),
                        value("20240701-0000124-01"),
                        value("무지 티셔츠 (화이트/L) 기획 한정판"),
                        SampleValue::Blank,
                        SampleValue::Unreadable,
                        SampleValue::Hidden,
                        SampleValue::Blank,
                        SampleValue::Hidden,
                    ],
                    quarantined: Some("bad_number".into()),
                },
            ],
        }],
        members: Vec::new(),
        problems: vec![ProblemView {
            code: "bad_number".into(),
            message: "this cannot be read as a number of its column; write digits only".into(),
            rows: Some(3),
            first_row: Some(2),
            column: Some("product_price".into()),
        }],
        verdict: Verdict::Ingest,
    }
}

#[test]
fn inspect_shows_what_a_file_is_and_what_its_headers_feed() {
    check(
        &inspect::render(&inspection(), &english(), 80, Style::Plain),
        "\
inbox/haruhome_20240705_1_ab12.csv  1.2 MB

format        CSV, comma
encoding      UTF-8 with BOM
source        export (the name has Cafe24's shape)
mall          haruhome (the name)
observed at   2024-07-05 00:00:00 KST (the day in the name)
sha256        9f3a9f3a9f3a9f3a

Headers  in row 1; 8 understood, 1 unknown, 1 left aside
  #  header                 column                   type     note
  ─  ─────────────────────  ───────────────────────  ───────  ─────────────────
  1  주문번호               order_id                 STRING
  2  품목별 주문번호        order_item_code          STRING
  3  상품명(한국어 쇼핑몰)  product_name             STRING
  4  주문상품명             product_name             STRING   fills blanks
  5  판매가                 product_price            DECIMAL
  6  수령인                 receiver_name            STRING   personal, dropped
  7  수령인 휴대전화        receiver_cellphone_hash  STRING   personal, hashed
  8  수령인 주소(전체)      receiver_region          STRING   personal, region
  ? unknown, not stored: 비고2
  · known, feed no column: 옵션+판매가

Sample  2 of the first 500 rows
  column                   row 1                row 2
  ───────────────────────  ───────────────────  ────────────────────────────────
  order_id                 20240701-0000123     20240701-0000124
  order_item_code          20240701-0000123-01  20240701-0000124-01
  product_name             하루홈 머그컵 300ml  무지 티셔츠 (화이트/L) 기획 한…
  product_price            12000.00             ✗ unreadable
  receiver_name            ∙∙∙ dropped          ∙∙∙ dropped
  receiver_cellphone_hash  ∙∙∙ hashed
  receiver_region          ∙∙∙ region           ∙∙∙ region
  quarantined                                   ✗ bad_number

Problems
  ! bad_number (3 rows, the first is row 2, product_price): this cannot be read
    as a number of its column; write digits only

✓ would be ingested
",
    );
}

#[test]
fn inspect_of_an_archive_shows_its_members() {
    let mut archive = inspection();
    archive.path = "orders.zip".into();
    archive.sheets.clear();
    archive.problems.clear();
    archive.format = Some("ZIP".into());
    (archive.encoding, archive.delimiter, archive.source) = (None, None, None);
    (archive.mall, archive.observed_at, archive.sha256) = (None, None, None);
    let mut member = inspection();
    member.path = "orders.zip/메모.txt".into();
    member.sheets[0].header_row = None;
    member.sheets[0].columns.clear();
    member.sheets[0].rows_seen = 2;
    member.sheets[0].complete = true;
    member.problems.clear();
    member.verdict = Verdict::Skip { reason: "no order headers in it".into() };
    archive.members.push(member);
    check(
        &inspect::render(&archive, &english(), 80, Style::Plain),
        "\
orders.zip  1.2 MB

format        ZIP

  orders.zip/메모.txt  1.2 MB

  format        CSV, comma
  encoding      UTF-8 with BOM
  source        export (the name has Cafe24's shape)
  mall          haruhome (the name)
  observed at   2024-07-05 00:00:00 KST (the day in the name)
  sha256        9f3a9f3a9f3a9f3a

  Headers  no header row among all 2 rows

  · would be skipped: no order headers in it

✓ would be ingested
",
    );
}

fn explained(column: &str, value: &str, from: usize) -> ExplainedValue {
    let numeric = value.ends_with(".00");
    ExplainedValue { column: column.into(), value: value.into(), from: (from > 0).then_some(from), numeric }
}

fn seen(no: usize, path: &str, row: u64, source: &str, at: &str, item: Option<&str>) -> ObservationView {
    ObservationView {
        no,
        path: path.into(),
        sheet: None,
        row,
        source: source.into(),
        observed_at: at.into(),
        item_key: item.map(Into::into),
        matched: false,
    }
}

fn explanation() -> Explanation {
    let item = "20240701-0000123-01";
    let mut matched =
        seen(1, "history/2024 상반기 정리.xlsx", 118, "history", "2024-07-02T15:00:00Z", Some(item));
    matched.matched = true;
    matched.sheet = Some("7월".into());
    Explanation {
        order_id: "20240701-0000123".into(),
        orders: vec![OrderView {
            mall_id: "haruhome".into(),
            shop_no: 1,
            shop_name: Some("하루홈".into()),
            order_day: Some("2024-07-01".into()),
            values: vec![
                explained("order_date", "2024-07-01 12:34:56", 2),
                explained("payment_amount", "12000.00", 3),
                explained("shipping_fee", "0.00", 2),
            ],
            items: vec![ItemView {
                item_key: item.into(),
                values: vec![
                    explained(
                        "product_name",
                        "하루홈 머그컵 300ml 화이트 선물 포장 포함 2024년 여름 한정판 세트 구성 (사은품 증정)",
                        1,
                    ),
                    explained("product_price", "12000.00", 2),
                    explained("order_status", "N40", 3),
                    explained("status_class", "normal", 0),
                ],
            }],
            observations: vec![
                matched,
                seen(
                    2,
                    "inbox/haruhome_20240705_1_ab12.csv",
                    12,
                    "export",
                    "2024-07-04T15:00:00Z",
                    Some(item),
                ),
                seen(3, "inbox/orders.ndjson", 3, "api", "2024-07-09T00:10:00Z", Some(item)),
            ],
            changes: vec![
                ChangeView {
                    item_key: Some(item.into()),
                    field: "order_status".into(),
                    old_value: "N30".into(),
                    new_value: Some("N40".into()),
                    old_observed_at: "2024-07-04T15:00:00Z".into(),
                    new_observed_at: "2024-07-09T00:10:00Z".into(),
                    old_source: "export".into(),
                    new_source: "api".into(),
                },
                ChangeView {
                    item_key: None,
                    field: "payment_amount".into(),
                    old_value: "13000.00".into(),
                    new_value: None,
                    old_observed_at: "2024-07-04T15:00:00Z".into(),
                    new_observed_at: "2024-07-09T00:10:00Z".into(),
                    old_source: "api".into(),
                    new_source: "api".into(),
                },
            ],
            findings: vec![FindingView {
                reason: "frozen_conflict".into(),
                message: "two observations disagree on a field that never changes; the newest one counts"
                    .into(),
                item_key: Some(item.into()),
                column: Some("product_price".into()),
                value: Some("12000.00".into()),
                other_value: Some("11000.00".into()),
            }],
        }],
    }
}

#[test]
fn explain_shows_whose_word_each_value_is() {
    check(
        &explain::render(&explanation(), &english(), 80, Style::Plain),
        "\
20240701-0000123  haruhome, shop 1 하루홈, 2024-07-01

Observations  3 rows
  no  observed (KST)       source   item  row  file
  ──  ───────────────────  ───────  ────  ───  ─────────────────────────────────
   1  2024-07-03 00:00:00  history  -01*  118  …/2024 상반기 정리.xlsx [7월]
   2  2024-07-05 00:00:00  export   -01    12  …/haruhome_20240705_1_ab12.csv
   3  2024-07-09 09:10:00  api      -01     3  inbox/orders.ndjson
  * without an item code: matched by its goods

Order
  order_date      2024-07-01 12:34:56  ← 2
  payment_amount  12000.00             ← 3
  shipping_fee        0.00             ← 2

Item 20240701-0000123-01
  product_name   하루홈 머그컵 300ml 화이트 선물 포장 포함 2024년 여름       ← 1
                 한정판 세트 구성 (사은품 증정)
  product_price  12000.00                                                    ← 2
  order_status   N40                                                         ← 3
  status_class   normal

Changes
  2024-07-09 09:10:00  -01 order_status: N30 → N40 (export → api)
  2024-07-09 09:10:00  payment_amount: 13000.00 → (cleared) (api)

Findings
  ! frozen_conflict (-01, product_price, 12000.00 against 11000.00): two
    observations disagree on a field that never changes; the newest one counts
",
    );
}

fn listing(names: &str, lines: &[&str]) -> Rows {
    let column = |name: &str| RowColumn { name: name.into(), numeric: false };
    let cell = |text: &str| if text.is_empty() { RowValue::Null } else { RowValue::Text(text.into()) };
    Rows {
        columns: names.split('|').map(column).collect(),
        rows: lines.iter().map(|line| line.split('|').map(cell).collect()).collect(),
    }
}

#[test]
fn files_stand_under_the_run_that_read_them() {
    let rows = listing(
        "path|run_id|source|observed_at|rows_read|rows_quarantined",
        &[
            "inbox/haruhome_20240705_1_ab12.csv|run-1|export|2024-07-04T15:00:00Z|48210|9",
            "inbox/보안 다운로드 모음 2024년 상반기.zip/하루홈_주문_전체_20240706.csv|run-1|history|2024-07-05T15:00:00Z|12|0",
            "api/page.json|run-2|api|2024-07-09T00:10:05Z|1|0",
        ],
    );
    check(
        &listing::files(&rows, &english(), 80, Style::Plain),
        "\
run run-1  2 files
  path                                source   observed (KST)      rows  to mend
  ──────────────────────────────────  ───────  ────────────────  ──────  ───────
  inbox/haruhome_20240705_1_ab12.csv  export   2024-07-05 00:00  48,210        9
  …/하루홈_주문_전체_20240706.csv     history  2024-07-06 00:00      12

run run-2  1 file
  path           source  observed (KST)    rows  to mend
  ─────────────  ──────  ────────────────  ────  ───────
  api/page.json  api     2024-07-09 09:10     1
",
    );
}

#[test]
fn findings_of_a_kind_are_explained_once() {
    let rows = listing(
        "reason|message|path|row|order_id|item_key|column|value|other_value",
        &[
            "frozen_conflict|two observations disagree on a field that never changes; the newest one counts|||20240701-0000123|20240701-0000123-01|product_price|12000.00|11000.00",
            "unknown_status|this status label is not known|a.csv|7|20240701-0000124|20240701-0000124-02|status_text|포장 대기중|",
            "frozen_conflict|two observations disagree on a field that never changes; the newest one counts|||20240701-0000125||order_date|2024-07-01 10:00:00|2024-07-01 11:00:00",
        ],
    );
    check(
        &listing::findings(&rows, &english(), 80, Style::Plain),
        "\
frozen_conflict (2)
  two observations disagree on a field that never changes; the newest one counts
order             item  column         value                other
────────────────  ────  ─────────────  ───────────────────  ───────────────────
20240701-0000123  -01   product_price  12000.00             11000.00
20240701-0000125        order_date     2024-07-01 10:00:00  2024-07-01 11:00:00

unknown_status (1)
  this status label is not known
order             item  column       value        file   row
────────────────  ────  ───────────  ───────────  ─────  ───
20240701-0000124  -02   status_text  포장 대기중  a.csv    7
",
    );
}

#[test]
fn rows_to_mend_stand_under_their_file() {
    let rows = listing(
        "path|row|reason|column|value|message",
        &[
            "a.csv|17|bad_number|quantity|2개|this cannot be read as a number of its column; write digits only",
            "a.csv|23|missing_order_id|||the row names no order; fill in 주문번호",
        ],
    );
    check(
        &listing::quarantine(&rows, &english(), 80, Style::Plain),
        "\
a.csv  2 rows
  row  reason            column    value
  ───  ────────────────  ────────  ─────
   17  bad_number        quantity  2개
   23  missing_order_id

→ bad_number: this cannot be read as a number of its column; write digits only
→ missing_order_id: the row names no order; fill in 주문번호
",
    );
}

#[test]
fn a_long_group_is_cut_and_says_so() {
    let lines = vec!["a.csv|17|bad_number|quantity|2개|write digits only"; 1_234];
    let text = listing::quarantine(
        &listing("path|row|reason|column|value|message", &lines),
        &english(),
        80,
        Style::Plain,
    );
    assert!(text.contains("\n  … 1,204 more; --json or export list all\n"), "{text}");
}

#[test]
fn a_schema_tells_what_feeds_each_column() {
    let column = |name: &str, column_type, required| TableColumn {
        name: name.into(),
        column_type,
        required,
        description: "Price of one piece without options.".into(),
        description_ko: "판매가".into(),
        headers: if required { Vec::new() } else { vec!["판매가".into(), "상품 판매가(KRW)".into()] },
        origin: None,
    };
    let columns =
        [column("item_key", ColumnType::String, true), column("product_price", ColumnType::Money, false)];
    check(
        &schema::render(Table::OrderItems, &columns, &english(), 80, Style::Plain),
        "\
order_items  one row an order item, in its current state

  item_key       STRING  never null
    Price of one piece without options.

  product_price  DECIMAL(18,2)
    Price of one piece without options.
    ← 판매가 · 상품 판매가(KRW)
",
    );
    assert_eq!(
        crate::io::report::schema::bigquery(&columns)[1],
        serde_json::json!({
            "name": "product_price",
            "type": "NUMERIC",
            "mode": "NULLABLE",
            "description": "Price of one piece without options. / 판매가",
            "precision": "18",
            "scale": "2",
        })
    );
}
