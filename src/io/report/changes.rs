//! What became different.

use serde::Serialize;

/// What became different since something.
#[derive(Clone, Debug, Serialize)]
pub struct ChangesReport {
    pub since: SinceView,
    pub new_orders: u64,
    /// Further items of orders that were known.
    pub new_items: u64,
    pub topics: Vec<TopicView>,
    pub changes: Vec<DifferenceView>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SinceView {
    Run(String),
    ObservedAt(String),
}

#[derive(Clone, Debug, Serialize)]
pub struct TopicView {
    pub topic: String,
    pub orders: u64,
    /// Orders and items, each once.
    pub places: u64,
    /// What it means for the store's money, such as `-340000.00`.
    pub amount: Option<String>,
    pub first_told: Option<FirstTold>,
    pub steps: Vec<StepView>,
}

/// The part of an amount of which nothing had been told before.
#[derive(Clone, Debug, Serialize)]
pub struct FirstTold {
    pub orders: u64,
    pub amount: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct StepView {
    pub old_value: String,
    pub new_value: Option<String>,
    pub count: u64,
}

#[derive(Clone, Debug, Serialize)]
pub struct DifferenceView {
    pub mall_id: String,
    pub shop_no: i64,
    pub order_id: String,
    pub order_day: Option<String>,
    pub item_key: Option<String>,
    pub topic: String,
    pub field: String,
    pub old_value: Option<String>,
    pub new_value: Option<String>,
    /// When the new value was first seen; null for a first word.
    pub new_observed_at: Option<String>,
    pub new_source: Option<String>,
}
