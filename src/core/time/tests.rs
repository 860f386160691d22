use proptest::prelude::*;

use super::*;
use crate::core::cell::DateSystem::{self, Year1900, Year1904};

/// A time as the tests write it: `D 2026-01-02 00:00:00`, with D, M or S for how exactly it is told.
fn shown(time: Result<KstDateTime, BadTime>) -> Result<String, BadTime> {
    let letter = |precision| match precision {
        Precision::Day => 'D',
        Precision::Minute => 'M',
        Precision::Second => 'S',
    };
    time.map(|time| format!("{} {time}", letter(time.precision)))
}

fn check(text: &str, expected: &str) {
    assert_eq!(shown(parse_time(text)).as_deref(), Ok(expected), "{text:?}");
}

fn check_bad(text: &str, bad: BadTime) {
    assert_eq!(parse_time(text), Err(bad), "{text:?}");
}

#[test]
fn days() {
    for text in [
        "2026-01-02",
        " 2026-01-02 ",
        "2026-1-2",
        "2026.01.02",
        "2026.1.2",
        "2026.1.2.",
        "2026. 1. 2.",
        "2026. 1. 2",
        "2026/1/2",
        "2026/01/02",
        "1/2/26",
        "01/02/26",
        "1/2/2026",
        "20260102",
        "20260102.0",
        "２０２６－０１－０２",
        "2026년 1월 2일",
        "2026년1월2일",
        "2026년 01월 02일",
        "46024",
        "46024.0",
        "2026-01-02+09:00",
        "2026-01-02 KST",
    ] {
        check(text, "D 2026-01-02 00:00:00");
    }
    check("7/1/26", "D 2026-07-01 00:00:00");
    check("7/1/68", "D 2068-07-01 00:00:00");
    check("7/1/69", "D 1969-07-01 00:00:00");
    check("12/31/99", "D 1999-12-31 00:00:00");
    check("2024-02-29", "D 2024-02-29 00:00:00");
    check("1900-01-01", "D 1900-01-01 00:00:00");
    check("9999-12-31", "D 9999-12-31 00:00:00");
}

#[test]
fn times_behind_every_kind_of_day() {
    for day in [
        "2026-01-02",
        "2026.1.2",
        "2026. 1. 2.",
        "2026/1/2",
        "1/2/26",
        "1/2/2026",
        "20260102",
        "2026년 1월 2일",
    ] {
        check(&format!("{day} 03:04:05"), "S 2026-01-02 03:04:05");
        check(&format!("{day}  3:04:05"), "S 2026-01-02 03:04:05");
        check(&format!("{day} 3:04"), "M 2026-01-02 03:04:00");
        check(&format!("{day}T03:04:05.999"), "S 2026-01-02 03:04:05");
        check(&format!("{day} 오후 3:04"), "M 2026-01-02 15:04:00");
        check(&format!("{day} 오전 3:04:05"), "S 2026-01-02 03:04:05");
        check(&format!("{day} 03:04:05 PM"), "S 2026-01-02 15:04:05");
        check(&format!("{day} 03:04:05 +00:00"), "S 2026-01-02 12:04:05");
    }
    check("2026.7.7 12:19", "M 2026-07-07 12:19:00");
    check("2026. 6. 11. 09:00:00", "S 2026-06-11 09:00:00");
    check("20260102030405", "S 2026-01-02 03:04:05");
    check("20260102T030405", "S 2026-01-02 03:04:05");
    check("20260102 030405Z", "S 2026-01-02 12:04:05");
    check("2026-01-02 00:00:00", "S 2026-01-02 00:00:00");
    check("2026-01-02 00:00", "M 2026-01-02 00:00:00");
    check("2026-01-02\u{a0}03:04:05", "S 2026-01-02 03:04:05");
    check("2026-01-02\u{3000}０３：０４：０５", "S 2026-01-02 03:04:05");
    check("2026-01-02 03:04:05,123", "S 2026-01-02 03:04:05");
    check("2026-01-02 23:59:59.999999", "S 2026-01-02 23:59:59");
}

