"""The layout of the bench's inputs, and what every contestant must produce from them."""

import datetime as dt
import re
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Column:
    header: str
    name: str = ""  # column of jangbu's tables; "" where the job does not ask for it
    kind: str = "text"  # text, int, money, time
    grain: str = "item"  # which table: item or order
    rule: str = "every_row"  # how an order column repeats: every_row, first_row, max
    api: str = ""  # where the API has it: a dotted path inside the item or the order


def order(header, name, api="", kind="text", rule="every_row"):
    return Column(header, name, kind, "order", rule, api)


COLUMNS = (
    order("쇼핑몰", "shop_name"),
    order("쇼핑몰번호", "shop_no", "shop_no", "int"),
    order("주문번호", "order_id", "order_id"),
    Column("품목별 주문번호", "order_item_code", api="order_item_code"),
    order("주문일시", "order_date", "order_date", "time"),
    order("결제일시(입금확인일)", "payment_date", "payment_date", "time"),
    Column("발주일", "place_date", "time"),
    Column("주문 상태", "status_text", api="status_text"),
    order("결제구분", "paid", "paid"),
    order("취소구분", "canceled", "canceled"),
    order("주문경로", "order_place_name", "order_place_name"),
    order("매출경로", "inflow_path"),
    order("주문경로 주문번호(마켓/네이버페이 등)", "market_order_no", "market_order_no"),
    order("주문자ID", "member_id", "member_id"),
    Column("주문자명"),
    Column("주문자 이메일"),
    Column("주문자 휴대전화"),
    Column("주문자 우편번호"),
    Column("주문자 주소"),
    order("주문 시 회원등급", "member_group_when_ordering"),
    Column("수령인"),
    Column("수령인 휴대전화"),
    Column("수령인 전화번호"),
    Column("수령인 우편번호"),
    Column("수령인 주소(전체)"),
    Column("배송메시지"),
    Column("상품번호", "product_no", "int", api="product_no"),
    Column("상품코드", "product_code", api="product_code"),
    Column("상품품목코드", "variant_code", api="variant_code"),
    Column("자체 상품코드", "custom_product_code", api="custom_product_code"),
    Column("상품명(한국어 쇼핑몰)", "product_name", api="product_name"),
    Column("상품옵션", "option_value", api="option_value"),
    Column("추가입력옵션"),
    Column("수량", "quantity", "int", api="quantity"),
    Column("판매가", "product_price", "money", api="product_price"),
    Column("옵션추가 가격", "option_price", "money", api="option_price"),
    Column("상품구매금액", kind="money"),
    Column("상품별 추가할인금액", "additional_discount_price", "money", api="additional_discount_price"),
    Column("쿠폰 할인금액(최종)", "coupon_discount_price", "money", api="coupon_discount_price"),
    Column("품목별 결제금액", "item_payment_amount", "money", api="payment_amount"),
    Column("공급사명", "supplier_name", api="supplier_name"),
    Column("공급원가", "supply_price", "money", api="supply_price"),
    order("총 상품구매금액", "order_price_amount", "actual_order_amount.order_price_amount", "money"),
    order("총 주문금액", "order_total_amount", "actual_order_amount.total_amount_due", "money"),
    order("총 결제금액", "payment_amount", "payment_amount", "money"),
    order("총 배송비", "shipping_fee", "actual_order_amount.shipping_fee", "money", "first_row"),
    order("회원등급 추가할인금액", "membership_discount_amount", "actual_order_amount.membership_discount_amount", "money"),
    order("주문서 쿠폰 할인금액", "order_coupon_discount_amount", "actual_order_amount.coupon_discount_price", "money"),
    order("사용한 적립금액(최종)", "points_spent_amount", "actual_order_amount.points_spent_amount", "money"),
    order("결제수단", "payment_method_name", "payment_method_name"),
    order("결제업체", "payment_gateway_name", "payment_gateway_names"),
    Column("배송번호", "shipping_code", api="shipping_code"),
    Column("운송장번호", "tracking_no", api="tracking_no"),
    Column("배송시작일", "shipped_date", "time", api="shipped_date"),
    Column("배송완료일", "delivered_date", "time", api="delivered_date"),
    order("실제 환불금액", "actual_refund_amount", kind="money", rule="max"),
    order("총 실제 환불금액", "total_refund_amount", kind="money", rule="first_row"),
    Column("환불금액", "item_refund_amount", "money"),
    Column("환불완료일", "refund_date", "time", api="refund_date"),
)
INDEX = {c.header: n for n, c in enumerate(COLUMNS)}


