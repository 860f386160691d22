//! Which encoding and which delimiter a file is written in, decided by the header row that results.

use super::Sizes;
use super::decode::Encoding;
use super::records::{Field, Grammar, Scan, field_text};
use super::source::TextSource;

/// So many records are looked at.
const SAMPLE: usize = 50;
/// In order of preference.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// The best header row among the first records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Its place among the records, the first being 0.
    pub record: u64,
    /// Its cells up to the last that is not empty.
    least: usize,
    /// All its cells.
    most: usize,
}

impl Header {
    /// Whether a record has as many cells as the header, give or take empty ones at the end.
    pub fn fits(&self, fields: &[Field]) -> bool {
        let surplus = fields.get(self.most..).unwrap_or_default();
        fields.len() >= self.least && surplus.iter().all(|field| field.is_empty())
    }
}

/// How a file is to be taken apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialect {
    pub grammar: Grammar,
    /// How much comes before the first record: a first line `sep=;` only names the delimiter. In bytes of text.
    pub preamble: usize,
    pub header: Option<Header>,
}

impl Dialect {
    pub fn delimiter(&self) -> u8 {
        self.grammar.delimiter
    }
}

/// What a delimiter makes of the head of a file.
struct Sample {
    dialect: Dialect,
    score: usize,
    /// How many records have the commonest number of fields (more than one), and that number.
    evenness: (usize, usize),
}

/// Decides the dialect, and the encoding too unless the bytes did.
///
/// The better header wins; then fewer malformed bytes; then UTF-8. A head of pure ASCII leaves the encoding open.
pub(super) fn choose(
    source: &mut TextSource,
    sizes: Sizes,
    header_score: &dyn Fn(&[&str]) -> usize,
) -> Dialect {
    let whole = source.head_is_all();
    if let Some(encoding) = source.settled() {
        return sample(&source.decode_head(encoding).0, whole, sizes, header_score).dialect;
    }
    let (text, malformed) = source.decode_head(Encoding::Utf8);
    let utf8 = sample(&text, whole, sizes, header_score);
    if text.is_ascii() {
        return utf8.dialect;
    }
    let (text, malformed_cp949) = source.decode_head(Encoding::Cp949);
    let cp949 = sample(&text, whole, sizes, header_score);
    if (cp949.score, malformed) > (utf8.score, malformed_cp949) {
        source.settle(Encoding::Cp949);
        cp949.dialect
    } else {
        source.settle(Encoding::Utf8);
        utf8.dialect
    }
}

fn sample(text: &str, whole: bool, sizes: Sizes, header_score: &dyn Fn(&[&str]) -> usize) -> Sample {
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    if let Some((delimiter, preamble)) = text.get(mark..).and_then(named_delimiter) {
        return sample_with(delimiter, mark + preamble, text, whole, sizes, header_score);
    }
    let [first, others @ ..] = DELIMITERS;
    let mut best = sample_with(first, mark, text, whole, sizes, header_score);
    for delimiter in others {
        let other = sample_with(delimiter, mark, text, whole, sizes, header_score);
        if (other.score, other.evenness) > (best.score, best.evenness) {
            best = other;
        }
    }
    best
}

fn sample_with(
    delimiter: u8,
    preamble: usize,
    text: &str,
    whole: bool,
    sizes: Sizes,
    header_score: &dyn Fn(&[&str]) -> usize,
) -> Sample {
    let grammar = Grammar::new(delimiter, sizes.record, sizes.record_lines);
    // An open quote above the header must not hide it: the head is not the place for very long records.
    let short = Grammar::new(delimiter, sizes.record / 16, sizes.record_lines / 10);
    let bytes = text.as_bytes();
    let mut fields = Vec::new();
    let mut widths: Vec<(usize, usize)> = Vec::new();
    let mut best: Option<(usize, Header)> = None;
    let mut at = preamble;
    let mut record = 0;
    while widths.iter().map(|(_, count)| count).sum::<usize>() < SAMPLE && at < bytes.len() {
        let next = match super::records::next_line(bytes, at) {
            Some(next) if matches!(bytes.get(at), Some(b'\n' | b'\r')) => next,
            line => match short.scan(bytes, at, whole, &mut fields) {
                Scan::Record { next, .. } => {
                    let score = score(text, &fields, header_score);
                    if score > best.map_or(0, |(best, _)| best) {
                        best = Some((score, header(record, &fields)));
                    }
                    match widths.iter_mut().find(|(width, _)| *width == fields.len()) {
                        Some((_, count)) => *count += 1,
                        None => widths.push((fields.len(), 1)),
                    }
                    next
                }
                Scan::Unending { second_line } => second_line.or(line).unwrap_or(bytes.len()),
                Scan::Unfinished => break,
            },
        };
        at = next;
        record += 1;
    }
    let evenness = widths.iter().filter(|(width, _)| *width > 1).map(|(width, count)| (*count, *width)).max();
    Sample {
        dialect: Dialect { grammar, preamble, header: best.map(|(_, header)| header) },
        score: best.map_or(0, |(score, _)| score),
        evenness: evenness.unwrap_or_default(),
    }
}