#[test]
fn halves_of_the_day() {
    for (clock, expected) in [
        ("오전 12:30", "00:30"),
        ("오후 12:30", "12:30"),
        ("오전 0:30", "00:30"),
        ("오후 0:30", "12:30"),
        ("오후 11:59", "23:59"),
        ("오후3:04", "15:04"),
        ("AM 12:00", "00:00"),
        ("12:00 AM", "00:00"),
        ("12:00 pm", "12:00"),
        ("3:04pm", "15:04"),
        ("3:04\u{202f}PM", "15:04"),
        ("3:04 오후", "15:04"),
        ("3시 4분", "03:04"),
        ("오후 3시4분", "15:04"),
        ("오전 12시 05분", "00:05"),
    ] {
        check(&format!("2026-01-02 {clock}"), &format!("M 2026-01-02 {expected}:00"));
    }
    check_bad("2026-01-02 오후 13:00", BadTime::UnrealTime);
    check_bad("2026-01-02 오전 3:04 PM", BadTime::Shape);
    check_bad("2026-01-02 오후", BadTime::Shape);
    check_bad("2026-01-02 3시", BadTime::Shape);
    check_bad("2026-01-02 3시 4분 5", BadTime::Shape);
    check_bad("2026-01-02 3시 61분", BadTime::UnrealTime);
}

#[test]
fn zones_become_korean() {
    for (text, expected) in [
        ("2026-01-02T03:04:05.123+09:00", "S 2026-01-02 03:04:05"),
        ("2026-01-02T03:04:05+0900", "S 2026-01-02 03:04:05"),
        ("2026-01-02T03:04:05 +09:00", "S 2026-01-02 03:04:05"),
        ("2026-01-01T18:04:05Z", "S 2026-01-02 03:04:05"),
        ("2026-01-01 18:04:05 UTC", "S 2026-01-02 03:04:05"),
        ("2026-01-01 18:04:05.5+00", "S 2026-01-02 03:04:05"),
        ("2026-01-01T13:04:05-05:00", "S 2026-01-02 03:04:05"),
        ("2026-01-01T13:04:05\u{2212}05:00", "S 2026-01-02 03:04:05"),
        ("2026-01-01T23:34:05+05:30", "S 2026-01-02 03:04:05"),
        ("2026-01-01T18:04Z", "M 2026-01-02 03:04:00"),
        ("2026-01-02T03:04:05KST", "S 2026-01-02 03:04:05"),
    ] {
        check(text, expected);
    }
    check_bad("2026-01-02T03:04:05+25:00", BadTime::UnrealTime);
    check_bad("2026-01-02T03:04:05+9", BadTime::Shape);
    check_bad("2026-01-02T03:04:05 PST", BadTime::Shape);
    check_bad("9999-12-31T23:00:00Z", BadTime::UnrealDay);
    for day in ["2026-01-02Z", "2026-01-02+00:00", "20260102 UTC"] {
        check_bad(day, BadTime::Shape);
    }
}

#[test]
fn unreal_days_and_times() {
    for text in [
        "2026-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-01-32",
        "2026-01-00 03:04:05",
        "20261301",
        "13/1/26",
        "31/12/2026",
        "1899-12-31",
        "0001-01-01",
        "2026. 2. 30.",
        "0000-00-00",
        "20260230.0",
    ] {
        check_bad(text, BadTime::UnrealDay);
    }
    for text in [
        "2026-01-02 24:00:00",
        "2026-01-02 24:00",
        "2026-01-02 03:60:00",
        "2026-01-02 03:04:60",
        "2026-01-02T25:00",
        "20260102250000",
        "20260102T240000",
    ] {
        check_bad(text, BadTime::UnrealTime);
    }
}

