//! The pure middle: no file, clock, environment or network. Everything here returns values and problems.

pub mod batch;
pub mod cell;
pub mod filename;
pub mod fold;
pub mod number;
pub mod person;
pub mod problem;
pub mod schema;
pub mod tables;
pub mod text;
pub mod time;
pub mod types;
