//! Files against the API: stores whose drifts are known beforehand, and what `reconcile` says of them.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::ledger::{Outcome, Store};
use super::scenario::{OLD, on};
use super::week::fits;

/// An order of 2024 as both sides can tell it.
#[derive(Clone)]
struct Order {
    month: u32,
    day: u32,
    n: u32,
    paid: u32,
    status: (&'static str, &'static str),
}

fn id(o: &Order) -> String {
    format!("2024{:02}{:02}-{:07}", o.month, o.day, o.n)
}

fn order(month: u32, day: u32, n: u32) -> Order {
    Order { month, day, n, paid: 10_000 * n, status: ("N40", "배송 완료") }
}

/// A download of two items an order.
fn file(orders: &[Order]) -> String {
    let mut text =
        String::from("쇼핑몰번호,주문번호,품목별 주문번호,주문 상태,총 결제금액,총 실제 환불금액\n");
    for o in orders {
        for item in 1..=2 {
            let _ = writeln!(text, "1,{0},{0}-{item:02},{1},{2},0", id(o), o.status.1, o.paid);
        }
    }
    text
}

fn api(orders: &[Order]) -> String {
    let item = |o: &Order, n: u32| json!({"order_item_code": format!("{}-{n:02}", id(o)), "order_status": o.status.0, "quantity": 1});
    let order = |o: &Order| {
        let paid = format!("{}.00", o.paid);
        json!({"order_id": id(o), "shop_no": 1, "payment_amount": paid, "items": [item(o, 1), item(o, 2)]})
    };
    json!({"orders": orders.iter().map(order).collect::<Vec<_>>()}).to_string()
}

fn put(store: &Store, name: &str, text: &str) {
    let path = store.put(name, text.as_bytes(), OLD);
    let outcome = store.ingest(&[path], &["--mall", "brandshop"]);
    assert_eq!(outcome.status, 0, "{}{}", outcome.stdout, outcome.stderr);
}

fn reconcile(store: &Store, more: &[&str]) -> (i32, Value) {
    let outcome = store.run(&[&["reconcile", "--json"], more].concat());
    let told = outcome.json().unwrap_or_else(|e| panic!("{e}"));
    (outcome.status, told)
}

/// May in files, 11 May to 10 June in the API, three orders a day. What differs is told below.
fn drifted() -> Store {
    let store = Store::new();
    let days = |month, days: std::ops::RangeInclusive<u32>| {
        days.flat_map(move |day| (1..=3).map(move |n| order(month, day, n))).collect::<Vec<Order>>()
    };
    let mut in_files = days(5, 1..=31);
    let mut in_api = [days(5, 11..=31), days(6, 1..=10)].concat();
    let at = |all: &mut Vec<Order>, day: u32, n: u32| {
        all.iter().position(|o| (o.month, o.day, o.n) == (5, day, n)).unwrap()
    };
    // 12 May: a refund came; 13 May: two that cancel each other; 14 May: a status went on.
    for (day, n, paid) in [(12, 3, 25_000), (13, 1, 9_000), (13, 2, 21_000)] {
        let i = at(&mut in_api, day, n);
        in_api[i].paid = paid;
    }
    let i = at(&mut in_api, 14, 1);
    in_api[i].status = ("N50", "구매 확정");
    // 20 May: one order only in files; 21 May: one only in the API.
    let i = at(&mut in_api, 20, 2);
    in_api.remove(i);
    let i = at(&mut in_files, 21, 3);
    in_files.remove(i);
    put(&store, &on("20240605"), &file(&in_files));
    put(&store, "orders_20240701T120000.json", &api(&in_api));
    store
}

