//! One month: its stored observations, what a run adds to them, and the tables that the fold makes of them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use super::LedgerError;
use super::book::{Book, Seen, Standing};
use super::columnar;
use super::compare;
use super::findings;
use super::folder::{Folder, Fresh};
use super::kill::kill_point;
use super::partition::Partition;
use super::staged::ItemCounts;
use super::store::Store;
use crate::core::fold::{Folded, Sighting, fold_month};
use crate::core::problem::FindingKind;
use crate::core::schema::{Level, Schema};
use crate::core::stage::StagedPart;
use crate::core::tables::Table;
use crate::core::types::order_day_in_id;

/// A month's bodies are put together again when they lie in more files than this.
const MOST_SEGMENTS: usize = 8;

/// What a file of observations holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum SegmentKind {
    Items,
    Orders,
    Sightings,
}

impl SegmentKind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Items => "items",
            Self::Orders => "orders",
            Self::Sightings => "sightings",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Items, Self::Orders, Self::Sightings].into_iter().find(|k| k.as_str() == text)
    }

    pub(super) fn of(level: Level) -> Self {
        match level {
            Level::Item => Self::Items,
            Level::Order => Self::Orders,
        }
    }
}

impl fmt::Display for SegmentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A file of the ledger and how many rows it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) path: String,
    pub(super) rows: i64,
}

/// All files of a month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct MonthFiles {
    pub(super) segments: BTreeMap<SegmentKind, Vec<Segment>>,
    pub(super) tables: BTreeMap<Table, Segment>,
}

impl MonthFiles {
    pub(super) fn segments(&self, kind: SegmentKind) -> &[Segment] {
        self.segments.get(&kind).map_or(&[], Vec::as_slice)
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &String> {
        self.segments.values().flatten().chain(self.tables.values()).map(|s| &s.path)
    }

    pub(super) fn read_sightings(&self, folder: &Folder) -> Result<Vec<Sighting>, LedgerError> {
        let mut all = Vec::new();
        for segment in self.segments(SegmentKind::Sightings) {
            all.extend(columnar::read_sightings(&folder.path(&segment.path))?);
        }
        Ok(all)
    }
}

/// What a file has in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileShare {
    pub(super) file: u32,
    pub(super) sightings: u64,
    /// Sightings of orders whose id bears no day.
    pub(super) undated: u64,
    pub(super) duplicates: u64,
}

/// What is to happen to a month.
#[derive(Debug, Default)]
pub(super) struct Job {
    pub(super) files: MonthFiles,
    /// Observations to add, by file number.
    pub(super) adds: Vec<(u32, StagedPart)>,
    /// Stored sightings to take away, by position.
    pub(super) drops: HashSet<usize>,
}

impl Job {
    /// Roughly how much work it is: rows to fold.
    pub(super) fn weight(&self) -> u64 {
        let stored = self.files.segments(SegmentKind::Sightings).iter().map(|s| s.rows.unsigned_abs());
        stored.sum::<u64>() + self.adds.iter().map(|(_, part)| part.sightings.len() as u64).sum::<u64>()
    }
}

/// A month as it will be.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) partition: Partition,
    pub(super) files: MonthFiles,
    /// Files of before that are not among `files`.
    pub(super) obsolete: Vec<String>,
    pub(super) shares: Vec<FileShare>,
    pub(super) findings: BTreeMap<FindingKind, i64>,
    pub(super) items: ItemCounts,
    /// Observations came or went, or a table is another one.
    pub(super) differs: bool,
}

/// What all months of a write share.
pub(super) struct Context<'a> {
    pub(super) folder: &'a Folder,
    pub(super) fresh: &'a Fresh<'a>,
    pub(super) schema: &'a Schema,
    pub(super) book: &'a Book,
    pub(super) standing: &'a Standing,
    pub(super) generation: u64,
}

