use proptest::prelude::*;

use super::*;

fn check_int(text: &str, expected: Result<i64, BadNumber>) {
    assert_eq!(parse_int(text), expected, "{text:?}");
}

/// Expects an amount as it prints, or the reason.
fn check_money(text: &str, expected: Result<&str, BadNumber>) {
    assert_eq!(parse_money(text).map(|m| m.to_string()), expected.map(str::to_owned), "{text:?}");
}

#[test]
fn whole_numbers() {
    for (text, value) in [
        ("0", 0),
        ("-0", 0),
        ("007", 7),
        ("12000", 12_000),
        (" 3 ", 3),
        ("+3", 3),
        ("-3", -3),
        ("12,000", 12_000),
        ("1,234,567", 1_234_567),
        ("-1,000", -1_000),
        ("\u{2212}1,000", -1_000),
        ("(1,000)", -1_000),
        ("1.0", 1),
        ("2.000", 2),
        ("1,000.", 1_000),
        ("１２，０００", 12_000),
        ("－３", -3),
        ("\u{a0}3\u{3000}", 3),
        ("9223372036854775807", i64::MAX),
        ("-9223372036854775808", i64::MIN),
        ("0000000000000000000000000000012", 12),
    ] {
        check_int(text, Ok(value));
    }
    for text in [
        "", " ", "-", "+", "2개", "abc", "1 000", "1,2", "12,34", "1234,567", ",123", "1,,000", "1,000,",
        "1+1",
    ] {
        check_int(text, Err(BadNumber::Shape));
    }
    for text in ["1E+3", "1e3", "1.0E+3", "1.2.3", "--1", "0x10", "NaN", "inf", "１.Ａ", "½"] {
        assert!(parse_int(text).is_err(), "{text}");
    }
    check_int("1.5", Err(BadNumber::NotWhole));
    check_int("9223372036854775808", Err(BadNumber::TooLarge));
    check_int("99999999999999999999999999", Err(BadNumber::TooLarge));
}

#[test]
fn amounts() {
    for (text, value) in [
        ("38,900", "38900.00"),
        ("38900", "38900.00"),
        ("12000.00", "12000.00"),
        ("₩38,900", "38900.00"),
        ("￦38,900", "38900.00"),
        ("\\38,900", "38900.00"),
        ("＼38,900", "38900.00"),
        ("38,900원", "38900.00"),
        ("38,900 원", "38900.00"),
        ("₩ 38,900", "38900.00"),
        ("(123)", "-123.00"),
        ("(₩1,000)", "-1000.00"),
        ("₩(1,000)", "-1000.00"),
        ("(1,000)원", "-1000.00"),
        ("(1,000원)", "-1000.00"),
        ("（１，０００）", "-1000.00"),
        ("-₩1,000", "-1000.00"),
        ("₩-1,000", "-1000.00"),
        ("- 1,000", "-1000.00"),
        ("-1,000원", "-1000.00"),
        ("+1,000", "1000.00"),
        ("0", "0.00"),
        ("-0.00", "0.00"),
        (".5", "0.50"),
        ("-.5", "-0.50"),
        ("1,000.", "1000.00"),
        ("1.5", "1.50"),
        ("1.005", "1.01"),
        ("1.004999", "1.00"),
        ("-1.005", "-1.01"),
        ("-0.004", "0.00"),
        ("0.005", "0.01"),
        ("9.995", "10.00"),
        ("1.2E+5", "120000.00"),
        ("1.2e5", "120000.00"),
        ("-1.2E+05", "-120000.00"),
        ("1.2345E+2", "123.45"),
        ("5E-3", "0.01"),
        ("4E-3", "0.00"),
        ("5E-4", "0.00"),
        ("123456E-4", "12.35"),
        ("1E+0", "1.00"),
        ("0E+999", "0.00"),
        ("1,234.5E+1", "12345.00"),
        ("9999999999999999.99", "9999999999999999.99"),
        ("-9999999999999999.99", "-9999999999999999.99"),
    ] {
        check_money(text, Ok(value));
    }
    for text in [
        "", "원", "₩", "()", "-", "1.000,50", "1,2", "12,34.5", "1.2.3", "1,000,00", "1.0,0", "(1,000",
        "1,000)", "((1))", "(-1,000)", "-(1,000)", "--1", "1-", "1,000-", "₩₩1", "1원원", "2개", "12 000",
        "무료", "1E", "E5", "1E+", "1E5.5", "1E99999", "$1", "1e5e5", ".", ",", "1 2",
    ] {
        check_money(text, Err(BadNumber::Shape));
    }
    for text in ["10000000000000000", "9999999999999999.995", "1E+16", "1E+999", "99999999999999999999999"] {
        check_money(text, Err(BadNumber::TooLarge));
    }
}

