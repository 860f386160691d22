//! Which days are known.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::core::coverage::{Rule, Verdict};
use crate::core::types::Day;

/// The coverage of all shops.
#[derive(Clone, Debug, Serialize)]
pub struct CoverageReport {
    pub shops: Vec<ShopView>,
    /// Orders of which no day is known.
    pub undated_orders: u64,
    pub settle_days: i32,
}

#[derive(Clone, Debug, Serialize)]
pub struct ShopView {
    pub mall_id: String,
    pub shop_no: i64,
    /// The first day that is known, whatever days are shown.
    pub first_day: Option<String>,
    pub last_day: Option<String>,
    /// Orders a day, such as `3.25`.
    pub orders_a_day: Option<String>,
    /// Days without orders.
    pub stretches: Vec<StretchView>,
    pub days: Vec<DayView>,
}

#[derive(Clone, Debug, Serialize)]
pub struct StretchView {
    pub from: String,
    pub to: String,
    pub days: u64,
    #[serde(serialize_with = "as_verdict")]
    pub verdict: Verdict,
    #[serde(serialize_with = "as_rule")]
    pub rule: Rule,
    /// Orders to be expected in the whole stretch, such as `12.50`.
    pub expected_orders: Option<String>,
    /// Files whose range reaches over it.
    pub claimed_by: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct DayView {
    #[serde(skip)]
    pub at: Day,
    pub day: String,
    #[serde(serialize_with = "as_verdict")]
    pub verdict: Verdict,
    #[serde(serialize_with = "as_rule")]
    pub rule: Rule,
    pub orders: u64,
    pub items: u64,
    pub orders_by_source: BTreeMap<&'static str, u64>,
    pub first_observed_at: Option<String>,
    pub last_observed_at: Option<String>,
    /// Orders that were observed at one moment only.
    pub seen_once: u64,
    /// Orders last looked at before they had settled, and not lately.
    pub may_have_drifted: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
fn as_verdict<S: Serializer>(verdict: &Verdict, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(verdict.as_str())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
fn as_rule<S: Serializer>(rule: &Rule, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(rule.as_str())
}
