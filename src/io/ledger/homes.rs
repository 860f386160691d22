//! Orders whose id bears no day live in the month of their folded order date, so a later file may move them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::Connection;

use super::LedgerError;
use super::book::{Book, Standing};
use super::catalogue::months;
use super::folder::Folder;
use super::month::{Job, MonthFiles};
use super::partition::Partition;
use super::store::Store;
use crate::core::batch::{Bodies, BodiesView};
use crate::core::fold::{FileFacts, Observations, Sighting, home_months};
use crate::core::schema::{Level, Schema};
use crate::core::stage::StagedPart;
use crate::core::types::order_day_in_id;

/// The months that a write touches.
pub(super) struct Jobs<'a> {
    pub(super) db: &'a Connection,
    pub(super) by_partition: BTreeMap<Partition, Job>,
}

impl Jobs<'_> {
    pub(super) fn at(&mut self, partition: Partition) -> Result<&mut Job, LedgerError> {
        use std::collections::btree_map::Entry;
        match self.by_partition.entry(partition) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let files = months::files(self.db, partition)?;
                Ok(entry.insert(Job { files, ..Job::default() }))
            }
        }
    }
}

/// Where orders without a day live now. All homes of `ids` that are not in `homes` are gone.
#[derive(Debug, Default)]
pub(super) struct HomeChanges {
    pub(super) ids: BTreeSet<String>,
    pub(super) homes: Vec<(String, String, Partition)>,
}

/// What a write knows when it looks for homes.
pub(super) struct Search<'a> {
    pub(super) folder: &'a Folder,
    pub(super) schema: &'a Schema,
    pub(super) book: &'a Book,
    pub(super) standing: &'a Standing,
}

struct Loaded {
    files: MonthFiles,
    sightings: Vec<Sighting>,
    orders: Bodies,
}

/// Where an observation comes from: a stored month or a file of this run, and its position there.
#[derive(Clone, Copy)]
enum Origin {
    Stored(Partition, usize),
    Staged(usize, usize),
}

/// A new file's observations of orders without a day.
struct Undated<'p> {
    file: u32,
    items: Bodies,
    orders: Bodies,
    sightings: &'p [Sighting],
}

impl<'p> Undated<'p> {
    fn of(file: u32, part: &'p StagedPart, schema: &Schema) -> Result<Self, LedgerError> {
        let items = Bodies::concat(&schema.items, &part.items)?;
        let orders = Bodies::concat(&schema.orders, &part.orders)?;
        Ok(Self { file, items, orders, sightings: &part.sightings })
    }
}

