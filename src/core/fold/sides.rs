//! The fold with only some of the voices: what files say of an order, and what the API says of it.
//!
//! Only words are left out. Rows still find their shop and their item among all observations, so a row without an item
//! code stands for the item that only the other side can name.

use super::Observations;
use super::group::Scene;
use super::rows::Collected;
use super::trace::{TracedOrder, trace_order};
use crate::core::types::Source;

/// Whose words count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    All,
    /// Downloads and history files.
    Files,
    Api,
}

impl Voice {
    pub fn hears(self, source: Source) -> bool {
        match self {
            Self::All => true,
            Self::Files => source != Source::Api,
            Self::Api => source == Source::Api,
        }
    }
}

/// Gives each mall's order id as two voices tell it: its current order in every shop, none where the voice is silent.
pub fn trace_sides(seen: &Observations<'_>, voices: [Voice; 2], mut each: impl FnMut([Vec<TracedOrder>; 2])) {
    let scenes = voices.map(|voice| Scene::new(*seen).hearing(voice));
    for group in scenes[0].groups() {
        each([&scenes[0], &scenes[1]].map(|scene| {
            let mut all = Collected::default();
            scene.fold_group(&group, &mut all);
            (0..all.orders.len()).map(|index| trace_order(scene, &all, index)).collect()
        }));
    }
}
