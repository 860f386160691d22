"""The one true history of the made-up store `haruhome`.

Every sample file is a view of this history at one moment, so the files agree with each other by construction. An order
is its first state and a list of dated events; `Order.at(moment)` plays the events up to that moment. Money is never
written down twice: it follows from which goods are still sold and which fees apply.
"""

import random
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

SHOPS = {1: "한국어 쇼핑몰", 2: "하루홈 도매몰"}
FREE_SHIPPING_FROM = 50_000
SHIPPING_FEE = 3_000
# The store turned on automatic discount allocation on this day: only later orders have an amount per item.
ALLOCATION_SINCE = datetime(2024, 6, 1)


@dataclass(frozen=True)
class Product:
    no: int
    code: str
    own_code: str
    name: str
    price: int
    cost: int
    supplier: str
    options: tuple = ("",)
    option_prices: tuple = ()

    def variant(self, option):
        return f"{self.code}000{chr(65 + self.options.index(option))}"

    def option_price(self, option):
        return dict(zip(self.options, self.option_prices)).get(option, 0)


MUG, RUG, LAMP, BASKET, CUSHION, TRAY, CANDLE, CURTAIN, TOWEL, TRIVET = PRODUCTS = (
    Product(11, "P000000L", "HH-MUG", "하루 머그 350ml", 12_500, 5_200, "자체공급",
            ("색상=아이보리", "색상=세이지", "색상=차콜")),
    Product(12, "P000000M", "HH-RUG", "주문제작 코튼 러그", 68_000, 31_000, "도담직물",
            ("사이즈=100x150", "사이즈=150x200"), (0, 22_000)),
    Product(14, "P000000O", "HH-LMP", "종이접기 무드등", 39_000, 17_500, "자체공급", ("색상=크림", "색상=살구")),
    Product(17, "P000000R", "HH-BSK", "D'eL 라탄 바구니", 24_000, 9_900, "나래공방", ("사이즈=M", "사이즈=L"), (0, 6_000)),
    Product(19, "P000000T", "HH-CSH", "린넨 쿠션 커버", 17_000, 6_800, "도담직물",
            ("색상=네이비, 사이즈=45", "색상=네이비, 사이즈=50", "색상=모래, 사이즈=45")),
    Product(21, "P000000V", "HH-TRY", "뚝딱 원목 트레이", 20_000, 8_400, "나래공방"),
    Product(22, "P000000W", "HH-CDL", "쑥향 소이 캔들", 15_000, 4_900, "자체공급", ("향=쑥", "향=무화과")),
    Product(25, "P000000Z", "HH-CTN", "하늘하늘 속커튼", 33_000, 14_000, "도담직물",
            ("색상=화이트, 길이=180", "색상=화이트, 길이=230"), (0, 5_000)),
    Product(28, "P00000BC", "HH-TWL", "호텔 타월 5매 세트", 29_000, 12_100, "자체공급", ("색상=화이트", "색상=그레이")),
    Product(30, "P00000BE", "HH-POT", "똠양 무늬 냄비받침", 27_500, 11_000, "자체공급"),
)


@dataclass(frozen=True)
class Person:
    """Names from old tales, numbers and addresses that cannot exist."""

    name: str
    number: int
    member_id: str = ""
    group: str = ""
    region: str = "서울특별시 가상구"

    @property
    def cellphone(self):
        return f"010-0000-{self.number:04d}"

    @property
    def email(self):
        return f"{self.member_id or f'guest{self.number}'}@example.com"

    @property
    def zipcode(self):
        return f"{self.number:05d}"

    @property
    def address(self):
        return f"{self.region} 없는길 {self.number}"


PEOPLE = (
    Person("홍길동", 11, "gildong", "일반회원"),
    Person("성춘향", 12, "chunhyang", "단골회원", "전북특별자치도 가상시"),
    Person("이몽룡", 13, "mongryong", "일반회원", "전북특별자치도 가상시"),
    Person("심청", 14, "simcheong", "단골회원", "황해도 가상군"),
    Person("임꺽정", 15, region="경기도 가상시"),
    Person("콩쥐", 16, "kongjwi", "일반회원", "전북특별자치도 가상군"),
    Person("팥쥐", 17, region="전북특별자치도 가상군"),
    Person("장화", 18, "janghwa", "일반회원", "평안북도 가상군"),
    Person("흥부", 19, "heungbu", "일반회원", "경상남도 가상시"),
    Person("놀부", 20, region="경상남도 가상시"),
    Person("전우치", 21, "woochi", "단골회원", "강원특별자치도 가상시"),
    Person("선녀", 22, region="강원특별자치도 가상군"),
)
WHOLESALE = (Person("제비상회", 31, "jebi", "도매회원", "경상남도 가상시"),
             Person("토끼상점", 32, "tokki", "도매회원", "부산광역시 가상구"))
