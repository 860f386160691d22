//! The ledger's folder: what lies where, which format it has, and files that only count once they are committed.
//!
//! Files of observations and tables are never changed in place. A write gives them names that were never used, the
//! catalogue then names the new ones, and only then the old ones go. What a crash leaves behind is swept at the next
//! write.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::LedgerError;
use super::kill::kill_point;

/// The format this program writes: a reader refuses a greater first number and accepts a greater second one.
pub(super) const FORMAT: (u32, u32) = (2, 0);

const FORMAT_WORDS: &str = "jangbu ledger format ";
/// Folders whose files the catalogue names.
const DATA: [&str; 2] = ["observations", "tables"];

/// Paths inside the ledger are written with `/` and without the root.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn path(&self, inside: &str) -> PathBuf {
        inside.split('/').fold(self.root.clone(), |path, part| path.join(part))
    }

    pub(super) fn catalogue(&self) -> PathBuf {
        self.path("catalogue.sqlite")
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.path("lock")
    }

    pub(super) fn key(&self) -> PathBuf {
        self.path("person.key")
    }

    /// Whether there is a ledger: its catalogue exists.
    pub(super) fn has_ledger(&self) -> bool {
        self.catalogue().is_file()
    }

    /// Makes the folder, not the ledger in it.
    pub(super) fn create(&self) -> Result<(), LedgerError> {
        fs::create_dir_all(&self.root).map_err(LedgerError::io("create", &self.root))
    }

    /// Writes down the format of a new ledger. Refuses a folder whose data lost its catalogue, so that nothing is swept.
    pub(super) fn found(&self) -> Result<(), LedgerError> {
        if DATA.iter().any(|name| self.path(name).exists()) {
            return Err(LedgerError::damaged(&self.root, "its catalogue.sqlite is missing"));
        }
        self.write_format()
    }

    fn write_format(&self) -> Result<(), LedgerError> {
        let path = self.path("FORMAT");
        let write = || -> io::Result<()> {
            let mut file = tempfile::NamedTempFile::new_in(&self.root)?;
            writeln!(file, "{FORMAT_WORDS}{}.{}", FORMAT.0, FORMAT.1)?;
            file.as_file().sync_all()?;
            file.persist(&path)?;
            Ok(())
        };
        write().map_err(LedgerError::io("write", &path))
    }

    /// Marks a ledger of an older format as one of today's, before files of today's are named in it: an older program
    /// would misread them. What it has is read as it is until it is written anew.
    pub(super) fn raise_format(&self) -> Result<(), LedgerError> {
        if self.format()? < FORMAT.0 { self.write_format() } else { Ok(()) }
    }

    /// Refuses a ledger whose format is newer than this program.
    pub(super) fn check_format(&self) -> Result<(), LedgerError> {
        self.format().map(drop)
    }

    /// The first number of the ledger's format, if this program knows it.
    fn format(&self) -> Result<u32, LedgerError> {
        let path = self.path("FORMAT");
        let text = fs::read_to_string(&path).map_err(LedgerError::io("read", &path))?;
        let found = text.lines().next().and_then(|line| line.strip_prefix(FORMAT_WORDS)).map(str::trim);
        let major = found.and_then(|f| f.split_once('.')).and_then(|(major, _)| major.parse::<u32>().ok());
        match (found, major) {
            (Some(_), Some(major)) if major <= FORMAT.0 => Ok(major),
            (Some(found), Some(_)) => {
                Err(LedgerError::TooNew { path: self.root.clone(), found: found.to_owned() })
            }
            _ => Err(LedgerError::damaged(path, "it does not tell a format")),
        }
    }

    /// Deletes what no committed run knows of, which a crash or a full disk left behind.
    pub(super) fn sweep(&self, known: &HashSet<String>) {
        for top in DATA {
            self.sweep_folder(top, known);
        }
    }

    fn sweep_folder(&self, inside: &str, known: &HashSet<String>) {
        let Ok(entries) = fs::read_dir(self.path(inside)) else { return };
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().into_string() else { continue };
            let below = format!("{inside}/{name}");
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => {
                    self.sweep_folder(&below, known);
                    // Only an empty folder can be removed this way.
                    let _ = fs::remove_dir(entry.path());
                }
                Ok(kind) if kind.is_file() && name.ends_with(".parquet") && !known.contains(&below) => {
                    let _ = fs::remove_file(entry.path());
                }
                _ => {}
            }
        }
    }

    /// Deletes files that the catalogue no longer names. What cannot be deleted now is swept later.
    pub(super) fn delete<'a>(&self, obsolete: impl IntoIterator<Item = &'a String>) {
        for inside in obsolete {
            let path = self.path(inside);
            let _ = fs::remove_file(&path);
            if let Some(parent) = path.parent() {
                let _ = fs::remove_dir(parent);
            }
            kill_point("one_deleted");
        }
    }
}

/// Files written for a run that is not committed yet. They go again unless [`Fresh::keep`] is called.
pub(super) struct Fresh<'a> {
    folder: &'a Folder,
    created: Mutex<Vec<String>>,
}

impl<'a> Fresh<'a> {
    pub(super) fn new(folder: &'a Folder) -> Self {
        Self { folder, created: Mutex::default() }
    }

    /// Writes a file down to the disk.
    pub(super) fn write(&self, inside: &str, bytes: &[u8]) -> Result<(), LedgerError> {
        let path = self.folder.path(inside);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(LedgerError::io("create", parent))?;
        }
        self.created.lock().unwrap_or_else(PoisonError::into_inner).push(inside.to_owned());
        let write = || -> io::Result<()> {
            let mut file = File::create(&path)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(LedgerError::io("write", &path))
    }

    /// Makes the new names as durable as the files.
    pub(super) fn sync_names(&self) -> Result<(), LedgerError> {
        if cfg!(windows) {
            return Ok(());
        }
        let created = self.created.lock().unwrap_or_else(PoisonError::into_inner);
        let mut folders: BTreeSet<&str> = BTreeSet::new();
        for inside in created.iter() {
            folders.extend(inside.match_indices('/').filter_map(|(at, _)| inside.get(..at)));
        }
        let paths = folders.into_iter().map(|inside| self.folder.path(inside));
        for path in std::iter::once(self.folder.root.clone()).chain(paths) {
            File::open(&path).and_then(|f| f.sync_all()).map_err(LedgerError::io("sync", &path))?;
        }
        Ok(())
    }

    /// The run is committed: the files stay.
    pub(super) fn keep(self) {
        self.created.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Drop for Fresh<'_> {
    fn drop(&mut self) {
        for inside in self.created.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let path = self.folder.path(inside);
            let _ = fs::remove_file(&path);
            if let Some(parent) = path.parent() {
                let _ = fs::remove_dir(parent);
            }
        }
    }
}
