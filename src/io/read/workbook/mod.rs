//! Workbooks: XLSX, XLSM, XLSB, ODS and BIFF `.xls`.
//!
//! A workbook of 1.4 KB can name a cell at the far corner of its grid, and a reader that asks for the whole rectangle
//! then asks for 549 GB. So cells are read one after another wherever a format allows, rows are put together here, and
//! every count has a budget. The one format that is read as a whole, BIFF, is measured before (`xls`).

mod excel;
mod fast;
mod ods;
mod output;
mod xls;

use super::archive::check_workbook_zip;
use super::detect::Format;
use super::{Input, ReadError};
use crate::core::cell::RowSink;
use output::Output;

/// A workbook that hands over its sheets in order. (The seam under which a reader for one format can be exchanged.)
trait WorkbookRows {
    fn read(self: Box<Self>, output: &mut Output<'_>) -> Result<(), ReadError>;
}

/// Reads the visible sheets of a workbook. A hidden one is noted and left alone; chart and macro sheets are passed over.
///
/// Rows come with their gaps, also those before the first cell; blank rows behind the last cell do not come. `format`
/// is what [`super::detect::detect`] said; other formats than workbooks are [`ReadError::Unsupported`].
pub fn read_workbook(input: &Input, format: Format, sink: &mut dyn RowSink) -> Result<(), ReadError> {
    let workbook: Box<dyn WorkbookRows> = match format {
        Format::Xlsx | Format::Xlsb | Format::Ods => {
            check_workbook_zip(input)?;
            match format {
                Format::Xlsx => fast::open(input)?,
                Format::Xlsb => Box::new(excel::Xlsb::open(input)?),
                _ => Box::new(ods::Ods::open(input)?),
            }
        }
        Format::Xls => xls::open(input)?,
        _ => return Err(ReadError::Unsupported("this is no workbook".into())),
    };
    let mut output = Output::new(sink);
    workbook.read(&mut output)?;
    output.finish();
    Ok(())
}

#[cfg(test)]
mod tests;
