//! A file's accepted rows, sorted into the months they belong to, with equal contents stored once.

use std::collections::BTreeMap;

use super::batch::{Bodies, BodyBuilder, ContentNumbers, Value, Values, content_hash};
use super::fold::Sighting;
use super::schema::Schema;
use super::types::{Day, Month, OrderId};

/// Which part of the history an observation belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartKey {
    /// The month inside the order's id.
    Month(Month),
    /// The id bears no day: the month comes out of the fold.
    Undated,
}

/// Observations of one part. Body numbers go through all of `items` and of `orders`; file numbers mean nothing yet.
#[derive(Clone, Debug)]
pub struct StagedPart {
    pub items: Vec<Bodies>,
    pub orders: Vec<Bodies>,
    pub sightings: Vec<Sighting>,
}

/// A normalised row.
pub struct Row<'a> {
    pub order_id: &'a OrderId,
    /// What it says of its item; `None` where it speaks of an order only.
    pub item: Option<&'a Values<'a>>,
    pub order: &'a Values<'a>,
    /// Where and when it was seen; the body numbers are filled in here.
    pub place: Sighting,
}

/// A file's accepted rows, all of them.
#[derive(Clone, Debug, Default)]
pub struct Staged {
    pub parts: BTreeMap<PartKey, StagedPart>,
    pub rows: u64,
    /// At least one row has an item code.
    pub has_item_codes: bool,
    /// The earliest and the latest order day.
    pub days: Option<(Day, Day)>,
}

/// What a stage does with what rows say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// It is kept, sorted into months.
    Collected,
    /// Rows and days are counted; what they say is let go, so that memory does not grow with the file.
    Counted,
}

/// Collects a file's rows.
pub struct Stage<'s> {
    schema: &'s Schema,
    contents: Contents,
    parts: BTreeMap<PartKey, Building>,
    scratch: Vec<u8>,
    rows: u64,
    has_item_codes: bool,
    days: Option<(Day, Day)>,
}

struct Building {
    items: Interner,
    orders: Interner,
    sightings: Vec<Sighting>,
}

/// How many bodies are put together at a time.
const PORTION: u32 = 8_192;

/// Bodies of one level with a number for each distinct content.
struct Interner {
    builder: BodyBuilder,
    /// Bodies before those of the builder: putting a portion aside costs less than letting its columns grow.
    full: Vec<Bodies>,
    /// How many they are.
    before: u32,
    numbers: ContentNumbers,
    /// Consecutive rows of one order mostly say the same of it.
    last: Option<(u128, u32)>,
}

impl Interner {
    fn new(columns: &[super::schema::Column]) -> Self {
        Self {
            builder: BodyBuilder::new(columns),
            full: Vec::new(),
            before: 0,
            numbers: ContentNumbers::default(),
            last: None,
        }
    }

    fn number(&mut self, values: &Values<'_>, scratch: &mut Vec<u8>) -> u32 {
        let hash = content_hash(values, scratch);
        if let Some((last, number)) = self.last
            && last == hash
        {
            return number;
        }
        let (builder, full, before) = (&mut self.builder, &mut self.full, &mut self.before);
        let number = *self.numbers.entry(hash).or_insert_with(|| {
            if builder.len() == PORTION {
                full.push(builder.finish());
                *before += PORTION;
            }
            *before + builder.push(values, hash)
        });
        self.last = Some((hash, number));
        number
    }

    fn finish(mut self) -> Vec<Bodies> {
        self.full.push(self.builder.finish());
        self.full
    }
}

impl<'s> Stage<'s> {
    pub fn new(schema: &'s Schema, contents: Contents) -> Self {
        Self {
            schema,
            contents,
            parts: BTreeMap::new(),
            scratch: Vec::new(),
            rows: 0,
            has_item_codes: false,
            days: None,
        }
    }

