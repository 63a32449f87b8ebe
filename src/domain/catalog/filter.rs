//! Which titles a list has: those that pass every condition that is set.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::facets::{Facet, decade};
use super::facts::TitleFacts;
use super::missing_facts::MissingFact;
use super::order::TitleOrder;
use super::publication::TitleState;
use super::reception::Rating;
use super::roles::Roles;
use super::types::TitleKind;
use crate::domain::ids::{GenreId, PersonId, TitleId};

/// Which titles are listed, and how.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TitleQuery {
    pub filter: TitleFilter,
    pub order: TitleOrder,
}

/// Which titles are wanted: those that pass every condition that is set.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TitleFilter {
    /// Of one of these kinds.
    pub kinds: Option<Vec<TitleKind>>,
    /// With at least one of these genres.
    pub genres: Option<Vec<GenreId>>,
    /// With each of these genres.
    pub genres_all: Option<Vec<GenreId>>,
    /// With at least one of these people in any role.
    pub people: Option<Vec<PersonId>>,
    /// In one of these roles; it says something of `people` alone.
    pub roles: Option<Roles>,
    /// With each of these people in any role.
    pub people_all: Option<Vec<PersonId>>,
    /// From this year on; titles of unknown year do not pass.
    pub year_from: Option<i32>,
    /// Up to this year; titles of unknown year do not pass.
    pub year_to: Option<i32>,
    /// Of one of these decades, each named by its first year; titles of unknown year do not pass.
    pub decades: Option<Vec<i32>>,
    /// At least so many seconds long; those of unknown length do not pass. See [`super::Title::usual_duration`].
    pub duration_from: Option<u32>,
    /// At most so many seconds long; those of unknown length do not pass.
    pub duration_to: Option<u32>,
    /// In which this language is spoken (ISO 639-1).
    pub language: Option<String>,
    /// In which one of these languages is spoken.
    pub languages: Option<Vec<String>>,
    /// Made in one of these countries (ISO 3166-1).
    pub countries: Option<Vec<String>>,
    /// For this age or a younger one, in years; unrated titles do not pass.
    pub max_age: Option<u8>,
    /// At least so good; titles that nobody rates do not pass. See [`super::Title::rating`].
    pub min_rating: Option<Rating>,
    /// Without at least one of these.
    pub missing: Option<Vec<MissingFact>>,
    /// In one of these states, among those that may be seen.
    pub states: Option<Vec<TitleState>>,
    /// Filed under this letter, or `#`; see [`crate::domain::text::initial`].
    pub initial: Option<char>,
    /// Added to the catalogue at this moment or later.
    pub added_since: Option<DateTime<Utc>>,
    /// One of these titles.
    pub among: Option<Arc<HashSet<TitleId>>>,
    /// None of these titles.
    pub without: Option<Arc<HashSet<TitleId>>>,
}

impl TitleFilter {
    /// Whether a title of which this is true passes.
    pub fn passes(&self, title: &TitleFacts) -> bool {
        self.passes_genres(title)
            && self.passes_people(title)
            && self.passes_time(title)
            && self.passes_origin(title)
            && is_one_of(self.kinds.as_ref(), [&title.kind])
            && is_one_of(self.states.as_ref(), [&title.publication.state])
            && self
                .max_age
                .is_none_or(|most| title.age.is_some_and(|age| age <= most))
            && self
                .min_rating
                .is_none_or(|least| title.rating.is_some_and(|rating| rating >= least))
            && self
                .missing
                .as_ref()
                .is_none_or(|facts| title.missing.has_any_of(facts))
            && self.initial.is_none_or(|initial| title.initial == initial)
            && self
                .among
                .as_ref()
                .is_none_or(|these| these.contains(&title.id))
            && self
                .without
                .as_ref()
                .is_none_or(|these| !these.contains(&title.id))
    }

    /// The same filter, without what is said of a facet that a viewer chooses values of: somebody who has chosen one
    /// sees how many titles the others would bring. What must all be there stays, for it can only be narrowed.
    #[must_use]
    pub fn without_facet(&self, facet: Facet) -> Self {
        let mut filter = self.clone();
        match facet {
            Facet::Genre => filter.genres = None,
            Facet::Kind => filter.kinds = None,
            Facet::Decade => filter.decades = None,
            Facet::Language => (filter.language, filter.languages) = (None, None),
            Facet::Country => filter.countries = None,
            Facet::Age => filter.max_age = None,
            Facet::Missing => filter.missing = None,
        }
        filter
    }

    fn passes_genres(&self, title: &TitleFacts) -> bool {
        let mut all = self.genres_all.iter().flatten();
        is_one_of(self.genres.as_ref(), &title.genres)
            && all.all(|genre| title.genres.contains(genre))
    }

    fn passes_people(&self, title: &TitleFacts) -> bool {
        let mut all = self.people_all.iter().flatten();
        self.people
            .as_ref()
            .is_none_or(|people| title.credits_any(people, self.roles))
            && all.all(|person| title.people.contains(person))
    }

    fn passes_time(&self, title: &TitleFacts) -> bool {
        let of_year = |is_it: &dyn Fn(i32) -> bool| title.year.is_some_and(is_it);
        let lasts = |is_it: &dyn Fn(u32) -> bool| title.duration.is_some_and(is_it);
        self.year_from
            .is_none_or(|from| of_year(&|year| year >= from))
            && self.year_to.is_none_or(|to| of_year(&|year| year <= to))
            && self
                .decades
                .as_ref()
                .is_none_or(|decades| of_year(&|year| decades.contains(&decade(year))))
            && self
                .duration_from
                .is_none_or(|from| lasts(&|seconds| seconds >= from))
            && self
                .duration_to
                .is_none_or(|to| lasts(&|seconds| seconds <= to))
            && self.added_since.is_none_or(|since| title.added_at >= since)
    }

    fn passes_origin(&self, title: &TitleFacts) -> bool {
        self.language
            .as_ref()
            .is_none_or(|language| title.languages.contains(language))
            && is_one_of(self.languages.as_ref(), &title.languages)
            && is_one_of(self.countries.as_ref(), &title.countries)
    }
}

/// Whether one of the values that a title has is wanted.
fn is_one_of<'a, T: PartialEq + 'a>(
    wanted: Option<&Vec<T>>,
    has: impl IntoIterator<Item = &'a T>,
) -> bool {
    wanted.is_none_or(|wanted| has.into_iter().any(|value| wanted.contains(value)))
}