/// Writes a month's observations and tables under new names.
pub(super) fn rewrite(partition: Partition, job: Job, cx: &Context<'_>) -> Result<Written, LedgerError> {
    let Job { files: before, adds, drops } = job;
    let mut sightings = before.read_sightings(cx.folder)?;
    let stored = sightings.len();
    let mut position = 0;
    sightings.retain(|s| {
        position += 1;
        cx.book.get(s.file).is_some() && !drops.contains(&(position - 1))
    });
    let dropped = sightings.len() < stored;

    let mut items = Store::load(cx.folder, Level::Item, cx.schema, &before)?;
    let mut orders = Store::load(cx.folder, Level::Order, cx.schema, &before)?;
    let added = !adds.is_empty();
    for (file, part) in adds {
        let item_numbers = items.add_all(&part.items)?;
        let order_numbers = orders.add_all(&part.orders)?;
        for s in part.sightings {
            let item = s.item.map(|n| renumbered(&item_numbers, n)).transpose()?;
            sightings.push(Sighting { file, item, order: renumbered(&order_numbers, s.order)?, ..s });
        }
    }
    let mut files = MonthFiles { segments: before.segments.clone(), tables: BTreeMap::new() };
    if dropped || added {
        sightings.sort_by_key(|s| (s.file, s.row));
        if dropped || items.segments() > MOST_SEGMENTS || orders.segments() > MOST_SEGMENTS {
            compact(&mut sightings, &mut items, &mut orders)?;
        }
        files.segments = write_segments(partition, &sightings, &mut items, &mut orders, cx)?;
        kill_point("bodies_written");
    }

    let seen = cx.book.observe(cx.standing, &sightings);
    let (items, orders) = (items.into_bodies()?, orders.into_bodies()?);
    check_numbers(&seen, items.len(), orders.len(), cx.folder)?;
    let folded = fold_month(&seen.observations(cx.schema, &items, &orders))?;
    let shares = shares(&sightings, &orders, &seen, &folded, cx.schema);
    drop((items, orders, sightings));

    let mut counts = BTreeMap::new();
    for finding in &folded.findings {
        *counts.entry(finding.kind).or_insert(0) += 1;
    }
    let (tables, item_counts) = write_tables(partition, &folded, &seen, &before, cx)?;
    files.tables = tables;
    kill_point("month_written");
    let live: HashSet<&String> = files.paths().collect();
    let obsolete = before.paths().filter(|path| !live.contains(path)).cloned().collect();
    let differs = added || dropped || files != before;
    Ok(Written { partition, files, obsolete, shares, findings: counts, items: item_counts, differs })
}

fn renumbered(numbers: &[u32], n: u32) -> Result<u32, LedgerError> {
    numbers
        .get(n as usize)
        .copied()
        .ok_or_else(|| LedgerError::damaged("", "a staged row points at a body that is not there"))
}

/// A damaged file must not make the fold look outside the bodies.
pub(super) fn check_numbers(
    seen: &Seen,
    items: usize,
    orders: usize,
    folder: &Folder,
) -> Result<(), LedgerError> {
    let inside =
        |s: &Sighting| (s.order as usize) < orders && s.item.is_none_or(|item| (item as usize) < items);
    if seen.sightings.iter().all(inside) {
        Ok(())
    } else {
        Err(LedgerError::damaged(folder.path("observations"), "a row points at a body that is not there"))
    }
}

/// Leaves out bodies that no sighting needs and numbers the others anew.
fn compact(
    sightings: &mut [Sighting],
    items: &mut Store<'_>,
    orders: &mut Store<'_>,
) -> Result<(), LedgerError> {
    let item_numbers = items.keep_only(sightings.iter().filter_map(|s| s.item))?;
    let order_numbers = orders.keep_only(sightings.iter().map(|s| s.order))?;
    for s in sightings {
        s.item = s.item.map(|n| renumbered(&item_numbers, n)).transpose()?;
        s.order = renumbered(&order_numbers, s.order)?;
    }
    Ok(())
}

