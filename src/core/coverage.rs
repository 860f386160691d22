//! Which days are known, and what the days without orders are (`docs/RULES.md`, Coverage).
//!
//! A day without orders is a gap or a quiet day, and only two things can tell: the range that listings around it claim to
//! cover, and how many orders the shop usually takes. Neither is trusted alone. A workbook put together from January and
//! March claims February too, so a claim must be plausible at the shop's pace, or be made twice.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::types::{Day, Instant, Source};

/// A quiet stretch in which so many orders were to be expected is not believed: its chance is below one in a thousand.
const IMPLAUSIBLE: u64 = 7;
/// A file is a listing where it has at least four of five of the orders that are known in its range.
const LISTING: (u64, u64) = (4, 5);
/// Days on either side that tell the pace of a stretch.
const NEIGHBOURHOOD: i32 = 45;
/// The pace of fewer days than this is not known.
const FEWEST_DAYS: u64 = 14;
/// A listing never reaches farther beyond its orders than this, in days.
const LONGEST_EDGE: i32 = 7;
/// An observation older than this, in days, is old.
const FRESH: i32 = 7;

/// One order of one shop, and who saw it when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenOrder {
    pub day: Day,
    pub items: u64,
    /// Number of the file in the list that is given along, and the moment of the observation.
    pub looks: BTreeSet<(u32, Instant)>,
}

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileTold {
    pub source: Source,
    /// Its rows speak of items: a list with one row an order is made of claims, not of all orders.
    pub has_items: bool,
    /// First and last order day over all shops of the mall: a file that has several shops reaches equally far for each.
    pub range: Option<(Day, Day)>,
}

impl FileTold {
    /// Makes the range hold a day.
    pub fn reach(&mut self, day: Day) {
        self.range = Some(self.range.map_or((day, day), |(first, last)| (first.min(day), last.max(day))));
    }
}

/// When an order is looked at again in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    pub today: Day,
    /// So many days after an order its refunds have come.
    pub settle_days: i32,
}

/// How a day stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Orders, and a listing that reaches over the whole day.
    Covered,
    /// Orders, but there may be more.
    Partial,
    /// No orders, and that is believed.
    Quiet,
    /// No orders, because nobody asked or a file lacks them.
    Gap,
    /// No orders yet: they wait in the quarantine.
    Waiting,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Covered => "covered",
            Self::Partial => "partial",
            Self::Quiet => "quiet",
            Self::Gap => "gap",
            Self::Waiting => "waiting",
        }
    }
}

/// The rule that spoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A listing reaches over the day and has orders of it.
    Listed,
    /// The newest listing was made on the day itself.
    DayNotOver,
    /// Only files that list some of the orders speak of the day.
    ExcerptOnly,
    /// A listing reaches over the day, and at the shop's pace such a stretch happens.
    Claimed,
    /// Two downloads of different days agree that there was nothing, unlikely as it is.
    ClaimedTwice,
    /// The day lies so close to a listing's first or last order that its range may well reach over it.
    Edge,
    /// A listing reaches over the day, but the shop is never quiet for so long.
    Pace,
    /// No listing reaches over the day.
    Unclaimed,
    /// A row in the quarantine is of that day.
    Quarantine,
}

impl Rule {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::DayNotOver => "day_not_over",
            Self::ExcerptOnly => "excerpt_only",
            Self::Claimed => "claimed",
            Self::ClaimedTwice => "claimed_twice",
            Self::Edge => "edge",
            Self::Pace => "pace",
            Self::Unclaimed => "unclaimed",
            Self::Quarantine => "quarantine",
        }
    }
}

/// What is known of a day that has orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayFacts {
    pub orders: u64,
    pub items: u64,
    /// Orders that each source has spoken of.
    pub by_source: BTreeMap<Source, u64>,
    pub first_observed: Instant,
    pub last_observed: Instant,
    /// Orders that were observed at one moment only.
    pub seen_once: u64,
    /// Orders that were last looked at before they had settled, and not lately: they may have drifted since.
    pub may_have_drifted: u64,
}

/// A day of a shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayCover {
    pub day: Day,
    pub verdict: Verdict,
    pub rule: Rule,
    /// `None` where the day has no orders.
    pub facts: Option<DayFacts>,
    /// Files, by number, whose range reaches over the day.
    pub claims: Vec<u32>,
}

/// Consecutive days without orders of which one rule speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub from: Day,
    pub to: Day,
    pub verdict: Verdict,
    pub rule: Rule,
    /// Orders that the shop's pace lets expect, in hundredths; `None` where the pace is not known.
    pub expected: Option<u64>,
    /// Files that reach over days of it, those that reach over most of them first.
    pub claims: Vec<u32>,
}

impl Stretch {
    pub fn days(&self) -> u64 {
        u64::try_from(self.to.0 - self.from.0 + 1).unwrap_or_default()
    }
}

/// The days of a shop from the first that is known to the last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    pub days: Vec<DayCover>,
    pub stretches: Vec<Stretch>,
    /// Orders a day, in hundredths, of the days that listings reach over; `None` where too few days are known.
    pub pace: Option<u64>,
}

