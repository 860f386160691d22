//! HTML entities in cells, as in `D&#039;eL`.
//!
//! Only complete ones count (`&amp;`, not `&amp`): a bare `&copy=1` in a text is more often a web address than a sign.

use html5gum::{Token, Tokenizer};

/// The longest name that HTML knows has 31 letters.
const LONGEST: usize = 32;

/// Every entity replaced by its character, once; `None` where there is none.
pub(super) fn resolve(text: &str) -> Option<String> {
    memchr::memchr(b'&', text.as_bytes())?;
    let mut out = String::new();
    let mut copied = 0;
    for (at, _) in text.match_indices('&') {
        let Some((entity, end)) = entity_at(text, at) else { continue };
        out.push_str(text.get(copied..at)?);
        out.push_str(&entity);
        copied = end;
    }
    if copied == 0 {
        return None;
    }
    out.push_str(text.get(copied..)?);
    Some(out)
}

/// What the entity at `at` stands for, and where it ends.
fn entity_at(text: &str, at: usize) -> Option<(String, usize)> {
    let body = text.get(at + 1..)?;
    let length = body.bytes().take(LONGEST + 1).position(|b| b == b';')?;
    let name = body.get(..length)?;
    let end = at + 1 + length + 1;
    let known = |c: char| Some((c.to_string(), end));
    match name {
        "amp" => known('&'),
        "lt" => known('<'),
        "gt" => known('>'),
        "quot" => known('"'),
        "apos" | "#39" | "#039" => known('\''),
        "nbsp" => known('\u{a0}'),
        _ => match name.strip_prefix('#') {
            Some(number) => numbered(number).map(|c| (c, end)),
            None => named(name, text.get(at..end)?).map(|c| (c, end)),
        },
    }
}

fn numbered(number: &str) -> Option<String> {
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(hex) => (hex, 16),
        None => (number, 10),
    };
    if !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let code = u32::from_str_radix(digits, radix).ok()?;
    // Windows-1252 numbers are read as browsers read them.
    if (0x80..=0x9f).contains(&code) {
        return tokenized(&format!("&#{code};"));
    }
    let c = char::from_u32(code)?;
    (!c.is_control() || matches!(c, '\t' | '\n' | '\r')).then(|| c.to_string())
}

fn named(name: &str, entity: &str) -> Option<String> {
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    // A name stands for one or two characters. The tokenizer also reads the `&not` in `&notit;`, which leaves more.
    tokenized(entity).filter(|read| read.chars().count() <= 2)
}

fn tokenized(entity: &str) -> Option<String> {
    let mut bytes = Vec::new();
    for token in Tokenizer::new(entity) {
        match token {
            Ok(Token::String(part)) => bytes.extend_from_slice(&part),
            Ok(Token::Error(_)) => {}
            Ok(_) | Err(_) => return None,
        }
    }
    String::from_utf8(bytes).ok()
}
