//! A second, deliberately naive calculation of what the rules promise, and the means to compare the program with it.
//!
//! Nothing here shares code with `src/core`: the model is written from the rules' sentences, works on maps of text,
//! and sees files only as the rows a correct reader must see. The program is only ever run as a binary.

pub mod canary;
pub mod compare;
pub mod fold;
pub mod generate;
pub mod headers;
pub mod ledger;
pub mod numbers;
pub mod office;
pub mod older;
pub mod plan;
pub mod promises;
pub mod reconcile;
pub mod render;
pub mod rng;
pub mod scenario;
pub mod scenarios_fold;
pub mod scenarios_read;
pub mod scenarios_runs;
pub mod times;
pub mod truth;
pub mod week;
pub mod words;
