#!/usr/bin/env python3
"""The peer to beat: the same tables with polars (fastexcel for workbooks, pyarrow for nested JSON).

    job_polars.py IN OUT    folds IN's files into OUT/{order_items,orders}/month=YYYY-MM; months already there are merged
    job_polars.py FILE      only reads a table into typed columns

It holds no observations: what is in OUT counts as older than what comes.
"""

import shutil

import polars as pl

import columns as spec

MONEY = pl.Decimal(18, 2)
TYPES = {"text": pl.String, "int": pl.Int64, "money": MONEY, "time": pl.Datetime("us")}
CSV_SCHEMA = {c.header: TYPES[c.kind] for c in spec.COLUMNS}
EXCEL_TYPES = {**TYPES, "money": pl.Float64, "time": pl.Datetime("ms")}


def code_of(label):
    plain = label.str.replace_all(r"[ -]", "")
    return plain.replace_strict(spec.CODES, default=None, return_dtype=pl.String)


def filled(text):
    """Trimmed, and nothing where nothing is left."""
    text = text.str.strip_chars()
    return pl.when(text != "").then(text)


def read_table(source):
    """One row an item, every wanted column in its type."""
    if source.kind == "csv":
        utf8 = source.path.open("rb").read(3) == b"\xef\xbb\xbf"
        frame = pl.scan_csv(source.path if utf8 else spec.as_utf8(source.path), schema=CSV_SCHEMA)
    elif source.kind == "html":
        frame = pl.LazyFrame(spec.html_columns(source.path), schema={c.header: pl.String for c in spec.WANTED})
    else:
        frame = pl.read_excel(source.path, engine="calamine", columns=[c.header for c in spec.WANTED],
                              schema_overrides={c.header: EXCEL_TYPES[c.kind] for c in spec.WANTED}).lazy()
    out = []
    for c in spec.WANTED:
        value = pl.col(c.header)
        if c.kind == "text":
            value = filled(value)
        elif source.kind == "html":
            value = filled(value)
            value = value.str.to_datetime("%Y-%m-%d %H:%M:%S") if c.kind == "time" else value.str.replace_all(",", "", literal=True)
        if c.name == "canceled":
            value = value.replace(spec.CANCELED)
        out.append(value.cast(TYPES[c.kind]).alias(c.name))
    return frame.select(pl.lit(source.mall).alias("mall_id"), pl.lit(source.observed).cast(pl.Datetime("us")).alias("observed_at"),
                        *out).with_columns(code_of(pl.col("status_text")).alias("order_status"))


def instant(text):
    return text.str.slice(0, 19).str.to_datetime("%Y-%m-%dT%H:%M:%S")


def api_value(c, root):
    value = root(c.api)
    if c.kind == "time":
        value = instant(value)
    elif c.name in ("payment_method_name", "payment_gateway_name"):
        value = filled(value.list.join(","))
    elif c.kind == "text":
        value = filled(value)
    return value.cast(TYPES[c.kind]).alias(c.name)


def nested(path):
    head, *rest = path.split(".")
    value = pl.col(head)
    return value.struct.field(rest[0]) if rest else value


def raw_orders(path):
    """The orders of an NDJSON dump as they are."""
    import api

    return pl.from_arrow(api.read(path)).lazy()


def read_api(source):
    """Items and orders of an NDJSON dump, each with the time it was extracted at."""
    raw = raw_orders(source.path)
    head = [pl.col("mall_id"), (instant(pl.col("_extracted_at")) - pl.duration(hours=9)).alias("observed_at")]
    own = [api_value(c, nested) for c in spec.IN_API if c.grain == "order"]
    orders = raw.select(*head, *own)
    field = pl.col("items").struct.field
    items = raw.explode("items").select(
        *head, pl.col("shop_no"), pl.col("order_id"), field("order_status"),
        *(api_value(c, field) for c in spec.IN_API if c.grain == "item"))
    return items, orders


def orders_of(rows):
    """One row an order: what its rows repeat, or the largest where only the first row shows it."""
    rest = [n for n in spec.ORDER_FIELDS if n not in spec.LARGEST]
    return rows.group_by(spec.ORDER_KEY).agg(
        pl.col("observed_at").first(), pl.col(rest).first(ignore_nulls=True), pl.col(spec.LARGEST).max())


def fold(frame, key):
    """Newest word of each field. Only keys seen twice pay for the grouping."""
    twice = pl.struct(key).is_duplicated()
    frame = frame.with_columns(twice.alias("twice"))
    many = frame.filter("twice").drop("twice").sort("observed_at", maintain_order=True)
    many = many.group_by(key).agg(pl.exclude(key).last(ignore_nulls=True))
    once = frame.filter(~pl.col("twice")).drop("twice")
    return pl.concat([once, many.select(once.columns)])


def write(table, frame, key, out):
    """Merges with the months that are there already, and rewrites only those the new rows touch."""
    folder = out / table
    month = pl.col("order_id").str.slice(0, 4) + "-" + pl.col("order_id").str.slice(4, 2)
    frame = frame.with_columns(month.alias("month"))
    parts = [p for m in frame["month"].unique() if (p := folder / f"month={m}").exists()]
    if parts:
        old = pl.read_parquet([p / "*.parquet" for p in parts], hive_partitioning=True)
        frame = pl.concat([old.select(frame.columns), frame])
        for part in parts:
            shutil.rmtree(part)
    by_month = pl.PartitionBy(folder, key="month", include_key=False, approximate_bytes_per_file=None)
    fold(frame, key).lazy().sink_parquet(by_month, compression="zstd", compression_level=3, mkdir=True)


def main(folder, out):
    items, orders = [], []
    for source in spec.sources(folder):
        if source.kind == "ndjson":
            some_items, some_orders = read_api(source)
        else:
            rows = read_table(source).collect().lazy()
            some_items = rows.select("mall_id", "shop_no", "order_item_code", "observed_at", *spec.ITEM_FIELDS)
            some_orders = orders_of(rows)
        items.append(some_items)
        orders.append(some_orders)
    write("orders", pl.concat(orders, how="diagonal").collect(), spec.ORDER_KEY, out)
    write("order_items", pl.concat(items, how="diagonal").collect(), spec.ITEM_KEY, out)


def read(source):
    print(read_table(source).collect().height)


if __name__ == "__main__":
    spec.command_line(read, main)
