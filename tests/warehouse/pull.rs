//! Rows that a pipeline loaded, in every layout, against the same orders as a file.

use serde_json::{Value, json};

use super::emulator::{Emulator, emulator};
use super::proxy::{Break, Fault, Proxy, When};
use super::shop::{Ran, Shop};

/// Two orders as the API gives them, and when they were asked for.
fn orders() -> Vec<Value> {
    let item = |code: &str, name: &str, quantity: i64, price: &str, status: &str| {
        json!({
            "order_item_code": code, "product_no": 17, "product_name": name, "option_value": "색상=흰색",
            "quantity": quantity, "product_price": price, "payment_amount": price, "order_status": status,
            "claim_code": null,
        })
    };
    let order = |id: &str, date: &str, due: &str, items: Value, at: &str| {
        json!({
            "mall_id": "haruhome", "shop_no": 1, "order_id": id, "order_date": date, "paid": "T",
            "member_id": "haru", "payment_amount": due, "actual_order_amount": {"total_amount_due": due},
            "payment_method_name": ["카드", "적립금"], "items": items, "_extracted_at": at,
        })
    };
    vec![
        order(
            "20240630-0000011",
            "2024-06-30T23:59:59+09:00",
            "27500.50",
            json!([
                item("20240630-0000011-01", "머그컵 \"대\"", 2, "12000.25", "N40"),
                item("20240630-0000011-02", "접시\n소", 1, "3500.00", "N40")
            ]),
            "2024-07-05T00:00:00Z",
        ),
        order(
            "20240701-0000012",
            "2024-07-01T00:00:00+09:00",
            "9900.00",
            json!([item("20240701-0000012-01", "😀 수건", 3, "3300.00", "N30")]),
            "2024-07-05T00:00:01.500000Z",
        ),
    ]
}

/// A value as a SQL expression, with the types a pipeline would give it.
fn sql(key: &str, value: &Value) -> String {
    match value {
        Value::Null => "CAST(NULL AS STRING)".into(),
        Value::Number(n) => n.to_string(),
        Value::String(s) if key == "_extracted_at" || key.ends_with("_date") => {
            format!("TIMESTAMP '{}'", s.replace('T', " "))
        }
        Value::String(s) if key.ends_with("price") || key.ends_with("amount") || key.ends_with("due") => {
            format!("CAST('{s}' AS NUMERIC)")
        }
        Value::String(s) => {
            format!("'{}'", s.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n"))
        }
        Value::Array(all) => format!("[{}]", all.iter().map(|v| sql(key, v)).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(k, v)| format!("{} AS {k}", sql(k, v)));
            format!("STRUCT({})", fields.collect::<Vec<_>>().join(", "))
        }
        Value::Bool(b) => b.to_string(),
    }
}

fn select(row: &Value) -> String {
    let fields = row.as_object().unwrap().iter().map(|(k, v)| format!("{} AS {k}", sql(k, v)));
    format!("SELECT {}", fields.collect::<Vec<_>>().join(", "))
}

fn fill(emulator: &Emulator, table: &str, rows: &[Value]) {
    let rows: Vec<String> = rows.iter().map(select).collect();
    emulator.query(&format!("CREATE TABLE `{table}` AS {}", rows.join(" UNION ALL ")));
}

fn add(emulator: &Emulator, table: &str, row: &Value) {
    let columns: Vec<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
    emulator.query(&format!("INSERT INTO `{table}` ({}) {}", columns.join(", "), select(row)));
}

/// Rows of single items with their order's fields, as a flattening pipeline leaves them.
fn flat(order: &Value) -> Vec<Value> {
    let items = order["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| {
            let mut row = item.clone();
            for key in ["mall_id", "shop_no", "order_id", "order_date", "paid", "member_id", "_extracted_at"]
            {
                row[key] = order[key].clone();
            }
            row
        })
        .collect()
}

