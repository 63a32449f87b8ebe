//! What a profile watched lately, and what everybody did.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{Opened, at, film, open, titles, watched};
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::recommend::{Taste, TasteEdge, WatchedEdge};

on_every_backend!(open on [sqlite, neo4j]:
    a_profile_without_a_node_has_no_taste,
    a_taste_has_what_is_known_of_an_edge,
    the_latest_edges_come_first_then_by_title,
    edges_that_say_nothing_are_left_out,
    a_taste_is_read_while_its_edges_are_written,
    an_edge_that_is_written_again_changes_its_place,
    of_a_long_history_the_newest_edges_are_read,
    ties_where_a_taste_ends_are_decided_by_title,
    the_most_watched_titles_of_late_come_first,
    a_profile_counts_by_its_last_watch,
    nothing_is_trending_where_nothing_was_watched,
);

async fn taste(graph: &Opened, profile: u64) -> Vec<TasteEdge> {
    let taste = graph.taste(ProfileId(profile)).await.unwrap();
    taste.edges.clone()
}

async fn tastes(graph: &Opened, profile: u64) -> Vec<u64> {
    let edges = taste(graph, profile).await;
    edges.iter().map(|edge| edge.title.0).collect()
}

/// An edge of the profile 1.
fn seen(title: u64, last_at: i64) -> WatchedEdge {
    WatchedEdge {
        last_at: at(1_700_000_000_000 + last_at),
        ..watched(1, title, 1.0)
    }
}

async fn a_profile_without_a_node_has_no_taste(graph: &Opened) {
    graph.put_watched(&[watched(1, 1, 1.0)]).await.unwrap();

    let found = graph.taste(ProfileId(404)).await.unwrap();

    assert_eq!(*found, Taste::default());
}

async fn a_taste_has_what_is_known_of_an_edge(graph: &Opened) {
    let edge = WatchedEdge {
        plays: 5,
        completions: 3,
        last_at: at(1_712_345_678_901),
        liked: Some(false),
        revision: 17,
        ..watched(1 << 62, 1 << 61, 0.1 + 0.2)
    };
    graph
        .put_watched(&[edge, watched(2, 2, 9.0)])
        .await
        .unwrap();

    let expected = TasteEdge {
        title: TitleId(1 << 61),
        weight: 0.1 + 0.2,
        plays: 5,
        completions: 3,
        last_at: at(1_712_345_678_901),
        liked: Some(false),
        revision: 17,
    };
    assert_eq!(taste(graph, 1 << 62).await, [expected]);
}

async fn the_latest_edges_come_first_then_by_title(graph: &Opened) {
    let edges = [
        seen(6, 50),
        seen(2, 10),
        seen(5, 50),
        seen(4, 51),
        seen(3, 50),
    ];
    graph.put_watched(&edges).await.unwrap();

    assert_eq!(tastes(graph, 1).await, [4, 3, 5, 6, 2]);
}

async fn a_taste_is_read_while_its_edges_are_written(graph: &Opened) {
    const EDGES: u64 = 200;
    let edges = |revision: u64| -> Vec<WatchedEdge> {
        let edge = |title| WatchedEdge {
            revision,
            ..seen(title, i64::try_from(title).unwrap())
        };
        (1..=EDGES).map(edge).collect()
    };
    graph.put_watched(&edges(1)).await.unwrap();
    let is_written = AtomicBool::new(false);

    let write = async {
        for revision in 2..40 {
            graph.put_watched(&edges(revision)).await.unwrap();
        }
        is_written.store(true, Ordering::Relaxed);
    };
    let read = async {
        while !is_written.load(Ordering::Relaxed) {
            assert_eq!(taste(graph, 1).await.len() as u64, EDGES);
        }
    };
    futures::join!(write, read);
}

async fn edges_that_say_nothing_are_left_out(graph: &Opened) {
    let with = |title, weight, liked| WatchedEdge {
        weight,
        liked,
        ..seen(title, 0)
    };
    let edges = [
        with(1, 0.0, None),
        with(2, 0.0, Some(true)),
        with(3, 0.0, Some(false)),
        with(4, 0.5, None),
        with(5, 0.5, Some(true)),
        with(6, 0.0, None),
    ];
    graph.put_watched(&edges).await.unwrap();

    assert_eq!(tastes(graph, 1).await, [2, 3, 4, 5]);
}

