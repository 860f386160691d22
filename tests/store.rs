//! The program against an independent calculation of the contract: hand-written scenarios and generated stores.

#[cfg(test)]
mod model;