GROUP_NO = {"일반회원": 1, "단골회원": 3, "도매회원": 7, "": 0}


@dataclass
class Item:
    no: int
    product: Product
    option: str
    quantity: int
    born: datetime
    price: int
    discount: int = 0
    coupon: int = 0
    engraving: str = ""
    origin: int | None = None
    item_no: int = 0
    status: str = "N00"
    gone: bool = False
    fields: dict = field(default_factory=dict)

    @property
    def unit_price(self):
        return self.price + self.product.option_price(self.option)

    @property
    def amount(self):
        return self.unit_price * self.quantity

    def get(self, name):
        return self.fields.get(name)


@dataclass
class Order:
    when: datetime
    buyer: Person
    items: list
    shop: int = 1
    method: str = "카드"
    gateway: str = "가상페이먼츠"
    place: str = "PC쇼핑몰"
    inflow: str = "직접 유입"
    receiver: Person | None = None
    message: str = ""
    market_order_no: str = ""
    coupon: int = 0
    membership: int = 0
    points: int = 0
    paid_at: datetime | None = None
    canceled: str = "F"
    fee_change: int = 0
    refunded: bool = False
    events: list = field(default_factory=list)

    @property
    def id(self):
        midnight = self.when.replace(hour=0, minute=0, second=0)
        return f"{self.when:%Y%m%d}-{11 + int((self.when - midnight).total_seconds()) // 600:07d}"

    def code(self, no):
        return f"{self.id}-{no:02d}"

    def event(self, when, no=None, status=None, **fields):
        """Something that happened to item `no`, or to the order itself."""
        self.events.append((when, no, status, fields))

    def at(self, moment):
        """The order as the store's system knew it at `moment`; None before it was placed."""
        if moment < self.when:
            return None
        now = deepcopy(self)
        for when, no, status, fields in sorted(now.events, key=lambda e: e[0]):
            if when > moment:
                break
            if no is None:
                for name, value in fields.items():
                    setattr(now, name, value)
                continue
            item = next(i for i in now.items if i.no == no)
            item.status = status or item.status
            item.gone = fields.pop("gone", item.gone)
            item.fields.update(fields)
        now.items = [i for i in now.items if i.born <= moment]
        return now

    def amounts(self, initial=False):
        """Order amounts in won: as placed, or as they stand."""
        sold = [i for i in self.items if i.origin is None and (initial or not i.gone)]
        goods = sum(i.amount for i in sold)
        placed = sum(i.amount for i in self.items if i.origin is None)
        fee = 0 if placed >= FREE_SHIPPING_FROM or not sold else SHIPPING_FEE
        keep = 1 if sold else 0
        cut = sum(i.discount + i.coupon for i in sold)
        shipping = fee + (0 if initial else self.fee_change)
        due = goods + shipping - cut - keep * (self.coupon + self.membership)
        return {
            "order_price_amount": goods,
            "shipping_fee": shipping,
            "coupon_discount_price": keep * self.coupon,
            "membership_discount_amount": keep * self.membership,
            "points_spent_amount": keep * self.points,
            "total_amount_due": due,
            "payment_amount": due - keep * self.points if initial or self.paid_at else 0,
        }

    def refund(self):
        """What was paid back so far, in won."""
        if not self.refunded:
            return 0
        return self.amounts(initial=True)["payment_amount"] - self.amounts()["payment_amount"]

    def item_payment(self, item):
        return item.amount - item.discount - item.coupon if self.when >= ALLOCATION_SINCE else None


def order(when, buyer, *lines, **rest):
    """An order with its lines: (product, option number, quantity) and maybe a dict of item fields."""
    when = datetime.fromisoformat(when)
    items = []
    for no, (product, option, quantity, *more) in enumerate(lines, 1):
        items.append(Item(no, product, product.options[option], quantity, when, product.price, **(more[0] if more else {})))
    return Order(when, buyer, items, **rest)


