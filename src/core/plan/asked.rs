//! Requests that were made: whether what they asked for has come.
//!
//! That is told from the orders and files that the ledger has now, never stored. Undo the run that brought a file, and the request
//! that it answered is open again.

use std::collections::BTreeMap;

use super::{Kind, Span};
use crate::core::coverage::{Coverage, DayCover, SeenOrder, Verdict};
use crate::core::types::Day;

/// A request that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    pub kind: Kind,
    pub span: Span,
    pub on: Day,
}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It has not come for longer than is usual.
    Overdue,
    Waiting,
    Arrived,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Waiting => "waiting",
            Self::Arrived => "arrived",
        }
    }
}

/// How a request stands, and what of it has not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    pub state: State,
    /// Days since it was made.
    pub waited: u64,
    /// Days that are still missing, or that have orders which nobody looked at since.
    pub days_left: u64,
}

/// How a request of a shop stands today.
pub fn answered(
    asked: &Asked,
    coverage: &Coverage,
    orders: &[SeenOrder],
    settle_days: i32,
    overdue_days: u32,
    today: Day,
) -> Answered {
    let days_left = match asked.kind {
        Kind::Missing => missing(asked, coverage, orders),
        Kind::Drift => not_looked_at(asked, orders, settle_days),
    };
    let waited = u64::try_from(today.0 - asked.on.0).unwrap_or_default();
    let state = match days_left {
        0 => State::Arrived,
        _ if waited > u64::from(overdue_days) => State::Overdue,
        _ => State::Waiting,
    };
    Answered { state, waited, days_left }
}

fn missing(asked: &Asked, coverage: &Coverage, orders: &[SeenOrder]) -> u64 {
    let made = made(orders);
    let inside: Vec<&DayCover> = coverage.days.iter().filter(|d| asked.span.contains(d.day)).collect();
    let lacks = |day: &&&DayCover| matches!(day.verdict, Verdict::Gap | Verdict::Partial);
    let lacking = inside.iter().filter(lacks).count() as u64;
    // Before the first and behind the last known order a file can only be silent: one that came since is believed.
    let came = |file: &u32| made.get(file).is_some_and(|day| *day >= asked.on);
    if inside.iter().any(|day| day.claims.iter().any(came)) {
        return lacking;
    }
    lacking + asked.span.days().saturating_sub(inside.len() as u64)
}

/// The day on which each file was made: the latest that its orders tell.
fn made(orders: &[SeenOrder]) -> BTreeMap<u32, Day> {
    let mut made: BTreeMap<u32, Day> = BTreeMap::new();
    for (file, at) in orders.iter().flat_map(|o| &o.looks) {
        let day = at.to_kst().day();
        made.entry(*file).and_modify(|d| *d = (*d).max(day)).or_insert(day);
    }
    made
}

/// Days with orders that have not settled and were last looked at before the request.
fn not_looked_at(asked: &Asked, orders: &[SeenOrder], settle_days: i32) -> u64 {
    let stale = |order: &&SeenOrder| {
        let last = order.looks.iter().map(|(_, at)| *at).max();
        last.is_some_and(|at| at < asked.on.begins() && at.to_kst().day().0 - order.day.0 < settle_days)
    };
    let days = orders.iter().filter(|o| asked.span.contains(o.day)).filter(stale).map(|o| o.day);
    days.collect::<std::collections::BTreeSet<Day>>().len() as u64
}
