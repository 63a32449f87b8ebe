//! Things to put into a catalogue: complete, each different from the others by its number.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use reelgraph::domain::catalog::{
    Airs, Biography, CatalogBatch, Certification, Collection, Colour, Credit, CreditRole, Episode,
    ExternalId, Extra, ExtraKind, Genre, KeptPicture, Locks, Overview, PartOf, Person,
    PictureFormat, PictureHash, PictureKind, Publication, RatingScore, Reception, SeasonPictures,
    StoredPicture, Texts, Title, TitleKind, Video,
};
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::{CollectionId, EpisodeId, GenreId, PersonId, TitleId};
use reelgraph::domain::language::LanguageTag;
use reelgraph::domain::stamp::Stamp;

use super::backend::Opened;

/// A time, so many seconds (up to a million) after another one, with a fraction of a second.
pub(super) fn at(second: u64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_700_000_000_123).unwrap()
        + TimeDelta::seconds(i64::try_from(second % 1_000_000).unwrap())
}

pub(super) fn texts(texts: &[(&str, &str)]) -> Texts {
    let texts = texts.iter().map(|(language, text)| {
        let language = LanguageTag::parse(language).unwrap();
        (language, Box::from(*text))
    });
    texts.collect::<BTreeMap<_, Box<str>>>().into()
}

fn score(source: &str, value: f64, max: f64) -> RatingScore {
    RatingScore {
        source: source.to_owned(),
        value,
        max,
        votes: Some(u64::from(u32::MAX)),
    }
}

fn extra(kind: ExtraKind, address: &str) -> Extra {
    Extra {
        kind,
        video: Video::at_address(address).unwrap(),
        name: Some("A video".to_owned()),
        language: LanguageTag::parse("de-AT"),
    }
}

/// A picture in which everything is set, or all that it must have.
fn picture(kind: PictureKind, language: Option<&str>, number: u64) -> KeptPicture {
    KeptPicture {
        picture: StoredPicture {
            kind,
            hash: PictureHash::of(&number.to_be_bytes()),
            format: PictureFormat::WebP,
            width: 20_000,
            height: 1,
            blurhash: "LEHV6nWB2yk8pyo0adR*.7kCMdnj".to_owned(),
            colour: Colour([0, 127, 255]),
            language: language.and_then(LanguageTag::parse),
        },
        // Memory knows none.
        origin: None,
    }
}

/// A film in which everything that a film can have is set.
pub(crate) fn film(number: u64) -> Title {
    Title {
        id: TitleId(number),
        kind: TitleKind::Film,
        publication: Publication::default(),
        slug: format!("film-{number}"),
        name: format!("The Film {number}"),
        original_name: Some(format!("Der Film {number}")),
        year: Some(1999),
        end_year: None,
        premiered: NaiveDate::from_ymd_opt(1999, 12, 24),
        duration: Some(5400),
        genres: vec![GenreId(2), GenreId(1)],
        credits: vec![
            credit(1, CreditRole::Director, 0),
            credit(1, CreditRole::Actor, 0),
            credit(2, CreditRole::Actor, 1),
        ],
        crew: vec![
            credit(903, CreditRole::Guest, 0),
            credit(901, CreditRole::Writer, 0),
            credit(904, CreditRole::Writer, 1),
            credit(903, CreditRole::Producer, 0),
            credit(905, CreditRole::Composer, 0),
        ],
        countries: vec!["DE".to_owned(), "AT".to_owned()],
        languages: vec!["de".to_owned(), "en".to_owned()],
        external_ids: vec![
            external("imdb", &format!("tt{number}")),
            external("wikidata", &format!("Q{number}")),
        ],
        network: None,
        total_seasons: None,
        episode_duration: None,
        collection: Some(PartOf {
            collection: CollectionId(1),
            part: Some(7),
        }),
        certifications: vec![certification("DE", "12", 12), certification("US", "R", 17)],
        names: texts(&[("en", "Film"), ("pt-BR", "Filme")]),
        overview: texts(&[("de", "Worum es geht."), ("zh-Hant-TW", "電影")]),
        tagline: texts(&[("gsw", "Lueg!")]),
        status: None,
        studios: vec!["A Studio".to_owned(), "Another".to_owned()],
        tags: vec!["a tag".to_owned()],
        scores: vec![
            score("imdb", 7.0, 10.0),
            score("rottentomatoes", 66.5, 100.0),
        ],
        extras: vec![
            extra(ExtraKind::Trailer, "https://youtu.be/2GfZl4kuVNI"),
            extra(ExtraKind::BehindTheScenes, "https://vimeo.com/1/8272103f6e"),
            extra(ExtraKind::Other, "https://example.org/a.mp4"),
        ],
        pictures: vec![
            picture(PictureKind::Poster, None, number),
            picture(PictureKind::Poster, Some("pt-BR"), number),
            picture(PictureKind::Logo, Some("zh-Hant-TW"), number),
        ],
        merge: None,
        season_pictures: vec![SeasonPictures {
            season: 0,
            pictures: vec![picture(PictureKind::Poster, Some("de"), number)],
        }],
        watchers: 0,
        reception: Reception::default(),
        locks: Locks::default(),
        stamp: Stamp::first(at(number)),
    }
}

