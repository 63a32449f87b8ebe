//! What is found in spite of how it was typed.

use std::collections::BTreeMap;

use reelgraph::domain::catalog::TitleSearch;
use reelgraph::domain::ids::TitleId;
use reelgraph::domain::language::LanguageTag;

use super::fixture::{Index, Seed, any, sorted};

#[tokio::test]
async fn typing_errors_are_forgiven() {
    let seed = Seed::load().await;

    let godfather = ["the-godfather-1972", "the-godfather-part-ii-1974"];
    assert_eq!(seed.find("godfathr").await, godfather);
    assert_eq!(seed.find("the godfahter").await, godfather);
    assert_eq!(seed.find("pulp ficton").await, ["pulp-fiction-1994"]);
    assert_eq!(seed.first("star wras").await, "star-wars-1977");
}

#[tokio::test]
async fn case_and_accents_do_not_matter() {
    let seed = Seed::load().await;

    for query in ["amelie", "AMÉLIE", "Amélie", "ame\u{301}lie"] {
        let hits = seed.index.search_titles(query, any(), 10).await.unwrap();

        assert_eq!(hits[0].title, TitleId::of_slug("amelie-2001"), "{query}");
        assert!((hits[0].score - 1.0).abs() < f64::EPSILON, "{query}");
    }
    for query in ["8 1/2", "8½"] {
        assert_eq!(seed.find(query).await, ["8-half-1963"], "{query}");
    }
    for query in ["et", "e.t.", "E.T"] {
        assert_eq!(seed.first(query).await, "et-the-extra-terrestrial-1982");
    }
}

#[tokio::test]
async fn original_names_count_like_names() {
    let seed = Seed::load().await;

    for (query, slug) in [
        ("le fabuleux destin", "amelie-2001"),
        ("seven samurai", "seven-samurai-1954"),
        ("七人の侍", "seven-samurai-1954"),
        ("七人", "seven-samurai-1954"),
        ("جدایی", "a-separation-2011"),
        ("기생충", "parasite-2019"),
        ("сталкер", "stalker-1979"),
        ("cinquieme element", "the-fifth-element-1997"),
    ] {
        assert_eq!(seed.find(query).await, [slug], "{query}");
    }
}

#[tokio::test]
async fn names_in_other_languages_count_like_names() {
    let mut index = Index::new();
    index.add("The Silence", 1);
    index.add("Silence of the Night", 9);
    let names = [
        ("de", "Das Schweigen"),
        ("sv", "Tystnaden"),
        ("it", "The Silence"),
    ];
    let names = names.map(|(language, name)| {
        (
            LanguageTag::parse(language).unwrap(),
            Box::<str>::from(name),
        )
    });
    index.titles[0].names = BTreeMap::from(names).into();
    let index = index.apply().await;

    for query in ["das schweigen", "schweigen", "tystnaden", "tystnadne"] {
        assert_eq!(index.find(query).await, ["The Silence"], "{query}");
    }
    assert_eq!(
        index.find("the silence").await,
        ["The Silence", "Silence of the Night"]
    );
}

#[tokio::test]
async fn spaces_and_articles_may_be_wrong() {
    let mut index = Index::new();
    for (watchers, name) in [(9, "Spider-Man"), (1, "Spider-Man 2"), (0, "The Spiders")] {
        index.add(name, watchers);
    }
    let index = index.apply().await;

    assert_eq!(
        index.find("spiderman").await,
        ["Spider-Man", "Spider-Man 2"]
    );
    assert_eq!(
        index.find("the spider man").await,
        ["Spider-Man", "Spider-Man 2"]
    );
    assert_eq!(index.find("spiders").await[0], "The Spiders");
}

#[tokio::test]
async fn the_last_word_may_be_unfinished() {
    let seed = Seed::load().await;

    assert_eq!(seed.find("dark kni").await, ["the-dark-knight-2008"]);
    assert_eq!(seed.find("silence lam").await.len(), 1);
    assert_eq!(
        seed.find("dar knight").await.len(),
        1,
        "one letter is missing"
    );
}

#[tokio::test]
async fn films_are_found_by_who_made_them_after_those_of_that_name() {
    let seed = Seed::load().await;
    let mut nolan: Vec<&str> = seed.credited("Christopher Nolan");
    let mut pacino: Vec<&str> = seed.credited("Al Pacino");

    nolan.sort_unstable();
    pacino.sort_unstable();
    assert!(nolan.len() > 2 && pacino.len() > 2);
    assert_eq!(sorted(seed.find("nolan").await), nolan);
    assert_eq!(sorted(seed.find("al pacino").await), pacino);
    assert_eq!(sorted(seed.find("al pacno").await), pacino);

    let mut index = Index::new();
    index.add_with("A Film by Somebody", 9, &["Ikiru Nolan"]);
    index.add("Nolan", 0);
    let index = index.apply().await;
    assert_eq!(index.find("nolan").await, ["Nolan", "A Film by Somebody"]);
}
