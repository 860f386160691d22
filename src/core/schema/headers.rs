//! Which header means which column.
//!
//! Headers are compared whole, never by parts: 환불금액 stands inside 실제 환불금액, and (최초) and (최종) are different
//! numbers. White space and the width of characters never count. A pattern speaks only for headers that no exact spelling
//! claims.

use std::collections::{BTreeMap, HashMap, HashSet};

use unicode_normalization::UnicodeNormalization as _;

use super::{ColumnRef, Schema};

/// What headers are compared by: NFKC, without white space, byte order and zero-width marks, ASCII in lower case.
pub(super) fn key(header: &str) -> String {
    let unseen =
        |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}');
    let seen = |chars: &mut dyn Iterator<Item = char>| -> String {
        chars.filter(|c| !unseen(*c)).map(|c| c.to_ascii_lowercase()).collect()
    };
    // Nearly all cells that are asked about are of characters that NFKC leaves as they are.
    let stays = |c: char| c.is_ascii() || ('\u{ac00}'..='\u{d7a3}').contains(&c);
    if header.chars().all(stays) { seen(&mut header.chars()) } else { seen(&mut header.nfkc()) }
}

/// A column that a spelling feeds, and how good the spelling is among that column's (0 is best).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Target {
    column: ColumnRef,
    rank: usize,
}

/// A spelling with `*` for any text.
#[derive(Clone, Debug)]
struct Pattern {
    key: String,
    targets: Vec<Target>,
}

impl Pattern {
    fn literal_len(&self) -> usize {
        self.key.chars().filter(|c| *c != '*').count()
    }

    fn matches(&self, header: &str) -> bool {
        let Some((first, rest)) = self.key.split_once('*') else {
            return self.key == header;
        };
        let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
        let Some(mut left) = header.strip_prefix(first).and_then(|h| h.strip_suffix(last)) else {
            return false;
        };
        for part in middle.split('*') {
            let Some(at) = left.find(part) else {
                return false;
            };
            left = &left[at + part.len()..];
        }
        true
    }
}

/// The compiled dictionary of header spellings.
#[derive(Clone, Debug, Default)]
pub(super) struct Dictionary {
    exact: HashMap<String, Vec<Target>>,
    /// The one with the most literal text first.
    patterns: Vec<Pattern>,
    /// How many spellings each column has.
    counts: HashMap<ColumnRef, usize>,
    extracted_at: HashMap<String, usize>,
    ignored: HashSet<String>,
}

/// What one header means.
enum Meaning<'a> {
    Blank,
    ExtractedAt(usize),
    Columns(&'a [Target]),
    Ignored,
    Unknown,
}

impl Dictionary {
    /// Columns that the spelling feeds already.
    pub(super) fn claimed_by(&self, header: &str) -> impl Iterator<Item = ColumnRef> {
        let key = key(header);
        let patterns = self.patterns.iter().filter(|p| p.key == key).flat_map(|p| &p.targets);
        let exact = self.exact.get(&key).into_iter().flatten();
        exact.chain(patterns).map(|target| target.column).collect::<Vec<_>>().into_iter()
    }

    /// Whether the spelling has any meaning yet.
    pub(super) fn is_taken(&self, header: &str) -> bool {
        let key = key(header);
        self.exact.contains_key(&key)
            || self.extracted_at.contains_key(&key)
            || self.ignored.contains(&key)
            || self.patterns.iter().any(|p| p.key == key)
    }

    /// Adds a spelling of a column. Later ones are worse; one that the column has already changes nothing.
    pub(super) fn add(&mut self, header: &str, column: ColumnRef) {
        let key = key(header);
        if self.claimed_by(header).any(|claimed| claimed == column) {
            return;
        }
        let count = self.counts.entry(column).or_default();
        let target = Target { column, rank: *count };
        *count += 1;
        if !key.contains('*') {
            self.exact.entry(key).or_default().push(target);
        } else if let Some(pattern) = self.patterns.iter_mut().find(|p| p.key == key) {
            pattern.targets.push(target);
        } else {
            self.patterns.push(Pattern { key, targets: vec![target] });
            self.patterns.sort_by_key(|p| std::cmp::Reverse(p.literal_len()));
        }
    }

    pub(super) fn add_extracted_at(&mut self, header: &str) {
        let rank = self.extracted_at.len();
        let key = key(header);
        self.ignored.remove(&key);
        self.extracted_at.entry(key).or_insert(rank);
    }