    pub fn push(&mut self, row: &Row<'_>) {
        let day = row.order_id.day();
        let schema = self.schema;
        if self.contents == Contents::Collected {
            self.collect(row, day);
        }
        self.rows += 1;
        self.has_item_codes =
            self.has_item_codes || row.item.is_some_and(|item| item.text(schema.known.item_code).is_some());
        let day = day.or_else(|| match row.order.get(schema.known.order_date) {
            Some(Value::Time(time)) => Some(time.day()),
            _ => None,
        });
        if let Some(day) = day {
            let (first, last) = self.days.unwrap_or((day, day));
            self.days = Some((first.min(day), last.max(day)));
        }
    }

    fn collect(&mut self, row: &Row<'_>, day: Option<Day>) {
        let key = day.map_or(PartKey::Undated, |d| PartKey::Month(d.month()));
        let schema = self.schema;
        let part = self.parts.entry(key).or_insert_with(|| Building {
            items: Interner::new(&schema.items),
            orders: Interner::new(&schema.orders),
            sightings: Vec::new(),
        });
        let item = row.item.map(|values| part.items.number(values, &mut self.scratch));
        let order = part.orders.number(row.order, &mut self.scratch);
        part.sightings.push(Sighting { item, order, ..row.place });
    }

    pub fn schema(&self) -> &'s Schema {
        self.schema
    }

    /// The rows, without what was only needed to collect them.
    pub fn finish(self) -> Staged {
        let parts = self.parts.into_iter().map(|(key, part)| {
            let (items, orders) = (part.items.finish(), part.orders.finish());
            (key, StagedPart { items, orders, sightings: part.sightings })
        });
        Staged {
            parts: parts.collect(),
            rows: self.rows,
            has_item_codes: self.has_item_codes,
            days: self.days,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::schema::Additions;

    #[test]
    fn numbers_go_through_all_portions() {
        let schema = Schema::load(&Additions::default()).unwrap();
        let mut interner = Interner::new(&schema.orders);
        let mut scratch = Vec::new();
        let mut number_of = |row: u32| {
            let mut values = Values::default();
            values.set(schema.known.shop_no, Value::Int(i64::from(row)));
            interner.number(&values, &mut scratch)
        };
        for row in 0..=2 * PORTION {
            assert_eq!(number_of(row), row);
        }
        for row in [0, PORTION - 1, PORTION, 2 * PORTION] {
            assert_eq!(number_of(row), row);
        }
        let portions = interner.finish();
        assert_eq!(portions.iter().map(Bodies::len).collect::<Vec<_>>(), [8_192, 8_192, 1]);
        let all = Bodies::concat(&schema.orders, &portions).unwrap();
        let view = crate::core::batch::BodiesView::new(&all, &schema.orders);
        assert_eq!(view.int(PORTION + 7, schema.known.shop_no), Some(i64::from(PORTION) + 7));
    }

    #[test]
    fn counting_tells_the_same_of_rows_as_collecting() {
        let schema = Schema::load(&Additions::default()).unwrap();
        let staged = |contents| {
            let mut stage = Stage::new(&schema, contents);
            for id in ["20260102-0000001", "20260305-0000001"] {
                let (mut item, mut order) = (Values::default(), Values::default());
                item.set(schema.known.item_code, Value::Text(format!("{id}-01").into()));
                order.set(schema.known.order_id, Value::Text(id.into()));
                let place =
                    Sighting { file: 0, sheet: 1, row: 1, record: 1, time: None, item: None, order: 0 };
                let order_id = OrderId::parse(id).unwrap();
                stage.push(&Row { order_id: &order_id, item: Some(&item), order: &order, place });
            }
            stage.finish()
        };
        let (collected, counted) = (staged(Contents::Collected), staged(Contents::Counted));
        assert_eq!((collected.parts.len(), counted.parts.len()), (2, 0));
        assert_eq!(
            (collected.rows, collected.has_item_codes, collected.days),
            (counted.rows, counted.has_item_codes, counted.days)
        );
        assert_eq!((counted.rows, counted.has_item_codes), (2, true));
    }
}
