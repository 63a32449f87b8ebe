//! The types of the catalogue. Each value is stored as one document, with the ids of what it refers to.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::certification::{Certification, country_of};
use super::extras::Extra;
use super::publication::Publication;
use super::scores::RatingScore;
use super::status::SeriesStatus;
use super::texts::Texts;
use crate::domain::ids::{CollectionId, EpisodeId, GenreId, PersonId, TitleId};
use crate::domain::stamp::Stamp;

/// What a title is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TitleKind {
    /// Watched in one piece.
    Film,
    /// Watched episode by episode.
    Series,
}

/// A film or a series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Title {
    pub id: TitleId,
    /// It never changes: another kind is another title.
    pub kind: TitleKind,
    /// Whether and when viewers may see it; what was stored before there were states is published.
    #[serde(default)]
    pub publication: Publication,
    /// Its key in addresses, unique among all titles.
    pub slug: String,
    /// Its name in the site's language.
    pub name: String,
    /// Its name in the language that it was made in, if that is known.
    pub original_name: Option<String>,
    /// The year of the first showing.
    pub year: Option<i32>,
    /// The year in which a series ended; `None` while it runs, and for films.
    pub end_year: Option<i32>,
    /// The day of the first showing.
    pub premiered: Option<NaiveDate>,
    /// The length of a film in seconds; `None` if unknown, and for series.
    pub duration: Option<u32>,
    /// In the order of the record that was loaded.
    pub genres: Vec<GenreId>,
    /// Directors first, then actors, each in billing order.
    pub credits: Vec<Credit>,
    /// ISO 3166-1 codes of the countries that it was made in, former codes of those that are no more (`SU`).
    pub countries: Vec<String>,
    /// ISO 639-1 codes of the languages that are spoken in it.
    pub languages: Vec<String>,
    /// Its ids elsewhere, sorted by provider.
    pub external_ids: Vec<ExternalId>,
    /// The network that first showed a series.
    pub network: Option<String>,
    /// How many seasons a series has in all, listed here or not.
    pub total_seasons: Option<u32>,
    /// How long the episodes of a series usually are, in seconds: what stands in where the length of one is unknown.
    #[serde(default)]
    pub episode_duration: Option<u32>,
    /// The collection that a film is part of; `None` if it stands alone, and for series.
    #[serde(default)]
    pub collection: Option<PartOf>,
    /// What rating systems say of it, sorted by system; each says one thing.
    #[serde(default)]
    pub certifications: Vec<Certification>,
    /// Its name in other languages than the site's.
    #[serde(default)]
    pub names: Texts,
    /// What it is about, in a few sentences of plain text.
    #[serde(default)]
    pub overview: Texts,
    /// The line that it is advertised with.
    #[serde(default)]
    pub tagline: Texts,
    /// Whether a series goes on; `None` if unknown, and for films.
    #[serde(default)]
    pub status: Option<SeriesStatus>,
    /// The names of the companies that made it, in the order of the record; each once, whatever its case.
    #[serde(default)]
    pub studios: Vec<String>,
    /// Words that curators found for it, in the order of the record; each once, whatever its case.
    #[serde(default)]
    pub tags: Vec<String>,
    /// How it is rated elsewhere, sorted by source; each says one thing.
    #[serde(default)]
    pub scores: Vec<RatingScore>,
    /// Videos about it on other sites: trailers and teasers first, then others, each in the order of the record.
    #[serde(default)]
    pub extras: Vec<Extra>,
    /// How many profiles have watched it. Kept by the projection, outside the revision.
    #[serde(default, rename = "popularity")]
    pub watchers: u64,
    /// When and how often it was written.
    pub stamp: Stamp,
}

impl Title {
    /// The age in years from which a viewer may see it; `None` if no system has rated it.
    ///
    /// Where systems disagree, the highest age counts: nobody knows by which country's rules a household lives, and
    /// what one system keeps from a child must not reach it because another is more lenient.
    pub fn age(&self) -> Option<u8> {
        self.strictest_certification()
            .map(|strictest| strictest.age)
    }

