//! A made-up shop of four months: three kinds of sources, two runs, refunds of every lag, exchanges, cancellations before
//! payment, orders without a day, rows to mend, and markup and persons wherever a file can have them.

use std::fmt::Write as _;

use super::canary::Person;
use super::ledger::Store;

/// A name that would be markup if anybody let it.
pub const MARKUP: &str = "<img src=x onerror=alert(1)>";
/// The day that counts as today in these tests.
pub const TODAY: &str = "2024-09-10";
const OLD: u64 = 1_577_836_800;

const HEADER: &str = "쇼핑몰번호,쇼핑몰,주문번호,품목별 주문번호,주문일시,결제일시(입금확인일),상품명,수량,판매가,옵션추가 가격,\
    상품별 추가할인금액,쿠폰 할인금액(최종),앱 상품할인 금액(최종),회원등급 추가할인금액,주문서 쿠폰 할인금액,총 실제 환불금액,\
    실제 환불금액,환불금액,환불완료일,주문 상태,주문자명,주문자 휴대전화,주문자 이메일,수령인,수령인 주소(전체),배송메시지,<b>메모</b>";

/// What an order is like follows from its number alone.
struct Order {
    number: i64,
}

/// `2024-03-01` and so many days.
fn date(days: i64) -> String {
    let day = chrono::NaiveDate::from_ymd_opt(2024, 3, 1).expect("a day") + chrono::Duration::days(days);
    day.format("%Y-%m-%d").to_string()
}

impl Order {
    fn days(&self) -> i64 {
        // A hole of three weeks in May, which no file explains.
        let spread = self.number * 2;
        if spread >= 70 { spread + 21 } else { spread }
    }

    fn id(&self) -> String {
        match self.number {
            7 => "OLD-7".to_owned(),
            8 => "OLD-8".to_owned(),
            n => format!("{}-{n:07}", date(self.days()).replace('-', "")),
        }
    }

    fn ordered(&self) -> String {
        // Of one order no source tells the day.
        if self.number == 8 {
            String::new()
        } else {
            format!("{} 10:{:02}:30", date(self.days()), self.number % 60)
        }
    }

    fn paid(&self) -> String {
        if self.number % 9 == 0 {
            String::new()
        } else {
            format!("{} 12:00:00", date(self.days() + self.number % 3 * 9))
        }
    }

    fn shop(&self) -> i64 {
        if self.number % 8 == 3 { 2 } else { 1 }
    }

