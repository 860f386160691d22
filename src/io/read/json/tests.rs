use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::core::schema::{Additions, ColumnRef, Level};

fn schema() -> &'static Schema {
    static SCHEMA: std::sync::OnceLock<Schema> = std::sync::OnceLock::new();
    SCHEMA.get_or_init(|| Schema::load(&Additions::default()).unwrap())
}

/// Writes down what arrives: `id` or `id@time`, and `!` for a broken order.
#[derive(Default)]
struct Log {
    seen: Vec<String>,
    orders: Vec<ApiOrder>,
    stop_after: Option<usize>,
}

impl Log {
    fn flow(&self) -> Flow {
        if self.stop_after == Some(self.seen.len()) { Flow::Stop } else { Flow::Continue }
    }
}

impl OrderSink for Log {
    fn order(&mut self, order: &ApiOrder) -> Flow {
        let id = order.order[schema().known.order_id].spoken().unwrap_or("?");
        let time = order.extracted_at.as_ref().map(|t| format!("@{t}")).unwrap_or_default();
        self.seen.push(format!("{id}{time}"));
        self.orders.push(order.clone());
        self.flow()
    }

    fn broken_order(&mut self) -> Flow {
        self.seen.push("!".to_owned());
        self.flow()
    }
}

fn input(bytes: impl AsRef<[u8]>) -> Input {
    Input::Memory(Arc::from(bytes.as_ref()))
}

fn read(bytes: impl AsRef<[u8]>) -> (Result<JsonFacts, ReadError>, Log) {
    let mut log = Log::default();
    (read_orders(&input(bytes), schema(), &mut log), log)
}

fn check(text: &str, expected: &str) {
    let (facts, log) = read(text);
    let facts = facts.unwrap_or_else(|e| panic!("{e}: {text}"));
    assert_eq!(log.seen.join(" "), expected, "{text}");
    assert_eq!(facts.orders, log.orders.len() as u64, "{text}");
    assert_eq!(facts.broken, log.seen.iter().filter(|s| *s == "!").count() as u64, "{text}");
}

fn cell(order: &ApiOrder, item: Option<usize>, name: &str) -> ApiCell {
    match (schema().find(name), item) {
        (Some(ColumnRef { level: Level::Order, index }), None) => order.order[index].clone(),
        (Some(ColumnRef { level: Level::Item, index }), Some(item)) => order.items[item][index].clone(),
        (found, _) => panic!("{name}: {found:?}"),
    }
}

/// The cells of the only order of a text, as `name=value`; a null shows as `null`, an absent field as nothing.
fn check_order_cells(text: &str, expected: &[(&str, &str)]) {
    check_cells(text, None, expected);
}

fn check_item_cells(text: &str, item: usize, expected: &[(&str, &str)]) {
    check_cells(text, Some(item), expected);
}

fn check_cells(text: &str, item: Option<usize>, expected: &[(&str, &str)]) {
    let (facts, log) = read(text);
    assert_eq!(facts.unwrap().orders, 1, "{text}");
    for (name, value) in expected {
        let found = match cell(&log.orders[0], item, name) {
            ApiCell::Absent => "absent".to_owned(),
            ApiCell::Null => "null".to_owned(),
            ApiCell::Text(text) => format!("={text}"),
        };
        assert_eq!(found, *value, "{name} of {text}");
    }
}

