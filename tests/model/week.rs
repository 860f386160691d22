//! An analyst's week: stores whose gaps and drifts are known beforehand, and what the commands say of them.

use std::fmt::Write as _;

use serde_json::Value;

use super::ledger::Store;
use super::scenario::{OLD, on};

/// Whether a line takes no more than 80 columns of a terminal on which a Korean syllable takes two.
pub fn fits(line: &str) -> bool {
    let wide = |c: char| matches!(u32::from(c), 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xff00..=0xff60);
    line.chars().map(|c| if wide(c) { 2 } else { 1 }).sum::<usize>() <= 80
}

/// A download of the days of a month of 2024, `pace` orders a day, without the days of `holes`.
fn month(month: u32, days: std::ops::RangeInclusive<u32>, pace: u32, holes: &[u32]) -> String {
    let mut text = String::from("쇼핑몰번호,주문번호,품목별 주문번호,수량\n");
    for day in days.filter(|d| !holes.contains(d)) {
        for n in 1..=pace {
            let _ = writeln!(text, "1,2024{month:02}{day:02}-{n:07},2024{month:02}{day:02}-{n:07}-01,1");
        }
    }
    text
}

fn put(store: &Store, name: &str, text: &str) {
    let path = store.put(name, text.as_bytes(), OLD);
    let outcome = store.ingest(&[path], &["--mall", "brandshop"]);
    assert!(matches!(outcome.status, 0 | 3), "status {}: {}", outcome.status, outcome.stderr);
}

fn coverage(store: &Store, more: &[&str]) -> Value {
    let outcome = store.run(&[&["coverage", "--json"], more].concat());
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    outcome.json().unwrap()
}

fn stretches(shop: &Value) -> Vec<String> {
    let stretches = shop["stretches"].as_array().unwrap().iter();
    let text = |s: &Value, name: &str| s[name].as_str().unwrap().to_owned();
    stretches.map(|s| ["from", "to", "verdict", "rule"].map(|n| text(s, n)).join(" ")).collect()
}

#[test]
fn coverage_tells_gaps_from_quiet_days() {
    let store = Store::new();
    // May without the 9th; June was never downloaded; July was downloaded on its 20th.
    put(&store, &on("20240605"), &month(5, 1..=31, 3, &[9]));
    put(&store, &on("20240720"), &month(7, 1..=20, 3, &[]));
    let told = coverage(&store, &[]);
    let shop = &told["shops"][0];
    assert_eq!(
        stretches(shop),
        ["2024-05-09 2024-05-09 quiet claimed", "2024-06-01 2024-06-30 gap unclaimed"]
    );
    let day = |d: &str| shop["days"].as_array().unwrap().iter().find(|v| v["day"] == d).unwrap();
    assert_eq!(day("2024-07-20")["rule"], "day_not_over");
    assert_eq!(day("2024-05-31")["verdict"], "covered");
    assert_eq!(day("2024-05-31")["orders_by_source"], serde_json::json!({"export": 3}));
    assert_eq!(day("2024-05-31")["last_observed_at"], "2024-06-04T15:00:00Z");
    // 1 to 5 May were looked at more than 30 days later, the others too early.
    assert_eq!(
        (&day("2024-05-05")["may_have_drifted"], &day("2024-05-08")["may_have_drifted"]),
        (&0.into(), &3.into())
    );
    assert_eq!(day("2024-05-08")["seen_once"], 3);

    let part = coverage(&store, &["--from", "2024-05-31", "--to", "2024-06-02"]);
    assert_eq!(stretches(&part["shops"][0]), ["2024-06-01 2024-06-02 gap unclaimed"]);
    assert_eq!(part["shops"][0]["days"].as_array().unwrap().len(), 3);
    // The missing month comes: nothing is missing any more.
    put(&store, &on("20240801"), &month(6, 1..=30, 3, &[]));
    assert_eq!(stretches(&coverage(&store, &[])["shops"][0]), ["2024-05-09 2024-05-09 quiet claimed"]);
}

