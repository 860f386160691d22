//! One order's text into cells: a walk along the schema's API paths that steps over everything else.

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::paths::{Feed, Node, NodeId, Paths, Role};
use super::value::{Scalar, read_exchanges, read_value};
use super::{ApiCell, ApiOrder};
use crate::core::schema::Schema;

/// What a stretch of JSON turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// An order, ready in [`Parser::order`].
    Order,
    /// Valid JSON about something else.
    Stranger,
    /// A text in it is no valid Unicode.
    BadText,
    /// No valid JSON.
    Malformed,
}

/// Parses orders one after the other into the same memory.
pub(super) struct Parser {
    order_paths: Paths,
    /// Of objects that are single items with fields of their order.
    beside_item_paths: Paths,
    item_paths: Paths,
    extracted_at: Vec<String>,
    item_code: usize,
    origin_item_code: usize,
    state: State,
}

/// The order being read.
#[derive(Default)]
struct State {
    out: ApiOrder,
    order_ranks: Vec<Rank>,
    item_ranks: Vec<Rank>,
    item_width: usize,
    /// (new item code, code of the item it replaces), as exchanges tell.
    exchanges: Vec<(String, String)>,
    has_order_id: bool,
    items_are: Items,
    extracted_at_rank: Option<usize>,
    bad_text: bool,
    /// Texts and items of earlier orders, to be used again.
    texts: Vec<String>,
    rows: Vec<Vec<ApiCell>>,
    scratch: String,
}

/// Where an object has its items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Items {
    #[default]
    Missing,
    Listed,
    /// It has an item's code and lists none: a row of a table, an item with its order's fields beside its own.
    Itself,
}

/// Which of a column's paths its cell came from. `None`: from none yet.
type Rank = Option<usize>;

impl Parser {
    pub(super) fn new(schema: &Schema) -> Self {
        let state = State {
            out: ApiOrder { order: vec![ApiCell::Absent; schema.orders.len()], ..ApiOrder::default() },
            order_ranks: vec![None; schema.orders.len()],
            item_ranks: vec![None; schema.items.len()],
            item_width: schema.items.len(),
            ..State::default()
        };
        Self {
            order_paths: Paths::of_order(schema),
            beside_item_paths: Paths::of_order_beside_item(schema),
            item_paths: Paths::of_item(schema),
            extracted_at: schema.extracted_at_keys().to_vec(),
            item_code: schema.known.item_code,
            origin_item_code: schema.known.origin_item_code,
            state,
        }
    }

    /// Keys that hold an extraction time, best first.
    pub(super) fn extracted_at(&self) -> &[String] {
        &self.extracted_at
    }

    /// The order that was parsed last.
    pub(super) fn order(&mut self) -> &mut ApiOrder {
        &mut self.state.out
    }

    pub(super) fn parse(&mut self, bytes: &[u8]) -> Outcome {
        self.state.reset();
        let Ok(text) = simdutf8::basic::from_utf8(bytes) else {
            return Outcome::BadText;
        };
        let Self { order_paths, beside_item_paths, item_paths, state, .. } = self;
        let mut is_json = follow(text, Level::Order, &mut Reading { order_paths, item_paths, state });
        if state.items_are == Items::Itself && state.has_order_id {
            state.reset();
            let mut reading = Reading { order_paths: beside_item_paths, item_paths, state };
            is_json &= follow(text, Level::Order, &mut reading) && follow(text, Level::Item, &mut reading);
        }
        if !is_json {
            return Outcome::Malformed;
        }
        if self.state.bad_text {
            return Outcome::BadText;
        }
        let coded = |item: &Vec<ApiCell>| item.get(self.item_code).and_then(ApiCell::spoken).is_some();
        if !self.state.has_order_id && !self.state.out.items.iter().any(coded) {
            return Outcome::Stranger;
        }
        self.join_exchanges();
        Outcome::Order
    }

    /// An exchange lists the new items with the ones they replace; the items themselves are silent about it.
    fn join_exchanges(&mut self) {
        for item in &mut self.state.out.items {
            let Some(code) = item.get(self.item_code).and_then(ApiCell::spoken) else {
                continue;
            };
            let origin = self.state.exchanges.iter().find(|(new, _)| new == code).map(|(_, origin)| origin);
            if let Some(origin) = origin
                && let Some(cell) = item.get_mut(self.origin_item_code)
                && cell.spoken().is_none()
            {
                *cell = ApiCell::Text(origin.clone());
            }
        }
    }
}

impl State {
    fn reset(&mut self) {
        clear(&mut self.out.order, &mut self.texts);
        for mut item in self.out.items.drain(..) {
            clear(&mut item, &mut self.texts);
            self.rows.push(item);
        }
        self.out.extracted_at = None;
        self.order_ranks.fill(None);
        self.exchanges.clear();
        self.has_order_id = false;
        self.items_are = Items::Missing;
        self.extracted_at_rank = None;
        self.bad_text = false;
    }

    fn begin_item(&mut self) {
        let row = self.rows.pop().unwrap_or_else(|| vec![ApiCell::Absent; self.item_width]);
        self.out.items.push(row);
        self.item_ranks.fill(None);
    }

