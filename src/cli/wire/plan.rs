//! The plan, and requests that are noted or withdrawn.

use std::sync::Arc;

use super::{instant, now, open};
use crate::cli::command::Wanted;
use crate::cli::settings::Settings;
use crate::cli::status::Failure;
use crate::core::coverage::Clock;
use crate::core::plan::{Asked, Kind, Limits, Span};
use crate::core::schema::Schema;
use crate::core::types::Day;
use crate::io::ledger::Writer;
use crate::io::plan::{PlanError, Planner};
use crate::io::report::plan::{AskedView, PlanReport};

/// The clock by which the plan is made.
fn clock_of(settings: &Settings) -> Clock {
    let settle_days = i32::try_from(settings.config.plan.settle_days).unwrap_or(i32::MAX);
    Clock { today: instant(now()).to_kst().day(), settle_days }
}

fn plan_failure(error: PlanError) -> Failure {
    match error {
        PlanError::Ledger(error) => error.into(),
        PlanError::Form(_) => Failure::new("store.internal", error.to_string()),
    }
}

/// What to ask for next, and what was asked for.
pub(in crate::cli) fn plan(
    settings: &Settings,
    schema: &Schema,
    limits: Limits,
) -> Result<PlanReport, Failure> {
    let ledger = open(settings, schema)?;
    let planner =
        Planner::new(&ledger, schema, settings.config.plan, clock_of(settings)).map_err(plan_failure)?;
    Ok(planner.report(limits))
}

/// Requests to be noted.
pub(in crate::cli) struct Noting {
    /// None: all that the plan lists.
    pub wanted: Vec<Wanted>,
    pub mall: Option<String>,
    pub shop: Option<i64>,
    /// Today, if it is not told.
    pub asked_on: Option<Day>,
}

/// Requests that were noted, with the plan as it is then.
#[derive(Debug, serde::Serialize)]
pub(in crate::cli) struct Noted {
    pub noted: Vec<AskedView>,
    #[serde(skip)]
    pub plan: PlanReport,
}

pub(in crate::cli) fn note_requests(
    settings: &Settings,
    schema: &Schema,
    noting: &Noting,
) -> Result<Noted, Failure> {
    let clock = clock_of(settings);
    let on = noting.asked_on.unwrap_or(clock.today);
    if on > clock.today {
        return Err(Failure::usage(format!("--asked-on: {on} has not come yet"))
            .hint("it is the day on which it was asked for"));
    }
    // A folder without a ledger stays one.
    drop(open(settings, schema)?);
    let mut ledger = Writer::open(&settings.ledger, Arc::new(schema.clone()), "plan")?;
    let planner = Planner::new(&ledger, schema, settings.config.plan, clock).map_err(plan_failure)?;
    let listed = planner.report(Limits::default()).requests;
    let mut made: Vec<(String, i64, Asked)> = Vec::new();
    let mut make = |mall: &str, shop_no: i64, kind: Kind, span: Span| {
        let request = (mall.to_owned(), shop_no, Asked { kind, span, on });
        if !made.contains(&request) {
            made.push(request);
        }
    };
    if noting.wanted.is_empty() {
        if listed.is_empty() {
            return Err(nothing_missing("the plan has no requests"));
        }
        listed.iter().for_each(|r| make(&r.mall_id, r.shop_no, r.why, r.span));
    }
    for wanted in &noting.wanted {
        match wanted {
            Wanted::Number(n) => {
                let Some(r) = listed.iter().find(|r| r.number == Some(*n)) else {
                    let message = format!("the plan has no request {n}, it has {}", listed.len());
                    return Err(Failure::usage(message).hint("`jangbu plan` lists them with their numbers"));
                };
                make(&r.mall_id, r.shop_no, r.why, r.span);
            }
            Wanted::Days(span) => {
                let shop = shop_named(&planner, noting)?;
                let Span { from, to } = *span;
                if let Some(open) = planner.open_request(&shop, *span) {
                    let message = format!("{open} asks for days from {from} to {to} already");
                    return Err(Failure::new("plan.asked_already", message)
                        .hint(format!("first `jangbu plan withdraw {open}`, or choose other days")));
                }
                let Some(kind) = planner.kind_of(&shop, *span) else {
                    return Err(nothing_missing(&format!(
                        "nothing from {from} to {to} is missing or drifting"
                    )));
                };
                make(&shop.0, shop.1, kind, *span);
            }
        }
    }
    let names = ledger.note_requests(&made)?;
    let planner = Planner::new(&ledger, schema, settings.config.plan, clock).map_err(plan_failure)?;
    let plan = planner.report(Limits::default());
    let noted = plan.asked.iter().filter(|a| names.contains(&a.request_id)).cloned().collect();
    Ok(Noted { noted, plan })
}

fn nothing_missing(message: &str) -> Failure {
    Failure::new("plan.nothing_missing", message)
        .hint("`jangbu plan` and `jangbu coverage` show the days that are")
}

/// The shop that is meant: the only one that fits.
fn shop_named(planner: &Planner, noting: &Noting) -> Result<(String, i64), Failure> {
    let fits = |shop: &&(String, i64)| {
        noting.mall.as_ref().is_none_or(|mall| *mall == shop.0) && noting.shop.is_none_or(|no| no == shop.1)
    };
    let fitting: Vec<&(String, i64)> = planner.shops().filter(fits).collect();
    match fitting[..] {
        [shop] => Ok(shop.clone()),
        [] => Err(Failure::usage("the ledger has no such shop").hint("`jangbu coverage` names the shops")),
        _ => Err(Failure::usage("there are several shops").hint("say which with --mall and --shop")),
    }
}

pub(in crate::cli) fn withdraw_requests(
    settings: &Settings,
    schema: &Schema,
    names: &[String],
) -> Result<(), Failure> {
    drop(open(settings, schema)?);
    let mut ledger = Writer::open(&settings.ledger, Arc::new(schema.clone()), "plan")?;
    Ok(ledger.withdraw_requests(names)?)
}
