//! What `changes` shows: a line a topic in the words of an analyst, then the list behind it.

use super::listing::short_item;
use super::money::signed;
use super::{indented, korean, marked};
use crate::cli::printer::Style;
use crate::cli::table::{Align, TextTable, grouped};
use crate::cli::width::{Lines, pad_right, width};
use crate::cli::words::Words;
use crate::io::report::changes::{ChangesReport, DifferenceView, SinceView, TopicView};

/// More rows of a topic than this are not listed for people.
const MOST_ROWS: usize = 40;
/// Steps that are named on a topic's line.
const MOST_STEPS: usize = 3;

pub fn render(report: &ChangesReport, words: &Words, columns: usize, style: Style) -> String {
    let title = match &report.since {
        SinceView::Run(run) => words.tell("changes-since-run", &[("run", run.into())]),
        SinceView::ObservedAt(at) => words.tell("changes-since-moment", &[("moment", (&korean(at)).into())]),
    };
    let mut out = format!("{}\n\n", style.bold(&title));
    let titles: Vec<String> = report.topics.iter().map(|t| topic_word(&t.topic, words)).collect();
    let label = titles.iter().map(|t| width(t)).max().unwrap_or(0) + 2;
    for (topic, title) in report.topics.iter().zip(&titles) {
        let lead = pad_right(title, label);
        out.push_str(&marked(&lead, |m| style.bold(m), &sentence(topic, words), columns));
    }
    if report.new_orders > 0 {
        out.line(words.tell("changes-new-orders", &[("n", report.new_orders.into())]));
    }
    if report.new_items > 0 {
        out.line(words.tell("changes-new-items", &[("n", report.new_items.into())]));
    }
    if report.topics.is_empty() {
        out.line(words.say("changes-none"));
    }
    for (topic, title) in report.topics.iter().zip(&titles) {
        let all: Vec<&DifferenceView> = report.changes.iter().filter(|c| c.topic == topic.topic).collect();
        let rows: Vec<Row<'_>> = all.iter().filter_map(|row| Row::new(row, &all)).collect();
        out.line(format!("\n{}", style.bold(title)));
        out.push_str(&indented(&list(&rows, words, columns.saturating_sub(2), style), 2));
        if rows.len() > MOST_ROWS {
            let more = (rows.len() - MOST_ROWS) as u64;
            out.line(style.dim(&words.tell("changes-more", &[("n", more.into())])));
        }
    }
    out
}

pub(super) fn topic_word(topic: &str, words: &Words) -> String {
    words.say(match topic {
        "refund" => "changes-topic-refund",
        "payment" => "changes-topic-payment",
        "status" => "changes-topic-status",
        "claim" => "changes-topic-claim",
        "delivery" => "changes-topic-delivery",
        "amounts" => "changes-topic-amounts",
        "goods" => "changes-topic-goods",
        _ => "changes-topic-other",
    })
}

fn sentence(topic: &TopicView, words: &Words) -> String {
    let Some(amount) = &topic.amount else {
        let places = words.tell("changes-places", &[("n", topic.places.into())]);
        let steps: Vec<String> = topic
            .steps
            .iter()
            .take(MOST_STEPS)
            .map(|s| {
                format!("{} → {} {}", s.old_value, s.new_value.as_deref().unwrap_or("-"), grouped(s.count))
            })
            .collect();
        return if topic.topic == "status" { format!("{places}: {}", steps.join(", ")) } else { places };
    };
    let text = format!("{}, {}", words.orders(topic.orders), signed(amount, words));
    match &topic.first_told {
        Some(first) => {
            let first = words.tell(
                "changes-first-told",
                &[
                    ("orders", (&words.orders(first.orders)).into()),
                    ("amount", (&signed(&first.amount, words)).into()),
                ],
            );
            format!("{text} ({first})")
        }
        None => text,
    }
}

/// A row of the list.
struct Row<'a> {
    difference: &'a DifferenceView,
    /// The label of a status, which stands beside its code.
    label: Option<&'a DifferenceView>,
}

impl<'a> Row<'a> {
    /// `None` for a label whose code is listed.
    fn new(row: &'a DifferenceView, all: &[&'a DifferenceView]) -> Option<Self> {
        let place = |d: &DifferenceView| (d.mall_id.clone(), d.order_id.clone(), d.item_key.clone());
        let other = |field: &str| all.iter().find(|d| d.field == field && place(d) == place(row)).copied();
        match row.field.as_str() {
            "order_status" => Some(Self { difference: row, label: other("status_text") }),
            "status_text" if other("order_status").is_some() => None,
            _ => Some(Self { difference: row, label: None }),
        }
    }

    fn value(&self, of: fn(&DifferenceView) -> Option<&String>) -> String {
        let value = of(self.difference).map_or("·", String::as_str);
        let label = self.label.and_then(of).map_or(String::new(), |label| format!(" {label}"));
        format!("{value}{label}")
    }
}

fn list(rows: &[Row<'_>], words: &Words, columns: usize, style: Style) -> String {
    let several = rows.iter().any(|r| r.difference.mall_id != rows[0].difference.mall_id);
    let headers =
        ["changes-mall", "changes-order", "changes-item", "changes-field", "changes-old", "changes-now"];
    let skip = usize::from(!several);
    let headers: Vec<String> = headers.iter().skip(skip).map(|id| words.say(id)).collect();
    let shown: Vec<(&str, Align)> = headers.iter().map(|h| (h.as_str(), Align::Left)).collect();
    let mut table = TextTable::new(&shown);
    for row in rows.iter().take(MOST_ROWS) {
        let d = row.difference;
        let item = d.item_key.as_deref().map_or(String::new(), |key| short_item(&d.order_id, key).to_owned());
        let cells = [
            d.mall_id.clone(),
            d.order_id.clone(),
            item,
            d.field.clone(),
            row.value(|d| d.old_value.as_ref()),
            row.value(|d| d.new_value.as_ref()),
        ];
        table.row(cells.iter().skip(skip));
    }
    table.render(columns, style)
}
