//! Pushes: what arrives, what is sent again, what is refused.

use serde_json::{Value, json};

use super::emulator::{PROJECT, emulator};
use super::proxy::{Break, Fault, Proxy, When};
use super::shop::{Line, Shop, TABLES, assert_equal, remote_rows};

const ALL: &str = "TRUE";

fn samples(shop: &Shop) {
    let root = env!("CARGO_MANIFEST_DIR");
    let (inbox, password) = (format!("{root}/samples/inbox"), format!("{root}/samples/password.txt"));
    let ran = shop.run(&["ingest", &inbox, "--mall", "haruhome", "--password-file", &password]);
    assert_eq!(ran.status, 3, "{}", ran.stderr);
    // An order without a day: it has no month and goes to the NULL partition.
    std::fs::write(shop.path("old.csv"), "주문번호,상품명,수량\nOLD_7,낡은 의자,1\n").unwrap();
    shop.ingest_file("old.csv");
}

#[test]
fn everything_pushed_and_read_back_equals_the_ledger_in_both_modes() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let shop = Shop::new();
    samples(&shop);
    let replaced = emulator.dataset("round_replace", &Value::Null);
    let report = shop.push(&replaced, &proxy.endpoint(), &[]).ok();
    assert!(report.loads().contains(&"order_items none".to_owned()), "{:?}", report.loads());
    assert_equal(emulator, &shop, &replaced, ALL);

    let merged = emulator.dataset("round_merge", &Value::Null);
    shop.push(&merged, &proxy.endpoint(), &["--mode", "merge"]).ok();
    assert_equal(emulator, &shop, &merged, ALL);
    let left: Vec<String> = emulator.tables(&merged);
    assert_eq!(left, ["jangbu_loads", "order_changes", "order_items", "orders"], "no staging table is left");

    let orders = emulator.table(&replaced, "orders").unwrap();
    let field = |name: &str| {
        orders["schema"]["fields"].as_array().unwrap().iter().find(|f| f["name"] == name).unwrap().clone()
    };
    assert_eq!(field("order_date")["type"], "DATETIME");
    assert_eq!(field("observed_at")["type"], "TIMESTAMP");
    assert_eq!(field("order_day")["type"], "DATE");
    let amount = field("payment_amount");
    assert_eq!(
        (&amount["type"], &amount["precision"], &amount["scale"]),
        (&json!("NUMERIC"), &json!("18"), &json!("2"))
    );
    assert!(amount["description"].as_str().unwrap().contains("결제금액"), "{amount}");
    assert_eq!(orders["timePartitioning"], json!({"type": "MONTH", "field": "order_day"}));
    assert_eq!(orders["clustering"], json!({"fields": ["mall_id", "order_id"]}));
}

#[test]
fn a_load_has_its_documented_form() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let shop = Shop::new();
    shop.two_months();
    let dataset = emulator.dataset("form", &Value::Null);
    shop.push(&dataset, &proxy.endpoint(), &[]).ok();
    let seen = proxy.take_seen();
    let jobs: Vec<Value> = seen
        .iter()
        .filter(|m| m.method() == "POST" && m.target().contains("/upload/"))
        .map(super::http::Message::json)
        .collect();
    let load = &jobs[0]["configuration"]["load"];
    assert_eq!(
        load["destinationTable"],
        json!({"projectId": PROJECT, "datasetId": "form", "tableId": "order_items$202406"})
    );
    assert_eq!(load["writeDisposition"], "WRITE_TRUNCATE");
    assert_eq!(load["createDisposition"], "CREATE_NEVER");
    assert_eq!(load["sourceFormat"], "PARQUET");
    assert_eq!(jobs[0]["jobReference"]["location"], "asia-northeast3");
    for message in seen.iter().filter(|m| m.target().contains("/jobs/") || m.target().contains("/queries/")) {
        assert!(message.target().contains("location=asia-northeast3"), "{}", message.first);
    }
    let last = jobs.last().unwrap();
    assert_eq!(
        last["configuration"]["load"]["destinationTable"]["tableId"], "jangbu_loads",
        "its row comes last"
    );
    let deleted = seen.iter().any(|m| m.method() == "DELETE" || m.first.contains("CREATE OR REPLACE"));
    assert!(!deleted, "a load into a partition needs no deletion");
}