#[test]
fn other_spellings_are_not_guessed() {
    for text in [
        "",
        " ",
        "-",
        "없음",
        "2026",
        "2026-01",
        "2026.1",
        "202601",
        "2026-01-02x",
        "2026-01-02T",
        "2026-01-02TZ",
        "2026-01-02 3",
        "2026-01-02 3:4",
        "2026-01-02 3:04:5",
        "2026-01-02 003:04",
        "2026-01-02 03:04:05.",
        "2026-01-02 03:04.5",
        "2026-01-02 03:04:05.1.2",
        "2026-01-02 03:04:05 x",
        "2026-01/02",
        "2026.1-2",
        "2026-001-02",
        "26-01-02",
        "26.1.2",
        "7/1/026",
        "7/1",
        "7-1-26",
        "7.1.26",
        "2026년 1월",
        "2026년 1월 2",
        "2026-01-02 03:04:05Z Z",
        "2026- 01-02",
        "4610",
        "461060",
        "46106.",
        "46106.5x",
        "46106.5.5",
        "4.6106E+4",
        "2026010203",
        "202601020304",
        "2026.5",
        "20260102.5",
        "+46106",
        "-46106",
        "Jan 2, 2026",
        "2026-01-02(금)",
        "12:30",
        "20260102-0000012",
        "2026-01-02-03",
        "120260102",
    ] {
        check_bad(text, BadTime::Shape);
    }
}

#[test]
fn serials_in_texts() {
    check("46106.0005787", "S 2026-03-25 00:00:50");
    check("46106", "D 2026-03-25 00:00:00");
    check("46106.5", "S 2026-03-25 12:00:00");
    check("46106.00000", "D 2026-03-25 00:00:00");
}

#[test]
fn serials_of_workbooks() {
    let check = |serial: f64, system: DateSystem, expected: Result<&str, BadTime>| {
        assert_eq!(
            shown(time_from_serial(serial, system)),
            expected.map(str::to_owned),
            "{serial} {system:?}"
        );
    };
    check(46106.0, Year1900, Ok("D 2026-03-25 00:00:00"));
    check(44644.0, Year1904, Ok("D 2026-03-25 00:00:00"));
    check(46_106.000_578_7, Year1900, Ok("S 2026-03-25 00:00:50"));
    check(46_106.999_999_9, Year1900, Ok("S 2026-03-26 00:00:00"));
    check(46_106.999_988_4, Year1900, Ok("S 2026-03-25 23:59:59"));
    check(1.0, Year1900, Ok("D 1900-01-01 00:00:00"));
    check(59.0, Year1900, Ok("D 1900-02-28 00:00:00"));
    check(60.0, Year1900, Err(BadTime::UnrealDay));
    check(60.5, Year1900, Err(BadTime::UnrealDay));
    check(61.0, Year1900, Ok("D 1900-03-01 00:00:00"));
    check(0.0, Year1900, Err(BadTime::UnrealDay));
    check(0.5, Year1900, Err(BadTime::UnrealDay));
    check(0.0, Year1904, Ok("D 1904-01-01 00:00:00"));
    check(2_958_465.0, Year1900, Ok("D 9999-12-31 00:00:00"));
    check(2_958_466.0, Year1900, Err(BadTime::UnrealDay));
    check(20_260_102.0, Year1900, Ok("D 2026-01-02 00:00:00"));
    check(-1.0, Year1900, Err(BadTime::UnrealDay));
    check(f64::NAN, Year1900, Err(BadTime::UnrealDay));
    check(1e300, Year1904, Err(BadTime::UnrealDay));
}

#[test]
fn plain_numbers_in_date_columns() {
    let check = |value: f64, expected: Result<&str, BadTime>| {
        assert_eq!(shown(time_from_number(value, Year1900)), expected.map(str::to_owned), "{value}");
    };
    check(20_260_325.0, Ok("D 2026-03-25 00:00:00"));
    check(20_260_102_030_405.0, Ok("S 2026-01-02 03:04:05"));
    check(46_106.0, Ok("D 2026-03-25 00:00:00"));
    check(46_106.25, Ok("S 2026-03-25 06:00:00"));
    check(20_261_301.0, Err(BadTime::UnrealDay));
    for other in [0.0, 7.0, 2026.0, 9_999.0, 202_601.0, 2_958_465.0, 20_260_102.5, -46_106.0, f64::INFINITY] {
        check(other, Err(BadTime::Shape));
    }
}

