//! Bytes that can be read from the start as often as needed, wherever they lie.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::PathBuf;
use std::sync::Arc;

/// The bytes of one source file: a file on disk, or a member that was taken out of an archive.
#[derive(Clone, Debug)]
pub enum Input {
    File(PathBuf),
    Memory(Arc<[u8]>),
    /// A large member, spooled to a file without a name (it is gone when the process ends).
    Spooled(Arc<File>),
}

/// Readable and seekable bytes.
pub trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

impl Input {
    /// A fresh reader at the first byte.
    pub fn open(&self) -> io::Result<Box<dyn ReadSeek>> {
        Ok(match self {
            Self::File(path) => Box::new(File::open(path)?),
            Self::Memory(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
            Self::Spooled(file) => Box::new(SpooledReader { file: Arc::clone(file), at: 0 }),
        })
    }

    /// How many bytes there are.
    pub fn len(&self) -> io::Result<u64> {
        Ok(match self {
            Self::File(path) => std::fs::metadata(path)?.len(),
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Spooled(file) => file.metadata()?.len(),
        })
    }

    pub fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }
}

/// Reads a shared file at its own place, so that several readers do not disturb each other.
struct SpooledReader {
    file: Arc<File>,
    at: u64,
}

impl Read for SpooledReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut file = &*self.file;
        file.seek(io::SeekFrom::Start(self.at))?;
        let n = file.read(buf)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for SpooledReader {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        let mut file = &*self.file;
        if !matches!(to, io::SeekFrom::End(_)) {
            file.seek(io::SeekFrom::Start(self.at))?;
        }
        self.at = file.seek(to)?;
        Ok(self.at)
    }
}
