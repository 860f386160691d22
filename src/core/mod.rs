//! The pure middle: no file, clock, environment or network. Everything here returns values and problems.

pub mod cell;
pub mod filename;
pub mod number;
pub mod person;
pub mod schema;
pub mod text;
pub mod time;
pub mod types;
