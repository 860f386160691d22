//! The pure middle: no file, clock, environment or network. Everything here returns values and problems.

pub mod api;
pub mod batch;
pub mod cell;
pub mod coverage;
pub mod drift;
pub mod filename;
pub mod fold;
pub mod inbox;
pub mod nearest;
pub mod normalise;
pub mod number;
pub mod person;
pub mod plan;
pub mod problem;
pub mod reconcile;
pub mod rows;
pub mod sales;
pub mod schema;
pub mod stage;
pub mod table;
pub mod tables;
pub mod text;
pub mod time;
pub mod types;
