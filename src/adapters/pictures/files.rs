//! Pictures in files, of the folder in which the file lies that names them and of those in it. No link leads out of it.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::UNIX_EPOCH;

use tokio::task::spawn_blocking;

use crate::domain::catalog::MOST_BYTES;
use crate::domain::loading::{PictureFault, PictureRead};

/// Reads a file off the async threads. Its length and the time of its last change tell whether it has changed.
pub(super) async fn read(
    folder: &Path,
    path: &str,
    validator: Option<&str>,
) -> Result<PictureRead, PictureFault> {
    let (folder, path) = (folder.to_owned(), path.to_owned());
    let validator = validator.map(str::to_owned);
    let read = spawn_blocking(move || read_within(&folder, &path, validator.as_deref())).await;
    read.unwrap_or_else(|error| Err(refused(format!("cannot be read: {error}"))))
}

fn read_within(
    folder: &Path,
    path: &str,
    before: Option<&str>,
) -> Result<PictureRead, PictureFault> {
    let unreadable = |error: std::io::Error| refused(format!("cannot be read: {error}"));
    let folder = folder.canonicalize().map_err(unreadable)?;
    let path = folder.join(path).canonicalize().map_err(unreadable)?;
    if !path.starts_with(&folder) {
        let reason = "leads out of the folder of the file that names it";
        return Err(refused(reason.to_owned()));
    }
    // Before it is opened: a pipe would be waited for.
    let about = path.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err(refused("is no file".to_owned()));
    }
    if about.len() > MOST_BYTES as u64 {
        return Err(too_long(about.len()));
    }
    let changed = about.modified().ok();
    let changed = changed.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let validator = changed.map(|time| format!("{}-{}", about.len(), time.as_nanos()));
    if validator.is_some() && validator.as_deref() == before {
        return Ok(PictureRead::Same);
    }
    let mut bytes = Vec::new();
    let file = File::open(&path).map_err(unreadable)?;
    file.take(MOST_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() > MOST_BYTES {
        return Err(too_long(bytes.len() as u64));
    }
    Ok(PictureRead::Bytes { bytes, validator })
}

fn too_long(length: u64) -> PictureFault {
    refused(format!("has {length} bytes, more than {MOST_BYTES}"))
}

fn refused(reason: String) -> PictureFault {
    PictureFault::Refused(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(read: Result<PictureRead, PictureFault>) -> String {
        match read {
            Err(PictureFault::Refused(reason)) => reason,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_file_is_read_once_and_again_when_it_has_changed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("posters")).unwrap();
        let path = folder.path().join("posters/a.jpg");
        std::fs::write(&path, "one").unwrap();
        let read = |validator: Option<String>| {
            let folder = folder.path().to_owned();
            async move { read(&folder, "./posters/a.jpg", validator.as_deref()).await }
        };

        let Ok(PictureRead::Bytes { bytes, validator }) = read(None).await else {
            unreachable!("it is there");
        };

        assert_eq!(bytes, b"one");
        assert!(validator.is_some());
        assert_eq!(read(validator.clone()).await, Ok(PictureRead::Same));
        std::fs::write(&path, "longer").unwrap();
        let changed = read(validator).await;
        assert!(matches!(changed, Ok(PictureRead::Bytes { bytes, .. }) if bytes == b"longer"));
    }

    #[tokio::test]
    async fn nothing_is_read_outside_of_the_folder() {
        let outside = tempfile::tempdir().unwrap();
        let folder = outside.path().join("records");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(outside.path().join("secret.jpg"), "secret").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(outside.path().join("secret.jpg"), folder.join("link.jpg"))
            .unwrap();

        #[cfg(unix)]
        {
            let said = reason(read(&folder, "link.jpg", None).await);
            assert!(said.starts_with("leads out of the folder"), "{said}");
        }
        let said = reason(read(&folder, "../secret.jpg", None).await);
        assert!(said.starts_with("leads out of the folder"), "{said}");
        assert_eq!(reason(read(&folder, ".", None).await), "is no file");
        let said = reason(read(&folder, "missing.jpg", None).await);
        assert!(said.starts_with("cannot be read: "), "{said}");
        let long = File::create(folder.join("long.jpg")).unwrap();
        long.set_len(MOST_BYTES as u64 + 1).unwrap();
        let said = reason(read(&folder, "long.jpg", None).await);
        assert!(said.starts_with("has 20971521 bytes"), "{said}");
    }
}
