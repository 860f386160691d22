//! The rules about reading: numbers, dates, ids, text, headers, formats, quarantine, runs.

use std::io::Write as _;

use super::scenario::{Odd, Scenario, on, play_all, scenario};

/// One row whose single extra column has that cell.
fn cell(name: &str, header: &str, cell: &str) -> Scenario {
    let quoted = format!("\"{}\"", cell.replace('"', "\"\""));
    scenario(&format!("{name}: {header} {cell:?}")).file(
        on("20240706"),
        format!("주문번호,품목별 주문번호,\"{header}\"\n20240705-0000001,20240705-0000001-01,{quoted}\n"),
    )
}

#[test]
fn numbers() {
    let money = |spelling: &str, value: &str| {
        cell("amount", "판매가", spelling).items(&format!("product_price\n{value}")).counts(
            &on("20240706"),
            1,
            0,
            0,
        )
    };
    let count = |spelling: &str, value: &str| {
        cell("quantity", "수량", spelling).items(&format!("quantity\n{value}")).counts(
            &on("20240706"),
            1,
            0,
            0,
        )
    };
    let bad = |header: &str, spelling: &str| {
        cell("unreadable", header, spelling)
            .items("item_key")
            .orders("order_id")
            .counts(&on("20240706"), 0, 0, 1)
            .status(3)
            .quarantined("row|reason\n1|bad_number")
    };
    play_all(&[
        money("38900", "38900.00"),
        money("38,900", "38900.00"),
        money("12000.00", "12000.00"),
        money("₩38,900", "38900.00"),
        money("￦38,900", "38900.00"),
        money("\\38,900", "38900.00"),
        money("38,900원", "38900.00"),
        money("38,900 원", "38900.00"),
        money("(123)", "-123.00"),
        money("(1,000)", "-1000.00"),
        money("-1,000", "-1000.00"),
        money("１２，０００", "12000.00"),
        money(" 12000 ", "12000.00"),
        money("\u{a0}12000\u{3000}", "12000.00"),
        money("1.2E+4", "12000.00"),
        money("1E3", "1000.00"),
        money("0.005", "0.01"),
        money("-0.005", "-0.01"),
        money("1.004", "1.00"),
        money("2.675", "2.68"),
        money("0", "0.00"),
        money("12.5", "12.50"),
        money("9999999999999999.99", "9999999999999999.99"),
        count("2", "2"),
        count("2.0", "2"),
        count("1,000", "1000"),
        count("２", "2"),
        bad("수량", "1.5"),
        bad("수량", "2개"),
        bad("수량", "두개"),
        bad("판매가", "무료"),
        bad("판매가", "1.2.3"),
        bad("판매가", "12,00원짜리"),
        bad("총 결제금액", "많음"),
        bad("상품번호", "P000"),
        cell("product number as a float", "상품번호", "120.0").items("product_no\n120"),
        cell("배송비 정보 feeds no column of section 3", "배송비 정보", "무료")
            .orders("shipping_fee\nNULL")
            .counts(&on("20240706"), 1, 0, 0),
        cell("text is never a bad number", "상품명", "1.2.3").items("product_name\n1.2.3"),
    ]);
}

