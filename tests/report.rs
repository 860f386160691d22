//! `jangbu report` in a real browser.
#![cfg(unix)]

#[cfg(test)]
mod page;
