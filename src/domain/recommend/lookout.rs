//! Where to look for watched titles that wait, so that what was done is not walked over again and again.
//!
//! A store finds the first that waits by an index, in which the entries of what was done stay for a while: after a
//! million of them each look at the whole queue costs milliseconds. So whoever projects remembers a moment before which
//! it has seen nothing wait, and looks from a little before that. This is a hint and no promise: a write may be
//! committed later than others that are dated after it, clocks differ, and what was only marked lies at the end of the
//! queue. So the whole queue is looked at from time to time, and whatever is earlier than the hint is found then: it comes
//! late, and is never lost.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use super::sources::UnprojectedWatch;

/// How often the whole queue is looked at.
const WHOLE: Duration = Duration::from_secs(10);
/// How long before the moment of which nothing waits it is looked again: clocks differ by less, as a rule, and writes
/// are committed sooner.
const OVERLAP: TimeDelta = TimeDelta::seconds(2);

/// What was seen of the queue.
#[derive(Debug, Clone, Default)]
pub(super) struct Lookout {
    /// Nothing waits since before this moment, as far as was seen.
    quiet_until: Option<DateTime<Utc>>,
    /// When the whole queue was looked at and nothing was left.
    whole: Option<Instant>,
}

/// One look at the queue.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// The earliest to look for; `None`: the whole queue.
    pub(super) since: Option<DateTime<Utc>>,
    began: DateTime<Utc>,
    began_at: Instant,
}

impl Lookout {
    /// Where to look now.
    pub(super) fn look(&self, now: DateTime<Utc>) -> Look {
        let is_recent = self.whole.is_some_and(|at| at.elapsed() < WHOLE);
        Look {
            since: self.quiet_until.filter(|_| is_recent),
            began: now,
            began_at: Instant::now(),
        }
    }

    /// Takes in what a look has found. What is before the first of that does not wait.
    pub(super) fn saw(&mut self, look: Look, found: &[UnprojectedWatch]) {
        let first = found.first().map_or(look.began, |first| first.since);
        self.quiet_until = Some(first.min(look.began) - OVERLAP);
        if look.since.is_none() {
            // With anything left of it, it is looked at again.
            self.whole = found.is_empty().then_some(look.began_at);
        }
    }

    /// Takes in that somebody else is at what a look has found.
    pub(super) fn left(&mut self, look: Look) {
        if look.since.is_none() {
            self.whole = Some(look.began_at);
        }
    }

    /// Takes in that all that a look has found was projected, and that nothing more was there.
    pub(super) fn did_all(&mut self, look: Look) {
        self.quiet_until = Some(look.began - OVERLAP);
        if look.since.is_none() {
            self.whole = Some(look.began_at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ProfileId, TitleId};
    use crate::domain::stamp::Stamp;
    use crate::domain::watching::WatchedTitle;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_000_000 + second, 0).unwrap()
    }

    fn waiting(since: i64) -> UnprojectedWatch {
        let since = at(since);
        UnprojectedWatch {
            watched_title: WatchedTitle {
                profile: ProfileId(1),
                title: TitleId(1),
                is_series: false,
                weight: 1.0,
                plays: 1,
                completions: 1,
                seconds: 60.0,
                told: 0,
                is_aside: false,
                first_at: since,
                last_at: since,
                liked: None,
                liked_at: None,
                next_day: None,
                moved: None,
                stamp: Stamp::first(since),
            },
            since,
        }
    }

    #[test]
    fn the_whole_queue_is_looked_at_until_nothing_is_left_of_it() {
        let mut lookout = Lookout::default();

        let first = lookout.look(at(0));
        lookout.saw(first, &[waiting(-50)]);
        let second = lookout.look(at(1));
        lookout.did_all(second);
        let third = lookout.look(at(2));

        assert_eq!((first.since, second.since), (None, None));
        assert_eq!(third.since, Some(at(-1)), "a little before the last look");
    }

    #[test]
    fn what_is_before_the_first_that_waits_is_not_looked_at_again() {
        let mut lookout = Lookout::default();
        lookout.did_all(lookout.look(at(0)));

        let look = lookout.look(at(100));
        lookout.saw(look, &[waiting(90), waiting(95)]);

        assert_eq!(lookout.look(at(200)).since, Some(at(88)));
    }

    #[test]
    fn a_clock_that_is_ahead_moves_nothing_beyond_our_own() {
        let mut lookout = Lookout::default();
        lookout.did_all(lookout.look(at(0)));

        let look = lookout.look(at(100));
        lookout.saw(look, &[waiting(900)]);

        assert_eq!(lookout.look(at(200)).since, Some(at(98)));
    }

    #[test]
    fn what_was_projected_before_and_waits_again_is_not_new() {
        let first = waiting(0);
        let mut again = waiting(0);
        again.since = at(1);
        let mut marked = waiting(0);
        marked.since = super::super::sources::last_in_queue();

        assert!(first.may_be_new());
        assert!(!again.may_be_new());
        assert!(marked.may_be_new(), "the graph may be another one");
    }
}
