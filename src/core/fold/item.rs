//! An order's items: which rows are whose, their current rows and their status, and what exchange goods replace.

use std::collections::BTreeMap;

use super::group::Scene;
use super::matching::{self, CodedItem, CodelessRow, Identity, Sheetful};
use super::order::Part;
use super::picks::Picks;
use super::rows::{Change, Collected, ItemName, ItemRow};
use super::words::{self, Likeness, Word};
use crate::core::problem::FindingKind;
use crate::core::schema::StatusClass;

#[derive(Default)]
struct StatusWord<'a> {
    sighting: Option<u32>,
    code: Option<&'a str>,
    class: Option<StatusClass>,
}

impl<'a> Part<'_, 'a> {
    /// The rows of each item, in the order of observation.
    pub(super) fn items(&self, heard: &[u32], out: &mut Collected<'a>) -> Vec<(ItemName<'a>, Vec<u32>)> {
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

    pub(super) fn fold_item(
        &self,
        order: usize,
        name: ItemName<'a>,
        rows: Vec<u32>,
        out: &mut Collected<'a>,
    ) {
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
    pub(super) fn find_origins(&self, items: &mut [ItemRow<'a>]) {
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
