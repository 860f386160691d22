//! What `doctor` says of good and bad surroundings.

use serde_json::{Value, json};

use super::emulator::{PROJECT, emulator};
use super::proxy::{Break, Fault, Proxy, When};
use super::shop::Shop;

fn checks(shop: &Shop, arguments: &[&str], status: i32) -> Vec<(String, String, String)> {
    let mut all = vec!["doctor", "--json"];
    all.extend(arguments);
    let ran = shop.run(&all);
    assert_eq!(ran.status, status, "{}{}", ran.stdout, ran.stderr);
    let text = |check: &Value, key: &str| check[key].as_str().unwrap_or_default().to_owned();
    let checks = ran.json()["checks"].as_array().cloned().unwrap_or_default();
    checks
        .iter()
        .map(|c| (text(c, "name"), text(c, "verdict"), text(c, "found") + " → " + &text(c, "remedy")))
        .collect()
}

#[track_caller]
fn assert_check(checks: &[(String, String, String)], name: &str, verdict: &str, words: &str) {
    let check = checks.iter().find(|c| c.0 == name).unwrap_or_else(|| panic!("no check {name}: {checks:?}"));
    assert_eq!(check.1, verdict, "{check:?}");
    assert!(check.2.contains(words), "{check:?}");
}

#[test]
fn all_is_well_and_nothing_is_left_behind() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let shop = Shop::new();
    shop.two_months();
    let dataset = emulator.dataset("healthy", &Value::Null);
    shop.push(&dataset, &proxy.endpoint(), &[]).ok();
    let checks = checks(&shop, &["--dataset", &dataset, "--endpoint", &proxy.endpoint()], 0);
    let names: Vec<&str> = checks.iter().map(|c| c.0.as_str()).collect();
    assert_eq!(
        names,
        [
            "configuration",
            "ledger",
            "credentials",
            "clock",
            "dataset",
            "location",
            "permissions",
            "billing",
            "expiry"
        ]
    );
    assert!(checks.iter().all(|c| c.1 == "well"), "{checks:?}");
    assert_check(&checks, "location", "well", "asia-northeast3");
    assert!(!emulator.tables(&dataset).iter().any(|t| t.starts_with("jangbu_doctor")));
}

#[test]
fn every_trouble_has_its_remedy() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let shop = Shop::new();
    let place = |dataset: &str| {
        vec!["--dataset".to_owned(), dataset.to_owned(), "--endpoint".to_owned(), proxy.endpoint()]
    };
    let look = |dataset: &str, status| {
        let arguments = place(dataset);
        checks(&shop, &arguments.iter().map(String::as_str).collect::<Vec<_>>(), status)
    };
    let nowhere = look(&format!("{PROJECT}.nowhere"), 1);
    assert_check(&nowhere, "ledger", "failed", "jangbu ingest");
    assert_check(&nowhere, "dataset", "failed", "bq mk --dataset");
    assert_check(&nowhere, "permissions", "skipped", "");

    shop.two_months();
    let dataset = emulator.dataset("sick", &json!({"defaultPartitionExpirationMs": "5184000000"}));
    assert_check(
        &look(&dataset, 1),
        "expiry",
        "failed",
        "bq update --default_partition_expiration 0 test-project:sick",
    );

    // A table that is there has an expiry of its own.
    let lasting = emulator.dataset("sick_table", &Value::Null);
    let body = json!({
        "tableReference": {"projectId": PROJECT, "datasetId": "sick_table", "tableId": "orders"},
        "schema": {"fields": [{"name": "order_day", "type": "DATE"}]},
        "timePartitioning": {"type": "MONTH", "field": "order_day", "expirationMs": "5184000000"},
    });
    assert_eq!(emulator.call("POST", "/datasets/sick_table/tables", &body).0, 200);
    let remedy = "bq update --time_partitioning_expiration 0 test-project:sick_table.orders";
    assert_check(&look(&lasting, 1), "expiry", "failed", remedy);

    let healthy = emulator.dataset("sickly", &json!({"defaultTableExpirationMs": "5184000000"}));
    assert_check(&look(&healthy, 0), "expiry", "limited", "60 days");
    let deny = |words, nth, reason| Fault {
        words,
        nth,
        times: 9,
        when: When::Before,
        instead: Break::Status(403, reason),
    };
    proxy.breaks([deny(&["POST", "/queries"], 1, "accessDenied")]);
    assert_check(&look(&healthy, 1), "permissions", "failed", "BigQuery Job User");
    proxy.breaks([deny(&["POST", "/tables"], 1, "accessDenied")]);
    assert_check(&look(&healthy, 1), "permissions", "failed", "BigQuery Data Editor");
    proxy.breaks([deny(&["POST", "/queries"], 2, "billingNotEnabled")]);
    assert_check(&look(&healthy, 0), "billing", "limited", "--mode replace");
    assert!(!emulator.tables(&healthy).iter().any(|t| t.starts_with("jangbu_doctor")));
}

#[test]
fn credentials_are_looked_for_as_googles_tools_do() {
    let shop = Shop::new();
    shop.two_months();
    // A key file of the right kind with a key that is none; nobody is asked.
    std::fs::write(shop.path("key.json"), r#"{"type": "service_account", "private_key": "SECRET-WORD"}"#)
        .unwrap();
    std::fs::write(shop.path("other.json"), r#"{"type": "gdch_service_account"}"#).unwrap();
    for (arguments, variables, words) in [
        (&["--credentials", "key.json"][..], None, "key.json: keys of it are missing"),
        (
            &[],
            Some(("GOOGLE_APPLICATION_CREDENTIALS", "other.json")),
            "gdch_service_account are not supported",
        ),
        (&["--credentials", "nothing.json"], None, "nothing.json"),
    ] {
        let mut all = vec!["doctor", "--json", "--dataset", "p.d"];
        all.extend(arguments);
        let ran = shop.run_with(&all, variables.as_slice());
        assert_eq!(ran.status, 1);
        assert!(ran.stdout.contains(words), "{}", ran.stdout);
        assert!(ran.stdout.contains("gcloud auth application-default login"), "{}", ran.stdout);
        assert!(!ran.stdout.contains("SECRET-WORD") && !ran.stderr.contains("SECRET-WORD"));
    }
}
