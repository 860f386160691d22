//! The program against a BigQuery emulator, over real HTTP with real Parquet.
#![cfg(all(feature = "bigquery", unix))]

#[cfg(test)]
mod warehouse;
