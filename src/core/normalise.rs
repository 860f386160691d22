//! A row of cells into typed values, or the reason why not (`docs/RULES.md`, Cells; `docs/PRIVACY.md`).
//!
//! Privacy comes first: a column that is not kept is never looked at, so nothing downstream can leak it.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

use super::batch::{Value, Values};
use super::cell::{Cell, DateSystem};
use super::number;
use super::person::{self, PersonKey, RecentHashes};
use super::problem::{FindingKind, Quarantined, Reason};
use super::schema::{Column, ColumnRef, HeaderMap, Kind, Level, Privacy, Schema, Transform};
use super::text;
use super::time;
use super::types::{Instant, ItemCode, KstDateTime, OrderId, Precision};

/// What happens to a class of personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Never read.
    Drop,
    /// Only as a keyed hash.
    Hash,
    /// Stored as it is.
    Keep,
}

/// The rules of privacy in force. The default stores nothing personal.
#[derive(Clone, Debug)]
pub struct Policy {
    pub name: Keep,
    pub address: Keep,
    pub free_text: Keep,
    pub phone: Keep,
    pub email: Keep,
    pub identity: Keep,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            name: Keep::Drop,
            address: Keep::Drop,
            free_text: Keep::Drop,
            phone: Keep::Hash,
            email: Keep::Hash,
            identity: Keep::Drop,
        }
    }
}

impl Policy {
    fn of(&self, class: Privacy) -> Keep {
        match class {
            Privacy::Public => Keep::Keep,
            Privacy::Name => self.name,
            Privacy::Address => self.address,
            Privacy::FreeText => self.free_text,
            Privacy::Phone => self.phone,
            Privacy::Email => self.email,
            Privacy::Identity => self.identity,
        }
    }

    /// Whether a column may be filled.
    pub fn stores(&self, column: &Column) -> bool {
        match column.transform {
            Transform::PhoneHash | Transform::EmailHash => self.of(column.privacy) != Keep::Drop,
            _ => self.of(column.privacy) == Keep::Keep,
        }
    }
}

/// A stored column and the cells that feed it.
#[derive(Clone, Debug)]
struct Feed {
    at: ColumnRef,
    cells: Vec<usize>,
}

/// A cell that may be shown of a row in quarantine.
#[derive(Clone, Debug)]
struct Shown {
    cell: usize,
    header: String,
    /// It feeds a number or a time: anything else in it slipped there, perhaps out of a person's column.
    measures: bool,
}

/// Where a table's cells go, worked out once per header row.
#[derive(Clone, Debug)]
pub struct Layout {
    feeds: Vec<Feed>,
    order_id: Vec<usize>,
    item_code: Vec<usize>,
    extracted_at: Vec<usize>,
    /// The table has goods: its rows speak of items, not of orders only.
    pub has_goods: bool,
    /// What may be shown and kept of a row in quarantine.
    shown: Vec<Shown>,
    hashed: Vec<Feed>,
}

impl Layout {
    /// `headers` are the header row's texts by cell.
    pub fn new(schema: &Schema, policy: &Policy, map: &HeaderMap, headers: &[&str]) -> Self {
        let known = &schema.known;
        let cells_of = |level, index| {
            let at = ColumnRef { level, index };
            map.columns.iter().find(|m| m.column == at).map(|m| m.cells.clone()).unwrap_or_default()
        };
        let keys = [
            ColumnRef { level: Level::Order, index: known.order_id },
            ColumnRef { level: Level::Item, index: known.item_code },
        ];
        let feeds: Vec<Feed> = map
            .columns
            .iter()
            .filter(|m| policy.stores(schema.column(m.column)) && !keys.contains(&m.column))
            .map(|m| Feed { at: m.column, cells: m.cells.clone() })
            .collect();
        let personal = |cell: usize| {
            map.columns
                .iter()
                .any(|m| m.cells.contains(&cell) && schema.column(m.column).privacy != Privacy::Public)
        };
        let shown = headers
            .iter()
            .enumerate()
            .filter(|(cell, _)| {
                let fed = map
                    .columns
                    .iter()
                    .any(|m| m.cells.contains(cell) && schema.column(m.column).may_be_shown());
                fed && !personal(*cell)
            })
            .map(|(cell, header)| {
                let fed = map.columns.iter().filter(|m| m.cells.contains(&cell));
                let mut kinds = fed.map(|m| schema.column(m.column).kind);
                let measures = kinds.all(|kind| !matches!(kind, Kind::Text | Kind::Id));
                Shown { cell, header: (*header).to_owned(), measures }
            })
            .collect();
        let hashed = feeds
            .iter()
            .filter(|f| matches!(schema.column(f.at).transform, Transform::PhoneHash | Transform::EmailHash))
            .cloned()
            .collect();
        Self {
            feeds,
            order_id: cells_of(Level::Order, known.order_id),
            item_code: cells_of(Level::Item, known.item_code),
            extracted_at: map.extracted_at.clone(),
            has_goods: map.has_goods(schema),
            shown,
            hashed,
        }
    }

