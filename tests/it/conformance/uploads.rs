//! The promises of the port of uploads, sentence by sentence.

use std::ops::Deref;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use reelgraph::adapters::mongo::{MongoDb, MongoUploads, MongoWatching};
use reelgraph::adapters::sqlite::{SqliteDb, SqliteUploads};
use reelgraph::domain::blobs::BlobHash;
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::{ProfileId, UploadId, UserId};
use reelgraph::domain::page::Window;
use reelgraph::domain::uploading::{
    Added, ChunkRef, NewUpload, Upload, UploadChange, UploadPart, UploadState, UploadStore,
    Uploader, place_of,
};
use tempfile::TempDir;
use uuid::Uuid;

use super::Backend;
use crate::support::servers::{self, PATIENT};

on_every_backend!(open on [sqlite, mongo]:
    chunks_are_taken_at_the_end_alone,
    parts_are_joined_if_all_are_whole_and_the_quota_counts_each_byte_once,
    what_is_being_checked_ends_once,
    uploads_are_listed_without_parts_and_found_when_their_time_is_over,
    of_who_is_erased_files_alone_stay,
);

struct Opened {
    store: Arc<dyn UploadStore>,
    _folder: Option<TempDir>,
}

impl Deref for Opened {
    type Target = Arc<dyn UploadStore>;

    fn deref(&self) -> &Self::Target {
        &self.store
    }
}

async fn open(backend: Backend) -> Opened {
    match backend {
        Backend::sqlite => {
            let folder = tempfile::tempdir().unwrap();
            let db = SqliteDb::open(&folder.path().join("reelgraph.db")).unwrap();
            Opened {
                store: Arc::new(SqliteUploads::new(db)),
                _folder: Some(folder),
            }
        }
        Backend::mongo => {
            let db = MongoDb::open(&servers::mongo_uri(), PATIENT).await.unwrap();
            let store = MongoUploads::new(db.clone());
            store.ensure_indexes().await.unwrap();
            // A transaction makes no collection, and they have that of who is erased.
            MongoWatching::new(db).ensure_indexes().await.unwrap();
            Opened {
                store: Arc::new(store),
                _folder: None,
            }
        }
        other => unreachable!("uploads are not kept in {other:?}"),
    }
}

const QUOTA: u64 = 1_000;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
}

fn id(number: u128) -> UploadId {
    UploadId(Uuid::from_u128(number))
}

/// An upload of a hundred bytes.
fn upload(number: u128, seconds: i64) -> Upload {
    Upload {
        id: id(number),
        name: "heat.mp4".to_owned(),
        size: 100,
        offset: 0,
        chunks: 0,
        part: UploadPart::Whole,
        state: UploadState::Receiving,
        metadata: Some("filetype dmlkZW8vbXA0".to_owned()),
        joined_from: vec![id(1_000), id(999)],
        expected: None,
        sha256: None,
        uploader: Some(Uploader {
            user: UserId(7),
            profile: ProfileId(70),
        }),
        created_at: at(seconds),
        updated_at: at(seconds),
        expires_at: Some(at(seconds + 100)),
        finished_at: None,
    }
}

fn new(upload: Upload) -> NewUpload {
    NewUpload {
        upload,
        chunks: Vec::new(),
        parts: Vec::new(),
        quota: QUOTA,
    }
}

fn chunk(name: &str, size: u64) -> ChunkRef {
    let sha256 = BlobHash::of(name.as_bytes());
    ChunkRef { sha256, size }
}

fn change(state: UploadState, seconds: i64) -> UploadChange {
    UploadChange {
        state,
        sha256: None,
        at: at(seconds),
        expires_at: Some(at(seconds + 100)),
        finished_at: None,
    }
}

fn finished(seconds: i64) -> UploadChange {
    UploadChange {
        expires_at: None,
        finished_at: Some(at(seconds)),
        ..change(UploadState::Finished, seconds)
    }
}

