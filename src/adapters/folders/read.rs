//! Bytes of a file of a folder. What is no file any more is not opened: a pipe would be waited for.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

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
