//! A folder, looked through with all that is in it. Links are named and never gone through: what they lead to within the
//! folder is found under its own name.

use std::collections::HashMap;
use std::fs::{DirEntry, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use chrono::{DateTime, Utc};

use super::names::{FileNumber, path_of, shared_number, shown_path};
use super::read::read_within;
use crate::domain::library::{
    Entry, EntryKind, LibraryFolder, LibraryFolderError, MOST_ENTRIES, MOST_FOLDERS_DEEP,
};

/// A library in a folder of the machine.
#[derive(Debug)]
pub struct FolderOnDisk {
    /// Without links in it, so that what leads out of it can be told.
    root: PathBuf,
    /// As it was named, for messages.
    shown: String,
}

impl FolderOnDisk {
    /// The folder at this path, which may be a link to it.
    pub fn open(path: &Path) -> Result<Self, LibraryFolderError> {
        let shown = path.display().to_string();
        let unreadable = |source| LibraryFolderError::Unreadable {
            path: shown.clone(),
            source,
        };
        let root = path.canonicalize().map_err(unreadable)?;
        if !root.metadata().map_err(unreadable)?.is_dir() {
            return Err(LibraryFolderError::NoFolder(shown));
        }
        Ok(Self { root, shown })
    }

    fn entry(&self, path: &Path, found: &DirEntry) -> (Entry, Option<FileNumber>) {
        let (path, is_utf8) = shown_path(path);
        let mut entry = Entry {
            path,
            is_utf8,
            kind: EntryKind::Special,
            size: 0,
            modified: None,
            same_as: None,
        };
        // Of a link it tells of the link itself.
        let about = match found.metadata() {
            Ok(about) => about,
            Err(error) => {
                let error = error.to_string();
                entry.kind = EntryKind::Unreadable { error };
                return (entry, None);
            }
        };
        entry.modified = modified(&about);
        if about.is_symlink() {
            self.follow(&mut entry, &found.path());
            return (entry, None);
        }
        if about.is_dir() {
            entry.kind = EntryKind::Folder;
            return (entry, None);
        }
        if !about.is_file() {
            return (entry, None);
        }
        entry.kind = EntryKind::File;
        entry.size = about.len();
        (entry, shared_number(&about))
    }

    /// Says where a link leads.
    fn follow(&self, entry: &mut Entry, link: &Path) {
        let Ok(target) = link.canonicalize() else {
            entry.kind = EntryKind::BrokenLink;
            return;
        };
        let Ok(inside) = target.strip_prefix(&self.root) else {
            entry.kind = EntryKind::LinkOut;
            return;
        };
        let (inside, _) = shown_path(inside);
        match target.metadata() {
            Ok(about) if about.is_dir() => entry.kind = EntryKind::LinkToFolder { target: inside },
            Ok(about) if about.is_file() => {
                entry.kind = EntryKind::LinkToFile { target: inside };
                entry.size = about.len();
                entry.modified = modified(&about);
            }
            Ok(_) => entry.kind = EntryKind::Special,
            Err(error) => {
                let error = error.to_string();
                entry.kind = EntryKind::Unreadable { error };
            }
        }
    }

    /// Adds what lies right in a folder, and gives the folders among it.
    fn look_in(
        &self,
        folder: &Path,
        all: &mut Vec<(Entry, Option<FileNumber>)>,
    ) -> io::Result<Vec<PathBuf>> {
        let mut folders = Vec::new();
        for found in std::fs::read_dir(self.root.join(folder))? {
            let found = found?;
            let path = folder.join(found.file_name());
            let (entry, number) = self.entry(&path, &found);
            if entry.kind == EntryKind::Folder {
                folders.push(path);
            }
            all.push((entry, number));
            if all.len() > MOST_ENTRIES {
                break;
            }
        }
        Ok(folders)
    }
}

impl LibraryFolder for FolderOnDisk {
    fn entries(&self) -> Result<Vec<Entry>, LibraryFolderError> {
        let mut all = Vec::new();
        let mut left = vec![(PathBuf::new(), 0)];
        while let Some((folder, depth)) = left.pop() {
            let inside = match self.look_in(&folder, &mut all) {
                Ok(inside) => inside,
                Err(source) if depth == 0 => {
                    let path = self.shown.clone();
                    return Err(LibraryFolderError::Unreadable { path, source });
                }
                Err(error) => {
                    all.push((unreadable(&folder, error.to_string()), None));
                    continue;
                }
            };
            if all.len() > MOST_ENTRIES {
                return Err(LibraryFolderError::TooMany(self.shown.clone()));
            }
            if depth >= MOST_FOLDERS_DEEP {
                let error = format!("lies more than {MOST_FOLDERS_DEEP} folders deep");
                let refused = inside
                    .iter()
                    .map(|folder| (unreadable(folder, error.clone()), None));
                all.extend(refused);
                continue;
            }
            left.extend(inside.into_iter().map(|folder| (folder, depth + 1)));
        }
        // What is UTF-8 first, of what is shown alike.
        all.sort_by(|(one, _), (other, _)| {
            (&one.path, !one.is_utf8).cmp(&(&other.path, !other.is_utf8))
        });
        refuse_shown_alike(&mut all);
        Ok(with_other_names(all))
    }

    fn read(&self, entry: &Entry, from: u64, most: usize) -> io::Result<Vec<u8>> {
        read_within(&self.root, &path_of(entry), from, most)
    }
}

/// Of two names that are shown alike nobody could tell which is meant: what has the one that is no UTF-8 is not looked at.
fn refuse_shown_alike(all: &mut [(Entry, Option<FileNumber>)]) {
    for at in 1..all.len() {
        let (before, entry) = (&all[at - 1].0, &all[at].0);
        if entry.path == before.path && entry.is_utf8 != before.is_utf8 {
            let error = "something else has a name that is shown like its own".to_owned();
            all[at].0.kind = EntryKind::Unreadable { error };
            all[at].1 = None;
        }
    }
}

/// Notes which files are the same as one before them.
fn with_other_names(all: Vec<(Entry, Option<FileNumber>)>) -> Vec<Entry> {
    let mut first: HashMap<FileNumber, String> = HashMap::new();
    let mut entries = Vec::with_capacity(all.len());
    for (mut entry, number) in all {
        if let Some(number) = number {
            match first.get(&number) {
                Some(path) => entry.same_as = Some(path.clone()),
                None => {
                    first.insert(number, entry.path.clone());
                }
            }
        }
        entries.push(entry);
    }
    entries
}

/// A folder into which nobody can look: an entry of its own, beside that of the folder.
fn unreadable(folder: &Path, error: String) -> Entry {
    let (path, is_utf8) = shown_path(folder);
    Entry {
        path,
        is_utf8,
        kind: EntryKind::Unreadable { error },
        size: 0,
        modified: None,
        same_as: None,
    }
}

/// When a file changed last, if that is a time that can be told.
pub(super) fn modified(about: &Metadata) -> Option<DateTime<Utc>> {
    let since = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let seconds = i64::try_from(since.as_secs()).ok()?;
    DateTime::from_timestamp(seconds, since.subsec_nanos())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn of_names_that_are_shown_alike_one_is_refused() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;

        let root = tempfile::tempdir().unwrap();
        for name in [&b"\\xE9.mkv"[..], b"\xe9.mkv"] {
            std::fs::write(root.path().join(OsStr::from_bytes(name)), name).unwrap();
        }

        let entries = FolderOnDisk::open(root.path()).unwrap().entries().unwrap();

        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0].path, entries[1].path);
        assert_eq!(entries[0].kind, EntryKind::File);
        assert!(matches!(entries[1].kind, EntryKind::Unreadable { .. }));
    }
}
