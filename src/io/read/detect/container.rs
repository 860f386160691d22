//! Formats that are containers of named parts: told by the parts, not by the container.

use std::io::{BufReader, Read, Seek, SeekFrom};

use super::Format;
use crate::io::read::archive::{self, ZipReader};
use crate::io::read::{Input, ReadError, guard};

pub(super) fn zip(input: &Input) -> Result<Format, ReadError> {
    let mut zip = archive::open(input)?;
    let names: Vec<String> = zip
        .file_names_raw()
        .map(|name| String::from_utf8_lossy(name).to_ascii_lowercase().replace('\\', "/"))
        .collect();
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    let has_under = |folder: &str| names.iter().any(|name| name.starts_with(folder));

    if has("[content_types].xml") {
        let main = |part: &str| names.iter().any(|name| name == part || name.ends_with(&format!("/{part}")));
        if main("workbook.bin") {
            return Ok(Format::Xlsb);
        }
        if main("workbook.xml") || has_under("xl/worksheets/") {
            return Ok(Format::Xlsx);
        }
        for (folder, kind) in
            [("word/", "Word document"), ("ppt/", "PowerPoint document"), ("visio/", "Visio drawing")]
        {
            if has_under(folder) {
                return Ok(Format::Other(kind));
            }
        }
    }
    if has("mimetype") || has("meta-inf/manifest.xml") {
        let kind = part_head(&mut zip, "mimetype") + &part_head(&mut zip, "META-INF/manifest.xml");
        for (mark, format) in [
            ("opendocument.spreadsheet", Format::Ods),
            ("opendocument", Format::Other("OpenDocument file")),
            ("hwp+zip", Format::Other("Hangul document")),
            ("epub+zip", Format::Other("e-book")),
        ] {
            if kind.contains(mark) {
                return Ok(format);
            }
        }
    }
    for (part, format) in [
        ("meta-inf/manifest.mf", Format::Other("Java archive")),
        ("androidmanifest.xml", Format::Other("Android application")),
        ("index/document.iwa", Format::Unread("Numbers or other iWork document")),
    ] {
        if has(part) {
            return Ok(format);
        }
    }
    Ok(Format::Zip)
}

/// The first bytes of a part as text; "" if it cannot be read.
fn part_head(zip: &mut ZipReader, name: &str) -> String {
    let mut head = Vec::new();
    if let Ok(part) = zip.by_name(name) {
        // What was read before an error is good enough for a guess.
        let _ = part.take(4 << 10).read_to_end(&mut head);
    }
    String::from_utf8_lossy(&head).into_owned()
}

pub(super) fn ole(input: &Input) -> Result<Format, ReadError> {
    let ole = open_ole(input)?;
    let is_stream = |name: &str| ole.is_stream(name);
    Ok(if is_stream("/EncryptedPackage") {
        Format::EncryptedWorkbook
    } else if is_stream("/Workbook") || is_stream("/Book") {
        Format::Xls
    } else if is_stream("/WordDocument") {
        Format::Other("Word document")
    } else if is_stream("/PowerPoint Document") {
        Format::Other("PowerPoint document")
    } else if is_stream("/FileHeader") {
        Format::Other("Hangul document")
    } else if is_stream("/__properties_version1.0") {
        Format::Other("Outlook message")
    } else {
        Format::Other("OLE document")
    })
}

/// An opened OLE (compound) file.
pub(in crate::io::read) type Ole = cfb::CompoundFile<BufReader<Box<dyn crate::io::read::input::ReadSeek>>>;

pub(in crate::io::read) fn open_ole(input: &Input) -> Result<Ole, ReadError> {
    let reader = BufReader::new(input.open()?);
    match guard::parser(|| cfb::CompoundFile::open(reader))? {
        Ok(ole) => Ok(ole),
        Err(_) if is_cut_short(input)? => {
            Err(ReadError::Incomplete("parts of its OLE container are missing".into()))
        }
        Err(e) if is_about_content(e.kind()) => {
            Err(ReadError::Damaged("its OLE container cannot be opened".into()))
        }
        Err(e) => Err(e.into()),
    }
}

/// Whether an error tells of the bytes rather than of the disk.
pub(in crate::io::read) fn is_about_content(kind: std::io::ErrorKind) -> bool {
    use std::io::ErrorKind::{InvalidData, InvalidInput, NotFound, Other, UnexpectedEof, Unsupported};
    matches!(kind, InvalidData | InvalidInput | NotFound | Other | UnexpectedEof | Unsupported)
}

/// Whether the sectors that the header and its allocation table speak of go on behind the end of the file.
fn is_cut_short(input: &Input) -> Result<bool, ReadError> {
    let (head, len) = (input.head(512)?, input.len()?);
    let Some(shift) = head.get(30).filter(|shift| (9..=12).contains(*shift)) else {
        return Ok(head.len() < 512);
    };
    let size = 1_u64 << shift;
    let begins = |sector: u32| (u64::from(sector) + 1) * size;
    let numbers = |bytes: &[u8]| -> Vec<u32> {
        bytes.chunks_exact(4).map(|n| n.try_into().map_or(FREE, u32::from_le_bytes)).collect()
    };
    // The first 109 sectors of the table are named by the header; each entry of the table stands for one sector.
    let tables = numbers(head.get(76..512).unwrap_or_default());
    let mut reader = input.open()?;
    let mut first_entry = 0_u64;
    for table in tables.into_iter().filter(|sector| *sector < FIRST_SPECIAL) {
        let mut entries = Vec::new();
        reader.seek(SeekFrom::Start(begins(table)))?;
        (&mut reader).take(size).read_to_end(&mut entries)?;
        let last = numbers(&entries).iter().rposition(|next| *next != FREE).map(|at| first_entry + at as u64);
        if (entries.len() as u64) < size || last.is_some_and(|sector| (sector + 1) * size >= len) {
            return Ok(true);
        }
        first_entry += size / 4;
    }
    let directory = head.get(48..52).map(numbers).unwrap_or_default();
    Ok(directory.into_iter().any(|sector| sector < FIRST_SPECIAL && begins(sector) >= len))
}

/// An entry of the allocation table for a sector that is not used, and the least that names no sector.
const FREE: u32 = 0xFFFF_FFFF;
const FIRST_SPECIAL: u32 = 0xFFFF_FFFA;
