use super::*;
use crate::core::schema::{Additions, Level};

fn schema() -> Schema {
    Schema::load(&Additions::default()).unwrap()
}

/// The columns that a header row feeds, as `column` for one cell and `column=2,0` for cells in order of preference.
fn mapped(headers: &str) -> Vec<String> {
    let schema = schema();
    let cells: Vec<&str> = headers.split('·').collect();
    let map = schema.map_headers(&cells);
    let describe = |mapped: &MappedColumn| {
        let name = &schema.column(mapped.column).name;
        match mapped.cells.as_slice() {
            [_] => name.clone(),
            cells => {
                let cells: Vec<_> = cells.iter().map(ToString::to_string).collect();
                format!("{name}={}", cells.join(","))
            }
        }
    };
    let mut names: Vec<_> = map.columns.iter().map(describe).collect();
    names.extend(map.unknown.iter().map(|(_, header)| format!("?{}", header.replace(' ', ""))));
    names.extend(map.ignored.iter().map(|(_, header)| format!("!{header}")));
    names
}

fn check(headers: &str, expected: &str) {
    let mut expected: Vec<_> = expected.split_whitespace().map(str::to_owned).collect();
    let mut found = mapped(headers);
    expected.sort();
    found.sort();
    assert_eq!(found, expected, "{headers}");
}

#[test]
fn set_a_shipping_list() {
    check(
        "쇼핑몰 · 쇼핑몰번호 · 주문번호 · 발주일 · 주문상품명 · 상품번호 · 옵션 · 자체품목코드 · 결제수단 · 결제업체 · \
         결제정보 · 판매가 · 수량 · 수령인 · 우편번호 · 주소 · 수령지전화 · 전화번호 · 핸드폰 · 비고 · 주문자 · \
         주문자우편번호 · 주문자주소 · 주문자전화번호 · 주문자핸드폰 · 옵션추가 가격 · 배송비 정보",
        "shop_name shop_no order_id place_date product_name product_no option_value custom_variant_code \
         payment_method_name payment_gateway_name payment_info product_price quantity receiver_name receiver_zipcode \
         receiver_address receiver_region receiver_phone=16,17 receiver_phone_hash=16,17 receiver_cellphone \
         receiver_cellphone_hash shipping_message buyer_name buyer_zipcode buyer_address buyer_phone buyer_phone_hash \
         buyer_cellphone buyer_cellphone_hash option_price shipping_fee_info",
    );
}

#[test]
fn set_b_sales_ledger() {
    check(
        "주문일시 · 환불완료일 · 주문번호 · 회원등급 · 자체 상품코드 · 상품명 · 주문경로 · 상품옵션 · 쇼핑몰 · 운송장번호 · \
         사업자 등록번호 · 쇼핑몰번호 · 수량 · 판매가 · 브랜드 · 상품구매금액 · 총 배송비 · 총 상품구매금액 · 총 결제금액 · \
         총 주문금액 · 실제 환불금액 · 총 실제 환불금액 · 사용한 적립금액(최종) · 환불 적립금 금액 · 상품별 추가할인금액 · \
         품목별 결제금액 · 환불금액 · 주문자ID",
        "order_date refund_date order_id member_group custom_product_code product_name order_place_name option_value \
         shop_name tracking_no buyer_company_registration_no shop_no quantity product_price brand item_purchase_amount \
         shipping_fee order_price_amount payment_amount order_total_amount actual_refund_amount total_refund_amount \
         points_spent_amount refunded_points additional_discount_price item_payment_amount item_refund_amount member_id",
    );
}

#[test]
fn set_c_event_form() {
    check(
        "배송번호 · 운송장번호 · 주문번호 · 주문상품명(옵션포함) · 수량 · 주문자명 · 수령인 · 수령인 휴대전화 · \
         수령인 전화번호 · 수령인 주소(전체) · 품목별 주문번호 · 배송메시지 · 결제구분 · 주문자 이메일 · 자체 상품코드 · \
         배송국가 · 상품구매금액(KRW) · 총 결제금액(KRW) · 추가입력옵션 · 추가입력옵션(상세) · 상품옵션 · \
         주문서추가항목01_이름 · 주문서추가항목02_생일 · 주문서추가항목03_참여 · 배송비 정보 · 총 배송비 (첫 품목에만 표시) · \
         배송완료일 · 결제일시(입금확인일) · 취소구분 · 쇼핑몰",
        "shipping_code tracking_no order_id product_name_with_option quantity buyer_name receiver_name \
         receiver_cellphone receiver_cellphone_hash receiver_phone receiver_phone_hash receiver_address receiver_region \
         order_item_code shipping_message paid buyer_email buyer_email_hash custom_product_code receiver_country \
         item_purchase_amount payment_amount additional_option_value additional_option_detail option_value \
         additional_order_info_01 additional_order_info_02 additional_order_info_03 shipping_fee_info shipping_fee \
         delivered_date payment_date canceled shop_name",
    );
}

