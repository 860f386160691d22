//! Tokens: how they are asked for, when they are replaced, who gets them.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::emulator::emulator;
use super::http::Message;
use super::proxy::{Break, Fault, Proxy, When};
use super::shop::{Shop, assert_equal};

const ALL: &str = "TRUE";

/// A server that gives tokens, a new one each time, and keeps what it was asked. Its first answers may be others.
struct TokenServer {
    port: u16,
    asked: Arc<Mutex<Vec<Message>>>,
}

impl TokenServer {
    fn start(first: Vec<Message>) -> Self {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let keeping = Arc::clone(&asked);
        std::thread::spawn(move || {
            let (mut first, mut given) = (first.into_iter(), 0);
            for mut stream in listener.incoming().flatten() {
                let Ok(message) = Message::read(&stream) else { continue };
                keeping.lock().unwrap().push(message);
                let answer = first.next().unwrap_or_else(|| {
                    given += 1;
                    let token = format!("token-{given}");
                    let body = json!({"access_token": token, "token_type": "Bearer", "expires_in": 3600});
                    answer("200 OK", &body.to_string())
                });
                let _ = stream.write_all(&answer.bytes());
            }
        });
        Self { port, asked }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/token", self.port)
    }

    fn asked(&self) -> Vec<Message> {
        self.asked.lock().unwrap().clone()
    }
}

fn answer(status: &str, body: &str) -> Message {
    Message {
        first: format!("HTTP/1.1 {status}"),
        headers: vec![("content-type".into(), "application/json".into())],
        body: body.as_bytes().to_vec(),
    }
}

/// Makes an RSA key (`make`), or says whether a token was signed with one (`check`): arithmetic, no library.
const RSA: &str = r#"
import base64, hashlib, json, secrets, sys
def prime(bits):
    while True:
        n = secrets.randbits(bits) | (3 << (bits - 2)) | 1
        if any(n % p == 0 for p in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)) or (n - 1) % 65537 == 0:
            continue
        d, r = n - 1, 0
        while d % 2 == 0:
            d, r = d // 2, r + 1
        for _ in range(20):
            x = pow(secrets.randbelow(n - 3) + 2, d, n)
            if x in (1, n - 1):
                continue
            for _ in range(r - 1):
                x = x * x % n
                if x == n - 1:
                    break
            else:
                break
        else:
            return n
def der(tag, body):
    length = len(body)
    if length > 127:
        size = (length.bit_length() + 7) // 8
        return bytes([tag, 128 + size]) + length.to_bytes(size, "big") + body
    return bytes([tag, length]) + body
