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

use super::migrations::migrate;
use crate::domain::error::{Coded, StoreError};
use crate::domain::ping::{Ping, Room};

/// The machine's time in milliseconds, in SQL: for methods of a port that are passed no time.
pub(super) const NOW: &str = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/// How many threads read.
const READERS: usize = 3;
/// How many writes are committed together at the most, and after how long none is added: another process, as a server
/// beside one that loads, waits for all of them.
const GROUP: usize = 256;
const LONGEST: Duration = Duration::from_millis(20);
/// After a transaction that took so long the thread rests for a moment. One that has much to write would begin again
/// between two looks of whoever else waits, again and again.
const LONG: Duration = Duration::from_millis(10);
const REST: Duration = Duration::from_millis(2);
/// With fewer free bytes than this, the next write would find none again.
const ENOUGH: u64 = 8 << 20;
/// Writes something that needs room, and takes it away again.
const TRIAL: &str = "CREATE TABLE trial (bytes BLOB); INSERT INTO trial (bytes) VALUES (zeroblob(262144)); DROP TABLE trial;";
/// How long one process waits for another that writes to the same file, and how often it looks at the least: on a machine
/// that stood still for as long, the other had no time to end.
const BUSY: Duration = Duration::from_secs(10);
const LOOKS: i32 = 500;
/// How soon it looks again whether it may write. One that loads much writes again a moment later; SQLite by itself looks
/// each tenth of a second at last, and comes too late again and again.
const LOOK: Duration = Duration::from_millis(1);
/// How soon at last: who has waited for long waits for one long write, and a look costs a system call.
const LAST_LOOK: Duration = Duration::from_millis(10);

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
        let began = Instant::now();
        let mut answers = vec![first(Ok(connection))];
        // SQLite rolls the whole transaction back by itself when a disk is full or fails: then nothing may be added,
        // for it would be committed on its own.
        while answers.len() < GROUP && began.elapsed() < LONGEST && !connection.is_autocommit() {
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
        let is_long = began.elapsed() >= LONG;
        for answer in answers {
            answer(committed.clone());
        }
        if is_long {
            std::thread::sleep(REST);
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

pub(super) fn connect(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(StoreError::failed)?;
    let mut since = Instant::now();
    let wait = move |looks: i32| {
        if looks == 0 {
            since = Instant::now();
        }
        let waited = since.elapsed();
        std::thread::sleep((waited / 50).clamp(LOOK, LAST_LOOK));
        waited < BUSY || looks < LOOKS
    };
    connection
        .busy_handler(Some(wait))
        .map_err(StoreError::failed)?;
    connection
        .execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-32000;")
        .map_err(StoreError::failed)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
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
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::future::{join, join_all};

    use super::*;
    use crate::adapters::sqlite::columns::only;

    /// Each opens the file by itself, as processes do.
    #[tokio::test]
    async fn who_writes_much_lets_another_write_soon() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shared.db");
        let (much, other) = (
            SqliteDb::open(&path).unwrap(),
            SqliteDb::open(&path).unwrap(),
        );
        let insert = |connection: &Connection| {
            let sql = "INSERT INTO entries (number) VALUES (1)";
            connection.execute(sql, ()).map_err(store_error)
        };
        much.write(|connection: &Connection| {
            connection
                .execute_batch("CREATE TABLE entries (number INTEGER)")
                .map_err(store_error)
        })
        .await
        .unwrap();
        let done = Arc::new(AtomicUsize::new(0));
        let all = (0..1000).map(|_| {
            let done = Arc::clone(&done);
            much.write(move |connection: &Connection| {
                std::thread::sleep(Duration::from_millis(1));
                let written = insert(connection);
                done.fetch_add(1, Ordering::Relaxed);
                written
            })
        });

        let one = async {
            // Not before the others are under way.
            while done.load(Ordering::Relaxed) == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            other.write(insert).await.unwrap();
            done.load(Ordering::Relaxed)
        };
        let (all, before) = join(join_all(all), one).await;

        assert!(all.iter().all(Result::is_ok));
        assert!(before < 500, "{before} of 1000 were written before");
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
