//! Every `BlobStore` keeps what its documentation says: in a folder, on a server that speaks S3, and with memory in front.

use std::error::Error as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use futures::future::join_all;
use reelgraph::adapters::blobs::{FolderBlobs, S3Access, S3Blobs, examine_bucket, examine_folder};
use reelgraph::adapters::memory::CachedBlobs;
use reelgraph::domain::blobs::{BlobKey, BlobShelf, BlobStore, KeptBlob};
use reelgraph::domain::catalog::{Colour, PictureFormat, PictureHash, PictureKind, StoredPicture};
use reelgraph::domain::error::StoreError;
use reelgraph::domain::finding::{Finding, Verdict};
use reelgraph::domain::ping::Ping;

use crate::support::program::install_tls;
use crate::support::s3_server::S3Server;
use crate::support::servers::PATIENT;

/// How long an operation may take where nobody answers, and far above that, for a busy machine.
const SHORT: Duration = Duration::from_secs(1);
const IN_TIME: Duration = Duration::from_secs(30);

/// What these bytes are kept under, as those of a picture.
fn key(bytes: &[u8]) -> BlobKey {
    let picture = StoredPicture {
        kind: PictureKind::Poster,
        hash: PictureHash::of(bytes),
        format: PictureFormat::Jpeg,
        width: 1,
        height: 1,
        blurhash: String::new(),
        colour: Colour([0; 3]),
        language: None,
    };
    picture.key()
}

async fn found(store: &dyn BlobStore, bytes: &[u8]) -> (bool, Option<Vec<u8>>) {
    let key = key(bytes);
    let exists = store.exists(&key).await.unwrap();
    let found = store.get(&key).await.unwrap();
    (exists, found.map(|found| found.to_vec()))
}

async fn put(store: &dyn BlobStore, bytes: &[u8]) {
    store.put(&key(bytes), bytes.to_vec().into()).await.unwrap();
}

/// What was put is there, whole, by its key and no other, however often and by however many it is put.
async fn it_keeps_what_is_put(store: &dyn BlobStore) {
    let (small, large) = (b"small".to_vec(), vec![7; 3_000_000]);
    for bytes in [&small, &large] {
        assert_eq!(found(store, bytes).await, (false, None));

        put(store, bytes).await;
        join_all((0..8).map(|_| put(store, bytes))).await;

        assert_eq!(found(store, bytes).await, (true, Some(bytes.clone())));
    }
    assert_eq!(found(store, b"other").await, (false, None));
    put(store, b"").await;
    assert_eq!(found(store, b"").await, (true, Some(Vec::new())));
    it_gives_out_parts(store).await;
}

/// Some bytes are those of the whole; of what is not there none are, and those beyond the end are an error.
async fn it_gives_out_parts(store: &dyn BlobStore) {
    let bytes: Vec<u8> = (0..400_000).flat_map(u32::to_be_bytes).collect();
    for (bytes, ranges) in [
        (&bytes[..], [0..1, 250_000..250_010, 1_599_990..1_600_000]),
        (&b"a small one"[..], [0..11, 2..7, 10..11]),
    ] {
        put(store, bytes).await;
        let key = key(bytes);
        let length = bytes.len() as u64;
        assert_eq!(store.length(&key).await.unwrap(), Some(length));
        for range in ranges {
            let part = store.get_range(&key, range.clone()).await.unwrap();
            let places = [range.start, range.end].map(|at| usize::try_from(at).unwrap());
            assert_eq!(
                part.as_deref(),
                Some(&bytes[places[0]..places[1]]),
                "{range:?}"
            );
        }
        assert!(store.get_range(&key, length..length + 1).await.is_err());
    }
    assert_eq!(store.length(&key(b"other")).await.unwrap(), None);
    let part = store.get_range(&key(b"other"), 0..1).await.unwrap();
    assert_eq!(part, None);
}

/// What was put is listed with its size and the time of the last put, and removed unless it was put since.
async fn it_lists_what_is_put_and_removes_what_is_old(store: &dyn BlobStore) {
    let bytes = b"to be listed";
    let key = key(bytes);
    let shelf = BlobShelf::of(&key);
    let listed = async || -> Vec<KeptBlob> {
        let kept = store.list(&shelf).await.unwrap();
        kept.into_iter().filter(|kept| kept.key == key).collect()
    };
    assert_eq!(listed().await, []);
    put(store, bytes).await;
    let first = listed().await.remove(0);
    assert_eq!(first.size, 12);

    // Some keep times in whole seconds.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    put(store, bytes).await;
    let again = listed().await;
    assert_eq!(again.len(), 1);
    assert!(again[0].put_at > first.put_at, "{again:?} {first:?}");

    let hour = TimeDelta::hours(1);
    let before = again[0].put_at - hour;
    assert!(!store.remove(&key, before).await.unwrap());
    assert_eq!(found(store, bytes).await, (true, Some(bytes.to_vec())));
    let later = again[0].put_at + hour;
    assert!(store.remove(&key, later).await.unwrap());
    assert_eq!(found(store, bytes).await, (false, None));
    assert_eq!(listed().await, []);
    assert!(!store.remove(&key, later).await.unwrap());
}

