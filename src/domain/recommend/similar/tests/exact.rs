//! The edges are what the formula says, for any small site and for a large one whose lists are full.

use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::super::common::{Metadata, Weights};
use super::super::histories::Histories;
use super::super::solve::{EDGES, FOR_VIEWERS, ON_PAGES, Ridge, solve, solve_all};
use super::{histories, site, title};
use crate::domain::ids::{GenreId, PersonId};
use crate::domain::recommend::features::Features;
use crate::domain::recommend::graph::{Solution, Weight};

/// Every pair in a square.
struct Square<'a> {
    histories: &'a Histories,
    metadata: Metadata,
    ridge: Ridge,
}

impl<'a> Square<'a> {
    fn new(histories: &'a Histories) -> Self {
        Self {
            histories,
            metadata: Metadata::new(&histories.titles, |index| histories.watchers(index)),
            ridge: Ridge::default(),
        }
    }

    /// How many viewers both have; liked: of those, how many liked the second.
    fn together(&self, one: usize, other: usize) -> (f64, f64) {
        let mut both = 0.0;
        let mut liked = 0.0;
        for watches in &self.histories.watches {
            let of_other = watches.iter().find(|watch| watch.number() == other);
            if let Some(of_other) = of_other
                && watches.iter().any(|watch| watch.number() == one)
            {
                both += 1.0;
                liked += f64::from(u8::from(of_other.is_liked()));
            }
        }
        (both, liked)
    }

    /// How often the second was one of the five that a viewer watched after the first.
    fn soon_after(&self, one: usize, other: usize) -> f64 {
        let mut count = 0.0;
        for watches in &self.histories.watches {
            let at = watches.iter().position(|watch| watch.number() == one);
            if let Some(at) = at {
                let next = watches.iter().skip(at + 1).take(5);
                count += f64::from(u8::from(next.clone().any(|watch| watch.number() == other)));
            }
        }
        count
    }

    fn shared(&self, one: usize, other: usize, weights: &Weights) -> f64 {
        self.metadata.shared(one, other, weights).sum()
    }

    #[expect(clippy::cast_precision_loss, reason = "a few")]
    fn watchers(&self, index: usize) -> f64 {
        self.histories.watchers(index) as f64
    }

    /// The titles that the formula says speak for one, the most telling first.
    fn candidates(&self, title: usize) -> Vec<(f64, usize)> {
        let all = 0..self.histories.titles();
        let end = (self.watchers(title) + 10.0).powf(self.ridge.end_power);
        let mut found: Vec<(f64, usize)> = all
            .filter(|other| *other != title && self.watchers(*other) > 0.0)
            .map(|other| {
                let sum = self.together(other, title).0 + self.shared(other, title, &FOR_VIEWERS);
                let start = (self.watchers(other) + 10.0).powf(self.ridge.start_power);
                let divisor = if self.watchers(title) > 0.0 {
                    start * end + self.ridge.shrinkage
                } else {
                    1.0
                };
                (sum / divisor, other)
            })
            .filter(|(measure, _)| *measure > 0.0)
            .collect();
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        found.truncate(EDGES);
        found
    }

    /// How far the weights of a solution are from solving the equations, at the worst.
    fn error(&self, solution: &Solution) -> f64 {
        let index = |id| self.histories.index(id).unwrap() as usize;
        let title = index(solution.title);
        let damping = (self.watchers(title) + 10.0).powf(self.ridge.damping);
        let starts: Vec<usize> = solution
            .incoming
            .iter()
            .map(|one| index(one.from))
            .collect();
        let row = |one: usize| {
            let left: f64 = starts
                .iter()
                .zip(&solution.incoming)
                .map(|(other, incoming)| {
                    let a = if *other == one {
                        self.watchers(one) + self.ridge.regularisation
                    } else {
                        self.together(one, *other).0
                            + self.ridge.metadata * self.shared(one, *other, &FOR_VIEWERS)
                    };
                    a * incoming.weight.sum * damping
                })
                .sum();
            let (both, liked) = self.together(one, title);
            let shared = self.shared(one, title, &FOR_VIEWERS);
            let right = if self.watchers(title) > 0.0 {
                liked + self.ridge.not_liked * (both - liked) + self.ridge.metadata * shared
            } else {
                shared * shared / self.ridge.unknown
            };
            (left - right).abs()
        };
        starts.iter().map(|one| row(*one)).fold(0.0, f64::max)
    }
}

