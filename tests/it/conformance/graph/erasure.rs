//! Forgetting a profile: nothing of it stays, and nothing that is on its way brings it back.
//!
//! The tombstones of erased profiles outlive these tests, so every profile that is erased has an id of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rand::RngExt;

use super::{Opened, everything, film, open, titles, watched};
use reelgraph::domain::entropy::{Entropy, SystemEntropy};
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::recommend::{Taste, WatchedEdge};

on_every_backend!(open on [sqlite, neo4j]:
    an_erased_profile_is_gone_with_its_edges,
    what_is_written_of_an_erased_profile_later_is_passed_over,
    an_erased_profile_stays_erased_when_the_graph_is_made_anew,
    a_profile_that_is_not_there_can_be_erased,
    a_profile_with_many_edges_is_gone_at_once,
    writers_on_their_way_bring_nothing_back,
);

fn somebody() -> u64 {
    SystemEntropy.rng().random_range(1 << 40..1 << 62)
}

async fn an_erased_profile_is_gone_with_its_edges(graph: &Opened) {
    let (leaves, stays) = (somebody(), somebody());
    graph.put_titles(&[film(1), film(2)]).await.unwrap();
    let edges = [
        watched(leaves, 1, 1.0),
        watched(leaves, 2, 2.0),
        watched(stays, 2, 3.0),
    ];
    graph.put_watched(&edges).await.unwrap();

    graph.erase_profile(ProfileId(leaves)).await.unwrap();

    let (nodes, found) = everything(&**graph).await;
    assert_eq!((nodes.len(), &found[..]), (2, &edges[2..]));
    assert_eq!(graph.counts().await.unwrap().profiles, 1);
    assert_eq!(graph.watchers(&titles(&[1, 2])).await.unwrap(), [0, 1]);
    let taste = graph.taste(ProfileId(leaves)).await.unwrap();
    assert_eq!(*taste, Taste::default());
    let trending = graph.trending(super::at(0), 9).await.unwrap();
    assert_eq!(trending, [(TitleId(2), 1)]);
}

async fn what_is_written_of_an_erased_profile_later_is_passed_over(graph: &Opened) {
    let (leaves, stays) = (somebody(), somebody());
    let before = watched(leaves, 1, 1.0);
    graph
        .put_watched(std::slice::from_ref(&before))
        .await
        .unwrap();
    graph.erase_profile(ProfileId(leaves)).await.unwrap();

    let newer = WatchedEdge {
        revision: 9,
        ..watched(leaves, 2, 1.0)
    };
    let other = watched(stays, 1, 2.0);
    graph
        .put_watched(&[before.clone(), newer.clone(), other.clone()])
        .await
        .unwrap();
    graph.put_watched(&[before, newer]).await.unwrap();

    let (_, found) = everything(&**graph).await;
    assert_eq!(found, [other]);
    assert_eq!(graph.counts().await.unwrap().profiles, 1);
}

async fn an_erased_profile_stays_erased_when_the_graph_is_made_anew(graph: &Opened) {
    let leaves = somebody();
    graph.erase_profile(ProfileId(leaves)).await.unwrap();

    graph.clear().await.unwrap();
    graph.put_watched(&[watched(leaves, 1, 1.0)]).await.unwrap();

    let counts = graph.counts().await.unwrap();
    assert_eq!((counts.profiles, counts.watched), (0, 0));
}

async fn a_profile_that_is_not_there_can_be_erased(graph: &Opened) {
    let leaves = ProfileId(somebody());

    graph.erase_profile(leaves).await.unwrap();
    graph.erase_profile(leaves).await.unwrap();

    assert_eq!(graph.counts().await.unwrap().profiles, 0);
}

async fn a_profile_with_many_edges_is_gone_at_once(graph: &Opened) {
    let leaves = somebody();
    // As many as go in whole transactions, and one more.
    let edges: Vec<WatchedEdge> = (1..=2001)
        .map(|title| watched(leaves, title, 1.0))
        .collect();
    graph.put_watched(&edges[..2000]).await.unwrap();
    graph.erase_profile(ProfileId(leaves)).await.unwrap();
    assert_eq!(graph.counts().await.unwrap().profiles, 0);

    let other = somebody();
    let edges: Vec<WatchedEdge> = edges
        .into_iter()
        .map(|edge| WatchedEdge {
            profile: ProfileId(other),
            ..edge
        })
        .collect();
    graph.put_watched(&edges).await.unwrap();
    graph.erase_profile(ProfileId(other)).await.unwrap();

    let counts = graph.counts().await.unwrap();
    assert_eq!((counts.profiles, counts.watched), (0, 0));
}

/// Projectors that hold what they read before the erasure, and write it before, while and after.
async fn writers_on_their_way_bring_nothing_back(graph: &Opened) {
    for round in 0..8 {
        let leaves = somebody();
        let stays = 1000 + round;
        let is_over = Arc::new(AtomicBool::new(false));
        let writers = (0..4_u64).map(|writer| {
            let is_over = Arc::clone(&is_over);
            async move {
                let mut left = 3;
                while left > 0 {
                    if is_over.load(Ordering::SeqCst) {
                        left -= 1;
                    }
                    let titles = writer * 5..writer * 5 + 10;
                    let edges: Vec<WatchedEdge> = titles
                        .flat_map(|title| [watched(leaves, title, 1.0), watched(stays, title, 1.0)])
                        .collect();
                    graph.put_watched(&edges).await.unwrap();
                }
            }
        });
        let eraser = async {
            tokio::time::sleep(std::time::Duration::from_millis(10 * round)).await;
            graph.erase_profile(ProfileId(leaves)).await.unwrap();
            is_over.store(true, Ordering::SeqCst);
        };
        tokio::join!(futures::future::join_all(writers), eraser);

        let (_, found) = everything(&**graph).await;
        assert!(
            found.iter().all(|edge| edge.profile != ProfileId(leaves)),
            "in round {round}"
        );
        assert_eq!(
            graph.counts().await.unwrap().profiles,
            round + 1,
            "in round {round}"
        );
    }
}
