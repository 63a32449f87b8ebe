//! The types of the catalogue. Each value is stored as one document, with the ids of what it refers to.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::airs::Airs;
use super::certification::{Certification, country_of};
use super::collections::PartOf;
use super::extras::Extra;
use super::locks::Locks;
use super::merge::{EpisodeMerging, PersonMerge, TitleMerge};
use super::pictures::{KeptPicture, SeasonPictures};
use super::publication::Publication;
use super::reception::Reception;
use super::scores::RatingScore;
use super::status::SeriesStatus;
use super::texts::{SITE_LANGUAGE, Texts};
use crate::domain::ids::{EpisodeId, GenreId, PersonId, TitleId};
use crate::domain::language::LanguageTag;
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
    /// Whoever is credited in another role: in the order of [`CreditRole`], and of the billing in each.
    ///
    /// A field of its own, because versions of before know two roles and pass over a title that has a third among its
    /// credits; this one they leave as it is. A role that comes later needs a field of its own as well.
    #[serde(default)]
    pub crew: Vec<Credit>,
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
    /// Its pictures: in the order of [`PictureKind::ALL`](super::pictures::PictureKind::ALL), of a kind those without a
    /// language first, then by language, of one language in the order of the record.
    ///
    /// A kind or a format that comes later needs a field of its own: versions of before pass over a title that has one here.
    #[serde(default)]
    pub pictures: Vec<KeptPicture>,
    /// The pictures of its seasons, by season; of those that have any.
    #[serde(default)]
    pub season_pictures: Vec<SeasonPictures>,
    /// That it was merged into another title; `None`: it was not, or that is undone. Older versions keep it as it is, and
    /// go by its state.
    #[serde(default)]
    pub merge: Option<TitleMerge>,
    /// How many profiles have watched it. Kept by the projection, outside the revision.
    #[serde(default, rename = "popularity")]
    pub watchers: u64,
    /// What viewers make of it, as far as memory knows it: no store keeps it with the title.
    #[serde(skip)]
    pub reception: Reception,
    /// The fields that no load changes.
    #[serde(default)]
    pub locks: Locks,
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

    /// How long it is in seconds: a film, or what the episodes of a series usually are; `None` if unknown.
    pub fn usual_duration(&self) -> Option<u32> {
        self.duration.or(self.episode_duration)
    }

    /// All credits, in the order of [`CreditRole`], and of the billing in each.
    pub fn all_credits(&self) -> impl Iterator<Item = &Credit> + Clone {
        self.credits.iter().chain(&self.crew)
    }

    /// The people credited in a role, in billing order.
    pub fn people(&self, role: CreditRole) -> impl Iterator<Item = PersonId> + '_ {
        self.all_credits()
            .filter(move |credit| credit.role == role)
            .map(|credit| credit.person)
    }

    /// Whoever is credited, in any role; each once, sorted.
    pub fn credited(&self) -> Vec<PersonId> {
        let mut people: Vec<PersonId> = self.all_credits().map(|credit| credit.person).collect();
        people.sort_unstable();
        people.dedup();
        people
    }

    /// What somebody is credited with, in the order of [`Self::all_credits`].
    pub fn credits_of(&self, person: PersonId) -> impl Iterator<Item = &Credit> + Clone {
        let is_theirs = move |credit: &&Credit| credit.person == person;
        self.all_credits().filter(is_theirs)
    }
}

/// What somebody did for a title or an episode. Two titles are compared by directors and actors alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditRole {
    /// Directed a film or an episode; for a series: created it.
    Director,
    /// Is in the cast.
    Actor,
    /// Appears beside the cast: in an episode of a series, or for a moment in a film.
    Guest,
    /// Wrote the screenplay, or what it was made from.
    Writer,
    /// Produced it, in whatever function.
    Producer,
    /// Wrote the music for it.
    Composer,
}

impl CreditRole {
    /// All of them, in the order in which credits are listed.
    pub const ALL: [Self; 6] = [
        Self::Director,
        Self::Actor,
        Self::Guest,
        Self::Writer,
        Self::Producer,
        Self::Composer,
    ];
}