fn pull(shop: &Shop, table: &str, endpoint: &str, more: &[&str]) -> Ran {
    let mut arguments = vec!["pull", "--json", "--table", table, "--endpoint", endpoint];
    arguments.extend(more);
    shop.run(&arguments)
}

/// The same orders through a file.
fn by_file(orders: &[Value]) -> Shop {
    let shop = Shop::new();
    let lines: String = orders.iter().map(|o| format!("{o}\n")).collect();
    std::fs::write(shop.path("orders.ndjson"), lines).unwrap();
    shop.ingest_file("orders.ndjson");
    shop
}

#[track_caller]
fn assert_same(a: &Shop, b: &Shop) {
    for table in ["order_items", "orders", "order_changes"] {
        assert_eq!(a.rows(table), b.rows(table), "{table}");
    }
}

#[test]
fn every_layout_gives_what_a_file_gives() {
    let emulator = emulator();
    let endpoint = format!("http://127.0.0.1:{}", emulator.port);
    let d = emulator.dataset("layouts", &Value::Null);
    let orders = orders();
    let whole = by_file(&orders);

    fill(emulator, &format!("{d}.nested"), &orders);
    let shop = Shop::new();
    let report = pull(&shop, &format!("{d}.nested"), &endpoint, &[]).ok().json();
    let file = &report["files"][0];
    assert_eq!(file["path"], format!("bigquery://{d}.nested"));
    assert_eq!(
        (&file["source"], &file["rows_read"], &file["rows_accepted"]),
        (&json!("api"), &json!(3), &json!(3))
    );
    assert_eq!(report["months_touched"], json!(["2024-06", "2024-07"]));
    assert_same(&whole, &shop);
    let files = shop.run(&["files", "--json"]).ok().json();
    assert_eq!(files[0]["path"], format!("bigquery://{d}.nested"));

    // The order as JSON: in a text, and in a JSON column beside its time.
    let texts: Vec<Value> =
        orders.iter().map(|o| json!({"id": o["order_id"], "payload": o.to_string()})).collect();
    fill(emulator, &format!("{d}.texts"), &texts);
    let shop = Shop::new();
    pull(&shop, &format!("{d}.texts"), &endpoint, &[]).ok();
    assert_same(&whole, &shop);
    emulator.query(&format!("CREATE TABLE `{d}.documents` (doc JSON, loaded TIMESTAMP)"));
    for order in &orders {
        let mut bare = order.clone();
        let at = bare.as_object_mut().unwrap().remove("_extracted_at").unwrap();
        let (text, at) = (sql("", &json!(bare.to_string())), sql("_extracted_at", &at));
        emulator.query(&format!("INSERT INTO `{d}.documents` (doc, loaded) SELECT PARSE_JSON({text}), {at}"));
    }
    let shop = Shop::new();
    pull(&shop, &format!("{d}.documents"), &endpoint, &["--extracted-at", "loaded"]).ok();
    assert_same(&whole, &shop);

    // Item rows know less of their orders.
    let rows: Vec<Value> = orders.iter().flat_map(flat).collect();
    let fewer: Vec<Value> = orders
        .iter()
        .map(|o| {
            let mut o = o.clone();
            for key in ["payment_amount", "actual_order_amount", "payment_method_name"] {
                o.as_object_mut().unwrap().remove(key);
            }
            o
        })
        .collect();
    let whole = by_file(&fewer);
    fill(emulator, &format!("{d}.flat"), &rows);
    let shop = Shop::new();
    pull(&shop, &format!("{d}.flat"), &endpoint, &[]).ok();
    assert_same(&whole, &shop);

    // The same rows under names of their own.
    let other: Vec<Value> = rows
        .iter()
        .map(|row| {
            let names = [
                ("order_id", "주문번호"),
                ("order_item_code", "line_no"),
                ("product_name", "goods"),
                ("_extracted_at", "seen"),
            ];
            let fields = row.as_object().unwrap().iter().map(|(key, value)| {
                let name =
                    names.iter().find(|(ours, _)| ours == key).map_or(key.as_str(), |(_, theirs)| theirs);
                (name.to_owned(), value.clone())
            });
            Value::Object(fields.collect())
        })
        .collect();
    let sqls: Vec<String> = other
        .iter()
        .map(|row| {
            let fields = row.as_object().unwrap().iter().map(|(k, v)| {
                let typed = if k == "seen" { sql("_extracted_at", v) } else { sql(k, v) };
                format!("{typed} AS `{k}`")
            });
            format!("SELECT {}", fields.collect::<Vec<_>>().join(", "))
        })
        .collect();
    emulator.query(&format!("CREATE TABLE `{d}.named` AS {}", sqls.join(" UNION ALL ")));
    let shop = Shop::new();
    shop.configure(&format!(
        "[[pull]]\ntable = \"{d}.named\"\nextracted_at = \"seen\"\n[pull.columns]\norder_id = \"주문번호\"\n\
         order_item_code = \"line_no\"\nproduct_name = \"goods\"\n"
    ));
    pull(&shop, &format!("{d}.named"), &endpoint, &[]).ok();
    assert_same(&whole, &shop);
}

