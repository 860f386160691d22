//! The tables described: for people, for programs, for BigQuery.

use serde_json::{Value, json};

use super::{field, marked};
use crate::cli::lang::Lang;
use crate::cli::printer::Style;
use crate::cli::width::{Lines, pad_right, width};
use crate::cli::words::Words;
use crate::core::tables::{Table, TableColumn};
use crate::core::text::printable;

const INDENT: usize = 4;

pub fn render(table: Table, columns: &[TableColumn], words: &Words, screen: usize, style: Style) -> String {
    let title = format!("{} ", table.name());
    let mut out = marked(&title, |name| style.bold(name), &words.said(table.description()), screen);
    let name_width = columns.iter().map(|c| width(&c.name)).max().unwrap_or(0);
    for column in columns {
        let name = style.bold(&pad_right(&column.name, name_width));
        let never_null = if column.required { words.say("schema-never-null") } else { String::new() };
        let line = format!("\n  {name}  {}  {}", column.column_type.name(), style.dim(&never_null));
        out.line(line.trim_end());
        let description = match words.lang() {
            Lang::En => &column.description,
            Lang::Ko => &column.description_ko,
        };
        out.push_str(&field("", INDENT, description, screen, style));
        if !column.headers.is_empty() {
            let headers = column.headers.iter().map(|h| printable(h)).collect::<Vec<_>>().join(" · ");
            out.push_str(&field("    ← ", INDENT + 2, &headers, screen, style));
        }
    }
    out
}

pub fn json((table, columns): &(Table, Vec<TableColumn>)) -> Value {
    let columns: Vec<Value> = columns
        .iter()
        .map(|c| {
            json!({
                "name": c.name,
                "type": c.column_type.name(),
                "required": c.required,
                "description": c.description,
                "description_ko": c.description_ko,
                "aliases": c.headers,
            })
        })
        .collect();
    json!({"table": table.name(), "description": table.description(), "columns": columns})
}
