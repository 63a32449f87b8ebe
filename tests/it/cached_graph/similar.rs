//! `SIMILAR` edges from memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::future::join_all;
use reelgraph::domain::error::{Coded, ErrorCode};
use reelgraph::domain::ids::TitleId;
use reelgraph::domain::recommend::{
    GraphFollower, GraphProjection, Incoming, SimilarLists, SimilarSource, Solution, TasteGraph,
    Weight,
};
use tempfile::TempDir;

use super::support::{Server, at, server, store};
use crate::conformance::graph::film_by;

/// How many titles there are. More than are loaded at once.
const TITLES: u64 = 700;

/// Edges with this weight into a title, from the one before it and from the one after it.
fn solution(title: u64, weight: f64) -> Solution {
    let incoming = [title - 1, title + 1].map(|from| Incoming {
        from: TitleId(from),
        weight: Weight {
            sum: weight,
            ..Weight::default()
        },
        co_watches: 1,
    });
    Solution {
        title: TitleId(title),
        incoming: incoming.to_vec(),
        page: Vec::new(),
    }
}

fn titles(ids: impl IntoIterator<Item = u64>) -> Vec<TitleId> {
    ids.into_iter().map(TitleId).collect()
}

/// Computes another generation, in which all weights are this one. Nobody else is told.
async fn replace(server: &Server, weight: u32) {
    let solutions: Vec<_> = (1..=TITLES)
        .map(|title| solution(title, weight.into()))
        .collect();
    let moment = at(weight.into());
    server
        .store
        .replace_similar(&solutions, moment)
        .await
        .unwrap();
}

/// A server, and another one that writes to the same graph: there are titles, with edges of weight 1.
async fn with_edges(store: &TempDir) -> (Server, Server) {
    let writer = server(store);
    let nodes: Vec<_> = (1..=TITLES).map(|id| film_by(id, &[], &[])).collect();
    writer.store.put_titles(&nodes).await.unwrap();
    replace(&writer, 1).await;
    (server(store), writer)
}

async fn similar(server: &Server, ids: &[TitleId]) -> SimilarLists {
    server.graph.similar(ids).await.unwrap()
}

/// The weights that occur, each once.
#[expect(clippy::float_cmp, reason = "whole numbers")]
fn weights(lists: &SimilarLists) -> Vec<f64> {
    let edges = lists.lists.iter().flat_map(|list| list.iter());
    let mut weights: Vec<f64> = edges.map(|edge| edge.weight.sum).collect();
    weights.sort_by(f64::total_cmp);
    weights.dedup_by(|a, b| a == b);
    weights
}

#[tokio::test]
async fn once_warm_nothing_is_asked() {
    let store = store();
    let (server, _) = with_edges(&store).await;
    server.graph.refresh().await.unwrap();
    assert_eq!(server.asked.similar_reads(), (2, 700));

    let all = titles([3, 1, 700, 3].into_iter().chain(1..=TITLES));
    let lists = similar(&server, &all).await;

    assert_eq!(lists, server.asked.similar(&all).await.unwrap());
    assert_eq!(server.asked.similar_reads(), (3, 700 + all.len()));
}

#[tokio::test]
async fn before_that_each_title_is_read_once() {
    let store = store();
    let (server, _) = with_edges(&store).await;
    server.asked.hold();
    let (few, some) = (titles([5, 6, 5]), titles([6, 7]));

    let reading = async { tokio::join!(similar(&server, &few), similar(&server, &some)) };
    let ((few_lists, some_lists), ()) = tokio::join!(reading, async {
        server.asked.wait_for_held(2).await;
        server.asked.release();
    });

    assert_eq!(server.asked.similar_reads(), (2, 3));
    assert_eq!(similar(&server, &few).await, few_lists);
    assert_eq!(server.asked.similar_reads(), (2, 3));
    assert_eq!(few_lists, server.asked.similar(&few).await.unwrap());
    assert_eq!(some_lists, server.asked.similar(&some).await.unwrap());
}