#[test]
fn coverage_keeps_shops_apart_and_minds_claim_lists_and_the_quarantine() {
    let store = Store::new();
    put(&store, &on("20240605"), &month(5, 1..=31, 2, &[9, 10]));
    // A claim list speaks of two orders of June and vouches for no day of it.
    put(&store, &on("20240705"), "주문번호,총 실제 환불금액\n20240603-0000001,100\n20240625-0000001,200\n");
    put(
        &store,
        &on("20240606"),
        "쇼핑몰번호,주문번호,품목별 주문번호,수량\n2,20240501-0000077,20240501-0000077-01,1\n1,20240509-0000001,20240509-0000001-01,2개\n",
    );
    let told = coverage(&store, &[]);
    let shops = told["shops"].as_array().unwrap();
    let names: Vec<&Value> = shops.iter().map(|s| &s["shop_no"]).collect();
    assert_eq!(names, [1, 2]);
    let told = stretches(&shops[0]);
    assert!(told.contains(&"2024-05-09 2024-05-09 waiting quarantine".to_owned()), "{told:?}");
    assert!(told.contains(&"2024-05-10 2024-05-10 quiet claimed".to_owned()), "{told:?}");
    assert!(told.contains(&"2024-06-04 2024-06-24 gap unclaimed".to_owned()), "{told:?}");
    assert!(stretches(&shops[1]).is_empty(), "{:?}", shops[1]);
}

#[test]
fn coverage_speaks_both_languages_within_80_columns() {
    let store = Store::new();
    put(&store, &on("20240605"), &month(5, 1..=31, 3, &[9]));
    put(&store, &on("20240720"), &month(7, 1..=20, 3, &[]));
    for (lang, gap) in
        [("en", "  ! 2024-06-01 – 06-30 (30 days)"), ("ko", "  ! 2024-06-01 – 06-30 (30일) 빠짐")]
    {
        let outcome = store.run(&["coverage", "--lang", lang]);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        assert!(outcome.stdout.contains(gap), "{}", outcome.stdout);
        assert!(outcome.stdout.contains("\n2024-06  !!!!!!!!!!!!!!!!!!!!!!!!!!!!!!"), "{}", outcome.stdout);
        let wide: Vec<&str> = outcome.stdout.lines().filter(|l| !fits(l)).collect();
        assert!(wide.is_empty(), "{wide:?}");
    }
}

/// A download with a refund column; `refund` tells what is in it for an order, and whether the item came back.
fn refunds(refund: impl Fn(u32) -> &'static str, delivered: u32) -> String {
    let mut text =
        String::from("쇼핑몰번호,주문번호,품목별 주문번호,주문 상태,총 결제금액,총 실제 환불금액\n");
    for n in 1..=20 {
        for item in 1..=2 {
            let status = if n <= delivered { "배송완료" } else { "배송중" };
            let order = format!("20240601-{n:07}");
            // Order amounts stand on each item row, or on the first: they must not be added up.
            let back = if item == 1 { refund(n) } else { "0" };
            let _ = writeln!(text, "1,{order},{order}-{item:02},{status},50000,{back}");
        }
    }
    text
}

#[test]
fn changes_are_told_in_the_words_of_an_analyst() {
    let store = Store::new();
    let new_order = "1,20240601-0000021,20240601-0000021-01,배송중,50000,0\n";
    put(&store, &on("20240605"), &refunds(|_| "0", 0));
    // 12 refunds of 340,000 won together: eight of 20,000 and four of 45,000. 24 items arrive. One order is new.
    let later = |n: u32| match n {
        1..=8 => "20000",
        9..=12 => "45000",
        _ => "0",
    };
    put(&store, &on("20240705"), &(refunds(later, 12) + new_order));
    let outcome = store.run(&["changes", "--json"]);
    let told = outcome.json().unwrap();
    assert_eq!(outcome.status, 0);
    assert_eq!(told["since"], serde_json::json!({"run": "r0002"}));
    assert_eq!((&told["new_orders"], &told["new_items"]), (&1.into(), &0.into()));
    let topics = told["topics"].as_array().unwrap();
    assert_eq!(topics.len(), 2, "{topics:?}");
    assert_eq!((&topics[0]["topic"], &topics[0]["orders"]), (&"refund".into(), &12.into()));
    assert_eq!((&topics[0]["amount"], &topics[0]["first_told"]), (&"-340000.00".into(), &Value::Null));
    assert_eq!((&topics[1]["topic"], &topics[1]["places"]), (&"status".into(), &24.into()));
    assert_eq!(
        topics[1]["steps"],
        serde_json::json!([{"old_value": "N30", "new_value": "N40", "count": 24}])
    );
    assert_eq!(told["changes"].as_array().unwrap().len(), 12 + 2 * 24);
    assert_eq!(told["changes"][0]["new_observed_at"], "2024-07-04T15:00:00Z");

    let people = store.run(&["changes", "--lang", "ko"]).stdout;
    assert!(people.contains("주문 12건, −340,000원"), "{people}");
    assert!(people.contains("상태   24건: N30 → N40 24"), "{people}");
    assert!(people.contains("N30 배송중  N40 배송완료"), "{people}");
    for lang in ["ko", "en"] {
        let text = store.run(&["changes", "--lang", lang]).stdout;
        assert!(text.lines().all(fits), "{text}");
    }
    // By the day of observation the answer is the same; with nothing later there is none.
    let by_day = store.run(&["changes", "--json", "--since", "2024-07-05"]).json().unwrap();
    assert_eq!(by_day["topics"], told["topics"]);
    let none = store.run(&["changes", "--json", "--since", "2024-07-06"]).json().unwrap();
    assert_eq!((&none["topics"], &none["new_orders"]), (&serde_json::json!([]), &0.into()));
    let one = ["changes", "--json", "--order", "20240601-0000009", "--field", "total_refund_amount"];
    let one = store.run(&one).json().unwrap();
    assert_eq!(one["changes"].as_array().unwrap().len(), 1);
    assert_eq!(one["topics"][0]["amount"], "-45000.00");
}

