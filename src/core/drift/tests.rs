use proptest::prelude::*;

use super::*;
use crate::core::schema::{Additions, Schema};

fn key(order: &str, item: Option<&str>, shop_no: i64) -> Key {
    Key { mall_id: "m".into(), order_id: order.into(), item_key: item.map(Into::into), shop_no }
}

fn states(rows: &[(Key, &[(&str, &str)])]) -> BTreeMap<Key, State> {
    let state = |values: &[(&str, &str)]| State {
        day: None,
        values: values.iter().map(|(c, v)| ((*c).to_owned(), (*v).to_owned())).collect(),
    };
    rows.iter().map(|(key, values)| (key.clone(), state(values))).collect()
}

fn told(before: &[(Key, &[(&str, &str)])], after: &[(Key, &[(&str, &str)])]) -> (Drift, Vec<TopicSum>) {
    let topics = topics().unwrap();
    let drift = compare(&states(before), &states(after), &topics);
    let sums = summarise(&drift.differences, &topics);
    (drift, sums)
}

#[test]
fn topics_name_columns_that_exist_once() {
    let schema = Schema::load(&Additions::default()).unwrap();
    let mut seen = BTreeSet::new();
    for column in topics().unwrap().iter().flat_map(|t| t.columns.clone()) {
        assert!(schema.find(&column).is_some(), "{column}");
        assert!(seen.insert(column.clone()), "{column} stands twice");
    }
}

#[test]
fn a_refund_told_by_order_and_items_counts_once() {
    let order = key("o1", None, 1);
    let (one, two) = (key("o1", Some("o1-01"), 1), key("o1", Some("o1-02"), 1));
    let (_, sums) = told(
        &[
            (order.clone(), &[("total_refund_amount", "0.00"), ("actual_refund_amount", "0.00")]),
            (one.clone(), &[("item_refund_amount", "0.00")]),
            (two.clone(), &[]),
        ],
        &[
            (order, &[("total_refund_amount", "340.00"), ("actual_refund_amount", "170.00")]),
            (one, &[("item_refund_amount", "170.00")]),
            (two, &[("item_refund_amount", "170.00")]),
        ],
    );
    assert_eq!(sums.len(), 1);
    assert_eq!((sums[0].topic.as_str(), sums[0].orders, sums[0].amount), ("refund", 1, Some(Money(-34_000))));
    assert_eq!(sums[0].first_told, None);
}

#[test]
fn a_refund_that_items_alone_tell_is_added_up_over_them() {
    let (one, two) = (key("o1", Some("o1-01"), 1), key("o1", Some("o1-02"), 1));
    let (_, sums) = told(
        &[(key("o1", None, 1), &[]), (one.clone(), &[("item_refund_amount", "50.00")]), (two.clone(), &[])],
        &[
            (key("o1", None, 1), &[]),
            (one, &[("item_refund_amount", "80.00")]),
            (two, &[("item_refund_amount", "20.00")]),
        ],
    );
    assert_eq!(sums[0].amount, Some(Money(-5000)));
    assert_eq!(sums[0].first_told, Some((0, Money(-2000))));
}

#[test]
fn a_refund_that_another_column_had_told_is_no_new_one() {
    let order = key("o1", None, 1);
    let (one, two) = (key("o1", Some("o1-01"), 1), key("o1", Some("o1-02"), 1));
    let actual: &[(&str, &str)] = &[("actual_refund_amount", "170.00")];
    let both: &[(&str, &str)] = &[("actual_refund_amount", "170.00"), ("total_refund_amount", "170.00")];
    let more: &[(&str, &str)] = &[("actual_refund_amount", "170.00"), ("total_refund_amount", "200.00")];
    let grown: &[(&str, &str)] = &[("actual_refund_amount", "200.00"), ("total_refund_amount", "200.00")];
    let nothing: &[(&str, &str)] = &[("actual_refund_amount", "0.00")];
    let sum = |before: &[(&str, &str)], after: &[(&str, &str)]| {
        let (_, sums) = told(&[(order.clone(), before)], &[(order.clone(), after)]);
        sums.first().map(|s| (s.orders, s.amount.unwrap().0, s.first_told))
    };
    assert_eq!(sum(actual, both), None);
    assert_eq!(sum(actual, more), Some((1, -3000, None)));
    assert_eq!(sum(actual, grown), Some((1, -3000, None)));
    assert_eq!(sum(nothing, both), Some((1, -17_000, None)));
    assert_eq!(sum(&[], both), Some((1, -17_000, Some((1, Money(-17_000))))));

    // A claim list that tells one item's part of what the order's sum had told.
    let (_, sums) = told(
        &[(order.clone(), &[("total_refund_amount", "340.00")]), (one.clone(), &[]), (two.clone(), &[])],
        &[
            (order, &[("total_refund_amount", "340.00")]),
            (one, &[("item_refund_amount", "170.00")]),
            (two, &[]),
        ],
    );
    assert_eq!(sums, []);
}

