//! The rules about runs, commands, exit statuses and the secret of the hashes.

use std::collections::BTreeSet;

use serde_json::Value;

use super::ledger::Store;
use super::scenario::OLD;

const FIRST: &str = "주문번호,품목별 주문번호,수량\n20240705-0000001,20240705-0000001-01,1\n";
const SECOND: &str = "주문번호,품목별 주문번호,수량\n20240705-0000001,20240705-0000001-01,2\n20240801-0000001,20240801-0000001-01,3\n";

fn ingest(store: &Store, name: &str, text: &str, more: &[&str]) -> Value {
    let path = store.put(name, text.as_bytes(), OLD);
    let outcome = store.ingest(&[path], more);
    assert!(matches!(outcome.status, 0 | 3), "status {}: {}", outcome.status, outcome.stderr);
    outcome.json().unwrap()
}

fn column(store: &Store, table: &str, column: &str) -> Vec<String> {
    store.table(table).unwrap().column(column)
}

fn run_id(told: &Value) -> String {
    told["run_id"].as_str().map_or_else(|| told["run_id"].to_string(), ToOwned::to_owned)
}

#[test]
fn a_copy_of_known_bytes_is_already_ingested() {
    let store = Store::new();
    ingest(&store, "brandshop_20240706_1_ab12.csv", FIRST, &[]);
    let told = ingest(&store, "brandshop_20240707_1_zz12.csv", FIRST, &[]);
    let file = &told["files"][0];
    assert_eq!(file["status"], "already_ingested");
    for count in ["rows_read", "rows_accepted", "rows_duplicate", "rows_quarantined", "rows_skipped"] {
        assert_eq!(file[count], 0, "{count}");
        assert_eq!(told["totals"][count], 0, "{count} of totals");
    }
    assert_eq!(told["months_touched"], Value::Array(vec![]));
    assert_eq!(column(&store, "order_items", "quantity"), ["1"]);
}

#[test]
fn months_touched_names_months_whose_time_improved() {
    let store = Store::new();
    ingest(&store, "주문.csv", FIRST, &["--mall", "brandshop"]);
    let told = ingest(&store, "brandshop_20240707_1_zz12.csv", FIRST, &[]);
    assert_eq!(told["months_touched"], serde_json::json!(["2024-07"]));
    assert_eq!(
        super::scenario::canonical("observed_at", &column(&store, "orders", "observed_at")[0]),
        "2024-07-06 15:00:00"
    );
}

#[test]
fn any_run_can_be_undone() {
    let store = Store::new();
    let first = run_id(&ingest(&store, "brandshop_20240706_1_ab12.csv", FIRST, &[]));
    let second = run_id(&ingest(&store, "brandshop_20240707_1_ab12.csv", SECOND, &[]));
    assert_eq!(column(&store, "order_items", "quantity"), ["2", "3"]);
    assert_eq!(column(&store, "order_changes", "field"), ["quantity"]);
    assert_eq!(store.run(&["undo", &first]).status, 0);
    assert_eq!(column(&store, "order_items", "quantity"), ["2", "3"]);
    assert!(column(&store, "order_changes", "field").is_empty());
    assert_eq!(store.run(&["undo", &second]).status, 0);
    assert!(column(&store, "order_items", "quantity").is_empty());
}

#[test]
fn a_file_lives_while_one_sighting_remains() {
    let store = Store::new();
    let first = run_id(&ingest(&store, "brandshop_20240706_1_ab12.csv", FIRST, &[]));
    let second = run_id(&ingest(&store, "brandshop_20240705_1_ab12.csv", FIRST, &[]));
    let seen =
        |store: &Store| super::scenario::canonical("observed_at", &column(store, "orders", "observed_at")[0]);
    assert_eq!(seen(&store), "2024-07-04 15:00:00");
    assert_eq!(store.run(&["undo", &second]).status, 0);
    assert_eq!(seen(&store), "2024-07-05 15:00:00");
    let third = run_id(&ingest(&store, "brandshop_20240707_1_ab12.csv", FIRST, &[]));
    assert_eq!(store.run(&["undo", &first]).status, 0);
    assert_eq!(seen(&store), "2024-07-06 15:00:00");
    assert_eq!(store.run(&["undo", &third]).status, 0);
    assert!(column(&store, "orders", "order_id").is_empty());
}