#[test]
fn days_that_only_the_api_knows_are_shown_as_such() {
    let store = Store::new();
    put(&store, &on("20240801"), &month(6, 1..=20, 1, &[]));
    let order = |day: u32| {
        format!(
            r#"{{"order_id":"202406{day:02}-0000001","shop_no":1,"items":[{{"order_item_code":"202406{day:02}-0000001-01","quantity":1}}]}}"#
        )
    };
    let orders: Vec<String> = (11..=30).map(order).collect();
    put(&store, "orders_20240801T120000.json", &format!(r#"{{"orders":[{}]}}"#, orders.join(",")));
    let text = store.run(&["coverage"]).stdout;
    assert!(text.contains("\n2024-06  FFFFFFFFFFBBBBBBBBBBAAAAAAAAAA          30\n"), "{text}");
    let told = coverage(&store, &[]);
    let days = told["shops"][0]["days"].as_array().unwrap();
    let api: Vec<&str> = days
        .iter()
        .filter(|d| d["orders_by_source"] == serde_json::json!({"api": 1}))
        .map(|d| d["day"].as_str().unwrap())
        .collect();
    assert_eq!((api.len(), api[0]), (10, "2024-06-21"));
}

#[test]
fn changes_name_the_mall_where_there_are_several() {
    let store = Store::new();
    for (mall, day) in
        [("alpha", "20240605"), ("beta", "20240605"), ("alpha", "20240705"), ("beta", "20240705")]
    {
        let delivered = u32::from(day == "20240705");
        let path =
            store.put(&format!("{mall}_{day}_1_ab12.csv"), refunds(|_| "0", delivered).as_bytes(), OLD);
        // The bytes of both malls are the same, and the same bytes are one file: a blank line tells them apart.
        let mut text = std::fs::read_to_string(&path).unwrap();
        text.push_str(if mall == "beta" { "\n" } else { "" });
        let path = store.put(&format!("{mall}_{day}_1_ab12.csv"), text.as_bytes(), OLD);
        assert_eq!(store.ingest(&[path], &[]).status, 0);
    }
    let outcome = store.run(&["changes", "--since", "2024-07-01"]);
    for mall in ["alpha", "beta"] {
        assert!(outcome.stdout.contains(&format!("  {mall}  ")), "{}", outcome.stdout);
    }
    assert!(outcome.stdout.contains("4 orders and items: N30 → N40 4"), "{}", outcome.stdout);
    assert!(outcome.stdout.lines().all(fits), "{}", outcome.stdout);
}

#[test]
fn changes_come_from_what_arrived_late_too() {
    let store = Store::new();
    put(&store, &on("20240705"), &refunds(|_| "0", 12));
    // An older file in a later run brings no newer word.
    put(&store, &on("20240605"), &refunds(|_| "0", 0));
    let told = store.run(&["changes", "--json"]).json().unwrap();
    assert_eq!(told["changes"], serde_json::json!([]), "{told}");
    for (wrong, status) in [(["--since", "r9"], 1), (["--field", "order_staus"], 2), (["--order", "주문"], 2)]
    {
        assert_eq!(store.run(&[&["changes"], &wrong[..]].concat()).status, status, "{wrong:?}");
    }
}
