//! Rows stored by an older or a newer program, made to fit today's columns.

use std::borrow::Cow;
use std::collections::HashMap;

use arrow::array::{Array as _, ArrayRef, AsArray as _, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Decimal64Type, Int64Type, TimestampMicrosecondType};

use crate::core::batch::{
    Bodies, BodyBuilder, CLEARS, PRECISION, Value, Values, body_type, content_hash, precision_of_bits,
};
use crate::core::schema::{Column, Kind};
use crate::core::types::{KstDateTime, Money, PersonHash};

/// Schema metadata of bodies: which columns the bits of `_clears` and of `_precision` stand for.
const CLEARABLE: &str = "jangbu.clearable";
const TIMES: &str = "jangbu.times";

/// The columns that the bits of bodies stand for, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BitNames {
    clearable: String,
    times: String,
}

impl BitNames {
    pub(super) fn of(columns: &[Column]) -> Self {
        let names = |takes_part: fn(&Column) -> bool| {
            let names = columns.iter().filter(|c| takes_part(c)).map(|c| c.name.as_str());
            names.collect::<Vec<_>>().join(",")
        };
        Self { clearable: names(|c| c.clearable), times: names(|c| c.kind == Kind::Time) }
    }

    /// As a file's metadata tell them, which `value_of` looks up.
    pub(super) fn from_metadata(value_of: impl Fn(&str) -> Option<String>) -> Option<Self> {
        Some(Self { clearable: value_of(CLEARABLE)?, times: value_of(TIMES)? })
    }

    pub(super) fn into_metadata(self) -> HashMap<String, String> {
        HashMap::from([(CLEARABLE.to_owned(), self.clearable), (TIMES.to_owned(), self.times)])
    }
}

/// Where a column of today stands in stored bodies.
struct Stored<'b> {
    kind: Kind,
    values: Option<&'b ArrayRef>,
    /// Its bits in `_precision` and `_clears`.
    precision: Option<usize>,
    clears: Option<usize>,
}

/// Bodies with today's columns: columns are found by name, missing ones are blank, unknown ones and those of another type
/// are left out. `None` if the batch holds no bodies at all.
pub(super) fn align_bodies(batch: &RecordBatch, names: &BitNames, columns: &[Column]) -> Option<Bodies> {
    let numbers = |name| batch.column_by_name(name)?.as_primitive_opt::<Int64Type>();
    let (precision, clears) = (numbers(PRECISION)?, numbers(CLEARS)?);
    let place = |names: &str, column: &Column| names.split(',').position(|name| name == column.name);
    let sources: Vec<Stored<'_>> = columns
        .iter()
        .map(|column| Stored {
            kind: column.kind,
            values: batch.column_by_name(&column.name).filter(|c| {
                *c.data_type() == body_type(column.kind)
                    || (column.kind == Kind::Hash && *c.data_type() == DataType::Utf8View)
            }),
            precision: place(&names.times, column),
            clears: place(&names.clearable, column).filter(|_| column.clearable),
        })
        .collect();
    let mut builder = BodyBuilder::new(columns);
    let mut scratch = Vec::new();
    for row in 0..batch.num_rows() {
        let mut values = Values::default();
        for (at, source) in sources.iter().enumerate() {
            if let Some(value) = source.value(row, precision, clears) {
                values.set(at, value);
            }
        }
        builder.push(&values, content_hash(&values, &mut scratch));
    }
    Some(builder.finish())
}

impl<'b> Stored<'b> {
    fn value(&self, row: usize, precision: &Int64Array, clears: &Int64Array) -> Option<Value<'b>> {
        if self.clears.is_some_and(|bit| clears.value(row) >> bit & 1 == 1) {
            return Some(Value::Clear);
        }
        let values = self.values.filter(|values| values.is_valid(row))?;
        Some(match self.kind {
            Kind::Text | Kind::Id => Value::Text(Cow::Borrowed(values.as_string_view().value(row))),
            Kind::Hash => Value::Hash(Box::new(hash(values, row)?)),
            Kind::Int => Value::Int(values.as_primitive::<Int64Type>().value(row)),
            Kind::Money => Value::Money(Money(values.as_primitive::<Decimal64Type>().value(row))),
            Kind::Time => Value::Time(KstDateTime {
                seconds: values.as_primitive::<TimestampMicrosecondType>().value(row) / 1_000_000,
                precision: precision_of_bits(precision.value(row) >> (2 * self.precision?)),
            }),
        })
    }
}

