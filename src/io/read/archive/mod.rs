//! ZIP and gzip: wrappers around source files, from a secure download, a mail, or a bomb.
//!
//! The directory is judged first (budgets, overlaps, names told twice), each member again while it is unpacked. Names
//! are labels in reports, never paths. One bad member does not stop the others. A wrong password is only known after
//! the last byte: ZipCrypto lets 1 of 256 wrong ones in, and only the checksum tells.

mod budget;
mod name;

use std::io::{self, BufReader, Read};

use encoding_rs::EUC_KR;
use zip::read::ZipReadOptions;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::crypto::Password;
use super::detect::{self, Format};
use super::input::ReadSeek;
use super::{Input, ReadError};

pub use budget::check_workbook_zip;

/// A file taken out of an archive.
#[derive(Debug)]
pub struct Member {
    /// For people only; may hold folders. NFC, without control characters.
    pub name: String,
    pub outcome: Result<Input, ReadError>,
}

pub(super) type ZipReader = ZipArchive<BufReader<Box<dyn ReadSeek>>>;

/// Opens the directory of a ZIP file.
pub(super) fn open(input: &Input) -> Result<ZipReader, ReadError> {
    match ZipArchive::new(BufReader::new(input.open()?)) {
        Ok(zip) => Ok(zip),
        Err(_) if !has_directory_end(input)? => {
            Err(ReadError::Incomplete("the directory at the end of the ZIP file is missing".into()))
        }
        Err(e) => Err(plain_error(e)),
    }
}

