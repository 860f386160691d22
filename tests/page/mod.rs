//! What the tests stand on: a browser ([`browser`]), the page as the browser has it ([`dom`]), a made-up ledger ([`shop`]),
//! and the numbers that must be in the page, added up anew from what other commands print ([`sums`]).

pub mod browser;
#[path = "../model/canary.rs"]
pub mod canary;
pub mod dom;
#[path = "../model/ledger.rs"]
#[expect(dead_code, reason = "other tests use the rest of it")]
pub mod ledger;
pub mod shop;
pub mod sums;

mod access;
mod looks;
mod numbers;
