//! What ranking needs to know of a title, and what two titles have in common.

use std::collections::HashMap;

use crate::domain::catalog::{CreditRole, Title, decade};
use crate::domain::ids::{GenreId, PersonId, TitleId};
use crate::domain::watching::MutedSource;

/// Through how many actors of a title two titles are compared: the first in the billing.
pub(super) const ACTORS: usize = 3;

/// What ranking needs to know of a title.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    pub id: TitleId,
    /// Of a series: who created it.
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
        genres.dedup();
        Self {
            id: title.id,
            directors: once(title.people(CreditRole::Director), usize::MAX),
            actors: once(title.people(CreditRole::Actor), ACTORS),
            genres,
            decade: title.year.map(decade),
            watchers: title.watchers,
        }
    }
}

impl Features {
    /// The directors of both.
    pub(super) fn directors_with<'a>(
        &'a self,
        other: &'a Self,
    ) -> impl Iterator<Item = PersonId> + Clone + 'a {
        common(&self.directors, &other.directors)
    }

    /// The actors of both.
    pub(super) fn actors_with<'a>(
        &'a self,
        other: &'a Self,
    ) -> impl Iterator<Item = PersonId> + Clone + 'a {
        common(&self.actors, &other.actors)
    }

    /// The genres of both.
    pub(super) fn genres_with<'a>(
        &'a self,
        other: &'a Self,
    ) -> impl Iterator<Item = GenreId> + Clone + 'a {
        common(&self.genres, &other.genres)
    }

    /// Whether a genre or a person is among those that it is compared by.
    pub(super) fn has(&self, source: MutedSource) -> bool {
        match source {
            MutedSource::Genre(genre) => self.genres.contains(&genre),
            MutedSource::Person(person) => {
                self.directors.contains(&person) || self.actors.contains(&person)
            }
        }
    }

    /// Whether both are from the same decade.
    pub(super) fn is_of_decade_of(&self, other: &Self) -> bool {
        self.decade.is_some() && self.decade == other.decade
    }
}

/// The first `most` of them, each once: somebody may play two parts.
fn once(people: impl Iterator<Item = PersonId>, most: usize) -> Vec<PersonId> {
    let mut found = Vec::new();
    for person in people {
        if found.len() == most {
            break;
        }
        if !found.contains(&person) {
            found.push(person);
        }
    }
    found
}

fn common<'a, T: Copy + PartialEq>(
    ours: &'a [T],
    theirs: &'a [T],
) -> impl Iterator<Item = T> + Clone + 'a {
    ours.iter().copied().filter(|one| theirs.contains(one))
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

    /// How rare each genre is among these titles.
    pub(super) fn among<'a>(titles: impl ExactSizeIterator<Item = &'a Features>) -> Self {
        let all = titles.len() as u64;
        let mut counts: HashMap<GenreId, u64> = HashMap::new();
        for genre in titles.flat_map(|title| &title.genres) {
            *counts.entry(*genre).or_default() += 1;
        }
        Self::new(all, counts)
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
