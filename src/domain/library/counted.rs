//! In which states the files of all libraries are, kept for a moment once it was counted: many look at once, and a store
//! counts by going through an index.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures::lock::{Mutex as Turn, MutexGuard};

use super::file::FileState;

/// For so long what was counted is good enough, where nobody of this process decides anything.
const KEPT: TimeDelta = TimeDelta::seconds(5);

/// How many files are in each state, all of [`FileState::ALL`] in that order.
pub type StateCounts = [(FileState, u64); FileState::ALL.len()];

/// What was counted the last time, and when.
type Last = Option<(DateTime<Utc>, StateCounts)>;

/// What was counted the last time. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Counted(Arc<Turn<Last>>);

/// The look at it of one who may count anew; others wait until it goes.
pub(super) struct Look<'c>(MutexGuard<'c, Last>);

impl Counted {
    /// Forgets it, because something is otherwise now.
    pub(super) async fn forget(&self) {
        *self.0.lock().await = None;
    }

    /// Waits until nobody else counts.
    pub(super) async fn look(&self) -> Look<'_> {
        Look(self.0.lock().await)
    }
}

impl Look<'_> {
    /// What was counted, as long as it is good enough.
    pub(super) fn at(&self, now: DateTime<Utc>) -> Option<StateCounts> {
        let (at, counts) = (*self.0)?;
        (at..at + KEPT).contains(&now).then_some(counts)
    }

    /// Keeps what was counted now.
    pub(super) fn keep(&mut self, now: DateTime<Utc>, counts: StateCounts) {
        *self.0 = Some((now, counts));
    }
}
