//! A folder that files are dropped into: looking at it, hearing of changes, putting files away.
//!
//! Looking is the truth: on a network share nobody tells of changes, so the folder is walked again and again. Where the
//! system does tell, the next look comes sooner, and that is all.

pub mod archive;
pub mod wake;

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::core::inbox::{Ending, Inbox, Look};
use crate::io::ingest::sources::{self, Entry, Found, look_at};
use crate::io::read::ending::ending;
use crate::io::read::{Input, ReadError};

/// Whether a file's own time says how long nobody touched it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quiet {
    /// Count from the first look: whoever copies may set the time before the end.
    FromFirstLook,
    /// Believe the time of the file: there will be no later look.
    FromItsTime,
}

/// A folder that is looked at.
pub struct Folder {
    root: PathBuf,
    /// Never entered: the ledger, the archive.
    except: Vec<PathBuf>,
    quiet: Quiet,
}

impl Folder {
    pub fn new(root: PathBuf, except: Vec<PathBuf>, quiet: Quiet) -> Self {
        Self { root, except, quiet }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Looks at every file. An error means that the folder itself cannot be read, and nothing is known of its files.
    pub fn look(&self) -> io::Result<Vec<(PathBuf, Look, Duration)>> {
        std::fs::read_dir(&self.root)?;
        let except: Vec<&Path> = self.except.iter().map(PathBuf::as_path).collect();
        let now = SystemTime::now();
        let mut seen = Vec::new();
        for entry in sources::entries(std::slice::from_ref(&self.root), &except) {
            let path = match entry {
                Entry::File(path) => path,
                // A folder below that cannot be read may hold files that were seen before.
                Entry::Other(Found::Failed { error: ReadError::Io(error), .. }) => return Err(error),
                Entry::Other(_) => continue,
            };
            // What vanished since the walk is not there; pipes and devices are no files.
            if let Ok(look) = look_at(&path)
                && path.is_file()
            {
                let quiet = match self.quiet {
                    Quiet::FromFirstLook => Duration::ZERO,
                    Quiet::FromItsTime => {
                        look.modified.and_then(|m| now.duration_since(m).ok()).unwrap_or_default()
                    }
                };
                seen.push((path, look, quiet));
            }
        }
        Ok(seen)
    }
}

/// Looks at the ends of the files that hold still.
pub fn judge(inbox: &mut Inbox<PathBuf>) {
    for path in inbox.steady() {
        match ending(&Input::File(path.clone())) {
            Ok(found) => inbox.judge(&path, found),
            // Another program may have locked it for a moment.
            Err(_) => inbox.judge(&path, Ending::Cut),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Folder) -> Vec<String> {
        let name = |path: &Path| path.strip_prefix(folder.root()).unwrap().display().to_string();
        folder.look().unwrap().iter().map(|(path, ..)| name(path)).collect()
    }

    #[test]
    fn lock_files_unfinished_downloads_and_the_archive_are_not_looked_at() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path();
        for folder in ["done", "ledger", "store"] {
            std::fs::create_dir(root.join(folder)).unwrap();
            std::fs::write(root.join(folder).join("a.csv"), "x\n").unwrap();
        }
        for name in ["b.csv", "~$b.xlsx", "c.part", "d.crdownload", "e.tmp", ".f.csv", ".jangbu-x.tmp"] {
            std::fs::write(root.join(name), "x\n").unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(root.join("b.csv"), root.join("link.csv")).unwrap();
        let except = vec![root.join("ledger"), root.join("done")];
        let folder = Folder::new(root.to_owned(), except, Quiet::FromFirstLook);
        assert_eq!(names(&folder), ["b.csv", "store/a.csv"]);
    }

    #[test]
    fn a_folder_that_is_gone_is_an_error_and_not_an_empty_folder() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::new(place.path().join("none"), Vec::new(), Quiet::FromFirstLook);
        assert_eq!(folder.look().unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn half_a_file_is_not_ready_and_a_whole_one_is() {
        let place = tempfile::tempdir().unwrap();
        let (half, whole) = (place.path().join("half.csv"), place.path().join("whole.csv"));
        std::fs::write(&half, "주문번호,수량\n20240705-00").unwrap();
        std::fs::write(&whole, "주문번호,수량\n20240705-0000001,1\n").unwrap();
        let folder = Folder::new(place.path().to_owned(), Vec::new(), Quiet::FromFirstLook);
        let mut inbox = Inbox::default();
        for second in 1..=2 {
            inbox.look(Duration::from_secs(second), folder.look().unwrap());
            judge(&mut inbox);
        }
        assert_eq!(inbox.ready(), [whole]);
        assert_eq!(inbox.waiting(), [half]);
    }
}
