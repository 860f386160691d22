//! What `explain` shows: who saw the order when, what counts now and whose word it is, and how it got there.
//!
//! Observations have numbers; every current value names the one it came from.

use super::listing::short_item;
use super::{indented, korean, marked};
use crate::cli::printer::Style;
use crate::cli::table::{Align, TextTable};
use crate::cli::width::{Lines, fit, pad_left, pad_right, width, wrap};
use crate::cli::words::Words;
use crate::core::text::printable;
use crate::io::report::explain::{ChangeView, ExplainedValue, Explanation, FindingView, OrderView};

pub fn render(explanation: &Explanation, words: &Words, columns: usize, style: Style) -> String {
    let orders: Vec<String> = explanation
        .orders
        .iter()
        .map(|o| render_order(&explanation.order_id, o, words, columns, style))
        .collect();
    orders.join("\n")
}

fn render_order(order_id: &str, order: &OrderView, words: &Words, columns: usize, style: Style) -> String {
    let shop_name = order.shop_name.as_ref().map_or(String::new(), |n| format!(" {n}"));
    let day = order.order_day.clone().unwrap_or_else(|| words.say("explain-no-day"));
    let shop = format!("{}{shop_name}", order.shop_no);
    let args = [("mall", (&order.mall_id).into()), ("shop", (&shop).into()), ("day", (&day).into())];
    let place = words.tell("explain-place", &args);
    let mut out = format!("{}  {}\n", style.bold(&printable(order_id)), printable(&place));

    let seen = words.rows(order.observations.len() as u64);
    section(&mut out, &words.say("explain-observations"), &seen, style);
    out.push_str(&indented(&observations(order_id, order, words, columns.saturating_sub(2), style), 2));
    if order.observations.iter().any(|o| o.matched) {
        out.push_str(&marked("  *", |m| style.dim(m), &words.say("explain-matched"), columns));
    }

    section(&mut out, &words.say("explain-order"), "", style);
    out.push_str(&values(&order.values, columns, style));
    for item in &order.items {
        let title = words.tell("explain-item", &[("item", (&*printable(&item.item_key)).into())]);
        section(&mut out, &title, "", style);
        out.push_str(&values(&item.values, columns, style));
    }
    if !order.changes.is_empty() {
        section(&mut out, &words.say("explain-changes"), "", style);
        out.push_str(&changes(order_id, &order.changes, words, columns, style));
    }
    if !order.findings.is_empty() {
        section(&mut out, &words.say("explain-findings"), "", style);
        for finding in &order.findings {
            out.push_str(&marked("  !", |m| style.warn(m), &finding_text(order_id, finding, words), columns));
        }
    }
    out
}

fn section(out: &mut String, title: &str, note: &str, style: Style) {
    let note = if note.is_empty() { String::new() } else { format!("  {}", style.dim(note)) };
    out.line(format!("\n{}{note}", style.bold(title)));
}

fn observations(order_id: &str, order: &OrderView, words: &Words, columns: usize, style: Style) -> String {
    let mut table = TextTable::new(&[
        (words.say("table-no"), Align::Right),
        (words.say("table-observed"), Align::Left),
        (words.say("table-source"), Align::Left),
        (words.say("table-item"), Align::Left),
        (words.say("table-row"), Align::Right),
        (words.say("table-file"), Align::Path),
    ]);
    let whole = words.say("table-order");
    for seen in &order.observations {
        let item = seen.item_key.as_deref().map_or(whole.as_str(), |key| short_item(order_id, key));
        let item = if seen.matched { format!("{item}*") } else { item.to_owned() };
        let file = match &seen.sheet {
            Some(sheet) => format!("{} [{sheet}]", seen.path),
            None => seen.path.clone(),
        };
        table.row([
            seen.no.to_string(),
            korean(&seen.observed_at),
            seen.source.clone(),
            item,
            seen.row.to_string(),
            file,
        ]);
    }
    table.render(columns, style)
}

/// Column, value, and behind it the number of the observation whose word it is.
fn values(values: &[ExplainedValue], columns: usize, style: Style) -> String {
    // Enough of a hash to tell two persons apart.
    const HASH_SHOWN: usize = 12;
    let name_width = values.iter().map(|v| width(&v.column)).max().unwrap_or(0).min(32);
    let latest = values.iter().filter_map(|v| v.from).max().unwrap_or(0);
    let mark_width = 2 + width(&format!("← {latest}"));
    let room = columns.saturating_sub(2 + name_width + 2 + mark_width);
    let widest = values.iter().filter(|v| v.numeric).map(|v| width(&v.value)).max().unwrap_or(0);
    let texts: Vec<String> = values
        .iter()
        .map(|v| match v.value.get(..HASH_SHOWN) {
            Some(start) if v.column.ends_with("_hash") => format!("{start}…"),
            _ if v.numeric => pad_left(&printable(&v.value), widest),
            _ => printable(&v.value).into_owned(),
        })
        .collect();
    let value_width = texts.iter().map(|t| width(t)).max().unwrap_or(0).min(room);
    let mut out = String::new();
    for (value, text) in values.iter().zip(&texts) {
        let mark = value.from.map_or(String::new(), |n| format!("← {n}"));
        for (n, line) in lines_of(text, room).iter().enumerate() {
            let name = if n == 0 { fit(&value.column, name_width) } else { "".into() };
            let name = style.dim(&pad_right(&name, name_width));
            let mark = if n == 0 { mark.as_str() } else { "" };
            let line = format!("  {name}  {}  {}", pad_right(line, value_width), style.dim(mark));
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out
}

/// Padding of numbers must survive, so only texts that do not fit are wrapped.
fn lines_of(text: &str, room: usize) -> Vec<String> {
    if width(text) <= room { vec![text.to_owned()] } else { wrap(text, room) }
}

fn changes(order_id: &str, changes: &[ChangeView], words: &Words, columns: usize, style: Style) -> String {
    let mut out = String::new();
    let cleared = words.say("explain-cleared");
    for change in changes {
        let when = korean(&change.new_observed_at);
        let item =
            change.item_key.as_deref().map_or(String::new(), |k| format!("{} ", short_item(order_id, k)));
        let new = change.new_value.as_deref().unwrap_or(&cleared);
        let source = if change.old_source == change.new_source {
            change.new_source.clone()
        } else {
            format!("{} → {}", change.old_source, change.new_source)
        };
        let text = format!("{item}{}: {} → {new} ({source})", change.field, change.old_value);
        let lines = wrap(&printable(&text), columns.saturating_sub(2 + when.len() + 2));
        for (n, line) in lines.iter().enumerate() {
            let when = pad_right(if n == 0 { &when } else { "" }, when.len());
            out.line(format!("  {}  {line}", style.dim(&when)));
        }
    }
    out
}

fn finding_text(order_id: &str, finding: &FindingView, words: &Words) -> String {
    let mut place = Vec::new();
    place.extend(finding.item_key.as_deref().map(|k| short_item(order_id, k).to_owned()));
    place.extend(finding.column.clone());
    match (&finding.value, &finding.other_value) {
        (Some(value), Some(other)) => {
            let args = [("value", value.into()), ("other", other.into())];
            place.push(words.tell("explain-against", &args));
        }
        (Some(value), None) => place.push(value.clone()),
        _ => {}
    }
    let place = if place.is_empty() { String::new() } else { format!(" ({})", place.join(", ")) };
    format!("{}{place}: {}", finding.reason, words.said(&finding.message))
}
