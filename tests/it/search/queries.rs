//! Whatever is typed is plain text.

use reelgraph::domain::catalog::TitleSearch;
use reelgraph::domain::text;

use super::fixture::{Index, Seed, any};

#[tokio::test]
async fn one_letter_is_a_beginning() {
    let seed = Seed::load().await;
    let beginnings = |query: &str| {
        let films = seed.films.iter();
        films
            .filter(|film| {
                [Some(&film.title), film.original_title.as_ref()]
                    .into_iter()
                    .flatten()
                    .any(|name| {
                        let name = text::fold(name);
                        let articles = ["the ", "a ", "an "].iter();
                        let mut bare = articles.filter_map(|article| name.strip_prefix(article));
                        name.starts_with(query) || bare.any(|bare| bare.starts_with(query))
                    })
            })
            .count()
    };

    for query in ["p", "a", "the"] {
        let hits = seed.index.search_titles(query, any(), 500).await.unwrap();

        let good = hits.iter().filter(|hit| hit.score >= 0.9).count();
        assert_eq!(good, beginnings(query), "{query}");
        assert!(good > 3);
    }
}

#[tokio::test]
async fn a_query_without_words_is_taken_literally() {
    let mut index = Index::new();
    for name in [
        "Thumbs 👍 Up",
        "👍",
        "👍 and 👎",
        "Thumbs Up",
        "What?!",
        "?",
    ] {
        index.add(name, 0);
    }
    let index = index.apply().await;

    assert_eq!(index.find("👍").await, ["👍", "👍 and 👎", "Thumbs 👍 Up"]);
    assert_eq!(index.find("👍👎").await, [""; 0]);
    assert_eq!(index.find("?").await, ["?", "What?!"]);
    assert_eq!(index.find("?!").await, ["What?!"]);
    assert_eq!(index.find("!?").await, [""; 0]);
}

#[tokio::test]
async fn no_query_is_a_command() {
    let seed = Seed::load().await;

    for query in ["*:*", "*", "~", "\\", "|", "^", "\u{200b}", "", " "] {
        assert_eq!(seed.find(query).await, [""; 0], "{query}");
    }
    for query in [
        "heat*",
        "\"heat\"",
        "(heat)",
        "heat~2",
        "+heat",
        "/heat/",
        "title:heat",
    ] {
        let plain = text::words(query).join(" ");
        assert_eq!(seed.find(query).await, seed.find(&plain).await, "{query}");
    }
    for query in [
        "\" AND (",
        "[a TO z}",
        "id:>0 OR heat",
        "{\"$gt\": \"\"}",
        "\0heat\0",
    ] {
        seed.find(query).await;
    }
    let long = "seventy samurai were watching ".repeat(7);
    assert_eq!(seed.find(&long[..200]).await, [""; 0]);
    assert_eq!(seed.find(&"x".repeat(200)).await, [""; 0]);
}