#[test]
fn dates() {
    let date = |spelling: &str, value: &str| {
        cell("time", "주문일시", spelling).orders(&format!("order_date\n{value}")).counts(
            &on("20240706"),
            1,
            0,
            0,
        )
    };
    let bad = |spelling: &str| {
        cell("unreadable", "배송완료일", spelling)
            .items("item_key")
            .counts(&on("20240706"), 0, 0, 1)
            .quarantined("row|reason\n1|bad_date")
            .status(3)
    };
    play_all(&[
        date("2026-01-02", "2026-01-02 00:00:00"),
        date("2026-01-02 03:04:05", "2026-01-02 03:04:05"),
        date("2026-01-02T03:04:05.987+09:00", "2026-01-02 03:04:05"),
        date("2026-01-02T03:04:05Z", "2026-01-02 12:04:05"),
        date("2026-01-01T23:30:00-05:00", "2026-01-02 13:30:00"),
        date("2026.1.2", "2026-01-02 00:00:00"),
        date("2026. 1. 2.", "2026-01-02 00:00:00"),
        date("2026. 1. 2. 오후 3:04:05", "2026-01-02 15:04:05"),
        date("2026. 1. 2. 오전 12:04", "2026-01-02 00:04:00"),
        date("2026. 1. 2. 오후 12:04", "2026-01-02 12:04:00"),
        date("2026-01-02 오전 9:01", "2026-01-02 09:01:00"),
        date("2026.7.7 12:19", "2026-07-07 12:19:00"),
        date("2026/1/2", "2026-01-02 00:00:00"),
        date("2026/1/2 3:04", "2026-01-02 03:04:00"),
        date("7/1/26", "2026-07-01 00:00:00"),
        date("7/1/26 13:05", "2026-07-01 13:05:00"),
        date("12/31/25", "2025-12-31 00:00:00"),
        date("20260102", "2026-01-02 00:00:00"),
        date("2026-01-02 3:04", "2026-01-02 03:04:00"),
        date("2026-01-02 03:04:05.999", "2026-01-02 03:04:05"),
        date("46106", "2026-03-25 00:00:00"),
        date("46106.0005787", "2026-03-25 00:00:50"),
        date("2024-02-29", "2024-02-29 00:00:00"),
        bad("2023-02-29"),
        bad("2026-13-01"),
        bad("13/1/26"),
        bad("어제"),
        bad("2026-01-02 25:00:00"),
        bad("2026-01-02 03:04:61"),
        cell("two text day serials and a bare day agree", "배송완료일", "46106.0")
            .items("delivered_date\n2026-03-25 00:00:00"),
    ]);
}

#[test]
fn ids() {
    let order = |name: &str, id: &str, code: &str| {
        scenario(name).file(on("20240706"), format!("주문번호,품목별 주문번호,수량\n{id},{code},1\n"))
    };
    let refused = |name: &str, id: &str, code: &str, reason: &str| {
        order(name, id, code)
            .items("item_key")
            .orders("order_id")
            .counts(&on("20240706"), 0, 0, 1)
            .quarantined(&format!("row|reason\n1|{reason}"))
            .status(3)
    };
    play_all(&[
        order("the day in the id", "20240705-0000001", "20240705-0000001-01").items("order_day\n2024-07-05"),
        order("migrated ids: up to 32 letters, digits, _ and -", "AbC_12-xyz", "AbC_12-xyz-01").items("order_id|order_day\nAbC_12-xyz|"),
        order("32 are enough", "A234567890123456789012345678901Z", "A234567890123456789012345678901Z-01")
            .items("order_id\nA234567890123456789012345678901Z"),
        refused("33 are too many", "A234567890123456789012345678901ZZ", "", "bad_order_id"),
        refused("an unreal day is never an id of the other kind", "20241305-0000001", "20241305-0000001-01", "bad_order_id"),
        refused("nor the 30th of February", "20240230-0000001", "20240230-0000001-01", "bad_order_id"),
        refused("a Korean id", "주문1", "", "bad_order_id"),
        refused("an id with a blank inside", "AB 12", "", "bad_order_id"),
        refused("no order id", "", "", "missing_order_id"),
        scenario("without 주문번호 the order id is the item code less its last part")
            .file(on("20240706"), "품목별 주문번호,수량\n20240705-0000001-02,3\n")
            .items("order_id|item_key|quantity\n20240705-0000001|20240705-0000001-02|3"),
        scenario("also where its cell is blank")
            .file(on("20240706"), "주문번호,품목별 주문번호,수량\n,20240705-0000001-02,3\n")
            .items("order_id|item_key|quantity\n20240705-0000001|20240705-0000001-02|3"),
        order("both there and contradicting: quarantined", "20240705-0000002", "20240705-0000001-01")
            .counts(&on("20240706"), 0, 0, 1)
            .items("item_key"),
        scenario("E-notation in an id is blank with a finding")
            .file(on("20240706"), "주문번호,품목별 주문번호,마켓 주문번호,운송장번호\n20240705-0000001,20240705-0000001-01,2.3E+17,6.1E+11\n")
            .items("item_key|tracking_no\n20240705-0000001-01|")
            .orders("market_order_no\nNULL")
            .findings(Odd::Some)
            .counts(&on("20240706"), 1, 0, 0),
        scenario("an unwrapped id")
            .file(on("20240706"), "주문번호,품목별 주문번호,운송장번호\n\"=\"\"20240705-0000001\"\"\",20240705-0000001-01,\"=\"\"00123\"\"\"\n")
            .items("order_id|tracking_no\n20240705-0000001|00123"),
    ]);
}