    /// Writes a value into the columns that its path feeds, unless a better path of theirs has spoken.
    fn store(&mut self, level: Level, feeds: &[Feed], raw: &str) {
        self.scratch.clear();
        let Ok(value) = read_value(raw, &mut self.scratch) else {
            self.bad_text = true;
            return;
        };
        let (cells, ranks) = match level {
            Level::Order => (&mut self.out.order, &mut self.order_ranks),
            Level::Item => match self.out.items.last_mut() {
                Some(item) => (item, &mut self.item_ranks),
                None => return,
            },
        };
        let speaks = value == Scalar::Text && !self.scratch.trim().is_empty();
        for feed in feeds {
            let (Some(cell), Some(rank)) = (cells.get_mut(feed.column), ranks.get_mut(feed.column)) else {
                continue;
            };
            let better = rank.is_none_or(|rank| feed.rank <= rank);
            let take = match (speaks, cell.spoken().is_some()) {
                (true, true) | (false, false) => better,
                (true, false) => true,
                (false, true) => false,
            };
            if !take {
                continue;
            }
            *rank = Some(feed.rank);
            if let ApiCell::Text(old) = std::mem::take(cell) {
                self.texts.push(old);
            }
            *cell = match value {
                Scalar::Absent => ApiCell::Absent,
                Scalar::Null => ApiCell::Null,
                Scalar::Text => {
                    let mut text = self.texts.pop().unwrap_or_default();
                    text.clear();
                    text.push_str(&self.scratch);
                    ApiCell::Text(text)
                }
            };
        }
    }

    fn store_extracted_at(&mut self, rank: usize, raw: &str) {
        self.scratch.clear();
        let spoken = matches!(read_value(raw, &mut self.scratch), Ok(Scalar::Text));
        if spoken && !self.scratch.trim().is_empty() && self.extracted_at_rank.is_none_or(|best| rank <= best)
        {
            self.extracted_at_rank = Some(rank);
            self.out.extracted_at = Some(self.scratch.clone());
        }
    }
}

/// Walks along the paths of a level, from its root. `false`: the text is no JSON.
fn follow(text: &str, level: Level, reading: &mut Reading<'_>) -> bool {
    let mut json = serde_json::Deserializer::from_str(text);
    let root = NodeSeed { reading: reading.again(), level, node: Paths::ROOT };
    root.deserialize(&mut json).and_then(|()| json.end()).is_ok()
}

fn is_spoken(raw: &str) -> bool {
    let mut text = String::new();
    // Refunds and shipments list the codes of several items.
    !raw.starts_with(['[', '{'])
        && matches!(read_value(raw, &mut text), Ok(Scalar::Text))
        && !text.trim().is_empty()
}

fn clear(cells: &mut [ApiCell], texts: &mut Vec<String>) {
    for cell in cells {
        if let ApiCell::Text(text) = std::mem::take(cell) {
            texts.push(text);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Order,
    Item,
}

/// The paths and where their values go.
struct Reading<'a> {
    order_paths: &'a Paths,
    item_paths: &'a Paths,
    state: &'a mut State,
}

impl<'a> Reading<'a> {
    fn paths(&self, level: Level) -> &'a Paths {
        match level {
            Level::Order => self.order_paths,
            Level::Item => self.item_paths,
        }
    }

    fn again(&mut self) -> Reading<'_> {
        Reading { order_paths: self.order_paths, item_paths: self.item_paths, state: self.state }
    }
}

/// An object or list on the way to some path. At the root of the item paths each object is an item.
struct NodeSeed<'a> {
    reading: Reading<'a>,
    level: Level,
    node: NodeId,
}

impl NodeSeed<'_> {
    fn is_item(&self) -> bool {
        self.level == Level::Item && self.node == Paths::ROOT
    }
}

impl<'de> DeserializeSeed<'de> for NodeSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NodeSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        if self.is_item() {
            self.reading.state.begin_item();
        }
        let paths = self.reading.paths(self.level);
        // One object where a list is usual stands for the list's first element.
        let node = paths.child(self.node, "0").unwrap_or(self.node);
        while let Some(child) = map.next_key_seed(KeySeed { paths, node })? {
            let Some(child) = child else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let Node { role, feeds, .. } = paths.node(child);
            match role {
                Role::Way => {
                    let reading = self.reading.again();
                    map.next_value_seed(NodeSeed { reading, level: self.level, node: child })?;
                }
                Role::Value => {
                    let raw = map.next_value::<&RawValue>()?;
                    self.reading.state.store(self.level, feeds, raw.get());
                }
                Role::OrderId => {
                    self.reading.state.has_order_id = true;
                    let raw = map.next_value::<&RawValue>()?;
                    self.reading.state.store(self.level, feeds, raw.get());
                }
                Role::ExtractedAt(rank) => {
                    let raw = map.next_value::<&RawValue>()?;
                    self.reading.state.store_extracted_at(*rank, raw.get());
                }
                Role::ItemCode => {
                    let raw = map.next_value::<&RawValue>()?;
                    let items_are = &mut self.reading.state.items_are;
                    if *items_are == Items::Missing && is_spoken(raw.get()) {
                        *items_are = Items::Itself;
                    }
                }
                Role::Items => {
                    self.reading.state.items_are = Items::Listed;
                    let reading = self.reading.again();
                    map.next_value_seed(NodeSeed { reading, level: Level::Item, node: Paths::ROOT })?;
                }
                Role::Exchange => {
                    let raw = map.next_value::<&RawValue>()?;
                    read_exchanges(raw, &mut self.reading.state.exchanges);
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        if self.is_item() {
            loop {
                let item = NodeSeed { reading: self.reading.again(), level: self.level, node: self.node };
                if list.next_element_seed(item)?.is_none() {
                    break;
                }
            }
            return Ok(());
        }
        let paths = self.reading.paths(self.level);
        if let Some(first) = paths.child(self.node, "0") {
            let reading = self.reading.again();
            list.next_element_seed(NodeSeed { reading, level: self.level, node: first })?;
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}

/// A key, as the node that it leads to.
struct KeySeed<'a> {
    paths: &'a Paths,
    node: NodeId,
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = Option<NodeId>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = Option<NodeId>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.paths.child(self.node, key))
    }
}
