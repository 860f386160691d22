//! A ledger that an older program wrote is read as it is and goes on.

use std::fs;
use std::path::{Path, PathBuf};

use super::ledger::Store;

const OLDER: &str = "tests/fixtures/ledger-1.0";

fn in_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("the fixture") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a copy");
        }
    }
}

fn ingest(store: &Store, name: &str) -> serde_json::Value {
    let outcome = store.ingest(&[in_repository("samples/inbox").join(name)], &[]);
    outcome.json().expect("a report")["totals"].clone()
}

#[test]
fn format_1_had_hashes_of_persons_as_text() {
    const FIRST: &str = "haruhome_20240605_1_7be2.csv";
    const SECOND: &str = "haruhome_20240705_1_a3f9.csv";
    let older = Store::new();
    copy(&in_repository(OLDER), &older.ledger());
    let newer = Store::new();
    fs::create_dir(newer.ledger()).expect("a folder");
    fs::copy(in_repository(OLDER).join("person.key"), newer.ledger().join("person.key")).expect("the key");
    ingest(&newer, FIRST);
    assert_eq!(older.table("orders"), newer.table("orders"));
    // Reading alone makes it no ledger of today.
    let format = |store: &Store| fs::read_to_string(store.ledger().join("FORMAT")).expect("FORMAT");
    assert_eq!(format(&older), "jangbu ledger format 1.0\n");

    // Its months are folded anew out of old bodies and new ones.
    assert_eq!(ingest(&older, SECOND), ingest(&newer, SECOND));
    assert_eq!(format(&older), format(&newer));
    let orders = newer.table("orders").expect("orders");
    assert!(orders.column("buyer_cellphone_hash").iter().any(|hash| hash.len() == 64));
    for table in ["orders", "order_items", "order_changes"] {
        assert_eq!(older.table(table), newer.table(table), "{table}");
    }
    assert_ne!(format(&older), "jangbu ledger format 1.0\n");
}