    /// The cells that name the order, best first.
    pub fn id_cells(&self) -> impl Iterator<Item = usize> + '_ {
        self.order_id.iter().chain(&self.item_code).copied()
    }
}

/// The name of extraction times in findings, whatever the header was.
pub const EXTRACTED_AT: &str = "_extracted_at";

/// Stands in the quarantine for what may be a person's value in a column of numbers or times. It is no number either, so
/// that nobody drops the row again by mistake.
const UNSHOWN: &str = "?";

/// What is odd about a cell though the row is good: the kind and the column.
pub type Oddity = (FindingKind, String);

/// Turns cells into values by the schema, the policy and the secret of the hashes.
pub struct Normaliser<'s> {
    schema: &'s Schema,
    policy: &'s Policy,
    key: &'s PersonKey,
    hashes: RecentHashes,
    pub dates: DateSystem,
}

/// Room for one row's values. Its memory serves row after row.
#[derive(Default)]
pub struct Room<'c> {
    pub item: Values<'c>,
    pub order: Values<'c>,
    pub oddities: Vec<Oddity>,
    pub extracted_at: Option<Instant>,
}

/// Why one cell cannot be a value of its column.
enum CellProblem {
    Reason(Reason),
    Odd(FindingKind),
}

impl<'s> Normaliser<'s> {
    pub fn new(schema: &'s Schema, policy: &'s Policy, key: &'s PersonKey) -> Self {
        Self { schema, policy, key, hashes: RecentHashes::default(), dates: DateSystem::default() }
    }

