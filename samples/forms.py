"""How the store's history looks from outside: download forms (양식) and the Admin API.

A form is a list of headers, each with the rule that fills it from an order and one of its items. Values stay typed
(`Won`, datetime, date, int, text) until a file format writes them down. Headers without a rule are empty columns.
"""

import html
from datetime import date, datetime

from truth import ALLOCATION_SINCE, GROUP_NO, RUG, SHOPS


class Won(int):
    """An amount of money; each file format spells it in its own way."""


LABELS = {
    "N00": "입금전", "N01": "교환접수 - 교환상품", "N10": "상품 준비중", "N20": "배송 준비중", "N30": "배송중",
    "N40": "배송 완료", "N50": "구매확정", "C00": "취소 신청", "C40": "취소 완료", "C48": "입금전 취소 - 자동",
    "R00": "반품 신청", "R30": "반품 처리중 - 수거전", "R34": "반품 처리중 - 환불전", "R40": "반품 완료 - 환불완료",
    "E00": "교환 신청", "E10": "교환 접수", "E20": "교환 준비", "E40": "교환 완료",
}
CANCELED = {"F": "취소안함", "T": "취소", "M": "부분취소"}


def label(item):
    """The label on the admin's screen; this store renamed one for goods made to order."""
    if item.product is RUG and item.status in ("N10", "N20"):
        return "주문제작중"
    return LABELS[item.status]


def receiver(o):
    return o.receiver or o.buyer


def money(name, initial=False):
    return lambda o, i: Won(o.amounts(initial)[name])


def first_row(value):
    """Shown on the order's first row only, zero on the others."""
    return lambda o, i: Won(value(o)) if i is o.items[0] else Won(0)


def zero_blank(amount):
    return Won(amount) if amount else None


def item_refund(o, i):
    return Won(o.refund()) if i.gone and o.refunded else None


VALUES = {
    "쇼핑몰": lambda o, i: SHOPS[o.shop],
    "쇼핑몰번호": lambda o, i: o.shop,
    "주문번호": lambda o, i: o.id,
    "품목별 주문번호": lambda o, i: o.code(i.no),
    "주문일시": lambda o, i: o.when,
    "결제일시(입금확인일)": lambda o, i: o.paid_at,
    "발주일": lambda o, i: i.get("place_date") and i.get("place_date").date(),
    "주문 상태": lambda o, i: label(i),
    "결제구분": lambda o, i: "T" if o.paid_at else "F",
    "취소구분": lambda o, i: CANCELED[o.canceled],
    "주문경로": lambda o, i: o.place,
    "매출경로": lambda o, i: o.inflow,
    "주문경로 주문번호(마켓/네이버페이 등)": lambda o, i: o.market_order_no,
    "주문자ID": lambda o, i: o.buyer.member_id,
    "주문자명": lambda o, i: o.buyer.name,
    "주문자 이메일": lambda o, i: o.buyer.email,
    "주문자 휴대전화": lambda o, i: o.buyer.cellphone,
    "주문자 우편번호": lambda o, i: o.buyer.zipcode,
    "주문자 주소": lambda o, i: o.buyer.address,
    "회원등급": lambda o, i: o.buyer.group,
    "주문 시 회원등급": lambda o, i: o.buyer.group,
    "수령인": lambda o, i: receiver(o).name,
    "수령인 휴대전화": lambda o, i: receiver(o).cellphone,
    "수령인 전화번호": lambda o, i: "--",
    "수령인 우편번호": lambda o, i: receiver(o).zipcode,
    "수령인 주소(전체)": lambda o, i: receiver(o).address,
    "배송메시지": lambda o, i: o.message,
    "상품번호": lambda o, i: i.product.no,
    "상품코드": lambda o, i: i.product.code,
    "상품품목코드": lambda o, i: i.product.variant(i.option),
    "자체 상품코드": lambda o, i: i.product.own_code,
    "상품명": lambda o, i: i.product.name.replace("'", "&#039;"),
    "상품옵션": lambda o, i: i.option,
    "추가입력옵션": lambda o, i: i.engraving,
    "수량": lambda o, i: i.quantity,
    "판매가": lambda o, i: Won(i.price),
    "옵션추가 가격": lambda o, i: Won(i.product.option_price(i.option)),
    "상품구매금액": lambda o, i: Won(i.amount),
    "상품별 추가할인금액": lambda o, i: Won(i.discount),
    "쿠폰 할인금액(최종)": lambda o, i: Won(i.coupon),
    "품목별 결제금액": lambda o, i: zero_blank(o.item_payment(i)),
    "공급사명": lambda o, i: i.product.supplier,
    "공급원가": lambda o, i: Won(i.product.cost),
    "총 상품구매금액": money("order_price_amount"),
    "총 주문금액": money("total_amount_due"),
    "총 결제금액": money("payment_amount"),
    "총 실결제금액(최초정보) (KRW)": money("payment_amount", initial=True),
    "총 배송비": first_row(lambda o: o.amounts()["shipping_fee"]),
    "배송비 정보": lambda o, i: Won(o.amounts(initial=True)["shipping_fee"]) or "무료",
    "회원등급 추가할인금액": money("membership_discount_amount"),
    "주문서 쿠폰 할인금액": money("coupon_discount_price"),
    "사용한 적립금액(최종)": money("points_spent_amount"),
    "결제수단": lambda o, i: o.method,
    "결제업체": lambda o, i: o.gateway,
    "배송번호": lambda o, i: i.get("shipping_code"),
    "운송장번호": lambda o, i: i.get("tracking_no"),
    "배송시작일": lambda o, i: i.get("shipped_date"),
    "배송완료일": lambda o, i: i.get("delivered_date"),
    "실제 환불금액": lambda o, i: Won(o.refund()),
    "총 실제 환불금액": first_row(lambda o: o.refund()),
    "환불금액": item_refund,
    "환불완료일": lambda o, i: i.get("refund_date"),
    "환불상태": lambda o, i: "환불완료" if o.refunded else "환불전",
    "환불번호": lambda o, i: i.get("claim_code"),
    "취소접수 구분": lambda o, i: "구매자" if i.status.startswith("C") else "",
    "반품접수 구분": lambda o, i: "구매자" if i.status.startswith("R") else "",
}
# Other names for the same columns: the header of this form, the rule it shares.
SAME = {
    "상품명(한국어 쇼핑몰)": "상품명", "주문상품명": "상품명", "옵션": "상품옵션", "쇼핑몰 번호": "쇼핑몰번호",
    "주문상태": "주문 상태", "총 배송비 (첫 품목에만 표시)": "총 배송비", "총 결제금액(KRW)": "총 결제금액",
    "총주문금액": "총 주문금액", "송장번호": "운송장번호", "비고": "배송메시지",
    "우편번호": "수령인 우편번호", "주소": "수령인 주소(전체)", "수령지전화": "수령인 전화번호", "핸드폰": "수령인 휴대전화",
    "전화번호": "수령인 전화번호", "주문자": "주문자명", "주문자우편번호": "주문자 우편번호", "주문자주소": "주문자 주소",
    "주문자핸드폰": "주문자 휴대전화", "수령인 주소": "수령인 주소(전체)",
}


