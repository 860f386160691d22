//! Putting files away that the ledger has: a move that never overwrites, and that never loses the only copy.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::core::inbox::Look;
use crate::core::types::FileHash;
use crate::io::ingest::sources::look_at;
use crate::io::read::Input;

/// Why a file stays where it is. It is whole there.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("it changed after it was read")]
    Changed,
    #[error("the copy in {} has other bytes", .0.display())]
    Differs(PathBuf),
    #[error("cannot be moved to {}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("is in {} now, but cannot be removed here: {source}", path.display())]
    Stays { path: PathBuf, source: io::Error },
}

impl ArchiveError {
    /// A stable word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Changed => "archive.changed",
            Self::Differs(_) => "archive.differs",
            Self::Io { .. } => "archive.io",
            Self::Stays { .. } => "archive.stays",
        }
    }

    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Changed => "nothing: it will be looked at again",
            Self::Differs(_) => "check the disk of the archive; the file was left where it is",
            Self::Io { .. } => "check that the archive exists, has room and may be written to",
            Self::Stays { .. } => "allow removing files from the folder, or remove it by hand",
        }
    }
}

/// Moves a file that looked like `look` when it was read into `archive`, below the same folders as under `root`.
/// Returns where it is now; where its name was taken, a number was added.
pub fn put_away(path: &Path, look: Look, root: &Path, archive: &Path) -> Result<PathBuf, ArchiveError> {
    if !look_at(path).is_ok_and(|now| now == look) {
        return Err(ArchiveError::Changed);
    }
    let inside = path.strip_prefix(root).ok().filter(|p| !p.as_os_str().is_empty());
    let wanted = archive.join(inside.unwrap_or_else(|| Path::new(path.file_name().unwrap_or_default())));
    let place = Place::reserve(&wanted).map_err(|source| ArchiveError::Io { path: wanted, source })?;
    match fs::rename(path, &place.path) {
        Ok(()) => Ok(place.taken()),
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => carry_over(path, look, place),
        Err(source) => Err(ArchiveError::Io { path: place.path.clone(), source }),
    }
}

/// A name in the archive that is ours: an empty file holds it until the real one comes.
struct Place {
    path: PathBuf,
    state: Holding,
}

#[derive(PartialEq, Eq)]
enum Holding {
    Empty,
    Taken,
}

impl Place {
    fn reserve(wanted: &Path) -> io::Result<Self> {
        if let Some(folder) = wanted.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut number = 0_u32;
        loop {
            let path = if number == 0 { wanted.to_owned() } else { numbered(wanted, number) };
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(_) => return Ok(Self { path, state: Holding::Empty }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 10_000 => number += 1,
                Err(error) => return Err(error),
            }
        }
    }

    fn taken(mut self) -> PathBuf {
        self.state = Holding::Taken;
        self.path.clone()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.state == Holding::Empty {
            // An empty file that stays does no harm.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// `a (2).csv`, as browsers call a second one.
fn numbered(path: &Path, number: u32) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().map(|e| format!(".{}", e.to_string_lossy())).unwrap_or_default();
    path.with_file_name(format!("{stem} ({number}){ending}"))
}

/// A move to another file system: copied, read again and compared, and only then removed.
fn carry_over(path: &Path, look: Look, place: Place) -> Result<PathBuf, ArchiveError> {
    let at = place.path.clone();
    let failed = |source| ArchiveError::Io { path: at.clone(), source };
    let folder = at.parent().unwrap_or(Path::new("."));
    let mut copy =
        tempfile::Builder::new().prefix(".jangbu-").suffix(".tmp").tempfile_in(folder).map_err(failed)?;
    let mut original = File::open(path).map_err(failed)?;
    let mut hasher = Hashing { to: copy.as_file_mut(), hasher: Sha256::new() };
    io::copy(&mut original, &mut hasher).map_err(failed)?;
    let hash = FileHash(hasher.hasher.finalize().into());
    let meta = original.metadata().map_err(failed)?;
    // Its time may be the only word on when the file was made.
    if let Some(modified) = look.modified {
        copy.as_file().set_modified(modified).map_err(failed)?;
    }
    copy.as_file().set_permissions(meta.permissions()).map_err(failed)?;
    copy.as_file().sync_all().map_err(failed)?;
    if Input::File(copy.path().to_owned()).sha256().map_err(failed)? != hash {
        return Err(ArchiveError::Differs(at));
    }
    if !look_at(path).is_ok_and(|now| now == look) {
        return Err(ArchiveError::Changed);
    }
    copy.persist(&at).map_err(|e| failed(e.error))?;
    let at = place.taken();
    match fs::remove_file(path) {
        Ok(()) => Ok(at),
        Err(source) => Err(ArchiveError::Stays { path: at, source }),
    }
}

/// Writes on, and hashes what it wrote.
struct Hashing<'a> {
    to: &'a mut File,
    hasher: Sha256,
}

impl io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct World {
        place: tempfile::TempDir,
        file: PathBuf,
    }

