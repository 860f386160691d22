//! A stored month as the fold sees it, for those who ask and write nothing.

use rusqlite::Connection;

use super::book::{Book, Seen, Standing};
use super::catalogue::files;
use super::month::{MonthFiles, check_numbers};
use super::store::Store;
use super::{Ledger, LedgerError};
use crate::core::batch::Bodies;
use crate::core::fold::Sighting;
use crate::core::schema::Level;

/// What is known of all files: read once, asked for each month.
pub(super) struct AllFiles {
    pub(super) book: Book,
    standing: Standing,
}

impl AllFiles {
    pub(super) fn load(db: &Connection) -> Result<Self, LedgerError> {
        let book = files::book(db)?;
        let standing = book.standing();
        Ok(Self { book, standing })
    }

    pub(super) fn observe(&self, stored: &[Sighting]) -> Seen {
        self.book.observe(&self.standing, stored)
    }
}

impl Ledger {
    /// A month's bodies of items and of orders, which hold all that `seen` points at.
    pub(super) fn bodies(&self, month: &MonthFiles, seen: &Seen) -> Result<(Bodies, Bodies), LedgerError> {
        let load = |level| Store::load(&self.folder, level, &self.schema, month)?.into_bodies();
        let (items, orders) = (load(Level::Item)?, load(Level::Order)?);
        check_numbers(seen, items.len(), orders.len(), &self.folder)?;
        Ok((items, orders))
    }
}