#[test]
fn only_what_changed_is_sent_and_undo_is_followed() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    for mode in ["replace", "merge"] {
        let shop = Shop::new();
        shop.two_months();
        let dataset = emulator.dataset(&format!("changes_{mode}"), &Value::Null);
        let push = || shop.push(&dataset, &proxy.endpoint(), &["--mode", mode]).ok();
        assert_eq!(
            push().loads(),
            ["order_items 2024-06", "orders 2024-06", "order_items 2024-07", "orders 2024-07"]
        );
        proxy.take_seen();
        assert_eq!(push().json()["push"], Value::Null, "nothing changed");
        let sent = proxy.take_seen().into_iter().find(|m| m.target().contains("/upload/"));
        assert!(sent.is_none(), "nothing is sent when nothing changed");

        // One order of July moves on; a new month comes along.
        let run = shop.ingest(
            "haruhome_20240810_1_ab13.csv",
            &[
                Line {
                    order: "20240701-0000012",
                    code: "20240701-0000012-01",
                    goods: "😀 수건",
                    quantity: 3,
                    price: "9900",
                    paid: "0",
                    status: "반품완료",
                },
                Line {
                    order: "20240802-0000013",
                    code: "20240802-0000013-01",
                    goods: "의자",
                    quantity: 1,
                    price: "50000",
                    paid: "50000",
                    status: "배송중",
                },
            ],
        );
        let loads = push().loads();
        assert_eq!(
            loads,
            [
                "order_items 2024-07",
                "orders 2024-07",
                "order_changes 2024-07",
                "order_items 2024-08",
                "orders 2024-08"
            ]
        );
        assert_equal(emulator, &shop, &dataset, ALL);

        // A run that is taken back takes its month along. The content is one that was pushed before.
        shop.run(&["undo", &run]).ok();
        let loads = push().loads();
        assert_eq!(loads.len(), 5, "{loads:?}");
        assert_equal(emulator, &shop, &dataset, ALL);
        assert!(shop.rows("order_changes").is_empty());
        assert_eq!(push().json()["push"], Value::Null);
        let pushes = emulator
            .query(&format!("SELECT push, COUNT(*) FROM `{dataset}.jangbu_loads` GROUP BY 1 ORDER BY 1"));
        let counts: Vec<(&str, &str)> =
            pushes.iter().map(|r| (r[0].as_deref().unwrap(), r[1].as_deref().unwrap())).collect();
        assert_eq!(counts, [("1", "4"), ("2", "5"), ("3", "5")]);
    }
}

#[test]
fn a_table_that_was_deleted_or_damaged_is_filled_again() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let shop = Shop::new();
    shop.two_months();
    let dataset = emulator.dataset("healing", &Value::Null);
    shop.push(&dataset, &proxy.endpoint(), &[]).ok();
    emulator.call("DELETE", "/datasets/healing/tables/orders", &Value::Null);
    emulator.query(&format!("DELETE FROM `{dataset}.order_items` WHERE order_day >= DATE '2024-07-01'"));
    let loads = shop.push(&dataset, &proxy.endpoint(), &[]).ok().loads();
    assert_eq!(loads, ["orders 2024-06", "order_items 2024-07", "orders 2024-07"]);
    assert_equal(emulator, &shop, &dataset, ALL);
}

#[test]
fn a_dry_run_shows_the_plan_and_sends_nothing() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let shop = Shop::new();
    shop.two_months();
    let dataset = emulator.dataset("rehearsal", &Value::Null);
    let plan = shop.push(&dataset, &proxy.endpoint(), &["--dry-run", "--mode", "merge"]).ok().json();
    assert_eq!((&plan["months"], &plan["rows"]), (&json!(4), &json!(5)));
    assert!(plan["merge_bytes"].as_u64().unwrap() > 0);
    assert_eq!(plan["merge_cost"], "0.01");
    assert_eq!(plan["tables"][0]["months"][0]["why"], "new");
    assert!(emulator.tables(&dataset).is_empty());
    assert!(proxy.take_seen().iter().all(|m| !m.target().contains("/upload/")));
    assert!(
        !shop
            .run(&["push", "--dry-run", "--dataset", &dataset, "--endpoint", &proxy.endpoint()])
            .ok()
            .stdout
            .is_empty()
    );
}

