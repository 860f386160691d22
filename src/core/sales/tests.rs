use super::*;

#[expect(clippy::unnecessary_wraps, reason = "as columns have it")]
fn won(n: i64) -> Option<Money> {
    Some(Money(n * 100))
}

#[expect(clippy::unnecessary_wraps, reason = "as columns have it")]
fn day(n: i32) -> Option<Day> {
    Some(Day(19_900 + n))
}

fn sums(items: &[ItemAmounts<'_>]) -> ItemSums {
    let mut sums = ItemSums::default();
    items.iter().for_each(|item| sums.add(item));
    sums
}

fn shirt<'a>() -> ItemAmounts<'a> {
    ItemAmounts {
        quantity: Some(2),
        product_price: won(10_000),
        option_price: won(500),
        additional_discount: won(300),
        coupon_discount: won(200),
        app_discount: won(100),
        ..ItemAmounts::default()
    }
}

#[test]
fn an_orders_own_amounts_count_once_however_many_items_it_has() {
    let order = OrderAmounts {
        membership_discount: won(1_000),
        order_coupon_discount: won(2_000),
        ..Default::default()
    };
    let sales = Sales::of(&order, &sums(&[shirt(), shirt(), shirt()]));
    assert_eq!(sales.gross.to_string(), "63000.00");
    assert_eq!(sales.discounts.to_string(), "4800.00");
    assert_eq!(sales.net().to_string(), "58200.00");
}

#[test]
fn what_was_never_paid_or_replaces_something_is_not_sold() {
    for class in ["canceled_before_payment", "exchange_goods"] {
        let item = ItemAmounts { status_class: Some(class), ..shirt() };
        assert_eq!(Sales::of(&OrderAmounts::default(), &sums(&[item])), Sales::default(), "{class}");
    }
    for class in [None, Some("canceled"), Some("returned"), Some("exchanged"), Some("normal")] {
        let item = ItemAmounts { status_class: class, ..shirt() };
        assert_eq!(Sales::of(&OrderAmounts::default(), &sums(&[item])).gross, Sum(2_100_000), "{class:?}");
    }
}

#[test]
fn the_orders_refund_comes_before_that_of_its_items() {
    let items = sums(&[
        ItemAmounts { refund: won(100), ..shirt() },
        ItemAmounts { refund: won(20), ..shirt() },
        shirt(),
    ]);
    let cases = [
        (won(7), won(8), 700),
        (None, won(8), 800),
        (None, None, 12_000),
        // A zero may have been told before the refund, and then another column knows better.
        (won(0), won(8), 800),
        (won(0), won(0), 12_000),
        (won(0), None, 12_000),
    ];
    for (total_refund, actual_refund, expected) in cases {
        let order = OrderAmounts { total_refund, actual_refund, ..Default::default() };
        assert_eq!(Sales::of(&order, &items).refunds, Sum(expected), "{order:?}");
    }
    let zeros = OrderAmounts { total_refund: won(0), ..Default::default() };
    assert_eq!(Sales::of(&zeros, &sums(&[shirt()])).refunds, Sum(0));
}

#[test]
fn a_refund_lags_behind_the_payment_else_the_order() {
    let lag = |order: OrderAmounts, refunded: Option<Day>| {
        let items = sums(&[ItemAmounts { refund_day: refunded, ..shirt() }, shirt()]);
        let lags = Lags::of(&order, &items, Sum(5));
        assert_eq!(lags.all(), Refunds { orders: 1, amount: Sum(5) });
        lags.bins.iter().position(|b| b.orders == 1)
    };
    let paid = OrderAmounts { order_day: day(0), payment_day: day(10), ..Default::default() };
    let cases = [
        (9, 0),
        (10, 1),
        (13, 1),
        (14, 2),
        (17, 2),
        (18, 3),
        (24, 3),
        (25, 4),
        (40, 4),
        (41, 5),
        (70, 5),
        (71, 6),
        (100, 6),
        (101, 7),
        (2_000, 7),
    ];
    for (refunded, expected) in cases {
        assert_eq!(lag(paid, day(refunded)), Some(expected), "{refunded}");
    }
    assert_eq!(lag(OrderAmounts { payment_day: None, ..paid }, day(13)), Some(3));
    assert_eq!(lag(paid, None), None);
    assert_eq!(lag(OrderAmounts::default(), day(13)), None);
    assert_eq!(Lags::of(&paid, &ItemSums::default(), Sum(0)), Lags::default());
}

#[test]
fn the_sets_of_sources_add_up_to_the_month() {
    let mut shop = ShopBook::default();
    for (n, sources) in ["api,export", "export", "export"].into_iter().enumerate() {
        let order = OrderAmounts { order_day: day(i32::try_from(n).unwrap()), ..Default::default() };
        shop.add_item(order.order_day, "history");
        shop.add_item(order.order_day, sources);
        shop.add_order(&order, &sums(&[shirt()]), sources);
    }
    shop.add_order(&OrderAmounts::default(), &ItemSums::default(), "api");
    let total = shop.total();
    assert_eq!((total.orders, total.items, shop.undated.orders), (4, 6, 1));
    assert_eq!(
        total.by_sources.keys().map(String::as_str).collect::<Vec<_>>(),
        ["api", "api,export", "export", "history"]
    );
    let told = total.by_sources.values();
    assert_eq!(told.clone().map(|t| t.orders).sum::<u64>(), total.orders);
    assert_eq!(told.clone().map(|t| t.items).sum::<u64>(), total.items);
    assert_eq!(told.map(|t| t.net).sum::<Sum>(), total.sales.net());
}

#[test]
fn sums_are_exact_beyond_the_range_of_an_amount() {
    let dear = ItemAmounts {
        quantity: Some(i64::MAX),
        product_price: Some(Money(Money::MAX)),
        ..ItemAmounts::default()
    };
    let gross = Sales::of(&OrderAmounts::default(), &sums(&[dear])).gross;
    assert_eq!(gross.0, i128::from(i64::MAX) * i128::from(Money::MAX));
    assert_eq!(Sum(-5).to_string(), "-0.05");
    assert_eq!(Sum(1_234_500).to_string(), "12345.00");
}

#[test]
fn parts_round_half_up() {
    let cases =
        [(1, 3, Some(333)), (2, 3, Some(667)), (1, 2000, Some(1)), (0, 5, Some(0)), (5, 5, Some(1000))];
    for (part, whole, expected) in cases {
        assert_eq!(thousandths(Sum(part), Sum(whole)), expected, "{part}/{whole}");
    }
    for (part, whole) in [(-1, 3), (1, 0), (4, 3)] {
        assert_eq!(thousandths(Sum(part), Sum(whole)), None);
    }
}

#[test]
fn a_shop_has_the_name_that_most_orders_tell() {
    let mut shop = ShopBook::default();
    ["나", "가", "나"].into_iter().for_each(|name| shop.named(name));
    assert_eq!(shop.name(), Some("나"));
}
