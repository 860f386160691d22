use proptest::prelude::*;

use super::*;

fn day(text: &str) -> Day {
    let mut parts = text.split('-').map(|p| p.parse::<u32>().unwrap());
    let (y, m, d) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    Day::from_ymd(i32::try_from(y).unwrap(), m, d).unwrap()
}

fn noon(day: Day) -> Instant {
    Instant(i64::from(day.0) * 86_400 + 3 * 3600)
}

/// A shop that takes `pace` orders a day; files are added one by one.
#[derive(Default)]
struct Shop {
    orders: BTreeMap<(Day, u64), SeenOrder>,
    files: Vec<FileTold>,
    waiting: BTreeSet<Day>,
}

impl Shop {
    /// A file of all orders of these days, `pace` on each but the `empty` ones.
    fn file(
        mut self,
        source: Source,
        made: &str,
        from: &str,
        to: &str,
        pace: u64,
        empty: &[(&str, &str)],
    ) -> Self {
        let number = u32::try_from(self.files.len()).unwrap();
        self.files.push(FileTold { source, has_items: true, range: None });
        let holes: Vec<(Day, Day)> = empty.iter().map(|(a, b)| (day(a), day(b))).collect();
        for d in (day(from).0..=day(to).0).map(Day) {
            if holes.iter().any(|(a, b)| *a <= d && d <= *b) {
                continue;
            }
            for n in 0..pace {
                let order = self.orders.entry((d, n)).or_insert(SeenOrder {
                    day: d,
                    items: 1,
                    looks: BTreeSet::new(),
                });
                self.files[number as usize].reach(d);
                order.looks.insert((number, noon(day(made))));
            }
        }
        self
    }

    fn cover(&self, today: &str) -> Coverage {
        let orders: Vec<SeenOrder> = self.orders.values().cloned().collect();
        cover(&orders, &self.files, &self.waiting, Clock { today: day(today), settle_days: 30 })
    }

    fn verdicts(&self) -> Vec<(String, String, Verdict, Rule)> {
        let told = self.cover("2024-12-31");
        told.stretches.iter().map(|s| (s.from.to_string(), s.to.to_string(), s.verdict, s.rule)).collect()
    }
}

fn stretch(from: &str, to: &str, verdict: Verdict, rule: Rule) -> (String, String, Verdict, Rule) {
    (from.to_owned(), to.to_owned(), verdict, rule)
}

#[test]
fn a_quiet_day_inside_a_listing_is_no_gap() {
    let shop = Shop::default().file(
        Source::Export,
        "2024-07-05",
        "2024-06-01",
        "2024-06-30",
        3,
        &[("2024-06-09", "2024-06-09")],
    );
    assert_eq!(shop.verdicts(), [stretch("2024-06-09", "2024-06-09", Verdict::Quiet, Rule::Claimed)]);
}

#[test]
fn a_month_between_two_files_is_a_gap() {
    let shop = Shop::default().file(Source::Export, "2024-06-02", "2024-05-01", "2024-05-31", 3, &[]).file(
        Source::Export,
        "2024-08-02",
        "2024-07-01",
        "2024-07-31",
        3,
        &[],
    );
    assert_eq!(shop.verdicts(), [stretch("2024-06-01", "2024-06-30", Verdict::Gap, Rule::Unclaimed)]);
}

#[test]
fn a_workbook_put_together_does_not_vouch_for_the_month_it_lacks() {
    let hole = [("2024-02-01", "2024-02-29")];
    let shop = Shop::default().file(Source::History, "2024-04-02", "2024-01-01", "2024-03-31", 2, &hole);
    assert_eq!(shop.verdicts(), [stretch("2024-02-01", "2024-02-29", Verdict::Gap, Rule::Pace)]);
    // Nor does its next version.
    let again = shop.file(Source::History, "2024-05-02", "2024-01-01", "2024-03-31", 2, &hole);
    assert_eq!(again.verdicts()[0].3, Rule::Pace);
}

#[test]
fn two_downloads_agree_that_the_shop_was_closed() {
    let hole = [("2024-02-09", "2024-02-14")];
    let once = Shop::default().file(Source::Export, "2024-04-02", "2024-01-01", "2024-03-31", 2, &hole);
    assert_eq!(once.verdicts(), [stretch("2024-02-09", "2024-02-14", Verdict::Gap, Rule::Pace)]);
    let twice = once.file(Source::Api, "2024-04-03", "2024-01-01", "2024-03-31", 2, &hole);
    assert_eq!(twice.verdicts(), [stretch("2024-02-09", "2024-02-14", Verdict::Quiet, Rule::ClaimedTwice)]);
}

