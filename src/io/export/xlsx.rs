//! XLSX for analysts: a frozen header, ids and texts as text, amounts as numbers, times as dates.
//!
//! Rows go out as they come, so memory does not grow with the table; a table longer than a sheet goes on in the next.
//! Numbers of more than 15 digits, which Excel would silently round, are written as text.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef, TimeUnit};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::value::CellValue;
use super::{ExportError, cells};

/// Rows of a sheet, without its header.
pub(super) const SHEET_ROWS: u32 = 1_048_575;
/// Whole numbers up to this keep all their digits in Excel.
const EXACT: u64 = 999_999_999_999_999;
/// Serials count from here to 1970-01-01.
const EPOCH_SERIAL: i64 = 25_569;
/// 1900-03-01: Excel takes 1900 for a leap year, so earlier serials are a day off.
const FIRST_SOUND_SERIAL: i64 = 61;

pub(super) fn write(
    file: &File,
    folder: &Path,
    title: &str,
    schema: &SchemaRef,
    batches: &mut dyn Iterator<Item = Result<RecordBatch, ExportError>>,
) -> Result<u64, ExportError> {
    write_in_sheets(SHEET_ROWS, file, folder, title, schema, batches)
}

pub(super) fn write_in_sheets(
    sheet_rows: u32,
    file: &File,
    folder: &Path,
    title: &str,
    schema: &SchemaRef,
    batches: &mut dyn Iterator<Item = Result<RecordBatch, ExportError>>,
) -> Result<u64, ExportError> {
    // The writer panics where its temporary files cannot grow, as on a full disk.
    catch_unwind(AssertUnwindSafe(|| {
        let mut workbook = Workbook::new();
        workbook.set_tempdir(folder)?;
        let formats = Formats::new();
        let mut rows = 0;
        let mut sheets = 1;
        let mut sheet = new_sheet(&mut workbook, title, 1, schema, &formats)?;
        let mut line = 0;
        for batch in batches {
            let batch = batch?;
            let columns = cells(&batch)?;
            for row in 0..batch.num_rows() {
                if line == sheet_rows {
                    sheets += 1;
                    line = 0;
                    sheet = new_sheet(&mut workbook, title, sheets, schema, &formats)?;
                }
                line += 1;
                rows += 1;
                for (column, cells) in (0..).zip(&columns) {
                    write_cell(sheet, line, column, cells.get(row), &formats).map_err(
                        |error| match error {
                            XlsxError::MaxStringLengthExceeded => ExportError::TextTooLong {
                                row: rows,
                                column: schema.field(column.into()).name().clone(),
                            },
                            error => error.into(),
                        },
                    )?;
                }
            }
        }
        workbook.save_to_writer(file)?;
        Ok(rows)
    }))
    .unwrap_or(Err(ExportError::XlsxTemporary))
}

struct Formats {
    header: Format,
    /// Stays text also when it is edited: no id becomes a number, nothing that begins with `=` a formula.
    text: Format,
    money: Format,
    day: Format,
    datetime: Format,
    instant: Format,
}

impl Formats {
    fn new() -> Self {
        let format = |code: &str| Format::new().set_num_format(code);
        Self {
            header: Format::new().set_bold(),
            text: format("@"),
            money: format("#,##0.00"),
            day: format("yyyy-mm-dd"),
            datetime: format("yyyy-mm-dd hh:mm:ss"),
            instant: format("yyyy-mm-dd\"T\"hh:mm:ss\"Z\""),
        }
    }
}

fn new_sheet<'a>(
    workbook: &'a mut Workbook,
    title: &str,
    number: u32,
    schema: &SchemaRef,
    formats: &Formats,
) -> Result<&'a mut Worksheet, XlsxError> {
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name(if number == 1 { title.to_owned() } else { format!("{title} ({number})") })?;
    sheet.set_freeze_panes(1, 0)?;
    for (column, field) in (0..).zip(schema.fields()) {
        sheet.set_column_width(column, column_width(field.data_type()))?;
        sheet.write_string_with_format(0, column, field.name(), &formats.header)?;
    }
    Ok(sheet)
}

/// In characters.
fn column_width(data_type: &DataType) -> u8 {
    match data_type {
        DataType::Int64 => 10,
        DataType::Decimal64(..) => 14,
        DataType::Date32 => 11,
        DataType::Timestamp(TimeUnit::Microsecond, _) => 21,
        _ => 18,
    }
}

fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    value: CellValue<'_>,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match value {
        CellValue::Null => {}
        CellValue::Text(text) => {
            sheet.write_string_with_format(row, column, text, &formats.text)?;
        }
        CellValue::Int(n) => match exact(n) {
            Some(n) => {
                sheet.write_number(row, column, n)?;
            }
            None => {
                sheet.write_string(row, column, value.to_string())?;
            }
        },
        CellValue::Money(money) => match exact(money.0) {
            Some(hundredths) => {
                sheet.write_number_with_format(row, column, hundredths / 100.0, &formats.money)?;
            }
            None => {
                sheet.write_string(row, column, value.to_string())?;
            }
        },
        CellValue::Day(day) => {
            write_time(sheet, row, column, value, i64::from(day.0) * 86_400, &formats.day)?;
        }
        CellValue::Datetime(time) => {
            write_time(sheet, row, column, value, time.seconds, &formats.datetime)?;
        }
        CellValue::Instant(instant) => {
            write_time(sheet, row, column, value, instant.0, &formats.instant)?;
        }
    }
    Ok(())
}

fn write_time(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    value: CellValue<'_>,
    seconds: i64,
    format: &Format,
) -> Result<(), XlsxError> {
    let since_serial_zero = seconds.saturating_add(EPOCH_SERIAL * 86_400);
    match exact(since_serial_zero).filter(|_| since_serial_zero >= FIRST_SOUND_SERIAL * 86_400) {
        Some(seconds) => sheet.write_number_with_format(row, column, seconds / 86_400.0, format)?,
        None => sheet.write_string(row, column, value.to_string())?,
    };
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "numbers of up to 15 digits are exact in a double")]
fn exact(n: i64) -> Option<f64> {
    (n.unsigned_abs() <= EXACT).then_some(n as f64)
}
