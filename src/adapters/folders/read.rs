//! Bytes of a file of a folder. What is no file any more is not opened: a pipe would be waited for.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::domain::library::Entry;

/// Where an entry lies, from the root.
pub(super) fn path_of(entry: &Entry) -> PathBuf {
    if entry.is_utf8 {
        return PathBuf::from(&entry.path);
    }
    let text = entry.path.as_bytes();
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let (byte, length) = byte_at(&text[at..]).map_or((text[at], 1), |byte| (byte, 4));
        bytes.push(byte);
        at += length;
    }
    PathBuf::from(OsStr::from_bytes(&bytes))
}

/// The byte that is written by its number where a text begins: `\xE9`.
fn byte_at(text: &[u8]) -> Option<u8> {
    let digits = text.strip_prefix(b"\\x")?.get(..2)?;
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// At most so many bytes of a file that lies within the folder, wherever links lead.
pub(super) fn read_within(root: &Path, path: &Path, from: u64, most: usize) -> io::Result<Vec<u8>> {
    let refused = |reason| Err(io::Error::new(io::ErrorKind::PermissionDenied, reason));
    let path = root.join(path).canonicalize()?;
    if !path.starts_with(root) {
        return refused("it leads out of the library");
    }
    if !path.metadata()?.is_file() {
        return refused("it is no file");
    }
    let mut file = File::open(&path)?;
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(most as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_file_is_read_and_nothing_outside() {
        let around = tempfile::tempdir().unwrap();
        let root = around.path().canonicalize().unwrap().join("library");
        std::fs::create_dir(&root).unwrap();
        std::fs::write(root.join("a"), "0123456789").unwrap();
        std::fs::write(around.path().join("secret"), "secret").unwrap();
        std::os::unix::fs::symlink("../secret", root.join("out")).unwrap();

        let read = |path: &str, from| read_within(&root, Path::new(path), from, 4);

        assert_eq!(read("a", 0).unwrap(), b"0123");
        assert_eq!(read("a", 8).unwrap(), b"89");
        assert_eq!(read("a", 90).unwrap(), b"");
        for path in ["out", "../secret", ".", "none"] {
            assert!(read(path, 0).is_err(), "{path}");
        }
    }
}