fn write_segments<'s>(
    partition: Partition,
    sightings: &[Sighting],
    items: &mut Store<'s>,
    orders: &mut Store<'s>,
    cx: &Context<'_>,
) -> Result<BTreeMap<SegmentKind, Vec<Segment>>, LedgerError> {
    let mut segments = BTreeMap::new();
    if sightings.is_empty() {
        return Ok(segments);
    }
    let path =
        |kind: SegmentKind| format!("observations/month={partition}/{kind}-{:06}.parquet", cx.generation);
    for store in [items, orders] {
        let kind = store.kind();
        if let Some(bytes) = store.encode_new()? {
            cx.fresh.write(&path(kind), &bytes)?;
            store.name_new(path(kind));
        }
        segments.insert(kind, store.stored().to_vec());
    }
    let kind = SegmentKind::Sightings;
    cx.fresh.write(&path(kind), &columnar::encode_sightings(sightings)?)?;
    let rows = i64::try_from(sightings.len()).unwrap_or(i64::MAX);
    segments.insert(kind, vec![Segment { path: path(kind), rows }]);
    Ok(segments)
}

/// Writes the tables whose contents differ from before; the others keep their files.
fn write_tables(
    partition: Partition,
    folded: &Folded,
    seen: &Seen,
    before: &MonthFiles,
    cx: &Context<'_>,
) -> Result<(BTreeMap<Table, Segment>, ItemCounts), LedgerError> {
    let odd = findings::batch(&folded.findings, |n| seen.files.get(n as usize).map(|f| f.hash))?;
    let mut tables = BTreeMap::new();
    let mut items = ItemCounts::default();
    for (table, batch) in [
        (Table::OrderItems, &folded.order_items),
        (Table::Orders, &folded.orders),
        (Table::OrderChanges, &folded.order_changes),
        (Table::Findings, &odd),
    ] {
        let old = before.tables.get(&table);
        let old_path = old.map(|old| cx.folder.path(&old.path));
        let rows = i64::try_from(batch.num_rows()).unwrap_or(i64::MAX);
        let bytes = if rows == 0 { Vec::new() } else { columnar::encode_table(batch)? };
        let unchanged = old.filter(|old| {
            rows == old.rows && old_path.as_ref().is_some_and(|path| compare::same_bytes(path, &bytes))
        });
        if table == Table::OrderItems {
            items = match unchanged {
                Some(_) => ItemCounts { unchanged: batch.num_rows() as u64, ..ItemCounts::default() },
                None => compare::count_items(old_path.as_deref(), batch)?,
            };
        }
        if let Some(old) = unchanged {
            tables.insert(table, old.clone());
        } else if rows > 0 {
            let path = format!("tables/{table}/month={partition}/{:06}.parquet", cx.generation);
            cx.fresh.write(&path, &bytes)?;
            tables.insert(table, Segment { path, rows });
        }
    }
    Ok((tables, items))
}

fn shares(
    sightings: &[Sighting],
    orders: &crate::core::batch::Bodies,
    seen: &Seen,
    folded: &Folded,
    schema: &Schema,
) -> Vec<FileShare> {
    let mut shares: HashMap<u32, FileShare> = HashMap::new();
    let empty = |file| FileShare { file, sightings: 0, undated: 0, duplicates: 0 };
    let view = crate::core::batch::BodiesView::new(orders, &schema.orders);
    let undated: Vec<bool> = (0u32..)
        .take(orders.len())
        .map(|body| view.text(body, schema.known.order_id).is_some_and(|id| order_day_in_id(id).is_none()))
        .collect();
    for s in sightings {
        let share = shares.entry(s.file).or_insert_with(|| empty(s.file));
        share.sightings += 1;
        share.undated += u64::from(undated.get(s.order as usize).copied().unwrap_or_default());
    }
    for (&file, &duplicates) in seen.numbers.iter().zip(&folded.duplicates) {
        // A file whose rows are here only by mendings has a share too: its facts matter here.
        shares.entry(file).or_insert_with(|| empty(file)).duplicates += u64::from(duplicates);
    }
    let mut shares: Vec<FileShare> = shares.into_values().collect();
    shares.sort_by_key(|s| s.file);
    shares
}
