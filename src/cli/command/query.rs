//! `jangbu query`: SQL over the tables.

use crate::cli::args;
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;
use crate::cli::status::{Failure, Status};

#[cfg(not(feature = "query"))]
pub(super) fn run(_: &args::Query, _: &Settings, _: &mut Printer) -> Result<Status, Failure> {
    Err(Failure::new("query.left_out", "this jangbu was built without SQL")
        .hint("use a build with the `query` feature, or export the table and query that file"))
}

#[cfg(feature = "query")]
pub(super) fn run(args: &args::Query, settings: &Settings, printer: &mut Printer) -> Result<Status, Failure> {
    use crate::cli::args::{Output, QueryFormat};
    use crate::cli::view;

    let rows = answer(&args.sql, settings)?;
    let format = args.format.unwrap_or(match printer.output() {
        Output::Json => QueryFormat::Json,
        Output::People => QueryFormat::Table,
    });
    match format {
        QueryFormat::Json => rows.write_json(printer.stream())?,
        QueryFormat::Csv => rows.write_csv(printer.stream())?,
        QueryFormat::Table => {
            let text = view::rows::render(&rows, printer.words(), printer.width(), printer.style());
            printer.result(&text)?;
        }
    }
    Ok(Status::Success)
}

#[cfg(feature = "query")]
fn answer(sql: &str, settings: &Settings) -> Result<crate::io::report::rows::Rows, Failure> {
    use crate::cli::settings::DayLimits;
    use crate::cli::wire;
    use crate::core::tables::{Table, arrow_schema};
    use crate::io::query::{QueryError, QueryTable, Rowset, run_query};

    let schema = settings.schema()?;
    let mut tables = Vec::new();
    for table in Table::ALL {
        let rows = match table {
            Table::Files | Table::Findings | Table::Quarantine => {
                let batches = wire::scan(settings, &schema, table, DayLimits::default())?;
                Rowset::Batches(batches.collect::<Result<_, _>>().map_err(|e| {
                    Failure::new("query", format!("cannot read the table {table}")).caused_by(&*e)
                })?)
            }
            _ => Rowset::Files(wire::table_files(settings, &schema, table)?),
        };
        tables.push(QueryTable { name: table.name(), schema: arrow_schema(&schema, table), rows });
    }
    run_query(sql, &tables).map_err(|error| {
        let failure = Failure::new(error.code(), error.to_string()).sources_of(&error);
        // Whoever asks for 주문번호 means the column that this header feeds.
        let fed = match &error {
            QueryError::UnknownColumn { name, .. } => schema.fed_by(name).next(),
            _ => None,
        };
        match fed.map(|near| format!("did you mean `{near}`?")).or(error.hint().map(str::to_owned)) {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    })
}
