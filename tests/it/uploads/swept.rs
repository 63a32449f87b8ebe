//! What is read of a file, and what becomes of uploads and their chunks with time.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use futures::TryStreamExt;
use reelgraph::adapters::blobs::FolderBlobs;
use reelgraph::adapters::memory::MemoryLeases;
use reelgraph::adapters::sqlite::{SqliteDb, SqliteUploads};
use reelgraph::domain::clock::{Clock, SystemClock};
use reelgraph::domain::ids::{ProfileId, SessionId, UploadId, UserId};
use reelgraph::domain::uploading::{
    BodyEnd, NewFile, Swept, UploadError, UploadPart, UploadPolicy, UploadService, Uploaders,
};
use reelgraph::domain::viewer::{KnownViewer, Login, Role};
use tempfile::TempDir;
use uuid::Uuid;

/// A clock that is put on.
struct Later(Mutex<DateTime<Utc>>);

impl Clock for Later {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

fn curator() -> KnownViewer {
    KnownViewer {
        user: UserId(1),
        profile: ProfileId(1),
        max_age: None,
        language: None,
        pause: None,
        role: Role::Curator,
        login: Login::Session(SessionId(1)),
    }
}

fn open(folder: &TempDir, clock: Arc<dyn Clock>) -> UploadService {
    let db = SqliteDb::open(&folder.path().join("reelgraph.db")).unwrap();
    UploadService::new(
        Arc::new(SqliteUploads::new(db)),
        Arc::new(FolderBlobs::new(folder.path().join("blobs"))),
        Arc::new(MemoryLeases::new()),
        clock,
        UploadPolicy {
            who: Uploaders::Curators,
            quota: 1_000,
        },
    )
}

/// Sends these bytes of a file of so many.
async fn send(uploads: &UploadService, size: u64, pieces: &[&[u8]]) -> UploadId {
    let file = NewFile {
        name: "heat.mp4".to_owned(),
        size,
        sha256: None,
        metadata: None,
        part: UploadPart::Whole,
    };
    let upload = uploads.create(&curator(), file).await.unwrap();
    let mut offset = 0;
    for piece in pieces {
        let receiving = uploads.receive(&curator(), upload.id, offset, None).await;
        let mut receiving = receiving.unwrap();
        receiving.push(piece).await.unwrap();
        let ended = receiving.end(Ok(BodyEnd::Whole)).await.unwrap();
        offset = ended.offset;
    }
    upload.id
}

async fn sweep(uploads: &UploadService) -> Swept {
    let mut all = Swept::default();
    for shelf in 0..=u8::MAX {
        let swept = uploads.sweep(Uuid::nil(), shelf).await.unwrap();
        all.uploads += swept.uploads;
        all.chunks += swept.chunks;
        all.compared += swept.compared;
    }
    all
}

async fn read(uploads: &UploadService, id: UploadId, range: std::ops::Range<u64>) -> Vec<u8> {
    let stream = uploads.reader(id, range).await.unwrap();
    let pieces: Vec<_> = stream.try_collect().await.unwrap();
    pieces.concat()
}

#[tokio::test]
async fn what_waits_for_more_is_swept_with_its_chunks_and_files_stay() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Later(Mutex::new(SystemClock.now())));
    let uploads = open(&folder, clock.clone());
    let whole = send(&uploads, 10, &[b"01234", b"56789"]).await;
    let begun = send(&uploads, 10, &[b"01234", b"abc"]).await;

    let at_once = sweep(&uploads).await;
    *clock.0.lock().unwrap() += TimeDelta::days(2);
    let gone = uploads.find(&curator(), begun).await;
    let later = sweep(&uploads).await;

    assert_eq!(at_once, Swept::default());
    assert!(matches!(gone, Err(UploadError::Gone)));
    // One of the chunks is the file's, too.
    let expected = Swept {
        uploads: 1,
        chunks: 1,
        compared: 0,
    };
    assert_eq!(later, expected);
    let found = uploads.find(&curator(), begun).await;
    assert!(matches!(found, Err(UploadError::NotFound)));
    let file = uploads.finished(whole).await.unwrap().unwrap();
    assert_eq!((file.size, file.chunks.len()), (10, 2));
    assert_eq!(file.uploaded_by, Some(UserId(1)));
    assert_eq!(read(&uploads, whole, 0..10).await, b"0123456789");
    assert_eq!(read(&uploads, whole, 3..7).await, b"3456");
    let beyond = uploads.reader(whole, 3..11).await;
    assert!(matches!(beyond, Err(UploadError::BadRange)));
    uploads.remove(&curator(), whole).await.unwrap();
    assert_eq!(sweep(&uploads).await.chunks, 2);
}