fn ids(solution: &Solution) -> Vec<u64> {
    let mut ids: Vec<u64> = solution.incoming.iter().map(|one| one.from.0).collect();
    ids.sort_unstable();
    ids
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_candidates_are_those_of_the_formula_and_the_weights_solve_its_equations(
        histories in site()
    ) {
        let square = Square::new(&histories);
        for (title, solution) in solve_all(&histories, &Ridge::default()).iter().enumerate() {
            let mut expected: Vec<u64> = square
                .candidates(title)
                .iter()
                .map(|(_, other)| histories.titles[*other].id.0)
                .collect();
            expected.sort_unstable();
            prop_assert_eq!(ids(solution), expected);
            prop_assert!(square.error(solution) < 1e-6, "{}", square.error(solution));
        }
    }

    #[test]
    fn a_page_lists_what_was_watched_together_and_soon_after(histories in site()) {
        let square = Square::new(&histories);
        for (title, solution) in solve_all(&histories, &Ridge::default()).iter().enumerate() {
            if square.watchers(title) == 0.0 {
                continue;
            }
            for edge in &solution.page {
                let other = histories.index(edge.to).unwrap() as usize;
                let (both, _) = square.together(title, other);
                let sum = both
                    + 5.0 * square.soon_after(title, other)
                    + square.shared(title, other, &ON_PAGES);
                let expected = sum / (square.watchers(other) + 10.0).powf(0.35);
                prop_assert!((edge.affinity - expected).abs() < 1e-9);
                prop_assert!((f64::from(edge.co_watches) - both).abs() < 0.5);
            }
            prop_assert!(solution.page.is_sorted_by(|a, b| a.affinity >= b.affinity));
            let is_itself = |to| to == solution.title;
            prop_assert!(!solution.page.iter().any(|edge| is_itself(edge.to)));
        }
    }

    #[test]
    fn to_solve_some_titles_gives_what_to_solve_all_gives(
        histories in site(),
        some in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
    ) {
        let mut some: Vec<usize> =
            some.iter().map(|index| index.index(histories.titles())).collect();
        some.sort_unstable();
        some.dedup();
        let all = solve_all(&histories, &Ridge::default());
        for (title, solution) in some.iter().zip(solve(&histories, &Ridge::default(), &some)) {
            prop_assert_eq!(&solution, &all[*title]);
        }
    }

    #[test]
    fn the_parts_of_a_weight_come_from_what_both_share(histories in site()) {
        let square = Square::new(&histories);
        for (title, solution) in solve_all(&histories, &Ridge::default()).iter().enumerate() {
            for incoming in &solution.incoming {
                let start = histories.index(incoming.from).unwrap() as usize;
                let shared = square.metadata.shared(start, title, &FOR_VIEWERS);
                let Weight { director, actor, genre, .. } = incoming.weight;
                prop_assert!(shared.director > 0.0 || director == 0.0);
                prop_assert!(shared.actor > 0.0 || actor == 0.0);
                prop_assert!(shared.genre > 0.0 || genre == 0.0);
            }
        }
    }

    #[test]
    fn watches_that_are_added_one_by_one_or_taken_back_are_counted_alike(
        histories in site(),
        extra in prop::collection::vec((any::<prop::sample::Index>(), 0_u64..40), 0..10),
    ) {
        let before = solve_all(&histories, &Ridge::default());
        let mut changed = histories.clone();
        let mut added = Vec::new();
        for (index, profile) in extra {
            let title = changed.titles[index.index(changed.titles())].id;
            let profile = crate::domain::ids::ProfileId(1000 + profile);
            if changed.put_watch(profile, title, true) {
                added.push((profile, title));
            }
            prop_assert!(!changed.put_watch(profile, title, true));
        }
        for (profile, title) in added.into_iter().rev() {
            prop_assert!(changed.remove_watch(profile, title));
        }
        prop_assert_eq!(solve_all(&changed, &Ridge::default()), before);
    }
}

/// Of 400 titles, more of each sort than fit into a list: the first half is watched, the second is not.
fn large_site() -> Histories {
    let mut random = StdRng::seed_from_u64(3);
    let titles = (1..=400_u64).map(|id| Features {
        directors: vec![PersonId(random.random_range(0..40))],
        genres: vec![GenreId(random.random_range(0..2))],
        decade: Some(1990 + 10 * i32::from(random.random_bool(0.5))),
        ..title(id)
    });
    let titles: Vec<Features> = titles.collect();
    let viewer = |_| {
        let watches = 0..random.random_range(5..60);
        watches
            .map(|_| (random.random_range(0..200), random.random_bool(0.5)))
            .collect()
    };
    let watched: Vec<Vec<(usize, bool)>> = (0..150).map(viewer).collect();
    histories(titles, &watched)
}

#[test]
fn a_full_list_is_what_measuring_everything_gives() {
    let histories = large_site();
    let square = Square::new(&histories);
    let some: Vec<usize> = (0..400).step_by(16).collect();

    for (index, solution) in some.iter().zip(solve(&histories, &Ridge::default(), &some)) {
        let candidates = square.candidates(*index);
        let id = |index: usize| histories.titles[index].id.0;
        let mut expected: Vec<u64> = candidates.iter().map(|(_, other)| id(*other)).collect();
        expected.sort_unstable();
        assert_eq!(expected.len(), EDGES);
        assert_eq!(ids(&solution), expected, "title {}", solution.title);
    }
}

#[test]
fn of_titles_alike_that_nobody_watched_those_with_the_least_ids_fill_the_page() {
    let alike = (1..=300_u64).map(|id| Features {
        genres: vec![GenreId(1)],
        ..title(id)
    });
    let histories = histories(alike.collect(), &[]);

    let solutions = solve(&histories, &Ridge::default(), &[299]);

    let page: Vec<u64> = solutions[0].page.iter().map(|edge| edge.to.0).collect();
    assert_eq!(page, (1..=EDGES as u64).collect::<Vec<_>>());
}
