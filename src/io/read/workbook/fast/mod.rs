//! XLSX as the usual programs write it, several times faster than a general XML reader allows.
//!
//! calamine stays the judge: what it makes of a workbook is right. Here only spellings are taken that mean the same to
//! it; at the first other one (or error of any kind) it reads the rest of the workbook, from the row on that was being
//! put together. So nothing is lost by not knowing, and every error is calamine's own.

mod blocks;
mod cursor;
mod escape;
mod plain;
mod prologue;
mod scalar;
mod sheet;
mod strings;
mod survey;

use super::WorkbookRows;
use super::excel::{self, Begun};
use super::output::Output;
use crate::core::cell::Flow;
use crate::io::read::archive::{self, ZipReader};
use crate::io::read::{Input, ReadError, guard};
use blocks::Blocks;
use sheet::{End, Sheet, Tables};
use strings::Strings;
use survey::Survey;

/// Bytes of a part that are read at a time.
const BLOCK: usize = 256 << 10;

pub(super) struct Xlsx {
    input: Input,
    zip: ZipReader,
    block: usize,
    survey: Survey,
    strings: Strings,
}

/// Opens an XLSX file, by calamine if need be.
pub(super) fn open(input: &Input) -> Result<Box<dyn WorkbookRows>, ReadError> {
    match Xlsx::open(input, BLOCK) {
        Some(book) => Ok(Box::new(book)),
        None => Ok(Box::new(excel::Xlsx::open(input)?)),
    }
}

impl Xlsx {
    /// `None`: this is one for calamine.
    fn open(input: &Input, block: usize) -> Option<Self> {
        // Something else may precede a ZIP archive, such as a document of another kind.
        if input.head(2).ok()? != b"PK" {
            return None;
        }
        let mut zip = archive::open(input).ok()?;
        let survey = guard::parser(|| survey::survey(&mut zip)).ok()??;
        let strings = match survey.strings {
            None => Strings::default(),
            Some(place) => Strings::read(Blocks::new(zip.by_index(place).ok()?, block)).ok()?,
        };
        Some(Self { input: input.clone(), zip, block, survey, strings })
    }

    /// Reads a sheet. `Err`: calamine has to, from here on.
    fn sheet(
        &mut self,
        name: &str,
        output: &mut Output<'_>,
    ) -> Result<Result<Flow, Option<Begun>>, ReadError> {
        let part = self.survey.places.get(name).map(|place| self.zip.by_index(*place));
        let Some(Ok(part)) = part else { return Ok(Err(None)) };
        let tables = Tables { strings: &self.strings, formats: &self.survey.formats };
        let Ok(sheet) = Sheet::open(Blocks::new(part, self.block), tables) else { return Ok(Err(None)) };
        let mut rows = output.sheet(name, self.survey.dates);
        Ok(match sheet.read(&mut rows)? {
            End::Done(flow) => Ok(flow),
            End::Left { cells } => Err(Some(Begun { cells, rows: rows.sent() })),
        })
    }
}

impl WorkbookRows for Xlsx {
    fn read(mut self: Box<Self>, output: &mut Output<'_>) -> Result<(), ReadError> {
        let names = excel::visible_sheets(&self.survey.sheets, output);
        for (at, name) in names.iter().enumerate() {
            match self.sheet(name, output)? {
                Ok(Flow::Continue) => {}
                Ok(Flow::Stop) => break,
                Err(begun) => {
                    let input = self.input.clone();
                    // Its texts are about to be read a second time.
                    drop(self);
                    let left = names.get(at..).unwrap_or_default();
                    return excel::Xlsx::open(&input)?.read_sheets(left, begun, output);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
