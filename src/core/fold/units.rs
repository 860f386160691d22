//! One file's word about an order's own fields (`docs/RULES.md`, Order values on item rows).
//!
//! The rows of one order in one file that were asked for at one moment tell each order-level field once, by the column's
//! repetition rule. An API order is a unit by itself.

use super::group::Scene;
use super::picks::Picks;
use crate::core::problem::FindingKind;
use crate::core::schema::Repetition;

/// One file's word.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    /// The sighting that tells each field.
    pub(super) picks: Picks,
}

impl Scene<'_> {
    /// Cuts `sightings` (sorted by observation) into units and applies the repetition rules.
    ///
    /// `odd` receives (column, sighting that counts, sighting that differs).
    pub(super) fn units(
        &self,
        sightings: &[u32],
        mut odd: impl FnMut(FindingKind, usize, u32, u32),
    ) -> Vec<Unit> {
        let mut units = Vec::new();
        let mut start = 0;
        while start < sightings.len() {
            let first = self.sighting(sightings[start]);
            let api = self.facts(first.file).api_orders;
            let at = self.at(sightings[start]);
            let len = sightings[start..]
                .iter()
                .take_while(|&&s| {
                    let other = self.sighting(s);
                    other.file == first.file && self.at(s) == at && (!api || other.record == first.record)
                })
                .count();
            let picks = self.unit_picks(&sightings[start..start + len], api, &mut odd);
            units.push(Unit { picks });
            start += len;
        }
        units
    }

    fn unit_picks(
        &self,
        rows: &[u32],
        api: bool,
        odd: &mut impl FnMut(FindingKind, usize, u32, u32),
    ) -> Picks {
        let first = rows[0];
        let mut picks = Picks::new(first);
        if api {
            return picks;
        }
        let body = |s: u32| self.sighting(s).order;
        let one_body = rows.iter().all(|&s| body(s) == body(first));
        for &column in &self.active_orders {
            let repetition = self.schema().orders[column].repetition;
            if one_body && repetition != Repetition::FirstRow {
                continue;
            }
            let speaking = rows.iter().copied().filter(|&s| self.orders.speaks(body(s), column));
            let pick = match repetition {
                Repetition::EveryRow => {
                    let mut speaking = speaking;
                    let told = speaking.next();
                    if let Some(told) = told
                        && let Some(other) =
                            speaking.find(|&s| !self.same_order_value(column, body(told), body(s)))
                    {
                        odd(FindingKind::RepetitionConflict, column, told, other);
                    }
                    told
                }
                Repetition::Max => self.largest(column, speaking),
                Repetition::FirstRow => {
                    let zero_speaks = self.zero_speaks(rows);
                    let heard = speaking
                        .filter(|&s| zero_speaks || self.amount(body(s), column).is_some_and(|n| n != 0));
                    self.largest(column, heard)
                }
            };
            picks.set(column, pick);
        }
        picks
    }

    fn largest(&self, column: usize, rows: impl Iterator<Item = u32>) -> Option<u32> {
        rows.reduce(|best, s| {
            let amount = |s: u32| self.amount(self.sighting(s).order, column);
            if amount(s) > amount(best) { s } else { best }
        })
    }

    fn amount(&self, body: u32, column: usize) -> Option<i64> {
        self.orders.money(body, column).map(|m| m.0).or_else(|| self.orders.int(body, column))
    }

    /// A zero in a `first_row` column is a word only where the row that would tell the amount is there: the file has the
    /// order's `-01` item, or no item codes at all.
    fn zero_speaks(&self, rows: &[u32]) -> bool {
        let file = self.sighting(rows[0]).file;
        if !self.facts(file).has_item_codes {
            return true;
        }
        rows.iter().any(|&s| {
            self.sighting(s).item.is_some_and(|item| {
                let code = self.items.text(item, self.schema().known.item_code);
                let order = self.orders.text(self.sighting(s).order, self.schema().known.order_id);
                code.zip(order)
                    .is_some_and(|(code, order)| code.strip_prefix(order).is_some_and(|n| n == "-01"))
            })
        })
    }
}
