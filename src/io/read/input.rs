//! Bytes that can be read from the start as often as needed, wherever they lie.
//!
//! A member of an archive has no place of its own: small ones stay in memory, large ones go to a file without a name,
//! so that no personal data is left on the disk when the process ends, however it ends.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use super::ReadError;
use crate::core::types::FileHash;

/// The bytes of one source file: a file on disk, or a member that was taken out of an archive.
#[derive(Clone, Debug)]
pub enum Input {
    File(PathBuf),
    Memory(Arc<[u8]>),
    /// A large member, spooled to a file without a name (it is gone when the process ends).
    Spooled(Arc<File>),
    /// Any of the others, with a count of what readers took of it.
    Counted(Arc<Counted>),
}

/// An input whose readers are counted.
#[derive(Debug)]
pub struct Counted {
    inner: Input,
    read: AtomicU64,
}

/// Readable and seekable bytes.
pub trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

/// Bytes above this are spooled to disk.
const MEMORY_LIMIT: u64 = 32 << 20;
const HASH_BUFFER: usize = 64 << 10;

impl Input {
    /// A fresh reader at the first byte.
    pub fn open(&self) -> io::Result<Box<dyn ReadSeek>> {
        Ok(match self {
            Self::File(path) => Box::new(File::open(path)?),
            Self::Memory(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
            Self::Spooled(file) => Box::new(SpooledReader { file: Arc::clone(file), at: 0 }),
            Self::Counted(counted) => {
                Box::new(CountingReader { inner: counted.inner.open()?, counted: Arc::clone(counted) })
            }
        })
    }

    /// How many bytes there are.
    pub fn len(&self) -> io::Result<u64> {
        Ok(match self {
            Self::File(path) => std::fs::metadata(path)?.len(),
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Spooled(file) => file.metadata()?.len(),
            Self::Counted(counted) => counted.inner.len()?,
        })
    }

    /// The same bytes, counted from now on.
    #[must_use]
    pub fn counted(&self) -> Self {
        Self::Counted(Arc::new(Counted { inner: self.clone(), read: AtomicU64::new(0) }))
    }

    /// How many bytes readers took, of an input that is counted; bytes that were read again count again.
    pub fn read_so_far(&self) -> u64 {
        match self {
            Self::Counted(counted) => counted.read.load(Ordering::Relaxed),
            _ => 0,
        }
    }

    pub fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }

    /// The file's identity.
    pub fn sha256(&self) -> io::Result<FileHash> {
        let mut hasher = Sha256::new();
        if let Self::Memory(bytes) = self {
            hasher.update(bytes);
        } else {
            let mut reader = self.open()?;
            let mut buffer = vec![0; HASH_BUFFER];
            loop {
                match reader.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(n) => hasher.update(buffer.get(..n).unwrap_or_default()),
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                    Err(e) => return Err(e),
                }
            }
        }
        Ok(FileHash(hasher.finalize().into()))
    }

    /// The first `count` bytes, or all if there are fewer.
    pub fn head(&self, count: u64) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        self.open()?.take(count).read_to_end(&mut head)?;
        Ok(head)
    }

    /// Keeps what `reader` gives, up to `limit` bytes; one more is [`ReadError::TooLarge`]. `expected` (a size told by
    /// an archive, not trusted) only saves copying. Errors of `reader` come back as [`ReadError::Io`].
    pub fn spool(reader: &mut dyn Read, expected: Option<u64>, limit: u64) -> Result<Self, ReadError> {
        let too_large = || ReadError::TooLarge { what: "its unpacked size", limit };
        let in_memory = MEMORY_LIMIT.min(limit);
        let mut bytes = Vec::new();
        if expected.is_none_or(|size| size <= in_memory) {
            bytes.reserve(usize::try_from(expected.unwrap_or_default()).unwrap_or_default());
            (&mut *reader).take(in_memory.saturating_add(1)).read_to_end(&mut bytes)?;
            if bytes.len() as u64 <= in_memory {
                return Ok(Self::Memory(bytes.into()));
            }
            if in_memory == limit {
                return Err(too_large());
            }
        }
        let mut file = tempfile::tempfile()?;
        file.write_all(&bytes)?;
        let rest = limit - (bytes.len() as u64).min(limit);
        if io::copy(&mut reader.take(rest.saturating_add(1)), &mut file)? > rest {
            return Err(too_large());
        }
        Ok(Self::Spooled(Arc::new(file)))
    }
}

