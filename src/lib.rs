//! One order history for Cafe24 stores. `ARCHITECTURE.md` is the map.

pub mod cli;
pub mod core;
pub mod io;