    pub fn schema(&self) -> &'s Schema {
        self.schema
    }

    pub fn policy(&self) -> &'s Policy {
        self.policy
    }

    /// Reads a table's row. The values lie in `room` afterwards, which comes empty.
    pub fn row<'c>(
        &self,
        layout: &Layout,
        cells: &[Cell<'c>],
        room: &mut Room<'c>,
    ) -> Result<OrderId, (Reason, Option<ColumnRef>, Option<usize>)> {
        let known = &self.schema.known;
        let order_at = ColumnRef { level: Level::Order, index: known.order_id };
        let code_at = ColumnRef { level: Level::Item, index: known.item_code };
        let (order_text, order_cell) = self.first_word(order_at, &layout.order_id, cells, room);
        let (code_text, code_cell) = self.first_word(code_at, &layout.item_code, cells, room);
        let order_id = match (&order_text, &code_text) {
            (None, None) => return Err((Reason::MissingOrderId, Some(order_at), None)),
            (Some(order), None) => {
                self.order_id(order).ok_or((Reason::BadOrderId, Some(order_at), order_cell))?
            }
            (order, Some(code)) => {
                let (_, named) =
                    ItemCode::parse(code).map_err(|_| (Reason::BadOrderId, Some(code_at), code_cell))?;
                match order {
                    None => named,
                    Some(order) => match self.order_id(order) {
                        Some(order) if order == named => order,
                        _ => return Err((Reason::BadOrderId, Some(order_at), order_cell)),
                    },
                }
            }
        };
        if let Some(code) = code_text {
            room.item.set(known.item_code, Value::Text(code));
        }
        let order_text = order_text.unwrap_or_else(|| Cow::Owned(order_id.as_str().to_owned()));
        room.order.set(known.order_id, Value::Text(order_text));
        for feed in &layout.feeds {
            self.feed(feed, cells, room).map_err(|(reason, cell)| (reason, Some(feed.at), Some(cell)))?;
        }
        let (time, unreadable) = self.extracted_at(layout, cells);
        room.extracted_at = time;
        let odd = std::iter::repeat_n((FindingKind::UnreadableExtra, EXTRACTED_AT.to_owned()), unreadable);
        room.oddities.extend(odd);
        Ok(order_id)
    }

    /// An order id, unless it is a word that heads a sum.
    fn order_id(&self, text: &str) -> Option<OrderId> {
        if self.schema.is_total_word(text) { None } else { OrderId::parse(text).ok() }
    }

    /// The first of the cells that speaks, as an identifier.
    fn first_word<'c>(
        &self,
        at: ColumnRef,
        from: &[usize],
        cells: &[Cell<'c>],
        room: &mut Room<'c>,
    ) -> (Option<Cow<'c, str>>, Option<usize>) {
        for &i in from {
            let Some(cell) = cells.get(i) else { continue };
            match self.value(self.schema.column(at), cell) {
                Ok(Some(Value::Text(text))) => return (Some(text), Some(i)),
                Err(CellProblem::Odd(kind)) => {
                    room.oddities.push((kind, self.schema.column(at).name.clone()));
                }
                // An id column is text, and text is never unreadable.
                Ok(_) | Err(CellProblem::Reason(_)) => {}
            }
        }
        (None, None)
    }

    fn feed<'c>(&self, feed: &Feed, cells: &[Cell<'c>], room: &mut Room<'c>) -> Result<(), (Reason, usize)> {
        let column = self.schema.column(feed.at);
        for &i in &feed.cells {
            let Some(cell) = cells.get(i) else { continue };
            match self.value(column, cell) {
                Ok(None) => {}
                Ok(Some(value)) => {
                    room.set(feed.at, value);
                    break;
                }
                Err(CellProblem::Odd(kind)) => room.oddities.push((kind, column.name.clone())),
                Err(CellProblem::Reason(reason)) if column.strict => return Err((reason, i)),
                Err(CellProblem::Reason(_)) => {
                    room.oddities.push((FindingKind::UnreadableExtra, column.name.clone()));
                }
            }
        }
        Ok(())
    }

    /// The row's own extraction time, and how many cells that should tell it cannot be read.
    fn extracted_at(&self, layout: &Layout, cells: &[Cell<'_>]) -> (Option<Instant>, usize) {
        let mut unreadable = 0;
        for cell in layout.extracted_at.iter().filter_map(|&i| cells.get(i)) {
            let time = match cell {
                Cell::Text(t) if text::is_blank(t) => continue,
                Cell::Text(t) => time::parse_instant(&text::clean(t)).ok(),
                Cell::Number(n) => time::time_from_number(*n, self.dates).ok().map(KstDateTime::instant),
                Cell::DateSerial(n) => time::time_from_serial(*n, self.dates).ok().map(KstDateTime::instant),
                _ => continue,
            };
            if time.is_some() {
                return (time, unreadable);
            }
            unreadable += 1;
        }
        (None, unreadable)
    }

    /// One cell as a value of its column; `None` where it does not speak.
    fn value<'c>(&self, column: &Column, cell: &Cell<'c>) -> Result<Option<Value<'c>>, CellProblem> {
        let text = match *cell {
            Cell::Blank | Cell::Null => return Ok(None),
            Cell::Text(raw) => {
                if let Some(value) = plain_value(column, raw) {
                    return Ok(Some(value));
                }
                let clean = text::clean(raw);
                if text::is_blank(&clean) {
                    return Ok(None);
                }
                clean
            }
            Cell::Number(n) => match column.kind {
                Kind::Int => {
                    return number::int_from_f64(n).map(|n| Some(Value::Int(n))).map_err(|_| bad_number());
                }
                Kind::Money => {
                    return number::money_from_f64(n)
                        .map(|m| Some(Value::Money(m)))
                        .map_err(|_| bad_number());
                }
                Kind::Time => {
                    return time::time_from_number(n, self.dates)
                        .map(|t| Some(Value::Time(t)))
                        .map_err(|_| bad_date());
                }
                Kind::Id if n.abs() > EXACT_UP_TO => return Err(CellProblem::Odd(FindingKind::DamagedId)),
                Kind::Text | Kind::Id => Cow::Owned(text::number_as_text(n)),
            },
            Cell::DateSerial(n) => match column.kind {
                Kind::Int | Kind::Money => return Err(bad_number()),
                Kind::Time => {
                    return time::time_from_serial(n, self.dates)
                        .map(|t| Some(Value::Time(t)))
                        .map_err(|_| bad_date());
                }
                Kind::Text | Kind::Id => Cow::Owned(self.serial_as_text(n)),
            },
            Cell::Bool(b) => Cow::Borrowed(if b { "T" } else { "F" }),
            Cell::Error(_) | Cell::Undecodable => {
                return Err(match column.kind {
                    Kind::Text | Kind::Id => CellProblem::Odd(FindingKind::UnreadableExtra),
                    Kind::Int | Kind::Money => bad_number(),
                    Kind::Time => bad_date(),
                });
            }
        };
        self.text_value(column, text)
    }

    fn text_value<'c>(&self, column: &Column, text: Cow<'c, str>) -> Result<Option<Value<'c>>, CellProblem> {
        let optional = |text: Option<String>| text.map(|t| Value::Text(Cow::Owned(t)));
        match column.transform {
            Transform::Plain => {}
            Transform::PhoneHash => return Ok(optional(self.hashes.phone(self.key, &text))),
            Transform::EmailHash => return Ok(optional(self.hashes.email(self.key, &text))),
            Transform::Region => return Ok(optional(person::region(&text))),
            Transform::LastOfList => {
                let last = text.rsplit(',').next().unwrap_or_default();
                return number::parse_int(last).map(|n| Some(Value::Int(n))).map_err(|_| bad_number());
            }
        }
        match column.kind {
            Kind::Int => number::parse_int(&text).map(|n| Some(Value::Int(n))).map_err(|_| bad_number()),
            Kind::Money => {
                number::parse_money(&text).map(|m| Some(Value::Money(m))).map_err(|_| bad_number())
            }
            Kind::Time => time::parse_time(&text).map(|t| Some(Value::Time(t))).map_err(|_| bad_date()),
            Kind::Id if text::is_e_notation(&text) => Err(CellProblem::Odd(FindingKind::DamagedId)),
            Kind::Id => Ok(Some(Value::Text(named_value(column, without_apostrophe(text))))),
            Kind::Text => Ok(Some(Value::Text(named_value(column, text)))),
        }
    }

    /// What may be shown and kept of a row that goes to the quarantine.
    pub fn quarantined(
        &self,
        layout: &Layout,
        cells: &[Cell<'_>],
        row: u32,
        (reason, column, cell): (Reason, Option<ColumnRef>, Option<usize>),
    ) -> Quarantined {
        let shown = |i: usize| cells.get(i).and_then(|c| self.cell_text(c)).map(Cow::into_owned);
        let column = column.map(|at| self.schema.column(at));
        let value = cell
            .filter(|_| column.is_some_and(Column::may_be_shown))
            .and_then(shown)
            .filter(|text| is_impersonal(text));
        let mut hashes = Vec::new();
        for feed in &layout.hashed {
            let about = self.schema.column(feed.at);
            let hash = feed.cells.iter().filter_map(|&i| cells.get(i)).find_map(|cell| {
                match self.value(about, cell) {
                    Ok(Some(Value::Text(hash))) => Some(hash.into_owned()),
                    _ => None,
                }
            });
            hashes.extend(hash.map(|hash| (about.name.clone(), hash)));
        }
        Quarantined {
            row,
            reason,
            column: column.map(|c| c.name.clone()),
            value,
            cells: layout
                .shown
                .iter()
                .map(|at| {
                    let text = shown(at.cell).unwrap_or_default();
                    let kept = !at.measures || is_impersonal(&text);
                    (at.header.clone(), if kept { text } else { UNSHOWN.to_owned() })
                })
                .collect(),
            hashes,
            time: self.extracted_at(layout, cells).0,
        }
    }

    /// A cell as text, for the quarantine.
    fn cell_text<'c>(&self, cell: &Cell<'c>) -> Option<Cow<'c, str>> {
        match *cell {
            Cell::Text(t) => Some(Cow::Borrowed(t)),
            Cell::Number(n) => Some(Cow::Owned(text::number_as_text(n))),
            Cell::DateSerial(n) => Some(Cow::Owned(self.serial_as_text(n))),
            Cell::Bool(b) => Some(Cow::Borrowed(if b { "TRUE" } else { "FALSE" })),
            Cell::Error(e) => Some(Cow::Borrowed(e)),
            Cell::Blank | Cell::Null | Cell::Undecodable => None,
        }
    }

    /// A date cell where text is wanted: `2026-01-02`, with the time where it has one.
    fn serial_as_text(&self, serial: f64) -> String {
        match time::time_from_serial(serial, self.dates) {
            Ok(time) if time.precision == Precision::Day => time.day().to_string(),
            Ok(time) => time.to_string(),
            Err(_) => text::number_as_text(serial),
        }
    }

    /// One level of an API order. An explicit null or blank clears a field where its column allows that. `Err` names the
    /// column whose cell cannot be read.
    pub fn api_level<'c>(
        &self,
        level: Level,
        cells: &[Cell<'c>],
        oddities: &mut Vec<Oddity>,
    ) -> Result<Values<'c>, (Reason, usize)> {
        let mut values = Values::default();
        for (i, (column, cell)) in self.schema.level(level).iter().zip(cells).enumerate() {
            let blank = match cell {
                Cell::Blank => continue,
                Cell::Null => true,
                Cell::Text(raw) => text::is_blank(raw),
                _ => false,
            };
            if !self.policy.stores(column) {
                continue;
            }
            if blank {
                if column.clearable {
                    values.set(i, Value::Clear);
                }
                continue;
            }
            match self.value(column, cell) {
                Ok(Some(value)) => values.set(i, value),
                Ok(None) => {}
                Err(CellProblem::Reason(reason)) if column.strict => return Err((reason, i)),
                Err(CellProblem::Reason(_)) => {
                    oddities.push((FindingKind::UnreadableExtra, column.name.clone()));
                }
                Err(CellProblem::Odd(kind)) => oddities.push((kind, column.name.clone())),
            }
        }
        Ok(values)
    }

    /// A quarantined item of an API order: its public fields by column name.
    pub fn quarantined_api(
        &self,
        row: u32,
        reason: Reason,
        blame: Option<ColumnRef>,
        order: &[Cell<'_>],
        item: &[Cell<'_>],
    ) -> Quarantined {
        let cells_of = |level| match level {
            Level::Order => order,
            Level::Item => item,
        };
        let value = blame
            .filter(|at| self.schema.column(*at).may_be_shown())
            .and_then(|at| cells_of(at.level).get(at.index))
            .and_then(|c| self.cell_text(c))
            .filter(|text| is_impersonal(text))
            .map(Cow::into_owned);
        let mut quarantined = Quarantined {
            column: blame.map(|at| self.schema.column(at).name.clone()),
            value,
            ..Quarantined::bare(row, reason)
        };
        for level in [Level::Order, Level::Item] {
            for (column, cell) in self.schema.level(level).iter().zip(cells_of(level)) {
                if column.may_be_shown() {
                    let text = self.cell_text(cell).map(|t| (column.name.clone(), t.into_owned()));
                    quarantined.cells.extend(text);
                } else if matches!(column.transform, Transform::PhoneHash | Transform::EmailHash)
                    && self.policy.stores(column)
                    && let Ok(Some(Value::Text(hash))) = self.value(column, cell)
                {
                    quarantined.hashes.push((column.name.clone(), hash.into_owned()));
                }
            }
        }
        quarantined
    }
}

impl<'c> Room<'c> {
    /// Puts hashes back that the quarantine kept of a mended row: (stored column, hash).
    pub fn restore(&mut self, schema: &Schema, stored: &'c [(String, String)]) {
        for (column, hash) in stored {
            if let Some(at) = schema.find(column) {
                self.set(at, Value::Text(Cow::Borrowed(hash)));
            }
        }
    }

    /// The memory of it, for another row.
    pub fn recycle<'b>(mut self) -> Room<'b> {
        self.oddities.clear();
        Room {
            item: self.item.recycle(),
            order: self.order.recycle(),
            oddities: self.oddities,
            extracted_at: None,
        }
    }

    fn set(&mut self, at: ColumnRef, value: Value<'c>) {
        match at.level {
            Level::Item => self.item.set(at.index, value),
            Level::Order => self.order.set(at.index, value),
        }
    }
}

/// The numbers and times of nearly all cells, which need no cleaning to be read.
fn plain_value<'c>(column: &Column, raw: &str) -> Option<Value<'c>> {
    if column.transform != Transform::Plain {
        return None;
    }
    match column.kind {
        Kind::Int => number::plain_int(raw.as_bytes()).map(Value::Int),
        Kind::Money => number::plain_money(raw.as_bytes()).map(Value::Money),
        Kind::Time => time::plain(raw.as_bytes())?.ok().map(Value::Time),
        Kind::Text | Kind::Id => None,
    }
}

/// Whole numbers beyond this (2^53) lose digits in a workbook's cell: such an id is not the one that was meant.
const EXACT_UP_TO: f64 = 9_007_199_254_740_992.0;

/// An apostrophe before an id only kept a spreadsheet from reading a number.
fn without_apostrophe(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.strip_prefix('\'').unwrap_or(text)),
        Cow::Owned(text) => match text.strip_prefix('\'') {
            Some(rest) => Cow::Owned(rest.to_owned()),
            None => Cow::Owned(text),
        },
    }
}

