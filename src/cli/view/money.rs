//! Amounts as people write them.

use crate::cli::table::grouped;
use crate::cli::words::Words;

/// `340,000 won` or `−340,000 won`.
pub(super) fn won(amount: &str, words: &Words) -> String {
    words.tell("changes-won", &[("amount", (&plain(amount)).into())])
}

/// `+3,000 won`, `−3,000 won` or `0 won`.
pub(super) fn signed(amount: &str, words: &Words) -> String {
    let zero = amount.bytes().all(|b| matches!(b, b'0' | b'.' | b'-'));
    let plus = if zero || amount.starts_with('-') { "" } else { "+" };
    format!("{plus}{}", won(amount, words))
}

/// An amount without its unit, with the hundredths only where there are any.
pub(super) fn plain(amount: &str) -> String {
    let (sign, digits) = amount.strip_prefix('-').map_or(("", amount), |digits| ("−", digits));
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, "00"));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), grouped);
    if rest == "00" { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::lang::Lang;

    #[test]
    fn amounts_are_grouped_and_have_their_sign() {
        let english = Words::of(Lang::En);
        for (amount, expected) in
            [("-340000.00", "−340,000 won"), ("1234.50", "+1,234.50 won"), ("0.00", "0 won")]
        {
            assert_eq!(signed(amount, &english), expected);
        }
        assert_eq!(won("72500.00", &Words::of(Lang::Ko)), "72,500원");
    }
}
