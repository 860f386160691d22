//! A row of cells into typed values, or the reason why not (`docs/RULES.md`, Cells; `docs/PRIVACY.md`).
//!
//! Privacy comes first: a column that is not kept is never looked at, so nothing downstream can leak it.

mod cell;
mod held;
mod layout;
mod policy;

use std::borrow::Cow;

use super::batch::{Value, Values};
use super::cell::{Cell, DateSystem};
use super::person::{PersonKey, RecentHashes};
use super::problem::{FindingKind, Reason};
use super::schema::{ColumnRef, Level, Schema};
use super::text;
use super::time;
use super::types::{Instant, ItemCode, KstDateTime, OrderId, PersonHash};
use cell::CellProblem;
use layout::Feed;
pub use layout::Layout;
pub use policy::{Keep, Policy};

/// The name of extraction times in findings, whatever the header was.
pub const EXTRACTED_AT: &str = "_extracted_at";

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
    pub(super) fn order_id(&self, text: &str) -> Option<OrderId> {
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

    /// One level of an API order. An explicit null or blank clears a field where its column allows that. `Err` names the
    /// column whose cell cannot be read.
    pub fn api_level<'c>(
        &self,
        level: Level,
        cells: &[Cell<'c>],
        oddities: &mut Vec<Oddity>,
    ) -> Result<Values<'c>, (Reason, usize)> {
        let speaking = cells.iter().filter(|cell| !matches!(cell, Cell::Blank)).count();
        let mut values = Values::with_room(speaking);
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
}

impl<'c> Room<'c> {
    /// Puts hashes back that the quarantine kept of a mended row: (stored column, hash).
    pub fn restore(&mut self, schema: &Schema, stored: &[(String, String)]) {
        for (column, hash) in stored {
            if let (Some(at), Some(hash)) = (schema.find(column), PersonHash::parse(hash)) {
                self.set(at, Value::Hash(Box::new(hash)));
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
