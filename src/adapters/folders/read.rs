//! Bytes of a file of a folder. What is no file any more is not opened: a pipe would be waited for.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

#[cfg(unix)]
use rustix::fs::OFlags;

/// At most so many bytes of a file that lies within the folder, wherever links lead.
pub(super) fn read_within(root: &Path, path: &Path, from: u64, most: usize) -> io::Result<Vec<u8>> {
    let mut file = file_within(root, path)?;
    let about = file.metadata()?;
    file.seek(SeekFrom::Start(from))?;
    // With room for all that is there it is read at once, not in pieces that grow: a scan reads 100,000 files.
    let there = usize::try_from(about.len().saturating_sub(from)).unwrap_or(most);
    let mut bytes = Vec::with_capacity(there.min(most));
    file.take(most as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A file that lies within the folder, wherever links lead. The folder has no links in its own path.
pub(super) fn file_within(root: &Path, path: &Path) -> io::Result<File> {
    let refused = |reason| Err(io::Error::new(io::ErrorKind::PermissionDenied, reason));
    let path = root.join(path).canonicalize()?;
    if !path.starts_with(root) {
        return refused("it leads out of the library");
    }
    if !path.metadata()?.is_file() {
        return refused("it is no file");
    }
    let file = open(&path)?;
    // Something else may have been put there meanwhile.
    if !file.metadata()?.is_file() {
        return refused("it is no file");
    }
    Ok(file)
}

/// Opens what lies at a path without links, and waits for no pipe.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW;
    let mut options = File::options();
    options
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn what_was_put_there_meanwhile_is_not_waited_for() {
        let around = tempfile::tempdir().unwrap();
        let (pipe, link) = (around.path().join("pipe"), around.path().join("link"));
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        std::os::unix::fs::symlink("pipe", &link).unwrap();

        assert!(!open(&pipe).unwrap().metadata().unwrap().is_file());
        assert!(open(&link).is_err());
    }

    #[test]
    fn a_part_of_a_file_is_read_and_nothing_outside() {
        let around = tempfile::tempdir().unwrap();
        let root = around.path().canonicalize().unwrap().join("library");
        std::fs::create_dir(&root).unwrap();
        std::fs::write(root.join("a"), "0123456789").unwrap();
        std::fs::write(around.path().join("secret"), "secret").unwrap();
        #[cfg(unix)]
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
