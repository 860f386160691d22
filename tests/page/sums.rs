//! The page's numbers, added up anew from what `export` and the listings tell: another calculation than the program's own,
//! on text and whole hundredths.

use std::collections::BTreeMap;

use super::ledger::{Store, Table};

type Row = BTreeMap<String, String>;
/// Mall and shop number.
type Shop = (String, String);
/// `2024-03`, or `~` for orders without a day, which come last.
type Month = String;

pub const UNDATED: &str = "~";

/// Everything that is counted a month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub orders: i128,
    pub items: i128,
    pub gross: i128,
    pub discounts: i128,
    pub refunds: i128,
    /// Orders, items and net sales by sources.
    pub by_sources: BTreeMap<String, [i128; 3]>,
    /// Orders and refunds by lag: its first day, `None` where nobody knows it, -1 before the payment.
    pub lags: BTreeMap<Option<i64>, [i128; 2]>,
}

impl Sums {
    pub fn net(&self) -> i128 {
        self.gross - self.discounts - self.refunds
    }

    fn add(&mut self, other: &Self) {
        self.orders += other.orders;
        self.items += other.items;
        self.gross += other.gross;
        self.discounts += other.discounts;
        self.refunds += other.refunds;
        for (sources, [orders, items, net]) in &other.by_sources {
            let sum = self.by_sources.entry(sources.clone()).or_default();
            *sum = [sum[0] + orders, sum[1] + items, sum[2] + net];
        }
        for (lag, [orders, amount]) in &other.lags {
            let sum = self.lags.entry(*lag).or_default();
            *sum = [sum[0] + orders, sum[1] + amount];
        }
    }
}

pub fn total<'a>(months: impl IntoIterator<Item = &'a Sums>) -> Sums {
    let mut all = Sums::default();
    months.into_iter().for_each(|month| all.add(month));
    all
}

/// Hundredths of an amount of `export`; nothing where it is blank.
fn money(row: &Row, column: &str) -> Option<i128> {
    let text = row[column].as_str();
    let digits: String = text.chars().filter(|c| *c != '.').collect();
    assert!(text.is_empty() || text.as_bytes()[text.len() - 3] == b'.', "{column}: {text}");
    (!text.is_empty()).then(|| digits.parse().expect("an amount"))
}

fn sum_of(row: &Row, columns: &[&str]) -> i128 {
    columns.iter().filter_map(|column| money(row, column)).sum()
}

fn days(text: &str) -> Option<i64> {
    let day = chrono::NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").expect("a day");
    Some(i64::from(day.to_epoch_days()))
}

fn month(row: &Row) -> Month {
    row["order_day"].get(..7).unwrap_or(UNDATED).to_owned()
}

fn shop(row: &Row) -> Shop {
    (row["mall_id"].clone(), row["shop_no"].clone())
}

/// The sums of every month of every shop.
pub fn sales(store: &Store) -> BTreeMap<Shop, BTreeMap<Month, Sums>> {
    let table = |name: &str| -> Table { store.table(name).expect("a table") };
    let (orders, items) = (table("orders").rows, table("order_items").rows);
    let mut all: BTreeMap<Shop, BTreeMap<Month, Sums>> = BTreeMap::new();
    for item in &items {
        let sums = all.entry(shop(item)).or_default().entry(month(item)).or_default();
        sums.items += 1;
        sums.by_sources.entry(item["sources"].clone()).or_default()[1] += 1;
    }
    for order in &orders {
        let own: Vec<&Row> = items
            .iter()
            .filter(|i| ["mall_id", "shop_no", "order_id"].iter().all(|key| i[*key] == order[*key]))
            .collect();
        let sold = own
            .iter()
            .filter(|i| !["canceled_before_payment", "exchange_goods"].contains(&i["status_class"].as_str()));
        let (mut gross, mut discounts) = (0, 0);
        for item in sold {
            let quantity: i128 = item["quantity"].parse().unwrap_or(0);
            gross += quantity * sum_of(item, &["product_price", "option_price"]);
            let columns = ["additional_discount_price", "coupon_discount_price", "app_item_discount_amount"];
            discounts += sum_of(item, &columns);
        }
        discounts += sum_of(order, &["membership_discount_amount", "order_coupon_discount_amount"]);
        let of_items: i128 = own.iter().filter_map(|i| money(i, "item_refund_amount")).sum();
        let told = ["total_refund_amount", "actual_refund_amount"].map(|c| money(order, c).unwrap_or(0));
        let refunds = told.into_iter().chain([of_items]).find(|refund| *refund != 0).unwrap_or(0);

        let sums = all.entry(shop(order)).or_default().entry(month(order)).or_default();
        sums.orders += 1;
        sums.gross += gross;
        sums.discounts += discounts;
        sums.refunds += refunds;
        let told = sums.by_sources.entry(order["sources"].clone()).or_default();
        told[0] += 1;
        told[2] += gross - discounts - refunds;
        if refunds != 0 {
            let refunded = own.iter().filter_map(|i| days(&i["refund_date"])).max();
            let paid = days(&order["payment_date"]).or_else(|| days(&order["order_day"]));
            let lag = refunded.zip(paid).map(|(refunded, paid)| match refunded - paid {
                ..0 => -1,
                0..=3 => 0,
                4..=7 => 4,
                8..=14 => 8,
                15..=30 => 15,
                31..=60 => 31,
                61..=90 => 61,
                91.. => 91,
            });
            let sum = sums.lags.entry(lag).or_default();
            *sum = [sum[0] + 1, sum[1] + refunds];
        }
    }
    all
}

/// How many rows of a listing share a value.
pub fn counts(rows: &[Row], column: &str) -> BTreeMap<String, i128> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row[column].clone()).or_default() += 1;
    }
    counts
}
