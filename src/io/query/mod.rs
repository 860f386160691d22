//! SQL over the tables, by polars.
//!
//! Only this module knows polars: tables go in as typed columns, answers come out as plain rows.
//! Types come from the tables' own schema, never from guessing, so amounts stay exact decimals.

mod frame;
mod value;

#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef as ArrowSchema;
use polars::prelude::{DataFrame, IntoLazy, LazyFrame, PolarsError, PolarsResult};
use polars::sql::SQLContext;

use crate::core::nearest::nearest;
use crate::io::report::rows::{RowColumn, Rows};

/// A table that can be asked about.
pub struct QueryTable {
    pub name: &'static str,
    pub schema: ArrowSchema,
    pub rows: Rowset,
}

/// Where a table's rows are.
pub enum Rowset {
    /// In Parquet files; none means no rows.
    Files(Vec<PathBuf>),
    Batches(Vec<RecordBatch>),
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    #[error("only questions are answered: SELECT, WITH, SHOW TABLES, EXPLAIN")]
    NotAQuestion,
    #[error("there is no table `{name}`")]
    UnknownTable { name: String, hint: String },
    #[error("there is no column `{name}`")]
    UnknownColumn { name: String, hint: String },
    #[error("{0}")]
    Refused(String),
    #[error("this question cannot be answered, though it should be: please report it")]
    Bug,
    #[error("the table {table} cannot be read")]
    Table { table: &'static str, source: Box<dyn std::error::Error + Send + Sync> },
}

impl QueryError {
    /// A stable word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAQuestion => "query.not_a_question",
            Self::UnknownTable { .. } => "query.unknown_table",
            Self::UnknownColumn { .. } => "query.unknown_column",
            Self::Refused(_) => "query.refused",
            Self::Bug => "query.bug",
            Self::Table { .. } => "query.table",
        }
    }

    /// What to do next.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::NotAQuestion => Some("a ledger changes by `ingest` and `undo` only"),
            Self::UnknownTable { hint, .. } | Self::UnknownColumn { hint, .. } => Some(hint),
            Self::Refused(_) => Some("`jangbu schema` lists tables and columns"),
            Self::Bug | Self::Table { .. } => None,
        }
    }
}

/// Answers one question.
pub fn run_query(sql: &str, tables: &[QueryTable]) -> Result<Rows, QueryError> {
    if !is_question(sql) {
        return Err(QueryError::NotAQuestion);
    }
    let mut context = SQLContext::new();
    for table in tables {
        let frame =
            frame::of(table, sql).map_err(|source| QueryError::Table { table: table.name, source })?;
        context.register(table.name, frame.lazy());
    }
    // Some questions that polars cannot answer stop it instead of coming back as errors.
    let answer = catch_unwind(AssertUnwindSafe(|| context.execute(sql).and_then(LazyFrame::collect)));
    match answer {
        Ok(Ok(frame)) => rows(frame).map_err(|e| explained(&e, tables)),
        Ok(Err(error)) => Err(explained(&error, tables)),
        Err(_) => Err(QueryError::Bug),
    }
}

/// Whether a statement reads and does nothing else.
fn is_question(sql: &str) -> bool {
    let mut rest = sql.trim_start();
    loop {
        rest = if let Some(comment) = rest.strip_prefix("--") {
            comment.split_once('\n').map_or("", |(_, after)| after)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/").map_or("", |(_, after)| after)
        } else {
            break;
        }
        .trim_start();
    }
    let word: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
    let readers = ["SELECT", "WITH", "SHOW", "EXPLAIN", "FROM", "VALUES"];
    rest.starts_with('(') || readers.iter().any(|r| word.eq_ignore_ascii_case(r))
}

fn rows(mut frame: DataFrame) -> PolarsResult<Rows> {
    frame.rechunk_mut();
    let columns: Vec<RowColumn> = frame
        .columns()
        .iter()
        .map(|c| RowColumn { name: c.name().to_string(), numeric: c.dtype().is_numeric() })
        .collect();
    let mut rows = Vec::with_capacity(frame.height());
    for row in 0..frame.height() {
        let cells = frame.columns().iter().map(|c| c.get(row).map(|v| value::of(&v)));
        rows.push(cells.collect::<PolarsResult<_>>()?);
    }
    Ok(Rows { columns, rows })
}

/// Says in our words what polars says, with the name that may have been meant.
fn explained(error: &PolarsError, tables: &[QueryTable]) -> QueryError {
    let text = error.to_string();
    // Plans and lists of columns follow the first line.
    let first = text.lines().next().unwrap_or_default();
    let first = first.split_once("; valid columns").map_or(first, |(head, _)| head);
    if let Some(name) = between(first, "relation '", "' was not found") {
        let names = || tables.iter().map(|t| t.name);
        let hint = match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the tables are {}", names().collect::<Vec<_>>().join(", ")),
        };
        return QueryError::UnknownTable { name: name.to_owned(), hint };
    }
    if let Some(name) = between(first, "unable to find column \"", "\"") {
        let columns = tables.iter().flat_map(|t| t.schema.fields().iter().map(|f| f.name().as_str()));
        let hint = match nearest(name, columns) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`jangbu schema` lists the columns of each table".to_owned(),
        };
        return QueryError::UnknownColumn { name: name.to_owned(), hint };
    }
    QueryError::Refused(first.to_owned())
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(name, _)| name)
}
