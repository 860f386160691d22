//! API orders into rows: one an item, each with its order's own fields.

use super::batch::{Value, Values};
use super::cell::Cell;
use super::normalise::{EXTRACTED_AT, Normaliser, Oddity};
use super::problem::{FindingKind, Quarantined, Reason};
use super::rows::{FileRows, Place};
use super::schema::{ColumnRef, Level};
use super::stage::Stage;
use super::text;
use super::time;
use super::types::{Instant, ItemCode, OrderId};

/// Reads API orders into [`FileRows`].
pub struct ApiRows<'s> {
    normaliser: Normaliser<'s>,
    pub rows: FileRows<Stage<'s>>,
    /// Number of the last item.
    row: u32,
}

impl<'s> ApiRows<'s> {
    pub fn new(normaliser: Normaliser<'s>, stage: Stage<'s>) -> Self {
        Self { rows: FileRows::new(stage), normaliser, row: 0 }
    }

    /// Takes an order: its own fields and its items', in the order of the schema's columns.
    pub fn order(&mut self, order: &[Cell<'_>], items: &[Vec<Cell<'_>>], extracted_at: Option<&str>) {
        let first = self.row.saturating_add(1);
        let count = u32::try_from(items.len().max(1)).unwrap_or(u32::MAX);
        self.row = self.row.saturating_add(count);
        let no_item: &[Cell<'_>] = &[];
        let item_cells = |n: usize| items.get(n).map_or(no_item, Vec::as_slice);
        let known = &self.normaliser.schema().known;
        let mut oddities: Vec<Oddity> = Vec::new();
        let told = extracted_at.filter(|t| !text::is_blank(t));
        let time = told.and_then(|t| time::parse_instant(&text::clean(t)).ok());
        if told.is_some() && time.is_none() {
            oddities.push((FindingKind::UnreadableExtra, EXTRACTED_AT.to_owned()));
        }
        let blame = |level, index| Some(ColumnRef { level, index });
        let order_id = self.order_id(order, item_cells(0)).map_err(|reason| (reason, known.order_id));
        let read = order_id.and_then(|order_id| {
            Ok((order_id, self.normaliser.api_level(Level::Order, order, &mut oddities)?))
        });
        let (order_id, mut values) = match read {
            Ok(read) => read,
            Err((reason, column)) => {
                let rows = first..first.saturating_add(count);
                let blame = blame(Level::Order, column);
                return self.quarantine_all(rows, time, (reason, blame), order, items);
            }
        };
        values.set(known.order_id, Value::Text(order_id.as_str().to_owned().into()));
        for (row, n) in (first..).zip(0..count) {
            let place = Place { sheet: 1, row, record: first, time };
            if items.is_empty() {
                self.rows.accept(&order_id, None, &values, place);
                break;
            }
            let cells = item_cells(n as usize);
            match self.item(&order_id, cells, &mut oddities) {
                Ok(item) => self.rows.accept(&order_id, Some(&item), &values, place),
                Err((reason, column)) => {
                    let blame = blame(Level::Item, column);
                    let row = self.normaliser.quarantined_api(row, reason, blame, order, cells);
                    self.rows.quarantine(Quarantined { time, ..row });
                }
            }
        }
        self.rows.odd(first, &order_id, oddities);
    }

    /// Something stood where an order should and was none.
    pub fn broken_order(&mut self) {
        self.row = self.row.saturating_add(1);
        self.rows.quarantine(Quarantined::bare(self.row, Reason::BadJson));
    }

    fn order_id(&self, order: &[Cell<'_>], first_item: &[Cell<'_>]) -> Result<OrderId, Reason> {
        let known = &self.normaliser.schema().known;
        if let Some(id) = text_of(order.get(known.order_id)) {
            return OrderId::parse(&text::clean(id)).map_err(|_| Reason::BadOrderId);
        }
        let code = text_of(first_item.get(known.item_code)).ok_or(Reason::MissingOrderId)?;
        ItemCode::parse(&text::clean(code)).map(|(_, order)| order).map_err(|_| Reason::BadOrderId)
    }

    fn item<'c>(
        &self,
        order_id: &OrderId,
        cells: &[Cell<'c>],
        oddities: &mut Vec<Oddity>,
    ) -> Result<Values<'c>, (Reason, usize)> {
        let code_at = self.normaliser.schema().known.item_code;
        let values = self.normaliser.api_level(Level::Item, cells, oddities)?;
        if let Some(code) = values.text(code_at) {
            match ItemCode::parse(code) {
                Ok((_, order)) if order == *order_id => {}
                _ => return Err((Reason::BadOrderId, code_at)),
            }
        }
        Ok(values)
    }

    fn quarantine_all(
        &mut self,
        rows: std::ops::Range<u32>,
        time: Option<Instant>,
        (reason, blame): (Reason, Option<ColumnRef>),
        order: &[Cell<'_>],
        items: &[Vec<Cell<'_>>],
    ) {
        for (n, row) in rows.enumerate() {
            let item = items.get(n).map_or(&[][..], Vec::as_slice);
            let row = self.normaliser.quarantined_api(row, reason, blame, order, item);
            self.rows.quarantine(Quarantined { time, ..row });
        }
    }
}

fn text_of<'c>(cell: Option<&Cell<'c>>) -> Option<&'c str> {
    match cell {
        Some(Cell::Text(t)) if !text::is_blank(t) => Some(t),
        _ => None,
    }
}