#[test]
fn merge_leaves_rows_of_others_alone_and_takes_its_own_away() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let shop = Shop::new();
    // Without item codes the items are inferred ones, `~1` and `~2`.
    std::fs::write(
        shop.path("old_20240620.csv"),
        "주문번호,상품명,수량,판매가\n20240612-0000011,하루 머그컵,2,12000\n20240612-0000011,접시,1,3500\n",
    )
    .unwrap();
    shop.ingest_file("old_20240620.csv");
    let dataset = emulator.dataset("beside", &Value::Null);
    let push = || shop.push(&dataset, &proxy.endpoint(), &["--mode", "merge"]).ok();
    push();
    let foreign = |table: &str, key: &str| {
        let columns = "mall_id, shop_no, order_id, order_day, observed_at, sources";
        let values = "'haruhome', 1, '20240612-0000011', DATE '2024-06-12', TIMESTAMP '2024-06-13 00:00:00 UTC', 'api'";
        let (column, value) =
            if key.is_empty() { ("", String::new()) } else { (", item_key", format!(", '{key}'")) };
        emulator
            .query(&format!("INSERT INTO `{dataset}.{table}` ({columns}{column}) VALUES ({values}{value})"));
    };
    foreign("order_items", "20240612-0000011-01");
    foreign("orders", "");
    emulator.query(&format!(
        "INSERT INTO `{dataset}.orders` (mall_id, shop_no, order_id, observed_at, sources, jangbu_ledger) \
         VALUES ('haruhome', 1, 'X', TIMESTAMP '2024-06-13 00:00:00 UTC', 'api', 'feedfeedfeedfeed')"
    ));
    let others = "jangbu_ledger IS NULL OR jangbu_ledger = 'feedfeedfeedfeed'";
    let before: Vec<_> = ["order_items", "orders"].map(|t| remote_rows(emulator, &dataset, t, others)).into();
    assert_eq!((before[0].len(), before[1].len()), (1, 2));

    // The coded item takes the first inferred one over; the second one stays inferred.
    let run = shop.ingest(
        "haruhome_20240705_1_ab12.csv",
        &[Line {
            order: "20240612-0000011",
            code: "20240612-0000011-01",
            goods: "하루 머그컵",
            quantity: 2,
            price: "12000",
            paid: "27500",
            status: "배송완료",
        }],
    );
    push();
    let mine = "jangbu_ledger NOT IN ('feedfeedfeedfeed')";
    assert_equal(emulator, &shop, &dataset, mine);
    let keys = |filter: &str| {
        let sql = format!("SELECT item_key FROM `{dataset}.order_items` WHERE {filter} ORDER BY 1");
        emulator.query(&sql).into_iter().map(|row| row[0].clone().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(keys(mine).len(), 2);
    shop.run(&["undo", &run]).ok();
    push();
    assert_equal(emulator, &shop, &dataset, mine);
    assert_eq!(keys(mine), ["20240612-0000011~1", "20240612-0000011~2"]);
    let after: Vec<_> = ["order_items", "orders"].map(|t| remote_rows(emulator, &dataset, t, others)).into();
    assert_eq!(before, after, "rows of others are as they were");

    // The same tables cannot be replaced: that would delete them.
    let refused = shop.push(&dataset, &proxy.endpoint(), &[]);
    assert_eq!(refused.error(), "bigquery.foreign_rows");
    assert!(refused.stderr.contains("1 rows of no ledger (2024-06)"), "{}", refused.stderr);
    assert!(refused.stderr.contains("--mode merge"), "{}", refused.stderr);
}

#[test]
fn replace_refuses_the_rows_of_another_ledger_and_names_them() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let (shop, other) = (Shop::new(), Shop::new());
    shop.two_months();
    other.two_months();
    let dataset = emulator.dataset("two_ledgers", &Value::Null);
    shop.push(&dataset, &proxy.endpoint(), &[]).ok();
    let refused = other.push(&dataset, &proxy.endpoint(), &[]);
    assert_eq!(refused.error(), "bigquery.foreign_rows");
    let owner = emulator.query(&format!("SELECT DISTINCT jangbu_ledger FROM `{dataset}.orders`"))[0][0]
        .clone()
        .unwrap();
    assert!(
        refused.stderr.contains(&format!("3 rows of ledger {owner} (2024-06 to 2024-07)")),
        "{}",
        refused.stderr
    );
    assert_equal(emulator, &shop, &dataset, ALL);
}

