//! What people would expect, one thing at a time.

use super::super::solve::{EDGES, Ridge, solve_all};
use super::{histories, title};
use crate::domain::ids::{GenreId, PersonId, TitleId};
use crate::domain::recommend::features::Features;
use crate::domain::recommend::graph::{Incoming, Solution};

fn from(solution: &Solution, start: u64) -> Option<&Incoming> {
    let mut starts = solution.incoming.iter();
    starts.find(|one| one.from == TitleId(start))
}

/// So many viewers who watched these places in this order, and liked all of them or none.
fn viewers(count: usize, indices: &[usize], liked: bool) -> Vec<Vec<(usize, bool)>> {
    vec![indices.iter().map(|index| (*index, liked)).collect(); count]
}

#[test]
fn what_is_liked_together_speaks_more_than_what_is_only_watched_together() {
    let mut watched = viewers(40, &[0, 1], true);
    watched.extend(viewers(40, &[0, 2], false));
    let all = histories(vec![title(1), title(2), title(3)], &watched);

    let solved = solve_all(&all, &Ridge::default());

    let liked = from(&solved[1], 1).unwrap().weight.sum;
    let only_watched = from(&solved[2], 1).unwrap().weight.sum;
    assert!(liked > 1.5 * only_watched, "{liked} {only_watched}");
}

#[test]
fn what_another_title_explains_counts_once() {
    // Everybody who watched the first watched the second too; the third goes with the pair.
    let mut watched = viewers(60, &[0, 1, 2], true);
    watched.extend(viewers(300, &[1, 2], true));
    watched.extend(viewers(60, &[3, 2], true));
    let all = histories(vec![title(1), title(2), title(3), title(4)], &watched);

    let solved = solve_all(&all, &Ridge::default());

    let explained = from(&solved[2], 1).unwrap();
    let by_itself = from(&solved[2], 4).unwrap();
    assert_eq!(explained.co_watches, by_itself.co_watches);
    assert!(explained.weight.sum < by_itself.weight.sum);
}

#[test]
fn a_director_in_common_is_a_part_of_its_own() {
    let by_mann = |id| Features {
        directors: vec![PersonId(7)],
        ..title(id)
    };
    let watched = viewers(20, &[0, 1, 2], true);
    let all = histories(vec![by_mann(1), by_mann(2), title(3)], &watched);

    let solved = solve_all(&all, &Ridge::default());

    let same = from(&solved[1], 1).unwrap().weight;
    let other = from(&solved[1], 3).unwrap().weight;
    assert!(same.director > 0.0 && same.director < same.sum, "{same:?}");
    assert!(other.director.abs() < f64::EPSILON);
    assert!(same.sum > other.sum);
}

#[test]
fn a_title_that_nobody_watched_is_spoken_for_by_watched_ones_that_are_like_it() {
    let western = |id| Features {
        genres: vec![GenreId(1)],
        ..title(id)
    };
    let musical = |id| Features {
        genres: vec![GenreId(2)],
        ..title(id)
    };
    let mut watched = viewers(30, &[0, 1], true);
    watched.extend(viewers(30, &[1], true));
    let titles = vec![western(1), musical(2), western(3), western(4), musical(5)];
    let all = histories(titles, &watched);

    let solved = solve_all(&all, &Ridge::default());

    let starts: Vec<u64> = solved[2].incoming.iter().map(|one| one.from.0).collect();
    assert_eq!(starts, [1]);
    assert!(solved[2].incoming[0].weight.sum > 0.0);
    let page: Vec<u64> = solved[2].page.iter().map(|edge| edge.to.0).collect();
    assert_eq!(page, [1, 4]);
}

#[test]
fn no_title_has_more_edges_than_allowed_or_one_to_itself() {
    let titles: Vec<Features> = (1..=130).map(title).collect();
    let everything: Vec<(usize, bool)> = (0..130).map(|index| (index, true)).collect();
    let all = histories(titles, &[everything]);

    for solution in solve_all(&all, &Ridge::default()) {
        assert_eq!(solution.incoming.len(), EDGES);
        assert_eq!(solution.page.len(), EDGES);
        assert!(from(&solution, solution.title.0).is_none());
    }
}

#[test]
fn a_site_without_viewers_has_pages_only() {
    let alike = |id| Features {
        decade: Some(1990),
        ..title(id)
    };
    let all = histories(vec![alike(1), alike(2)], &[]);

    let solved = solve_all(&all, &Ridge::default());

    assert!(solved.iter().all(|solution| solution.incoming.is_empty()));
    assert_eq!(solved[0].page[0].to, TitleId(2));
}
