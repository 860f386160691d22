//! The live files and how they stand in for each other's rows, as the fold must see them.
//!
//! A mended row takes the place of the quarantined row it came from: it is heard as that row of that file. Where a row
//! was mended more than once, only the newest mending counts; where every attempt failed, only the newest one waits.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::evidence::Effective;
use crate::core::batch::Bodies;
use crate::core::fold::{FileFacts, Observations, Sighting};
use crate::core::schema::Schema;
use crate::core::types::{FileHash, Instant};

/// A file, by the catalogue's number.
#[derive(Clone, Debug)]
pub(super) struct BookFile {
    pub(super) hash: FileHash,
    pub(super) effective: Effective,
    pub(super) api_orders: bool,
    pub(super) has_item_codes: bool,
    pub(super) rows_need_mall: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct StandInRow {
    pub(super) file: u32,
    pub(super) row: u32,
    pub(super) origin: FileHash,
    pub(super) origin_row: u32,
}

/// A row by its file's number and its own.
pub(super) type RowAt = (u32, u32);

/// All live files. `quarantined` holds the rows in quarantine of every file that takes part in a mending, with their own
/// extraction times.
#[derive(Clone, Debug, Default)]
pub(super) struct Book {
    files: BTreeMap<u32, BookFile>,
    numbers: HashMap<FileHash, u32>,
    pub(super) stand_ins: Vec<StandInRow>,
    pub(super) quarantined: HashMap<RowAt, Option<Instant>>,
}

impl Book {
    pub(super) fn insert(&mut self, number: u32, file: BookFile) {
        self.numbers.insert(file.hash, number);
        self.files.insert(number, file);
    }

    pub(super) fn remove(&mut self, number: u32) {
        if let Some(file) = self.files.remove(&number) {
            self.numbers.remove(&file.hash);
            self.stand_ins.retain(|s| s.file != number);
            self.quarantined.retain(|row, _| row.0 != number);
        }
    }

    pub(super) fn get(&self, number: u32) -> Option<&BookFile> {
        self.files.get(&number)
    }

    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut BookFile> {
        self.files.get_mut(&number)
    }

    pub(super) fn number(&self, hash: &FileHash) -> Option<u32> {
        self.numbers.get(hash).copied()
    }

    pub(super) fn standing(&self) -> Standing {
        let links: HashMap<RowAt, RowAt> = self
            .stand_ins
            .iter()
            .filter_map(|s| {
                let origin = (self.number(&s.origin)?, s.origin_row);
                let mends = self.quarantined.contains_key(&origin) && origin.0 != s.file;
                mends.then_some(((s.file, s.row), origin))
            })
            .collect();
        let mut groups: BTreeMap<RowAt, Vec<RowAt>> = BTreeMap::new();
        for &row in links.keys() {
            let mut root = row;
            // Files know their origins by hash, so no chain can bite its tail; the bound is for a damaged catalogue.
            for _ in 0..links.len() {
                let Some(&origin) = links.get(&root) else { break };
                root = origin;
            }
            groups.entry(root).or_default().push(row);
        }
        let mut standing = Standing::default();
        for (root, members) in groups {
            let (mut open, mended): (Vec<RowAt>, Vec<RowAt>) =
                members.into_iter().partition(|row| self.quarantined.contains_key(row));
            let age = |&(number, row): &RowAt| {
                let file = self.get(number);
                (file.map(|f| (f.effective.observed_at.0, f.hash)), row)
            };
            let newest = mended.iter().copied().max_by_key(age);
            for row in mended {
                standing.targets.insert(row, (Some(row) == newest).then_some(root));
            }
            if let Some((number, _)) = newest {
                standing.hidden.insert(root);
                standing.hidden.extend(open);
                open = Vec::new();
                if self.get(number).is_some_and(|f| f.has_item_codes) {
                    standing.given_codes.insert(root.0);
                }
            }
            // Of attempts that failed, the newest waits in the place of all: it has what was corrected so far.
            if let Some(waiting) = open.iter().copied().max_by_key(age) {
                standing.hidden.insert(root);
                standing.hidden.extend(open.into_iter().filter(|row| *row != waiting));
            }
        }
        standing
    }

    fn facts(&self, number: u32, standing: &Standing) -> Option<FileFacts> {
        let file = self.get(number)?;
        let codes = file.has_item_codes || standing.given_codes.contains(&number);
        Some(file.effective.facts(file.hash, file.api_orders, codes))
    }

