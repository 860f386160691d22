//! What Cafe24 is to be asked for next: missing and drifting days turned into downloads (`docs/RULES.md`, What to ask for).
//!
//! A request is a range of order days that one download can give. How far back the admin and the API serve is a setting, for
//! little of it is documented; it chooses the way that is proposed first and never forbids one.

mod asked;
mod form;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Deserialize;

use super::coverage::{Coverage, DayCover, Rule, Verdict};
use super::types::Day;
pub use asked::{Answered, Asked, State, answered};
pub use form::{FormColumn, Need, form};

/// Drifting days that lie no farther apart than this are asked for together, with the settled days between them.
const TOGETHER: i32 = 14;

/// Why days are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Orders of these days are not known, or perhaps not all.
    Missing,
    /// Orders are known, but were looked at too early.
    Drift,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Drift => "drift",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Missing, Self::Drift].into_iter().find(|k| k.as_str() == text)
    }
}

/// How far what serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizons {
    /// The longest range of one download, in months; at least one.
    pub download_months: u32,
    /// So many months back the admin lists orders; 0: without end.
    pub admin_months: u32,
    /// So many months back the API serves; 0: it is not used.
    pub api_months: u32,
}

/// A way to get the orders of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// A download of the admin.
    Admin,
    Api,
    /// A file that an operator keeps, or the admin's archive of old orders.
    History,
}

impl Way {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin_download",
            Self::Api => "api",
            Self::History => "history_file",
        }
    }
}

/// Days from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub from: Day,
    pub to: Day,
}

impl Span {
    pub fn contains(self, day: Day) -> bool {
        self.from <= day && day <= self.to
    }

    pub fn days(self) -> u64 {
        u64::try_from(self.to.0 - self.from.0 + 1).unwrap_or_default()
    }
}

/// What one download is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub kind: Kind,
    pub span: Span,
    /// Days of which no orders are known.
    pub missing_days: u64,
    /// Days of which perhaps not all orders are known.
    pub incomplete_days: u64,
    /// Orders that may have drifted.
    pub drifting_orders: u64,
    /// The one to try first comes first.
    pub ways: Vec<Way>,
}

/// What is asked about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Only days from here; those before the first known day count as missing.
    pub from: Option<Day>,
    /// Only days up to here; those behind the last known day count as missing, up to yesterday.
    pub to: Option<Day>,
}

/// What a day wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Want {
    Missing,
    Incomplete,
    Drift { orders: u64 },
}

impl Want {
    fn kind(self) -> Kind {
        match self {
            Self::Missing | Self::Incomplete => Kind::Missing,
            Self::Drift { .. } => Kind::Drift,
        }
    }
}

/// The requests for a shop: missing days before drifting ones, each oldest first. Days of `asked` are left out.
pub fn requests(
    coverage: &Coverage,
    limits: Limits,
    asked: &[Span],
    horizons: Horizons,
    uses_api: bool,
    today: Day,
) -> Vec<Request> {
    let mut wants = wants(coverage, limits, today);
    wants.retain(|day, _| !asked.iter().any(|span| span.contains(*day)));
    let mut requests: Vec<Request> = runs(&wants, asked)
        .into_iter()
        .flat_map(|(kind, span)| cut(span, &wants, horizons, today).into_iter().map(move |part| (kind, part)))
        .map(|(kind, span)| {
            let inside = || wants.range(span.from..=span.to).map(|(_, want)| *want);
            Request {
                kind,
                span,
                missing_days: inside().filter(|w| *w == Want::Missing).count() as u64,
                incomplete_days: inside().filter(|w| *w == Want::Incomplete).count() as u64,
                drifting_orders: inside()
                    .map(|w| if let Want::Drift { orders } = w { orders } else { 0 })
                    .sum(),
                ways: ways(span, horizons, uses_api, today),
            }
        })
        .collect();
    requests.sort_by_key(|r| (r.kind, r.span));
    requests
}

/// Why the days of a span would be asked for; `None` where nothing of it is missing or drifting.
pub fn kind_of(coverage: &Coverage, span: Span, today: Day) -> Option<Kind> {
    let limits = Limits { from: Some(span.from), to: Some(span.to) };
    wants(coverage, limits, today).values().map(|w| w.kind()).min()
}

