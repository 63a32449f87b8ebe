//! What is found follows from what the index holds now, whatever it held before.

use std::collections::BTreeMap;

use chrono::DateTime;
use proptest::prelude::*;

use super::all::all;
use super::find::titles;
use super::index::{Index, TitleEntry};
use super::people::people;
use super::suggest::suggest;
use crate::domain::catalog::{
    HitId, HitKind, MissingFacts, Publication, Rating, Thumbs, TitleFacts, TitleKind, Votes,
};
use crate::domain::ids::{CollectionId, EpisodeId, PersonId, TitleId};

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
const EPISODES: [&str; 4] = ["Pilot", "Heat", "Night of the Spider", "Emma"];
const QUERIES: [&str; 20] = [
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
    "heat pilot",
    "n",
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
        votes: Votes::default(),
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
        missing: MissingFacts::default(),
        initial: '#',
        added_at: DateTime::UNIX_EPOCH,
        publication: Publication::default(),
        is_merged: false,
    }
}

#[test]
fn thumbs_stay_when_a_title_changes_and_wait_for_one_that_is_not_known() {
    let mut index = Index::default();
    let thumbs = Thumbs {
        likes: 25,
        dislikes: 0,
    };
    index.put_title(named(1, &["Emma"]));
    for id in [1, 2] {
        index.put_thumbs(TitleId(id), thumbs);
        index.put_title(named(id, &["Emma, Changed"]));
    }
    index.put_title(named(3, &["Emma"]));
    let rating = |index: &Index, id| {
        let slot = index.slot_of(TitleId(id)).unwrap();
        index.title(slot).facts.rating.map(Rating::points)
    };

    // (25 · 10 + 25 · 6.5) / 50.
    let rated = [1, 2, 3].map(|id| rating(&index, id));
    assert_eq!(rated, [Some(8.25), Some(8.25), None]);

    index.put_thumbs(TitleId(1), Thumbs::default());
    index.put_title(named(1, &["Emma"]));
    assert_eq!(rating(&index, 1), None);
}

/// A series without anything but a name and how many watch it.
fn series(id: u64, name: &str, watchers: u64) -> TitleEntry {
    TitleEntry {
        facts: TitleFacts {
            kind: TitleKind::Series,
            ..facts(id, None)
        },
        ..watched(id, name, watchers)
    }
}

/// A film without anything but a name and how many watch it.
fn watched(id: u64, name: &str, watchers: u64) -> TitleEntry {
    TitleEntry {
        watchers,
        ..named(id, &[name])
    }
}

fn title(id: u64) -> HitId {
    HitId::Title(TitleId(id))
}

fn person(id: u64) -> HitId {
    HitId::Person(PersonId(id))
}

