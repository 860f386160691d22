//! The main columns with the headers of Cafe24's downloads and the API's paths that feed them.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Order,
    Item,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Money,
    Whole,
    Time,
    /// 주문 상태: told in files as a label, by the API as code and label.
    Status,
    /// Told in files as a Korean word.
    Canceled,
    /// Kept as a keyed hash.
    Hash,
    /// An address of which two words are kept.
    Region,
}

/// How an order column repeats on item rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeats {
    EveryRow,
    FirstRow,
    Max,
}

#[derive(Debug)]
pub struct Column {
    pub name: &'static str,
    pub level: Level,
    pub kind: Kind,
    pub repeats: Repeats,
    pub headers: &'static [&'static str],
    /// Path inside the API's order or item object; empty where the API has no source for it.
    pub api: &'static str,
}

const fn order(
    name: &'static str,
    kind: Kind,
    headers: &'static [&'static str],
    api: &'static str,
) -> Column {
    Column { name, level: Level::Order, kind, repeats: Repeats::EveryRow, headers, api }
}

const fn item(name: &'static str, kind: Kind, headers: &'static [&'static str], api: &'static str) -> Column {
    Column { name, level: Level::Item, kind, repeats: Repeats::EveryRow, headers, api }
}

use Kind::{Canceled, Hash, Money, Region, Status, Text, Time, Whole};

pub const COLUMNS: &[Column] = &[
    order("shop_name", Text, &["쇼핑몰"], ""),
    order("order_date", Time, &["주문일시", "주문일", "주문일자"], "order_date"),
    order("payment_date", Time, &["결제일시(입금확인일)", "결제일시", "입금확인일"], "payment_date"),
    order("paid", Text, &["결제구분"], "paid"),
    order("canceled", Canceled, &["취소구분"], "canceled"),
    order("order_place_name", Text, &["주문경로"], "order_place_name"),
    order("inflow_path", Text, &["매출경로", "유입경로"], ""),
    order(
        "market_order_no",
        Text,
        &["주문경로 주문번호(마켓/네이버페이 등)", "마켓 주문번호"],
        "market_order_no",
    ),
    order("member_id", Text, &["주문자ID", "주문자 아이디", "회원 아이디"], "member_id"),
    order("member_group", Text, &["회원등급"], ""),
    order("member_group_when_ordering", Text, &["주문 시 회원등급"], ""),
    order("payment_method_name", Text, &["결제수단"], "payment_method_name"),
    order("payment_gateway_name", Text, &["결제업체"], "payment_gateway_names"),
    order(
        "order_price_amount",
        Money,
        &["총 상품구매금액", "총 상품구매금액(KRW)"],
        "actual_order_amount.order_price_amount",
    ),
    order(
        "order_total_amount",
        Money,
        &["총 주문금액", "총주문금액", "총 주문금액(KRW)"],
        "actual_order_amount.total_amount_due",
    ),
    order(
        "payment_amount",
        Money,
        &["총 결제금액", "총 결제금액(KRW)", "최종 결제금액(KRW)"],
        "payment_amount",
    ),
    order(
        "initial_payment_amount",
        Money,
        &["총 실결제금액(최초정보) (KRW)"],
        "initial_order_amount.payment_amount",
    ),
    Column {
        repeats: Repeats::FirstRow,
        ..order(
            "shipping_fee",
            Money,
            &["총 배송비", "총 배송비(KRW)", "총 배송비 (첫 품목에만 표시)"],
            "actual_order_amount.shipping_fee",
        )
    },
    order(
        "shipping_fee_discount_amount",
        Money,
        &["배송비 할인금액"],
        "actual_order_amount.shipping_fee_discount_amount",
    ),
    order(
        "membership_discount_amount",
        Money,
        &["회원등급 추가할인금액"],
        "actual_order_amount.membership_discount_amount",
    ),
    order(
        "order_coupon_discount_amount",
        Money,
        &["주문서 쿠폰 할인금액", "주문시 쿠폰 할인금액"],
        "actual_order_amount.coupon_discount_price",
    ),
    order(
        "points_spent_amount",
        Money,
        &["사용한 적립금액(최종)", "사용한 적립금액"],
        "actual_order_amount.points_spent_amount",
    ),
    order("credits_spent_amount", Money, &["예치금(최종)"], "actual_order_amount.credits_spent_amount"),
    order("naver_point", Money, &["네이버 포인트"], "naver_point"),
    Column { repeats: Repeats::Max, ..order("actual_refund_amount", Money, &["실제 환불금액"], "") },
    Column {
        repeats: Repeats::FirstRow, ..order("total_refund_amount", Money, &["총 실제 환불금액"], "")
    },
    order("buyer_cellphone_hash", Hash, &["주문자 휴대전화", "주문자핸드폰"], "buyer.cellphone"),
    order("buyer_phone_hash", Hash, &["주문자 전화번호", "주문자전화번호"], "buyer.phone"),
    order("buyer_email_hash", Hash, &["주문자 이메일"], "buyer.email"),
    order("receiver_cellphone_hash", Hash, &["수령인 휴대전화", "핸드폰"], "receivers.0.cellphone"),
    order("receiver_phone_hash", Hash, &["수령인 전화번호", "수령지전화"], "receivers.0.phone"),
    order(
        "receiver_region",
        Region,
        &["수령인 주소(전체)", "수령인 주소", "주소"],
        "receivers.0.address_full",
    ),
    item("product_no", Whole, &["상품번호"], "product_no"),
    item("product_code", Text, &["상품코드"], "product_code"),
    item("variant_code", Text, &["상품품목코드", "품목코드"], "variant_code"),
    item(
        "custom_product_code",
        Text,
        &["자체 상품코드", "자체상품코드", "상품자체코드"],
        "custom_product_code",
    ),
    item("custom_variant_code", Text, &["자체품목코드", "자체 품목 코드"], "custom_variant_code"),
    item(
        "product_name",
        Text,
        &["상품명", "상품명(한국어 쇼핑몰)", "주문상품명", "주문상품명(기본)", "상품명(DOMESTIC)"],
        "product_name",
    ),
    item("option_value", Text, &["상품옵션", "옵션", "상품옵션(기본)"], "option_value"),
    item("quantity", Whole, &["수량", "주문수량"], "quantity"),
    item("product_price", Money, &["판매가"], "product_price"),
    item("option_price", Money, &["옵션추가 가격"], "option_price"),
    item("additional_discount_price", Money, &["상품별 추가할인금액"], "additional_discount_price"),
    item("coupon_discount_price", Money, &["쿠폰 할인금액(최종)"], "coupon_discount_price"),
    item("app_item_discount_amount", Money, &["앱 상품할인 금액(최종)"], "app_item_discount_amount"),
    item("item_payment_amount", Money, &["품목별 결제금액"], "payment_amount"),
    item("supply_price", Money, &["공급원가"], "supply_price"),
    item("supplier_name", Text, &["공급사명"], "supplier_name"),
    item("order_status", Status, &["주문 상태", "주문상태", "주문상태정보"], ""),
    item("shipping_code", Text, &["배송번호"], "shipping_code"),
    item("tracking_no", Text, &["운송장번호", "송장번호"], "tracking_no"),
    item("place_date", Time, &["발주일"], ""),
    item("shipped_date", Time, &["배송시작일"], "shipped_date"),
    item("delivered_date", Time, &["배송완료일"], "delivered_date"),
    item("refund_date", Time, &["환불완료일"], "refund_date"),
    item("item_refund_amount", Money, &["환불금액"], ""),
    item("claim_code", Text, &[], "claim_code"),
    item("claim_reason_type", Text, &[], "claim_reason_type"),
    item("cancel_date", Time, &[], "cancel_date"),
    item("return_confirmed_date", Time, &[], "return_confirmed_date"),
    item("exchange_date", Time, &[], "exchange_date"),
];

/// Section 2, rule 3: an explicit null in an API order clears these.
pub const CLEARED: &[&str] = &[
    "claim_code",
    "claim_reason",
    "claim_reason_type",
    "cancel_date",
    "return_confirmed_date",
    "exchange_date",
    "refund_date",
    "tracking_no",
    "shipped_date",
    "delivered_date",
];

/// Cafe24's documented codes and the full labels (the group's word before the short ones).
pub const STATUSES: &[(&str, &str)] = &[
    ("N00", "입금전"),
    ("N01", "교환접수-교환상품"),
    ("N10", "상품준비중"),
    ("N20", "배송준비중"),
    ("N30", "배송중"),
    ("N40", "배송완료"),
    ("N50", "구매확정"),
    ("C00", "취소신청"),
    ("C34", "취소처리중-환불전"),
    ("C40", "취소완료"),
    ("C48", "입금전취소-자동"),
    ("C49", "입금전취소-관리자"),
    ("R00", "반품신청"),
    ("R34", "반품처리중-환불전"),
    ("R40", "반품완료-환불완료"),
    ("E00", "교환신청"),
    ("E40", "교환완료"),
];

pub fn column(name: &str) -> &'static Column {
    COLUMNS.iter().find(|column| column.name == name).expect("a column of the table above")
}

pub fn label(code: &str) -> &'static str {
    STATUSES.iter().find(|(known, _)| *known == code).expect("a code of the table above").1
}
