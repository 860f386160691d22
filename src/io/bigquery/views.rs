//! Three views over the pushed tables. `docs/BIGQUERY.md` describes what they count.
//!
//! A view shows the rows of the ledger that made it and no others: rows that somebody else wrote under the same keys
//! would count twice.

use serde_json::json;

use super::BigQueryError;
use super::connect::Connection;
use super::names::{DatasetName, literal};
use super::tables::{OWNER, RemoteTable, reference};
use crate::core::schema::Schema;
use crate::core::tables::{ColumnType, Table, table_columns};

/// A view: its name, one sentence, its SQL.
pub(super) struct View {
    pub(super) name: &'static str,
    description: &'static str,
    pub(super) sql: String,
}

/// Makes the views, or renews those whose SQL changed. Returns the names of those that were written.
pub(super) fn write(
    connection: &Connection,
    dataset: &DatasetName,
    schema: &Schema,
    ledger: &str,
) -> Result<Vec<String>, BigQueryError> {
    let mut written = Vec::new();
    for view in views(dataset, schema, ledger) {
        let full = format!("{dataset}.{}", view.name);
        let what = format!("view {full}");
        let definition = json!({"query": view.sql, "useLegacySql": false});
        let Some(found) = RemoteTable::get(connection, dataset, view.name)? else {
            let document = json!({
                "tableReference": reference(dataset, view.name),
                "description": view.description,
                "labels": {"tool": "jangbu"},
                "view": definition,
            });
            RemoteTable::create(connection, dataset, view.name, &document)?;
            written.push(view.name.to_owned());
            continue;
        };
        let old = found.view_sql().unwrap_or_default();
        if !found.is_view() || !old.contains(MARK) || !old.contains(&literal(ledger)) {
            let whose = if found.is_view() { "a view of somebody else" } else { "a table" };
            return Err(BigQueryError::Table {
                code: "bigquery.view",
                problem: format!("{full} is {whose}"),
                hint: "rename or delete it, or push to another dataset; jangbu never replaces what it did not make".into(),
            });
        }
        if old != view.sql {
            let path = dataset.table_path(view.name);
            connection.patch(&what, &path, found.etag(), &json!({"view": definition}))?;
            written.push(view.name.to_owned());
        }
    }
    Ok(written)
}

/// The first words of every view of ours.
const MARK: &str = "-- jangbu";

pub(super) fn views(dataset: &DatasetName, schema: &Schema, ledger: &str) -> [View; 3] {
    let own = |table: Table| {
        let name = dataset.sql(table.name());
        format!("(SELECT * FROM {name} WHERE {OWNER} = {})", literal(ledger))
    };
    let (items, orders) = (own(Table::OrderItems), own(Table::Orders));
    [
        View {
            name: "order_history",
            description: "One row an order item with the columns of its order, and one row for an order without items. \
                          Amounts of the order stand on its first row only, so that they may be added up.",
            sql: order_history(schema, &items, &orders),
        },
        View {
            name: "daily_sales",
            description: "Gross, discounts, refunds and net a day: by order day, by payment day, and refunds by refund day.",
            sql: daily_sales(&items, &orders),
        },
        View {
            name: "coverage",
            description: "For every day and source how many orders and items that source has spoken of; zeros are holes.",
            sql: coverage(&items, &orders),
        },
    ]
}

fn order_history(schema: &Schema, items: &str, orders: &str) -> String {
    let of_items = table_columns(schema, Table::OrderItems);
    let of_orders = table_columns(schema, Table::Orders);
    let keys = ["mall_id", "shop_no", "order_id", "order_day"];
    let mut columns: Vec<String> = keys.iter().map(|key| format!("o.{key}")).collect();
    columns.push("r.order_row".into());
    let own = of_items.iter().filter(|c| !keys.contains(&c.name.as_str()));
    columns.extend(own.map(|c| format!("i.{}", c.name)));
    for column in of_orders.iter().filter(|c| !keys.contains(&c.name.as_str())) {
        let name = &column.name;
        let clash = of_items.iter().any(|c| c.name == *name);
        let shown = if clash { format!("order_{name}") } else { name.clone() };
        columns.push(match column.column_type {
            ColumnType::Money => format!("IF(r.order_row = 1, o.{name}, NULL) AS {shown}"),
            _ => format!("o.{name} AS {shown}"),
        });
    }
    format!(
        "{MARK}: order items with their orders\n\
         SELECT {}\nFROM {orders} o\n\
         JOIN (\n  SELECT o.mall_id, o.shop_no, o.order_id, i.item_key,\n    \
           ROW_NUMBER() OVER (PARTITION BY o.mall_id, o.shop_no, o.order_id ORDER BY i.item_key) AS order_row\n  \
           FROM {orders} o\n  LEFT JOIN {items} i USING (mall_id, shop_no, order_id)\n) r\n  \
           ON r.mall_id = o.mall_id AND r.shop_no = o.shop_no AND r.order_id = o.order_id\n\
         LEFT JOIN {items} i ON i.mall_id = r.mall_id AND i.shop_no = r.shop_no AND i.item_key = r.item_key",
        columns.join(", ")
    )
}

