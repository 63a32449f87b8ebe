//! A graph that hangs keeps nobody waiting twice, and is asked again once it answers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures::FutureExt;
use reelgraph::adapters::memory::{BreakerGraph, TokioTasks};
use reelgraph::adapters::sqlite::{SqliteDb, SqliteGraph};
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ping::Ping;
use reelgraph::domain::pulse::{Health, Pulse};
use reelgraph::domain::recommend::{SimilarSource, TasteGraph};

use super::counting::CountingGraph;
use super::support::{ANN, store};
use crate::support::SOON;

/// Answers as the graph does.
struct PingOf(Arc<CountingGraph>);

#[async_trait]
impl Ping for PingOf {
    async fn ping(&self) -> Result<(), StoreError> {
        self.0.similar_version().await.map(drop)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_read_in_the_background_may_take_longer_and_keeps_nobody_from_the_graph() {
    let folder = store();
    let db = SqliteDb::open(&folder.path().join("reelgraph.db")).unwrap();
    let asked = Arc::new(CountingGraph::new(SqliteGraph::new(db)));
    let ping = Arc::new(PingOf(Arc::clone(&asked)));
    let patience = Duration::from_millis(1);
    let pulse = Pulse::new("graph", ping, Arc::new(TokioTasks), patience);
    let graph = BreakerGraph::new(asked.clone(), pulse.clone());

    asked.hold();
    let read = tokio::spawn({
        let graph = graph.clone();
        async move { graph.similar_version().await }
    });
    tokio::time::sleep(20 * patience).await;
    let health = pulse.health();
    asked.release();

    read.await.unwrap().unwrap();
    assert_eq!(health, Health::Unknown, "nobody has looked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_a_graph_that_is_known_to_hang_until_it_answers_again() {
    let folder = store();
    let db = SqliteDb::open(&folder.path().join("reelgraph.db")).unwrap();
    let asked = Arc::new(CountingGraph::new(SqliteGraph::new(db)));
    let patience = Duration::from_secs(5);
    let ping = Arc::new(PingOf(Arc::clone(&asked)));
    let pulse = Pulse::new("graph", ping, Arc::new(TokioTasks), patience);
    let graph = BreakerGraph::new(asked.clone(), pulse.clone());
    until_it_answers(&graph).await;

    asked.hold();
    let first = graph.taste(ANN).await;
    let read = asked.tastes();
    for _ in 0..100 {
        let at_once = graph.taste(ANN).now_or_never();
        let answer = at_once.expect("nobody waits");
        let error = answer.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    }

    assert!(matches!(first, Err(StoreError::Unavailable(_))));
    assert_eq!(asked.tastes(), read, "the graph is left alone");

    asked.release();
    until_it_answers(&graph).await;
    assert_eq!(pulse.health(), Health::Answers);
}

/// Asks until there is an answer: on a busy machine also one that is there at once may be too late.
async fn until_it_answers(graph: &BreakerGraph) {
    let began = Instant::now();
    while graph.taste(ANN).await.is_err() {
        assert!(began.elapsed() < SOON);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
