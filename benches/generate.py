#!/usr/bin/env python3
"""Seeded, made-up order files in the shapes Cafe24 and its operators give them.

    generate.py job OUT                     11 files of three malls, 20% of the later ones seen before
    generate.py single OUT                  one big file a format, for the readers
    generate.py history OUT --rows 5000000  twelve months of CSV, and two small files that come after

`--scale 0.01` makes a hundredth of it. The same arguments give the same rows.
"""

import argparse
import datetime as dt
import random
import time
from pathlib import Path

from columns import at
from writers import write_cp949, write_csv, write_html, write_ndjson, write_xls, write_xlsx, write_xlsx_inline

SHOPS = {1: "한국어 쇼핑몰", 2: "도매몰"}
LABELS = ["배송 완료", "배송 완료", "배송중", "구매확정", "배송 준비중", "상품 준비중", "입금전", "취소 완료", "반품 완료 - 환불완료", "교환 완료"]
SENT = {"배송 완료", "배송중", "구매확정", "반품 완료 - 환불완료", "교환 완료"}
BACK = {"취소 완료", "반품 완료 - 환불완료"}
PLACES = ["PC쇼핑몰", "모바일웹", "모바일앱", "네이버 페이"]
INFLOWS = ["직접 유입", "네이버 검색", "구글", "인스타그램", "카카오", ""]
METHODS = [("카드", "이니시스"), ("카드", "KCP"), ("무통장입금", ""), ("카카오페이", "카카오페이"), ("네이버페이", "네이버페이")]
GROUPS = ["일반회원", "실버", "골드", "VIP"]
MESSAGES = ["", "", "", "문 앞에 놓아주세요", "부재 시, 경비실에 맡겨주세요", '"빨리" 보내주세요', "1층 현관\n비밀번호는 없습니다"]
REGIONS = ["서울특별시 가상구", "부산광역시 가상구", "경기도 가상시", "경상남도 가상시", "제주특별자치도 가상시"]
WORDS = ["프리미엄", "데일리", "오가닉", "클래식", "베이직", "린넨", "수분", "저자극"]
GOODS = ["라운드 니트", "와이드 팬츠", "셔츠 원피스", "크로스백", "토너 패드", "머그컵", "침구 세트", "양말 5켤레", "가죽 벨트", "핸드크림"]
COLORS = ["블랙", "화이트", "아이보리", "네이비", "베이지", "차콜", "카키", "핑크"]
SIZES = ["S", "M", "L", "XL", "FREE"]
SUPPLIERS = ["자체공급", "한빛상사", "대명유통", "미래물산", "다온"]


