//! The promises of the port of libraries, sentence by sentence.

use std::ops::Deref;
use std::sync::Arc;

use bson::{Document, doc};
use chrono::{DateTime, TimeDelta, Utc};
use reelgraph::adapters::mongo::{MongoDb, MongoLibrary};
use reelgraph::adapters::sqlite::{SqliteDb, SqliteLibrary};
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::{EpisodeId, MediaFileId, TitleId};
use reelgraph::domain::library::{
    Certainty, FileCandidate, FileEvent, FileEventKind, FileFilter, FileState, Guess, LibraryRoot,
    LibraryStore, MatchedBy, MatchedWith, MediaFile, ScannedFolder, TakenFor, place_of,
};
use reelgraph::domain::page::{Direction, Slice, Window};
use reelgraph::domain::watching::WatchedItem;
use secrecy::ExposeSecret;
use serde_json::{Map, json};
use tempfile::TempDir;
use uuid::Uuid;

use super::Backend;
use crate::support::servers::{self, PATIENT};

on_every_backend!(open on [sqlite, mongo]:
    roots_are_kept_and_whoever_is_late_is_told,
    folders_are_kept_by_root_and_removed,
    files_are_kept_whole_and_whoever_is_late_is_told,
    files_are_found_by_folder_and_by_what_is_in_them,
    files_are_listed_by_place_and_counted,
    the_files_of_something_are_found_by_it,
);

struct Opened {
    store: Arc<dyn LibraryStore>,
    _folder: Option<TempDir>,
}

impl Opened {
    fn new(store: impl LibraryStore + 'static, folder: Option<TempDir>) -> Self {
        Self {
            store: Arc::new(store),
            _folder: folder,
        }
    }
}

impl Deref for Opened {
    type Target = Arc<dyn LibraryStore>;

    fn deref(&self) -> &Self::Target {
        &self.store
    }
}

async fn open(backend: Backend) -> Opened {
    match backend {
        Backend::sqlite => {
            let folder = tempfile::tempdir().unwrap();
            let db = SqliteDb::open(&folder.path().join("reelgraph.db")).unwrap();
            Opened::new(SqliteLibrary::new(db), Some(folder))
        }
        Backend::mongo => {
            let db = MongoDb::open(&servers::mongo_uri(), PATIENT).await.unwrap();
            let store = MongoLibrary::new(db);
            store.ensure_indexes().await.unwrap();
            Opened::new(store, None)
        }
        other => unreachable!("libraries are not kept in {other:?}"),
    }
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
}

fn root(path: &str) -> LibraryRoot {
    let mut root = LibraryRoot::new(path);
    root.revision = 1;
    root.matched_with = Some(MatchedWith {
        change: (1 << 60) + 1,
        rules: 1,
    });
    root.rest = of_a_later_version();
    root
}

fn of_a_later_version() -> Map<String, serde_json::Value> {
    Map::from_iter([("of_a_later_version".to_owned(), json!([1]))])
}

fn folder(path: &str, fingerprint: &str) -> ScannedFolder {
    ScannedFolder {
        path: path.to_owned(),
        fingerprint: fingerprint.to_owned(),
        has_full_hashes: fingerprint.len() > 1,
        sidecars: (fingerprint == "2").then(|| "{}".to_owned()),
        titles_of: (fingerprint != "2").then(|| fingerprint.to_owned()),
    }
}

fn file(number: u128, root: &str, path: &str, state: FileState) -> MediaFile {
    MediaFile {
        id: MediaFileId(Uuid::from_u128(number)),
        root: root.to_owned(),
        path: path.to_owned(),
        // Beyond what a float can tell apart.
        size: (1 << 60) + 1,
        modified: Some(at(-1)),
        fingerprint: format!("print {path}"),
        full_hash: Some("hash".to_owned()),
        guess: Guess::new(TakenFor::Video, Certainty::Likely, "its name says so"),
        state,
        items: vec![WatchedItem::Film(TitleId((1 << 62) + 1))],
        matched_by: Some(MatchedBy::NameAndYear),
        candidates: vec![FileCandidate {
            item: WatchedItem::Series(TitleId(7)),
            score: 0.7,
        }],
        first_seen: at(1),
        last_seen: at(2),
        events: vec![FileEvent {
            at: at(1),
            what: FileEventKind::Moved,
            from: Some("/elsewhere/x.mkv".to_owned()),
            state,
        }],
        revision: 1,
        rest: of_a_later_version(),
    }
}

fn is_conflict(written: &Result<(), StoreError>) -> bool {
    matches!(written, Err(StoreError::Conflict))
}

async fn roots_are_kept_and_whoever_is_late_is_told(store: &Opened) {
    let (tv, films) = (root("/tv"), root("/films"));
    for one in [&tv, &films] {
        store.put_root(one).await.unwrap();
    }

    let again = store.put_root(&films).await;
    assert!(is_conflict(&again), "{again:?}");
    let next = LibraryRoot {
        scans: 1,
        scanned_at: Some(at(1)),
        revision: 2,
        ..films
    };
    store.put_root(&next).await.unwrap();
    let late = store.put_root(&next).await;
    assert!(is_conflict(&late), "{late:?}");

    assert_eq!(store.roots().await.unwrap(), [next, tv]);
}