#[test]
fn only_what_is_new_is_fetched_and_undone_rows_come_again() {
    let emulator = emulator();
    let endpoint = format!("http://127.0.0.1:{}", emulator.port);
    let d = emulator.dataset("increments", &Value::Null);
    let table = format!("{d}.orders_raw");
    let orders = orders();
    fill(emulator, &table, &orders[..1]);
    let shop = Shop::new();
    let rows = |ran: Ran| {
        let report = ran.ok().json();
        (report["totals"]["rows_read"].as_u64().unwrap(), report["run_id"].as_str().map(str::to_owned))
    };
    assert_eq!(rows(pull(&shop, &table, &endpoint, &["--dry-run"])), (2, None));
    assert_eq!(rows(pull(&shop, &table, &endpoint, &[])).0, 2);
    assert_eq!(rows(pull(&shop, &table, &endpoint, &[])), (0, None), "nothing is new");

    add(emulator, &table, &orders[1]);
    let (read, run) = rows(pull(&shop, &table, &endpoint, &[]));
    assert_eq!(read, 1);
    // Another row with the newest time came later than its fellows.
    let mut late = orders[1].clone();
    late["order_id"] = "20240701-0000013".into();
    late["items"][0]["order_item_code"] = "20240701-0000013-01".into();
    add(emulator, &table, &late);
    let (read, last) = rows(pull(&shop, &table, &endpoint, &[]));
    assert_eq!(read, 1);
    let all = [orders[0].clone(), orders[1].clone(), late];
    assert_same(&by_file(&all), &shop);

    // Undone runs are pulled again.
    shop.run(&["undo", &last.unwrap()]).ok();
    shop.run(&["undo", &run.unwrap()]).ok();
    assert_eq!(rows(pull(&shop, &table, &endpoint, &[])).0, 2);
    assert_same(&by_file(&all), &shop);
}

#[test]
fn rows_without_a_time_are_compared_by_content() {
    let emulator = emulator();
    let endpoint = format!("http://127.0.0.1:{}", emulator.port);
    let d = emulator.dataset("timeless", &Value::Null);
    let table = format!("{d}.raw");
    let text = |order: &Value| json!({"payload": order.to_string()});
    let orders = orders();
    fill(emulator, &table, &[text(&orders[0])]);
    let shop = Shop::new();
    let read = || pull(&shop, &table, &endpoint, &[]).ok().json()["totals"]["rows_read"].as_u64().unwrap();
    assert_eq!((read(), read()), (2, 0));
    add(emulator, &table, &text(&orders[1]));
    assert_eq!((read(), read()), (1, 0));
    assert_same(&by_file(&orders), &shop);

    // What is no order waits in the quarantine; personal data stays away.
    add(emulator, &table, &json!({"payload": "no json"}));
    let mut private = orders[1].clone();
    private["buyer"] = json!({"name": "김하루", "cellphone": "010-1234-5678"});
    add(emulator, &table, &text(&private));
    let ran = pull(&shop, &table, &endpoint, &[]);
    assert_eq!(ran.status, 3, "{}", ran.stderr);
    assert_eq!(ran.json()["totals"]["rows_quarantined"], 1);
    let rows = shop.rows("orders").join("\n");
    assert!(!rows.contains("김하루") && rows.contains("buyer_cellphone_hash="), "{rows}");
    assert_eq!(read(), 0);
}