def headers(text):
    return [h.strip() for h in text.split("·")]


# What the store's operator downloads every month.
FULL = headers("""쇼핑몰 · 쇼핑몰번호 · 주문번호 · 품목별 주문번호 · 주문일시 · 결제일시(입금확인일) · 발주일 · 주문 상태 · 결제구분 ·
    취소구분 · 주문경로 · 매출경로 · 주문경로 주문번호(마켓/네이버페이 등) · 주문자ID · 주문자명 · 주문자 이메일 · 주문자 휴대전화 ·
    주문자 우편번호 · 주문자 주소 · 주문 시 회원등급 · 수령인 · 수령인 휴대전화 · 수령인 전화번호 · 수령인 우편번호 ·
    수령인 주소(전체) · 배송메시지 · 상품번호 · 상품코드 · 상품품목코드 · 자체 상품코드 · 상품명(한국어 쇼핑몰) · 상품옵션 · 추가입력옵션 ·
    수량 · 판매가 · 옵션추가 가격 · 상품구매금액 · 상품별 추가할인금액 · 쿠폰 할인금액(최종) · 품목별 결제금액 · 공급사명 · 공급원가 ·
    총 상품구매금액 · 총 주문금액 · 총 결제금액 · 총 실결제금액(최초정보) (KRW) · 총 배송비 · 회원등급 추가할인금액 · 주문서 쿠폰 할인금액 ·
    사용한 적립금액(최종) · 결제수단 · 결제업체 · 배송번호 · 운송장번호 · 배송시작일 · 배송완료일 · 실제 환불금액 · 총 실제 환불금액 · 환불금액 ·
    환불완료일""")
