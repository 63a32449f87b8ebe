//! Every `Leases` keeps what its documentation says. It goes by a clock of its own, so what must not happen in the
//! meantime is given a minute, and what must pass passes.

use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use reelgraph::adapters::memory::MemoryLeases;
use reelgraph::adapters::redis::{RedisDb, RedisLeases};
use reelgraph::adapters::sqlite::{SqliteDb, SqliteLeases};
use reelgraph::domain::entropy::unique_name;
use reelgraph::domain::lease::Leases;
use tempfile::TempDir;
use uuid::Uuid;

use super::Backend;
use crate::support::servers::{self, PATIENT};

on_every_backend!(open on [memory, sqlite, redis]:
    one_holder_has_a_lease_and_another_waits,
    a_renewed_lease_stays,
    a_renewal_counts_from_now_also_when_it_is_shorter,
    a_lease_that_is_not_renewed_is_free_when_its_time_is_over,
    a_released_lease_is_free_at_once,
    a_release_by_a_former_holder_does_nothing,
    a_lease_that_nobody_has_can_be_released,
    leases_of_different_names_do_not_meet,
    of_many_at_the_same_time_exactly_one_has_it,
);

struct Opened {
    leases: Arc<dyn Leases>,
    _folder: Option<TempDir>,
}

impl Opened {
    fn new(store: impl Leases + 'static, folder: Option<TempDir>) -> Self {
        Self {
            leases: Arc::new(store),
            _folder: folder,
        }
    }
}

impl Deref for Opened {
    type Target = Arc<dyn Leases>;

    fn deref(&self) -> &Self::Target {
        &self.leases
    }
}

async fn open(backend: Backend) -> Opened {
    if backend == Backend::memory {
        return Opened::new(MemoryLeases::new(), None);
    }
    if backend == Backend::sqlite {
        let folder = tempfile::tempdir().unwrap();
        let leases = sqlite(&folder);
        return Opened::new(leases, Some(folder));
    }
    let (url, prefix) = servers::redis_url();
    let db = RedisDb::open(&url, &prefix, PATIENT).unwrap();
    Opened::new(RedisLeases::new(db), None)
}

/// The leases of the embedded store in a folder, as another process opens it.
fn sqlite(folder: &TempDir) -> SqliteLeases {
    let db = SqliteDb::open(&folder.path().join("reelgraph.db"));
    SqliteLeases::new(db.unwrap())
}

const ANN: Uuid = Uuid::from_u128(1);
const BEN: Uuid = Uuid::from_u128(2);
const MINUTE: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(400);
/// Longer than a busy machine holds up what is asked in the meantime.
const LONG: Duration = Duration::from_secs(6);

/// Waits until the holder gets the lease; says how long that took.
async fn wait_for(leases: &Opened, holder: Uuid) -> Duration {
    let started = Instant::now();
    while !leases.acquire("work", holder, MINUTE).await.unwrap() {
        assert!(started.elapsed() < MINUTE, "it never gets free");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    started.elapsed()
}

async fn one_holder_has_a_lease_and_another_waits(leases: &Opened) {
    assert!(leases.acquire("work", ANN, MINUTE).await.unwrap());

    for _ in 0..3 {
        assert!(!leases.acquire("work", BEN, MINUTE).await.unwrap());
        assert!(leases.acquire("work", ANN, MINUTE).await.unwrap());
    }
}

async fn a_renewed_lease_stays(leases: &Opened) {
    // Again with another name where a busy machine has held up what must come in time.
    'names: for name in ["a", "b", "c", "d", "e", "f", "g"] {
        let started = Instant::now();
        let mut renewed = started;
        assert!(leases.acquire(name, ANN, LONG).await.unwrap());

        // Longer than the lease lasts that was taken first.
        while started.elapsed() < LONG + SHORT {
            tokio::time::sleep(SHORT / 2).await;
            let is_bens = leases.acquire(name, BEN, MINUTE).await.unwrap();
            if renewed.elapsed() >= LONG {
                continue 'names;
            }
            assert!(!is_bens);
            renewed = Instant::now();
            assert!(leases.acquire(name, ANN, LONG).await.unwrap());
        }
        return;
    }
    panic!("the machine is too busy for any of them");
}

