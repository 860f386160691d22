//! One writer at a time. The lock belongs to the process: the system gives it back however the process ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use super::LedgerError;
use crate::core::types::Instant;

/// Held as long as it lives.
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock, or says who has it. `command` is what the holder will be called.
    pub(super) fn take(path: &Path, command: &str, since: Instant) -> Result<Self, LedgerError> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(LedgerError::io("open", path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LedgerError::Locked { path: path.to_owned(), holder: holder(&mut file) });
            }
            Err(TryLockError::Error(source)) => return Err(LedgerError::io("lock", path)(source)),
        }
        let words = format!("jangbu {command} (process {}, since {since})\n", std::process::id());
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(words.as_bytes()))
            .map_err(LedgerError::io("write", path))?;
        Ok(Self { _file: file })
    }
}

fn holder(file: &mut File) -> String {
    let mut words = String::new();
    match file.take(500).read_to_string(&mut words) {
        Ok(_) if !words.trim().is_empty() => words.trim().to_owned(),
        _ => "another process".to_owned(),
    }
}
