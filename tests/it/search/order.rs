//! The better comes first.

use reelgraph::domain::catalog::TitleSearch;
use reelgraph::domain::ids::{PersonId, TitleId};
use reelgraph::domain::text;

use super::fixture::{Index, Seed, any, rank, sorted};

#[tokio::test]
async fn better_kinds_of_match_come_first() {
    let names = [
        "Heat",
        "The Heat",
        "Heat Wave",
        "In the Heat of the Night",
        "Haet",
    ];
    // The worse the match, the more popular.
    let mut index = Index::new();
    for (watchers, name) in (0..).zip(names) {
        index.add(name, watchers);
    }
    let index = index.apply().await;

    assert_eq!(index.find("heat").await, names);
}

#[tokio::test]
async fn an_article_puts_no_title_behind_others() {
    let mut index = Index::new();
    for (name, watchers) in [
        ("Matrimony", 5),
        ("The Matrix", 50),
        ("Matilda", 20),
        ("A Matter of Life and Death", 30),
    ] {
        index.add(name, watchers);
    }
    let index = index.apply().await;

    let by_watchers = [
        "The Matrix",
        "A Matter of Life and Death",
        "Matilda",
        "Matrimony",
    ];
    assert_eq!(index.find("mat").await, by_watchers);
    assert_eq!(index.find("the mat").await[0], "The Matrix");
}

#[tokio::test]
async fn a_whole_word_comes_before_a_beginning() {
    let mut index = Index::new();
    for name in ["Stardust", "Star Wars", "Starman", "A Star Is Born"] {
        index.add(name, 1);
    }
    let index = index.apply().await;

    let found = index.find("star").await;

    assert_eq!(sorted(found[..2].to_vec()), ["A Star Is Born", "Star Wars"]);
    assert_eq!(found.len(), 4);
}

#[tokio::test]
async fn a_surname_comes_before_a_mistyped_title() {
    let mut index = Index::new();
    index.add("Norten", 9);
    index.add_with("Fight Club", 0, &["Brad Pitt", "Edward Norton"]);
    index.add_with("The Sheik", 5, &["Norton Wood"]);
    let index = index.apply().await;

    assert_eq!(
        index.find("norton").await,
        ["Fight Club", "The Sheik", "Norten"]
    );
}

#[tokio::test]
async fn the_billing_orders_the_films_of_an_actor() {
    let mut index = Index::new();
    let crowd = ["Ann One", "Ben Two", "Cid Three", "Dan Four", "Eve Five"];
    let behind = [&crowd[..], &["Al Pacino"]].concat();
    index.add_with("Guest", 9, &behind);
    index.add_with("Second", 1, &[crowd[0], "Al Pacino"]);
    index.add_with("First", 1, &["Al Pacino", crowd[0]]);
    index.add_with("Fourth", 9, &[crowd[0], crowd[1], crowd[2], "Al Pacino"]);
    index.add_with("Watched", 5, &["Al Pacino"]);
    let index = index.apply().await;

    let billed = ["Watched", "First", "Second", "Fourth", "Guest"];
    assert_eq!(index.find("al pacino").await, billed);
    assert_eq!(index.find("pacino").await, billed);
    assert_eq!(index.find("al pacin").await, billed);
}

#[tokio::test]
async fn equal_matches_come_by_watchers_then_by_id() {
    let mut index = Index::new();
    for (name, watchers) in [
        ("Star One", 3),
        ("Star Two", 7),
        ("Star Three", 3),
        ("Star Four", 3),
        ("Star Five", 0),
    ] {
        index.add(name, watchers);
    }
    let index = index.apply().await;
    let mut threes = ["Star One", "Star Three", "Star Four"];
    threes.sort_unstable_by_key(|name| TitleId::of_slug(name));

    let found = index.find("star").await;

    assert_eq!(found[0], "Star Two");
    assert_eq!(found[1..4], threes);
    assert_eq!(found[4], "Star Five");
}

#[tokio::test]
async fn scores_fall_with_the_order_and_a_shorter_search_is_the_beginning_of_a_longer_one() {
    let seed = Seed::load().await;

    for query in [
        "the", "s", "god", "matrx", "john", "american", "-", "of the",
    ] {
        let all = seed.index.search_titles(query, any(), 500).await.unwrap();
        let few = seed.index.search_titles(query, any(), 7).await.unwrap();

        assert!(all.iter().all(|hit| hit.score > 0.0 && hit.score <= 1.0));
        // All are equally popular.
        assert!(
            all.is_sorted_by_key(|hit| rank(hit.score, hit.title)),
            "{query}"
        );
        assert_eq!(few, all[..all.len().min(7)], "{query}");
    }
}

#[tokio::test]
async fn people_are_found_by_their_names_the_busiest_first() {
    let seed = Seed::load().await;
    let find = async |query: &str| -> Vec<PersonId> {
        let hits = seed.index.search_people(query, any(), 10).await.unwrap();
        assert!(hits.is_sorted_by_key(|hit| rank(hit.score, hit.person)));
        hits.iter().map(|hit| hit.person).collect()
    };
    let id = |name: &str| PersonId::of_slug(&text::slug(name));

    assert_eq!(find("al pacino").await, [id("Al Pacino")]);
    assert_eq!(find("AL PACI").await, [id("Al Pacino")]);
    assert_eq!(find("pacino").await, [id("Al Pacino")]);
    assert_eq!(find("al pacinno").await, [id("Al Pacino")]);
    assert_eq!(find("christofer nolan").await[0], id("Christopher Nolan"));
    assert_eq!(find("zzz").await, []);
    let whole = seed
        .index
        .search_people("al pacino", any(), 1)
        .await
        .unwrap();
    assert!((whole[0].score - 1.0).abs() < f64::EPSILON);

    let mut index = Index::new();
    index.add_with("One", 0, &["Kim Rare", "Kim Busy"]);
    index.add_with("Two", 0, &["Kim Busy", "Kim Watched"]);
    index.add_with("Three", 8, &["Kim Watched"]);
    let index = index.apply().await;
    let hits = index.search.search_people("kim", any(), 10).await.unwrap();
    let found: Vec<PersonId> = hits.iter().map(|hit| hit.person).collect();
    assert_eq!(found, ["Kim Watched", "Kim Busy", "Kim Rare"].map(id));
}