async fn chunks_are_taken_at_the_end_alone(store: &Opened) {
    let begun = upload(1, 0);
    assert_eq!(
        store.add_upload(&new(begun.clone())).await.unwrap(),
        Added::Added
    );
    assert_eq!(
        store.add_upload(&new(upload(1, 5))).await.unwrap(),
        Added::IsThere
    );
    assert_eq!(store.uploads(&[id(1), id(404)]).await.unwrap(), [begun]);
    let (a, b, c) = (chunk("a", 60), chunk("b", 30), chunk("c", 10));

    let goes_on = change(UploadState::Receiving, 1);
    store
        .append_chunks(id(1), 0, &[a, b], goes_on)
        .await
        .unwrap();
    let again = store.append_chunks(id(1), 0, &[a], goes_on).await;
    let beyond = store.append_chunks(id(1), 91, &[c], goes_on).await;
    let nowhere = store.append_chunks(id(404), 0, &[c], goes_on).await;
    store
        .append_chunks(id(1), 90, &[c], finished(2))
        .await
        .unwrap();
    let late = store.append_chunks(id(1), 100, &[c], goes_on).await;

    for refused in [again, beyond, nowhere, late] {
        assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    }
    assert_eq!(store.chunks(id(1)).await.unwrap(), [a, b, c]);
    let expected = Upload {
        offset: 100,
        chunks: 3,
        state: UploadState::Finished,
        updated_at: at(2),
        expires_at: None,
        finished_at: Some(at(2)),
        ..upload(1, 0)
    };
    assert_eq!(store.uploads(&[id(1)]).await.unwrap(), [expected]);
    let asked = [a.sha256, BlobHash::of(b"other"), c.sha256];
    let mut referred = store.referred_chunks(&asked).await.unwrap();
    referred.sort();
    let mut known = vec![a.sha256, c.sha256];
    known.sort();
    assert_eq!(referred, known);
    assert!(store.remove_upload(id(1)).await.unwrap());
    assert!(!store.remove_upload(id(1)).await.unwrap());
    assert_eq!(store.chunks(id(1)).await.unwrap(), []);
    assert_eq!(store.referred_chunks(&asked).await.unwrap(), []);
}

async fn parts_are_joined_if_all_are_whole_and_the_quota_counts_each_byte_once(store: &Opened) {
    let part = |number| Upload {
        part: UploadPart::Part,
        ..upload(number, 0)
    };
    for number in [1, 2] {
        store.add_upload(&new(part(number))).await.unwrap();
    }
    let whole = chunk("a", 100);
    let chunks = [whole];
    let end = finished(1);
    store.append_chunks(id(1), 0, &chunks, end).await.unwrap();
    let joined = NewUpload {
        chunks: vec![whole, whole],
        parts: vec![id(1), id(2)],
        ..new(Upload {
            size: 200,
            offset: 200,
            chunks: 2,
            ..upload(3, 2)
        })
    };
    let too_early = store.add_upload(&joined).await.unwrap();
    store.append_chunks(id(2), 0, &chunks, end).await.unwrap();
    assert_eq!(store.uploaded_bytes(UserId(7)).await.unwrap(), 200);
    let tight = NewUpload {
        quota: 199,
        ..joined.clone()
    };
    let over = store.add_upload(&tight).await.unwrap();
    let fits = NewUpload {
        quota: 200,
        ..joined
    };
    let added = store.add_upload(&fits).await.unwrap();
    let more = NewUpload {
        quota: 299,
        ..new(upload(4, 3))
    };
    let beyond = store.add_upload(&more).await.unwrap();

    assert_eq!(
        [too_early, over, added, beyond],
        [
            Added::PartsMissing,
            Added::OverQuota,
            Added::Added,
            Added::OverQuota
        ]
    );
    assert_eq!(store.uploaded_bytes(UserId(7)).await.unwrap(), 200);
    assert_eq!(store.chunks(id(3)).await.unwrap(), [whole, whole]);
    let parts = store.uploads(&[id(1), id(2)]).await.unwrap();
    let is_joined = |part: &Upload| part.part == UploadPart::JoinedPart;
    assert!(parts.len() == 2 && parts.iter().all(is_joined));
    assert_eq!(store.uploads(&[id(4)]).await.unwrap(), []);
}

