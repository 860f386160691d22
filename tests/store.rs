//! The program against an independent calculation of the rules: hand-written scenarios and generated stores.

#[cfg(test)]
mod model;
