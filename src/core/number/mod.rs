//! Whole numbers and amounts as people, shops and spreadsheets write them (`docs/RULES.md`, Cells).
//!
//! Amounts are worked out digit by digit and never pass through a float; a float of a workbook stands for its shortest
//! decimal spelling, which is what was typed.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use super::text::{is_invisible, trim};
use super::types::Money;

/// Why a cell is no number of its column. Never holds the cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadNumber {
    #[error("is not written as a number")]
    Shape,
    #[error("is not a whole number")]
    NotWhole,
    #[error("is too large")]
    TooLarge,
}

/// Whole numbers up to here are exact in an `f64`.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Reads a whole number: `12,000`, `1.0`, `(3)`; no E-notation.
pub fn parse_int(text: &str) -> Result<i64, BadNumber> {
    if let Some(value) = plain_int(text.as_bytes()) {
        return Ok(value);
    }
    let text = spelled_plainly(text);
    let number = Decimal::read(&text)?;
    if number.exponent.is_some() {
        return Err(BadNumber::Shape);
    }
    if number.fraction.bytes().any(|b| b != b'0') {
        return Err(BadNumber::NotWhole);
    }
    number.scaled(0)
}

/// Reads an amount: also `₩1,000`, `1,000원`, `1.2E+5`. More than two decimals round half away from zero.
pub fn parse_money(text: &str) -> Result<Money, BadNumber> {
    if let Some(money) = plain_money(text.as_bytes()) {
        return Ok(money);
    }
    money(&Decimal::read(&spelled_plainly(text))?)
}

/// A number cell as a whole number. What a spreadsheet shows as whole (15 digits) is whole.
pub fn int_from_f64(value: f64) -> Result<i64, BadNumber> {
    if !value.is_finite() {
        return Err(BadNumber::Shape);
    }
    let whole = value.round();
    if (value - whole).abs() >= 5e-15 * whole.abs().max(1.0) {
        return Err(BadNumber::NotWhole);
    }
    exact_int(whole).map_or_else(|| parse_int(&whole.to_string()), Ok)
}

/// A number cell as an amount: its shortest decimal spelling, rounded as in [`parse_money`].
pub fn money_from_f64(value: f64) -> Result<Money, BadNumber> {
    if !value.is_finite() {
        return Err(BadNumber::Shape);
    }
    match exact_int(value).and_then(|whole| whole.checked_mul(100)) {
        Some(hundredths) => Ok(Money(hundredths)),
        None => money(&Decimal::read(&value.to_string())?),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
fn exact_int(value: f64) -> Option<i64> {
    (value.fract() == 0.0 && value.abs() <= EXACT).then_some(value as i64)
}

fn money(number: &Decimal<'_>) -> Result<Money, BadNumber> {
    let hundredths = number.scaled(2)?;
    if hundredths.abs() > Money::MAX { Err(BadNumber::TooLarge) } else { Ok(Money(hundredths)) }
}

/// Nothing but up to 18 digits, perhaps negative.
pub fn plain_int(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let value = plain_digits(digits)?;
    Some(if negative { -value } else { value })
}

/// Nothing but up to 15 digits, perhaps negative, perhaps with one or two decimals.
pub fn plain_money(text: &[u8]) -> Option<Money> {
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let (whole, hundredths) = match text {
        [whole @ .., b'.', tens, ones] => (whole, plain_digits(&[*tens, *ones])?),
        [whole @ .., b'.', tens] => (whole, plain_digits(&[*tens, b'0'])?),
        whole => (whole, 0),
    };
    if whole.len() > 15 {
        return None;
    }
    let value = plain_digits(whole)? * 100 + hundredths;
    Some(Money(if negative { -value } else { value }))
}

fn plain_digits(digits: &[u8]) -> Option<i64> {
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    digits.iter().try_fold(0, |value, b| b.is_ascii_digit().then(|| value * 10 + i64::from(b - b'0')))
}

/// NFKC, where the text holds more than ASCII and the usual marks.
fn spelled_plainly(text: &str) -> Cow<'_, str> {
    let usual = |c: char| c.is_ascii() || matches!(c, '₩' | '원' | '\u{2212}' | '\u{a0}' | '\u{3000}');
    if text.chars().all(usual) { Cow::Borrowed(text) } else { Cow::Owned(text.nfkc().collect()) }
}

/// A number taken apart: digits as written, value = whole.fraction × 10^exponent.
struct Decimal<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    exponent: Option<i32>,
}