    pub(super) fn add_ignored(&mut self, header: &str) {
        self.ignored.insert(key(header));
    }

    fn meaning(&self, header: &str) -> Meaning<'_> {
        let key = key(header);
        if key.is_empty() {
            Meaning::Blank
        } else if let Some(rank) = self.extracted_at.get(&key) {
            Meaning::ExtractedAt(*rank)
        } else if let Some(targets) = self.exact.get(&key) {
            Meaning::Columns(targets)
        } else if self.ignored.contains(&key) {
            Meaning::Ignored
        } else if let Some(pattern) = self.patterns.iter().find(|p| p.matches(&key)) {
            Meaning::Columns(&pattern.targets)
        } else {
            Meaning::Unknown
        }
    }
}

/// One column and the cells that feed it, best first: a blank cell falls through to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedColumn {
    pub column: ColumnRef,
    pub cells: Vec<usize>,
}

/// What a header row means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderMap {
    /// Sorted by column.
    pub columns: Vec<MappedColumn>,
    /// Cells that say when the row was extracted, best first (`_extracted_at`, ... or configured).
    pub extracted_at: Vec<usize>,
    /// Headers that mean no column, with their cell.
    pub unknown: Vec<(usize, String)>,
    /// Headers that are known and deliberately feed nothing (`order_day`).
    pub ignored: Vec<(usize, String)>,
    /// How many cells the header row has, trailing blanks left out.
    pub width: usize,
}

impl HeaderMap {
    /// Whether any header feeds the column.
    pub fn has(&self, column: ColumnRef) -> bool {
        self.columns.iter().any(|mapped| mapped.column == column)
    }

    /// Whether the rows tell which goods they are about. A table whose rows do not has one row an order.
    pub fn has_goods(&self, schema: &Schema) -> bool {
        schema.goods.iter().any(|column| self.has(*column))
    }
}

impl Schema {
    /// Maps a header row. Never fails: whether it *is* a header row is [`Schema::header_score`]'s question.
    pub fn map_headers(&self, cells: &[&str]) -> HeaderMap {
        let mut map = HeaderMap::default();
        let mut columns: BTreeMap<ColumnRef, Vec<(usize, usize)>> = BTreeMap::new();
        let mut extracted_at = Vec::new();
        for (cell, header) in cells.iter().enumerate() {
            match self.headers.meaning(header) {
                Meaning::Blank => continue,
                Meaning::ExtractedAt(rank) => extracted_at.push((rank, cell)),
                Meaning::Columns(targets) => {
                    for target in targets {
                        columns.entry(target.column).or_default().push((target.rank, cell));
                    }
                }
                Meaning::Ignored => map.ignored.push((cell, header.trim().to_owned())),
                Meaning::Unknown => map.unknown.push((cell, header.trim().to_owned())),
            }
            map.width = cell + 1;
        }
        let best_first = |mut ranked: Vec<(usize, usize)>| {
            ranked.sort_unstable();
            ranked.into_iter().map(|(_, cell)| cell).collect::<Vec<_>>()
        };
        map.extracted_at = best_first(extracted_at);
        map.columns = columns
            .into_iter()
            .map(|(column, cells)| MappedColumn { column, cells: best_first(cells) })
            .collect();
        map
    }

    /// How many of the cells are known headers; 0 unless an order id or an item code is among them.
    pub fn header_score(&self, cells: &[&str]) -> usize {
        let (mut score, mut has_key) = (0, false);
        for header in cells {
            match self.headers.meaning(header) {
                Meaning::Columns(targets) => {
                    score += 1;
                    has_key |= targets.iter().any(|target| self.is_key(target.column));
                }
                Meaning::ExtractedAt(_) => score += 1,
                Meaning::Blank | Meaning::Ignored | Meaning::Unknown => {}
            }
        }
        if has_key { score } else { 0 }
    }

    /// Whether one cell's text is a known header.
    pub fn knows_header(&self, cell: &str) -> bool {
        matches!(self.headers.meaning(cell), Meaning::Columns(_) | Meaning::ExtractedAt(_))
    }

    fn is_key(&self, column: ColumnRef) -> bool {
        let known = &self.known;
        column == ColumnRef { level: super::Level::Order, index: known.order_id }
            || column == ColumnRef { level: super::Level::Item, index: known.item_code }
    }
}

#[cfg(test)]
mod tests;
