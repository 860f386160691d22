//! What to ask for next: the ledger's days and requests, put before [`crate::core::plan`] shop by shop.

use super::config::plan::Plan;
use super::coverage::{Gathered, ShopKey};
use super::ledger::{Ledger, LedgerError, RequestRecord};
use super::report::plan::{
    AskedView, FormColumnView, FormViews, PlanReport, PlanSettings, RequestView, ShopEnd,
};
use crate::core::coverage::{Clock, Coverage, Verdict};
use crate::core::plan::{
    Answered, FormColumn, Horizons, Kind, Limits, Need, Request, Span, State, answered, form, kind_of,
    requests, ways,
};
use crate::core::schema::Schema;
use crate::core::types::{Day, Source};

/// Why a plan cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("the columns of the form cannot be read: {0}")]
    Form(#[from] toml::de::Error),
}

/// What is known of the days of every shop, with what was asked for.
pub struct Planner {
    gathered: Gathered,
    covers: Vec<(ShopKey, Coverage)>,
    asked: Vec<(RequestRecord, Answered)>,
    /// The forms for missing and for drifting days.
    forms: [Vec<FormColumn>; 2],
    settings: Plan,
    clock: Clock,
}

impl Planner {
    pub fn new(ledger: &Ledger, schema: &Schema, settings: Plan, clock: Clock) -> Result<Self, PlanError> {
        let forms = [form(schema, Kind::Missing)?, form(schema, Kind::Drift)?];
        let gathered = Gathered::new(ledger, schema)?;
        let covers: Vec<(ShopKey, Coverage)> =
            gathered.shops.keys().map(|shop| (shop.clone(), gathered.cover(shop, clock, |_| true))).collect();
        let nothing = Coverage::default();
        let mut asked = Vec::new();
        for mut record in ledger.requests()? {
            record.shop_no = shop_of(&record, &covers);
            let shop = (record.mall_id.clone(), record.shop_no);
            let coverage = covers.iter().find(|(s, _)| *s == shop).map_or(&nothing, |(_, c)| c);
            let orders = gathered.shops.get(&shop).map_or(&[][..], Vec::as_slice);
            let Clock { today, settle_days } = clock;
            let how = answered(&record.asked, coverage, orders, settle_days, settings.overdue_days, today);
            asked.push((record, how));
        }
        Ok(Self { gathered, covers, asked, forms, settings, clock })
    }

    pub fn shops(&self) -> impl Iterator<Item = &ShopKey> {
        self.covers.iter().map(|(shop, _)| shop)
    }

    /// Why days of a shop would be asked for; `None` where nothing of them is missing or drifting.
    pub fn kind_of(&self, shop: &ShopKey, span: Span) -> Option<Kind> {
        let (_, coverage) = self.covers.iter().find(|(s, _)| s == shop)?;
        kind_of(coverage, span, self.clock.today)
    }

    /// The request that was made and has not arrived, if any, of days of the span.
    pub fn open_request(&self, shop: &ShopKey, span: Span) -> Option<&str> {
        let meets = |r: &RequestRecord| {
            let asked = r.asked.span;
            (&r.mall_id, r.shop_no) == (&shop.0, shop.1) && asked.from <= span.to && span.from <= asked.to
        };
        let open = self.asked.iter().find(|(r, how)| how.state != State::Arrived && meets(r));
        open.map(|(r, _)| r.request_id.as_str())
    }

    pub fn report(&self, limits: Limits) -> PlanReport {
        let mut asked: Vec<AskedView> =
            self.asked.iter().map(|(record, how)| self.asked_view(record, how)).collect();
        asked.sort_by_key(|a| match a.state {
            "overdue" => 0,
            "waiting" => 1,
            _ => 2,
        });
        let mut wanted: Vec<(&ShopKey, Request)> =
            self.covers.iter().flat_map(|(shop, told)| self.of_shop(shop, told, limits)).collect();
        let numbered = limits == Limits::default();
        wanted.sort_by(|a, b| (a.1.kind, a.1.span, a.0).cmp(&(b.1.kind, b.1.span, b.0)));
        PlanReport {
            today: self.clock.today.to_string(),
            settings: PlanSettings {
                download_months: self.settings.download_months,
                admin_months: self.settings.admin_months,
                api_months: self.settings.api_months,
                overdue_days: self.settings.overdue_days,
                settle_days: self.clock.settle_days,
            },
            asked,
            requests: (1..)
                .zip(wanted)
                .map(|(n, (shop, request))| self.view(numbered.then_some(n), shop, &request))
                .collect(),
            columns: FormViews { missing: self.views(Kind::Missing), drift: self.views(Kind::Drift) },
            shops: self.covers.iter().map(|(shop, told)| self.end(shop, told)).collect(),
        }
    }

