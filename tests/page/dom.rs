//! The tables of a page, cell by cell, as the browser has them.

use std::collections::BTreeMap;

use html5gum::{Token, Tokenizer};

/// The page's tables by id.
#[derive(Debug, Default)]
pub struct Page {
    pub tables: BTreeMap<String, Table>,
    /// Texts of the figures at the top: name, number, what stands below it; by id.
    pub cards: BTreeMap<String, Vec<String>>,
    pub title: String,
    pub lang: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub caption: String,
    /// Rows of headers and cells, in order.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// The row whose first cell is this.
    pub fn row(&self, name: &str) -> Vec<String> {
        let found = self.rows.iter().find(|row| row.first().is_some_and(|cell| cell == name));
        found.cloned().unwrap_or_else(|| panic!("{} has no row {name}: {:?}", self.caption, self.rows))
    }

    /// The cells of a column, by the text of its header; rows below the header.
    pub fn column(&self, header: &str) -> Vec<String> {
        let head = self.rows.first().expect("a header");
        let at = head.iter().position(|cell| cell == header);
        let at = at.unwrap_or_else(|| panic!("{} has no column {header}: {head:?}", self.caption));
        self.rows.iter().skip(1).map(|row| row.get(at).cloned().unwrap_or_default()).collect()
    }
}

/// A number or amount as the page writes it, in hundredths.
pub fn hundredths(text: &str) -> i128 {
    let plain: String = text.replace('−', "-").replace([',', '+'], "");
    let (whole, rest) = plain.split_once('.').unwrap_or((&plain, "00"));
    let parse = |digits: &str| digits.parse::<i128>().unwrap_or_else(|_| panic!("{text:?} is no number"));
    assert_eq!(rest.len(), 2, "{text:?}");
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    parse(whole) * 100 + sign * parse(rest)
}

pub fn read(html: &str) -> Page {
    let mut page = Page::default();
    let mut path: Vec<String> = Vec::new();
    let (mut table, mut card) = (None::<String>, None::<String>);
    for token in Tokenizer::new(html) {
        match token.expect("tokens never fail") {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                let attribute = |wanted: &str| {
                    let found = tag.attributes.iter().find(|(name, _)| name.as_slice() == wanted.as_bytes());
                    found.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
                };
                match name.as_str() {
                    "html" => page.lang = attribute("lang").unwrap_or_default(),
                    "table" => table = attribute("id"),
                    "div" => {
                        if let Some(id) = attribute("id").filter(|id| id.starts_with("card-")) {
                            card = Some(id);
                        }
                    }
                    "dt" | "strong" | "span" if card.is_some() => {
                        page.cards.entry(card.clone().unwrap_or_default()).or_default().push(String::new());
                    }
                    _ => {}
                }
                if let Some(found) = table.as_ref().map(|id| page.tables.entry(id.clone()).or_default()) {
                    match name.as_str() {
                        "tr" => found.rows.push(Vec::new()),
                        "th" | "td" => found.rows.last_mut().expect("a row").push(String::new()),
                        _ => {}
                    }
                }
                if !tag.self_closing
                    && !matches!(name.as_str(), "meta" | "br" | "col" | "link" | "img" | "rect" | "line")
                {
                    path.push(name);
                }
            }
            Token::EndTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                while let Some(open) = path.pop() {
                    if open == name {
                        break;
                    }
                }
                match name.as_str() {
                    "table" => table = None,
                    "div" => card = None,
                    _ => {}
                }
            }
            Token::String(text) => {
                let text = String::from_utf8_lossy(&text).into_owned();
                let inside = |tag: &str| path.iter().any(|open| open == tag);
                if let Some(found) = table.as_ref().and_then(|id| page.tables.get_mut(id)) {
                    if inside("caption") {
                        found.caption.push_str(&text);
                    } else if let Some(cell) = found.rows.last_mut().and_then(|row| row.last_mut()) {
                        cell.push_str(&text);
                    }
                } else if let Some(texts) = card.as_ref().and_then(|id| page.cards.get_mut(id)) {
                    if let Some(last) = texts.last_mut() {
                        last.push_str(&text);
                    }
                } else if inside("head") && inside("title") {
                    page.title.push_str(&text);
                }
            }
            _ => {}
        }
    }
    page
}