/// One person's part in a title or an episode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    pub person: PersonId,
    pub role: CreditRole,
    /// The name of the character that an actor or a guest plays.
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

/// Somebody who is credited with a title. What is told of their life is long, and read by itself: see [`Biography`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: PersonId,
    /// Its key in addresses, unique among people.
    pub slug: String,
    /// The name as first loaded.
    pub name: String,
    /// The day of birth.
    pub born: Option<NaiveDate>,
    /// The day of death, which is not before that of birth.
    #[serde(default)]
    pub died: Option<NaiveDate>,
    /// Where they were born, as files write it: "New York City, USA".
    #[serde(default)]
    pub birthplace: Option<String>,
    /// Their portraits, in the order of a title's pictures.
    #[serde(default)]
    pub pictures: Vec<KeptPicture>,
    /// Its ids elsewhere, sorted by provider.
    pub external_ids: Vec<ExternalId>,
    /// That they were merged into somebody else; `None`: they were not, or that is undone.
    #[serde(default)]
    pub merge: Option<PersonMerge>,
    /// Whether a curator deleted them: nobody finds them, and what names them means nobody.
    #[serde(default)]
    pub deleted: bool,
    /// The fields that no load changes.
    #[serde(default)]
    pub locks: Locks,
    /// When and how often it was written.
    pub stamp: Stamp,
}

/// What is told of somebody's life. It is a part of what is stored of the person, and written with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Biography {
    #[serde(rename = "id")]
    pub person: PersonId,
    /// Empty if there is none.
    #[serde(default, rename = "biography")]
    pub texts: Texts,
}

/// A genre of the vocabulary, which a load may add to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Genre {
    pub id: GenreId,
    /// Its key in addresses, unique among genres.
    pub slug: String,
    /// Its name, as the vocabulary spells it.
    pub name: String,
    /// The genre that it was merged into, which was merged into none; titles may still name it for a moment.
    #[serde(default)]
    pub merged_into: Option<GenreId>,
    /// Whether a curator deleted it: no list has it, and what names it means nothing.
    #[serde(default)]
    pub deleted: bool,
    pub stamp: Stamp,
}

/// One episode of a series. What happens in it is long, and read by itself: see [`Overview`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Episode {
    pub id: EpisodeId,
    pub series: TitleId,
    /// The season's number; 0 holds the specials.
    pub season: u32,
    /// The number in the season.
    pub number: u32,
    /// The number of the last one that is in it, higher than `number`, where it holds several: "Episodes 5 and 6".
    #[serde(default)]
    pub number_end: Option<u32>,
    /// The number in the whole series, from 1.
    #[serde(default)]
    pub absolute_number: Option<u32>,
    /// Its stills, in the order of a title's pictures.
    #[serde(default)]
    pub pictures: Vec<KeptPicture>,
    /// Where in the regular seasons a special belongs; `None` for all other episodes, and if nobody says.
    #[serde(default)]
    pub airs: Option<Airs>,
    /// Its name; `None` if it has none, and then it is shown as "Episode 6".
    pub name: Option<String>,
    /// Its name in the language that it was made in.
    pub original_name: Option<String>,
    /// Its name in other languages than the site's.
    #[serde(default)]
    pub names: Texts,
    /// The day of the first showing.
    pub aired: Option<NaiveDate>,
    /// The length in seconds, if known.
    pub duration: Option<u32>,
    /// Who directed it, in billing order.
    pub directors: Vec<PersonId>,
    /// Its guests, then its writers, each in billing order.
    #[serde(default)]
    pub crew: Vec<Credit>,
    /// What merging its series with others has made of it; mostly nothing.
    #[serde(default)]
    pub merging: Option<Box<EpisodeMerging>>,
    /// The series that it was of when a curator deleted it. Since then it is of [`TitleId::of_deleted`], which no title has.
    #[serde(default)]
    pub deleted_from: Option<TitleId>,
    /// The fields that no load changes.
    #[serde(default)]
    pub locks: Locks,
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

    /// Its name for whoever wants these languages, the most wanted first: in the first of them that it has one in, else in
    /// the language of the site, else in any.
    pub fn name_in(&self, wanted: impl IntoIterator<Item = LanguageTag>) -> Option<&str> {
        self.named_in(wanted).map(|(_, name)| name)
    }

    /// The same name with its language; whoever wants that language alone gets the same.
    pub fn named_in(
        &self,
        wanted: impl IntoIterator<Item = LanguageTag>,
    ) -> Option<(LanguageTag, &str)> {
        let own = self.name.as_deref().map(|name| (SITE_LANGUAGE, name));
        for wanted in wanted {
            let other = self.names.nearest(&wanted);
            let other = other.map(|it| (it.language, &*it.text));
            let names = own.into_iter().chain(other);
            let near = names.filter_map(|named| Some((wanted.distance(&named.0)?, named)));
            if let Some((_, named)) = near.min_by_key(|(distance, _)| *distance) {
                return Some(named);
            }
        }
        own.or_else(|| self.names.pick([]).map(|it| (it.language, &*it.text)))
    }

    /// All credits, in the order of [`CreditRole`], and of the billing in each.
    pub fn all_credits(&self) -> Vec<Credit> {
        let directors = (0..).zip(&self.directors).map(|(order, person)| Credit {
            person: *person,
            role: CreditRole::Director,
            character: None,
            order,
        });
        directors.chain(self.crew.iter().cloned()).collect()
    }
}

