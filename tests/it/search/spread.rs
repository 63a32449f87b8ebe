//! Words that are spread over what is known of a title, written otherwise, or too many.

use reelgraph::domain::catalog::{Change, Changed, Collection, NamesOfTitles, PartOf, TitleSearch};
use reelgraph::domain::ids::CollectionId;

use super::fixture::{Index, any, stamp};

/// A few films, some of them alike.
async fn films() -> Index {
    let mut index = Index::new();
    index.add_with("Heat", 9, &["Michael Mann", "Al Pacino", "Val Kilmer"]);
    index.titles[0].year = Some(1995);
    index.titles[0].credits[1].character = Some("Vincent Hanna".to_owned());
    index.add_with("Heat", 20, &["Paul Morrissey", "Joe Dallesandro"]);
    index.titles[1].id = reelgraph::domain::ids::TitleId::of_slug("heat-1972");
    index.titles[1].year = Some(1972);
    index.add_with("The Doors", 7, &["Oliver Stone", "Val Kilmer"]);
    index.add_with("Any Given Sunday", 8, &["Oliver Stone", "Al Pacino"]);
    index.add("The Godfather Part II", 6);
    index.add("Dr. Strangelove", 3);
    index.add("Romeo + Juliet", 3);
    index.add("Kill Bill: Vol. 2", 3);
    index.add("Scott Pilgrim vs. the World", 3);
    index.add("Seven Samurai", 4);
    index.add("Alien Resurrection", 2);
    index.apply().await
}

/// Who directed and played in what comes first.
async fn first_has(index: &Index, query: &str, person: &str) {
    let hits = index.search.search_titles(query, any(), 10).await.unwrap();
    let first = hits.first().unwrap_or_else(|| panic!("{query}"));
    let mut titles = index.titles.iter();
    let title = titles.find(|title| title.id == first.title).unwrap();
    let id = reelgraph::domain::ids::PersonId::of_slug(person);
    assert!(title.credits.iter().any(|it| it.person == id), "{query}");
}

#[tokio::test]
async fn words_may_be_spread_over_title_year_and_people() {
    let index = films().await;

    for query in [
        "heat 1995",
        "heat (1995)",
        "heat pacino",
        "pacino heat",
        "heat mann",
        "heat hanna",
    ] {
        first_has(&index, query, "al-pacino").await;
    }
    first_has(&index, "heat 1972", "joe-dallesandro").await;
    assert_eq!(
        index.find("oliver stone al pacino").await,
        ["Any Given Sunday"]
    );
    assert_eq!(index.find("kilmer doors").await, ["The Doors"]);
    assert_eq!(index.find("vincent hanna").await, ["Heat"]);
}

#[tokio::test]
async fn numbers_and_abbreviations_are_found_in_any_spelling() {
    let index = films().await;

    for (query, name) in [
        ("godfather 2", "The Godfather Part II"),
        ("the godfather part two", "The Godfather Part II"),
        ("the godfather pt. 2", "The Godfather Part II"),
        ("7 samurai", "Seven Samurai"),
        ("doctor strangelove", "Dr. Strangelove"),
        ("romeo and juliet", "Romeo + Juliet"),
        ("romeo & juliet", "Romeo + Juliet"),
        ("kill bill volume ii", "Kill Bill: Vol. 2"),
        ("kill bill 2", "Kill Bill: Vol. 2"),
        ("kill bill part 2", "Kill Bill: Vol. 2"),
        (
            "scott pilgrim versus the world",
            "Scott Pilgrim vs. the World",
        ),
    ] {
        assert_eq!(index.find(query).await.first(), Some(&name), "{query}");
    }
}

#[tokio::test]
async fn what_stands_around_a_name_is_left_out() {
    let index = films().await;

    for query in [
        "watch seven samurai online",
        "the movie seven samurai",
        "seven samurai full movie",
    ] {
        assert_eq!(index.find(query).await, ["Seven Samurai"], "{query}");
    }
    let stone = index.find("oliver stone").await;
    assert_eq!(stone.len(), 2);
    assert_eq!(index.find("movies directed by oliver stone").await, stone);
}

#[tokio::test]
async fn where_none_has_all_words_those_with_most_are_found() {
    let index = films().await;

    assert_eq!(index.find("alien 4").await, ["Alien Resurrection"]);
    assert_eq!(index.find("samurai zzyzx").await, ["Seven Samurai"]);
    assert_eq!(index.find("given sunday zzyzx").await, ["Any Given Sunday"]);
    assert_eq!(index.find("zzyzx qqqqq samurai wwwww").await, [""; 0]);
}

#[tokio::test]
async fn a_collection_and_the_number_in_it_are_words() {
    let id = CollectionId::of_slug("ring-saga");
    let mut index = Index::new();
    for (part, name) in (1..).zip(["The Fellowship", "Two Towers", "The Return"]) {
        index.add(name, 0);
        index.titles.last_mut().unwrap().collection = Some(PartOf {
            collection: id,
            part: Some(part),
        });
    }
    let index = index.apply().await;
    let name = async |name: &str| {
        let collection = Collection {
            id,
            slug: "ring-saga".to_owned(),
            name: name.to_owned(),
            pictures: Vec::new(),
            merged_into: None,
            deleted: false,
            stamp: stamp(),
        };
        let change = Change {
            sequence: 2,
            changed: Changed::Collection(collection),
        };
        let names = NamesOfTitles::default();
        index.search.apply(&[change], &names).await.unwrap();
    };
    assert_eq!(index.find("ring saga 3").await, [""; 0]);

    name("Ring Saga").await;
    assert_eq!(index.find("ring saga 3").await, ["The Return"]);
    assert_eq!(index.find("saga towers").await, ["Two Towers"]);
    assert_eq!(index.find("ring saga").await.len(), 3);

    name("Tale of Rings").await;
    assert_eq!(index.find("saga").await, [""; 0]);
    assert_eq!(index.find("tale 1").await, ["The Fellowship"]);
}
