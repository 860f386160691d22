//! How much an archive may unpack to. Judged on the directory before a byte is unpacked; the ZIP reader then refuses
//! any entry that turns out larger than the directory said.

use std::io::{self, BufRead, BufReader, Read};

use quick_xml::Reader;
use quick_xml::events::Event;

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
/// Every format of a cell copies its font and number format.
const MAX_STYLES: u64 = 32 << 20;
const MAX_STYLE: usize = 4 << 10;
/// What may stand before the first text of a workbook.
const MAX_PROLOGUE: u64 = 64 << 10;

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
    let mut looks = Vec::new();
    for index in 0..zip.len() {
        let entry = zip.by_index_data(index).map_err(plain_error)?;
        let (size, packed) = (entry.size(), entry.compressed_size());
        if entry.encrypted() {
            return Err(ReadError::Unsupported("a workbook with locked parts".into()));
        }
        check_member(size, packed)?;
        total = total.saturating_add(size);
        let name = entry.name_raw().to_ascii_lowercase();
        if (name.ends_with(b"sharedstrings.xml") || name.ends_with(b"sharedstrings.bin"))
            && size > MAX_SHARED_STRINGS
        {
            return Err(too_large("the size of its texts", MAX_SHARED_STRINGS));
        }
        if name.ends_with(b"sharedstrings.xml") {
            looks.push((index, Look::Count { size }));
        }
        if name.ends_with(b"styles.xml") {
            if size > MAX_STYLES {
                return Err(too_large("the size of its styles", MAX_STYLES));
            }
            looks.push((index, Look::Lengths { limit: MAX_STYLE }));
        } else if name.ends_with(b".xml") && size > RATIO_FREE && size / SUSPICIOUS_RATIO > packed {
            looks.push((index, Look::Lengths { limit: MAX_TEXT }));
        }
    }
    if total > MAX_WORKBOOK {
        return Err(too_large("its unpacked size", MAX_WORKBOOK));
    }
    for (index, look) in looks {
        let part = zip.by_index(index).map_err(plain_error)?;
        match look {
            Look::Count { size } => check_declared_texts(part, size)?,
            Look::Lengths { limit } => check_lengths(part, limit).map_err(|e| plain_error(e.into()))??,
        }
    }
    Ok(())
}

/// What is to be looked at before a part is parsed.
#[derive(Clone, Copy)]
enum Look {
    /// The number of texts, told at the beginning: the parser makes room for them before it sees the first.
    Count { size: u64 },
    /// The longest piece between two tags.
    Lengths { limit: usize },
}

fn check_declared_texts(part: impl Read, size: u64) -> Result<(), ReadError> {
    let odd = || ReadError::Damaged("the table of its texts does not begin as it should".into());
    let mut xml = Reader::from_reader(BufReader::new(part.take(MAX_PROLOGUE)));
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let count = match xml.read_event_into(&mut buffer).map_err(|_| odd())? {
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "sst" => {
                tag.try_get_attribute("uniqueCount").map_err(|_| odd())?.map(|count| count.value.into_owned())
            }
            Event::Eof if size > MAX_PROLOGUE => return Err(odd()),
            Event::Eof => None,
            _ => continue,
        };
        // `<si/>` is the shortest text; a small table may be miscounted without harm.
        let limit = (size / 5).max(1 << 20);
        let count = count.map_or(0, |digits| digits.parse().unwrap_or(u64::MAX));
        return if count > limit { Err(too_large("the number of its texts", limit)) } else { Ok(()) };
    }
}

/// Finds a text or tag longer than any that a program writes.
fn check_lengths(part: impl Read, limit: usize) -> io::Result<Result<(), ReadError>> {
    let mut part = BufReader::with_capacity(64 << 10, part);
    let mut run = 0_usize;
    loop {
        let chunk = part.fill_buf()?;
        if chunk.is_empty() {
            return Ok(Ok(()));
        }
        let mut from = 0;
        for at in memchr::memchr_iter(b'<', chunk).chain([chunk.len()]) {
            run += at - from;
            if run > limit {
                return Ok(Err(too_large("the length of one of its texts", limit as u64)));
            }
            if at < chunk.len() {
                run = 0;
            }
            from = at;
        }
        let length = chunk.len();
        part.consume(length);
    }
}
