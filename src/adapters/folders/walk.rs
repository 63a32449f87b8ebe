//! A folder, looked through with all that is in it. Links are named and never gone through: what they lead to within the
//! folder is found under its own name.

use std::collections::HashMap;
use std::fs::{DirEntry, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use chrono::{DateTime, Utc};

use super::read::{path_of, read_within};
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

/// Which file it is on disk: names of one file have the same.
type FileNumber = (u64, u64);

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
        let has_names = about.nlink() > 1;
        (entry, has_names.then(|| (about.dev(), about.ino())))
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
        all.sort_by(|(one, _), (other, _)| one.path.cmp(&other.path));
        Ok(with_other_names(all))
    }

    fn read(&self, entry: &Entry, from: u64, most: usize) -> io::Result<Vec<u8>> {
        read_within(&self.root, &path_of(entry), from, most)
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
fn modified(about: &Metadata) -> Option<DateTime<Utc>> {
    let since = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let seconds = i64::try_from(since.as_secs()).ok()?;
    DateTime::from_timestamp(seconds, since.subsec_nanos())
}

/// A path as entries have it, and whether it is UTF-8. Where it is not, a backslash is written by its number, too, so that
/// the bytes can be told from it.
fn shown_path(path: &Path) -> (String, bool) {
    let bytes = path.as_os_str().as_bytes();
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (text.to_owned(), true);
    }
    let mut shown = String::new();
    for chunk in bytes.utf8_chunks() {
        shown.push_str(&chunk.valid().replace('\\', "\\x5C"));
        let numbers = chunk.invalid().iter();
        shown.extend(numbers.map(|byte| format!("\\x{byte:02X}")));
    }
    (shown, false)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn paths_that_are_no_utf8_can_be_told_from_what_is_shown() {
        let path = Path::new(OsStr::from_bytes(b"a\\b \xe9t\xe9.mkv"));
        let (shown, is_utf8) = shown_path(path);
        assert_eq!(
            (shown.as_str(), is_utf8),
            ("a\\x5Cb \\xE9t\\xE9.mkv", false)
        );

        let entry = Entry {
            is_utf8,
            ..unreadable(path, String::new())
        };
        assert_eq!(path_of(&entry), path);
        assert_eq!(shown_path(Path::new("a\\b é")), ("a\\b é".to_owned(), true));
    }
}