impl Search<'_> {
    /// Finds the homes of all orders without a day that `files` (stored ones) or the `undated` parts of new files speak
    /// of, and adds what has to move to the jobs.
    pub(super) fn settle(
        &self,
        files: &BTreeSet<u32>,
        undated: &[(u32, StagedPart)],
        jobs: &mut Jobs<'_>,
    ) -> Result<HomeChanges, LedgerError> {
        let mut loaded: BTreeMap<Partition, Loaded> = BTreeMap::new();
        let mut ids: BTreeSet<String> = BTreeSet::new();
        let undated: Vec<Undated<'_>> = undated
            .iter()
            .map(|(file, part)| Undated::of(*file, part, self.schema))
            .collect::<Result<_, _>>()?;
        for part in &undated {
            let view = BodiesView::new(&part.orders, &self.schema.orders);
            ids.extend(part.sightings.iter().filter_map(|s| self.id(&view, s)).map(str::to_owned));
        }
        for &file in files {
            for (partition, share) in months::of_file(jobs.db, file)? {
                if share.undated == 0 {
                    continue;
                }
                let month = self.load(&mut loaded, jobs.db, partition)?;
                let view = BodiesView::new(&month.orders, &self.schema.orders);
                let of_file = month.sightings.iter().filter(|s| s.file == file);
                let undated =
                    of_file.filter_map(|s| self.id(&view, s)).filter(|id| order_day_in_id(id).is_none());
                ids.extend(undated.map(str::to_owned));
            }
        }
        for id in &ids {
            for (_, partition) in months::homes(jobs.db, id)? {
                self.load(&mut loaded, jobs.db, partition)?;
            }
        }
        if ids.is_empty() {
            return Ok(HomeChanges::default());
        }
        self.find_homes(ids, &loaded, &undated, jobs)
    }

    fn find_homes(
        &self,
        ids: BTreeSet<String>,
        loaded: &BTreeMap<Partition, Loaded>,
        undated: &[Undated<'_>],
        jobs: &mut Jobs<'_>,
    ) -> Result<HomeChanges, LedgerError> {
        let mut gathered = Gathered::default();
        for (&partition, month) in loaded {
            let view = BodiesView::new(&month.orders, &self.schema.orders);
            let about = month.sightings.iter().enumerate().filter(|(_, s)| {
                self.book.get(s.file).is_some() && self.id(&view, s).is_some_and(|id| ids.contains(id))
            });
            gathered.add(about.map(|(i, s)| (*s, Origin::Stored(partition, i))), &month.orders);
        }
        for (part_number, part) in undated.iter().enumerate() {
            let sightings = part.sightings.iter().enumerate();
            let placed =
                sightings.map(|(i, s)| (Sighting { file: part.file, ..*s }, Origin::Staged(part_number, i)));
            gathered.add(placed, &part.orders);
        }
        let orders = Bodies::concat(&self.schema.orders, &gathered.orders)?;
        let seen = self.book.observe(self.standing, &gathered.sightings);
        let found = home_months(&Observations {
            schema: self.schema,
            files: &seen.files,
            sightings: &seen.sightings,
            items: &Bodies::empty(&self.schema.items),
            orders: &orders,
        });
        let homes: HashMap<(&str, &str), Partition> =
            found.iter().map(|(mall, id, month)| ((mall.as_str(), id.as_str()), (*month).into())).collect();

        // What the fold does not hear stays where it is.
        let mut targets: Vec<Partition> = gathered
            .origins
            .iter()
            .map(|origin| match origin {
                Origin::Stored(partition, _) => *partition,
                Origin::Staged(..) => Partition::None,
            })
            .collect();
        let view = BodiesView::new(&orders, &self.schema.orders);
        for (sighting, &index) in seen.sightings.iter().zip(&seen.stored) {
            let mall = seen.files.get(sighting.file as usize).and_then(|f| self.mall(f, &view, sighting));
            if let (Some(mall), Some(id)) = (mall, self.id(&view, sighting))
                && let (Some(home), Some(target)) = (homes.get(&(mall, id)), targets.get_mut(index as usize))
            {
                *target = *home;
            }
        }
        self.move_to(&gathered.origins, &targets, loaded, undated, jobs)?;
        let homes =
            found.iter().map(|(mall, id, month)| (mall.clone(), id.clone(), (*month).into())).collect();
        Ok(HomeChanges { ids, homes })
    }

    fn move_to(
        &self,
        origins: &[Origin],
        targets: &[Partition],
        loaded: &BTreeMap<Partition, Loaded>,
        undated: &[Undated<'_>],
        jobs: &mut Jobs<'_>,
    ) -> Result<(), LedgerError> {
        let mut moves: BTreeMap<Partition, BTreeMap<(Partition, u32), Vec<Sighting>>> = BTreeMap::new();
        let mut arrivals: BTreeMap<(usize, Partition), Vec<Sighting>> = BTreeMap::new();
        for (origin, &target) in origins.iter().zip(targets) {
            match *origin {
                Origin::Stored(from, index) if from != target => {
                    let Some(sighting) = loaded.get(&from).and_then(|m| m.sightings.get(index)) else {
                        continue;
                    };
                    jobs.at(from)?.drops.insert(index);
                    moves
                        .entry(from)
                        .or_default()
                        .entry((target, sighting.file))
                        .or_default()
                        .push(*sighting);
                }
                Origin::Stored(..) => {}
                Origin::Staged(part, index) => {
                    let sighting = undated.get(part).and_then(|p| p.sightings.get(index));
                    arrivals.entry((part, target)).or_default().extend(sighting);
                }
            }
        }
        for (from, groups) in moves {
            let Some(month) = loaded.get(&from) else { continue };
            let items = Store::load(self.folder, Level::Item, self.schema, &month.files)?.into_bodies()?;
            for ((target, file), sightings) in groups {
                let part = part_of(&items, &month.orders, &sightings)?;
                jobs.at(target)?.adds.push((file, part));
            }
        }
        for ((part, target), sightings) in arrivals {
            let Some(staged) = undated.get(part) else { continue };
            let part = part_of(&staged.items, &staged.orders, &sightings)?;
            jobs.at(target)?.adds.push((staged.file, part));
        }
        Ok(())
    }

    fn load<'l>(
        &self,
        loaded: &'l mut BTreeMap<Partition, Loaded>,
        db: &Connection,
        partition: Partition,
    ) -> Result<&'l Loaded, LedgerError> {
        use std::collections::btree_map::Entry;
        match loaded.entry(partition) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let files = months::files(db, partition)?;
                let sightings = files.read_sightings(self.folder)?;
                let orders = Store::load(self.folder, Level::Order, self.schema, &files)?.into_bodies()?;
                if sightings.iter().any(|s| s.order as usize >= orders.len()) {
                    let path = self.folder.path("observations");
                    return Err(LedgerError::damaged(path, "a row points at a body that is not there"));
                }
                Ok(entry.insert(Loaded { files, sightings, orders }))
            }
        }
    }

    fn id<'b>(&self, orders: &BodiesView<'b>, sighting: &Sighting) -> Option<&'b str> {
        orders.text(sighting.order, self.schema.known.order_id)
    }

    fn mall<'b>(
        &self,
        facts: &'b FileFacts,
        orders: &BodiesView<'b>,
        sighting: &Sighting,
    ) -> Option<&'b str> {
        let own = || orders.text(sighting.order, self.schema.known.mall_id);
        facts.mall.as_deref().or_else(own).or(facts.fallback_mall.as_deref())
    }
}

