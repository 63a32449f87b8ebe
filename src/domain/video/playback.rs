//! What a film or an episode can be played from, as a player gets it: the best for all devices first.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::captions::{CaptionFormat, MAX_CAPTION_BYTES};
use super::error::VideoError;
use super::host_video::{HostVideo, VideoHost};
use super::package::{AudioTrack, DASH_MANIFEST, HLS_PLAYLIST, Package, Rendition, media_type};
use crate::domain::ids::{MediaFileId, PackageId};
use crate::domain::language::LanguageTag;
use crate::domain::library::MediaFile;
use crate::domain::text::hex;

/// The folder of the site that all media is fetched from.
pub const MEDIA: &str = "/media";
/// How high pictures may be wanted to be, at the most.
const MAX_HEIGHT: u32 = 10_000;
/// How addresses of captions end.
const CAPTIONS: &str = "vtt";
/// How captions are read: another number if other bytes are made of the same file.
const READING: u32 = 2;
/// How many bytes of a hash tell one state of a file from others.
const TAG: usize = 8;

/// All that an item can be played from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlayableFrom {
    pub videos: Vec<HostVideo>,
    /// The files of libraries, by place.
    pub files: Vec<MediaFile>,
    /// Captions beside them, by place.
    pub subtitles: Vec<MediaFile>,
    /// What was prepared last comes first.
    pub packages: Vec<Package>,
}

/// How a source is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StreamKind {
    Dash,
    Hls,
    /// One file, of which players read parts.
    Progressive,
    /// The player of another site, in a frame.
    Embed,
}

/// What a player can do with; what is not said is no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only these kinds; all if there are none.
    pub kinds: Vec<StreamKind>,
    /// Only what has pictures of at most this height, as far as that is known. Manifests name all sizes: players keep to
    /// those that are told.
    pub max_height: Option<u32>,
}

/// What an item can be played from by one player.
#[derive(Debug, Clone, PartialEq)]
pub struct Playback {
    /// DASH, HLS, then files, then other sites.
    pub sources: Vec<PlaybackSource>,
    /// Captions, as WebVTT: those that are meant for everybody first, then by place.
    pub subtitles: Vec<SubtitleTrack>,
    /// Until when addresses of this site are good; `None`: there are none among the sources.
    pub expires_at: Option<DateTime<Utc>>,
}

/// One thing that an item can be played from.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaybackSource {
    /// What tells it from others of the item; it stays the same as long as what is played does.
    pub id: String,
    pub kind: StreamKind,
    /// Of this site a path.
    pub url: String,
    pub media_type: &'static str,
    /// What tells it from other versions: a cut, a size.
    pub version: Option<String>,
    /// Which part of several it is, from 1.
    pub part: Option<u32>,
    /// The site that it is on, if that is another.
    pub host: Option<VideoHost>,
    /// The sizes that players choose from, the highest first; empty where nobody looked into it.
    pub renditions: Vec<Rendition>,
    /// The sounds that players choose from; empty where nobody looked into it.
    pub audio: Vec<AudioTrack>,
    /// How long it is, in seconds, where somebody measured that.
    pub duration: Option<f64>,
}

/// Captions that a player can show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubtitleTrack {
    /// What tells it from others of the item; it stays the same when the file is moved.
    pub id: String,
    /// A path of this site.
    pub url: String,
    pub language: Option<LanguageTag>,
    /// What tells it from others of its language.
    pub label: Option<String>,
    /// Whether players should choose it by themselves.
    pub is_default: bool,
    /// Whether it has only what is not in the language of the video.
    pub is_forced: bool,
    /// Whether it tells of sounds, for whoever does not hear them.
    pub is_for_hearing_impaired: bool,
}

impl Wanted {
    /// Fails if something is out of its range.
    pub fn check(&self) -> Result<(), VideoError> {
        match self.max_height {
            Some(height) if !(1..=MAX_HEIGHT).contains(&height) => {
                Err(VideoError::HeightOutOfRange)
            }
            _ => Ok(()),
        }
    }