#[test]
fn pages_faults_and_deaths_change_nothing() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let d = emulator.dataset("pages", &Value::Null);
    let table = format!("{d}.raw");
    let all: Vec<Value> = (0..7)
        .map(|n| {
            let mut order = orders()[1].clone();
            let id = format!("20240701-{n:07}");
            order["items"][0]["order_item_code"] = format!("{id}-01").into();
            order["order_id"] = id.into();
            order
        })
        .collect();
    fill(emulator, &table, &all);
    let shop = Shop::new();
    let run = |variables: &[(&str, &str)]| {
        let mut all = vec![("JANGBU_TEST_PAGE", "2")];
        all.extend(variables);
        shop.run_with(&["pull", "--json", "--table", &table, "--endpoint", &proxy.endpoint()], &all)
    };
    for step in ["request:1", "page_taken:2", "page:3"] {
        assert_eq!(run(&[("JANGBU_KILL_STEP", step)]).status, -1);
        assert!(
            !shop.run(&["files", "--json"]).stdout.contains("bigquery://"),
            "a dead pull brought nothing"
        );
    }
    proxy.breaks([
        Fault { words: &["GET", "/queries/"], nth: 1, times: 1, when: When::After, instead: Break::Reset },
        Fault {
            words: &["GET", "/queries/"],
            nth: 3,
            times: 2,
            when: When::Before,
            instead: Break::Html(502),
        },
        Fault {
            words: &["POST", "/queries"],
            nth: 1,
            times: 1,
            when: When::After,
            instead: Break::Status(503, "backendError"),
        },
    ]);
    proxy.take_seen();
    assert_eq!(run(&[]).ok().json()["totals"]["rows_read"], 7);
    assert_eq!(proxy.broken(), 4);
    let pages = proxy.take_seen().iter().filter(|m| m.first.contains("pageToken=")).count();
    assert!(pages >= 3, "{pages} pages");
    assert_same(&by_file(&all), &shop);
}

#[test]
fn what_a_ledger_pushed_is_not_the_word_of_the_api() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let d = emulator.dataset("circle", &Value::Null);
    let shop = Shop::new();
    shop.two_months();
    shop.push(&d, &proxy.endpoint(), &["--mode", "merge"]).ok();
    let report = pull(&shop, &format!("{d}.order_items"), &proxy.endpoint(), &[]).ok().json();
    assert_eq!((&report["run_id"], &report["totals"]["rows_read"]), (&Value::Null, &json!(0)));
    let missing = pull(&shop, &format!("{d}.nothing"), &proxy.endpoint(), &[]);
    assert_eq!(missing.error(), "bigquery.not_found");
    let strange = pull(&shop, &format!("{d}.jangbu_loads"), &proxy.endpoint(), &[]);
    assert_eq!(strange.error(), "bigquery.layout");
}

/// Orders that were extracted at these seconds.
fn extracted_at(seconds: &[u32]) -> Vec<Value> {
    let order = |(n, second): (usize, &u32)| {
        let mut order = orders()[1].clone();
        let id = format!("20240701-{n:07}");
        order["items"][0]["order_item_code"] = format!("{id}-01").into();
        order["order_id"] = id.into();
        order["_extracted_at"] = format!("2024-07-05T00:00:{second:02}Z").into();
        order
    };
    seconds.iter().enumerate().map(order).collect()
}

/// Rows of all files of the table that the ledger has.
fn rows_of_files(shop: &Shop) -> (usize, u64) {
    let files = shop.run(&["files", "--json"]).ok().json();
    let rows = |file: &Value| file["rows_read"].as_u64().unwrap_or_default();
    let files = files.as_array().cloned().unwrap_or_default();
    (files.len(), files.iter().map(rows).sum())
}

