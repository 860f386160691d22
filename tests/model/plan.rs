//! What to ask for next: stores whose gaps are known beforehand, what `plan` says of them, and the life of a request.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::ledger::Store;
use super::scenario::{OLD, on};
use super::week::fits;

/// A download of all days of months of a year, three orders a day.
fn months(year: u32, months: std::ops::RangeInclusive<u32>) -> String {
    let mut text = String::from("쇼핑몰번호,주문번호,품목별 주문번호,수량\n");
    for month in months {
        let days = match month {
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        for (day, n) in (1..=days).flat_map(|day| (1..=3).map(move |n| (day, n))) {
            let id = format!("{year}{month:02}{day:02}-{n:07}");
            let _ = writeln!(text, "1,{id},{id}-01,1");
        }
    }
    text
}

fn put(store: &Store, name: &str, text: &str) -> String {
    let path = store.put(name, text.as_bytes(), OLD);
    let outcome = store.ingest(&[path], &["--mall", "brandshop"]);
    assert_eq!(outcome.status, 0, "{}{}", outcome.stdout, outcome.stderr);
    outcome.json().unwrap()["run_id"].as_str().unwrap().to_owned()
}

fn run(store: &Store, args: &[&str]) -> Value {
    let outcome = store.run(&[&["plan"], args, &["--json"]].concat());
    assert_eq!(outcome.status, 0, "{args:?}: {}{}", outcome.stdout, outcome.stderr);
    outcome.json().unwrap()
}

fn listed(plan: &Value) -> Vec<String> {
    let text = |r: &Value, name: &str| r[name].as_str().unwrap().to_owned();
    let requests = plan["requests"].as_array().unwrap().iter();
    requests.map(|r| format!("{} {} {}", text(r, "kind"), text(r, "from"), text(r, "to"))).collect()
}

fn states(plan: &Value) -> Vec<String> {
    let text = |r: &Value, name: &str| r[name].as_str().unwrap().to_owned();
    let asked = plan["asked"].as_array().unwrap().iter();
    asked.map(|a| format!("{} {} {}", text(a, "request_id"), text(a, "state"), a["days_left"])).collect()
}

/// January 2019 and March to June 2020, looked at long afterwards, and December 2020, looked at early.
fn store() -> Store {
    let store = Store::new();
    put(&store, &on("20190601"), &months(2019, 1..=1));
    put(&store, &on("20201001"), &months(2020, 3..=6));
    put(&store, &on("20210101"), &months(2020, 12..=12));
    store
}

#[test]
fn gaps_become_requests_and_drift_comes_after_them() {
    let plan = run(&store(), &[]);
    assert_eq!(
        listed(&plan),
        [
            "missing 2019-02-01 2019-07-31",
            "missing 2019-08-01 2020-01-31",
            "missing 2020-02-01 2020-02-29",
            "missing 2020-07-01 2020-11-30",
            "drift 2020-12-03 2020-12-31",
        ]
    );
    let first = &plan["requests"][0];
    assert_eq!(
        (&first["number"], &first["missing_days"], &first["shop_no"]),
        (&json!(1), &json!(181), &json!(1))
    );
    // All of it is older than the admin serves for sure.
    assert_eq!(first["ways"], json!(["history_file"]));
    assert_eq!(
        (&first["columns"][0], &plan["requests"][4]["columns"][0]),
        (&json!("품목별 주문번호"), &json!("품목별 주문번호"))
    );
    assert_eq!(plan["requests"][4]["drifting_orders"], 87);
    assert_eq!(
        plan["columns"]["missing"][0],
        json!({"column": "order_item_code", "header": "품목별 주문번호", "need": "must"})
    );
    assert_eq!(plan["shops"][0]["last_day"], "2020-12-31");
}

#[test]
fn horizons_are_settings() {
    let store = store();
    let config = store.scratch("jangbu.toml");
    std::fs::write(
        &config,
        "[plan]\nadmin_months = 0\napi_months = 1200\ndownload_months = 12\nsettle_days = 10\n",
    )
    .unwrap();
    let plan = run(&store, &["--config", config.to_str().unwrap()]);
    assert_eq!(
        listed(&plan),
        [
            "missing 2019-02-01 2020-01-31",
            "missing 2020-02-01 2020-02-29",
            "missing 2020-07-01 2020-11-30",
            "drift 2020-12-23 2020-12-31"
        ]
    );
    assert_eq!(plan["requests"][0]["ways"], json!(["admin_download", "api"]));
    // Days before and behind what is known are asked for on demand, and have no number then.
    let beyond = run(&store, &["--from", "2018-12-01", "--to", "2019-02-10"]);
    assert_eq!(listed(&beyond), ["missing 2018-12-01 2018-12-31", "missing 2019-02-01 2019-02-10"]);
    assert_eq!(beyond["requests"][0]["number"], Value::Null);
    assert_eq!(
        listed(&run(&store, &["--from", "2021-01-01", "--to", "2021-01-31"])),
        ["missing 2021-01-01 2021-01-31"]
    );
}

#[test]
fn a_request_waits_is_overdue_arrives_and_opens_again() {
    let store = store();
    let tables =
        |store: &Store| store.run(&["query", "SELECT 1"]).stdout + &store.run(&["coverage", "--json"]).stdout;
    let before = tables(&store);
    let noted = run(&store, &["request", "4"]);
    assert_eq!(
        (&noted["noted"][0]["request_id"], &noted["noted"][0]["state"]),
        (&json!("q0001"), &json!("waiting"))
    );
    assert_eq!(noted["noted"][0]["from"], "2020-07-01");
    run(&store, &["request", "2019-02-01..2020-02-29", "--asked-on", "2020-11-05"]);
    assert_eq!(tables(&store), before, "noting disturbs nothing");
    let plan = run(&store, &[]);
    assert_eq!(states(&plan), ["q0002 overdue 394", "q0001 waiting 153"]);
    assert_eq!(listed(&plan), ["drift 2020-12-03 2020-12-31"]);

    // A half is no whole; the rest closes it; undo opens it again.
    put(&store, &on("20261001"), &months(2020, 7..=9));
    assert_eq!(states(&run(&store, &[])), ["q0002 overdue 394", "q0001 waiting 61"]);
    let rest = put(&store, &on("20261002"), &months(2020, 10..=11));
    assert_eq!(states(&run(&store, &[])), ["q0002 overdue 394", "q0001 arrived 0"]);
    let undone = store.run(&["undo", &rest]);
    assert_eq!(undone.status, 0, "{}", undone.stderr);
    assert_eq!(states(&run(&store, &[])), ["q0002 overdue 394", "q0001 waiting 61"]);

    // What is withdrawn is asked for anew.
    assert_eq!(run(&store, &["withdraw", "q0002"]), json!({"withdrawn": ["q0002"]}));
    let plan = run(&store, &[]);
    assert_eq!(states(&plan), ["q0001 waiting 61"]);
    assert_eq!(listed(&plan).len(), 4);
    assert_eq!(store.run(&["plan", "withdraw", "q0002"]).status, 1);
}

#[test]
fn a_drifting_request_is_closed_by_a_later_download() {
    let store = store();
    run(&store, &["request", "5", "--asked-on", "2021-02-01"]);
    assert_eq!(states(&run(&store, &[])), ["q0001 overdue 29"]);
    let again = months(2020, 12..=12).replace("20201224-0000001-01,1", "20201224-0000001-01,2");
    put(&store, &on("20210202"), &again);
    assert_eq!(states(&run(&store, &[])), ["q0001 arrived 0"]);
}

#[test]
fn a_later_download_of_the_same_bytes_counts_if_its_day_is_told() {
    let store = store();
    run(&store, &["request", "5", "--asked-on", "2021-02-01"]);
    let path = store.put(&on("20210202"), months(2020, 12..=12).as_bytes(), OLD);
    // The same bytes are one file, and its first name tells when it was made.
    assert_eq!(store.ingest(std::slice::from_ref(&path), &["--mall", "brandshop"]).status, 0);
    assert_eq!(states(&run(&store, &[])), ["q0001 overdue 29"]);
    let told = ["--mall", "brandshop", "--observed-at", "2021-02-02"];
    assert_eq!(store.ingest(&[path], &told).status, 0);
    assert_eq!(states(&run(&store, &[])), ["q0001 arrived 0"]);
}

#[test]
fn what_cannot_be_asked_for_is_refused_and_nothing_is_noted() {
    let store = store();
    for (args, status) in [
        (vec!["request"], 2),
        (vec!["request", "6"], 2),
        (vec!["request", "2020-07-31..2020-07-01"], 2),
        (vec!["request", "1", "--asked-on", "2999-01-01"], 2),
        (vec!["request", "2020-04-01..2020-04-30"], 1),
        (vec!["request", "2020-07-01..2020-07-31", "--mall", "other"], 2),
        (vec!["withdraw", "q0001"], 1),
    ] {
        let outcome = store.run(&[&["plan"], &args[..]].concat());
        assert_eq!(outcome.status, status, "{args:?}: {}", outcome.stderr);
    }
    run(&store, &["request", "2020-07-01..2020-07-31"]);
    let again = store.run(&["plan", "request", "2020-07-31..2020-08-31", "--json"]);
    assert_eq!((again.status, &again.json().unwrap()["error"]["code"]), (1, &json!("plan.asked_already")));
    assert_eq!(run(&store, &["request", "--all"])["noted"].as_array().unwrap().len(), 5);
    assert_eq!(run(&store, &[])["asked"].as_array().unwrap().len(), 6);
    assert_eq!(listed(&run(&store, &[])), [""; 0]);
}

#[test]
fn the_plan_and_its_message_are_told_in_both_languages() {
    let store = store();
    for (lang, lines) in [
        (
            "en",
            ["5  2020-12-03 – 12-31", "history file", "181 days missing", "to copy: jangbu plan --message"],
        ),
        ("ko", ["5  2020-12-03 – 12-31", "보관 파일", "빠진 날 181일", "복사할 때는 jangbu plan --message"]),
    ] {
        let text = store.run(&["plan", "--lang", lang]).stdout;
        for line in lines {
            assert!(text.contains(line), "{line}\n{text}");
        }
        let wide: Vec<&str> = text.lines().filter(|l| !fits(l)).collect();
        assert!(wide.is_empty(), "{wide:?}");
    }
    let message = store.run(&["plan", "--message", "--lang", "ko"]).stdout;
    assert!(message.starts_with("안녕하세요."), "{message}");
    for part in ["- 2019-02-01 ~ 2019-07-31\n", "꼭 필요한 항목: 품목별 주문번호, 주문번호, ", "최대 6개월씩"]
    {
        assert!(message.contains(part), "{part}\n{message}");
    }
    // Only what is noted stands in the text for it.
    let noted = store.run(&["plan", "request", "4", "--lang", "ko"]).stdout;
    assert!(noted.contains("q0001") && noted.contains("- 2020-07-01 ~ 2020-11-30"), "{noted}");
    assert!(!noted.contains("2019-02-01"), "{noted}");
    let text = store.run(&["plan", "--lang", "ko"]).stdout;
    assert!(text.contains("153일  기다림"), "{text}");
    assert!(text.lines().all(fits), "{text}");
}