def fulfil(o, numbers=None, pay_hours=0.01, ship_days=2, confirm=True):
    """The ordinary course: paid, prepared, shipped, delivered, confirmed."""
    paid = (o.when + timedelta(hours=pay_hours)).replace(microsecond=0)
    o.event(paid, paid_at=paid)
    prepared = (paid + timedelta(days=1)).replace(hour=10, minute=0, second=0)
    shipped = (paid + timedelta(days=ship_days)).replace(hour=16, minute=20, second=0)
    delivered = (shipped + timedelta(days=2)).replace(hour=13, minute=45, second=30)
    tracking = f"6{int(o.id[2:8]):06d}{int(o.id[-4:]) % 1000:03d}00"
    for item in o.items:
        if item.origin is not None or (numbers and item.no not in numbers):
            continue
        o.event(paid, item.no, "N10")
        o.event(prepared, item.no, "N20", place_date=prepared, shipping_code=f"D-{prepared:%Y%m%d}-{o.id[-7:]}-00")
        o.event(shipped, item.no, "N30", shipped_date=shipped, tracking_no=tracking)
        o.event(delivered, item.no, "N40", delivered_date=delivered)
        if confirm:
            o.event(delivered + timedelta(days=8), item.no, "N50")
    return o


def day(text, hour=11, minute=0):
    return datetime.fromisoformat(text) + timedelta(hours=hour, minutes=minute)


def stories():
    """The orders that README.md tells of, by name."""
    gildong, chunhyang, mongryong, simcheong, kkeokjeong, kongjwi, patjwi, janghwa, heungbu, nolbu, woochi, _ = PEOPLE
    s = {}
    s["equal_lines"] = fulfil(order("2024-03-19 20:14:31", chunhyang, (MUG, 0, 1), (MUG, 0, 1), (CANDLE, 0, 2),
                                    membership=1_000))
    s["only_history"] = fulfil(order("2024-03-05 09:41:02", patjwi, (CUSHION, 0, 2), (BASKET, 1, 1)))
    s["price_typo"] = fulfil(order("2024-04-12 13:05:50", heungbu, (TRAY, 0, 1)))
    s["bad_quantity"] = fulfil(order("2024-04-22 18:30:11", nolbu, (CANDLE, 1, 2), message="문 앞에 두세요"))
    s["bad_date"] = fulfil(order("2024-04-30 22:11:45", gildong, (TRIVET, 0, 1)))
    s["wholesale"] = fulfil(order("2024-05-08 11:20:09", WHOLESALE[0], (TOWEL, 0, 10, {"discount": 29_000}), (TRAY, 0, 5),
                                  shop=2, method="무통장입금", gateway=""), pay_hours=5)
    s["market_number"] = fulfil(order("2024-05-21 15:52:40", janghwa, (LAMP, 1, 1), place="네이버 페이", method="네이버페이",
                                      gateway="네이버페이", market_order_no="2024052112345670", inflow="네이버 쇼핑"))

    o = s["canceled_unpaid"] = order("2024-05-27 21:03:18", kkeokjeong, (CURTAIN, 1, 2), method="무통장입금", gateway="")
    o.event(day("2024-06-03", 0, 10), 1, "C48", cancel_date=day("2024-06-03", 0, 10), gone=True)
    o.event(day("2024-06-03", 0, 10), canceled="T")

    o = s["partial_cancel"] = fulfil(order("2024-06-03 10:12:27", simcheong, (TOWEL, 1, 1), (TRIVET, 0, 1), points=2_000),
                                     numbers=[1])
    o.event(o.when + timedelta(seconds=36), 2, "N10")
    o.event(day("2024-06-04"), 2, "C00", claim_code="C20240604-0000002", claim_reason_type="A", claim_reason="단순 변심")
    o.event(day("2024-06-05"), 2, "C40", cancel_date=day("2024-06-05"), refund_date=day("2024-06-05", 15), gone=True)
    o.event(day("2024-06-05"), canceled="M", refunded=True)

    # Three lines, the third sent back: the refund is withheld the return fee first, and given back in full later.
    o = s["drifting_refund"] = fulfil(order("2024-06-18 19:47:55", mongryong, (LAMP, 0, 1), (CANDLE, 0, 1, {"coupon": 1_500}),
                                            (TRAY, 0, 1), coupon=3_000), confirm=False)
    o.event(day("2024-06-26"), 3, "R00", claim_code="C20240626-0000004", claim_reason_type="F", claim_reason="모서리가 깨졌어요")
    o.event(day("2024-07-02"), 3, "R30")
    o.event(day("2024-07-10"), 3, "R34", return_confirmed_date=day("2024-07-10"))
    o.event(day("2024-07-16"), 3, "R40", refund_date=day("2024-07-16", 17), gone=True)
    o.event(day("2024-07-16"), refunded=True, fee_change=SHIPPING_FEE)
    o.event(day("2024-08-06"), fee_change=0)
    for no in (1, 2):
        o.event(day("2024-07-03"), no, "N50")

    o = s["exchange"] = fulfil(order("2024-06-24 08:55:13", kongjwi, (MUG, 0, 2), message="부재 시 경비실,\n벨은 누르지 마세요"),
                               confirm=False)
    new = Item(2, MUG, MUG.options[1], 2, day("2024-07-03"), MUG.price, origin=1, status="N01")
    o.items.append(new)
    claim = {"claim_code": "B20240702-0000003", "claim_reason_type": "G", "claim_reason": "색상 교환"}
    o.event(day("2024-07-02"), 1, "E00", **claim)
    o.event(day("2024-07-03"), 1, "E10")
    o.event(day("2024-07-11"), 1, "E20")
    o.event(day("2024-07-11"), 2, "N20", place_date=day("2024-07-11"), shipping_code="D-20240711-0000091-00")
    o.event(day("2024-07-16"), 1, "E40", exchange_date=day("2024-07-16"))
    o.event(day("2024-07-17"), 2, "N30", shipped_date=day("2024-07-17", 16), tracking_no="624071700091")
    o.event(day("2024-07-20"), 2, "N40", delivered_date=day("2024-07-20", 14))
    o.event(day("2024-07-28"), 2, "N50")

    o = s["withdrawn_claim"] = fulfil(order("2024-06-28 23:58:41", woochi, (CURTAIN, 0, 1), (CUSHION, 2, 2)), confirm=False)
    o.event(day("2024-07-04"), 1, "R00", claim_code="C20240704-0000001", claim_reason_type="C", claim_reason="길이가 짧아요")
    o.event(day("2024-07-15"), 1, "N40", claim_code=None, claim_reason_type=None, claim_reason=None)
    for no in (1, 2):
        o.event(day("2024-07-24"), no, "N50")

    s["made_to_order"] = fulfil(order("2024-06-29 00:21:37", gildong, (RUG, 1, 1, {"engraving": "이름표: 하루\n글씨는 작게"}),
                                      receiver=heungbu), ship_days=14)
    s["wholesale_june"] = fulfil(order("2024-06-20 14:02:00", WHOLESALE[1], (MUG, 2, 24, {"discount": 60_000}), shop=2,
                                       method="무통장입금", gateway=""), pay_hours=20)
    return s