#[test]
fn blank_is_not_zero() {
    let order = key("o1", None, 1);
    // A zero or an amount told for the first time is no change of payment, nor a zero one of refunds.
    let (drift, sums) = told(
        &[(order.clone(), &[])],
        &[(order.clone(), &[("payment_amount", "100.00"), ("total_refund_amount", "0.00")])],
    );
    assert_eq!((drift.differences.len(), sums.len()), (0, 0));
    let (_, sums) = told(&[(order.clone(), &[])], &[(order, &[("total_refund_amount", "7.00")])]);
    assert_eq!(sums[0].first_told, Some((1, Money(-700))));
}

#[test]
fn a_status_is_one_word_and_its_steps_are_counted() {
    let items: Vec<Key> = (1..=3).map(|n| key("o1", Some(&format!("o1-0{n}")), 1)).collect();
    let n30: &[(&str, &str)] = &[("order_status", "N30"), ("status_text", "배송중")];
    let n40: &[(&str, &str)] = &[("order_status", "N40"), ("status_text", "배송완료")];
    let before: Vec<_> = items.iter().map(|k| (k.clone(), n30)).collect();
    let after: Vec<_> = items.iter().map(|k| (k.clone(), n40)).collect();
    let (drift, sums) = told(&before, &after);
    assert_eq!(drift.differences.len(), 6);
    assert_eq!((sums.len(), sums[0].orders, sums[0].places), (1, 1, 3));
    assert_eq!(sums[0].steps, [("N30".to_owned(), Some("N40".to_owned()), 3)]);
}

#[test]
fn where_the_code_tells_no_step_the_label_does() {
    let items: Vec<Key> = (1..=2).map(|n| key("o1", Some(&format!("o1-0{n}")), 1)).collect();
    let (_, sums) = told(
        &[
            (items[0].clone(), &[("order_status", "N30"), ("status_text", "배송중")]),
            (items[1].clone(), &[("status_text", "주문제작중")]),
        ],
        &[
            (items[0].clone(), &[("order_status", "N40"), ("status_text", "배송완료")]),
            (items[1].clone(), &[("order_status", "N30"), ("status_text", "배송중")]),
        ],
    );
    assert_eq!(sums[0].places, 2);
    let step = |old: &str, new: &str| (old.to_owned(), Some(new.to_owned()), 1);
    assert_eq!(sums[0].steps, [step("N30", "N40"), step("주문제작중", "배송중")]);
}

#[test]
fn one_word_told_in_two_ways_is_no_change() {
    let cases = [
        ("status_text", "반품 완료 - 환불완료", "반품완료-환불완료", 0),
        ("status_text", "배송중", "배송완료", 1),
        ("shipped_date", "2024-07-05 00:00:00", "2024-07-05 12:00:03", 0),
        ("shipped_date", "2024-07-05 12:00:00", "2024-07-05 12:00:03", 0),
        ("shipped_date", "2024-07-05 12:00:01", "2024-07-05 12:00:03", 1),
        ("shipped_date", "2024-07-05 00:00:00", "2024-07-06 12:00:03", 1),
        ("tracking_no", "123:00", "123:01", 1),
    ];
    for (field, old, new, expected) in cases {
        let order = key("o1", None, 1);
        let (drift, _) = told(&[(order.clone(), &[(field, old)])], &[(order, &[(field, new)])]);
        assert_eq!(drift.differences.len(), expected, "{field} {old} {new}");
    }
}

