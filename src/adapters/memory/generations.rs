//! Generations of what is cached of profiles.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::ids::ProfileId;

/// How many counters there are. Profiles that share one begin a new generation together.
const COUNTERS: usize = 1 << 14;

/// Which generation is current, for each profile. Clones share them.
///
/// Changes and reads race: a value that was read before a change must not be served after it. So a value belongs to the
/// generation from before it was read, a change begins another generation, and a value is fresh only in its own.
#[derive(Clone)]
pub(super) struct Generations(Arc<[AtomicU64]>);

impl Generations {
    pub(super) fn new() -> Self {
        Self((0..COUNTERS).map(|_| AtomicU64::new(0)).collect())
    }

    /// The generation that the profile is at now.
    pub(super) fn of(&self, profile: ProfileId) -> u64 {
        self.counter(profile).load(Ordering::SeqCst)
    }

    /// Something about a profile has changed.
    pub(super) fn begin(&self, profile: ProfileId) {
        self.counter(profile).fetch_add(1, Ordering::SeqCst);
    }

    /// Something about any profile may have changed.
    pub(super) fn begin_all(&self) {
        for counter in &*self.0 {
            counter.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn counter(&self, profile: ProfileId) -> &AtomicU64 {
        let index = usize::try_from(profile.0 % COUNTERS as u64);
        &self.0[index.unwrap_or_default()]
    }
}