#[test]
fn set_d_product_sales() {
    check(
        "품목별 주문번호 · 주문상태정보 · 결제자 · 결제일시(입금확인일) · 주문상품명 · 수량 · 품목별 결제금액 · 판매가 · \
         상품구매금액 · 상품구매금액(KRW) · 총 상품구매금액 · 총 상품구매금액(KRW) · 마켓 자체 품목 코드 · 자체상품코드 · \
         자체분류 · 자체품목코드 · 자체품목코드(세트구성상품) · 상품옵션 · 상품옵션(기본) · 옵션+판매가 · 옵션추가 가격 · \
         옵션형태(조합형) · 주문상품명(옵션포함) · 추가입력옵션 · 추가입력옵션(상세) · 취소신청 구분",
        "order_item_code status_text billing_name payment_date product_name quantity item_payment_amount product_price \
         item_purchase_amount=8,9 order_price_amount=10,11 market_custom_variant_code custom_product_code \
         custom_category custom_variant_code set_custom_variant_code option_value=17,18 option_value_default \
         option_included_price option_price option_form product_name_with_option additional_option_value \
         additional_option_detail cancel_request_type",
    );
}

#[test]
fn set_e_packing_form() {
    check(
        "매출경로 · 주문번호 · 주문자명 · 브랜드 · 상품명(한국어 쇼핑몰) · 상품옵션 · 수량 · 수령인 · \
         주문서추가항목01_사은품 선택 (공통입력사항) · 옵션+판매가 · 주문 상태 · 수령인 주소(전체) · 배송메시지 · 중량 · \
         정기배송 회차 · 상품코드 · 회원추가항목_닉네임 · 주문 시 회원등급 · 품목별 주문번호 · 운송장번호 · 수령인 전화번호 · \
         수령인 휴대전화 · 수령인 우편번호 · 주문상품명(옵션포함)",
        "inflow_path order_id buyer_name brand product_name option_value quantity receiver_name \
         additional_order_info_01 option_included_price status_text receiver_address receiver_region shipping_message \
         product_weight subscription_round product_code member_additional_info member_group_when_ordering \
         order_item_code tracking_no receiver_phone receiver_phone_hash receiver_cellphone receiver_cellphone_hash \
         receiver_zipcode product_name_with_option",
    );
}

#[test]
fn set_f_profit_form() {
    check(
        "주문일시 · 결제일시(입금확인일) · 상품명(한국어 쇼핑몰) · 상품구매금액(KRW) · 사용한 적립금액(최종) · \
         주문서 쿠폰 할인금액 · 실제 환불금액 · 품목별 주문번호",
        "order_date payment_date product_name item_purchase_amount points_spent_amount order_coupon_discount_amount \
         actual_refund_amount order_item_code",
    );
}

#[test]
fn set_g_claim_list() {
    check(
        "환불상태 · 실제 환불금액 · 총 실제 환불금액 · 주문 상태 · 주문번호 · 네이버 페이 취소접수 구분 · 취소접수 구분 · \
         반품접수 구분 · 반품접수거부 사유/처리일 · 반품철회일/구분 · 반송완료일 · 환불번호 · 환불접수일 · 환불완료일 · \
         취소유형 · 취소처리중[환불완료] 처리일",
        "refund_status actual_refund_amount total_refund_amount status_text order_id naver_pay_cancel_accept_type \
         cancel_accept_type return_accept_type return_refusal return_withdrawal return_collected_date refund_code \
         accepted_refund_date refund_date cancel_type cancel_refunded_date",
    );
}

#[test]
fn set_h_warehouse_form() {
    check(
        "주문번호 · 품목별 주문번호 · 상품품목코드 · 주문상품명 · 수량 · 수령인 · 수령인 주소 · 수령인 휴대전화 · \
         수령인 우편번호 · 배송메시지/배송메세지 · 쇼핑몰 · 쇼핑몰 번호 · 상품옵션 · 판매가 · 총주문금액 · 결제금액",
        "order_id order_item_code variant_code product_name quantity receiver_name receiver_address receiver_region \
         receiver_cellphone receiver_cellphone_hash receiver_zipcode shipping_message shop_name shop_no option_value \
         product_price order_total_amount payment_amount",
    );
}

#[test]
fn the_better_spelling_of_a_column_comes_first() {
    check("총 결제금액(KRW)·총 결제금액·최종 결제금액 (KRW)·최종 결제금액", "payment_amount=3,2,1,0");
    check(
        "주문상품명(기본)·주문상품명·상품명(한국어 쇼핑몰)·상품명",
        "product_name=3,2,1,0 product_name_default",
    );
    check("수량·수량", "quantity=0,1");
    check("사용한 적립금액·사용한 적립금액(최종)", "points_spent_amount=1,0");
}

