//! The workbook of quarantined rows: mended and ingested, they stand in for the rows they were.
//!
//! Rows of files with the same headers share a sheet, so each sheet means what its files meant. Cells are text, exactly
//! as they were found; the three columns before them lead back to the row.

use std::collections::BTreeMap;
use std::path::Path;

use rust_xlsxwriter::{Color, Format, Workbook, XlsxError};

use super::target::Target;
use super::{ExportError, ExportFormat};
use crate::core::table::{MENDS_FILE, MENDS_REASON, MENDS_ROW};
use crate::io::report::quarantine::MendRow;

/// Writes the rows to be mended, and returns their number.
pub fn write_mend_workbook(rows: &[MendRow], path: &Path) -> Result<u64, ExportError> {
    if ExportFormat::of(path)? != ExportFormat::Xlsx {
        return Err(ExportError::Ending { path: path.to_owned() });
    }
    let target = Target::prepare(path)?;
    let mut workbook = Workbook::new();
    let mut forms: BTreeMap<Vec<&str>, Vec<&MendRow>> = BTreeMap::new();
    for row in rows {
        forms.entry(row.cells.iter().map(|(h, _)| h.as_str()).collect()).or_default().push(row);
    }
    if forms.is_empty() {
        forms.insert(Vec::new(), Vec::new());
    }
    for (number, (headers, rows)) in (1..).zip(&forms) {
        let name = if number == 1 { "quarantine".to_owned() } else { format!("quarantine ({number})") };
        write_sheet(&mut workbook, &name, headers, rows)?;
    }
    workbook.save_to_writer(target.file())?;
    target.publish()?;
    Ok(rows.len() as u64)
}

fn write_sheet(
    workbook: &mut Workbook,
    name: &str,
    headers: &[&str],
    rows: &[&MendRow],
) -> Result<(), ExportError> {
    let bold = Format::new().set_bold();
    // Text format keeps Excel from turning a mended id into a number.
    let text = Format::new().set_num_format("@");
    let blamed = Format::new().set_num_format("@").set_background_color(Color::RGB(0x00FF_E699));
    let sheet = workbook.add_worksheet();
    sheet.set_name(name)?.set_freeze_panes(1, 3)?;
    let fixed = [(MENDS_FILE, 12), (MENDS_ROW, 10), (MENDS_REASON, 40)];
    for (column, (header, width)) in (0..).zip(fixed) {
        sheet.set_column_width(column, width)?.write_string_with_format(0, column, header, &bold)?;
    }
    for (column, header) in (3..).zip(headers) {
        sheet.set_column_width(column, 18)?.set_column_format(column, &text)?;
        sheet.write_string_with_format(0, column, *header, &bold)?;
    }
    for (line, row) in (1..).zip(rows) {
        sheet.write_string(line, 0, &row.sha256)?;
        sheet.write_string(line, 1, row.row.to_string())?;
        sheet.write_string(line, 2, &row.message)?;
        for (column, (header, cell)) in (3..).zip(&row.cells) {
            let format = if row.header.as_ref() == Some(header) { &blamed } else { &text };
            sheet
                .write_string_with_format(line, column, cell, format)
                .map_err(|e| too_long(e, row, header))?;
        }
    }
    Ok(())
}

fn too_long(error: XlsxError, row: &MendRow, header: &str) -> ExportError {
    match error {
        XlsxError::MaxStringLengthExceeded => {
            ExportError::TextTooLong { row: row.row, column: header.to_owned() }
        }
        error => error.into(),
    }
}
