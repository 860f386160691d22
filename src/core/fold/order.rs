//! One order: its observations into a current row, its items, and what changed on the way.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::group::{Group, Scene};
use super::matching::{self, CodedItem, CodelessRow, Identity, Sheetful};
use super::picks::Picks;
use super::units::Unit;
use super::words::{self, Likeness, Turn, Word};
use crate::core::batch::BodiesView;
use crate::core::problem::{Finding, FindingKind};
use crate::core::schema::{Column, StatusClass};
use crate::core::types::{Day, Instant, Source, order_day_in_id};

/// A current row of `orders`.
#[derive(Debug)]
pub(super) struct OrderRow<'a> {
    pub(super) mall: &'a str,
    pub(super) shop: i64,
    pub(super) order_id: &'a str,
    pub(super) day: Option<Day>,
    pub(super) picks: Picks,
    pub(super) seen: Seen,
}

/// How an item is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ItemName<'a> {
    Code(&'a str),
    /// The n-th item inferred from rows without a code.
    Inferred(usize),
}

/// A current row of `order_items`.
#[derive(Debug)]
pub(super) struct ItemRow<'a> {
    /// Index of the order's row.
    pub(super) order: usize,
    pub(super) name: ItemName<'a>,
    /// Its sightings, oldest first.
    pub(super) rows: Vec<u32>,
    pub(super) picks: Picks,
    pub(super) status_code: Option<&'a str>,
    pub(super) class: Option<StatusClass>,
    pub(super) origin: Option<&'a str>,
    pub(super) seen: Seen,
}

impl<'a> ItemName<'a> {
    /// The item's key in its order.
    pub(super) fn key(self, order_id: &str) -> Cow<'a, str> {
        match self {
            ItemName::Code(code) => Cow::Borrowed(code),
            ItemName::Inferred(n) => Cow::Owned(format!("{order_id}~{n}")),
        }
    }
}

/// When and by whom a key was last and ever observed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) newest: Instant,
    /// A bit a source, in the order of [`Source::ALL`].
    pub(super) sources: u8,
}

/// A row of `order_changes`.
#[derive(Debug)]
pub(super) struct Change {
    /// Index of the order's row.
    pub(super) order: usize,
    pub(super) item_key: Option<String>,
    pub(super) field: String,
    pub(super) old_value: String,
    pub(super) new_value: Option<String>,
    pub(super) old: (Instant, Source),
    pub(super) new: (Instant, Source),
}

/// What folding orders gives.
#[derive(Default)]
pub(super) struct Collected<'a> {
    pub(super) orders: Vec<OrderRow<'a>>,
    pub(super) items: Vec<ItemRow<'a>>,
    pub(super) changes: Vec<Change>,
    pub(super) findings: Vec<Finding>,
    /// Per file.
    pub(super) duplicates: Vec<u32>,
}

/// One shop's part of an order group.
struct Part<'s, 'a> {
    scene: &'s Scene<'a>,
    mall: &'a str,
    order_id: &'a str,
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

    /// The rows of each item, in the order of observation.
    fn items(&self, heard: &[u32], out: &mut Collected<'a>) -> Vec<(ItemName<'a>, Vec<u32>)> {
        let scene = self.scene;
        let known = &scene.schema().known;
        let mut coded: BTreeMap<&'a str, Vec<u32>> = BTreeMap::new();
        let mut codeless: Vec<CodelessRow> = Vec::new();
        for &s in heard {
            let Some(body) = scene.sighting(s).item else { continue };
            match scene.items.text(body, known.item_code) {
                Some(code) => coded.entry(code).or_default().push(s),
                None => codeless.push(CodelessRow { sighting: s, body }),
            }
        }
        if codeless.is_empty() {
            return coded.into_iter().map(|(code, rows)| (ItemName::Code(code), rows)).collect();
        }
        let identities: Vec<CodedItem<'a>> =
            coded.iter().map(|(code, rows)| CodedItem { code, identity: self.identity(rows) }).collect();
        let sheetfuls = self.sheetfuls(&codeless, &coded);
        let matched = matching::match_rows(&scene.items, known, &identities, &sheetfuls);
        let mut rows: Vec<Vec<u32>> = coded.values().cloned().collect();
        for (row, item) in &matched.coded {
            rows[*item].push(row.sighting);
        }
        for rows in &mut rows {
            rows.sort_unstable_by(|&a, &b| scene.compare(a, b));
        }
        for sighting in matched.ambiguous {
            out.findings.push(self.finding(FindingKind::AmbiguousMatch, Some(sighting)));
        }
        let coded = coded.keys().map(|code| ItemName::Code(code)).zip(rows);
        let inferred = matched
            .inferred
            .into_iter()
            .enumerate()
            .map(|(n, rows)| (ItemName::Inferred(n + 1), rows.iter().map(|r| r.sighting).collect()));
        coded.chain(inferred).collect()
    }

