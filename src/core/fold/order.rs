//! One order: its observations into a current row, and what changed on the way.

use std::collections::BTreeMap;

use super::group::{Group, Scene};
use super::picks::Picks;
use super::rows::{Change, Collected, OrderRow, Seen};
use super::units::Unit;
use super::words::{self, Likeness, Turn, Word};
use crate::core::batch::BodiesView;
use crate::core::problem::{Finding, FindingKind};
use crate::core::schema::Column;
use crate::core::types::{Instant, Source, order_day_in_id};

/// One shop's part of an order group.
pub(super) struct Part<'s, 'a> {
    pub(super) scene: &'s Scene<'a>,
    mall: &'a str,
    pub(super) order_id: &'a str,
    shop: i64,
}

impl<'a> Scene<'a> {
    /// Folds one order group into `out`.
    pub(super) fn fold_group(&self, group: &Group<'a>, out: &mut Collected<'a>) {
        let mut named: Vec<i64> = group.sightings.iter().filter_map(|&s| self.named_shop(s)).collect();
        named.sort_unstable();
        named.dedup();
        let shop_of_unnamed = if let [only] = named[..] { only } else { 1 };
        let part = |shop| Part { scene: self, mall: group.mall, order_id: group.order_id, shop };
        if named.len() < 2 {
            part(shop_of_unnamed).fold(&group.sightings, out);
            return;
        }
        let mut shops: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
        let mut unnamed = None;
        for &s in &group.sightings {
            let shop = self.named_shop(s);
            unnamed = unnamed.or(shop.is_none().then_some(s));
            shops.entry(shop.unwrap_or(shop_of_unnamed)).or_default().push(s);
        }
        let mut finding = part(shop_of_unnamed).finding(FindingKind::AmbiguousShop, unnamed);
        finding.column = Some("shop_no".into());
        finding.value = Some(named.iter().map(i64::to_string).collect::<Vec<_>>().join(","));
        out.findings.push(finding);
        for (shop, sightings) in shops {
            part(shop).fold(&sightings, out);
        }
    }
}