    fn takes(&self, kind: StreamKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }
}

impl PlayableFrom {
    /// What of it a player can do with that has this grant for what is on this site.
    pub(super) fn sources(&self, wanted: &Wanted, grant: &str) -> Vec<PlaybackSource> {
        let mut found = Vec::new();
        let base = format!("{MEDIA}/{grant}");
        for (kind, manifest) in [
            (StreamKind::Dash, DASH_MANIFEST),
            (StreamKind::Hls, HLS_PLAYLIST),
        ] {
            let packages = self.packages.iter().filter(|_| wanted.takes(kind));
            found.extend(packages.filter_map(|it| of_package(it, kind, manifest, wanted, &base)));
        }
        if wanted.takes(StreamKind::Progressive) {
            let mut files: Vec<PlaybackSource> = self
                .files
                .iter()
                .filter_map(|file| of_file(file, &base))
                .collect();
            // Parts of one version stand together, in their order.
            files.sort_by(|a, b| (&a.version, a.part).cmp(&(&b.version, b.part)));
            found.extend(files);
        }
        if wanted.takes(StreamKind::Embed) {
            found.extend(self.videos.iter().map(of_video));
        }
        found
    }

    /// The captions that this version can read, for a player that has this grant.
    pub(super) fn tracks(&self, grant: &str) -> Vec<SubtitleTrack> {
        let base = format!("{MEDIA}/{grant}/captions");
        let read = self.subtitles.iter().filter(|file| is_read(file));
        let mut tracks: Vec<SubtitleTrack> = read.map(|file| of_subtitle(file, &base)).collect();
        tracks.sort_by_key(|track| !track.is_default);
        tracks
    }

    /// Whether something of it lies on this site.
    pub(super) fn has_own(&self) -> bool {
        !self.files.is_empty() || !self.packages.is_empty() || !self.subtitles.is_empty()
    }
}

fn of_package(
    package: &Package,
    kind: StreamKind,
    manifest: &str,
    wanted: &Wanted,
    base: &str,
) -> Option<PlaybackSource> {
    package.file(manifest)?;
    let fits = |it: &&Rendition| wanted.max_height.is_none_or(|most| it.height <= most);
    let mut renditions: Vec<Rendition> = package.renditions.iter().filter(fits).cloned().collect();
    if renditions.is_empty() && !package.renditions.is_empty() {
        return None;
    }
    renditions.sort_by_key(|it| Reverse((it.height, it.bitrate)));
    let id = package.id;
    Some(PlaybackSource {
        id: format!(
            "{}:{id}",
            if kind == StreamKind::Dash {
                "dash"
            } else {
                "hls"
            }
        ),
        kind,
        url: format!("{base}/packages/{id}/{manifest}"),
        media_type: media_type(manifest)?,
        version: Some(package.version.clone()).filter(|it| !it.is_empty()),
        part: None,
        host: None,
        renditions,
        audio: package.audio.clone(),
        duration: Some(package.duration_seconds),
    })
}

fn of_file(file: &MediaFile, base: &str) -> Option<PlaybackSource> {
    let (ending, media_type) = container(&file.path)?;
    Some(PlaybackSource {
        id: format!("file:{}", file.id),
        kind: StreamKind::Progressive,
        url: format!("{base}/files/{}/{}.{ending}", file.id, tag_of(file)),
        media_type,
        version: file.guess.version.clone(),
        part: file.guess.part,
        host: None,
        renditions: Vec::new(),
        audio: Vec::new(),
        duration: None,
    })
}

fn of_video(video: &HostVideo) -> PlaybackSource {
    PlaybackSource {
        id: video.name(),
        kind: StreamKind::Embed,
        url: video.player(),
        media_type: "text/html",
        version: None,
        part: None,
        host: Some(video.host),
        renditions: Vec::new(),
        audio: Vec::new(),
        duration: None,
    }
}