def fillers(taken):
    """Ordinary orders around the stories, so that months look like months."""
    rng = random.Random(20240705)
    out = []
    while len(out) < 34:
        when = datetime(2024, 3, 1) + timedelta(days=rng.randrange(122), seconds=rng.randrange(7 * 3600, 24 * 3600))
        lines = []
        for product in rng.sample(PRODUCTS, rng.choice((1, 1, 1, 2, 2, 3))):
            lines.append((product, rng.randrange(len(product.options)), rng.choice((1, 1, 1, 2, 3))))
        mobile = rng.random() < 0.6
        bank = rng.random() < 0.2
        o = order(when.isoformat(), rng.choice(PEOPLE), *lines, place="모바일웹" if mobile else "PC쇼핑몰",
                  method="무통장입금" if bank else "카드", gateway="" if bank else "가상페이먼츠",
                  inflow=rng.choice(("직접 유입", "네이버 검색", "인스타그램")),
                  message=rng.choice(("", "", "문 앞에 두세요", "경비실에 맡겨 주세요")))
        if o.id in taken:
            continue
        taken.add(o.id)
        if o.buyer.group == "단골회원":
            o.membership = 500
        out.append(fulfil(o, pay_hours=rng.choice((3, 20, 30)) if bank else 0.01, ship_days=rng.choice((1, 2, 3))))
    return out


def store():
    """Every order in the order of their ids, and the stories by name."""
    told = stories()
    taken = {o.id for o in told.values()}
    assert len(taken) == len(told), "two stories share an order id"
    orders = sorted([*told.values(), *fillers(taken)], key=lambda o: o.id)
    number = 7001
    for o in orders:
        for item in o.items:
            item.item_no, number = number, number + 1
    return orders, told