/// How far a listing reaches.
#[derive(Clone, Copy, Debug)]
struct Reach {
    file: u32,
    first: Day,
    /// The last day that was over when it was made.
    last: Day,
    /// The last day of which it has an order.
    seen_to: Day,
    made: Day,
    source: Source,
}

/// The coverage of one shop.
///
/// `files` is indexed by the numbers in [`SeenOrder::looks`]; `waiting` are days that rows in the quarantine name.
pub fn cover(orders: &[SeenOrder], files: &[FileTold], waiting: &BTreeSet<Day>, clock: Clock) -> Coverage {
    let facts = day_facts(orders, files, clock);
    let reaches = listings(orders, files);
    let firsts = facts.keys().chain(waiting).copied().min();
    let lasts = facts.keys().chain(waiting).copied().chain(reaches.iter().map(|r| r.last)).max();
    let (Some(first), Some(last)) = (firsts, lasts) else { return Coverage::default() };

    let pace = Pace::new(&facts, &reaches);
    let mut days: Vec<DayCover> = (first.0..=last.0)
        .map(Day)
        .map(|day| DayCover {
            day,
            verdict: Verdict::Gap,
            rule: Rule::Unclaimed,
            facts: facts.get(&day).cloned(),
            claims: reaches.iter().filter(|r| r.covers(day)).map(|r| r.file).collect(),
        })
        .collect();
    for day in days.iter_mut().filter(|d| d.facts.is_some()) {
        (day.verdict, day.rule) = match () {
            () if !day.claims.is_empty() => (Verdict::Covered, Rule::Listed),
            () if reaches.iter().any(|r| r.first <= day.day && day.day <= r.seen_to) => {
                (Verdict::Partial, Rule::DayNotOver)
            }
            () => (Verdict::Partial, Rule::ExcerptOnly),
        };
    }
    let stretches = judge(&mut days, &reaches, waiting, &pace);
    Coverage { days, stretches, pace: pace.of_all() }
}

fn day_facts(orders: &[SeenOrder], files: &[FileTold], clock: Clock) -> BTreeMap<Day, DayFacts> {
    let mut facts: BTreeMap<Day, DayFacts> = BTreeMap::new();
    for order in orders {
        let moments: BTreeSet<Instant> = order.looks.iter().map(|(_, at)| *at).collect();
        let (Some(first), Some(last)) = (moments.first(), moments.last()) else { continue };
        let looked = last.to_kst().day().0;
        let drifted = looked - order.day.0 < clock.settle_days && clock.today.0 - looked > FRESH;
        let day = facts.entry(order.day).or_insert_with(|| DayFacts {
            orders: 0,
            items: 0,
            by_source: BTreeMap::new(),
            first_observed: *first,
            last_observed: *last,
            seen_once: 0,
            may_have_drifted: 0,
        });
        day.orders += 1;
        day.items += order.items;
        day.first_observed = day.first_observed.min(*first);
        day.last_observed = day.last_observed.max(*last);
        day.seen_once += u64::from(moments.len() == 1);
        day.may_have_drifted += u64::from(drifted);
        let sources: BTreeSet<Source> =
            order.looks.iter().filter_map(|(file, _)| Some(files.get(*file as usize)?.source)).collect();
        for source in sources {
            *day.by_source.entry(source).or_default() += 1;
        }
    }
    facts
}

impl Reach {
    /// Whether the whole day lies in it.
    fn covers(&self, day: Day) -> bool {
        self.first <= day && day <= self.last
    }
}

/// The files that list all orders of their range, as far as anybody knows, and that range. The day on which a listing was
/// made is not over, so it does not count.
fn listings(orders: &[SeenOrder], files: &[FileTold]) -> Vec<Reach> {
    let mut known: BTreeMap<Day, u64> = BTreeMap::new();
    let mut has: BTreeMap<u32, (u64, Day)> = BTreeMap::new();
    for order in orders {
        *known.entry(order.day).or_default() += 1;
        let mut made: BTreeMap<u32, Day> = BTreeMap::new();
        for (file, at) in &order.looks {
            let day = at.to_kst().day();
            made.entry(*file).and_modify(|d| *d = (*d).max(day)).or_insert(day);
        }
        for (file, made) in made {
            let (n, latest) = has.entry(file).or_insert((0, made));
            *n += 1;
            *latest = (*latest).max(made);
        }
    }
    has.into_iter()
        .filter_map(|(file, (n, made))| {
            let told = files.get(file as usize)?;
            let (first, last) = told.range?;
            let all: u64 = known.range(first..=last).map(|(_, n)| n).sum();
            let listing = told.has_items && n * LISTING.1 >= all * LISTING.0;
            // An order younger than the file means that the file's time is wrong, and then it limits nothing.
            let end = if made < last { last } else { last.min(Day(made.0 - 1)) };
            listing.then_some(Reach {
                file,
                first,
                last: end,
                seen_to: last,
                made: made.max(last),
                source: told.source,
            })
        })
        .collect()
}

/// How many orders the shop takes.
struct Pace {
    /// Orders of every day that a listing reaches over.
    claimed: BTreeMap<Day, u64>,
}

