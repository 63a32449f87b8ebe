//! What a title is filtered by: the few facts that filters need, small enough to keep in memory for all titles.

use chrono::{DateTime, Utc};

use super::missing_facts::{MissingFact, MissingFacts};
use super::publication::Publication;
use super::reception::Rating;
use super::roles::Roles;
use super::types::{Title, TitleKind};
use crate::domain::ids::{GenreId, PersonId, TitleId};
use crate::domain::text;

/// The part of a title that decides whether a list may have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TitleFacts {
    pub id: TitleId,
    /// It never changes: another kind is another title.
    pub kind: TitleKind,
    /// The year of the first showing.
    pub year: Option<i32>,
    /// How long it is in seconds; see [`Title::usual_duration`].
    pub duration: Option<u32>,
    pub genres: Box<[GenreId]>,
    /// Whoever is credited, in any role; each once, sorted.
    pub people: Box<[PersonId]>,
    /// In which roles each of these people is, in their order.
    pub roles: Box<[Roles]>,
    /// ISO 639-1 codes of the languages that are spoken in it.
    pub languages: Box<[String]>,
    /// ISO 3166-1 codes of the countries that it was made in.
    pub countries: Box<[String]>,
    /// The age in years from which it may be seen; see [`Title::age`].
    pub age: Option<u8>,
    /// How good it is; see [`Title::rating`].
    pub rating: Option<Rating>,
    /// What its page would show and lacks.
    pub missing: MissingFacts,
    /// What its name is filed under; see [`crate::domain::text::initial`].
    pub initial: char,
    /// When it was added to the catalogue.
    pub added_at: DateTime<Utc>,
    /// Whether and when viewers may see it.
    pub publication: Publication,
    /// Whether it is one with another title, which stands for it everywhere.
    pub is_merged: bool,
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
            id: title.id,
            kind: title.kind,
            year: title.year,
            duration: title.usual_duration(),
            genres: title.genres.as_slice().into(),
            people: people.into(),
            roles: roles.into(),
            languages: title.languages.as_slice().into(),
            countries: title.countries.as_slice().into(),
            age: title.age(),
            rating: title.rating(),
            missing: MissingFact::of(title).collect(),
            initial: text::initial(&text::sort_name(&title.name)),
            added_at: title.stamp.created_at,
            publication: title.publication,
            is_merged: title.leads_to().is_some(),
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
