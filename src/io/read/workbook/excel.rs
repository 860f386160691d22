//! XLSX and XLSB, cell by cell through calamine.

use std::borrow::Cow;
use std::io::{self, BufReader};

use calamine::{Cell, CellErrorType, DataRef, Reader, SheetType, SheetVisible, XlsbError, XlsxError};

use super::WorkbookRows;
use super::output::{Output, Rows, Value, iso_date};
use crate::core::cell::{DateSystem, Flow};
use crate::io::read::input::ReadSeek;
use crate::io::read::{Input, ReadError, detect, guard};

type Bytes = BufReader<Box<dyn ReadSeek>>;

/// How the format of a cell lets a number be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    Plain,
    Date,
}

pub(super) struct Xlsx(calamine::Xlsx<Bytes>);

pub(super) struct Xlsb(calamine::Xlsb<Bytes>);

impl Xlsx {
    pub(super) fn open(input: &Input) -> Result<Self, ReadError> {
        let bytes = BufReader::new(input.open()?);
        guard::parser(|| calamine::Xlsx::new(bytes))?.map(Self).map_err(xlsx_error)
    }
}

impl Xlsb {
    pub(super) fn open(input: &Input) -> Result<Self, ReadError> {
        let bytes = BufReader::new(input.open()?);
        guard::parser(|| calamine::Xlsb::new(bytes))?.map(Self).map_err(xlsb_error)
    }
}

impl WorkbookRows for Xlsx {
    fn read(self: Box<Self>, output: &mut Output<'_>) -> Result<(), ReadError> {
        let names = visible_sheets(self.0.sheets_metadata(), output);
        self.read_sheets(&names, None, output)
    }
}

/// How much of a sheet was handed over already.
pub(super) struct Begun {
    /// Cells to pass over, also those that hold nothing.
    pub(super) cells: u64,
    /// Rows that are gone, blank ones too.
    pub(super) rows: u64,
}

impl Xlsx {
    /// Reads these sheets, the first of them perhaps from its middle on.
    pub(super) fn read_sheets(
        mut self,
        names: &[String],
        mut begun: Option<Begun>,
        output: &mut Output<'_>,
    ) -> Result<(), ReadError> {
        let dates = date_system(self.0.has_1904_epoch());
        for name in names {
            let mut cells = match guard::parser(|| self.0.worksheet_cells_reader(name))? {
                Ok(cells) => cells,
                Err(XlsxError::NotAWorksheet(_)) => continue,
                Err(e) => return Err(xlsx_error(e)),
            };
            let rows = match begun.take() {
                None => output.sheet(name, dates),
                Some(begun) => {
                    for _ in 0..begun.cells {
                        guard::parser(|| cells.next_cell())?.map_err(xlsx_error)?;
                    }
                    output.resume(begun.rows)
                }
            };
            if pump(rows, || cells.next_cell().map_err(xlsx_error))? == Flow::Stop {
                break;
            }
        }
        Ok(())
    }
}

impl WorkbookRows for Xlsb {
    fn read(mut self: Box<Self>, output: &mut Output<'_>) -> Result<(), ReadError> {
        let dates = date_system(self.0.has_1904_epoch());
        for name in visible_sheets(self.0.sheets_metadata(), output) {
            let mut cells = guard::parser(|| self.0.worksheet_cells_reader(&name))?.map_err(xlsb_error)?;
            let rows = output.sheet(&name, dates);
            if pump(rows, || cells.next_cell().map_err(xlsb_error))? == Flow::Stop {
                break;
            }
        }
        Ok(())
    }
}

/// Names of the sheets to read; hidden ones are noted, those without cells passed over.
pub(super) fn visible_sheets(sheets: &[calamine::Sheet], output: &mut Output<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for sheet in sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet) {
        if sheet.visible == SheetVisible::Visible {
            names.push(sheet.name.clone());
        } else {
            output.hidden(&sheet.name);
        }
    }
    names
}

pub(super) fn date_system(is_1904: bool) -> DateSystem {
    if is_1904 { DateSystem::Year1904 } else { DateSystem::Year1900 }
}

fn pump<'a>(
    mut rows: Rows<'_, '_, 'a>,
    mut next: impl FnMut() -> Result<Option<Cell<DataRef<'a>>>, ReadError>,
) -> Result<Flow, ReadError> {
    while let Some(cell) = guard::parser(&mut next)?? {
        let (row, column) = cell.get_position();
        if let Some(value) = value(cell.get_value())
            && rows.cell(row.into(), column.into(), value)? == Flow::Stop
        {
            return Ok(Flow::Stop);
        }
    }
    rows.finish()
}

fn value<'a>(data: &DataRef<'a>) -> Option<Value<'a>> {
    Some(match data {
        DataRef::Empty => return None,
        DataRef::SharedString(text) => Value::Text(Cow::Borrowed(text)),
        DataRef::String(text) | DataRef::DurationIso(text) => Value::Text(Cow::Owned(text.clone())),
        DataRef::DateTimeIso(text) => Value::Text(Cow::Owned(iso_date(text).to_owned())),
        DataRef::Float(number) => Value::Number(*number),
        #[expect(clippy::cast_precision_loss, reason = "integers of a workbook have 30 bits")]
        DataRef::Int(number) => Value::Number(*number as f64),
        DataRef::DateTime(time) if time.is_duration() => Value::Number(time.as_f64()),
        DataRef::DateTime(time) => Value::DateSerial(time.as_f64()),
        DataRef::Bool(value) => Value::Bool(*value),
        DataRef::Error(error) => Value::Error(Cow::Borrowed(error_word(error))),
    })
}

pub(super) fn error_word(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#GETTING_DATA",
    }
}

/// Keeps only the kind of the error: its text may quote a cell.
fn xlsx_error(error: XlsxError) -> ReadError {
    let what = match error {
        XlsxError::Io(e) | XlsxError::Zip(zip::result::ZipError::Io(e)) => return io_error(e),
        XlsxError::Password => return ReadError::PasswordNeeded,
        XlsxError::Unrecognized { typ: "sheet:type", .. } => {
            return ReadError::Unsupported("a workbook with sheets of an unknown type".into());
        }
        XlsxError::Zip(_) => "its container",
        XlsxError::Xml(_) | XlsxError::XmlAttr(_) | XlsxError::Encoding(_) => "its XML is not well formed",
        XlsxError::XmlEof(_) => "its XML ends too early",
        XlsxError::FileNotFound(_) | XlsxError::WorksheetNotFound(_) | XlsxError::RelationshipNotFound => {
            "a part of it is missing"
        }
        XlsxError::CellError(_) => "a cell holds an unknown error value",
        _ => "a part of it has unexpected content",
    };
    ReadError::Damaged(what.into())
}

fn xlsb_error(error: XlsbError) -> ReadError {
    let what = match error {
        XlsbError::Io(e) | XlsbError::Zip(zip::result::ZipError::Io(e)) => return io_error(e),
        XlsbError::Password => return ReadError::PasswordNeeded,
        XlsbError::Zip(_) => "its container",
        XlsbError::FileNotFound(_) | XlsbError::WorksheetNotFound(_) => "a part of it is missing",
        _ => "a part of it has unexpected content",
    };
    ReadError::Damaged(what.into())
}

/// Tells a broken part from a broken disk.
pub(super) fn io_error(error: io::Error) -> ReadError {
    if detect::is_about_content(error.kind()) {
        ReadError::Damaged("a part of it ends too early or does not match its checksum".into())
    } else {
        error.into()
    }
}