async fn an_edge_that_is_written_again_changes_its_place(graph: &Opened) {
    let edges = [seen(1, 10), seen(2, 20), seen(3, 30), seen(4, 40)];
    graph.put_watched(&edges).await.unwrap();
    let newer = |edge| WatchedEdge {
        revision: 2,
        ..edge
    };
    let silent = WatchedEdge {
        weight: 0.0,
        ..newer(seen(3, 30))
    };

    graph
        .put_watched(&[newer(seen(1, 50)), silent.clone()])
        .await
        .unwrap();
    assert_eq!(tastes(graph, 1).await, [1, 4, 2]);

    let thumb = WatchedEdge {
        liked: Some(true),
        revision: 3,
        ..silent
    };
    graph.put_watched(&[thumb]).await.unwrap();
    assert_eq!(tastes(graph, 1).await, [1, 4, 3, 2]);
}

async fn of_a_long_history_the_newest_edges_are_read(graph: &Opened) {
    const EDGES: u64 = 10_000;
    // Their moments are in another order than their ids; every third says nothing.
    let moment = |title: u64| i64::try_from(title * 7919 % EDGES).unwrap();
    let edges: Vec<WatchedEdge> = (1..=EDGES)
        .map(|title| WatchedEdge {
            weight: if title.is_multiple_of(3) { 0.0 } else { 1.0 },
            ..seen(title, moment(title))
        })
        .collect();
    graph.put_watched(&edges).await.unwrap();
    let mut newest: Vec<u64> = (1..=EDGES)
        .filter(|title| !title.is_multiple_of(3))
        .collect();
    newest.sort_by_key(|title| std::cmp::Reverse(moment(*title)));

    assert_eq!(tastes(graph, 1).await, newest[..Taste::EDGES]);
}

async fn ties_where_a_taste_ends_are_decided_by_title(graph: &Opened) {
    // All but ten at the same moment, the ones with the highest ids written first.
    let most = Taste::EDGES as u64;
    let edges: Vec<WatchedEdge> = (1..=most + 100)
        .rev()
        .map(|title| seen(title, if title > most + 90 { 60 } else { 50 }))
        .collect();
    for batch in edges.chunks(50) {
        graph.put_watched(batch).await.unwrap();
    }

    let newest = most + 91..=most + 100;
    let expected: Vec<u64> = newest.chain(1..=most - 10).collect();
    assert_eq!(tastes(graph, 1).await, expected);
}

async fn the_most_watched_titles_of_late_come_first(graph: &Opened) {
    graph.put_titles(&[film(1), film(9)]).await.unwrap();
    let by = |profile, title, last_at| WatchedEdge {
        profile: ProfileId(profile),
        // That it is not to shape suggestions says nothing of what is watched.
        weight: 0.0,
        ..seen(title, last_at)
    };
    let edges = [
        by(1, 5, 100),
        by(2, 5, 100),
        by(3, 5, 99),
        by(1, 4, 100),
        by(2, 4, 200),
        by(1, 3, 300),
        by(2, 3, 300),
        by(3, 3, 300),
        by(1, 2, 100),
        by(1, 1, 99),
    ];
    graph.put_watched(&edges).await.unwrap();
    let since = at(1_700_000_000_100);

    let all = graph.trending(since, 10).await.unwrap();
    let two = graph.trending(since, 2).await.unwrap();
    let none = graph.trending(since, 0).await.unwrap();

    let ids = titles(&[3, 4, 5, 2]);
    let expected: Vec<(TitleId, u64)> = ids.into_iter().zip([3, 2, 2, 1]).collect();
    assert_eq!(all, expected);
    assert_eq!(two, expected[..2]);
    assert_eq!(none, []);
}

async fn a_profile_counts_by_its_last_watch(graph: &Opened) {
    graph.put_watched(&[seen(1, 100)]).await.unwrap();
    let since = at(1_700_000_000_150);
    let before = graph.trending(since, 10).await.unwrap();

    let again = WatchedEdge {
        revision: 2,
        ..seen(1, 200)
    };
    graph.put_watched(&[again]).await.unwrap();
    let after = graph.trending(since, 10).await.unwrap();

    assert_eq!(before, []);
    assert_eq!(after, [(TitleId(1), 1)]);
}

async fn nothing_is_trending_where_nothing_was_watched(graph: &Opened) {
    graph.put_titles(&[film(1)]).await.unwrap();

    assert_eq!(graph.trending(at(0), 10).await.unwrap(), []);
}