#[test]
fn a_slow_shop_has_quiet_days_at_the_edges_of_its_files() {
    // One order in four days; the last of the first file is on 29 May, the second file begins on 2 June.
    let days = |from: &str, to: &str| -> Vec<(Day, Day)> {
        (day(from).0..=day(to).0)
            .filter(|d| d.rem_euclid(4) != day(from).0.rem_euclid(4))
            .map(|d| (Day(d), Day(d)))
            .collect()
    };
    let text = |holes: Vec<(Day, Day)>| -> Vec<(String, String)> {
        holes.into_iter().map(|(a, b)| (a.to_string(), b.to_string())).collect()
    };
    let (first, second) = (text(days("2024-05-01", "2024-05-31")), text(days("2024-06-02", "2024-07-01")));
    let refs = |v: &[(String, String)]| v.iter().map(|(a, b)| (a.clone(), b.clone())).collect::<Vec<_>>();
    let (first, second) = (refs(&first), refs(&second));
    let first: Vec<(&str, &str)> = first.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let second: Vec<(&str, &str)> = second.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let shop = Shop::default()
        .file(Source::Export, "2024-08-02", "2024-05-01", "2024-05-31", 1, &first)
        .file(Source::Export, "2024-08-02", "2024-06-02", "2024-07-01", 1, &second);
    let told = shop.verdicts();
    assert!(told.iter().all(|s| s.2 == Verdict::Quiet), "{told:?}");
    assert!(told.contains(&stretch("2024-05-30", "2024-06-01", Verdict::Quiet, Rule::Edge)), "{told:?}");
}

#[test]
fn a_list_of_some_orders_claims_nothing() {
    let mut shop = Shop::default()
        .file(Source::Export, "2024-06-02", "2024-05-01", "2024-05-31", 5, &[])
        .file(Source::Export, "2024-08-02", "2024-06-03", "2024-06-20", 1, &[("2024-06-04", "2024-06-19")]);
    shop.files[1].has_items = false;
    let told = shop.cover("2024-12-31");
    let at = |d: &str| told.days.iter().find(|c| c.day == day(d)).unwrap();
    assert_eq!((at("2024-06-03").verdict, at("2024-06-03").rule), (Verdict::Partial, Rule::ExcerptOnly));
    assert_eq!((at("2024-06-10").verdict, at("2024-06-10").rule), (Verdict::Gap, Rule::Unclaimed));
}

#[test]
fn the_day_of_the_download_was_not_over() {
    let shop = Shop::default().file(Source::Export, "2024-06-20", "2024-06-01", "2024-06-20", 3, &[]);
    let told = shop.cover("2024-06-21");
    let last = told.days.last().unwrap();
    assert_eq!((last.day, last.verdict, last.rule), (day("2024-06-20"), Verdict::Partial, Rule::DayNotOver));
    assert_eq!(told.days[18].verdict, Verdict::Covered);
    // A later one sees it whole.
    let again = shop.file(Source::Api, "2024-06-25", "2024-06-18", "2024-06-24", 3, &[]);
    assert!(again.cover("2024-06-26").days.iter().all(|d| d.verdict == Verdict::Covered));
}

#[test]
fn a_day_whose_orders_wait_in_the_quarantine_is_neither_quiet_nor_a_gap() {
    let mut shop = Shop::default().file(
        Source::Export,
        "2024-07-05",
        "2024-06-01",
        "2024-06-30",
        3,
        &[("2024-06-09", "2024-06-10")],
    );
    shop.waiting.insert(day("2024-06-09"));
    assert_eq!(
        shop.verdicts(),
        [
            stretch("2024-06-09", "2024-06-09", Verdict::Waiting, Rule::Quarantine),
            stretch("2024-06-10", "2024-06-10", Verdict::Quiet, Rule::Claimed),
        ]
    );
}

