use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Decimal64Array, Int64Array, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{Field, Schema as Fields};

use super::*;
use crate::core::tables::ColumnType;
use crate::io::export::write_table;

fn schema() -> ArrowSchema {
    let columns = [
        ("order_id", ColumnType::String),
        ("quantity", ColumnType::Int64),
        ("product_price", ColumnType::Money),
        ("order_day", ColumnType::Date),
        ("order_date", ColumnType::Datetime),
        ("observed_at", ColumnType::Timestamp),
    ];
    Arc::new(Fields::new(columns.map(|(name, t)| Field::new(name, t.arrow(), true)).to_vec()))
}

/// 2024-07-01 12:34:56 as microseconds.
const TIME: i64 = 1_719_837_296_000_000;

fn batch(day: i32) -> RecordBatch {
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(vec![Some("A"), Some("B"), None])),
        Arc::new(Int64Array::from(vec![Some(2), None, Some(3)])),
        Arc::new(
            Decimal64Array::from(vec![Some(999_999_999_999_999_999), Some(10), None])
                .with_precision_and_scale(18, 2)
                .unwrap(),
        ),
        Arc::new(Date32Array::from(vec![day; 3])),
        Arc::new(TimestampMicrosecondArray::from(vec![TIME; 3])),
        Arc::new(TimestampMicrosecondArray::from(vec![TIME; 3]).with_timezone("UTC")),
    ];
    RecordBatch::try_new(schema(), columns).unwrap()
}

fn file(folder: &Path, name: &str, day: i32) -> PathBuf {
    let path = folder.join(name);
    write_table("t", &schema(), [Ok::<_, std::convert::Infallible>(batch(day))], &path).unwrap();
    path
}

/// Two months of `order_items` in files, no `orders` at all, `files` in memory.
fn ask(sql: &str) -> Result<Rows, QueryError> {
    let folder = tempfile::tempdir().unwrap();
    let paths = vec![file(folder.path(), "a*.parquet", 19_905), file(folder.path(), "b.parquet", 19_936)];
    let table = |name, rows| QueryTable { name, schema: schema(), rows };
    run_query(
        sql,
        &[
            table("order_items", Rowset::Files(paths)),
            table("orders", Rowset::Files(Vec::new())),
            table("files", Rowset::Batches(vec![batch(19_905)])),
        ],
    )
}

#[track_caller]
fn check(sql: &str, expected: &str) {
    let rows = ask(sql).unwrap_or_else(|e| panic!("{e}"));
    let lines: Vec<String> = rows
        .rows
        .iter()
        .map(|r| r.iter().map(crate::io::report::rows::RowValue::as_str).collect::<Vec<_>>().join("|"))
        .collect();
    assert_eq!(lines.join("\n"), expected, "{sql}");
}

#[test]
fn amounts_add_up_exactly() {
    check("SELECT SUM(product_price), COUNT(*) FROM order_items", "20000000000000000.18|6");
    check(
        "SELECT order_id, SUM(product_price) AS total FROM order_items WHERE order_id IS NOT NULL \
         GROUP BY order_id ORDER BY order_id",
        "A|19999999999999999.98\nB|0.20",
    );
    check("SELECT product_price * quantity FROM files WHERE quantity = 2", "19999999999999999.98");
}

#[test]
fn every_type_comes_through() {
    check(
        "SELECT * FROM order_items WHERE order_id = 'A' AND order_day = DATE '2024-07-01'",
        "A|2|9999999999999999.99|2024-07-01|2024-07-01 12:34:56|2024-07-01T12:34:56Z",
    );
    check(
        "SELECT * FROM files LIMIT 1",
        "A|2|9999999999999999.99|2024-07-01|2024-07-01 12:34:56|2024-07-01T12:34:56Z",
    );
}

#[test]
fn days_compare_with_texts_and_have_parts() {
    check("SELECT COUNT(*) FROM order_items WHERE order_day >= '2024-08-01'", "3");
    check("SELECT COUNT(*) FROM order_items WHERE order_day BETWEEN '2024-07-01' AND '2024-07-31'", "3");
    check(
        "SELECT STRFTIME(order_day, '%Y-%m') AS month, SUM(quantity) FROM order_items GROUP BY month ORDER BY month",
        "2024-07|5\n2024-08|5",
    );
    check("SELECT EXTRACT(month FROM order_date) FROM files LIMIT 1", "7");
}

#[test]
fn tables_without_files_have_their_columns() {
    let rows = ask("SELECT * FROM orders").unwrap();
    assert_eq!(rows.rows.len(), 0);
    let names: Vec<&str> = rows.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["order_id", "quantity", "product_price", "order_day", "order_date", "observed_at"]);
    assert!(rows.columns[2].numeric);
    check("SELECT COUNT(*) FROM orders", "0");
    check(
        "SELECT COUNT(*) FROM order_items i LEFT JOIN orders o ON i.order_id = o.order_id WHERE o.order_id IS NULL",
        "6",
    );
}

#[test]
fn usual_questions_of_analysts_are_understood() {
    check(
        "WITH a AS (SELECT order_id, quantity FROM order_items WHERE quantity IS NOT NULL) \
         SELECT order_id, AVG(quantity) FROM a WHERE order_id LIKE 'A%' GROUP BY order_id HAVING COUNT(*) > 1",
        "A|2",
    );
    check(
        "SELECT order_id, ROW_NUMBER() OVER (PARTITION BY order_day ORDER BY order_id) AS n FROM order_items \
         WHERE order_id IN ('A', 'B') ORDER BY order_day, n LIMIT 2",
        "A|1\nB|2",
    );
    check(
        "SELECT CASE WHEN quantity > 2 THEN 'many' ELSE 'few' END AS size, COUNT(DISTINCT order_day) FROM order_items \
         GROUP BY size ORDER BY size",
        "few|2\nmany|2",
    );
    check(
        "SELECT COUNT(*) FROM order_items WHERE order_id IN (SELECT order_id FROM files WHERE quantity = 2)",
        "2",
    );
}

fn refused(sql: &str) -> QueryError {
    ask(sql).unwrap_err()
}

#[test]
fn misspelled_names_are_guessed() {
    let error = refused("SELECT * FROM order_item");
    assert_eq!(
        (error.to_string().as_str(), error.hint()),
        ("there is no table `order_item`", Some("did you mean `order_items`?"))
    );
    let error = refused("SELECT quantty FROM order_items");
    assert_eq!(
        (error.to_string().as_str(), error.hint()),
        ("there is no column `quantty`", Some("did you mean `quantity`?"))
    );
    let error = refused("SELECT * FROM customers");
    assert_eq!(error.hint(), Some("the tables are order_items, orders, files"));
}

#[test]
fn only_questions_are_answered() {
    for sql in [
        "DELETE FROM orders",
        " drop table orders",
        "-- x\nTRUNCATE orders",
        "/* */CREATE TABLE a AS SELECT 1",
        "",
    ] {
        assert!(matches!(refused(sql), QueryError::NotAQuestion), "{sql}");
    }
    let error = refused("SELECT (");
    assert!(matches!(error, QueryError::Refused(_)), "{error}");
    assert_eq!(error.to_string().lines().count(), 1);
    assert!(matches!(refused("SELECT 1; DELETE FROM orders"), QueryError::Refused(_)));
    check("-- how many?\n(SELECT COUNT(*) FROM files)", "3");
}