#[test]
fn what_is_equal_drifted_or_on_one_side_is_told() {
    let store = drifted();
    let (status, told) = reconcile(&store, &[]);
    assert_eq!((status, &told["verdict"]), (3, &json!("disagree")));
    let shop = &told["shops"][0];
    // 21 days of both, three orders of two items a day.
    assert_eq!(
        shop["items"],
        json!({"equal": 120, "drifted": 2, "only_in_files": 2, "only_in_api": 2, "unjudged": 120})
    );
    assert_eq!(shop["orders"]["drifted"], 3);
    assert_eq!((&shop["days_judged"], &shop["days_disagreeing"]), (&json!(21), &json!(4)));
    let day = |d: &str| {
        let days = shop["days"].as_array().unwrap();
        days.iter().find(|v| v["day"] == d).unwrap_or_else(|| panic!("no {d}")).clone()
    };
    let money = |d: &str| ["files_amount", "api_amount", "difference", "off"].map(|n| day(d)[n].clone());
    assert_eq!(money("2024-05-12"), ["60000.00", "55000.00", "-5000.00", "5000.00"]);
    // Two errors of a day do not cancel each other.
    assert_eq!(money("2024-05-13"), ["60000.00", "60000.00", "0.00", "2000.00"]);
    assert_eq!(
        (&day("2024-05-14")["verdict"], &day("2024-05-14")["items"]["drifted"]),
        (&json!("agree"), &json!(2))
    );
    assert_eq!(money("2024-05-20"), ["60000.00", "40000.00", "-20000.00", "20000.00"]);
    assert_eq!(money("2024-05-21"), ["30000.00", "60000.00", "30000.00", "30000.00"]);
    assert_eq!(
        (&day("2024-05-10")["scope"], &day("2024-05-10")["verdict"]),
        (&json!("files_only"), &json!("nothing_to_compare"))
    );
    assert_eq!(
        (&day("2024-06-10")["scope"], &day("2024-06-10")["items"]["unjudged"]),
        (&json!("api_only"), &json!(6))
    );
    // 총 실제 환불금액 is nothing that the API could tell.
    let fields: Vec<&Value> = shop["fields"].as_array().unwrap().iter().map(|f| &f["field"]).collect();
    assert_eq!(fields, ["payment_amount", "order_status"]);
    let first = &shop["differences"][0];
    assert_eq!(
        (&first["files_value"], &first["api_value"], &first["newer"], &first["amount"]),
        (&json!("30000.00"), &json!("25000.00"), &json!("api"), &json!("-5000.00"))
    );
    assert_eq!(
        (&first["files_observed_at"], &first["api_observed_at"]),
        (&json!("2024-06-04T15:00:00Z"), &json!("2024-07-01T03:00:00Z"))
    );
    let one_sided: Vec<_> = shop["one_sided"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| [&o["order_id"], &o["only_in"], &o["amount"]])
        .collect();
    assert_eq!(
        one_sided,
        [
            [&json!("20240520-0000002"), &json!("files"), &json!("20000.00")],
            [&json!("20240521-0000003"), &json!("api"), &json!("30000.00")],
        ]
    );
}

#[test]
fn a_tolerance_and_a_range_decide_the_exit_status() {
    let store = drifted();
    let status = |more: &[&str]| {
        let (status, told) = reconcile(&store, more);
        (status, told["verdict"].as_str().unwrap().to_owned())
    };
    let (agree, within, disagree, nothing) = ("agree", "within_tolerance", "disagree", "nothing_to_compare");
    for (more, expected) in [
        (vec!["--tolerance", "29999"], (3, disagree)),
        (vec!["--tolerance", "30,000"], (0, within)),
        (vec!["--from", "2024-05-14", "--to", "2024-05-19"], (0, agree)),
        (vec!["--from", "2024-05-13", "--to", "2024-05-13", "--tolerance", "1999"], (3, disagree)),
        (vec!["--to", "2024-05-10"], (0, nothing)),
        (vec!["--from", "2024-06-02"], (0, nothing)),
    ] {
        assert_eq!(status(&more), (expected.0, expected.1.to_owned()), "{more:?}");
    }
    for wrong in [["--tolerance", "-1"], ["--tolerance", "x"], ["--from", "May"]] {
        assert_eq!(store.run(&[&["reconcile"], &wrong[..]].concat()).status, 2, "{wrong:?}");
    }
}

