//! Leases in Redis: `lease:<name>` has the holder as its value, and expires with the lease.

use std::sync::LazyLock;
use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

use super::RedisDb;
use super::script::Script;
use crate::domain::error::StoreError;
use crate::domain::lease::Leases;

/// KEYS: the lease. ARGV: the holder, the time in milliseconds. Returns 1 if the holder has it now.
static ACQUIRE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
            return 1
        end
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then
            return 0
        end
        return redis.call('PEXPIRE', KEYS[1], ARGV[2])
        ",
    )
});

/// KEYS: the lease. ARGV: the holder.
static RELEASE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        if redis.call('GET', KEYS[1]) == ARGV[1] then
            redis.call('DEL', KEYS[1])
        end
        ",
    )
});

/// Leases on a Redis server.
#[derive(Clone)]
pub struct RedisLeases {
    db: RedisDb,
}

impl RedisLeases {
    /// Leases on a server.
    pub fn new(db: RedisDb) -> Self {
        Self { db }
    }

    fn key(&self, name: &str) -> String {
        self.db.key(format_args!("lease:{name}"))
    }
}

#[async_trait]
impl Leases for RedisLeases {
    async fn acquire(&self, name: &str, holder: Uuid, time: Duration) -> Result<bool, StoreError> {
        let millis = u64::try_from(time.as_millis()).map_err(StoreError::failed)?;
        let mut call = ACQUIRE.key(self.key(name));
        call.arg(holder.to_string()).arg(millis.max(1));
        self.db
            .run(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await
    }

    async fn release(&self, name: &str, holder: Uuid) -> Result<(), StoreError> {
        let mut call = RELEASE.key(self.key(name));
        call.arg(holder.to_string());
        self.db
            .run(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await
    }
}
