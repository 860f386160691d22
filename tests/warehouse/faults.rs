//! Faults of the network and the service, and deaths of the program: what arrives must be what arrives undisturbed.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::emulator::emulator;
use super::proxy::{Break, Fault, Proxy, When};
use super::shop::{Line, Shop, assert_equal};

const ALL: &str = "TRUE";

/// Everything that passes by itself.
fn passing() -> [Break; 8] {
    [
        Break::Status(403, "rateLimitExceeded"),
        Break::Later(429, 1),
        Break::Status(500, "internalError"),
        Break::Html(502),
        Break::Status(503, "backendError"),
        Break::Html(504),
        Break::Reset,
        Break::Silence,
    ]
}

/// The kinds of requests of a push.
const KINDS: [&[&str]; 7] = [
    &["POST", "/upload/"],
    &["PUT", "/upload/"],
    &["GET", "/jobs/"],
    &["POST", "/queries"],
    &["POST", "/tables"],
    &["GET", "/tables/"],
    &["GET", "/datasets/"],
];

fn impatient(shop: &Shop) {
    std::fs::write(shop.path("jangbu.toml"), "malls = [\"haruhome\"]\n[bigquery]\ntimeout_seconds = 2\n")
        .unwrap();
}

/// One month, and one more change of it.
fn one_month(shop: &Shop) -> String {
    shop.ingest("haruhome_20240705_1_ab12.csv", &[line("배송중", "12000")])
}

fn change(shop: &Shop) -> String {
    shop.ingest("haruhome_20240712_1_ab13.csv", &[line("배송완료", "9000")])
}

fn line<'a>(status: &'a str, paid: &'a str) -> Line<'a> {
    let (order, code) = ("20240701-0000012", "20240701-0000012-01");
    Line { order, code, goods: "하루 머그컵", quantity: 1, price: "12000", paid, status }
}

#[test]
fn every_passing_fault_at_every_kind_of_request_changes_nothing() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let faults = passing();
    let moments = [When::Before, When::During, When::After];
    for (round, when) in moments.into_iter().cycle().take(faults.len()).enumerate() {
        let shop = Shop::new();
        impatient(&shop);
        one_month(&shop);
        let mode = if round % 3 == 2 { "merge" } else { "replace" };
        let dataset = emulator.dataset(&format!("faults_{round}"), &Value::Null);
        // Over all rounds every kind of request meets every fault, and each fault at each moment.
        proxy.breaks(KINDS.iter().enumerate().flat_map(|(n, words)| {
            let fault = |nth: usize, shift: usize| Fault {
                words,
                nth,
                times: 1,
                when: moments[(n + round + nth) % 3],
                instead: faults[(n + round + shift) % faults.len()].clone(),
            };
            [fault(1, 0), fault(3, 3)]
        }));
        shop.push(&dataset, &proxy.endpoint(), &["--mode", mode]).ok();
        assert!(proxy.broken() >= KINDS.len(), "{when:?}: {} requests were broken", proxy.broken());
        proxy.breaks([]);
        assert_equal(emulator, &shop, &dataset, ALL);
        let loads = emulator
            .query(&format!("SELECT COUNT(*), COUNT(DISTINCT table_name) FROM `{dataset}.jangbu_loads`"));
        assert_eq!(loads[0], [Some("2".to_owned()), Some("2".to_owned())], "no load is written down twice");
        assert_eq!(
            shop.push(&dataset, &proxy.endpoint(), &["--mode", mode]).ok().json()["push"],
            Value::Null
        );
    }
}

#[test]
fn the_server_says_when_to_come_back() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let shop = Shop::new();
    one_month(&shop);
    let dataset = emulator.dataset("later", &Value::Null);
    let fault = |times| Fault {
        words: &["GET", "/datasets/"],
        nth: 1,
        times,
        when: When::Before,
        instead: Break::Later(503, 1),
    };
    proxy.breaks([fault(2)]);
    let begun = Instant::now();
    shop.push(&dataset, &proxy.endpoint(), &["--dry-run"]).ok();
    assert!(begun.elapsed() >= Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_eq!(proxy.broken(), 2);
}

