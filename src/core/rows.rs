//! What became of a file's rows: staged, quarantined, skipped, and what was noticed on the way.

use super::batch::{Value, Values};
use super::cell::Note;
use super::fold::Sighting;
use super::normalise::Oddity;
use super::problem::{Finding, FindingKind, Quarantined};
use super::schema::{HeaderMap, Level};
use super::stage::{Row, Stage, Staged};
use super::types::{FileHash, Instant, OrderId};

/// A table that was found in a file.
#[derive(Clone, Debug)]
pub struct FoundTable {
    pub sheet: Option<String>,
    /// How many records of the sheet lie above the header.
    pub records_above: u64,
    /// The header row's texts, by cell.
    pub headers: Vec<String>,
    pub map: HeaderMap,
    pub rows_read: u64,
}

/// A few accepted rows as they will be stored, for `inspect`: (level, column index, value).
pub type Sample = Vec<(Level, usize, String)>;

/// A sampled row and its number.
#[derive(Clone, Debug)]
pub struct SampledRow {
    /// Which of the file's tables it stands in.
    pub table: usize,
    pub row: u64,
    pub values: Sample,
}

/// How many samples are kept.
const SAMPLES: usize = 3;

/// Everything that reading one file's rows gives: while they come with a [`Stage`], then with what was [`Staged`].
pub struct FileRows<S = Staged> {
    pub stage: S,
    pub rows_read: u64,
    pub rows_skipped: u64,
    pub quarantine: Vec<Quarantined>,
    pub findings: Vec<Finding>,
    pub tables: Vec<FoundTable>,
    pub samples: Vec<SampledRow>,
    /// Rows that no mall is told for by their own words.
    pub rows_without_mall: u64,
    row_mall: RowMall,
    /// (row, the file and row it mends).
    pub stand_ins: Vec<(u32, FileHash, u32)>,
}

/// The malls that rows name by themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
enum RowMall {
    None,
    One(String),
    Several,
}

impl<'s> FileRows<Stage<'s>> {
    pub fn new(stage: Stage<'s>) -> Self {
        Self {
            stage,
            rows_read: 0,
            rows_skipped: 0,
            quarantine: Vec::new(),
            findings: Vec::new(),
            tables: Vec::new(),
            samples: Vec::new(),
            rows_without_mall: 0,
            row_mall: RowMall::None,
            stand_ins: Vec::new(),
        }
    }

    /// A row that became an observation.
    ///
    /// Rows that mend others take their mall from the file they came from.
    pub fn accept(
        &mut self,
        order_id: &OrderId,
        item: Option<&Values<'_>>,
        order: &Values<'_>,
        place: Place,
    ) {
        self.count_row();
        let mends = self.stand_ins.last().is_some_and(|(row, ..)| *row == place.row);
        let mall = order.text(self.stage.schema().known.mall_id);
        match (mall, &mut self.row_mall) {
            (None, _) if mends => {}
            (None, _) => self.rows_without_mall += 1,
            (Some(mall), RowMall::None) => self.row_mall = RowMall::One(mall.to_owned()),
            (Some(mall), RowMall::One(known)) if known != mall => self.row_mall = RowMall::Several,
            (Some(_), _) => {}
        }
        let table = self.tables.len().saturating_sub(1);
        if self.samples.iter().rev().take_while(|s| s.table == table).count() < SAMPLES {
            self.samples.push(SampledRow { table, row: u64::from(place.row), values: sample(item, order) });
        }
        let Place { sheet, row, record, time } = place;
        let place = Sighting { file: 0, sheet, row, record, time, item: None, order: 0 };
        self.stage.push(&Row { order_id, item, order, place });
    }

    pub fn quarantine(&mut self, row: Quarantined) {
        self.count_row();
        self.quarantine.push(row);
    }

    /// A total row or a repeated header.
    pub fn skip(&mut self) {
        self.count_row();
        self.rows_skipped += 1;
    }

    fn count_row(&mut self) {
        self.rows_read += 1;
        if let Some(table) = self.tables.last_mut() {
            table.rows_read += 1;
        }
    }

    pub fn odd(&mut self, row: u32, order_id: &OrderId, oddities: Vec<Oddity>) {
        for (kind, column) in oddities {
            self.findings.push(Finding {
                row: Some(row),
                order_id: Some(order_id.as_str().to_owned()),
                column: Some(column),
                ..Finding::of(kind)
            });
        }
    }

    pub fn note(&mut self, note: Note) {
        let (kind, value) = match note {
            Note::HiddenSheet(name) => (FindingKind::HiddenSheet, Some(name)),
            Note::RecomposedJamo(count) => (FindingKind::RecomposedText, Some(count.to_string())),
            Note::FormulasWithoutValue(count) => (FindingKind::FormulaWithoutValue, Some(count.to_string())),
            Note::ExtensionDiffers => (FindingKind::ExtensionDiffers, None),
        };
        self.findings.push(Finding { value, ..Finding::of(kind) });
    }

    /// No more rows come.
    pub fn finish(self) -> FileRows {
        FileRows {
            stage: self.stage.finish(),
            rows_read: self.rows_read,
            rows_skipped: self.rows_skipped,
            quarantine: self.quarantine,
            findings: self.findings,
            tables: self.tables,
            samples: self.samples,
            rows_without_mall: self.rows_without_mall,
            row_mall: self.row_mall,
            stand_ins: self.stand_ins,
        }
    }
}

impl FileRows {
    /// The mall that all rows name by themselves.
    pub fn row_mall(&self) -> Option<&str> {
        match &self.row_mall {
            RowMall::One(mall) if self.rows_without_mall == 0 => Some(mall),
            _ => None,
        }
    }

    /// Headers that mean no column, each once, in the order of the file.
    pub fn unknown_headers(&self) -> Vec<String> {
        let mut unknown: Vec<String> = Vec::new();
        for (_, header) in self.tables.iter().flat_map(|t| &t.map.unknown) {
            if !unknown.contains(header) {
                unknown.push(header.clone());
            }
        }
        unknown
    }
}

/// Where in its file a row stands.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub sheet: u16,
    pub row: u32,
    pub record: u32,
    pub time: Option<Instant>,
}

fn sample(item: Option<&Values<'_>>, order: &Values<'_>) -> Sample {
    let of = |level, values: &Values<'_>| -> Sample {
        values.iter().filter_map(|(i, value)| Some((level, i, display(value)?))).collect()
    };
    let mut sample = of(Level::Order, order);
    sample.extend(item.into_iter().flat_map(|item| of(Level::Item, item)));
    sample
}

fn display(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Clear => None,
        Value::Text(text) => Some(text.clone().into_owned()),
        Value::Int(n) => Some(n.to_string()),
        Value::Money(m) => Some(m.to_string()),
        Value::Time(t) => Some(t.to_string()),
        Value::Hash(hash) => Some(hash.to_string()),
    }
}
