//! Where the current state of an order comes from.

use serde::Serialize;

/// Every order of this id; one id can stand in several malls and shops.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    pub order_id: String,
    pub orders: Vec<OrderView>,
}

#[derive(Clone, Debug, Serialize)]
pub struct OrderView {
    pub mall_id: String,
    pub shop_no: i64,
    pub shop_name: Option<String>,
    /// `2024-07-01`.
    pub order_day: Option<String>,
    /// Columns of the order that have a value.
    pub values: Vec<ExplainedValue>,
    pub items: Vec<ItemView>,
    /// By time, oldest first; `no` counts from 1.
    pub observations: Vec<ObservationView>,
    pub changes: Vec<ChangeView>,
    pub findings: Vec<FindingView>,
}

#[derive(Clone, Debug, Serialize)]
pub struct ItemView {
    pub item_key: String,
    pub values: Vec<ExplainedValue>,
}

/// A current value and the observation it came from.
#[derive(Clone, Debug, Serialize)]
pub struct ExplainedValue {
    pub column: String,
    pub value: String,
    /// Number of an observation; `None` for a value that the program derives.
    pub from: Option<usize>,
    /// An amount or a number.
    #[serde(skip)]
    pub numeric: bool,
}

/// One row of one file.
#[derive(Clone, Debug, Serialize)]
pub struct ObservationView {
    pub no: usize,
    pub path: String,
    /// Sheet of a workbook with several.
    pub sheet: Option<String>,
    pub row: u64,
    pub source: String,
    /// `2024-07-05T00:00:00Z`.
    pub observed_at: String,
    /// The item it speaks of; `None` where it speaks of the order only.
    pub item_key: Option<String>,
    /// The row has no item code: it was matched by its goods.
    pub matched: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct ChangeView {
    /// `None` for a column of the order.
    pub item_key: Option<String>,
    pub field: String,
    pub old_value: String,
    /// `None` where the value was cleared.
    pub new_value: Option<String>,
    pub old_observed_at: String,
    pub new_observed_at: String,
    pub old_source: String,
    pub new_source: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct FindingView {
    pub reason: String,
    pub message: String,
    pub item_key: Option<String>,
    pub column: Option<String>,
    pub value: Option<String>,
    pub other_value: Option<String>,
}