    fn of_shop<'s>(&self, shop: &'s ShopKey, told: &Coverage, limits: Limits) -> Vec<(&'s ShopKey, Request)> {
        let open: Vec<Span> = self
            .asked
            .iter()
            .filter(|(r, how)| (&r.mall_id, r.shop_no) == (&shop.0, shop.1) && how.state != State::Arrived)
            .map(|(r, _)| r.asked.span)
            .collect();
        let wanted = requests(told, limits, &open, self.horizons(), self.uses_api(), self.clock.today);
        wanted.into_iter().map(|request| (shop, request)).collect()
    }

    fn horizons(&self) -> Horizons {
        let Plan { download_months, admin_months, api_months, .. } = self.settings;
        Horizons { download_months, admin_months, api_months }
    }

    fn uses_api(&self) -> bool {
        self.gathered.files.iter().any(|f| f.source == Source::Api)
    }

    /// A request of one's own making, as if it were to be made.
    pub fn request_of(&self, shop: &ShopKey, kind: Kind, span: Span) -> RequestView {
        let request = Request {
            kind,
            span,
            missing_days: 0,
            incomplete_days: 0,
            drifting_orders: 0,
            ways: ways(span, self.horizons(), self.uses_api(), self.clock.today),
        };
        self.view(None, shop, &request)
    }

    fn views(&self, kind: Kind) -> Vec<FormColumnView> {
        let columns = self.forms[usize::from(kind == Kind::Drift)].iter().cloned();
        columns
            .map(|c| FormColumnView { column: c.column, header: c.header, need: c.need.as_str() })
            .collect()
    }

    fn view(&self, number: Option<u64>, shop: &ShopKey, request: &Request) -> RequestView {
        let form = self.forms[usize::from(request.kind == Kind::Drift)].iter();
        RequestView {
            number,
            mall_id: shop.0.clone(),
            shop_no: shop.1,
            kind: request.kind.as_str(),
            from: request.span.from.to_string(),
            to: request.span.to.to_string(),
            days: request.span.days(),
            missing_days: request.missing_days,
            incomplete_days: request.incomplete_days,
            drifting_orders: request.drifting_orders,
            ways: request.ways.iter().map(|way| way.as_str()).collect(),
            columns: form.filter(|c| c.need == Need::Must).map(|c| c.header.clone()).collect(),
            why: request.kind,
            span: request.span,
        }
    }

    fn asked_view(&self, record: &RequestRecord, how: &Answered) -> AskedView {
        let RequestRecord { request_id, mall_id, shop_no, asked } = record.clone();
        AskedView {
            request: self.request_of(&(mall_id.clone(), shop_no), asked.kind, asked.span),
            request_id,
            mall_id,
            shop_no,
            kind: asked.kind.as_str(),
            from: asked.span.from.to_string(),
            to: asked.span.to.to_string(),
            asked_on: asked.on.to_string(),
            days_waited: how.waited,
            state: how.state.as_str(),
            days_left: how.days_left,
        }
    }

    fn end(&self, shop: &ShopKey, told: &Coverage) -> ShopEnd {
        let last = told.days.last().map(|d| d.day);
        let since = |last: Day| u64::try_from(self.clock.today.0 - 1 - last.0).unwrap_or_default();
        ShopEnd {
            mall_id: shop.0.clone(),
            shop_no: shop.1,
            first_day: told.days.first().map(|d| d.day.to_string()),
            last_day: last.map(|d| d.to_string()),
            days_since: last.map_or(0, since),
            days_in_quarantine: told.days.iter().filter(|d| d.verdict == Verdict::Waiting).count() as u64,
        }
    }
}

/// The shop of a request. The orders of a mall's only shop move when its number becomes known, and their requests with them.
fn shop_of(record: &RequestRecord, covers: &[(ShopKey, Coverage)]) -> i64 {
    let mut shops = covers.iter().map(|(shop, _)| shop).filter(|shop| shop.0 == record.mall_id);
    match (shops.next(), shops.next()) {
        (Some(only), None) => only.1,
        _ => record.shop_no,
    }
}
