//! The epochs of accounts in Redis: `account-epoch:<hash of the user>` is an epoch, or `write:` and the id of a writer. It expires by
//! itself.

use std::sync::LazyLock;
use std::time::Duration;

use async_trait::async_trait;
use redis::{AsyncCommands, ExistenceCheck, Script, SetExpiry, SetOptions};
use uuid::Uuid;

use super::RedisDb;
use crate::domain::accounts::{AccountEpochs, EPOCH_LASTS, WRITE_LASTS};
use crate::domain::entropy::unique_name;
use crate::domain::error::StoreError;
use crate::domain::ids::UserId;
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
        if let Some(found) = found {
            return Ok(found.parse().ok());
        }
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
