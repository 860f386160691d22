//! What became different, what was odd, what waits to be mended, and the files behind it all. Counts only: no values, no
//! orders.

use maud::{Markup, html};

use super::Page;
use super::grid::{Grid, Side};
use super::numbers::{gain, parse};
use crate::cli::table::grouped;
use crate::cli::view::changes::topic_word;
use crate::cli::view::korean;
use crate::cli::view::span;
use crate::io::report::changes::{SinceView, StepView, TopicView};
use crate::io::report::summary::{DriftView, FileCount};

/// Steps of a status that are told one by one.
const MOST_STEPS: usize = 15;

impl Page<'_> {
    pub(super) fn drift(&self) -> Markup {
        let Some(drift) = &self.summary.drift else {
            return html! { p.none { (self.say("coverage-nothing")) } };
        };
        let since = match &drift.since {
            SinceView::Run(run) => self.tell("changes-since-run", &[("run", run.into())]),
            SinceView::ObservedAt(at) => {
                self.tell("changes-since-moment", &[("moment", (&korean(at)).into())])
            }
        };
        html! {
            p { (self.say("page-drift-lead")) }
            @if drift.new_orders > 0 || drift.new_items > 0 {
                ul.facts {
                    @if drift.new_orders > 0 { li { (self.tell("changes-new-orders", &[("n", drift.new_orders.into())])) } }
                    @if drift.new_items > 0 { li { (self.tell("changes-new-items", &[("n", drift.new_items.into())])) } }
                }
            }
            @if drift.topics.is_empty() { p.none { (since) ": " (self.say("changes-none")) } } @else {
                (self.topics(drift, since))
                (self.steps(drift))
            }
        }
    }

    fn topics(&self, drift: &DriftView, caption: String) -> Markup {
        let money = |text: &String| parse(text).map(gain);
        let row = |topic: &TopicView| {
            let first = topic.first_told.as_ref();
            vec![
                topic_word(&topic.topic, self.words),
                grouped(topic.orders),
                grouped(topic.places),
                topic.amount.as_ref().and_then(money).unwrap_or_default(),
                first.map_or(String::new(), |f| grouped(f.orders)),
                first.and_then(|f| money(&f.amount)).unwrap_or_default(),
            ]
        };
        let number = |id: &str| (self.say(id), Side::Number);
        Grid {
            id: "t-drift".to_owned(),
            caption,
            heads: vec![
                (self.say("page-topic"), Side::Text),
                number("page-orders"),
                number("page-places"),
                number("page-drift-amount"),
                number("page-first-orders"),
                number("page-first-amount"),
            ],
            rows: drift.topics.iter().map(row).collect(),
            total: None,
        }
        .draw()
    }

    /// Which status became which. Only codes are shown: a label may be anything that somebody typed.
    fn steps(&self, drift: &DriftView) -> Markup {
        let status = drift.topics.iter().filter(|t| t.topic == "status").flat_map(|t| &t.steps);
        let (known, unknown): (Vec<&StepView>, Vec<&StepView>) = status.partition(|s| {
            self.is_code(&s.old_value) && s.new_value.as_deref().is_some_and(|v| self.is_code(v))
        });
        let mut rows: Vec<Vec<String>> = known
            .iter()
            .take(MOST_STEPS)
            .map(|s| {
                let new = s.new_value.as_deref().unwrap_or_default();
                vec![self.status_name(&s.old_value), self.status_name(new), grouped(s.count)]
            })
            .collect();
        let others = known.iter().skip(MOST_STEPS).chain(&unknown);
        let rest: u64 = others.map(|s| s.count).sum();
        if rest > 0 {
            rows.push(vec![self.say("page-steps-rest"), String::new(), grouped(rest)]);
        }
        if rows.is_empty() {
            return html! {};
        }
        Grid {
            id: "t-steps".to_owned(),
            caption: self.say("page-steps"),
            heads: vec![
                (self.say("changes-old"), Side::Text),
                (self.say("changes-now"), Side::Text),
                (self.say("page-items"), Side::Number),
            ],
            rows,
            total: None,
        }
        .draw()
    }

    fn is_code(&self, text: &str) -> bool {
        self.schema.statuses.class_of_code(text).is_some()
    }

    fn status_name(&self, code: &str) -> String {
        match self.schema.statuses.label_of_code(code) {
            Some(label) => format!("{code} {label}"),
            None => code.to_owned(),
        }
    }

    pub(super) fn findings(&self) -> Markup {
        let found = &self.summary.findings;
        if found.is_empty() {
            return html! { p.none { (self.say("page-no-findings")) } };
        }
        let rows = found.iter().map(|f| {
            vec![
                f.reason.code().to_owned(),
                self.words.said(f.reason.message()).into_owned(),
                grouped(f.findings),
                grouped(f.orders),
                f.columns.join(", "),
            ]
        });
        let grid = Grid {
            id: "t-findings".to_owned(),
            caption: self.say("page-findings-caption"),
            heads: vec![
                (self.say("page-finding"), Side::Fixed),
                (self.say("page-meaning"), Side::Text),
                (self.say("page-number"), Side::Number),
                (self.say("page-orders"), Side::Number),
                (self.say("page-columns"), Side::Text),
            ],
            rows: rows.collect(),
            total: Some(vec![
                self.say("page-total"),
                String::new(),
                grouped(found.iter().map(|f| f.findings).sum()),
                String::new(),
                String::new(),
            ]),
        };
        html! { p { (self.say("page-findings-lead")) } (grid.draw()) }
    }

    pub(super) fn quarantine(&self) -> Markup {
        let held = &self.summary.quarantine;
        if held.is_empty() {
            return html! { p.none { (self.say("page-no-quarantine")) } };
        }
        let rows = held.iter().map(|q| {
            vec![
                q.reason.code().to_owned(),
                self.words.said(q.reason.message()).into_owned(),
                grouped(q.rows),
                grouped(q.files),
            ]
        });
        let grid = Grid {
            id: "t-quarantine".to_owned(),
            caption: self.say("page-quarantine-caption"),
            heads: vec![
                (self.say("page-reason"), Side::Fixed),
                (self.say("page-meaning"), Side::Text),
                (self.say("page-rows"), Side::Number),
                (self.say("page-files"), Side::Number),
            ],
            rows: rows.collect(),
            total: Some(vec![
                self.say("page-total"),
                String::new(),
                grouped(held.iter().map(|q| q.rows).sum()),
                String::new(),
            ]),
        };
        html! { p { (self.say("page-quarantine-lead")) } (grid.draw()) }
    }

    pub(super) fn files(&self) -> Markup {
        let files = &self.summary.files;
        if files.is_empty() {
            return html! { p.none { (self.say("page-no-files")) } };
        }
        let sum = |of: fn(&FileCount) -> u64| grouped(files.iter().map(of).sum());
        let row = |f: &FileCount| {
            let days = f.first_order_day.as_deref().zip(f.last_order_day.as_deref());
            let observed = korean(&f.observed_at);
            vec![
                f.name
                    .clone()
                    .unwrap_or_else(|| self.tell("page-file-unnamed", &[("hash", (&f.short_hash).into())])),
                self.source_name(&f.source),
                f.format.clone(),
                observed.get(..16).unwrap_or(&observed).to_owned(),
                days.map_or(String::new(), |(from, to)| span(from, to)),
                grouped(f.rows_read),
                grouped(f.rows_accepted),
                grouped(f.rows_duplicate),
                grouped(f.rows_quarantined),
                grouped(f.rows_skipped),
            ]
        };
        let number = |id: &str| (self.say(id), Side::Number);
        let grid = Grid {
            id: "t-files".to_owned(),
            caption: self.say("page-files-caption"),
            heads: vec![
                (self.say("page-file"), Side::Text),
                (self.say("page-source"), Side::Text),
                (self.say("page-format"), Side::Text),
                (self.say("page-observed"), Side::Fixed),
                (self.say("page-order-days"), Side::Fixed),
                number("page-rows-read"),
                number("page-rows-accepted"),
                number("page-rows-duplicate"),
                number("page-rows-quarantined"),
                number("page-rows-skipped"),
            ],
            rows: files.iter().map(row).collect(),
            total: Some(vec![
                self.tell("page-files-total", &[("n", (files.len() as u64).into())]),
                String::new(),
                String::new(),
                String::new(),
                String::new(),
                sum(|f| f.rows_read),
                sum(|f| f.rows_accepted),
                sum(|f| f.rows_duplicate),
                sum(|f| f.rows_quarantined),
                sum(|f| f.rows_skipped),
            ]),
        };
        html! { p { (self.say("page-files-lead")) } (grid.draw()) }
    }
}
