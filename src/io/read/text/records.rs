//! One record of delimited text: where it ends and where its fields lie.
//!
//! The language is that of the `csv` crate (a test compares them on arbitrary input): a field that begins with a quote
//! runs to the next single quote, `""` inside it is one quote, what follows the closing quote is kept, a quote inside
//! an unquoted field is text; LF, CR and CRLF end a record. It is written anew because a damaged file asks for what a
//! finished record cannot tell any more: whether a quote was left open, where the second line of the record begins, and
//! whether the closing quote was one. It also borrows fields instead of copying them.

#[cfg(not(target_arch = "x86_64"))]
use memchr::arch::all::memchr::Three;
#[cfg(target_arch = "x86_64")]
use memchr::arch::x86_64::sse2::memchr::Three;
use memchr::{memchr, memchr2_iter};

/// A field's bytes in the text, without the quotes around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub start: usize,
    pub end: usize,
    /// Quotes inside have to be taken out by [`push_unquoted`].
    pub quotes_inside: bool,
}

impl Field {
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// What lies at some place of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scan {
    Record {
        /// Where the next record begins.
        next: usize,
        /// Where the record's second line begins, if it has one.
        second_line: Option<usize>,
        /// Text follows a closing quote: perhaps it closes nothing.
        loose: bool,
    },
    /// The end is not in the text yet.
    Unfinished,
    /// There is no end within the limits, or a quote is open where the file ends.
    Unending { second_line: Option<usize> },
}

/// A search that becomes part of the loop around it: fields are so short that calling `memchr3` costs more than its search.
#[cfg(target_arch = "x86_64")]
fn three(a: u8, b: u8, c: u8) -> Three {
    Three::new(a, b, c).expect("every x86_64 has SSE2")
}

#[cfg(not(target_arch = "x86_64"))]
fn three(a: u8, b: u8, c: u8) -> Three {
    Three::new(a, b, c)
}

/// How records are written, and how long they may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grammar {
    pub delimiter: u8,
    /// The bytes that end a field without quotes.
    ends: Three,
    max_bytes: usize,
    max_lines: usize,
}

/// Line breaks inside a record.
#[derive(Default)]
struct Breaks {
    count: usize,
    second_line: Option<usize>,
}

impl Breaks {
    fn add(&mut self, text: &[u8], from: usize, to: usize) {
        let part = text.get(from..to).unwrap_or_default();
        for at in memchr2_iter(b'\n', b'\r', part) {
            if part.get(at) == Some(&b'\r') && part.get(at + 1) == Some(&b'\n') {
                continue;
            }
            self.count += 1;
            self.second_line.get_or_insert(from + at + 1);
        }
    }
}

impl Grammar {
    pub fn new(delimiter: u8, max_bytes: usize, max_lines: usize) -> Self {
        Self { delimiter, ends: three(delimiter, b'\n', b'\r'), max_bytes, max_lines }
    }

    /// Takes apart the record at `at`. `whole`: the text holds the end of the file.
    pub fn scan(&self, text: &[u8], at: usize, whole: bool, fields: &mut Vec<Field>) -> Scan {
        fields.clear();
        let limit = at.saturating_add(self.max_bytes);
        let cut = text.len() > limit;
        let text = text.get(..limit).unwrap_or(text);
        let whole = whole && !cut;
        let mut breaks = Breaks::default();
        let mut loose = false;
        let mut from = at;
        loop {
            let (field, stop) = if text.get(from) == Some(&b'"') {
                let (close, quotes_inside) = closing_quote(text, from + 1, &mut breaks);
                if breaks.count >= self.max_lines || (close.is_none() && (whole || cut)) {
                    return Scan::Unending { second_line: breaks.second_line };
                }
                let Some(close) = close else { return Scan::Unfinished };
                let stop = self.end_of_field(text, close + 1);
                if stop == close + 1 {
                    (Field { start: from + 1, end: close, quotes_inside }, stop)
                } else {
                    loose = true;
                    (Field { start: from + 1, end: stop, quotes_inside: true }, stop)
                }
            } else {
                let stop = self.end_of_field(text, from);
                (Field { start: from, end: stop, quotes_inside: false }, stop)
            };
            let next = match (text.get(stop), text.get(stop + 1)) {
                (Some(b'\r'), Some(b'\n')) => stop + 2,
                (Some(b'\n'), _) | (Some(b'\r'), Some(_)) => stop + 1,
                (Some(b'\r'), None) | (None, _) if whole => text.len(),
                (Some(b'\r'), None) | (None, _) if cut => {
                    return Scan::Unending { second_line: breaks.second_line };
                }
                (Some(b'\r'), None) | (None, _) => return Scan::Unfinished,
                (Some(_), _) => {
                    fields.push(field);
                    from = stop + 1;
                    continue;
                }
            };
            fields.push(field);
            return Scan::Record { next, second_line: breaks.second_line, loose };
        }
    }

    /// The delimiter or line end at or after some place, else the text's end.
    fn end_of_field(&self, text: &[u8], from: usize) -> usize {
        let rest = text.get(from..).unwrap_or_default();
        self.ends.find(rest).map_or(text.len(), |at| from + at)
    }
}

