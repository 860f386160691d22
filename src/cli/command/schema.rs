//! `jangbu schema`: what the tables hold.

use crate::cli::args::{self, Output, SchemaFormat};
use crate::cli::printer::Printer;
use crate::cli::settings::{Settings, table_named};
use crate::cli::status::{Failure, Status};
use crate::cli::view;
use crate::core::tables::{Table, TableColumn, table_columns};
use crate::io::report::schema::bigquery;

pub(super) fn run(
    args: &args::Schema,
    settings: &Settings,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let wanted = args.table.as_deref().map(table_named).transpose()?;
    let schema = settings.schema()?;
    let tables: Vec<(Table, Vec<TableColumn>)> = Table::ALL
        .into_iter()
        .filter(|table| wanted.is_none_or(|w| w == *table))
        .map(|table| (table, table_columns(&schema, table)))
        .collect();
    let format = args.format.unwrap_or(match printer.output() {
        Output::Json => SchemaFormat::Json,
        Output::People => SchemaFormat::Table,
    });
    match (format, tables.as_slice()) {
        (SchemaFormat::Bigquery, [(_, columns)]) => printer.document(&bigquery(columns))?,
        (SchemaFormat::Bigquery, tables) => {
            let all: serde_json::Map<_, _> =
                tables.iter().map(|(table, columns)| (table.name().to_owned(), bigquery(columns))).collect();
            printer.document(&all)?;
        }
        (SchemaFormat::Json, [one]) if wanted.is_some() => printer.document(&view::schema::json(one))?,
        (SchemaFormat::Json, tables) => {
            let all: Vec<_> = tables.iter().map(view::schema::json).collect();
            printer.document(&all)?;
        }
        (SchemaFormat::Table, tables) => {
            for (n, (table, columns)) in tables.iter().enumerate() {
                let text =
                    view::schema::render(*table, columns, printer.words(), printer.width(), printer.style());
                printer.result(&if n == 0 { text } else { format!("\n{text}") })?;
            }
        }
    }
    Ok(Status::Success)
}