/// Whether the record that closes every ZIP file is whole. It lies in the last 64 KiB, for a comment may follow it.
fn has_directory_end(input: &Input) -> io::Result<bool> {
    let mut reader = input.open()?;
    let start = input.len()?.saturating_sub((64 << 10) + 22);
    reader.seek(io::SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    reader.read_to_end(&mut tail)?;
    let record =
        memchr::memmem::rfind(&tail, b"PK\x05\x06").and_then(|at| tail.get(at..)).unwrap_or_default();
    let comment = record.get(20..22).map(|length| usize::from(length[0]) | usize::from(length[1]) << 8);
    Ok(comment.is_some_and(|length| record.len() >= 22 + length))
}

/// Takes every file out of a ZIP archive, in the order of its directory. Folders, links and the droppings of macOS are
/// passed over. An error of `visit` ends the walk and comes back; an error of one member is its `outcome`.
pub fn members(
    input: &Input,
    password: Option<&Password>,
    visit: &mut dyn FnMut(Member) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut zip = open(input)?;
    budget::check_archive(&zip)?;
    for index in 0..zip.len() {
        let entry = zip.by_index_data(index).map_err(plain_error)?;
        let name = name::decode(entry.name_raw());
        if !entry.is_file() || detect::is_dropping(&name) {
            continue;
        }
        let outcome = unpack(&mut zip, index, password).and_then(|member| match detect::detect(&member) {
            Ok(Format::Zip) => Err(ReadError::Unsupported("an archive inside an archive".into())),
            _ => Ok(member),
        });
        visit(Member { name, outcome })?;
    }
    Ok(())
}

fn unpack(zip: &mut ZipReader, index: usize, password: Option<&Password>) -> Result<Input, ReadError> {
    let entry = zip.by_index_data(index).map_err(plain_error)?;
    budget::check_member(entry.size(), entry.compressed_size())?;
    // Bit 6: "strong encryption" of PKWARE, which hardly anything writes.
    if entry.flags().as_u16() & 0x40 != 0 {
        return Err(ReadError::Unsupported("a ZIP member with PKWARE's own encryption".into()));
    }
    if let Some(method) = unsupported_method(entry.compression()) {
        return Err(ReadError::Unsupported(format!("a ZIP member compressed by {method}")));
    }
    if !entry.encrypted() {
        return read_entry(zip, index, None).map_err(plain_error);
    }
    let password = password.ok_or(ReadError::PasswordNeeded)?.as_str();
    let first = read_entry(zip, index, Some(password.as_bytes())).map_err(locked_error);
    // Windows tools of Korea take the bytes of CP949.
    let (cp949, _, unmappable) = EUC_KR.encode(password);
    if matches!(first, Err(ReadError::PasswordWrong)) && !password.is_ascii() && !unmappable {
        return read_entry(zip, index, Some(&cp949)).map_err(locked_error);
    }
    first
}

/// Unpacks one entry to its end, where its checksum or signature is compared.
fn read_entry(zip: &mut ZipReader, index: usize, password: Option<&[u8]>) -> Result<Input, ZipError> {
    let mut entry = zip.by_index_with_options(index, ZipReadOptions::new().password(password))?;
    let size = entry.size();
    // The reader itself refuses more than the directory told, and that was judged before.
    match Input::spool(&mut entry, Some(size), size) {
        Ok(member) if member.len()? == size => Ok(member),
        Ok(_) => Err(ZipError::Io(io::ErrorKind::UnexpectedEof.into())),
        Err(ReadError::Io(e)) => Err(ZipError::Io(e)),
        Err(_) => Err(ZipError::Io(io::ErrorKind::InvalidData.into())),
    }
}

fn unsupported_method(method: CompressionMethod) -> Option<String> {
    match method {
        CompressionMethod::Stored | CompressionMethod::Deflated | CompressionMethod::Aes => None,
        CompressionMethod::DEFLATE64 => Some("Deflate64".into()),
        CompressionMethod::BZIP2 => Some("bzip2".into()),
        CompressionMethod::LZMA => Some("LZMA".into()),
        CompressionMethod::ZSTD => Some("Zstandard".into()),
        other => Some(other.to_string()),
    }
}

fn plain_error(error: ZipError) -> ReadError {
    match error {
        ZipError::Io(e) if e.kind() == io::ErrorKind::UnexpectedEof => {
            ReadError::Incomplete("the data of a ZIP member".into())
        }
        ZipError::Io(e) if detect::is_about_content(e.kind()) => {
            ReadError::Damaged("the data of a ZIP member does not match its checksum".into())
        }
        ZipError::Io(e) => ReadError::Io(e),
        ZipError::InvalidPassword => ReadError::PasswordWrong,
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => ReadError::PasswordNeeded,
        ZipError::UnsupportedArchive(what) => ReadError::Unsupported(what.into()),
        ZipError::CompressionMethodNotSupported(id) => {
            ReadError::Unsupported(format!("a ZIP member compressed by method {id}"))
        }
        _ => ReadError::Damaged("the directory of the ZIP file".into()),
    }
}

/// As [`plain_error`] for a member behind a password: there, bad data means a wrong password as a rule.
fn locked_error(error: ZipError) -> ReadError {
    match plain_error(error) {
        ReadError::Damaged(_) | ReadError::Incomplete(_) => ReadError::PasswordWrong,
        other => other,
    }
}

/// Unpacks a gzip file, also one of several streams behind each other.
pub fn gunzip(input: &Input) -> Result<Input, ReadError> {
    let limit = budget::gunzip_limit(input.len()?);
    let mut unpacked = flate2::bufread::MultiGzDecoder::new(BufReader::new(input.open()?));
    Input::spool(&mut unpacked, None, limit).map_err(|error| match error {
        ReadError::Io(e) if e.kind() == io::ErrorKind::UnexpectedEof => {
            ReadError::Incomplete("the end of the gzip data is missing".into())
        }
        ReadError::Io(e) if detect::is_about_content(e.kind()) => {
            ReadError::Damaged("the gzip data does not match its checksum".into())
        }
        other => other,
    })
}

/// The name of what is inside: `orders.json.gz` holds `orders.json`.
pub fn gunzip_name(name: &str) -> &str {
    let at = name.len().saturating_sub(3);
    match (name.get(..at), name.get(at..)) {
        (Some(stem), Some(ending)) if ending.eq_ignore_ascii_case(".gz") && !stem.is_empty() => stem,
        _ => name,
    }
}

#[cfg(test)]
mod tests;
