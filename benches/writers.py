"""The file formats of the bench's inputs. Each writer takes orders: lists of rows in the order of COLUMNS."""

import csv
import datetime as dt
import html
import json

from columns import CANCELED, CODES, COLUMNS, at

MONEY = {n for n, c in enumerate(COLUMNS) if c.kind == "money"}
TIMES = {n for n, c in enumerate(COLUMNS) if c.kind == "time"}
NUMBERS = MONEY | {n for n, c in enumerate(COLUMNS) if c.kind == "int"}
HEADERS = [c.header for c in COLUMNS]
EPOCH = dt.datetime(1899, 12, 30)


def flat(orders):
    return (row for one in orders for row in one)


def write_csv(path, orders, encoding="utf-8-sig"):
    """UTF-8 with BOM writes amounts as Cafe24 does (`12000.00`), CP949 as Excel saves them again (`12000`)."""
    native = encoding == "utf-8-sig"
    with path.open("w", encoding=encoding, newline="", buffering=1 << 20) as f:
        w = csv.writer(f, lineterminator="\r\n")
        w.writerow(HEADERS)
        for row in flat(orders):
            w.writerow([f"{v}.00" if n in MONEY and v != "" else v for n, v in enumerate(row)] if native else row)


def write_cp949(path, orders):
    write_csv(path, orders, "cp949")


def serial(text):
    return (dt.datetime.fromisoformat(text) - EPOCH) / dt.timedelta(days=1)


def write_xlsx(path, orders, inline=False):
    """Real number and date cells; XlsxWriter writes strings inline in its constant-memory mode, else shared."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"constant_memory": inline})
    book.set_properties({"created": dt.datetime(2025, 1, 1)})
    date = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet = book.add_worksheet("주문")
    for n, header in enumerate(HEADERS):
        sheet.write_string(0, n, header)
    for r, row in enumerate(flat(orders), 1):
        for n, v in enumerate(row):
            if v == "":
                continue
            if n in TIMES:
                sheet.write_number(r, n, serial(v), date)
            elif n in NUMBERS:
                sheet.write_number(r, n, v)
            else:
                sheet.write_string(r, n, v)
    book.close()


def write_xlsx_inline(path, orders):
    write_xlsx(path, orders, inline=True)


def write_xls(path, orders):
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    date = xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm:ss")
    sheet = book.add_sheet("주문")
    for n, header in enumerate(HEADERS):
        sheet.write(0, n, header)
    for r, row in enumerate(flat(orders), 1):
        line = sheet.row(r)
        for n, v in enumerate(row):
            if v != "":
                line.write(n, serial(v), date) if n in TIMES else line.write(n, v)
        if r % 1_000 == 0:
            sheet.flush_row_data()
    book.save(str(path))


def write_html(path, orders):
    """An HTML table with an .xls name: text cells, amounts with thousand separators."""
    with path.open("w", encoding="utf-8", newline="\n", buffering=1 << 20) as f:
        f.write('<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="utf-8"></head><body><table border="1">\n')
        f.write("<tr>" + "".join(f"<th>{h}</th>" for h in HEADERS) + "</tr>\n")
        for row in flat(orders):
            f.write("<tr>" + "".join(f"<td>{v:,}</td>" if isinstance(v, int) else f"<td>{html.escape(v, quote=False)}</td>"
                                     for v in row) + "</tr>\n")
        f.write("</table></body></html>\n")


def put(tree, path, value):
    *above, last = path.split(".")
    for name in above:
        tree = tree.setdefault(name, {})
    tree[last] = value


def api_value(column, v):
    if column.kind == "time":
        return v.replace(" ", "T") + "+09:00" if v else None
    if column.kind == "money":
        return f"{v}.00" if v != "" else None
    if column.name in ("payment_method_name", "payment_gateway_name"):
        return [v] if v else []
    if column.name == "canceled":
        return CANCELED[v]
    if column.name == "status_text":
        return v.replace(" ", "")
    return None if v == "" else v


def api_order(rows, mall_id, stamp):
    first = rows[0]
    tree = {"_extracted_at": stamp, "mall_id": mall_id, "currency": "KRW", "items": []}
    for n, c in enumerate(COLUMNS):
        if c.api and c.grain == "order":
            put(tree, c.api, api_value(c, first[n]))
    for row in rows:
        item = {"shop_no": row[1], "order_status": CODES[row[at("주문 상태")].replace(" ", "").replace("-", "")],
                "claim_code": None, "claim_reason": None}
        for n, c in enumerate(COLUMNS):
            if c.api and c.grain == "item":
                put(item, c.api, api_value(c, row[n]))
        tree["items"].append(item)
    tree["buyer"] = {"name": first[at("주문자명")], "email": first[at("주문자 이메일")], "cellphone": first[at("주문자 휴대전화")]}
    tree["receivers"] = [{"name": first[at("수령인")], "cellphone": first[at("수령인 휴대전화")], "phone": "",
                          "zipcode": first[at("수령인 우편번호")], "address_full": first[at("수령인 주소(전체)")],
                          "shipping_message": first[at("배송메시지")] or None}]
    return tree


def write_ndjson(path, orders, mall_id, start):
    with path.open("w", encoding="utf-8", newline="\n", buffering=1 << 20) as f:
        for n, one in enumerate(orders):
            stamp = f"{start + dt.timedelta(seconds=n // 100):%Y-%m-%dT%H:%M:%S}+09:00"
            f.write(json.dumps(api_order(one, mall_id, stamp), ensure_ascii=False, separators=(",", ":")) + "\n")
