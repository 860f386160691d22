//! The rules of the fold on tiny histories, and its promises on generated ones.

use std::borrow::Cow;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, TimestampMicrosecondType};
use arrow::util::display::array_value_to_string;
use proptest::prelude::*;

use super::*;
use crate::core::batch::{BodyBuilder, Value, Values, content_hash};
use crate::core::number::{parse_int, parse_money};
use crate::core::problem::FindingKind;
use crate::core::schema::{Additions, Kind, Level};
use crate::core::time::parse_time;
use crate::core::types::PersonHash;

/// A file's rows, written as `column=value` words; `column=!` is an explicit null of the API.
#[derive(Clone, Debug)]
struct File {
    source: Source,
    at: i64,
    api: bool,
    rows: Vec<String>,
}

fn export(at: i64, rows: &[&str]) -> File {
    File { source: Source::Export, at, api: false, rows: rows.iter().map(|r| (*r).to_owned()).collect() }
}

fn api(at: i64, rows: &[&str]) -> File {
    File { source: Source::Api, api: true, ..export(at, rows) }
}

fn schema() -> Schema {
    Schema::load(&Additions::default()).unwrap()
}

fn value(kind: Kind, text: &str) -> Value<'_> {
    match (text, kind) {
        ("!", _) => Value::Clear,
        (_, Kind::Text | Kind::Id) => Value::Text(Cow::Borrowed(text)),
        (_, Kind::Int) => Value::Int(parse_int(text).unwrap()),
        (_, Kind::Money) => Value::Money(parse_money(text).unwrap()),
        (_, Kind::Time) => Value::Time(parse_time(&text.replace('_', " ")).unwrap()),
        (_, Kind::Hash) => Value::Hash(Box::new(PersonHash::parse(text).unwrap())),
    }
}

/// Folds the files; `order` is the order in which they came.
fn fold(schema: &Schema, files: &[File], order: &[usize]) -> Folded {
    seen(schema, files, order, |seen| fold_month(seen).unwrap())
}