    /// The certification that [`Self::age`] is of; of several the first by system.
    pub fn strictest_certification(&self) -> Option<&Certification> {
        // Of equal ones `max_by_key` gives the last.
        self.certifications.iter().rev().max_by_key(|it| it.age)
    }

    /// What one system says of it. The system is a country or one of the system's names.
    pub fn certification_of(&self, system: &str) -> Option<&Certification> {
        let country = country_of(system)?;
        self.certifications.iter().find(|it| it.system == country)
    }

    /// The people credited in a role, in billing order.
    pub fn people(&self, role: CreditRole) -> impl Iterator<Item = PersonId> + '_ {
        self.credits
            .iter()
            .filter(move |credit| credit.role == role)
            .map(|credit| credit.person)
    }
}

/// What somebody did for a title.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditRole {
    /// Directed a film; for a series: created it.
    Director,
    /// Is in the cast.
    Actor,
}

/// One person's part in a title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    pub person: PersonId,
    pub role: CreditRole,
    /// The name of the character that an actor plays.
    pub character: Option<String>,
    /// The rank in the billing among those of the same role, from 0.
    pub order: u32,
}

/// An id that something has elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ExternalId {
    /// Who gave the id: `imdb`, `tmdb`, `wikidata`, …
    pub provider: String,
    /// The id, in the provider's own spelling.
    pub value: String,
}

/// Somebody who is credited with a title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: PersonId,
    /// Its key in addresses, unique among people.
    pub slug: String,
    /// The name as first loaded.
    pub name: String,
    /// The day of birth.
    pub born: Option<NaiveDate>,
    /// Its ids elsewhere, sorted by provider.
    pub external_ids: Vec<ExternalId>,
    /// When and how often it was written.
    pub stamp: Stamp,
}

/// A genre of the vocabulary, which a load may add to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Genre {
    pub id: GenreId,
    /// Its key in addresses, unique among genres.
    pub slug: String,
    /// Its name, as the vocabulary spells it.
    pub name: String,
    /// When and how often it was written.
    pub stamp: Stamp,
}

/// Films that belong together and have an order: "The Godfather Collection".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    pub id: CollectionId,
    /// Its key in addresses, unique among collections.
    pub slug: String,
    /// The name as first loaded.
    pub name: String,
    /// When and how often it was written.
    pub stamp: Stamp,
}

/// A film's place in a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartOf {
    pub collection: CollectionId,
    /// The number of the part, from 1; `None` if the parts are not numbered, or this one is not.
    pub part: Option<u32>,
}

/// One episode of a series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Episode {
    pub id: EpisodeId,
    pub series: TitleId,
    /// The season's number; 0 holds the specials.
    pub season: u32,
    /// The number in the season.
    pub number: u32,
    /// Its name; `None` if it has none, and then it is shown as "Episode 6".
    pub name: Option<String>,
    /// Its name in the language that it was made in.
    pub original_name: Option<String>,
    /// The day of the first showing.
    pub aired: Option<NaiveDate>,
    /// The length in seconds, if known.
    pub duration: Option<u32>,
    /// Who directed it, in billing order.
    pub directors: Vec<PersonId>,
    /// When and how often it was written.
    pub stamp: Stamp,
}

impl Episode {
    /// Its ordinal in the series: seasons in order, episodes in order; specials (season 0) first.
    pub fn ordinal(&self) -> (u32, u32) {
        (self.season, self.number)
    }

    /// The season that it belongs to.
    pub fn season_id(&self) -> SeasonId {
        SeasonId {
            series: self.series,
            number: self.season,
        }
    }
}

/// Which season of which series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeasonId {
    pub series: TitleId,
    /// The season's number; 0 holds the specials.
    pub number: u32,
}

/// A season: it exists because episodes of it do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Season {
    pub id: SeasonId,
    /// How many episodes are listed.
    pub episodes: u64,
}
