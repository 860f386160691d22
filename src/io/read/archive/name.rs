//! Names of members: UTF-8 if they are (with or without the flag that says so), else what Korean Windows wrote.

use encoding_rs::EUC_KR;
use unicode_normalization::UnicodeNormalization;

/// A label to show. Folders are told by `/`.
pub(super) fn decode(raw: &[u8]) -> String {
    let text = match std::str::from_utf8(raw) {
        Ok(text) => text.into(),
        Err(_) => EUC_KR.decode_without_bom_handling(raw).0,
    };
    text.nfc()
        .map(|c| match c {
            '\\' => '/',
            c if c.is_control() => char::REPLACEMENT_CHARACTER,
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_out_readable() {
        for (raw, expected) in [
            (&b"orders.csv"[..], "orders.csv"),
            ("주문.csv".as_bytes(), "주문.csv"),
            (b"\xC1\xD6\xB9\xAE.csv", "주문.csv"),
            (b"\x8C\x63.csv", "똠.csv"),
            ("주문.csv".nfd().collect::<String>().as_bytes(), "주문.csv"),
            (b"a\\b\x1B[0m.csv", "a/b\u{FFFD}[0m.csv"),
        ] {
            assert_eq!(decode(raw), expected);
        }
    }
}