#[tokio::test]
async fn nothing_is_asked_for_what_does_not_change() {
    let store = store();
    let (server, _) = with_edges(&store).await;

    for _ in 0..5 {
        server.graph.refresh().await.unwrap();
    }

    assert_eq!(server.asked.similar_reads(), (2, 700));
}

#[tokio::test]
async fn titles_that_are_solved_anew_are_read_anew_and_no_others() {
    let store = store();
    let (server, writer) = with_edges(&store).await;
    server.graph.refresh().await.unwrap();
    let all = titles(1..=TITLES);
    let before = similar(&server, &all).await;

    let version = writer.store.similar_version().await.unwrap();
    let solutions = [solution(10, 7.0), solution(500, 7.0)];
    let put = writer.store.put_solutions(version.generation, &solutions);
    let version = put.await.unwrap();
    assert_eq!(similar(&server, &all).await, before);
    server.graph.refresh().await.unwrap();
    let reads = server.asked.similar_reads();
    let after = similar(&server, &all).await;

    assert_eq!(after.version, version);
    assert_eq!(after, writer.store.similar(&all).await.unwrap());
    assert_eq!(weights(&after), [1.0, 7.0]);
    // Those with an edge into one of the two, and not one of them for a reader.
    assert_eq!(reads, (3, 704));
    assert_eq!(server.asked.similar_reads(), reads);
    assert!(Arc::ptr_eq(&before.lists[99], &after.lists[99]));
}

#[tokio::test]
async fn the_old_generation_answers_until_the_new_one_is_there() {
    let store = store();
    let (server, writer) = with_edges(&store).await;
    server.graph.refresh().await.unwrap();
    let all = titles(1..=TITLES);
    replace(&writer, 2).await;
    server.asked.hold();

    let refreshing = async { server.graph.refresh().await.unwrap() };
    let (during, ()) = tokio::join!(
        async {
            server.asked.wait_for_held(1).await;
            let lists = similar(&server, &all).await;
            server.asked.release();
            lists
        },
        refreshing
    );
    let reads = server.asked.similar_reads();
    let after = similar(&server, &all).await;

    assert_eq!(weights(&during), [1.0]);
    assert_eq!(weights(&after), [2.0]);
    assert_eq!(after, writer.store.similar(&all).await.unwrap());
    // All that the old one had, and not one of them for a reader.
    assert_eq!(reads, (4, 1400));
    assert_eq!(server.asked.similar_reads(), reads);
}