#[test]
fn what_does_not_pass_is_not_asked_again() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let shop = Shop::new();
    one_month(&shop);
    let dataset = emulator.dataset("final", &Value::Null);
    for (status, reason, code) in [
        (400, "invalid", "bigquery.refused"),
        (403, "accessDenied", "bigquery.permission"),
        (403, "billingNotEnabled", "bigquery.billing"),
        (403, "quotaExceeded", "bigquery.quota"),
        (404, "notFound", "bigquery.not_found"),
        (401, "authError", "bigquery.unauthorized"),
    ] {
        proxy.breaks([Fault {
            words: &["GET", "/datasets/"],
            nth: 1,
            times: 99,
            when: When::Before,
            instead: Break::Status(status, reason),
        }]);
        assert_eq!(shop.push(&dataset, &proxy.endpoint(), &[]).error(), code);
        // A token that is refused is replaced once.
        assert_eq!(proxy.broken(), if status == 401 { 2 } else { 1 }, "{status} {reason}");
    }
}

#[test]
fn a_push_that_stops_says_what_is_loaded_and_goes_on_later() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let shop = Shop::new();
    shop.two_months();
    let dataset = emulator.dataset("partly", &Value::Null);
    let refuse =
        |instead| Fault { words: &["POST", "/upload/"], nth: 4, times: 99, when: When::Before, instead };
    proxy.breaks([refuse(Break::Status(403, "accessDenied"))]);
    let refused = shop.push(&dataset, &proxy.endpoint(), &[]);
    assert_eq!(refused.error(), "bigquery.permission");
    let words =
        "loaded: order_items 2024-06, orders 2024-06, order_items 2024-07; not loaded: orders 2024-07";
    assert!(refused.stderr.contains(words), "{}", refused.stderr);
    assert!(
        emulator.query(&format!("SELECT * FROM `{dataset}.jangbu_loads`")).is_empty(),
        "the push is not over"
    );

    // The loads that are done are found again, not done again.
    proxy.breaks([Fault { nth: 1, ..refuse(Break::Status(503, "backendError")) }]);
    proxy.take_seen();
    let slow = shop.push_with(&dataset, &proxy.endpoint(), &[], &[("JANGBU_TEST_PATIENCE_MS", "200")]);
    assert_eq!(slow.error(), "bigquery.network");
    assert!(slow.stderr.contains("not loaded: orders 2024-07"), "{}", slow.stderr);
    proxy.breaks([]);
    let report = shop.push(&dataset, &proxy.endpoint(), &[]).ok();
    assert_eq!(report.loads().len(), 4);
    assert_equal(emulator, &shop, &dataset, ALL);
    let uploads = proxy.take_seen().iter().filter(|m| m.method() == "PUT").count();
    assert_eq!(uploads, 2, "one month and jangbu_loads");
}

/// Kills pushes at every `stride`-th step. After half of the deaths the ledger changes before the next push: what was on
/// its way is not what must arrive.
fn killed(mode: &str, stride: usize) {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let shop = Shop::new();
    one_month(&shop);
    let dataset = emulator.dataset(&format!("killed_{mode}"), &Value::Null);
    let push = |variables: &[(&str, &str)]| {
        shop.push_with(&dataset, &proxy.endpoint(), &["--mode", mode], variables)
    };
    let mut deaths = 0;
    for step in (1..).step_by(stride) {
        // The first death comes before there are tables.
        let run = if step == 1 { None } else { Some(change(&shop)) };
        let at = format!("any:{step}");
        let ran = push(&[("JANGBU_KILL_STEP", &at)]);
        if ran.status == 0 {
            assert_equal(emulator, &shop, &dataset, ALL);
            break;
        }
        assert_eq!(ran.status, -1, "{}{}", ran.stdout, ran.stderr);
        deaths += 1;
        if let Some(run) = run.as_ref().filter(|_| deaths % 2 == 0) {
            shop.run(&["undo", run]).ok();
        }
        push(&[]).ok();
        assert_equal(emulator, &shop, &dataset, ALL);
        if let Some(run) = run.filter(|_| deaths % 2 == 1) {
            shop.run(&["undo", &run]).ok();
            push(&[]).ok();
            assert_equal(emulator, &shop, &dataset, ALL);
        }
    }
    assert!(deaths > 3, "{deaths} deaths");
    let left = emulator.tables(&dataset);
    let stages: Vec<&String> = left.iter().filter(|t| t.starts_with("jangbu_stage")).collect();
    for stage in stages {
        let table = emulator.table(&dataset, stage).unwrap();
        assert_ne!(table["expirationTime"], json!(null), "a staging table that is left goes by itself");
    }
}