fn bad_number() -> CellProblem {
    CellProblem::Reason(Reason::BadNumber)
}

fn bad_date() -> CellProblem {
    CellProblem::Reason(Reason::BadDate)
}

/// A label with a fixed meaning becomes its value: 취소안함 is F.
fn named_value<'c>(column: &Column, text: Cow<'c, str>) -> Cow<'c, str> {
    if column.values.is_empty() {
        return text;
    }
    let is_label =
        |known: &str| known == text || known.chars().eq(text.chars().filter(|c| !c.is_whitespace()));
    match column.values.iter().find(|(known, _)| is_label(known)) {
        Some((_, value)) => Cow::Owned(value.clone()),
        None => text,
    }
}

/// Whether a value that was found where a number, a date or an id should be can be shown: in a row that slipped by one
/// cell it may be a name or a telephone number. Full-width digits are digits, and what says nothing says nothing of anyone.
fn is_impersonal(text: &str) -> bool {
    const WORDS: &str = "개원년월일시분초건점오전후APMETZ합계총소";
    if text::is_blank(text) {
        return true;
    }
    let text: String = text.nfkc().collect();
    let plain = text.chars().count() <= 40
        && text.chars().all(|c| {
            c.is_ascii_digit() || c.is_whitespace() || ".,:/+-()₩￦\\_#".contains(c) || WORDS.contains(c)
        });
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let like_phone = (8..=14).contains(&digits.len())
        && (digits.starts_with('0') || digits.starts_with("82") || digits.starts_with("10"));
    plain && !like_phone
}