#[test]
fn text() {
    let name = |spelling: &str, value: &str| {
        cell("text", "상품명", spelling).items(&format!("product_name\n{value}"))
    };
    play_all(&[
        name(" 가방 ", "가방"),
        name("D&#039;eL", "D'eL"),
        name("A&amp;B", "A&B"),
        name("A&amp;lt;B", "A&lt;B"),
        name("A&lt;B&gt;", "A<B>"),
        name("\u{1100}\u{1161}\u{1107}\u{1161}\u{11bc}", "가방"),
        name("㈜가방", "㈜가방"),
        name("=\"가방\"", "가방"),
        cell("CRLF in a cell is LF", "상품명", "가\r\n방").items("product_name\n가⏎방"),
        name("쉼표, 있음", "쉼표, 있음"),
        name("0", "0"),
    ]);
}

#[test]
fn two_headers_for_one_column() {
    let two = |name: &str, headers: &str, cells: &str, expected: &str| {
        scenario(name)
            .file(
                on("20240706"),
                format!("주문번호,품목별 주문번호,{headers}\n20240705-0000001,20240705-0000001-01,{cells}\n"),
            )
            .orders(&format!("payment_amount\n{expected}"))
    };
    let named = |name: &str, headers: &str, cells: &str, expected: &str| {
        scenario(name)
            .file(
                on("20240706"),
                format!("주문번호,품목별 주문번호,{headers}\n20240705-0000001,20240705-0000001-01,{cells}\n"),
            )
            .items(&format!("product_name\n{expected}"))
    };
    play_all(&[
        two("the plain one before its (KRW) twin", "총 결제금액(KRW),총 결제금액", "1,2", "2.00"),
        two("the twin alone", "총 결제금액(KRW)", "1", "1.00"),
        two("최종 결제금액 before 총 결제금액", "총 결제금액,최종 결제금액(KRW)", "1,2", "2.00"),
        two("a blank cell falls through to the next", "총 결제금액,최종 결제금액(KRW)", "1,", "1.00"),
        two("a blank plain one falls through to its twin", "총 결제금액,총 결제금액(KRW)", ",7", "7.00"),
        named("상품명 before 주문상품명", "주문상품명,상품명", "주문,상품", "상품"),
        named("주문상품명 before 주문상품명(기본)", "주문상품명(기본),주문상품명", "기본,주문", "주문"),
        named("상품명 of a shop's display name", "상품명(한국어 쇼핑몰)", "가방", "가방"),
        named("the exact name before a qualified one", "상품명(한국어 쇼핑몰),상품명", "한국어,그냥", "그냥"),
        named("주문상품명(옵션포함) feeds no column of section 3", "주문상품명(옵션포함)", "가방 빨강", "NULL"),
        scenario("옵션+판매가 and 상품구매금액 feed no column of section 3")
            .file(on("20240706"), "주문번호,품목별 주문번호,옵션+판매가,상품구매금액,상품구매금액(KRW)\n20240705-0000001,20240705-0000001-01,1,2,3\n")
            .items("product_price|option_price|item_payment_amount\n||")
            .orders("order_price_amount|order_total_amount|payment_amount\n||"),
        scenario("never by substring")
            .file(on("20240706"), "주문번호,품목별 주문번호,총 상품구매금액,환불금액,실제 환불금액,총 실제 환불금액\n20240705-0000001,20240705-0000001-01,1,2,3,4\n")
            .items("item_refund_amount\n2.00")
            .orders("order_price_amount|actual_refund_amount|total_refund_amount\n1.00|3.00|4.00"),
        scenario("a bare 사용한 적립금액 is the (최종) one, (최초) feeds no final column")
            .file(on("20240706"), "주문번호,품목별 주문번호,사용한 적립금액\n20240705-0000001,20240705-0000001-01,5\n20240705-0000001,20240705-0000001-02,5\n")
            .orders("points_spent_amount\n5.00"),
        scenario("(최초) never feeds a final column")
            .file(on("20240706"), "주문번호,품목별 주문번호,사용한 적립금액(최초),예치금(최초),쿠폰 할인금액(최초),앱 상품할인 금액(최초)\n20240705-0000001,20240705-0000001-01,5,6,7,8\n")
            .orders("points_spent_amount|credits_spent_amount\n|")
            .items("coupon_discount_price|app_item_discount_amount\n|"),
        scenario("headers compare without white space, in NFC")
            .file(on("20240706"), "주 문 번 호,품목별\u{a0}주문번호, 수량 \n20240705-0000001,20240705-0000001-01,4\n")
            .items("quantity\n4"),
        scenario("NFD headers")
            .file(on("20240706"), "\u{110c}\u{116e}\u{1106}\u{116e}\u{11ab}\u{1107}\u{1165}\u{11ab}\u{1112}\u{1169},품목별 주문번호\n20240705-0000001,20240705-0000001-01\n")
            .items("order_id\n20240705-0000001"),
        scenario("unknown headers are listed")
            .file(on("20240706"), "주문번호,품목별 주문번호,우리만의 칸\n20240705-0000001,20240705-0000001-01,x\n")
            .told(&on("20240706"), "unknown_headers", serde_json::json!(["우리만의 칸"]))
            .status(0),
        aliases(),
    ]);
}

