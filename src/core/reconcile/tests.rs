use proptest::prelude::*;

use super::*;
use crate::core::schema::{Additions, Schema};

fn rules() -> Rules {
    Rules::new(&Schema::load(&Additions::default()).unwrap()).unwrap()
}

fn row(at: i64, words: &[(&str, &str)]) -> SideRow {
    let word = |value: &str| Word { value: value.to_owned(), at: Instant(at) };
    SideRow { words: words.iter().map(|(c, v)| ((*c).to_owned(), word(v))).collect(), seen: Instant(at) }
}

type Words<'a> = &'a [(&'a str, &'a str)];

fn order(at: i64, own: Words<'_>, items: &[(&str, Words<'_>)]) -> SideOrder {
    SideOrder {
        key: OrderKey { mall_id: "m".into(), shop_no: 1, order_id: "o".into() },
        day: Some(Day(0)),
        own: row(at, own),
        items: items.iter().map(|(key, words)| ((*key).to_owned(), row(at, words))).collect(),
    }
}

fn found(files: Option<&SideOrder>, api: Option<&SideOrder>, scope: Scope) -> OrderFound {
    compare(files, api, scope, &rules()).unwrap()
}

#[test]
fn a_newer_word_is_drift_told_with_both_times_and_the_money() {
    let files = order(1, &[("payment_amount", "52500.00")], &[("-01", &[("order_status", "N30")])]);
    let api = order(2, &[("payment_amount", "49500.00")], &[("-01", &[("order_status", "N30")])]);
    let told = found(Some(&files), Some(&api), Scope::Whole);
    assert_eq!((told.class, told.items["-01"], told.off()), (Class::Drifted, Class::Equal, Money(300_000)));
    let [d] = &told.differences[..] else { panic!("{told:?}") };
    assert_eq!((d.field.as_str(), d.newer, d.frozen), ("payment_amount", Newer::Api, false));
    assert_eq!((d.files.at, d.api.at, d.amount), (Instant(1), Instant(2), Some(Money(-300_000))));
    let back = found(Some(&api), Some(&files), Scope::Whole);
    assert_eq!((back.differences[0].newer, back.differences[0].amount), (Newer::Files, Some(Money(300_000))));
}

#[test]
fn what_only_one_side_can_tell_and_other_spellings_are_no_disagreement() {
    let files = order(
        1,
        &[("total_refund_amount", "100.00"), ("payment_date", "2024-07-05 00:00:00")],
        &[("-01", &[("order_status", "R40"), ("status_text", "반품 완료 - 환불완료")])],
    );
    let api = order(
        2,
        &[("member_id", "kim"), ("payment_date", "2024-07-05 12:00:03")],
        &[("-01", &[("order_status", "R40"), ("status_text", "다른 말"), ("claim_code", "C1")])],
    );
    let told = found(Some(&files), Some(&api), Scope::Whole);
    assert_eq!((told.class, told.items["-01"], told.differences.len()), (Class::Equal, Class::Equal, 0));
    // Without a code on one side the labels speak.
    let uncoded = order(2, &[], &[("-01", &[("status_text", "배송중")])]);
    let told = found(Some(&files), Some(&uncoded), Scope::Whole);
    assert_eq!(told.differences[0].field, "status_text");
}

#[test]
fn what_one_side_lacks_counts_only_where_it_covers_the_day() {
    let full = order(1, &[("payment_amount", "100.00")], &[("-01", &[]), ("-02", &[])]);
    let part = order(2, &[("payment_amount", "100.00")], &[("-01", &[])]);
    let told = found(Some(&full), Some(&part), Scope::Whole);
    assert_eq!((told.class, told.items["-02"]), (Class::Equal, Class::OnlyInFiles));
    assert_eq!((told.one_sided[0].seen, told.one_sided[0].other_seen), (Instant(1), Some(Instant(2))));
    // The sides agree on the order's money: the item's absence weighs nothing.
    assert_eq!((told.off(), told.unweighed), (Money(0), false));
    let told = found(Some(&full), Some(&part), Scope::Common);
    assert_eq!((told.items["-02"], told.one_sided.len()), (Class::Unjudged, 0));
    let told = found(None, Some(&part), Scope::Whole);
    assert_eq!((told.class, told.items["-01"]), (Class::OnlyInApi, Class::OnlyInApi));
    assert_eq!((told.off(), told.amounts), (Money(10_000), [None, Some(Money(10_000))]));
    for scope in [Scope::Common, Scope::ApiOnly] {
        let told = found(None, Some(&part), scope);
        assert_eq!((told.class, told.off(), told.unweighed), (Class::Unjudged, Money(0), false));
    }
}

