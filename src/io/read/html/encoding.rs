//! Which encoding an HTML file is in: the header that results, then the bytes, then what the file says of itself.

use std::cmp::Reverse;

use super::emit_tables;
use crate::core::cell::{Cell, Flow, Note, RowSink, Sheet};
use crate::io::read::text::{Encoding, TextSource};

/// Decides, unless a byte order mark did or the head is pure ASCII.
pub(super) fn choose(source: &mut TextSource, header_score: &dyn Fn(&[&str]) -> usize) {
    if source.settled().is_some() || source.head().is_ascii() {
        return;
    }
    let declared = declared(source.head());
    let rank = |encoding: Encoding| {
        let (text, malformed) = source.decode_head(encoding);
        let mut best = BestHeader { score: header_score, best: 0 };
        // Reading from memory does not fail, and a score of what was read before an error would be as good.
        let _ = emit_tables(text.as_bytes(), &mut best);
        (best.best, Reverse(malformed), declared == Some(encoding))
    };
    let encoding =
        if rank(Encoding::Cp949) > rank(Encoding::Utf8) { Encoding::Cp949 } else { Encoding::Utf8 };
    source.settle(encoding);
}

/// The encoding in a `<meta charset=...>` or `<meta content="text/html; charset=...">`.
fn declared(head: &[u8]) -> Option<Encoding> {
    let head = head.get(..head.len().min(4096))?.to_ascii_lowercase();
    let at = memchr::memmem::find(&head, b"charset")?;
    let rest = head.get(at + 7..)?.trim_ascii_start().strip_prefix(b"=")?;
    let rest = rest.trim_ascii_start();
    let rest = rest.strip_prefix(b"\"").or(rest.strip_prefix(b"'")).unwrap_or(rest);
    let end = rest.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"-_".contains(byte));
    let label = rest.get(..end.unwrap_or(rest.len()))?;
    Encoding::of_label(std::str::from_utf8(label).ok()?)
}

/// Keeps the best score of all rows.
struct BestHeader<'a> {
    score: &'a dyn Fn(&[&str]) -> usize,
    best: usize,
}

impl RowSink for BestHeader<'_> {
    fn sheet(&mut self, _: Sheet<'_>) {}

    fn row(&mut self, cells: &[Cell<'_>]) -> Flow {
        let texts: Vec<&str> = cells
            .iter()
            .map(|cell| match cell {
                Cell::Text(text) => *text,
                _ => "",
            })
            .collect();
        self.best = self.best.max((self.score)(&texts));
        Flow::Continue
    }

    fn blank_rows(&mut self, _: u64) -> Flow {
        Flow::Continue
    }

    fn broken_row(&mut self) -> Flow {
        Flow::Continue
    }

    fn note(&mut self, _: Note) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations() {
        let cases: [(&str, Option<Encoding>); 6] = [
            ("<meta charset=euc-kr>", Some(Encoding::Cp949)),
            ("<META CHARSET = 'UTF-8'/>", Some(Encoding::Utf8)),
            (
                "<meta http-equiv=Content-Type content=\"text/html; charset=ks_c_5601-1987\">",
                Some(Encoding::Cp949),
            ),
            ("<meta charset=windows-1252>", None),
            ("<meta charset", None),
            ("<table>", None),
        ];
        for (head, expected) in cases {
            assert_eq!(declared(head.as_bytes()), expected, "{head}");
        }
    }
}
