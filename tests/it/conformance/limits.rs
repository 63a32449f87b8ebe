//! Every `RateLimiter` counts as its documentation says. It goes by a clock of its own, so what must not happen in the
//! meantime is given a minute, and what must pass passes.

use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use reelgraph::adapters::memory::MemoryLimiter;
use reelgraph::adapters::redis::{RedisDb, RedisLimiter};
use reelgraph::domain::limits::{Backoff, Rate, RateLimiter, Take, Taken, Verdict};

use super::Backend;
use crate::support::servers::{self, PATIENT};

on_every_backend!(open on [memory, redis]:
    so_many_are_allowed_at_once,
    who_waits_as_told_is_allowed_and_nobody_earlier,
    what_is_refused_is_not_counted,
    keys_and_rates_do_not_meet,
    of_many_at_the_same_time_so_many_are_allowed,
    several_are_taken_of_all_buckets_or_of_none,
    what_was_taken_comes_back_with_time,
    some_attempts_are_free_and_delays_double_up_to_the_longest,
    attempts_during_a_delay_are_not_counted,
    forgiven_attempts_are_forgotten,
    attempts_are_forgotten_after_a_time_without_any,
    attempts_of_different_keys_do_not_meet,
    attempts_at_the_same_time_are_all_counted,
);

struct Opened(Arc<dyn RateLimiter>);