async fn folders_are_kept_by_root_and_removed(store: &Opened) {
    let all = [folder("", "1"), folder("a", "2"), folder("a/b", "3")];
    store.put_folders("/films", &all, &[]).await.unwrap();
    store.put_folders("/tv", &all[1..2], &[]).await.unwrap();

    let changed = folder("a", "22");
    let gone = ["a/b".to_owned(), "never there".to_owned()];
    let some = std::slice::from_ref(&changed);
    store.put_folders("/films", some, &gone).await.unwrap();

    let [first, second, _] = all;
    let films = store.folders("/films").await.unwrap();
    assert_eq!(films, [first, changed]);
    assert_eq!(store.folders("/tv").await.unwrap(), [second]);
}

async fn files_are_kept_whole_and_whoever_is_late_is_told(store: &Opened) {
    let one = file(1, "/films", "Heat/heat.mkv", FileState::Matched);
    let other = file(2, "/films", "x.mkv", FileState::Unmatched);
    store
        .put_files(&[one.clone(), other.clone()])
        .await
        .unwrap();

    let moved = MediaFile {
        path: "Heat (1995)/heat.mkv".to_owned(),
        revision: 2,
        ..one.clone()
    };
    let new = file(3, "/films", "new.mkv", FileState::Unmatched);
    store.put_files(std::slice::from_ref(&moved)).await.unwrap();

    // Nothing of a write that comes late is written.
    let late = store.put_files(&[new.clone(), moved.clone()]).await;
    assert!(is_conflict(&late), "{late:?}");
    let there = store.put_files(&[new.clone(), other.clone()]).await;
    assert!(is_conflict(&there), "{there:?}");
    let ids = [one.id, other.id, new.id];
    let mut found = store.files(&ids).await.unwrap();
    found.sort_by_key(|file| file.id);
    assert_eq!(found, [moved, other]);
    store.put_files(&[]).await.unwrap();
}

async fn files_are_found_by_folder_and_by_what_is_in_them(store: &Opened) {
    let here = file(1, "/films", "Heat/heat.mkv", FileState::Matched);
    let below = file(2, "/films", "Heat/extras/x.mkv", FileState::Missing);
    let in_root = file(3, "/films", "x.mkv", FileState::Matched);
    let mut copy = file(4, "/tv", "Heat/heat.mkv", FileState::Matched);
    copy.fingerprint.clone_from(&here.fingerprint);
    let mut unread = file(5, "/tv", "Heat/heat.txt", FileState::Ignored);
    unread.fingerprint = String::new();
    let all = [&here, &below, &in_root, &copy, &unread].map(Clone::clone);
    store.put_files(&all).await.unwrap();

    let folders = ["Heat".to_owned(), String::new()];
    let mut found = store.files_in("/films", &folders).await.unwrap();
    found.sort_by_key(|file| file.id);
    assert_eq!(found, [here.clone(), in_root]);

    let prints = [here.fingerprint.clone(), "no such".to_owned()];
    let mut found = store.files_with(&prints, 9).await.unwrap();
    found.sort_by_key(|file| file.id);
    assert_eq!(found, [here, copy]);
    assert_eq!(store.files_with(&prints, 1).await.unwrap().len(), 1);
}

async fn files_are_listed_by_place_and_counted(store: &Opened) {
    let files = [
        file(1, "/films", "b.mkv", FileState::Matched),
        file(2, "/films", "a/2.mkv", FileState::Unmatched),
        // Beside the folder, and before what is in it.
        file(3, "/films", "a-z.mkv", FileState::Matched),
        file(4, "/films", "a/1.mkv", FileState::Matched),
        file(5, "/films2", "a/1.mkv", FileState::Missing),
        // One that went, and another in its place.
        file(6, "/films", "a/1.mkv", FileState::Missing),
    ];
    store.put_files(&files).await.unwrap();
    let numbers =
        |rows: &[MediaFile]| -> Vec<u128> { rows.iter().map(|file| file.id.0.as_u128()).collect() };
    let filter = |states: &[FileState], below: Option<&str>| FileFilter {
        states: states.to_vec(),
        below: below.map(str::to_owned),
        of: Vec::new(),
    };

    let two = [FileState::Matched, FileState::Missing];
    for (filter, expected) in [
        (filter(&[], None), vec![3, 4, 6, 2, 1, 5]),
        (filter(&[], Some("/films")), vec![3, 4, 6, 2, 1]),
        (filter(&[], Some("/films/a/")), vec![4, 6, 2]),
        (filter(&[], Some("/films/a/1.mkv")), vec![4, 6]),
        (filter(&[], Some("/")), vec![3, 4, 6, 2, 1, 5]),
        (filter(&two, Some("/films")), vec![3, 4, 6, 1]),
        (filter(&[FileState::Ambiguous], None), vec![]),
    ] {
        let mut listed = Vec::new();
        let mut window = Window::first(2);
        loop {
            let page = store.list_files(&filter, &window).await.unwrap();
            listed.extend(numbers(&page.rows));
            window.start = page.rows.last().map(place_of);
            if !page.has_more {
                break;
            }
        }
        assert_eq!(listed, expected, "{filter:?}");
        let count = store.count_files(&filter).await.unwrap();
        assert_eq!(count, expected.len() as u64, "{filter:?}");
    }
    let before = Window {
        limit: 2,
        start: Some(place_of(&files[1])),
        direction: Direction::Backward,
    };
    let all = FileFilter::default();
    let Slice { rows, has_more } = store.list_files(&all, &before).await.unwrap();
    assert_eq!((numbers(&rows), has_more), (vec![4, 6], true));
}

