//! One table as LibreOffice saves it: whatever the format, the ledger is the same.

use std::fs;
use std::path::Path;

use super::ledger::{Outcome, Store, Table};

fn ingest(store: &Store, ending: &str) -> Outcome {
    let name = format!("orders.{ending}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/libreoffice");
    let bytes = fs::read(folder.join(&name)).expect("the fixture");
    let path = store.put(&name, &bytes, 1_772_000_000);
    store.ingest(&[path], &["--mall", "brandshop", "--observed-at", "2026-03-05"])
}

fn tables(ending: &str) -> (Table, Table) {
    let store = Store::new();
    let outcome = ingest(&store, ending);
    assert_eq!(outcome.status, 0, "{ending}: {}", outcome.stderr);
    (store.table("order_items").expect("items"), store.table("orders").expect("orders"))
}

#[test]
fn every_format_tells_the_same() {
    let (items, orders) = tables("csv");
    assert_eq!(
        items.column("product_name"),
        ["D'eL 라탄 바구니", "쑥 & 솔향 소이 캔들", "\"작은\" <머그컵>"]
    );
    assert_eq!(items.column("option_value"), ["색상=크림, 크기=M", "향=무화과\n리본=없음", ""]);
    assert_eq!(items.column("custom_product_code"), ["00123", "00124", "=A1"]);
    assert_eq!(items.column("product_price"), ["39000.00", "19500.00", "0.00"]);
    assert_eq!(items.column("order_status"), ["N40", "R40", "N20"]);
    assert_eq!(orders.column("order_date"), ["2026-03-01 09:08:07", "2026-03-02 23:59:59"]);
    assert_eq!(orders.column("payment_date"), ["2026-03-01 00:00:00", ""]);
    assert_eq!(orders.column("market_order_no"), ["2026030112345678", "2026030287654321"]);
    for ending in ["xlsx", "xls", "ods", "xml", "html"] {
        assert_eq!(tables(ending), (items.clone(), orders.clone()), "{ending}");
    }
}

#[test]
fn a_sheet_that_is_not_read_fails_and_says_what_to_do() {
    for (ending, kind) in [("fods", "flat OpenDocument sheet"), ("slk", "SYLK sheet"), ("dif", "DIF sheet")] {
        let store = Store::new();
        let outcome = ingest(&store, ending);
        let told = outcome.json().expect("a report");
        let file = &told["files"][0];
        assert_eq!((outcome.status, file["status"].as_str()), (3, Some("failed")), "{ending}");
        let error = file["error"].to_string();
        assert!(error.contains("file.unsupported") && error.contains(kind), "{error}");
        assert!(error.contains("CSV or XLSX"), "{error}");
    }
}
