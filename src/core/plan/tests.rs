use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::core::coverage::{Clock, DayFacts, FileTold, SeenOrder, cover};
use crate::core::types::{Instant, Source};

fn day(text: &str) -> Day {
    let mut parts = text.split('-').map(|p| p.parse::<u32>().unwrap());
    let (y, m, d) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    Day::from_ymd(i32::try_from(y).unwrap(), m, d).unwrap()
}

const HORIZONS: Horizons = Horizons { download_months: 6, admin_months: 36, api_months: 6 };

/// Days from `from` on, a letter each: `c` covered, `d` drifting, `.` quiet, `!` gap, `?` excerpts only, `n` not over.
fn days(from: &str, letters: &str) -> Coverage {
    let days = (day(from).0..).map(Day).zip(letters.chars()).map(|(day, letter)| {
        let (verdict, rule) = match letter {
            'c' | 'd' => (Verdict::Covered, Rule::Listed),
            '.' => (Verdict::Quiet, Rule::Claimed),
            '!' => (Verdict::Gap, Rule::Unclaimed),
            '?' => (Verdict::Partial, Rule::ExcerptOnly),
            _ => (Verdict::Partial, Rule::DayNotOver),
        };
        let facts = matches!(letter, 'c' | 'd' | '?' | 'n').then(|| DayFacts {
            orders: 2,
            items: 2,
            by_source: BTreeMap::new(),
            first_observed: Instant(0),
            last_observed: Instant(0),
            seen_once: 0,
            may_have_drifted: if letter == 'd' { 2 } else { 0 },
        });
        DayCover { day, verdict, rule, facts, claims: Vec::new() }
    });
    Coverage { days: days.collect(), ..Coverage::default() }
}

fn plan(coverage: &Coverage, limits: Limits, asked: &[Span], today: &str) -> Vec<String> {
    let told = requests(coverage, limits, asked, HORIZONS, false, day(today));
    let line = |r: &Request| {
        let ways: Vec<&str> = r.ways.iter().map(|w| w.as_str()).collect();
        format!("{} {} {} {}", r.kind.as_str(), r.span.from, r.span.to, ways.join("+"))
    };
    told.iter().map(line).collect()
}

fn gap(from: &str, to: &str) -> Coverage {
    let n = usize::try_from(day(to).0 - day(from).0 + 1).unwrap();
    days(&Day(day(from).0 - 1).to_string(), &format!("c{}c", "!".repeat(n)))
}

#[test]
fn a_gap_is_cut_at_ends_of_months_into_downloads_that_are_possible() {
    assert_eq!(
        plan(&gap("2024-01-15", "2025-03-10"), Limits::default(), &[], "2025-12-24"),
        [
            "missing 2024-01-15 2024-06-30 admin_download",
            "missing 2024-07-01 2024-12-31 admin_download",
            "missing 2025-01-01 2025-03-10 admin_download",
        ]
    );
    // Half a year that begins in the middle of a month is one download.
    assert_eq!(
        plan(&gap("2024-01-15", "2024-07-14"), Limits::default(), &[], "2024-12-24"),
        ["missing 2024-01-15 2024-07-14 admin_download"]
    );
    assert_eq!(plan(&gap("2024-01-15", "2024-07-15"), Limits::default(), &[], "2024-12-24").len(), 2);
}

#[test]
fn the_way_follows_from_the_horizons_and_none_is_ruled_out_for_good() {
    assert_eq!(
        plan(&gap("2021-10-20", "2022-01-31"), Limits::default(), &[], "2024-11-20"),
        ["missing 2021-10-20 2021-11-30 history_file", "missing 2021-12-01 2022-01-31 admin_download"]
    );
    let told = |from: &str, horizons, uses_api| {
        requests(&gap(from, from), Limits::default(), &[], horizons, uses_api, day("2024-11-20"))[0]
            .ways
            .clone()
    };
    assert_eq!(told("2024-05-20", HORIZONS, false), [Way::Admin, Way::Api]);
    assert_eq!(told("2024-05-20", HORIZONS, true), [Way::Api, Way::Admin]);
    assert_eq!(told("2024-05-19", HORIZONS, true), [Way::Admin]);
    assert_eq!(told("2024-05-20", Horizons { api_months: 0, ..HORIZONS }, true), [Way::Admin]);
    let endless = Horizons { admin_months: 0, api_months: 1200, ..HORIZONS };
    assert_eq!(told("2010-01-01", endless, true), [Way::Api, Way::Admin]);
}

#[test]
fn missing_days_come_before_drifting_ones_and_excerpts_count_as_missing() {
    let told = days("2024-05-01", "dd..dd!!?!.cd................dn");
    assert_eq!(
        plan(&told, Limits::default(), &[], "2025-01-01"),
        [
            "missing 2024-05-07 2024-05-10 admin_download",
            "drift 2024-05-01 2024-05-06 admin_download",
            "drift 2024-05-13 2024-05-13 admin_download",
            "drift 2024-05-30 2024-05-30 admin_download",
        ]
    );
    let first = &requests(&told, Limits::default(), &[], HORIZONS, false, day("2025-01-01"))[0];
    assert_eq!((first.missing_days, first.incomplete_days, first.drifting_orders), (3, 1, 0));
}