    /// What the fold sees of stored sightings: live files numbered by hash, mended rows in the place of their origins.
    pub(super) fn observe(&self, standing: &Standing, stored: &[Sighting]) -> Seen {
        let mut placed: Vec<(RowAt, u32)> = Vec::with_capacity(stored.len());
        for (index, s) in (0u32..).zip(stored) {
            let row = (s.file, s.row);
            let place = standing.targets.get(&row).copied().unwrap_or(Some(row));
            if let Some(place) = place
                && self.get(s.file).is_some()
            {
                placed.push((place, index));
            }
        }
        let sheets = Sheets::of(standing, stored);
        let numbers: BTreeSet<u32> = placed.iter().map(|(place, _)| place.0).collect();
        let mut files: Vec<(u32, FileFacts)> =
            numbers.into_iter().filter_map(|n| Some((n, self.facts(n, standing)?))).collect();
        files.sort_by_key(|(_, facts)| facts.hash);
        let at: HashMap<u32, u32> = files.iter().map(|(n, _)| *n).zip(0u32..).collect();
        let mut sightings: Vec<(Sighting, u32)> = placed
            .into_iter()
            .filter_map(|((file, row), index)| {
                let stored = stored.get(index as usize)?;
                let (sheet, record, time) = if (stored.file, stored.row) == (file, row) {
                    (stored.sheet, stored.record, stored.time)
                } else {
                    (sheets.around(file, row), row, self.quarantined.get(&(file, row)).copied().flatten())
                };
                Some((Sighting { file: *at.get(&file)?, sheet, row, record, time, ..*stored }, index))
            })
            .collect();
        sightings.sort_by_key(|(s, _)| (s.file, s.row));
        let (numbers, files) = files.into_iter().unzip();
        let (sightings, stored) = sightings.into_iter().unzip();
        Seen { numbers, files, sightings, stored }
    }
}

/// The sheets of the rows that stand beside mended ones. A mended row belongs to the sheet it came from, whatever sheet of
/// the mending workbook it stood in.
struct Sheets(BTreeMap<RowAt, u16>);

impl Sheets {
    fn of(standing: &Standing, stored: &[Sighting]) -> Self {
        let mended: BTreeSet<u32> = standing.targets.values().flatten().map(|origin| origin.0).collect();
        let own =
            |s: &&Sighting| mended.contains(&s.file) && !standing.targets.contains_key(&(s.file, s.row));
        Self(stored.iter().filter(own).map(|s| ((s.file, s.row), s.sheet)).collect())
    }

    /// Rows are counted on over the sheets of a file, so the row before tells the sheet, else the row behind.
    fn around(&self, file: u32, row: u32) -> u16 {
        let before = self.0.range((file, 0)..(file, row)).next_back();
        before.or_else(|| self.0.range((file, row)..=(file, u32::MAX)).next()).map_or(1, |(_, sheet)| *sheet)
    }
}

/// Stored sightings as the fold sees them.
pub(super) struct Seen {
    /// The catalogue's number of each file.
    pub(super) numbers: Vec<u32>,
    pub(super) files: Vec<FileFacts>,
    pub(super) sightings: Vec<Sighting>,
    /// Which stored sighting each one is.
    pub(super) stored: Vec<u32>,
}

impl Seen {
    pub(super) fn observations<'a>(
        &'a self,
        schema: &'a Schema,
        items: &'a Bodies,
        orders: &'a Bodies,
    ) -> Observations<'a> {
        Observations { schema, files: &self.files, sightings: &self.sightings, items, orders }
    }
}

/// Which rows stand in for which.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// Mended rows: the row whose place they take, or `None` where a newer mending has it.
    targets: HashMap<RowAt, Option<RowAt>>,
    /// Quarantined rows that were mended, or for which a newer attempt waits.
    hidden: HashSet<RowAt>,
    /// Files that got a row with an item code by a mending.
    given_codes: HashSet<u32>,
}

impl Standing {
    pub(super) fn is_mended(&self, row: RowAt) -> bool {
        self.hidden.contains(&row)
    }

    /// The files whose rows are heard otherwise than before, because mendings or the facts of `changed` files differ.
    pub(super) fn heard_otherwise(&self, before: &Self, changed: &BTreeSet<u32>) -> BTreeSet<u32> {
        let mut files: BTreeSet<u32> =
            self.given_codes.symmetric_difference(&before.given_codes).copied().collect();
        for row in self.targets.keys().chain(before.targets.keys()) {
            let target = self.targets.get(row);
            let moved = target != before.targets.get(row);
            if moved || target.is_some_and(|t| t.is_some_and(|(file, _)| changed.contains(&file))) {
                files.insert(row.0);
            }
        }
        files
    }
}
