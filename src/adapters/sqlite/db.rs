//! One database file: a thread that writes and some that read, so that no async thread waits for a disk.
//!
//! Writes that wait at the same time are committed together (`synchronous=FULL` costs one sync of the disk for all of
//! them), each inside a savepoint of its own, so that one that fails takes nothing else with it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use super::columns::only;
use crate::domain::error::{Coded, StoreError};
use crate::domain::ping::{Ping, Room};
use crate::domain::recommend::Schema;

/// The tables of each feature. An entry is one version of the schema: never change one that was released, add another.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("schema/catalog.sql"),
    include_str!("schema/accounts.sql"),
    include_str!("schema/watching.sql"),
    include_str!("schema/graph.sql"),
    include_str!("schema/accounts_life.sql"),
    include_str!("schema/sessions.sql"),
    include_str!("schema/erasure.sql"),
    include_str!("schema/collections.sql"),
    include_str!("schema/suggestions.sql"),
    include_str!("schema/feedback.sql"),
    include_str!("schema/similar_lists.sql"),
    include_str!("schema/certifications.sql"),
    include_str!("schema/publication.sql"),
    include_str!("schema/projection.sql"),
    include_str!("schema/counts.sql"),
    include_str!("schema/epoch.sql"),
    include_str!("schema/proofs.sql"),
    include_str!("schema/successions.sql"),
    include_str!("schema/key_ends.sql"),
    include_str!("schema/ages.sql"),
    include_str!("schema/lengths.sql"),
    include_str!("schema/next_up.sql"),
];

/// The machine's time in milliseconds, in SQL: for methods of a port that are passed no time.
pub(super) const NOW: &str = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/// How many threads read.
const READERS: usize = 3;
/// How many writes are committed together at the most.
const GROUP: usize = 256;
/// With fewer free bytes than this, the next write would find none again.
const ENOUGH: u64 = 8 << 20;
/// Writes something that needs room, and takes it away again.
const TRIAL: &str = "CREATE TABLE trial (bytes BLOB); INSERT INTO trial (bytes) VALUES (zeroblob(262144)); DROP TABLE trial;";
/// How long one process waits for another that writes to the same file.
const BUSY: Duration = Duration::from_secs(10);

type Read = Box<dyn FnOnce(&mut Connection) + Send>;
/// Runs inside the transaction; what it returns is told whether the transaction was committed.
type Write = Box<dyn FnOnce(Result<&mut Connection, StoreError>) -> Answer + Send>;
type Answer = Box<dyn FnOnce(Result<(), Arc<StoreError>>) + Send>;

/// An open database. Clones share it; it closes with the last of them.
#[derive(Clone)]
pub struct SqliteDb {
    reads: mpsc::Sender<Read>,
    writes: mpsc::Sender<Write>,
    folder: Arc<Path>,
    room: Room,
}

impl SqliteDb {
    /// Opens the file, makes it if it is not there, and brings its tables up to date.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        make_private(path).map_err(StoreError::failed)?;
        let mut connection = connect(path)?;
        migrate(&mut connection)?;
        let (writes, queue) = mpsc::channel();
        let room = Room::of("sqlite");
        let of_writer = room.clone();
        spawn("sqlite-writer", move || {
            write_all(&mut connection, &queue, &of_writer);
        })?;
        let (reads, queue) = mpsc::channel::<Read>();
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..READERS {
            let mut reader = connect(path)?;
            reader
                .pragma_update(None, "query_only", true)
                .map_err(StoreError::failed)?;
            let queue = Arc::clone(&queue);
            spawn("sqlite-reader", move || {
                loop {
                    let read = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    match read {
                        Ok(read) => read(&mut reader),
                        Err(_) => return,
                    }
                }
            })?;
        }
        Ok(Self {
            reads,
            writes,
            folder: path.parent().unwrap_or(Path::new(".")).into(),
            room,
        })
    }

    /// Reads: what `f` sees is one moment of the database.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, result) = oneshot::channel();
        let asked = Instant::now();
        let read: Read = Box::new(move |connection| {
            waited("reader", asked);
            let rows = caught(|| {
                let transaction = connection.transaction().map_err(store_error)?;
                f(&transaction).map_err(store_error)
            });
            drop(answer.send(rows));
        });
        self.reads.send(read).map_err(|_| closed())?;
        result.await.map_err(|_| closed())?
    }

    /// Writes all of what `f` writes, or nothing if it fails. Once this returns, it survives a crash.
    pub(super) async fn write<T, E>(
        &self,
        f: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Coded,
    {
        let (answer, result) = oneshot::channel();
        let asked = Instant::now();
        let room = self.room.clone();
        let write: Write = Box::new(move |transaction| {
            waited("writer", asked);
            let written = transaction
                .map_err(E::from)
                .and_then(|connection| caught(|| in_savepoint(connection, f)));
            // Before the others of the transaction are told that SQLite rolled it back for that.
            if let Err(error) = &written {
                room.learn(error);
            }
            Box::new(move |committed| {
                let written = written.and_then(|value| {
                    committed
                        .map(|()| value)
                        .map_err(|error| StoreError::shared(error).into())
                });
                if let Err(error) = &written {
                    room.learn(error);
                }
                drop(answer.send(written));
            })
        });
        self.writes.send(write).map_err(|_| closed())?;
        result.await.map_err(|_| E::from(closed()))?
    }
}

