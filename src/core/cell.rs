//! What a reader hands over: cells as found, before anyone asks what they mean.

/// Which day a workbook counts from: Excel for Windows or the old Excel for Mac.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateSystem {
    #[default]
    Year1900,
    Year1904,
}

/// One cell as the file holds it. Text is decoded but otherwise untouched.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// No cell, or an empty one.
    Blank,
    /// An explicit JSON null.
    Null,
    Text(&'a str),
    /// A number cell of a workbook (a JSON number comes as its text).
    Number(f64),
    /// A number cell that the workbook shows as a date: a serial of its date system.
    DateSerial(f64),
    Bool(bool),
    /// A workbook's error value such as `#DIV/0!`.
    Error(&'a str),
    /// Bytes that are no text in the file's encoding.
    Undecodable,
}

/// How a reader judges rows that are wider or narrower than the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// Text and HTML: every row has as many cells as the header, or something shifted.
    Strict,
    /// Workbooks: empty cells are simply not there.
    Sparse,
}

/// A sheet about to be read. Text files have one, without a name.
#[derive(Clone, Copy, Debug)]
pub struct Sheet<'a> {
    pub name: Option<&'a str>,
    pub dates: DateSystem,
    pub width: Width,
}

/// Receives the rows of a file, sheet after sheet, in order. Cells live only for the call.
pub trait RowSink {
    fn sheet(&mut self, sheet: Sheet<'_>);

    /// The next record. An empty slice is a blank one.
    fn row(&mut self, cells: &[Cell<'_>]) -> Flow;

    /// The next `count` records are blank (a gap between the rows of a workbook).
    fn blank_rows(&mut self, count: u64) -> Flow;

    /// The next record could not be taken apart (an unterminated quote, a cell over the budget).
    fn broken_row(&mut self) -> Flow;

    /// Something worth telling about the file as a whole, without personal values.
    fn note(&mut self, note: Note);
}

/// Whether a reader should go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    Continue,
    /// The receiver has seen enough (`inspect` reads a sample only): end without an error.
    Stop,
}

/// Something odd about a file that lost no data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A hidden sheet was left alone.
    HiddenSheet(String),
    /// Jamo spelled out with U+3164 were put together again, this often.
    RecomposedJamo(u64),
    /// So many formulas came without the value they had; their cells are blank.
    FormulasWithoutValue(u64),
    /// The name's ending says another format than the bytes.
    ExtensionDiffers,
}