async fn the_files_of_something_are_found_by_it(store: &Opened) {
    let (film, other) = (
        WatchedItem::Film(TitleId((1 << 62) + 1)),
        WatchedItem::Film(TitleId(7)),
    );
    let episode = WatchedItem::Episode(EpisodeId(7));
    let of = |number, path, items: &[WatchedItem]| MediaFile {
        items: items.to_vec(),
        ..file(number, "/films", path, FileState::Matched)
    };
    let files = [
        of(1, "b.mkv", &[film]),
        of(2, "a.mkv", &[film]),
        of(3, "c.mkv", &[other, episode]),
        of(4, "d.mkv", &[]),
        of(5, "e.mkv", &[film]),
    ];
    store.put_files(&files).await.unwrap();
    let filter = |of: &[WatchedItem]| FileFilter {
        of: of.to_vec(),
        ..FileFilter::default()
    };
    let each = async |of: &[&[WatchedItem]], window: &Window| -> Vec<(Vec<u128>, bool)> {
        let filters: Vec<FileFilter> = of.iter().copied().map(filter).collect();
        let pages = store.list_each(&filters, window).await.unwrap().into_iter();
        let numbers = |rows: Vec<MediaFile>| -> Vec<u128> {
            rows.iter().map(|file| file.id.0.as_u128()).collect()
        };
        pages
            .map(|Slice { rows, has_more }| (numbers(rows), has_more))
            .collect()
    };
    let asked: [&[WatchedItem]; 4] = [
        &[film],
        &[episode],
        &[film, other],
        &[WatchedItem::Series(TitleId(7))],
    ];

    let first = each(&asked, &Window::first(2)).await;
    let expected = [
        (vec![2, 1], true),
        (vec![3], false),
        (vec![2, 1], true),
        (vec![], false),
    ];
    assert_eq!(first, expected);
    let before = Window {
        limit: 1,
        start: Some(place_of(&files[4])),
        direction: Direction::Backward,
    };
    let last = each(&asked[..3], &before).await;
    let expected = [(vec![1], true), (vec![3], false), (vec![3], true)];
    assert_eq!(last, expected);
    assert_eq!(store.list_each(&[], &before).await.unwrap(), []);
    let count = store.count_files(&filter(&[film, other])).await.unwrap();
    assert_eq!(count, 4);

    // What it is of may become something else.
    let changed = MediaFile {
        items: vec![episode],
        revision: 2,
        ..files[0].clone()
    };
    store.put_files(&[changed]).await.unwrap();
    let now = each(&[&[film], &[episode]], &Window::first(9)).await;
    assert_eq!(now, [(vec![2, 5], false), (vec![1, 3], false)]);
}

/// On MongoDB what files are of is a field that versions of before neither write nor change.
#[tokio::test]
async fn what_a_former_version_has_written_is_noted_when_the_record_is_prepared() {
    let uri = servers::mongo_uri();
    let db = MongoDb::open(&uri, PATIENT).await.unwrap();
    let store = MongoLibrary::new(db);
    store.ensure_indexes().await.unwrap();
    let files = [1, 2].map(|number| {
        let path = format!("{number}.mkv");
        file(number, "/films", &path, FileState::Matched)
    });
    store.put_files(&files).await.unwrap();
    let client = mongodb::Client::with_uri_str(uri.expose_secret()).await;
    let database = client.unwrap().default_database().unwrap();
    let documents = database.collection::<Document>("media_files");
    let place = |number: usize| doc! { "place": files[number].place() };
    let without = doc! { "$unset": { "items": "", "items_of": "" } };
    let stale = doc! { "$set": { "items": ["film:1"], "items_of": 0_i64 } };
    for (number, change) in [(0, without), (1, stale)] {
        let changed = documents.update_one(place(number), change).await.unwrap();
        assert_eq!(changed.modified_count, 1);
    }

    assert!(!store.prepare().await.unwrap());
    store.ensure_indexes().await.unwrap();

    assert!(store.prepare().await.unwrap());
    let filter = FileFilter {
        of: files[0].items.clone(),
        ..FileFilter::default()
    };
    let found = store.list_each(&[filter], &Window::first(9)).await.unwrap();
    assert_eq!(found[0].rows, files);
}