#[async_trait]
impl Ping for SqliteDb {
    async fn ping(&self) -> Result<(), StoreError> {
        if self.room.is_missing() {
            let free = fs4::available_space(&self.folder);
            if free.is_ok_and(|bytes| bytes < ENOUGH) {
                return Err(StoreError::full("the disk is full"));
            }
            // What a rolled back transaction would write stays in memory, so it is written and taken away again.
            let trial =
                |connection: &Connection| connection.execute_batch(TRIAL).map_err(store_error);
            self.write(trial).await?;
            self.room.is_back();
        }
        self.read(|connection| connection.query_row("SELECT 1", (), |_| Ok(())))
            .await
    }
}

/// A fault of the database as the domain knows it.
pub(super) fn store_error(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
            StoreError::unavailable(error)
        }
        Some(rusqlite::ErrorCode::DiskFull) => StoreError::full(error),
        // The file beside the log, which readers share, does not grow either.
        _ if error.sqlite_error().map(|error| error.extended_code)
            == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE) =>
        {
            StoreError::full(error)
        }
        _ => StoreError::failed(error),
    }
}

/// Notes how long an operation waited for a thread.
fn waited(thread: &'static str, asked: Instant) {
    metrics::histogram!("store_pool_wait_seconds", "store" => "sqlite", "pool" => thread)
        .record(asked.elapsed());
}

fn in_savepoint<T, E: From<StoreError>>(
    connection: &mut Connection,
    f: impl FnOnce(&Connection) -> Result<T, E>,
) -> Result<T, E> {
    let savepoint = connection.savepoint().map_err(store_error)?;
    let value = f(&savepoint)?;
    savepoint.commit().map_err(store_error)?;
    Ok(value)
}

/// A panic is the failure of the one who asked; the thread goes on for the others. What `f` had open is rolled back as
/// it unwinds.
fn caught<T, E: From<StoreError>>(f: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(f))
        .unwrap_or_else(|_| Err(StoreError::failed("an operation panicked").into()))
}

fn write_all(connection: &mut Connection, queue: &mpsc::Receiver<Write>, room: &Room) {
    while let Ok(first) = queue.recv() {
        if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
            first(Err(store_error(error)))(Ok(()));
            continue;
        }
        let mut answers = vec![first(Ok(connection))];
        // SQLite rolls the whole transaction back by itself when a disk is full or fails: then nothing may be added,
        // for it would be committed on its own.
        while answers.len() < GROUP && !connection.is_autocommit() {
            match queue.try_recv() {
                Ok(write) => answers.push(write(Ok(connection))),
                Err(_) => break,
            }
        }
        let committed = if connection.is_autocommit() {
            let why = "the transaction was rolled back because of another write in it";
            Err(if room.is_missing() {
                StoreError::full(why)
            } else {
                StoreError::failed(why)
            })
        } else {
            connection.execute_batch("COMMIT").map_err(store_error)
        };
        let committed = committed.map_err(Arc::new);
        if committed.is_err() && !connection.is_autocommit() {
            drop(connection.execute_batch("ROLLBACK"));
        }
        for answer in answers {
            answer(committed.clone());
        }
    }
}