/// A hash of a person: bytes, or hex digits as format 1 had them.
fn hash(values: &ArrayRef, row: usize) -> Option<PersonHash> {
    match values.as_string_view_opt() {
        Some(hex) => PersonHash::parse(hex.value(row)),
        None => PersonHash::of_bytes(values.as_fixed_size_binary().value(row)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::schema::{Privacy, Repetition, Transform};
    use crate::core::types::Precision;

    fn columns(names: &[(&str, Kind, bool)]) -> Vec<Column> {
        names
            .iter()
            .map(|(name, kind, clearable)| Column {
                name: (*name).to_owned(),
                kind: *kind,
                description: String::new(),
                description_ko: String::new(),
                headers: Vec::new(),
                api: Vec::new(),
                repetition: Repetition::EveryRow,
                frozen: false,
                privacy: Privacy::Public,
                transform: Transform::Plain,
                strict: false,
                clearable: *clearable,
                values: Vec::new(),
                tracked: false,
            })
            .collect()
    }

    fn batch(bodies: &Bodies, columns: &[Column]) -> RecordBatch {
        Bodies::batches(std::slice::from_ref(bodies), columns).unwrap().1.remove(0)
    }

    #[test]
    fn columns_that_came_went_or_moved_keep_their_values_and_bits() {
        let old = columns(&[
            ("gone", Kind::Time, true),
            ("paid", Kind::Time, false),
            ("claim", Kind::Text, true),
            ("price", Kind::Money, false),
            ("typed", Kind::Text, false),
            ("phone", Kind::Text, false),
        ]);
        let new = columns(&[
            ("claim", Kind::Id, true),
            ("fresh", Kind::Time, true),
            ("price", Kind::Money, false),
            ("paid", Kind::Time, true),
            ("typed", Kind::Int, false),
            ("phone", Kind::Hash, false),
        ]);
        let time = Value::Time(KstDateTime { seconds: 86_400, precision: Precision::Minute });
        let rows = [
            vec![
                (0, time.clone()),
                (1, time.clone()),
                (2, Value::Clear),
                (3, Value::Money(Money(5))),
                (4, Value::Text("7".into())),
                (5, Value::Text("0a".repeat(32).into())),
            ],
            vec![(0, Value::Clear), (2, Value::Text("c".into()))],
        ];
        let expected = [
            vec![
                (0, Value::Clear),
                (2, Value::Money(Money(5))),
                (3, time),
                (5, Value::Hash(Box::new(PersonHash([10; 32])))),
            ],
            vec![(0, Value::Text("c".into()))],
        ];
        let build = |columns: &[Column], rows: &[Vec<(usize, Value<'_>)>]| {
            let (mut builder, mut scratch) = (BodyBuilder::new(columns), Vec::new());
            for row in rows {
                let mut values = Values::default();
                row.iter().for_each(|(column, value)| values.set(*column, value.clone()));
                builder.push(&values, content_hash(&values, &mut scratch));
            }
            builder.finish()
        };
        let stored = batch(&build(&old, &rows), &old);
        assert_eq!(Bodies::from_batch(&stored, &new), None);
        let aligned = align_bodies(&stored, &BitNames::of(&old), &new).unwrap();
        assert_eq!(aligned, build(&new, &expected));
        let back = batch(&aligned, &new);
        assert_eq!(Bodies::from_batch(&back, &new), Some(aligned));
    }

    #[test]
    fn a_batch_of_something_else_is_refused() {
        let column = columns(&[("a", Kind::Int, false)]);
        let cut = batch(&Bodies::empty(&column), &column).project(&[0]).unwrap();
        assert!(align_bodies(&cut, &BitNames::of(&column), &column).is_none());
    }
}
