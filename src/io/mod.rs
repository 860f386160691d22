//! Everything that touches the world: files, archives, the ledger. It knows the pure middle; the middle does not know it.

pub mod ledger;
pub mod read;