/// Observations from several places, with one numbering of their order bodies.
#[derive(Default)]
struct Gathered {
    sightings: Vec<Sighting>,
    origins: Vec<Origin>,
    orders: Vec<Bodies>,
    bodies: u32,
}

impl Gathered {
    fn add(&mut self, sightings: impl Iterator<Item = (Sighting, Origin)>, orders: &Bodies) {
        for (s, origin) in sightings {
            self.sightings.push(Sighting { item: None, order: self.bodies + s.order, ..s });
            self.origins.push(origin);
        }
        self.orders.push(orders.clone());
        self.bodies += u32::try_from(orders.len()).unwrap_or(u32::MAX);
    }
}

/// Some sightings with just the bodies that they need.
fn part_of(items: &Bodies, orders: &Bodies, sightings: &[Sighting]) -> Result<StagedPart, LedgerError> {
    let (mut item_numbers, mut order_numbers) = (Numbers::default(), Numbers::default());
    let sightings = sightings
        .iter()
        .map(|s| Sighting {
            item: s.item.map(|n| item_numbers.of(n)),
            order: order_numbers.of(s.order),
            ..*s
        })
        .collect();
    Ok(StagedPart {
        items: vec![items.take(&item_numbers.taken)?],
        orders: vec![orders.take(&order_numbers.taken)?],
        sightings,
    })
}

/// New numbers for the bodies that are taken, in the order of their first use.
#[derive(Default)]
struct Numbers {
    new: HashMap<u32, u32>,
    taken: Vec<u32>,
}

impl Numbers {
    fn of(&mut self, old: u32) -> u32 {
        *self.new.entry(old).or_insert_with(|| {
            self.taken.push(old);
            u32::try_from(self.taken.len() - 1).unwrap_or(u32::MAX)
        })
    }
}
