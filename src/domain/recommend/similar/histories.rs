//! Who watched what, packed: four bytes for a watch on each of its two sides.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::features::Features;

/// How many watches of one profile are counted, the latest. A few profiles with endless histories would otherwise take
/// most of the time, which grows with the square of a history's length, and say little that is particular.
pub const MAX_HISTORY: usize = 2000;

/// A number and whether it goes with a thumb up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Packed(u32);

impl Packed {
    fn new(number: u32, liked: bool) -> Self {
        Self(number << 1 | u32::from(liked))
    }

    pub(super) fn number(self) -> usize {
        (self.0 >> 1) as usize
    }

    pub(super) fn index(self) -> u32 {
        self.0 >> 1
    }

    pub(super) fn is_liked(self) -> bool {
        self.0 & 1 == 1
    }
}

/// Who watched what. Titles and profiles are numbered in the order in which they came.
#[derive(Debug, Clone, Default)]
pub struct Histories {
    pub(super) titles: Vec<Features>,
    indices: HashMap<TitleId, u32>,
    profiles: HashMap<ProfileId, u32>,
    /// What each profile watched, in the order of watching as far as it was read.
    pub(super) watches: Vec<Vec<Packed>>,
    /// Who watched each title.
    pub(super) viewers: Vec<Vec<Packed>>,
}

impl Histories {
    /// Adds a title, or says what it is now.
    pub fn put_title(&mut self, title: Features) {
        if let Some(index) = self.indices.get(&title.id) {
            self.titles[*index as usize] = title;
        } else {
            self.indices.insert(title.id, number(self.titles.len()));
            self.titles.push(title);
            self.viewers.push(Vec::new());
        }
    }

    /// Adds a profile that was not there before, with all that it watched and whether it liked it: each title once, in
    /// the order of watching. Titles that are not there are skipped.
    pub fn put_profile(
        &mut self,
        profile: ProfileId,
        watched: impl IntoIterator<Item = (TitleId, bool)>,
    ) {
        let next = number(self.watches.len());
        self.profiles.insert(profile, next);
        let mut history = Vec::new();
        for (title, liked) in watched {
            if let Some(&index) = self.indices.get(&title) {
                history.push(Packed::new(index, liked));
                self.viewers[index as usize].push(Packed::new(next, liked));
            }
        }
        self.watches.push(history);
    }

    /// Adds a profile that was not there before, with the latest [`MAX_HISTORY`] of what it watched, given in any
    /// order: when, what, and whether it liked it.
    pub fn put_latest(
        &mut self,
        profile: ProfileId,
        mut watched: Vec<(DateTime<Utc>, TitleId, bool)>,
    ) {
        watched.sort_unstable();
        let latest = &watched[watched.len().saturating_sub(MAX_HISTORY)..];
        let latest = latest.iter().map(|(_, title, liked)| (*title, *liked));
        self.put_profile(profile, latest);
    }

    /// Adds a watch, or says whether it is liked now. Says whether that changed anything.
    pub fn put_watch(&mut self, profile: ProfileId, title: TitleId, liked: bool) -> bool {
        let Some(&index) = self.indices.get(&title) else {
            return false;
        };
        let next = number(self.watches.len());
        let profile = *self.profiles.entry(profile).or_insert(next);
        if profile == next {
            self.watches.push(Vec::new());
        }
        let watches = &mut self.watches[profile as usize];
        let viewers = &mut self.viewers[index as usize];
        let watch = Packed::new(index, liked);
        let viewer = Packed::new(profile, liked);
        let known = watches
            .iter()
            .position(|known| known.number() == watch.number());
        match known {
            Some(known) if watches[known] == watch => return false,
            Some(known) => {
                watches[known] = watch;
                viewers
                    .iter_mut()
                    .filter(|known| known.number() == viewer.number())
                    .for_each(|known| *known = viewer);
            }
            None if watches.len() == MAX_HISTORY => return false,
            None => {
                watches.push(watch);
                viewers.push(viewer);
            }
        }
        true
    }

    /// Takes a watch back. Says whether it was there.
    pub fn remove_watch(&mut self, profile: ProfileId, title: TitleId) -> bool {
        let (Some(&index), Some(&profile)) =
            (self.indices.get(&title), self.profiles.get(&profile))
        else {
            return false;
        };
        let watches = &mut self.watches[profile as usize];
        let before = watches.len();
        watches.retain(|watch| watch.index() != index);
        self.viewers[index as usize].retain(|viewer| viewer.index() != profile);
        watches.len() < before
    }

    /// Whether a title is there, with the same metadata.
    pub fn says_the_same(&self, title: &Features) -> bool {
        self.indices.get(&title.id).is_some_and(|index| {
            let known = &self.titles[*index as usize];
            Features {
                watchers: known.watchers,
                ..title.clone()
            } == *known
        })
    }

    /// The number of a title.
    pub fn index(&self, title: TitleId) -> Option<u32> {
        self.indices.get(&title).copied()
    }

    /// The numbers of the titles that a profile watched.
    pub fn watched_by(&self, profile: ProfileId) -> impl Iterator<Item = usize> + '_ {
        let index = self.profiles.get(&profile);
        let watches = index.and_then(|index| self.watches.get(*index as usize));
        watches.into_iter().flatten().map(|watch| watch.number())
    }

    /// How many titles there are.
    pub fn titles(&self) -> usize {
        self.titles.len()
    }

    /// How many watches there are.
    pub fn watches(&self) -> usize {
        self.viewers.iter().map(Vec::len).sum()
    }

    /// How many profiles watched a title.
    pub fn watchers(&self, index: usize) -> usize {
        self.viewers[index].len()
    }
}

/// The number of the next one.
fn number(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