    fn status(&self, item: i64, later: bool) -> &'static str {
        match (self.number + item) % 10 {
            0 => "입금전 취소 - 자동",
            1 if item > 1 => "교환접수 - 교환상품",
            2 => "반품 완료 - 환불완료",
            3 => "김철수에게 전화함",
            _ if later => "구매확정",
            _ => "배송중",
        }
    }

    /// The rows of the order; `later`: as it was a month later.
    fn rows(&self, later: bool) -> String {
        let n = self.number;
        let person = Person::number(usize::try_from(n).unwrap_or_default());
        let refund = later && n % 4 != 1;
        let mut rows = String::new();
        for item in 1..=1 + n % 3 {
            let code = if n == 7 || n == 8 { String::new() } else { format!("{}-{item:02}", self.id()) };
            let total = match (refund, n % 5, item) {
                (true, 0, 1) => format!("{}.50", 3_000 + n * 100),
                (true, 0, _) => "0".to_owned(),
                _ => String::new(),
            };
            // Where both tell a refund, they differ.
            let actual = if refund && (n % 5 == 1 || n % 10 == 0) {
                (2_000 + n * 10).to_string()
            } else {
                String::new()
            };
            let own = if refund && n % 5 < 4 { (500 + n).to_string() } else { String::new() };
            let back = if refund && n % 5 < 4 && n % 6 != 1 {
                format!("{} 17:00:00", date(self.days() + (n * 3) % 120 - 3 + item))
            } else {
                String::new()
            };
            let _ = writeln!(
                rows,
                "{},{},{},{code},{},{},\"머그컵, {item}호\",{},{}.{:02},{},{},{},{},{},{},{total},{actual},{own},{back},{},{},{},{},{},\"{}\",\"{}\",x",
                self.shop(),
                if self.shop() == 2 {
                    format!("{MARKUP}&도매몰")
                } else {
                    "한국어 쇼핑몰".to_owned()
                },
                self.id(),
                self.ordered(),
                self.paid(),
                1 + (n + item) % 4,
                10_000 + n * 137 * item,
                (n * 7) % 100,
                if item == 2 { "700" } else { "" },
                if n % 3 == 0 { "300" } else { "" },
                if n % 4 == 0 { "450.25" } else { "" },
                if n % 7 == 0 { "50" } else { "" },
                if n % 6 == 0 { "1000" } else { "" },
                if n % 11 == 0 { "2000" } else { "" },
                self.status(item, later),
                person.name,
                person.spelled(usize::try_from(n).unwrap_or_default()),
                person.email,
                person.name,
                person.address(),
                person.message,
            );
        }
        rows
    }

    fn json(&self) -> serde_json::Value {
        let person = Person::number(usize::try_from(self.number).unwrap_or_default());
        let items: Vec<_> = (1..=1 + self.number % 3)
            .map(|item| {
                serde_json::json!({
                    "order_item_code": format!("{}-{item:02}", self.id()),
                    "product_name": format!("머그컵, {item}호"),
                    "quantity": 1 + (self.number + item) % 4,
                    "product_price": format!("{}.00", 10_000 + self.number * 137 * item),
                    "option_price": if item == 2 { "700.00" } else { "0.00" },
                    "order_status": "N50", "status_code": "N1", "claim_reason": person.message,
                })
            })
            .collect();
        serde_json::json!({
            "shop_no": self.shop(), "mall_id": "haruhome", "currency": "KRW", "order_id": self.id(),
            "order_date": format!("{}+09:00", self.ordered().replace(' ', "T")),
            "payment_date": null, "paid": "T", "canceled": "F",
            "buyer": {"name": person.name, "email": person.email, "cellphone": person.spelled(0)},
            "actual_order_amount": {"membership_discount_amount": "1500.00", "coupon_discount_price": "0.00"},
            "items": items,
        })
    }
}

fn csv(numbers: impl Iterator<Item = i64>, later: bool, more: &str) -> Vec<u8> {
    let rows: String = numbers.map(|number| Order { number }.rows(later)).collect();
    format!("\u{feff}{HEADER}\n{rows}{more}").into_bytes()
}

pub const ORDERS: i64 = 48;

/// Everybody in the files.
pub fn persons() -> Vec<Person> {
    (0..=usize::try_from(ORDERS).unwrap_or_default()).map(Person::number).collect()
}

/// The ledger, and how many runs made it.
pub fn ledger() -> Store {
    let store = Store::new();
    let person = Person::number(1);
    // Two rows to mend: a number that is none, and a telephone number that slipped into the quantity.
    let broken = |id: &str, quantity: &str| {
        let mut cells = vec![String::new(); HEADER.split(',').count()];
        for (at, text) in [(0, "1"), (2, id), (7, quantity), (20, &person.name), (21, &person.spelled(0))] {
            text.clone_into(&mut cells[at]);
        }
        format!("{}\n", cells.join(","))
    };
    let more = broken("20240305-0000901", "2개") + &broken("20240306-0000902", &person.spelled(0));
    let first = [
        (format!("{MARKUP} 매출장 20240402.csv"), csv((1..=ORDERS / 3).filter(|n| n % 3 != 0), false, &more)),
        ("haruhome_20240630_1_ab12.csv".to_owned(), csv(5..=ORDERS, false, "")),
        // A telephone number in a file's name.
        (format!("주문 {} 20240612.csv", person.spelled(0)), csv((20..30).filter(|n| n % 2 == 0), false, "")),
    ];
    for (name, bytes) in &first {
        store.put(name, bytes, OLD);
    }
    let outcome = store.ingest(&[store.inputs()], &["--mall", "haruhome"]);
    assert_eq!(outcome.status, 3, "{}", outcome.stderr);
    let pulled: Vec<_> = (30..=ORDERS).filter(|n| n % 4 == 0).map(|number| Order { number }.json()).collect();
    let page = serde_json::json!({"orders": pulled}).to_string();
    store.put_in("later", "api_orders_20240801T101500.json", page.as_bytes(), OLD);
    store.put_in("later", "haruhome_20240901_1_cd34.csv", &csv(12..=ORDERS, true, ""), OLD);
    let outcome = store.ingest(&[store.scratch("later")], &["--mall", "haruhome"]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    store
}