#[test]
fn a_dry_run_commits_nothing() {
    let store = Store::new();
    let told = ingest(&store, "brandshop_20240706_1_ab12.csv", FIRST, &["--dry-run"]);
    assert_eq!(told["files"][0]["rows_accepted"], 1);
    let told = ingest(&store, "brandshop_20240706_1_ab12.csv", FIRST, &[]);
    assert_eq!(told["files"][0]["status"], "ingested");
}

#[test]
fn from_and_to_include_both_days() {
    let store = Store::new();
    let row = |day: &str| format!("{day}-0000001,{day}-0000001-01,1\n");
    let rows = ["20240630", "20240701", "20240702", "20240703"].map(row).concat();
    ingest(&store, "brandshop_20240706_1_ab12.csv", &format!("주문번호,품목별 주문번호,수량\n{rows}"), &[]);
    let out = store.scratch("some.csv").display().to_string();
    let outcome =
        store.run(&["export", "orders", "--out", &out, "--from", "2024-07-01", "--to", "2024-07-02"]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let table = super::ledger::read_csv(&std::fs::read(out).unwrap()).unwrap();
    let days: Vec<&str> = table.rows.iter().map(|row| row["order_day"].as_str()).collect();
    assert_eq!(days, ["2024-07-01", "2024-07-02"]);
}

#[test]
fn export_serves_every_table() {
    let store = Store::new();
    ingest(&store, "brandshop_20240706_1_ab12.csv", FIRST, &[]);
    for table in ["order_items", "orders", "order_changes", "files", "findings", "quarantine"] {
        for ending in ["csv", "parquet", "xlsx"] {
            let out = store.scratch(&format!("{table}.{ending}"));
            let outcome = store.run(&["export", table, "--out", &out.display().to_string()]);
            assert_eq!(outcome.status, 0, "{table}.{ending}: {}", outcome.stderr);
            assert!(out.exists(), "{table}.{ending}");
        }
    }
}

#[test]
fn usage_errors_are_2() {
    let store = Store::new();
    assert_eq!(store.run(&["ingest", "--no-such-flag"]).status, 2);
    assert_eq!(store.run(&["no-such-command"]).status, 2);
}

#[test]
fn the_spellings_of_one_phone_have_one_hash_in_every_column() {
    let store = Store::new();
    let header = "주문번호,품목별 주문번호,주문자 휴대전화,주문자 전화번호,수령인 휴대전화,수령인 전화번호\n";
    let spelled = "010-1234-5678,01012345678,+82 10-1234-5678,10-1234-5678";
    let text = format!(
        "{header}20240705-0000001,20240705-0000001-01,{spelled}\n20240705-0000002,20240705-0000002-01,010-1234-5679,--,,\n"
    );
    ingest(&store, "brandshop_20240706_1_ab12.csv", &text, &[]);
    let orders = store.table("orders").unwrap();
    let columns =
        ["buyer_cellphone_hash", "buyer_phone_hash", "receiver_cellphone_hash", "receiver_phone_hash"];
    let hashes: BTreeSet<&String> = columns.iter().map(|column| &orders.rows[0][*column]).collect();
    assert_eq!(hashes.len(), 1, "{hashes:?}");
    assert!(hashes.iter().all(|hash| !hash.is_empty()));
    assert!(!hashes.contains(&orders.rows[1]["buyer_cellphone_hash"]));
    assert_eq!(orders.rows[1]["buyer_phone_hash"], "");
}

#[cfg(unix)]
#[test]
fn the_secret_is_the_only_file_with_key_in_its_name_and_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let store = Store::new();
    ingest(&store, "brandshop_20240706_1_ab12.csv", FIRST, &[]);
    let files = store.ledger_files();
    let keys: Vec<&String> = files
        .keys()
        .filter(|path| path.rsplit('/').next().is_some_and(|name| name.contains("key")))
        .collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
    let mode = std::fs::metadata(store.ledger().join(keys[0])).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}

