//! The one spelling of cells and texts that almost all files have almost everywhere, taken in a single pass. `None` says
//! nothing about the XML: the cursor looks at it then, tag by tag.

use super::scalar;

/// A cell without formula, reference or anything else to think about.
#[derive(Debug, PartialEq)]
pub(super) struct Cell<'b> {
    /// Row and column, if it tells them.
    pub(super) place: Option<(u32, u32)>,
    pub(super) style: Option<usize>,
    /// The raw `t`.
    pub(super) kind: Option<&'static [u8]>,
    pub(super) content: Content<'b>,
    /// Bytes of it.
    pub(super) length: usize,
}

#[derive(Debug, PartialEq)]
pub(super) enum Content<'b> {
    None,
    /// What stands in `<v>`.
    Value(&'b str),
    /// The text in `<is>`.
    Text(&'b str),
}

const KINDS: [(&[u8], &[u8]); 6] = [
    (b"s\"", b"s"),
    (b"inlineStr\"", b"inlineStr"),
    (b"n\"", b"n"),
    (b"str\"", b"str"),
    (b"b\"", b"b"),
    (b"e\"", b"e"),
];

/// `<c r="A1" s="1" t="s"><v>0</v></c>` and its like, at the beginning of `text`.
pub(super) fn cell(text: &str) -> Option<Cell<'_>> {
    let mut rest = text.as_bytes().strip_prefix(b"<c")?;
    let (mut place, mut style, mut kind) = (None, None, None);
    loop {
        rest = match rest {
            [b' ', b'r', b'=', b'"', rest @ ..] if place.is_none() => {
                let (found, rest) = scalar::leading_place(rest)?;
                place = Some(found);
                rest.strip_prefix(b"\"")?
            }
            [b' ', b's', b'=', b'"', rest @ ..] if style.is_none() => {
                let (number, rest) = split(rest, b'"')?;
                style = Some(scalar::index(number)?);
                rest
            }
            [b' ', b't', b'=', b'"', rest @ ..] if kind.is_none() => {
                let (name, rest) =
                    KINDS.iter().find_map(|(token, name)| Some((*name, rest.strip_prefix(*token)?)))?;
                kind = Some(name);
                rest
            }
            [b'>', rest @ ..] => {
                let (content, left) = content(text, rest)?;
                return Some(Cell { place, style, kind, content, length: text.len() - left });
            }
            [b'/', b'>', rest @ ..] => {
                let length = text.len() - rest.len();
                return Some(Cell { place, style, kind, content: Content::None, length });
            }
            _ => return None,
        }
    }
}

/// What a cell holds and how many bytes of `text` are behind it, from its `rest` on.
fn content<'b>(text: &'b str, rest: &[u8]) -> Option<(Content<'b>, usize)> {
    if let Some(value) = rest.strip_prefix(b"<v>") {
        let (value, left) = up_to_tag(text, value)?;
        return Some((Content::Value(value), left.strip_prefix(b"</v></c>")?.len()));
    }
    let (value, left) = run(text, rest.strip_prefix(b"<is>")?)?;
    Some((Content::Text(value), left.strip_prefix(b"</is></c>")?.len()))
}

/// A shared text of one run, at the beginning of `text`, and its length in bytes.
pub(super) fn item(text: &str) -> Option<(&str, usize)> {
    let (value, left) = run(text, text.as_bytes().strip_prefix(b"<si>")?)?;
    Some((value, text.len() - left.strip_prefix(b"</si>")?.len()))
}

/// `<t>text</t>` and what is behind it.
fn run<'t, 'b>(text: &'b str, rest: &'t [u8]) -> Option<(&'b str, &'t [u8])> {
    let rest = rest.strip_prefix(b"<t")?;
    let (trimmed, rest) = match rest.strip_prefix(b">") {
        Some(rest) => (true, rest),
        None => (false, rest.strip_prefix(b" xml:space=\"preserve\">")?),
    };
    let (value, left) = up_to_tag(text, rest)?;
    let is_edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_whitespace);
    if trimmed && (is_edge(value.as_bytes().first()) || is_edge(value.as_bytes().last())) {
        return None;
    }
    Some((value, left.strip_prefix(b"</t>")?))
}

/// Characters that stand for themselves.
fn up_to_tag<'t, 'b>(text: &'b str, rest: &'t [u8]) -> Option<(&'b str, &'t [u8])> {
    let length = rest.iter().position(|byte| matches!(byte, b'<' | b'&' | b'\r'))?;
    let (value, left) = rest.split_at_checked(length)?;
    if left.first() != Some(&b'<') || value.windows(2).any(|pair| pair == b"_x") {
        return None;
    }
    let start = text.len() - rest.len();
    Some((text.get(start..start + length)?, left))
}

fn split(bytes: &[u8], end: u8) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|byte| *byte == end)?;
    Some((bytes.get(..at)?, bytes.get(at + 1..)?))
}