/// What happens in an episode. It is a part of what is stored of the episode, and written with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    #[serde(rename = "id")]
    pub episode: EpisodeId,
    /// Empty if there is none.
    #[serde(default, rename = "overview")]
    pub texts: Texts,
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn stamp() -> Value {
        let at = "2020-01-01T00:00:00Z";
        json!({ "created_at": at, "updated_at": at, "revision": 1 })
    }

    /// An episode as versions of before have written it.
    fn former_episode() -> Episode {
        serde_json::from_value(json!({
            "id": 1, "series": 2, "season": 0, "number": 3, "name": "The Rift", "original_name": null, "aired": null,
            "duration": null, "directors": [4], "stamp": stamp(),
        }))
        .unwrap()
    }

    #[test]
    fn what_versions_of_before_have_written_can_be_read() {
        let person: Person = serde_json::from_value(json!({
            "id": 1, "slug": "a", "name": "A", "born": "1950-01-31", "external_ids": [], "stamp": stamp(),
        }))
        .unwrap();
        let episode = former_episode();

        assert_eq!((person.died, person.birthplace), (None, None));
        assert!(person.pictures.is_empty() && episode.pictures.is_empty());
        let numbers = (episode.number_end, episode.absolute_number, episode.airs);
        assert_eq!(numbers, (None, None, None));
        assert!(episode.names.is_empty() && episode.crew.is_empty());
        let credits = episode.all_credits();
        let credits: Vec<_> = credits.iter().map(|it| (it.person, it.role)).collect();
        assert_eq!(credits, [(PersonId(4), CreditRole::Director)]);
    }

    #[test]
    fn an_episode_is_called_by_the_first_language_that_it_has_a_name_in() {
        let names = json!({ "de": "Der Riss", "pt-BR": "A Fenda" });
        let mut episode = Episode {
            names: serde_json::from_value(names).unwrap(),
            ..former_episode()
        };
        let name = |episode: &Episode, wanted: &[&str]| {
            let wanted = wanted.iter().map(|tag| LanguageTag::parse(tag).unwrap());
            episode.name_in(wanted).map(str::to_owned)
        };

        for (wanted, expected) in [
            (&["de-AT"][..], "Der Riss"),
            (&["it", "pt", "de"], "A Fenda"),
            (&["en-GB", "de"], "The Rift"),
            (&["it"], "The Rift"),
            (&[], "The Rift"),
        ] {
            let found = name(&episode, wanted);
            assert_eq!(found.as_deref(), Some(expected), "{wanted:?}");
        }
        episode.name = None;
        assert_eq!(name(&episode, &["it"]).as_deref(), Some("Der Riss"));
        episode.names = Texts::default();
        assert_eq!(name(&episode, &["de"]), None);
    }
}