#[test]
fn orders_looked_at_too_early_may_have_drifted_until_somebody_looks_again() {
    let shop = Shop::default().file(Source::Export, "2024-07-01", "2024-05-20", "2024-06-30", 2, &[]);
    let at =
        |told: &Coverage, d: &str| told.days.iter().find(|c| c.day == day(d)).unwrap().facts.clone().unwrap();
    let told = shop.cover("2024-12-31");
    assert_eq!((at(&told, "2024-06-15").may_have_drifted, at(&told, "2024-06-15").seen_once), (2, 2));
    assert_eq!(at(&told, "2024-05-25").may_have_drifted, 0);
    // Looked at lately: nothing to fear yet.
    assert_eq!(at(&shop.cover("2024-07-05"), "2024-06-15").may_have_drifted, 0);
    let again = shop.file(Source::Api, "2024-08-01", "2024-06-01", "2024-06-30", 2, &[]);
    let facts = at(&again.cover("2024-12-31"), "2024-06-15");
    assert_eq!((facts.may_have_drifted, facts.seen_once), (0, 0));
    assert_eq!(facts.by_source, BTreeMap::from([(Source::Export, 2), (Source::Api, 2)]));
}

#[test]
fn a_file_of_two_shops_reaches_equally_far_for_both() {
    let mut shop = Shop::default().file(Source::Export, "2024-07-05", "2024-06-10", "2024-06-10", 1, &[]);
    shop.files[0].reach(day("2024-06-01"));
    shop.files[0].reach(day("2024-06-30"));
    let told = shop.file(Source::Api, "2024-07-06", "2024-06-20", "2024-06-20", 1, &[]).cover("2024-12-31");
    let verdict = |d: &str| told.days.iter().find(|c| c.day == day(d)).unwrap().verdict;
    // The download lacks the order that only the API has: it lists one of two, and vouches for nothing.
    assert_eq!((verdict("2024-06-10"), verdict("2024-06-15")), (Verdict::Partial, Verdict::Gap));
    let mut shop = Shop::default().file(Source::Export, "2024-07-05", "2024-06-10", "2024-06-10", 1, &[]);
    shop.files[0].reach(day("2024-06-01"));
    shop.files[0].reach(day("2024-06-30"));
    let told = shop.cover("2024-12-31");
    assert!(told.days.iter().all(|d| d.verdict != Verdict::Gap), "{told:?}");
    assert_eq!(told.days.last().unwrap().day, day("2024-06-30"));
}

#[test]
fn nothing_known_is_nothing_told() {
    assert_eq!(Shop::default().cover("2024-01-01"), Coverage::default());
}

proptest! {
    /// Whatever is known: each day stands once, in order; stretches hold the days without orders, each once; and what a
    /// further listing of known orders says never turns a covered day into something worse.
    #[test]
    fn every_day_has_one_verdict(
        seed in prop::collection::vec((0i32..120, 0u32..4, 0i32..150), 1..60),
        waiting in prop::collection::btree_set(0i32..120, 0..3),
    ) {
        let base = day("2024-01-01").0;
        let mut files: Vec<FileTold> = [Source::Export, Source::Api, Source::History, Source::Export]
            .map(|source| FileTold { source, has_items: true, range: None }).into();
        let orders: Vec<SeenOrder> = seed.iter().map(|(d, file, made)| SeenOrder {
            day: Day(base + d),
            items: 1,
            looks: BTreeSet::from([(*file, noon(Day(base + made)))]),
        }).collect();
        for order in &orders {
            order.looks.iter().for_each(|(file, _)| files[*file as usize].reach(order.day));
        }
        let waiting: BTreeSet<Day> = waiting.into_iter().map(|d| Day(base + d)).collect();
        let clock = Clock { today: Day(base + 400), settle_days: 30 };
        let told = cover(&orders, &files, &waiting, clock);
        for pair in told.days.windows(2) {
            prop_assert_eq!(pair[0].day.0 + 1, pair[1].day.0);
        }
        let empty: Vec<Day> = told.days.iter().filter(|d| d.facts.is_none()).map(|d| d.day).collect();
        let stretched: Vec<Day> = told.stretches.iter().flat_map(|s| s.from.0..=s.to.0).map(Day).collect();
        prop_assert_eq!(empty, stretched);
        let total: u64 = told.days.iter().filter_map(|d| d.facts.as_ref()).map(|f| f.orders).sum();
        prop_assert_eq!(total, orders.len() as u64);
        for d in &told.days {
            prop_assert_eq!(d.facts.is_some(), matches!(d.verdict, Verdict::Covered | Verdict::Partial));
            if let Some(facts) = &d.facts {
                prop_assert!(facts.may_have_drifted <= facts.orders && facts.seen_once <= facts.orders);
                prop_assert!(facts.by_source.values().all(|n| *n <= facts.orders));
            }
        }
        let mut reversed = orders.clone();
        reversed.reverse();
        prop_assert_eq!(cover(&reversed, &files, &waiting, clock), told);
    }
}
