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
    /// Whether nothing was left in it since.
    is_done: bool,
}

impl Seen {
    /// As it is now.
    pub(super) fn of(stream: &Stream) -> Self {
        Self {
            folded: stream.folded,
            noted_at: stream.noted_at,
            since: Instant::now(),
            is_done: false,
        }
    }

    /// Sees it again. Says whether it may hold something that nobody else folds: nothing was noted of it for long, by
    /// our own clock, and nobody has looked into it since.
    pub(super) fn is_left(&mut self, stream: &Stream) -> bool {
        if (self.folded, self.noted_at) != (stream.folded, stream.noted_at) {
            *self = Self::of(stream);
        }
        !self.is_done && self.since.elapsed() >= DEAD
    }

    /// Everything in it is folded.
    pub(super) fn done(&mut self) {
        self.is_done = true;
    }
}