#[test]
fn a_table_of_other_types_is_refused_and_a_lacking_one_completed() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let shop = Shop::new();
    shop.two_months();
    let dataset = emulator.dataset("schemas", &Value::Null);
    let make = |name: &str, fields: Value| {
        let body = json!({
            "tableReference": {"projectId": PROJECT, "datasetId": "schemas", "tableId": name},
            "description": "ours since 2019",
            "schema": {"fields": fields},
            "timePartitioning": {"type": "MONTH", "field": "order_day"},
        });
        let (status, answer) = emulator.call("POST", "/datasets/schemas/tables", &body);
        assert_eq!(status, 200, "{answer}");
    };
    make(
        "orders",
        json!([{"name": "order_day", "type": "DATE"}, {"name": "payment_amount", "type": "FLOAT"}]),
    );
    let refused = shop.push(&dataset, &proxy.endpoint(), &[]);
    assert_eq!(refused.error(), "bigquery.schema");
    let words = "column payment_amount of test-project.schemas.orders is FLOAT64 in BigQuery and NUMERIC(18,2) in the ledger";
    assert!(refused.stderr.contains(words), "{}", refused.stderr);
    emulator.call("DELETE", "/datasets/schemas/tables/orders", &Value::Null);

    make(
        "orders",
        json!([
            {"name": "order_day", "type": "DATE", "description": "their words"},
            {"name": "note", "type": "STRING"},
            {"name": "payment_amount", "type": "NUMERIC"},
        ]),
    );
    shop.push(&dataset, &proxy.endpoint(), &[]).ok();
    let table = emulator.table(&dataset, "orders").unwrap();
    assert_eq!(table["description"], "ours since 2019");
    let names: Vec<&str> =
        table["schema"]["fields"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect();
    assert_eq!(names[..4], ["order_day", "note", "payment_amount", "mall_id"]);
    let paid = emulator.query(&format!("SELECT CAST(SUM(payment_amount) AS STRING) FROM `{dataset}.orders`"));
    assert_eq!(paid[0][0].as_deref().map(|p| p.split('.').next().unwrap()), Some("57200"));
}

#[test]
fn an_expiry_that_would_drop_old_months_is_refused() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let shop = Shop::new();
    shop.two_months();
    let days = |n: u64| json!({"defaultPartitionExpirationMs": (n * 86_400_000).to_string()});
    let dataset = emulator.dataset("expiring", &days(60));
    let refused = shop.push(&dataset, &proxy.endpoint(), &[]);
    assert_eq!(refused.error(), "bigquery.expiry");
    assert!(refused.stderr.contains("from 2024-06 to 2024-07"), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("bq update --default_partition_expiration 0 test-project:expiring"),
        "{}",
        refused.stderr
    );
    assert!(emulator.tables(&dataset).is_empty());
    // Far away, it is only said.
    let later = emulator.dataset("expiring_later", &days(36_500));
    let plan = shop.push(&later, &proxy.endpoint(), &["--dry-run"]).ok().json();
    assert!(plan["warnings"][0].as_str().unwrap().contains("36500 days"), "{plan}");
}

