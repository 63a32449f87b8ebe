//! The use cases of playing: what an item is played from, what curators say of that, and the bytes.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};

use super::captions::{self, CaptionFormat};
use super::error::VideoError;
use super::grant::{Grant, Grantee, Grants, end_of};
use super::host_video::HostVideo;
use super::limits::MAX_VIDEOS;
use super::media::{FileNow, MediaFiles};
use super::package::{Package, PackageFile, PackageStore, media_type};
use super::playback::{
    MediaAddress, PlayableFrom, Playback, Wanted, captions_tag, container, is_read, tag_of,
};
use super::sources::{VideoSourceStore, VideoSources};
use crate::domain::accounts::AccountService;
use crate::domain::blobs::BlobStore;
use crate::domain::catalog::{CatalogService, TitleKind, Visibility, VisibilityPolicy};
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use crate::domain::language::LanguageTag;
use crate::domain::library::{LibraryService, MediaFile, PlayedFiles};
use crate::domain::membership::{Access, MembershipService, Place};
use crate::domain::viewer::{KnownViewer, Role, Viewer};
use crate::domain::watching::WatchedItem;

/// How often videos are written anew that somebody else writes at the same time.
const TRIES: usize = 10;

/// What playing stands on.
#[derive(Clone)]
pub struct VideoPorts {
    pub sources: Arc<dyn VideoSourceStore>,
    pub packages: Arc<dyn PackageStore>,
    pub files: Arc<dyn MediaFiles>,
    pub blobs: Arc<dyn BlobStore>,
    pub grants: Arc<dyn Grants>,
    pub catalog: CatalogService,
    pub library: LibraryService,
    pub accounts: AccountService,
    /// Who may play what.
    pub membership: MembershipService,
    /// Who may see what, as far as the site decides.
    pub visibility: VisibilityPolicy,
    pub clock: Arc<dyn Clock>,
}

/// The use cases of playing.
#[derive(Clone)]
pub struct VideoService {
    pub(super) ports: VideoPorts,
}

/// Bytes that whoever asks may have.
#[derive(Debug, Clone)]
pub struct OpenedMedia {
    pub media_type: &'static str,
    /// What tells these bytes from all others.
    pub tag: String,
    /// How many there are.
    pub length: u64,
    from: BytesFrom,
}

/// Where the bytes of an address lie.
#[derive(Debug, Clone)]
enum BytesFrom {
    Library(Box<MediaFile>),
    Blobs(PackageFile),
    Memory(Bytes),
}

impl VideoService {
    /// A service on its ports.
    pub fn new(ports: VideoPorts) -> Self {
        Self { ports }
    }

    pub(super) fn catalog(&self) -> &CatalogService {
        &self.ports.catalog
    }

    /// The videos that follow; see [`VideoSourceStore::video_sources_after`].
    pub(super) async fn sources_after(
        &self,
        after: Option<WatchedItem>,
        limit: usize,
    ) -> Result<Vec<VideoSources>, VideoError> {
        Ok(self.ports.sources.video_sources_after(after, limit).await?)
    }