    /// What the coded observations of an item say it is.
    fn identity(&self, rows: &[u32]) -> Identity<'a> {
        let scene = self.scene;
        let told_by = matching::identity_columns(&scene.schema().known).map(|column| {
            let words = item_words(scene, rows, column);
            words::hear(&scene.items, column, Likeness::Exact, words, |_| {}).map(|(_, body)| body)
        });
        Identity::from_bodies(&scene.items, &scene.schema().known, told_by)
    }

    /// Code-less rows by file, sheet and moment; files in the order of observation, sheets and rows in their own.
    fn sheetfuls(&self, codeless: &[CodelessRow], coded: &BTreeMap<&'a str, Vec<u32>>) -> Vec<Sheetful<'a>> {
        let scene = self.scene;
        let place = |s: u32| {
            let sighting = scene.sighting(s);
            (sighting.file, sighting.sheet, scene.at(s))
        };
        let mut sheetfuls: Vec<Sheetful<'a>> = Vec::new();
        let mut current = None;
        for &row in codeless {
            let here = place(row.sighting);
            if current != Some(here) {
                current = Some(here);
                let coded_here = coded
                    .iter()
                    .filter(|(_, rows)| rows.iter().any(|&s| place(s) == here))
                    .map(|(code, _)| *code)
                    .collect();
                sheetfuls.push(Sheetful { rows: Vec::new(), coded_here });
            }
            if let Some(last) = sheetfuls.last_mut() {
                last.rows.push(row);
            }
        }
        sheetfuls
    }

    fn fold_item(&self, order: usize, name: ItemName<'a>, rows: Vec<u32>, out: &mut Collected<'a>) {
        let scene = self.scene;
        let schema = scene.schema();
        let known = &schema.known;
        let Some(&newest) = rows.last() else { return };
        let body = |s: u32| scene.sighting(s).item.unwrap_or_default();
        let mut picks = Picks::new(newest);
        let one_body = rows.iter().all(|&s| body(s) == body(newest));
        let key = name.key(self.order_id);
        let word = self.status_word(&rows, order, &key, out);
        if !one_body {
            for &column in &scene.active_items {
                if column == known.order_status || column == known.status_class {
                    continue;
                }
                let about = &schema.items[column];
                let words = item_words(scene, &rows, column);
                let current = self.hear_field(&scene.items, about, column, Some(&key), order, words, out);
                let pick = if column == known.status_text {
                    word.sighting
                } else {
                    current.map(|(sighting, _)| sighting)
                };
                picks.set(column, pick);
            }
        }
        out.items.push(ItemRow {
            order,
            name,
            picks,
            status_code: word.code,
            class: word.class,
            origin: None,
            seen: self.seen(&rows),
            rows,
        });
    }

    /// The status as one word: code and label from the newest observation that has either, and its class.
    fn status_word(&self, rows: &[u32], order: usize, key: &str, out: &mut Collected<'a>) -> StatusWord<'a> {
        let scene = self.scene;
        let known = &scene.schema().known;
        let statuses = &scene.schema().statuses;
        let mut word = StatusWord::default();
        let mut unknown: Vec<&str> = Vec::new();
        let mut ever_exchange_goods = false;
        let mut held: Option<(&str, u32)> = None;
        for &s in rows {
            let body = scene.sighting(s).item.unwrap_or_default();
            let code = scene.items.text(body, known.order_status);
            let label = scene.items.text(body, known.status_text);
            let told = scene
                .items
                .text(body, known.status_class)
                .and_then(|class| statuses.class_of_status_code(class).or(StatusClass::parse(class)));
            if code.is_none() && label.is_none() && told.is_none() {
                continue;
            }
            let known_code = code.or_else(|| label.and_then(|l| statuses.code_of_label(l)));
            if code.is_some() || label.is_some() {
                word.code = known_code;
                word.sighting = Some(s);
                if let Some((label, true)) = label.map(|l| (l, known_code.is_none()))
                    && !unknown.contains(&label)
                {
                    unknown.push(label);
                    let mut finding = self.finding(FindingKind::UnknownStatus, Some(s));
                    finding.item_key = Some(key.to_owned());
                    finding.column = Some("status_text".into());
                    finding.value = Some(label.to_owned());
                    out.findings.push(finding);
                }
                match (held, known_code) {
                    (Some((old, since)), Some(new)) if old != new => {
                        out.changes.push(self.status_change(order, key, (old, since), Some(new), s));
                        held = Some((new, s));
                    }
                    (Some((old, since)), None) => {
                        out.changes.push(self.status_change(order, key, (old, since), None, s));
                        held = None;
                    }
                    (_, new) => held = new.map(|new| (new, s)),
                }
            }
            let class = told.or_else(|| known_code.and_then(|c| statuses.class_of_code(c)));
            if class.is_some() {
                word.class = class;
                ever_exchange_goods |= class == Some(StatusClass::ExchangeGoods);
            }
        }
        if word.class == Some(StatusClass::Normal) && ever_exchange_goods {
            word.class = Some(StatusClass::ExchangeGoods);
        }
        word
    }

    fn status_change(
        &self,
        order: usize,
        key: &str,
        (old, since): (&str, u32),
        new: Option<&str>,
        by: u32,
    ) -> Change {
        Change {
            order,
            item_key: Some(key.to_owned()),
            field: "order_status".into(),
            old_value: old.to_owned(),
            new_value: new.map(str::to_owned),
            old: self.told(since),
            new: self.told(by),
        }
    }

    /// The items that exchange goods replace: the exchange's own word, else the item whose number they name.
    fn find_origins(&self, items: &mut [ItemRow<'a>]) {
        let scene = self.scene;
        let known = &scene.schema().known;
        if !scene.active_items.contains(&known.original_item_no)
            && !scene.active_items.contains(&known.origin_item_code)
        {
            return;
        }
        let int = |item: &ItemRow<'a>, column| {
            let s = item.picks.of(column)?;
            scene.items.int(scene.sighting(s).item?, column)
        };
        let numbers: Vec<(i64, &'a str)> = items
            .iter()
            .filter_map(|item| match item.name {
                ItemName::Code(code) => int(item, known.item_no).map(|n| (n, code)),
                ItemName::Inferred(_) => None,
            })
            .collect();
        for item in items {
            let own_word = item.picks.of(known.origin_item_code).and_then(|s| {
                scene.items.text(scene.sighting(s).item.unwrap_or_default(), known.origin_item_code)
            });
            item.origin = own_word.or_else(|| {
                let original = int(item, known.original_item_no)?;
                numbers.iter().find(|(n, _)| *n == original).map(|(_, code)| *code)
            });
        }
    }

    /// Hears one field, and reports its changes and, where it never may change, its conflicts.
    #[expect(
        clippy::too_many_arguments,
        reason = "a field's place and its words are not a thing of their own"
    )]
    fn hear_field(
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

    fn told(&self, sighting: u32) -> (Instant, Source) {
        let scene = self.scene;
        (scene.at(sighting), scene.facts(scene.sighting(sighting).file).source)
    }

    fn seen(&self, sightings: &[u32]) -> Seen {
        let mut newest = Instant(i64::MIN);
        let mut sources = 0;
        for &s in sightings {
            let (at, source) = self.told(s);
            newest = newest.max(at);
            sources |= 1 << source as u8;
        }
        Seen { newest, sources }
    }

    fn finding(&self, kind: FindingKind, about: Option<u32>) -> Finding {
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

#[derive(Default)]
struct StatusWord<'a> {
    sighting: Option<u32>,
    code: Option<&'a str>,
    class: Option<StatusClass>,
}

fn item_words<'x>(scene: &'x Scene<'_>, rows: &'x [u32], column: usize) -> impl Iterator<Item = Word> + 'x {
    let clearable = scene.schema().items[column].clearable;
    let known = &scene.schema().known;
    rows.iter().filter_map(move |&sighting| {
        let body = scene.sighting(sighting).item?;
        if scene.items.speaks(body, column) {
            Some(Word::Says { sighting, body })
        } else if clearable && scene.items.clears(body, column) {
            Some(Word::Clears { sighting })
        } else if column == known.status_text && scene.items.speaks(body, known.order_status) {
            Some(Word::Lapses)
        } else {
            None
        }
    })
}
