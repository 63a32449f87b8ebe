//! The weights of the `SIMILAR` edges: a small ridge regression for each title.

use std::sync::Mutex;

use nalgebra::{Cholesky, DMatrix};
use rayon::prelude::*;

use super::candidates::{Candidate, Measure, best};
use super::common::{Metadata, Weights, damped};
use super::histories::Histories;
use super::rows::Rows;
use super::together::Together;
use crate::domain::recommend::graph::{Incoming, Outgoing, Solution, Weight};

/// The most edges into a title that carry a weight, and the most on its page.
pub const EDGES: usize = 100;

/// What metadata in common weighs when a viewer's titles are weighed.
pub(crate) const FOR_VIEWERS: Weights = Weights {
    director: 10.0,
    actor: 10.0 / 3.0,
    genre: 5.0,
    decade: 5.0,
};

/// What metadata in common weighs on a title's page.
pub(crate) const ON_PAGES: Weights = Weights {
    director: 2.0,
    actor: 2.0 / 3.0,
    genre: 1.0,
    decade: 1.0,
};

/// On the page of a title that nobody watched: nothing but metadata speaks, and a decade says less than a genre.
pub(crate) const ON_UNKNOWN_PAGES: Weights = Weights {
    decade: 0.3,
    ..ON_PAGES
};

/// What the logarithm of its watchers adds to a title on the page of one that nobody watched.
pub(crate) const KNOWN_TITLE: f64 = 0.04;

/// The power of the watchers that damps what everybody watches anyway, on a title's page.
pub(crate) const PAGE_DAMPING: f64 = 0.35;

/// The constants of the regression. They were chosen on histories that no reported number was measured on; see
/// `formula.md` beside the parent module.
#[derive(Debug, Clone, PartialEq)]
pub struct Ridge {
    /// The power of the watchers of an edge's start when candidates are chosen.
    pub start_power: f64,
    /// The power of the watchers of an edge's end when candidates are chosen.
    pub end_power: f64,
    /// Added below the line when candidates are chosen, so that a few watches do not look like certainty.
    pub shrinkage: f64,
    /// What is added to the diagonal: how many watches it takes to believe a weight.
    pub regularisation: f64,
    /// The power of the watchers of an edge's end that its weight is divided by, so that what is watched anyway does
    /// not crowd out what fits.
    pub damping: f64,
    /// What a watch of the end without a thumb up counts, where one with a thumb up counts 1.
    pub not_liked: f64,
    /// What it counts on a title's page that another was one of the next few watched after it, beside that it was
    /// watched at all.
    pub next: f64,
    /// What metadata in common counts in the regression, as a share of what it counts when candidates are chosen. 0:
    /// nothing in either.
    pub metadata: f64,
    /// For a title that nobody watched: by what the square of the metadata in common is divided. The square sets what
    /// shares much apart from what shares a little with everything.
    pub unknown: f64,
}

impl Default for Ridge {
    fn default() -> Self {
        Self {
            start_power: 0.6,
            end_power: 0.4,
            shrinkage: 100.0,
            regularisation: 500.0,
            damping: 0.2,
            not_liked: 0.5,
            next: 5.0,
            metadata: 0.5,
            unknown: 20.0,
        }
    }
}

/// The solutions of all titles, in their order; the titles are shared out among all cores.
pub fn solve_all(histories: &Histories, ridge: &Ridge) -> Vec<Solution> {
    let all: Vec<usize> = (0..histories.titles()).collect();
    solve(histories, ridge, &all)
}