/// Every header of the dictionary that feeds a column of section 3.
fn aliases() -> Scenario {
    scenario("the dictionary's headers")
        .file(
            on("20240706"),
            "쇼핑몰,쇼핑몰번호,주문번호,품목별 주문번호,주문일시,결제일시(입금확인일),결제구분,취소구분,주문경로,매출경로,주문경로 주문번호(마켓/네이버페이 등),주문자ID,회원등급,주문 시 회원등급,결제수단,결제업체,총 상품구매금액,총 주문금액,총 결제금액,총 실결제금액(최초정보) (KRW),총 배송비,배송비 할인금액,회원등급 추가할인금액,주문서 쿠폰 할인금액,사용한 적립금액(최종),예치금(최종),네이버 포인트,실제 환불금액,총 실제 환불금액,상품번호,상품코드,상품품목코드,자체 상품코드,자체품목코드,상품옵션,수량,판매가,옵션추가 가격,상품별 추가할인금액,쿠폰 할인금액(최종),앱 상품할인 금액(최종),품목별 결제금액,공급원가,공급사명,배송번호,운송장번호,발주일,배송시작일,배송완료일,환불완료일,환불금액\n한국어 쇼핑몰,1,20240705-0000001,20240705-0000001-01,2024-07-05 01:02:03,2024-07-05 01:03:03,T,부분취소,모바일웹,네이버,M1,kim,VIP,일반,\"카드,적립금\",이니시스,1,2,3,4,5,6,7,8,9,10,11,12,13,14,P14,V14,CP,CV,색=빨강,15,16,17,18,19,20,21,22,공급,D-1,T-1,2024-07-06,2024-07-07 01:00:00,2024-07-08,2024-07-09,23\n",
        )
        .orders(
            "shop_name|shop_no|order_date|payment_date|paid|canceled|order_place_name|inflow_path|market_order_no|member_id|member_group|member_group_when_ordering|payment_method_name|payment_gateway_name
             한국어 쇼핑몰|1|2024-07-05 01:02:03|2024-07-05 01:03:03|T|M|모바일웹|네이버|M1|kim|VIP|일반|카드,적립금|이니시스",
        )
        .orders(
            "order_price_amount|order_total_amount|payment_amount|initial_payment_amount|shipping_fee|shipping_fee_discount_amount|membership_discount_amount|order_coupon_discount_amount|points_spent_amount|credits_spent_amount|naver_point|actual_refund_amount|total_refund_amount
             1.00|2.00|3.00|4.00|5.00|6.00|7.00|8.00|9.00|10.00|11.00|12.00|13.00",
        )
        .items(
            "product_no|product_code|variant_code|custom_product_code|custom_variant_code|option_value|quantity|product_price|option_price|additional_discount_price|coupon_discount_price|app_item_discount_amount|item_payment_amount|supply_price|supplier_name|shipping_code|tracking_no|place_date|shipped_date|delivered_date|refund_date|item_refund_amount
             14|P14|V14|CP|CV|색=빨강|15|16.00|17.00|18.00|19.00|20.00|21.00|22.00|공급|D-1|T-1|2024-07-06 00:00:00|2024-07-07 01:00:00|2024-07-08 00:00:00|2024-07-09 00:00:00|23.00",
        )
        .told(&on("20240706"), "unknown_headers", serde_json::json!([]))
}

