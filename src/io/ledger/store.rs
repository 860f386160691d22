//! The bodies of one level of a month: every content once, numbered through all files that hold them.

use super::LedgerError;
use super::columnar;
use super::folder::Folder;
use super::month::{MonthFiles, Segment, SegmentKind};
use crate::core::batch::{Bodies, ContentNumbers};
use crate::core::schema::{Column, Level, Schema};

pub(super) struct Store<'a> {
    level: Level,
    columns: &'a [Column],
    stored: Vec<Segment>,
    parts: Vec<Bodies>,
    /// Numbers by content, made when something is added.
    numbers: Option<ContentNumbers>,
    /// How many bodies the stored files hold; those after them are new.
    written: usize,
    len: usize,
}

impl<'a> Store<'a> {
    pub(super) fn load(
        folder: &Folder,
        level: Level,
        schema: &'a Schema,
        files: &MonthFiles,
    ) -> Result<Self, LedgerError> {
        let columns = schema.level(level);
        let stored = files.segments(SegmentKind::of(level)).to_vec();
        let mut parts = Vec::new();
        for segment in &stored {
            let path = folder.path(&segment.path);
            let read = columnar::read_bodies(&path, columns)?;
            if read.iter().map(Bodies::len).sum::<usize>() as u64 != segment.rows.unsigned_abs() {
                return Err(LedgerError::damaged(path, "it has other rows than the catalogue says"));
            }
            parts.extend(read);
        }
        let len = parts.iter().map(Bodies::len).sum();
        Ok(Self { level, columns, stored, parts, numbers: None, written: len, len })
    }

    pub(super) fn kind(&self) -> SegmentKind {
        SegmentKind::of(self.level)
    }

    pub(super) fn stored(&self) -> &[Segment] {
        &self.stored
    }

    /// How many files there will be.
    pub(super) fn segments(&self) -> usize {
        self.stored.len() + usize::from(self.len > self.written)
    }

    /// Adds bodies whose content is new. Returns the number of each.
    pub(super) fn add_all(&mut self, portions: &[Bodies]) -> Result<Vec<u32>, LedgerError> {
        let mut numbers = Vec::with_capacity(portions.iter().map(Bodies::len).sum());
        for bodies in portions {
            numbers.extend(self.add(bodies)?);
        }
        Ok(numbers)
    }

    fn add(&mut self, bodies: &Bodies) -> Result<Vec<u32>, LedgerError> {
        let numbers = self.numbers.get_or_insert_with(|| {
            let hashes = self.parts.iter().flat_map(Bodies::hashes);
            hashes.zip(0u32..).collect()
        });
        let mut new = Vec::new();
        let mut next = u32::try_from(self.len).unwrap_or(u32::MAX);
        let mut found = Vec::with_capacity(bodies.len());
        for (at, hash) in (0u32..).zip(bodies.hashes()) {
            found.push(*numbers.entry(hash).or_insert_with(|| {
                new.push(at);
                next += 1;
                next - 1
            }));
        }
        if !new.is_empty() {
            let all_are_new = new.len() == bodies.len();
            self.parts.push(if all_are_new { bodies.clone() } else { bodies.take(&new)? });
            self.len += new.len();
        }
        Ok(found)
    }

    /// Keeps only these bodies, in the order of their numbers, as new ones. Returns the new number of each old one.
    pub(super) fn keep_only(&mut self, used: impl Iterator<Item = u32>) -> Result<Vec<u32>, LedgerError> {
        let mut needed = vec![false; self.len];
        for number in used {
            if let Some(flag) = needed.get_mut(number as usize) {
                *flag = true;
            }
        }
        let mut numbers = vec![u32::MAX; self.len];
        let mut kept = Vec::new();
        for ((old, slot), _) in (0u32..).zip(&mut numbers).zip(&needed).filter(|(_, needed)| **needed) {
            *slot = u32::try_from(kept.len()).unwrap_or(u32::MAX);
            kept.push(old);
        }
        let all = Bodies::concat(self.columns, &std::mem::take(&mut self.parts))?;
        self.len = kept.len();
        self.parts = vec![all.take(&kept)?];
        self.stored.clear();
        self.written = 0;
        self.numbers = None;
        Ok(numbers)
    }

    /// The file of the bodies that are not stored yet, if there are any.
    pub(super) fn encode_new(&mut self) -> Result<Option<Vec<u8>>, LedgerError> {
        if self.len == self.written {
            return Ok(None);
        }
        let mut before = 0;
        let mut new = Vec::new();
        for part in &self.parts {
            if before >= self.written {
                new.push(part.clone());
            }
            before += part.len();
        }
        columnar::encode_bodies(&new, self.columns).map(Some)
    }

    /// The bodies of [`Store::encode_new`] are stored under this name now.
    pub(super) fn name_new(&mut self, path: String) {
        let rows = i64::try_from(self.len - self.written).unwrap_or(i64::MAX);
        self.stored.push(Segment { path, rows });
        self.written = self.len;
    }

    pub(super) fn into_bodies(self) -> Result<Bodies, LedgerError> {
        Ok(Bodies::concat(self.columns, &self.parts)?)
    }
}