fn score(text: &str, fields: &[Field], header_score: &dyn Fn(&[&str]) -> usize) -> usize {
    let mut unquoted: Vec<String> = Vec::new();
    for field in fields.iter().filter(|field| field.quotes_inside) {
        let mut content = String::new();
        field_text(text, *field, &mut content);
        unquoted.push(content);
    }
    let mut unquoted = unquoted.iter();
    let cells: Vec<&str> = fields
        .iter()
        .map(|field| {
            if field.quotes_inside {
                unquoted.next().map_or("", String::as_str)
            } else {
                text.get(field.start..field.end).unwrap_or_default()
            }
        })
        .collect();
    header_score(&cells)
}

fn header(record: u64, fields: &[Field]) -> Header {
    let least = fields.iter().rposition(|field| !field.is_empty()).map_or(0, |at| at + 1);
    Header { record, least, most: fields.len() }
}

/// The delimiter that a first line such as `sep=;` names, and the length of that line.
fn named_delimiter(text: &str) -> Option<(u8, usize)> {
    let end = memchr::memchr2(b'\n', b'\r', text.as_bytes()).unwrap_or(text.len());
    let line = text.get(..end)?;
    let line = line.strip_prefix('"').and_then(|line| line.strip_suffix('"')).unwrap_or(line);
    let (name, value) = line.split_at_checked(4)?;
    let [delimiter] = value.as_bytes() else { return None };
    let plausible = *delimiter == b'\t' || delimiter.is_ascii_punctuation() && *delimiter != b'"';
    let preamble = super::records::next_line(text.as_bytes(), 0).unwrap_or(text.len());
    (name.eq_ignore_ascii_case("sep=") && plausible).then_some((*delimiter, preamble))
}

#[cfg(test)]
mod tests {
    use super::super::SIZES;
    use super::*;

    fn known(cells: &[&str]) -> usize {
        cells.iter().filter(|cell| ["주문번호", "수량", "옵션"].contains(cell)).count()
    }

    fn check(text: &str, delimiter: u8, header: Option<(u64, usize, usize)>) {
        let dialect = sample(text, true, SIZES, &known).dialect;
        assert_eq!(dialect.delimiter(), delimiter, "{text:?}");
        let found = dialect.header.map(|header| (header.record, header.least, header.most));
        assert_eq!(found, header, "{text:?}");
    }

    #[test]
    fn delimiters() {
        check("주문번호,수량\n1,2\n", b',', Some((0, 2, 2)));
        check("주문번호\t수량\n1\t2,3,4,5\n", b'\t', Some((0, 2, 2)));
        check("주문번호;수량;\"옵션\";\n1;2;\"a,b\";\n", b';', Some((0, 3, 4)));
        check("주문번호|수량\n1|2\n", b'|', Some((0, 2, 2)));
        check("제목,2026\n\n\"주문\n번호\",\"주문번호\",수량\n1,2,3\n", b',', Some((2, 3, 3)));
        check("a\tb\n1,5\t2,5\n", b'\t', None);
        check("열려 \"있는,\n\"열린,것\n주문번호,수량\n", b',', Some((2, 2, 2)));
        check("", b',', None);
    }

    #[test]
    fn named() {
        assert_eq!(named_delimiter("sep=;\r\n주문번호"), Some((b';', 7)));
        assert_eq!(named_delimiter("\"SEP=\t\"\n"), Some((b'\t', 8)));
        assert_eq!(named_delimiter("sep=,"), Some((b',', 5)));
        for text in ["sep=;;\n", "sep=가\n", "sep=\n", "주문번호,sep=;\n", "sep=a\n", ""] {
            assert_eq!(named_delimiter(text), None, "{text:?}");
        }
        check("sep=|\n주문번호,수량|수량\n", b'|', Some((0, 2, 2)));
    }
}
