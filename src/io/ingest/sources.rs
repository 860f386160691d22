//! Which source files there are behind the paths a user gave: folders walked, archives opened, lock files left alone.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use unicode_normalization::UnicodeNormalization;

use super::Keyring;
use crate::core::types::Instant;
use crate::io::read::archive;
use crate::io::read::crypto::Password;
use crate::io::read::detect::{self, Format};
use crate::io::read::{Input, ReadError};

/// A source file: its bytes and every name that may tell something about it.
#[derive(Clone, Debug)]
pub struct Source {
    /// As shown: the path, for a member of an archive `ARCHIVE/MEMBER`.
    pub path: String,
    /// Its own name first, then its wrappers' names, outwards.
    pub names: Vec<String>,
    /// Folders above it, inwards to outwards.
    pub folders: Vec<String>,
    pub modified: Instant,
    pub input: Input,
    pub format: Format,
    /// The file on disk it was, as it looked when it was found; `None` where its bytes are no file's.
    pub look: Option<Look>,
}

/// What a path led to.
#[derive(Debug)]
pub enum Found {
    Source(Source),
    /// Left alone, with the reason.
    Skipped {
        path: String,
        reason: &'static str,
    },
    Failed {
        path: String,
        error: ReadError,
    },
}

/// Size and time of a file: two equal looks say that nobody wrote to it in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    path: PathBuf,
    len: u64,
    modified: Option<std::time::SystemTime>,
}

impl Source {
    /// Whether nobody wrote to it since it was found.
    pub fn is_steady(&self) -> bool {
        self.look.as_ref().is_none_or(Look::still_holds)
    }
}

impl Look {
    fn at(path: &Path) -> std::io::Result<Self> {
        let meta = std::fs::metadata(path)?;
        Ok(Self { path: path.to_owned(), len: meta.len(), modified: meta.modified().ok() })
    }

    /// Whether the file still looks as it did.
    pub fn still_holds(&self) -> bool {
        Self::at(&self.path).is_ok_and(|now| now == *self)
    }

    fn instant(&self) -> Instant {
        let since = self.modified.and_then(|m| m.duration_since(UNIX_EPOCH).ok());
        Instant(since.and_then(|d| i64::try_from(d.as_secs()).ok()).unwrap_or_default())
    }
}

/// Walks the paths. `except` (the ledger's own folder) is never entered.
///
/// The files of a folder come sorted by path; links inside folders are not followed.
pub fn walk(paths: &[PathBuf], except: &Path) -> Vec<Found> {
    let except = std::fs::canonicalize(except).ok();
    let mut found = Vec::new();
    for path in paths {
        let entries = walkdir::WalkDir::new(path)
            .sort_by_key(|e| plain_before_copy(&e.file_name().to_string_lossy()))
            .into_iter()
            .filter_entry(|e| !(e.file_type().is_dir() && is_same(e.path(), except.as_deref())));
        for entry in entries {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) => found.push(one(entry.path(), entry.depth() > 0 && entry.path_is_symlink())),
                Err(error) => {
                    let shown = error.path().unwrap_or(path).display().to_string();
                    found.push(Found::Failed { path: shown, error: ReadError::Io(error.into()) });
                }
            }
        }
    }
    found
}

/// Sorts `orders (1).csv` behind `orders.csv`, so that the plain name is the one remembered.
fn plain_before_copy(name: &str) -> String {
    name.replace(" (", "~(")
}

fn is_same(path: &Path, except: Option<&Path>) -> bool {
    except.is_some_and(|except| std::fs::canonicalize(path).is_ok_and(|p| p == except))
}

fn one(path: &Path, is_link: bool) -> Found {
    let shown = path.display().to_string();
    let name = nfc(&path.file_name().unwrap_or_default().to_string_lossy());
    if let Some(reason) = detect::is_ignored_name(&name) {
        return Found::Skipped { path: shown, reason };
    }
    if is_link {
        return Found::Skipped { path: shown, reason: "a link; name the file itself" };
    }
    let folders = std::path::absolute(path)
        .unwrap_or_else(|_| path.to_owned())
        .parent()
        .into_iter()
        .flat_map(Path::ancestors)
        .filter_map(|p| p.file_name().map(|n| nfc(&n.to_string_lossy())))
        .collect();
    let input = Input::File(path.to_owned());
    let seen = Look::at(path).map_err(ReadError::from).and_then(|look| {
        if !path.is_file() {
            return Err(ReadError::Unsupported("it is no regular file".into()));
        }
        Ok((look, detect::detect(&input)?))
    });
    match seen {
        Ok((look, format)) => Found::Source(Source {
            path: shown,
            names: vec![name],
            folders,
            modified: look.instant(),
            input,
            format,
            look: Some(look),
        }),
        Err(error) => Found::Failed { path: shown, error },
    }
}

fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// Opens a wrapper (ZIP, gzip); anything else comes back as it is. A password is asked for only where one is needed.
pub fn unwrap(source: Source, keyring: &dyn Keyring) -> Vec<Found> {
    match source.format {
        Format::Zip => {
            let locked = |f: &Found| matches!(f, Found::Failed { error: ReadError::PasswordNeeded, .. });
            let found = members(&source, None);
            match found.iter().any(locked).then(|| keyring.password()).flatten() {
                Some(password) => members(&source, Some(&password)),
                None => found,
            }
        }
        Format::Gzip => match archive::gunzip(&source.input) {
            Ok(input) => {
                let name = source.names.first().cloned().unwrap_or_default();
                let inner = archive::gunzip_name(&name).to_owned();
                vec![inside(&source, source.path.clone(), inner, input)]
            }
            Err(error) => vec![Found::Failed { path: source.path, error }],
        },
        _ => vec![Found::Source(source)],
    }
}

fn members(source: &Source, password: Option<&Password>) -> Vec<Found> {
    let mut found = Vec::new();
    let read = archive::members(&source.input, password, &mut |member| {
        let path = format!("{}/{}", source.path, member.name);
        let name = member.name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        if let Some(reason) = detect::is_ignored_name(&member.name) {
            found.push(Found::Skipped { path, reason });
            return Ok(());
        }
        found.push(match member.outcome {
            Ok(input) => inside(source, path, name, input),
            Err(error) => Found::Failed { path, error },
        });
        Ok(())
    });
    if let Err(error) = read {
        found.push(Found::Failed { path: source.path.clone(), error });
    } else if found.is_empty() {
        found.push(Found::Skipped { path: source.path.clone(), reason: "an archive without files" });
    }
    found
}

fn inside(wrapper: &Source, path: String, name: String, input: Input) -> Found {
    match detect::detect(&input) {
        Ok(Format::Gzip) if wrapper.format == Format::Zip => match archive::gunzip(&input) {
            Ok(content) => {
                let name = archive::gunzip_name(&name).to_owned();
                let wrapper = Source { format: Format::Gzip, ..wrapper.clone() };
                inside(&wrapper, path, name, content)
            }
            Err(error) => Found::Failed { path, error },
        },
        Ok(Format::Zip | Format::Gzip) => {
            Found::Failed { path, error: ReadError::Unsupported("an archive inside an archive".into()) }
        }
        Ok(format) => Found::Source(Source {
            path,
            names: std::iter::once(name).chain(wrapper.names.iter().cloned()).collect(),
            folders: wrapper.folders.clone(),
            modified: wrapper.modified,
            input,
            format,
            look: wrapper.look.clone(),
        }),
        Err(error) => Found::Failed { path, error },
    }
}
