#!/usr/bin/env python3
"""Peer: the same tables with pandas on Arrow columns (pyarrow reads CSV and JSON, python-calamine workbooks).

    job_pandas.py IN OUT    folds IN's files into OUT/{order_items,orders}/month=YYYY-MM; months already there are merged
    job_pandas.py FILE      only reads a table into typed columns
"""

import io
import shutil

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

import api
import columns as spec

TYPES = {"text": pa.string(), "int": pa.int64(), "money": pa.decimal128(18, 2), "time": pa.timestamp("us")}


def filled(text):
    text = pc.utf8_trim_whitespace(text)
    return pc.if_else(pc.equal(text, ""), None, text)


def looked_up(text, mapping):
    keys, values = pa.array(list(mapping)), pa.array(list(mapping.values()))
    return values.take(pc.index_in(text, value_set=keys))


def typed(array, kind):
    """Text or cells of a workbook in the wanted type."""
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        array = filled(array.cast(pa.string()))
        if kind == "time":
            return pc.strptime(array, "%Y-%m-%d %H:%M:%S", "us")
        if kind != "text":
            array = pc.replace_substring(array, ",", "")
    return array.cast(TYPES[kind])


def read_columns(source):
    """{header: Arrow array} of the wanted columns."""
    names = [c.header for c in spec.WANTED]
    if source.kind == "csv":
        options = pcsv.ConvertOptions(column_types={c.header: TYPES[c.kind] for c in spec.WANTED}, include_columns=names,
                                      strings_can_be_null=True, null_values=[""])
        with source.path.open("rb") as f:
            encoding = "utf8" if f.read(3) == b"\xef\xbb\xbf" else "cp949"
        table = pcsv.read_csv(source.path, read_options=pcsv.ReadOptions(encoding=encoding),
                              parse_options=pcsv.ParseOptions(newlines_in_values=True), convert_options=options)
        return {name: table[name].combine_chunks() for name in names}
    if source.kind == "html":
        return {h: pa.array(v, pa.string()) for h, v in spec.html_columns(source.path).items()}
    frame = pd.read_excel(io.BytesIO(source.path.read_bytes()), engine="calamine", usecols=names,
                          dtype={c.header: object for c in spec.WANTED if c.kind == "text"}, keep_default_na=False, na_values=[""])
    return {name: pa.array(frame[name], from_pandas=True) for name in names}


def read_table(source):
    raw = read_columns(source)
    out = {}
    for c in spec.WANTED:
        value = raw.pop(c.header)
        if c.kind == "money" and pa.types.is_integer(value.type):
            value = value.cast(pa.float64())
        out[c.name] = typed(value, c.kind)
    out["canceled"] = looked_up(out["canceled"], spec.CANCELED)
    label = pc.replace_substring_regex(out["status_text"], "[ -]", "")
    out["order_status"] = looked_up(label, spec.CODES)
    count = len(label)
    out["mall_id"] = pa.array([source.mall] * count, pa.string())
    out["observed_at"] = pa.array([source.observed] * count, pa.timestamp("us"))
    return frame_of(out)


def frame_of(arrays):
    return pa.table(arrays).to_pandas(types_mapper=pd.ArrowDtype)


def instant(text):
    return pc.strptime(pc.utf8_slice_codeunits(text, 0, 19), "%Y-%m-%dT%H:%M:%S", "us")


def api_column(c, value):
    if c.kind == "time":
        return instant(value)
    if c.api in api.LISTS:
        return filled(pc.binary_join(value, ","))
    return filled(value) if c.kind == "text" else value.cast(TYPES[c.kind])


def read_api(source):
    table = api.read(source.path).combine_chunks()
    raw = {name: table[name].combine_chunks() for name in table.column_names}
    hours = pa.scalar(9 * 3600 * 10**6, pa.duration("us"))
    head = {"mall_id": raw["mall_id"], "observed_at": pc.subtract(instant(raw["_extracted_at"]), hours)}
    orders, items = dict(head), {}
    for c in spec.IN_API:
        if c.grain == "order":
            first, *rest = c.api.split(".")
            orders[c.name] = api_column(c, pc.struct_field(raw[first], rest) if rest else raw[first])
    parent = pc.list_parent_indices(raw["items"])
    for name in ("mall_id", "observed_at", "shop_no", "order_id"):
        items[name] = orders[name].take(parent)
    each = raw["items"].flatten()
    items["order_status"] = pc.struct_field(each, ["order_status"])
    for c in spec.IN_API:
        if c.grain == "item":
            items[c.name] = api_column(c, pc.struct_field(each, [c.api]))
    return frame_of(items), frame_of(orders)


def orders_of(rows):
    """Rows of an order stand apart only in files somebody shuffled, so one row stands for what all repeat."""
    key = list(spec.ORDER_KEY)
    largest = rows.groupby(key, sort=False)[list(spec.LARGEST)].max()
    rest = [n for n in spec.ORDER_FIELDS if n not in spec.LARGEST]
    first = rows.drop_duplicates(key)[[*key, "observed_at", *rest]].set_index(key)
    return first.join(largest).reset_index()


def fold(frame, key):
    twice = frame.duplicated(list(key), keep=False)
    once, many = frame[~twice], frame[twice]
    many = many.sort_values("observed_at", kind="stable").groupby(list(key), sort=False).last().reset_index()
    return pd.concat([once, many[once.columns]], ignore_index=True)


def write(table, frame, key, out):
    folder = out / table
    frame["month"] = frame["order_id"].str.slice(0, 4) + "-" + frame["order_id"].str.slice(4, 6)
    for month, new in frame.groupby("month"):
        part = folder / f"month={month}"
        new = new.drop(columns="month")
        if part.exists():
            old = pq.ParquetDataset(part, partitioning=None).read().to_pandas(types_mapper=pd.ArrowDtype)
            new = pd.concat([old[new.columns], new], ignore_index=True)
            shutil.rmtree(part)
        part.mkdir(parents=True)
        pq.write_table(pa.Table.from_pandas(fold(new, key), preserve_index=False), part / "part-0.parquet",
                       compression="zstd", compression_level=3)


def main(folder, out):
    items, orders = [], []
    for source in spec.sources(folder):
        if source.kind == "ndjson":
            some_items, some_orders = read_api(source)
        else:
            rows = read_table(source)
            some_items = rows[["mall_id", "shop_no", "order_item_code", "observed_at", *spec.ITEM_FIELDS]]
            some_orders = orders_of(rows)
        items.append(some_items)
        orders.append(some_orders)
    write("orders", pd.concat(orders, ignore_index=True), spec.ORDER_KEY, out)
    write("order_items", pd.concat(items, ignore_index=True), spec.ITEM_KEY, out)


def read(source):
    print(len(read_table(source)))


if __name__ == "__main__":
    spec.command_line(read, main)
