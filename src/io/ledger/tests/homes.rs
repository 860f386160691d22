//! Orders whose id bears no day.

use super::*;
use crate::core::types::Day;

fn old(id: &str, date: Option<i32>) -> Line {
    Line { date, ..line(id, 1, "컵") }
}

/// Days since 1970 of 2019-03-10 and 2019-04-20.
const MARCH: i32 = 17_965;
const APRIL: i32 = 18_006;

fn homes(ledger: &Ledger, id: &str) -> Vec<String> {
    months::homes(&ledger.db, id).unwrap().into_iter().map(|(mall, at)| format!("{mall} {at}")).collect()
}

#[test]
fn an_order_moves_when_its_day_becomes_known_and_back_when_that_is_undone() {
    let blank = given("blank", 1, &[old("OLD-1", None), old("OLD-2", Some(MARCH))]);
    let march = given("march", 2, &[old("OLD-1", Some(MARCH))]);
    let april = given("april", 3, &[old("OLD-1", Some(APRIL))]);
    let (_folder, mut writer) = ledger_of(&[&[&blank]]);
    assert_eq!(homes(&writer, "OLD-1"), ["shop none"]);
    let outcome = commit(&mut writer, &[&march]);
    assert_eq!(homes(&writer, "OLD-1"), ["shop 2019-03"]);
    assert_eq!(outcome.months_touched, [Month { year: 2019, month: 3 }].into());
    assert_eq!(outcome.findings.get(&FindingKind::NoOrderDay), Some(&-1));
    commit(&mut writer, &[&april]);
    assert_eq!(homes(&writer, "OLD-1"), ["shop 2019-04"]);
    assert_eq!(writer.table_files(Table::Orders).unwrap().len(), 2, "nothing is left without a day");

    writer.undo("r0003", &NoProgress).unwrap();
    assert_eq!(homes(&writer, "OLD-1"), ["shop 2019-03"]);
    writer.undo("r0002", &NoProgress).unwrap();
    assert_eq!(homes(&writer, "OLD-1"), ["shop none"]);
    let (_other, never) = ledger_of(&[&[&blank]]);
    assert_eq!(picture(&writer), picture(&never));
    writer.undo("r0001", &NoProgress).unwrap();
    assert_eq!(homes(&writer, "OLD-1"), [""; 0]);
    assert_eq!(loose_ends(&writer), [""; 0]);
}

#[test]
fn an_order_of_two_shops_lives_where_one_of_them_knows_its_day() {
    let shop = |n: i64, date| Line { shop: Some(n), ..old("OLD-1", date) };
    let (_folder, writer) = ledger_of(&[&[&given("both", 1, &[shop(1, None), shop(3, Some(MARCH))])]]);
    assert_eq!(homes(&writer, "OLD-1"), ["shop 2019-03"]);
    let days = DayRange { from: Some(Day(MARCH)), to: Some(Day(MARCH)) };
    let rows: usize = writer.scan(Table::Orders, days).unwrap().map(|batch| batch.unwrap().num_rows()).sum();
    assert_eq!(rows, 1);
}

#[test]
fn two_malls_may_use_one_id() {
    let ours = given("ours", 1, &[old("OLD-1", Some(MARCH))]);
    let theirs = Given {
        mall: Some(("annex".into(), MallEvidence::Told)),
        ..given("theirs", 1, &[old("OLD-1", Some(APRIL))])
    };
    let (_folder, writer) = ledger_of(&[&[&ours], &[&theirs]]);
    assert_eq!(homes(&writer, "OLD-1"), ["annex 2019-04", "shop 2019-03"]);
    let seen = writer.observations_of("OLD-1").unwrap();
    let places: Vec<&str> = seen.iter().flat_map(|s| &s.places).map(|p| p.path.as_str()).collect();
    assert_eq!(places, ["ours.csv", "theirs.csv"]);
}

#[test]
fn a_better_mall_moves_rows_of_orders_without_a_day() {
    let unsure = Given {
        mall: Some(("annex".into(), MallEvidence::Folder)),
        ..given("one", 1, &[old("OLD-1", Some(MARCH)), line("20260105-0000001", 1, "컵")])
    };
    let sure = Given { mall: Some(("shop".into(), MallEvidence::Told)), ..unsure.clone() };
    let (_folder, mut writer) = ledger_of(&[&[&unsure]]);
    assert_eq!(homes(&writer, "OLD-1"), ["annex 2019-03"]);
    commit(&mut writer, &[&sure]);
    assert_eq!(homes(&writer, "OLD-1"), ["shop 2019-03"]);
    assert_eq!(texts(&writer, Table::Orders, "mall_id"), ["shop", "shop"]);
    writer.undo("r0002", &NoProgress).unwrap();
    assert_eq!(texts(&writer, Table::Orders, "mall_id"), ["annex", "annex"]);
}
