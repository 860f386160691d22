//! What is done to every text before anyone asks what it means.
//!
//! Cells pass here first ([`clean`]), so that the other grammars and all comparisons see one spelling. Nearly every cell
//! of a real file is clean already: each function looks first and allocates only when it has something to change.

mod entities;
mod jamo;
mod show;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

pub use jamo::recompose_filler_jamo;
pub use show::{is_e_notation, number_as_text, printable};

/// White space of any script, and the characters that take no room at all (zero-width, BOM, direction marks).
pub fn is_invisible(c: char) -> bool {
    // Hangul, most of what is asked about, is told without the tables.
    if matches!(c, '\u{ac00}'..='\u{d7a3}') {
        return false;
    }
    c.is_whitespace()
        || matches!(
            c,
            '\u{ad}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{2064}'
                | '\u{2066}'..='\u{2069}'
                | '\u{feff}'
        )
}

/// The text without [invisible](is_invisible) characters at its ends.
pub fn trim(text: &str) -> &str {
    // U+A000 to U+D7FF, Hangul syllables among them, begin with EA to ED; none of them is invisible.
    let visible = |first: &u8| first.is_ascii_graphic() || matches!(first, 0xEA..=0xED);
    let ends_visibly = |bytes: &[u8]| match bytes {
        [.., last] if last.is_ascii_graphic() => true,
        [.., first, _, _] => matches!(first, 0xEA..=0xED),
        _ => false,
    };
    match text.as_bytes() {
        bytes @ [first, ..] if visible(first) && ends_visibly(bytes) => text,
        _ => text.trim_matches(is_invisible),
    }
}

/// Whether a cell says nothing: empty, invisible, `-`, `--`, only `#` signs, or `0000-00-00` with or without a time.
///
/// Meant for [cleaned](clean) text: `=""` and `&nbsp;` are blank only after cleaning.
pub fn is_blank(text: &str) -> bool {
    says_nothing(trim(text))
}

/// [`is_blank`] of trimmed text.
fn says_nothing(text: &str) -> bool {
    match text.as_bytes().first() {
        None => true,
        Some(b'-') => matches!(text, "-" | "--"),
        Some(b'#') => text.bytes().all(|b| b == b'#'),
        Some(b'0') => text.strip_prefix("0000-00-00").is_some_and(is_no_time_or_any),
        Some(_) => false,
    }
}

fn is_no_time_or_any(after_day: &str) -> bool {
    let clock = |b: u8| b.is_ascii_digit() || matches!(b, b':' | b'.' | b',' | b'+' | b'-' | b'Z' | b' ');
    match after_day.strip_prefix(['T', ' ']) {
        None => after_day.is_empty(),
        Some(time) => time.starts_with(|c: char| c.is_ascii_digit() || c == ' ') && time.bytes().all(clock),
    }
}

/// A text as it is stored: `="..."` unwrapped, HTML entities resolved once, CRLF as LF, NFC, trimmed.
///
/// In that order, so that a wrapped or escaped space at an end goes too, and an escaped `=&quot;` stays what it says.
/// A leading apostrophe is part of the text.
pub fn clean(text: &str) -> Cow<'_, str> {
    let text = trim(text);
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let text = unwrap_formula(text);
    let text = changed(text, entities::resolve);
    let text = changed(text, unix_newlines);
    let text = changed(text, compose);
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(trim(text)),
        Cow::Owned(text) => {
            let trimmed = trim(&text);
            Cow::Owned(if trimmed.len() == text.len() { text } else { trimmed.to_owned() })
        }
    }
}

/// A text as [`clean`] gives it, unless it is then [blank](is_blank).
pub fn spoken(text: &str) -> Option<Cow<'_, str>> {
    let text = clean(text);
    (!says_nothing(&text)).then_some(text)
}