    /// What these items can be played from, for whoever is shown them; those without anything are left out.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn playable_from(
        &self,
        items: &[WatchedItem],
    ) -> Result<HashMap<WatchedItem, Arc<PlayableFrom>>, VideoError> {
        let ports = &self.ports;
        let (sources, packages, files) = futures::join!(
            ports.sources.video_sources(items),
            ports.packages.packages_of(items),
            ports.library.played_files(items),
        );
        let mut found: HashMap<WatchedItem, PlayableFrom> = HashMap::new();
        for sources in sources? {
            found.entry(sources.item).or_default().videos = sources.videos;
        }
        for package in packages? {
            let of_item = found.entry(package.item).or_default();
            // Those that it replaced come after it, for whoever plays them still.
            let is_replaced = |it: &Package| it.version == package.version;
            if !of_item.packages.iter().any(is_replaced) {
                of_item.packages.push(package);
            }
        }
        for (item, files) in files? {
            let of_item = found.entry(item).or_default();
            of_item.files = files.videos;
            of_item.subtitles = files.subtitles;
        }
        let found = found.into_iter();
        Ok(found.map(|(item, from)| (item, Arc::new(from))).collect())
    }

    /// What a viewer, who is shown an item of this length in seconds, can play it from; `None`: nothing that is wanted.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn playback(
        &self,
        viewer: &Viewer,
        (item, access): (WatchedItem, Access),
        from: &PlayableFrom,
        wanted: &Wanted,
        length: Option<f64>,
    ) -> Result<Option<Playback>, VideoError> {
        wanted.check()?;
        if let Access::Closed { opened_by } = access {
            let plans = opened_by.into_iter().map(|plan| plan.name);
            return Err(VideoError::MembershipRequired(plans.collect()));
        }
        let (grant, expires_at) = if from.has_own() {
            let grant = Grant {
                to: Grantee::of(viewer),
                item,
                expires_at: end_of(length, self.ports.clock.now()),
            };
            let signed = self.ports.grants.sign(&grant).await?;
            (signed, Some(grant.expires_at))
        } else {
            (String::new(), None)
        };
        let sources = from.sources(wanted, &grant);
        if sources.is_empty() {
            return Ok(None);
        }
        let subtitles = from.tracks(&grant);
        let is_own = sources.iter().any(|source| source.host.is_none());
        let is_own = is_own || !subtitles.is_empty();
        Ok(Some(Playback {
            sources,
            subtitles,
            expires_at: expires_at.filter(|_| is_own),
        }))
    }

    /// Says which videos of other sites an item that the viewer may see is played from, in the place of those that were
    /// said before.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn set_videos(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        item: WatchedItem,
        addresses: &[String],
    ) -> Result<VideoSources, VideoError> {
        if viewer.role < Role::Curator {
            return Err(VideoError::Forbidden);
        }
        if self.place(visibility, item).await?.is_none() {
            return Err(VideoError::ItemNotFound);
        }
        let videos = parse(addresses)?;
        for _ in 0..TRIES {
            let stored = self.ports.sources.video_sources(&[item]).await?.pop();
            if let Some(stored) = &stored
                && stored.videos == videos
            {
                return Ok(stored.clone());
            }
            let sources = VideoSources {
                item,
                videos: videos.clone(),
                revision: stored.map_or(0, |stored| stored.revision) + 1,
            };
            match self.ports.sources.put_video_sources(&sources).await {
                Ok(()) => return Ok(sources),
                // Another curator was first.
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(VideoError::Busy)
    }

    /// The bytes at an address, if whoever it was given to may still see what they are of.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn open(
        &self,
        grant: &str,
        address: &MediaAddress,
    ) -> Result<OpenedMedia, VideoError> {
        let now = self.ports.clock.now();
        let grant = self.ports.grants.verify(grant, now).await?;
        let grant = grant.ok_or(VideoError::GrantEnded)?;
        let viewer = self.viewer(grant.to).await?.ok_or(VideoError::GrantEnded)?;
        if !self.may_play(&viewer, grant.item, now).await? {
            return Err(VideoError::GrantEnded);
        }
        let found = match address {
            MediaAddress::File { id, tag, ending } => {
                let mut files = self.played(grant.item).await?.videos.into_iter();
                let file = files.find(|file| file.id == *id && tag_of(file) == *tag);
                match file {
                    Some(file) => self.open_file(file, ending).await?,
                    None => None,
                }
            }
            MediaAddress::Captions { id, tag } => {
                let mut files = self.played(grant.item).await?.subtitles.into_iter();
                let file = files.find(|file| file.id == *id && captions_tag(file) == *tag);
                match file {
                    Some(file) => self.open_captions(&file).await?,
                    None => None,
                }
            }
            MediaAddress::Packaged { package, name } => {
                let found = self.ports.packages.package(*package).await?;
                let found = found.filter(|found| found.item == grant.item);
                found.and_then(|found| open_packaged(found.file(name)?, name))
            }
        };
        found.ok_or(VideoError::MediaNotFound)
    }

    /// These bytes of what was opened, which must be some of those that there are.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn read(&self, media: &OpenedMedia, range: Range<u64>) -> Result<Bytes, VideoError> {
        let wanted = range.end - range.start;
        let bytes = match &media.from {
            BytesFrom::Memory(bytes) => part_of(bytes, &range).ok_or(VideoError::MediaNotFound)?,
            BytesFrom::Library(file) => self.ports.files.read(file, range).await?,
            BytesFrom::Blobs(file) => {
                let read = self.ports.blobs.get_range(&file.key(), range).await?;
                read.ok_or(VideoError::MediaNotFound)?
            }
        };
        // Whoever reads on would take what follows for what is missing.
        if bytes.len() as u64 == wanted {
            Ok(bytes)
        } else {
            Err(VideoError::MediaNotFound)
        }
    }

    /// What of libraries an item is played from.
    async fn played(&self, item: WatchedItem) -> Result<PlayedFiles, VideoError> {
        let mut found = self.ports.library.played_files(&[item]).await?;
        Ok(found.remove(&item).unwrap_or_default())
    }

    /// Whether a file is on this machine as the record has it.
    async fn is_as_recorded(&self, file: &MediaFile) -> Result<bool, VideoError> {
        let now = self.ports.files.look(file).await?;
        let recorded = FileNow {
            size: file.size,
            modified: file.modified,
        };
        Ok(now == Some(recorded))
    }

    /// Captions of a file that is as the record has it, as one WebVTT.
    async fn open_captions(&self, file: &MediaFile) -> Result<Option<OpenedMedia>, VideoError> {
        let Some(format) = CaptionFormat::of(&file.path).filter(|_| is_read(file)) else {
            return Ok(None);
        };
        if !self.is_as_recorded(file).await? {
            return Ok(None);
        }
        let bytes = self.ports.files.read(file, 0..file.size).await?;
        // It is being written.
        if bytes.len() as u64 != file.size {
            return Ok(None);
        }
        let language = file.guess.track.as_ref().and_then(|track| track.language);
        let language = language.as_ref().map(LanguageTag::language);
        let written = captions::read(&bytes, format, language).to_webvtt();
        Ok(Some(OpenedMedia {
            media_type: "text/vtt; charset=utf-8",
            tag: format!("{}-{}", file.id, captions_tag(file)),
            length: written.len() as u64,
            from: BytesFrom::Memory(written.into()),
        }))
    }

    /// The file as it is on this machine, if that is how the record has it.
    async fn open_file(
        &self,
        file: MediaFile,
        ending: &str,
    ) -> Result<Option<OpenedMedia>, VideoError> {
        let Some((known, media_type)) = container(&file.path) else {
            return Ok(None);
        };
        if known != ending || !self.is_as_recorded(&file).await? {
            return Ok(None);
        }
        Ok(Some(OpenedMedia {
            media_type,
            tag: format!("{}-{}", file.id, tag_of(&file)),
            length: file.size,
            from: BytesFrom::Library(Box::new(file)),
        }))
    }

    /// Who was given leave, as they are now; `None`: they are nobody any more.
    async fn viewer(&self, grantee: Grantee) -> Result<Option<Viewer>, VideoError> {
        let accounts = &self.ports.accounts;
        let known = match grantee {
            Grantee::Anonymous => return Ok(Some(Viewer::Anonymous)),
            Grantee::Session(id) => accounts.viewer_of_session(id).await?,
            Grantee::ApiKey(id) => accounts.viewer_of_api_key(id).await?,
        };
        Ok(known.map(Viewer::Known))
    }

    /// Whether a viewer may see an item now, and has what opens it.
    async fn may_play(
        &self,
        viewer: &Viewer,
        item: WatchedItem,
        now: DateTime<Utc>,
    ) -> Result<bool, VideoError> {
        let visibility = self.ports.visibility.of(viewer, now);
        let Some(place) = self.place(&visibility, item).await? else {
            return Ok(false);
        };
        let access = self.ports.membership.access(viewer, &[place]).await?;
        Ok(access.get(&place).is_some_and(Access::is_open))
    }

    /// Where an item stands that may be seen and is played.
    async fn place(
        &self,
        visibility: &Visibility,
        item: WatchedItem,
    ) -> Result<Option<Place>, VideoError> {
        let catalog = &self.ports.catalog;
        Ok(match item {
            WatchedItem::Film(id) => {
                let titles = catalog.titles(visibility, &[id]).await?;
                let film = titles.iter().find(|title| title.kind == TitleKind::Film);
                film.map(|film| Place::of_film(film))
            }
            WatchedItem::Episode(id) => {
                let episodes = catalog.episodes(visibility, &[id]).await?;
                episodes.first().map(Place::of_episode)
            }
            // What is played is one of its episodes.
            WatchedItem::Series(_) => None,
        })
    }
}

