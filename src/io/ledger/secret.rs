//! The secret of the hashes of personal values: made once, readable by its owner alone, never part of a table.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::LedgerError;
use crate::core::types::FileHash;

pub(super) const KEY_LENGTH: usize = 32;

/// Reads the key; `None` where there is none yet.
pub(super) fn read(path: &Path) -> Result<Option<[u8; KEY_LENGTH]>, LedgerError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(LedgerError::io("read", path)(e)),
    };
    match bytes.try_into() {
        Ok(key) => Ok(Some(key)),
        Err(_) => Err(LedgerError::Key { path: path.to_owned(), problem: "not 32 bytes long" }),
    }
}

/// Makes a new key. The file appears whole and with its owner's permissions only, or not at all.
pub(super) fn create(path: &Path, folder: &Path) -> Result<[u8; KEY_LENGTH], LedgerError> {
    let mut key = [0; KEY_LENGTH];
    getrandom::fill(&mut key).map_err(LedgerError::Random)?;
    let write = || -> std::io::Result<()> {
        // Temporary files are the owner's alone from the start (0600).
        let mut file = tempfile::Builder::new().prefix(".person-").tempfile_in(folder)?;
        file.write_all(&key)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path)?;
        Ok(())
    };
    write().map_err(LedgerError::io("write", path))?;
    Ok(key)
}

/// Takes back permissions that a copy or a restored backup may have given to others.
pub(super) fn tighten(path: &Path) -> Result<(), LedgerError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(path).map_err(LedgerError::io("read", path))?.permissions().mode();
        if mode & 0o077 != 0 {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600))
                .map_err(LedgerError::io("protect", path))?;
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// A mark by which a key is known again, and from which it cannot be found.
pub(super) fn mark(key: &[u8; KEY_LENGTH]) -> String {
    let digest = Sha256::new().chain_update(b"jangbu person key").chain_update(key).finalize();
    FileHash(digest.into()).short()
}
