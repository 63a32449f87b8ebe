//! What is written: absolute, guarded by revisions, the same however often.

use std::sync::Arc;

use super::{Opened, everything, film, film_by, genres, nameless, open, people, titles, watched};
use reelgraph::domain::catalog::TitleKind;
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::recommend::{GraphCounts, TitleNode, WatchedEdge};

on_every_backend!(open on [sqlite, neo4j]:
    a_title_is_kept_with_its_edges,
    a_newer_title_replaces_all_of_an_older_one,
    an_older_title_is_passed_over,
    a_title_of_the_same_revision_is_passed_over,
    a_genre_that_is_listed_twice_has_one_edge,
    a_person_that_is_listed_twice_has_an_edge_for_each_place,
    people_and_genres_that_no_title_needs_stay,
    an_edge_is_kept_to_the_last_bit,
    a_newer_edge_replaces_all_of_an_older_one,
    an_older_edge_is_passed_over,
    an_edge_of_the_same_revision_is_passed_over,
    of_one_batch_the_newest_revision_counts,
    of_two_writers_the_newer_revision_stays,
    a_title_may_be_written_after_its_edge,
    the_same_again_changes_nothing,
    ids_of_63_bits_are_kept,
    nothing_can_be_written,
);

async fn a_title_is_kept_with_its_edges(graph: &Opened) {
    let series = TitleNode {
        kind: TitleKind::Series,
        year: None,
        genres: genres(&[3, 1, 2]),
        directors: people(&[12, 11]),
        actors: people(&[23, 21, 11]),
        ..film(1)
    };

    graph.put_titles(&[series.clone(), film(2)]).await.unwrap();

    let by_id = TitleNode {
        genres: genres(&[1, 2, 3]),
        ..series
    };
    let (found, _) = everything(&**graph).await;
    assert_eq!(found, [nameless(by_id), nameless(film(2))]);
}

async fn a_newer_title_replaces_all_of_an_older_one(graph: &Opened) {
    let older = TitleNode {
        genres: genres(&[1, 2]),
        ..film_by(1, &[11, 12], &[21, 22, 23])
    };
    let newer = TitleNode {
        kind: TitleKind::Series,
        slug: "renamed".to_owned(),
        year: None,
        genres: genres(&[2, 3]),
        revision: 2,
        ..film_by(1, &[12], &[23, 24])
    };
    let other = film_by(2, &[11], &[21]);
    graph.put_titles(&[older, other.clone()]).await.unwrap();

    graph
        .put_titles(std::slice::from_ref(&newer))
        .await
        .unwrap();

    let (found, _) = everything(&**graph).await;
    assert_eq!(found, [nameless(newer), nameless(other)]);
    assert_eq!(graph.counts().await.unwrap().titles, 2);
}

async fn an_older_title_is_passed_over(graph: &Opened) {
    let newer = TitleNode {
        revision: 3,
        ..film_by(1, &[11], &[])
    };
    graph
        .put_titles(std::slice::from_ref(&newer))
        .await
        .unwrap();

    let older = TitleNode {
        slug: "older".to_owned(),
        revision: 2,
        ..film_by(1, &[12], &[13])
    };
    graph.put_titles(&[older]).await.unwrap();

    let (found, _) = everything(&**graph).await;
    assert_eq!(found, [nameless(newer)]);
    assert_eq!(graph.counts().await.unwrap().people, 1);
}

async fn a_title_of_the_same_revision_is_passed_over(graph: &Opened) {
    graph.put_titles(&[film_by(1, &[11], &[])]).await.unwrap();

    graph.put_titles(&[film_by(1, &[12], &[13])]).await.unwrap();

    let (found, _) = everything(&**graph).await;
    assert_eq!(found, [nameless(film_by(1, &[11], &[]))]);
}

async fn a_genre_that_is_listed_twice_has_one_edge(graph: &Opened) {
    let title = TitleNode {
        genres: genres(&[5, 4, 5]),
        ..film(1)
    };

    graph.put_titles(&[title]).await.unwrap();

    let (found, _) = everything(&**graph).await;
    assert_eq!(found[0].genres, nameless_genres(&[4, 5]));
}