fn part_of(bytes: &Bytes, range: &Range<u64>) -> Option<Bytes> {
    let start = usize::try_from(range.start).ok()?;
    let end = usize::try_from(range.end).ok()?;
    (start <= end && end <= bytes.len()).then(|| bytes.slice(start..end))
}

fn open_packaged(file: PackageFile, name: &str) -> Option<OpenedMedia> {
    Some(OpenedMedia {
        media_type: media_type(name)?,
        tag: file.hash.to_string(),
        length: file.size,
        from: BytesFrom::Blobs(file),
    })
}

/// The videos that addresses name, in their order.
fn parse(addresses: &[String]) -> Result<Vec<HostVideo>, VideoError> {
    if addresses.len() > MAX_VIDEOS {
        return Err(VideoError::TooManyVideos);
    }
    let mut seen = BTreeSet::new();
    let mut videos = Vec::new();
    for address in addresses {
        let video = HostVideo::parse(address)?;
        // The same video with another hash is the same.
        if !seen.insert((video.host, video.id.clone())) {
            return Err(VideoError::NamedTwice(video.name()));
        }
        videos.push(video);
    }
    Ok(videos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn videos_are_named_once_and_keep_their_order() {
        let addresses = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect();
        let parsed = |names: &[&str]| {
            let addresses: Vec<String> = addresses(names);
            parse(&addresses)
        };

        let two = parsed(&["vimeo:7/0123abcdef", "https://youtu.be/aqz-KE-bpKQ"]).unwrap();
        let names: Vec<String> = two.iter().map(HostVideo::name).collect();
        assert_eq!(names, ["vimeo:7/0123abcdef", "youtube:aqz-KE-bpKQ"]);
        let twice = parsed(&["vimeo:7", "https://vimeo.com/7/0123abcdef"]);
        assert!(matches!(twice, Err(VideoError::NamedTwice(_))), "{twice:?}");
        let many: Vec<String> = (1..=21).map(|id| format!("vimeo:{id}")).collect();
        assert!(matches!(parse(&many), Err(VideoError::TooManyVideos)));
        assert_eq!(parse(&many[1..]).unwrap().len(), 20);
    }
}
