//! What one lane of this process knows of the logs of its profiles.

use std::collections::{BTreeSet, HashMap};
use std::time::Instant;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::head::{BELIEVED, Head, Waiting};
use crate::domain::ids::ProfileId;

/// How many profiles a lane remembers.
pub(super) const REMEMBERED: usize = 100_000;

/// What a lane knows.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) heads: HashMap<ProfileId, Head>,
    /// Those in which something waits.
    pub(super) waiting: BTreeSet<ProfileId>,
    pub(super) stream: Option<Writing>,
    /// Profiles of which entries of ours may wait that are not remembered.
    pub(super) forgotten: HashMap<ProfileId, Forgotten>,
    tidied_at: Option<Instant>,
}

/// Entries of ours that may wait, of a profile that is not remembered.
#[derive(Default)]
pub(super) struct Forgotten {
    /// How often it was forgotten.
    pub(super) times: u64,
    /// The stream and the number of the first that waited each time.
    places: Vec<(Uuid, u64)>,
}

/// A stream that is written.
#[derive(Clone, Copy)]
pub(super) struct Writing {
    pub(super) id: Uuid,
    /// The number of the last batch.
    pub(super) number: u64,
    /// The number up to which it was noted as folded, and when.
    pub(super) noted: u64,
    pub(super) noted_at: Instant,
}

impl Memory {
    /// Forgets what is known of a profile. What of ours may wait there is folded from the log.
    pub(super) fn forget(&mut self, profile: ProfileId) {
        let Some(head) = self.heads.remove(&profile) else {
            return;
        };
        self.waiting.remove(&profile);
        if let Some(first) = head.waiting().next() {
            let known = self.forgotten.entry(profile).or_default();
            known.times += 1;
            known.places.push((first.stream, first.number));
        }
    }

    /// What was forgotten of a profile so many times is folded.
    pub(super) fn remember(&mut self, profile: ProfileId, times: u64) {
        let known = self.forgotten.get(&profile);
        if known.is_some_and(|known| known.times == times) {
            self.forgotten.remove(&profile);
        }
    }

    /// Forgets, now and then, profiles that nobody has reported of for long.
    pub(super) fn tidy(&mut self) {
        let at = self.tidied_at.get_or_insert_with(Instant::now);
        if at.elapsed() > BELIEVED {
            self.tidied_at = None;
            self.heads.retain(|_, head| !head.is_old());
        }
    }

    /// Entries of a profile are folded up to a sequence.
    pub(super) fn folded(&mut self, profile: ProfileId, to: u64) {
        if let Some(head) = self.heads.get_mut(&profile) {
            head.folded(to);
            if !head.is_waiting() {
                self.waiting.remove(&profile);
            }
        }
    }

    /// The profiles in which something waits.
    pub(super) fn waiting(&self) -> impl Iterator<Item = (ProfileId, &Head)> {
        let waiting = self.waiting.iter();
        waiting.filter_map(|profile| Some((*profile, self.heads.get(profile)?)))
    }

    /// When the oldest entry was received that waits here, in UTC; of profiles that are forgotten that is not known.
    pub(super) fn oldest(&self) -> Option<DateTime<Utc>> {
        // Those of a profile are in their order.
        let first = self.waiting().filter_map(|(_, head)| head.waiting().next());
        first.map(|waiting| waiting.entry.at).min()
    }

    /// Forgets profiles of which nothing waits, once there are too many.
    pub(super) fn make_room(&mut self) {
        if self.heads.len() > REMEMBERED {
            self.heads.retain(|_, head| head.is_waiting());
        }
    }

    /// The number of the first entry in our stream that waits, as far as we know.
    pub(super) fn first_waiting(&self) -> Option<u64> {
        let stream = self.stream?.id;
        let waiting = self.waiting().flat_map(|(_, head)| head.waiting());
        let waiting = waiting.map(|Waiting { stream, number, .. }| (*stream, *number));
        let forgotten = self.forgotten.values();
        let forgotten = forgotten.flat_map(|forgotten| forgotten.places.iter().copied());
        let ours = waiting
            .chain(forgotten)
            .filter(|(id, _): &(Uuid, u64)| *id == stream);
        ours.map(|(_, number)| number).min()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::watching::log::entry::Entry;
    use crate::domain::watching::log::head::no_rows;
    use crate::domain::watching::log::store::Tail;

    impl Memory {
        /// Something was appended, which waits.
        fn append(&mut self, profile: ProfileId, sequence: u64, second: i64) {
            let tail = Tail {
                profile,
                folded: 0,
                waiting: Vec::new(),
                is_erased: false,
            };
            let head = self.heads.entry(profile).or_insert_with(|| Head::of(&tail));
            let entry = Entry {
                profile,
                sequence,
                at: at(second),
                causes: Vec::new(),
            };
            head.appended(Arc::new(entry), (Uuid::nil(), 1), &no_rows());
            self.waiting.insert(profile);
        }
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_000_000 + second, 0).unwrap()
    }

    #[test]
    fn the_lag_is_that_of_the_oldest_entry_that_waits_of_any_profile() {
        let (first, second) = (ProfileId(1), ProfileId(2));
        let mut memory = Memory::default();
        let nothing = memory.oldest();
        memory.append(second, 1, 30);
        memory.append(first, 1, 10);
        memory.append(first, 2, 20);

        let all = memory.oldest();
        memory.folded(first, 1);
        let some = memory.oldest();
        memory.folded(first, 2);
        let last = memory.oldest();
        memory.folded(second, 1);

        assert_eq!(nothing, None);
        assert_eq!(
            [all, some, last],
            [10, 20, 30].map(|second| Some(at(second)))
        );
        assert_eq!(memory.oldest(), None);
    }
}