impl<'a> Decimal<'a> {
    fn read(text: &'a str) -> Result<Self, BadNumber> {
        let (negative, body) = peel(text).ok_or(BadNumber::Shape)?;
        let (mantissa, exponent) = match body.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(read_exponent(exponent).ok_or(BadNumber::Shape)?)),
            None => (body, None),
        };
        // A format such as `#,##0.##` leaves a bare point behind whole numbers.
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if !is_grouped(whole) || !digits(fraction) || whole.is_empty() && fraction.is_empty() {
            return Err(BadNumber::Shape);
        }
        Ok(Self { negative, whole, fraction, exponent })
    }

    /// The value × 10^places, rounded half away from zero.
    fn scaled(&self, places: i32) -> Result<i64, BadNumber> {
        let digits = || self.whole.bytes().filter(|b| *b != b',').chain(self.fraction.bytes());
        let before_point = i64::try_from(digits().count() - self.fraction.len()).unwrap_or(i64::MAX);
        let mut kept = before_point.saturating_add((self.exponent.unwrap_or(0) + places).into());
        let mut value: u64 = 0;
        let push = |value: u64, digit: u8| {
            value.checked_mul(10).and_then(|v| v.checked_add(u64::from(digit))).ok_or(BadNumber::TooLarge)
        };
        for digit in digits().map(|b| b - b'0') {
            if kept <= 0 {
                if kept == 0 && digit >= 5 {
                    value = value.checked_add(1).ok_or(BadNumber::TooLarge)?;
                }
                kept = 0;
                break;
            }
            value = push(value, digit)?;
            kept -= 1;
        }
        while kept > 0 && value > 0 {
            value = push(value, 0)?;
            kept -= 1;
        }
        let signed =
            if self.negative { 0_i64.checked_sub_unsigned(value) } else { i64::try_from(value).ok() };
        signed.ok_or(BadNumber::TooLarge)
    }
}

/// Takes sign, currency marks, brackets and white space off; says whether the number is negative.
///
/// One sign before the digits, or brackets; one mark at either side of them; white space anywhere between.
fn peel(text: &str) -> Option<(bool, &str)> {
    let is_mark = |c: char| matches!(c, '₩' | '\\' | '원');
    let (mut sign, mut open, mut mark) = (None, false, false);
    let mut rest = trim(text);
    while let Some(c) = rest.chars().next() {
        match c {
            '+' | '-' | '\u{2212}' if sign.is_none() => sign = Some(c),
            '(' if !open => open = true,
            c if is_mark(c) && !mark => mark = true,
            c if is_invisible(c) => {}
            _ => break,
        }
        rest = rest.get(c.len_utf8()..)?;
    }
    let (mut close, mut mark) = (false, false);
    while let Some(c) = rest.chars().next_back() {
        match c {
            ')' if open && !close => close = true,
            c if is_mark(c) && !mark => mark = true,
            c if is_invisible(c) => {}
            _ => break,
        }
        rest = rest.get(..rest.len() - c.len_utf8())?;
    }
    if open != close || open && sign.is_some() {
        return None;
    }
    Some((open || matches!(sign, Some('-' | '\u{2212}')), rest))
}

/// Digits, or groups of three behind a first group of one to three.
fn is_grouped(whole: &str) -> bool {
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let mut grouped = false;
    for group in groups {
        grouped = true;
        if group.len() != 3 || !digits(group) {
            return false;
        }
    }
    digits(first) && (!grouped || (1..=3).contains(&first.len()))
}

fn read_exponent(text: &str) -> Option<i32> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || digits.len() > 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}
