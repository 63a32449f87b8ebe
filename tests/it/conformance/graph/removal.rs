//! Removing what the record does not know, while others write.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{
    Opened, everything, film, film_by, genres, nameless, open, replace, similar_to, solved, titles,
    watched,
};
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::recommend::{GraphCounts, TitleNode, WatchedEdge};

on_every_backend!(open on [sqlite, neo4j]:
    an_edge_is_removed_unless_it_was_written_since,
    a_title_is_removed_unless_it_was_written_since,
    a_removed_title_can_be_written_again,
    nodes_that_no_edge_needs_are_removed,
    a_title_that_somebody_watched_stays_for_the_edge,
    what_is_written_while_nodes_are_removed_is_whole,
);

async fn an_edge_is_removed_unless_it_was_written_since(graph: &Opened) {
    let newer = WatchedEdge {
        revision: 2,
        ..watched(1, 2, 1.0)
    };
    let edges = [watched(1, 1, 1.0), newer.clone(), watched(2, 1, 1.0)];
    graph.put_watched(&edges).await.unwrap();

    let removed = [(1, 1, 1), (1, 2, 1), (3, 1, 1), (2, 9, 1)];
    let removed =
        removed.map(|(profile, title, revision)| (ProfileId(profile), TitleId(title), revision));
    graph.remove_watched(&removed).await.unwrap();
    graph.remove_watched(&[]).await.unwrap();

    let (_, found) = everything(&**graph).await;
    assert_eq!(found, [newer, watched(2, 1, 1.0)]);
    assert_eq!(graph.watchers(&titles(&[1, 2])).await.unwrap(), [1, 1]);
}

async fn a_title_is_removed_unless_it_was_written_since(graph: &Opened) {
    let newer = TitleNode {
        revision: 2,
        ..film_by(2, &[11], &[12])
    };
    graph
        .put_titles(&[film_by(1, &[11], &[12]), newer.clone()])
        .await
        .unwrap();

    let removed = [(TitleId(1), 1), (TitleId(2), 1), (TitleId(3), 1)];
    graph.remove_titles(&removed).await.unwrap();
    graph.remove_titles(&[]).await.unwrap();

    let (found, _) = everything(&**graph).await;
    assert_eq!(found, [nameless(newer)]);
    assert_eq!(graph.counts().await.unwrap().titles, 1);
}

async fn a_removed_title_can_be_written_again(graph: &Opened) {
    let title = TitleNode {
        genres: genres(&[1]),
        ..film_by(1, &[11], &[12])
    };
    graph
        .put_titles(std::slice::from_ref(&title))
        .await
        .unwrap();
    graph.remove_titles(&[(TitleId(1), 1)]).await.unwrap();
    graph.remove_unneeded().await.unwrap();

    graph
        .put_titles(std::slice::from_ref(&title))
        .await
        .unwrap();

    let (found, _) = everything(&**graph).await;
    assert_eq!(found, [nameless(title)]);
}

async fn nodes_that_no_edge_needs_are_removed(graph: &Opened) {
    let gone = TitleNode {
        genres: genres(&[1, 2]),
        ..film_by(1, &[11, 12], &[13])
    };
    let stays = TitleNode {
        genres: genres(&[2]),
        ..film_by(2, &[12], &[14])
    };
    graph.put_titles(&[gone, stays]).await.unwrap();
    let edges = [watched(1, 2, 1.0), watched(2, 2, 1.0), watched(2, 3, 1.0)];
    graph.put_watched(&edges).await.unwrap();
    replace(
        &**graph,
        &[solved(1, &[(2, 0.5)], &[]), solved(2, &[(1, 0.5)], &[])],
    )
    .await;

    let removed = [(ProfileId(2), TitleId(2), 1), (ProfileId(2), TitleId(3), 1)];
    graph.remove_watched(&removed).await.unwrap();
    graph.remove_titles(&[(TitleId(1), 1)]).await.unwrap();
    graph.remove_unneeded().await.unwrap();
    graph.remove_unneeded().await.unwrap();

    let counts = GraphCounts {
        similar: 0,
        ..graph.counts().await.unwrap()
    };
    let expected = GraphCounts {
        profiles: 1,
        titles: 1,
        people: 2,
        genres: 1,
        watched: 1,
        similar: 0,
    };
    assert_eq!(counts, expected);
    assert_eq!(
        graph.watchers(&titles(&[1, 2, 3])).await.unwrap(),
        [0, 1, 0]
    );
    assert_eq!(similar_to(&**graph, 1).await, []);
}

async fn a_title_that_somebody_watched_stays_for_the_edge(graph: &Opened) {
    graph.put_titles(&[film(1)]).await.unwrap();
    graph.put_watched(&[watched(1, 1, 1.0)]).await.unwrap();

    graph.remove_titles(&[(TitleId(1), 1)]).await.unwrap();
    graph.remove_unneeded().await.unwrap();

    let found = everything(&**graph).await;
    assert_eq!(found, (vec![], vec![watched(1, 1, 1.0)]));
}

/// Titles come and go with people of their own, so that nodes are removed all the time that others are about to need.
async fn what_is_written_while_nodes_are_removed_is_whole(graph: &Opened) {
    const ROUNDS: u64 = 30;
    let is_over = Arc::new(AtomicBool::new(false));
    let title = |round: u64, revision| TitleNode {
        revision,
        genres: genres(&[round % 3]),
        ..film_by(round % 5, &[10 + round % 4], &[20 + round % 3])
    };
    let remover = async {
        while !is_over.load(Ordering::SeqCst) {
            graph.remove_unneeded().await.unwrap();
        }
    };
    let writer = async {
        for round in 0..ROUNDS {
            let written = title(round, round + 1);
            let edge = WatchedEdge {
                revision: round + 1,
                ..watched(round % 2, round % 5, 1.0)
            };
            graph
                .put_titles(std::slice::from_ref(&written))
                .await
                .unwrap();
            graph
                .put_watched(std::slice::from_ref(&edge))
                .await
                .unwrap();
            let (found, edges) = everything(&**graph).await;
            assert_eq!(found, [nameless(written)], "in round {round}");
            assert_eq!(edges, std::slice::from_ref(&edge), "in round {round}");
            let key = (edge.profile, edge.title, edge.revision);
            graph.remove_watched(&[key]).await.unwrap();
            let id = TitleId(round % 5);
            graph.remove_titles(&[(id, round + 1)]).await.unwrap();
        }
        is_over.store(true, Ordering::SeqCst);
    };

    futures::join!(remover, writer);
}
