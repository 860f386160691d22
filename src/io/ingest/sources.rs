//! Which source files there are behind the paths a user gave: folders walked, archives opened, lock files left alone.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use unicode_normalization::UnicodeNormalization;

use super::Keyring;
use crate::core::inbox::Look;
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
    pub look: Option<(PathBuf, Look)>,
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

impl Source {
    /// Whether nobody wrote to it since it was found.
    pub fn is_steady(&self) -> bool {
        self.look.as_ref().is_none_or(|(path, look)| look_at(path).is_ok_and(|now| now == *look))
    }
}

/// Looks at a file on disk.
pub fn look_at(path: &Path) -> std::io::Result<Look> {
    let meta = std::fs::metadata(path)?;
    Ok(Look { len: meta.len(), modified: meta.modified().ok() })
}

fn instant(look: Look) -> Instant {
    let since = look.modified.and_then(|m| m.duration_since(UNIX_EPOCH).ok());
    Instant(since.and_then(|d| i64::try_from(d.as_secs()).ok()).unwrap_or_default())
}

/// Walks the paths. `except` (the ledger's own folder) is never entered.
///
/// The files of a folder come sorted by path; links inside folders are not followed.
pub fn walk(paths: &[PathBuf], except: &Path) -> Vec<Found> {
    let of = |entry| match entry {
        Entry::File(path) => one(&path),
        Entry::Other(found) => found,
    };
    entries(paths, &[except]).into_iter().map(of).collect()
}

/// What stands at a path: a file to read, or something that is not read, with the reason.
#[derive(Debug)]
pub enum Entry {
    File(PathBuf),
    Other(Found),
}

/// Everything under the paths but folders, unread. The folders of `except` are never entered.
pub fn entries(paths: &[PathBuf], except: &[&Path]) -> Vec<Entry> {
    let except: Vec<PathBuf> = except.iter().filter_map(|path| std::fs::canonicalize(path).ok()).collect();
    let mut found = Vec::new();
    for path in paths {
        let entries = walkdir::WalkDir::new(path)
            .sort_by_key(|e| plain_before_copy(&e.file_name().to_string_lossy()))
            .into_iter()
            .filter_entry(|e| !(e.file_type().is_dir() && is_one_of(e.path(), &except)));
        for entry in entries {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) => {
                    found.push(judge(entry.path(), entry.depth() > 0 && entry.path_is_symlink()));
                }
                Err(error) => {
                    let shown = error.path().unwrap_or(path).display().to_string();
                    let error = ReadError::Io(error.into());
                    found.push(Entry::Other(Found::Failed { path: shown, error }));
                }
            }
        }
    }
    found
}

/// Sorts `orders (1).csv` behind `orders.csv`, so that the plain name is the one remembered.
pub fn plain_before_copy(name: &str) -> String {
    name.replace(" (", "~(")
}

fn is_one_of(path: &Path, except: &[PathBuf]) -> bool {
    !except.is_empty() && std::fs::canonicalize(path).is_ok_and(|p| except.contains(&p))
}

fn name_of(path: &Path) -> String {
    nfc(&path.file_name().unwrap_or_default().to_string_lossy())
}

fn judge(path: &Path, is_link: bool) -> Entry {
    let skipped = |reason| Entry::Other(Found::Skipped { path: path.display().to_string(), reason });
    match detect::is_ignored_name(&name_of(path)) {
        Some(reason) => skipped(reason),
        None if is_link => skipped("a link; name the file itself"),
        None => Entry::File(path.to_owned()),
    }
}

fn one(path: &Path) -> Found {
    let shown = path.display().to_string();
    let name = name_of(path);
    let folders = std::path::absolute(path)
        .unwrap_or_else(|_| path.to_owned())
        .parent()
        .into_iter()
        .flat_map(Path::ancestors)
        .filter_map(|p| p.file_name().map(|n| nfc(&n.to_string_lossy())))
        .collect();
    let input = Input::File(path.to_owned());
    let seen = look_at(path).map_err(ReadError::from).and_then(|look| {
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
            modified: instant(look),
            input,
            format,
            look: Some((path.to_owned(), look)),
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
