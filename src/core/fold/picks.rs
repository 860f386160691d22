//! Which sighting each field of a current row comes from.
//!
//! Most rows take every field from one sighting, so a row is a base and the few fields that come from elsewhere.

use arrow::array::{ArrayRef, UInt32Array};
use arrow::compute::take;
use arrow::error::ArrowError;

/// No sighting: the field is null.
pub(super) const NOBODY: u32 = u32::MAX;

/// The sightings that a current row's fields come from.
#[derive(Clone, Debug, Default)]
pub(super) struct Picks {
    pub(super) base: u32,
    /// (column, sighting or [`NOBODY`]), ascending.
    pub(super) others: Vec<(u16, u32)>,
}

impl Picks {
    pub(super) fn new(base: u32) -> Self {
        Self { base, others: Vec::new() }
    }

    /// Columns must be set in ascending order.
    pub(super) fn set(&mut self, column: usize, sighting: Option<u32>) {
        let sighting = sighting.unwrap_or(NOBODY);
        if sighting != self.base {
            self.others.push((u16::try_from(column).unwrap_or(u16::MAX), sighting));
        }
    }

    /// The sighting that a column's value comes from, if it has one.
    pub(super) fn of(&self, column: usize) -> Option<u32> {
        let pick = self.others.iter().find(|(c, _)| usize::from(*c) == column).map_or(self.base, |(_, s)| *s);
        (pick != NOBODY).then_some(pick)
    }
}

/// Takes the picked values of every column: row by row what `rows` says, out of the bodies that `body_of` names. A column
/// in which no body speaks stays `None`; the others have the types of bodies.
pub(super) fn gather(
    columns: &[Option<ArrayRef>],
    rows: &[&Picks],
    body_of: impl Fn(u32) -> u32,
) -> Result<Vec<Option<ArrayRef>>, ArrowError> {
    let base: Vec<u32> = rows.iter().map(|p| body_of(p.base)).collect();
    let mut others: Vec<Vec<(usize, u32)>> = vec![Vec::new(); columns.len()];
    for (row, picks) in rows.iter().enumerate() {
        for &(column, sighting) in &picks.others {
            if let Some(list) = others.get_mut(usize::from(column)) {
                list.push((row, sighting));
            }
        }
    }
    let all_from_base = UInt32Array::from(base.clone());
    columns
        .iter()
        .zip(&others)
        .map(|(column, others)| {
            let Some(column) = column else { return Ok(None) };
            if others.is_empty() {
                return take(column, &all_from_base, None).map(Some);
            }
            let mut numbers = base.clone();
            let mut absent = Vec::new();
            for &(row, sighting) in others {
                if sighting == NOBODY {
                    absent.push(row);
                } else {
                    numbers[row] = body_of(sighting);
                }
            }
            if absent.is_empty() {
                return take(column, &UInt32Array::from(numbers), None).map(Some);
            }
            let mut valid = vec![true; rows.len()];
            for row in absent {
                valid[row] = false;
                numbers[row] = 0;
            }
            take(column, &UInt32Array::new(numbers.into(), Some(valid.into())), None).map(Some)
        })
        .collect()
}
