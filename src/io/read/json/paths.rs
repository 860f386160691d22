//! The schema's API paths as a tree, so that each key of an order is looked up once.

use crate::core::schema::Column;

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

#[derive(Debug)]
pub(super) struct Paths {
    nodes: Vec<Node>,
}

impl Paths {
    pub(super) const ROOT: NodeId = 0;

    pub(super) fn of_order(columns: &[Column], extracted_at: &[String]) -> Self {
        let mut paths = Self::of_item(columns);
        paths.assign("items", Role::Items);
        paths.assign("exchange", Role::Exchange);
        paths.assign("order_id", Role::OrderId);
        for (rank, key) in extracted_at.iter().enumerate() {
            paths.assign(key, Role::ExtractedAt(rank));
        }
        paths
    }

    pub(super) fn of_item(columns: &[Column]) -> Self {
        let mut paths = Self { nodes: vec![Node::default()] };
        for (column, known) in columns.iter().enumerate() {
            for (rank, path) in known.api.iter().enumerate() {
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
