//! What is said when the program has a bug.

use std::io::Write;

/// Replaces the message of a panic, which could quote a cell, by the place where it happened.
pub(super) fn install_hook() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        let _ = writeln!(
            std::io::stderr(),
            "error: stopped unexpectedly{place}; the ledger holds what was committed before\n\
             hint: please report this place and the command, without any data"
        );
    }));
}
