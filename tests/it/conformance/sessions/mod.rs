//! Every `SessionStore` keeps sessions as its documentation says. Times are near the real ones: stores have clocks of
//! their own.

mod ending;
mod life;
mod redis;
mod rotation;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reelgraph::adapters::redis::{RedisDb, RedisSessions};
use reelgraph::adapters::sqlite::{SqliteDb, SqliteSessions};
use reelgraph::domain::accounts::{Salt, Secret, Session, SessionStore, Succession, TokenHash};
use reelgraph::domain::clock::{Clock, SystemClock};
use reelgraph::domain::entropy::{Entropy, SystemEntropy};
use reelgraph::domain::ids::{ProfileId, SessionId, UserId};
use tempfile::TempDir;

use super::Backend;
use crate::support::servers::{self, PATIENT};

struct Opened {
    store: Arc<dyn SessionStore>,
    _folder: Option<TempDir>,
}

impl std::ops::Deref for Opened {
    type Target = Arc<dyn SessionStore>;

    fn deref(&self) -> &Self::Target {
        &self.store
    }
}

async fn open(backend: Backend) -> Opened {
    if backend == Backend::redis {
        let (url, prefix) = servers::redis_url();
        let db = RedisDb::open(&url, &prefix, PATIENT).unwrap();
        return Opened {
            store: Arc::new(RedisSessions::new(db)),
            _folder: None,
        };
    }
    let folder = tempfile::tempdir().unwrap();
    let db = SqliteDb::open(&folder.path().join("it.db")).unwrap();
    Opened {
        store: Arc::new(SqliteSessions::new(db)),
        _folder: Some(folder),
    }
}

pub(crate) fn now() -> DateTime<Utc> {
    SystemClock.now()
}

/// A session of an app, which was just begun.
pub(crate) fn session(id: u64, user: u64, now: DateTime<Utc>) -> Session {
    Session {
        id: SessionId(id),
        user: UserId(user),
        epoch: 3,
        profile: ProfileId(user + 100),
        via: "password".to_owned(),
        secret: hash(),
        refresh: Some(hash()),
        device: Some("Mozilla/5.0 (tests) “é”".to_owned()),
        address: Some("192.0.2.7".parse().unwrap()),
        idle: TimeDelta::days(30),
        created_at: now,
        last_seen_at: now,
        expires_at: now + TimeDelta::days(30),
        ends_at: now + TimeDelta::days(180),
    }
}

/// One that ends by itself soon. Whoever must do something before looks at the clock afterwards: a busy machine may have
/// held that up.
fn short(id: u64, user: u64) -> Session {
    let now = now();
    Session {
        expires_at: now + TimeDelta::seconds(5),
        ..session(id, user, now)
    }
}

async fn wait_for_the_end_of(session: &Session) {
    while now() <= session.expires_at {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The next token in the place of this one.
pub(crate) fn succession(from: TokenHash, at: DateTime<Utc>) -> Succession {
    Succession {
        from,
        to: hash(),
        salt: Salt::random(&mut *SystemEntropy.rng()),
        at,
    }
}

fn hash() -> TokenHash {
    Secret::random(&mut *SystemEntropy.rng()).hash()
}