#[test]
fn an_order_is_weighed_by_the_first_amount_that_both_sides_tell() {
    let goods: Words<'_> = &[("quantity", "2"), ("product_price", "1000.00"), ("option_price", "50.00")];
    let by_goods = order(1, &[("order_price_amount", "9.00")], &[("-01", goods)]);
    let paid = order(
        1,
        &[("payment_amount", "5.00")],
        &[("-01", &[("item_payment_amount", "2000.00"), ("quantity", "1"), ("product_price", "1050.00")])],
    );
    let told = found(Some(&by_goods), Some(&paid), Scope::Whole);
    assert_eq!(told.amounts, [Some(Money(210_000)), Some(Money(105_000))]);
    // An amount that is not told of all items adds up to nothing.
    let items: &[(&str, Words<'_>)] = &[("-01", &[("item_payment_amount", "2000.00")]), ("-02", &[])];
    let told = found(Some(&order(1, &[], items)), Some(&paid), Scope::Whole);
    assert_eq!((told.amounts, told.unweighed), ([None, None], true));
    let told = found(None, Some(&order(1, &[], &[("-01", &[])])), Scope::Whole);
    assert!(told.unweighed);
}

#[test]
fn items_that_are_not_judged_weigh_nothing() {
    let goods = |price| [("quantity", "2"), ("product_price", price)];
    let (one, two) = (goods("1000.00"), goods("7.00"));
    let full = order(1, &[], &[("-01", &one), ("-02", &two)]);
    let part = order(2, &[], &[("-01", &one)]);
    let told = found(Some(&full), Some(&part), Scope::Common);
    assert_eq!((told.amounts, told.off()), ([Some(Money(200_000)); 2], Money(0)));
    assert_eq!(found(Some(&full), Some(&part), Scope::Whole).off(), Money(1_400));
    let mut tally = Tally::default();
    tally.add(told);
    assert_eq!(tally.judge(Money(0)).verdict(), Verdict::Agree);
}

#[test]
fn a_field_that_never_changes_is_no_drift() {
    let side = |at, no| order(at, &[], &[("-01", &[("product_no", no)])]);
    let told = found(Some(&side(1, "7")), Some(&side(2, "8")), Scope::Whole);
    assert!(told.differences[0].frozen);
}

#[test]
fn errors_of_a_day_do_not_cancel_and_the_tolerance_is_a_days() {
    let paid = |id: &str, amount: &str| {
        let mut side = order(1, &[("payment_amount", amount)], &[("-01", &[])]);
        id.clone_into(&mut side.key.order_id);
        side
    };
    let judged = |tolerance| {
        let mut tally = Tally::default();
        for (id, files, api) in [("a", "100.00", "90.00"), ("b", "50.00", "60.00"), ("c", "7.00", "7.00")] {
            tally.add(found(Some(&paid(id, files)), Some(&paid(id, api)), Scope::Whole));
        }
        tally.judge(Money(tolerance))
    };
    let told = judged(1999);
    assert_eq!(told.verdict(), Verdict::Disagree);
    let [day] = &told.days[..] else { panic!("{told:?}") };
    assert_eq!((day.files_amount, day.api_amount, day.off), (Money(15_700), Money(15_700), Money(2000)));
    assert_eq!((day.orders.equal, day.orders.drifted, day.items.equal), (1, 2, 3));
    assert_eq!((told.found.len(), told.fields[0].count, told.fields[0].amount), (2, 2, Some(Money(0))));
    assert_eq!(judged(2000).verdict(), Verdict::WithinTolerance);
    assert_eq!(Tally::default().judge(Money(0)).verdict(), Verdict::NothingToCompare);
}

#[test]
fn a_day_is_judged_by_what_each_side_covers() {
    use crate::core::coverage::{Clock, Coverage, FileTold, SeenOrder, cover};
    use crate::core::types::Source;
    use std::collections::BTreeSet;

    // Files: every day of 0 to 19 but 9. API: 5 to 24, its last day asked about on itself.
    let noon = |day: i32| Instant(i64::from(day) * 86_400 + 3 * 3600);
    let mut files =
        [Source::Export, Source::Api].map(|source| FileTold { source, has_items: true, range: None });
    let mut orders = Vec::new();
    for day in 0..=24 {
        let mut looks = BTreeSet::new();
        if day < 20 && day != 9 {
            looks.insert((0, noon(100)));
        }
        if day >= 5 {
            looks.insert((1, noon(24)));
        }
        looks.iter().for_each(|(file, _)| files[*file as usize].reach(Day(day)));
        orders.push(SeenOrder { day: Day(day), items: 1, looks });
    }
    let clock = Clock { today: Day(200), settle_days: 0 };
    let by = |wanted: &dyn Fn(u32) -> bool| -> Coverage {
        let heard = orders.iter().map(|o| SeenOrder {
            looks: o.looks.iter().copied().filter(|(file, _)| wanted(*file)).collect(),
            ..o.clone()
        });
        let heard: Vec<_> = heard.filter(|o| !o.looks.is_empty()).collect();
        cover(&heard, &files, &BTreeSet::new(), clock)
    };
    let (of_files, of_api) = (|file| file == 0, |file| file == 1);
    let told = scopes(
        &by(&|_| true),
        SideCover { own: &by(&of_files), has: &of_files },
        SideCover { own: &by(&of_api), has: &of_api },
    );
    let days = |scope: Scope| told.iter().filter(|(_, s)| **s == scope).map(|(d, _)| d.0).collect::<Vec<_>>();
    assert_eq!(days(Scope::FilesOnly), (0..5).collect::<Vec<_>>());
    // The file reaches over the day that it lacks, so it can be blamed.
    assert_eq!(days(Scope::Whole), (5..20).collect::<Vec<_>>());
    assert_eq!(days(Scope::ApiOnly), (20..25).collect::<Vec<_>>());
    assert_eq!(days(Scope::Common), [0; 0]);
}

fn sides() -> impl Strategy<Value = Option<SideOrder>> {
    let value = |values: &'static [&'static str]| prop::sample::select(values);
    let item = (0..4usize, value(&["N30", "N40"]), value(&["1", "2"]), 0..3i64);
    let items = prop::collection::vec(item, 0..4);
    let told =
        (prop::option::of(value(&["10.00", "20.00"])), items, 0..3i64).prop_map(|(paid, items, at)| {
            let own: Vec<(&str, &str)> = paid.iter().map(|p| ("payment_amount", *p)).collect();
            let mut side = order(at, &own, &[]);
            for (n, status, quantity, at) in items {
                side.items
                    .insert(format!("-0{n}"), row(at, &[("order_status", status), ("quantity", quantity)]));
            }
            side
        });
    prop::option::of(told)
}

fn scope() -> impl Strategy<Value = Scope> {
    prop::sample::select(vec![Scope::Whole, Scope::Common, Scope::FilesOnly, Scope::ApiOnly])
}

proptest! {
    #[test]
    fn a_side_agrees_with_itself(side in sides(), scope in scope()) {
        if let Some(told) = compare(side.as_ref(), side.as_ref(), scope, &rules()) {
            prop_assert_eq!((told.class, told.off(), told.unweighed), (Class::Equal, Money(0), false));
            prop_assert!(told.items.values().all(|class| *class == Class::Equal));
            prop_assert!(told.differences.is_empty() && told.one_sided.is_empty());
        }
    }

    /// Every item of either side is in exactly one class, the one that follows from who has it; sides mirror each other.
    #[test]
    fn every_item_is_in_one_class(files in sides(), api in sides(), scope in scope()) {
        let Some(told) = compare(files.as_ref(), api.as_ref(), scope, &rules()) else {
            prop_assert!(files.is_none() && api.is_none());
            return Ok(());
        };
        let has = |side: &Option<SideOrder>, key: &String| side.as_ref().is_some_and(|s| s.items.contains_key(key));
        let all: std::collections::BTreeSet<&String> =
            files.iter().chain(&api).flat_map(|s| s.items.keys()).collect();
        prop_assert_eq!(told.items.keys().collect::<std::collections::BTreeSet<_>>(), all);
        for (key, class) in &told.items {
            let differs = told.differences.iter().any(|d| d.item_key.as_ref() == Some(key));
            let expected = match (has(&files, key), has(&api, key), scope) {
                (true, true, _) if differs => Class::Drifted,
                (true, true, _) => Class::Equal,
                (true, false, Scope::Whole) => Class::OnlyInFiles,
                (false, true, Scope::Whole) => Class::OnlyInApi,
                _ => Class::Unjudged,
            };
            prop_assert_eq!(*class, expected);
        }
        let mirrored = compare(api.as_ref(), files.as_ref(), scope, &rules()).unwrap();
        prop_assert_eq!(mirrored.off(), told.off());
        prop_assert_eq!(mirrored.differences.len(), told.differences.len());
        prop_assert_eq!(mirrored.one_sided.len(), told.one_sided.len());
        let mut tally = Tally::default();
        tally.add(told.clone());
        let (orders, items) = tally.judge(Money(0)).counts();
        prop_assert_eq!((orders.all(), items.all()), (1, told.items.len() as u64));
    }
}
