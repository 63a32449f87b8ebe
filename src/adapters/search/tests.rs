//! What is found follows from what the index holds now, whatever it held before.

use std::collections::BTreeMap;

use chrono::DateTime;
use proptest::prelude::*;

use super::find::titles;
use super::index::{Index, TitleEntry};
use super::people::people;
use crate::domain::catalog::{Publication, TitleFacts, TitleKind};
use crate::domain::ids::{CollectionId, PersonId, TitleId};

const NAMES: [&str; 8] = [
    "Heat",
    "The Heat of the Night",
    "Spider-Man 2",
    "Spiderman",
    "Rocky III",
    "Emma",
    "?!",
    "Prince of Heat",
];
const PEOPLE: [&str; 5] = [
    "Prince",
    "Faith Prince",
    "Emma Stone",
    "Al Pacino",
    "Robert Night Jr.",
];
const QUERIES: [&str; 18] = [
    "heat",
    "haet",
    "the heat",
    "night heat",
    "spiderman",
    "spider man",
    "rocky 3",
    "emma",
    "emma 2020",
    "?",
    "prince",
    "pacino",
    "al pacino heat",
    "stone",
    "night",
    "man heat",
    "vincent",
    "saga 2",
];

/// A title without anything but names.
pub(super) fn named(id: u64, names: &[&str]) -> TitleEntry {
    TitleEntry {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        credits: Vec::new(),
        characters: Vec::new(),
        collection: None,
        part: None,
        facts: facts(id, None),
        watchers: 0,
    }
}

fn facts(id: u64, year: Option<i32>) -> TitleFacts {
    TitleFacts {
        id: TitleId(id),
        kind: TitleKind::Film,
        year,
        duration: None,
        genres: Box::default(),
        people: Box::default(),
        roles: Box::default(),
        languages: Box::default(),
        countries: Box::default(),
        age: None,
        rating: None,
        initial: '#',
        added_at: DateTime::UNIX_EPOCH,
        publication: Publication::default(),
    }
}

fn found(query: &str, index: &Index) -> Vec<u64> {
    let hits = titles(query, index, &|_| true, 20);
    hits.iter().map(|hit| hit.title.0).collect()
}

#[test]
fn of_a_name_that_many_have_the_year_tells_which_is_meant() {
    let mut index = Index::default();
    for person in 0..1000 {
        index.put_person(PersonId(person), "Emma Somebody");
    }
    for (id, year) in [(1, 1996), (2, 2020)] {
        index.put_title(TitleEntry {
            facts: facts(id, Some(year)),
            watchers: 10 / id,
            ..named(id, &["Emma"])
        });
    }
    for id in 3..1003 {
        index.put_title(TitleEntry {
            credits: vec![(PersonId(id - 3), 0)],
            ..named(id, &["Something Else"])
        });
    }

    assert_eq!(found("emma 2020", &index)[0], 2);
    assert_eq!(found("emma 1996", &index)[0], 1);
}

#[test]
fn who_is_known_by_one_word_comes_before_those_who_have_it_as_a_surname() {
    let mut index = Index::default();
    index.put_person(PersonId(1), "Prince");
    index.put_person(PersonId(2), "Faith Prince");
    for (id, person, watchers) in [(1, 1, 1), (2, 1, 1), (3, 2, 900), (4, 2, 900)] {
        index.put_title(TitleEntry {
            credits: vec![(PersonId(person), 0)],
            watchers,
            ..named(id, &["Something Else"])
        });
    }

    assert_eq!(found("prince", &index), [1, 2, 3, 4]);
}

/// What is said of a title.
#[derive(Debug, Clone)]
struct Said {
    names: Vec<usize>,
    people: Vec<u64>,
    character: Option<bool>,
    collection: Option<u64>,
    part: Option<u32>,
    year: Option<i32>,
    watchers: u64,
}

#[derive(Debug, Clone)]
enum News {
    Title(u64, Said),
    Person(u64, usize),
    Collection(u64, bool),
    Watchers(u64, u64),
}

fn said() -> impl Strategy<Value = Said> {
    let names = prop::collection::vec(0..NAMES.len(), 1..3);
    let people = prop::collection::vec(0..4_u64, 0..3);
    let rest = (
        any::<Option<bool>>(),
        prop::option::of(0..2_u64),
        prop::option::of(1..3_u32),
        prop::option::of(2019..2022),
        0..3_u64,
    );
    (names, people, rest).prop_map(
        |(names, people, (character, collection, part, year, watchers))| Said {
            names,
            people,
            character,
            collection,
            part,
            year,
            watchers,
        },
    )
}

fn news() -> impl Strategy<Value = News> {
    prop_oneof![
        4 => (1..6_u64, said()).prop_map(|(id, said)| News::Title(id, said)),
        2 => (0..4_u64, 0..PEOPLE.len()).prop_map(|(id, name)| News::Person(id, name)),
        1 => (0..2_u64, any::<bool>()).prop_map(|(id, name)| News::Collection(id, name)),
        1 => (1..6_u64, 0..3_u64).prop_map(|(id, watchers)| News::Watchers(id, watchers)),
    ]
}

fn entry(id: u64, said: &Said) -> TitleEntry {
    let names: Vec<&str> = said.names.iter().map(|name| NAMES[*name]).collect();
    let character = said
        .character
        .map(|it| if it { "Vincent" } else { "Emma Night" });
    TitleEntry {
        credits: (0..)
            .zip(&said.people)
            .map(|(at, id)| (PersonId(*id), at))
            .collect(),
        characters: character.map(str::to_owned).into_iter().collect(),
        collection: said.collection.map(CollectionId),
        part: said.part,
        facts: facts(id, said.year),
        watchers: said.watchers,
        ..named(id, &names)
    }
}

fn collection(name: bool) -> &'static str {
    if name {
        "Heat Saga"
    } else {
        "Night Collection"
    }
}

proptest! {
    #[test]
    fn after_any_changes_the_index_answers_as_one_made_anew(
        changes in prop::collection::vec(news(), 1..30),
    ) {
        let mut changed = Index::default();
        let (mut all_titles, mut all_people, mut all_collections) =
            (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for change in changes {
            match change {
                News::Title(id, said) => {
                    changed.put_title(entry(id, &said));
                    all_titles.insert(id, said);
                }
                News::Person(id, name) => {
                    changed.put_person(PersonId(id), PEOPLE[name]);
                    all_people.insert(id, PEOPLE[name]);
                }
                News::Collection(id, name) => {
                    changed.put_collection(CollectionId(id), collection(name));
                    all_collections.insert(id, collection(name));
                }
                News::Watchers(id, watchers) => {
                    changed.put_watchers(TitleId(id), watchers);
                    if let Some(said) = all_titles.get_mut(&id) {
                        said.watchers = watchers;
                    }
                }
            }
        }
        let mut anew = Index::default();
        for (id, name) in all_collections {
            anew.put_collection(CollectionId(id), name);
        }
        for (id, name) in all_people {
            anew.put_person(PersonId(id), name);
        }
        for (id, said) in all_titles.iter().rev() {
            anew.put_title(entry(*id, said));
        }

        for query in QUERIES {
            let found = |index| titles(query, index, &|_| true, 20);
            prop_assert_eq!(found(&changed), found(&anew), "{}", query);
            let found = |index| people(query, index, 20);
            prop_assert_eq!(found(&changed), found(&anew), "{}", query);
        }
    }
}
