//! Which days are judged (`docs/RULES.md`, Files against the API).
//!
//! A side that was never asked about a day, or only about some of its orders, cannot be blamed for what it lacks.

use std::collections::BTreeMap;

use crate::core::coverage::{Coverage, DayCover, Verdict};
use crate::core::types::Day;

/// What of a day is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Both sides cover the day: everything, also what one of them lacks.
    Whole,
    /// Both have orders of it, but one perhaps not all: the orders that both have.
    Common,
    /// Nothing: only files speak of it.
    FilesOnly,
    /// Nothing: only the API speaks of it.
    ApiOnly,
}

impl Scope {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Common => "common",
            Self::FilesOnly => "files_only",
            Self::ApiOnly => "api_only",
        }
    }

    pub fn is_judged(self) -> bool {
        matches!(self, Self::Whole | Self::Common)
    }
}

/// One side of a shop's history.
#[derive(Clone, Copy)]
pub struct SideCover<'a> {
    /// Told by this side's observations alone.
    pub own: &'a Coverage,
    /// Whether a file, by its number, is of this side.
    pub has: &'a dyn Fn(u32) -> bool,
}

/// The scope of every day of which a side has orders. `all` is told by the observations of both.
pub fn scopes(all: &Coverage, files: SideCover<'_>, api: SideCover<'_>) -> BTreeMap<Day, Scope> {
    let [of_files, of_api] = [files, api].map(|side| by_day(side.own));
    let scope = |day: &DayCover| {
        let (f, a) = (of_files.get(&day.day), of_api.get(&day.day));
        let orders = |own: Option<&&DayCover>| own.is_some_and(|d| d.facts.is_some());
        let covers = |side: SideCover<'_>, own: Option<&&DayCover>| {
            if orders(own) {
                own.is_some_and(|d| d.verdict == Verdict::Covered)
            } else {
                // A silent side covers the day if a listing of it, measured by all that is known, reaches over it.
                day.claims.iter().any(|file| (side.has)(*file))
            }
        };
        match (orders(f), orders(a)) {
            (false, false) => None,
            _ if covers(files, f) && covers(api, a) => Some(Scope::Whole),
            (true, true) => Some(Scope::Common),
            (true, false) => Some(Scope::FilesOnly),
            (false, true) => Some(Scope::ApiOnly),
        }
    };
    all.days.iter().filter_map(|day| Some((day.day, scope(day)?))).collect()
}

fn by_day(coverage: &Coverage) -> BTreeMap<Day, &DayCover> {
    coverage.days.iter().map(|d| (d.day, d)).collect()
}