/// The quote that closes a field whose content begins at `from`, and whether doubled quotes come before it. A quote at
/// the text's end closes: if more text follows, the missing end of the field is noticed.
fn closing_quote(text: &[u8], mut from: usize, breaks: &mut Breaks) -> (Option<usize>, bool) {
    let mut doubled = false;
    loop {
        let Some(at) = memchr(b'"', text.get(from..).unwrap_or_default()) else {
            breaks.add(text, from, text.len());
            return (None, doubled);
        };
        let quote = from + at;
        breaks.add(text, from, quote);
        if text.get(quote + 1) != Some(&b'"') {
            return (Some(quote), doubled);
        }
        doubled = true;
        from = quote + 2;
    }
}

/// Where the line after the one at `at` begins. `None`: it has no end in the text.
pub(super) fn next_line(text: &[u8], at: usize) -> Option<usize> {
    let end = at + memchr::memchr2(b'\n', b'\r', text.get(at..)?)?;
    let pair = text.get(end) == Some(&b'\r') && text.get(end + 1) == Some(&b'\n');
    Some(if pair { end + 2 } else { end + 1 })
}

/// Appends a quoted field's content: doubled quotes become one, the closing quote goes, what follows it stays.
pub(super) fn push_unquoted(content: &str, out: &mut String) {
    let mut rest = content;
    while let Some(at) = memchr(b'"', rest.as_bytes()) {
        let (before, from_quote) = rest.split_at(at);
        let after = from_quote.get(1..).unwrap_or_default();
        out.push_str(before);
        let Some(next) = after.strip_prefix('"') else {
            out.push_str(after);
            return;
        };
        out.push('"');
        rest = next;
    }
    out.push_str(rest);
}

/// A field's text; `scratch` holds it where quotes had to be taken out.
pub(super) fn field_text<'a>(text: &'a str, field: Field, scratch: &'a mut String) -> &'a str {
    let content = text.get(field.start..field.end).unwrap_or_default();
    if !field.quotes_inside {
        return content;
    }
    scratch.clear();
    push_unquoted(content, scratch);
    scratch
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn grammar() -> Grammar {
        Grammar::new(b',', 1 << 20, 2000)
    }

    fn records(text: &str) -> Option<Vec<Vec<String>>> {
        let (mut fields, mut scratch, mut at) = (Vec::new(), String::new(), 0);
        let mut records = Vec::new();
        while at < text.len() {
            if matches!(text.as_bytes()[at], b'\n' | b'\r') {
                at += 1;
                continue;
            }
            let Scan::Record { next, .. } = grammar().scan(text.as_bytes(), at, true, &mut fields) else {
                return None;
            };
            records
                .push(fields.iter().map(|field| field_text(text, *field, &mut scratch).to_owned()).collect());
            at = next;
        }
        Some(records)
    }

    fn scan(text: &str, whole: bool) -> Scan {
        grammar().scan(text.as_bytes(), 0, whole, &mut Vec::new())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// Whatever the text, records are those of the `csv` crate, unless a quote stays open.
        #[test]
        fn same_language_as_csv(text in "[ab가,\"\"\n\r]{0,40}") {
            let Some(found) = records(&text) else { return Ok(()) };
            let mut reader =
                csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let expected: Vec<Vec<String>> = reader
                .records()
                .map(|record| record.unwrap().iter().map(str::to_owned).collect())
                .collect();
            prop_assert_eq!(found, expected);
        }

        /// A record that is found in the beginning of a text is the record of the whole text.
        #[test]
        fn more_text_changes_nothing(text in "[ab가,\"\"\n\r]{1,40}", cut in 0..40_usize) {
            let Some(part) = text.get(..cut) else { return Ok(()) };
            let found = scan(part, false);
            if found != Scan::Unfinished {
                prop_assert_eq!(found, scan(&text, false));
            }
        }
    }

    #[test]
    fn ends() {
        let record = |next, second_line, loose| Scan::Record { next, second_line, loose };
        let cases = [
            ("a,b\nc", false, record(4, None, false)),
            ("a,b\r\nc", false, record(5, None, false)),
            ("a,b\r", false, Scan::Unfinished),
            ("a,b\r", true, record(4, None, false)),
            ("a,b", false, Scan::Unfinished),
            ("a,b", true, record(3, None, false)),
            ("a,\"b\"", false, Scan::Unfinished),
            ("a,\"b\"", true, record(5, None, false)),
            ("a,\"b\nc\"\nd", false, record(8, Some(5), false)),
            ("a,\"b\r\nc\"d\ne", false, record(10, Some(6), true)),
            ("a,\"b\nc", false, Scan::Unfinished),
            ("a,\"b\nc", true, Scan::Unending { second_line: Some(5) }),
            ("a,\"b", true, Scan::Unending { second_line: None }),
        ];
        for (text, whole, expected) in cases {
            assert_eq!(scan(text, whole), expected, "{text:?}");
        }
    }

    #[test]
    fn limits() {
        let tight = Grammar::new(b',', 8, 2);
        let cases = [
            ("abc,def\nx", Scan::Record { next: 8, second_line: None, loose: false }),
            ("abc,defg\nx", Scan::Unending { second_line: None }),
            ("\"a\nb\"\n", Scan::Record { next: 6, second_line: Some(3), loose: false }),
            ("\"a\nb\nc\"\n", Scan::Unending { second_line: Some(3) }),
        ];
        for (text, expected) in cases {
            assert_eq!(tight.scan(text.as_bytes(), 0, false, &mut Vec::new()), expected, "{text:?}");
        }
    }
}
