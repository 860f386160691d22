//! A BigQuery to try things on: the emulator of the tests, behind the proxy that plays partition decorators.
//!
//! `cargo run --example bigquery-emulator` prints an endpoint and an empty dataset, and runs until it is stopped.

#[cfg(all(feature = "bigquery", unix))]
#[path = "../tests/warehouse/emulator.rs"]
#[allow(dead_code, clippy::unwrap_used, reason = "they are made for tests")]
mod emulator;
#[cfg(all(feature = "bigquery", unix))]
#[path = "../tests/warehouse/http.rs"]
#[allow(dead_code, clippy::unwrap_used, reason = "they are made for tests")]
mod http;
#[cfg(all(feature = "bigquery", unix))]
#[path = "../tests/warehouse/proxy.rs"]
#[allow(dead_code, clippy::unwrap_used, reason = "they are made for tests")]
mod proxy;

#[cfg(all(feature = "bigquery", unix))]
#[allow(clippy::print_stdout, reason = "it is a program of its own")]
fn main() {
    let emulator = emulator::emulator();
    let proxy = proxy::Proxy::start(emulator);
    let dataset = emulator.dataset("cafe24", &serde_json::Value::Null);
    println!("endpoint {}\ndataset  {dataset}", proxy.endpoint());
    loop {
        std::thread::park();
    }
}

#[cfg(not(all(feature = "bigquery", unix)))]
fn main() {}
