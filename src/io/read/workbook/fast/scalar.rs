//! Numbers and places as sheets spell them.

use crate::io::read::workbook::output::{MAX_COLUMNS, MAX_ROWS};

/// Powers of ten that a float holds exactly, as it does integers up to [`EXACT`]: a division of the two is off by no
/// more than the one rounding that the true result has, too.
const TENS: [f64; 20] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19,
];
const EXACT: u64 = 1 << 53;

/// A number as programs write it: digits, perhaps a sign, a fraction and an exponent.
pub(super) fn number(text: &str) -> Option<f64> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    // 19 digits fit.
    if digits.len() > 19 {
        return long_number(text);
    }
    let mut mantissa = 0_u64;
    let mut point = None;
    for (at, byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => mantissa = mantissa * 10 + u64::from(byte - b'0'),
            b'.' if point.is_none() => point = Some(at),
            _ => return long_number(text),
        }
    }
    let whole = point.unwrap_or(digits.len());
    let fraction = point.map_or(0, |point| digits.len() - point - 1);
    if whole == 0 || (point.is_some() && fraction == 0) || mantissa > EXACT {
        return long_number(text);
    }
    #[expect(clippy::cast_precision_loss, reason = "exact, as said above")]
    let value = mantissa as f64 / TENS.get(fraction)?;
    Some(if negative { -value } else { value })
}

fn long_number(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        None => (unsigned, "0"),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = digits(whole) && digits(fraction) && digits(exponent) && exponent.len() <= 3;
    plain.then(|| text.parse().ok()).flatten()
}

/// An index or count: digits only, and not too many.
pub(super) fn index(text: &[u8]) -> Option<usize> {
    if text.is_empty() || text.len() > 9 {
        return None;
    }
    text.iter().try_fold(0, |number, byte| match byte {
        b'0'..=b'9' => Some(number * 10 + usize::from(byte - b'0')),
        _ => None,
    })
}

/// The row that is called `text`, counted from 0.
pub(super) fn row(text: &[u8]) -> Option<u32> {
    let number = u32::try_from(index(text)?).ok()?;
    (u64::from(number) <= MAX_ROWS).then(|| number.checked_sub(1)).flatten()
}

/// Whether no sheet has such a cell.
pub(super) fn is_outside(row: u32, column: u32) -> bool {
    u64::from(row) >= MAX_ROWS || u64::from(column) >= MAX_COLUMNS
}

/// Row and column, counted from 0, of a place such as `B3`.
pub(super) fn place(text: &[u8]) -> Option<(u32, u32)> {
    leading_place(text).filter(|(_, rest)| rest.is_empty()).map(|(place, _)| place)
}

/// A place at the beginning of a text, and what is behind it.
pub(super) fn leading_place(mut text: &[u8]) -> Option<((u32, u32), &[u8])> {
    let (mut column, mut row) = (0_u32, 0_u32);
    while let [letter @ (b'A'..=b'Z' | b'a'..=b'z'), rest @ ..] = text {
        column = column * 26 + u32::from(letter & 0x1F);
        if u64::from(column) > MAX_COLUMNS {
            return None;
        }
        text = rest;
    }
    while let [digit @ b'0'..=b'9', rest @ ..] = text {
        row = row * 10 + u32::from(digit - b'0');
        if u64::from(row) > MAX_ROWS {
            return None;
        }
        text = rest;
    }
    Some(((row.checked_sub(1)?, column.checked_sub(1)?), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_standard_library() {
        for text in [
            "0",
            "-0",
            "1",
            "00012",
            "123456789012345",
            "1234567890123456",
            "12345678901234567890",
            "0.1",
            "-12.50",
            "0.000000000000001",
            "1.7976931348623157E308",
            "5e-324",
            "1E-5",
            "1e+16",
            "45123.524305555555",
            "9007199254740993",
            "0.30000000000000004",
            "999999999999.999",
            "1e999",
            "-1E-999",
        ] {
            let (ours, theirs) = (number(text).unwrap(), text.parse::<f64>().unwrap());
            assert_eq!(ours.to_bits(), theirs.to_bits(), "{text}");
        }
        for text in [
            "", "-", ".5", "5.", "+5", " 5", "5 ", "inf", "nan", "1e", "1e1.5", "0x10", "1_0", "--1",
            "1.2.3", "1e9999",
        ] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn places_lie_within_the_grid() {
        for (text, expected) in [
            ("A1", Some((0, 0))),
            ("xfd1048576", Some((1_048_575, 16_383))),
            ("AA010", Some((9, 26))),
            ("XFE1", None),
            ("A1048577", None),
            ("A0", None),
            ("A", None),
            ("1", None),
            ("AAAA1", None),
            ("A1B", None),
            ("$A$1", None),
            ("", None),
            ("A99999999999", None),
        ] {
            assert_eq!(place(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(row(b"1048576"), Some(1_048_575));
        assert_eq!((row(b"0"), row(b"1048577"), row(b"A1")), (None, None, None));
        assert_eq!((index(b"0"), index(b"-1"), index(b"")), (Some(0), None, None));
    }

    proptest::proptest! {
        #[test]
        fn any_number_is_that_of_the_standard_library(text in "-?[0-9]{1,19}(\\.[0-9]{1,19})?([eE][-+]?[0-9]{1,3})?") {
            let theirs = text.parse::<f64>().unwrap();
            proptest::prop_assert_eq!(number(&text).map(f64::to_bits), Some(theirs.to_bits()));
        }
    }
}