#[test]
fn quarantined_rows_mended_and_dropped_again_stand_in() {
    use calamine::{Data, Reader as _, Xlsx, open_workbook};
    let store = Store::new();
    let text = "주문번호,품목별 주문번호,수량,주문자 휴대전화\n20240705-0000001,20240705-0000001-01,2개,010-1234-5678\n20240705-0000001,20240705-0000001-02,1,010-1234-5678\n";
    ingest(&store, "brandshop_20240706_1_ab12.csv", text, &[]);
    let book = store.scratch("mend.xlsx");
    let outcome = store.run(&["quarantine", "--out", &book.display().to_string()]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let mut read: Xlsx<_> = open_workbook(&book).unwrap();
    let sheet = read.sheet_names()[0].clone();
    let mut cells = read.worksheet_cells_reader(&sheet).unwrap();
    let mut mended = rust_xlsxwriter::Workbook::new();
    let page = mended.add_worksheet();
    let mut spoilt = 0;
    while let Some(cell) = cells.next_cell().unwrap() {
        let (row, column) = cell.get_position();
        let text = Data::from(cell.get_value().clone()).to_string();
        spoilt += usize::from(text == "2개");
        page.write_string(row, u16::try_from(column).unwrap(), if text == "2개" { "2" } else { &text })
            .unwrap();
    }
    assert_eq!(spoilt, 1, "the workbook gives the cell to mend");
    let path = store.put("mended.xlsx", &mended.save_to_buffer().unwrap(), OLD);
    let outcome = store.ingest(&[path], &[]);
    assert_eq!(outcome.status, 0, "{} {}", outcome.stdout, outcome.stderr);
    assert_eq!(column(&store, "order_items", "quantity"), ["2", "1"]);
    assert_eq!(column(&store, "order_items", "sources"), ["export", "export"]);
    let times = column(&store, "order_items", "observed_at");
    assert_eq!(times[0], times[1]);
    assert!(store.table("quarantine").unwrap().rows.is_empty(), "nothing is left to mend");
}

/// Files of two forms have two sheets in the workbook; that is no other sheet of the file whose row is mended, so its two
/// equal lines stay two items.
#[test]
fn a_mended_row_stands_in_the_sheet_it_came_from() {
    let store = Store::new();
    let other = "주문번호,상품명,수량\n20240706-0000001,컵,둘\n";
    let text = "주문번호,상품번호,수량\n20240705-0000001,5,1\n20240705-0000001,5,둘\n";
    ingest(&store, "brandshop_20240707_1_ab12.csv", other, &[]);
    ingest(&store, "brandshop_20240707_2_ab13.csv", text, &[]);
    let waiting = store.table("quarantine").unwrap();
    let mut mended = rust_xlsxwriter::Workbook::new();
    let hashes = column(&store, "quarantine", "sha256");
    assert_eq!(waiting.rows.len(), 2);
    for (hash, row) in hashes.iter().zip(column(&store, "quarantine", "row")) {
        let sheet = mended.add_worksheet();
        let (header, cells) = if row == "1" {
            ("상품명", ["20240706-0000001", "컵", "2"])
        } else {
            ("상품번호", ["20240705-0000001", "5", "2"])
        };
        for (at, head) in (0u16..).zip(["_jangbu_file", "_jangbu_row", "주문번호", header, "수량"]) {
            sheet.write_string(0, at, head).unwrap();
        }
        for (at, cell) in (0u16..).zip([hash.as_str(), &row].into_iter().chain(cells)) {
            sheet.write_string(1, at, cell).unwrap();
        }
    }
    let path = store.put("mended.xlsx", &mended.save_to_buffer().unwrap(), OLD);
    let outcome = store.ingest(&[path], &[]);
    assert_eq!(outcome.status, 0, "{} {}", outcome.stdout, outcome.stderr);
    assert_eq!(
        column(&store, "order_items", "item_key"),
        ["20240705-0000001~1", "20240705-0000001~2", "20240706-0000001~1"]
    );
    assert_eq!(column(&store, "order_items", "quantity"), ["1", "2", "2"]);
}

/// Of three rows to mend one is mended, one is deleted from the workbook, one is left as it is.
#[test]
fn rows_deleted_from_a_mending_workbook_go_on_waiting() {
    let store = Store::new();
    let text = "주문번호,품목별 주문번호,수량\n20240705-0000001,20240705-0000001-01,2개쯤\n20240705-0000001,20240705-0000001-02,둘\n20240705-0000001,20240705-0000001-03,셋\n";
    ingest(&store, "brandshop_20240706_1_ab12.csv", text, &[]);
    let root = column(&store, "quarantine", "sha256").remove(0);
    let mended = format!(
        "_jangbu_file,_jangbu_row,주문번호,품목별 주문번호,수량\n{root},1,20240705-0000001,20240705-0000001-01,2\n{root},3,20240705-0000001,20240705-0000001-03,셋\n"
    );
    let seen = store.put("mended.csv", mended.as_bytes(), OLD);
    let inspected = store.run(&["inspect", &seen.display().to_string(), "--json"]);
    let inspected: serde_json::Value = serde_json::from_str(&inspected.stdout).unwrap();
    let mends = &inspected["mends"];
    assert_eq!(mends.as_array().map(Vec::len), Some(1), "{inspected}");
    assert_eq!(mends[0]["rows"], 2, "{inspected}");
    assert!(mends[0]["file"].as_str().unwrap().ends_with("brandshop_20240706_1_ab12.csv"), "{inspected}");

    let told = ingest(&store, "mended.csv", &mended, &[]);
    assert_eq!(told["totals"]["rows_quarantined"], 1, "the row that is still wrong");
    assert_eq!(column(&store, "order_items", "quantity"), ["2"]);
    let waiting = store.table("quarantine").unwrap().rows.len();
    assert_eq!(waiting, 2, "the deleted row and the one that is still wrong");
}

/// One row with two bad cells and a telephone number, then attempts that correct one cell each.
#[test]
fn a_row_that_is_mended_bit_by_bit_waits_once_and_keeps_its_hashes() {
    let attempt = |sha256: &str, quantity: &str, date: &str| {
        format!(
            "_jangbu_file,_jangbu_row,주문번호,품목별 주문번호,수량,주문일시\n{sha256},1,20240705-0000001,20240705-0000001-01,{quantity},{date}\n"
        )
    };
    let first = "주문번호,품목별 주문번호,수량,주문일시,주문자 휴대전화\n20240705-0000001,20240705-0000001-01,2개,2024-13-01,010-1234-5678\n";
    let waiting = |store: &Store| column(store, "quarantine", "sha256");

    let store = Store::new();
    ingest(&store, "brandshop_20240706_1_ab12.csv", first, &[]);
    let root = waiting(&store).remove(0);
    let half = attempt(&root, "2", "2024-13-01");
    let told = ingest(&store, "half.csv", &half, &[]);
    assert_eq!(told["totals"]["rows_quarantined"], 1);
    let of_half = waiting(&store);
    assert_eq!(of_half.len(), 1, "the attempt waits in the place of the row");
    assert_ne!(of_half[0], root);
    let whole = attempt(&of_half[0], "2", "2024-07-05 10:00");
    let told = ingest(&store, "whole.csv", &whole, &[]);
    assert_eq!(told["totals"]["rows_quarantined"], 0);
    let mended = |store: &Store| {
        assert!(waiting(store).is_empty(), "nothing is left to mend");
        assert_eq!(column(store, "order_items", "sources"), ["export"]);
        assert_ne!(column(store, "orders", "buyer_cellphone_hash"), [""], "the hash came along");
        column(store, "order_items", "quantity")
    };
    assert_eq!(mended(&store), ["2"]);
    // Mended once more, out of the first workbook.
    let other = attempt(&root, "3", "2024-07-05 10:00");
    let told = ingest(&store, "other_20300101.csv", &other, &[]);
    assert_eq!(told["totals"]["rows_quarantined"], 0);
    assert_eq!(mended(&store), ["3"]);

    let at_once = Store::new();
    let named = [("brandshop_20240706_1_ab12.csv", first), ("half.csv", &half), ("whole.csv", &whole)];
    let paths: Vec<_> = named.map(|(name, text)| at_once.put(name, text.as_bytes(), OLD)).to_vec();
    at_once.ingest(&paths, &[]);
    assert_eq!(mended(&at_once), ["2"]);
}

#[test]
fn personal_cells_of_quarantined_rows_are_dropped() {
    let store = Store::new();
    let text = "주문번호,품목별 주문번호,수량,수령인,배송메시지\n20240705-0000001,20240705-0000001-01,2개,카나리아,문앞 카나리아\n";
    ingest(&store, "brandshop_20240706_1_ab12.csv", text, &[]);
    let told = store.run(&["quarantine", "--json"]).stdout;
    assert!(!told.contains("카나리아"), "{told}");
    for (path, bytes) in store.ledger_files() {
        assert!(memchr::memmem::find(&bytes, "카나리아".as_bytes()).is_none(), "{path}");
    }
}
