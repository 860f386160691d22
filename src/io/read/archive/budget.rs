//! How much an archive may unpack to. Judged on the directory before a byte is unpacked; the ZIP reader then refuses
//! any entry that turns out larger than the directory said.

use std::io::{self, BufRead, BufReader};

use super::{ZipReader, open, plain_error};
use crate::io::read::{Input, ReadError};

const GIB: u64 = 1 << 30;
const MAX_ENTRIES: u64 = 10_000;
const MAX_MEMBER: u64 = 4 * GIB;
const MAX_TOTAL: u64 = 16 * GIB;
const MAX_WORKBOOK: u64 = 6 * GIB;
/// The texts of a workbook are held in memory.
const MAX_SHARED_STRINGS: u64 = GIB;
/// Parts below this are harmless whatever their ratio.
const RATIO_FREE: u64 = 64 << 20;
/// Sheets and CSV files shrink 10 to 40 times; a bomb of zeros about 1000 times.
const MAX_RATIO: u64 = 400;
/// From here on a part of a workbook is looked through before it is parsed.
const SUSPICIOUS_RATIO: u64 = 60;
/// One text of a workbook. (A cell holds 32,767 characters.)
const MAX_TEXT: usize = 16 << 20;

fn too_large(what: &'static str, limit: u64) -> ReadError {
    ReadError::TooLarge { what, limit }
}

pub(super) fn check_member(size: u64, packed: u64) -> Result<(), ReadError> {
    if size > MAX_MEMBER {
        return Err(too_large("its unpacked size", MAX_MEMBER));
    }
    if size > RATIO_FREE && size / MAX_RATIO > packed {
        return Err(too_large("its compression ratio", MAX_RATIO));
    }
    Ok(())
}

pub(super) fn check_archive(zip: &ZipReader) -> Result<(), ReadError> {
    if zip.len() as u64 > MAX_ENTRIES {
        return Err(too_large("the number of files in it", MAX_ENTRIES));
    }
    if zip.has_duplicate_names() {
        return Err(ReadError::Damaged("two files of the ZIP archive have one name".into()));
    }
    let mut total = 0_u64;
    let mut places = Vec::with_capacity(zip.len());
    for index in 0..zip.len() {
        let entry = zip.by_index_data(index).map_err(plain_error)?;
        total = total.saturating_add(entry.size());
        // Its own header takes 30 bytes at least, and the name.
        let length = entry.compressed_size().saturating_add(30 + entry.name_raw().len() as u64);
        places.push((entry.header_start(), entry.header_start().saturating_add(length)));
    }
    if total > MAX_TOTAL {
        return Err(too_large("its unpacked size", MAX_TOTAL));
    }
    places.sort_unstable();
    if places.windows(2).any(|pair| matches!(pair, [(_, end), (start, _)] if end > start)) {
        return Err(ReadError::Damaged("files of the ZIP archive overlap".into()));
    }
    Ok(())
}

pub(super) fn gunzip_limit(packed: u64) -> u64 {
    packed.saturating_mul(MAX_RATIO).clamp(RATIO_FREE, MAX_MEMBER)
}

/// Refuses an XLSX, XLSB or ODS file (all of them ZIP archives) that would take too much memory to parse.
pub fn check_workbook_zip(input: &Input) -> Result<(), ReadError> {
    let mut zip = open(input)?;
    check_archive(&zip)?;
    let mut total = 0_u64;
    let mut suspicious = Vec::new();
    for index in 0..zip.len() {
        let entry = zip.by_index_data(index).map_err(plain_error)?;
        let (size, packed) = (entry.size(), entry.compressed_size());
        if entry.encrypted() {
            return Err(ReadError::Unsupported("a workbook with locked parts".into()));
        }
        check_member(size, packed)?;
        total = total.saturating_add(size);
        let name = entry.name_raw().to_ascii_lowercase();
        if name.ends_with(b"sharedstrings.xml") || name.ends_with(b"sharedstrings.bin") {
            if size > MAX_SHARED_STRINGS {
                return Err(too_large("the size of its texts", MAX_SHARED_STRINGS));
            }
            suspicious.push((index, Look::Texts { size }));
        }
        if name.ends_with(b".xml") && size > RATIO_FREE && size / SUSPICIOUS_RATIO > packed {
            suspicious.push((index, Look::Long));
        }
    }
    if total > MAX_WORKBOOK {
        return Err(too_large("its unpacked size", MAX_WORKBOOK));
    }
    for (index, look) in suspicious {
        let mut part = BufReader::with_capacity(128 << 10, zip.by_index(index).map_err(plain_error)?);
        let seen = match look {
            Look::Texts { size } => check_declared_texts(&mut part, size),
            Look::Long => check_text_lengths(&mut part),
        };
        seen.map_err(|e| plain_error(e.into()))??;
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Look {
    /// How many texts there are is told at the beginning, and believed by the parser.
    Texts { size: u64 },
    /// A long part that shrank a lot: does it consist of one long text?
    Long,
}

/// Room is made for `uniqueCount` texts before the first is read: more than the part can hold is a lie.
fn check_declared_texts(part: &mut dyn BufRead, size: u64) -> io::Result<Result<(), ReadError>> {
    let head = part.fill_buf()?;
    let head = head.get(..head.len().min(4 << 10)).unwrap_or_default();
    let mut counts = memchr::memmem::find_iter(head, b"niqueCount=").map(|at| {
        let digits = head.get(at + 12..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit());
        digits.fold(0_u64, |n, d| n.saturating_mul(10).saturating_add(u64::from(d - b'0')))
    });
    // `<si/>` is the shortest text; a small table may be miscounted without harm.
    let limit = (size / 5).max(1 << 20);
    Ok(if counts.any(|count| count > limit) {
        Err(too_large("the number of its texts", limit))
    } else {
        Ok(())
    })
}

/// Finds a text without any markup in between that no cell could hold.
fn check_text_lengths(part: &mut dyn BufRead) -> io::Result<Result<(), ReadError>> {
    let mut run = 0_usize;
    loop {
        let chunk = part.fill_buf()?;
        let length = chunk.len();
        if length == 0 {
            return Ok(Ok(()));
        }
        run = match memchr::memrchr(b'<', chunk) {
            // A run that began in an earlier chunk is at most this much longer than counted.
            Some(at) => length - at,
            None => run + length,
        };
        if run > MAX_TEXT {
            return Ok(Err(too_large("the length of one of its texts", MAX_TEXT as u64)));
        }
        part.consume(length);
    }
}
