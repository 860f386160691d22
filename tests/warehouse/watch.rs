//! A watched folder whose changes go on to the warehouse.

use std::fs;

use serde_json::Value;

use super::emulator::emulator;
use super::proxy::Proxy;
use super::shop::{Shop, assert_equal};

const JUNE: &str = "haruhome_20240705_1_a3f9.csv";
const MAY: &str = "haruhome_20240605_1_7be2.csv";

fn drop_file(shop: &Shop, name: &str) {
    let sample = format!("{}/samples/inbox/{name}", env!("CARGO_MANIFEST_DIR"));
    fs::create_dir_all(shop.path("inbox")).unwrap();
    fs::copy(sample, shop.path("inbox").join(name)).unwrap();
}

#[test]
fn a_sweep_sends_on_what_it_changed_and_what_was_left_before() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let shop = Shop::new();
    let dataset = emulator.dataset("watched", &Value::Null);
    let configure = |dataset: &str| {
        shop.configure(&format!("dataset = \"{dataset}\"\nendpoint = \"{}\"\n", proxy.endpoint()));
    };
    let sweep = || shop.run(&["watch", "inbox", "--once", "--push", "--interval", "0.05", "--json"]);

    configure(&dataset);
    drop_file(&shop, MAY);
    let first = sweep().ok().json();
    assert!(first["push"]["rows"].as_u64().is_some_and(|rows| rows > 0), "{first}");
    assert_equal(emulator, &shop, &dataset, "TRUE");
    proxy.take_seen();

    // Nothing new: nothing is sent.
    sweep().ok();
    let uploads =
        |proxy: &Proxy| proxy.take_seen().iter().filter(|m| m.target().contains("/upload/")).count();
    assert_eq!(uploads(&proxy), 0);

    // The warehouse refuses while a file comes: the file is taken, and the next sweep sends what is missing.
    configure("test-project.nowhere");
    drop_file(&shop, JUNE);
    let away = sweep();
    assert_eq!(away.status, 3, "{}{}", away.stdout, away.stderr);
    let told = away.json();
    let taken = |file: &&Value| file["status"] == "ingested";
    assert_eq!(told["files"].as_array().unwrap().iter().filter(taken).count(), 1, "{told}");
    assert_eq!(told["push"]["status"], "failed", "{told}");
    configure(&dataset);
    sweep().ok();
    assert!(uploads(&proxy) > 0);
    assert_equal(emulator, &shop, &dataset, "TRUE");
}
