//! A file that appears whole or not at all.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::ExportError;

/// A place for a file, and the temporary file that will take it.
pub(super) struct Target {
    path: PathBuf,
    folder: PathBuf,
    file: NamedTempFile,
}

impl Target {
    /// Checks the place and makes the temporary file beside it.
    pub(super) fn prepare(path: &Path) -> Result<Self, ExportError> {
        let failed = |source| ExportError::Io { path: path.to_owned(), source };
        match fs::symlink_metadata(path) {
            Ok(found) if !found.is_file() => return Err(ExportError::Occupied { path: path.to_owned() }),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".jangbu-").suffix(".tmp");
        // Temporary files are private by default; an export is as readable as any file its user makes.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder.tempfile_in(&folder).map_err(failed)?;
        Ok(Self { path: path.to_owned(), folder, file })
    }

    pub(super) fn file(&self) -> &File {
        self.file.as_file()
    }

    /// A folder on the disk that the file will be on.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Puts the file in its place.
    pub(super) fn publish(self) -> Result<(), ExportError> {
        let failed = |source| ExportError::Io { path: self.path.clone(), source };
        self.file.as_file().sync_all().map_err(failed)?;
        self.file.persist(&self.path).map_err(|e| failed(e.error))?;
        Ok(())
    }
}
