#!/usr/bin/env python3
"""The job by somebody who asks nobody but polars: `job_polars.py`, with nested JSON read by `polars.scan_ndjson`."""

import polars as pl

import api
import columns as spec
import job_polars


def raw_orders(path):
    return pl.scan_ndjson(path, schema=pl.from_arrow(api.schema().empty_table()).schema)


if __name__ == "__main__":
    job_polars.raw_orders = raw_orders
    spec.command_line(job_polars.read, job_polars.main)
