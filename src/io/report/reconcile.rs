//! Files against the API.

use serde::Serialize;

/// What files and the API say of the same days.
#[derive(Clone, Debug, Serialize)]
pub struct ReconcileReport {
    /// `agree`, `within_tolerance`, `disagree` or `nothing_to_compare`.
    pub verdict: &'static str,
    /// Won a day, such as `1000.00`.
    pub tolerance: String,
    pub shops: Vec<ShopSides>,
    /// Orders of which no day is known: those that both sides have are compared, the others are not judged.
    pub undated_orders: u64,
}

#[derive(Clone, Debug, Serialize)]
pub struct ShopSides {
    pub mall_id: String,
    pub shop_no: i64,
    pub verdict: &'static str,
    pub orders: ClassCounts,
    pub items: ClassCounts,
    /// Days of which anything was compared, and those of them that disagree.
    pub days_judged: u64,
    pub days_disagreeing: u64,
    pub files_amount: String,
    pub api_amount: String,
    /// API less files.
    pub difference: String,
    /// What the orders are apart, each without sign.
    pub off: String,
    pub days: Vec<DaySides>,
    pub fields: Vec<FieldView>,
    pub differences: Vec<DifferenceView>,
    pub one_sided: Vec<OneSidedView>,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct ClassCounts {
    pub equal: u64,
    pub drifted: u64,
    pub only_in_files: u64,
    pub only_in_api: u64,
    pub unjudged: u64,
}

#[derive(Clone, Debug, Serialize)]
pub struct DaySides {
    /// Null for orders of which no day is known.
    pub day: Option<String>,
    /// `whole`, `common`, `files_only` or `api_only`.
    pub scope: &'static str,
    pub verdict: &'static str,
    pub orders: ClassCounts,
    pub items: ClassCounts,
    pub files_amount: String,
    pub api_amount: String,
    /// API less files.
    pub difference: String,
    pub off: String,
    /// Orders that differ in a way that no amount weighs.
    pub unweighed_orders: u64,
    /// Orders that both have, and no amount that both tell.
    pub orders_without_amount: u64,
}

#[derive(Clone, Debug, Serialize)]
pub struct FieldView {
    pub field: String,
    pub count: u64,
    pub files_newer: u64,
    pub api_newer: u64,
    /// API less files.
    pub amount: Option<String>,
    /// It never changes, so no newer word explains it.
    pub frozen: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct DifferenceView {
    pub order_id: String,
    pub order_day: Option<String>,
    pub item_key: Option<String>,
    pub field: String,
    pub files_value: String,
    pub files_observed_at: String,
    pub api_value: String,
    pub api_observed_at: String,
    /// `files`, `api`, or null where both were told at one moment.
    pub newer: Option<&'static str>,
    /// API less files.
    pub amount: Option<String>,
    pub frozen: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct OneSidedView {
    pub order_id: String,
    pub order_day: Option<String>,
    /// Null for a whole order.
    pub item_key: Option<String>,
    /// `files` or `api`.
    pub only_in: &'static str,
    pub observed_at: String,
    /// When the other side last looked at the order; null if it does not have it.
    pub other_observed_at: Option<String>,
    /// What a whole order is worth.
    pub amount: Option<String>,
}