/// Makes the file, if it is not there, for the user that the program runs as alone, and takes one that is there away from
/// others: passwords' hashes and what people watch are in it. SQLite gives the files beside it the same mode.
#[cfg(unix)]
fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};

    const ALONE: u32 = 0o600;
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true).mode(ALONE).open(path)?;
    for end in ["", "-wal", "-shm"] {
        let mut file = path.as_os_str().to_owned();
        file.push(end);
        let Ok(found) = std::fs::metadata(&file) else {
            continue;
        };
        let mut permissions = found.permissions();
        if permissions.mode().trailing_zeros() >= 6 {
            continue;
        }
        permissions.set_mode(ALONE);
        if let Err(error) = std::fs::set_permissions(&file, permissions) {
            let file = Path::new(&file).display();
            tracing::warn!(%error, "Others on the machine may be able to read {file}");
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn make_private(_: &Path) -> std::io::Result<()> {
    Ok(())
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(StoreError::failed)?;
    connection.busy_timeout(BUSY).map_err(StoreError::failed)?;
    connection
        .execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-32000;")
        .map_err(StoreError::failed)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(StoreError::failed)?;
    let version: u32 = transaction
        .pragma_query_value(None, "user_version", only)
        .map_err(StoreError::failed)?;
    let version = version as usize;
    if version > MIGRATIONS.len() {
        // A later version says which ones can read what it writes.
        let oldest = "SELECT notes ->> '$.schema.oldest_reader' FROM projection_notes";
        let oldest: Option<u32> = transaction
            .query_row(oldest, (), only)
            .map_err(StoreError::failed)?;
        if oldest.is_some_and(|oldest| oldest <= Schema::OURS.version) {
            return Ok(());
        }
        return Err(StoreError::failed(
            "the database was written by a newer version of Reelgraph, which this one cannot read: run that one",
        ));
    }
    for migration in &MIGRATIONS[version..] {
        transaction
            .execute_batch(migration)
            .map_err(StoreError::failed)?;
    }
    transaction
        .pragma_update(
            None,
            "user_version",
            u32::try_from(MIGRATIONS.len()).map_err(StoreError::failed)?,
        )
        .map_err(StoreError::failed)?;
    transaction.commit().map_err(StoreError::failed)
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map_err(StoreError::failed)?;
    Ok(())
}

fn closed() -> StoreError {
    StoreError::unavailable("the database is closed")
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::adapters::sqlite::{SqliteAccounts, SqliteCatalog};
    use crate::domain::accounts::{
        EmailAddress, PasswordHash, Profile, ProfileStore, User, UserStore,
    };
    use crate::domain::catalog::{CatalogBatch, CatalogStore, Certification, Title};
    use crate::domain::ids::{ProfileId, TitleId, UserId};
    use crate::domain::loading::CurationStore;
    use crate::domain::stamp::Stamp;
    use crate::domain::viewer::Role;

    /// What was there before accounts could lack an address or a password.
    const BEFORE_ACCOUNTS_LIFE: usize = 4;

    /// What was there before titles had certifications.
    const BEFORE_CERTIFICATIONS: usize = 11;

    #[tokio::test]
    async fn titles_of_a_former_version_have_no_certifications() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("former.db");
        let former = connect(&path).unwrap();
        for migration in &MIGRATIONS[..BEFORE_CERTIFICATIONS] {
            former.execute_batch(migration).unwrap();
        }
        former
            .execute_batch(
                r#"PRAGMA user_version = 11;
                 INSERT INTO titles
                    (id, slug, revision, kind, year, by_name, by_added, by_released, by_popularity, sequence)
                    VALUES (7, 'heat-1995', 1, 'film', 1995, 'heat', 0, 0, 0, 1);
                 INSERT INTO title_documents (id, document) VALUES (7, '{"id":7,"kind":"film","slug":"heat-1995","name":"Heat",
                    "original_name":null,"year":1995,"end_year":null,"premiered":null,"duration":null,"genres":[],
                    "credits":[],"countries":[],"languages":[],"external_ids":[],"network":null,"total_seasons":null,
                    "stamp":{"revision":1,"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}}');
                 UPDATE catalog_feed SET last = 1;"#,
            )
            .unwrap();
        drop(former);
        let db = SqliteDb::open(&path).unwrap();
        let age = async || {
            let sql = "SELECT age FROM titles WHERE id = 7";
            let age = db.read(move |connection| connection.query_one(sql, (), only));
            age.await.unwrap()
        };
        let store = SqliteCatalog::new(db.clone());

        let found = store.titles(&[TitleId(7)]).await.unwrap().remove(0);
        let age_before: Option<u8> = age().await;
        let rated = Title {
            certifications: [("DE", "16", 16), ("US", "R", 17)]
                .map(|(system, label, age)| Certification {
                    system: system.to_owned(),
                    label: label.to_owned(),
                    age,
                })
                .into(),
            stamp: found.stamp.next(found.stamp.updated_at),
            ..(*found).clone()
        };
        let batch = CatalogBatch {
            titles: vec![rated.clone()],
            ..CatalogBatch::default()
        };
        store.put(&batch).await.unwrap();

        assert_eq!(
            (found.certifications.as_slice(), age_before),
            (&[][..], None)
        );
        assert_eq!(*store.titles(&[TitleId(7)]).await.unwrap()[0], rated);
        assert_eq!(age().await, Some(17));
    }

    #[tokio::test]
    async fn accounts_of_a_former_version_are_carried_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("former.db");
        let former = connect(&path).unwrap();
        for migration in &MIGRATIONS[..BEFORE_ACCOUNTS_LIFE] {
            former.execute_batch(migration).unwrap();
        }
        former
            .execute_batch(
                "PRAGMA user_version = 4;
                 INSERT INTO users
                     (id, email, email_verified, password, role, revision, created_at, updated_at) VALUES
                     (7, 'ada@example.org', 1, '$argon2id$a', 'admin', 3, 1000, 2000),
                     (8, 'grace@example.org', 0, '$argon2id$b', 'viewer', 1, 1500, 1500);
                 INSERT INTO profiles (id, user_id, key, name, revision, created_at, updated_at) VALUES
                     (70, 7, NULL, 'Ada', 2, 1000, 2000),
                     (80, 8, NULL, 'Grace', 1, 1500, 1500),
                     (90, NULL, 'viewer-9', 'viewer-9', 1, 1500, 1500);",
            )
            .unwrap();
        drop(former);

        let store = SqliteAccounts::new(SqliteDb::open(&path).unwrap());
        let mut users = store.users(&[UserId(7), UserId(8)]).await.unwrap();
        let profiles = [ProfileId(70), ProfileId(80), ProfileId(90)];
        let mut profiles = store.profiles(&profiles).await.unwrap();

        users.sort_by_key(|user| user.id);
        profiles.sort_by_key(|profile| profile.id);
        let stamp = |revision, created_at, updated_at| Stamp {
            revision,
            created_at: DateTime::from_timestamp_millis(created_at).unwrap(),
            updated_at: DateTime::from_timestamp_millis(updated_at).unwrap(),
        };
        let ada = User {
            id: UserId(7),
            email: Some(EmailAddress::parse("ada@example.org").unwrap()),
            email_verified: true,
            proven_at: None,
            password: Some(PasswordHash("$argon2id$a".to_owned())),
            role: Role::Admin,
            epoch: 1,
            disabled_at: None,
            stamp: stamp(3, 1000, 2000),
        };
        let grace = User {
            id: UserId(8),
            email: Some(EmailAddress::parse("grace@example.org").unwrap()),
            email_verified: false,
            password: Some(PasswordHash("$argon2id$b".to_owned())),
            role: Role::Viewer,
            stamp: stamp(1, 1500, 1500),
            ..ada.clone()
        };
        assert_eq!(users, [ada, grace]);
        let profile =
            |id, user, name: &str, stamp| Profile::new(ProfileId(id), user, name.to_owned(), stamp);
        let loaded = Profile {
            key: Some("viewer-9".to_owned()),
            ..profile(90, None, "viewer-9", stamp(1, 1500, 1500))
        };
        assert_eq!(
            profiles,
            [
                profile(70, Some(UserId(7)), "Ada", stamp(2, 1000, 2000)),
                profile(80, Some(UserId(8)), "Grace", stamp(1, 1500, 1500)),
                loaded,
            ]
        );
        assert_eq!(store.profiles_of_user(UserId(7)).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn without_room_writes_say_so_reads_go_on_and_a_ping_finds_the_room_again() {
        let folder = tempfile::tempdir().unwrap();
        let db = SqliteDb::open(&folder.path().join("small.db")).unwrap();
        let limit = |pages: u32| {
            db.write(move |connection: &Connection| {
                let sql = format!("PRAGMA max_page_count = {pages}");
                connection
                    .query_row(&sql, (), |_| Ok(()))
                    .map_err(store_error)
            })
        };
        let add = |bytes: u32| {
            db.write(move |connection: &Connection| {
                let sql = "INSERT INTO filler (bytes) VALUES (zeroblob(?1))";
                connection.execute(sql, (bytes,)).map_err(store_error)
            })
        };
        db.write(|connection: &Connection| {
            connection
                .execute_batch("CREATE TABLE filler (bytes BLOB)")
                .map_err(store_error)
        })
        .await
        .unwrap();
        limit(1).await.unwrap();

        let full = add(1 << 20).await;
        let still = db.ping().await;
        let read = db
            .read(|connection| connection.query_one("SELECT 7", (), only::<u32>))
            .await;
        limit(1_000_000).await.unwrap();
        let back = db.ping().await;

        assert!(matches!(full, Err(StoreError::Full(_))), "{full:?}");
        assert!(matches!(still, Err(StoreError::Full(_))), "{still:?}");
        assert_eq!(read.unwrap(), 7);
        assert!(back.is_ok(), "{back:?}");
        assert_eq!(add(1 << 20).await.unwrap(), 1);
    }
}
