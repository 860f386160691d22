//! What really happened in an invented store: orders and items whose state changes by dated events.

use std::collections::BTreeMap;

use super::canary::Person;
use super::headers::label;
use super::rng::Rng;
use super::times::{korean, wall};

/// Column to value; absent where nothing is known. Pseudo columns: `status_code`, `item_no`, `original_item_no`, `origin`.
pub type State = BTreeMap<String, String>;

/// What an event does to a column: a new value, or none again.
type Turn = (&'static str, Option<String>);

#[derive(Clone, Debug, Default)]
pub struct Thing {
    pub born: i64,
    base: State,
    events: Vec<(i64, Vec<Turn>)>,
}

impl Thing {
    pub fn at(&self, moment: i64) -> State {
        let mut state = self.base.clone();
        for (_, turns) in self.events.iter().filter(|(when, _)| *when <= moment) {
            for (column, value) in turns {
                match value {
                    Some(value) => state.insert((*column).to_owned(), value.clone()),
                    None => state.remove(*column),
                };
            }
        }
        state
    }

    fn set(&mut self, column: &'static str, value: impl Into<String>) {
        self.base.insert(column.to_owned(), value.into());
    }

    fn event(&mut self, when: i64, turns: Vec<Turn>) {
        self.events.push((when, turns));
        self.events.sort_by_key(|(when, _)| *when);
    }
}

#[derive(Clone, Debug)]
pub struct Order {
    pub mall: String,
    pub shop: String,
    pub id: String,
    pub own: Thing,
    /// In order of their codes.
    pub items: Vec<(String, Thing)>,
    pub buyer: Person,
    pub receiver: Person,
}

pub struct Goods {
    number: u32,
    name: &'static str,
    price: i64,
    options: &'static [&'static str],
}

const GOODS: &[Goods] = &[
    Goods {
        number: 120,
        name: "린넨 셔츠",
        price: 38_900,
        options: &["색상=화이트, 사이즈=M", "색상=화이트, 사이즈=L"],
    },
    Goods { number: 121, name: "D'eL 가방", price: 120_000, options: &[] },
    Goods {
        number: 122,
        name: "양말 3켤레",
        price: 9_900,
        options: &["색상=검정", "색상=회색", "색상=흰색"],
    },
    Goods { number: 123, name: "머그컵 & 받침", price: 15_500, options: &[] },
    Goods {
        number: 124, name: "린넨 셔츠 (긴팔)", price: 42_000, options: &["색상=화이트, 사이즈=M"]
    },
];

fn money(amount: i64) -> String {
    format!("{amount}.00")
}

fn status(code: &str) -> Vec<Turn> {
    let coarse = match code {
        "N01" => "N2",
        "C48" | "C49" => "C1",
        _ if code.starts_with('C') => "C2",
        _ if code.starts_with('R') => "C3",
        _ if code.starts_with('E') => "E1",
        _ => "N1",
    };
    vec![
        ("order_status", Some(code.to_owned())),
        ("status_text", Some(label(code).to_owned())),
        ("status_code", Some(coarse.to_owned())),
    ]
}