/// Tells how much it gave.
struct CountingReader {
    inner: Box<dyn ReadSeek>,
    counted: Arc<Counted>,
}

impl Read for CountingReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.counted.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

impl Seek for CountingReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

/// Reads a shared file at its own place: positional reads, so that readers on several threads do not disturb each other.
struct SpooledReader {
    file: Arc<File>,
    at: u64,
}

#[cfg(unix)]
fn read_at(file: &File, buf: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buf, at)
}

#[cfg(windows)]
fn read_at(file: &File, buf: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buf, at)
}

impl Read for SpooledReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = read_at(&self.file, buf, self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for SpooledReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (base, offset) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::Current(offset) => (self.at, offset),
            SeekFrom::End(offset) => (self.file.metadata()?.len(), offset),
        };
        self.at = base
            .checked_add_signed(offset)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "seek before the first byte"))?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spooled(bytes: &[u8]) -> Input {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        Input::Spooled(Arc::new(file))
    }

    #[test]
    fn hash_is_the_same_wherever_the_bytes_lie() {
        let bytes: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
        let memory = Input::Memory(bytes.clone().into());
        assert_eq!(memory.sha256().unwrap(), spooled(&bytes).sha256().unwrap());
        assert_eq!(
            Input::Memory(Arc::from(*b"abc")).sha256().unwrap().to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn small_input_stays_in_memory_and_large_goes_to_disk() {
        let small = Input::spool(&mut &b"abc"[..], Some(3), 10).unwrap();
        assert!(matches!(&small, Input::Memory(bytes) if **bytes == *b"abc"));
        for expected in [None, Some(1), Some(MEMORY_LIMIT + 5)] {
            let mut reader = io::repeat(7).take(MEMORY_LIMIT + 5);
            let large = Input::spool(&mut reader, expected, u64::MAX).unwrap();
            assert!(matches!(large, Input::Spooled(_)));
            assert_eq!(large.len().unwrap(), MEMORY_LIMIT + 5);
            assert!(large.head(u64::MAX).unwrap().iter().all(|b| *b == 7));
        }
    }

    #[test]
    fn more_than_the_limit_is_refused() {
        for (given, limit, ok) in [
            (10, 10, true),
            (11, 10, false),
            (MEMORY_LIMIT + 2, MEMORY_LIMIT + 2, true),
            (MEMORY_LIMIT + 3, MEMORY_LIMIT + 2, false),
        ] {
            for expected in [None, Some(given), Some(0)] {
                let result = Input::spool(&mut io::repeat(0).take(given), expected, limit);
                assert_eq!(result.is_ok(), ok, "{given} of {limit}");
                if let Err(e) = result {
                    assert!(matches!(e, ReadError::TooLarge { .. }), "{e}");
                }
            }
        }
    }

    #[test]
    fn readers_of_one_spool_are_independent() {
        let input = spooled(b"0123456789");
        let (mut a, mut b) = (input.open().unwrap(), input.open().unwrap());
        let mut two = [0; 2];
        a.seek(SeekFrom::End(-4)).unwrap();
        b.read_exact(&mut two).unwrap();
        assert_eq!(&two, b"01");
        a.read_exact(&mut two).unwrap();
        assert_eq!(&two, b"67");
        a.seek(SeekFrom::Current(-1)).unwrap();
        a.read_exact(&mut two).unwrap();
        assert_eq!(&two, b"78");
        assert!(a.seek(SeekFrom::Current(-100)).is_err());
    }
}
