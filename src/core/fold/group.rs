//! What the fold sees of a month, made quick to ask: the scene on which each order is folded.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;

use arrow::array::{Array, ArrayRef};
use foldhash::fast::RandomState;

use super::{FileFacts, Observations, Sighting, Voice};
use crate::core::batch::{Bodies, BodiesView, ColumnView};
use crate::core::schema::Schema;
use crate::core::types::Instant;

/// All observations of one (mall, order id).
pub(super) struct Group<'a> {
    pub(super) mall: &'a str,
    pub(super) order_id: &'a str,
    /// Sorted by `(observed_at, source, sha256, row)`.
    pub(super) sightings: Vec<u32>,
}

/// A month's observations with typed views and the orders of time and files worked out.
pub(super) struct Scene<'a> {
    seen: Observations<'a>,
    pub(super) items: BodiesView<'a>,
    pub(super) orders: BodiesView<'a>,
    /// Columns in which any body speaks.
    pub(super) active_items: Vec<usize>,
    pub(super) active_orders: Vec<usize>,
    /// Each file's place in the order of hashes.
    hash_rank: Vec<u32>,
    /// Whose words count.
    pub(super) voice: Voice,
}

fn active(bodies: &Bodies) -> Vec<usize> {
    let speaks = |column: &Option<ArrayRef>| column.as_ref().is_some_and(|c| c.null_count() < c.len());
    bodies.columns().iter().enumerate().filter(|(_, column)| speaks(column)).map(|(at, _)| at).collect()
}

impl<'a> Scene<'a> {
    pub(super) fn new(seen: Observations<'a>) -> Self {
        let mut by_hash: Vec<u32> = (0u32..).take(seen.files.len()).collect();
        by_hash.sort_by_key(|&f| seen.files[f as usize].hash);
        let mut hash_rank = vec![0; seen.files.len()];
        for (rank, &file) in (0u32..).zip(&by_hash) {
            hash_rank[file as usize] = rank;
        }
        let mut active_items = active(seen.items);
        // A cleared field has no value anywhere in its body, but it has a word.
        for (c, column) in seen.schema.items.iter().enumerate() {
            if column.clearable && !active_items.contains(&c) {
                active_items.push(c);
            }
        }
        active_items.sort_unstable();
        Self {
            items: BodiesView::new(seen.items, &seen.schema.items),
            orders: BodiesView::new(seen.orders, &seen.schema.orders),
            active_items,
            active_orders: active(seen.orders),
            hash_rank,
            voice: Voice::All,
            seen,
        }
    }

    /// The same scene, on which only this voice counts.
    pub(super) fn hearing(self, voice: Voice) -> Self {
        Self { voice, ..self }
    }

    /// Those of the sightings that count.
    pub(super) fn heard<'s>(&self, sightings: &'s [u32]) -> Cow<'s, [u32]> {
        if self.voice == Voice::All {
            return Cow::Borrowed(sightings);
        }
        let counts = |s: &u32| self.voice.hears(self.facts(self.sighting(*s).file).source);
        sightings.iter().copied().filter(counts).collect()
    }

    pub(super) fn schema(&self) -> &'a Schema {
        self.seen.schema
    }

    pub(super) fn seen(&self) -> Observations<'a> {
        self.seen
    }

    pub(super) fn sighting(&self, number: u32) -> &'a Sighting {
        &self.seen.sightings[number as usize]
    }

    pub(super) fn facts(&self, file: u32) -> &'a FileFacts {
        &self.seen.files[file as usize]
    }

    /// The moment a sighting was observed at.
    pub(super) fn at(&self, number: u32) -> Instant {
        let sighting = self.sighting(number);
        self.facts(sighting.file).moment_of(sighting)
    }

    /// `(observed_at, source, sha256, row)`: the order in which words are heard, without ties.
    pub(super) fn compare(&self, a: u32, b: u32) -> Ordering {
        let key = |n: u32| {
            let s = self.sighting(n);
            (self.at(n), self.facts(s.file).source, self.hash_rank[s.file as usize], s.row)
        };
        key(a).cmp(&key(b))
    }

    /// The shop a sighting names.
    pub(super) fn named_shop(&self, number: u32) -> Option<i64> {
        self.orders.int(self.sighting(number).order, self.schema().known.shop_no)
    }

    pub(super) fn same_order_value(&self, column: usize, a: u32, b: u32) -> bool {
        if a == b {
            return true;
        }
        let rows = (a as usize, b as usize);
        match self.orders.columns[column] {
            ColumnView::Text(v) => v.value(rows.0) == v.value(rows.1),
            ColumnView::Int(v) => v.value(rows.0) == v.value(rows.1),
            ColumnView::Money(v) => v.value(rows.0) == v.value(rows.1),
            ColumnView::Time(_) => {
                let times = (self.orders.time(a, column), self.orders.time(b, column));
                times.0.zip(times.1).is_some_and(|(a, b)| a.agrees_with(b))
            }
            ColumnView::Hash(v) => v.value(rows.0) == v.value(rows.1),
            ColumnView::Blank => true,
        }
    }

    /// The sightings by mall and order id. A sighting that no mall can be found for is left out (its file is dead).
    pub(super) fn groups(&self) -> Vec<Group<'a>> {
        let known = &self.schema().known;
        let mut numbers: HashMap<(&str, &str), usize, RandomState> = HashMap::default();
        let mut groups: Vec<Group<'a>> = Vec::new();
        // Rows of one order mostly follow one another.
        let mut last = None;
        for (number, sighting) in (0u32..).zip(self.seen.sightings) {
            let facts = self.facts(sighting.file);
            let mall = facts.mall_of(self.orders.text(sighting.order, known.mall_id));
            let (Some(mall), Some(order_id)) = (mall, self.orders.text(sighting.order, known.order_id))
            else {
                continue;
            };
            let group = match last {
                Some((key, group)) if key == (mall, order_id) => group,
                _ => *numbers.entry((mall, order_id)).or_insert_with(|| {
                    groups.push(Group { mall, order_id, sightings: Vec::with_capacity(2) });
                    groups.len() - 1
                }),
            };
            last = Some(((mall, order_id), group));
            groups[group].sightings.push(number);
        }
        for group in &mut groups {
            group.sightings.sort_unstable_by(|&a, &b| self.compare(a, b));
        }
        groups
    }
}