# The same months later, with a form somebody rearranged and renamed.
REARRANGED = headers("""품목별 주문번호 · 주문번호 · 주문상태 · 주문상품명 · 상품옵션 · 상품품목코드 · 수량 · 판매가 · 상품구매금액 ·
    쿠폰 할인금액(최종) · 총 배송비 (첫 품목에만 표시) · 총 결제금액 · 총 결제금액(KRW) · 총 주문금액 · 실제 환불금액 · 총 실제 환불금액 ·
    환불금액 · 환불완료일 · 주문일시 · 결제일시(입금확인일) · 취소구분 · 주문자ID · 회원등급 · 송장번호 · 배송완료일 · 쇼핑몰번호 · 중량""")
# The sales sheet: no item code, no personal data, no status.
LEDGER = headers("""주문일시 · 환불완료일 · 주문번호 · 회원등급 · 자체 상품코드 · 상품명 · 주문경로 · 상품옵션 · 쇼핑몰 · 운송장번호 ·
    사업자 등록번호 · 쇼핑몰번호 · 수량 · 판매가 · 브랜드 · 상품구매금액 · 총 배송비 · 총 상품구매금액 · 총 결제금액 · 총 주문금액 ·
    실제 환불금액 · 총 실제 환불금액 · 사용한 적립금액(최종) · 환불 적립금 금액 · 상품별 추가할인금액 · 품목별 결제금액 · 환불금액 · 주문자ID""")
# The list of what to pack: no item code either.
TO_PACK = headers("""쇼핑몰 · 쇼핑몰번호 · 주문번호 · 발주일 · 주문상품명 · 상품번호 · 옵션 · 자체품목코드 · 결제수단 · 결제업체 · 결제정보 ·
    판매가 · 수량 · 수령인 · 우편번호 · 주소 · 수령지전화 · 전화번호 · 핸드폰 · 비고 · 주문자 · 주문자우편번호 · 주문자주소 · 주문자전화번호 ·
    주문자핸드폰 · 옵션추가 가격 · 배송비 정보""")
WAREHOUSE = headers("""주문번호 · 품목별 주문번호 · 상품품목코드 · 주문상품명 · 수량 · 수령인 · 수령인 주소 · 수령인 휴대전화 ·
    수령인 우편번호 · 배송메시지 · 쇼핑몰 · 쇼핑몰 번호 · 상품옵션 · 판매가 · 총주문금액 · 운송장번호""")
CLAIMS = headers("""환불상태 · 실제 환불금액 · 총 실제 환불금액 · 주문번호 · 네이버 페이 취소접수 구분 · 취소접수 구분 · 반품접수 구분 ·
    환불번호 · 환불완료일""")
RESAVED = headers("""쇼핑몰번호 · 주문번호 · 품목별 주문번호 · 주문일시 · 결제일시(입금확인일) · 주문 상태 · 취소구분 · 주문경로 ·
    주문경로 주문번호(마켓/네이버페이 등) · 주문자ID · 주문자명 · 주문자 휴대전화 · 수령인 · 수령인 우편번호 · 수령인 주소(전체) ·
    상품번호 · 상품코드 · 상품명(한국어 쇼핑몰) · 상품옵션 · 수량 · 판매가 · 상품구매금액 · 상품별 추가할인금액 · 총 배송비 ·
    총 상품구매금액 · 총 결제금액 · 사용한 적립금액(최종) · 결제수단""")
WORKBOOK = headers("""주문번호 · 품목별 주문번호 · 주문일시 · 결제일시(입금확인일) · 주문 상태 · 상품명 · 상품옵션 · 수량 · 판매가 · 상품구매금액 ·
    총 결제금액 · 총 배송비 · 주문자ID""")


def value(header, o, i):
    rule = VALUES.get(SAME.get(header, header))
    return rule(o, i) if rule else None


def rows(form, orders, keep=lambda o, i: True):
    """One row an item, as the admin's download gives them."""
    return [[value(h, o, i) for h in form] for o in orders for i in o.items if keep(o, i)]


def claim_rows(form, orders):
    """One row an order: what its first row says, and what only the claimed item knows."""
    out = []
    for o in orders:
        item = next((i for i in o.items if i.get("claim_code")), None)
        if item:
            out.append([value(h, o, o.items[0]) or value(h, o, item) for h in form])
    return out


def native(v):
    """As Cafe24 itself writes a cell."""
    if v is None:
        return ""
    if isinstance(v, Won):
        return f"{v}.00"
    if isinstance(v, datetime):
        return f"{v:%Y-%m-%d %H:%M:%S}"
    return str(v)


def resaved(v):
    """As Excel writes it back: seconds, leading zeros and long numbers are gone."""
    if isinstance(v, datetime):
        return f"{v:%Y-%m-%d} {v.hour}:{v:%M}"
    if isinstance(v, str) and v.isdigit():
        return f"{int(v):.5E}" if len(v) > 11 else str(int(v))
    return str(int(v)) if isinstance(v, Won) else native(v)


