//! Workbooks behind a password: MS-OFFCRYPTO, "agile" (Office 2010 and later) and "standard" (Office 2007) encryption.
//!
//! Written on the plain cipher and hash crates, because the ready-made one returns garbage for a wrong password. Here
//! the password is proven by the verifier hash, and the bytes by their HMAC where there is one, before anything is
//! handed on.

mod agile;
mod primitives;
mod standard;

use std::fmt;
use std::io::{self, Read};

use super::detect::{self, Ole};
use super::{Input, ReadError, guard};

/// A password of files. It does not show itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// As Office hashes it.
    fn utf16(&self) -> Vec<u8> {
        self.0.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// Excel locks workbooks of which only the structure is protected by this word, and opens them without asking.
const EXCEL_DEFAULT: &str = "VelvetSweatshop";
/// The encryption's description is a few hundred bytes.
const MAX_INFO: u64 = 1 << 20;
const MAX_PACKAGE: u64 = 4 << 30;

/// What is known of the way a package was encrypted.
enum Scheme {
    Agile(agile::Info),
    Standard(standard::Info),
}

/// How to turn a piece of the package into plain bytes; the number counts the pieces.
type Decrypt = Box<dyn FnMut(u32, &mut [u8]) -> Result<(), ReadError>>;

/// Opens an Office file behind a password (`detect::Format::EncryptedWorkbook`). What comes out is a ZIP file, of which
/// the format is to be detected anew.
pub fn decrypt_workbook(input: &Input, password: Option<&Password>) -> Result<Input, ReadError> {
    let mut ole = detect::open_ole(input)?;
    if !ole.is_stream("/EncryptionInfo") {
        return Err(ReadError::Unsupported("a workbook under rights management".into()));
    }
    let scheme = parse_info(&stream(&mut ole, "/EncryptionInfo", MAX_INFO)?.head(MAX_INFO)?)?;
    let package = stream(&mut ole, "/EncryptedPackage", MAX_PACKAGE)?;

    let default = Password::new(EXCEL_DEFAULT);
    let unlocked = match unlock(&scheme, &package, &default) {
        Err(ReadError::PasswordWrong) => {
            unlock(&scheme, &package, password.ok_or(ReadError::PasswordNeeded)?)?
        }
        other => other?,
    };
    let plain = PlainReader::open(&package, unlocked)?;
    let size = plain.left;
    let workbook = Input::spool(&mut { plain }, Some(size), size)?;
    if workbook.head(4)? != b"PK\x03\x04" {
        return Err(ReadError::Damaged("what the password opens is no workbook".into()));
    }
    Ok(workbook)
}

fn parse_info(info: &[u8]) -> Result<Scheme, ReadError> {
    let version = (primitives::u16_at(info, 0), primitives::u16_at(info, 2));
    match version {
        (Some(4), Some(4)) => agile::Info::parse(info.get(8..).unwrap_or_default()).map(Scheme::Agile),
        (Some(2..=4), Some(2)) => standard::Info::parse(info).map(Scheme::Standard),
        (Some(_), Some(_)) => {
            Err(ReadError::Unsupported("a workbook with an unusual kind of encryption".into()))
        }
        _ => Err(damaged()),
    }
}

/// Proves the password and the package.
fn unlock(scheme: &Scheme, package: &Input, password: &Password) -> Result<Decrypt, ReadError> {
    match scheme {
        Scheme::Agile(info) => info.unlock(package, password),
        Scheme::Standard(info) => info.unlock(password),
    }
}

fn damaged() -> ReadError {
    ReadError::Damaged("the description of its encryption".into())
}

/// Copies a stream out of an OLE container.
pub(super) fn stream(ole: &mut Ole, path: &str, limit: u64) -> Result<Input, ReadError> {
    let copied = guard::parser(|| {
        let mut stream = ole.open_stream(path)?;
        let size = stream.len();
        let copy = Input::spool(&mut stream, Some(size.min(limit)), limit)?;
        if copy.len()? < size { Err(ReadError::Io(io::ErrorKind::UnexpectedEof.into())) } else { Ok(copy) }
    })?;
    copied.map_err(|error| match error {
        ReadError::Io(e) if e.kind() == io::ErrorKind::UnexpectedEof => {
            ReadError::Incomplete("parts of its OLE container are missing".into())
        }
        ReadError::Io(e) if detect::is_about_content(e.kind()) => {
            ReadError::Damaged("its OLE container is broken".into())
        }
        other => other,
    })
}

/// Decrypts a package piece by piece. It begins with the size of the plain bytes, for the last piece is filled up.
struct PlainReader {
    package: Box<dyn super::input::ReadSeek>,
    decrypt: Decrypt,
    piece: Vec<u8>,
    at: usize,
    number: u32,
    left: u64,
}

/// Bytes that share an initialisation vector.
const PIECE: u64 = 4096;

impl PlainReader {
    fn open(package: &Input, decrypt: Decrypt) -> Result<Self, ReadError> {
        let mut size = [0; 8];
        let mut reader = package.open()?;
        let held = package.len()?.saturating_sub(8);
        reader.read_exact(&mut size).map_err(|_| damaged())?;
        let left = u64::from_le_bytes(size);
        if left > held {
            return Err(ReadError::Incomplete("the encrypted package is shorter than it says".into()));
        }
        Ok(Self { package: reader, decrypt, piece: Vec::new(), at: 0, number: 0, left })
    }

    fn refill(&mut self) -> io::Result<()> {
        self.piece.clear();
        self.at = 0;
        (&mut self.package).take(PIECE).read_to_end(&mut self.piece)?;
        let whole = self.piece.len() / primitives::BLOCK * primitives::BLOCK;
        self.piece.truncate(whole);
        (self.decrypt)(self.number, &mut self.piece).map_err(io::Error::other)?;
        self.number += 1;
        Ok(())
    }
}

impl Read for PlainReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 || buf.is_empty() {
            return Ok(0);
        }
        if self.at == self.piece.len() {
            self.refill()?;
        }
        let held = self.piece.get(self.at..).unwrap_or_default();
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX);
        let n = held.len().min(buf.len()).min(wanted);
        if n == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        buf[..n].copy_from_slice(&held[..n]);
        self.at += n;
        self.left -= n as u64;
        Ok(n)
    }
}

#[cfg(test)]
mod tests;
