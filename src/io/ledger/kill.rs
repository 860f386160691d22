//! Named moments at which tests end the process, to see that a run is committed whole or not at all.

/// Every name, in the order in which a commit passes them.
#[cfg(test)]
pub(super) const KILL_POINTS: [&str; 8] = [
    "opened",
    "bodies_written",
    "month_written",
    "months_written",
    "synced",
    "in_transaction",
    "committed",
    "one_deleted",
];

/// Ends the process at once if a test asked for it; nothing in a release build.
pub(super) fn kill_point(name: &str) {
    if cfg!(debug_assertions) && std::env::var_os("JANGBU_KILL_AT").is_some_and(|at| at == name) {
        std::process::abort();
    }
}