#[test]
fn names_and_places_are_checked_before_anything_is_asked() {
    let shop = Shop::new();
    shop.two_months();
    for (arguments, words) in [
        (&["push"][..], "no dataset is named"),
        (&["push", "--dataset", "x"], "names no dataset"),
        (&["push", "--dataset", "p.d", "--endpoint", "http://example.com"], "loopback"),
    ] {
        let ran = shop.run(arguments);
        assert_eq!(ran.status, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
    // An emulator that knows no partitions does not get tables of strange names.
    let bare = emulator();
    let dataset = bare.dataset("bare", &Value::Null);
    let refused = shop.push(&dataset, &format!("http://127.0.0.1:{}", bare.port), &[]);
    assert_eq!(refused.error(), "bigquery.not_found");
    assert!(refused.stderr.contains("--mode merge"), "{}", refused.stderr);
    assert!(bare.tables(&dataset).iter().all(|t| !t.contains('$')));
    let missing = shop.push(&format!("{PROJECT}.nowhere"), &Proxy::start(emulator()).endpoint(), &[]);
    assert_eq!(missing.error(), "bigquery.not_found");
    assert_eq!(TABLES.len(), 3);
}

#[test]
fn views_add_up_to_the_tables() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let shop = Shop::new();
    samples(&shop);
    let dataset = emulator.dataset("seen", &Value::Null);
    let report = shop.push(&dataset, &proxy.endpoint(), &["--mode", "merge", "--views"]).ok().json();
    assert_eq!(report["views"], json!(["order_history", "daily_sales", "coverage"]));
    assert_eq!(
        shop.push(&dataset, &proxy.endpoint(), &["--mode", "merge", "--views"]).ok().json()["views"],
        json!([])
    );
    // Rows of others under the same keys must not count.
    for table in ["orders", "order_items"] {
        emulator.query(&format!(
            "INSERT INTO `{dataset}.{table}` SELECT * REPLACE (CAST(NULL AS STRING) AS jangbu_ledger) FROM `{dataset}.{table}`"
        ));
    }
    let one = |sql: &str| {
        let sql = sql.replace("{d}", &dataset).replace("{mine}", "jangbu_ledger IS NOT NULL");
        emulator.query(&sql)[0].clone()
    };
    let same = |a: &str, b: &str| assert_eq!(one(a), one(b), "{a}\n{b}");
    same(
        "SELECT SUM(payment_amount), SUM(total_refund_amount), SUM(shipping_fee), SUM(item_payment_amount), SUM(quantity) \
         FROM `{d}.order_history`",
        "SELECT o.p, o.r, o.s, i.p, i.q FROM (SELECT SUM(payment_amount) p, SUM(total_refund_amount) r, SUM(shipping_fee) s \
         FROM `{d}.orders` WHERE {mine}) o, (SELECT SUM(item_payment_amount) p, SUM(quantity) q FROM `{d}.order_items` \
         WHERE {mine}) i",
    );
    same(
        "SELECT COUNT(item_key), COUNT(DISTINCT order_id), COUNTIF(order_row = 1) FROM `{d}.order_history`",
        "SELECT (SELECT COUNT(*) FROM `{d}.order_items` WHERE {mine}), (SELECT COUNT(DISTINCT order_id) FROM `{d}.orders`), \
         (SELECT COUNT(*) FROM `{d}.orders` WHERE {mine})",
    );
    same(
        "SELECT SUM(orders), SUM(gross), SUM(refunds), SUM(gross - discounts - refunds - net) FROM `{d}.daily_sales` \
         WHERE basis = 'order_day'",
        "SELECT (SELECT COUNT(*) FROM `{d}.orders` WHERE {mine}), \
         (SELECT SUM(quantity * (IFNULL(product_price, 0) + IFNULL(option_price, 0))) FROM `{d}.order_items` WHERE {mine} \
           AND IFNULL(status_class, '') NOT IN ('canceled_before_payment', 'exchange_goods')), \
         (SELECT SUM(COALESCE(NULLIF(o.total_refund_amount, 0), NULLIF(o.actual_refund_amount, 0), i.refunds, 0)) \
           FROM `{d}.orders` o LEFT JOIN (SELECT mall_id, shop_no, order_id, SUM(item_refund_amount) AS refunds \
             FROM `{d}.order_items` WHERE {mine} GROUP BY 1, 2, 3) i USING (mall_id, shop_no, order_id) WHERE {mine}), \
         CAST(0 AS NUMERIC)",
    );
    same(
        "SELECT SUM(refunds), SUM(gross), SUM(net + refunds) FROM `{d}.daily_sales` WHERE basis = 'refund_day'",
        "SELECT SUM(refunds), CAST(0 AS NUMERIC), CAST(0 AS NUMERIC) FROM `{d}.daily_sales` WHERE basis = 'order_day'",
    );
    same(
        "SELECT SUM(orders) FROM `{d}.daily_sales` WHERE basis = 'payment_day'",
        "SELECT COUNT(payment_date) FROM `{d}.orders` WHERE {mine}",
    );
    same(
        "SELECT SUM(IF(source = 'api', orders, 0)), SUM(IF(source = 'export', items, 0)) FROM `{d}.coverage`",
        "SELECT (SELECT COUNTIF(sources LIKE '%api%') FROM `{d}.orders` WHERE {mine}), \
         (SELECT COUNTIF(sources LIKE '%export%') FROM `{d}.order_items` WHERE {mine})",
    );
    same(
        "SELECT COUNT(*) FROM `{d}.coverage` WHERE source = 'history' AND order_day IS NOT NULL",
        "SELECT DATE_DIFF(MAX(order_day), MIN(order_day), DAY) + 1 FROM `{d}.orders` WHERE {mine}",
    );
    // A view of somebody else stays.
    emulator.call("DELETE", "/datasets/seen/tables/coverage", &Value::Null);
    let view = json!({
        "tableReference": {"projectId": PROJECT, "datasetId": "seen", "tableId": "coverage"},
        "view": {"query": "SELECT 1 AS x", "useLegacySql": false},
    });
    assert_eq!(emulator.call("POST", "/datasets/seen/tables", &view).0, 200);
    assert_eq!(
        shop.push(&dataset, &proxy.endpoint(), &["--mode", "merge", "--views"]).error(),
        "bigquery.view"
    );
}

#[test]
fn what_does_not_add_up_is_no_push() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let shop = Shop::new();
    shop.two_months();
    let dataset = emulator.dataset("verified", &Value::Null);
    let items = format!("`{dataset}.order_items`");
    for (meddling, words) in [
        (format!("DELETE FROM {items} WHERE item_key LIKE '%-02'"), "2024-06: 1 rows there, 2 in the ledger"),
        (
            format!("UPDATE {items} SET product_price = product_price + 0.01 WHERE item_key LIKE '%-02'"),
            "product_price adds up to 15500.01 there, to 15500.00 in the ledger",
        ),
        (
            format!("UPDATE {items} SET item_key = '20240612-0000011-01' WHERE item_key LIKE '%-02'"),
            "1 distinct keys there, 2 in the ledger",
        ),
    ] {
        proxy.meddles("COUNT(DISTINCT", &meddling);
        let refused = shop.push(&dataset, &proxy.endpoint(), &[]);
        assert_eq!(refused.ended_early(), "bigquery.verify");
        assert!(refused.stderr.contains(words), "{}", refused.stderr);
        assert!(emulator.query(&format!("SELECT * FROM `{dataset}.jangbu_loads`")).is_empty());
    }
    // The month is sent anew, though its job of the same content was done.
    proxy.take_seen();
    let report = shop.push(&dataset, &proxy.endpoint(), &[]).ok();
    assert_eq!(report.loads().len(), 4);
    let uploads = proxy.take_seen().iter().filter(|m| m.method() == "PUT").count();
    assert_eq!(uploads, 2, "the month that differed, and jangbu_loads");
    assert_equal(emulator, &shop, &dataset, ALL);
}

