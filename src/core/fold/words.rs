//! The newest word of one field (`docs/RULES.md`, Newest word).
//!
//! Observations are heard from the oldest to the newest. What a field holds after the last one is its current value;
//! each time a value gave way to another is a change.

use crate::core::batch::{BodiesView, ColumnView};
use crate::core::schema::status::comparable_label;

/// What one observation says of one field. Numbers are sightings and bodies.
#[derive(Clone, Copy, Debug)]
pub(super) enum Word {
    Says {
        sighting: u32,
        body: u32,
    },
    Clears {
        sighting: u32,
    },
    /// It tells the other half of the field (a status code without its label): the field has no value since, and that
    /// alone is no change.
    Lapses,
}

/// How two values of a field are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likeness {
    Exact,
    /// Status labels: white space and hyphens do not count.
    Label,
}

/// A value gave way: to another, or to nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    pub(super) old_body: u32,
    /// The latest observation that had the old value.
    pub(super) old_sighting: u32,
    pub(super) new_body: Option<u32>,
    /// The first observation with the new value.
    pub(super) new_sighting: u32,
}

/// The current word of a field: the sighting and body that told it.
pub(super) type Current = Option<(u32, u32)>;

/// Hears the words of one field, oldest first, and reports each turn.
pub(super) fn hear(
    view: &BodiesView<'_>,
    column: usize,
    likeness: Likeness,
    words: impl Iterator<Item = Word>,
    mut turn: impl FnMut(Turn),
) -> Current {
    let mut current: Current = None;
    let mut confirmed_by = 0;
    for word in words {
        match (word, current) {
            (Word::Says { sighting, body }, None) => {
                current = Some((sighting, body));
                confirmed_by = sighting;
            }
            (Word::Says { sighting, body }, Some((_, held))) => {
                match compare(view, column, likeness, held, body) {
                    Comparison::Same => current = Some((sighting, body)),
                    Comparison::VaguerButAgrees => {}
                    Comparison::Different => {
                        turn(Turn {
                            old_body: held,
                            old_sighting: confirmed_by,
                            new_body: Some(body),
                            new_sighting: sighting,
                        });
                        current = Some((sighting, body));
                    }
                }
                confirmed_by = sighting;
            }
            (Word::Clears { sighting }, Some((_, held))) => {
                turn(Turn {
                    old_body: held,
                    old_sighting: confirmed_by,
                    new_body: None,
                    new_sighting: sighting,
                });
                current = None;
            }
            (Word::Clears { .. }, None) => {}
            (Word::Lapses, _) => current = None,
        }
    }
    current
}

enum Comparison {
    /// The new word counts from now on; it is no other value (a time may be told more precisely).
    Same,
    /// The new word says less about the same moment: the held one stays.
    VaguerButAgrees,
    Different,
}

fn compare(view: &BodiesView<'_>, column: usize, likeness: Likeness, held: u32, new: u32) -> Comparison {
    if held == new {
        return Comparison::Same;
    }
    let (h, n) = (held as usize, new as usize);
    let same = match view.columns[column] {
        ColumnView::Text(a) => {
            a.value(h) == a.value(n)
                || (likeness == Likeness::Label
                    && comparable_label(a.value(h)) == comparable_label(a.value(n)))
        }
        ColumnView::Int(a) => a.value(h) == a.value(n),
        ColumnView::Money(a) => a.value(h) == a.value(n),
        ColumnView::Time(_) => match (view.time(held, column), view.time(new, column)) {
            (Some(held), Some(new)) if held.agrees_with(new) => {
                if new.precision < held.precision {
                    return Comparison::VaguerButAgrees;
                }
                true
            }
            _ => false,
        },
        ColumnView::Hash(a) => a.value(h) == a.value(n),
        ColumnView::Blank => true,
    };
    if same { Comparison::Same } else { Comparison::Different }
}