async fn a_renewal_counts_from_now_also_when_it_is_shorter(leases: &Opened) {
    assert!(leases.acquire("work", ANN, MINUTE).await.unwrap());
    assert!(leases.acquire("work", ANN, SHORT).await.unwrap());

    let waited = wait_for(leases, BEN).await;

    assert!(waited < MINUTE / 2, "{waited:?}");
}

async fn a_lease_that_is_not_renewed_is_free_when_its_time_is_over(leases: &Opened) {
    let started = Instant::now();
    assert!(leases.acquire("work", ANN, SHORT).await.unwrap());

    wait_for(leases, BEN).await;

    // The two clocks may run a little differently.
    let waited = started.elapsed() + Duration::from_millis(5);
    assert!(waited >= SHORT, "{waited:?}");
    assert!(!leases.acquire("work", ANN, MINUTE).await.unwrap());
}

async fn a_released_lease_is_free_at_once(leases: &Opened) {
    assert!(leases.acquire("work", ANN, MINUTE).await.unwrap());

    leases.release("work", ANN).await.unwrap();

    assert!(leases.acquire("work", BEN, MINUTE).await.unwrap());
}

async fn a_release_by_a_former_holder_does_nothing(leases: &Opened) {
    assert!(leases.acquire("work", ANN, SHORT).await.unwrap());
    wait_for(leases, BEN).await;

    leases.release("work", ANN).await.unwrap();

    assert!(!leases.acquire("work", ANN, MINUTE).await.unwrap());
    assert!(leases.acquire("work", BEN, MINUTE).await.unwrap());
}

async fn a_lease_that_nobody_has_can_be_released(leases: &Opened) {
    leases.release("work", ANN).await.unwrap();

    assert!(leases.acquire("work", BEN, MINUTE).await.unwrap());
}

async fn leases_of_different_names_do_not_meet(leases: &Opened) {
    assert!(leases.acquire("work", ANN, MINUTE).await.unwrap());
    assert!(leases.acquire("other work", BEN, MINUTE).await.unwrap());

    leases.release("other work", BEN).await.unwrap();

    assert!(!leases.acquire("work", BEN, MINUTE).await.unwrap());
}

async fn of_many_at_the_same_time_exactly_one_has_it(leases: &Opened) {
    for round in 0..10 {
        let acquire = (0..20).map(|_| {
            let leases = leases.leases.clone();
            let name = format!("work {round}");
            tokio::spawn(async move { leases.acquire(&name, unique_name(), MINUTE).await })
        });
        let acquired = join_all(acquire).await.into_iter();

        let count = acquired
            .filter(|acquired| *acquired.as_ref().unwrap().as_ref().unwrap())
            .count();
        assert_eq!(count, 1);
    }
}

#[tokio::test]
async fn processes_on_one_file_share_leases() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (sqlite(&folder), sqlite(&folder));
    assert!(one.acquire("work", ANN, MINUTE).await.unwrap());

    assert!(!other.acquire("work", BEN, MINUTE).await.unwrap());

    one.release("work", ANN).await.unwrap();
    assert!(other.acquire("work", BEN, MINUTE).await.unwrap());
}

#[tokio::test]
async fn servers_on_one_redis_share_leases() {
    let (url, prefix) = servers::redis_url();
    let server = || RedisLeases::new(RedisDb::open(&url, &prefix, PATIENT).unwrap());
    let (one, other) = (server(), server());
    assert!(one.acquire("work", ANN, MINUTE).await.unwrap());

    assert!(!other.acquire("work", BEN, MINUTE).await.unwrap());

    one.release("work", ANN).await.unwrap();
    assert!(other.acquire("work", BEN, MINUTE).await.unwrap());
    other.release("work", BEN).await.unwrap();
    assert_eq!(servers::redis_keys(&prefix).await, Vec::<String>::new());
}