fn item(rng: &mut Rng, goods: &Goods, number: usize, born: i64) -> Thing {
    let mut item = Thing { born, ..Thing::default() };
    let option = if goods.options.is_empty() { 0 } else { rng.below(goods.options.len()) };
    item.set("product_no", goods.number.to_string());
    item.set("product_code", format!("P0000{}", goods.number));
    item.set(
        "variant_code",
        format!("P0000{}000{}", goods.number, char::from(b'A' + u8::try_from(option).unwrap_or(0))),
    );
    item.set("custom_product_code", format!("OWN-{}", goods.number));
    item.set("custom_variant_code", format!("OWN-{}-{option}", goods.number));
    item.set("product_name", goods.name);
    if let Some(text) = goods.options.get(option) {
        item.set("option_value", *text);
    }
    item.set("quantity", (1 + rng.below(3)).to_string());
    item.set("product_price", money(goods.price));
    item.set("option_price", money(if rng.chance(20) { 500 } else { 0 }));
    item.set("additional_discount_price", money(rng.between(0, 3) * 100));
    item.set("coupon_discount_price", money(rng.between(0, 3) * 1000));
    item.set("app_item_discount_amount", money(0));
    item.set("item_payment_amount", money(goods.price - 100));
    item.set("supply_price", money(goods.price / 2));
    item.set("supplier_name", if goods.number.is_multiple_of(2) { "㈜한빛" } else { "자체공급" });
    item.set("item_no", (9000 + number).to_string());
    item
}

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// One order with everything that will ever happen to it.
pub fn order(rng: &mut Rng, serial: usize) -> Order {
    let migrated = rng.chance(8);
    let noon = korean("2024-06-20") + rng.between(0, 45) * DAY;
    let placed = match rng.below(5) {
        0 => noon + rng.between(0, 90),
        1 => noon + DAY - 1 - rng.between(0, 90),
        _ => noon + rng.between(0, DAY - 1),
    };
    let day: String = wall(placed)[..10].replace('-', "");
    let id = if migrated { format!("OLD{serial:04}X") } else { format!("{day}-{serial:07}") };
    let shop = if rng.chance(25) { "2" } else { "1" };
    let mall = if rng.chance(20) { "secondmall" } else { "brandshop" };
    let buyer = Person::number(rng.below(12));
    let receiver = if rng.chance(70) { buyer.clone() } else { Person::number(12 + rng.below(6)) };
    let mut own = Thing { born: placed, ..Thing::default() };
    let mut items: Vec<Thing> = Vec::new();
    for number in 0..=rng.below(4) {
        let again = rng.chance(30).then(|| items.last().cloned()).flatten();
        let next = again.unwrap_or_else(|| {
            let goods = rng.pick(GOODS);
            item(rng, goods, serial * 10 + number, placed)
        });
        items.push(next);
        let last = items.len() - 1;
        items[last].set("item_no", (serial * 10 + number).to_string());
    }
    describe(rng, &mut own, placed, &items);
    for item in &mut items {
        item.event(placed, status("N00"));
    }
    if rng.chance(12) {
        let cancelled = placed + DAY + rng.between(0, DAY);
        own.event(cancelled, vec![("canceled", Some("T".into()))]);
        for item in &mut items {
            item.event(cancelled, status(if serial.is_multiple_of(2) { "C48" } else { "C49" }));
            item.event(cancelled, vec![("cancel_date", Some(wall(cancelled)))]);
        }
    } else {
        let paid = placed + rng.between(0, 2 * DAY);
        own.event(paid, vec![("paid", Some("T".into())), ("payment_date", Some(wall(paid)))]);
        live(rng, &mut own, &mut items, paid, serial);
    }
    let items = (1..).zip(items).map(|(number, item)| (format!("{id}-{number:02}"), item)).collect();
    let mut order = Order { mall: mall.into(), shop: shop.into(), id, own, items, buyer, receiver };
    name_origins(&mut order);
    order
}

/// The order's own words at its birth.
fn describe(rng: &mut Rng, own: &mut Thing, placed: i64, items: &[Thing]) {
    let total: i64 = items.len().try_into().unwrap_or(1) * 20_000;
    own.set("order_date", wall(placed));
    own.set("paid", "F");
    own.set("canceled", "F");
    own.set("shop_name", "한국어 쇼핑몰");
    own.set("order_place_name", *rng.pick(&["모바일웹", "PC쇼핑몰", "네이버 페이"]));
    own.set("inflow_path", *rng.pick(&["네이버", "구글", "직접"]));
    if rng.chance(30) {
        own.set("market_order_no", format!("2024{}", rng.between(10_000_000_000, 99_999_999_999)));
    }
    if rng.chance(60) {
        own.set("member_id", format!("user{}", rng.below(9)));
        own.set("member_group", *rng.pick(&["일반", "VIP"]));
        own.set("member_group_when_ordering", "일반");
    }
    own.set("payment_method_name", *rng.pick(&["카드", "무통장입금", "카드,적립금"]));
    own.set("payment_gateway_name", *rng.pick(&["이니시스", "토스페이먼츠"]));
    own.set("order_price_amount", money(total));
    own.set("order_total_amount", money(total + 3000));
    own.set("payment_amount", money(total + 2000));
    own.set("initial_payment_amount", money(total + 2000));
    own.set("shipping_fee", money(if rng.chance(50) { 3000 } else { 0 }));
    own.set("shipping_fee_discount_amount", money(0));
    own.set("membership_discount_amount", money(rng.between(0, 2) * 500));
    own.set("order_coupon_discount_amount", money(rng.between(0, 2) * 1000));
    own.set("points_spent_amount", money(rng.between(0, 2) * 100));
    own.set("credits_spent_amount", money(0));
    own.set("naver_point", money(rng.between(0, 1) * 70));
}