def typed(v):
    """With thousand separators and a Korean date, as on a screen."""
    if isinstance(v, Won):
        return f"{v:,}"
    if isinstance(v, datetime):
        return f"{v.year}. {v.month}. {v.day}. {v:%H:%M:%S}"
    if isinstance(v, date):
        return f"{v.year}. {v.month}. {v.day}."
    return html.unescape(native(v))


def iso(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%S}+09:00" if moment else None


def won(amount):
    return f"{amount}.00"


def api_item(o, i):
    codes = {n.no: n.item_no for n in o.items}
    return {
        "shop_no": o.shop, "item_no": i.item_no, "order_item_code": o.code(i.no),
        "variant_code": i.product.variant(i.option), "product_no": i.product.no, "product_code": i.product.code,
        "custom_product_code": i.product.own_code, "custom_variant_code": "", "option_value": i.option,
        "additional_option_value": i.engraving, "product_name": i.product.name.replace("'", "&#039;"),
        "product_price": won(i.price), "option_price": won(i.product.option_price(i.option)),
        "additional_discount_price": won(i.discount), "coupon_discount_price": won(i.coupon),
        "app_item_discount_amount": "0.00",
        "payment_amount": won(o.item_payment(i)) if o.when >= ALLOCATION_SINCE else None,
        "quantity": i.quantity, "supplier_name": i.product.supplier, "supply_price": won(i.product.cost),
        "tracking_no": i.get("tracking_no") or "", "shipping_code": i.get("shipping_code") or "",
        "order_status": i.status, "status_code": status_code(o, i), "status_text": label(i).replace(" ", ""),
        "claim_code": i.get("claim_code"), "claim_reason_type": i.get("claim_reason_type"),
        "claim_reason": i.get("claim_reason"), "original_item_no": [codes[i.origin]] if i.origin else [],
        "ordered_date": iso(o.paid_at or o.when), "shipped_date": iso(i.get("shipped_date")),
        "delivered_date": iso(i.get("delivered_date")), "cancel_date": iso(i.get("cancel_date")),
        "return_confirmed_date": iso(i.get("return_confirmed_date")), "exchange_date": iso(i.get("exchange_date")),
        "refund_date": iso(i.get("refund_date")),
    }


def status_code(o, i):
    if i.origin:
        return "N2"
    if i.status in ("C47", "C48", "C49"):
        return "C1"
    return {"N": "N1", "C": "C2", "R": "C3", "E": "E1"}[i.status[0]]


def api_order(o):
    actual, initial = o.amounts(), o.amounts(initial=True)
    who, to = o.buyer, receiver(o)
    exchanged = [{"order_item_code": o.code(i.no), "origin_order_item_code": o.code(i.origin)} for i in o.items if i.origin]
    claims = [i.get("claim_code") for i in o.items if i.status.startswith("E")]
    return {
        "shop_no": o.shop, "currency": "KRW", "order_id": o.id, "market_id": "self",
        "market_order_no": o.market_order_no or None, "order_place_name": o.place, "member_id": who.member_id,
        "member_email": who.email, "customer_group_no_when_ordering": GROUP_NO[who.group], "order_date": iso(o.when),
        "payment_date": iso(o.paid_at), "paid": "T" if o.paid_at else "F", "canceled": o.canceled,
        "cancel_date": iso(next((i.get("cancel_date") for i in o.items if i.get("cancel_date")), None)),
        "payment_method_name": [o.method], "payment_gateway_names": [o.gateway] if o.gateway else [],
        "initial_order_amount": {k: won(v) for k, v in initial.items()},
        "actual_order_amount": {k: won(v) for k, v in actual.items()},
        "payment_amount": won(actual["payment_amount"]), "naver_point": None, "billing_name": who.name,
        "items": [api_item(o, i) for i in o.items],
        "receivers": [{
            "shop_no": o.shop, "name": to.name, "phone": " ", "cellphone": to.cellphone.replace("-", ""),
            "zipcode": to.zipcode, "address1": to.address, "address2": "", "address_full": to.address,
            "shipping_message": o.message or None, "country_code": None,
        }],
        "buyer": {
            "member_id": who.member_id, "member_group_no": GROUP_NO[who.group], "name": who.name, "email": who.email,
            "phone": "", "cellphone": who.cellphone, "buyer_zipcode": who.zipcode, "buyer_address1": who.address,
            "buyer_address2": "",
        },
        "exchange": [{"claim_code": claims[0], "exchanged_items": exchanged}] if exchanged and claims else [],
    }