/// A series of which nothing is known but its name.
pub(super) fn series(number: u64) -> Title {
    Title {
        id: TitleId(number),
        kind: TitleKind::Series,
        publication: Publication::default(),
        slug: format!("series-{number}"),
        name: format!("Series {number}"),
        original_name: None,
        year: None,
        end_year: None,
        premiered: None,
        duration: None,
        genres: Vec::new(),
        credits: Vec::new(),
        crew: Vec::new(),
        countries: Vec::new(),
        languages: Vec::new(),
        external_ids: Vec::new(),
        network: None,
        total_seasons: None,
        episode_duration: None,
        collection: None,
        certifications: Vec::new(),
        names: Texts::default(),
        overview: Texts::default(),
        tagline: Texts::default(),
        status: None,
        studios: Vec::new(),
        tags: Vec::new(),
        scores: Vec::new(),
        extras: Vec::new(),
        pictures: Vec::new(),
        merge: None,
        season_pictures: Vec::new(),
        watchers: 0,
        reception: Reception::default(),
        locks: Locks::default(),
        stamp: Stamp::first(at(number)),
    }
}

pub(super) fn person(number: u64) -> Person {
    Person {
        id: PersonId(number),
        slug: format!("person-{number}"),
        name: format!("Person {number}"),
        born: NaiveDate::from_ymd_opt(1950, 2, 28),
        died: NaiveDate::from_ymd_opt(2020, 2, 29),
        birthplace: Some(format!("Place {number}")),
        pictures: vec![picture(PictureKind::Portrait, None, number)],
        external_ids: vec![external("imdb", &format!("nm{number}"))],
        merge: None,
        deleted: false,
        locks: Locks::default(),
        stamp: Stamp::first(at(number)),
    }
}

pub(super) fn genre(number: u64, name: &str) -> Genre {
    Genre {
        id: GenreId(number),
        slug: format!("genre-{number}"),
        name: name.to_owned(),
        merged_into: None,
        deleted: false,
        stamp: Stamp::first(at(number)),
    }
}

pub(super) fn collection(number: u64) -> Collection {
    Collection {
        id: CollectionId(number),
        slug: format!("collection-{number}"),
        name: format!("Collection {number}"),
        pictures: Vec::new(),
        merged_into: None,
        deleted: false,
        stamp: Stamp::first(at(number)),
    }
}

/// A film that is part of a collection, or of none.
pub(super) fn part(number: u64, collection: Option<u64>) -> Title {
    Title {
        collection: collection.map(|number| PartOf {
            collection: CollectionId(number),
            part: None,
        }),
        ..film(number)
    }
}