/// What `then` makes of the files.
fn seen<T>(schema: &Schema, files: &[File], order: &[usize], then: impl Fn(&Observations<'_>) -> T) -> T {
    let (mut items, mut orders) = (BodyBuilder::new(&schema.items), BodyBuilder::new(&schema.orders));
    let (mut facts, mut sightings, mut scratch) = (Vec::new(), Vec::new(), Vec::new());
    let mut numbers = [std::collections::HashMap::new(), std::collections::HashMap::new()];
    for (number, &which) in (0u32..).zip(order) {
        let file = &files[which];
        let mut has_codes = false;
        for (row, line) in (1u32..).zip(&file.rows) {
            let mut levels = [Values::default(), Values::default()];
            let (mut order_only, mut record) = (false, row);
            for word in line.split(' ') {
                let (column, text) = word.split_once('=').unwrap();
                if column == "record" {
                    record = text.parse().unwrap();
                } else if column == "order_only" {
                    order_only = true;
                } else {
                    let at = schema.find(column).unwrap_or_else(|| panic!("no column {column}"));
                    has_codes |= column == "order_item_code";
                    levels[usize::from(at.level == Level::Order)]
                        .set(at.index, value(schema.column(at).kind, text));
                }
            }
            let mut number_of = |level: usize, builder: &mut BodyBuilder| {
                let hash = content_hash(&levels[level], &mut scratch);
                *numbers[level].entry(hash).or_insert_with(|| builder.push(&levels[level], hash))
            };
            let item = (!order_only).then(|| number_of(0, &mut items));
            let order = number_of(1, &mut orders);
            sightings.push(Sighting { file: number, sheet: 1, row, record, time: None, item, order });
        }
        let mut hash = [0; 32];
        hash[0] = u8::try_from(which).unwrap();
        facts.push(FileFacts {
            hash: FileHash(hash),
            source: file.source,
            observed_at: Instant(file.at),
            overrides_rows: false,
            mall: Some("mall".into()),
            fallback_mall: None,
            api_orders: file.api,
            has_item_codes: has_codes,
        });
    }
    let (items, orders) = (items.finish(), orders.finish());
    then(&Observations { schema, files: &facts, sightings: &sightings, items: &items, orders: &orders })
}

/// The named columns of a table, a line a row, `~` for null.
fn show(batch: &RecordBatch, columns: &str) -> Vec<String> {
    let cell = |name: &str, row: usize| {
        let array = batch.column_by_name(name).unwrap_or_else(|| panic!("no column {name}"));
        if array.is_null(row) {
            "~".to_owned()
        } else if let DataType::Timestamp(_, Some(_)) = array.data_type() {
            Instant(array.as_primitive::<TimestampMicrosecondType>().value(row) / 1_000_000).to_string()
        } else {
            array_value_to_string(array, row).unwrap()
        }
    };
    (0..batch.num_rows())
        .map(|row| columns.split(' ').map(|c| cell(c, row)).collect::<Vec<_>>().join(" "))
        .collect()
}

fn in_order(files: &[File]) -> Folded {
    fold(&schema(), files, &(0..files.len()).collect::<Vec<_>>())
}

fn check_items(files: &[File], columns: &str, expected: &[&str]) {
    assert_eq!(show(&in_order(files).order_items, columns), expected);
}

fn check_orders(files: &[File], columns: &str, expected: &[&str]) {
    assert_eq!(show(&in_order(files).orders, columns), expected);
}

fn check_changes(files: &[File], expected: &[&str]) {
    assert_eq!(show(&in_order(files).order_changes, "item_key field old_value new_value"), expected);
}

fn kinds(files: &[File]) -> Vec<FindingKind> {
    in_order(files).findings.iter().map(|f| f.kind).collect()
}

const A: &str = "order_id=20240705-0000001 order_item_code=20240705-0000001-01";
const B: &str = "order_id=20240705-0000001 order_item_code=20240705-0000001-02";
const O: &str = "order_id=20240705-0000001";

fn with(base: &str, more: &str) -> String {
    format!("{base} {more}")
}

#[test]
fn the_newest_word_wins_field_by_field() {
    let files =
        [export(10, &[&with(A, "quantity=1 product_name=old")]), export(20, &[&with(A, "product_name=new")])];
    check_items(&files, "quantity product_name observed_at", &["1 new 1970-01-01T00:00:20Z"]);
    check_changes(&files, &["20240705-0000001-01 product_name old new"]);
}

#[test]
fn api_wins_a_tie_in_time() {
    let files = [api(10, &[&with(A, "quantity=2")]), export(10, &[&with(A, "quantity=1")])];
    check_items(&files, "quantity sources", &["2 api,export"]);
}

#[test]
fn a_null_of_the_api_clears_and_an_older_word_does_not_come_back() {
    let files = [export(10, &[&with(A, "tracking_no=77")]), api(20, &[&with(A, "tracking_no=!")])];
    check_items(&files, "tracking_no", &["~"]);
    check_changes(&files, &["20240705-0000001-01 tracking_no 77 ~"]);
}

#[test]
fn a_vaguer_time_that_agrees_does_not_displace() {
    let precise = with(A, "delivered_date=2024-07-09_10:11:12");
    let files = [export(10, &[&precise]), export(20, &[&with(A, "delivered_date=2024-07-09")])];
    check_items(&files, "delivered_date", &["2024-07-09T10:11:12"]);
    check_changes(&files, &[]);
    let other = [export(10, &[&precise]), export(20, &[&with(A, "delivered_date=2024-07-10")])];
    check_items(&other, "delivered_date", &["2024-07-10T00:00:00"]);
    check_changes(&other, &["20240705-0000001-01 delivered_date 2024-07-09 10:11:12 2024-07-10 00:00:00"]);
}

#[test]
fn frozen_fields_that_disagree_are_a_finding() {
    let files = [export(10, &[&with(A, "product_price=100")]), export(20, &[&with(A, "product_price=200")])];
    let folded = in_order(&files);
    let finding = &folded.findings[0];
    assert_eq!(finding.kind, FindingKind::FrozenConflict);
    assert_eq!((finding.value.as_deref(), finding.other.as_deref()), (Some("200.00"), Some("100.00")));
}

#[test]
fn order_amounts_follow_their_repetition_rule() {
    let files = [export(
        10,
        &[
            &with(A, "shipping_fee=3000 payment_amount=9000 actual_refund_amount=0"),
            &with(B, "shipping_fee=0 payment_amount=9000 actual_refund_amount=500"),
        ],
    )];
    check_orders(&files, "shipping_fee payment_amount actual_refund_amount", &["3000.00 9000.00 500.00"]);
}

#[test]
fn a_zero_without_the_first_item_does_not_speak() {
    let files = [export(10, &[&with(A, "shipping_fee=3000")]), export(20, &[&with(B, "shipping_fee=0")])];
    check_orders(&files, "shipping_fee", &["3000.00"]);
    let whole = [
        export(10, &[&with(A, "shipping_fee=3000")]),
        export(20, &[&with(A, "shipping_fee=0"), &with(B, "shipping_fee=0")]),
    ];
    check_orders(&whole, "shipping_fee", &["0.00"]);
}

#[test]
fn rows_that_differ_in_an_order_value_give_the_first_and_a_finding() {
    let files = [export(10, &[&with(A, "member_id=a"), &with(B, "member_id=b")])];
    check_orders(&files, "member_id", &["a"]);
    assert_eq!(kinds(&files), [FindingKind::RepetitionConflict]);
}

#[test]
fn equal_rows_count_once_and_differing_rows_are_both_heard() {
    let files = [export(10, &[&with(A, "quantity=1"), &with(A, "quantity=2"), &with(A, "quantity=1")])];
    let folded = in_order(&files);
    assert_eq!(folded.duplicates, [1]);
    assert_eq!(show(&folded.order_items, "quantity"), ["2"]);
    assert_eq!(folded.findings.iter().map(|f| f.kind).collect::<Vec<_>>(), [FindingKind::KeyTwice]);
}

#[test]
fn rows_without_codes_find_their_items() {
    let coded =
        export(20, &[&with(A, "product_no=7 option_value=red"), &with(B, "product_no=7 option_value=blue")]);
    let codeless = export(
        10,
        &[
            &with(O, "product_no=7 option_value=blue quantity=2"),
            &with(O, "product_no=7 option_value=red quantity=1"),
        ],
    );
    check_items(
        &[codeless.clone(), coded],
        "item_key quantity",
        &["20240705-0000001-01 1", "20240705-0000001-02 2"],
    );
    check_items(
        &[codeless.clone(), codeless],
        "item_key order_item_code quantity",
        &["20240705-0000001~1 ~ 2", "20240705-0000001~2 ~ 1"],
    );
}

#[test]
fn equal_lines_stay_as_many_items() {
    let line = with(O, "product_no=7 quantity=1");
    let files = [export(10, &[&line, &line]), export(20, &[&line, &line])];
    check_items(&files, "item_key", &["20240705-0000001~1", "20240705-0000001~2"]);
    assert_eq!(in_order(&files).duplicates, [0, 0]);
}

#[test]
fn fewer_lines_than_equal_items_go_to_the_lowest_code_with_a_finding() {
    let files = [
        export(20, &[&with(A, "product_no=7"), &with(B, "product_no=7")]),
        export(10, &[&with(O, "product_no=7 quantity=5")]),
    ];
    check_items(&files, "item_key quantity", &["20240705-0000001-01 5", "20240705-0000001-02 ~"]);
    assert_eq!(kinds(&files), [FindingKind::AmbiguousMatch]);
}

#[test]
fn a_file_without_shops_follows_the_only_shop_known() {
    let files = [export(10, &[A]), export(20, &[&with(A, "shop_no=2")])];
    check_items(&files, "shop_no item_key", &["2 20240705-0000001-01"]);
    let two = [export(10, &[A]), export(20, &[&with(A, "shop_no=2")]), export(30, &[&with(A, "shop_no=3")])];
    check_items(&two, "shop_no", &["1", "2", "3"]);
    assert_eq!(kinds(&two), [FindingKind::AmbiguousShop]);
}

#[test]
fn status_is_one_word() {
    let files = [
        api(10, &[&with(A, "order_status=N40 status_text=배송완료")]),
        export(20, &[&with(A, "status_text=구매_확정됨")]),
    ];
    check_items(&files, "order_status status_text status_class", &["~ 구매_확정됨 normal"]);
    assert_eq!(kinds(&files), [FindingKind::UnknownStatus]);
    check_changes(
        &files,
        &["20240705-0000001-01 order_status N40 ~", "20240705-0000001-01 status_text 배송완료 구매_확정됨"],
    );
    // A code without a label: the item has no label meanwhile, and the next one is a first word.
    let files = [
        api(10, &[&with(A, "order_status=N30 status_text=배송중")]),
        api(20, &[&with(A, "order_status=N40")]),
        api(30, &[&with(A, "order_status=N50 status_text=구매확정")]),
    ];
    check_items(&files[..2], "order_status status_text", &["N40 ~"]);
    check_items(&files, "order_status status_text", &["N50 구매확정"]);
    check_changes(
        &files,
        &["20240705-0000001-01 order_status N30 N40", "20240705-0000001-01 order_status N40 N50"],
    );
    check_items(
        &[
            export(10, &[&with(A, "status_text=교환접수-교환상품")]),
            export(20, &[&with(A, "status_text=배송중")]),
        ],
        "order_status status_class",
        &["N30 exchange_goods"],
    );
}

#[test]
fn exchange_goods_name_the_item_they_replace() {
    let files =
        [api(10, &[&with(A, "item_no=5 record=1"), &with(B, "item_no=6 original_item_no=5 record=1")])];
    check_items(
        &files,
        "item_key origin_order_item_code",
        &["20240705-0000001-01 ~", "20240705-0000001-02 20240705-0000001-01"],
    );
}

#[test]
fn order_only_rows_feed_orders_only() {
    let files = [export(10, &[&with(O, "order_only=1 payment_amount=500")])];
    check_orders(&files, "order_id payment_amount", &["20240705-0000001 500.00"]);
    check_items(&files, "item_key", &[]);
}

#[test]
fn an_order_without_a_day_sorts_last_and_is_a_finding() {
    let files = [export(10, &["order_id=OLD1 product_no=1", A])];
    check_orders(&files, "order_id order_day", &["20240705-0000001 2024-07-05", "OLD1 ~"]);
    assert_eq!(kinds(&files), [FindingKind::NoOrderDay]);
}

/// What two voices say: shop, item and a column, sorted.
fn said(files: &[File], voices: [Voice; 2], column: &str) -> [Vec<String>; 2] {
    let order: Vec<usize> = (0..files.len()).collect();
    seen(&schema(), files, &order, |seen| {
        let mut said = [Vec::new(), Vec::new()];
        trace_sides(seen, voices, |sides| {
            for (said, orders) in said.iter_mut().zip(sides) {
                for (order, item) in orders.iter().flat_map(|o| o.items.iter().map(move |i| (o, i))) {
                    let value = item.fields.iter().find(|f| f.column == column).map_or("~", |f| &f.value);
                    said.push(format!("{} {} {value}", order.shop_no, item.item_key));
                }
            }
        });
        said.iter_mut().for_each(|s| s.sort());
        said
    })
}

#[test]
fn a_side_speaks_of_items_and_shops_that_only_the_other_can_name() {
    let id = "20240705-0000001";
    let coded = format!("order_id={id} shop_no=2 order_item_code={id}-02 product_no=7 quantity=3");
    // The file has neither item codes nor shops; its second row is of goods that the API does not know.
    let rows = [7, 8].map(|product| format!("order_id={id} product_no={product} quantity=1"));
    let files = [export(10, &[&rows[0], &rows[1]]), api(20, &[&coded])];
    let [of_files, of_api] = said(&files, [Voice::Files, Voice::Api], "quantity");
    assert_eq!(of_files, [format!("2 {id}-02 1"), format!("2 {id}~1 1")]);
    assert_eq!(of_api, [format!("2 {id}-02 3")]);
}

fn any_file() -> impl Strategy<Value = File> {
    let row = (0..3usize, 0..4usize, 0..3u8, 0..3u8, 0..4u8, any::<bool>()).prop_map(
        |(order, item, product, option, quantity, shop)| {
            let id = format!("20240705-000000{order}");
            let mut row = format!("order_id={id} product_no={product} quantity={quantity}");
            if item > 0 {
                row += &format!(" order_item_code={id}-0{item}");
            }
            if option > 0 {
                row += &format!(" option_value=o{option}");
            }
            if shop {
                row += " shop_no=2";
            }
            row += &format!(" shipping_fee={} payment_amount={}", quantity * 10, option);
            row
        },
    );
    (proptest::collection::vec(row, 1..6), 0..4i64, 0..3usize).prop_map(|(rows, at, source)| File {
        source: Source::ALL[source],
        at,
        api: false,
        rows,
    })
}

fn everything(folded: &Folded) -> (RecordBatch, RecordBatch, RecordBatch, Vec<FindingKind>) {
    let kinds = folded.findings.iter().map(|f| f.kind).collect();
    (folded.order_items.clone(), folded.orders.clone(), folded.order_changes.clone(), kinds)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Both sides together speak of all items and of no other, and a side that is alone says what all say.
    #[test]
    fn sides_add_up(files in proptest::collection::vec(any_file(), 1..5)) {
        let [of_files, of_api] = said(&files, [Voice::Files, Voice::Api], "item_key");
        let [all, _] = said(&files, [Voice::All, Voice::All], "item_key");
        let mut together = [of_files, of_api].concat();
        together.sort();
        together.dedup();
        prop_assert_eq!(together, all);
        let alone: Vec<File> = files.into_iter().filter(|f| f.source != Source::Api).collect();
        let [of_files, all] = said(&alone, [Voice::Files, Voice::All], "quantity");
        prop_assert_eq!(of_files, all);
    }

    #[test]
    fn order_of_arrival_does_not_matter(
        (files, order) in proptest::collection::vec(any_file(), 1..6)
            .prop_flat_map(|files| {
                let order = Just((0..files.len()).collect::<Vec<_>>()).prop_shuffle();
                (Just(files), order)
            })
    ) {
        let schema = schema();
        let straight = fold(&schema, &files, &(0..files.len()).collect::<Vec<_>>());
        let shuffled = fold(&schema, &files, &order);
        prop_assert_eq!(everything(&straight), everything(&shuffled));
        let keys = show(&straight.order_items, "shop_no item_key");
        let mut distinct = keys.clone();
        distinct.sort();
        distinct.dedup();
        prop_assert_eq!(keys.len(), distinct.len());
        let totals = straight.orders.column_by_name("shipping_fee").unwrap();
        prop_assert!(totals.as_primitive::<arrow::datatypes::Decimal64Type>().iter().flatten().all(|v| v <= 30_00));
    }
}
