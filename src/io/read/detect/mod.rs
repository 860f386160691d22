//! What a file is, told by its bytes. The name's ending is never asked: operators rename, mall admins save HTML as
//! `.xls`, and an encrypted workbook looks like an old one.

mod container;
mod markup;
mod names;

use super::{Input, ReadError};

pub(super) use container::{Ole, is_about_content, open_ole};
pub(super) use names::is_dropping;
pub use names::{ending_differs, is_ignored_name};

/// The kinds of files that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// CSV, TSV or any other text; its reader finds out more.
    Text,
    Html,
    SpreadsheetMl,
    Json,
    Gzip,
    Zip,
    /// XLSX or XLSM.
    Xlsx,
    Xlsb,
    Ods,
    /// BIFF, with or without its OLE container.
    Xls,
    /// An Office file behind a password: an OLE container with an encrypted package.
    EncryptedWorkbook,
    Empty,
    /// May hold orders, but nothing here reads it; the word says what it is.
    Unread(&'static str),
    /// No place for orders; the word says what it is.
    Other(&'static str),
}

impl Format {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Html => "html",
            Self::SpreadsheetMl => "spreadsheetml",
            Self::Json => "json",
            Self::Gzip => "gzip",
            Self::Zip => "zip",
            Self::Xlsx => "xlsx",
            Self::Xlsb => "xlsb",
            Self::Ods => "ods",
            Self::Xls => "xls",
            Self::EncryptedWorkbook => "encrypted_workbook",
            Self::Empty => "empty",
            Self::Unread(kind) | Self::Other(kind) => kind,
        }
    }
}

/// How much of a file the guess may look at (containers are opened in full).
const HEAD: u64 = 8 << 10;

const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// First bytes that settle the matter.
const MAGIC: &[(&[u8], Format)] = &[
    (b"\x1F\x8B", Format::Gzip),
    (b"%PDF-", Format::Other("PDF document")),
    (b"\x89PNG\r\n\x1A\n", Format::Other("PNG image")),
    (b"\xFF\xD8\xFF", Format::Other("JPEG image")),
    (b"GIF8", Format::Other("GIF image")),
    (b"\x7FELF", Format::Other("program")),
    (b"MZ", Format::Other("program")),
    (b"SQLite format 3\0", Format::Other("SQLite database")),
    (b"PAR1", Format::Other("Parquet file")),
    (b"ARROW1\0\0", Format::Other("Arrow file")),
    (b"7z\xBC\xAF\x27\x1C", Format::Unread("7z archive")),
    (b"Rar!\x1A\x07", Format::Unread("RAR archive")),
    (b"ALZ\x01", Format::Unread("ALZip archive")),
    (b"EGGA", Format::Unread("EGG archive")),
    (b"\xFD7zXZ\0", Format::Unread("xz archive")),
    (b"\x28\xB5\x2F\xFD", Format::Unread("zstd archive")),
    (b"BZh", Format::Unread("bzip2 archive")),
    (b"{\\rtf", Format::Other("RTF document")),
    (b"HWP Document File", Format::Other("Hangul document")),
    (b"MIME-Version:", Format::Unread("web archive")),
    (b"TABLE\r\n0,1\r\n", Format::Unread("DIF sheet")),
    (b"TABLE\n0,1\n", Format::Unread("DIF sheet")),
    (b"ID;PWXL", Format::Unread("SYLK sheet")),
    (b"ID;PCALC", Format::Unread("SYLK sheet")),
];

/// Tells what `input` is.
pub fn detect(input: &Input) -> Result<Format, ReadError> {
    let head = input.head(HEAD)?;
    if head.is_empty() {
        return Ok(Format::Empty);
    }
    if [&b"PK\x03\x04"[..], b"PK\x05\x06", b"PK\x07\x08"].iter().any(|magic| head.starts_with(magic)) {
        return container::zip(input);
    }
    if head.starts_with(OLE) {
        return container::ole(input);
    }
    if let Some(format) = bare_biff(&head) {
        return Ok(format);
    }
    // A memo may begin with `MZ` or `PAR1` too: a few letters count only in a binary file.
    let binary = is_binary(&head);
    let is = |magic: &[u8]| head.starts_with(magic) && (binary || magic.len() > 4 || !magic.is_ascii());
    if let Some((_, format)) = MAGIC.iter().find(|(magic, _)| is(magic)) {
        return Ok(*format);
    }
    if binary {
        return Ok(Format::Other("binary file"));
    }
    Ok(markup::of_text(&head))
}

/// A BIFF stream outside of an OLE container. Its first record is a BOF: type, length, version.
fn bare_biff(head: &[u8]) -> Option<Format> {
    match head {
        [0x09, 0x08, 0x08 | 0x10, 0x00, 0x00, 0x05 | 0x06, ..] => Some(Format::Xls),
        [0x09, 0x00 | 0x02 | 0x04, 0x04 | 0x06, 0x00, _, _, 0x10 | 0x20 | 0x40, ..] => {
            Some(Format::Unread("Excel 2, 3 or 4 sheet"))
        }
        _ => None,
    }
}

/// Control characters are rare in text of any encoding; in UTF-16 the zeros stand at one side of the pairs.
fn is_binary(head: &[u8]) -> bool {
    if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
        return false;
    }
    let mut zeros = [0_usize; 2];
    let mut controls = 0_usize;
    for (i, byte) in head.iter().enumerate() {
        match byte {
            0 => zeros[i % 2] += 1,
            0x01..=0x08 | 0x0E..=0x19 | 0x1C..=0x1F => controls += 1,
            _ => {}
        }
    }
    let [even, odd] = zeros;
    let one_sided = even.min(odd) * 20 <= even.max(odd) && even.max(odd) * 10 >= head.len();
    if one_sided && controls * 50 <= head.len() {
        return false;
    }
    (controls + even + odd) * 50 > head.len()
}

#[cfg(test)]
mod tests;
