//! The schema's API paths as a tree, so that each key of an order is looked up once.

use std::collections::BTreeSet;

use crate::core::schema::{Column, Schema};

pub(super) type NodeId = usize;

/// What a key leads to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Role {
    /// An object or list on the way to values.
    #[default]
    Way,
    Value,
    /// A value, too; the key alone makes an object an order.
    OrderId,
    /// An extraction time with its rank.
    ExtractedAt(usize),
    Items,
    /// The code of the item that the object itself is.
    ItemCode,
    /// The `exchange` embed, which names for each new item the one it replaces.
    Exchange,
}

/// A column that a value feeds, and how good the path is among that column's (0 is best).
#[derive(Clone, Copy, Debug)]
pub(super) struct Feed {
    pub column: usize,
    pub rank: usize,
}

#[derive(Debug, Default)]
pub(super) struct Node {
    pub role: Role,
    pub feeds: Vec<Feed>,
    children: Vec<Vec<(String, NodeId)>>,
}

/// How many lists the children of a node are spread over.
const BUCKETS: usize = 128;

/// Spreads keys well enough: their lengths and ends differ more than their beginnings.
fn bucket(key: &str) -> usize {
    let bytes = key.as_bytes();
    let at = |i: usize| bytes.get(i).copied().map_or(0, usize::from);
    (bytes.len() * 31 + at(0) * 7 + at(bytes.len() / 2) * 3 + at(bytes.len().wrapping_sub(1))) % BUCKETS
}

/// The first key of a path.
fn head(path: &str) -> &str {
    path.split('.').next().unwrap_or_default()
}

#[derive(Debug)]
pub(super) struct Paths {
    nodes: Vec<Node>,
}

impl Paths {
    pub(super) const ROOT: NodeId = 0;

    pub(super) fn of_order(schema: &Schema) -> Self {
        let mut paths = Self::of_level(&schema.orders, |_| true);
        paths.assign("items", Role::Items);
        for path in &schema.items[schema.known.item_code].api {
            paths.assign(path, Role::ItemCode);
        }
        paths.with_keys_of_orders(schema)
    }

    /// The order's fields of an object that is one item: a field that both may have is the item's, but for the keys.
    pub(super) fn of_order_beside_item(schema: &Schema) -> Self {
        let of_items: BTreeSet<&str> =
            schema.items.iter().flat_map(|c| &c.api).map(|path| head(path)).collect();
        let known = &schema.known;
        let keys = [known.mall_id, known.shop_no, known.order_id].map(|at| schema.orders[at].name.as_str());
        let is_orders = |path: &str| keys.contains(&head(path)) || !of_items.contains(head(path));
        Self::of_level(&schema.orders, is_orders).with_keys_of_orders(schema)
    }

    fn with_keys_of_orders(mut self, schema: &Schema) -> Self {
        self.assign("exchange", Role::Exchange);
        self.assign("order_id", Role::OrderId);
        for (rank, key) in schema.extracted_at_keys().iter().enumerate() {
            self.assign(key, Role::ExtractedAt(rank));
        }
        self
    }

    pub(super) fn of_item(schema: &Schema) -> Self {
        Self::of_level(&schema.items, |_| true)
    }

    fn of_level(columns: &[Column], takes: impl Fn(&str) -> bool) -> Self {
        let mut paths = Self { nodes: vec![Node::default()] };
        for (column, known) in columns.iter().enumerate() {
            for (rank, path) in known.api.iter().enumerate().filter(|(_, path)| takes(path)) {
                let end = path.split('.').fold(Self::ROOT, |node, key| paths.child_or_new(node, key));
                if let Some(node) = paths.nodes.get_mut(end) {
                    node.role = Role::Value;
                    node.feeds.push(Feed { column, rank });
                }
            }
        }
        paths
    }

    fn assign(&mut self, key: &str, role: Role) {
        let id = self.child_or_new(Self::ROOT, key);
        if let Some(node) = self.nodes.get_mut(id) {
            node.role = role;
        }
    }

    fn child_or_new(&mut self, node: NodeId, key: &str) -> NodeId {
        if let Some(child) = self.child(node, key) {
            return child;
        }
        let child = self.nodes.len();
        self.nodes.push(Node::default());
        if let Some(node) = self.nodes.get_mut(node) {
            node.children.resize_with(BUCKETS, Vec::new);
            if let Some(list) = node.children.get_mut(bucket(key)) {
                list.push((key.to_owned(), child));
            }
        }
        child
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }

    pub(super) fn child(&self, node: NodeId, key: &str) -> Option<NodeId> {
        let list = self.nodes.get(node)?.children.get(bucket(key))?;
        list.iter().find(|(name, _)| name == key).map(|(_, child)| *child)
    }
}
