//! Sessions in Redis, which forgets them by itself when they expire.
//!
//! `session:<hash of the token>` holds the session as JSON; `sessions:<user>` is a sorted set of
//! `<session id>:<hash of the token>` by the time of the end. A session survives a crash as far as the server writes
//! what it acknowledges: `appendonly yes` with `appendfsync always`.

use std::sync::LazyLock;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use redis::{AsyncCommands, ExistenceCheck, Script, SetExpiry, SetOptions};
use serde::{Deserialize, Serialize};

use super::RedisDb;
use crate::domain::accounts::{Session, SessionStore, TokenHash};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, SessionId, UserId};

/// Ends the session whose entry in the user's set (KEYS[1]) begins with ARGV[1]; ARGV[2] begins the keys of sessions.
/// Returns how many there were: 0 or 1.
static DELETE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        for _, entry in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
            if string.sub(entry, 1, #ARGV[1]) == ARGV[1] then
                redis.call('ZREM', KEYS[1], entry)
                return redis.call('DEL', ARGV[2] .. string.sub(entry, #ARGV[1] + 1))
            end
        end
        return 0
        ",
    )
});

/// Sessions on a Redis server.
#[derive(Clone)]
pub struct RedisSessions {
    db: RedisDb,
}

impl RedisSessions {
    /// A store on a server.
    pub fn new(db: RedisDb) -> Self {
        Self { db }
    }

    fn session_key(&self, token: &str) -> String {
        self.db.key(format_args!("session:{token}"))
    }

    fn user_key(&self, user: UserId) -> String {
        self.db.key(format_args!("sessions:{user}"))
    }
}

#[async_trait]
impl SessionStore for RedisSessions {
    async fn create_session(&self, session: &Session) -> Result<(), StoreError> {
        let token = session.token.to_hex();
        let user = self.user_key(session.user);
        let end = session.expires_at.timestamp_millis();
        let until_end =
            SetOptions::default().with_expiration(SetExpiry::PXAT(millis(session.expires_at)));
        let mut all = redis::pipe();
        all.atomic()
            .set_options(self.session_key(&token), json(session)?, until_end)
            .ignore()
            .zrembyscore(&user, "-inf", session.created_at.timestamp_millis())
            .ignore()
            .zadd(&user, format!("{}:{token}", session.id), end)
            .ignore();
        // The set lives as long as the last of the sessions in it.
        for option in ["NX", "GT"] {
            all.cmd("PEXPIREAT")
                .arg(&user)
                .arg(end)
                .arg(option)
                .ignore();
        }
        self.db
            .run(|mut connection| async move { all.exec_async(&mut connection).await })
            .await
    }

    async fn find_session(
        &self,
        token: &TokenHash,
        now: DateTime<Utc>,
    ) -> Result<Option<Session>, StoreError> {
        let token = token.to_hex();
        let key = self.session_key(&token);
        let found: Option<String> = self
            .db
            .run(|mut connection| async move { connection.get(key).await })
            .await?;
        let session = found.map(|json| read(&token, &json)).transpose()?;
        Ok(session.filter(|session| session.expires_at > now))
    }

    async fn touch_session(&self, session: &Session, now: DateTime<Utc>) -> Result<(), StoreError> {
        let key = self.session_key(&session.token.to_hex());
        let touched = json(&Session {
            last_seen_at: now,
            ..session.clone()
        })?;
        // Only if it was not ended in the meantime, and without a new end.
        let unless_ended = SetOptions::default()
            .conditional_set(ExistenceCheck::XX)
            .with_expiration(SetExpiry::KEEPTTL);
        self.db
            .run(|mut connection| async move {
                connection.set_options(key, touched, unless_ended).await
            })
            .await
    }

    async fn sessions_of_user(
        &self,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Session>, StoreError> {
        let key = self.user_key(user);
        let since = format!("({}", now.timestamp_millis());
        let entries: Vec<String> = self
            .db
            .run(|mut connection| async move { connection.zrangebyscore(key, since, "+inf").await })
            .await?;
        let tokens: Vec<&str> = entries
            .iter()
            .filter_map(|entry| Some(entry.split_once(':')?.1))
            .collect();
        if tokens.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<String> = tokens.iter().map(|token| self.session_key(token)).collect();
        let found: Vec<Option<String>> = self
            .db
            .run(|mut connection| async move { connection.mget(keys).await })
            .await?;
        let mut sessions = tokens
            .iter()
            .zip(found)
            .filter_map(|(token, json)| Some(read(token, &json?)))
            .collect::<Result<Vec<Session>, StoreError>>()?;
        sessions.retain(|session| session.expires_at > now);
        sessions.sort_by_key(|session| (std::cmp::Reverse(session.created_at), session.id));
        Ok(sessions)
    }

    async fn delete_session(&self, user: UserId, id: SessionId) -> Result<bool, StoreError> {
        let key = self.user_key(user);
        let sessions = self.session_key("");
        self.db
            .run(|mut connection| async move {
                DELETE
                    .key(key)
                    .arg(format!("{id}:"))
                    .arg(sessions)
                    .invoke_async(&mut connection)
                    .await
            })
            .await
    }

    async fn ping_sessions(&self) -> Result<(), StoreError> {
        self.db.ping().await
    }
}

/// A session as it is stored; its key has the hash of the token.
#[derive(Serialize, Deserialize)]
struct Stored {
    id: SessionId,
    user: UserId,
    profile: ProfileId,
    device: Option<String>,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    created_at: DateTime<Utc>,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    last_seen_at: DateTime<Utc>,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    expires_at: DateTime<Utc>,
}

fn json(session: &Session) -> Result<String, StoreError> {
    serde_json::to_string(&Stored {
        id: session.id,
        user: session.user,
        profile: session.profile,
        device: session.device.clone(),
        created_at: session.created_at,
        last_seen_at: session.last_seen_at,
        expires_at: session.expires_at,
    })
    .map_err(StoreError::failed)
}

fn read(token: &str, json: &str) -> Result<Session, StoreError> {
    let stored: Stored = serde_json::from_str(json).map_err(StoreError::failed)?;
    Ok(Session {
        id: stored.id,
        token: TokenHash::from_hex(token)
            .ok_or_else(|| StoreError::failed("the key of a session is no hash"))?,
        user: stored.user,
        profile: stored.profile,
        device: stored.device,
        created_at: stored.created_at,
        last_seen_at: stored.last_seen_at,
        expires_at: stored.expires_at,
    })
}

fn millis(time: DateTime<Utc>) -> u64 {
    u64::try_from(time.timestamp_millis()).unwrap_or_default()
}
