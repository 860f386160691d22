//! The whole ledger in numbers: what `jangbu report` draws. Nothing in it leads to a person or to a single order.

use serde::{Serialize, Serializer};

use super::changes::TopicView;
use super::coverage::CoverageReport;
use crate::core::problem::{FindingKind, Reason};
use crate::core::sales::Sum;

/// Everything is of one committed state of the ledger.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// The last run that was not undone.
    pub run_id: Option<String>,
    /// The day that counts as today.
    pub as_of: String,
    /// The order days that coverage, sales, refunds and findings are limited to.
    pub from: Option<String>,
    pub to: Option<String>,
    pub coverage: CoverageReport,
    pub shops: Vec<ShopSales>,
    /// What became different; `None` where the ledger has no runs.
    pub drift: Option<DriftView>,
    /// The most frequent first.
    pub findings: Vec<FindingCount>,
    pub quarantine: Vec<QuarantineCount>,
    /// By observation, the oldest first.
    pub files: Vec<FileCount>,
}

/// Sales of a shop.
#[derive(Clone, Debug, Serialize)]
pub struct ShopSales {
    pub mall_id: String,
    pub shop_no: i64,
    pub shop_name: Option<String>,
    /// Currencies that its orders name; none where no source tells any.
    pub currencies: Vec<String>,
    /// From the first month to the last; one without orders between them is there too.
    pub months: Vec<MonthSales>,
    pub total: MonthSales,
}

/// A month, orders without a month (`month` is null), or all of them.
#[derive(Clone, Debug, Serialize)]
pub struct MonthSales {
    /// `2024-07`
    pub month: Option<String>,
    pub orders: u64,
    pub items: u64,
    pub gross: Amount,
    pub discounts: Amount,
    pub refunds: Amount,
    pub net: Amount,
    pub by_sources: Vec<SourceSales>,
    /// Refunds by the days from payment to refund, by order month.
    pub refund_lags: Vec<LagSum>,
}

/// What a set of sources has spoken of. Each order and item stands under one set.
#[derive(Clone, Debug, Serialize)]
pub struct SourceSales {
    /// As in the tables: `api,export`.
    pub sources: String,
    pub orders: u64,
    pub items: u64,
    /// Of its orders.
    pub net: Amount,
}

/// Refunds that took so many days; both ends included, null is open. Both null: no source tells how many.
#[derive(Clone, Debug, Serialize)]
pub struct LagSum {
    pub from_days: Option<i32>,
    pub to_days: Option<i32>,
    pub orders: u64,
    pub amount: Amount,
}

/// An exact amount, in JSON as text: `"340000.00"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(pub Sum);

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// What became different, without the list.
#[derive(Clone, Debug, Serialize)]
pub struct DriftView {
    pub since: super::changes::SinceView,
    pub new_orders: u64,
    pub new_items: u64,
    pub topics: Vec<TopicView>,
}

#[derive(Clone, Debug, Serialize)]
pub struct FindingCount {
    #[serde(serialize_with = "as_kind")]
    pub reason: FindingKind,
    pub findings: u64,
    /// Orders that they are about.
    pub orders: u64,
    /// Columns that they are about, by name.
    pub columns: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct QuarantineCount {
    #[serde(serialize_with = "as_reason")]
    pub reason: Reason,
    pub rows: u64,
    pub files: u64,
}

#[derive(Clone, Debug, Serialize)]
pub struct FileCount {
    /// Without its folders; `None` where names are not asked for, or this one looks like a person's.
    pub name: Option<String>,
    /// The first characters of its SHA-256.
    pub short_hash: String,
    pub source: String,
    pub format: String,
    pub observed_at: String,
    pub first_order_day: Option<String>,
    pub last_order_day: Option<String>,
    pub rows_read: u64,
    pub rows_accepted: u64,
    pub rows_duplicate: u64,
    pub rows_quarantined: u64,
    pub rows_skipped: u64,
    pub unknown_headers: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
fn as_kind<S: Serializer>(kind: &FindingKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.code())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
fn as_reason<S: Serializer>(reason: &Reason, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(reason.code())
}
