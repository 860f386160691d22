//! Where a table's cells go, by its header row and the rules of privacy.

use super::policy::Policy;
use crate::core::schema::{ColumnRef, HeaderMap, Kind, Level, Privacy, Schema, Transform};

/// A stored column and the cells that feed it.
#[derive(Clone, Debug)]
pub(super) struct Feed {
    pub(super) at: ColumnRef,
    pub(super) cells: Vec<usize>,
}

/// A cell that may be shown of a row in quarantine.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) cell: usize,
    pub(super) header: String,
    /// It feeds a number or a time: anything else in it slipped there, perhaps out of a person's column.
    pub(super) measures: bool,
}

/// Where a table's cells go, worked out once per header row.
#[derive(Clone, Debug)]
pub struct Layout {
    pub(super) feeds: Vec<Feed>,
    pub(super) order_id: Vec<usize>,
    pub(super) item_code: Vec<usize>,
    pub(super) extracted_at: Vec<usize>,
    /// The table has goods: its rows speak of items, not of orders only.
    pub has_goods: bool,
    /// What may be shown and kept of a row in quarantine.
    pub(super) shown: Vec<Shown>,
    pub(super) hashed: Vec<Feed>,
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
                let measures = kinds.all(Kind::measures);
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