fn daily_sales(items: &str, orders: &str) -> String {
    let zero = "CAST(0 AS NUMERIC)";
    format!(
        "{MARK}: sales a day\n\
         WITH of_items AS (\n  SELECT mall_id, shop_no, order_id,\n    \
           SUM(IF(counts, IFNULL(quantity, 0) * (IFNULL(product_price, 0) + IFNULL(option_price, 0)), {zero})) AS gross,\n    \
           SUM(IF(counts, IFNULL(additional_discount_price, 0) + IFNULL(coupon_discount_price, 0)\n      \
             + IFNULL(app_item_discount_amount, 0), {zero})) AS discounts,\n    \
           SUM(item_refund_amount) AS refunds, DATE(MAX(refund_date)) AS refund_day\n  \
           FROM (SELECT *, IFNULL(status_class, '') NOT IN ('canceled_before_payment', 'exchange_goods') AS counts\n    \
             FROM {items})\n  GROUP BY 1, 2, 3\n),\n\
         of_orders AS (\n  SELECT o.mall_id, o.shop_no, o.order_id, o.order_day, DATE(o.payment_date) AS payment_day, i.refund_day,\n    \
           IFNULL(i.gross, {zero}) AS gross,\n    \
           IFNULL(i.discounts, {zero}) + IFNULL(o.membership_discount_amount, 0)\n      \
             + IFNULL(o.order_coupon_discount_amount, 0) AS discounts,\n    \
           COALESCE(NULLIF(o.total_refund_amount, 0), NULLIF(o.actual_refund_amount, 0), i.refunds, {zero}) AS refunds\n  \
           FROM {orders} o LEFT JOIN of_items i USING (mall_id, shop_no, order_id)\n),\n\
         days AS (\n  \
           SELECT 'order_day' AS basis, order_day AS day, mall_id, shop_no, gross, discounts, refunds FROM of_orders\n  \
           UNION ALL\n  \
           SELECT 'payment_day', payment_day, mall_id, shop_no, gross, discounts, refunds FROM of_orders\n    \
             WHERE payment_day IS NOT NULL\n  \
           UNION ALL\n  \
           SELECT 'refund_day', refund_day, mall_id, shop_no, {zero}, {zero}, refunds FROM of_orders WHERE refunds <> 0\n)\n\
         SELECT basis, day, mall_id, shop_no, COUNT(*) AS orders, SUM(gross) AS gross, SUM(discounts) AS discounts,\n  \
           SUM(refunds) AS refunds, SUM(gross) - SUM(discounts) - SUM(refunds) AS net\n\
         FROM days GROUP BY 1, 2, 3, 4"
    )
}

fn coverage(items: &str, orders: &str) -> String {
    format!(
        "{MARK}: days and sources\n\
         WITH spoken AS (\n  \
           SELECT order_day, source, mall_id, 1 AS orders, 0 AS items, IF(sources = source, 1, 0) AS alone\n    \
             FROM {orders}, UNNEST(SPLIT(sources, ',')) AS source\n  \
           UNION ALL\n  \
           SELECT order_day, source, mall_id, 0, 1, 0 FROM {items}, UNNEST(SPLIT(sources, ',')) AS source\n),\n\
         span AS (SELECT mall_id, MIN(order_day) AS first, MAX(order_day) AS last FROM {orders} GROUP BY 1),\n\
         grid AS (\n  SELECT day AS order_day, source, mall_id, 0 AS orders, 0 AS items, 0 AS alone\n    \
             FROM span, UNNEST(GENERATE_DATE_ARRAY(first, last)) AS day, UNNEST(['api', 'export', 'history']) AS source\n)\n\
         SELECT order_day, source, mall_id, SUM(orders) AS orders, SUM(items) AS items, SUM(alone) AS orders_of_no_other_source\n\
         FROM (SELECT * FROM spoken UNION ALL SELECT * FROM grid) GROUP BY 1, 2, 3"
    )
}
