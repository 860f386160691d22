//! One source file into rows: the reader its bytes ask for, and the sink that understands what it gives.

use super::Keyring;
use crate::core::api::ApiRows;
use crate::core::cell::{Cell, Flow};
use crate::core::normalise::{Normaliser, Policy};
use crate::core::person::PersonKey;
use crate::core::problem::FindingKind;
use crate::core::rows::FileRows;
use crate::core::schema::Schema;
use crate::core::stage::{Contents, Stage};
use crate::core::table::{StoredHashes, TableReader};
use crate::io::read::crypto;
use crate::io::read::detect::{self, Format};
use crate::io::read::json::{self, ApiCell, ApiOrder, OrderSink};
use crate::io::read::{Input, ReadError, html, spreadsheetml, text, workbook};

/// What every file is read with.
#[derive(Clone, Copy)]
pub struct Tools<'s> {
    pub schema: &'s Schema,
    pub policy: &'s Policy,
    pub key: &'s PersonKey,
    pub keyring: &'s dyn Keyring,
    /// Hashes of quarantined rows, for workbooks that mend them.
    pub hashes: &'s StoredHashes,
    /// Whether what the rows say is wanted.
    pub contents: Contents,
}

/// A file that was read.
pub struct ReadFile {
    pub rows: FileRows,
    /// The format in words: `csv`, `xlsx`, `html`, ...
    pub format: &'static str,
    pub encoding: Option<&'static str>,
    pub delimiter: Option<char>,
    /// Why there is nothing in it, where it is no table of orders.
    pub no_table: Option<&'static str>,
}

impl OrderSink for ApiRows<'_> {
    fn order(&mut self, order: &ApiOrder) -> Flow {
        fn cells(level: &[ApiCell]) -> Vec<Cell<'_>> {
            level
                .iter()
                .map(|cell| match cell {
                    ApiCell::Absent => Cell::Blank,
                    ApiCell::Null => Cell::Null,
                    ApiCell::Text(text) => Cell::Text(text),
                })
                .collect()
        }
        let items: Vec<Vec<Cell<'_>>> = order.items.iter().map(|item| cells(item)).collect();
        self.order(&cells(&order.order), &items, order.extracted_at.as_deref());
        Flow::Continue
    }

    fn broken_order(&mut self) -> Flow {
        self.broken_order();
        Flow::Continue
    }
}

/// Reads a source file of any format but wrappers.
pub fn read(input: &Input, format: Format, tools: &Tools<'_>) -> Result<ReadFile, ReadError> {
    let normaliser = Normaliser::new(tools.schema, tools.policy, tools.key);
    let stage = Stage::new(tools.schema, tools.contents);
    if format == Format::Json {
        return read_json(input, ApiRows::new(normaliser, stage), tools.schema);
    }
    let mut reader = TableReader::new(normaliser, stage, tools.hashes);
    let score = |cells: &[&str]| tools.schema.header_score(cells);
    let (mut encoding, mut delimiter) = (None, None);
    let mut words = format.as_str();
    match format {
        Format::Text => {
            let facts = text::read_text(input, &score, &mut reader)?;
            encoding = Some(facts.encoding);
            delimiter = Some(facts.delimiter);
            words = if facts.delimiter == '\t' { "tsv" } else { "csv" };
        }
        Format::Html => encoding = Some(html::read_html(input, &score, &mut reader)?.encoding),
        Format::SpreadsheetMl => {
            encoding = Some(spreadsheetml::read_spreadsheetml(input, &mut reader)?.encoding);
        }
        Format::EncryptedWorkbook => {
            let opened = match crypto::decrypt_workbook(input, None) {
                Err(ReadError::PasswordNeeded) => {
                    crypto::decrypt_workbook(input, tools.keyring.password().as_ref())?
                }
                other => other?,
            };
            let inner = detect::detect(&opened)?;
            workbook::read_workbook(&opened, inner, &mut reader)?;
            words = inner.as_str();
        }
        Format::Xlsx | Format::Xlsb | Format::Ods | Format::Xls => {
            workbook::read_workbook(input, format, &mut reader)?;
        }
        Format::Empty => return Ok(nothing(reader.finish(), format, "the file is empty")),
        Format::Unread(what) => return Err(ReadError::Unsupported(what.into())),
        Format::Other(what) => return Ok(nothing(reader.finish(), format, what)),
        Format::Json | Format::Zip | Format::Gzip => {
            return Err(ReadError::Unsupported("an archive inside an archive".into()));
        }
    }
    let rows = reader.finish();
    let hidden = rows.findings.iter().any(|f| f.kind == FindingKind::HiddenSheet);
    let no_table = rows.tables.is_empty().then_some(if hidden {
        "no sheet that can be seen has a header row with 주문번호 or 품목별 주문번호; unhide the others and save, if they hold orders"
    } else {
        "no header row with 주문번호 or 품목별 주문번호 was found"
    });
    Ok(ReadFile { rows, format: words, encoding, delimiter, no_table })
}

fn nothing(rows: FileRows, format: Format, why: &'static str) -> ReadFile {
    ReadFile { rows, format: format.as_str(), encoding: None, delimiter: None, no_table: Some(why) }
}

fn read_json(input: &Input, mut orders: ApiRows<'_>, schema: &Schema) -> Result<ReadFile, ReadError> {
    let facts = json::read_orders(input, schema, &mut orders)?;
    let no_table = (!facts.looks_like_orders).then_some("it holds no orders as the API gives them");
    Ok(ReadFile {
        rows: orders.rows.finish(),
        format: "json",
        encoding: Some("utf-8"),
        delimiter: None,
        no_table,
    })
}