#[test]
fn new_orders_new_items_and_items_that_got_their_code_are_told_apart() {
    let (drift, sums) = told(
        &[(key("o1", None, 1), &[]), (key("o1", Some("o1~1"), 1), &[])],
        &[
            (key("o1", None, 1), &[]),
            (key("o1", Some("o1-01"), 1), &[]),
            (key("o1", Some("o1-02"), 1), &[]),
            (key("o2", None, 1), &[]),
            (key("o2", Some("o2-01"), 1), &[]),
        ],
    );
    assert_eq!((drift.new_orders, drift.new_items, sums.len()), (1, 1, 0));
}

#[test]
fn an_item_that_got_its_code_is_compared_with_what_it_was() {
    let order = key("o1", None, 1);
    let (was, is) = (key("o1", Some("o1~1"), 1), key("o1", Some("o1-02"), 2));
    let (drift, sums) = told(
        &[
            (order, &[]),
            (was, &[("product_no", "7"), ("product_name", "A; B"), ("item_refund_amount", "0.00")]),
        ],
        &[
            (key("o1", None, 2), &[]),
            (key("o1", Some("o1-01"), 2), &[("product_no", "8")]),
            (is.clone(), &[("product_no", "7"), ("product_name", "A,B"), ("item_refund_amount", "50.00")]),
        ],
    );
    assert_eq!((drift.new_orders, drift.new_items), (0, 1));
    let fields: Vec<_> = drift.differences.iter().map(|d| (&d.key, d.field.as_str())).collect();
    assert_eq!(fields, [(&is, "item_refund_amount"), (&is, "product_name")]);
    assert_eq!(sums[0].amount, Some(Money(-5000)));
}

#[test]
fn an_item_without_a_code_stays_itself_when_another_gets_its_own() {
    let order = key("o1", None, 1);
    let goods: [&[(&str, &str)]; 3] = [
        &[("product_no", "1"), ("item_refund_amount", "10.00")],
        &[("product_no", "2"), ("item_refund_amount", "20.00")],
        &[("product_no", "3"), ("item_refund_amount", "30.00")],
    ];
    let row = |name: &str, n: usize| (key("o1", Some(name), 1), goods[n]);
    let (drift, _) = told(
        &[(order.clone(), &[]), row("o1~1", 0), row("o1~2", 1), row("o1~3", 2)],
        &[(order, &[]), row("o1-01", 1), row("o1~1", 0), row("o1~2", 2)],
    );
    assert_eq!(drift, Drift::default());
}

#[test]
fn an_order_that_moves_to_its_shop_is_the_same_order() {
    let (drift, _) =
        told(&[(key("o1", None, 1), &[("paid", "F")])], &[(key("o1", None, 2), &[("paid", "T")])]);
    assert_eq!((drift.new_orders, drift.differences.len()), (0, 1));
    assert_eq!(drift.differences[0].key.shop_no, 2);
}

proptest! {
    /// The amounts of the topics are those of the orders, added up by hand; nothing differs from itself.
    #[test]
    fn refunds_add_up(rows in prop::collection::btree_map(0u32..20, (prop::option::of(0i64..9999), 0i64..9999), 0..12)) {
        let key = |n: &u32| key(&format!("o{n}"), None, 1);
        let state = |n: Option<i64>| State {
            day: None,
            values: n.map(|n| ("total_refund_amount".to_owned(), Money(n).to_string())).into_iter().collect(),
        };
        let before: BTreeMap<Key, State> = rows.iter().map(|(n, (old, _))| (key(n), state(*old))).collect();
        let after: BTreeMap<Key, State> = rows.iter().map(|(n, (_, new))| (key(n), state(Some(*new)))).collect();
        let topics = topics().unwrap();
        let sums = summarise(&compare(&before, &after, &topics).differences, &topics);
        let expected: i64 = rows.values().map(|(old, new)| old.unwrap_or(0) - new).sum();
        let told = sums.first().and_then(|s| s.amount).unwrap_or_default();
        prop_assert_eq!(told, Money(expected));
        prop_assert!(compare(&after, &after, &topics).differences.is_empty());
    }
}
