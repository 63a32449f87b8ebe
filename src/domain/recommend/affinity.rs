//! How well one title follows another: what they share, and how many watched both.
//!
//! On a title's page: (co-watches + 2·same director + ⅔·shared actors + cosine of the genres by rarity + same decade)
//! / (watchers of the other + 10)^0.35. The root damps what everybody watches anyway. For a viewer the parts weigh
//! 10, 10⁄3, 5 and 5, and the sum is divided by (watchers of the seed + 10)^0.6 · (watchers of the other + 10)^0.4 + 50,
//! between the cosine and the conditional probability of watching the other (Deshpande, Karypis: "Item-based top-N
//! recommendation algorithms", ACM TOIS 22, 2004, for the family).

use std::collections::HashMap;

use super::types::{ReasonKind, ReasonSource};
use crate::domain::catalog::{CreditRole, Title};
use crate::domain::ids::{GenreId, PersonId, TitleId};

/// Through how many actors of a title two titles are compared: the first in the billing.
pub(super) const ACTORS: usize = 3;

/// What the parts of an affinity weigh, and how popularity damps it.
struct Weights {
    director: f64,
    actor: f64,
    genre: f64,
    decade: f64,
    /// The exponent of the seed's watchers.
    seed_exponent: f64,
    /// The exponent of the other's watchers.
    other_exponent: f64,
    /// Added below the line, so that a few watches do not look like certainty.
    shrinkage: f64,
}

/// Added to a number of watchers before the root is taken.
const PRIOR_WATCHERS: f64 = 10.0;

const ON_A_TITLE_PAGE: Weights = Weights {
    director: 2.0,
    actor: 2.0 / 3.0,
    genre: 1.0,
    decade: 1.0,
    seed_exponent: 0.0,
    other_exponent: 0.35,
    shrinkage: 0.0,
};

const FOR_A_VIEWER: Weights = Weights {
    director: 10.0,
    actor: 10.0 / 3.0,
    genre: 5.0,
    decade: 5.0,
    seed_exponent: 0.6,
    other_exponent: 0.4,
    shrinkage: 50.0,
};

/// Beside a title that nobody watched: nothing but metadata speaks, and a decade says less than a genre.
const BY_METADATA: Weights = Weights {
    decade: 0.3,
    other_exponent: 0.0,
    ..ON_A_TITLE_PAGE
};

/// What the logarithm of its watchers adds to a title beside one that nobody watched.
const KNOWN_TITLE: f64 = 0.04;

/// What ranking needs to know of a title.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    /// The title.
    pub id: TitleId,
    /// Who directed it.
    pub directors: Vec<PersonId>,
    /// The first actors in the billing.
    pub actors: Vec<PersonId>,
    /// Its genres, by id.
    pub genres: Vec<GenreId>,
    /// The decade that it is from, as its first year.
    pub decade: Option<i32>,
    /// How many profiles watched it.
    pub watchers: u64,
}

impl From<&Title> for Features {
    fn from(title: &Title) -> Self {
        let mut genres = title.genres.clone();
        genres.sort_unstable();
        Self {
            id: title.id,
            directors: title.people(CreditRole::Director).collect(),
            actors: title.people(CreditRole::Actor).take(ACTORS).collect(),
            genres,
            decade: title.year.map(|year| year.div_euclid(10) * 10),
            watchers: title.popularity,
        }
    }
}

/// How rare each genre is: ln(titles / titles of the genre). What everything shares says nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rarity(HashMap<GenreId, f64>);

impl Rarity {
    /// From the number of titles and that of each genre.
    #[expect(
        clippy::cast_precision_loss,
        reason = "catalogues have fewer than 2^53 titles"
    )]
    pub fn new(titles: u64, by_genre: impl IntoIterator<Item = (GenreId, u64)>) -> Self {
        // One more title than there are, so that a genre that all of them have still counts a little.
        let all = titles as f64 + 1.0;
        Self(
            by_genre
                .into_iter()
                .filter(|(_, count)| *count > 0)
                .map(|(genre, count)| (genre, (all / count as f64).ln()))
                .collect(),
        )
    }

    /// How rare a genre is; one that was not counted is taken for middling.
    pub(super) fn of(&self, genre: GenreId) -> f64 {
        self.0.get(&genre).copied().unwrap_or(1.0)
    }

    /// The length of a title's genres as a vector.
    pub(super) fn norm(&self, genres: &[GenreId]) -> f64 {
        genres
            .iter()
            .map(|genre| self.of(*genre).powi(2))
            .sum::<f64>()
            .sqrt()
    }
}

/// One part of an affinity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Term {
    pub(super) kind: ReasonKind,
    pub(super) source: ReasonSource,
    pub(super) value: f64,
}

/// The parts of the affinity on a title's page, from `seed` to `other`.
///
/// Beside a title that nobody watched there is nothing to damp, and the better known of equals goes first.
pub(super) fn on_title_page(
    seed: &Features,
    other: &Features,
    co_watches: u32,
    rarity: &Rarity,
) -> Vec<Term> {
    if seed.watchers == 0 {
        let mut terms = shared(seed, other, rarity, &BY_METADATA);
        if other.watchers > 0 {
            terms.push(Term {
                kind: ReasonKind::Popular,
                source: ReasonSource::Title(other.id),
                value: KNOWN_TITLE * log_watchers(other),
            });
        }
        return terms;
    }
    affinity(
        seed,
        other,
        co_watches,
        rarity,
        &ON_A_TITLE_PAGE,
        ReasonKind::SimilarViewers,
    )
}

