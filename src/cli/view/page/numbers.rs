//! Numbers as the page shows them: exact in text and tables, rounded to pixels and short words only along a chart's axis.

use crate::cli::lang::Lang;
use crate::cli::table::grouped;
use crate::core::sales::Sum;

/// `−340,000`, with the hundredths only where there are any.
pub(super) fn amount(sum: Sum) -> String {
    let abs = sum.0.unsigned_abs();
    let sign = if sum.0 < 0 { "−" } else { "" };
    let digits = (abs / 100).to_string();
    let mut out = String::from(sign);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    match abs % 100 {
        0 => out,
        rest => format!("{out}.{rest:02}"),
    }
}

/// The same with a sign in any case: what something gained or lost.
pub(super) fn gain(sum: Sum) -> String {
    if sum.0 > 0 { format!("+{}", amount(sum)) } else { amount(sum) }
}

/// An amount as JSON tells it: `-340000.00`.
pub(super) fn parse(text: &str) -> Option<Sum> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, "00"));
    let negative = whole.starts_with('-');
    let (whole, rest) = (whole.parse::<i128>().ok()?, rest.parse::<i128>().ok()?);
    Some(Sum(whole.checked_mul(100)? + if negative { -rest } else { rest }))
}

/// `12.5%`
pub(super) fn percent(thousandths: u64) -> String {
    format!("{}.{}%", thousandths / 10, thousandths % 10)
}

/// A tick of an axis: `1.2M` in English, `120만` in Korean.
pub(super) fn tick(n: i64, lang: Lang) -> String {
    let units: &[(u64, &str)] = match lang {
        Lang::En => &[(1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K")],
        Lang::Ko => &[(1_000_000_000_000, "조"), (100_000_000, "억"), (10_000, "만")],
    };
    let sign = if n < 0 { "−" } else { "" };
    let abs = n.unsigned_abs();
    let Some((unit, word)) = units.iter().find(|(unit, _)| abs >= *unit) else {
        return format!("{sign}{}", grouped(abs));
    };
    let rest = abs % unit / (unit / 100);
    let rest = format!("{rest:02}");
    let point = if rest == "00" { String::new() } else { format!(".{}", rest.trim_end_matches('0')) };
    format!("{sign}{}{point}{word}", grouped(abs / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_and_grouped() {
        let cases = [
            (0, "0"),
            (100, "1"),
            (-34_000_000, "−340,000"),
            (123_456_789, "1,234,567.89"),
            (-5, "−0.05"),
            (100_000_000_000_000_000_000, "1,000,000,000,000,000,000"),
        ];
        for (hundredths, expected) in cases {
            assert_eq!(amount(Sum(hundredths)), expected);
            assert_eq!(parse(&Sum(hundredths).to_string()), Some(Sum(hundredths)));
        }
        assert_eq!([1, 0, -1].map(|n| gain(Sum(n * 100))), ["+1", "0", "−1"]);
    }

    #[test]
    fn ticks_are_short() {
        let cases = [
            (0, "0", "0"),
            (950, "950", "950"),
            (20_000, "20K", "2만"),
            (1_250_000, "1.25M", "125만"),
            (-300_000_000, "−300M", "−3억"),
            (2_050_000_000, "2.05B", "20.5억"),
        ];
        for (n, english, korean) in cases {
            assert_eq!((tick(n, Lang::En).as_str(), tick(n, Lang::Ko).as_str()), (english, korean));
        }
    }
}