#[test]
fn a_table_that_changes_under_a_push_is_looked_at_again() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let shop = Shop::new();
    shop.two_months();
    let dataset = emulator.dataset("moving", &Value::Null);
    shop.push(&dataset, &proxy.endpoint(), &[]).ok();
    // A column went away, and with it values of months that did not change. The answer to its return is lost.
    emulator.query(&format!("ALTER TABLE `{dataset}.orders` DROP COLUMN payment_amount"));
    let lost = Fault { words: &["PATCH"], nth: 1, times: 1, when: When::After, instead: Break::Reset };
    proxy.breaks([lost]);
    let report = shop.push(&dataset, &proxy.endpoint(), &[]).ok();
    assert_eq!(proxy.broken(), 1);
    assert_eq!(report.loads(), ["orders 2024-06", "orders 2024-07"]);
    let paid = format!("SELECT CAST(SUM(payment_amount) AS STRING) FROM `{dataset}.orders`");
    assert_eq!(emulator.query(&paid)[0][0].as_deref().map(|p| p.split('.').next().unwrap()), Some("57200"));
    proxy.breaks([]);
    assert_eq!(shop.push(&dataset, &proxy.endpoint(), &[]).ok().json()["push"], Value::Null);

    // Somebody makes the table first, and fills it.
    let dataset = emulator.dataset("overtaken", &Value::Null);
    proxy.meddles(
        "\"tableId\":\"orders\"",
        &format!(
            "CREATE TABLE `{dataset}.orders` (order_day DATE, note STRING) PARTITION BY DATE_TRUNC(order_day, MONTH) \
             AS SELECT DATE '2024-06-12', 'ours'"
        ),
    );
    let refused = shop.push(&dataset, &proxy.endpoint(), &[]);
    assert_eq!(refused.error(), "bigquery.foreign_rows");
    assert!(
        refused.stderr.contains("loaded: none yet; not loaded: order_items 2024-06"),
        "{}",
        refused.stderr
    );
    assert_eq!(
        emulator.query(&format!("SELECT note FROM `{dataset}.orders`"))[0][0].as_deref(),
        Some("ours")
    );
}