#[tokio::test]
async fn a_miss_in_an_old_generation_is_answered_by_the_new_one_alone() {
    let store = store();
    let (server, writer) = with_edges(&store).await;
    let few = titles([5, 6]);
    assert_eq!(weights(&similar(&server, &few).await), [1.0]);
    replace(&writer, 2).await;

    let lists = similar(&server, &titles([5, 6, 7])).await;

    assert_eq!(weights(&lists), [2.0]);
    assert_eq!(lists.version, writer.store.similar_version().await.unwrap());
    // What is kept is still whole.
    let kept = similar(&server, &few).await;
    assert_eq!((kept.version.generation, weights(&kept)), (1, vec![1.0]));
    server.graph.refresh().await.unwrap();
    assert_eq!(weights(&similar(&server, &few).await), [2.0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_reader_ever_sees_two_generations() {
    let store = store();
    let (server, writer) = with_edges(&store).await;
    let server = Arc::new(server);
    let is_over = Arc::new(AtomicBool::new(false));
    let readers = (0..4).map(|reader| {
        let (server, is_over) = (Arc::clone(&server), Arc::clone(&is_over));
        tokio::spawn(async move {
            let some = titles((1..=TITLES).filter(|title| title % 5 == reader));
            let mut newest = 0.0;
            loop {
                // Who comes late, because the machine has much else to do, sees at least the last.
                let is_last = is_over.load(Ordering::SeqCst);
                let weights = weights(&similar(&server, &some).await);
                assert_eq!(weights.len(), 1, "{weights:?}");
                newest = weights[0].max(newest);
                if is_last {
                    break newest;
                }
                tokio::task::yield_now().await;
            }
        })
    });
    let readers: Vec<_> = readers.collect();

    for weight in 2..12 {
        replace(&writer, weight).await;
        server.graph.refresh().await.unwrap();
    }
    is_over.store(true, Ordering::SeqCst);

    let newest = join_all(readers).await;
    assert!(newest.iter().all(|newest| *newest.as_ref().unwrap() > 1.0));
    let all = similar(&server, &titles(1..=TITLES)).await;
    assert_eq!(weights(&all), [11.0]);
}

#[tokio::test]
async fn a_graph_that_was_made_anew_is_read_anew() {
    let store = store();
    let (server, writer) = with_edges(&store).await;
    server.graph.refresh().await.unwrap();
    let nodes: Vec<_> = (1..=TITLES).map(|id| film_by(id, &[], &[])).collect();

    writer.store.clear().await.unwrap();
    writer.store.put_titles(&nodes).await.unwrap();
    replace(&writer, 2).await;
    server.graph.refresh().await.unwrap();

    let some = titles([5, 6]);
    let lists = similar(&server, &some).await;
    assert_eq!(weights(&lists), [2.0]);
    assert_eq!(lists, writer.store.similar(&some).await.unwrap());
}

#[tokio::test]
async fn the_first_generation_is_loaded_as_a_whole() {
    let store = store();
    let (server, writer) = (server(&store), self::server(&store));
    server.graph.refresh().await.unwrap();
    let some = titles([5, 6]);
    assert_eq!(weights(&similar(&server, &some).await), [0.0; 0]);
    let nodes: Vec<_> = (1..=TITLES).map(|id| film_by(id, &[], &[])).collect();
    writer.store.put_titles(&nodes).await.unwrap();
    replace(&writer, 1).await;

    server.graph.refresh().await.unwrap();
    let reads = server.asked.similar_reads();

    let all = similar(&server, &titles(1..=TITLES)).await;
    assert_eq!(weights(&all), [1.0]);
    assert_eq!(server.asked.similar_reads(), reads);
}

#[tokio::test]
async fn while_the_graph_is_down_the_lists_that_are_kept_go_on() {
    let store = store();
    let (server, _) = with_edges(&store).await;
    let before = similar(&server, &titles([1])).await;

    server.asked.go_down();

    let lists = similar(&server, &titles([1, 7])).await;
    assert_eq!(lists.version, before.version);
    assert_eq!(lists.lists, [before.lists[0].clone(), Arc::default()]);
    let none = server.graph.similar(&titles([7])).await.unwrap_err();
    assert_eq!(none.code(), ErrorCode::UpstreamUnavailable);
}

#[tokio::test]
#[expect(clippy::cast_precision_loss, reason = "a few")]
async fn what_changes_faster_than_it_can_be_read_is_read_when_it_is_asked_for() {
    let store = store();
    let (server, writer) = with_edges(&store).await;
    server.graph.refresh().await.unwrap();
    let before = writer.store.similar_version().await.unwrap();
    let solutions = [solution(10, 9.0)];
    let put = writer.store.put_solutions(before.generation, &solutions);
    let changed = put.await.unwrap();

    let changing = |revision| solution(10, revision as f64);
    server.asked.go_on_changing(Some(changing));
    server.graph.refresh().await.unwrap();
    server.asked.go_on_changing(None);

    let reads = server.asked.similar_reads().0;
    let lists = similar(&server, &titles([9, 11])).await;
    assert!(server.asked.similar_reads().0 > reads);
    assert!(lists.version > changed);
    let now = writer.store.similar(&titles([9, 11])).await.unwrap();
    assert_eq!(lists, now);
}
