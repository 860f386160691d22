//! What to ask for next.

use serde::Serialize;

use crate::core::plan::{Kind, Span};

/// Requests that were made, and those to make.
#[derive(Clone, Debug, Serialize)]
pub struct PlanReport {
    /// The Korean day for which this holds.
    pub today: String,
    pub settings: PlanSettings,
    pub asked: Vec<AskedView>,
    /// Missing days before drifting ones, oldest first; numbered over all shops.
    pub requests: Vec<RequestView>,
    /// Columns that the download form should have, by the kind of request.
    pub columns: FormViews,
    pub shops: Vec<ShopEnd>,
}

#[derive(Clone, Copy, Debug, Serialize)]
pub struct PlanSettings {
    pub download_months: u32,
    pub admin_months: u32,
    pub api_months: u32,
    pub overdue_days: u32,
    pub settle_days: i32,
}

#[derive(Clone, Debug, Serialize)]
pub struct AskedView {
    pub request_id: String,
    pub mall_id: String,
    pub shop_no: i64,
    /// `missing` or `drift`.
    pub kind: &'static str,
    pub from: String,
    pub to: String,
    pub asked_on: String,
    pub days_waited: u64,
    /// `waiting`, `overdue` or `arrived`.
    pub state: &'static str,
    /// Days of it that have not come.
    pub days_left: u64,
    #[serde(skip)]
    pub request: RequestView,
}

#[derive(Clone, Debug, Serialize)]
pub struct RequestView {
    /// What `plan request` knows it by; null in a plan of chosen days.
    pub number: Option<u64>,
    pub mall_id: String,
    pub shop_no: i64,
    /// `missing` or `drift`.
    pub kind: &'static str,
    pub from: String,
    pub to: String,
    pub days: u64,
    /// Days of which no orders are known, and of which perhaps not all.
    pub missing_days: u64,
    pub incomplete_days: u64,
    /// Orders that may have drifted.
    pub drifting_orders: u64,
    /// `admin_download`, `api`, `history_file`; the one to try first comes first.
    pub ways: Vec<&'static str>,
    /// Headers of the download form that it needs; `columns` of the plan has more.
    pub columns: Vec<String>,
    #[serde(skip)]
    pub why: Kind,
    #[serde(skip)]
    pub span: Span,
}

#[derive(Clone, Debug, Serialize)]
pub struct FormViews {
    pub missing: Vec<FormColumnView>,
    pub drift: Vec<FormColumnView>,
}

#[derive(Clone, Debug, Serialize)]
pub struct FormColumnView {
    pub column: String,
    /// What it is called in the download form.
    pub header: String,
    /// `must` or `good`.
    pub need: &'static str,
}

/// Where the known days of a shop begin and end.
#[derive(Clone, Debug, Serialize)]
pub struct ShopEnd {
    pub mall_id: String,
    pub shop_no: i64,
    pub first_day: Option<String>,
    pub last_day: Option<String>,
    /// Days behind it up to yesterday, of which nothing is known; `--to` asks for them.
    pub days_since: u64,
    /// Days that wait in the quarantine: they are here, and nobody need be asked.
    pub days_in_quarantine: u64,
}