/// Whether a text is made of nothing that cleaning could change: Hangul syllables and plain ASCII.
fn is_plain(text: &str) -> bool {
    let mut bytes = text.as_bytes();
    if bytes.first() == Some(&b'=') {
        return false;
    }
    while let [first, rest @ ..] = bytes {
        bytes = match (first, rest) {
            (0..=0x7F, _)
                if let Some((eight, rest)) = bytes.split_first_chunk()
                    && are_plain(*eight) =>
            {
                rest
            }
            (b' '..=b'%' | b'\''..=b'~', _) => rest,
            // U+AC00 to U+D7A3 are EA B0 80 to ED 9E A3.
            (0xEA, [0xB0..=0xBF, _, rest @ ..])
            | (0xEB | 0xEC, [_, _, rest @ ..])
            | (0xED, [0x80..=0x9D, _, rest @ ..]) => rest,
            _ => return false,
        };
    }
    true
}

/// Whether eight bytes are all plain ASCII: none beyond it, none below the space, no `&` and no DEL.
fn are_plain(bytes: [u8; 8]) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x80 * ONES;
    let word = u64::from_le_bytes(bytes);
    let ampersands = word ^ (u64::from(b'&') * ONES);
    let is_ampersand = ampersands.wrapping_sub(ONES) & !ampersands;
    // Where a borrow or a carry reaches the next byte, its own byte is not plain already.
    let below_space = word.wrapping_sub(u64::from(b' ') * ONES);
    let is_del = word.wrapping_add(ONES);
    (word | below_space | is_del | is_ampersand) & TOPS == 0
}

/// A header as the dictionary compares it: [cleaned](clean), NFKC, without any invisible character. Case is kept.
pub fn header_key(text: &str) -> String {
    // Dropping a space can bring a letter and its accent together.
    clean(text).nfkc().filter(|c| !is_invisible(*c)).nfc().collect()
}

/// A name or option as rows without item codes compare it: NFC, no invisible characters, `;` as `,`.
pub fn comparable(text: &str) -> Cow<'_, str> {
    let text = changed(Cow::Borrowed(text), compose);
    let differs = |c: char| c == ';' || is_invisible(c);
    if !text.contains(differs) {
        return text;
    }
    let spelled = |c: char| match c {
        ';' => Some(','),
        c if is_invisible(c) => None,
        c => Some(c),
    };
    Cow::Owned(text.chars().filter_map(spelled).nfc().collect())
}

/// Applies a step that answers `None` where there is nothing to do.
fn changed(text: Cow<'_, str>, step: fn(&str) -> Option<String>) -> Cow<'_, str> {
    match step(&text) {
        Some(new) => Cow::Owned(new),
        None => text,
    }
}

/// `="00123"` is how files keep a spreadsheet from reading a number; a real formula with loose quotes stays.
fn unwrap_formula(text: &str) -> Cow<'_, str> {
    let Some(inner) = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) else {
        return Cow::Borrowed(text);
    };
    if !inner.contains('"') {
        return Cow::Borrowed(inner);
    }
    let unquoted = inner.replace("\"\"", "");
    if unquoted.contains('"') { Cow::Borrowed(text) } else { Cow::Owned(inner.replace("\"\"", "\"")) }
}

/// Carriage returns before a line feed go, also several of them; a lone one stays.
fn unix_newlines(text: &str) -> Option<String> {
    if memchr::memchr(b'\r', text.as_bytes()).is_none() || !text.contains("\r\n") {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match line.strip_suffix('\n') {
            Some(line) => {
                out.push_str(line.trim_end_matches('\r'));
                out.push('\n');
            }
            None => out.push_str(line),
        }
    }
    Some(out)
}

fn compose(text: &str) -> Option<String> {
    if text.is_ascii() || text.chars().all(stays_in_nfc) {
        return None;
    }
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => None,
        IsNormalized::No | IsNormalized::Maybe => Some(text.nfc().collect()),
    }
}

/// Characters of everyday Korean files that NFC leaves alone beside any neighbour of their kind; cheaper to ask than
/// the tables.
fn stays_in_nfc(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{2ff}'
            | '\u{2010}'..='\u{2027}'
            | '\u{3000}'..='\u{3029}'
            | '\u{3130}'..='\u{318f}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7a3}'
            | '\u{ff00}'..='\u{ffef}'
    )
}
