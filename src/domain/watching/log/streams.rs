//! What is seen of the streams that other processes write.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::store::Stream;

/// After how long without a note the process that writes a stream is taken for dead.
const DEAD: Duration = Duration::from_secs(10);

/// What was last seen of another's stream.
pub(super) struct Seen {
    folded: u64,
    noted_at: DateTime<Utc>,
    since: Instant,
    /// The number of the last entry, when it was last looked into.
    last: Option<u64>,
}

impl Seen {
    /// As it is now.
    pub(super) fn of(stream: &Stream) -> Self {
        Self {
            folded: stream.folded,
            noted_at: stream.noted_at,
            since: Instant::now(),
            last: None,
        }
    }

    /// Sees it again. Says whether it may hold something that nobody else folds: for long, by our own clock, nothing
    /// was noted of it, and nobody here has looked into it.
    pub(super) fn is_left(&mut self, stream: &Stream) -> bool {
        if (self.folded, self.noted_at) != (stream.folded, stream.noted_at) {
            *self = Self::of(stream);
        }
        self.since.elapsed() >= DEAD
    }

    /// Everything in it is folded that was seen, the last entry with this number. Says up to which number that is
    /// certain: others of the last number may still come, unless it was the last one long ago.
    pub(super) fn looked_into(&mut self, last: u64) -> u64 {
        let is_old = self.last == Some(last) && self.since.elapsed() >= DEAD;
        if self.last != Some(last) || is_old {
            self.since = Instant::now();
        }
        self.last = Some(last);
        if is_old { last } else { last.saturating_sub(1) }
    }

    /// There was nothing in it.
    pub(super) fn found_empty(&mut self) {
        self.since = Instant::now();
    }
}
