//! What titles have in common by their metadata, fast enough for millions of pairs.

use std::collections::HashMap;

use crate::domain::ids::{GenreId, PersonId};
use crate::domain::recommend::features::{Features, Rarity};

/// Added to a number of watchers before a power is taken.
pub(crate) const PRIOR_WATCHERS: f64 = 10.0;

/// What the metadata that two titles share weighs, in watches of both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Weights {
    /// A director of both; two of them weigh no more.
    pub(crate) director: f64,
    /// Each actor of both.
    pub(crate) actor: f64,
    /// The cosine of the genres.
    pub(crate) genre: f64,
    /// A decade that both were first shown in.
    pub(crate) decade: f64,
}

/// What two titles share, weighed.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Shared {
    pub(super) director: f64,
    pub(super) actor: f64,
    pub(super) genre: f64,
    pub(super) decade: f64,
}

impl Shared {
    pub(super) fn sum(&self) -> f64 {
        self.director + self.actor + self.genre + self.decade
    }
}

/// A title as it is compared: its genres as a vector of length 1.
struct Profile {
    directors: Vec<PersonId>,
    actors: Vec<PersonId>,
    genres: Vec<(GenreId, f64)>,
    decade: Option<i32>,
}

/// All titles as they are compared, and ways to find those that have something in common.
pub(super) struct Metadata {
    profiles: Vec<Profile>,
    /// Who directed or acted in what; `true`: directed.
    by_person: HashMap<(bool, PersonId), Vec<u32>>,
    /// Titles of the same genres and decade, the least watched first. There are few combinations.
    groups: Vec<Group>,
}

/// Titles that share all genres and the decade.
pub(super) struct Group {
    pub(super) members: Vec<u32>,
}

impl Metadata {
    /// Of these titles; `watchers` says how many watched each.
    pub(super) fn new(titles: &[Features], watchers: impl Fn(usize) -> usize) -> Self {
        let rarity = Rarity::among(titles.iter());
        let mut by_person: HashMap<_, Vec<u32>> = HashMap::new();
        let mut groups: HashMap<(&[GenreId], Option<i32>), Vec<u32>> = HashMap::new();
        for (index, title) in (0_u32..).zip(titles) {
            let directed = title.directors.iter().map(|person| (true, *person));
            let acted = title.actors.iter().map(|person| (false, *person));
            for key in directed.chain(acted) {
                by_person.entry(key).or_default().push(index);
            }
            groups
                .entry((&title.genres, title.decade))
                .or_default()
                .push(index);
        }
        let mut groups: Vec<Group> = groups
            .into_values()
            .map(|members| Group { members })
            .collect();
        for group in &mut groups {
            group
                .members
                .sort_by_key(|index| (watchers(*index as usize), titles[*index as usize].id));
        }
        groups.sort_by_key(|group| group.members[0]);
        Self {
            profiles: titles.iter().map(|title| profile(title, &rarity)).collect(),
            by_person,
            groups,
        }
    }

    /// What two titles share.
    pub(super) fn shared(&self, a: usize, b: usize, weights: &Weights) -> Shared {
        let (a, b) = (&self.profiles[a], &self.profiles[b]);
        let count = |ours: &[PersonId], theirs: &[PersonId]| {
            ours.iter().filter(|person| theirs.contains(person)).count()
        };
        let director = a
            .directors
            .iter()
            .any(|person| b.directors.contains(person));
        #[expect(clippy::cast_precision_loss, reason = "a handful of actors")]
        let actors = count(&a.actors, &b.actors) as f64;
        Shared {
            director: if director { weights.director } else { 0.0 },
            actor: weights.actor * actors,
            ..alike(a, b, weights)
        }
    }

    /// What the members of a group share with a title by their genres and decade.
    pub(super) fn shared_with(&self, group: &Group, title: usize, weights: &Weights) -> f64 {
        let member = &self.profiles[group.members[0] as usize];
        alike(member, &self.profiles[title], weights).sum()
    }

    /// The titles of a title's people in the same role; itself among them, some more than once.
    pub(super) fn by_people_of(&self, title: usize) -> impl Iterator<Item = u32> + '_ {
        let title = &self.profiles[title];
        let directed = title.directors.iter().map(|person| (true, *person));
        let acted = title.actors.iter().map(|person| (false, *person));
        directed
            .chain(acted)
            .filter_map(|key| self.by_person.get(&key))
            .flatten()
            .copied()
    }

    pub(super) fn groups(&self) -> &[Group] {
        &self.groups
    }
}

fn profile(title: &Features, rarity: &Rarity) -> Profile {
    let norm = rarity.norm(&title.genres);
    let genres = title.genres.iter().filter(|_| norm > 0.0);
    Profile {
        directors: title.directors.clone(),
        actors: title.actors.clone(),
        genres: genres
            .map(|genre| (*genre, rarity.of(*genre) / norm))
            .collect(),
        decade: title.decade,
    }
}

/// What two titles share by their genres and decade.
fn alike(a: &Profile, b: &Profile, weights: &Weights) -> Shared {
    let mut cosine = 0.0;
    for (genre, length) in &a.genres {
        if let Some((_, other)) = b.genres.iter().find(|(other, _)| other == genre) {
            cosine += length * other;
        }
    }
    Shared {
        genre: weights.genre * cosine,
        decade: if a.decade.is_some() && a.decade == b.decade {
            weights.decade
        } else {
            0.0
        },
        ..Shared::default()
    }
}

/// A number of watchers as it damps.
#[expect(
    clippy::cast_precision_loss,
    reason = "a site has fewer than 2^53 viewers"
)]
pub(crate) fn damped(watchers: usize, power: f64) -> f64 {
    (watchers as f64 + PRIOR_WATCHERS).powf(power)
}
