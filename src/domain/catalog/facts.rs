//! What a title is filtered by: the few facts that filters need, small enough to keep in memory for all titles.

use super::publication::Publication;
use super::roles::Roles;
use super::types::{Title, TitleKind};
use crate::domain::ids::{GenreId, PersonId};

/// The part of a title that decides whether a list may have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TitleFacts {
    /// It never changes: another kind is another title.
    pub kind: TitleKind,
    /// The year of the first showing.
    pub year: Option<i32>,
    pub genres: Box<[GenreId]>,
    /// Whoever is credited, in any role; each once, sorted.
    pub people: Box<[PersonId]>,
    /// In which roles each of these people is, in their order.
    pub roles: Box<[Roles]>,
    /// ISO 639-1 codes of the languages that are spoken in it.
    pub languages: Box<[String]>,
    /// The age in years from which it may be seen; see [`Title::age`].
    pub age: Option<u8>,
    /// Whether and when viewers may see it.
    pub publication: Publication,
}

impl From<&Title> for TitleFacts {
    fn from(title: &Title) -> Self {
        let credits = title.all_credits();
        let mut credits: Vec<_> = credits.map(|it| (it.person, it.role)).collect();
        credits.sort_unstable();
        let (people, roles): (Vec<PersonId>, Vec<Roles>) = credits
            .chunk_by(|(one, _), (other, _)| one == other)
            .map(|of_one| {
                (
                    of_one[0].0,
                    of_one.iter().map(|(_, role)| *role).collect::<Roles>(),
                )
            })
            .unzip();
        Self {
            kind: title.kind,
            year: title.year,
            genres: title.genres.as_slice().into(),
            people: people.into(),
            roles: roles.into(),
            languages: title.languages.as_slice().into(),
            age: title.age(),
            publication: title.publication,
        }
    }
}

impl TitleFacts {
    /// Whether one of these people is credited; with roles: in one of them.
    pub(super) fn credits_any(&self, people: &[PersonId], roles: Option<Roles>) -> bool {
        let mut credited = self.people.iter().zip(&self.roles);
        credited.any(|(person, theirs)| {
            people.contains(person) && roles.is_none_or(|roles| theirs.has_any_of(roles))
        })
    }
}