/// Solves some titles, given by number: everything around them as it is now.
pub fn solve(histories: &Histories, ridge: &Ridge, titles: &[usize]) -> Vec<Solution> {
    let metadata = Metadata::new(&histories.titles, |index| histories.watchers(index));
    let solver = Solver::new(histories, &metadata, ridge);
    let is_all = titles.len() == histories.titles();
    let mut rows = Rows::new(histories);
    let chosen = {
        let kept = Mutex::new(&mut rows);
        let choose = |(together, others): &mut (Together, Vec<u32>), title: &usize| {
            together.count(histories, *title);
            if is_all {
                let row = Rows::row(histories, together, *title, others);
                if let Ok(mut rows) = kept.lock() {
                    rows.put(*title, row);
                }
            }
            solver.choose(together, *title)
        };
        titles
            .par_iter()
            .map_init(|| (Together::new(histories.titles()), Vec::new()), choose)
            .collect::<Vec<Chosen>>()
    };
    if !is_all {
        rows.fill(
            chosen
                .iter()
                .flat_map(|chosen| &chosen.candidates)
                .map(|one| one.index),
        );
    }
    chosen
        .into_par_iter()
        .map(|chosen| solver.solution(&rows, chosen))
        .collect()
}

/// The edges of a title, before their weights are known.
struct Chosen {
    title: usize,
    candidates: Vec<Candidate>,
    /// Of each candidate: how many viewers of the title watched it, and the same in halves.
    counts: Vec<(u32, u32)>,
    page: Vec<Outgoing>,
}

/// What solves titles: histories, metadata and constants, with what follows from them for all titles.
struct Solver<'a> {
    histories: &'a Histories,
    metadata: &'a Metadata,
    ridge: &'a Ridge,
    weights: Weights,
    start_divisors: Vec<f64>,
    page_divisors: Vec<f64>,
}

impl<'a> Solver<'a> {
    fn new(histories: &'a Histories, metadata: &'a Metadata, ridge: &'a Ridge) -> Self {
        let powers = |power: f64| -> Vec<f64> {
            (0..histories.titles())
                .map(|index| damped(histories.watchers(index), power))
                .collect()
        };
        let none = Weights {
            director: 0.0,
            actor: 0.0,
            genre: 0.0,
            decade: 0.0,
        };
        Self {
            histories,
            metadata,
            ridge,
            weights: if ridge.metadata > 0.0 {
                FOR_VIEWERS
            } else {
                none
            },
            start_divisors: powers(ridge.start_power),
            page_divisors: powers(PAGE_DAMPING),
        }
    }

    fn choose(&self, together: &Together, title: usize) -> Chosen {
        let candidates = self.candidates(together, title);
        let counts = candidates
            .iter()
            .map(|one| (together.with(one.index), together.halves_with(one.index)))
            .collect();
        Chosen {
            title,
            candidates,
            counts,
            page: self.page(together, title),
        }
    }

    /// The titles that may speak for this one, by number.
    fn candidates(&self, together: &Together, title: usize) -> Vec<Candidate> {
        let watchers = self.histories.watchers(title);
        let end = damped(watchers, self.ridge.end_power);
        let divisor = |index: u32| {
            if watchers == 0 {
                1.0
            } else {
                self.start_divisors[index as usize] * end + self.ridge.shrinkage
            }
        };
        let measure = Measure {
            weights: self.weights,
            divisor: &divisor,
            next: 0.0,
            bonus: &|_| 0.0,
            admits: &|index| self.histories.watchers(index as usize) > 0,
            known_first: watchers == 0,
        };
        let mut found = best(
            self.histories,
            self.metadata,
            together,
            title,
            &measure,
            EDGES,
        );
        found.sort_unstable_by_key(|one| one.index);
        found
    }

    /// What the title's page lists.
    fn page(&self, together: &Together, title: usize) -> Vec<Outgoing> {
        let damps = |index: u32| self.page_divisors[index as usize];
        let knows = |index: u32| known(self.histories.watchers(index as usize));
        let is_known = self.histories.watchers(title) > 0;
        let measure = if is_known {
            Measure {
                weights: ON_PAGES,
                divisor: &damps,
                next: self.ridge.next,
                bonus: &|_| 0.0,
                admits: &|_| true,
                known_first: false,
            }
        } else {
            Measure {
                weights: ON_UNKNOWN_PAGES,
                divisor: &|_| 1.0,
                next: 0.0,
                bonus: &knows,
                admits: &|_| true,
                known_first: true,
            }
        };
        let found = best(
            self.histories,
            self.metadata,
            together,
            title,
            &measure,
            EDGES,
        );
        let edge = |one: &Candidate| Outgoing {
            to: self.histories.titles[one.index as usize].id,
            affinity: one.measure,
            co_watches: together.with(one.index),
        };
        found.iter().map(edge).collect()
    }

