//! One lane of the recorder: what waits in it, what is known of its profiles, and how much is taken at a time.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::lock::Mutex as Turn;

use super::line::{Line, locked};
use super::memory::{Memory, REMEMBERED};
use crate::domain::ids::ProfileId;

/// For what part of the time that a batch took more is gathered for the next.
const PART: u32 = 2;
/// For how long at the most.
const LONGEST: Duration = Duration::from_millis(10);
/// So little is not worth waiting for.
const SHORTEST: Duration = Duration::from_millis(1);

/// Drafts of some of the profiles, appended one batch after the other.
#[derive(Default)]
pub(super) struct Lane {
    pub(super) line: Arc<Line>,
    pub(super) memory: Turn<Memory>,
    /// Whoever folds entries of ours.
    pub(super) folding: Turn<()>,
    /// The profiles of those who wait for that turn, because they read what it makes.
    pub(super) wanted: Mutex<BTreeSet<ProfileId>>,
    /// Up to which sequence profiles are folded, at least.
    folded: Mutex<HashMap<ProfileId, u64>>,
}

impl Lane {
    /// A sequence up to which a profile is folded.
    pub(super) fn folded(&self, profile: ProfileId) -> u64 {
        locked(&self.folded).get(&profile).copied().unwrap_or(0)
    }

    /// A profile is folded up to a sequence.
    pub(super) fn note_folded(&self, profile: ProfileId, to: u64) {
        let mut folded = locked(&self.folded);
        if folded.len() >= REMEMBERED {
            folded.clear();
        }
        let known = folded.entry(profile).or_default();
        *known = (*known).max(to);
    }
}

/// For how long to gather more after a batch of so many jobs that took so long. While several report in the time of one
/// write, a write costs them all more than this wait: those who were answered together mostly report again together, and
/// half of them would meet the next write on its way. Whoever reports alone does not wait.
pub(super) fn gathers(jobs: usize, took: Duration) -> Option<Duration> {
    let time = (took / PART).min(LONGEST);
    (jobs > 1 && time >= SHORTEST).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_is_gathered_where_several_report_in_the_time_of_a_write() {
        let after = |jobs, took| {
            let time = gathers(jobs, Duration::from_millis(took));
            time.map(|time| time.as_millis())
        };

        assert_eq!(after(1, 20), None, "whoever reports alone does not wait");
        assert_eq!(after(2, 1), None, "a write is sooner done than waited for");
        assert_eq!(after(2, 6), Some(3));
        assert_eq!(after(100, 500), Some(10));
    }
}
