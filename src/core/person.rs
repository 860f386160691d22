//! What may be kept of persons: keyed hashes of telephone numbers and e-mail addresses, and the region of an address.
//!
//! The same person must get the same hash from every file, so a value is brought to one spelling first. A plain hash of
//! a Korean mobile number is undone by trying all of them, hence the key.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use unicode_normalization::UnicodeNormalization;

use super::text::{is_blank, is_e_notation, is_invisible, trim};
use super::types::PersonHash;

/// The secret of the hashes, ready to use: keyed once, copied for each value.
#[derive(Clone)]
pub struct PersonKey(Option<Hmac<Sha256>>);

impl PersonKey {
    pub fn new(secret: &[u8; 32]) -> Self {
        let keyed = Hmac::new_from_slice(secret).expect("HMAC takes keys of any length");
        Self(Some(keyed))
    }

    /// For those who want to know which values there are, not their hashes: all of them are one.
    pub fn unasked() -> Self {
        Self(None)
    }

    /// HMAC-SHA256 of the [normal](normal_phone) number; `None` where the cell holds no number.
    pub fn hash_phone(&self, text: &str) -> Option<PersonHash> {
        normal_phone(text).map(|phone| self.hash(&phone))
    }

    /// HMAC-SHA256 of the [normal](normal_email) address; `None` where the cell holds none.
    pub fn hash_email(&self, text: &str) -> Option<PersonHash> {
        normal_email(text).map(|email| self.hash(&email))
    }

    fn hash(&self, value: &str) -> PersonHash {
        let Some(mut mac) = self.0.clone() else { return PersonHash([0; 32]) };
        mac.update(value.as_bytes());
        PersonHash(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonKey")
    }
}

/// The hashes of the values seen last. A buyer's number stands on each row of an order, and often is the receiver's too.
#[derive(Debug, Default)]
pub struct RecentHashes(RefCell<Vec<Option<Recent>>>);

/// A cell's text and its hash. Not [`fmt::Debug`], so that no text of a person can slip into a message.
struct Recent {
    text: String,
    is_email: bool,
    hash: Option<PersonHash>,
}

impl fmt::Debug for Recent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recent")
    }
}

/// How many values are remembered: each has one place, by a hash of its text.
const REMEMBERED: usize = 256;

impl RecentHashes {
    /// As [`PersonKey::hash_phone`]. Always to be asked with the same key.
    pub fn phone(&self, key: &PersonKey, text: &str) -> Option<PersonHash> {
        self.remember(text, false, || key.hash_phone(text))
    }

    /// As [`PersonKey::hash_email`]. Always to be asked with the same key.
    pub fn email(&self, key: &PersonKey, text: &str) -> Option<PersonHash> {
        self.remember(text, true, || key.hash_email(text))
    }

    fn remember(
        &self,
        text: &str,
        is_email: bool,
        hash: impl FnOnce() -> Option<PersonHash>,
    ) -> Option<PersonHash> {
        let mut places = self.0.borrow_mut();
        places.resize_with(REMEMBERED, || None);
        let place = xxhash_rust::xxh3::xxh3_64(text.as_bytes()) % REMEMBERED as u64;
        let slot = places.get_mut(usize::try_from(place).ok()?)?;
        match slot {
            Some(recent) if recent.is_email == is_email && recent.text == text => recent.hash,
            _ => slot.insert(Recent { text: text.to_owned(), is_email, hash: hash() }).hash,
        }
    }
}

/// Fewer digits than this are no number of a person.
const SHORTEST_PHONE: usize = 7;

/// One spelling of a telephone number: Korean ones in national digits with their zero (`01012345678`), foreign ones
/// as `+` and digits, service numbers such as 1588-1234 as their digits.
///
/// `None` for blanks, masked numbers (`010-****-5678` is not one person) and what is too short to be a number. Of
/// several numbers in a cell the first counts.
pub fn normal_phone(text: &str) -> Option<String> {
    let text = trim(text);
    let text =
        if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.nfkc().collect::<String>()) };
    if is_blank(&text) || is_e_notation(&text) || text.contains(['*', '○', '●']) {
        return None;
    }
    let (abroad, digits) = dialled(&text);
    let phone = if abroad { international(&digits) } else { national(&digits) };
    (phone.len() >= SHORTEST_PHONE).then_some(phone)
}

/// The digits of the first number in the text, and whether `+` comes before them.
fn dialled(text: &str) -> (bool, String) {
    let mut abroad = false;
    let mut digits = String::with_capacity(16);
    for c in text.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '+' if digits.is_empty() => abroad = true,
            '-' | '.' | '(' | ')' | '\u{2010}'..='\u{2015}' | '\u{2212}' => {}
            c if is_invisible(c) && c != '\n' => {}
            _ if digits.len() >= SHORTEST_PHONE => break,
            _ => {
                abroad = false;
                digits.clear();
            }
        }
    }
    (abroad, digits)
}

