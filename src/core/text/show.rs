//! Numbers as text, the damage spreadsheets do to it, and text that is safe to print.

use std::borrow::Cow;
use std::fmt::Write;

use super::is_invisible;

/// A number cell in a text column: the digits it was saved with, never E-notation, no `.0`.
pub fn number_as_text(value: f64) -> String {
    // Adding zero turns -0 into 0. `Display` writes the shortest digits that make the same number, zeros to the point.
    format!("{}", value + 0.0)
}

/// Whether an id is what a spreadsheet leaves of a long number: `2.02403E+15`, `2,30E+17`, `2E+17`, `1.5e10`.
///
/// Digits, a fraction, `E` and digits. Without a fraction it takes a `+`, so that codes such as `12E5` or `1E-05` stay
/// ids.
pub fn is_e_notation(text: &str) -> bool {
    if !text.bytes().any(|b| b | 0x20 == b'e') {
        return false;
    }
    let text = super::trim(text);
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let (fraction, whole) = match mantissa.split_once(['.', ',']) {
        Some((whole, fraction)) => (Some(fraction), whole),
        None => (None, mantissa),
    };
    let signed = exponent.strip_prefix('+');
    let unsigned = signed.or_else(|| exponent.strip_prefix('-')).unwrap_or(exponent);
    digits(whole)
        && digits(unsigned)
        && match fraction {
            Some(fraction) => digits(fraction),
            None => signed.is_some(),
        }
}

/// A text for terminals and messages, on one line: control, escape, direction and zero-width characters are spelled
/// out (`\n`, `\u{1b}`).
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b.is_ascii_graphic() || b == b' ') || !text.contains(must_be_spelled) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if must_be_spelled(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn must_be_spelled(c: char) -> bool {
    let mark = is_invisible(c) && !c.is_whitespace();
    c.is_control()
        || mark
        || matches!(c, '\u{61c}' | '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}