#[test]
fn a_replacing_push_killed_anywhere_ends_like_an_undisturbed_one() {
    killed("replace", 13);
}

#[test]
fn a_merging_push_killed_anywhere_ends_like_an_undisturbed_one() {
    killed("merge", 19);
}

/// A server that gives tokens, a new one each time.
fn token_server() -> (u16, std::sync::Arc<std::sync::atomic::AtomicUsize>) {
    use std::io::Write as _;
    use std::sync::atomic::{AtomicUsize, Ordering};

    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let given = std::sync::Arc::new(AtomicUsize::new(0));
    let count = std::sync::Arc::clone(&given);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            if super::http::Message::read(&stream).is_ok() {
                let n = count.fetch_add(1, Ordering::SeqCst) + 1;
                let body =
                    json!({"access_token": format!("token-{n}"), "token_type": "Bearer", "expires_in": 3600});
                let answer = super::http::Message {
                    first: "HTTP/1.1 200 OK".into(),
                    headers: vec![("content-type".into(), "application/json".into())],
                    body: body.to_string().into_bytes(),
                };
                let _ = stream.write_all(&answer.bytes());
            }
        }
    });
    (port, given)
}

#[test]
fn a_token_that_is_no_longer_taken_is_replaced_once() {
    use std::sync::atomic::Ordering;

    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let shop = Shop::new();
    one_month(&shop);
    let (port, given) = token_server();
    std::fs::write(shop.path("subject"), "who I am").unwrap();
    let key = json!({
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": format!("http://127.0.0.1:{port}/token"),
        "credential_source": {"file": shop.path("subject")},
    });
    std::fs::write(shop.path("key.json"), key.to_string()).unwrap();
    let dataset = emulator.dataset("tokens", &Value::Null);
    // One refusal while reading, one in the middle of an upload.
    let refuse = |words, nth| Fault {
        words,
        nth,
        times: 1,
        when: When::Before,
        instead: Break::Status(401, "authError"),
    };
    proxy.breaks([refuse(&["GET", "/datasets/"], 1), refuse(&["PUT", "/upload/"], 1)]);
    shop.push(&dataset, &proxy.endpoint(), &["--credentials", "key.json"]).ok();
    assert_eq!(proxy.broken(), 2);
    assert_equal(emulator, &shop, &dataset, ALL);
    assert_eq!(given.load(Ordering::SeqCst), 3, "one token to begin with, one after each refusal");
    let bearers: Vec<String> =
        proxy.take_seen().iter().map(|m| m.header("authorization").unwrap_or("none").to_owned()).collect();
    assert_eq!(bearers[..2], ["Bearer token-1", "Bearer token-2"]);
    assert_eq!(bearers.last().unwrap(), "Bearer token-3");

    // An emulator gets no token that it was not meant to get.
    std::fs::write(
        shop.path("jangbu.toml"),
        "malls = [\"haruhome\"]\n[bigquery]\ncredentials = \"key.json\"\n",
    )
    .unwrap();
    shop.push(&dataset, &proxy.endpoint(), &["--dry-run"]).ok();
    assert!(proxy.take_seen().iter().all(|m| m.header("authorization").is_none()));
}
