//! Formats that are containers of named parts: told by the parts, not by the container.

use std::io::{BufReader, Read};

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
    for (part, kind) in [
        ("meta-inf/manifest.mf", "Java archive"),
        ("androidmanifest.xml", "Android application"),
        ("index/document.iwa", "Numbers or other iWork document"),
    ] {
        if has(part) {
            return Ok(Format::Other(kind));
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

/// Whether a sector that the header names lies behind the end of the file.
fn is_cut_short(input: &Input) -> Result<bool, ReadError> {
    let head = input.head(512)?;
    let len = input.len()?;
    let Some(shift) = head.get(30).filter(|shift| (9..=12).contains(*shift)) else {
        return Ok(head.len() < 512);
    };
    let sectors = 1_u64 << shift;
    let number = |at: usize| {
        let bytes = head.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_le_bytes(bytes)).filter(|sector| *sector < 0xFFFF_FFFA)
    };
    // The directory, the small sectors, and the first 109 sectors of the allocation table.
    let mut named = [48, 60].into_iter().chain((76..512).step_by(4)).filter_map(number);
    Ok(head.len() < 512 || named.any(|sector| (u64::from(sector) + 1) * sectors >= len))
}
