//! The titles that are worth an edge, by what was watched together and by metadata: found exactly, without looking at
//! every pair.
//!
//! A measure is (watches of both + next · watches soon afterwards + shared metadata) / divisor of the other + bonus of
//! the other. Every other title is of one of three sorts, and of each sort a bound says which need no look:
//!
//! 1. Watched by a viewer of the title. What shared metadata adds lies between 0 and [`most`]. So the measures without
//!    it are lower bounds; the last of the best of them, the *floor*, is reached by a full list of titles already; and a
//!    title that stays below it even with the most is not on the list. See [`Search::of_watches`].
//! 2. Of the same people, and not of the first sort: few, so all of them are measured. See [`Search::of_people`].
//! 3. All others share genres and decade at most. Those that have the same of both, a group, share the same with the
//!    title, so their measures have the order of their divisor and bonus, which is that of their watchers: the first
//!    one below the floor ends its group, and so does the last that fits into a list. See [`Search::add_alike`].
//!
//! What is skipped measures less than what is on the list, or as much with a greater id, which loses ties: so the
//! list is the one that measuring everything would give.

use super::common::{Group, Metadata, Weights};
use super::histories::Histories;
use super::together::Together;

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
    pub(super) index: u32,
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
    let search = Search {
        histories,
        metadata,
        together,
        title,
        measure,
        limit,
    };
    let (mut found, floor) = search.of_watches();
    let of_people = search.of_people();
    found.extend(of_people.iter().map(|index| search.measured(*index)));
    let floor = cut(histories, &mut found, limit).max(floor);
    search.add_alike(&mut found, floor, &of_people);
    cut(histories, &mut found, limit);
    found.shrink_to_fit();
    found
}

/// Whose candidates are looked for, in what, and by which measure.
struct Search<'a> {
    histories: &'a Histories,
    metadata: &'a Metadata,
    together: &'a Together,
    title: usize,
    measure: &'a Measure<'a>,
    limit: usize,
}

impl Search<'_> {
    fn is_wanted(&self, index: u32) -> bool {
        index as usize != self.title && (self.measure.admits)(index)
    }

    /// What is measured of another title: what was watched, and what they share.
    fn measure(&self, index: u32, watches: f64, shared: f64) -> f64 {
        (watches + shared) / (self.measure.divisor)(index) + (self.measure.bonus)(index)
    }

    fn watches(&self, index: u32) -> f64 {
        let next = f64::from(self.together.next_with(index));
        f64::from(self.together.with(index)) + self.measure.next * next
    }

    fn measured(&self, index: u32) -> Candidate {
        let weights = &self.measure.weights;
        let shared = self.metadata.shared(index as usize, self.title, weights);
        Candidate {
            index,
            measure: self.measure(index, self.watches(index), shared.sum()),
        }
    }

    /// Those of the first sort that may be on the list, and the floor; 0 if not even these fill a list.
    fn of_watches(&self) -> (Vec<Candidate>, f64) {
        let mut least: Vec<(f64, u32)> = Vec::with_capacity(self.together.touched().len());
        let touched = self.together.touched().iter().copied();
        let wanted = touched.filter(|index| self.is_wanted(*index));
        least.extend(wanted.map(|index| (self.measure(index, self.watches(index), 0.0), index)));
        let mut floor = 0.0;
        if least.len() > self.limit {
            least.select_nth_unstable_by(self.limit - 1, |a, b| b.0.total_cmp(&a.0));
            floor = least[self.limit - 1].0;
        }
        let most = most(&self.measure.weights);
        let may_reach =
            |(least, index): &&(f64, u32)| least + most / (self.measure.divisor)(*index) >= floor;
        let found = least.iter().filter(may_reach);
        let found = found.map(|(_, index)| self.measured(*index)).collect();
        (found, floor)
    }

    /// Those of the second sort, by number.
    fn of_people(&self) -> Vec<u32> {
        let of_people = self.metadata.by_people_of(self.title);
        let mut of_people: Vec<u32> = of_people
            .filter(|index| self.together.with(*index) == 0 && self.is_wanted(*index))
            .collect();
        of_people.sort_unstable();
        of_people.dedup();
        of_people
    }

    /// Adds those of the third sort that reach the floor, of each group no more than fit into a list.
    fn add_alike(&self, found: &mut Vec<Candidate>, floor: f64, of_people: &[u32]) {
        let weights = &self.measure.weights;
        let most_alike = weights.genre + weights.decade;
        for group in self.metadata.groups() {
            // Most groups are skipped without a look at what they share.
            let first = self.first(group);
            if first.is_none_or(|first| self.measure(first, 0.0, most_alike) < floor) {
                continue;
            }
            let shared = self.metadata.shared_with(group, self.title, weights);
            if shared <= 0.0 {
                continue;
            }
            let mut taken = 0;
            self.walk(group, |index| {
                if taken == self.limit || self.measure(index, 0.0, shared) < floor {
                    return false;
                }
                let is_of_third_sort =
                    self.together.with(index) == 0 && of_people.binary_search(&index).is_err();
                if is_of_third_sort && self.is_wanted(index) {
                    found.push(self.measured(index));
                    taken += 1;
                }
                true
            });
        }
    }

    /// The member of a group that measures the most.
    fn first(&self, group: &Group) -> Option<u32> {
        let first = if self.measure.known_first {
            group.members.last()
        } else {
            group.members.first()
        };
        first.copied()
    }

    /// Goes through the members of a group, the one that measures the most first, ties by id, while told to go on.
    fn walk(&self, group: &Group, mut goes_on: impl FnMut(u32) -> bool) {
        let mut goes_on = |index: &u32| goes_on(*index);
        let watchers = |index: &u32| self.histories.watchers(*index as usize);
        if self.measure.known_first {
            // By watchers, then by id; so from the end by runs of as many watchers.
            let runs = group.members.chunk_by(|a, b| watchers(a) == watchers(b));
            runs.rev().flatten().all(&mut goes_on);
        } else {
            group.members.iter().all(&mut goes_on);
        }
    }
}

/// Puts the best first and drops the others. Returns what the last of a full list measures, else 0.
fn cut(histories: &Histories, found: &mut Vec<Candidate>, limit: usize) -> f64 {
    found.retain(|one| one.measure > 0.0);
    let id = |one: &Candidate| histories.titles[one.index as usize].id;
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