impl<'a> Part<'_, 'a> {
    fn fold(&self, sightings: &[u32], out: &mut Collected<'a>) {
        let everything = self.without_duplicates(sightings, out);
        let heard = self.scene.heard(&everything);
        if heard.is_empty() {
            return;
        }
        let units = self.scene.units(&heard, |kind, column, counts, differs| {
            let mut finding = self.finding(kind, Some(differs));
            let order = |s: u32| self.scene.sighting(s).order;
            name_values(
                &mut finding,
                &self.scene.orders,
                &self.scene.schema().orders[column],
                column,
                order(counts),
                order(differs),
            );
            out.findings.push(finding);
        });
        let order = self.fold_order_fields(&units, &self.scene.heard(sightings), out);
        let items = self.items(&everything, out);
        let first_item = out.items.len();
        for (name, rows) in items {
            self.fold_item(order, name, self.scene.heard(&rows).into_owned(), out);
        }
        self.find_origins(&mut out.items[first_item..]);
    }

    /// Leaves out rows that repeat a row of their file; reports keys that stand in a file with different contents.
    fn without_duplicates(&self, sightings: &[u32], out: &mut Collected<'a>) -> Vec<u32> {
        if sightings.len() < 2 {
            return sightings.to_vec();
        }
        let scene = self.scene;
        let code =
            |s: u32| scene.sighting(s).item.and_then(|i| scene.items.text(i, scene.schema().known.item_code));
        let mut heard: Vec<u32> = Vec::with_capacity(sightings.len());
        let mut same_ask = 0;
        for &s in sightings {
            let this = scene.sighting(s);
            while same_ask < heard.len() {
                let earlier = heard[same_ask];
                if scene.sighting(earlier).file == this.file && scene.at(earlier) == scene.at(s) {
                    break;
                }
                same_ask += 1;
            }
            let codeless = this.item.is_some() && code(s).is_none();
            if !codeless {
                let rivals = || {
                    heard[same_ask..].iter().copied().filter(|&e| {
                        let earlier = scene.sighting(e);
                        earlier.item.is_some() == this.item.is_some() && code(e) == code(s)
                    })
                };
                let repeats = rivals().any(|e| {
                    let earlier = scene.sighting(e);
                    earlier.item == this.item && earlier.order == this.order
                });
                if repeats {
                    if let Some(count) = out.duplicates.get_mut(this.file as usize) {
                        *count += 1;
                    }
                    continue;
                }
                if rivals().next().is_some() {
                    let mut finding = self.finding(FindingKind::KeyTwice, Some(s));
                    finding.item_key = code(s).map(str::to_owned);
                    out.findings.push(finding);
                }
            }
            heard.push(s);
        }
        heard
    }

    /// The order's own fields; returns the index of its row.
    fn fold_order_fields(&self, units: &[Unit], all: &[u32], out: &mut Collected<'a>) -> usize {
        let scene = self.scene;
        let known = &scene.schema().known;
        let index = out.orders.len();
        let mut picks = units.last().map(|u| u.picks.clone()).unwrap_or_default();
        if units.len() > 1 {
            let base = picks.base;
            picks = Picks::new(base);
            for &column in &scene.active_orders {
                let words = units.iter().filter_map(|unit| {
                    let sighting = unit.picks.of(column)?;
                    let body = scene.sighting(sighting).order;
                    scene.orders.speaks(body, column).then_some(Word::Says { sighting, body })
                });
                let about = &scene.schema().orders[column];
                let current = self.hear_field(&scene.orders, about, column, None, index, words, out);
                picks.set(column, current.map(|(sighting, _)| sighting));
            }
        }
        let day = order_day_in_id(self.order_id).or_else(|| {
            let told_by = picks.of(known.order_date)?;
            scene
                .orders
                .time(scene.sighting(told_by).order, known.order_date)
                .map(super::super::types::KstDateTime::day)
        });
        if day.is_none() {
            out.findings.push(self.finding(FindingKind::NoOrderDay, None));
        }
        out.orders.push(OrderRow {
            mall: self.mall,
            shop: self.shop,
            order_id: self.order_id,
            day,
            picks,
            seen: self.seen(all),
        });
        index
    }

    /// Hears one field, and reports its changes and, where it never may change, its conflicts.
    #[expect(
        clippy::too_many_arguments,
        reason = "a field's place and its words are not a thing of their own"
    )]
    pub(super) fn hear_field(
        &self,
        view: &BodiesView<'a>,
        about: &Column,
        column: usize,
        item_key: Option<&str>,
        order: usize,
        words: impl Iterator<Item = Word>,
        out: &mut Collected<'a>,
    ) -> words::Current {
        let is_label = item_key.is_some() && column == self.scene.schema().known.status_text;
        let likeness = if is_label { Likeness::Label } else { Likeness::Exact };
        let mut gave_way: Vec<Turn> = Vec::new();
        let current = words::hear(view, column, likeness, words, |turn| gave_way.push(turn));
        if gave_way.is_empty() {
            return current;
        }
        if about.frozen
            && let Some((_, holds)) = current
        {
            let mut told: Vec<String> = Vec::new();
            let counts = view.display(holds, column);
            for turn in &gave_way {
                let Some(value) = view.display(turn.old_body, column) else { continue };
                if Some(&value) == counts.as_ref() || told.contains(&value) {
                    continue;
                }
                let mut finding = self.finding(FindingKind::FrozenConflict, Some(turn.old_sighting));
                finding.item_key = item_key.map(str::to_owned);
                name_values(&mut finding, view, about, column, holds, turn.old_body);
                out.findings.push(finding);
                told.push(value);
            }
        }
        if about.tracked {
            out.changes.extend(gave_way.iter().map(|turn| Change {
                order,
                item_key: item_key.map(str::to_owned),
                field: about.name.clone(),
                old_value: view.display(turn.old_body, column).unwrap_or_default(),
                new_value: turn.new_body.and_then(|b| view.display(b, column)),
                old: self.told(turn.old_sighting),
                new: self.told(turn.new_sighting),
            }));
        }
        current
    }

    pub(super) fn told(&self, sighting: u32) -> (Instant, Source) {
        let scene = self.scene;
        (scene.at(sighting), scene.facts(scene.sighting(sighting).file).source)
    }

    pub(super) fn seen(&self, sightings: &[u32]) -> Seen {
        let mut newest = Instant(i64::MIN);
        let mut sources = 0;
        for &s in sightings {
            let (at, source) = self.told(s);
            newest = newest.max(at);
            sources |= 1 << source as u8;
        }
        Seen { newest, sources }
    }

    pub(super) fn finding(&self, kind: FindingKind, about: Option<u32>) -> Finding {
        let sighting = about.map(|s| self.scene.sighting(s));
        Finding {
            file: sighting.map(|s| s.file),
            row: sighting.map(|s| s.row),
            mall_id: Some(self.mall.to_owned()),
            shop_no: Some(self.shop),
            order_id: Some(self.order_id.to_owned()),
            ..Finding::of(kind)
        }
    }
}

/// Names the column and both values, unless they are about a person.
fn name_values(
    finding: &mut Finding,
    view: &BodiesView<'_>,
    about: &Column,
    column: usize,
    counts: u32,
    differs: u32,
) {
    finding.column = Some(about.name.clone());
    if about.may_be_shown() {
        finding.value = view.display(counts, column);
        finding.other = view.display(differs, column);
    }
}