#[test]
fn rows_that_are_no_data() {
    play_all(&[
        scenario("total rows and repeated headers are skipped")
            .file(on("20240706"), "주문번호,품목별 주문번호,수량\n20240705-0000001,20240705-0000001-01,1\n주문번호,품목별 주문번호,수량\n20240705-0000001,20240705-0000001-02,2\n합계,,3\n총계,,3\n소계,,3\nTotal,,3\n")
            .counts(&on("20240706"), 2, 0, 0)
            .orders("order_id\n20240705-0000001")
            .items("item_key|quantity\n20240705-0000001-01|1\n20240705-0000001-02|2")
            .status(0),
        scenario("a total row in the first cell where that is not the id column")
            .file(on("20240706"), "수량,주문번호,품목별 주문번호\n1,20240705-0000001,20240705-0000001-01\n합계,,\n")
            .counts(&on("20240706"), 1, 0, 0)
            .status(0),
        scenario("blank rows are no data but are counted in row numbers")
            .file(on("20240706"), "주문번호,품목별 주문번호,수량\n,,\n20240705-0000001,20240705-0000001-01,1\n , ,\n,20240705-0000001-0x,1\n")
            .counts(&on("20240706"), 1, 0, 1)
            .quarantined("row\n4"),
        scenario("any other row without an order id is quarantined")
            .file(on("20240706"), "주문번호,품목별 주문번호,상품명\n,,가방\n20240705-0000001,20240705-0000001-01,모자\n")
            .counts(&on("20240706"), 1, 0, 1)
            .quarantined("row|reason\n1|missing_order_id"),
        scenario("a row of another width")
            .file(on("20240706"), "주문번호,품목별 주문번호,수량\n20240705-0000001,20240705-0000001-01,1,밖\n20240705-0000001,20240705-0000001-02,2\n")
            .counts(&on("20240706"), 1, 0, 1)
            .quarantined("row|reason\n1|row_width")
            .items("item_key\n20240705-0000001-02"),
        scenario("a quarantined row has no effect at all")
            .file(on("20240706"), "주문번호,품목별 주문번호,수량,총 결제금액,쇼핑몰번호\n20240705-0000001,20240705-0000001-01,x,5,4\n20240705-0000001,20240705-0000001-02,2,,\n")
            .counts(&on("20240706"), 1, 0, 1)
            .orders("shop_no|payment_amount\n1|")
            .items("item_key\n20240705-0000001-02"),
        scenario("a multi-line cell is one row")
            .file(on("20240706"), "주문번호,품목별 주문번호,배송메시지,수량\n20240705-0000001,20240705-0000001-01,\"문 앞에\n놔주세요, \"\"꼭\"\"\",1\n20240705-0000001,20240705-0000001-02,,x\n")
            .quarantined("row|reason\n2|bad_number")
            .items("item_key|quantity\n20240705-0000001-01|1"),
        scenario("title rows above the header")
            .file("주문내역 20240706.csv", "7월 주문 내역,,\n,,\n주문번호,품목별 주문번호,수량\n20240705-0000001,20240705-0000001-01,1\n")
            .items("quantity\n1")
            .counts("주문내역 20240706.csv", 1, 0, 0),
        scenario("a header without rows is ingested with no rows")
            .file(on("20240706"), "주문번호,품목별 주문번호,수량\n")
            .told(&on("20240706"), "status", "ingested")
            .told(&on("20240706"), "rows_read", 0)
            .status(0),
        scenario("a table without order headers is skipped")
            .file("상품 20240706.csv", "상품번호,상품명\n1,가방\n")
            .told("상품 20240706.csv", "status", "skipped")
            .status(0),
        scenario("a memo is skipped")
            .file("메모.txt", "월요일에 다시 받을 것\n")
            .told("메모.txt", "status", "skipped")
            .status(0),
        scenario("an unreadable file fails, the others go on")
            .file("깨진 20240706.xlsx", b"PK\x03\x04broken")
            .file(on("20240706"), "주문번호,품목별 주문번호\n20240705-0000001,20240705-0000001-01\n")
            .told("깨진 20240706.xlsx", "status", "failed")
            .items("item_key\n20240705-0000001-01")
            .status(3),
        scenario("a file whose mall nobody names fails")
            .no_mall()
            .file("주문 20240706.csv", "주문번호,품목별 주문번호\n20240705-0000001,20240705-0000001-01\n")
            .told("주문 20240706.csv", "status", "failed")
            .items("item_key")
            .status(3),
        scenario("a parent folder names the mall")
            .no_mall()
            .file("mall_id=other/깊은/주문 20240706.csv", "주문번호,품목별 주문번호\n20240705-0000001,20240705-0000001-01\n")
            .items("mall_id\nother"),
        scenario("--mall beats the name")
            .file("other_20240706_1_ab12.csv", "주문번호,품목별 주문번호\n20240705-0000001,20240705-0000001-01\n")
            .items("mall_id\nbrandshop"),
        scenario("the name beats the folder")
            .no_mall()
            .file("mall_id=other/third_20240706_1_ab12.csv", "주문번호,품목별 주문번호\n20240705-0000001,20240705-0000001-01\n")
            .items("mall_id\nthird"),
        scenario("months touched")
            .file(on("20240706"), "주문번호,품목별 주문번호\n20240705-0000001,20240705-0000001-01\n20240630-0000001,20240630-0000001-01\n")
            .months(&["2024-06", "2024-07"])
            .told(&on("20240706"), "first_order_day", "2024-06-30")
            .told(&on("20240706"), "last_order_day", "2024-07-05"),
    ]);
}

