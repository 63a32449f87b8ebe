//! The epochs of accounts in Redis: `account-epoch:<hash of the user>` is an epoch, or `write:` and the id of a writer. It expires by
//! itself.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use redis::{AsyncCommands, ExistenceCheck, SetExpiry, SetOptions};
use uuid::Uuid;

use super::script::Script;
use super::{RedisDb, sessions};
use crate::domain::accounts::{AccountEpochs, EPOCH_LASTS, Session, WRITE_LASTS};
use crate::domain::entropy::unique_name;
use crate::domain::error::StoreError;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::limits::limit_key;

/// What stands before the id of a writer.
const WRITE: &str = "write:";

/// KEYS: the epoch. ARGV: the mark of the writer. Whoever reads next begins another epoch: a server whose memory is full takes
/// nothing away but this. Somebody else's mark stays: then that one's next epoch comes after this write, too.
static END: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        local is = redis.call('GET', KEYS[1])
        if is and is ~= ARGV[1] and string.sub(is, 1, 6) == 'write:' then
            return
        end
        redis.call('DEL', KEYS[1])
        ",
    )
});

/// Epochs on a Redis server.
#[derive(Clone)]
pub struct RedisAccountEpochs {
    db: RedisDb,
}

impl RedisAccountEpochs {
    /// Epochs on a server.
    pub fn new(db: RedisDb) -> Self {
        Self { db }
    }

    /// It names nobody: whoever shows a cookie of an account that is erased begins an epoch, too.
    fn key(&self, user: UserId) -> String {
        let key = limit_key("account-epoch", &[&user.to_string()]);
        self.db.key(format_args!("{key}"))
    }

    /// Begins an epoch; none: somebody else was faster, or writes.
    async fn begin(&self, key: String) -> Result<Option<Uuid>, StoreError> {
        let epoch = unique_name();
        let unless_there = SetOptions::default()
            .conditional_set(ExistenceCheck::NX)
            .with_expiration(SetExpiry::PX(millis(EPOCH_LASTS)));
        let is_begun: bool = self
            .db
            .run(|mut connection| async move {
                connection
                    .set_options(key, epoch.to_string(), unless_there)
                    .await
            })
            .await?;
        Ok(is_begun.then_some(epoch))
    }

    /// First the epoch: what is read after it is of it, or of a later one. A cluster has them on two servers.
    async fn read_both(
        &self,
        epoch: String,
        session: String,
    ) -> Result<(Option<String>, HashMap<String, String>), StoreError> {
        let is_cluster = self.db.is_cluster();
        self.db
            .run(|mut connection| async move {
                if is_cluster {
                    let epoch: Option<String> = connection.get(epoch).await?;
                    let session: HashMap<String, String> = connection.hgetall(session).await?;
                    return Ok((epoch, session));
                }
                let mut both = redis::pipe();
                both.get(epoch).hgetall(session);
                both.query_async(&mut connection).await
            })
            .await
    }

    async fn mark(&self, user: UserId, writer: Uuid) -> Result<(), StoreError> {
        let (key, mark) = (self.key(user), format!("{WRITE}{writer}"));
        let lasts = SetOptions::default().with_expiration(SetExpiry::PX(millis(WRITE_LASTS)));
        self.db
            .run(|mut connection| async move { connection.set_options(key, mark, lasts).await })
            .await
    }

    async fn end(&self, user: UserId, writer: Uuid) -> Result<(), StoreError> {
        let mut call = END.key(self.key(user));
        call.arg(format!("{WRITE}{writer}"));
        self.db
            .run(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[async_trait]
impl AccountEpochs for RedisAccountEpochs {
    async fn epoch(&self, user: UserId) -> Result<Option<Uuid>, StoreError> {
        let key = self.key(user);
        let found: Option<String> = {
            let key = key.clone();
            self.db
                .run(|mut connection| async move { connection.get(key).await })
                .await?
        };
        match found {
            Some(found) => Ok(found.parse().ok()),
            None => self.begin(key).await,
        }
    }

    async fn session_and_epoch(
        &self,
        session: SessionId,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<(Option<Session>, Option<Uuid>), StoreError> {
        let key = self.key(user);
        let of_session = sessions::key(&self.db, session);
        let (epoch, hash) = self.read_both(key.clone(), of_session).await?;
        let session = sessions::read(session, &hash)?;
        let session = session.filter(|session| session.expires_at > now);
        let epoch = match (&session, epoch) {
            (None, _) => None,
            (Some(_), Some(epoch)) => epoch.parse().ok(),
            // Without one the record is read: who may only read here is answered, too.
            (Some(_), None) => self.begin(key).await.unwrap_or_default(),
        };
        Ok((session, epoch))
    }

    async fn begin_write(&self, users: &[UserId], writer: Uuid) -> Result<(), StoreError> {
        for user in users {
            self.mark(*user, writer).await?;
        }
        Ok(())
    }

    async fn end_write(&self, users: &[UserId], writer: Uuid) -> Result<(), StoreError> {
        for user in users {
            self.end(*user, writer).await?;
        }
        Ok(())
    }
}
