//! The keys that access tokens are signed with, in Redis: the hash `signing-keys` has one field for each number.

use std::collections::HashMap;
use std::sync::LazyLock;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use redis::AsyncCommands;
use serde::{Deserialize, Serialize};

use super::RedisDb;
use super::db::millis;
use super::script::Script;
use crate::domain::accounts::{SigningKey, SigningKeyStore};
use crate::domain::error::StoreError;

/// KEYS: the hash. ARGV: the time, a number, a key. Returns 1 if the number was free once what has expired was gone.
static ADD: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        local stored = redis.call('HGETALL', KEYS[1])
        for index = 1, #stored, 2 do
            if cjson.decode(stored[index + 1]).expires_at <= tonumber(ARGV[1]) then
                redis.call('HDEL', KEYS[1], stored[index])
            end
        end
        return redis.call('HSETNX', KEYS[1], ARGV[2], ARGV[3])
        ",
    )
});

/// Signing keys on a Redis server.
#[derive(Clone)]
pub struct RedisSigningKeys {
    db: RedisDb,
}

impl RedisSigningKeys {
    /// A store on a server.
    pub fn new(db: RedisDb) -> Self {
        Self { db }
    }

    fn key(&self) -> String {
        self.db.key("signing-keys")
    }
}

/// A key as it is stored, under its number. The bytes are base64.
#[derive(Serialize, Deserialize)]
struct Stored {
    private: String,
    public: String,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    created_at: DateTime<Utc>,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    updated_at: DateTime<Utc>,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    expires_at: DateTime<Utc>,
}

#[async_trait]
impl SigningKeyStore for RedisSigningKeys {
    async fn signing_keys(&self, now: DateTime<Utc>) -> Result<Vec<SigningKey>, StoreError> {
        let key = self.key();
        let stored: HashMap<u32, String> = self
            .db
            .run(|mut connection| async move { connection.hgetall(key).await })
            .await?;
        let mut keys = stored
            .iter()
            .map(|(number, json)| read(*number, json))
            .collect::<Result<Vec<SigningKey>, StoreError>>()?;
        keys.retain(|key| key.expires_at > now);
        keys.sort_by_key(|key| key.number);
        Ok(keys)
    }

    async fn add_signing_key(
        &self,
        key: &SigningKey,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let stored = Stored {
            private: STANDARD.encode(&key.private),
            public: STANDARD.encode(&key.public),
            created_at: key.created_at,
            updated_at: key.updated_at,
            expires_at: key.expires_at,
        };
        let json = serde_json::to_string(&stored).map_err(StoreError::failed)?;
        let mut call = ADD.key(self.key());
        call.arg(millis(now)).arg(key.number).arg(json);
        self.db
            .run(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await
    }
}

fn read(number: u32, json: &str) -> Result<SigningKey, StoreError> {
    let stored: Stored = serde_json::from_str(json).map_err(StoreError::failed)?;
    Ok(SigningKey {
        number,
        private: STANDARD
            .decode(stored.private)
            .map_err(StoreError::failed)?,
        public: STANDARD.decode(stored.public).map_err(StoreError::failed)?,
        created_at: stored.created_at,
        updated_at: stored.updated_at,
        expires_at: stored.expires_at,
    })
}
