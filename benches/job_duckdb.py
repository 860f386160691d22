#!/usr/bin/env python3
"""Peer: the same tables with DuckDB. XLSX by its excel extension, BIFF .xls by fastexcel, HTML by lxml.

    job_duckdb.py IN OUT    folds IN's files into OUT/{order_items,orders}/month=YYYY-MM; months already there are merged

CP949 files are written over in UTF-8 first: DuckDB's own reader of that encoding fails on files of this size or is
many times slower.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import duckdb
import pyarrow as pa
from duckdb_extensions import import_extension

import columns as spec

TYPES = {"text": "VARCHAR", "int": "BIGINT", "money": "DECIMAL(18,2)", "time": "TIMESTAMP"}
LISTS = ("payment_method_name", "payment_gateway_names")


def quoted(text):
    return "'" + str(text).replace("'", "''") + "'"


def name(text):
    return '"' + text.replace('"', '""') + '"'


def struct(fields):
    return ", ".join(f"{name(n)} {t}" for n, t in fields.items())


def options(fields):
    return "{" + ", ".join(f"{quoted(n)}: {quoted(t)}" for n, t in fields.items()) + "}"


def api_fields():
    item, order, amounts = {"order_status": "VARCHAR"}, {"_extracted_at": "VARCHAR", "mall_id": "VARCHAR"}, {}
    for c in spec.IN_API:
        kind = "BIGINT" if c.kind == "int" else "VARCHAR"
        if c.grain == "item":
            item[c.api] = kind
        elif "." in c.api:
            amounts[c.api.split(".")[1]] = kind
        else:
            order[c.api] = "VARCHAR[]" if c.api in LISTS else kind
    return order | {"actual_order_amount": f"STRUCT({struct(amounts)})", "items": f"STRUCT({struct(item)})[]"}


def case(value, mapping):
    return f"CASE {value} " + " ".join(f"WHEN {quoted(k)} THEN {quoted(v)}" for k, v in mapping.items()) + " END"


def filled(value):
    return f"nullif(trim({value}), '')"


def table_source(con, source, temporary):
    """What to select from, and how each kind of column comes out of it."""
    kinds = {"text": filled("{}"), "int": "{}", "money": "{}", "time": "{}"}
    if source.kind == "csv":
        path = source.path
        with path.open("rb") as f:
            native = f.read(3) == b"\xef\xbb\xbf"
        if not native:
            path = temporary / path.name
            path.write_bytes(spec.as_utf8(source.path))
        fields = options({c.header: TYPES[c.kind] for c in spec.COLUMNS})
        return f"read_csv({quoted(path)}, header=true, auto_detect=false, delim=',', quote='\"', escape='\"', columns={fields})", kinds
    if source.kind == "xlsx":
        # Without all_varchar a column that starts blank would be taken for numbers; date cells come as their serials then.
        serial = "TIMESTAMP '1899-12-30' + to_seconds(round({}::DOUBLE * 86400)::BIGINT)"
        return (f"read_xlsx({quoted(source.path)}, header=true, all_varchar=true)",
                {"text": kinds["text"], "int": "{}::BIGINT", "money": "{}::DECIMAL(18,2)", "time": serial})
    if source.kind == "xls":
        import fastexcel

        excel = {"text": "string", "int": "int", "money": "float", "time": "datetime"}
        sheet = fastexcel.read_excel(source.path).load_sheet(0, use_columns=[c.header for c in spec.WANTED],
                                                             dtypes={c.header: excel[c.kind] for c in spec.WANTED})
        con.register("sheet", sheet.to_arrow())
        return "sheet", kinds | {"money": "{}::DECIMAL(18,2)", "time": "{}::TIMESTAMP"}
    con.register("page", pa.table({h: pa.array(v, pa.string()) for h, v in spec.html_columns(source.path).items()}))
    bare = f"replace({filled('{}')}, ',', '')"
    return "page", {"text": kinds["text"], "int": f"{bare}::BIGINT", "money": f"{bare}::DECIMAL(18,2)", "time": f"{filled('{}')}::TIMESTAMP"}


def load_table(con, source, temporary, number):
    origin, kinds = table_source(con, source, temporary)
    out = []
    for c in spec.WANTED:
        value = kinds[c.kind].format(name(c.header))
        out.append(f"{case(value, spec.CANCELED) if c.name == 'canceled' else value} AS {c.name}")
    con.execute(f"""CREATE OR REPLACE TEMP TABLE part AS
        SELECT *, {case("replace(replace(status_text, ' ', ''), '-', '')", spec.CODES)} AS order_status FROM (
            SELECT {quoted(source.mall)} AS mall_id, TIMESTAMP {quoted(source.observed)} AS observed_at, {", ".join(out)} FROM {origin})""")
    con.execute(f"INSERT INTO items BY NAME SELECT {', '.join(columns_of('items'))}, {number} AS file FROM part")
    rest = ", ".join(f"{'max' if n in spec.LARGEST else 'first'}({n}) AS {n}" for n in spec.ORDER_FIELDS)
    con.execute(f"""INSERT INTO orders BY NAME SELECT {', '.join(spec.ORDER_KEY)}, first(observed_at) AS observed_at, {rest},
        {number} AS file FROM part GROUP BY ALL""")


def api_value(c, root):
    value = f"{root}{c.api}"
    if c.kind == "time":
        return f"{value}[:19]::TIMESTAMP AS {c.name}"
    if c.api in LISTS:
        return f"{filled(f'array_to_string({value}, chr(44))')} AS {c.name}"
    return f"{filled(value) if c.kind == 'text' else f'{value}::{TYPES[c.kind]}'} AS {c.name}"


def load_api(con, source, number):
    origin = f"read_ndjson({quoted(source.path)}, columns={options(api_fields())}, maximum_object_size=16777216)"
    con.execute(f"CREATE OR REPLACE TEMP TABLE part AS FROM {origin}")
    head = f"mall_id, _extracted_at[:19]::TIMESTAMP - INTERVAL 9 HOUR AS observed_at, {number} AS file"
    own = ", ".join(api_value(c, "") for c in spec.IN_API if c.grain == "order")
    con.execute(f"INSERT INTO orders BY NAME SELECT {head}, {own} FROM part")
    each = ", ".join(api_value(c, "i.") for c in spec.IN_API if c.grain == "item")
    con.execute(f"""INSERT INTO items BY NAME SELECT {head}, part.shop_no, part.order_id, i.order_status, {each}
        FROM (SELECT *, unnest(items) AS i FROM part) part""")


def columns_of(table):
    if table == "orders":
        return [*spec.ORDER_KEY, "observed_at", *spec.ORDER_FIELDS]
    return [*spec.ITEM_KEY, "observed_at", *spec.ITEM_FIELDS]


def create(con):
    kinds = {c.name: TYPES[c.kind] for c in spec.WANTED} | {"mall_id": "VARCHAR", "observed_at": "TIMESTAMP", "order_status": "VARCHAR"}
    for table in ("items", "orders"):
        con.execute(f"CREATE TEMP TABLE {table} ({', '.join(f'{n} {kinds[n]}' for n in columns_of(table))}, file INTEGER)")


def write(con, table, key, folder):
    """Merges with the months that are there already, and rewrites only those the new rows touch."""
    month = "order_id[:4] || '-' || order_id[5:6]"
    months = [m for (m,) in con.execute(f"SELECT DISTINCT {month} FROM {table}").fetchall()]
    parts = [p for m in months if (p := folder / f"month={m}").exists()]
    columns = columns_of(table)
    if parts:
        files = ", ".join(quoted(p / "*.parquet") for p in parts)
        con.execute(f"""INSERT INTO {table} BY NAME SELECT {', '.join(columns)}, -1 AS file
            FROM read_parquet([{files}], hive_partitioning=false)""")
        for part in parts:
            shutil.rmtree(part)
    keys, names = ", ".join(key), ", ".join(columns)
    newest = ", ".join(n if n in key else f"arg_max({n}, epoch_us(observed_at) * 1000 + file) AS {n}" for n in columns)
    folder.mkdir(parents=True, exist_ok=True)
    con.execute(f"""COPY (
        WITH twice AS (SELECT {keys} FROM {table} GROUP BY ALL HAVING count(*) > 1)
        SELECT {names}, {month} AS month FROM {table} ANTI JOIN twice USING ({keys})
        UNION ALL BY NAME
        SELECT *, {month} AS month FROM (SELECT {newest} FROM {table} SEMI JOIN twice USING ({keys}) GROUP BY {keys})
        ) TO {quoted(folder)} (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (month), OVERWRITE_OR_IGNORE)""")


def main(folder, out):
    con = duckdb.connect()
    import_extension("excel", con=con)
    con.load_extension("excel")
    con.execute("SET preserve_insertion_order = false")
    create(con)
    with tempfile.TemporaryDirectory() as temporary:
        for number, source in enumerate(spec.sources(folder)):
            if source.kind == "ndjson":
                load_api(con, source, number)
            else:
                load_table(con, source, Path(temporary), number)
    con.execute("DROP TABLE IF EXISTS part")
    write(con, "orders", spec.ORDER_KEY, out / "orders")
    write(con, "items", spec.ITEM_KEY, out / "order_items")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
