//! The result of a query as a table.

use crate::cli::printer::Style;
use crate::cli::table::{Align, TextTable};
use crate::cli::words::Words;
use crate::io::report::rows::{RowValue, Rows};

pub fn render(rows: &Rows, words: &Words, columns: usize, style: Style) -> String {
    let aligns: Vec<(&str, Align)> = rows
        .columns
        .iter()
        .map(|c| (c.name.as_str(), if c.numeric { Align::Right } else { Align::Left }))
        .collect();
    let mut table = TextTable::new(&aligns);
    for row in &rows.rows {
        table.row(row.iter().map(RowValue::as_str));
    }
    let count = words.rows(rows.rows.len() as u64);
    format!("{}{}\n", table.render(columns, style), style.dim(&count))
}
