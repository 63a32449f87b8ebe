//! From where on to read again what was written, so that what was committed late is not missed.
//!
//! A write is dated before it is committed, and the clocks of servers differ. So whoever follows what is written reads
//! a little of it again each time, and from time to time all that may have come late: to read that much each time would
//! be to read every write a dozen times.

use chrono::{DateTime, TimeDelta, Utc};

/// How far back is read again each time: nearly all is committed by then.
const OVERLAP: TimeDelta = TimeDelta::seconds(3);
/// By how much a write may be late at the most, and how often it is looked for such ones.
const LATEST: TimeDelta = TimeDelta::seconds(30);

/// Up to where was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    until: DateTime<Utc>,
    /// The same when it was last looked for all that may have come late.
    whole_until: DateTime<Utc>,
}

impl Reading {
    /// Everything was read that was written before a moment, from which on something may have come late.
    pub(super) fn until(at: DateTime<Utc>) -> Self {
        Self {
            until: at,
            whole_until: at,
        }
    }

    /// From where on to read now.
    pub(super) fn since(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        // A clock that was put back is no reason to pass anything over.
        if self.is_whole_due(now) {
            self.whole_until.min(now) - LATEST
        } else {
            self.until.min(now) - OVERLAP
        }
    }

    /// Everything was read that [`Self::since`] says of this moment.
    pub(super) fn did(&mut self, now: DateTime<Utc>) {
        if self.is_whole_due(now) {
            self.whole_until = now;
        }
        self.until = now;
    }

    fn is_whole_due(&self, now: DateTime<Utc>) -> bool {
        (now - self.whole_until).abs() >= LATEST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_000_000 + second, 0).unwrap()
    }

    /// Reads at these seconds. Says from where on each time.
    fn read(from: i64, seconds: impl IntoIterator<Item = i64>) -> Vec<i64> {
        let mut reading = Reading::until(at(from));
        let read = |second| {
            let since = reading.since(at(second));
            reading.did(at(second));
            (since - at(0)).num_seconds()
        };
        seconds.into_iter().map(read).collect()
    }

    #[test]
    fn a_little_is_read_again_each_time_and_all_that_may_be_late_now_and_then() {
        let seconds = [2, 4, 28, 30, 32, 58, 61];

        assert_eq!(read(0, seconds), [-3, -1, 1, -30, 27, 29, 0]);
    }

    #[test]
    fn whatever_is_late_by_half_a_minute_is_read_once_it_is_committed() {
        let seconds: Vec<i64> = (1..200).map(|round| round * 7 / 2).collect();
        let since = read(0, seconds.iter().copied());
        let reads: Vec<(i64, i64)> = seconds.into_iter().zip(since).collect();

        for written in 0..600 {
            for late in 0..=LATEST.num_seconds() {
                let committed = written + late;
                let is_read = |(at, since): &(i64, i64)| *at >= committed && *since <= written;
                let read = reads.iter().find(|read| is_read(read));
                let (at, _) = read.unwrap_or_else(|| panic!("{written} is missed, {late} late"));
                assert!(at - committed <= 34, "{written} is read at {at} only");
            }
        }
    }

    #[test]
    fn a_clock_that_is_put_back_passes_nothing_over() {
        let since = read(1000, [1002, 500, 502, 530]);

        assert_eq!(since, [997, 470, 497, 470]);
    }
}
