//! The titles that a search has found so far.

use hashbrown::HashMap;

use super::index::{Entry, Index};
use super::lexicon::Slot;
use super::ranking::{Grade, score};
use crate::domain::catalog::{TitleFacts, TitleHit};

/// Titles, each with the best match that was found of it. Only those that are wanted come in.
pub(super) struct Hits<'a> {
    index: &'a Index,
    wanted: &'a dyn Fn(&TitleFacts) -> bool,
    found: HashMap<Slot, (Grade, u64)>,
}

impl<'a> Hits<'a> {
    pub(super) fn new(index: &'a Index, wanted: &'a dyn Fn(&TitleFacts) -> bool) -> Self {
        Self {
            index,
            wanted,
            found: HashMap::new(),
        }
    }

    /// Notes a match of a title; a better one that is known stays. Among equal grades fame counts.
    pub(super) fn offer(&mut self, slot: Slot, title: &Entry, grade: Grade, fame: u64) {
        match self.found.get_mut(&slot) {
            Some(known) => *known = (*known).max((grade, fame)),
            None if (self.wanted)(&title.facts) => {
                self.found.insert(slot, (grade, fame));
            }
            None => {}
        }
    }

    pub(super) fn has(&self, slot: Slot) -> bool {
        self.found.contains_key(&slot)
    }

    pub(super) fn len(&self) -> usize {
        self.found.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Whether so many are of this grade or a better one: whatever is worse than that grade is behind them.
    pub(super) fn are_enough(&self, limit: usize, grade: Grade) -> bool {
        self.found.len() >= limit
            && self.found.values().filter(|(of, _)| *of >= grade).count() >= limit
    }

    /// The best, in order: by score, then by watchers, then by id.
    pub(super) fn best(self, limit: usize) -> Vec<TitleHit> {
        let mut ranked: Vec<(f64, u64, TitleHit)> = self
            .found
            .iter()
            .map(|(slot, (grade, fame))| {
                let title = self.index.title(*slot);
                let hit = TitleHit {
                    title: title.facts.id,
                    score: score(*grade, *fame),
                };
                (hit.score, title.watchers, hit)
            })
            .collect();
        let order = |a: &(f64, u64, TitleHit), b: &(f64, u64, TitleHit)| {
            b.0.total_cmp(&a.0)
                .then(b.1.cmp(&a.1))
                .then(a.2.title.cmp(&b.2.title))
        };
        if ranked.len() > limit && limit > 0 {
            ranked.select_nth_unstable_by(limit - 1, order);
        }
        ranked.truncate(limit);
        ranked.sort_unstable_by(order);
        ranked.into_iter().map(|(.., hit)| hit).collect()
    }
}

/// Slots that were seen.
pub(super) struct Seen(Vec<u64>);

impl Seen {
    /// None of so many slots.
    pub(super) fn none_of(slots: usize) -> Self {
        Self(vec![0; slots / 64 + 1])
    }

    /// Whether a slot is seen for the first time.
    pub(super) fn is_new(&mut self, slot: Slot) -> bool {
        let (place, bit) = (slot as usize / 64, 1 << (slot % 64));
        let is_new = self.0[place] & bit == 0;
        self.0[place] |= bit;
        is_new
    }
}