/// An episode. Its id has no meaning, but grows with the season and the number.
pub(super) fn episode(series: u64, season: u32, number: u32) -> Episode {
    Episode {
        id: EpisodeId(series * 1_000_000 + u64::from(season) * 1000 + u64::from(number)),
        series: TitleId(series),
        season,
        number,
        number_end: Some(number.saturating_add(1)),
        absolute_number: Some(number.saturating_add(100)),
        pictures: vec![picture(PictureKind::Still, Some("de"), series)],
        airs: (season == 0).then_some(Airs::BeforeEpisode {
            season: 1,
            episode: number,
        }),
        name: Some(format!("Episode {number}")),
        original_name: None,
        names: texts(&[("de", "Folge"), ("pt-BR", "Episódio")]),
        aired: NaiveDate::from_ymd_opt(2008, 1, 20),
        duration: Some(2880),
        directors: vec![PersonId(1)],
        crew: vec![
            credit(2, CreditRole::Guest, 0),
            credit(4, CreditRole::Writer, 0),
        ],
        merging: None,
        deleted_from: None,
        locks: Locks::default(),
        stamp: Stamp::first(at(1)),
    }
}

pub(super) fn credit(person: u64, role: CreditRole, order: u32) -> Credit {
    Credit {
        person: PersonId(person),
        role,
        character: matches!(role, CreditRole::Actor | CreditRole::Guest)
            .then(|| format!("Character {order}")),
        order,
    }
}

/// What is told of somebody of the same number, and of an episode.
pub(super) fn biography(person: &Person, texts: Texts) -> Biography {
    Biography {
        person: person.id,
        texts,
    }
}

pub(super) fn overview(episode: &Episode, texts: Texts) -> Overview {
    Overview {
        episode: episode.id,
        texts,
    }
}

pub(super) fn external(provider: &str, value: &str) -> ExternalId {
    ExternalId {
        provider: provider.to_owned(),
        value: value.to_owned(),
    }
}

pub(super) fn certification(system: &str, label: &str, age: u8) -> Certification {
    Certification {
        system: system.to_owned(),
        label: label.to_owned(),
        age,
    }
}

/// The title as it is written next, with something changed.
pub(super) fn revised(title: &Title, change: impl FnOnce(&mut Title)) -> Title {
    let mut title = title.clone();
    title.stamp = title
        .stamp
        .next(title.stamp.updated_at + TimeDelta::minutes(1));
    change(&mut title);
    title
}

pub(super) async fn put_titles(
    store: &Opened,
    titles: impl IntoIterator<Item = Title>,
) -> Result<(), StoreError> {
    let titles = titles.into_iter().collect();
    store
        .put(&CatalogBatch {
            titles,
            ..CatalogBatch::default()
        })
        .await
}

pub(super) async fn put_people(
    store: &Opened,
    people: impl IntoIterator<Item = Person>,
) -> Result<(), StoreError> {
    let people = people.into_iter().collect();
    store
        .put(&CatalogBatch {
            people,
            ..CatalogBatch::default()
        })
        .await
}

pub(super) async fn put_genres(
    store: &Opened,
    genres: impl IntoIterator<Item = Genre>,
) -> Result<(), StoreError> {
    let genres = genres.into_iter().collect();
    store
        .put(&CatalogBatch {
            genres,
            ..CatalogBatch::default()
        })
        .await
}

pub(super) async fn put_collections(
    store: &Opened,
    collections: impl IntoIterator<Item = Collection>,
) -> Result<(), StoreError> {
    let collections = collections.into_iter().collect();
    store
        .put(&CatalogBatch {
            collections,
            ..CatalogBatch::default()
        })
        .await
}

pub(super) async fn put_episodes(
    store: &Opened,
    episodes: impl IntoIterator<Item = Episode>,
) -> Result<(), StoreError> {
    let episodes = episodes.into_iter().collect();
    store
        .put(&CatalogBatch {
            episodes,
            ..CatalogBatch::default()
        })
        .await
}

/// Reads by id promise no order; this makes them comparable.
pub(super) fn by_id<T: Borrow<Title>>(titles: impl IntoIterator<Item = T>) -> Vec<Title> {
    let titles = titles.into_iter();
    let mut titles: Vec<Title> = titles.map(|title| title.borrow().clone()).collect();
    titles.sort_by_key(|title| title.id);
    titles
}

/// Whether a write was refused because it does not fit what is stored.
pub(super) fn is_conflict(result: &Result<(), StoreError>) -> bool {
    matches!(result, Err(StoreError::Conflict))
}
