//! Who looked at which order when: every observation without its values.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use arrow::array::AsArray as _;
use arrow::datatypes::{Date32Type, Int64Type};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use rusqlite::Connection;

use super::catalogue::{files, months};
use super::month::MonthFiles;
use super::partition::Partition;
use super::store::Store;
use super::stored::AllFiles;
use super::{FileRecord, Ledger, LedgerError, columnar};
use crate::core::batch::BodiesView;
use crate::core::schema::Level;
use crate::core::tables::Table;
use crate::core::types::{Day, FileHash, Instant};

/// A current order and every look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderLooks {
    pub mall_id: String,
    pub shop_no: i64,
    /// `None` where no source tells it.
    pub day: Option<Day>,
    /// Current items.
    pub items: u64,
    /// Number of the file in [`Looks::files`], and the moment it speaks of.
    pub looks: BTreeSet<(u32, Instant)>,
}

/// All orders and all looks of a ledger, at one moment.
#[derive(Debug, Default)]
pub struct Looks {
    pub files: Vec<FileRecord>,
    /// For each file, whether any row of it speaks of an item.
    pub has_items: Vec<bool>,
    pub orders: Vec<OrderLooks>,
}

/// An order, by mall and id: shops of one mall are told apart by the tables.
type OrderKey = (String, String);

impl Ledger {
    pub fn looks(&self) -> Result<Looks, LedgerError> {
        self.steadily(|db| {
            let files: Vec<FileRecord> = files::records(db)?.into_iter().map(|(_, record)| record).collect();
            let numbers: HashMap<FileHash, u32> = files.iter().map(|f| f.hash).zip(0u32..).collect();
            let mut all = Looks { has_items: vec![false; files.len()], files, orders: Vec::new() };
            let known = AllFiles::load(db)?;
            for partition in months::all(db)? {
                self.looks_in(db, &known, partition, &numbers, &mut all)?;
            }
            Ok(all)
        })
    }

    fn looks_in(
        &self,
        db: &Connection,
        files: &AllFiles,
        partition: Partition,
        numbers: &HashMap<FileHash, u32>,
        all: &mut Looks,
    ) -> Result<(), LedgerError> {
        let month = months::files(db, partition)?;
        let bodies = Store::load(&self.folder, Level::Order, &self.schema, &month)?.into_bodies()?;
        let view = BodiesView::new(&bodies, &self.schema.orders);
        let seen = files.observe(&month.read_sightings(&self.folder)?);
        let mut looks: HashMap<OrderKey, BTreeSet<(u32, Instant)>> = HashMap::new();
        for sighting in &seen.sightings {
            if sighting.order as usize >= bodies.len() {
                let path = self.folder.path("observations");
                return Err(LedgerError::damaged(path, "a row points at a body that is not there"));
            }
            let Some(facts) = seen.files.get(sighting.file as usize) else { continue };
            let Some(&file) = numbers.get(&facts.hash) else { continue };
            if let Some(has) = all.has_items.get_mut(file as usize) {
                *has |= sighting.item.is_some();
            }
            let mall = facts.mall_of(view.text(sighting.order, self.schema.known.mall_id));
            let id = view.text(sighting.order, self.schema.known.order_id);
            if let (Some(mall), Some(id)) = (mall, id) {
                let key = (mall.to_owned(), id.to_owned());
                looks.entry(key).or_default().insert((file, facts.moment_of(sighting)));
            }
        }

        let mut items: BTreeMap<(String, i64, String), u64> = BTreeMap::new();
        for batch in self.table_of(&month, Table::OrderItems)? {
            for key in keys(&batch)? {
                *items.entry(key).or_default() += 1;
            }
        }
        for batch in self.table_of(&month, Table::Orders)? {
            let days = column(&batch, "order_day")?.as_primitive::<Date32Type>();
            for (key, day) in keys(&batch)?.into_iter().zip(days) {
                let items = items.get(&key).copied().unwrap_or_default();
                let (mall_id, shop_no, order_id) = key;
                let looks = looks.get(&(mall_id.clone(), order_id)).cloned().unwrap_or_default();
                all.orders.push(OrderLooks { mall_id, shop_no, day: day.map(Day), items, looks });
            }
        }
        Ok(())
    }

    fn table_of(&self, month: &MonthFiles, table: Table) -> Result<Vec<RecordBatch>, LedgerError> {
        month
            .tables
            .get(&table)
            .map_or_else(|| Ok(Vec::new()), |s| columnar::read(&self.folder.path(&s.path)))
    }
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a arrow::array::ArrayRef, LedgerError> {
    batch.column_by_name(name).ok_or_else(|| ArrowError::SchemaError(format!("no column {name}")).into())
}

/// Mall, shop and order of every row.
fn keys(batch: &RecordBatch) -> Result<Vec<(String, i64, String)>, LedgerError> {
    let malls = column(batch, "mall_id")?.as_string::<i32>();
    let shops = column(batch, "shop_no")?.as_primitive::<Int64Type>();
    let orders = column(batch, "order_id")?.as_string::<i32>();
    let row = |i: usize| (malls.value(i).to_owned(), shops.value(i), orders.value(i).to_owned());
    Ok((0..batch.num_rows()).map(row).collect())
}
