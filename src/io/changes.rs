//! What became different in the ledger: its states before and after, put before [`crate::core::drift`] month by month.

use std::collections::{BTreeMap, HashMap};

use arrow::array::RecordBatch;

use super::export::value::{CellValue, ColumnCells};
use super::export::{ExportError, cells};
use super::ledger::{Ledger, LedgerError, MonthStates, Since};
use super::report::changes::{ChangesReport, DifferenceView, FirstTold, SinceView, StepView, TopicView};
use crate::core::drift::{Difference, Drift, Key, State, Topic, TopicSum, compare, summarise, topics};
use crate::core::schema::Schema;

/// Which changes are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub field: Option<String>,
    pub order: Option<String>,
}

/// Why the changes cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum ChangesError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Table(#[from] ExportError),
    #[error("the topics of changes cannot be read: {0}")]
    Topics(#[from] toml::de::Error),
    #[error("a table has no column {0}")]
    Column(&'static str),
}

impl ChangesError {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ledger(e) => e.code(),
            Self::Table(e) => e.code(),
            Self::Topics(_) | Self::Column(_) => "store.internal",
        }
    }
}

/// When the present value of a column was first seen, and the source that told it.
type Told = HashMap<(Key, String), (String, String)>;

pub fn changes(ledger: &Ledger, since: &Since, wanted: &Wanted) -> Result<ChangesReport, ChangesError> {
    let topics = topics()?;
    let mut drift = Drift::default();
    let mut views = Vec::new();
    for month in ledger.states_since(since, wanted.order.as_deref())? {
        let told = told(&month.changes)?;
        let found = month_drift(&month, ledger.schema(), &topics, wanted)?;
        drift.new_orders += found.new_orders;
        drift.new_items += found.new_items;
        views.extend(found.differences.iter().map(|d| view(d, &topics, &told)));
        drift.differences.extend(found.differences);
    }
    Ok(ChangesReport {
        since: match since {
            Since::Run(run) => SinceView::Run(run.clone()),
            Since::Moment(moment) => SinceView::ObservedAt(moment.to_string()),
        },
        new_orders: drift.new_orders,
        new_items: drift.new_items,
        topics: summarise(&drift.differences, &topics).into_iter().map(topic_view).collect(),
        changes: views,
    })
}

fn month_drift(
    month: &MonthStates,
    schema: &Schema,
    topics: &[Topic],
    wanted: &Wanted,
) -> Result<Drift, ChangesError> {
    let [mut before, mut after] = [BTreeMap::new(), BTreeMap::new()];
    for (at, states) in [(0, &mut before), (1, &mut after)] {
        read(&month.orders[at], schema, wanted, states)?;
        read(&month.items[at], schema, wanted, states)?;
    }
    let mut drift = compare(&before, &after, topics);
    drift.differences.retain(|d| wanted.field.as_ref().is_none_or(|f| *f == d.field));
    Ok(drift)
}

fn column<'a>(
    batch: &RecordBatch,
    cells: &'a [ColumnCells<'a>],
    name: &'static str,
) -> Result<&'a ColumnCells<'a>, ChangesError> {
    let at = batch.schema_ref().index_of(name).map_err(|_| ChangesError::Column(name))?;
    cells.get(at).ok_or(ChangesError::Column(name))
}

/// The keys of the rows of a table.
fn keys(batch: &RecordBatch, columns: &[ColumnCells<'_>]) -> Result<Vec<Key>, ChangesError> {
    let (malls, shops) = (column(batch, columns, "mall_id")?, column(batch, columns, "shop_no")?);
    let orders = column(batch, columns, "order_id")?;
    let items = column(batch, columns, "item_key").ok();
    let key = |row: usize| Key {
        mall_id: malls.get(row).to_string(),
        order_id: orders.get(row).to_string(),
        item_key: items.map(|i| i.get(row)).filter(|v| *v != CellValue::Null).map(|v| v.to_string()),
        shop_no: match shops.get(row) {
            CellValue::Int(n) => n,
            _ => 0,
        },
    };
    Ok((0..batch.num_rows()).map(key).collect())
}

fn read(
    batch: &RecordBatch,
    schema: &Schema,
    wanted: &Wanted,
    states: &mut BTreeMap<Key, State>,
) -> Result<(), ChangesError> {
    let columns = cells(batch)?;
    let days = column(batch, &columns, "order_day")?;
    let fields = batch.schema_ref().fields();
    let tracked: Vec<(usize, &String)> = fields
        .iter()
        .enumerate()
        .filter(|(_, f)| schema.find(f.name()).is_some_and(|at| schema.column(at).tracked))
        .map(|(i, f)| (i, f.name()))
        .collect();
    for (row, key) in keys(batch, &columns)?.into_iter().enumerate() {
        if wanted.order.as_ref().is_some_and(|order| *order != key.order_id) {
            continue;
        }
        let values = tracked
            .iter()
            .map(|(i, name)| (columns[*i].get(row), *name))
            .filter(|(value, _)| *value != CellValue::Null)
            .map(|(value, name)| (name.clone(), value.to_string()))
            .collect();
        let day = match days.get(row) {
            CellValue::Day(day) => Some(day),
            _ => None,
        };
        states.insert(key, State { day, values });
    }
    Ok(())
}

fn told(changes: &RecordBatch) -> Result<Told, ChangesError> {
    let columns = cells(changes)?;
    let fields = column(changes, &columns, "field")?;
    let moments = column(changes, &columns, "new_observed_at")?;
    let sources = column(changes, &columns, "new_source")?;
    let mut told: Told = HashMap::new();
    for (row, key) in keys(changes, &columns)?.into_iter().enumerate() {
        let new = (moments.get(row).to_string(), sources.get(row).to_string());
        told.entry((key, fields.get(row).to_string()))
            .and_modify(|old| *old = old.clone().max(new.clone()))
            .or_insert(new);
    }
    Ok(told)
}

fn view(d: &Difference, topics: &[Topic], told: &Told) -> DifferenceView {
    let topic = topics.iter().find(|t| t.columns.contains(&d.field)).map_or("other", |t| t.name.as_str());
    let told = told.get(&(d.key.clone(), d.field.clone())).filter(|_| d.old.is_some());
    DifferenceView {
        mall_id: d.key.mall_id.clone(),
        shop_no: d.key.shop_no,
        order_id: d.key.order_id.clone(),
        order_day: d.day.map(|day| day.to_string()),
        item_key: d.key.item_key.clone(),
        topic: topic.to_owned(),
        field: d.field.clone(),
        old_value: d.old.clone(),
        new_value: d.new.clone(),
        new_observed_at: told.map(|(at, _)| at.clone()),
        new_source: told.map(|(_, source)| source.clone()),
    }
}

fn topic_view(sum: TopicSum) -> TopicView {
    TopicView {
        topic: sum.topic,
        orders: sum.orders,
        places: sum.places,
        amount: sum.amount.map(|m| m.to_string()),
        first_told: sum.first_told.map(|(orders, m)| FirstTold { orders, amount: m.to_string() }),
        steps: sum
            .steps
            .into_iter()
            .map(|(old_value, new_value, count)| StepView { old_value, new_value, count })
            .collect(),
    }
}
