//! Limits in Redis, the same for every server that asks it, by its own clock in microseconds. Every key expires
//! as soon as it no longer limits anything.

use std::sync::LazyLock;
use std::time::Duration;

use async_trait::async_trait;
use redis::{AsyncCommands, Script};

use super::RedisDb;
use crate::domain::error::StoreError;
use crate::domain::limits::{Backoff, Rate, RateLimiter, Verdict};

/// The generic cell rate algorithm. `rate:<count>/<period>:<key>` holds the time at which the bucket will be full
/// again. KEYS: that. ARGV: the interval, the count. Returns how long to wait.
static TAKE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local interval = tonumber(ARGV[1])
        local full = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
        local wait = full - now - interval * (ARGV[2] - 1)
        if wait > 0 then
            return wait
        end
        full = full + interval
        redis.call('SET', KEYS[1], string.format('%.0f', full),
            'PX', string.format('%.0f', math.ceil((full - now) / 1000)))
        return 0
        ",
    )
});

/// `attempts:<key>` is a hash of `attempts`, how many there were, and `until`, when the next may be. KEYS: that. ARGV:
/// how many are free, the first delay, the longest, how long they are remembered. Returns how long to wait.
static ATTEMPT: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local wait = (tonumber(redis.call('HGET', KEYS[1], 'until') or 0)) - now
        if wait > 0 then
            return wait
        end
        local attempts = redis.call('HINCRBY', KEYS[1], 'attempts', 1)
        local doublings = attempts - ARGV[1] - 1
        local delay = 0
        if doublings >= 0 then
            delay = math.min(ARGV[2] * 2 ^ math.min(doublings, 30), tonumber(ARGV[3]))
        end
        redis.call('HSET', KEYS[1], 'until', string.format('%.0f', now + delay))
        local remembered = math.max(tonumber(ARGV[4]), delay)
        redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil(remembered / 1000)))
        return 0
        ",
    )
});

/// Limits on a Redis server.
#[derive(Clone)]
pub struct RedisLimiter {
    db: RedisDb,
}

impl RedisLimiter {
    /// Limits on a server.
    pub fn new(db: RedisDb) -> Self {
        Self { db }
    }

    fn attempts_key(&self, key: &str) -> String {
        self.db.key(format_args!("attempts:{key}"))
    }

    async fn ask(&self, call: redis::ScriptInvocation<'static>) -> Result<Verdict, StoreError> {
        let wait: u64 = self
            .db
            .run(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await?;
        Ok(match wait {
            0 => Verdict::Allowed,
            micros => Verdict::Wait(Duration::from_micros(micros)),
        })
    }
}

#[async_trait]
impl RateLimiter for RedisLimiter {
    async fn take(&self, key: &str, rate: Rate) -> Result<Verdict, StoreError> {
        let (count, period) = (rate.count.max(1), micros(rate.period));
        let key = self.db.key(format_args!("rate:{count}/{period}:{key}"));
        let mut call = TAKE.key(key);
        call.arg(micros(rate.interval()).max(1)).arg(count);
        self.ask(call).await
    }

    async fn attempt(&self, key: &str, backoff: Backoff) -> Result<Verdict, StoreError> {
        let mut call = ATTEMPT.key(self.attempts_key(key));
        call.arg(backoff.free)
            .arg(micros(backoff.first))
            .arg(micros(backoff.longest))
            .arg(micros(backoff.forget_after));
        self.ask(call).await
    }

    async fn forgive(&self, key: &str) -> Result<(), StoreError> {
        let key = self.attempts_key(key);
        self.db
            .run(|mut connection| async move { connection.del(key).await })
            .await
    }
}

/// At most 60 years: more is too much for the server's arithmetic, and for everybody's patience.
fn micros(time: Duration) -> u64 {
    const MOST: Duration = Duration::from_secs(60 * 366 * 24 * 3600);
    u64::try_from(time.min(MOST).as_micros()).unwrap_or_default()
}
