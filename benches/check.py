#!/usr/bin/env python3
"""Do two outputs hold the same rows?    check.py A B

A folder holds either `order_items/**.parquet` and `orders/**.parquet` somewhere below it (a peer's output, a ledger), or
`order_items.parquet` and `orders.parquet` (what `jangbu export` wrote). Compared are the columns the job asks for, value
by value; row order, files, encodings and further columns do not matter.
"""

import sys
from pathlib import Path

import polars as pl

import columns as spec

KINDS = {c.name: c.kind for c in spec.WANTED}
TYPES = {"text": pl.String, "int": pl.Int64, "money": pl.Decimal(18, 2), "time": pl.Datetime("us")}
TABLES = {"order_items": (spec.ITEM_KEY, spec.ITEM_FIELDS), "orders": (spec.ORDER_KEY, spec.ORDER_FIELDS)}


def load(folder, table):
    single = folder / f"{table}.parquet"
    files = [single] if single.exists() else sorted(folder.glob(f"**/{table}/**/*.parquet"))
    if not files:
        sys.exit(f"{folder}: no {table}")
    key, fields = TABLES[table]
    parts = []
    for file in files:
        frame = pl.read_parquet(file, hive_partitioning=False)
        out = []
        for name in (*key, "observed_at", *fields):
            value = pl.col(name)
            kind = "time" if name == "observed_at" else KINDS.get(name, "text")
            if kind == "time" and getattr(frame.schema[name], "time_zone", None):
                value = value.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
            out.append(value.cast(TYPES[kind]))
        parts.append(frame.select(out))
    return pl.concat(parts).sort(key)


def compare(table, a, b):
    """Prints what differs; the number of differing columns."""
    key = list(TABLES[table][0])
    print(f"{table}: {a.height} and {b.height} rows")
    for side, only in (("first", a.join(b, on=key, how="anti")), ("second", b.join(a, on=key, how="anti"))):
        if only.height:
            print(f"  only in the {side}: {only.height} rows, such as {only.select(key).row(0)}")
            return 1
    if a.height != b.height or a.select(key).is_duplicated().any():
        print("  a key stands twice")
        return 1
    differing = 0
    for column in a.columns:
        unequal = a[column].ne_missing(b[column])
        if count := unequal.sum():
            n = unequal.arg_max()
            print(f"  {column}: {count} differ, such as {a.select(key).row(n)}: {a[column][n]!r} and {b[column][n]!r}")
            differing += 1
    return differing


def main():
    one, other = Path(sys.argv[1]), Path(sys.argv[2])
    differing = sum(compare(table, load(one, table), load(other, table)) for table in TABLES)
    print("same" if not differing else f"{differing} columns differ")
    sys.exit(bool(differing))


if __name__ == "__main__":
    main()