    /// (A + λI) b = T, where A and T stand for the candidates, and b is linear in T: so the parts of T that come from
    /// directors, actors and genres in common give the parts of b that do.
    fn solution(&self, rows: &Rows<'_>, chosen: Chosen) -> Solution {
        let Chosen {
            title,
            candidates,
            counts,
            page,
        } = chosen;
        let size = candidates.len();
        let index = |at: usize| candidates[at].index as usize;
        let mut a = DMatrix::<f64>::zeros(size, size);
        let mut b = DMatrix::<f64>::zeros(size, 4);
        let indices: Vec<u32> = candidates.iter().map(|one| one.index).collect();
        rows.among(&indices, |row, column, together| {
            let shared = self
                .metadata
                .shared(index(row), index(column), &self.weights);
            let value = f64::from(together) + self.ridge.metadata * shared.sum();
            a[(row, column)] = value;
            a[(column, row)] = value;
        });
        for row in 0..size {
            #[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 viewers")]
            let watchers = self.histories.watchers(index(row)) as f64;
            a[(row, row)] = watchers + self.ridge.regularisation;
            let shared = self.metadata.shared(index(row), title, &self.weights);
            let (both, halves) = (f64::from(counts[row].0), f64::from(counts[row].1));
            let liked = halves - both;
            let share = if self.histories.watchers(title) > 0 {
                self.ridge.metadata
            } else {
                shared.sum() / self.ridge.unknown
            };
            b[(row, 0)] = liked + self.ridge.not_liked * (both - liked) + share * shared.sum();
            b[(row, 1)] = share * shared.director;
            b[(row, 2)] = share * shared.actor;
            b[(row, 3)] = share * shared.genre;
        }
        let incoming = match solve_symmetric(a, b) {
            Some(weights) => candidates
                .iter()
                .enumerate()
                .map(|(row, one)| Incoming {
                    from: self.histories.titles[one.index as usize].id,
                    weight: self.weight(title, index(row), &weights, row),
                    co_watches: counts[row].0,
                })
                .collect(),
            None => Vec::new(),
        };
        Solution {
            title: self.histories.titles[title].id,
            incoming,
            page,
        }
    }

    /// A row of the solution. Only what both ends share is told apart: a director of others that weighs in through
    /// them is left to the watches.
    fn weight(&self, title: usize, start: usize, weights: &DMatrix<f64>, row: usize) -> Weight {
        let shared = self.metadata.shared(start, title, &self.weights);
        let damping = damped(self.histories.watchers(title), self.ridge.damping);
        let part = |shared: f64, column: usize| {
            if shared > 0.0 {
                weights[(row, column)] / damping
            } else {
                0.0
            }
        };
        Weight {
            sum: weights[(row, 0)] / damping,
            director: part(shared.director, 1),
            actor: part(shared.actor, 2),
            genre: part(shared.genre, 3),
        }
    }
}

/// Solves a symmetric system. With λ on the diagonal it is as good as always positive definite; where counts were left
/// out for want of room it may not be.
fn solve_symmetric(a: DMatrix<f64>, b: DMatrix<f64>) -> Option<DMatrix<f64>> {
    if a.is_empty() {
        return Some(b);
    }
    match Cholesky::new(a.clone()) {
        Some(cholesky) => Some(cholesky.solve(&b)),
        None => a.lu().solve(&b),
    }
}

/// What being known adds on the page of a title that nobody watched.
#[expect(
    clippy::cast_precision_loss,
    reason = "a site has fewer than 2^53 viewers"
)]
pub(crate) fn known(watchers: usize) -> f64 {
    KNOWN_TITLE * (watchers as f64).ln_1p()
}
