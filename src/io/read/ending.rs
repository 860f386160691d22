//! Whether a file's last bytes are those of a whole file, without reading the rest of it.
//!
//! What the readers refuse as incomplete need not be known here; only what they would take: half a line of text is a
//! row to them, and half a number is a number.

use std::io::{self, Read, Seek, SeekFrom};

use serde::de::IgnoredAny;

use super::detect::{self, Format};
use super::text::Encoding;
use super::{Input, ReadError};
use crate::core::inbox::Ending;

/// How much of the end is looked at.
const TAIL: u64 = 256 << 10;

/// Tells what the end of `input` says. Containers are opened: their directories stand at the end, or say how long they are.
pub fn ending(input: &Input) -> Result<Ending, ReadError> {
    let format = match detect::detect(input) {
        Ok(format) => format,
        Err(ReadError::Incomplete(_)) => return Ok(Ending::Cut),
        // Damaged or of a strange kind: waiting does not mend that.
        Err(ReadError::Io(error)) => return Err(error.into()),
        Err(_) => return Ok(Ending::Whole),
    };
    Ok(match format {
        Format::Empty => Ending::Cut,
        Format::Text => of_text(&Tail::of(input)?),
        Format::Json => of_json(&Tail::of(input)?),
        Format::Html => closed_by(&Tail::of(input)?, &["</table>", "</html>", "</body>"]),
        Format::SpreadsheetMl => closed_by(&Tail::of(input)?, &[":workbook>", "</workbook>"]),
        // Text with much room behind it looks like this.
        Format::Unread(_) | Format::Other(_) if Tail::of(input)?.is_blank_room() => Ending::Cut,
        // The readers come to the end of these, or fail.
        _ => Ending::Whole,
    })
}

/// The last bytes of a file, in ASCII as far as they are.
struct Tail {
    bytes: Vec<u8>,
    /// Whether they are all there is.
    is_all: bool,
}

impl Tail {
    fn of(input: &Input) -> io::Result<Self> {
        let head = input.head(4096)?;
        let marked = Encoding::of_mark(&head).map(|(encoding, _)| encoding);
        let encoding = marked.or_else(|| Encoding::of_nul_pattern(&head));
        let start = input.len()?.saturating_sub(TAIL) & !1;
        let mut reader = input.open()?;
        reader.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes)?;
        if let Some(encoding) = encoding.filter(|e| e.is_utf16()) {
            let (pairs, rest) = bytes.as_chunks::<2>();
            let unit = |pair: &[u8; 2]| match encoding {
                Encoding::Utf16Be => u16::from_be_bytes(*pair),
                _ => u16::from_le_bytes(*pair),
            };
            // What is no ASCII character is no mark of an end either; half a character is.
            let ascii = |pair| u8::try_from(unit(pair)).ok().filter(u8::is_ascii).unwrap_or(b'?');
            bytes = pairs.iter().map(ascii).chain((!rest.is_empty()).then_some(0)).collect();
        }
        Ok(Self { bytes, is_all: start == 0 })
    }

    fn ends_a_line(&self) -> bool {
        matches!(self.bytes.last(), Some(b'\n' | b'\r'))
    }

    /// The lines from the last one back.
    fn lines_back(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.rsplit(|b| matches!(b, b'\n' | b'\r')).filter(|line| !line.trim_ascii().is_empty())
    }

    /// Room that was set aside and not written yet.
    fn is_blank_room(&self) -> bool {
        self.bytes.last().is_none_or(|b| *b == 0)
    }
}

fn of_text(tail: &Tail) -> Ending {
    if tail.is_blank_room() {
        return Ending::Cut;
    }
    if tail.ends_a_line() {
        return Ending::Whole;
    }
    let mut lines = tail.lines_back();
    match (lines.next(), lines.next()) {
        (Some(last), Some(before)) if delimiters(last) == delimiters(before) => Ending::Plausible,
        (Some(_), None) if tail.is_all => Ending::Plausible,
        _ => Ending::Cut,
    }
}

/// How many commas, tabs and semicolons stand outside of quotes, and whether a quote is still open.
fn delimiters(line: &[u8]) -> ([usize; 3], bool) {
    let mut quoted = false;
    let mut counts = [0; 3];
    for byte in line {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => counts[0] += 1,
            b'\t' if !quoted => counts[1] += 1,
            b';' if !quoted => counts[2] += 1,
            _ => {}
        }
    }
    (counts, quoted)
}