def catalogue(rng):
    people = []
    for n in range(60_000):
        member = f"user{n:06d}" if rng.random() < 0.8 else ""
        people.append((f"고객{n:05d}", member, f"user{n:06d}@example.com", f"010-{n // 10_000:04d}-{n % 10_000:04d}",
                       f"{n:05d}", f"{rng.choice(REGIONS)} 없는길 {n}", rng.choice(GROUPS) if member else ""))
    goods = []
    for n in range(3_000):
        code = "P" + "".join(rng.choice("ABCDEFGH") for _ in range(7))
        price = rng.randrange(20, 2_500) * 100
        goods.append((n + 10, code, f"SKU-{n:05d}", f"{rng.choice(WORDS)} {rng.choice(GOODS)} {n} ({rng.randrange(1, 9)}종 택1)",
                      price, rng.choice(SUPPLIERS), price // 200 * 100))
    return people, goods


class Mall:
    """Makes orders: each a list of its rows, each row a list in the order of COLUMNS; "" is blank, money is whole won."""

    def __init__(self, seed):
        self.people, self.goods = catalogue(random.Random(seed))

    def orders(self, rows, seed, first, days, offset=0):
        """Orders of about `rows` item rows, spread evenly over `days` days; `offset` keeps order numbers apart."""
        rng = random.Random(seed)
        made = 0
        for day in range(days):
            date = first + dt.timedelta(days=day)
            stamps = [f"{date + dt.timedelta(days=n):%Y-%m-%d}" for n in (0, 1, 2, 4, 9)]
            number = offset
            while made < rows * (day + 1) // days:
                number += 1
                one = self.order(f"{date:%Y%m%d}-{number:07d}", stamps, rng)
                made += len(one)
                yield one

    def order(self, order_id, days, rng):
        rnd = rng.random
        people, goods = self.people, self.goods
        who = people[int(rnd() * 60_000)]
        to = who if rnd() < 0.85 else people[int(rnd() * 60_000)]
        second = int(rnd() * 86_000)
        clock = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
        label = LABELS[int(rnd() * rnd() * 10)]
        paid = label != "입금전"
        place = PLACES[int(rnd() * rnd() * 4)]
        market = f"2024{int(rnd() * 10**12):012d}" if place == "네이버 페이" else ""
        method, gateway = METHODS[int(rnd() * 5)]
        lines = [(goods[int(rnd() * rnd() * 3_000)], 1 + int(rnd() * rnd() * 4), 0 if rnd() < 0.8 else int(rnd() * 30) * 100)
                 for _ in range(1 + int(rnd() * rnd() * 4))]
        total = sum((g[4] + extra) * quantity for g, quantity, extra in lines)
        fee = 0 if total >= 50_000 else 3_000
        coupon = total // 100 * 10 if rnd() < 0.2 else 0
        points = int(rnd() * 20) * 100 if rnd() < 0.15 else 0
        grade = 500 if who[6] == "VIP" else 0
        due = total + fee - coupon - grade
        back = label in BACK
        refund = due - points if back else 0
        sent = label in SENT
        shop = 2 if rnd() < 0.05 else 1
        message, inflow = MESSAGES[int(rnd() * 7)], INFLOWS[int(rnd() * 6)]
        rows = []
        for n, (g, quantity, extra) in enumerate(lines, 1):
            amount = (g[4] + extra) * quantity
            color = int(rnd() * 8)
            rows.append([
                SHOPS[shop], shop, order_id, f"{order_id}-{n:02d}", f"{days[0]} {clock}", f"{days[1]} {clock}" if paid else "",
                f"{days[1]} 10:00:00" if sent else "", label, "T" if paid else "F", "취소" if back else "취소안함", place, inflow,
                market, who[1], who[0], who[2], who[3], who[4], who[5], who[6], to[0], to[3], "--", to[4], to[5], message,
                g[0], g[1], f"{g[1]}000{chr(65 + color)}", g[2], g[3], f"색상={COLORS[color]}, 사이즈={SIZES[int(rnd() * 5)]}", "",
                quantity, g[4], extra, amount, 0 if rnd() < 0.9 else 500, 0 if rnd() < 0.9 else 1_000,
                amount if rnd() < 0.5 else "", g[5], g[6], total, due, due - points - refund, fee if n == 1 else 0, grade,
                coupon, points, method, gateway, f"D-{order_id}-00" if sent else "", f"6{order_id[2:8]}{order_id[-5:]}" if sent else "",
                f"{days[2]} 16:20:00" if sent else "", f"{days[3]} 13:45:30" if sent and label != "배송중" else "", refund,
                refund if n == 1 else 0, amount if back else "", f"{days[4]} 17:00:00" if back else "",
            ])
        return rows


def later(rows):
    """The same order as seen weeks later: shipped and confirmed, one in twenty refunded. Follows from the order alone."""
    out = []
    order_id = rows[0][at("주문번호")]
    day = dt.date(int(order_id[:4]), int(order_id[4:6]), int(order_id[6:8]))
    back = rows[0][at("주문 상태")] in BACK or int(order_id[-4:]) % 20 == 0
    refund = rows[0][at("총 결제금액")] + rows[0][at("실제 환불금액")] if back else 0
    for n, old in enumerate(rows):
        row = list(old)
        row[at("주문 상태")] = "반품 완료 - 환불완료" if back else "구매확정"
        row[at("결제구분")] = "T"
        row[at("취소구분")] = "취소" if back else "취소안함"
        row[at("결제일시(입금확인일)")] = old[at("결제일시(입금확인일)")] or f"{day + dt.timedelta(days=1)} 09:00:00"
        row[at("배송번호")] = f"D-{order_id}-00"
        row[at("운송장번호")] = f"6{order_id[2:8]}{order_id[-5:]}"
        row[at("배송시작일")] = f"{day + dt.timedelta(days=3)} 16:20:00"
        row[at("배송완료일")] = f"{day + dt.timedelta(days=5)} 13:45:30"
        row[at("매출경로")] = ""
        row[at("실제 환불금액")] = refund
        row[at("총 실제 환불금액")] = refund if n == 0 else 0
        row[at("총 결제금액")] = old[at("총 결제금액")] + old[at("실제 환불금액")] - refund
        if back:
            row[at("환불금액")] = row[at("상품구매금액")]
            row[at("환불완료일")] = f"{day + dt.timedelta(days=14)} 17:00:00"
        out.append(row)
    return out


def again(mall, base, rows, seed, first, days, offset=0):
    """A later file: a fifth of its rows are orders of `base` seen again, in a mixed order with new ones."""
    rng = random.Random(seed)
    out, old = [], 0
    for one in rng.sample(base, len(base)):
        if old >= rows // 5:
            break
        out.append(later(one))
        old += len(one)
    out += mall.orders(rows - old, seed, first, days, offset)
    rng.shuffle(out)
    return out


def save(path, write, orders, *rest):
    began = time.perf_counter()
    write(path, orders, *rest)
    print(f"{path.stat().st_size / 1e6:9.1f} MB  {time.perf_counter() - began:6.1f} s  {path.name}", flush=True)


def make_job(out, scale):
    def n(rows):
        return max(20, int(rows * scale))

    year = dt.date(2024, 1, 1)
    moon, river, stone = Mall(1), Mall(2), Mall(3)
    base = []
    for q in range(4):
        rows = list(moon.orders(n(100_000), 100 + q, dt.date(2024, 1 + 3 * q, 1), 90))
        base += rows
        save(out / f"moonhill_2025010{q + 1}_1_a{q}c4.csv", write_cp949, rows)
    for m in (1, 2):
        rows = again(moon, base, n(100_000), 200 + m, dt.date(2025, m, 1), 28)
        save(out / f"moonhill_2025030{m}_1_b{m}e7.csv", write_csv, rows)
    rows = list(river.orders(n(100_000), 300, year, 366))
    save(out / "riverside_20250110_1_c5d1.xlsx", write_xlsx, rows)
    save(out / "riverside_20250310_1_c6f2.xlsx", write_xlsx_inline, again(river, rows, n(60_000), 301, dt.date(2025, 1, 1), 28))
    rows = list(stone.orders(n(60_000), 400, year, 366))
    save(out / "stonebridge_20250112_1_d7a3.xls", write_xls, rows)
    save(out / "stonebridge_20250312_1_d8b4.xls", write_html, again(stone, rows, n(60_000), 401, dt.date(2025, 1, 1), 28))
    rows = again(moon, base, n(300_000), 500, dt.date(2025, 3, 1), 28)
    save(out / "moonhill_api_20250401.ndjson", write_ndjson, rows, "moonhill", dt.datetime(2025, 4, 1))


def make_single(out, scale):
    mall = Mall(1)
    for name, rows, write in (
        ("moonhill_20250101_1_ca49.csv", 1_000_000, write_cp949),
        ("moonhill_20250101_2_0bf8.csv", 1_000_000, write_csv),
        ("moonhill_20250101_3_5a4d.xlsx", 200_000, write_xlsx),
        ("moonhill_20250101_4_171e.xlsx", 200_000, write_xlsx_inline),
        ("moonhill_20250101_5_b1ff.xls", 60_000, write_xls),
        ("moonhill_20250101_6_473c.xls", 60_000, write_html),
    ):
        save(out / name, write, mall.orders(max(20, int(rows * scale)), 11, dt.date(2024, 1, 1), 366))


def make_history(out, rows):
    """`history`: a file a month. `new`: 20k rows over the last two months. `recent`: 20k rows of the last ten days."""
    mall = Mall(1)
    for folder in ("history", "new", "recent"):
        (out / folder).mkdir(exist_ok=True)
    old, last = [], []
    for m in range(1, 13):
        kept = []

        def tee(orders, m=m, kept=kept):
            for n, one in enumerate(orders):
                if m > 10 and n % 16 == 0:
                    kept.append(one)
                if m == 12 and n % 4 == 0 and one[0][at("주문번호")] >= "20241219":
                    last.append(one)
                yield one

        save(out / "history" / f"moonhill_202501{m:02d}_1_e{m:03x}.csv", write_csv,
             tee(mall.orders(rows // 12, 600 + m, dt.date(2024, m, 1), 28)))
        old += kept
    count = max(20, min(20_000, rows // 250))
    save(out / "new" / "moonhill_20250201_1_f001.csv", write_csv,
         again(mall, old, count, 700, dt.date(2024, 11, 1), 58, offset=5_000_000))
    save(out / "recent" / "moonhill_20250201_1_f002.csv", write_csv,
         again(mall, last, count, 701, dt.date(2024, 12, 19), 10, offset=5_000_000))


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("what", choices=("job", "single", "history"))
    a.add_argument("out", type=Path)
    a.add_argument("--scale", type=float, default=1.0)
    a.add_argument("--rows", type=int, default=1_200_000, help="rows of the history")
    a = a.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)
    if a.what == "history":
        make_history(a.out, int(a.rows * a.scale))
    else:
        {"job": make_job, "single": make_single}[a.what](a.out, a.scale)


if __name__ == "__main__":
    main()