def number(n):
    return der(2, n.to_bytes(n.bit_length() // 8 + 1, "big"))
def make():
    e, p, q = 65537, prime(1024), prime(1024)
    p, q = max(p, q), min(p, q)
    n, d = p * q, pow(65537, -1, (p - 1) * (q - 1))
    key = der(48, b"".join(map(number, (0, n, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p)))))
    rsa = der(48, bytes.fromhex("06092a864886f70d0101010500"))
    text = base64.encodebytes(der(48, number(0) + rsa + der(4, key))).decode()
    begin, end = ("-----%s PRIVATE KEY-----\n" % word for word in ("BEGIN", "END"))
    print(json.dumps({"pem": begin + text + end, "modulus": hex(n)}))
def check(modulus, token):
    n = int(modulus, 16)
    signed, signature = token.rsplit(".", 1)
    decode = lambda part: base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    found = pow(int.from_bytes(decode(signature), "big"), 65537, n).to_bytes(256, "big")
    info = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(signed.encode()).digest()
    good = found == b"\x00\x01" + b"\xff" * (256 - 3 - len(info)) + b"\x00" + info
    header, claims = (json.loads(decode(part)) for part in signed.split("."))
    print(json.dumps({"good": good, "header": header, "claims": claims}))
{"make": make, "check": check}[sys.argv[1]](*sys.argv[2:])
"#;

fn rsa(arguments: &[&str]) -> Value {
    let output = Command::new("python3").args(["-c", RSA]).args(arguments).stdin(Stdio::null()).output();
    let output = output.expect("python3");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn form(body: &[u8]) -> BTreeMap<String, String> {
    let url = reqwest::Url::parse(&format!("http://x/?{}", String::from_utf8_lossy(body))).unwrap();
    url.query_pairs().into_owned().collect()
}

fn bearers(proxy: &Proxy) -> Vec<String> {
    proxy.take_seen().iter().map(|m| m.header("authorization").unwrap_or("none").to_owned()).collect()
}

#[test]
fn a_service_account_signs_its_way_to_a_token() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let shop = Shop::new();
    shop.two_months();
    let key = rsa(&["make"]);
    // The server stumbles twice: an error page, and an error of its own.
    let stumbles = [answer("502 Bad Gateway", "<html>"), answer("503 Unavailable", "later")];
    let server = TokenServer::start(stumbles.to_vec());
    let account = "jangbu@my-project.iam.gserviceaccount.com";
    let file = |token_uri: &str| {
        json!({
            "type": "service_account", "project_id": "my-project", "private_key_id": "k1",
            "private_key": key["pem"], "client_email": account, "client_id": "1",
            "auth_uri": "https://accounts.google.com/o/oauth2/auth", "token_uri": token_uri,
        })
    };
    std::fs::write(shop.path("key.json"), file(&server.url()).to_string()).unwrap();
    let dataset = emulator.dataset("service_account", &Value::Null);
    shop.push(&dataset, &proxy.endpoint(), &["--credentials", "key.json"]).ok();
    assert_equal(emulator, &shop, &dataset, ALL);
    let sent = bearers(&proxy);
    assert!(sent.len() > 10 && sent.iter().all(|bearer| bearer == "Bearer token-1"), "{sent:?}");

    let asked = server.asked();
    assert_eq!(asked.len(), 3, "one token does for a whole push");
    let form = form(&asked[2].body);
    assert_eq!(form["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
    let token = rsa(&["check", key["modulus"].as_str().unwrap(), &form["assertion"]]);
    assert_eq!(token["good"], true, "it is signed with the key of the file");
    assert_eq!(token["header"]["alg"], "RS256");
    let claims = &token["claims"];
    assert_eq!(claims["iss"], account);
    assert_eq!(claims["aud"], server.url());
    assert_eq!(claims["scope"], "https://www.googleapis.com/auth/bigquery");
    let (from, to) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
    assert!((1..=3600).contains(&(to - from)), "{claims}");

    // What is wrong with the account is said at once, and neither key nor assertion with it.
    let refusal = r#"{"error": "invalid_grant", "error_description": "Invalid JWT Signature."}"#;
    let server = TokenServer::start(vec![answer("400 Bad Request", refusal)]);
    std::fs::write(shop.path("key.json"), file(&server.url()).to_string()).unwrap();
    let refused = shop.push(&dataset, &proxy.endpoint(), &["--credentials", "key.json", "-v"]);
    assert_eq!(refused.error(), "bigquery.credentials");
    assert!(refused.stderr.contains("Invalid JWT Signature"), "{}", refused.stderr);
    assert_eq!(server.asked().len(), 1);
    let told = format!("{}{}", refused.stdout, refused.stderr);
    let secret = key["pem"].as_str().unwrap().lines().nth(3).unwrap();
    assert!(!told.contains(secret) && !told.contains("assertion"), "{told}");

    // Nobody gives tokens there: asked for a while, then said.
    std::fs::write(shop.path("key.json"), file("http://127.0.0.1:1/token").to_string()).unwrap();
    let impatient = [("JANGBU_TEST_PATIENCE_MS", "50")];
    let away = shop.push_with(&dataset, &proxy.endpoint(), &["--credentials", "key.json"], &impatient);
    assert_eq!(away.error(), "bigquery.credentials");
    assert!(away.stderr.contains("cannot be reached"), "{}", away.stderr);
    let checks = shop.run(&[
        "doctor",
        "--json",
        "--dataset",
        &dataset,
        "--endpoint",
        &proxy.endpoint(),
        "--credentials",
        "key.json",
    ]);
    assert_eq!(checks.status, 1);
    assert!(checks.stdout.contains("cannot be reached"), "{}", checks.stdout);
}

#[test]
fn a_token_that_is_no_longer_taken_is_replaced_once() {
    let emulator = emulator();
    let proxy = Proxy::start(emulator);
    let shop = Shop::new();
    shop.two_months();
    let server = TokenServer::start(Vec::new());
    std::fs::write(shop.path("subject"), "who I am").unwrap();
    let key = json!({
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": server.url(),
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
    assert_eq!(server.asked().len(), 3, "one token to begin with, one after each refusal");
    let bearers = bearers(&proxy);
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