#[test]
fn a_pull_that_dies_goes_on_where_it_stopped() {
    let emulator = emulator();
    let endpoint = format!("http://127.0.0.1:{}", emulator.port);
    let d = emulator.dataset("windows", &Value::Null);
    let table = format!("{d}.raw");
    // Not in the order of their times, and some times go over the end of a window of two rows.
    let all = extracted_at(&[3, 1, 2, 1, 1, 3, 9]);
    fill(emulator, &table, &all);
    let shop = Shop::new();
    let run = |variables: &[(&str, &str)]| {
        let mut all = vec![("JANGBU_TEST_PAGE", "3"), ("JANGBU_TEST_WINDOW", "2")];
        all.extend(variables);
        shop.run_with(&["pull", "--json", "--table", &table, "--endpoint", &endpoint], &all)
    };
    assert_eq!(run(&[("JANGBU_KILL_STEP", "page_taken:1")]).status, -1);
    assert!(!shop.ledger().join("catalogue.sqlite").exists() || rows_of_files(&shop) == (0, 0));
    for death in 1..4 {
        // It dies when it has committed one window more.
        assert_eq!(run(&[("JANGBU_KILL_STEP", "window:2")]).status, -1);
        assert_eq!(rows_of_files(&shop), (death, 2 * death as u64));
    }
    let report = run(&[]).ok().json();
    assert_eq!(report["totals"]["rows_read"], 1, "the last row is left");
    assert_eq!(rows_of_files(&shop), (4, 7));
    assert_same(&by_file(&all), &shop);
    assert_eq!(run(&[]).ok().json()["totals"]["rows_read"], 0);

    // Undisturbed it is the same, in one command of several runs.
    let other = Shop::new();
    let variables = [("JANGBU_TEST_WINDOW", "2")];
    let arguments = ["pull", "--json", "--table", &table, "--endpoint", &endpoint];
    let report = other.run_with(&arguments, &variables).ok().json();
    assert_eq!((&report["totals"]["rows_read"], &report["items"]["new"]), (&json!(7), &json!(7)));
    assert_eq!(report["earlier_run_ids"].as_array().unwrap().len(), 3);
    assert_same(&shop, &other);
    let whole = Shop::new();
    let rehearsed = whole.run_with(&[&arguments[..], &["--dry-run"]].concat(), &variables).ok().json();
    assert_eq!((&rehearsed["totals"]["rows_read"], &rehearsed["items"]["new"]), (&json!(7), &json!(7)));
}

#[test]
fn a_pull_that_ends_early_keeps_what_it_has_and_says_so() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let d = emulator.dataset("early", &Value::Null);
    let table = format!("{d}.raw");
    let all = extracted_at(&[1, 2, 3, 4]);
    fill(emulator, &table, &all);
    let shop = Shop::new();
    let variables =
        [("JANGBU_TEST_PAGE", "2"), ("JANGBU_TEST_WINDOW", "2"), ("JANGBU_TEST_PATIENCE_MS", "100")];
    let run =
        || shop.run_with(&["pull", "--json", "--table", &table, "--endpoint", &proxy.endpoint()], &variables);
    let refuse = |reason| Fault {
        words: &["GET", "pageToken="],
        nth: 1,
        times: 99,
        when: When::Before,
        instead: Break::Status(if reason == "backendError" { 503 } else { 403 }, reason),
    };
    proxy.breaks([refuse("backendError")]);
    let early = run();
    assert_eq!(early.status, 3, "{}", early.stderr);
    let report = early.json();
    assert_eq!(
        (&report["files"][0]["status"], &report["files"][0]["rows_read"]),
        (&json!("ingested"), &json!(2))
    );
    assert_eq!(report["files"][1]["status"], "failed");
    assert_eq!(report["files"][1]["error"]["code"], "bigquery.network");
    assert!(report["run_id"].is_string());
    proxy.breaks([]);
    assert_eq!(run().ok().json()["totals"]["rows_read"], 2);
    assert_same(&by_file(&all), &shop);
}