fn problems(findings: &[Finding]) -> Vec<&str> {
    let problems = findings.iter();
    let problems = problems.filter(|finding| finding.verdict == Verdict::Problem);
    problems.map(|finding| finding.aspect).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_is_made_when_the_first_bytes_come_and_outlives_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("below").join("blobs");
    let store = FolderBlobs::new(place.clone());

    store.ping().await.unwrap();
    assert_eq!(found(&store, b"any").await, (false, None));
    assert_eq!(problems(&examine_folder(&place)), [""; 0]);
    assert!(!place.exists());
    it_keeps_what_is_put(&store).await;
    it_lists_what_is_put_and_removes_what_is_old(&store).await;
    store.ping().await.unwrap();

    let again = FolderBlobs::new(place.clone());
    let small = b"small".to_vec();
    assert_eq!(found(&again, &small).await, (true, Some(small)));
    assert!(place.join(key(b"small").as_str()).is_file());
    assert_eq!(problems(&examine_folder(&place)), [""; 0]);

    std::fs::remove_dir_all(&place).unwrap();
    let gone = store.ping().await.unwrap_err();
    assert!(matches!(gone, StoreError::Unavailable(_)), "{gone:?}");
    put(&store, b"small").await;
    store.ping().await.unwrap();
}

#[tokio::test]
async fn a_folder_that_cannot_be_one_is_an_error_and_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "no folder").unwrap();
    let store = FolderBlobs::new(file.clone());

    let put = store.put(&key(b"any"), b"any".to_vec().into()).await;

    assert!(put.is_err());
    assert!(store.ping().await.is_err());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "no folder");
    assert_eq!(problems(&examine_folder(&file)), ["folder"]);
    assert_eq!(
        problems(&examine_folder(Path::new("/dev/null"))),
        ["folder"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_small_is_in_memory_and_what_is_asked_for_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("blobs");
    let store = CachedBlobs::new(Arc::new(FolderBlobs::new(place.clone())), 1 << 20);
    it_keeps_what_is_put(&store).await;
    it_lists_what_is_put_and_removes_what_is_old(&store).await;

    std::fs::remove_dir_all(&place).unwrap();

    let small = b"small".to_vec();
    assert_eq!(found(&store, &small).await, (false, Some(small)));
    assert_eq!(found(&store, &vec![7; 3_000_000]).await, (false, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_outlives_its_server_and_says_when_it_is_away_or_lets_nobody_in() {
    install_tls();
    let server = S3Server::start();
    let access = server.access(PATIENT);
    let store = S3Blobs::open(&access).unwrap();
    it_keeps_what_is_put(&store).await;
    it_lists_what_is_put_and_removes_what_is_old(&store).await;
    store.ping().await.unwrap();
    assert_eq!(problems(&examine_bucket(&access).await), [""; 0]);

    let nobodys = S3Access {
        bucket: "nobodys".to_owned(),
        ..access.clone()
    };
    assert_eq!(problems(&examine_bucket(&nobodys).await), ["bucket"]);
    let nobodys = S3Blobs::open(&nobodys).unwrap();
    assert!(nobodys.ping().await.is_err());
    assert!(nobodys.get(&key(b"small")).await.is_err());
    let wrong = S3Access {
        secret: "another".into(),
        ..access.clone()
    };
    assert_eq!(problems(&examine_bucket(&wrong).await), ["bucket"]);
    let wrong = S3Blobs::open(&wrong).unwrap();
    let refused = wrong.get(&key(b"small")).await.unwrap_err();
    let refused = format!(
        "{refused:?} {:?}",
        refused.source().map(ToString::to_string)
    );
    assert!(refused.contains("s3:ListBucket"), "{refused}");
    let put = wrong.put(&key(b"any"), b"any".to_vec().into()).await;
    assert!(put.is_err(), "whoever likes writes");

    server.kill();
    let away = S3Blobs::open(&server.access(SHORT)).unwrap();
    let asked = Instant::now();
    let error = away.ping().await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    assert!(asked.elapsed() < IN_TIME, "{:?}", asked.elapsed());
    server.start_again();

    let small = b"small".to_vec();
    assert_eq!(found(&store, &small).await, (true, Some(small)));
}