/// The parts of the affinity for a viewer who watched `seed`, towards `other`.
pub(super) fn for_viewer(
    seed: &Features,
    other: &Features,
    co_watches: u32,
    rarity: &Rarity,
) -> Vec<Term> {
    affinity(
        seed,
        other,
        co_watches,
        rarity,
        &FOR_A_VIEWER,
        ReasonKind::Watched,
    )
}

fn affinity(
    seed: &Features,
    other: &Features,
    co_watches: u32,
    rarity: &Rarity,
    weights: &Weights,
    sort: ReasonKind,
) -> Vec<Term> {
    let mut terms = shared(seed, other, rarity, weights);
    if co_watches > 0 {
        terms.push(Term {
            kind: sort,
            source: ReasonSource::Title(seed.id),
            value: f64::from(co_watches),
        });
    }
    let damping = watchers(seed).powf(weights.seed_exponent)
        * watchers(other).powf(weights.other_exponent)
        + weights.shrinkage;
    for term in &mut terms {
        term.value /= damping;
    }
    terms
}

/// What two titles have in common by their metadata.
fn shared(seed: &Features, other: &Features, rarity: &Rarity, weights: &Weights) -> Vec<Term> {
    let mut terms = Vec::new();
    // A film by two directors in common is not twice as close.
    let directors: Vec<_> = seed
        .directors
        .iter()
        .filter(|person| other.directors.contains(person))
        .collect();
    for person in &directors {
        #[expect(clippy::cast_precision_loss, reason = "a handful of directors")]
        let value = weights.director / directors.len() as f64;
        terms.push(Term {
            kind: ReasonKind::SharedDirector,
            source: ReasonSource::Person(**person),
            value,
        });
    }
    for person in seed
        .actors
        .iter()
        .filter(|person| other.actors.contains(person))
    {
        terms.push(Term {
            kind: ReasonKind::SharedActor,
            source: ReasonSource::Person(*person),
            value: weights.actor,
        });
    }
    let norm = rarity.norm(&seed.genres) * rarity.norm(&other.genres);
    for genre in seed
        .genres
        .iter()
        .filter(|genre| other.genres.contains(genre))
    {
        let value = weights.genre * rarity.of(*genre).powi(2) / norm;
        terms.push(Term {
            kind: ReasonKind::SharedGenre,
            source: ReasonSource::Genre(*genre),
            value,
        });
    }
    if seed.decade.is_some() && seed.decade == other.decade {
        terms.push(Term {
            kind: ReasonKind::SameDecade,
            source: ReasonSource::Title(seed.id),
            value: weights.decade,
        });
    }
    terms
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a site has fewer than 2^53 viewers"
)]
fn watchers(features: &Features) -> f64 {
    features.watchers as f64 + PRIOR_WATCHERS
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a site has fewer than 2^53 viewers"
)]
fn log_watchers(features: &Features) -> f64 {
    (features.watchers as f64).ln_1p()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A title of one genre and decade, watched by a hundred.
    pub(in crate::domain::recommend) fn features(id: u64) -> Features {
        Features {
            id: TitleId(id),
            directors: vec![],
            actors: vec![],
            genres: vec![GenreId(1)],
            decade: Some(1990),
            watchers: 100,
        }
    }

    fn sum(terms: &[Term]) -> f64 {
        terms.iter().map(|term| term.value).sum()
    }

    #[test]
    fn the_parts_add_up_to_the_formula() {
        let rarity = Rarity::new(99, [(GenreId(1), 10), (GenreId(2), 50)]);
        let heat = Features {
            directors: vec![PersonId(1)],
            actors: vec![PersonId(2), PersonId(3)],
            ..features(1)
        };
        let insider = Features {
            directors: vec![PersonId(1)],
            actors: vec![PersonId(2)],
            watchers: 30,
            ..features(2)
        };

        let terms = on_title_page(&heat, &insider, 20, &rarity);

        let expected = (20.0 + 2.0 + 2.0 / 3.0 + 1.0 + 1.0) / 40.0_f64.powf(0.35);
        assert!((sum(&terms) - expected).abs() < 1e-12, "{terms:?}");
    }

    #[test]
    fn a_rare_genre_in_common_says_more_than_a_common_one() {
        let rarity = Rarity::new(100, [(GenreId(1), 3), (GenreId(2), 60)]);
        let both = Features {
            genres: vec![GenreId(1), GenreId(2)],
            decade: None,
            ..features(1)
        };
        let rare = Features {
            genres: vec![GenreId(1)],
            ..both.clone()
        };
        let common = Features {
            genres: vec![GenreId(2)],
            ..both.clone()
        };

        assert!(
            sum(&for_viewer(&both, &rare, 0, &rarity))
                > 3.0 * sum(&for_viewer(&both, &common, 0, &rarity))
        );
    }

    #[test]
    fn beside_an_unwatched_title_the_better_known_of_equals_goes_first() {
        let rarity = Rarity::default();
        let unwatched = Features {
            watchers: 0,
            ..features(1)
        };
        let known = Features {
            watchers: 500,
            ..features(2)
        };
        let obscure = Features {
            watchers: 5,
            ..features(3)
        };

        assert!(
            sum(&on_title_page(&unwatched, &known, 0, &rarity))
                > sum(&on_title_page(&unwatched, &obscure, 0, &rarity))
        );
    }

    #[test]
    fn titles_without_anything_in_common_have_no_parts() {
        let other = Features {
            genres: vec![],
            decade: None,
            ..features(2)
        };

        assert_eq!(for_viewer(&features(1), &other, 0, &Rarity::default()), []);
    }
}