#[test]
fn an_undone_pull_comes_again_and_nothing_else_does() {
    let emulator = emulator();
    let endpoint = format!("http://127.0.0.1:{}", emulator.port);
    let d = emulator.dataset("holes", &Value::Null);
    let table = format!("{d}.raw");
    let all = extracted_at(&[1, 2, 3, 3, 4, 4, 5]);
    let shop = Shop::new();
    let read = || {
        let report = pull(&shop, &table, &endpoint, &[]).ok().json();
        (report["totals"]["rows_read"].as_u64().unwrap(), report["run_id"].as_str().map(str::to_owned))
    };
    fill(emulator, &table, &all[..2]);
    read();
    for order in &all[2..5] {
        add(emulator, &table, order);
    }
    let (rows, middle) = read();
    assert_eq!(rows, 3);
    // One that has the newest time of the pull before, and a newer one.
    add(emulator, &table, &all[5]);
    add(emulator, &table, &all[6]);
    assert_eq!(read().0, 2);
    shop.run(&["undo", &middle.unwrap()]).ok();
    let (rows, _) = read();
    assert_eq!(rows, 3, "what the undone pull had brought, and nothing of the later one");
    assert_eq!(read(), (0, None));
    assert_same(&by_file(&all), &shop);
}

#[test]
fn tables_that_cannot_be_sorted_or_must_be_filtered_are_pulled_too() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let d = emulator.dataset("unsorted", &Value::Null);
    let table = format!("{d}.raw");
    let all = extracted_at(&[2, 1, 3]);
    let rows: Vec<String> = all.iter().map(select).collect();
    emulator.query(&format!(
        "CREATE TABLE `{table}` PARTITION BY DATE(_extracted_at) OPTIONS (require_partition_filter = TRUE) AS {}",
        rows.join(" UNION ALL ")
    ));
    let body = json!({"query": format!("SELECT * FROM `{table}`"), "useLegacySql": false});
    assert_eq!(emulator.call("POST", "/queries", &body).0, 400, "it takes no query without a filter");
    let shop = Shop::new();
    proxy.breaks([Fault {
        words: &["POST", "/queries"],
        nth: 1,
        times: 1,
        when: When::Before,
        instead: Break::Status(400, "resourcesExceeded"),
    }]);
    let arguments = ["pull", "--json", "--table", &table, "--endpoint", &proxy.endpoint()];
    let report = shop.run_with(&arguments, &[("JANGBU_TEST_WINDOW", "1")]).ok().json();
    assert_eq!((proxy.broken(), &report["totals"]["rows_read"]), (1, &json!(3)));
    assert_eq!(report["files"].as_array().unwrap().len(), 1, "unsorted rows are one window");
    assert_same(&by_file(&all), &shop);
}

#[test]
fn another_time_column_makes_the_table_a_new_one() {
    let emulator = emulator();
    let endpoint = format!("http://127.0.0.1:{}", emulator.port);
    let d = emulator.dataset("columns", &Value::Null);
    let table = format!("{d}.raw");
    let all = extracted_at(&[1, 2]);
    let rows: Vec<String> =
        all.iter().map(|o| format!("{}, DATETIME '2023-01-01 00:00:00' AS loaded", select(o))).collect();
    emulator.query(&format!("CREATE TABLE `{table}` AS {}", rows.join(" UNION ALL ")));
    let shop = Shop::new();
    let read = |more: &[&str]| {
        pull(&shop, &table, &endpoint, more).ok().json()["totals"]["rows_read"].as_u64().unwrap()
    };
    assert_eq!((read(&[]), read(&[])), (2, 0));
    let by_loaded = ["--extracted-at", "loaded"];
    assert_eq!(read(&by_loaded), 2, "nothing is known by that time");
    assert_eq!((read(&by_loaded), read(&[])), (0, 0));
}
