//! The titles that are worth an edge, by what was watched together and by metadata: found exactly, without looking at
//! every pair.
//!
//! A measure is (watches of both + next · watches soon afterwards + shared metadata) / divisor of the other + bonus of
//! the other. Whatever was watched together is looked at. Of the others, those of the same people are; and those alike in genres and decade are gone
//! through by group, in the order of the divisor, until no further one can get into the list.

use super::common::{Metadata, Weights};
use super::histories::Histories;

/// How many of the titles that a viewer watched after one count as following it.
const NEXT: u32 = 5;

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
    /// Room for so many titles.
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
        for place in self.touched.drain(..) {
            self.counts[place as usize] = 0;
            self.halves[place as usize] = 0;
            self.next[place as usize] = 0;
        }
        for viewer in &histories.viewers[title] {
            let halves = 1 + u32::from(viewer.is_liked());
            let mut follows = 0;
            for watch in &histories.watches[viewer.number()] {
                let place = watch.number();
                self.next[place] += u32::from(follows > 0);
                follows = if place == title {
                    NEXT
                } else {
                    follows.saturating_sub(1)
                };
                if self.counts[place] == 0 {
                    self.touched.push(watch.place());
                }
                self.counts[place] += 1;
                self.halves[place] += halves;
            }
        }
    }

    pub(super) fn with(&self, place: u32) -> u32 {
        self.counts[place as usize]
    }

    pub(super) fn next_with(&self, place: u32) -> u32 {
        self.next[place as usize]
    }

    pub(super) fn halves_with(&self, place: u32) -> u32 {
        self.halves[place as usize]
    }

    pub(super) fn touched(&self) -> &[u32] {
        &self.touched
    }
}

/// How well one title goes with another.
pub(super) struct Measure<'a> {
    /// What shared metadata weighs.
    pub(super) weights: Weights,
    /// What the sum is divided by, for the other title.
    pub(super) divisor: &'a (dyn Fn(u32) -> f64 + Sync),
    /// What it counts that the other was watched soon afterwards, beside that it was watched at all.
    pub(super) next: f64,
    /// What is added, for the other title.
    pub(super) bonus: &'a (dyn Fn(u32) -> f64 + Sync),
    /// Whether the other title is wanted at all.
    pub(super) admits: &'a (dyn Fn(u32) -> bool + Sync),
    /// Whether, of titles alike, the most watched measure the most; else the least watched do.
    pub(super) known_first: bool,
}

/// A title that is worth an edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Candidate {
    pub(super) place: u32,
    pub(super) measure: f64,
}

/// The titles other than `title` that measure the most, the most first, ties by id; all above 0, at most `limit`.
pub(super) fn best(
    histories: &Histories,
    metadata: &Metadata,
    together: &Together,
    title: usize,
    measure: &Measure<'_>,
    limit: usize,
) -> Vec<Candidate> {
    let watches = |place: u32| {
        f64::from(together.with(place)) + measure.next * f64::from(together.next_with(place))
    };
    let exact = |place: u32| {
        let shared = metadata
            .shared(place as usize, title, &measure.weights)
            .sum();
        Candidate {
            place,
            measure: (watches(place) + shared) / (measure.divisor)(place) + (measure.bonus)(place),
        }
    };
    let is_wanted = |place: u32| place as usize != title && (measure.admits)(place);
    // What must be reached at the least: the last of the best by watches alone.
    let mut by_watches = Vec::with_capacity(together.touched().len());
    let touched = together.touched().iter().copied();
    by_watches.extend(touched.filter(|place| is_wanted(*place)).map(|place| {
        let divisor = (measure.divisor)(place);
        (watches(place) / divisor + (measure.bonus)(place), place)
    }));
    let mut floor = 0.0;
    if by_watches.len() > limit {
        by_watches.select_nth_unstable_by(limit - 1, |a, b| b.0.total_cmp(&a.0));
        floor = by_watches[limit - 1].0;
    }
    let most_shared = most(&measure.weights);
    let mut found: Vec<Candidate> = by_watches
        .iter()
        .filter(|(least, place)| least + most_shared / (measure.divisor)(*place) >= floor)
        .map(|(_, place)| exact(*place))
        .collect();
    let mut of_people: Vec<u32> = metadata
        .by_people_of(title)
        .filter(|place| together.with(*place) == 0 && is_wanted(*place))
        .collect();
    of_people.sort_unstable();
    of_people.dedup();
    found.extend(of_people.iter().map(|place| exact(*place)));
    let floor = cut(histories, &mut found, limit).max(floor);
    let most_alike = measure.weights.genre + measure.weights.decade;
    for group in metadata.groups() {
        let first = if measure.known_first {
            group.members.last()
        } else {
            group.members.first()
        };
        let Some(first) = first else { continue };
        let reaches = |shared: f64, place: u32| {
            shared / (measure.divisor)(place) + (measure.bonus)(place) >= floor
        };
        if !reaches(most_alike, *first) {
            continue;
        }
        let shared = metadata.shared_with(group, title, &measure.weights);
        if shared <= 0.0 {
            continue;
        }
        let mut take = |place: &u32| {
            let goes_on = reaches(shared, *place);
            if goes_on
                && together.with(*place) == 0
                && is_wanted(*place)
                && of_people.binary_search(place).is_err()
            {
                found.push(exact(*place));
                return (goes_on, true);
            }
            (goes_on, false)
        };
        let mut taken = 0;
        let mut go = |place: &u32| {
            let (goes_on, took) = take(place);
            taken += usize::from(took);
            goes_on && taken < limit
        };
        if measure.known_first {
            group.members.iter().rev().all(&mut go);
        } else {
            group.members.iter().all(&mut go);
        }
    }
    cut(histories, &mut found, limit);
    found.shrink_to_fit();
    found
}

/// Puts the best first and drops the others. Returns what the last of a full list measures, else 0.
fn cut(histories: &Histories, found: &mut Vec<Candidate>, limit: usize) -> f64 {
    found.retain(|one| one.measure > 0.0);
    let id = |one: &Candidate| histories.titles[one.place as usize].id;
    found.sort_unstable_by(|a, b| {
        b.measure
            .total_cmp(&a.measure)
            .then_with(|| id(a).cmp(&id(b)))
    });
    found.truncate(limit);
    match found.last() {
        Some(last) if found.len() == limit => last.measure,
        _ => 0.0,
    }
}

/// The most that two titles can share.
fn most(weights: &Weights) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a handful of actors")]
    let actors = super::super::features::ACTORS as f64;
    weights.director + weights.actor * actors + weights.genre + weights.decade
}