impl Pace {
    fn new(facts: &BTreeMap<Day, DayFacts>, reaches: &[Reach]) -> Self {
        let mut claimed = BTreeMap::new();
        for day in reaches.iter().flat_map(|r| r.first.0..=r.last.0).map(Day) {
            claimed.entry(day).or_insert_with(|| facts.get(&day).map_or(0, |f| f.orders));
        }
        Self { claimed }
    }

    /// Orders and days that tell the pace around a stretch, without the stretch itself.
    fn around(&self, from: Day, to: Day) -> Option<(u64, u64)> {
        let near = |d: Day| d.0 >= from.0 - NEIGHBOURHOOD && d.0 <= to.0 + NEIGHBOURHOOD;
        let outside = |d: Day| d < from || d > to;
        let sum = |wanted: &dyn Fn(Day) -> bool| {
            let days = self.claimed.iter().filter(|(d, _)| outside(**d) && wanted(**d));
            days.fold((0, 0), |(orders, days), (_, n)| (orders + n, days + 1))
        };
        let close = sum(&near);
        let told = if close.1 >= FEWEST_DAYS { close } else { sum(&|_| true) };
        (told.1 >= FEWEST_DAYS).then_some(told)
    }

    /// Orders to be expected from one day to another, in hundredths.
    fn expected(&self, from: Day, to: Day) -> Option<u64> {
        let (orders, days) = self.around(from, to)?;
        let length = u64::try_from(to.0 - from.0 + 1).unwrap_or_default();
        Some(orders * length * 100 / days)
    }

    fn of_all(&self) -> Option<u64> {
        let days = self.claimed.len() as u64;
        let orders: u64 = self.claimed.values().sum();
        (days >= FEWEST_DAYS).then(|| orders * 100 / days)
    }
}

/// What the days without orders are, stretch by stretch.
fn judge(days: &mut [DayCover], reaches: &[Reach], waiting: &BTreeSet<Day>, pace: &Pace) -> Vec<Stretch> {
    let kind = |d: &DayCover| (d.facts.is_some(), waiting.contains(&d.day), d.claims.is_empty());
    let mut stretches = Vec::new();
    for run in days.chunk_by_mut(|a, b| kind(a) == kind(b)) {
        let (has_orders, waits, unclaimed) = kind(&run[0]);
        if has_orders {
            continue;
        }
        let (from, to) = (run[0].day, run[run.len() - 1].day);
        let expected = pace.expected(from, to);
        let implausible = expected.is_some_and(|n| n >= IMPLAUSIBLE * 100);
        for day in run.iter_mut() {
            (day.verdict, day.rule) = match () {
                () if waits => (Verdict::Waiting, Rule::Quarantine),
                () if unclaimed && at_an_edge(day.day, reaches, pace) => (Verdict::Quiet, Rule::Edge),
                () if unclaimed => (Verdict::Gap, Rule::Unclaimed),
                () if !implausible => (Verdict::Quiet, Rule::Claimed),
                () if claimed_twice(&day.claims, reaches) => (Verdict::Quiet, Rule::ClaimedTwice),
                () => (Verdict::Gap, Rule::Pace),
            };
        }
        for part in run.chunk_by(|a, b| a.rule == b.rule) {
            let (from, to) = (part[0].day, part[part.len() - 1].day);
            stretches.push(Stretch {
                from,
                to,
                verdict: part[0].verdict,
                rule: part[0].rule,
                expected: pace.expected(from, to),
                claims: claims_of(part),
            });
        }
    }
    stretches
}

/// The files that reach over days of a stretch, those that reach over most of them first.
fn claims_of(days: &[DayCover]) -> Vec<u32> {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for file in days.iter().flat_map(|d| &d.claims) {
        *counts.entry(*file).or_default() += 1;
    }
    let mut files: Vec<(u32, usize)> = counts.into_iter().collect();
    files.sort_by_key(|(file, n)| (usize::MAX - n, *file));
    files.into_iter().map(|(file, _)| file).collect()
}

/// Whether a listing's range may well reach over the day: it lies no farther from the listing's first or last order
/// than two orders usually lie apart, and not behind the listing's making.
fn at_an_edge(day: Day, reaches: &[Reach], pace: &Pace) -> bool {
    let apart = pace.around(day, day).map_or(0, |(orders, days)| days.checked_div(orders).unwrap_or(0));
    reaches.iter().any(|r| {
        let distance = if day < r.first { r.first.0 - day.0 } else { day.0 - r.last.0 };
        day < r.made && distance <= LONGEST_EDGE && u64::from(distance.unsigned_abs()) <= apart
    })
}

/// Whether downloads or API pulls of two days reach over a day. Workbooks do not count: a later one is often the earlier one
/// with more rows, and has its holes.
fn claimed_twice(claims: &[u32], reaches: &[Reach]) -> bool {
    let independent = reaches.iter().filter(|r| claims.contains(&r.file) && r.source != Source::History);
    independent.map(|r| r.made).collect::<BTreeSet<Day>>().len() >= 2
}
