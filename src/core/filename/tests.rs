use proptest::prelude::*;

use super::*;

/// Facts as `source mall evidence instant`.
fn shown(name: &str) -> String {
    let facts = name_facts(name);
    let mall = facts.cafe24_mall.as_deref().unwrap_or("-");
    match facts.observed {
        Some((at, evidence)) => format!("{} {mall} {evidence:?} {at}", facts.table_source),
        None => format!("{} {mall} -", facts.table_source),
    }
}

fn check(name: &str, expected: &str) {
    assert_eq!(shown(name), expected, "{name:?}");
}

#[test]
fn names_in_the_shape_of_cafe24() {
    for name in [
        "jangbu1_20260102_301_e68d.csv",
        "jangbu1_20260102_1_0000",
        "jangbu1_20260102_301_E68D.CSV",
        "jangbu1_20260102_301_1234.csv",
        "jangbu1_20260102_301_e68d_기본 양식.csv",
        "jangbu1_20260102_301_e68d_v2_2025-12-31.csv",
        "jangbu1_20260102_301_e68d (1).csv",
        "jangbu1_20260102_301_e68d(12).csv",
        "jangbu1_20260102_301_e68d 2.csv",
        "jangbu1_20260102_301_e68d - 복사본.csv",
        "jangbu1_20260102_301_e68d - 복사본 (2).csv",
        "jangbu1_20260102_301_e68d - Copy.xlsx",
        "jangbu1_20260102_301_e68d 복사본 2.csv",
        "jangbu1_20260102_301_e68d_양식 (1).csv",
        "jangbu1_20260102_301_e68d.csv.zip",
        "jangbu1_20260102_301_e68d.csv.gz",
        "inbox/2025/jangbu1_20260102_301_e68d.csv",
        "C:\\Downloads\\jangbu1_20260102_301_e68d.csv",
        "jangbu1_20260102_301_e68d - \u{1107}\u{1169}\u{11a8}\u{1109}\u{1161}\u{1107}\u{1169}\u{11ab}.csv",
    ] {
        check(name, "export jangbu1 Cafe24 2026-01-01T15:00:00Z");
    }
}

#[test]
fn names_that_only_look_like_it() {
    for name in [
        "Jangbu_20260102_301_e68d.csv",
        "my_jangbu_20260102_301_e68d.csv",
        "장부_20260102_301_e68d.csv",
        "20251231_20260102_301_e68d.csv",
        "jangbu_20260102_a_e68d.csv",
        "jangbu_20260102_301.csv",
        "backup_20260102_1_2.csv",
        "backup_20260102_1_final.csv",
        "jangbu1_20260102_301_12345678.csv",
        "jangbu_20260102_301_e68d-final.csv",
        "jangbu_20260102__e68d.csv",
        "_20260102_301_e68d.csv",
        "jangbu_20260102_301_.csv",
    ] {
        check(name, "history - Day 2026-01-01T15:00:00Z");
    }
    check("jangbu_20261301_301_e68d.csv", "history - -");
}

#[test]
fn stamps() {
    for (name, instant) in [
        ("orders_20260102T030405.json", "2026-01-01T18:04:05Z"),
        ("orders_20260102T030405Z.ndjson.gz", "2026-01-02T03:04:05Z"),
        ("20260102T030405+0900", "2026-01-01T18:04:05Z"),
        ("20260102T030405+0000.json", "2026-01-02T03:04:05Z"),
        ("20260102T030405+09:00.json", "2026-01-01T18:04:05Z"),
        ("20260102T030405+09.json", "2026-01-01T18:04:05Z"),
        ("20260102T030405.123Z.json", "2026-01-02T03:04:05Z"),
        ("20260102T030405.7z", "2026-01-01T18:04:05Z"),
        ("20260102T030405-0001.json", "2026-01-01T18:04:05Z"),
        ("20260102T030405Zone.json", "2026-01-01T18:04:05Z"),
        ("20260101T000000_20260102T030405_p1.json", "2026-01-01T18:04:05Z"),
        ("20260102T030405_until_2026-12-31.json", "2026-01-01T18:04:05Z"),
    ] {
        check(name, &format!("history - Stamp {instant}"));
    }
}

#[test]
fn latest_real_day() {
    for name in [
        "주문 20260102.xlsx",
        "주문내역_2026-01-02.xlsx",
        "주문내역_2026.01.02.xlsx",
        "주문내역_2026.1.2.xlsx",
        "주문내역 2026. 1. 2..xlsx",
        "주문내역_2026_01_02.xlsx",
        "2026년 1월 2일 공홈.xlsx",
        "2026년01월02일.xlsx",
        "\u{110c}\u{116e}2026\u{1102}\u{1167}\u{11ab} 1\u{110b}\u{116f}\u{11af} 2\u{110b}\u{1175}\u{11af}.csv",
        "2025-01-01~2026-01-02.csv",
        "20260102-20250101.csv",
        "20250101-20260102.csv",
        "20260102_20261399.csv",
        "20260102_030405.csv",
        "20260102T250000.csv",
        "20260102T0304055.csv",
        "orders-2026-01-02-03.csv",
        "a2026-01-02b.csv",
    ] {
        check(name, "history - Day 2026-01-01T15:00:00Z");
    }
    for name in [
        "",
        "orders.csv",
        "2026-01.csv",
        "260102.csv",
        "2026-13-01.csv",
        "20260230.csv",
        "20260102030405.csv",
        "202601021.csv",
        "12345678.csv",
        "2026_1_2.csv",
        "2026-01_02.csv",
        "2026-01-023.csv",
        "02026-01-02.csv",
        "2026년 1월 2.csv",
        "20260102/orders.csv",
        "2026-001-2.csv",
    ] {
        check(name, "history - -");
    }
}

proptest! {
    #[test]
    fn nothing_panics(name in "[a-z0-9T_.Z+() 년월일-]{0,40}|\\PC{0,30}") {
        name_facts(&name);
    }

    #[test]
    fn days_in_names_are_found(days in 0..20_000_i32, around in "[a-z가-힣_ ]{0,5}") {
        let day = Day(days);
        let compact = day.to_string().replace('-', "");
        let expected = Some((first_second(day), NameEvidence::Day));
        prop_assert_eq!(name_facts(&format!("{around}{day}{around}.csv")).observed, expected);
        prop_assert_eq!(name_facts(&format!("{around}{compact}{around}.csv")).observed, expected);
    }
}
