//! Names of files as entries have them, and as the disk has them: where these are no UTF-8, nothing of them is lost.

#[cfg(unix)]
use std::ffi::OsStr;
use std::fs::Metadata;
#[cfg(unix)]
use std::os::unix::ffi::OsStrExt;
#[cfg(unix)]
use std::os::unix::fs::MetadataExt;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use crate::domain::library::Entry;

/// Which file it is on disk: names of one file have the same.
pub(super) type FileNumber = (u64, u64);

/// The number of a file that has several names.
#[cfg(unix)]
pub(super) fn shared_number(about: &Metadata) -> Option<FileNumber> {
    (about.nlink() > 1).then(|| (about.dev(), about.ino()))
}

#[cfg(not(unix))]
pub(super) fn shared_number(_about: &Metadata) -> Option<FileNumber> {
    None
}

/// A path as entries have it, and whether it is UTF-8.
pub(super) fn shown_path(path: &Path) -> (String, bool) {
    match path.to_str() {
        Some(text) => (text.replace(MAIN_SEPARATOR, "/"), true),
        None => (numbered(path), false),
    }
}

/// Where an entry lies, from the root.
pub(super) fn path_of(entry: &Entry) -> PathBuf {
    if entry.is_utf8 {
        PathBuf::from(&entry.path)
    } else {
        unnumbered(&entry.path)
    }
}

/// Bytes that are no UTF-8 by their numbers; a backslash, too, so that the bytes can be told from it.
#[cfg(unix)]
fn numbered(path: &Path) -> String {
    let mut shown = String::new();
    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        shown.push_str(&chunk.valid().replace('\\', "\\x5C"));
        let numbers = chunk.invalid().iter();
        shown.extend(numbers.map(|byte| format!("\\x{byte:02X}")));
    }
    shown
}

#[cfg(not(unix))]
fn numbered(path: &Path) -> String {
    path.to_string_lossy().replace(MAIN_SEPARATOR, "/")
}

#[cfg(unix)]
fn unnumbered(shown: &str) -> PathBuf {
    let text = shown.as_bytes();
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let (byte, length) = byte_at(&text[at..]).map_or((text[at], 1), |byte| (byte, 4));
        bytes.push(byte);
        at += length;
    }
    PathBuf::from(OsStr::from_bytes(&bytes))
}

#[cfg(not(unix))]
fn unnumbered(shown: &str) -> PathBuf {
    PathBuf::from(shown)
}

/// The byte that is written by its number where a text begins: `\xE9`.
#[cfg(unix)]
fn byte_at(text: &[u8]) -> Option<u8> {
    let digits = text.strip_prefix(b"\\x")?.get(..2)?;
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::domain::library::EntryKind;

    #[test]
    fn paths_that_are_no_utf8_can_be_told_from_what_is_shown() {
        let path = Path::new(OsStr::from_bytes(b"a\\b \xe9t\xe9.mkv"));

        let (shown, is_utf8) = shown_path(path);

        assert_eq!(
            (shown.as_str(), is_utf8),
            ("a\\x5Cb \\xE9t\\xE9.mkv", false)
        );
        let entry = Entry {
            path: shown,
            is_utf8,
            kind: EntryKind::File,
            size: 1,
            modified: None,
            same_as: None,
        };
        assert_eq!(path_of(&entry), path);
        assert_eq!(shown_path(Path::new("a\\b é")), ("a\\b é".to_owned(), true));
    }
}
