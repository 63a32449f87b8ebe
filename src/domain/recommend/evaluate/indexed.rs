//! A split whose titles and viewers are numbered, as the lists and the metrics need it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::split::{Relevant, Split, Tastes, latest_first};
use crate::domain::catalog::{Publication, Title};
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::graph::TasteEdge;

/// A split whose titles are numbered, in the order of their ids.
pub(super) struct IndexedSplit<'a> {
    pub(super) split: &'a Split,
    /// The titles, as popular as they are in the training set, all of them published, and in no collection: a part
    /// that waits for another would be left out of lists although nothing of it was seen.
    pub(super) titles: Vec<Arc<Title>>,
    indices: HashMap<TitleId, u32>,
    /// What each viewer of the training set watched.
    pub(super) watched: Vec<Vec<u32>>,
    /// Who watched each title in the training set.
    pub(super) watchers: Vec<Vec<u32>>,
    candidates: Option<Vec<bool>>,
    /// Those of whom something relevant is held out, by id.
    pub(super) viewers: Vec<Viewer>,
    /// Those of whom pairs are held out, by id.
    pub(super) followers: Vec<Follower>,
}

/// Somebody for whom lists are made.
#[derive(Debug, Clone)]
pub(super) struct Viewer {
    pub(super) profile: ProfileId,
    /// All that is known, the latest first.
    pub(super) history: Vec<TasteEdge>,
    /// The same by number, ascending.
    pub(super) seen: Vec<u32>,
    /// What the list should find.
    pub(super) relevant: HashSet<u32>,
}

/// Somebody who went from title to title.
pub(super) struct Follower {
    /// What was watched before the held-out titles, ascending.
    seen: Vec<u32>,
    /// The place of each held-out title in the order of watching.
    order: HashMap<u32, usize>,
    /// From where to where.
    pub(super) steps: Vec<(u32, u32)>,
}

impl Viewer {
    pub(super) fn has_seen(&self, title: u32) -> bool {
        self.seen.binary_search(&title).is_ok()
    }
}

impl Follower {
    /// Whether a title is known already on the page of another one.
    pub(super) fn knows(&self, title: u32, on_page_of: u32) -> bool {
        let now = self.order.get(&on_page_of);
        let is_past = self.order.get(&title).is_some_and(|then| Some(then) <= now);
        title == on_page_of || is_past || self.seen.binary_search(&title).is_ok()
    }
}

impl<'a> IndexedSplit<'a> {
    /// With `most_viewers` viewers at the most. Ids of profiles are hashes or random, so those with the least ids are
    /// drawn as if by lot, and always the same.
    pub(super) fn new(split: &'a Split, relevant: Relevant, most_viewers: usize) -> Self {
        let mut titles = split.titles.clone();
        titles.sort_unstable_by_key(|title| title.id);
        titles.dedup_by_key(|title| title.id);
        let indices: HashMap<TitleId, u32> = titles.iter().map(|title| title.id).zip(0..).collect();
        let watched: Vec<Vec<u32>> = split
            .train
            .values()
            .map(|edges| numbers(&indices, edges.iter().map(|edge| edge.title)))
            .collect();
        let mut watchers = vec![Vec::new(); titles.len()];
        for (viewer, watched) in (0_u32..).zip(&watched) {
            for title in watched {
                watchers[*title as usize].push(viewer);
            }
        }
        for (title, watchers) in titles.iter_mut().zip(&watchers) {
            title.watchers = watchers.len() as u64;
            title.collection = None;
            title.publication = Publication::default();
        }
        let candidates = split.candidates.as_ref().map(|candidates| {
            let is_one = |title: &Title| candidates.contains(&title.id);
            titles.iter().map(is_one).collect()
        });
        let mut indexed = Self {
            split,
            titles: titles.into_iter().map(Arc::new).collect(),
            indices,
            watched,
            watchers,
            candidates,
            viewers: Vec::new(),
            followers: Vec::new(),
        };
        let viewers = split
            .test
            .keys()
            .map(|profile| indexed.viewer(*profile, relevant));
        let viewers = viewers.filter(|viewer| !viewer.relevant.is_empty());
        indexed.viewers = viewers.take(most_viewers).collect();
        let followers = split.next.keys().map(|profile| indexed.follower(*profile));
        let followers = followers.filter(|follower| !follower.steps.is_empty());
        indexed.followers = followers.take(most_viewers).collect();
        indexed
    }

    pub(super) fn index(&self, title: TitleId) -> Option<u32> {
        self.indices.get(&title).copied()
    }

    pub(super) fn title(&self, index: u32) -> &Title {
        &self.titles[index as usize]
    }

    /// How many watched a title in the training set.
    pub(super) fn watchers(&self, index: u32) -> usize {
        self.watchers[index as usize].len()
    }

    /// Whether a title may be in a list for a viewer.
    pub(super) fn may_list(&self, index: u32) -> bool {
        let candidates = self.candidates.as_ref();
        candidates.is_none_or(|candidates| candidates[index as usize])
    }

    /// How many titles may be in a list.
    pub(super) fn universe(&self) -> usize {
        let candidates = self.candidates.as_ref();
        candidates.map_or(self.titles.len(), |candidates| {
            candidates.iter().filter(|is_one| **is_one).count()
        })
    }

    fn viewer(&self, profile: ProfileId, relevant: Relevant) -> Viewer {
        let of = |tastes: &'a Tastes| tastes.get(&profile).into_iter().flatten();
        let mut history: Vec<TasteEdge> = of(&self.split.train)
            .chain(of(&self.split.fold_in))
            .copied()
            .collect();
        latest_first(&mut history);
        let test = self.split.test.get(&profile).into_iter().flatten();
        let relevant = test
            .filter(|held_out| relevant == Relevant::Watched || held_out.is_liked)
            .filter_map(|held_out| self.index(held_out.title));
        Viewer {
            profile,
            seen: numbers(&self.indices, history.iter().map(|edge| edge.title)),
            relevant: relevant.collect(),
            history,
        }
    }

    fn follower(&self, profile: ProfileId) -> Follower {
        let train = self.split.train.get(&profile).into_iter().flatten();
        let test = self.split.test.get(&profile).into_iter().flatten();
        let steps = self.split.next.get(&profile).into_iter().flatten();
        Follower {
            seen: numbers(&self.indices, train.map(|edge| edge.title)),
            order: test
                .filter_map(|held_out| self.index(held_out.title))
                .zip(0..)
                .collect(),
            steps: steps
                .filter_map(|(from, to)| Some((self.index(*from)?, self.index(*to)?)))
                .collect(),
        }
    }
}

/// The numbers of titles, ascending, each once; those that are not there are left out.
fn numbers(indices: &HashMap<TitleId, u32>, titles: impl Iterator<Item = TitleId>) -> Vec<u32> {
    let mut numbers: Vec<u32> = titles
        .filter_map(|title| indices.get(&title).copied())
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}
