//! Tastes that are answered from memory, and what makes them stale.

use std::sync::Arc;

use futures::future::join_all;
use proptest::prelude::*;
use reelgraph::domain::error::{Coded, ErrorCode};
use reelgraph::domain::events::Event;
use reelgraph::domain::ids::ProfileId;
use reelgraph::domain::recommend::{GraphFollower, Taste, TasteGraph};
use reelgraph::domain::watching::MOST_READ;

use super::support::{ANN, BEN, at, nothing_of, server, store, watch};

#[tokio::test]
async fn a_taste_is_read_once_and_stays_the_same() {
    let store = store();
    let server = server(&store);
    server.record(&[watch(ANN, 1, 0), watch(ANN, 2, 5)]).await;
    server.project().await;

    let first = server.taste(ANN).await;
    let second = server.taste(ANN).await;

    assert_eq!(server.tasted(ANN).await, [2, 1]);
    assert!(Arc::ptr_eq(&first, &second));
    assert_eq!(server.history.tastes(), 1);
}

#[tokio::test]
async fn who_writes_sees_it_at_once_and_asks_nothing_for_it() {
    let store = store();
    let server = server(&store);
    server.record(&[watch(ANN, 1, 0)]).await;
    server.project().await;
    assert_eq!(server.tasted(ANN).await, [1]);

    server.record(&[watch(ANN, 2, 5), watch(BEN, 3, 5)]).await;
    assert_eq!(server.tasted(ANN).await, [2, 1]);
    server.record(&[nothing_of(&watch(ANN, 1, 0))]).await;
    assert_eq!(server.tasted(ANN).await, [2]);

    assert_eq!(server.history.tastes(), 1);
    assert_eq!(server.asked.taste(ANN).await.unwrap().edges.len(), 1);
}

#[tokio::test]
async fn a_write_that_the_graph_does_not_know_yet_is_seen_by_the_first_to_ask() {
    let store = store();
    let server = server(&store);

    server.record(&[watch(ANN, 1, 0), watch(ANN, 2, 5)]).await;

    assert_eq!(server.tasted(ANN).await, [2, 1]);
    assert_eq!(server.asked.taste(ANN).await.unwrap().edges, []);
}

#[tokio::test]
async fn a_taste_that_was_projected_is_read_anew_and_stays_the_same() {
    let store = store();
    let server = server(&store);
    server.record(&[watch(ANN, 1, 0)]).await;
    let before = server.taste(ANN).await;

    server.project().await;
    let after = server.taste(ANN).await;

    assert_eq!(server.history.tastes(), 2);
    assert!(Arc::ptr_eq(&before, &after));
    let graph = server.asked.taste(ANN).await.unwrap();
    assert_eq!((graph.edges.len(), &*graph), (1, &*after));
}

#[tokio::test]
async fn many_at_once_read_once() {
    let store = store();
    let server = server(&store);
    server.record(&[watch(ANN, 1, 0)]).await;
    server.history.hold();

    let (tastes, ()) = tokio::join!(join_all((0..50).map(|_| server.taste(ANN))), async {
        server.history.wait_for_held(1).await;
        server.history.release();
    });

    assert_eq!(server.history.tastes(), 1);
    assert!(tastes.iter().all(|taste| Arc::ptr_eq(taste, &tastes[0])));
    assert_eq!(tastes[0].edges.len(), 1);
}

#[tokio::test]
async fn what_was_read_before_the_news_is_not_kept() {
    let store = store();
    let (server, other) = (server(&store), self::server(&store));
    other.record(&[watch(ANN, 1, 0)]).await;
    other.project().await;
    server.history.hold();
    let reading = async { server.tasted(ANN).await };

    let (before, ()) = tokio::join!(reading, async {
        server.history.wait_for_held(1).await;
        other.record(&[watch(ANN, 2, 5)]).await;
        other.project().await;
        server.graph.observe(&Event::TastesChanged([ANN].into()));
        server.history.release();
    });

    assert_eq!(before, [1]);
    assert_eq!(server.tasted(ANN).await, [2, 1]);
}

#[tokio::test]
async fn what_is_written_while_a_taste_is_read_is_seen() {
    let store = store();
    let server = server(&store);
    server.record(&[watch(ANN, 1, 0)]).await;
    server.project().await;
    server.history.hold();
    let reading = async { server.tasted(ANN).await };

    let (during, ()) = tokio::join!(reading, async {
        server.history.wait_for_held(1).await;
        server.record(&[watch(ANN, 2, 5)]).await;
        server.history.release();
    });

    assert_eq!(during, [2, 1]);
    assert_eq!(server.tasted(ANN).await, [2, 1]);
    assert_eq!(server.history.tastes(), 1);
}

#[tokio::test]
async fn what_another_server_wrote_later_counts_more_than_what_was_written_here() {
    let store = store();
    let (server, other) = (server(&store), self::server(&store));
    server.record(&[watch(ANN, 1, 0), watch(ANN, 2, 5)]).await;
    other.project().await;

    other.record(&[nothing_of(&watch(ANN, 1, 0))]).await;
    other.project().await;
    server.graph.observe(&Event::TastesChanged([ANN].into()));

    assert_eq!(server.tasted(ANN).await, [2]);
}