async fn a_person_that_is_listed_twice_has_an_edge_for_each_place(graph: &Opened) {
    let title = film_by(1, &[11, 12, 11], &[21, 11, 21]);

    graph
        .put_titles(std::slice::from_ref(&title))
        .await
        .unwrap();

    let (found, _) = everything(&**graph).await;
    assert_eq!(found, [nameless(title)]);
}

async fn people_and_genres_that_no_title_needs_stay(graph: &Opened) {
    let title = TitleNode {
        genres: genres(&[1, 2]),
        ..film_by(1, &[11], &[21])
    };
    graph
        .put_titles(std::slice::from_ref(&title))
        .await
        .unwrap();

    graph
        .put_titles(&[TitleNode {
            revision: 2,
            ..film(1)
        }])
        .await
        .unwrap();

    let counts = graph.counts().await.unwrap();
    assert_eq!((counts.people, counts.genres), (2, 2));
}

async fn an_edge_is_kept_to_the_last_bit(graph: &Opened) {
    let edges = [
        watched(1, 1, 0.1 + 0.2),
        WatchedEdge {
            plays: u32::MAX,
            completions: 0,
            seconds: f64::MIN_POSITIVE,
            liked: Some(false),
            ..watched(1, 2, 2.0)
        },
        WatchedEdge {
            seconds: 0.0,
            liked: Some(true),
            revision: 1 << 40,
            ..watched(2, 1, 1.0e300)
        },
    ];

    graph.put_watched(&edges).await.unwrap();

    let (_, found) = everything(&**graph).await;
    assert_eq!(found, edges);
    for (found, edge) in found.iter().zip(&edges) {
        assert_eq!(found.weight.to_bits(), edge.weight.to_bits());
        assert_eq!(found.seconds.to_bits(), edge.seconds.to_bits());
    }
}

async fn a_newer_edge_replaces_all_of_an_older_one(graph: &Opened) {
    let older = WatchedEdge {
        liked: Some(true),
        ..watched(1, 1, 1.5)
    };
    let newer = WatchedEdge {
        weight: 0.5,
        plays: 9,
        completions: 8,
        seconds: 7.0,
        first_at: super::at(1),
        last_at: super::at(2),
        liked: None,
        revision: 2,
        ..older.clone()
    };
    graph.put_watched(&[older]).await.unwrap();

    graph
        .put_watched(std::slice::from_ref(&newer))
        .await
        .unwrap();

    let (_, found) = everything(&**graph).await;
    assert_eq!(found, [newer]);
}

async fn an_older_edge_is_passed_over(graph: &Opened) {
    let newer = WatchedEdge {
        revision: 3,
        ..watched(1, 1, 1.5)
    };
    graph
        .put_watched(std::slice::from_ref(&newer))
        .await
        .unwrap();

    graph
        .put_watched(&[WatchedEdge {
            revision: 2,
            ..watched(1, 1, 9.0)
        }])
        .await
        .unwrap();

    let (_, found) = everything(&**graph).await;
    assert_eq!(found, [newer]);
}

async fn an_edge_of_the_same_revision_is_passed_over(graph: &Opened) {
    graph.put_watched(&[watched(1, 1, 1.5)]).await.unwrap();

    graph.put_watched(&[watched(1, 1, 9.0)]).await.unwrap();

    let (_, found) = everything(&**graph).await;
    assert_eq!(found, [watched(1, 1, 1.5)]);
}

async fn of_one_batch_the_newest_revision_counts(graph: &Opened) {
    let title = |revision, director| TitleNode {
        revision,
        ..film_by(1, &[director], &[])
    };
    let edge = |revision, weight| WatchedEdge {
        revision,
        ..watched(1, 1, weight)
    };

    graph
        .put_titles(&[title(2, 12), title(3, 13), title(1, 11)])
        .await
        .unwrap();
    graph
        .put_watched(&[edge(2, 0.2), edge(3, 0.3), edge(1, 0.1)])
        .await
        .unwrap();

    let found = everything(&**graph).await;
    assert_eq!(found, (vec![nameless(title(3, 13))], vec![edge(3, 0.3)]));
}

