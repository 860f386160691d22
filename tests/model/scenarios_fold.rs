//! The sentences of `docs/RULES.md` about keys, times, the fold, matching and changes.

use super::scenario::{Odd, Scenario, on, play_all, scenario};

/// A line of an API dump: one order with its extraction time and item objects.
fn api(at: &str, order: &str, items: &str) -> String {
    let comma = if order.is_empty() { "" } else { "," };
    format!(
        "{{\"_extracted_at\":\"{at}\",\"shop_no\":1,\"order_id\":\"20240705-0000001\"{comma}{order},\"items\":[{items}]}}\n"
    )
}

fn item(number: u8, fields: &str) -> String {
    let comma = if fields.is_empty() { "" } else { "," };
    format!("{{\"order_item_code\":\"20240705-0000001-{number:02}\"{comma}{fields}}}")
}

#[test]
fn keys_and_shops() {
    play_all(&[
        scenario("a file without 쇼핑몰번호 means shop 1")
            .file(on("20240705"), "주문번호,품목별 주문번호,수량\n20240705-0000001,20240705-0000001-01,2\n")
            .items("mall_id|shop_no|order_id|item_key|order_item_code|order_day|quantity
                    brandshop|1|20240705-0000001|20240705-0000001-01|20240705-0000001-01|2024-07-05|2")
            .orders("mall_id|shop_no|order_id|order_day\nbrandshop|1|20240705-0000001|2024-07-05"),
        scenario("unless another observation of the order names exactly one shop: then that one")
            .file(on("20240705"), "주문번호,품목별 주문번호,수량\n20240705-0000001,20240705-0000001-01,2\n")
            .file(
                on("20240706"),
                "쇼핑몰번호,주문번호,품목별 주문번호,판매가\n3,20240705-0000001,20240705-0000001-01,1000\n",
            )
            .items("shop_no|item_key|quantity|product_price\n3|20240705-0000001-01|2|1000.00")
            .orders("shop_no|order_id\n3|20240705-0000001"),
        scenario("the shop named by one item's row holds for the whole order")
            .file(on("20240705"), "주문번호,품목별 주문번호,수량\n20240705-0000001,20240705-0000001-02,2\n")
            .file(
                on("20240706"),
                "쇼핑몰 번호,주문번호,품목별 주문번호,수량\n2,20240705-0000001,20240705-0000001-01,1\n",
            )
            .items("shop_no|item_key\n2|20240705-0000001-01\n2|20240705-0000001-02"),
        scenario("a blank 쇼핑몰번호 cell is an absent one")
            .file(
                on("20240705"),
                "쇼핑몰번호,주문번호,품목별 주문번호\n,20240705-0000001,20240705-0000001-01\n2,20240705-0000001,20240705-0000001-02\n",
            )
            .items("shop_no|item_key\n2|20240705-0000001-01\n2|20240705-0000001-02"),
        scenario("two shops known for one order: shop 1 and a finding")
            .file(on("20240705"), "주문번호,품목별 주문번호,수량\n20240705-0000001,20240705-0000001-01,5\n")
            .file(
                on("20240706"),
                "쇼핑몰번호,주문번호,품목별 주문번호,수량\n2,20240705-0000001,20240705-0000001-01,1\n3,20240705-0000001,20240705-0000001-01,1\n",
            )
            .orders("shop_no\n1\n2\n3")
            .findings(Odd::Some),
        scenario("the same order id in two malls is two orders")
            .no_mall()
            .file("aaa_20240705_1_ab12.csv", "주문번호,품목별 주문번호\n20240705-0000001,20240705-0000001-01\n")
            .file("bbb_20240705_1_ab12.csv", "주문번호,품목별 주문번호\n20240705-0000001,20240705-0000001-01\n\n")
            .items("mall_id|item_key\naaa|20240705-0000001-01\nbbb|20240705-0000001-01"),
        scenario("items sort by day, order, key; undated orders last")
            .file(
                on("20240705"),
                "주문번호,품목별 주문번호\nZ9,Z9-01\n20240706-0000001,20240706-0000001-01\n20240705-0000009,20240705-0000009-02\n20240705-0000009,20240705-0000009-01\n",
            )
            .items("order_day|item_key
                    2024-07-05|20240705-0000009-01
                    2024-07-05|20240705-0000009-02
                    2024-07-06|20240706-0000001-01
                    |Z9-01")
            .months(&["2024-07"]),
        scenario("an order's day where its id bears none is the day of order_date")
            .file(
                on("20240705"),
                "주문번호,품목별 주문번호,주문일시\nOLD77,OLD77-01,2019-03-31 23:59:59\n",
            )
            .items("order_day|item_key\n2019-03-31|OLD77-01")
            .months(&["2019-03"]),
        scenario("no day known: null, a finding, in no month")
            .file(on("20240705"), "주문번호,품목별 주문번호\nOLD77,OLD77-01\n")
            .items("order_day|item_key\n|OLD77-01")
            .findings(Odd::Some)
            .months(&[]),
        scenario("the day of an undated order may come from another file")
            .file(on("20240705"), "주문번호,품목별 주문번호\nOLD77,OLD77-01\n")
            .file(on("20240706"), "주문번호,주문일시\nOLD77,2019-03-31 10:00:00\n")
            .items("order_day|item_key\n2019-03-31|OLD77-01"),
    ]);
}

#[test]
fn observed_at_follows_its_evidence() {
    const ROW: &str = "주문번호,품목별 주문번호\n20240705-0000001,20240705-0000001-01\n";
    let seen = |name: &str, file: &str, at: &str| {
        scenario(name).file_at(file, ROW, 1_720_000_000).items(&format!("observed_at\n{at}"))
    };
    play_all(&[
        seen("Cafe24's shape: first second of that day in KST", "brandshop_20240710_3_e68d.csv", "2024-07-09 15:00:00"),
        seen("with a form name behind", "brandshop_20240710_3_e68d_정산 양식.csv", "2024-07-09 15:00:00")
            .told("정산 양식.csv", "source", "export"),
        seen("with a browser's copy mark", "brandshop_20240710_3_e68d (1).csv", "2024-07-09 15:00:00")
            .told("(1).csv", "source", "export"),
        seen("a stamp in the name", "orders_20240710T093001.csv", "2024-07-10 00:30:01")
            .told("orders_20240710T093001.csv", "source", "history"),
        seen("the latest real day in the name", "주문 20240601-20240709.csv", "2024-07-08 15:00:00"),
        seen("the latest, though not the last", "주문 20240709 (20240601부터).csv", "2024-07-08 15:00:00"),
        seen("an unreal day is no day", "주문 20240609 20241399.csv", "2024-06-08 15:00:00"),
        seen("a day with hyphens", "주문 2024-07-09.csv", "2024-07-08 15:00:00"),
        seen("no day in the name: the modification time", "주문내역.csv", "2024-07-03 09:46:40"),
        seen("--observed-at beats the name", "brandshop_20240710_3_e68d.csv", "2024-07-11 00:00:00")
            .with(&["--observed-at", "2024-07-11T09:00:00"]),
        seen("--observed-at with a zone", "brandshop_20240710_3_e68d.csv", "2024-07-11 09:00:00")
            .with(&["--observed-at", "2024-07-11T09:00:00Z"]),
        seen("--observed-at as a bare day", "brandshop_20240710_3_e68d.csv", "2024-07-10 15:00:00")
            .with(&["--observed-at", "2024-07-11"]),
        scenario("the row's own extraction time beats the name; without a zone it is Korean")
            .file(
                on("20240710"),
                "주문번호,품목별 주문번호,_extracted_at\n20240705-0000001,20240705-0000001-01,2024-07-06 01:02:03\n20240705-0000001,20240705-0000001-02,2024-07-06T01:02:03Z\n20240705-0000002,20240705-0000002-01,\n",
            )
            .items("item_key|observed_at
                    20240705-0000001-01|2024-07-05 16:02:03
                    20240705-0000001-02|2024-07-06 01:02:03
                    20240705-0000002-01|2024-07-09 15:00:00"),
        scenario("--observed-at beats the row's own")
            .file(
                on("20240710"),
                "주문번호,품목별 주문번호,_pulled_at\n20240705-0000001,20240705-0000001-01,2024-07-06 01:02:03\n",
            )
            .with(&["--observed-at", "2024-07-12T00:00:00+09:00"])
            .items("observed_at\n2024-07-11 15:00:00"),
        scenario("a page's time holds for every order in it, the order's own wins")
            .file(
                "page.json",
                r#"{"_pulled_at":"2024-07-06T10:00:00+09:00","orders":[
                   {"order_id":"20240705-0000001","shop_no":1,"items":[{"order_item_code":"20240705-0000001-01","quantity":1}]},
                   {"order_id":"20240705-0000002","shop_no":1,"_observed_at":"2024-07-07T10:00:00+09:00","items":[{"order_item_code":"20240705-0000002-01","quantity":1}]}]}"#,
            )
            .items("item_key|observed_at|sources
                    20240705-0000001-01|2024-07-06 01:00:00|api
                    20240705-0000002-01|2024-07-07 01:00:00|api"),
        scenario("better evidence in a later copy improves the time")
            .file_at("주문.csv", ROW, 1_730_000_000)
            .file_at("brandshop_20240710_3_e68d.csv", ROW, 1_730_000_000)
            .items("observed_at\n2024-07-09 15:00:00"),
        scenario("equal evidence keeps the earliest")
            .file_at("주문 20240712.csv", ROW, 1_730_000_000)
            .file_at("주문 20240711.csv", ROW, 1_730_000_000)
            .file_at("주문 20240713.csv", ROW, 1_600_000_000)
            .items("observed_at\n2024-07-10 15:00:00"),
        scenario("anything more precise from the same day wins over a bare day")
            .file(on("20240706"), "주문번호,품목별 주문번호,수량\n20240705-0000001,20240705-0000001-01,1\n")
            .file("old_20240706T000001.csv", "주문번호,품목별 주문번호,수량\n20240705-0000001,20240705-0000001-01,2\n")
            .items("quantity|observed_at|sources\n2|2024-07-05 15:00:01|export,history"),
    ]);
}

#[test]
fn the_newest_word_wins_per_field() {
    let blank = |name: &str, word: &str| {
        scenario(name)
            .file(on("20240706"), "주문번호,품목별 주문번호,상품명,수량,판매가,배송완료일\n20240705-0000001,20240705-0000001-01,가방,2,1000,2024-07-06\n")
            .file(on("20240707"), format!("주문번호,품목별 주문번호,상품명,수량,판매가,배송완료일\n20240705-0000001,20240705-0000001-01,{word},{word},{word},{word}\n"))
            .items("product_name|quantity|product_price|delivered_date\n가방|2|1000.00|2024-07-06 00:00:00")
            .counts(&on("20240707"), 1, 0, 0)
            .changes("field")
    };
    play_all(&[
        scenario("per field, not per row")
            .file(on("20240706"), "주문번호,품목별 주문번호,수량,판매가\n20240705-0000001,20240705-0000001-01,2,1000\n")
            .file(on("20240707"), "주문번호,품목별 주문번호,판매가,운송장번호\n20240705-0000001,20240705-0000001-01,1500,T1\n")
            .items("quantity|product_price|tracking_no|observed_at\n2|1500.00|T1|2024-07-06 15:00:00"),
        scenario("zero is a value")
            .file(on("20240706"), "주문번호,품목별 주문번호,수량,판매가\n20240705-0000001,20240705-0000001-01,2,1000\n")
            .file(on("20240707"), "주문번호,품목별 주문번호,수량,판매가\n20240705-0000001,20240705-0000001-01,0,0\n")
            .items("quantity|product_price\n0|0.00"),
        blank("an empty cell does not speak", ""),
        blank("white space does not speak", "  "),
        blank("NBSP does not speak", "\u{a0}"),
        blank("U+3000 does not speak", "\u{3000} "),
        blank("a hyphen does not speak", "-"),
        blank("two hyphens do not speak", "--"),
        blank("number signs do not speak", "#####"),
        blank("0000-00-00 does not speak", "0000-00-00"),
        blank("0000-00-00 with a time does not speak", "0000-00-00 00:00:00"),
        scenario("JSON null, [] and {} do not speak")
            .file(on("20240706"), "주문번호,품목별 주문번호,상품명,수량,상품옵션\n20240705-0000001,20240705-0000001-01,가방,2,색=빨강\n")
            .file(
                "dump.ndjson",
                api("2024-07-08T00:00:00+09:00", "", &item(1, r#""product_name":null,"quantity":[],"option_value":{}"#)),
            )
            .items("product_name|quantity|option_value\n가방|2|색=빨강"),
        scenario("in a tie api beats export")
            .file(on("20240706"), "주문번호,품목별 주문번호,수량\n20240705-0000001,20240705-0000001-01,1\n")
            .file("dump.ndjson", api("2024-07-06T00:00:00+09:00", "", &item(1, r#""quantity":2"#)))
            .items("quantity|sources\n2|api,export"),
        scenario("in a tie export beats history")
            .file(on("20240706"), "주문번호,품목별 주문번호,수량\n20240705-0000001,20240705-0000001-01,1\n")
            .file("옛날 20240706.csv", "주문번호,품목별 주문번호,수량\n20240705-0000001,20240705-0000001-01,2\n")
            .items("quantity|sources\n1|export,history"),
        scenario("--source names the source")
            .file("옛날 20240706.csv", "주문번호,품목별 주문번호,수량\n20240705-0000001,20240705-0000001-01,2\n")
            .with(&["--source", "export"])
            .items("quantity|sources\n2|export"),
        tie_by_hash(),
    ]);
}

/// Same time, same source: the greater SHA-256 wins.
fn tie_by_hash() -> Scenario {
    use sha2::{Digest, Sha256};
    let text = |quantity: u8| {
        format!("주문번호,품목별 주문번호,수량\n20240705-0000001,20240705-0000001-01,{quantity}\n")
    };
    let winner = (1..=4).max_by_key(|quantity| Sha256::digest(text(*quantity)).to_vec()).unwrap_or(0);
    let mut story = scenario("in a tie of time and source the greater SHA-256 wins");
    for quantity in 1..=4 {
        story = story.file(format!("brandshop_20240706_{quantity}_ab12.csv"), text(quantity));
    }
    story.items(&format!("quantity\n{winner}"))
}

#[test]
fn clearing_by_an_api_order() {
    const CLAIMED: &str = r#""claim_code":"C20240706-0000001","claim_reason_type":"A","cancel_date":"2024-07-06T10:00:00+09:00","return_confirmed_date":"2024-07-06T10:00:00+09:00","exchange_date":"2024-07-06T10:00:00+09:00","refund_date":"2024-07-06T10:00:00+09:00","tracking_no":"T1","shipped_date":"2024-07-06T10:00:00+09:00","delivered_date":"2024-07-06T10:00:00+09:00","quantity":2,"shipping_code":"D-1""#;
    const COLUMNS: &str = "claim_code|claim_reason_type|cancel_date|return_confirmed_date|exchange_date|refund_date|tracking_no|shipped_date|delivered_date|quantity|shipping_code";
    const KEPT: &str = "C20240706-0000001|A|2024-07-06 10:00:00|2024-07-06 10:00:00|2024-07-06 10:00:00|2024-07-06 10:00:00|T1|2024-07-06 10:00:00|2024-07-06 10:00:00|2|D-1";
    let cleared = |name: &str, word: &str, expected: &str| {
        let second = format!(
            r#""claim_code":{word},"claim_reason_type":{word},"claim_reason":{word},"cancel_date":{word},"return_confirmed_date":{word},"exchange_date":{word},"refund_date":{word},"tracking_no":{word},"shipped_date":{word},"delivered_date":{word},"quantity":{word},"shipping_code":{word}"#
        );
        scenario(name)
            .file("a.ndjson", api("2024-07-07T00:00:00+09:00", "", &item(1, CLAIMED)))
            .file("b.ndjson", api("2024-07-08T00:00:00+09:00", "", &item(1, &second)))
            .items(&format!("{COLUMNS}\n{expected}"))
    };
    play_all(&[
        cleared("an explicit null clears the claim and shipping fields, no others", "null", "|||||||||2|D-1"),
        cleared("so does an empty string", r#""""#, "|||||||||2|D-1"),
        cleared("so does a blank string", r#"" ""#, "|||||||||2|D-1"),
        cleared("an empty list does not", "[]", KEPT),
        scenario("a missing key does not clear")
            .file("a.ndjson", api("2024-07-07T00:00:00+09:00", "", &item(1, CLAIMED)))
            .file("b.ndjson", api("2024-07-08T00:00:00+09:00", "", &item(1, r#""quantity":2"#)))
            .items(&format!("{COLUMNS}\n{KEPT}")),
        scenario("a blank in a file does not clear")
            .file("a.ndjson", api("2024-07-07T00:00:00+09:00", "", &item(1, r#""tracking_no":"T1""#)))
            .file(
                on("20240709"),
                "주문번호,품목별 주문번호,운송장번호\n20240705-0000001,20240705-0000001-01,\n",
            )
            .items("tracking_no\nT1"),
        scenario("an older null clears nothing newer; a newer word fills again")
            .file("a.ndjson", api("2024-07-07T00:00:00+09:00", "", &item(1, r#""tracking_no":null"#)))
            .file(
                on("20240706"),
                "주문번호,품목별 주문번호,운송장번호\n20240705-0000001,20240705-0000001-01,T1\n",
            )
            .file(
                on("20240709"),
                "주문번호,품목별 주문번호,운송장번호\n20240705-0000001,20240705-0000001-01,T2\n",
            )
            .items("tracking_no\nT2")
            .changes("field|old_value|new_value|old_source|new_source\ntracking_no|T1||export|api"),
        scenario("an order's own cancel_date is not an item's")
            .file(
                "a.ndjson",
                api(
                    "2024-07-07T00:00:00+09:00",
                    r#""cancel_date":"2024-07-06T10:00:00+09:00""#,
                    &item(1, r#""quantity":1"#),
                ),
            )
            .items("cancel_date|quantity\n|1"),
    ]);
}

#[test]
fn less_precise_times() {
    let two = |name: &str, old: &str, new: &str, expected: &str| {
        scenario(name)
            .file(
                on("20240706"),
                format!("주문번호,품목별 주문번호,주문일시\n20240705-0000001,20240705-0000001-01,{old}\n"),
            )
            .file(
                on("20240707"),
                format!("주문번호,품목별 주문번호,주문일시\n20240705-0000001,20240705-0000001-01,{new}\n"),
            )
            .orders(&format!("order_date\n{expected}"))
    };
    play_all(&[
        two(
            "a newer bare day that agrees does not displace",
            "2024-07-05 09:01:31",
            "2024-07-05",
            "2024-07-05 09:01:31",
        ),
        two(
            "nor a time without seconds that agrees",
            "2024-07-05 09:01:31",
            "2024-07-05 09:01",
            "2024-07-05 09:01:31",
        ),
        two("a bare day that disagrees does", "2024-07-05 09:01:31", "2024-07-06", "2024-07-06 00:00:00"),
        two(
            "a time without seconds that disagrees does",
            "2024-07-05 09:01:31",
            "2024-07-05 09:02",
            "2024-07-05 09:02:00",
        ),
        two("a more precise time displaces", "2024-07-05", "2024-07-05 09:01:31", "2024-07-05 09:01:31")
            .changes("field"),
        two(
            "midnight told exactly disagrees with a later time",
            "2024-07-05 09:01:31",
            "2024-07-05 00:00:00",
            "2024-07-05 00:00:00",
        ),
        two("less precise is no change", "2024-07-05 09:01:31", "2024-07-05 09:01", "2024-07-05 09:01:31")
            .changes("field"),
    ]);
}

#[test]
fn order_columns_on_item_rows() {
    play_all(&[
        scenario("every_row: the value all rows repeat")
            .file(on("20240706"), "주문번호,품목별 주문번호,총 주문금액,주문자ID\n20240705-0000001,20240705-0000001-01,5000,kim\n20240705-0000001,20240705-0000001-02,5000,kim\n")
            .orders("order_total_amount|member_id\n5000.00|kim")
            .findings(Odd::None),
        scenario("every_row where they differ: the first, and a finding")
            .file(on("20240706"), "주문번호,품목별 주문번호,총 주문금액,주문자ID\n20240705-0000001,20240705-0000001-01,5000,kim\n20240705-0000001,20240705-0000001-02,7000,lee\n")
            .orders("order_total_amount|member_id\n5000.00|kim")
            .findings(Odd::Some),
        scenario("every_row: a blank first row does not speak")
            .file(on("20240706"), "주문번호,품목별 주문번호,총 주문금액\n20240705-0000001,20240705-0000001-01,\n20240705-0000001,20240705-0000001-02,7000\n")
            .orders("order_total_amount\n7000.00")
            .findings(Odd::None),
        scenario("first_row: shipping on the first row only, blank on others")
            .file(on("20240706"), "주문번호,품목별 주문번호,총 배송비\n20240705-0000001,20240705-0000001-01,3000\n20240705-0000001,20240705-0000001-02,\n")
            .orders("shipping_fee\n3000.00")
            .findings(Odd::None),
        scenario("first_row: the largest, never the sum; wherever it stands")
            .file(on("20240706"), "주문번호,품목별 주문번호,총 배송비 (첫 품목에만 표시)\n20240705-0000001,20240705-0000001-02,0\n20240705-0000001,20240705-0000001-01,3000\n20240705-0000001,20240705-0000001-03,2500\n")
            .orders("shipping_fee\n3000.00"),
        scenario("a zero in a first_row column speaks if the file has the -01 item")
            .file(on("20240706"), "주문번호,품목별 주문번호,총 배송비\n20240705-0000001,20240705-0000001-01,3000\n")
            .file(on("20240707"), "주문번호,품목별 주문번호,총 배송비\n20240705-0000001,20240705-0000001-01,0\n20240705-0000001,20240705-0000001-02,0\n")
            .orders("shipping_fee\n0.00"),
        scenario("a zero in a first_row column does not speak without the -01 item")
            .file(on("20240706"), "주문번호,품목별 주문번호,총 배송비\n20240705-0000001,20240705-0000001-01,3000\n")
            .file(on("20240707"), "주문번호,품목별 주문번호,총 배송비\n20240705-0000001,20240705-0000001-02,0\n")
            .orders("shipping_fee\n3000.00"),
        scenario("a zero in a first_row column speaks in a file without item codes")
            .file(on("20240706"), "주문번호,품목별 주문번호,총 배송비\n20240705-0000001,20240705-0000001-01,3000\n")
            .file(on("20240707"), "주문번호,상품번호,총 배송비\n20240705-0000001,12,0\n")
            .orders("shipping_fee\n0.00"),
        scenario("a value in a first_row column speaks without the -01 item")
            .file(on("20240706"), "주문번호,품목별 주문번호,총 배송비\n20240705-0000001,20240705-0000001-01,3000\n")
            .file(on("20240707"), "주문번호,품목별 주문번호,총 배송비\n20240705-0000001,20240705-0000001-02,2500\n")
            .orders("shipping_fee\n2500.00"),
        scenario("max: 실제 환불금액; first_row: 총 실제 환불금액; 환불금액 is the item's")
            .file(on("20240706"), "주문번호,품목별 주문번호,실제 환불금액,총 실제 환불금액,환불금액\n20240705-0000001,20240705-0000001-01,100,900,1\n20240705-0000001,20240705-0000001-02,400,0,2\n")
            .orders("actual_refund_amount|total_refund_amount\n400.00|900.00")
            .items("item_refund_amount\n1.00\n2.00"),
        scenario("max: a zero speaks even without the -01 item")
            .file(on("20240706"), "주문번호,품목별 주문번호,실제 환불금액\n20240705-0000001,20240705-0000001-01,100\n")
            .file(on("20240707"), "주문번호,품목별 주문번호,실제 환불금액\n20240705-0000001,20240705-0000001-02,0\n")
            .orders("actual_refund_amount\n0.00"),
        scenario("within one file, and only then the newest word")
            .file(on("20240706"), "주문번호,품목별 주문번호,총 배송비\n20240705-0000001,20240705-0000001-01,9000\n")
            .file(on("20240707"), "주문번호,품목별 주문번호,총 배송비\n20240705-0000001,20240705-0000001-01,3000\n")
            .orders("shipping_fee\n3000.00"),
        scenario("a file with one row an order feeds orders only")
            .file(on("20240706"), "주문번호,수량,총 결제금액,주문자ID\n20240705-0000001,3,7000,kim\n")
            .items("item_key")
            .orders("order_id|payment_amount|member_id\n20240705-0000001|7000.00|kim")
            .counts(&on("20240706"), 1, 0, 0),
        scenario("own codes and an option make no item rows")
            .file(on("20240706"), "주문번호,자체 상품코드,상품옵션,총 결제금액\n20240705-0000001,AA,빨강,7000\n")
            .items("item_key")
            .orders("payment_amount\n7000.00"),
        scenario("an order's observed_at and sources count all its observations, an item's its own")
            .file(on("20240706"), "주문번호,품목별 주문번호,수량\n20240705-0000001,20240705-0000001-01,1\n")
            .file("옛날 20240708.csv", "주문번호,품목별 주문번호,수량\n20240705-0000001,20240705-0000001-02,1\n")
            .file("order_20240709.csv", "주문번호,총 결제금액\n20240705-0000001,7000\n")
            .items("item_key|observed_at|sources
                    20240705-0000001-01|2024-07-05 15:00:00|export
                    20240705-0000001-02|2024-07-07 15:00:00|history")
            .orders("observed_at|sources\n2024-07-08 15:00:00|export,history"),
    ]);
}

#[test]
fn the_same_key_twice_in_one_file() {
    play_all(&[
        scenario("equal rows count once")
            .file(on("20240706"), "주문번호,품목별 주문번호,수량\n20240705-0000001,20240705-0000001-01,1\n20240705-0000001,20240705-0000001-01,1\n")
            .counts(&on("20240706"), 1, 1, 0)
            .findings(Odd::None)
            .items("quantity\n1"),
        scenario("equal after normalising")
            .file(on("20240706"), "주문번호,품목별 주문번호,판매가,상품명\n20240705-0000001,20240705-0000001-01,1000,가방\n20240705-0000001,20240705-0000001-01,\"1,000원\", 가방 \n")
            .counts(&on("20240706"), 1, 1, 0),
        scenario("equal in every stored column: a dropped one does not count")
            .file(on("20240706"), "주문번호,품목별 주문번호,주문자명\n20240705-0000001,20240705-0000001-01,김하나\n20240705-0000001,20240705-0000001-01,이둘\n")
            .counts(&on("20240706"), 1, 1, 0),
        scenario("differing rows are both observations; item columns take the later word, order columns the first's")
            .file(on("20240706"), "주문번호,품목별 주문번호,수량,판매가,총 주문금액\n20240705-0000001,20240705-0000001-01,1,100,500\n20240705-0000001,20240705-0000001-01,2,,600\n")
            .counts(&on("20240706"), 2, 0, 0)
            .items("quantity|product_price\n2|100.00")
            .orders("order_total_amount\n500.00")
            .findings(Odd::Some),
        scenario("A, B, A of one key: the second A is a duplicate")
            .file(on("20240706"), "주문번호,품목별 주문번호,수량\n20240705-0000001,20240705-0000001-01,1\n20240705-0000001,20240705-0000001-01,2\n20240705-0000001,20240705-0000001-01,1\n")
            .counts(&on("20240706"), 2, 1, 0)
            .items("quantity\n2"),
        scenario("code-less rows are never duplicates")
            .file(on("20240706"), "주문번호,상품번호,수량\n20240705-0000001,7,1\n20240705-0000001,7,1\n")
            .counts(&on("20240706"), 2, 0, 0)
            .items("item_key|order_item_code|product_no|quantity\n20240705-0000001~1||7|1\n20240705-0000001~2||7|1"),
        scenario("an API order repeated in one dump with another extraction time is no duplicate")
            .file("a.ndjson", api("2024-07-07T00:00:00+09:00", "", &item(1, r#""quantity":2"#)) + &api("2024-07-08T00:00:00+09:00", "", &item(1, r#""quantity":2"#)))
            .counts("a.ndjson", 2, 0, 0)
            .items("quantity|observed_at\n2|2024-07-07 15:00:00"),
        scenario("an API order repeated in one dump with the same extraction time is")
            .file("a.ndjson", api("2024-07-07T00:00:00+09:00", "", &item(1, r#""quantity":2"#)) + &api("2024-07-07T00:00:00+09:00", "", &item(1, r#""quantity":2"#)))
            .counts("a.ndjson", 1, 1, 0)
            .items("quantity\n2"),
        scenario("one value changed twice in one dump is two changes")
            .file("a.ndjson", api("2024-07-07T00:00:00+09:00", "", &item(1, r#""quantity":2"#)) + &api("2024-07-08T00:00:00+09:00", "", &item(1, r#""quantity":1"#)))
            .changes("order_id|order_day|item_key|field|old_value|new_value|old_observed_at|new_observed_at|old_source|new_source
                      20240705-0000001|2024-07-05|20240705-0000001-01|quantity|2|1|2024-07-06 15:00:00|2024-07-07 15:00:00|api|api"),
    ]);
}

#[test]
fn files_without_item_codes_are_matched() {
    const CODED: &str = "주문번호,품목별 주문번호,상품번호,상품명,상품옵션,판매가\n20240705-0000001,20240705-0000001-01,7,가방,색=빨강,1000\n20240705-0000001,20240705-0000001-02,8,모자,,2000\n";
    let against = |name: &str, text: &str| {
        scenario(name).file(on("20240706"), CODED).file("brandshop_20240707_1_cd34.csv", text)
    };
    play_all(&[
        against("by product number", "주문번호,상품번호,수량\n20240705-0000001,8,5\n20240705-0000001,7,4\n")
            .items("item_key|quantity|observed_at|sources
                    20240705-0000001-01|4|2024-07-06 15:00:00|export
                    20240705-0000001-02|5|2024-07-06 15:00:00|export")
            .findings(Odd::None),
        against("names compare without white space", "주문번호,주문상품명,수량\n20240705-0000001,가 방,4\n")
            .items("item_key|quantity|product_name\n20240705-0000001-01|4|가 방\n20240705-0000001-02||모자"),
        against("what both sides have must agree", "주문번호,상품번호,상품명,수량\n20240705-0000001,7,모자,4\n")
            .items("item_key|quantity\n20240705-0000001-01|\n20240705-0000001-02|\n20240705-0000001~1|4"),
        against("the unit price can veto", "주문번호,상품번호,판매가,수량\n20240705-0000001,7,999,4\n")
            .items("item_key|quantity\n20240705-0000001-01|\n20240705-0000001-02|\n20240705-0000001~1|4"),
        against("the option can veto", "주문번호,상품번호,상품옵션,수량\n20240705-0000001,7,색=파랑,4\n")
            .items("item_key|quantity\n20240705-0000001-01|\n20240705-0000001-02|\n20240705-0000001~1|4"),
        against("a blank side does not veto", "주문번호,상품번호,상품옵션,판매가,수량\n20240705-0000001,8,색=파랑,,4\n")
            .items("item_key|quantity|option_value\n20240705-0000001-01||색=빨강\n20240705-0000001-02|4|색=파랑"),
        against("price and option alone match nothing", "주문번호,상품코드,상품옵션,판매가,수량\n20240705-0000001,,색=빨강,1000,4\n")
            .items("item_key|quantity\n20240705-0000001-01|\n20240705-0000001-02|\n20240705-0000001~1|4"),
        scenario("options: a semicolon is a comma, white space is nothing")
            .file(on("20240706"), "주문번호,품목별 주문번호,상품번호,상품옵션\n20240705-0000001,20240705-0000001-01,7,\"색=빨강, 크기=L\"\n20240705-0000001,20240705-0000001-02,7,\"색=빨강, 크기=M\"\n")
            .file(on("20240707"), "주문번호,상품번호,상품옵션,수량\n20240705-0000001,7,색=빨강;크기=M,3\n")
            .items("item_key|quantity\n20240705-0000001-01|\n20240705-0000001-02|3"),
        scenario("identical lines are paired in order")
            .file(on("20240706"), "주문번호,품목별 주문번호,상품번호\n20240705-0000001,20240705-0000001-01,7\n20240705-0000001,20240705-0000001-02,7\n")
            .file(on("20240707"), "주문번호,상품번호,수량\n20240705-0000001,7,3\n20240705-0000001,7,4\n")
            .items("item_key|quantity\n20240705-0000001-01|3\n20240705-0000001-02|4"),
        scenario("fewer rows than equal items: the lowest code, and a finding")
            .file(on("20240706"), "주문번호,품목별 주문번호,상품번호\n20240705-0000001,20240705-0000001-02,7\n20240705-0000001,20240705-0000001-01,7\n")
            .file(on("20240707"), "주문번호,상품번호,수량\n20240705-0000001,7,3\n")
            .items("item_key|quantity\n20240705-0000001-01|3\n20240705-0000001-02|")
            .findings(Odd::Some),
        scenario("more rows than items: an inferred one")
            .file(on("20240706"), "주문번호,품목별 주문번호,상품번호\n20240705-0000001,20240705-0000001-01,7\n")
            .file(on("20240707"), "주문번호,상품번호,수량\n20240705-0000001,7,3\n20240705-0000001,7,4\n")
            .items("item_key|order_item_code|quantity\n20240705-0000001-01|20240705-0000001-01|3\n20240705-0000001~1||4"),
        scenario("two code-less files describing the same lines give the same inferred items")
            .file(on("20240706"), "주문번호,상품번호,수량\n20240705-0000001,7,1\n20240705-0000001,8,1\n")
            .file(on("20240707"), "주문번호,상품번호,판매가\n20240705-0000001,8,800\n20240705-0000001,7,700\n")
            .items("item_key|product_no|quantity|product_price\n20240705-0000001~1|7|1|700.00\n20240705-0000001~2|8|1|800.00"),
        scenario("founding goes by observed_at, not by arrival")
            .file("brandshop_20240707_1_cd34.csv", "주문번호,상품번호,수량\n20240705-0000001,8,1\n")
            .file("brandshop_20240706_1_cd34.csv", "주문번호,상품번호,수량\n20240705-0000001,7,1\n")
            .items("item_key|product_no\n20240705-0000001~1|7\n20240705-0000001~2|8"),
        scenario("a coded observation that arrives later takes them over")
            .file(on("20240706"), "주문번호,상품번호,수량\n20240705-0000001,7,1\n20240705-0000001,8,2\n")
            .file(on("20240707"), "주문번호,품목별 주문번호,상품번호\n20240705-0000001,20240705-0000001-01,8\n20240705-0000001,20240705-0000001-02,7\n")
            .items("item_key|product_no|quantity\n20240705-0000001-01|8|2\n20240705-0000001-02|7|1"),
        scenario("code-less rows take coded items even if those are older or newer")
            .file(on("20240707"), "주문번호,상품명,수량,배송완료일\n20240705-0000001,가방,1,2024-07-06\n")
            .file("a.ndjson", api("2024-07-10T00:00:00+09:00", "", &item(1, r#""product_name":"가방","quantity":2"#)))
            .items("item_key|quantity|delivered_date|sources\n20240705-0000001-01|2|2024-07-06 00:00:00|api,export"),
        scenario("code-less rows are compared with coded words only")
            .file(on("20240706"), "주문번호,품목별 주문번호,상품번호\n20240705-0000001,20240705-0000001-01,7\n")
            .file(on("20240707"), "주문번호,상품번호,상품명\n20240705-0000001,7,가방\n")
            .file("brandshop_20240708_1_cd34.csv", "주문번호,상품번호,상품명,수량\n20240705-0000001,7,모자,9\n")
            .items("item_key|product_name|quantity\n20240705-0000001-01|모자|9"),
        scenario("the identity of an item is the newest coded word")
            .file(on("20240706"), "주문번호,품목별 주문번호,상품번호,상품명\n20240705-0000001,20240705-0000001-01,7,가방\n")
            .file(on("20240708"), "주문번호,품목별 주문번호,상품번호,상품명\n20240705-0000001,20240705-0000001-01,7,큰 가방\n")
            .file(on("20240707"), "주문번호,상품명,수량\n20240705-0000001,가방,3\n")
            .items("item_key|product_name|quantity\n20240705-0000001-01|큰 가방|\n20240705-0000001~1|가방|3"),
        scenario("a code-less row is a row of its own order only")
            .file(on("20240706"), CODED)
            .file(on("20240707"), "주문번호,상품번호,수량\n20240705-0000002,7,3\n")
            .items("item_key|quantity\n20240705-0000001-01|\n20240705-0000001-02|\n20240705-0000002~1|3"),
    ]);
}

#[test]
fn statuses_are_one_word() {
    let label = |name: &str, label: &str, code: &str, class: &str| {
        scenario(name)
            .file(
                on("20240706"),
                format!("주문번호,품목별 주문번호,주문 상태\n20240705-0000001,20240705-0000001-01,{label}\n"),
            )
            .items(&format!("order_status|status_text|status_class\n{code}|{label}|{class}"))
    };
    play_all(&[
        label("배송완료", "배송 완료", "N40", "normal"),
        label("입금전", "입금전", "N00", "normal"),
        label("교환상품", "교환접수 - 교환상품", "N01", "exchange_goods"),
        label("카드결제대기", "교환접수-카드결제대기", "N03", "exchange_goods"),
        label("상품준비중", "상품 준비중", "N10", "normal"),
        label("배송준비중", "배송 준비중", "N20", "normal"),
        label("배송대기", "배송대기", "N21", "normal"),
        label("배송보류", "배송보류", "N22", "normal"),
        label("배송중", "배송중", "N30", "normal"),
        label("구매확정", "구매확정", "N50", "normal"),
        label("취소신청", "취소신청", "C00", "canceled"),
        label("취소 처리중 - 환불전", "취소 처리중 - 환불전", "C34", "canceled"),
        label("취소완료", "취소 완료", "C40", "canceled"),
        label("입금전 취소 - 관리자", "입금전 취소 - 관리자", "C49", "canceled_before_payment"),
        label("입금전취소-구매자", "입금전취소-구매자", "C47", "canceled_before_payment"),
        label("반품 완료 - 환불완료", "반품 완료 - 환불완료", "R40", "returned"),
        label("반품처리중-환불전", "반품처리중-환불전", "R34", "returned"),
        label("반품접수", "반품접수", "R10", "returned"),
        label("교환 신청", "교환 신청", "E00", "exchanged"),
        label("교환완료", "교환완료", "E40", "exchanged"),
        label("a bare 처리중-환불전 is unknown", "처리중-환불전", "", "").findings(Odd::Some),
        label("an unknown label keeps its text", "우리가게만의 상태", "", "").findings(Odd::Some),
        scenario("an unknown label takes the code with it")
            .file(on("20240706"), "주문번호,품목별 주문번호,주문상태\n20240705-0000001,20240705-0000001-01,배송완료\n")
            .file(on("20240707"), "주문번호,품목별 주문번호,주문상태\n20240705-0000001,20240705-0000001-01,포장 끝\n")
            .items("order_status|status_text|status_class\n|포장 끝|normal"),
        scenario("labels that differ only in spaces are no change")
            .file(on("20240706"), "주문번호,품목별 주문번호,주문상태\n20240705-0000001,20240705-0000001-01,배송완료\n")
            .file(on("20240707"), "주문번호,품목별 주문번호,주문상태\n20240705-0000001,20240705-0000001-01,배송 완료\n")
            .items("order_status|status_text\nN40|배송 완료")
            .changes("field"),
        scenario("the API's class beats the code's group")
            .file("a.ndjson", api("2024-07-07T00:00:00+09:00", "", &item(1, r#""order_status":"N40","status_text":"배송완료","status_code":"N2""#)))
            .items("order_status|status_text|status_class\nN40|배송완료|exchange_goods"),
        scenario("normal becomes exchange_goods if any observation said so")
            .file(on("20240706"), "주문번호,품목별 주문번호,주문상태\n20240705-0000001,20240705-0000001-01,교환접수-교환상품\n")
            .file(on("20240707"), "주문번호,품목별 주문번호,주문상태\n20240705-0000001,20240705-0000001-01,배송중\n")
            .items("order_status|status_class\nN30|exchange_goods"),
        scenario("other classes do not")
            .file(on("20240706"), "주문번호,품목별 주문번호,주문상태\n20240705-0000001,20240705-0000001-01,교환접수-교환상품\n")
            .file(on("20240707"), "주문번호,품목별 주문번호,주문상태\n20240705-0000001,20240705-0000001-01,반품접수\n")
            .items("order_status|status_class\nR10|returned"),
        scenario("the API's classes")
            .file("a.ndjson", api("2024-07-07T00:00:00+09:00", "", &[
                item(1, r#""order_status":"N40","status_code":"N1""#), item(2, r#""order_status":"N40","status_code":"N2""#),
                item(3, r#""order_status":"C47","status_code":"C1""#), item(4, r#""order_status":"C40","status_code":"C2""#),
                item(5, r#""order_status":"R40","status_code":"C3""#), item(6, r#""order_status":"E40","status_code":"E1""#)].join(",")))
            .items("status_class\nnormal\nexchange_goods\ncanceled_before_payment\ncanceled\nreturned\nexchanged"),
        scenario("exchange goods by original_item_no: the last of the list")
            .file("a.ndjson", api("2024-07-07T00:00:00+09:00", "", &[
                item(1, r#""item_no":11"#), item(2, r#""item_no":12"#),
                item(3, r#""item_no":13,"original_item_no":[11,12],"status_code":"N2""#)].join(",")))
            .items("item_key|origin_order_item_code
                    20240705-0000001-01|
                    20240705-0000001-02|
                    20240705-0000001-03|20240705-0000001-02"),
        scenario("exchange goods by the exchange's own word")
            .file("a.ndjson", api("2024-07-07T00:00:00+09:00",
                r#""exchange":[{"claim_code":"B1","exchanged_items":[{"order_item_code":"20240705-0000001-03","origin_order_item_code":"20240705-0000001-01"}]}]"#,
                &[item(1, r#""item_no":11"#), item(2, r#""item_no":12"#),
                item(3, r#""item_no":13,"original_item_no":[11,12],"status_code":"N2""#)].join(",")))
            .items("item_key|origin_order_item_code
                    20240705-0000001-01|
                    20240705-0000001-02|
                    20240705-0000001-03|20240705-0000001-01"),
    ]);
}

#[test]
fn api_orders() {
    play_all(&[
        scenario("amounts come from actual_order_amount, except where the table names another")
            .file("a.ndjson", api("2024-07-07T00:00:00+09:00",
                r#""payment_amount":"21.00","naver_point":"22.50","paid":"T","canceled":"M","member_id":"kim","order_date":"2024-07-05T10:11:12+09:00","payment_date":"2024-07-05T10:12:12+09:00","order_place_name":"모바일웹","market_order_no":"M1","payment_method_name":["카드","적립금"],"payment_gateway_names":["이니시스"],
                "initial_order_amount":{"order_price_amount":"1.00","total_amount_due":"2.00","payment_amount":"3.00","shipping_fee":"4.00","shipping_fee_discount_amount":"5.00","membership_discount_amount":"6.00","coupon_discount_price":"7.00","points_spent_amount":"8.00","credits_spent_amount":"9.00"},
                "actual_order_amount":{"order_price_amount":"11.00","total_amount_due":"12.00","payment_amount":"13.00","shipping_fee":"14.00","shipping_fee_discount_amount":"15.00","membership_discount_amount":"16.00","coupon_discount_price":"17.00","points_spent_amount":"18.00","credits_spent_amount":"19.00"}"#.replace('\n', "").as_str(), &item(1, "")))
            .orders("order_date|payment_date|paid|canceled|order_place_name|market_order_no|member_id|payment_method_name|payment_gateway_name
                     2024-07-05 10:11:12|2024-07-05 10:12:12|T|M|모바일웹|M1|kim|카드,적립금|이니시스")
            .orders("order_price_amount|order_total_amount|payment_amount|initial_payment_amount|shipping_fee|shipping_fee_discount_amount|membership_discount_amount|order_coupon_discount_amount|points_spent_amount|credits_spent_amount|naver_point
                     11.00|12.00|21.00|3.00|14.00|15.00|16.00|17.00|18.00|19.00|22.50"),
        scenario("items")
            .file("a.json", format!("[{}]", api("2024-07-07T00:00:00+09:00", "", &item(1, r#""variant_code":"P0000BBB000A","product_no":12,"product_code":"P0000BBB","custom_product_code":"CP","custom_variant_code":"CV","option_value":"색=빨강","product_name":"가방","product_price":"1000.00","option_price":"10.00","additional_discount_price":"1.00","coupon_discount_price":"2.00","app_item_discount_amount":"3.00","payment_amount":"994.00","quantity":1,"supplier_name":"공급","supply_price":"500.00","shipping_code":"D-20240705-0000001-00","tracking_no":"T9","claim_reason":"그냥""#))))
            .items("variant_code|product_no|product_code|custom_product_code|custom_variant_code|option_value|product_name|product_price|option_price|additional_discount_price|coupon_discount_price|app_item_discount_amount|item_payment_amount|quantity|supplier_name|supply_price|shipping_code|tracking_no|claim_reason
                    P0000BBB000A|12|P0000BBB|CP|CV|색=빨강|가방|1000.00|10.00|1.00|2.00|3.00|994.00|1|공급|500.00|D-20240705-0000001-00|T9|"),
        scenario("member groups, shop name, inflow path, place date and refunds have no API source")
            .file("a.ndjson", api("2024-07-07T00:00:00+09:00",
                r#""group_no_when_ordering":"3","customer_group_no_when_ordering":"3","shop_name":"x","inflow_path":"y","actual_refund_amount":"5.00","total_refund_amount":"5.00""#,
                &item(1, r#""place_date":"2024-07-06T00:00:00+09:00","item_refund_amount":"5.00","refund_amount":"5.00""#)))
            .orders("member_group|member_group_when_ordering|shop_name|inflow_path|actual_refund_amount|total_refund_amount\n|||||")
            .items("place_date|item_refund_amount\n|"),
        scenario("an order without items counts one row and feeds orders")
            .file("a.ndjson", "{\"_extracted_at\":\"2024-07-07T00:00:00+09:00\",\"order_id\":\"20240705-0000001\",\"shop_no\":2,\"payment_amount\":\"5.00\"}\n{\"_extracted_at\":\"2024-07-07T00:00:00+09:00\",\"order_id\":\"20240705-0000002\",\"shop_no\":2,\"items\":[]}\n")
            .told("a.ndjson", "rows_read", 2)
            .counts("a.ndjson", 2, 0, 0)
            .orders("shop_no|order_id|payment_amount\n2|20240705-0000001|5.00\n2|20240705-0000002|")
            .items("item_key"),
        scenario("an item a line, with fields of its order beside its own, as tables of API rows are exported")
            .file("a.ndjson", ["-01", "-02"].map(|n| format!(
                "{{\"_extracted_at\":\"2024-07-07T00:00:00+09:00\",\"order_id\":\"20240705-0000001\",\"order_item_code\":\"20240705-0000001{n}\",\"shop_no\":2,\"member_id\":\"kim\",\"quantity\":3,\"payment_amount\":\"5.00\",\"order_status\":\"N40\"}}\n"
            )).concat())
            .told("a.ndjson", "rows_read", 2)
            .counts("a.ndjson", 2, 0, 0)
            .orders("shop_no|order_id|member_id|payment_amount\n2|20240705-0000001|kim|")
            .items("item_key|quantity|item_payment_amount|order_status
                    20240705-0000001-01|3|5.00|N40
                    20240705-0000001-02|3|5.00|N40"),
        scenario("rows_read of API JSON counts items")
            .file("a.ndjson", api("2024-07-07T00:00:00+09:00", "", &[item(1, ""), item(2, ""), item(3, "")].join(",")))
            .told("a.ndjson", "rows_read", 3)
            .told("a.ndjson", "source", "api"),
        scenario("JSON is api, whatever its name")
            .file(on("20240708"), api("2024-07-07T00:00:00+09:00", "", &item(1, "")))
            .items("sources\napi"),
        scenario("the mall is the order's own field when nothing better names it")
            .no_mall()
            .file("a.ndjson", api("2024-07-07T00:00:00+09:00", r#""mall_id":"otherstore""#, &item(1, "")))
            .items("mall_id\notherstore"),
        scenario("a time in UTC is converted to KST")
            .file("a.ndjson", api("2024-07-07T00:00:00Z", r#""order_date":"2024-07-04T16:49:00Z""#, &item(1, "")))
            .orders("order_date|observed_at\n2024-07-05 01:49:00|2024-07-07 00:00:00"),
    ]);
}

#[test]
fn changes() {
    play_all(&[
        scenario("one row each time a value changed, old_* the latest with the old, new_* the first with the new")
            .file(on("20240706"), "주문번호,품목별 주문번호,수량,총 결제금액,주문상태\n20240705-0000001,20240705-0000001-01,2,9000,배송중\n")
            .file(on("20240707"), "주문번호,품목별 주문번호,수량,총 결제금액,주문상태\n20240705-0000001,20240705-0000001-01,2,9000,배송중\n\n")
            .file("옛날 20240708.csv", "주문번호,품목별 주문번호,수량,총 결제금액,주문상태\n20240705-0000001,20240705-0000001-01,1,4500,배송완료\n")
            .file(on("20240709"), "주문번호,품목별 주문번호,수량,총 결제금액,주문상태\n20240705-0000001,20240705-0000001-01,1,4500,배송완료\n\n")
            .changes_sorted(&[
                "|payment_amount|9000.00|4500.00|2024-07-06 15:00:00|2024-07-07 15:00:00|export|history",
                "20240705-0000001-01|order_status|N30|N40|2024-07-06 15:00:00|2024-07-07 15:00:00|export|history",
                "20240705-0000001-01|quantity|2|1|2024-07-06 15:00:00|2024-07-07 15:00:00|export|history",
                "20240705-0000001-01|status_text|배송중|배송완료|2024-07-06 15:00:00|2024-07-07 15:00:00|export|history",
            ]),
        scenario("the first word is no change")
            .file(on("20240706"), "주문번호,품목별 주문번호\n20240705-0000001,20240705-0000001-01\n")
            .file(on("20240707"), "주문번호,품목별 주문번호,수량\n20240705-0000001,20240705-0000001-01,1\n")
            .changes("field"),
        scenario("there and back are two changes; times as text")
            .file(on("20240706"), "주문번호,품목별 주문번호,배송시작일\n20240705-0000001,20240705-0000001-01,2024-07-06 01:02:03\n")
            .file(on("20240707"), "주문번호,품목별 주문번호,배송시작일\n20240705-0000001,20240705-0000001-01,2024-07-07\n")
            .file(on("20240708"), "주문번호,품목별 주문번호,배송시작일\n20240705-0000001,20240705-0000001-01,2024-07-06 01:02:03\n\n")
            .changes("field|old_value|new_value
                      shipped_date|2024-07-06 01:02:03|2024-07-07 00:00:00
                      shipped_date|2024-07-07 00:00:00|2024-07-06 01:02:03"),
        scenario("a value after a null is no change")
            .file("a.ndjson", api("2024-07-07T00:00:00+09:00", "", &item(1, r#""claim_code":"C1""#))
                + &api("2024-07-08T00:00:00+09:00", "", &item(1, r#""claim_code":null"#))
                + &api("2024-07-09T00:00:00+09:00", "", &item(1, r#""claim_code":"C2""#)))
            .items("claim_code\nC2")
            .changes("field|old_value|new_value\nclaim_code|C1|"),
        scenario("a status code lost to an unknown label is a change to null")
            .file(on("20240706"), "주문번호,품목별 주문번호,주문상태\n20240705-0000001,20240705-0000001-01,배송중\n")
            .file(on("20240707"), "주문번호,품목별 주문번호,주문상태\n20240705-0000001,20240705-0000001-01,포장끝\n")
            .changes_sorted(&[
                "20240705-0000001-01|order_status|N30||2024-07-05 15:00:00|2024-07-06 15:00:00|export|export",
                "20240705-0000001-01|status_text|배송중|포장끝|2024-07-05 15:00:00|2024-07-06 15:00:00|export|export",
            ]),
        scenario("a frozen field follows the same rule, and is a finding")
            .file(on("20240706"), "주문번호,품목별 주문번호,상품번호\n20240705-0000001,20240705-0000001-01,7\n")
            .file(on("20240707"), "주문번호,품목별 주문번호,상품번호\n20240705-0000001,20240705-0000001-01,8\n")
            .items("product_no\n8")
            .changes("field|old_value|new_value\nproduct_no|7|8")
            .findings(Odd::Some),
        scenario("no findings without disagreement")
            .file(on("20240706"), "주문번호,품목별 주문번호,상품번호,수량\n20240705-0000001,20240705-0000001-01,7,2\n")
            .file(on("20240707"), "주문번호,품목별 주문번호,상품번호,수량\n20240705-0000001,20240705-0000001-01,7,1\n")
            .findings(Odd::None),
        scenario("hashes make no change rows")
            .file(on("20240706"), "주문번호,품목별 주문번호,주문자 휴대전화\n20240705-0000001,20240705-0000001-01,010-1111-2222\n")
            .file(on("20240707"), "주문번호,품목별 주문번호,주문자 휴대전화\n20240705-0000001,20240705-0000001-01,010-3333-4444\n")
            .changes("field"),
    ]);
}
