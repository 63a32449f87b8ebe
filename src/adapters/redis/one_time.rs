//! One-time secrets in Redis, which forgets them by itself when they expire: `one-time:<hash>` is JSON, and
//! `one-time-of:<user>` the set of the hashes that are about an account. A cluster has them on different servers.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use redis::{AsyncCommands, SetExpiry, SetOptions};
use serde::{Deserialize, Serialize};

use super::RedisDb;
use super::db::millis;
use crate::domain::accounts::{OneTime, OneTimeStore, TokenHash};
use crate::domain::error::StoreError;
use crate::domain::ids::UserId;

/// One-time secrets on a Redis server.
#[derive(Clone)]
pub struct RedisOneTime {
    db: RedisDb,
}

impl RedisOneTime {
    /// A store on a server.
    pub fn new(db: RedisDb) -> Self {
        Self { db }
    }

    fn user_key(&self, user: UserId) -> String {
        self.db.key(format_args!("one-time-of:{user}"))
    }

    fn key(&self, secret: &TokenHash) -> String {
        self.db.key(format_args!("one-time:{}", secret.to_hex()))
    }
}

/// A one-time secret as it is stored; its key has the hash.
#[derive(Serialize, Deserialize)]
struct Stored {
    means: OneTime,
    /// Said here too, because the server and who asks may have different clocks.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    expires_at: DateTime<Utc>,
}

#[async_trait]
impl OneTimeStore for RedisOneTime {
    async fn put_one_time(
        &self,
        secret: &TokenHash,
        means: &OneTime,
        expires_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let stored = Stored {
            means: means.clone(),
            expires_at,
        };
        let json = serde_json::to_string(&stored).map_err(StoreError::failed)?;
        let key = self.key(secret);
        let until_then = SetOptions::default().with_expiration(SetExpiry::PXAT(millis(expires_at)));
        // First the secret: nobody is told it before it is in the set, too, so whatever is deleted before that is of others.
        self.db
            .run(|mut connection| async move {
                connection
                    .set_options::<_, _, ()>(key, json, until_then)
                    .await
            })
            .await?;
        let Some(user) = means.user() else {
            return Ok(());
        };
        let of_user = self.user_key(user);
        let mut all = redis::pipe();
        all.atomic().sadd(&of_user, secret.to_hex()).ignore();
        // The set lives as long as the last of the secrets in it.
        for option in ["NX", "GT"] {
            all.cmd("PEXPIREAT")
                .arg(&of_user)
                .arg(millis(expires_at))
                .arg(option)
                .ignore();
        }
        self.db
            .run(|mut connection| async move { all.exec_async(&mut connection).await })
            .await
    }

    async fn delete_one_time_of_user(&self, user: UserId) -> Result<(), StoreError> {
        let of_user = self.user_key(user);
        let hashes: Vec<String> = self
            .db
            .run(|mut connection| {
                let of_user = of_user.clone();
                async move { connection.smembers(of_user).await }
            })
            .await?;
        let mut keys: Vec<String> = hashes
            .iter()
            .map(|hash| self.db.key(format_args!("one-time:{hash}")))
            .collect();
        keys.push(of_user);
        self.db
            .run(|mut connection| async move { connection.del(keys).await })
            .await
    }

    async fn find_one_time(
        &self,
        secret: &TokenHash,
        now: DateTime<Utc>,
    ) -> Result<Option<OneTime>, StoreError> {
        let key = self.key(secret);
        let found = self
            .db
            .run(|mut connection| async move { connection.get(key).await })
            .await?;
        read(found, now)
    }

    async fn take_one_time(
        &self,
        secret: &TokenHash,
        now: DateTime<Utc>,
    ) -> Result<Option<OneTime>, StoreError> {
        let key = self.key(secret);
        let found = self
            .db
            .run(|mut connection| async move { connection.get_del(key).await })
            .await?;
        read(found, now)
    }
}

fn read(json: Option<String>, now: DateTime<Utc>) -> Result<Option<OneTime>, StoreError> {
    let stored: Option<Stored> = json
        .map(|json| serde_json::from_str(&json))
        .transpose()
        .map_err(StoreError::failed)?;
    Ok(stored
        .filter(|stored| stored.expires_at > now)
        .map(|stored| stored.means))
}