async fn of_two_writers_the_newer_revision_stays(graph: &Opened) {
    const WRITERS: u64 = 12;
    let title = |revision| TitleNode {
        slug: format!("revision-{revision}"),
        revision,
        ..film_by(1, &[10 + revision], &[30])
    };
    #[expect(clippy::cast_precision_loss, reason = "a dozen")]
    let edge = |revision| WatchedEdge {
        revision,
        ..watched(1, 1, revision as f64)
    };
    for round in 0..5 {
        graph.clear().await.unwrap();
        // The first one is there before, so that there is something to be older than.
        graph.put_titles(&[title(1)]).await.unwrap();
        graph.put_watched(&[edge(1)]).await.unwrap();

        let start = Arc::new(tokio::sync::Barrier::new(usize::try_from(WRITERS).unwrap()));
        let writers = (2..2 + WRITERS).map(|writer| {
            let start = Arc::clone(&start);
            async move {
                start.wait().await;
                graph.put_watched(&[edge(writer)]).await.unwrap();
                graph.put_titles(&[title(writer)]).await.unwrap();
            }
        });
        futures::future::join_all(writers).await;

        let last = 1 + WRITERS;
        let found = everything(&**graph).await;
        let expected = (vec![nameless(title(last))], vec![edge(last)]);
        assert_eq!(found, expected, "in round {round}");
    }
}

async fn a_title_may_be_written_after_its_edge(graph: &Opened) {
    graph.put_watched(&[watched(1, 5, 1.0)]).await.unwrap();
    let before = graph.counts().await.unwrap();
    let (walked, _) = everything(&**graph).await;

    graph.put_titles(&[film_by(5, &[11], &[])]).await.unwrap();

    assert_eq!(walked, []);
    let only_for_the_edge = GraphCounts {
        profiles: 1,
        watched: 1,
        ..GraphCounts::default()
    };
    assert_eq!(before, only_for_the_edge);
    let found = everything(&**graph).await;
    let expected = (
        vec![nameless(film_by(5, &[11], &[]))],
        vec![watched(1, 5, 1.0)],
    );
    assert_eq!(found, expected);
    assert_eq!(graph.watchers(&titles(&[5])).await.unwrap(), [1]);
}

async fn the_same_again_changes_nothing(graph: &Opened) {
    let all: Vec<TitleNode> = (1..=20)
        .map(|id| TitleNode {
            genres: genres(&[id % 3, 7]),
            revision: 1 + id % 2,
            ..film_by(id, &[100 + id % 4], &[200 + id % 5, 300 + id])
        })
        .collect();
    let edges: Vec<WatchedEdge> = (1..=20).map(|id| watched(id % 6, id, 0.5)).collect();
    graph.put_titles(&all).await.unwrap();
    graph.put_watched(&edges).await.unwrap();
    let before = (everything(&**graph).await, graph.counts().await.unwrap());

    graph.put_watched(&edges).await.unwrap();
    graph.put_titles(&all).await.unwrap();
    for (title, edge) in all.iter().zip(&edges) {
        graph.put_titles(std::slice::from_ref(title)).await.unwrap();
        graph.put_watched(std::slice::from_ref(edge)).await.unwrap();
    }

    let after = (everything(&**graph).await, graph.counts().await.unwrap());
    assert_eq!(after, before);
}

async fn ids_of_63_bits_are_kept(graph: &Opened) {
    const LAST: u64 = u64::MAX >> 1;
    let title = TitleNode {
        genres: genres(&[LAST]),
        ..film_by(LAST, &[LAST], &[LAST - 1])
    };
    let edge = WatchedEdge {
        profile: ProfileId(LAST),
        title: TitleId(LAST),
        ..watched(1, 1, 1.0)
    };

    graph
        .put_titles(std::slice::from_ref(&title))
        .await
        .unwrap();
    graph
        .put_watched(std::slice::from_ref(&edge))
        .await
        .unwrap();

    let found = everything(&**graph).await;
    assert_eq!(found, (vec![nameless(title)], vec![edge]));
}

async fn nothing_can_be_written(graph: &Opened) {
    graph.put_titles(&[]).await.unwrap();
    graph.put_watched(&[]).await.unwrap();
    super::replace(&**graph, &[]).await;

    assert_eq!(graph.counts().await.unwrap(), GraphCounts::default());
}

fn nameless_genres(ids: &[u64]) -> Vec<(reelgraph::domain::ids::GenreId, String)> {
    genres(ids)
        .into_iter()
        .map(|(id, _)| (id, String::new()))
        .collect()
}
