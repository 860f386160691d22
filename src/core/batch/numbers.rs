//! Which number a content has.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Numbers of bodies by the hash of their content.
pub type ContentNumbers = HashMap<u128, u32, BuildHasherDefault<TakeLow64>>;

/// Content hashes are random already; hashing them again would be wasted.
#[derive(Default)]
pub struct TakeLow64(u64);

impl Hasher for TakeLow64 {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for (i, b) in bytes.iter().take(8).enumerate() {
            self.0 |= u64::from(*b) << (8 * i);
        }
    }

    fn write_u128(&mut self, n: u128) {
        self.0 = u64::try_from(n & u128::from(u64::MAX)).unwrap_or_default();
    }
}
