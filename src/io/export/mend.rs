//! The workbook of quarantined rows: mended and ingested, they stand in for the rows they were.
//!
//! Rows of files with the same headers share a sheet, so each sheet means what its files meant. Cells are text, exactly
//! as they were found; the four columns before them lead back to the row. The cell to blame is coloured and has a note.

use std::collections::BTreeMap;
use std::path::Path;

use rust_xlsxwriter::{Color, Format, Note, Workbook, XlsxError};

use super::target::Target;
use super::xlsx::SHEET_ROWS;
use super::{ExportError, ExportFormat};
use crate::core::table::{MENDS_FILE, MENDS_PATH, MENDS_REASON, MENDS_ROW};
use crate::io::report::quarantine::MendRow;

/// More notes than this would make a workbook slow to open; the reason stands in its column in any case.
const MOST_NOTES: usize = 2_000;
/// In pixels: room for a sentence.
const NOTE_SIZE: (u32, u32) = (280, 90);
/// Columns that lead back to the row, and their widths in characters.
const LEADING: [(&str, u8); 4] = [(MENDS_FILE, 12), (MENDS_ROW, 11), (MENDS_PATH, 30), (MENDS_REASON, 44)];
const FIRST: u16 = 4;

/// Writes the rows to be mended, and returns their number. `guide` says what to leave alone, in the reader's language.
pub fn write_mend_workbook(rows: &[MendRow], guide: &str, path: &Path) -> Result<u64, ExportError> {
    write_in_sheets(SHEET_ROWS as usize, rows, guide, path)
}

pub(super) fn write_in_sheets(
    sheet_rows: usize,
    rows: &[MendRow],
    guide: &str,
    path: &Path,
) -> Result<u64, ExportError> {
    if ExportFormat::of(path)? != ExportFormat::Xlsx {
        return Err(ExportError::Ending { path: path.to_owned() });
    }
    let target = Target::prepare(path)?;
    let mut workbook = Workbook::new();
    let mut forms: BTreeMap<Vec<&str>, Vec<&MendRow>> = BTreeMap::new();
    for row in rows {
        forms.entry(row.cells.iter().map(|(h, _)| h.as_str()).collect()).or_default().push(row);
    }
    let mut pages: Vec<(&[&str], &[&MendRow])> = forms
        .iter()
        .flat_map(|(headers, rows)| rows.chunks(sheet_rows).map(|rows| (headers.as_slice(), rows)))
        .collect();
    if pages.is_empty() {
        pages.push((&[], &[]));
    }
    for (number, (headers, rows)) in (1..).zip(pages) {
        let name = if number == 1 { "quarantine".to_owned() } else { format!("quarantine ({number})") };
        write_sheet(&mut workbook, &name, headers, rows, guide)?;
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
    guide: &str,
) -> Result<(), ExportError> {
    let bold = Format::new().set_bold();
    // Text format keeps Excel from turning a mended id into a number.
    let text = Format::new().set_num_format("@");
    let ours = Format::new().set_num_format("@").set_font_color(Color::RGB(0x0080_8080));
    let blamed = Format::new().set_num_format("@").set_background_color(Color::RGB(0x00FF_E699));
    let sheet = workbook.add_worksheet();
    sheet.set_name(name)?.set_freeze_panes(1, 0)?;
    for (column, (header, width)) in (0..).zip(LEADING) {
        sheet.set_column_width(column, width)?.write_string_with_format(0, column, header, &bold)?;
    }
    sheet.insert_note(0, 0, &note(guide))?;
    for (column, header) in (FIRST..).zip(headers) {
        sheet.set_column_width(column, 18)?.set_column_format(column, &text)?;
        sheet.write_string_with_format(0, column, *header, &bold)?;
    }
    for (line, row) in (1..).zip(rows) {
        let number = row.row.to_string();
        for (column, cell) in (0..).zip([&row.sha256, &number, &row.path, &row.message]) {
            sheet.write_string_with_format(line, column, cell, &ours)?;
        }
        for (column, (header, cell)) in (FIRST..).zip(&row.cells) {
            let to_blame = row.header.as_ref() == Some(header);
            sheet
                .write_string_with_format(line, column, cell, if to_blame { &blamed } else { &text })
                .map_err(|e| too_long(e, row, header))?;
            // A blank string is no cell; its colour must show all the same.
            if to_blame && cell.is_empty() {
                sheet.write_blank(line, column, &blamed)?;
            }
            if to_blame && (line as usize) <= MOST_NOTES {
                sheet.insert_note(line, column, &note(&row.message))?;
            }
        }
    }
    Ok(())
}

fn note(text: &str) -> Note {
    Note::new(text).add_author_prefix(false).set_width(NOTE_SIZE.0).set_height(NOTE_SIZE.1)
}

fn too_long(error: XlsxError, row: &MendRow, header: &str) -> ExportError {
    match error {
        XlsxError::MaxStringLengthExceeded => {
            let (path, column) = (row.path.clone(), header.to_owned());
            ExportError::MendTooLong { path, row: row.row, column }
        }
        error => error.into(),
    }
}
