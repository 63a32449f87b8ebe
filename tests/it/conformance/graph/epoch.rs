//! Which epoch the graph is written in, and whom it refuses because the record says so.

use rand::RngExt;

use super::{Opened, everything, open, watched};
use reelgraph::domain::entropy::{Entropy, SystemEntropy};
use reelgraph::domain::ids::ProfileId;
use reelgraph::domain::recommend::{GraphEpoch, Schema};

on_every_backend!(open on [sqlite, neo4j]:
    there_is_no_epoch_at_first,
    a_later_epoch_is_noted_and_an_earlier_one_is_not,
    an_epoch_goes_when_the_graph_is_cleared,
    tombstones_are_walked_in_their_order,
    what_is_written_of_a_profile_with_a_tombstone_is_passed_over,
    profiles_are_walked_by_id,
);

fn epoch(number: u64, name: &str, tick: u64) -> GraphEpoch {
    GraphEpoch {
        number,
        name: name.to_owned(),
        tick,
        schema: Schema::OURS,
    }
}

fn somebody() -> ProfileId {
    ProfileId(SystemEntropy.rng().random_range(1 << 40..1 << 62))
}

async fn there_is_no_epoch_at_first(graph: &Opened) {
    assert_eq!(graph.epoch().await.unwrap(), None);
}

async fn a_later_epoch_is_noted_and_an_earlier_one_is_not(graph: &Opened) {
    for (noted, then) in [
        (epoch(0, "a", 1), epoch(0, "a", 1)),
        (epoch(0, "a", 3), epoch(0, "a", 3)),
        (epoch(0, "a", 2), epoch(0, "a", 3)),
        (epoch(0, "b", 9), epoch(0, "a", 3)),
        (epoch(2, "b", 1), epoch(2, "b", 1)),
        (epoch(1, "a", 9), epoch(2, "b", 1)),
    ] {
        graph.put_epoch(&noted).await.unwrap();
        assert_eq!(graph.epoch().await.unwrap(), Some(then), "after {noted:?}");
    }
}

async fn an_epoch_goes_when_the_graph_is_cleared(graph: &Opened) {
    graph.put_epoch(&epoch(7, "a", 1)).await.unwrap();

    graph.clear().await.unwrap();

    assert_eq!(graph.epoch().await.unwrap(), None);
    graph.put_epoch(&epoch(0, "b", 1)).await.unwrap();
    assert_eq!(graph.epoch().await.unwrap(), Some(epoch(0, "b", 1)));
}

async fn tombstones_are_walked_in_their_order(graph: &Opened) {
    let mut written: Vec<String> = (0..5).map(|_| somebody().tombstone()).collect();
    graph.put_tombstones(&written[..3]).await.unwrap();
    graph.put_tombstones(&written[2..]).await.unwrap();
    graph.put_tombstones(&[]).await.unwrap();

    let (mut walked, mut after) = (Vec::new(), None);
    loop {
        let page = graph.tombstones_after(after, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.clone());
        walked.extend(page);
    }

    assert!(walked.is_sorted());
    walked.retain(|tombstone| written.contains(tombstone));
    written.sort();
    assert_eq!(walked, written);
}

async fn what_is_written_of_a_profile_with_a_tombstone_is_passed_over(graph: &Opened) {
    let (leaves, stays) = (somebody(), somebody());
    graph.put_tombstones(&[leaves.tombstone()]).await.unwrap();

    let edges = [watched(leaves.0, 1, 1.0), watched(stays.0, 1, 1.0)];
    graph.put_watched(&edges).await.unwrap();

    let (_, found) = everything(&**graph).await;
    assert_eq!(found, edges[1..]);
}

async fn profiles_are_walked_by_id(graph: &Opened) {
    let edges = [3, 1, 7, 2].map(|profile| watched(profile, 1, 1.0));
    graph.put_watched(&edges).await.unwrap();

    let first = graph.profiles_after(None, 3).await.unwrap();
    let rest = graph
        .profiles_after(first.last().copied(), 3)
        .await
        .unwrap();

    assert_eq!(first, [1, 2, 3].map(ProfileId));
    assert_eq!(rest, [ProfileId(7)]);
}