#[test]
fn what_was_asked_for_is_not_asked_for_again() {
    let asked = [Span { from: day("2024-05-03"), to: day("2024-05-03") }];
    assert_eq!(
        plan(&days("2024-05-01", "d!!!d"), Limits::default(), &asked, "2024-12-01"),
        [
            "missing 2024-05-02 2024-05-02 admin_download",
            "missing 2024-05-04 2024-05-04 admin_download",
            "drift 2024-05-01 2024-05-01 admin_download",
            "drift 2024-05-05 2024-05-05 admin_download",
        ]
    );
    // A drifting run does not bridge days that were asked for.
    assert_eq!(plan(&days("2024-05-01", "d.c.d"), Limits::default(), &asked, "2024-12-01").len(), 2);
}

#[test]
fn days_beyond_what_is_known_are_asked_for_where_somebody_wants_them() {
    let told = days("2024-05-03", "c!c");
    let limits = |from: Option<&str>, to: Option<&str>| Limits { from: from.map(day), to: to.map(day) };
    assert_eq!(
        plan(&told, limits(Some("2024-05-01"), Some("2024-12-31")), &[], "2024-05-08"),
        [
            "missing 2024-05-01 2024-05-02 admin_download+api",
            "missing 2024-05-04 2024-05-04 admin_download+api",
            "missing 2024-05-06 2024-05-07 admin_download+api",
        ]
    );
    assert_eq!(plan(&told, limits(None, Some("2024-05-03")), &[], "2024-06-08").len(), 0);
    let kind = |from, to| kind_of(&told, Span { from: day(from), to: day(to) }, day("2024-05-08"));
    assert_eq!(kind("2024-05-03", "2024-05-04"), Some(Kind::Missing));
    assert_eq!((kind("2024-05-03", "2024-05-03"), kind("2024-05-08", "2024-06-01")), (None, None));
}

/// A shop that takes an order a day; each file has the orders of its days.
fn shop(files: &[(&str, &str, &str)]) -> (Coverage, Vec<SeenOrder>) {
    let mut told = Vec::new();
    let mut orders: BTreeMap<Day, SeenOrder> = BTreeMap::new();
    for (number, (made, from, to)) in (0u32..).zip(files) {
        let range = (day(from), day(to));
        told.push(FileTold { source: Source::Export, has_items: true, range: Some(range) });
        for at in (range.0.0..=range.1.0).map(Day) {
            let order = orders.entry(at).or_insert(SeenOrder { day: at, items: 1, looks: BTreeSet::new() });
            order.looks.insert((number, day(made).begins()));
        }
    }
    let orders: Vec<SeenOrder> = orders.into_values().collect();
    let clock = Clock { today: day("2024-12-31"), settle_days: 30 };
    (cover(&orders, &told, &BTreeSet::new(), clock), orders)
}

fn asked(kind: Kind, from: &str, to: &str, on: &str) -> Asked {
    Asked { kind, span: Span { from: day(from), to: day(to) }, on: day(on) }
}

fn state(files: &[(&str, &str, &str)], asked: &Asked, today: &str) -> (State, u64) {
    let (coverage, orders) = shop(files);
    let told = answered(asked, &coverage, &orders, 30, 7, day(today));
    (told.state, told.days_left)
}

#[test]
fn a_file_that_covers_a_request_closes_it_and_time_makes_it_overdue() {
    let known = [("2024-06-10", "2024-05-01", "2024-05-31"), ("2024-08-10", "2024-07-01", "2024-07-31")];
    let request = asked(Kind::Missing, "2024-06-01", "2024-06-30", "2024-08-11");
    assert_eq!(state(&known, &request, "2024-08-18"), (State::Waiting, 28), "days next to a file are quiet");
    assert_eq!(state(&known, &request, "2024-08-19"), (State::Overdue, 28));
    let half = [&known[..], &[("2024-08-12", "2024-06-01", "2024-06-20")]].concat();
    assert_eq!(state(&half, &request, "2024-08-18"), (State::Waiting, 8));
    let all = [&known[..], &[("2024-08-12", "2024-06-01", "2024-06-30")]].concat();
    assert_eq!(state(&all, &request, "2024-12-18"), (State::Arrived, 0));
}

#[test]
fn before_the_first_order_a_file_that_came_since_is_believed() {
    let known = [("2024-06-10", "2024-05-01", "2024-05-31")];
    let request = asked(Kind::Missing, "2023-01-01", "2024-04-30", "2024-06-11");
    assert_eq!(state(&known, &request, "2024-06-12"), (State::Waiting, 486));
    // The store opened on 10 April: there is nothing before.
    let came = [&known[..], &[("2024-06-12", "2024-04-10", "2024-04-30")]].concat();
    assert_eq!(state(&came, &request, "2024-06-13"), (State::Arrived, 0));
    let old = [&known[..], &[("2024-06-09", "2024-04-10", "2024-04-30")]].concat();
    assert_eq!(state(&old, &request, "2024-06-13").0, State::Waiting);
}

