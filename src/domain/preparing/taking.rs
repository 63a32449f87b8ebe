//! Taking a folder of manifests and segments as it is, whoever prepared it: every file that a manifest names must be there,
//! and nothing that lies elsewhere is named.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};

use super::error::PreparingError;
use super::manifest::{Represented, represented};
use super::named::{named_by_manifest, named_by_playlist};
use crate::domain::entropy::unique_name;
use crate::domain::ids::PackageId;
use crate::domain::video::{
    AddedPackage, AudioTrack, DASH_MANIFEST, HLS_PLAYLIST, MAX_FILES, Package, Rendition,
    VideoService, media_type,
};
use crate::domain::watching::WatchedItem;

/// How many playlists a folder has at the most.
const MAX_PLAYLISTS: usize = 200;

/// A folder on a disk, with the folders in it.
#[async_trait]
pub trait PreparedFolder: Send + Sync {
    /// How many bytes are in each file of it, with `/` between folders and what lies in them. What is no plain file, as a
    /// link, is left out.
    async fn sizes(&self) -> Result<BTreeMap<String, u64>, PreparingError>;

    /// The bytes of one of them.
    async fn read(&self, name: &str) -> Result<Bytes, PreparingError>;
}

/// What a folder has that is whole.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedFolder {
    /// The manifests, and all that they name.
    pub files: BTreeSet<String>,
    /// What lies there beside them.
    pub unnamed: BTreeSet<String>,
    pub streams: Vec<Represented>,
    pub seconds: f64,
}

/// What became of a folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    pub added: AddedPackage,
    /// What lay there that no manifest names; it was not taken.
    pub unnamed: BTreeSet<String>,
}

/// Looks whether a folder is whole: it has `manifest.mpd`, may have `main.m3u8`, and all that these name.
pub async fn check(folder: &dyn PreparedFolder) -> Result<CheckedFolder, PreparingError> {
    let there = folder.sizes().await?;
    if !there.contains_key(DASH_MANIFEST) {
        return Err(refused(format!("{DASH_MANIFEST} is not there")));
    }
    let manifest = text_of(folder, DASH_MANIFEST).await?;
    let streams = represented(&manifest).map_err(refused)?;
    let (named, seconds) = named_by_manifest(DASH_MANIFEST, &manifest).map_err(refused)?;
    let mut files = named;
    files.insert(DASH_MANIFEST.to_owned());
    let mut playlists: Vec<String> = Vec::new();
    if there.contains_key(HLS_PLAYLIST) {
        playlists.push(HLS_PLAYLIST.to_owned());
    }
    let mut read = BTreeSet::new();
    while let Some(name) = playlists.pop() {
        check_is_there(&there, &name)?;
        if !read.insert(name.clone()) {
            continue;
        }
        if read.len() > MAX_PLAYLISTS {
            return Err(refused(format!(
                "it has more than {MAX_PLAYLISTS} playlists"
            )));
        }
        let playlist = text_of(folder, &name).await?;
        for file in named_by_playlist(&name, &playlist).map_err(refused)? {
            if is_playlist(&file) {
                playlists.push(file);
            } else {
                files.insert(file);
            }
        }
        files.insert(name);
    }
    if files.len() > MAX_FILES {
        return Err(refused(format!("it has more than {MAX_FILES} files")));
    }
    for name in &files {
        check_is_there(&there, name)?;
        if media_type(name).is_none() {
            return Err(refused(format!("{name} is nothing that players ask for")));
        }
    }
    let names = there.into_keys();
    let unnamed = names.filter(|name| !files.contains(name)).collect();
    Ok(CheckedFolder {
        files,
        unnamed,
        streams,
        seconds,
    })
}

/// Takes a folder that is whole as what an item was prepared as, in the place of what it was before in the same version.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn take(
    video: &VideoService,
    folder: &dyn PreparedFolder,
    item: WatchedItem,
    version: String,
    now: DateTime<Utc>,
) -> Result<Taken, PreparingError> {
    let checked = check(folder).await?;
    let mut files = BTreeMap::new();
    for name in &checked.files {
        let bytes = folder.read(name).await?;
        if bytes.is_empty() {
            return Err(refused(format!("{name} is empty")));
        }
        files.insert(name.clone(), video.keep_file(bytes).await?);
    }
    let mut renditions: Vec<Rendition> = checked.streams.iter().filter_map(rendition).collect();
    renditions.sort_by_key(|it| std::cmp::Reverse(it.height));
    let package = Package {
        id: PackageId(unique_name()),
        item,
        version,
        files,
        renditions,
        audio: checked.streams.iter().filter_map(sound).collect(),
        duration_seconds: checked.seconds,
        created: now,
    };
    let added = video.add_package(package).await?;
    Ok(Taken {
        added,
        unnamed: checked.unnamed,
    })
}

fn rendition(stream: &Represented) -> Option<Rendition> {
    let (width, height) = stream.size?;
    Some(Rendition {
        height,
        width,
        bitrate: stream.bandwidth,
        codecs: stream.codecs.clone(),
    })
}

fn sound(stream: &Represented) -> Option<AudioTrack> {
    // Captions are texts.
    let is_text = ["wvtt", "stpp"]
        .iter()
        .any(|it| stream.codecs.starts_with(it));
    let is_sound = stream.size.is_none() && !is_text;
    is_sound.then(|| AudioTrack {
        language: stream.language.clone(),
        channels: stream.channels,
        codec: stream.codecs.clone(),
    })
}

fn check_is_there(there: &BTreeMap<String, u64>, name: &str) -> Result<(), PreparingError> {
    match there.get(name) {
        Some(0) => Err(refused(format!("{name} is empty"))),
        Some(_) => Ok(()),
        None => Err(refused(format!(
            "{name}, which a manifest names, is not there"
        ))),
    }
}

async fn text_of(folder: &dyn PreparedFolder, name: &str) -> Result<String, PreparingError> {
    let bytes = folder.read(name).await?;
    let text = std::str::from_utf8(&bytes);
    let text = text.map_err(|_| refused(format!("{name} is no UTF-8")))?;
    Ok(text.to_owned())
}

fn refused(why: String) -> PreparingError {
    PreparingError::Refused(why)
}
/// Whether the name of a file is that of a playlist.
fn is_playlist(name: &str) -> bool {
    let ending = Path::new(name).extension();
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case("m3u8"))
}