fn of_subtitle(file: &MediaFile, base: &str) -> SubtitleTrack {
    let said = file.guess.track.clone().unwrap_or_default();
    SubtitleTrack {
        id: format!("file:{}", file.id),
        url: format!("{base}/{}/{}.{CAPTIONS}", file.id, captions_tag(file)),
        language: said.language,
        label: said.title,
        is_default: said.is_default,
        is_forced: said.is_forced,
        is_for_hearing_impaired: said.is_for_hearing_impaired,
    }
}

/// Whether a file has captions that can be read.
pub(super) fn is_read(file: &MediaFile) -> bool {
    CaptionFormat::of(&file.path).is_some() && file.size <= MAX_CAPTION_BYTES
}

/// What tells captions from others, as [`tag_of`] does files: they are another thing if they are read in another way.
pub(super) fn captions_tag(file: &MediaFile) -> String {
    format!("{READING}-{}", tag_of(file))
}

/// What tells what is in a file from what was in it before: addresses of files have it, so what lies at one never changes.
pub(super) fn tag_of(file: &MediaFile) -> String {
    let modified = file.modified.map(|at| at.timestamp_millis());
    let digest = Sha256::new()
        .chain_update(file.fingerprint.as_bytes())
        .chain_update([0])
        .chain_update(file.size.to_be_bytes())
        .chain_update(modified.unwrap_or_default().to_be_bytes())
        .finalize();
    hex(&digest[..TAG])
}

/// What a file is to players, by its ending: how addresses end, and its media type; `None`: no player takes it.
pub(super) fn container(path: &str) -> Option<(&'static str, &'static str)> {
    const CONTAINERS: [(&str, &str); 16] = [
        ("mp4", "video/mp4"),
        ("m4v", "video/mp4"),
        ("mov", "video/quicktime"),
        ("webm", "video/webm"),
        ("mkv", "video/x-matroska"),
        ("ogv", "video/ogg"),
        ("ogm", "video/ogg"),
        ("avi", "video/x-msvideo"),
        ("ts", "video/mp2t"),
        ("m2ts", "video/mp2t"),
        ("mts", "video/mp2t"),
        ("mpg", "video/mpeg"),
        ("mpeg", "video/mpeg"),
        ("wmv", "video/x-ms-wmv"),
        ("flv", "video/x-flv"),
        ("3gp", "video/3gpp"),
    ];
    let (_, ending) = path.rsplit_once('.')?;
    let found = CONTAINERS.into_iter();
    let mut found = found.filter(|(known, _)| known.eq_ignore_ascii_case(ending));
    found.next()
}

/// What an address below that of a grant names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaAddress {
    /// A file of a library in the state that a tag says.
    File {
        id: MediaFileId,
        tag: String,
        ending: String,
    },
    /// Captions of a library, read in the way and from the state that a tag says.
    Captions { id: MediaFileId, tag: String },
    /// A file of a package by its name.
    Packaged { package: PackageId, name: String },
}

impl MediaAddress {
    /// The file of a library that the last two parts of an address name.
    pub fn of_file(id: &str, name: &str) -> Option<Self> {
        let (tag, ending) = name.split_once('.')?;
        Some(Self::File {
            id: MediaFileId::parse(id)?,
            tag: tag.to_owned(),
            ending: ending.to_owned(),
        })
    }

    /// The captions that the last two parts of an address name.
    pub fn of_captions(id: &str, name: &str) -> Option<Self> {
        let (tag, ending) = name.split_once('.')?;
        let id = MediaFileId::parse(id)?;
        let tag = tag.to_owned();
        (ending == CAPTIONS).then_some(Self::Captions { id, tag })
    }

    /// The file of a package that these parts of an address name.
    pub fn of_package(id: &str, name: &str) -> Option<Self> {
        Some(Self::Packaged {
            package: PackageId::parse(id)?,
            name: name.to_owned(),
        })
    }
}