#[test]
fn a_request_for_drifting_days_is_closed_by_a_later_look_and_stays_so() {
    let known = [("2024-06-01", "2024-05-01", "2024-05-31")];
    let request = asked(Kind::Drift, "2024-05-03", "2024-05-31", "2024-06-15");
    assert_eq!(state(&known, &request, "2024-06-16"), (State::Waiting, 29));
    let part = [&known[..], &[("2024-06-15", "2024-05-01", "2024-05-20")]].concat();
    assert_eq!(state(&part, &request, "2024-06-16"), (State::Waiting, 11));
    // They may drift again, but that is another request.
    let all = [&known[..], &[("2024-06-15", "2024-05-01", "2024-05-31")]].concat();
    assert_eq!(state(&all, &request, "2024-09-16"), (State::Arrived, 0));
    // Orders that had settled need no look.
    let settled = asked(Kind::Drift, "2024-05-01", "2024-05-02", "2024-06-15");
    assert_eq!(state(&known, &settled, "2024-06-16"), (State::Arrived, 0));
}

#[test]
fn months_are_added_as_calendars_do() {
    for (from, months, expected) in [
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-08-31", 6, "2025-02-28"),
        ("2024-03-31", -1, "2024-02-29"),
        ("2024-01-15", 12, "2025-01-15"),
    ] {
        assert_eq!(day(from).months_later(months), day(expected), "{from} {months}");
    }
    assert_eq!(day("2024-07-05").begins().to_string(), "2024-07-04T15:00:00Z");
    assert_eq!(day("2024-07-05").month().first_day(), Some(day("2024-07-01")));
}

proptest! {
    /// Requests cover exactly the days that are wanted, no day twice, none longer than a download may be, each cut only at
    /// an end of a month; missing before drifting, each oldest first.
    #[test]
    fn requests_cover_what_is_wanted_and_nothing_twice(
        letters in prop::collection::vec((prop::sample::select(vec!["c", "d", ".", "!", "?", "n"]), 1usize..90), 1..12),
        asked in prop::collection::vec((0i32..400, 0i32..40), 0..3),
        months in 1u32..8,
        admin_months in 0u32..12,
        start in 0i32..40,
    ) {
        let letters: String = letters.iter().map(|(letter, n)| letter.repeat(*n)).collect();
        let base = day("2024-01-01").0 + start;
        let told = days(&Day(base).to_string(), &letters);
        let today = Day(base + i32::try_from(letters.len()).unwrap() - 10);
        let asked: Vec<Span> =
            asked.iter().map(|(from, n)| Span { from: Day(base + from), to: Day(base + from + n) }).collect();
        let horizons = Horizons { download_months: months, admin_months, api_months: 2 };
        let requests = requests(&told, Limits::default(), &asked, horizons, true, today);

        let mut order: Vec<_> = requests.iter().map(|r| (r.kind, r.span)).collect();
        order.sort();
        prop_assert_eq!(&order, &requests.iter().map(|r| (r.kind, r.span)).collect::<Vec<_>>());
        let mut seen = BTreeSet::new();
        for r in &requests {
            let longest = r.span.from.months_later(i32::try_from(months).unwrap());
            prop_assert!(r.span.from <= r.span.to && r.span.to < longest && r.span.to < today);
            for d in r.span.from.0..=r.span.to.0 {
                prop_assert!(seen.insert(d), "a day twice");
                prop_assert!(!asked.iter().any(|a| a.contains(Day(d))));
            }
            prop_assert!(!r.ways.is_empty());
            if r.kind == Kind::Missing {
                prop_assert_eq!(r.missing_days + r.incomplete_days, r.span.days());
            }
        }
        let last = told.days.len() - 1;
        for (i, d) in told.days.iter().enumerate() {
            let letter = letters.as_bytes()[i];
            let wanted = match letter {
                b'!' | b'?' => Some(Kind::Missing),
                b'n' if i < last => Some(Kind::Missing),
                b'd' => Some(Kind::Drift),
                _ => None,
            };
            let free = d.day < today && !asked.iter().any(|a| a.contains(d.day));
            let by = requests.iter().find(|r| r.span.contains(d.day)).map(|r| r.kind);
            match wanted.filter(|_| free) {
                Some(kind) => prop_assert_eq!(by, Some(kind)),
                // Settled days between drifting ones come along.
                None => prop_assert!(by.is_none() || (wanted.is_none() && by == Some(Kind::Drift))),
            }
        }
        // Parts of one run meet at an end of a month.
        for pair in requests.windows(2) {
            if pair[0].kind == pair[1].kind && pair[0].span.to.0 + 1 == pair[1].span.from.0 {
                prop_assert_eq!(pair[1].span.from.month().first_day(), Some(pair[1].span.from));
            }
        }
    }
}
