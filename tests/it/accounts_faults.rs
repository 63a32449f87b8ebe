//! A power cut under the sessions: every log-in and log-out that was answered is as it was answered.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reelgraph::adapters::redis::{RedisDb, RedisSessions};
use reelgraph::domain::accounts::{Rotation, Session, SessionStore};
use reelgraph::domain::clock::{Clock, SystemClock};
use reelgraph::domain::ids::UserId;
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::process::Command;

use crate::conformance::sessions::{session, succession};
use crate::support::servers::PATIENT;

/// How many log in and out at the same time.
const WRITERS: u64 = 8;
/// How many answers there are before the power goes.
const ANSWERS: usize = 400;
/// How often it goes.
const CUTS: u64 = 3;

/// A Redis of its own that writes to the disk before it answers.
struct OwnRedis(TempDir);

impl OwnRedis {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Starts it on the data that it has; gives its address.
    async fn start(&self) -> SecretString {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/services/redis");
        let started = Command::new(script).arg(self.0.path()).output().await;
        let output = started.unwrap();
        assert!(output.status.success(), "{output:?}");
        let exports = std::fs::read_to_string(self.0.path().join("exports")).unwrap();
        let (_, address) = exports.trim().split_once('=').unwrap();
        address.trim_matches('\'').into()
    }

    fn pid(&self) -> Option<String> {
        let pid = std::fs::read_to_string(self.0.path().join("pid")).ok()?;
        Some(pid.trim().to_owned())
    }

    /// Whether the process runs; what was killed and not yet buried does not.
    fn runs(&self) -> bool {
        let proc = format!("/proc/{}/stat", self.pid().unwrap());
        std::fs::read_to_string(proc).is_ok_and(|stat| !stat.contains(") Z "))
    }

    async fn kill(&self) {
        let killed = Command::new("kill")
            .args(["-9", &self.pid().unwrap()])
            .status();
        assert!(killed.await.unwrap().success());
        while self.runs() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for OwnRedis {
    fn drop(&mut self) {
        if let Some(pid) = self.pid() {
            drop(
                std::process::Command::new("kill")
                    .args(["-9", &pid])
                    .status(),
            );
        }
    }
}

/// What became of a session, as far as there was an answer.
#[derive(Debug, PartialEq)]
enum Fate {
    There,
    Ended,
    /// The last question had no answer.
    Unknown,
}

/// Logs in, refreshes and logs out until there is no answer any more.
async fn write(
    store: RedisSessions,
    user: UserId,
    round: u64,
    answers: Arc<AtomicUsize>,
) -> Vec<(Session, Fate)> {
    let mut fates = Vec::new();
    for number in 0.. {
        let id = (round << 40) | (user.0 << 20) | number;
        let mut begun = session(id, user.0, SystemClock.now());
        if store.create_session(&begun).await.is_err() {
            fates.push((begun, Fate::Unknown));
            break;
        }
        answers.fetch_add(1, Ordering::SeqCst);
        let next = succession(begun.refresh.unwrap(), begun.created_at);
        let Ok(rotation) = store.rotate_session(&begun, &next).await else {
            fates.push((begun, Fate::Unknown));
            break;
        };
        assert_eq!(rotation, Rotation::Rotated);
        begun.refresh = Some(next.to);
        if number % 2 == 0 {
            fates.push((begun, Fate::There));
        } else if store.delete_session(user, begun.id).await.is_ok() {
            fates.push((begun, Fate::Ended));
        } else {
            fates.push((begun, Fate::Unknown));
            break;
        }
        answers.fetch_add(1, Ordering::SeqCst);
    }
    fates
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_redis_has_every_session_that_it_answered_for() {
    let redis = OwnRedis::new();
    let mut fates: Vec<(Session, Fate)> = Vec::new();

    for round in 0..CUTS {
        let store =
            RedisSessions::new(RedisDb::open(&redis.start().await, "it:", PATIENT).unwrap());
        let answers = Arc::new(AtomicUsize::new(0));
        let writers: Vec<_> = (1..=WRITERS)
            .map(|user| tokio::spawn(write(store.clone(), UserId(user), round, answers.clone())))
            .collect();
        while answers.load(Ordering::SeqCst) < ANSWERS {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        redis.kill().await;
        for writer in writers {
            fates.extend(writer.await.unwrap());
        }
    }

    let store = RedisSessions::new(RedisDb::open(&redis.start().await, "it:", PATIENT).unwrap());
    let now = SystemClock.now();
    let unknown = fates
        .iter()
        .filter(|(_, fate)| *fate == Fate::Unknown)
        .count();
    assert!(
        unknown as u64 >= CUTS,
        "it was killed while somebody waited for an answer"
    );
    for user in 1..=WRITERS {
        let listed = store.sessions_of_user(UserId(user), now).await.unwrap();
        for (session, fate) in fates.iter().filter(|(session, _)| session.user.0 == user) {
            let found = store.find_session(session.id, now).await.unwrap();
            match fate {
                Fate::There => assert_eq!(found.as_ref(), Some(session)),
                Fate::Ended => assert_eq!(found, None),
                Fate::Unknown => {}
            }
            // Also what had no answer is wholly there or not.
            let in_list = listed.iter().find(|other| other.id == session.id);
            assert_eq!(in_list, found.as_ref());
        }
    }
}
