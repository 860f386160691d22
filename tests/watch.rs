//! `watch` as its users run it.

#[cfg(unix)]
#[cfg(test)]
mod folder;