const PLAIN: &str = "주문번호,품목별 주문번호,상품명,수량\n20240705-0000001,20240705-0000001-01,뷁 가방,2\n";
const EXPECTED: &str = "item_key|product_name|quantity\n20240705-0000001-01|뷁 가방|2";

fn utf16(text: &str) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xFE];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    bytes
}

fn utf16_big(text: &str) -> Vec<u8> {
    let mut bytes = vec![0xFE, 0xFF];
    bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    bytes
}

fn zipped(member: &str, bytes: &[u8]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file(member, zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap().into_inner()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn workbook(fill: impl Fn(&mut rust_xlsxwriter::Workbook)) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    fill(&mut book);
    book.save_to_buffer().unwrap()
}

fn write_rows(sheet: &mut rust_xlsxwriter::Worksheet, from: u32, rows: &[&[&str]]) {
    for (row, cells) in (from..).zip(rows) {
        for (column, cell) in (0..).zip(*cells) {
            sheet.write_string(row, column, *cell).unwrap();
        }
    }
}

#[test]
fn formats() {
    let plain =
        |name: &str, file: &str, bytes: Vec<u8>| scenario(name).file(file, bytes).items(EXPECTED).status(0);
    let html = "<html><head><meta charset=\"utf-8\"></head><body><table><tr><th>주문번호</th><th>품목별 주문번호</th><th>상품명</th><th>수량</th></tr><tr><td>20240705-0000001</td><td>20240705-0000001-01</td><td>뷁 가방</td><td>2</td></tr></table></body></html>";
    let book = workbook(|book| {
        let sheet = book.add_worksheet();
        sheet.set_name("공홈 당일").unwrap();
        write_rows(sheet, 0, &[&["7월 주문"], &[""], &["주문번호", "품목별 주문번호", "상품명", "수량"]]);
        write_rows(sheet, 3, &[&["20240705-0000001", "20240705-0000001-01", "뷁 가방"]]);
        sheet.write_number(3, 3, 2.0).unwrap();
        write_rows(sheet, 4, &[&["합계"]]);
    });
    play_all(&[
        plain("UTF-8 with BOM", "a_20240706_1_ab12.csv", [b"\xEF\xBB\xBF", PLAIN.as_bytes()].concat()),
        plain("UTF-8 without", "a_20240706_1_ab12.csv", PLAIN.into()),
        plain("CP949", "a_20240706_1_ab12.csv", encoding_rs::EUC_KR.encode(PLAIN).0.into_owned()),
        plain("UTF-16 little", "a_20240706_1_ab12.csv", utf16(PLAIN)),
        plain("UTF-16 big", "a_20240706_1_ab12.csv", utf16_big(PLAIN)),
        plain("UTF-16 with tabs", "a_20240706.txt", utf16(&PLAIN.replace(',', "\t"))),
        plain("tabs", "a_20240706.tsv", PLAIN.replace(',', "\t").into()),
        plain("semicolons", "a_20240706.csv", PLAIN.replace(',', ";").into()),
        plain("CRLF", "a_20240706.csv", PLAIN.replace('\n', "\r\n").into()),
        plain("no line end at the end", "a_20240706.csv", PLAIN.trim_end().into()),
        plain("all quoted", "a_20240706.csv", format!("\"{}\"\n", PLAIN.trim_end().replace(',', "\",\"").replace('\n', "\"\n\"")).into()),
        plain("a CSV named .xls", "a_20240706.xls", PLAIN.into()),
        plain("HTML named .xls", "a_20240706.xls", html.into()),
        plain("a workbook with title rows and a total", "a_20240706.xlsx", book.clone()),
        plain("a workbook named .csv", "a_20240706.csv", book.clone()),
        plain("a workbook in a zip", "a_20240706.zip", zipped("book.xlsx", &book)),
        plain("gzip", "a_20240706.csv.gz", gzipped(PLAIN.as_bytes())),
        plain("a zip member's own day", "묶음 20240101.zip", zipped("brandshop_20240706_1_ab12.csv", PLAIN.as_bytes()))
            .items("observed_at|sources\n2024-07-05 15:00:00|export")
            .told("묶음 20240101.zip/brandshop_20240706_1_ab12.csv", "status", "ingested"),
        plain("else the wrapper's", "묶음 20240706.zip", zipped("orders.csv", PLAIN.as_bytes()))
            .items("observed_at|sources\n2024-07-05 15:00:00|history"),
        scenario("a member is a source file known by its own bytes")
            .file("묶음 20240708.zip", zipped("a.csv", PLAIN.as_bytes()))
            .file("a_20240706.csv", PLAIN)
            .items("item_key|observed_at\n20240705-0000001-01|2024-07-05 15:00:00"),
        scenario("a memo inside a zip is skipped")
            .file("묶음 20240708.zip", zipped("메모.txt", "안녕".as_bytes()))
            .told("메모.txt", "status", "skipped")
            .status(0),
        scenario("cells of a workbook: numbers in text columns are their digits, date cells, whole-day dates are bare")
            .file("a_20240706.xlsx", workbook(|book| {
                let sheet = book.add_worksheet();
                write_rows(sheet, 0, &[&["주문번호", "품목별 주문번호", "운송장번호", "주문일시", "배송완료일", "판매가", "상품번호"],
                    &["20240705-0000001", "20240705-0000001-01"]]);
                let day = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
                let time = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
                sheet.write_number(1, 2, 612_345_678_901.0).unwrap();
                sheet.write_number_with_format(1, 3, 46_106.000_578_7, &time).unwrap();
                sheet.write_number_with_format(1, 4, 46107.0, &day).unwrap();
                sheet.write_number(1, 5, 38900.5).unwrap();
                sheet.write_number(1, 6, 120.0).unwrap();
            }))
            .items("tracking_no|delivered_date|product_price|product_no\n612345678901|2026-03-26 00:00:00|38900.50|120")
            .orders("order_date\n2026-03-25 00:00:50"),
        scenario("a whole-day date cell is a bare day")
            .file(on("20240706"), "주문번호,품목별 주문번호,배송완료일\n20240705-0000001,20240705-0000001-01,2026-03-26 10:00:00\n")
            .file("a_20240707.xlsx", workbook(|book| {
                let sheet = book.add_worksheet();
                write_rows(sheet, 0, &[&["주문번호", "품목별 주문번호", "배송완료일"], &["20240705-0000001", "20240705-0000001-01"]]);
                sheet.write_number_with_format(1, 2, 46107.0, &rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd")).unwrap();
            }))
            .items("delivered_date\n2026-03-26 10:00:00"),
        scenario("several sheets: row numbers run on")
            .file("a_20240706.xlsx", workbook(|book| {
                write_rows(book.add_worksheet(), 0, &[&["주문번호", "품목별 주문번호", "수량"], &["20240705-0000001", "20240705-0000001-01", "1"], &["20240705-0000001", "20240705-0000001-02", "x"]]);
                write_rows(book.add_worksheet(), 0, &[&["메모"], &["안녕"]]);
                write_rows(book.add_worksheet(), 0, &[&["수량", "주문번호", "품목별 주문번호"], &["3", "20240705-0000002", "20240705-0000002-01"], &["y", "20240705-0000002", "20240705-0000002-02"]]);
            }))
            .items("item_key|quantity\n20240705-0000001-01|1\n20240705-0000002-01|3")
            .quarantined("row|reason\n2|bad_number\n4|bad_number"),
        scenario("hidden sheets are not read")
            .file("a_20240706.xlsx", workbook(|book| {
                write_rows(book.add_worksheet(), 0, &[&["주문번호", "품목별 주문번호"], &["20240705-0000001", "20240705-0000001-01"]]);
                let hidden = book.add_worksheet();
                hidden.set_hidden(true);
                write_rows(hidden, 0, &[&["주문번호", "품목별 주문번호"], &["20240705-0000002", "20240705-0000002-01"]]);
            }))
            .items("item_key\n20240705-0000001-01"),
        scenario("lock files are left alone")
            .file("~$a_20240706.xlsx", b"x")
            .file(on("20240706"), PLAIN)
            .items(EXPECTED)
            .status(0),
        scenario("an API page, an array, one order a line, gzipped: one and the same")
            .file("page.json", format!(r#"{{"orders":[{ORDER}]}}"#))
            .file("array.json", format!("[{ORDER}]"))
            .file("lines.ndjson", format!("{ORDER}\n\n"))
            .file("lines.ndjson.gz", gzipped(format!("\n{ORDER}\n").as_bytes()))
            .items("item_key|quantity|sources\n20240705-0000001-01|2|api")
            .status(0),
    ]);
}

const ORDER: &str = r#"{"shop_no":1,"order_id":"20240705-0000001","_extracted_at":"2024-07-07T00:00:00+09:00","items":[{"order_item_code":"20240705-0000001-01","quantity":2}]}"#;

#[test]
fn personal_data() {
    let hashed = |name: &str, first: (&str, &str), second: (&str, &str)| {
        scenario(name).file(
            on("20240706"),
            format!(
                "주문번호,품목별 주문번호,{},{}\n20240705-0000001,20240705-0000001-01,{},{}\n",
                first.0, second.0, first.1, second.1
            ),
        )
    };
    play_all(&[
        scenario("receiver_region keeps the first two words of the address")
            .file(on("20240706"), "주문번호,품목별 주문번호,수령인 주소(전체),수령인\n20240705-0000001,20240705-0000001-01,경기도 성남시 분당구 어딘가로 1,김하나\n")
            .orders("receiver_region\n경기도 성남시"),
        scenario("in a file without item columns too")
            .file(on("20240706"), "주문번호,주소\n20240705-0000001,서울특별시  강남구\u{a0}테헤란로 1\n")
            .orders("receiver_region\n서울특별시 강남구"),
        scenario("free text is null by default")
            .file(on("20240706"), "주문번호,품목별 주문번호,추가입력옵션,배송메시지\n20240705-0000001,20240705-0000001-01,각인: 김하나,문 앞\n")
            .items("additional_option_value|claim_reason\n|"),
        scenario("several receivers: the first")
            .file("a.ndjson", r#"{"_extracted_at":"2024-07-07T00:00:00+09:00","order_id":"20240705-0000001","receivers":[{"name":"김","address_full":"부산광역시 해운대구 1"},{"name":"이","address_full":"서울특별시 중구 2"}],"items":[{"order_item_code":"20240705-0000001-01"}]}"#)
            .orders("receiver_region\n부산광역시 해운대구"),
        hashed("a blank phone has no hash", ("주문자 휴대전화", "--"), ("수령인 휴대전화", ""))
            .orders("buyer_cellphone_hash|receiver_cellphone_hash\n|"),
    ]);
}
