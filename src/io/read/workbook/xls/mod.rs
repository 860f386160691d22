//! BIFF `.xls` of Excel 5 to 2003.
//!
//! The workbook's stream is taken out of its OLE container, measured, and put into a fresh one for calamine: whatever a
//! broken container would claim is gone by then, and a stream that came without a container gets one.
//!
//! calamine copies each text three times and a sheet twice. So sheets of nothing but numbers and shared texts, as
//! exporting programs write them, are read from their records (`plain`), and calamine is only asked what these refer to
//! (`survey`). Workbooks with any other cell are calamine's alone.

mod biff;
mod plain;
mod survey;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::io::{Cursor, Read, Write};

use calamine::{Data, Range, Reader, XlsError};

use super::output::{Output, Rows, Value};
use super::{WorkbookRows, excel};
use crate::core::cell::Flow;
use crate::io::read::{Input, ReadError, crypto, detect, guard};

/// Bytes of the workbook's stream; a full sheet of 60 columns has about 60 MB.
const MAX_STREAM: u64 = 512 << 20;

type Calamine = calamine::Xls<Cursor<Vec<u8>>>;

/// Opens a BIFF file, by calamine if need be.
pub(super) fn open(input: &Input) -> Result<Box<dyn WorkbookRows>, ReadError> {
    let mut stream = workbook_stream(input)?;
    biff::tame(&mut stream)?;
    match plain::Xls::open(stream) {
        Ok(book) => Ok(Box::new(book)),
        Err(stream) => Ok(Box::new(Xls::open(stream)?)),
    }
}

struct Xls(Calamine);

impl Xls {
    fn open(stream: Vec<u8>) -> Result<Self, ReadError> {
        let container = in_container(&stream)?;
        drop(stream);
        guard::parser(|| calamine::Xls::new(container))?.map(Self).map_err(xls_error)
    }
}

fn workbook_stream(input: &Input) -> Result<Vec<u8>, ReadError> {
    let bare = input.head(2)? == [0x09, 0x08];
    let source = if bare {
        input.clone()
    } else {
        let mut ole = detect::open_ole(input)?;
        let name = if ole.is_stream("/Workbook") { "/Workbook" } else { "/Book" };
        crypto::stream(&mut ole, name, MAX_STREAM)?
    };
    if source.len()? > MAX_STREAM {
        return Err(ReadError::TooLarge { what: "its size", limit: MAX_STREAM });
    }
    let mut stream = Vec::new();
    source.open()?.read_to_end(&mut stream)?;
    Ok(stream)
}

fn in_container(stream: &[u8]) -> Result<Cursor<Vec<u8>>, ReadError> {
    // Version 3, as Excel writes it: calamine takes a newer container without small streams for an empty one.
    let bytes = Cursor::new(Vec::with_capacity(stream.len()));
    let mut ole = cfb::CompoundFile::create_with_version(cfb::Version::V3, bytes)?;
    ole.create_stream("/Workbook")?.write_all(stream)?;
    ole.flush()?;
    Ok(ole.into_inner())
}

impl WorkbookRows for Xls {
    fn read(self: Box<Self>, output: &mut Output<'_>) -> Result<(), ReadError> {
        let Self(mut workbook) = *self;
        let dates = excel::date_system(workbook.has_1904_epoch());
        let mut names = excel::visible_sheets(workbook.sheets_metadata(), output);
        let last = names.pop();
        for name in names {
            let range = cells(&mut workbook, &name)?;
            if send(&range, output.sheet(&name, dates))? == Flow::Stop {
                return Ok(());
            }
        }
        if let Some(name) = last {
            let range = cells(&mut workbook, &name)?;
            // calamine gives copies and keeps all sheets itself.
            drop(workbook);
            send(&range, output.sheet(&name, dates))?;
        }
        Ok(())
    }
}

/// The exception to "cells in a stream": calamine has no other way, and `biff` has counted the cells before.
#[allow(clippy::disallowed_methods)]
fn cells(workbook: &mut Calamine, sheet: &str) -> Result<Range<Data>, ReadError> {
    guard::parser(|| workbook.worksheet_range(sheet))?.map_err(xls_error)
}

fn send<'a>(range: &'a Range<Data>, mut rows: Rows<'_, '_, 'a>) -> Result<Flow, ReadError> {
    let (first_row, first_column) = range.start().unwrap_or_default();
    for (row, column, data) in range.used_cells() {
        let (row, column) = (u64::from(first_row) + row as u64, u64::from(first_column) + column as u64);
        if let Some(value) = value(data)
            && rows.cell(row, column, value)? == Flow::Stop
        {
            return Ok(Flow::Stop);
        }
    }
    rows.finish()
}

fn value(data: &Data) -> Option<Value<'_>> {
    Some(match data {
        Data::Empty => return None,
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
            Value::Text(Cow::Borrowed(text))
        }
        Data::Float(number) => Value::Number(*number),
        #[expect(clippy::cast_precision_loss, reason = "integers of a workbook have 30 bits")]
        Data::Int(number) => Value::Number(*number as f64),
        Data::DateTime(time) if time.is_duration() => Value::Number(time.as_f64()),
        Data::DateTime(time) => Value::DateSerial(time.as_f64()),
        Data::Bool(value) => Value::Bool(*value),
        Data::Error(error) => Value::Error(Cow::Borrowed(excel::error_word(error))),
    })
}

/// Keeps only the kind of the error: its text may quote a cell.
fn xls_error(error: XlsError) -> ReadError {
    match error {
        XlsError::Io(e) => excel::io_error(e),
        XlsError::Password => ReadError::Unsupported("an .xls workbook behind a password".into()),
        XlsError::EoStream(_) | XlsError::ContinueRecordTooShort | XlsError::Len { .. } => {
            ReadError::Incomplete("the records of the workbook".into())
        }
        _ => ReadError::Damaged("a part of it has unexpected content".into()),
    }
}