#[test]
fn the_key_of_hashes_never_leaves() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let shop = Shop::new();
    let order = json!({
        "mall_id": "haruhome", "shop_no": 1, "order_id": "20240701-0000012", "order_date": "2024-07-01T00:00:00+09:00",
        "buyer": {"name": "김하루", "cellphone": "010-1234-5678"},
        "items": [{"order_item_code": "20240701-0000012-01", "quantity": 1}],
    });
    std::fs::write(shop.path("orders.json"), json!([order]).to_string()).unwrap();
    shop.ingest_file("orders.json");
    let dataset = emulator.dataset("secret", &Value::Null);
    for mode in ["replace", "merge"] {
        shop.push(&dataset, &proxy.endpoint(), &["--mode", mode, "--views"]).ok();
        emulator.call("DELETE", "/datasets/secret/tables/orders", &Value::Null);
    }
    shop.push(&dataset, &proxy.endpoint(), &[]).ok();
    let hash = emulator.query(&format!("SELECT buyer_cellphone_hash FROM `{dataset}.orders`"))[0][0].clone();
    assert!(hash.is_some(), "the hash itself is pushed");
    let key = std::fs::read(shop.ledger().join("person.key")).unwrap();
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>().into_bytes();
    let trimmed = String::from_utf8_lossy(&key).trim().as_bytes().to_vec();
    let secrets =
        [key.clone(), hex(&key), trimmed, "김하루".into(), "01012345678".into(), "1234-5678".into()];
    for table in TABLES {
        let rows = remote_rows(emulator, &dataset, table, ALL).join("\n").into_bytes();
        assert!(!secrets.iter().any(|s| rows.windows(s.len()).any(|w| w == s.as_slice())), "{table}");
    }
    let seen = proxy.take_seen();
    assert!(seen.iter().any(|m| m.body.starts_with(b"PAR1")), "files were sent");
    for message in seen {
        let all = message.bytes();
        for secret in &secrets {
            assert!(!all.windows(secret.len()).any(|w| w == secret.as_slice()), "{}", message.first);
        }
    }
}
