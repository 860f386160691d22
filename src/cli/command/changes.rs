//! `jangbu changes`: what became different.

use crate::cli::args::{self, Output};
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;
use crate::cli::status::{Failure, Status};
use crate::cli::{view, when, wire};
use crate::core::nearest::nearest;
use crate::core::schema::Schema;
use crate::core::types::{ItemCode, OrderId};
use crate::io::changes::Wanted;
use crate::io::ledger::Since;

pub(super) fn run(
    args: &args::Changes,
    settings: &Settings,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let schema = settings.schema()?;
    let wanted = Wanted {
        field: args.field.as_deref().map(|name| field_named(name, &schema)).transpose()?,
        order: args.order.as_deref().map(order_named).transpose()?,
    };
    let report = wire::changes(settings, &schema, args.since.as_deref().map(since).transpose()?, &wanted)?;
    match printer.output() {
        Output::Json => printer.document(&report)?,
        Output::People => {
            let words = settings.words();
            let text = view::changes::render(&report, &words, printer.width(), printer.style());
            printer.result(&text)?;
        }
    }
    Ok(Status::Success)
}

/// A day or moment, else the name of a run.
pub(super) fn since(text: &str) -> Result<Since, Failure> {
    if let Some(moment) = when::parse_instant(text) {
        return Ok(Since::Moment(moment));
    }
    let name = text.trim();
    let digits = name.strip_prefix('r').unwrap_or(name);
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(Since::Run(name.to_owned()));
    }
    Err(Failure::usage(format!("--since: `{text}` is neither a run nor a day"))
        .hint("write a run such as r0012, or a day such as 2024-07-05"))
}

fn field_named(name: &str, schema: &Schema) -> Result<String, Failure> {
    let tracked = || schema.items.iter().chain(&schema.orders).filter(|c| c.tracked).map(|c| c.name.as_str());
    if tracked().any(|n| n == name) {
        return Ok(name.to_owned());
    }
    let failure = Failure::usage(format!("--field: no column `{name}` is watched for changes"));
    let meant = schema.fed_by(name).find(|fed| tracked().any(|n| n == *fed));
    Err(failure.hint(match meant.or_else(|| nearest(name, tracked())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`jangbu schema` lists the columns".to_owned(),
    }))
}

/// The order of this id; an item's code names its order.
fn order_named(text: &str) -> Result<String, Failure> {
    let text = text.trim();
    let order = match ItemCode::parse(text) {
        Ok((_, order)) if order.day().is_some() => Ok(order),
        _ => OrderId::parse(text),
    };
    order
        .map(|o| o.as_str().to_owned())
        .map_err(|_| Failure::usage("--order: this is no order id").hint("it looks like 20240701-0000123"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::schema::Additions;

    #[test]
    fn what_is_neither_a_run_nor_a_day_is_no_unknown_run() {
        for name in ["r0012", "12"] {
            assert!(matches!(since(name), Ok(Since::Run(run)) if run == name));
        }
        assert!(matches!(since("2024-07-05"), Ok(Since::Moment(_))));
        for wrong in ["2024-13-01", "yesterday", "r", "run1", ""] {
            let failure = since(wrong).unwrap_err();
            let message = format!("--since: `{wrong}` is neither a run nor a day");
            assert_eq!((failure.status, failure.message), (Status::Usage, message));
        }
    }

    #[test]
    fn a_column_that_is_not_watched_is_answered_by_the_nearest_that_is() {
        let schema = Schema::load(&Additions::default()).unwrap();
        assert_eq!(field_named("order_status", &schema).unwrap(), "order_status");
        for (name, hint) in [
            ("order_staus", "did you mean `order_status`?"),
            ("실제 환불금액", "did you mean `actual_refund_amount`?"),
            ("weather", "`jangbu schema` lists the columns"),
        ] {
            assert_eq!(field_named(name, &schema).unwrap_err().hint.as_deref(), Some(hint), "{name}");
        }
    }
}
