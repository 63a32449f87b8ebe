//! Titles to search: those of the seed, and some made for a case.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use chrono::DateTime;
use reelgraph::adapters::search::WordSearch;
use reelgraph::domain::catalog::{
    Change, Changed, Credit, CreditRole, Locks, NamesOfTitles, Person, Publication, Reception,
    Texts, Title, TitleKind, TitleSearch, Wanted,
};
use reelgraph::domain::ids::{PersonId, TitleId};
use reelgraph::domain::stamp::Stamp;
use reelgraph::domain::text;
use serde::Deserialize;

/// A record of the seed, as far as it is searched.
#[derive(Deserialize)]
pub(super) struct Film {
    slug: String,
    pub(super) title: String,
    pub(super) original_title: Option<String>,
    directors: Vec<String>,
    cast: Vec<String>,
}

/// The films of the seed, in an index.
pub(super) struct Seed {
    pub(super) films: Vec<Film>,
    pub(super) index: WordSearch,
}

impl Seed {
    pub(super) async fn load() -> Self {
        let lines = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/seed/films.ndjson")).lines();
        let films: Vec<Film> = lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let titles: Vec<Title> = films
            .iter()
            .map(|film| Title {
                original_name: film.original_title.clone(),
                ..title(&film.slug, &film.title, &credits(&film.people()))
            })
            .collect();
        let people = films.iter().flat_map(Film::people);
        let index = WordSearch::default();
        let names = named(names(people));
        index.apply(&changes(&titles), &names).await.unwrap();
        Self { films, index }
    }

    pub(super) async fn find(&self, query: &str) -> Vec<&str> {
        let hits = self.index.search_titles(query, any(), 500).await.unwrap();
        let slug = |id| {
            let mut films = self.films.iter();
            let film = films.find(|film| TitleId::of_slug(&film.slug) == id);
            film.unwrap().slug.as_str()
        };
        hits.iter().map(|hit| slug(hit.title)).collect()
    }

    pub(super) async fn first(&self, query: &str) -> &str {
        self.find(query).await[0]
    }

    pub(super) fn credited(&self, name: &str) -> Vec<&str> {
        let films = self.films.iter();
        films
            .filter(|film| film.people().contains(&name))
            .map(|film| film.slug.as_str())
            .collect()
    }
}

impl Film {
    fn people(&self) -> Vec<&str> {
        let people = self.directors.iter().chain(&self.cast);
        people.map(String::as_str).collect()
    }
}

/// Titles made for a case, whose slugs are their first names, and an index.
pub(super) struct Index {
    pub(super) titles: Vec<Title>,
    people: HashMap<PersonId, String>,
    pub(super) search: WordSearch,
}

impl Index {
    pub(super) fn new() -> Self {
        Self {
            titles: Vec::new(),
            people: HashMap::new(),
            search: WordSearch::default(),
        }
    }

    pub(super) fn add(&mut self, name: &str, watchers: u64) {
        self.add_with(name, watchers, &[]);
    }

    pub(super) fn add_with(&mut self, name: &str, watchers: u64, people: &[&str]) {
        self.people.extend(names(people.iter().copied()));
        self.titles.push(Title {
            watchers,
            ..title(name, name, &credits(people))
        });
    }

    /// The same with the titles as they are now in the index.
    pub(super) async fn apply(self) -> Self {
        let changes = changes(&self.titles);
        let names = named(self.people.clone());
        self.search.apply(&changes, &names).await.unwrap();
        self
    }

    pub(super) async fn find(&self, query: &str) -> Vec<&str> {
        let hits = self.search.search_titles(query, any(), 500).await.unwrap();
        let name = |id| {
            let mut titles = self.titles.iter().rev();
            titles.find(|title| title.id == id).unwrap().name.as_str()
        };
        hits.iter().map(|hit| name(hit.title)).collect()
    }
}

/// Every title is wanted.
pub(super) fn any() -> Wanted {
    Arc::new(|_| true)
}

fn title(slug: &str, name: &str, credits: &[Credit]) -> Title {
    Title {
        id: TitleId::of_slug(slug),
        kind: TitleKind::Film,
        publication: Publication::default(),
        slug: slug.to_owned(),
        name: name.to_owned(),
        original_name: None,
        year: None,
        end_year: None,
        premiered: None,
        duration: None,
        genres: Vec::new(),
        credits: credits.to_vec(),
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
        stamp: stamp(),
    }
}

fn credits(people: &[&str]) -> Vec<Credit> {
    let people = (0..).zip(people);
    people
        .map(|(order, name)| Credit {
            person: PersonId::of_slug(&text::slug(name)),
            role: CreditRole::Actor,
            character: None,
            order,
        })
        .collect()
}

fn named(people: HashMap<PersonId, String>) -> NamesOfTitles {
    NamesOfTitles {
        people,
        ..NamesOfTitles::default()
    }
}

fn names<'a>(people: impl IntoIterator<Item = &'a str>) -> HashMap<PersonId, String> {
    let people = people.into_iter();
    people
        .map(|name| (PersonId::of_slug(&text::slug(name)), name.to_owned()))
        .collect()
}

pub(super) fn person(first_name: &str, name: &str) -> Change {
    let slug = text::slug(first_name);
    Change {
        sequence: 1,
        changed: Changed::Person(Person {
            id: PersonId::of_slug(&slug),
            slug,
            name: name.to_owned(),
            born: None,
            died: None,
            birthplace: None,
            pictures: Vec::new(),
            external_ids: Vec::new(),
            merge: None,
            deleted: false,
            locks: Locks::default(),
            stamp: stamp(),
        }),
    }
}

fn changes(titles: &[Title]) -> Vec<Change> {
    let titles = titles.iter().cloned();
    titles
        .map(|title| Change {
            sequence: 1,
            changed: Changed::Title(title),
        })
        .collect()
}

pub(super) fn stamp() -> Stamp {
    Stamp::first(DateTime::from_timestamp(1_790_000_000, 0).unwrap())
}

/// The order of hits with the same number of watchers. Positive numbers are ordered like their bits.
pub(super) fn rank<T>(score: f64, id: T) -> (Reverse<u64>, T) {
    (Reverse(score.to_bits()), id)
}

pub(super) fn sorted(mut found: Vec<&str>) -> Vec<&str> {
    found.sort_unstable();
    found
}
