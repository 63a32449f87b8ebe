//! Titles and people that are likely one.

use std::collections::VecDeque;

use reelgraph::domain::catalog::{
    CreditRole, ExternalId, LikelyStore, Person, Title, TitleState, Visibility,
};
use reelgraph::domain::page::{Direction, Window};

use super::backend::{Opened, open};
use super::samples::{at, credit, film, person, put_people, put_titles, revised, series};

on_every_backend!(open on [memory, sqlite, mongo]:
    titles_of_one_name_are_listed_by_how_likely_they_are_one,
    people_of_one_name_are_listed_by_how_likely_they_are_one,
);

/// A film of which nothing is known but what pairs go by.
fn called(number: u64, name: &str, year: Option<i32>, people: &[u64]) -> Title {
    let credits = (0..).zip(people);
    Title {
        name: name.to_owned(),
        year,
        external_ids: Vec::new(),
        credits: credits
            .map(|(order, person)| credit(*person, CreditRole::Actor, order))
            .collect(),
        crew: Vec::new(),
        ..film(number)
    }
}

/// Somebody whose birth is not known, with an id elsewhere or without one.
fn somebody(number: u64, name: &str, imdb: Option<&str>) -> Person {
    let ids = imdb.into_iter().map(|value| ExternalId {
        provider: "imdb".to_owned(),
        value: value.to_owned(),
    });
    Person {
        name: name.to_owned(),
        born: None,
        external_ids: ids.collect(),
        ..person(number)
    }
}

/// The pairs of titles by their ids, with their scores; of pages of so many, from both ends.
async fn titles(store: &impl LikelyStore, seen: &Visibility, limit: usize) -> Vec<(u64, u64, u8)> {
    let mut both = Vec::new();
    for direction in [Direction::Forward, Direction::Backward] {
        let mut all = VecDeque::new();
        let mut window = Window {
            direction,
            ..Window::first(limit)
        };
        loop {
            let page = store.likely_titles(seen, &window).await.unwrap();
            assert!(page.rows.len() <= limit);
            let (first, last) = (page.rows.first(), page.rows.last());
            let is_forward = direction == Direction::Forward;
            let end = if is_forward { last } else { first };
            window.start = end.map(|pair| pair.place.clone());
            let pairs = page.rows.iter();
            let pairs = pairs.map(|pair| (pair.one.id.0, pair.other.id.0, pair.likeness.score));
            if is_forward {
                all.extend(pairs);
            } else {
                pairs.rev().for_each(|pair| all.push_front(pair));
            }
            if !page.has_more {
                break;
            }
        }
        both.push(Vec::from(all));
    }
    let [onward, back] = <[Vec<_>; 2]>::try_from(both).unwrap();
    assert_eq!(onward, back, "it is the same from both ends");
    onward
}

/// The same of people.
async fn people(store: &impl LikelyStore, seen: &Visibility, limit: usize) -> Vec<(u64, u64, u8)> {
    let mut both = Vec::new();
    for direction in [Direction::Forward, Direction::Backward] {
        let mut all = VecDeque::new();
        let mut window = Window {
            direction,
            ..Window::first(limit)
        };
        loop {
            let page = store.likely_people(seen, &window).await.unwrap();
            assert!(page.rows.len() <= limit);
            let (first, last) = (page.rows.first(), page.rows.last());
            let is_forward = direction == Direction::Forward;
            let end = if is_forward { last } else { first };
            window.start = end.map(|pair| pair.place.clone());
            let pairs = page.rows.iter();
            let pairs = pairs.map(|pair| (pair.one.id.0, pair.other.id.0, pair.likeness.score));
            if is_forward {
                all.extend(pairs);
            } else {
                pairs.rev().for_each(|pair| all.push_front(pair));
            }
            if !page.has_more {
                break;
            }
        }
        both.push(Vec::from(all));
    }
    let [onward, back] = <[Vec<_>; 2]>::try_from(both).unwrap();
    assert_eq!(onward, back, "it is the same from both ends");
    onward
}

async fn titles_of_one_name_are_listed_by_how_likely_they_are_one(store: &Opened) {
    let mut hidden = called(5, "Heat", Some(1995), &[7]);
    hidden.publication.state = TitleState::Hidden;
    let accented = called(2, "HÉAT!", Some(1996), &[2]);
    let mut of_another_kind = series(6);
    "Heat".clone_into(&mut of_another_kind.name);
    of_another_kind.year = Some(1995);
    let all = [
        called(1, "Heat", Some(1995), &[1, 8]),
        accented.clone(),
        called(3, "Heat", Some(1970), &[9]),
        called(4, "Heat", None, &[1, 8]),
        hidden,
        of_another_kind,
        called(7, "Heat 2", Some(1995), &[1, 8]),
    ];
    put_titles(store, all).await.unwrap();
    let everything = Visibility::everything();
    let published = everything.only_published(at(0));

    let found = store.snapshot();
    for limit in [1, 3, 100] {
        let pairs = titles(&found, &everything, limit).await;
        assert_eq!(pairs, [(1, 5, 70), (1, 4, 60), (1, 2, 55), (2, 5, 55)]);
        let pairs = titles(&found, &published, limit).await;
        assert_eq!(pairs, [(1, 4, 60), (1, 2, 55)]);
    }
    assert_eq!(found.count_likely_titles(&everything).await.unwrap(), 4);
    assert_eq!(found.count_likely_titles(&published).await.unwrap(), 2);

    // What was put right is gone at once, whenever pairs are looked for again.
    let renamed = revised(&accented, |title| "Warm".clone_into(&mut title.name));
    put_titles(store, [renamed]).await.unwrap();
    let found = store.snapshot();
    let pairs = titles(&found, &everything, 100).await;
    assert_eq!(pairs, [(1, 5, 70), (1, 4, 60)]);
    assert_eq!(found.count_likely_titles(&everything).await.unwrap(), 2);
}

async fn people_of_one_name_are_listed_by_how_likely_they_are_one(store: &Opened) {
    let mut hidden = called(2, "B", Some(1998), &[22]);
    hidden.publication.state = TitleState::Hidden;
    let titles = [called(1, "A", Some(1995), &[21, 23, 24, 25]), hidden];
    put_titles(store, titles).await.unwrap();
    let all = [
        somebody(21, "Ann Poe", None),
        somebody(22, "ANN POE", None),
        somebody(23, "Ann Poé", Some("nm23")),
        // Never one with the person before: they have two ids.
        somebody(24, "Ann Poe", Some("nm24")),
        somebody(25, "Ann Po", None),
    ];
    put_people(store, all).await.unwrap();
    let everything = Visibility::everything();
    let published = everything.only_published(at(0));

    let found = store.snapshot();
    for limit in [2, 100] {
        let pairs = people(&found, &everything, limit).await;
        let of_one_title = [(21, 23, 65), (21, 24, 65)];
        assert_eq!(pairs[..2], of_one_title);
        assert_eq!(pairs[2..], [(21, 22, 40), (22, 23, 40), (22, 24, 40)]);
        // By what may not be seen nobody is known.
        assert_eq!(people(&found, &published, limit).await, of_one_title);
    }
    assert_eq!(found.count_likely_people(&everything).await.unwrap(), 5);
    assert_eq!(found.count_likely_people(&published).await.unwrap(), 2);
}
