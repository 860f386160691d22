#!/usr/bin/env python3
"""Makes samples/inbox again, byte for byte.

    make.py            write the files
    make.py --check    compare them with what would be written, change nothing
"""

import argparse
import codecs
import csv
import html
import io
import json
import random
import sys
from datetime import date, datetime
from pathlib import Path

import xlsxwriter

import forms
import zipcrypto
from forms import Won
from truth import store

HERE = Path(__file__).parent
WORKBOOK_NAME = "하루홈 매출정리 20240520.xlsx"


def csv_text(form, rows, style=forms.native, delimiter=","):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(form)
    writer.writerows([style(v) for v in row] for row in rows)
    return out.getvalue()


def html_table(title, form, rows):
    """What an old warehouse system calls an Excel file."""
    def line(tag, cells):
        return "<tr>" + "".join(f"<{tag}>{html.escape(c, quote=False)}</{tag}>" for c in cells) + "</tr>\n"

    body = line("th", form) + "".join(line("td", [forms.typed(v) for v in row]) for row in rows)
    return (f'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="utf-8"><title>{title}</title></head>\n'
            f'<body><table border="1">\n{body}</table></body></html>\n').encode()


def damage(form, row):
    """The slips of the hand that kept the workbook."""
    at = form.index
    match row[at("주문번호")]:
        case "20240422-0000122":
            row[at("수량")] = "2개"
        case "20240430-0000144":
            row[at("주문일시")] = "2024-04-31 22:11:45"
        case "20240412-0000089":
            row[at("판매가")] = Won(20_200)
    return row