#[tokio::test]
async fn an_older_row_changes_nothing() {
    let store = store();
    let (server, other) = (server(&store), self::server(&store));
    server.record(&[watch(ANN, 1, 0)]).await;
    other.record(&[watch(ANN, 1, 60)]).await;
    other.project().await;

    let taste = server.taste(ANN).await;

    assert_eq!(taste.edges[0].last_at, at(60));
    assert_eq!(*taste, *other.asked.taste(ANN).await.unwrap());
}

#[tokio::test]
async fn of_an_erased_profile_nothing_comes_back() {
    let store = store();
    let (server, other) = (server(&store), self::server(&store));
    for (film, server) in [(1, &server), (2, &other)] {
        server.record(&[watch(ANN, film, 0)]).await;
        server.record(&[watch(BEN, film, 0)]).await;
        assert!(server.tasted(ANN).await.contains(&film));
    }

    server.erase(ANN).await;
    other.graph.observe(&Event::TastesChanged([ANN].into()));

    for server in [&server, &other] {
        assert_eq!(server.tasted(ANN).await, [0; 0]);
        assert_eq!(server.tasted(BEN).await, [1, 2]);
    }
}

#[tokio::test]
async fn who_missed_something_reads_everything_anew() {
    let store = store();
    let (server, other) = (server(&store), self::server(&store));
    other.record(&[watch(ANN, 1, 0), watch(BEN, 1, 0)]).await;
    other.project().await;
    let (ann, ben) = (server.taste(ANN).await, server.taste(BEN).await);
    other.record(&[watch(ANN, 2, 5)]).await;
    other.project().await;
    assert!(Arc::ptr_eq(&ann, &server.taste(ANN).await));

    server.graph.observe(&Event::Missed);

    assert_eq!(server.tasted(ANN).await, [2, 1]);
    assert!(Arc::ptr_eq(&ben, &server.taste(BEN).await));
    assert_eq!(server.history.tastes(), 4);
}

#[tokio::test]
async fn while_nothing_can_be_read_the_last_taste_goes_on_with_what_is_written() {
    let store = store();
    let server = server(&store);
    server.record(&[watch(ANN, 1, 0)]).await;
    server.project().await;
    let before = server.taste(ANN).await;

    server.history.go_down();
    server.graph.observe(&Event::TastesChanged([ANN].into()));

    assert!(Arc::ptr_eq(&before, &server.taste(ANN).await));
    server.record(&[watch(ANN, 2, 5)]).await;
    let after = server.taste(ANN).await;
    assert_eq!(server.tasted(ANN).await, [2, 1]);
    // So that a list that was made from it serves as long.
    assert!(Arc::ptr_eq(&after, &server.taste(ANN).await));
    let unknown = server.graph.taste(BEN).await.unwrap_err();
    assert_eq!(unknown.code(), ErrorCode::UpstreamUnavailable);
}

#[tokio::test]
async fn of_an_erased_profile_nothing_goes_on_while_nothing_can_be_read() {
    let store = store();
    let server = server(&store);
    server.record(&[watch(ANN, 1, 0)]).await;
    assert_eq!(server.tasted(ANN).await, [1]);

    server.erase(ANN).await;
    server.history.go_down();

    assert!(server.graph.taste(ANN).await.is_err());
}

#[tokio::test]
async fn a_long_history_has_a_taste_of_the_newest() {
    let store = store();
    let server = server(&store);
    let films = 0..Taste::EDGES as u64 + 50;
    let watches: Vec<_> = films
        .map(|film| watch(ANN, film, 1000 - i64::try_from(film).unwrap()))
        .collect();

    server.record(&watches).await;
    let merged = server.taste(ANN).await;
    server.project().await;

    assert_eq!(merged.edges.len(), Taste::EDGES);
    assert_eq!(*merged, *server.asked.taste(ANN).await.unwrap());
}

#[tokio::test]
async fn of_who_has_watched_too_much_for_one_read_the_graph_says_it() {
    let store = store();
    let (server, other) = (server(&store), self::server(&store));
    let films = 0..MOST_READ as u64 + 1;
    let watches: Vec<_> = films.map(|film| watch(ANN, film, 0)).collect();
    server.record(&watches).await;
    server.project().await;

    let taste = other.taste(ANN).await;

    assert_eq!((other.history.tastes(), other.asked.tastes()), (1, 1));
    assert_eq!(*taste, *other.asked.taste(ANN).await.unwrap());
    assert_eq!(taste.edges.len(), Taste::EDGES);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever is written, read and projected in whatever order: it is what the graph says once it knows everything.
    #[test]
    fn a_taste_is_what_the_graph_will_say(
        steps in prop::collection::vec((0..2_u64, 1..8_u64, 0..6_i64, 0..4_u8), 1..25)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let store = store();
            let server = server(&store);
            for (profile, film, minutes, step) in steps {
                let profile = ProfileId(profile);
                let watch = watch(profile, film, minutes);
                match step {
                    0 => server.record(&[watch]).await,
                    1 => server.record(&[nothing_of(&watch)]).await,
                    2 => drop(server.taste(profile).await),
                    _ => server.project().await,
                }
            }

            let tastes = join_all([0, 1].map(|id| server.taste(ProfileId(id)))).await;
            server.project().await;

            for (id, taste) in tastes.iter().enumerate() {
                let graph = server.asked.taste(ProfileId(id as u64)).await.unwrap();
                assert_eq!(**taste, *graph);
            }
        });
    }
}