fn international(digits: &str) -> String {
    match digits.strip_prefix("82") {
        Some(korean) => {
            let subscriber = korean.trim_start_matches('0');
            if lacks_zero(subscriber) { format!("0{subscriber}") } else { national(korean) }
        }
        None if digits.starts_with('0') => national(digits),
        None => format!("+{digits}"),
    }
}

fn national(digits: &str) -> String {
    if let Some(korean) = digits.strip_prefix("0082") {
        return international(&format!("82{korean}"));
    }
    if lacks_zero(digits) {
        return format!("0{digits}");
    }
    match digits.strip_prefix("82").map(|korean| korean.trim_start_matches('0')) {
        Some(korean) if lacks_zero(korean) => format!("0{korean}"),
        _ => digits.to_owned(),
    }
}

/// Whether digits are a Korean number whose leading zero a spreadsheet or a country code took.
///
/// Service numbers (1588-1234) begin like mobile ones at most, and are shorter.
fn lacks_zero(digits: &str) -> bool {
    match digits.as_bytes() {
        // Mobile, Seoul, the other areas, internet and free numbers, safe numbers.
        [b'1', b'0' | b'1' | b'6'..=b'9', rest @ ..]
        | [b'2', rest @ ..]
        | [b'3', b'1'..=b'3', rest @ ..]
        | [b'4' | b'6', b'1'..=b'4', rest @ ..]
        | [b'5', b'1'..=b'5', rest @ ..]
        | [b'7' | b'8', b'0', rest @ ..]
        | [b'5', b'0', _, rest @ ..] => matches!(rest.len(), 7 | 8),
        _ => false,
    }
}

/// Whether a text that is no person's field, such as a file's name, has a telephone number or an e-mail address in it.
///
/// Only what can hardly be anything else: a number with its zero or country code, or a mobile one without. A day such as
/// `20240605` is none.
pub fn holds_contact(text: &str) -> bool {
    let text: String = text.nfkc().collect();
    let dialled = |digits: &str| match digits.as_bytes() {
        [b'0', ..] => lacks_zero(digits.trim_start_matches('0')),
        [b'8', b'2', ..] => lacks_zero(digits[2..].trim_start_matches('0')),
        [b'1', ..] => digits.len() == 10 && lacks_zero(digits),
        _ => false,
    };
    let numbers = text.split(|c: char| !c.is_ascii_digit() && !" -.()+".contains(c)).any(|stretch| {
        let groups: Vec<&str> =
            stretch.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
        (0..groups.len()).any(|from| (from..groups.len()).any(|to| dialled(&groups[from..=to].concat())))
    });
    numbers || text.contains('@')
}

/// One spelling of an e-mail address: NFKC, lower case. `None` for blanks and masked addresses.
pub fn normal_email(text: &str) -> Option<String> {
    let text = trim(text);
    if is_blank(text) || text.contains('*') {
        return None;
    }
    if text.is_ascii() {
        return Some(text.to_ascii_lowercase());
    }
    // Lower case can undo NFKC and the other way round; twice is enough for every character.
    let folded = |text: &str| text.nfkc().collect::<String>().to_lowercase();
    let email: String = folded(&folded(text)).nfkc().collect();
    let email = trim(&email);
    (!is_blank(email) && !email.contains('*')).then(|| email.to_owned())
}

/// Province and city of a Korean address: its first two words behind a postal code, less any that holds a digit (an
/// address without spaces would else be kept whole).
pub fn region(address: &str) -> Option<String> {
    let mut words = address.split(is_invisible).filter(|word| !word.is_empty()).peekable();
    words.next_if(|word| is_postal_code(word));
    let mut region = String::with_capacity(32);
    // Nearly all of an address is Hangul, which is told from numerals sooner than by the tables.
    let is_numeral = |c: char| !matches!(c, '\u{ac00}'..='\u{d7a3}') && c.is_numeric();
    for word in words.take(2).take_while(|word| !word.chars().any(is_numeral)) {
        if !region.is_empty() {
            region.push(' ');
        }
        region.push_str(word);
    }
    (!region.is_empty()).then_some(region)
}

/// `06234`, `(06234)`, `[06234]`, and `123-456` as before 2015.
fn is_postal_code(word: &str) -> bool {
    let code = word.strip_prefix(['(', '[']).and_then(|rest| rest.strip_suffix([')', ']'])).unwrap_or(word);
    let digits = |part: &str, count| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
    digits(code, 5) || code.split_once('-').is_some_and(|(a, b)| digits(a, 3) && digits(b, 3))
}

#[cfg(test)]
mod tests;
