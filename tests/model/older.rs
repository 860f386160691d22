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

fn ingest(store: &Store, path: PathBuf) -> serde_json::Value {
    store.ingest(&[path], &[]).json().expect("a report")["totals"].clone()
}

#[test]
fn format_1_had_hashes_of_persons_as_text() {
    let first = in_repository("samples/inbox/haruhome_20240605_1_7be2.csv");
    // The same orders a week later, but for the last row, and one of them costs less.
    let mut later = fs::read(&first).expect("the sample");
    let end = later.trim_ascii_end().iter().rposition(|byte| *byte == b'\n').expect("rows");
    later.truncate(end + 1);
    let price = later.windows(5).position(|bytes| bytes == b"39000").expect("a price");
    later[price..price + 5].copy_from_slice(b"38000");
    let older = Store::new();
    copy(&in_repository(OLDER), &older.ledger());
    let newer = Store::new();
    fs::create_dir(newer.ledger()).expect("a folder");
    fs::copy(in_repository(OLDER).join("person.key"), newer.ledger().join("person.key")).expect("the key");
    ingest(&newer, first);
    assert_eq!(older.table("orders"), newer.table("orders"));
    // Reading alone makes it no ledger of today.
    let format = |store: &Store| fs::read_to_string(store.ledger().join("FORMAT")).expect("FORMAT");
    assert_eq!(format(&older), "jangbu ledger format 1.0\n");

    // Its month is folded anew out of old bodies and new ones; a content that the old ones have is none of the new.
    let [old, new] =
        [&older, &newer].map(|store| ingest(store, store.put("haruhome_20240612_1_7be4.csv", &later, 0)));
    assert_eq!(old, new);
    for level in ["items", "orders"] {
        let [old, new] = [&older, &newer].map(|store| {
            store.ledger_files().remove(&format!("observations/month=2024-05/{level}-000002.parquet"))
        });
        // What the rows say of their orders they said before.
        assert_eq!(old.is_some(), level == "items");
        assert_eq!(old, new, "{level}");
    }
    assert_eq!(format(&older), format(&newer));
    let orders = newer.table("orders").expect("orders");
    assert!(orders.column("buyer_cellphone_hash").iter().any(|hash| hash.len() == 64));
    for table in ["orders", "order_items", "order_changes"] {
        assert_eq!(older.table(table), newer.table(table), "{table}");
    }
    assert_ne!(format(&older), "jangbu ledger format 1.0\n");
}