def workbook(months):
    """A workbook with titles, blank rows, real date cells, totals and a hidden sheet."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_numbers": False})
    book.set_properties({"author": "하루홈 운영", "created": datetime(2024, 5, 20, 9, 0)})
    bold = book.add_format({"bold": True})
    when = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    amount = book.add_format({"num_format": "#,##0"})
    form = forms.WORKBOOK
    for name, rows in months.items():
        sheet = book.add_worksheet(name)
        sheet.write(0, 0, f"하루홈 {name} 매출 정리", bold)
        sheet.write(1, 0, "작성일: 2024-05-20 / 관리자에서 내려받아 붙여넣음")
        for column, header in enumerate(form):
            sheet.write(3, column, header, bold)
        for r, row in enumerate(rows, 4):
            for column, v in enumerate(damage(form, row)):
                if isinstance(v, datetime):
                    sheet.write_datetime(r, column, v, when)
                elif v is not None:
                    sheet.write(r, column, v, amount if isinstance(v, Won) else None)
        total = 4 + len(rows)
        sheet.write(total, 0, "합계", bold)
        for header in ("수량", "상품구매금액"):
            column = form.index(header)
            sheet.write(total, column, sum(row[column] for row in rows if isinstance(row[column], int)), amount)
    hidden = book.add_worksheet("원가표")
    hidden.hide()
    for r, line in enumerate((("상품", "원가"), ("하루 머그 350ml", 5_200), ("종이접기 무드등", 17_500))):
        hidden.write_row(r, 0, line)
    book.close()
    return out.getvalue()


def zip_with_password(member, data, password):
    return zipcrypto.archive(member, data, password, datetime(2024, 4, 15, 9, 0), random.Random(15))


def inbox():
    """File name -> bytes, oldest first."""
    orders, told = store()
    told = {name: o.id for name, o in told.items()}
    assert (told["bad_quantity"], told["bad_date"], told["price_typo"]) == (
        "20240422-0000122", "20240430-0000144", "20240412-0000089")

    def seen(moment, first, last, shop=None):
        """The orders placed from day `first` to `last`, as they stood at `moment`."""
        low, high = date.fromisoformat(first), date.fromisoformat(last)
        snapshots = (o.at(datetime.fromisoformat(moment)) for o in orders if shop in (None, o.shop))
        return [o for o in snapshots if o and low <= o.when.date() <= high]

    def bom(form, found, **kw):
        return csv_text(form, forms.rows(form, found, **kw)).encode("utf-8-sig")

    password = (HERE / "password.txt").read_text().strip().encode()
    files = {}
    files["2024년 3월 매출장 20240402.csv"] = bom(forms.LEDGER, seen("2024-04-02T09:30", "2024-03-01", "2024-03-31"))
    april = bom(forms.FULL, seen("2024-04-15T09:00", "2024-03-15", "2024-04-14"))
    files["haruhome_20240415_1_c41d.zip"] = zip_with_password("haruhome_20240415_1_c41d.csv", april, password)
    book = workbook({
        "4월": forms.rows(forms.WORKBOOK, seen("2024-05-20T09:00", "2024-04-01", "2024-04-30")),
        "5월": forms.rows(forms.WORKBOOK, seen("2024-05-20T09:00", "2024-05-01", "2024-05-19")),
    })
    files[WORKBOOK_NAME] = book
    files[f"~${WORKBOOK_NAME}"] = bytes([4]) + "운영".encode("utf-16-le").ljust(164, b"\0")
    files["haruhome_백업_20240601.xlsx"] = book[: len(book) * 3 // 5]
    may = seen("2024-06-05T10:00", "2024-05-01", "2024-05-31")
    files["haruhome_20240605_1_7be2.csv"] = csv_text(
        forms.RESAVED, forms.rows(forms.RESAVED, may), forms.resaved).encode("cp949")
    packing = forms.rows(forms.TO_PACK, seen("2024-06-20T11:00", "2024-06-10", "2024-06-20"),
                         lambda o, i: i.status in ("N10", "N20"))
    text = csv_text(forms.TO_PACK, packing, delimiter="\t")
    files["배송준비중_20240620.txt"] = codecs.BOM_UTF16_LE + text.encode("utf-16-le")
    files["메모_20240621.txt"] = "다음 주 할 일\n- 러그 제작처에 전화\n- 6월 매출장 내려받기\n".encode()
    sent = forms.rows(forms.WAREHOUSE, seen("2024-06-25T18:00", "2024-06-01", "2024-06-24"),
                      lambda o, i: i.status in ("N20", "N30", "N40"))
    files["출고목록_20240625.xls"] = html_table("출고목록", forms.WAREHOUSE, sent)
    june = bom(forms.FULL, seen("2024-07-05T09:00", "2024-06-01", "2024-06-30"))
    files["haruhome_20240705_1_a3f9.csv"] = june
    files["haruhome_20240705_1_a3f9 (1).csv"] = june
    lines = []
    for n, o in enumerate(seen("2024-07-12T02:30", "2024-05-15", "2024-06-30")):
        stamp = f"2024-07-12T02:30:{n:02d}+09:00"
        lines.append(json.dumps({"_extracted_at": stamp, "mall_id": "haruhome", **forms.api_order(o)}, ensure_ascii=False))
    files["orders_20240712.ndjson"] = ("\n".join(lines) + "\n").encode()
    again = bom(forms.REARRANGED, seen("2024-07-19T09:00", "2024-06-01", "2024-06-30"))
    files["haruhome_20240719_1_b07c.csv"] = again
    claims = forms.claim_rows(forms.CLAIMS, seen("2024-08-12T09:00", "2024-05-01", "2024-06-30"))
    files["haruhome_20240812_1_e5d0.csv"] = csv_text(forms.CLAIMS, claims).encode("utf-8-sig")
    page = {"orders": [forms.api_order(o) for o in reversed(seen("2024-08-19T10:15", "2024-06-16", "2024-06-30", shop=1))]}
    files["api_orders_20240819T101500.json"] = (json.dumps(page, ensure_ascii=False, indent=1) + "\n").encode()
    return files


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--check", action="store_true")
    check = arguments.parse_args().check
    folder = HERE / "inbox"
    files = inbox()
    if check:
        there = {p.name: p.read_bytes() for p in folder.iterdir()}
        differ = sorted(n for n in files.keys() | there.keys() if files.get(n) != there.get(n))
        sys.exit(f"differs: {', '.join(differ)}" if differ else 0)
    folder.mkdir(exist_ok=True)
    for stale in folder.iterdir():
        if stale.name not in files:
            stale.unlink()
    for name, data in files.items():
        (folder / name).write_bytes(data)
        print(f"{len(data):>8}  {name}")


if __name__ == "__main__":
    main()