fn wants(coverage: &Coverage, limits: Limits, today: Day) -> BTreeMap<Day, Want> {
    let yesterday = Day(today.0 - 1);
    let (Some(first), Some(last)) = (coverage.days.first(), coverage.days.last()) else {
        return BTreeMap::new();
    };
    let mut wants: BTreeMap<Day, Want> =
        coverage.days.iter().filter_map(|day| Some((day.day, want(day, last.day)?))).collect();
    let before = limits.from.map_or(first.day, |from| from.min(first.day));
    let after = limits.to.map_or(last.day, |to| to.min(yesterday));
    let unknown = (before.0..first.day.0).chain(last.day.0 + 1..=after.0);
    wants.extend(unknown.map(|day| (Day(day), Want::Missing)));
    wants.retain(|day, _| {
        *day <= yesterday
            && limits.from.is_none_or(|from| from <= *day)
            && limits.to.is_none_or(|to| *day <= to)
    });
    wants
}

fn want(day: &DayCover, last: Day) -> Option<Want> {
    match (day.verdict, day.rule) {
        (Verdict::Gap, _) => Some(Want::Missing),
        // The next usual download brings the rest of the last day.
        (Verdict::Partial, Rule::DayNotOver) if day.day == last => None,
        (Verdict::Partial, _) => Some(Want::Incomplete),
        (Verdict::Covered, _) => {
            let orders = day.facts.as_ref().map_or(0, |f| f.may_have_drifted);
            (orders > 0).then_some(Want::Drift { orders })
        }
        (Verdict::Quiet | Verdict::Waiting, _) => None,
    }
}

/// Days that are asked for in one go, before anything limits it.
fn runs(wants: &BTreeMap<Day, Want>, asked: &[Span]) -> Vec<(Kind, Span)> {
    let mut runs: Vec<(Kind, Span)> = Vec::new();
    for (&day, want) in wants {
        let kind = want.kind();
        let joins = |span: &Span| {
            let apart = day.0 - span.to.0;
            let free = |between: Day| !asked.iter().any(|a| a.contains(between));
            apart == 1
                || (kind == Kind::Drift && apart <= TOGETHER && (span.to.0 + 1..day.0).map(Day).all(free))
        };
        match runs.last_mut() {
            Some((last, span)) if *last == kind && joins(span) => span.to = day,
            _ => runs.push((kind, Span { from: day, to: day })),
        }
    }
    runs
}

/// A run in parts that one download can give: cut where the admin's list ends, and at ends of months where it is too long.
/// Each part begins and ends with a day that is wanted.
fn cut(run: Span, wants: &BTreeMap<Day, Want>, horizons: Horizons, today: Day) -> Vec<Span> {
    let months = i32::try_from(horizons.download_months.max(1)).unwrap_or(i32::MAX);
    let archive_ends = archive_end(horizons, today);
    let mut parts = Vec::new();
    let mut from = run.from;
    loop {
        let longest = Day(from.months_later(months).0 - 1);
        let mut to = run.to;
        if to > longest {
            // The last end of a month up to there.
            let next = Day(longest.0 + 1);
            to = next.month().first_day().map_or(longest, |first| Day(first.0 - 1)).max(from);
        }
        if let Some(end) = archive_ends.filter(|end| from <= *end && *end < to) {
            to = end;
        }
        let inside = wants.range(from..=to);
        if let (Some((first, _)), Some((last, _))) = (inside.clone().next(), inside.clone().next_back()) {
            parts.push(Span { from: *first, to: *last });
        }
        match wants.range(Day(to.0 + 1)..=run.to.max(Day(to.0 + 1))).next() {
            Some((next, _)) if *next <= run.to => from = *next,
            _ => return parts,
        }
    }
}

/// The last day that the admin may no longer list: the end of the month that holds its horizon, for orders move to the
/// archive some time after they were placed.
fn archive_end(horizons: Horizons, today: Day) -> Option<Day> {
    let months = i32::try_from(horizons.admin_months).ok().filter(|m| *m > 0)?;
    let next = today.months_later(-months).months_later(1).month().first_day()?;
    Some(Day(next.0 - 1))
}

/// How the orders of a span can be got.
pub fn ways(span: Span, horizons: Horizons, uses_api: bool, today: Day) -> Vec<Way> {
    if archive_end(horizons, today).is_some_and(|end| span.to <= end) {
        return vec![Way::History];
    }
    let api_months = i32::try_from(horizons.api_months).unwrap_or(i32::MAX);
    let api_serves = api_months > 0 && today.months_later(-api_months) <= span.from;
    match (api_serves, uses_api) {
        (false, _) => vec![Way::Admin],
        (true, false) => vec![Way::Admin, Way::Api],
        (true, true) => vec![Way::Api, Way::Admin],
    }
}