#[test]
fn number_cells() {
    for (value, expected) in [(3.0, Ok(3)), (-3.0, Ok(-3)), (1e15, Ok(1_000_000_000_000_000)), (0.0, Ok(0))] {
        assert_eq!(int_from_f64(value), expected);
    }
    assert_eq!(int_from_f64(0.1 * 3.0 * 10.0), Ok(3));
    assert_eq!(int_from_f64(0.3 - 0.1 - 0.2), Ok(0));
    assert_eq!(int_from_f64(2e17), Ok(200_000_000_000_000_000));
    for (value, bad) in [
        (1.5, BadNumber::NotWhole),
        (2.999_999, BadNumber::NotWhole),
        (1e19, BadNumber::TooLarge),
        (f64::NAN, BadNumber::Shape),
        (f64::INFINITY, BadNumber::Shape),
    ] {
        assert_eq!(int_from_f64(value), Err(bad), "{value}");
    }
    let money = |value| money_from_f64(value).map(|m| m.to_string());
    for (value, expected) in [
        (12_000.0, "12000.00"),
        (0.1 + 0.2, "0.30"),
        (1.005, "1.01"),
        (2.675, "2.68"),
        (-1.005, "-1.01"),
        (1e-300, "0.00"),
        (-0.0, "0.00"),
        (1_234_567.89, "1234567.89"),
        (9_007_199_254_740_992.0, "9007199254740992.00"),
    ] {
        assert_eq!(money(value).as_deref(), Ok(expected));
    }
    assert_eq!(money(1e300), Err(BadNumber::TooLarge));
    assert_eq!(money(1e16), Err(BadNumber::TooLarge));
    assert_eq!(money(f64::NAN), Err(BadNumber::Shape));
}

fn amount() -> impl Strategy<Value = Money> {
    (-Money::MAX..=Money::MAX).prop_map(Money)
}

/// The amount as a Korean export prints it: `1,234.50`.
fn grouped(abs: &str) -> String {
    let (whole, decimals) = abs.split_once('.').unwrap();
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{out}.{decimals}")
}

proptest! {
    #[test]
    fn printed_amounts_read_back(money in amount()) {
        let text = money.to_string();
        prop_assert_eq!(parse_money(&text), Ok(money));
        let wide: String = text.chars().map(|c| match c {
            '0'..='9' => char::from_u32(u32::from(c) - u32::from('0') + u32::from('０')).unwrap(),
            c => c,
        }).collect();
        prop_assert_eq!(parse_money(&wide), Ok(money));
        let abs = grouped(text.trim_start_matches('-'));
        let positive = Money(money.0.abs());
        prop_assert_eq!(parse_money(&format!("₩{abs}")), Ok(positive));
        prop_assert_eq!(parse_money(&format!("{abs}원")), Ok(positive));
        prop_assert_eq!(parse_money(&format!("({abs})")), Ok(Money(-positive.0)));
        prop_assert_eq!(parse_money(&format!("{}E-2", money.0)), Ok(money));
    }

    #[test]
    fn amounts_of_workbooks_read_back(money in -99_999_999_999_999_i64..=99_999_999_999_999) {
        let cell: f64 = Money(money).to_string().parse().unwrap();
        prop_assert_eq!(money_from_f64(cell), Ok(Money(money)));
    }

    #[test]
    fn whole_numbers_read_back(value: i64) {
        prop_assert_eq!(parse_int(&value.to_string()), Ok(value));
        prop_assert_eq!(parse_int(&format!("{value}.0")), Ok(value));
    }

    #[test]
    fn the_quick_way_agrees_with_the_long_one(text in "-?[0-9]{0,17}(\\.[0-9]{0,3})?") {
        let long = Decimal::read(&text).and_then(|number| money(&number));
        prop_assert_eq!(parse_money(&text), long);
    }

    #[test]
    fn nothing_panics(text in "[-+(₩0-9.,eE)원 ]{0,12}|\\PC{0,12}", value: f64) {
        let _ = (parse_int(&text), parse_money(&text), int_from_f64(value), money_from_f64(value));
    }
}
