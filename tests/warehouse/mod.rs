//! What the tests stand on: an emulator that they start themselves ([`emulator`]), a proxy before it that plays what the
//! emulator cannot and breaks what should not break ([`proxy`]), and a ledger of their own ([`shop`]).

pub mod emulator;
pub mod http;
pub mod proxy;
pub mod shop;

mod credentials;
mod doctor;
mod faults;
mod pull;
mod push;
mod watch;
