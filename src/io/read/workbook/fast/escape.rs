//! What stands for other characters in texts of a workbook: references, line ends, and `_xHHHH_`.

/// A named or numbered reference, without `&` and `;`.
pub(super) fn reference(name: &[u8]) -> Option<char> {
    match name {
        b"lt" => Some('<'),
        b"gt" => Some('>'),
        b"amp" => Some('&'),
        b"apos" => Some('\''),
        b"quot" => Some('"'),
        [b'#', b'x', digits @ ..] => number(digits, 16),
        [b'#', digits @ ..] => number(digits, 10),
        _ => None,
    }
}

fn number(digits: &[u8], radix: u32) -> Option<char> {
    if digits.is_empty() || digits.len() > 7 {
        return None;
    }
    let code = digits
        .iter()
        .try_fold(0, |code, digit| Some(code * radix + char::from(*digit).to_digit(radix)?))
        .filter(|code| *code != 0)?;
    char::from_u32(code)
}

/// Appends `text` with every kind of line end as `\n`.
pub(super) fn push_lines(text: &str, out: &mut String) {
    for (at, piece) in text.split('\r').enumerate() {
        if at == 0 {
            out.push_str(piece);
        } else {
            out.push('\n');
            out.push_str(piece.strip_prefix('\n').unwrap_or(piece));
        }
    }
}

/// Resolves `_xHHHH_`, a UTF-16 unit, in what stands behind byte `start`. A half of a pair alone becomes U+FFFD.
pub(super) fn resolve_units(text: &mut String, start: usize) {
    let Some(first) = text.get(start..).and_then(|tail| next_unit(tail, 0)) else { return };
    let tail = text.split_off(start);
    let (mut next, mut copied) = (Some(first), 0);
    while let Some((at, unit)) = next {
        text.push_str(tail.get(copied..at).unwrap_or_default());
        copied = at + UNIT;
        let low = match unit {
            0xD800..=0xDBFF => unit_at(&tail, copied).filter(|low| (0xDC00..=0xDFFF).contains(low)),
            _ => None,
        };
        copied += if low.is_some() { UNIT } else { 0 };
        text.extend(
            char::decode_utf16([unit].into_iter().chain(low))
                .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)),
        );
        next = next_unit(&tail, copied);
    }
    text.push_str(tail.get(copied..).unwrap_or_default());
}

/// The length of `_xHHHH_`.
const UNIT: usize = 7;

fn next_unit(text: &str, from: usize) -> Option<(usize, u16)> {
    let bytes = text.as_bytes().get(from..)?;
    memchr::memchr_iter(b'_', bytes).find_map(|at| Some((from + at, unit_at(text, from + at)?)))
}

fn unit_at(text: &str, at: usize) -> Option<u16> {
    match text.as_bytes().get(at..at + UNIT)? {
        [b'_', b'x', digits @ .., b'_'] => digits.iter().try_fold(0, |unit, digit| {
            Some(unit << 4 | u16::try_from(char::from(*digit).to_digit(16)?).ok()?)
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved() {
        for (name, expected) in [
            ("lt", Some('<')),
            ("#65", Some('A')),
            ("#x1F600", Some('😀')),
            ("#0", None),
            ("#xD800", None),
            ("#x110000", None),
            ("#X41", None),
            ("#+5", None),
            ("#", None),
            ("#x", None),
            ("LT", None),
        ] {
            assert_eq!(reference(name.as_bytes()), expected, "{name}");
        }
    }

    #[test]
    fn units_are_resolved() {
        for (text, expected) in [
            ("__x000D_x", "_\rx"),
            ("a_x0041__x0042_b", "aABb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_xD83D__xDCF7_", "📷"),
            ("_xD83D__xD83D__xDCF7_", "\u{FFFD}📷"),
            ("_xDCF7_", "\u{FFFD}"),
            ("_x00g1_ _x41_ _X0041_ _x0041", "_x00g1_ _x41_ _X0041_ _x0041"),
            ("_x000_x0041_", "_x000A"),
            ("_x가_", "_x가_"),
        ] {
            let mut out = format!("_x0041_{text}");
            resolve_units(&mut out, 7);
            assert_eq!(out, format!("_x0041_{expected}"));
        }
    }

    #[test]
    fn line_ends_become_equal() {
        let mut out = String::new();
        push_lines("\ra\r\nb\n\r\r\n", &mut out);
        assert_eq!(out, "\na\nb\n\n\n");
    }
}
