//! Kinds of text: markup and JSON are recognised by how they begin, everything else is plain text.

use std::borrow::Cow;

use super::Format;

/// Elements an HTML table saved as `.xls` may begin with.
const HTML: &[&str] = &[
    "html", "head", "body", "table", "meta", "style", "div", "title", "link", "script", "form", "center",
    "font", "span", "thead", "tbody", "tr", "p", "br", "h1", "h2", "h3", "b", "base",
];

pub(super) fn of_text(head: &[u8]) -> Format {
    let text = decode(head);
    let text = text.trim_start_matches(|c: char| c == '\u{FEFF}' || c.is_whitespace() || c == '\0');
    match text.as_bytes().first() {
        Some(b'<') => of_markup(text),
        Some(b'[' | b'{') if begins_json(text) => Format::Json,
        _ => Format::Text,
    }
}

/// UTF-16 by its mark; all else byte by byte, for only ASCII is looked at.
fn decode(head: &[u8]) -> Cow<'_, str> {
    let (text, ..) = match encoding_rs::Encoding::for_bom(head) {
        Some((encoding, _)) => encoding.decode(head),
        None => encoding_rs::WINDOWS_1252.decode(head),
    };
    text
}

fn of_markup(text: &str) -> Format {
    let xml = text.starts_with("<?xml");
    let head: String = text.chars().take(4 << 10).collect::<String>().to_ascii_lowercase();
    let element = root_element(&head);
    let local = element.rsplit_once(':').map_or(element, |(_, local)| local);
    if local == "workbook" && head.contains("urn:schemas-microsoft-com:office:spreadsheet") {
        return Format::SpreadsheetMl;
    }
    if HTML.contains(&element) || head.contains("<!doctype html") || head.contains("<table") {
        return Format::Html;
    }
    if element == "office:document" && head.contains("opendocument.spreadsheet") {
        return Format::Unread("flat OpenDocument sheet");
    }
    if xml { Format::Other("XML document") } else { Format::Text }
}

/// The name of the first element after declarations, comments and processing instructions, or "".
fn root_element(mut text: &str) -> &str {
    loop {
        text = text.trim_start();
        let (opening, closing) = match text {
            t if t.starts_with("<!--") => ("<!--", "-->"),
            t if t.starts_with("<?") => ("<?", ">"),
            t if t.starts_with("<!") => ("<!", ">"),
            _ => break,
        };
        let Some((_, rest)) = text.get(opening.len()..).and_then(|t| t.split_once(closing)) else {
            return "";
        };
        text = rest;
    }
    let Some(text) = text.strip_prefix('<') else { return "" };
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, ':' | '_' | '-' | '.')));
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

/// A title such as `[공지] 주문 목록` begins with a bracket too: JSON of ours goes on with an object or ends.
fn begins_json(text: &str) -> bool {
    let mut rest = text.trim_start();
    while let Some(inner) = rest.strip_prefix('[') {
        rest = inner.trim_start();
    }
    if let Some(after) = rest.strip_prefix(']') {
        return after.trim_start_matches([']', ' ', '\t', '\r', '\n', ',']).is_empty();
    }
    let Some(inner) = rest.strip_prefix('{') else { return false };
    let inner = inner.trim_start();
    inner.starts_with(['"', '}']) || inner.is_empty()
}