    fn world() -> World {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("inbox/haruhome/a.csv");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "new").unwrap();
        World { place, file }
    }

    impl World {
        fn put_away(&self, archive: &Path) -> Result<PathBuf, ArchiveError> {
            let look = look_at(&self.file).unwrap();
            put_away(&self.file, look, &self.place.path().join("inbox"), archive)
        }
    }

    #[test]
    fn folders_stay_and_names_that_are_taken_are_numbered() {
        let world = world();
        let archive = world.place.path().join("done");
        let at = world.put_away(&archive).unwrap();
        assert_eq!(at, archive.join("haruhome/a.csv"));
        fs::write(&world.file, "newer").unwrap();
        assert_eq!(world.put_away(&archive).unwrap(), archive.join("haruhome/a (1).csv"));
        assert_eq!(fs::read_to_string(at).unwrap(), "new");
        assert!(!world.file.exists());
    }

    #[test]
    fn a_file_that_changed_since_it_was_read_stays() {
        let world = world();
        let look = look_at(&world.file).unwrap();
        fs::write(&world.file, "newer and longer").unwrap();
        let archive = world.place.path().join("done");
        let error = put_away(&world.file, look, world.place.path(), &archive).unwrap_err();
        assert_eq!(error.code(), "archive.changed");
        assert!(world.file.exists() && !archive.exists());
    }

    #[test]
    fn an_archive_that_cannot_be_made_leaves_the_file() {
        let world = world();
        let archive = world.place.path().join("done");
        fs::write(&archive, "no folder").unwrap();
        assert_eq!(world.put_away(&archive).unwrap_err().code(), "archive.io");
        assert_eq!(fs::read_to_string(&world.file).unwrap(), "new");
    }

    /// What a move to another disk does, whatever disks there are.
    #[test]
    fn over_to_another_disk_the_copy_has_the_bytes_and_the_time() {
        let world = world();
        let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_720_000_000);
        File::options().write(true).open(&world.file).unwrap().set_modified(time).unwrap();
        let look = look_at(&world.file).unwrap();
        let wanted = world.place.path().join("done/a.csv");
        let at = carry_over(&world.file, look, Place::reserve(&wanted).unwrap()).unwrap();
        assert_eq!((at.as_path(), fs::read_to_string(&at).unwrap().as_str()), (wanted.as_path(), "new"));
        assert_eq!(fs::metadata(&at).unwrap().modified().unwrap(), time);
        assert!(!world.file.exists());
        assert_eq!(fs::read_dir(wanted.parent().unwrap()).unwrap().count(), 1, "nothing else is left");
    }

    #[test]
    fn over_to_another_disk_a_change_meanwhile_leaves_both_sides_as_they_were() {
        let world = world();
        let look = Look { len: 99, ..look_at(&world.file).unwrap() };
        let wanted = world.place.path().join("done/a.csv");
        let error = carry_over(&world.file, look, Place::reserve(&wanted).unwrap()).unwrap_err();
        assert_eq!(error.code(), "archive.changed");
        assert!(world.file.exists());
        assert_eq!(fs::read_dir(wanted.parent().unwrap()).unwrap().count(), 0);
    }
}