def at(header):
    """The place of a column in a generated row."""
    return INDEX[header]


WANTED = tuple(c for c in COLUMNS if c.name)
IN_API = tuple(c for c in WANTED if c.api)

# Keys, and what the two tables hold besides them. `order_status` is the code of `status_text`.
ORDER_KEY = ("mall_id", "shop_no", "order_id")
ITEM_KEY = ("mall_id", "shop_no", "order_item_code")
ORDER_FIELDS = tuple(c.name for c in WANTED if c.grain == "order" and c.name not in ORDER_KEY)
ITEM_FIELDS = ("order_id", "order_status", *(c.name for c in WANTED if c.grain == "item" and c.name not in ITEM_KEY))
LARGEST = tuple(c.name for c in WANTED if c.rule != "every_row")

CODES = {
    "입금전": "N00", "상품준비중": "N10", "배송준비중": "N20", "배송중": "N30", "배송완료": "N40", "구매확정": "N50",
    "취소완료": "C40", "반품완료환불완료": "R40", "교환완료": "E40",
}
CANCELED = {"취소안함": "F", "취소": "T", "부분취소": "M"}

NAME = re.compile(r"(?P<mall>[a-z0-9]+)_(?P<day>\d{8})_\d+_[0-9a-f]{4}\.(?P<ending>csv|xlsx|xls)")


@dataclass(frozen=True)
class Source:
    path: Path
    kind: str  # csv, xlsx, xls, html, ndjson
    mall: str
    observed: dt.datetime | None  # UTC without zone; None where each order bears its own


def source(path):
    """What a file's name and first byte say about it; None if it is none of the bench's."""
    if path.suffix == ".ndjson":
        return Source(path, "ndjson", "", None)
    m = NAME.fullmatch(path.name)
    if not m:
        return None
    with path.open("rb") as f:
        kind = "html" if f.read(1) == b"<" else m["ending"]
    return Source(path, kind, m["mall"], dt.datetime.strptime(m["day"], "%Y%m%d") - dt.timedelta(hours=9))


def sources(folder):
    """The folder's files, oldest first, so that the order of rows is the order of their words."""
    found = [s for path in folder.iterdir() if (s := source(path))]
    return sorted(found, key=lambda s: (s.observed or dt.datetime.max, s.path.name))


def command_line(read, fold):
    """Runs `fold` on IN and OUT, or `read` on a single FILE."""
    match [Path(a) for a in sys.argv[1:]]:
        case [file]:
            read(source(file))
        case [folder, out]:
            fold(folder, out)
        case _:
            sys.exit("usage: IN OUT | FILE")


def as_utf8(path):
    """A CSV's bytes in UTF-8; a native file is, a file saved again by Excel is CP949."""
    data = path.read_bytes()
    return data if data.startswith(b"\xef\xbb\xbf") else data.decode("cp949").encode()


def html_columns(path):
    """The first table of an HTML file as {header: [text or None, ...]}, by lxml's C parser."""
    from lxml import etree

    tree = etree.parse(str(path), etree.HTMLParser(encoding="utf-8", huge_tree=True))
    rows = tree.iter("tr")
    head = [cell.text for cell in next(rows)]
    keep = [n for n, header in enumerate(head) if COLUMNS[INDEX[header]].name]
    data = [[row[n].text for n in keep] for row in rows]
    return dict(zip([head[n] for n in keep], map(list, zip(*data))))
