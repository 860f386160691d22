//! Rows stored by an older or a newer program, made to fit today's columns.

use std::borrow::Cow;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, TimeUnit};
use arrow::error::ArrowError;

use crate::core::batch::{
    Bodies, BodiesView, BodyBuilder, ColumnView, Value, Values, body_schema, content_hash,
};
use crate::core::schema::{Column, Kind, Privacy, Repetition, Transform};

/// Bodies with today's columns: columns are found by name, missing ones are blank, unknown ones are left out.
///
/// `clearable` names the columns of the stored clear bits. `None` if the batch holds no bodies at all.
pub(super) fn align_bodies(
    batch: &RecordBatch,
    clearable: &str,
    columns: &[Column],
) -> Option<Result<Bodies, ArrowError>> {
    let clearable: Vec<&str> = clearable.split(',').collect();
    let schema = batch.schema();
    let stored: Vec<Column> = schema
        .fields()
        .iter()
        .filter(|f| !f.name().starts_with('_'))
        .map(|f| stored_column(f.name(), f.data_type(), &clearable))
        .collect::<Option<_>>()?;
    if schema.fields() != body_schema(&stored).fields() {
        return None;
    }
    Some(convert(batch, &stored, columns))
}

fn convert(batch: &RecordBatch, stored: &[Column], columns: &[Column]) -> Result<Bodies, ArrowError> {
    let bodies = Bodies::from_batch(batch.clone(), stored)?;
    let view = BodiesView::new(&bodies, stored);
    let sources: Vec<Option<usize>> = columns
        .iter()
        .map(|c| stored.iter().position(|s| s.name == c.name && same_type(s.kind, c.kind)))
        .collect();
    let mut builder = BodyBuilder::new(columns);
    let mut scratch = Vec::new();
    for body in 0..builder_rows(&bodies) {
        let mut values = Values::default();
        for (column, (source, today)) in sources.iter().zip(columns).enumerate() {
            let clears = |at: usize| stored[at].clearable && today.clearable;
            if let Some(value) = source.and_then(|at| value(&view, body, at, clears(at))) {
                values.set(column, value);
            }
        }
        builder.push(&values, content_hash(&values, &mut scratch));
    }
    builder.finish()
}

fn builder_rows(bodies: &Bodies) -> u32 {
    u32::try_from(bodies.len()).unwrap_or(u32::MAX)
}

fn value<'a>(view: &BodiesView<'a>, body: u32, column: usize, clearable: bool) -> Option<Value<'a>> {
    if clearable && view.clears(body, column) {
        return Some(Value::Clear);
    }
    match view.columns[column] {
        ColumnView::Text(_) => view.text(body, column).map(|t| Value::Text(Cow::Borrowed(t))),
        ColumnView::Int(_) => view.int(body, column).map(Value::Int),
        ColumnView::Money(_) => view.money(body, column).map(Value::Money),
        ColumnView::Time(_) => view.time(body, column).map(Value::Time),
    }
}

fn same_type(a: Kind, b: Kind) -> bool {
    crate::core::batch::data_type(a) == crate::core::batch::data_type(b)
}

fn stored_column(name: &str, data_type: &DataType, clearable: &[&str]) -> Option<Column> {
    let kind = match data_type {
        DataType::Utf8 => Kind::Text,
        DataType::Int64 => Kind::Int,
        DataType::Decimal64(18, 2) => Kind::Money,
        DataType::Timestamp(TimeUnit::Microsecond, None) => Kind::Time,
        _ => return None,
    };
    Some(Column {
        name: name.to_owned(),
        kind,
        description: String::new(),
        description_ko: String::new(),
        headers: Vec::new(),
        api: Vec::new(),
        repetition: Repetition::EveryRow,
        frozen: false,
        privacy: Privacy::Public,
        transform: Transform::Plain,
        strict: false,
        clearable: clearable.contains(&name),
        values: Vec::new(),
        tracked: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::types::{KstDateTime, Money, Precision};

    fn columns(names: &[(&str, Kind, bool)]) -> Vec<Column> {
        names
            .iter()
            .map(|(name, kind, clears)| {
                let mut column =
                    stored_column(name, &crate::core::batch::data_type(*kind), &[]).expect("a kind's type");
                column.clearable = *clears;
                column
            })
            .collect()
    }

    #[test]
    fn columns_that_came_went_or_moved_keep_their_values_and_bits() {
        let old = columns(&[
            ("gone", Kind::Time, true),
            ("paid", Kind::Time, false),
            ("claim", Kind::Text, true),
            ("price", Kind::Money, false),
            ("typed", Kind::Text, false),
        ]);
        let new = columns(&[
            ("claim", Kind::Id, true),
            ("fresh", Kind::Time, true),
            ("price", Kind::Money, false),
            ("paid", Kind::Time, true),
            ("typed", Kind::Int, false),
        ]);
        let time = Value::Time(KstDateTime { seconds: 86_400, precision: Precision::Minute });
        let rows = [
            vec![
                (0, time.clone()),
                (1, time.clone()),
                (2, Value::Clear),
                (3, Value::Money(Money(5))),
                (4, Value::Text("7".into())),
            ],
            vec![(0, Value::Clear), (2, Value::Text("c".into()))],
        ];
        let expected = [
            vec![(0, Value::Clear), (2, Value::Money(Money(5))), (3, time)],
            vec![(0, Value::Text("c".into()))],
        ];
        let build = |columns: &[Column], rows: &[Vec<(usize, Value<'_>)>]| {
            let (mut builder, mut scratch) = (BodyBuilder::new(columns), Vec::new());
            for row in rows {
                let mut values = Values::default();
                row.iter().for_each(|(column, value)| values.set(*column, value.clone()));
                builder.push(&values, content_hash(&values, &mut scratch));
            }
            builder.finish().unwrap()
        };
        let aligned = align_bodies(build(&old, &rows).batch(), "gone,claim", &new).unwrap().unwrap();
        assert_eq!(aligned.batch(), build(&new, &expected).batch());
    }

    #[test]
    fn a_batch_of_something_else_is_refused() {
        let column = columns(&[("a", Kind::Int, false)]);
        let bodies = Bodies::empty(&column);
        let cut = bodies.batch().project(&[0]).unwrap();
        assert!(align_bodies(&cut, "", &column).is_none());
    }
}