fn of_json(tail: &Tail) -> Ending {
    if tail.ends_a_line() {
        return Ending::Whole;
    }
    let closes = matches!(tail.bytes.trim_ascii_end().last(), Some(b'}' | b']'));
    let mut lines = tail.lines_back();
    let last = lines.next().unwrap_or_default();
    // One order a line: a line that was cut off would be taken for a broken order. Pages are read to their end anyway.
    let is_a_value = |line: &[u8]| serde_json::from_slice::<IgnoredAny>(line).is_ok();
    match lines.next() {
        Some(before) if closes && is_a_value(before) && !is_a_value(last) => Ending::Cut,
        _ if closes => Ending::Whole,
        _ => Ending::Cut,
    }
}

fn closed_by(tail: &Tail, ends: &[&str]) -> Ending {
    let text = tail.bytes.to_ascii_lowercase();
    // Some programs write a comment or white space behind the end.
    let near = text.get(text.len().saturating_sub(512)..).unwrap_or_default();
    let closed = ends.iter().any(|end| memchr::memmem::find(near, end.as_bytes()).is_some());
    if closed { Ending::Whole } else { Ending::Cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: Ending) {
        let found = ending(&Input::Memory(bytes.into())).unwrap();
        assert_eq!(found, expected, "{}", String::from_utf8_lossy(bytes));
    }

    #[test]
    fn a_table_of_text_ends_with_a_line_break_or_at_least_with_a_whole_row() {
        let whole = "주문번호,수량\n20240705-0000001,1\n";
        check(whole.as_bytes(), Ending::Whole);
        check(whole.trim_end().as_bytes(), Ending::Plausible);
        check("주문번호,수량\n20240705-0000".as_bytes(), Ending::Cut);
        check("주문번호,상품\n20240705-0000001,\"a,b".as_bytes(), Ending::Cut);
        check("주문번호,수량\r\n20240705-0000001,1\r\n\0\0\0\0".as_bytes(), Ending::Cut);
        check("메모 한 줄".as_bytes(), Ending::Plausible);
        check(b"", Ending::Cut);
    }

    #[test]
    fn text_of_two_bytes_a_character_is_understood() {
        let utf16 = |text: &str| {
            std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect::<Vec<u8>>()
        };
        check(&utf16("주문번호\t수량\r\n1\t2\r\n"), Ending::Whole);
        check(&utf16("주문번호\t수량\r\n1\t2"), Ending::Plausible);
        let mut half = utf16("주문번호\t수량\r\n1\t2\r\n");
        half.pop();
        check(&half, Ending::Cut);
    }

    #[test]
    fn json_ends_with_a_bracket_and_a_line_of_orders_is_whole() {
        check(br#"{"orders": [{"order_id": "1"}]}"#, Ending::Whole);
        check(br#"{"orders": [{"order_id": "1"#, Ending::Cut);
        check(b"{\"order_id\":\"1\"}\n{\"order_id\":\"2\"}", Ending::Whole);
        check(b"{\"order_id\":\"1\"}\n{\"order_id\":\"2\"", Ending::Cut);
        check(b"{\"order_id\":\"1\"}\n{\"items\":[{\"a\":1}", Ending::Cut);
        check(b"{\n \"orders\": [\n {\"order_id\": \"1\"}\n ]\n}", Ending::Whole);
    }

    #[test]
    fn tables_in_markup_end_with_their_mark() {
        check(b"<html><table><tr><td>1</td></tr></table></html>\n", Ending::Whole);
        check(b"<html><table><tr><td>1</td></tr><tr><td>", Ending::Cut);
        let book = "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n\
                    <Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet></Worksheet>";
        check(book.as_bytes(), Ending::Cut);
        check(format!("{book}</Workbook>").as_bytes(), Ending::Whole);
    }

    /// Every sample and fixture that can be read is whole, and cut off it is not.
    #[test]
    fn real_files_are_whole_and_their_first_parts_are_not() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut cut = 0;
        for folder in ["samples/inbox", "tests/fixtures", "tests/fixtures/libreoffice"] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                let ignored = detect::is_ignored_name(&name).is_some();
                if ignored || path.is_dir() || name.contains("백업") || name == "README.md" {
                    continue;
                }
                let bytes = std::fs::read(&path).unwrap();
                if matches!(detect::detect(&Input::Memory(bytes[..].into())), Ok(Format::Unread(_))) {
                    continue;
                }
                let of = |bytes: &[u8]| ending(&Input::Memory(bytes.into())).unwrap();
                assert_ne!(of(&bytes), Ending::Cut, "{name}");
                let part = bytes.get(..bytes.len() * 3 / 5).unwrap();
                let line_end = matches!(part.last(), Some(b'\n'));
                assert!(of(part) != Ending::Whole || line_end, "{name}, cut off");
                cut += 1;
            }
        }
        assert!(cut > 15, "{cut}");
    }
}