#[test]
fn extraction_times_are_instants() {
    let shown = |text| parse_instant(text).map(|at| at.to_string());
    assert_eq!(shown("2026-01-02").as_deref(), Ok("2026-01-01T15:00:00Z"));
    assert_eq!(shown("2026-01-02 03:04").as_deref(), Ok("2026-01-01T18:04:00Z"));
    assert_eq!(shown("2026-01-02T03:04:05.9Z").as_deref(), Ok("2026-01-02T03:04:05Z"));
    assert_eq!(shown("now"), Err(BadTime::Shape));
}

fn moment() -> impl Strategy<Value = KstDateTime> {
    // 1900-01-01 to 9999-12-30 on a Korean clock.
    (-2_208_988_800_i64..253_402_214_400)
        .prop_map(|seconds| KstDateTime { seconds, precision: Precision::Second })
}

proptest! {
    #[test]
    fn every_spelling_of_a_moment_reads_back(time in moment()) {
        use chrono::{Datelike, Timelike};
        let t = chrono::DateTime::from_timestamp(time.seconds, 0).unwrap();
        let (_, hour) = t.hour12();
        let half = if t.hour() < 12 { "오전" } else { "오후" };
        for text in [
            time.to_string(),
            t.format("%Y-%m-%dT%H:%M:%S.987+09:00").to_string(),
            t.format("%Y%m%d%H%M%S").to_string(),
            t.format("%Y%m%dT%H%M%S+0900").to_string(),
            format!("{}. {}. {}. {half} {hour}:{}", t.year(), t.month(), t.day(), t.format("%M:%S")),
            format!("{}/{}/{} {}:{}", t.month(), t.day(), t.year(), t.hour(), t.format("%M:%S")),
            format!("{}년 {}월 {}일 {}", t.year(), t.month(), t.day(), t.format("%H:%M:%S")),
            format!("{}년 {}월 {}일 {half} {hour}시 {}", t.year(), t.month(), t.day(), t.format("%M분 %S초")),
        ] {
            prop_assert_eq!(parse_time(&text), Ok(time), "{}", text);
        }
        let minute = parse_time(&t.format("%Y.%m.%d %H:%M").to_string()).unwrap();
        prop_assert!(minute.precision == Precision::Minute && minute.agrees_with(time));
        let day = parse_time(&t.format("%Y/%m/%d").to_string()).unwrap();
        prop_assert!(day.precision == Precision::Day && day.agrees_with(time));
        let utc = chrono::DateTime::from_timestamp(time.instant().0, 0).unwrap();
        prop_assert_eq!(parse_instant(&utc.format("%Y-%m-%dT%H:%M:%SZ").to_string()).ok(), (utc.year() >= 1900).then_some(time.instant()));
    }

    #[test]
    fn serials_read_back(seconds in -2_203_891_200_i64..253_402_214_400) {
        // From 1900-03-01, where Excel's count and the calendar agree.
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let serial = seconds as f64 / 86_400.0 + 25_569.0;
        let read = time_from_serial(serial, Year1900).unwrap();
        prop_assert_eq!(read.seconds, seconds);
        prop_assert_eq!(read.precision == Precision::Day, seconds % 86_400 == 0);
        if serial > 1_462.0 {
            prop_assert_eq!(time_from_serial(serial - 1_462.0, Year1904).unwrap().seconds, seconds);
        }
    }

    #[test]
    fn nothing_panics(text in "[-0-9T:./Z+ 오전후년월일시분초]{0,25}|\\PC{0,20}", value: f64) {
        let _ = (parse_time(&text), time_from_serial(value, Year1900), time_from_number(value, Year1904));
    }
}
