//! Limits in Redis, the same for every server that asks it, by its own clock in microseconds. Every key expires
//! as soon as it no longer limits anything.

use std::sync::LazyLock;
use std::time::Duration;

use async_trait::async_trait;
use redis::AsyncCommands;

use super::RedisDb;
use super::script::{Call, Script};
use crate::domain::error::StoreError;
use crate::domain::limits::{Backoff, Rate, RateLimiter, Take, Taken, Verdict};

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

/// The same for several buckets and several of each: `budget:<count>/<period>:<key>`. KEYS: those. ARGV: for each the
/// interval, the count and how many. Returns for each how long to wait and how many there are.
static TAKE_ALL: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local answer, full, enough = {}, {}, true
        for i, key in ipairs(KEYS) do
            local interval, count, wanted = ARGV[3 * i - 2], tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
            full[i] = math.max(tonumber(redis.call('GET', key) or 0), now)
            local left = math.max(count - math.ceil((full[i] - now) / interval), 0)
            full[i] = full[i] + interval * wanted
            local wait = 0
            if left < wanted then
                wait = math.max(math.ceil(full[i] - now - interval * count), 1)
                enough = false
            end
            answer[2 * i - 1], answer[2 * i] = wait, left
        end
        if enough then
            for i, key in ipairs(KEYS) do
                redis.call('SET', key, string.format('%.0f', full[i]),
                    'PX', string.format('%.0f', math.ceil((full[i] - now) / 1000)))
                answer[2 * i] = answer[2 * i] - ARGV[3 * i]
            end
        end
        return answer
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

    async fn ask(&self, call: Call<'static>) -> Result<Verdict, StoreError> {
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

    async fn take_all(&self, takes: &[Take]) -> Result<Vec<Taken>, StoreError> {
        let mut call = TAKE_ALL.prepare_invoke();
        for take in takes {
            let (count, period) = (take.rate.count.max(1), micros(take.rate.period));
            // One step for all of them, so a cluster has all of them on one server.
            let tag = self.db.tag("budget");
            let key = format!("budget{tag}:{count}/{period}:{}", take.key);
            // An interval may be a fraction of a microsecond.
            let interval = take.rate.interval().as_secs_f64() * 1e6;
            call.key(self.db.key(key)).arg(interval);
            call.arg(count).arg(take.count);
        }
        let answer: Vec<u64> = self
            .db
            .run(|mut connection| async move { call.invoke_async(&mut connection).await })
            .await?;
        if answer.len() != takes.len() * 2 {
            return Err(StoreError::failed(
                "the limits are not those that were asked for",
            ));
        }
        let taken = answer.chunks(2).map(|pair| Taken {
            verdict: match pair[0] {
                0 => Verdict::Allowed,
                micros => Verdict::Wait(Duration::from_micros(micros)),
            },
            left: u32::try_from(pair[1]).unwrap_or(u32::MAX),
        });
        Ok(taken.collect())
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