#[test]
fn both_languages_tell_the_verdict_within_80_columns() {
    let store = drifted();
    let tell = |lang: &str| -> Outcome { store.run(&["reconcile", "--lang", lang]) };
    for (lang, lines) in [
        (
            "en",
            [
                "✗ files and API disagree on 4 of 21 days",
                "✗ 2024-05-12",
                "only files cover: 2024-05-01 – 05-10",
                "30,000 won",
            ],
        ),
        ("ko", ["✗ 21일 중 4일", "✗ 2024-05-12", "파일에만 있습니다: 2024-05-01 – 05-10", "30,000원"]),
    ] {
        let outcome = tell(lang);
        assert_eq!(outcome.status, 3, "{}", outcome.stderr);
        for line in lines {
            assert!(outcome.stdout.contains(line), "{line}\n{}", outcome.stdout);
        }
        let wide: Vec<&str> = outcome.stdout.lines().filter(|l| !fits(l)).collect();
        assert!(wide.is_empty(), "{wide:?}");
    }
}

#[test]
fn rows_without_item_codes_stand_for_the_items_that_the_api_names() {
    let store = Store::new();
    let mut text = String::from("주문번호,상품번호,수량,판매가\n");
    let mut orders = Vec::new();
    for day in 1..=10 {
        for product in 1..=2 {
            let _ = writeln!(text, "202405{day:02}-0000001,{product},1,1000");
        }
        let id = format!("202405{day:02}-0000001");
        let item = |n: u32| {
            let quantity = if (day, n) == (4, 2) { 2 } else { 1 };
            json!({"order_item_code": format!("{id}-{n:02}"), "product_no": n, "quantity": quantity, "product_price": "1000.00"})
        };
        orders.push(json!({"order_id": id, "shop_no": 2, "items": [item(1), item(2)]}));
    }
    put(&store, "5월 주문 20240605.csv", &text);
    put(&store, "orders_20240701T120000.json", &json!({"orders": orders}).to_string());
    let (status, told) = reconcile(&store, &[]);
    let shop = &told["shops"][0];
    assert_eq!((told["shops"].as_array().unwrap().len(), &shop["shop_no"]), (1, &json!(2)));
    assert_eq!((&shop["items"]["equal"], &shop["items"]["drifted"]), (&json!(19), &json!(1)), "{shop}");
    // Nobody tells payments, so the goods' worth is compared.
    assert_eq!((status, &shop["off"]), (3, &json!("1000.00")));
    assert_eq!(shop["differences"][0]["item_key"], "20240504-0000001-02");
}

#[test]
fn a_day_on_which_nothing_was_compared_is_not_counted_as_judged() {
    let store = Store::new();
    let mut orders: Vec<Order> = (1..=9).map(|day| order(5, day, 1)).collect();
    // The API was asked on 10 May itself: of that day each side has another order.
    orders.push(order(5, 10, 1));
    put(&store, "orders_20240510T120000.json", &api(&orders));
    orders[9] = order(5, 10, 2);
    put(&store, &on("20240605"), &file(&orders));
    let (status, told) = reconcile(&store, &[]);
    let shop = &told["shops"][0];
    assert_eq!((status, &told["verdict"], &shop["days_judged"]), (0, &json!("agree"), &json!(9)));
    let last = &shop["days"][9];
    assert_eq!((&last["scope"], &last["verdict"]), (&json!("common"), &json!("nothing_to_compare")));
    let text = store.run(&["reconcile"]).stdout;
    assert!(text.contains("files and API agree to the won on 9 days"), "{text}");
}

#[test]
fn one_side_alone_is_named_and_not_judged() {
    let store = Store::new();
    put(&store, &on("20240605"), &file(&[order(5, 1, 1), order(5, 2, 1)]));
    let (status, told) = reconcile(&store, &[]);
    assert_eq!((status, &told["verdict"]), (0, &json!("nothing_to_compare")));
    assert_eq!(told["shops"][0]["orders"]["unjudged"], 2);
    let text = store.run(&["reconcile"]).stdout;
    assert!(text.contains("nothing was compared") && text.contains("2 days that only files cover"), "{text}");
}