async fn what_is_being_checked_ends_once(store: &Opened) {
    store.add_upload(&new(upload(1, 0))).await.unwrap();
    let end = finished(2);
    let early = store.end_check(id(1), end).await.unwrap();
    let checking = change(UploadState::Checking, 1);
    let chunks = [chunk("a", 100)];
    store
        .append_chunks(id(1), 0, &chunks, checking)
        .await
        .unwrap();
    let since = |seconds| store.unchecked_uploads(at(seconds), 9);
    assert_eq!(since(1).await.unwrap(), []);
    assert_eq!(since(2).await.unwrap().len(), 1);
    let hash = BlobHash::of(b"a");
    let end = UploadChange {
        sha256: Some(hash),
        ..end
    };

    let ended = store.end_check(id(1), end).await.unwrap();
    let again = store.end_check(id(1), end).await.unwrap();

    assert_eq!((early, ended, again), (false, true, false));
    let found = store.uploads(&[id(1)]).await.unwrap().remove(0);
    assert_eq!(
        (found.state, found.sha256),
        (UploadState::Finished, Some(hash))
    );
    assert_eq!(since(9).await.unwrap(), []);
}

async fn uploads_are_listed_without_parts_and_found_when_their_time_is_over(store: &Opened) {
    let part = Upload {
        part: UploadPart::Part,
        ..upload(4, 3)
    };
    for upload in [upload(2, 1), upload(1, 1), upload(3, 2), part] {
        store.add_upload(&new(upload)).await.unwrap();
    }
    let numbers =
        |uploads: &[Upload]| -> Vec<u128> { uploads.iter().map(|it| it.id.0.as_u128()).collect() };

    let first = store.list_uploads(&Window::first(2)).await.unwrap();
    let behind = Window::after(2, place_of(&first.rows[1]));
    let rest = store.list_uploads(&behind).await.unwrap();

    assert_eq!((numbers(&first.rows), first.has_more), (vec![3, 1], true));
    assert_eq!((numbers(&rest.rows), rest.has_more), (vec![2], false));
    let expired = store.expired_uploads(at(102), 2).await.unwrap();
    assert_eq!(numbers(&expired), [1, 2]);
    let expired = store.expired_uploads(at(102), 9).await.unwrap();
    assert_eq!(numbers(&expired), [1, 2, 3]);
    assert_eq!(store.expired_uploads(at(100), 9).await.unwrap(), []);
    let all = store.uploads_of(ProfileId(70)).await.unwrap();
    assert_eq!(numbers(&all), [1, 2, 3, 4]);
    assert_eq!(store.uploads_of(ProfileId(71)).await.unwrap(), []);
}

async fn of_who_is_erased_files_alone_stay(store: &Opened) {
    for number in [1, 2] {
        store.add_upload(&new(upload(number, 0))).await.unwrap();
    }
    let somebody_else = Upload {
        uploader: Some(Uploader {
            user: UserId(8),
            profile: ProfileId(80),
        }),
        ..upload(3, 0)
    };
    store.add_upload(&new(somebody_else.clone())).await.unwrap();
    let (a, b) = (chunk("a", 100), chunk("b", 50));
    let end = finished(1);
    store.append_chunks(id(1), 0, &[a], end).await.unwrap();
    let goes_on = change(UploadState::Receiving, 1);
    store.append_chunks(id(2), 0, &[b], goes_on).await.unwrap();

    for _ in 0..2 {
        store.erase_uploads(ProfileId(70)).await.unwrap();
    }

    let all = [id(1), id(2), id(3)];
    let mut left = store.uploads(&all).await.unwrap();
    left.sort_by_key(|upload| upload.id);
    let file = Upload {
        offset: 100,
        chunks: 1,
        state: UploadState::Finished,
        uploader: None,
        updated_at: at(1),
        expires_at: None,
        finished_at: Some(at(1)),
        ..upload(1, 0)
    };
    assert_eq!(left, [file, somebody_else]);
    assert_eq!(store.chunks(id(2)).await.unwrap(), []);
    assert_eq!(store.chunks(id(1)).await.unwrap(), [a]);
}
