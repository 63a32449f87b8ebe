//! Persisted documents in Redis. `persisted` is a hash of the texts, `persisted-used` a sorted set of when each was used
//! last, by the server's clock in microseconds, and `persisted-bytes` how many bytes the texts have, each with what it
//! takes beside them. All of it expires when none of them was used for long.

use std::sync::LazyLock;

use async_trait::async_trait;

use super::RedisDb;
use super::script::{Call, Script};
use crate::domain::error::StoreError;
use crate::domain::persisted::{Bounds, DocumentHash, OVERHEAD, PersistedStore};

/// KEYS: texts, used, bytes. ARGV: the hash, milliseconds until all expires. Returns the text.
static GET: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        local text = redis.call('HGET', KEYS[1], ARGV[1])
        if text then
            local time = redis.call('TIME')
            redis.call('ZADD', KEYS[2], string.format('%.0f', time[1] * 1000000 + time[2]), ARGV[1])
            for _, key in ipairs(KEYS) do
                redis.call('PEXPIRE', key, ARGV[2])
            end
        end
        return text
        ",
    )
});

/// KEYS: texts, used, bytes. ARGV: the hash, milliseconds until all expires, the text, the most bytes, what a text takes
/// beside its bytes. Where the server itself has dropped one of the keys, the sum is begun anew.
static PUT: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local function forget(hash)
            local bytes = redis.call('HSTRLEN', KEYS[1], hash) + ARGV[5]
            redis.call('HDEL', KEYS[1], hash)
            redis.call('ZREM', KEYS[2], hash)
            redis.call('DECRBY', KEYS[3], bytes)
        end
        local idle = string.format('%.0f', now - ARGV[2] * 1000)
        for _, hash in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', idle, 'LIMIT', 0, 100)) do
            forget(hash)
        end
        if redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) == 1 then
            redis.call('INCRBY', KEYS[3], #ARGV[3] + ARGV[5])
        end
        redis.call('ZADD', KEYS[2], string.format('%.0f', now), ARGV[1])
        while tonumber(redis.call('GET', KEYS[3]) or 0) > tonumber(ARGV[4]) do
            local oldest = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
            if not oldest then
                redis.call('DEL', KEYS[1], KEYS[3])
                return
            end
            forget(oldest)
        end
        for _, key in ipairs(KEYS) do
            redis.call('PEXPIRE', key, ARGV[2])
        end
        ",
    )
});

/// Persisted documents on a Redis server.
#[derive(Clone)]
pub struct RedisPersisted {
    db: RedisDb,
    bounds: Bounds,
}

impl RedisPersisted {
    /// Persisted documents on a server, up to these bounds.
    pub fn new(db: RedisDb, bounds: Bounds) -> Self {
        Self { db, bounds }
    }

    /// A script, called with the keys, the hash and the time after which all expires.
    fn call<'a>(&self, script: &'a Script, hash: DocumentHash) -> Call<'a> {
        let mut call = script.prepare_invoke();
        for name in ["persisted", "persisted-used", "persisted-bytes"] {
            let tag = self.db.tag("persisted");
            call.key(self.db.key(format_args!("{name}{tag}")));
        }
        let idle = u64::try_from(self.bounds.idle.as_millis()).unwrap_or(u64::MAX);
        call.arg(hash.to_string()).arg(idle);
        call
    }
}

#[async_trait]
impl PersistedStore for RedisPersisted {
    async fn persisted(&self, hash: DocumentHash) -> Result<Option<String>, StoreError> {
        let call = self.call(&GET, hash);
        self.db
            .run(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await
    }

    async fn put_persisted(&self, hash: DocumentHash, text: &str) -> Result<(), StoreError> {
        let mut call = self.call(&PUT, hash);
        call.arg(text).arg(self.bounds.bytes).arg(OVERHEAD);
        self.db
            .run(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await
    }
}
