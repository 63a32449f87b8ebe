//! Rate limits: how often somebody may do something, the same on every server of a site.

use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::error::StoreError;
use super::measured::measured;

/// A number of attempts at once, and as many again spread over the period: a token bucket, as the generic cell rate
/// algorithm (ITU-T I.371) counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    /// How many; at least 1.
    pub count: u32,
    /// In how long a time.
    pub period: Duration,
}

impl Rate {
    /// This many per hour.
    pub const fn per_hour(count: u32) -> Self {
        Self {
            count,
            period: Duration::from_secs(3600),
        }
    }

    /// The time after which one more is allowed.
    pub fn interval(&self) -> Duration {
        self.period / self.count.max(1)
    }
}

/// Delays that double with each attempt that was not forgiven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Backoff {
    /// How many attempts are free.
    pub free: u32,
    /// How long to wait after the first that is not.
    pub first: Duration,
    /// No wait is longer, however many attempts there were.
    pub longest: Duration,
    /// Attempts are forgotten when there was none for so long.
    pub forget_after: Duration,
}

impl Backoff {
    /// How long to wait after so many attempts, this one included.
    pub fn delay(&self, attempts: u32) -> Duration {
        match attempts.checked_sub(self.free + 1) {
            None => Duration::ZERO,
            Some(doublings) => self
                .first
                .saturating_mul(1 << doublings.min(30))
                .min(self.longest),
        }
    }
}

/// What somebody is counted under: a hash, so that no store of counts says who was there.
pub fn limit_key(what: &str, who: &[&str]) -> String {
    let digest = Sha256::digest(who.join("\n").as_bytes());
    format!("{what}:{}", URL_SAFE_NO_PAD.encode(&digest[..16]))
}

/// Whether something may be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// Yes, and it was counted.
    Allowed,
    /// Not before so long; nothing was counted.
    Wait(Duration),
}

/// What is to be taken from one bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Take {
    pub key: String,
    pub rate: Rate,
    /// How many; never more than the bucket holds, or they could not be had at all.
    pub count: u32,
}

impl Take {
    /// So many of a bucket, or all that it holds.
    pub fn new(key: String, rate: Rate, count: u32) -> Self {
        Self {
            key,
            rate,
            count: count.min(rate.count.max(1)),
        }
    }
}

/// What became of one bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Whether it held enough.
    pub verdict: Verdict,
    /// How many are in it now.
    pub left: u32,
}

measured! {
/// Counts. Each method is one atomic step, on every server of a site together, and goes by the store's own clock.
#[async_trait]
pub trait RateLimiter: Send + Sync {
    /// Takes one of the key's budget at this rate. Keys of different rates do not meet.
    async fn take(&self, key: &str, rate: Rate) -> Result<Verdict, StoreError>;

    /// Takes several at once from several buckets, in order: all of them if each bucket holds enough, else nothing.
    /// They do not meet those of [`Self::take`].
    async fn take_all(&self, takes: &[Take]) -> Result<Vec<Taken>, StoreError>;

    /// Begins an attempt, which counts as failed until [`Self::forgive`]: so attempts that run at the same time are
    /// all counted. While a delay runs nothing is counted and it grows no further.
    async fn attempt(&self, key: &str, backoff: Backoff) -> Result<Verdict, StoreError>;

    /// Forgets all attempts of the key.
    async fn forgive(&self, key: &str) -> Result<(), StoreError>;
}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_longest() {
        let backoff = Backoff {
            free: 3,
            first: Duration::from_secs(1),
            longest: Duration::from_secs(60),
            forget_after: Duration::from_secs(600),
        };

        let delays = [1, 3, 4, 5, 6, 9, 10, 11, u32::MAX].map(|n| backoff.delay(n).as_secs());

        assert_eq!(delays, [0, 0, 1, 2, 4, 32, 60, 60, 60]);
    }
}
