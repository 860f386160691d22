//! `jangbu explain`: where the current state of an order comes from.

use crate::cli::args::{self, Output};
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;
use crate::cli::status::{Failure, Status};
use crate::cli::{view, wire};
use crate::core::types::{ItemCode, OrderId};

pub(super) fn run(
    args: &args::Explain,
    settings: &Settings,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let order = order_named(&args.order_id)?;
    let explanation = wire::explain(settings, &settings.schema()?, &order)?;
    if explanation.orders.is_empty() {
        return Err(Failure::new("unknown_order", format!("the ledger has no order {order}"))
            .hint("`jangbu files` shows which days the ledger covers"));
    }
    match printer.output() {
        Output::Json => printer.document(&explanation)?,
        Output::People => {
            let text = view::explain::render(&explanation, printer.words(), printer.width(), printer.style());
            printer.result(&text)?;
        }
    }
    Ok(Status::Success)
}

/// The order of this id; an item's code names its order.
fn order_named(text: &str) -> Result<OrderId, Failure> {
    let text = text.trim();
    if let Ok((_, order)) = ItemCode::parse(text)
        && order.day().is_some()
    {
        return Ok(order);
    }
    OrderId::parse(text).map_err(|_| {
        Failure::usage("this is no order id")
            .hint("it looks like 20240701-0000123, or is up to 32 letters, digits, _ and -")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_code_names_its_order() {
        let cases = [
            ("20240701-0000123", Some("20240701-0000123")),
            (" 20240701-0000123-01 ", Some("20240701-0000123")),
            ("OLD-17-02", Some("OLD-17-02")),
            ("20249901-0000123", None),
            ("주문", None),
        ];
        for (text, expected) in cases {
            let order = order_named(text).ok();
            assert_eq!(order.as_ref().map(OrderId::as_str), expected, "{text}");
        }
    }
}