#[test]
fn every_shape_is_read() {
    check(r#"{"orders": [{"order_id": "a"}, {"order_id": "b"}], "links": [{"rel": "next"}]}"#, "a b");
    check(r#"{"links": [], "orders": [{"order_id": "a"}]}"#, "a");
    check(r#"{"order": {"order_id": "a"}}"#, "a");
    check(r#"{"order_id": "a", "orders": [{"order_id": "b"}]}"#, "a");
    check(r#"[{"order_id": "a"}, {"order_id": "b"}]"#, "a b");
    check(r#"[{"orders": [{"order_id": "a"}]}, {"orders": [{"order_id": "b"}]}]"#, "a b");
    check("{\"order_id\": \"a\"}\n{\"order_id\": \"b\"}\n", "a b");
    check("{\"order_id\": \"a\"}\r\n\r\n   \r\n{\"order_id\": \"b\"}", "a b");
    check(
        "{\"orders\": [{\"order_id\": \"a\"}]}\n{\"orders\": [{\"order_id\": \"b\"}, {\"order_id\": \"c\"}]}",
        "a b c",
    );
    check("[{\"order_id\": \"a\"}]\n[{\"order_id\": \"b\"}]\n", "a b");
    check(r#"{"order_id": "a"}{"order_id": "b"} {"orders": [{"order_id": "c"}]}"#, "a b c");
    check("{\n \"order_id\": \"a\"\n}\n{\n \"order_id\": \"b\"\n}\n", "a b");
    check("{\"orders\": [\n{\"order_id\": \"a\"},\n{\"order_id\": \"b\"}\n]}", "a b");
    check("[\n{\"order_id\": \"a\"},\n{\"order_id\": \"b\"}\n]", "a b");
    check("\u{feff}{\"orders\": [{\"order_id\": \"a\"}]}", "a");
}

#[test]
fn utf_16_is_read() {
    let text = "\u{feff}{\"orders\": [{\"order_id\": \"a\", \"order_place_name\": \"모바일웹 😀\"}]}";
    for bytes in [
        text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
        text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    ] {
        let (facts, log) = read(&bytes);
        assert_eq!(facts.unwrap().orders, 1);
        assert_eq!(cell(&log.orders[0], None, "order_place_name").spoken(), Some("모바일웹 😀"));
    }
    let (facts, _) = read([0xff, 0xfe, b'{', 0, 0x00, 0xd8, b'}', 0]);
    assert!(matches!(facts, Err(ReadError::Damaged(_))));
}

#[test]
fn a_page_tells_the_time_of_its_orders() {
    check(
        r#"{"_extracted_at": "t", "orders": [{"order_id": "a"}, {"order_id": "b", "_extracted_at": "u"}]}"#,
        "a@t b@u",
    );
    check(
        r#"{"orders": [{"order_id": "a"}, {"order_id": "b", "_pulled_at": "u"}], "_extracted_at": "t"}"#,
        "a@t b@u",
    );
    check(
        r#"{"orders": [{"order_id": "a", "_extracted_at": null}], "_observed_at": "t", "_pulled_at": "s"}"#,
        "a@s",
    );
    check(
        r#"{"orders": [{"order_id": "a"}], "_extracted_at": "t"} {"orders": [{"order_id": "b"}]} {"order_id": "c"}"#,
        "a@t b c",
    );
    check(
        "{\"orders\": [{\"order_id\": \"a\"}], \"_extracted_at\": \"t\"}\n{\"order_id\": \"b\", \"_extracted_at\": \"u\"}\n",
        "a@t b@u",
    );
    check(r#"{"orders": [{"order_id": "a"}], "_extracted_at": 1767225600}"#, "a@1767225600");
    check(r#"{"orders": [{"order_id": "a"}], "_extracted_at": " ", "_pulled_at": "\u0074"}"#, "a@t");
    check(r#"{"order_id": "a", "_observed_at": "o", "_extracted_at": "e", "_pulled_at": "p"}"#, "a@e");
}

#[test]
fn configured_extraction_keys_count() {
    let additions = Additions { extracted_at: vec!["_synced".to_owned()], ..Additions::default() };
    let schema = Schema::load(&additions).unwrap();
    let mut log = Log::default();
    let page = input(r#"{"orders": [{"order_id": "a"}], "_synced": "t"}"#);
    read_orders(&page, &schema, &mut log).unwrap();
    assert_eq!(log.seen, ["a@t"]);
}

#[test]
fn broken_lines_fail_alone() {
    check("{\"order_id\": \"a\"}\n{\"order_id\": \"b\", \n{\"order_id\": \"c\"}\n", "a ! c");
    check("{\"order_id\": \"a\", \"items\": [{\n{\"order_id\": \"b\"}\n{\"order_id\": \"c\"}\n", "! b c");
    check("{\"order_id\": \"a\", \"paid\": \"T\n{\"order_id\": \"b\"}\n", "! b");
    check("{\"order_id\": \"a\",\n{\"order_id\": \"b\"}\n", "! b");
    check("{\"order_id\": \"a\"}\nnot json\n[1]\n{\"error\": {}}\n{\"order_id\": \"b\"}", "a ! ! ! b");
    check(
        "{\"orders\": [{\"order_id\": \"a\"}]}\n{\"orders\": [{\"order_id\": \"b\"}\n{\"order_id\": \"c\"}",
        "a ! c",
    );
    let deep =
        format!("{{\"order_id\": \"a\"}}\n{{\"x\": {}\n{{\"order_id\": \"b\"}}\n", "[".repeat(200_000));
    check(&deep, "a ! b");
    let (facts, log) = read(b"{\"order_id\": \"a\"}\n{\"order_id\": \"\xff\"}\n{\"order_id\": \"b\"}\n");
    assert_eq!((facts.unwrap().broken, log.seen.join(" ")), (1, "a ! b".to_owned()));
}

#[test]
fn what_is_no_order_where_one_should_be_is_broken() {
    check(r#"{"orders": [{"order_id": "a"}, null, 3, {"x": 1}, {"order_id": "b"}]}"#, "a ! ! ? b");
    check(r#"[{"x": 1}, {"order_id": "a"}, 2]"#, "! a !");
    check(r#"{"orders": [{"order_id": "\ud800"}, {"order_id": "b"}]}"#, "! b");
    check(r#"{"orders": [{"order_id": null, "items": [{"quantity": 1}]}]}"#, "?");
    check(r#"{"items": [{"order_item_code": "20260102-0000011-01"}]}"#, "?");
}

#[test]
fn other_json_is_left_alone() {
    for text in [
        "",
        " \n",
        "{}",
        "[]",
        "3",
        "null",
        r#"{"name": "x", "version": 1}"#,
        r#"[{"name": "x"}, {"name": "y"}]"#,
        r#"{"error": {"code": 422}}"#,
        r#"{"orders": 7}"#,
        r#"{"items": [{"quantity": 1}]}"#,
        "{\"a\": 1}\n{\"a\": 2}\n",
    ] {
        let (facts, log) = read(text);
        assert_eq!(facts.unwrap(), JsonFacts::default(), "{text}");
        assert!(log.seen.is_empty(), "{text}");
    }
    for text in [r#"{"orders": []}"#, r#"{"links": [], "orders": []}"#] {
        let (facts, _) = read(text);
        assert_eq!(facts.unwrap(), JsonFacts { looks_like_orders: true, ..JsonFacts::default() }, "{text}");
    }
}

#[test]
fn damage_is_placed_without_content() {
    for (text, message) in [
        (
            "{\"orders\":\n [{\"order_id\": \"a\"} {\"order_id\": \"b\"}]}",
            "is damaged: no valid JSON at line 2, column 21",
        ),
        (
            "{\"orders\": [{\"order_id\": \"a\"},\n  {\"order_id\": 주문}]}",
            "is damaged: the order that begins at line 2, column 3 is no valid JSON",
        ),
        ("{\"가나\": 1 ]", "is damaged: no valid JSON at line 1, column 10"),
        ("{\"orders\": [{\"order_id\": \"a\"}, {\"order", "ends too early: the JSON breaks off"),
        ("{\"orders\": [{\"order_id\": \"a\"}]", "ends too early: the JSON breaks off"),
        ("[{\"order_id\": \"a\"},]", "is damaged: no valid JSON at line 1, column 20"),
        ("[{\"order_id\": \"a\"]", "is damaged: no valid JSON at line 1, column 18"),
        ("hello", "is damaged: no valid JSON at line 1, column 1"),
        ("{\"x\": nul}", "is damaged: no valid JSON at line 1, column 7"),
        ("oops\nstill no\n", "is damaged: no valid JSON at line 1, column 1"),
    ] {
        let (facts, _) = read(text);
        assert_eq!(facts.expect_err(text).to_string(), message, "{text}");
    }
    let deep = format!("{{\"orders\": [{{\"order_id\": \"a\", \"x\": {}", "[".repeat(1_000_000));
    assert!(read(deep).0.expect_err("too deep").to_string().contains("nested too deep"));
}

#[test]
fn a_document_that_breaks_later_has_said_nothing() {
    let (facts, log) = read("{\"orders\": [{\"order_id\": \"a\"}, {\"order_id\": \"b\"}");
    assert!(facts.is_err() && log.seen.is_empty());
}

#[test]
fn the_sink_may_stop() {
    for text in [
        r#"{"orders": [{"order_id": "a"}, {"order_id": "b"}, {"order_id": "c"}]}"#,
        "{\"order_id\": \"a\"}\n{\"order_id\": \"b\"}\n{\"order_id\": \"c\"}\n",
    ] {
        let mut log = Log { stop_after: Some(2), ..Log::default() };
        assert_eq!(read_orders(&input(text), schema(), &mut log).unwrap().orders, 2);
        assert_eq!(log.seen, ["a", "b"]);
    }
}

#[test]
fn values_become_cells() {
    check_order_cells(
        r#"{"order_id": "a", "shop_no": 1, "paid": true, "canceled": "M", "member_id": "", "currency": null,
            "payment_method_name": ["카드", null, "적립금"], "payment_gateway_names": [], "easypay_name": {},
            "naver_point": 1200.50, "market_order_no": 2.3E+17, "order_place_name": "a\u0041\n\"",
            "payment_amount": "12000.00", "additional_order_info_list": [{"name": "문구", "value": "축하"}, {"name": "색", "value": null}]}"#,
        &[
            ("shop_no", "=1"),
            ("paid", "=T"),
            ("canceled", "=M"),
            ("member_id", "="),
            ("currency", "null"),
            ("payment_method_name", "=카드,적립금"),
            ("payment_gateway_name", "absent"),
            ("easypay_name", "absent"),
            ("naver_point", "=1200.50"),
            ("market_order_no", "=2.3E+17"),
            ("order_place_name", "=aA\n\""),
            ("payment_amount", "=12000.00"),
            ("additional_order_info", "=문구=축하"),
            ("order_price_amount", "absent"),
            ("mall_id", "absent"),
        ],
    );
}

#[test]
fn paths_lead_into_objects_and_first_elements() {
    check_order_cells(
        r#"{"order_id": "a", "payment_amount": "5", "cancel_date": "2026-01-05T00:00:00+09:00",
            "actual_order_amount": {"order_price_amount": "10", "total_amount_due": "9", "coupon_discount_price": "1", "payment_amount": "7"},
            "initial_order_amount": {"payment_amount": "8"},
            "buyer": {"name": "김", "cellphone": "010"},
            "receivers": [{"name": "이", "address_full": " ", "address1": "서울 강남구 1"}, {"name": "박", "zipcode": "1"}]}"#,
        &[
            ("payment_amount", "=5"),
            ("order_price_amount", "=10"),
            ("order_total_amount", "=9"),
            ("order_coupon_discount_amount", "=1"),
            ("initial_payment_amount", "=8"),
            ("order_cancel_date", "=2026-01-05T00:00:00+09:00"),
            ("buyer_name", "=김"),
            ("buyer_cellphone", "=010"),
            ("buyer_cellphone_hash", "=010"),
            ("receiver_name", "=이"),
            ("receiver_zipcode", "absent"),
            ("receiver_address", "=서울 강남구 1"),
            ("receiver_region", "=서울 강남구 1"),
        ],
    );
    check_order_cells(
        r#"{"order_id": "a", "receivers": {"name": "이"}, "buyer": null}"#,
        &[("receiver_name", "=이")],
    );
    check_order_cells(
        r#"{"order_id": "a", "receivers": [{"address1": "나", "address_full": "가"}]}"#,
        &[("receiver_address", "=가")],
    );
    check_order_cells(
        r#"{"order_id": "a", "receivers": [null, {"name": "이"}], "group_no_when_ordering": 1, "customer_group_no_when_ordering": null}"#,
        &[("receiver_name", "absent"), ("customer_group_no_when_ordering", "=1")],
    );
}

#[test]
fn items_are_rows_of_their_own() {
    let text = r#"{"order_id": "a", "items": [
        {"order_item_code": "a-01", "product_no": 7, "payment_amount": null, "quantity": 2, "claim_code": "",
         "additional_option_values": [{"key": null, "value": null}], "original_item_no": [], "status_code": "N1"},
        {"order_item_code": "a-02", "original_item_no": [11, 12], "payment_amount": "3.00", "labels": {"x": [1]}}]}"#;
    check_item_cells(
        text,
        0,
        &[
            ("order_item_code", "=a-01"),
            ("product_no", "=7"),
            ("item_payment_amount", "null"),
            ("claim_code", "="),
            ("additional_option_value", "absent"),
            ("original_item_no", "absent"),
            ("status_class", "=N1"),
        ],
    );
    check_item_cells(
        text,
        1,
        &[
            ("order_item_code", "=a-02"),
            ("original_item_no", "=11,12"),
            ("item_payment_amount", "=3.00"),
            ("quantity", "absent"),
        ],
    );
    for (items, count) in [("null", 0), ("[]", 0), ("{\"quantity\": 1}", 1), ("[null, {}]", 1), ("\"x\"", 0)]
    {
        let (_, log) = read(format!("{{\"order_id\": \"a\", \"items\": {items}}}"));
        assert_eq!(log.orders[0].items.len(), count, "{items}");
    }
}

#[test]
fn an_object_with_an_items_code_is_that_item_of_its_order() {
    let row = r#"{"order_item_code": "a-01", "order_id": "a", "shop_no": 2, "payment_amount": "3.00", "quantity": 2,
        "buyer": {"cellphone": "1"}, "member_id": "kim", "cancel_date": null, "_extracted_at": "2024-01-01"}"#;
    check_item_cells(
        row,
        0,
        &[
            ("order_item_code", "=a-01"),
            ("item_payment_amount", "=3.00"),
            ("quantity", "=2"),
            ("option_value", "absent"),
        ],
    );
    // A field that both may have is the item's; the keys are the order's.
    check_order_cells(
        row,
        &[("order_id", "=a"), ("shop_no", "=2"), ("member_id", "=kim"), ("payment_amount", "absent")],
    );
    check(row, "a@2024-01-01");
    // With items of its own it is an order, whatever else it says, and without a code it has no item.
    for (rest, items) in
        [(r#""items": []"#, 0), (r#""items": [{"quantity": 1}, {}]"#, 2), (r#""quantity": 1"#, 0)]
    {
        let code = if rest.starts_with(r#""items"#) { r#""order_item_code": "a-01","# } else { "" };
        let (_, log) = read(format!(r#"{{"order_id": "a", {code} "payment_amount": "3.00", {rest}}}"#));
        assert_eq!(log.orders[0].items.len(), items, "{rest}");
        assert_eq!(cell(&log.orders[0], None, "payment_amount"), ApiCell::Text("3.00".into()), "{rest}");
    }
    for code in [r#"" ""#, "null", r#"["a-01"]"#, r#"{"value": "a-01"}"#] {
        let (_, log) =
            read(format!(r#"{{"order_id": "a", "order_item_code": {code}, "payment_amount": "3.00"}}"#));
        assert_eq!(log.orders[0].items.len(), 0, "{code}");
        assert_eq!(cell(&log.orders[0], None, "payment_amount"), ApiCell::Text("3.00".into()), "{code}");
    }
    // What names no order is about something else.
    assert!(!read(r#"[{"order_item_code": "a-01", "quantity": 1}]"#).0.unwrap().looks_like_orders);
}

#[test]
fn exchanges_name_what_an_item_replaces() {
    let items = r#""items": [{"order_item_code": "a-01"}, {"order_item_code": "a-03"},
        {"order_item_code": "a-04", "origin_order_item_code": "a-09"}, {"order_item_code": "a-05", "origin_order_item_code": null}]"#;
    let exchanged = r#"{"exchanged_items": [{"order_item_code": "a-03", "origin_order_item_code": "a-01"},
        {"order_item_code": "a-04", "origin_order_item_code": "a-02"}, {"order_item_code": "a-05", "origin_order_item_code": "a-02"}]}"#;
    let origins = |text: String| {
        let (_, log) = read(text);
        (0..4)
            .map(|i| {
                cell(&log.orders[0], Some(i), "origin_order_item_code").spoken().unwrap_or("-").to_owned()
            })
            .collect::<Vec<_>>()
    };
    for exchange in [format!("[{{\"exchanged_items\": null}}, 3, {exchanged}]"), exchanged.to_owned()] {
        for text in [
            format!("{{\"order_id\": \"a\", \"exchange\": {exchange}, {items}}}"),
            format!("{{\"order_id\": \"a\", {items}, \"exchange\": {exchange}}}"),
        ] {
            assert_eq!(origins(text), ["-", "a-01", "a-09", "a-02"]);
        }
    }
    assert_eq!(
        origins(format!("{{\"order_id\": \"a\", \"exchange\": \"x\", {items}}}")),
        ["-", "-", "a-09", "-"]
    );
}

#[test]
fn an_order_leaves_nothing_behind_for_the_next() {
    let (_, log) = read(
        r#"{"orders": [{"order_id": "a", "currency": "KRW", "_extracted_at": "t", "exchange": [{"exchanged_items":
            [{"order_item_code": "x", "origin_order_item_code": "y"}]}], "items": [{"quantity": 1}, {"quantity": 2}]},
            {"order_id": "b", "items": [{"order_item_code": "x"}]}]}"#,
    );
    let (_, alone) = read(r#"{"order_id": "b", "items": [{"order_item_code": "x"}]}"#);
    assert_eq!(log.orders[1], alone.orders[0]);
}

#[test]
fn orders_larger_than_a_chunk_are_whole() {
    let filler = "가\\\"]}".repeat(100_000);
    let order = |id: &str| {
        format!("{{\"x\": \"{filler}\", \"order_id\": \"{id}\", \"order_place_name\": \"{filler}\"}}")
    };
    let text = format!("{{\"orders\": [{}, {}], \"_extracted_at\": \"t\"}}", order("a"), order("b"));
    check(&text, "a@t b@t");
    check(&format!("{}\n{}\n", order("a"), order("b")), "a b");
}

proptest! {
    /// However a text is spaced and its pages are cut, the same orders arrive.
    #[test]
    fn shapes_agree(ids in prop::collection::vec("[a-z0-9]{1,8}", 1..20), cut in 0usize..20, space in "[ \n\r\t]{0,3}") {
        let orders: Vec<_> = ids.iter().map(|id| format!("{{{space}\"order_id\"{space}:{space}\"{id}\"}}")).collect();
        let (first, second) = orders.split_at(cut.min(orders.len()));
        let page = |orders: &[String]| format!("{{\"orders\"{space}:{space}[{}]{space}}}", orders.join(&format!("{space},")));
        let expected = ids.join(" ");
        check(&page(&orders), &expected);
        check(&format!("{}{space}{}", page(first), page(second)), &expected);
        check(&format!("[{}]", orders.join(",")), &expected);
        check(&orders.join(&space), &expected);
        if space.chars().all(|c| c == ' ') {
            check(&orders.join("\n"), &expected);
        }
    }

    /// No bytes make the reader panic or go on for ever.
    #[test]
    fn anything_is_survived(bytes in prop::collection::vec(prop::sample::select(b"{}[]\",:\\ \n01aortdesn_i\xff".to_vec()), 0..200)) {
        let (facts, log) = read(&bytes);
        if let Ok(facts) = facts {
            prop_assert_eq!(facts.orders + facts.broken, log.seen.len() as u64);
        }
    }
}
