//! What a film or an episode was prepared as for any device: manifests and segments, whose bytes lie in the store of blobs.
//!
//! A package never changes: what is prepared anew is another one, with other names, so no cache shows an old segment.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::blobs::{BlobHash, BlobKey, BlobShelf};
use crate::domain::error::StoreError;
use crate::domain::ids::PackageId;
use crate::domain::measured::measured;
use crate::domain::text::is_invisible;
use crate::domain::watching::WatchedItem;

/// The folder of blobs that the files of packages lie in.
const FOLDER: &str = "packages";
/// The manifest for players of DASH.
pub const DASH_MANIFEST: &str = "manifest.mpd";
/// The main playlist for players of HLS.
pub const HLS_PLAYLIST: &str = "main.m3u8";
/// How many files a package has at the most.
pub const MAX_FILES: usize = 100_000;
/// How long the name of a file is at the most, in bytes.
pub const MAX_FILE_NAME: usize = 120;
/// How long the name of a version is at the most, in characters.
const MAX_VERSION: usize = 100;

/// What an item was prepared as. At least one of [`DASH_MANIFEST`] and [`HLS_PLAYLIST`] is among its files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Package {
    pub id: PackageId,
    pub item: WatchedItem,
    /// Which version of the item it is, as people call it: a cut, a language; empty if there is one only.
    pub version: String,
    /// The files by their names, which manifests use as relative addresses; see [`is_file_name`].
    pub files: BTreeMap<String, PackageFile>,
    /// What pictures there are, the highest first.
    pub renditions: Vec<Rendition>,
    /// What sound there is, the best for everybody first.
    pub audio: Vec<AudioTrack>,
    pub duration_seconds: f64,
    pub created: DateTime<Utc>,
}

/// A file of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageFile {
    pub hash: BlobHash,
    /// How many bytes there are.
    pub size: u64,
}

/// One of the sizes that pictures were prepared in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendition {
    /// In pixels, as shown.
    pub height: u32,
    pub width: u32,
    /// In bits a second, at the most of any stretch that players look at.
    pub bitrate: u64,
    /// As RFC 6381 spells it: `avc1.640028`.
    pub codecs: String,
}

/// One of the sounds that were prepared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioTrack {
    /// By BCP 47; `None`: nobody knows.
    pub language: Option<String>,
    pub channels: u32,
    /// As RFC 6381 spells it: `mp4a.40.2`.
    pub codec: String,
}

measured! {
/// The packages of all items. What cannot be read is passed over: a later version has written it.
#[async_trait]
pub trait PackageStore: Send + Sync {
    /// Writes a package whose bytes are all kept. One that is there with its id stays as it is.
    async fn put_package(&self, package: &Package) -> Result<(), StoreError>;

    /// The package with this id.
    async fn package(&self, id: PackageId) -> Result<Option<Package>, StoreError>;

    /// The packages of these items, the newest first, ties by id.
    async fn packages_of(&self, items: &[WatchedItem]) -> Result<Vec<Package>, StoreError>;

    /// Removes a package, not its bytes. Idempotent.
    async fn delete_package(&self, id: PackageId) -> Result<(), StoreError>;
}
}

impl Package {
    /// The file with this name.
    pub fn file(&self, name: &str) -> Option<PackageFile> {
        self.files.get(name).copied()
    }
}

impl PackageFile {
    /// The file that has these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            hash: BlobHash::of(bytes),
            size: bytes.len() as u64,
        }
    }

    /// What its bytes are kept under.
    pub fn key(&self) -> BlobKey {
        BlobKey::of(FOLDER, &self.hash)
    }
}

/// The shelves that files of packages lie on.
pub fn shelves() -> impl Iterator<Item = BlobShelf> {
    BlobShelf::all(FOLDER)
}

/// Whether a file of a package may be called so: parts of letters, digits, dots, hyphens and underscores of ASCII, with `/`
/// between them; none begins with a dot, so nothing leads out of the package.
pub fn is_file_name(name: &str) -> bool {
    let is_part = |part: &str| {
        let is_of_names =
            |it: u8| it.is_ascii_alphanumeric() || it == b'.' || it == b'-' || it == b'_';
        !part.is_empty() && !part.starts_with('.') && part.bytes().all(is_of_names)
    };
    name.len() <= MAX_FILE_NAME && name.split('/').all(is_part)
}

/// The name of a version as it is written; none is empty. Fails with why it is no name that people could tell from others.
pub fn version_name(written: &str) -> Result<String, String> {
    if written.chars().count() > MAX_VERSION {
        return Err(format!("is longer than {MAX_VERSION} characters"));
    }
    if written.chars().any(|c| is_invisible(c) && c != ' ') || written.trim() != written {
        return Err(
            "has what nobody sees: a line break, a space at an end, or the like".to_owned(),
        );
    }
    Ok(written.to_owned())
}

/// What the bytes of a file are, by the end of its name; `None`: nothing that players ask for, and nobody is given it.
pub fn media_type(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    Some(match ending {
        "mpd" => "application/dash+xml",
        "m3u8" => "application/vnd.apple.mpegurl",
        "m4s" => "video/iso.segment",
        "mp4" | "m4v" => "video/mp4",
        "m4a" => "audio/mp4",
        "ts" => "video/mp2t",
        "vtt" => "text/vtt; charset=utf-8",
        "jpg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_stay_in_the_package() {
        for right in ["manifest.mpd", "720/seg-00001.m4s", "audio/en_1.m4a"] {
            assert!(is_file_name(right), "{right}");
        }
        let long = format!("{}.m4s", "a".repeat(MAX_FILE_NAME));
        for wrong in [
            "",
            "/etc/passwd",
            "../a.m4s",
            "a/../b.m4s",
            "a//b.m4s",
            "a/",
            ".hidden",
            "a b.m4s",
            "a%2e.m4s",
            "é.m4s",
            &long,
        ] {
            assert!(!is_file_name(wrong), "{wrong}");
        }
    }

    #[test]
    fn names_of_versions_are_short_and_seen() {
        let longest = "é".repeat(MAX_VERSION);
        for right in ["", "Director's Cut", "Fassung von 1982", &longest] {
            assert_eq!(version_name(right).as_deref(), Ok(right));
        }
        for wrong in ["a\nb", " a", "a\u{202e}b", "\u{200b}", &"a".repeat(500)] {
            assert!(version_name(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_no_player_asks_for_has_no_type() {
        assert_eq!(media_type("manifest.mpd"), Some("application/dash+xml"));
        assert_eq!(media_type("720/seg-1.m4s"), Some("video/iso.segment"));
        for wrong in ["page.html", "image.svg", "script.js", "mpd", ""] {
            assert_eq!(media_type(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_key_of_a_file_is_one_of_blobs() {
        let file = PackageFile::of(b"segment");

        assert_eq!(file.size, 7);
        assert_eq!(BlobKey::parse(file.key().as_str()), Some(file.key()));
    }
}