impl Deref for Opened {
    type Target = Arc<dyn RateLimiter>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

async fn open(backend: Backend) -> Opened {
    if backend == Backend::memory {
        return Opened(Arc::new(MemoryLimiter::new()));
    }
    let (url, prefix) = servers::redis_url();
    Opened(Arc::new(RedisLimiter::new(
        RedisDb::open(&url, &prefix, PATIENT).unwrap(),
    )))
}

const MINUTE: Duration = Duration::from_secs(60);
/// What is tried one after the other, until a busy machine does not hold it up.
const KEYS: [&str; 7] = ["a", "b", "c", "d", "e", "f", "g"];

/// One in a minute, and so many at once.
fn slow(count: u32) -> Rate {
    Rate {
        count,
        period: MINUTE * count,
    }
}

/// The first delay and all others last a minute.
fn strict(free: u32) -> Backoff {
    Backoff {
        free,
        first: MINUTE,
        longest: MINUTE,
        forget_after: MINUTE,
    }
}

/// Takes until it is refused; says how long to wait.
async fn exhaust(limiter: &Opened, key: &str, rate: Rate) -> Duration {
    for _ in 0..1000 {
        if let Verdict::Wait(wait) = limiter.take(key, rate).await.unwrap() {
            return wait;
        }
    }
    panic!("1000 were allowed at {rate:?}");
}

#[track_caller]
fn assert_wait(verdict: Verdict, more_than: Duration, at_most: Duration) -> Duration {
    match verdict {
        Verdict::Wait(wait) if more_than < wait && wait <= at_most => wait,
        other => panic!("{other:?} is no wait of {more_than:?} to {at_most:?}"),
    }
}

async fn so_many_are_allowed_at_once(limiter: &Opened) {
    for count in [1, 3, 7] {
        let rate = slow(count);

        for _ in 0..count {
            assert_eq!(limiter.take("key", rate).await.unwrap(), Verdict::Allowed);
        }

        let refused = limiter.take("key", rate).await.unwrap();
        assert_wait(refused, MINUTE / 2, MINUTE);
    }
}

async fn who_waits_as_told_is_allowed_and_nobody_earlier(limiter: &Opened) {
    let rate = Rate {
        count: 3,
        period: Duration::from_millis(900),
    };
    let start = Instant::now();
    let wait = exhaust(limiter, "asks", rate).await;
    assert!(wait <= rate.interval(), "{wait:?}");

    while limiter.take("asks", rate).await.unwrap() != Verdict::Allowed {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // The two clocks may run a little differently.
    let waited = start.elapsed() + Duration::from_millis(5);
    assert!(waited >= wait, "{waited:?}, not {wait:?}");

    let wait = exhaust(limiter, "waits", rate).await;
    tokio::time::sleep(wait + Duration::from_millis(5)).await;
    let verdict = limiter.take("waits", rate).await.unwrap();
    assert_eq!(verdict, Verdict::Allowed);
}

async fn what_is_refused_is_not_counted(limiter: &Opened) {
    let rate = slow(2);
    let first = exhaust(limiter, "key", rate).await;

    for _ in 0..10 {
        let refused = limiter.take("key", rate).await.unwrap();
        assert_wait(refused, Duration::ZERO, first);
    }
}

async fn keys_and_rates_do_not_meet(limiter: &Opened) {
    exhaust(limiter, "key", slow(2)).await;

    for (key, rate) in [
        ("other", slow(2)),
        ("key", slow(3)),
        (
            "key",
            Rate {
                count: 2,
                period: MINUTE,
            },
        ),
    ] {
        let verdict = limiter.take(key, rate).await.unwrap();
        assert_eq!(verdict, Verdict::Allowed, "{key} at {rate:?}");
    }
}

async fn of_many_at_the_same_time_so_many_are_allowed(limiter: &Opened) {
    let take = (0..50).map(|_| {
        let limiter = limiter.0.clone();
        tokio::spawn(async move { limiter.take("key", slow(5)).await.unwrap() })
    });
    let verdicts = join_all(take).await.into_iter().map(Result::unwrap);

    assert_eq!(
        verdicts
            .filter(|verdict| *verdict == Verdict::Allowed)
            .count(),
        5
    );
}

async fn some_attempts_are_free_and_delays_double_up_to_the_longest(limiter: &Opened) {
    let first = Duration::from_secs(5);
    let backoff = Backoff {
        free: 2,
        first,
        longest: 3 * first,
        forget_after: MINUTE,
    };
    // What must come within a delay says nothing where a busy machine held it up for as long.
    'keys: for key in KEYS {
        for _ in 0..2 {
            let verdict = limiter.attempt(key, backoff).await.unwrap();
            assert_eq!(verdict, Verdict::Allowed);
        }
        let mut wait = Duration::ZERO;
        // The third of these is not of four times the first delay.
        for (shortest, delay) in [
            (Duration::ZERO, first),
            (first, 2 * first),
            (2 * first, backoff.longest),
        ] {
            let begun = Instant::now();
            tokio::time::sleep(wait + Duration::from_millis(5)).await;
            let verdict = limiter.attempt(key, backoff).await.unwrap();
            let refused = limiter.attempt(key, backoff).await.unwrap();
            if begun.elapsed() >= wait + first {
                continue 'keys;
            }
            assert_eq!(verdict, Verdict::Allowed);
            wait = assert_wait(refused, shortest, delay);
        }
        return;
    }
    panic!("the machine is too busy for any of them");
}

async fn attempts_during_a_delay_are_not_counted(limiter: &Opened) {
    let first = Duration::from_secs(8);
    let backoff = Backoff {
        free: 0,
        first,
        longest: MINUTE,
        forget_after: MINUTE,
    };
    for key in KEYS {
        let begun = Instant::now();
        let verdict = limiter.attempt(key, backoff).await.unwrap();
        assert_eq!(verdict, Verdict::Allowed);
        let mut refused = Vec::new();
        for _ in 0..10 {
            refused.push(limiter.attempt(key, backoff).await.unwrap());
        }
        if begun.elapsed() >= first {
            continue;
        }
        let waits = refused.into_iter();
        let wait = waits.fold(first, |wait, refused| {
            assert_wait(refused, Duration::ZERO, wait)
        });

        let begun = Instant::now();
        tokio::time::sleep(wait + Duration::from_millis(5)).await;
        let second = limiter.attempt(key, backoff).await.unwrap();
        let refused = limiter.attempt(key, backoff).await.unwrap();
        if begun.elapsed() >= wait + first {
            continue;
        }
        assert_eq!(second, Verdict::Allowed);
        assert_wait(refused, first, 2 * first);
        return;
    }
    panic!("the machine is too busy for any of them");
}

async fn forgiven_attempts_are_forgotten(limiter: &Opened) {
    let attempts = |count| async move {
        let mut allowed = 0;
        for _ in 0..count {
            let verdict = limiter.attempt("key", strict(2)).await.unwrap();
            allowed += u32::from(verdict == Verdict::Allowed);
        }
        allowed
    };
    assert_eq!(attempts(5).await, 3);

    limiter.forgive("key").await.unwrap();
    assert_eq!(attempts(1).await, 1);
    limiter.forgive("key").await.unwrap();
    limiter
        .forgive("of somebody who did nothing")
        .await
        .unwrap();

    assert_eq!(attempts(5).await, 3);
}

async fn attempts_are_forgotten_after_a_time_without_any(limiter: &Opened) {
    let longest = Duration::from_millis(4200);
    let backoff = Backoff {
        free: 2,
        first: longest,
        longest,
        forget_after: Duration::from_millis(4500),
    };
    // Again with another key where a busy machine has held up what must come in time.
    for key in KEYS {
        let (mut last, mut is_in_time) = (Instant::now(), true);
        // Each of these comes in time to be added to the one before.
        for _ in 0..3 {
            let begun = Instant::now();
            let verdict = limiter.attempt(key, backoff).await.unwrap();
            assert_eq!(verdict, Verdict::Allowed);
            is_in_time &= last.elapsed() < longest;
            last = begun;
            tokio::time::sleep(Duration::from_millis(2700)).await;
        }
        let refused = limiter.attempt(key, backoff).await.unwrap();
        if !is_in_time || last.elapsed() >= longest {
            continue;
        }
        assert_wait(refused, Duration::ZERO, Duration::from_millis(1500));

        tokio::time::sleep(Duration::from_millis(2250)).await;

        for _ in 0..3 {
            let verdict = limiter.attempt(key, backoff).await.unwrap();
            assert_eq!(verdict, Verdict::Allowed);
        }
        return;
    }
    panic!("the machine is too busy for any of them");
}

async fn attempts_of_different_keys_do_not_meet(limiter: &Opened) {
    for key in ["one", "other"] {
        let verdict = limiter.attempt(key, strict(0)).await.unwrap();
        assert_eq!(verdict, Verdict::Allowed);
    }

    limiter.forgive("other").await.unwrap();

    let refused = limiter.attempt("one", strict(0)).await.unwrap();
    assert_wait(refused, MINUTE / 2, MINUTE);
    let taken = limiter.take("one", slow(1)).await.unwrap();
    assert_eq!(taken, Verdict::Allowed);
}

async fn attempts_at_the_same_time_are_all_counted(limiter: &Opened) {
    let attempt = (0..50).map(|_| {
        let limiter = limiter.0.clone();
        tokio::spawn(async move { limiter.attempt("key", strict(5)).await.unwrap() })
    });
    let verdicts = join_all(attempt).await.into_iter().map(Result::unwrap);

    // The five that are free, and the one that the first delay follows.
    assert_eq!(
        verdicts
            .filter(|verdict| *verdict == Verdict::Allowed)
            .count(),
        6
    );
}

#[tokio::test]
async fn servers_on_one_redis_count_together() {
    let (url, prefix) = servers::redis_url();
    let server = || RedisLimiter::new(RedisDb::open(&url, &prefix, PATIENT).unwrap());
    let (one, other) = (server(), server());

    for server in [&one, &other] {
        assert_eq!(server.take("key", slow(2)).await.unwrap(), Verdict::Allowed);
        let attempt = server.attempt("key", strict(1)).await.unwrap();
        assert_eq!(attempt, Verdict::Allowed);
    }

    for server in [&one, &other] {
        let refused = server.take("key", slow(2)).await.unwrap();
        assert_wait(refused, MINUTE / 2, MINUTE);
        let refused = server.attempt("key", strict(1)).await.unwrap();
        assert_wait(refused, MINUTE / 2, MINUTE);
    }
    one.forgive("key").await.unwrap();
    let attempt = other.attempt("key", strict(1)).await.unwrap();
    assert_eq!(attempt, Verdict::Allowed);
}

#[tokio::test]
async fn redis_forgets_what_says_nothing_any_more() {
    let short = Duration::from_secs(5);
    let rate = Rate {
        count: 1,
        period: short,
    };
    let backoff = Backoff {
        free: 0,
        first: short,
        longest: short,
        forget_after: Duration::ZERO,
    };
    // Again where a busy machine has not looked at what is there before that goes.
    for _ in KEYS {
        let (url, prefix) = servers::redis_url();
        let limiter = RedisLimiter::new(RedisDb::open(&url, &prefix, PATIENT).unwrap());
        let started = Instant::now();
        let _ = limiter.take("key", rate).await.unwrap();
        let _ = limiter.attempt("key", backoff).await.unwrap();
        let begun = servers::redis_keys(&prefix).await;
        let is_in_time = started.elapsed() < short;

        tokio::time::sleep(short + Duration::from_millis(50)).await;

        assert_eq!(servers::redis_keys(&prefix).await, Vec::<String>::new());
        if is_in_time {
            let expected = ["attempts:key", "rate:1/5000000:key"];
            assert_eq!(begun, expected.map(|key| format!("{prefix}{key}")));
            return;
        }
    }
    panic!("the machine is too busy for any of them");
}

fn take(key: &str, rate: Rate, count: u32) -> Take {
    Take::new(key.to_owned(), rate, count)
}

async fn several_are_taken_of_all_buckets_or_of_none(limiter: &Opened) {
    let (large, small) = (slow(100), slow(10));
    let left = |taken: &[Taken]| taken.iter().map(|taken| taken.left).collect::<Vec<_>>();
    let wait = |taken: &Taken| match taken.verdict {
        Verdict::Allowed => None,
        Verdict::Wait(wait) => Some(wait.as_secs().div_ceil(60)),
    };

    let both = [take("a", large, 60), take("b", small, 8)];
    let first = limiter.take_all(&both).await.unwrap();
    let again = limiter
        .take_all(&[take("a", large, 5), take("b", small, 3)])
        .await
        .unwrap();
    let other = limiter
        .take_all(&[take("a", large, 40), take("c", small, 10)])
        .await
        .unwrap();
    let whole = limiter.take_all(&[take("d", small, 1_000)]).await.unwrap();

    assert!(first.iter().all(|taken| wait(taken).is_none()));
    assert_eq!(left(&first), [40, 2]);
    assert_eq!((wait(&again[0]), wait(&again[1])), (None, Some(1)));
    assert_eq!(left(&again), [40, 2], "nothing was taken of either");
    assert!(other.iter().all(|taken| wait(taken).is_none()));
    assert_eq!(left(&other), [0, 0]);
    // More than a bucket holds could never be had: it is all of it.
    assert_eq!((wait(&whole[0]), whole[0].left), (None, 0));
}

async fn what_was_taken_comes_back_with_time(limiter: &Opened) {
    let rate = Rate {
        count: 1_000,
        period: Duration::from_millis(500),
    };
    let all = [take("a", rate, 1_000)];

    let first = limiter.take_all(&all).await.unwrap();
    let second = limiter.take_all(&all).await.unwrap();

    assert_eq!(first[0].verdict, Verdict::Allowed);
    if let Verdict::Wait(wait) = second[0].verdict {
        assert!(wait <= rate.period, "{wait:?}");
        tokio::time::sleep(wait).await;
        let third = limiter.take_all(&all).await.unwrap();
        assert_eq!(third[0].verdict, Verdict::Allowed);
    }
}
