//! What was watched by the viewers of one title.

use super::histories::Histories;

/// How many of the titles that a viewer watched after one count as following it.
pub(crate) const NEXT: u32 = 5;

/// What was watched by the viewers of one title.
pub(super) struct Together {
    /// How many viewers each title shares with it.
    counts: Vec<u32>,
    /// The same in halves, where a viewer who liked it counts 1 and another ½.
    halves: Vec<u32>,
    /// How often each title was one of the next few that a viewer of it watched.
    next: Vec<u32>,
    /// The titles with a count.
    touched: Vec<u32>,
}

impl Together {
    /// Room for this many titles.
    pub(super) fn new(titles: usize) -> Self {
        Self {
            counts: vec![0; titles],
            halves: vec![0; titles],
            next: vec![0; titles],
            touched: Vec::new(),
        }
    }

    /// Counts for a title, forgetting what was counted before.
    pub(super) fn count(&mut self, histories: &Histories, title: usize) {
        for index in self.touched.drain(..) {
            self.counts[index as usize] = 0;
            self.halves[index as usize] = 0;
            self.next[index as usize] = 0;
        }
        for viewer in &histories.viewers[title] {
            let halves = 1 + u32::from(viewer.is_liked());
            let mut follows = 0;
            for watch in &histories.watches[viewer.number()] {
                let index = watch.number();
                self.next[index] += u32::from(follows > 0);
                follows = if index == title {
                    NEXT
                } else {
                    follows.saturating_sub(1)
                };
                if self.counts[index] == 0 {
                    self.touched.push(watch.index());
                }
                self.counts[index] += 1;
                self.halves[index] += halves;
            }
        }
    }

    pub(super) fn with(&self, index: u32) -> u32 {
        self.counts[index as usize]
    }

    pub(super) fn next_with(&self, index: u32) -> u32 {
        self.next[index as usize]
    }

    pub(super) fn halves_with(&self, index: u32) -> u32 {
        self.halves[index as usize]
    }

    pub(super) fn touched(&self) -> &[u32] {
        &self.touched
    }
}
