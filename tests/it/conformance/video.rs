//! The promises of the ports of what items are played from, sentence by sentence.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use reelgraph::adapters::mongo::{MongoDb, MongoVideo};
use reelgraph::adapters::sqlite::{SqliteDb, SqliteVideo};
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::{EpisodeId, PackageId, TitleId};
use reelgraph::domain::video::{
    AudioTrack, DASH_MANIFEST, HostVideo, Package, PackageFile, PackageStore, Rendition,
    VideoSourceStore, VideoSources, key_of,
};
use reelgraph::domain::watching::WatchedItem;
use tempfile::TempDir;
use uuid::Uuid;

use super::Backend;
use crate::support::servers::{self, PATIENT};

on_every_backend!(open on [sqlite, mongo]:
    videos_are_kept_whole_and_whoever_is_late_is_told,
    items_with_videos_follow_each_other_by_their_keys,
    packages_are_kept_as_they_were_first_written,
    packages_of_items_are_the_newest_first,
);

struct Opened {
    sources: Arc<dyn VideoSourceStore>,
    packages: Arc<dyn PackageStore>,
    _folder: Option<TempDir>,
}

async fn open(backend: Backend) -> Opened {
    match backend {
        Backend::sqlite => {
            let folder = tempfile::tempdir().unwrap();
            let db = SqliteDb::open(&folder.path().join("reelgraph.db")).unwrap();
            let store = Arc::new(SqliteVideo::new(db));
            Opened {
                sources: store.clone(),
                packages: store,
                _folder: Some(folder),
            }
        }
        Backend::mongo => {
            let db = MongoDb::open(&servers::mongo_uri(), PATIENT).await.unwrap();
            let store = Arc::new(MongoVideo::new(db));
            store.ensure_indexes().await.unwrap();
            Opened {
                sources: store.clone(),
                packages: store,
                _folder: None,
            }
        }
        other => unreachable!("what items are played from is not kept in {other:?}"),
    }
}

const FILM: WatchedItem = WatchedItem::Film(TitleId(7));
const EPISODE: WatchedItem = WatchedItem::Episode(EpisodeId(7));

fn sources(item: WatchedItem, names: &[&str]) -> VideoSources {
    let videos = names.iter().map(|name| HostVideo::parse(name).unwrap());
    VideoSources {
        item,
        videos: videos.collect(),
        revision: 1,
    }
}

fn package(id: u128, item: WatchedItem, seconds: i64) -> Package {
    let created: DateTime<Utc> = DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
    let manifest = (DASH_MANIFEST.to_owned(), PackageFile::of(b"manifest"));
    Package {
        id: PackageId(Uuid::from_u128(id)),
        item,
        version: "Director's Cut".to_owned(),
        files: BTreeMap::from([
            manifest,
            ("720/1.m4s".to_owned(), PackageFile::of(b"segment")),
        ]),
        renditions: vec![Rendition {
            height: 720,
            width: 1_280,
            bitrate: 2_500_000,
            codecs: "avc1.64001f".to_owned(),
        }],
        audio: vec![AudioTrack {
            language: Some("de".to_owned()),
            channels: 2,
            codec: "mp4a.40.2".to_owned(),
        }],
        duration_seconds: 60.5,
        created,
    }
}

fn ids(packages: &[Package]) -> Vec<u128> {
    packages.iter().map(|it| it.id.0.as_u128()).collect()
}

async fn videos_are_kept_whole_and_whoever_is_late_is_told(opened: &Opened) {
    let store = &opened.sources;
    let mut kept = sources(FILM, &["youtube:aqz-KE-bpKQ", "vimeo:7/0123abcdef"]);

    store.put_video_sources(&kept).await.unwrap();
    let twice = store.put_video_sources(&kept).await;
    kept.revision = 2;
    kept.videos.reverse();
    store.put_video_sources(&kept).await.unwrap();
    let late = store.put_video_sources(&kept).await;
    let mut of_none = sources(EPISODE, &[]);
    of_none.revision = 2;
    let of_none = store.put_video_sources(&of_none).await;

    for refused in [twice, late, of_none] {
        assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    }
    // An episode of the same number is another item.
    let found = store.video_sources(&[EPISODE, FILM]).await.unwrap();
    assert_eq!(found, [kept]);
}

async fn items_with_videos_follow_each_other_by_their_keys(opened: &Opened) {
    let store = &opened.sources;
    let film = |id| WatchedItem::Film(TitleId(id));
    let all = [film(3), EPISODE, film(20), film(100)].map(|item| sources(item, &["vimeo:7"]));
    for one in &all {
        store.put_video_sources(one).await.unwrap();
    }
    let after = |item, limit| async move {
        let found = store.video_sources_after(item, limit).await.unwrap();
        found
            .into_iter()
            .map(|it| key_of(it.item))
            .collect::<Vec<_>>()
    };

    let keys = ["episode:7", "film:100", "film:20", "film:3"];
    assert_eq!(after(None, 9).await, keys);
    assert_eq!(after(None, 2).await, keys[..2]);
    assert_eq!(after(Some(film(100)), 9).await, keys[2..]);
    assert_eq!(after(Some(film(3)), 9).await, Vec::<String>::new());
}

async fn packages_are_kept_as_they_were_first_written(opened: &Opened) {
    let store = &opened.packages;
    let first = package(1, FILM, 0);
    let other = Package {
        version: String::new(),
        ..first.clone()
    };

    store.put_package(&first).await.unwrap();
    store.put_package(&other).await.unwrap();

    assert_eq!(store.package(first.id).await.unwrap(), Some(first.clone()));
    store.delete_package(first.id).await.unwrap();
    store.delete_package(first.id).await.unwrap();
    assert_eq!(store.package(first.id).await.unwrap(), None);
}

async fn packages_of_items_are_the_newest_first(opened: &Opened) {
    let store = &opened.packages;
    for (id, item, seconds) in [
        (1, FILM, 10),
        (3, FILM, 20),
        (2, FILM, 20),
        (4, EPISODE, 15),
        (5, WatchedItem::Film(TitleId(8)), 30),
    ] {
        let package = package(id, item, seconds);
        store.put_package(&package).await.unwrap();
    }

    let of_film = store.packages_of(&[FILM]).await.unwrap();
    let of_both = store.packages_of(&[EPISODE, FILM]).await.unwrap();

    assert_eq!(ids(&of_film), [2, 3, 1]);
    assert_eq!(ids(&of_both), [2, 3, 4, 1]);
    assert_eq!(store.packages_of(&[]).await.unwrap(), []);
}