/// After payment: shipping, delivery, and a claim now and then.
fn live(rng: &mut Rng, own: &mut Thing, items: &mut Vec<Thing>, paid: i64, serial: usize) {
    let refund = |own: &mut Thing, when: i64, amount: i64| {
        own.event(
            when,
            vec![
                ("actual_refund_amount", Some(money(amount))),
                ("total_refund_amount", Some(money(amount))),
                ("payment_amount", Some(money(1000 + amount % 7))),
                ("canceled", Some("M".into())),
            ],
        );
    };
    for at in 0..items.len() {
        let shipped = paid + DAY + rng.between(0, DAY);
        let delivered = shipped + DAY + rng.between(0, DAY);
        let item = &mut items[at];
        item.event(paid, status("N10"));
        item.event(paid + HOUR, status("N20"));
        item.event(
            paid + HOUR,
            vec![
                ("place_date", Some(wall(paid + HOUR))),
                ("shipping_code", Some(format!("D-20240701-{serial:07}-00"))),
            ],
        );
        if rng.chance(12) {
            let asked = paid + 2 * HOUR;
            item.event(asked, status("C00"));
            item.event(
                asked,
                vec![
                    ("claim_code", Some(format!("C2024-{serial}{at}"))),
                    ("claim_reason_type", Some("A".into())),
                ],
            );
            if rng.chance(50) {
                let done = asked + rng.between(HOUR, 3 * DAY);
                item.event(done, status("C40"));
                item.event(
                    done,
                    vec![
                        ("cancel_date", Some(wall(done))),
                        ("refund_date", Some(wall(done + HOUR))),
                        ("item_refund_amount", Some(money(12_000))),
                    ],
                );
                refund(own, done, 12_000);
                continue;
            }
            let withdrawn = asked + rng.between(HOUR, DAY);
            item.event(withdrawn, status("N20"));
            item.event(withdrawn, vec![("claim_code", None), ("claim_reason_type", None)]);
        }
        let item = &mut items[at];
        item.event(shipped, status("N30"));
        item.event(
            shipped,
            vec![
                ("tracking_no", Some(format!("6123{serial:05}{at}"))),
                ("shipped_date", Some(wall(shipped))),
            ],
        );
        if rng.chance(15) {
            item.event(shipped + 2 * HOUR, vec![("tracking_no", Some(format!("6999{serial:05}{at}")))]);
        }
        item.event(delivered, status("N40"));
        item.event(delivered, vec![("delivered_date", Some(wall(delivered)))]);
        let claimed = delivered + rng.between(DAY, 6 * DAY);
        match rng.below(10) {
            0 => {
                item.event(claimed, status("R00"));
                item.event(
                    claimed,
                    vec![
                        ("claim_code", Some(format!("R2024-{serial}{at}"))),
                        ("claim_reason_type", Some("B".into())),
                    ],
                );
                let done = claimed + rng.between(DAY, 12 * DAY);
                item.event(done, status("R40"));
                item.event(
                    done,
                    vec![
                        ("return_confirmed_date", Some(wall(done))),
                        ("refund_date", Some(wall(done + 60))),
                        ("item_refund_amount", Some(money(9_000))),
                    ],
                );
                refund(own, done, 9_000);
            }
            1 => {
                item.event(claimed, status("E00"));
                let done = claimed + DAY;
                item.event(done, status("E40"));
                item.event(
                    done,
                    vec![
                        ("exchange_date", Some(wall(done))),
                        ("claim_code", Some(format!("B2024-{serial}{at}"))),
                    ],
                );
                let mut new = Thing { born: claimed, base: item.base.clone(), events: Vec::new() };
                new.set("item_no", (serial * 10 + 5 + at).to_string());
                new.set("original_item_no", items[at].base["item_no"].clone());
                new.set("origin", (at + 1).to_string());
                new.event(claimed, status("N01"));
                new.event(done + DAY, status("N30"));
                // An exchanged row ships under ordinary codes, its coarse class stays.
                new.event(done + DAY, vec![("status_code", Some("N2".into()))]);
                items.push(new);
            }
            2..=4 => item.event(claimed + 7 * DAY, status("N50")),
            _ => {}
        }
    }
}

/// Exchange goods name the item they replace by its code.
fn name_origins(order: &mut Order) {
    let id = order.id.clone();
    for (_, item) in &mut order.items {
        if let Some(number) = item.base.get("origin").and_then(|number| number.parse::<usize>().ok()) {
            item.base.insert("origin".into(), format!("{id}-{number:02}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_grow_with_time() {
        let mut rng = Rng::new(7);
        for serial in 1..60 {
            let order = order(&mut rng, serial);
            assert_eq!(order.own.at(order.own.born)["paid"], "F");
            let late = korean("2024-12-01");
            for (_, item) in &order.items {
                assert!(item.at(late).contains_key("order_status"), "{order:?}");
            }
        }
    }

    #[test]
    fn exchanges_point_at_their_origin() {
        let mut rng = Rng::new(1);
        let found = (1..200).map(|serial| order(&mut rng, serial)).any(|order| {
            order.items.iter().any(|(code, item)| {
                item.base.get("origin").is_some_and(|origin| origin < code && origin.starts_with(&order.id))
            })
        });
        assert!(found);
    }
}
