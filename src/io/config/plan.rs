//! `[plan]`: how far back what serves.

use serde::Deserialize;

use super::Problem;

/// How far back what serves, and how long a request may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Plan {
    /// The longest range of one download, in months.
    pub download_months: u32,
    /// So many months back the admin lists orders; 0: without end.
    pub admin_months: u32,
    /// So many months back the API serves; 0: it is not used.
    pub api_months: u32,
    /// A request that has not arrived after so many days is overdue.
    pub overdue_days: u32,
    /// So many days after an order its refunds have come.
    pub settle_days: u32,
}

impl Default for Plan {
    fn default() -> Self {
        Self { download_months: 6, admin_months: 36, api_months: 6, overdue_days: 7, settle_days: 30 }
    }
}

/// More months or days than this are a slip of the pen.
const MOST: u32 = 1200;

impl Plan {
    pub(super) fn check(self) -> Result<Self, Problem> {
        let settings = [
            ("download_months", self.download_months, 1),
            ("admin_months", self.admin_months, 0),
            ("api_months", self.api_months, 0),
            ("overdue_days", self.overdue_days, 0),
            ("settle_days", self.settle_days, 1),
        ];
        match settings.iter().find(|(_, n, least)| n < least || *n > MOST) {
            Some((name, n, least)) => Err(Problem::new(format!("`plan.{name}` is {n}"))
                .hint(format!("write a number from {least} to {MOST}"))),
            None => Ok(self),
        }
    }
}