#[test]
fn qualifiers_are_never_dropped() {
    check(
        "사용한 적립금액(최초)·쿠폰 할인금액(최초)·앱 상품할인 금액(최초)·예치금(최초)",
        "initial_points_spent_amount initial_coupon_discount_price initial_app_item_discount_amount \
         initial_credits_spent_amount",
    );
    check("총 주문금액(최초)·총 결제금액(최초)", "?총주문금액(최초) ?총결제금액(최초)");
    check("상품명(관리용)·상품명(영어 몰)", "internal_product_name product_name");
    check("총 실결제금액(최초정보) (KRW)", "initial_payment_amount");
    check(
        "환불금액·실제 환불금액·총 실제 환불금액",
        "item_refund_amount actual_refund_amount total_refund_amount",
    );
    check("주문상품명(옵션포함)·주문상품명(세트상품 포함)", "product_name_with_option product_name_with_set");
}

#[test]
fn spelling_of_the_characters_does_not_count() {
    check(
        "\u{feff}주문번호·품목별주문번호·수\u{3000}량·총 배송비（KRW）",
        "order_id order_item_code quantity shipping_fee",
    );
    let decomposed: String = "주문번호".nfd().collect();
    check(&decomposed, "order_id");
    check("PRODUCT_NO·주문자id", "product_no member_id");
}

#[test]
fn columns_and_unambiguous_api_fields_are_headers() {
    check(
        "order_id·order_item_code·status_code·quantity·payment_gateway_names·buyer.email·items.payment_amount·payment_amount",
        "order_id order_item_code status_class quantity payment_gateway_name buyer_email buyer_email_hash \
         item_payment_amount payment_amount",
    );
    check(
        "actual_order_amount.shipping_fee·actual_order_amount.payment_amount",
        "shipping_fee ?actual_order_amount.payment_amount",
    );
    check("name·cellphone·shipping_fee_detail", "?name ?cellphone ?shipping_fee_detail");
    check("buyer_email_hash·item_key·observed_at", "!buyer_email_hash !item_key !observed_at");
}

#[test]
fn unknown_headers_are_listed_and_blank_ones_are_not() {
    let map = schema().map_headers(&["", "주문번호", "메 모", " ", "수량계", "", ""]);
    assert_eq!(map.unknown, [(2, "메 모".to_owned()), (4, "수량계".to_owned())]);
    assert_eq!(map.width, 5);
}

#[test]
fn extraction_headers_stand_apart() {
    let map = schema().map_headers(&["_observed_at", "주문번호", "_extracted_at"]);
    assert_eq!(map.extracted_at, [2, 0]);
    assert_eq!(map.columns.len(), 1);
}

#[test]
fn only_rows_with_an_id_score() {
    let schema = schema();
    assert_eq!(schema.header_score(&["주문번호", "수량", "메모"]), 2);
    assert_eq!(schema.header_score(&["품목별 주문번호"]), 1);
    assert_eq!(schema.header_score(&["수량", "판매가", "상품명"]), 0);
    assert_eq!(schema.header_score(&["20260102-0000011", "2"]), 0);
    assert_eq!(schema.header_score(&[]), 0);
}

#[test]
fn goods_decide_whether_rows_are_items() {
    let schema = schema();
    let has_goods = |headers: &[&str]| schema.map_headers(headers).has_goods(&schema);
    assert!(!has_goods(&["주문번호", "총 결제금액", "주문자명", "수량"]));
    assert!(!has_goods(&["주문번호", "상품옵션", "주문상품명(옵션포함)"]));
    for header in
        ["품목별 주문번호", "상품품목코드", "상품코드", "상품번호", "상품명(몰)", "주문상품명(기본)"]
    {
        assert!(has_goods(&["주문번호", header]), "{header}");
    }
}

#[test]
fn patterns_match_whole_headers() {
    let matches = |pattern: &str, header: &str| {
        Pattern { key: key(pattern), targets: Vec::new() }.matches(&key(header))
    };
    assert!(matches("상품명(*)", "상품명(한국어 쇼핑몰)") && matches("상품명(*)", "상품명()"));
    assert!(!matches("상품명(*)", "주문상품명(기본)") && !matches("상품명(*)", "상품명(가) 나"));
    assert!(!matches("가*가", "가") && matches("가*가", "가가"));
    assert!(matches("가*나*다", "가1나2다") && !matches("가*나*다", "가다나"));
    assert!(matches("*끝", "끝") && !matches("*끝", "끝남"));
}

#[test]
fn columns_come_sorted() {
    let map = schema().map_headers(&["주문자명", "수량", "주문번호", "품목별 주문번호"]);
    let columns: Vec<_> = map.columns.iter().map(|m| m.column).collect();
    assert!(columns.is_sorted());
    assert_eq!(columns.first().map(|c| c.level), Some(Level::Item));
}
