//! What was found of all orders, added up by day and by field.

use std::collections::BTreeMap;

use super::{Class, Newer, OrderFound, Scope};
use crate::core::types::{Day, Money};

/// Things by class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub equal: u64,
    pub drifted: u64,
    pub only_in_files: u64,
    pub only_in_api: u64,
    pub unjudged: u64,
}

impl Counts {
    fn count(&mut self, class: Class) {
        *match class {
            Class::Equal => &mut self.equal,
            Class::Drifted => &mut self.drifted,
            Class::OnlyInFiles => &mut self.only_in_files,
            Class::OnlyInApi => &mut self.only_in_api,
            Class::Unjudged => &mut self.unjudged,
        } += 1;
    }

    fn add(&mut self, other: Self) {
        self.equal += other.equal;
        self.drifted += other.drifted;
        self.only_in_files += other.only_in_files;
        self.only_in_api += other.only_in_api;
        self.unjudged += other.unjudged;
    }

    pub fn all(self) -> u64 {
        self.equal + self.drifted + self.only_in_files + self.only_in_api + self.unjudged
    }
}

/// Whether the sides agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// There is no day that both cover.
    NothingToCompare,
    /// Not a won apart.
    Agree,
    WithinTolerance,
    Disagree,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NothingToCompare => "nothing_to_compare",
            Self::Agree => "agree",
            Self::WithinTolerance => "within_tolerance",
            Self::Disagree => "disagree",
        }
    }
}

/// A day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DaySum {
    /// `None` for orders of which no day is known.
    pub day: Option<Day>,
    pub scope: Scope,
    pub verdict: Verdict,
    pub orders: Counts,
    pub items: Counts,
    /// Of the orders that are judged and whose amount is known.
    pub files_amount: Money,
    pub api_amount: Money,
    /// What the orders are apart, each without sign.
    pub off: Money,
    /// Orders that differ in a way that no amount weighs.
    pub unweighed: u64,
    /// Orders that both have, and no amount that both tell.
    pub without_amount: u64,
}

/// A field in which the sides differ, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldSum {
    pub field: String,
    pub count: u64,
    pub files_newer: u64,
    pub api_newer: u64,
    /// API less files, of amounts.
    pub amount: Option<Money>,
    pub frozen: bool,
}

/// What was found of a shop's orders, order by order.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    days: BTreeMap<Option<Day>, DaySum>,
    fields: BTreeMap<String, FieldSum>,
    found: Vec<OrderFound>,
}

/// What was found of a shop's orders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// By day.
    pub days: Vec<DaySum>,
    /// The most frequent first.
    pub fields: Vec<FieldSum>,
    /// Orders in which something differs, by day.
    pub found: Vec<OrderFound>,
}

impl Tally {
    /// Adds an order.
    pub fn add(&mut self, found: OrderFound) {
        let day = self.days.entry(found.day).or_insert_with(|| DaySum {
            day: found.day,
            scope: found.scope,
            verdict: Verdict::NothingToCompare,
            orders: Counts::default(),
            items: Counts::default(),
            files_amount: Money(0),
            api_amount: Money(0),
            off: Money(0),
            unweighed: 0,
            without_amount: 0,
        });
        day.orders.count(found.class);
        found.items.values().for_each(|class| day.items.count(*class));
        let [files, api] = found.amounts;
        add(&mut day.files_amount, files);
        add(&mut day.api_amount, api);
        add(&mut day.off, Some(found.off()));
        day.unweighed += u64::from(found.unweighed);
        let both = matches!(found.class, Class::Equal | Class::Drifted);
        day.without_amount += u64::from(both && files.is_none());
        for d in &found.differences {
            let sum = self.fields.entry(d.field.clone()).or_insert_with(|| FieldSum {
                field: d.field.clone(),
                count: 0,
                files_newer: 0,
                api_newer: 0,
                amount: None,
                frozen: d.frozen,
            });
            sum.count += 1;
            sum.files_newer += u64::from(d.newer == Newer::Files);
            sum.api_newer += u64::from(d.newer == Newer::Api);
            if let Some(amount) = d.amount {
                add(sum.amount.get_or_insert(Money(0)), Some(amount));
            }
        }
        if !found.differences.is_empty() || !found.one_sided.is_empty() {
            self.found.push(found);
        }
    }

    /// Judges the days. One disagrees if its orders are more than `tolerance` apart, or differ in a way that no amount
    /// weighs.
    pub fn judge(self, tolerance: Money) -> Reconciled {
        let Self { mut days, fields, mut found } = self;
        for day in days.values_mut().filter(|d| d.scope.is_judged()) {
            let apart = day.orders.all() - day.orders.unjudged;
            day.verdict = match day.off {
                _ if apart == 0 => Verdict::NothingToCompare,
                _ if day.unweighed > 0 => Verdict::Disagree,
                off if off > tolerance => Verdict::Disagree,
                Money(0) => Verdict::Agree,
                _ => Verdict::WithinTolerance,
            };
        }
        found.sort_by(|a, b| (a.day, &a.key).cmp(&(b.day, &b.key)));
        let mut fields: Vec<FieldSum> = fields.into_values().collect();
        fields.sort_by_key(|f| u64::MAX - f.count);
        Reconciled { days: days.into_values().collect(), fields, found }
    }
}

impl Reconciled {
    pub fn verdict(&self) -> Verdict {
        self.days.iter().map(|d| d.verdict).max().unwrap_or(Verdict::NothingToCompare)
    }

    /// Orders and items of all days.
    pub fn counts(&self) -> (Counts, Counts) {
        let mut all = (Counts::default(), Counts::default());
        for day in &self.days {
            all.0.add(day.orders);
            all.1.add(day.items);
        }
        all
    }
}

fn add(sum: &mut Money, amount: Option<Money>) {
    sum.0 = sum.0.saturating_add(amount.map_or(0, |m| m.0));
}