fn episode(id: u64) -> HitId {
    HitId::Episode(EpisodeId(id))
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

#[test]
fn suggestions_are_whole_words_then_beginnings_and_of_each_the_most_watched_first() {
    let mut index = Index::default();
    for (id, name, watchers) in [
        (1, "Starship Troopers", 90),
        (2, "Star Trek", 5),
        (3, "Star Wars", 10),
        (4, "Star", 0),
        (5, "A Star Is Born", 50),
        (6, "Rock Star", 70),
        (7, "Mustard", 99),
    ] {
        index.put_title(watched(id, name, watchers));
    }
    let of = |query: &str| suggest(query, &index, &|_| true, 20);

    assert_eq!(of("star"), [4, 5, 3, 2, 6, 1].map(title));
    assert_eq!(of("sta"), [1, 5, 3, 2, 4, 6].map(title));
    assert_eq!(of("star w"), [title(3)]);
    // An error is forgiven from four letters on, also in what is only begun.
    assert_eq!(of("satr"), [4, 5, 3, 2, 6, 1].map(title));
    assert_eq!(of("startsh"), [title(1)]);
    for nothing in ["sat", "", "?!"] {
        assert_eq!(of(nothing).len(), 0, "{nothing}");
    }
    assert_eq!(suggest("star", &index, &|_| true, 2), [4, 5].map(title));
}

#[test]
fn who_has_made_nothing_that_may_be_seen_is_not_suggested() {
    let mut index = Index::default();
    index.put_person(PersonId(1), "Al Pacino");
    index.put_person(PersonId(2), "Pablo Pacheco");
    index.put_collection(CollectionId(7), "Pacific Collection");
    index.put_collection(CollectionId(8), "Pacific Secrets");
    for (id, name, watchers, person, collection) in [
        (1, "Heat", 400, 1, None),
        (2, "Pacific Rim", 10, 9, Some(7)),
        (3, "Pacific Secret", 500, 2, Some(8)),
    ] {
        index.put_title(TitleEntry {
            credits: vec![(PersonId(person), 0)],
            collection: collection.map(CollectionId),
            ..watched(id, name, watchers)
        });
    }
    let seen = |title: &TitleFacts| title.id != TitleId(3);

    let suggested = suggest("pac", &index, &seen, 20);
    let hits = all("pac", &index, &HitKind::ALL, &seen, 20);

    let collection = HitId::Collection(CollectionId(7));
    assert_eq!(suggested, [person(1), title(2), collection]);
    let mut found: Vec<HitId> = hits.iter().map(|hit| hit.id).collect();
    found.sort_unstable();
    assert_eq!(found, [title(1), title(2), person(1), collection]);
}

#[test]
fn episodes_are_found_behind_titles_and_by_the_name_of_their_series() {
    let mut index = Index::default();
    index.put_title(series(1, "Heat Vision and Jack", 5));
    index.put_title(series(2, "Hidden", 900));
    index.put_title(watched(3, "Heat", 1));
    index.put_title(series(4, "Emma", 2));
    for (id, series, name) in [
        (11, 1, "Pilot"),
        (12, 1, "Heat"),
        (13, 2, "Heat Vision"),
        (14, 4, "Emma"),
        (15, 4, "Pilot"),
        // Of no series that is known.
        (16, 99, "Heat"),
    ] {
        index.put_episode(EpisodeId(id), TitleId(series), &[name.to_owned()], &[]);
    }
    let seen = |title: &TitleFacts| title.id != TitleId(2);
    let of = |query: &str, kinds: &[HitKind]| -> Vec<HitId> {
        let hits = all(query, &index, kinds, &seen, 20);
        assert!(hits.iter().all(|hit| hit.score > 0.0 && hit.score <= 1.0));
        hits.iter().map(|hit| hit.id).collect()
    };
    let every = &HitKind::ALL;

    assert_eq!(of("heat", every), [title(3), episode(12), title(1)]);
    assert_eq!(of("emma", every), [title(4), episode(14)]);
    assert_eq!(of("heat", &[HitKind::Episode]), [episode(12)]);
    assert_eq!(of("heat", &[HitKind::Series]), [title(1)]);
    assert_eq!(of("heat vision pilot", every)[0], episode(11));
    assert_eq!(of("emma pilot", &[HitKind::Episode]), [episode(15)]);
    assert_eq!(of("heat viison", &[HitKind::Episode]).len(), 0);
    assert_eq!(of("pliot", &[HitKind::Episode]), [11, 15].map(episode));

    index.put_episode(EpisodeId(12), TitleId(4), &["Cold".to_owned()], &[]);
    let gone = all("heat", &index, &[HitKind::Episode], &seen, 20);
    let moved = all("emma cold", &index, &[HitKind::Episode], &seen, 20);
    assert_eq!(gone.len(), 0);
    assert_eq!(moved[0].id, episode(12));
}

#[test]
fn of_namesakes_those_come_first_whose_titles_are_watched_more() {
    let mut index = Index::default();
    for (id, watchers) in [(1, 5), (2, 90), (3, 0)] {
        index.put_person(PersonId(id), "Chris Evans");
        index.put_title(TitleEntry {
            credits: vec![(PersonId(id), 0)],
            ..watched(id, "Heat", watchers)
        });
    }

    let hits = people("chris evans", &index, &|_| true, 20);
    let every = all("chris evans", &index, &[HitKind::Person], &|_| true, 20);

    let found: Vec<PersonId> = hits.iter().map(|hit| hit.person).collect();
    assert_eq!(found, [2, 1, 3].map(PersonId));
    let found: Vec<HitId> = every.iter().map(|hit| hit.id).collect();
    assert_eq!(found, [2, 1, 3].map(person));
}

/// More than are looked at of one word.
const CROWD: u64 = 6_000;

#[test]
fn of_what_very_many_are_called_the_most_watched_are_found() {
    let mut index = Index::default();
    for id in 0..CROWD {
        index.put_person(PersonId(id), &format!("Mary Number{id}"));
        index.put_title(TitleEntry {
            credits: vec![(PersonId(id), 0)],
            ..watched(id, &format!("Mask {id}"), id)
        });
    }

    let suggested = suggest("m", &index, &|_| true, 4);
    let people = people("m", &index, &|_| true, 3);

    let last = CROWD - 1;
    assert_eq!(suggested, [0, 1, 2, 3].map(|nth| title(last - nth)));
    let people: Vec<PersonId> = people.iter().map(|hit| hit.person).collect();
    assert_eq!(people, [0, 1, 2].map(|nth| PersonId(last - nth)));
    // A rarer word is looked up, and the whole word comes first.
    let rarer = suggest("mask 17", &index, &|_| true, 3);
    assert_eq!(rarer, [17, 1799, 1798].map(title));
    index.put_watchers(TitleId(3), CROWD);
    assert_eq!(suggest("m", &index, &|_| true, 1), [title(3)]);
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
    Episode(u64, u64, usize, [PersonId; 1]),
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
        2 => (0..4_u64, 1..4_u64, 0..EPISODES.len(), 0..5_u64)
            .prop_map(|(id, series, name, guest)| News::Episode(id, series, name, [PersonId(guest)])),
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
        facts: TitleFacts {
            kind: if id.is_multiple_of(2) {
                TitleKind::Film
            } else {
                TitleKind::Series
            },
            ..facts(id, said.year)
        },
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
        let mut all_episodes = BTreeMap::new();
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
                News::Episode(id, series, name, guest) => {
                    let names = [EPISODES[name].to_owned()];
                    changed.put_episode(EpisodeId(id), TitleId(series), &names, &guest);
                    all_episodes.insert(id, (series, names, guest));
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
        for (id, (series, names, guest)) in all_episodes {
            anew.put_episode(EpisodeId(id), TitleId(series), &names, &guest);
        }
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
            let found = |index| people(query, index, &|_| true, 20);
            prop_assert_eq!(found(&changed), found(&anew), "{}", query);
            let found = |index| all(query, index, &HitKind::ALL, &|_| true, 20);
            prop_assert_eq!(found(&changed), found(&anew), "{}", query);
            let found = |index| suggest(query, index, &|_| true, 20);
            prop_assert_eq!(found(&changed), found(&anew), "{}", query);
        }
    }
}
