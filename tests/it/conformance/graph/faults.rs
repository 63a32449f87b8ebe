//! A Neo4j that does not answer: readers are told so soon, and learn nothing of where it is.

use std::time::{Duration, Instant};

use reelgraph::adapters::neo4j::{Neo4jDb, Neo4jGraph};
use reelgraph::domain::error::{Coded, ErrorCode};
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::recommend::TasteGraph;
use tokio::net::TcpListener;

use super::{FAR, film, leads, open, similar, watched};
use crate::conformance::Backend;

/// A reader may wait for so long at the most; a part of it for a slow machine.
const SOON: Duration = Duration::from_millis(4500);

async fn port() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

fn graph_at(port: u16) -> Neo4jGraph {
    let address = format!("bolt://127.0.0.1:{port}");
    Neo4jGraph::new(Neo4jDb::open(&address, "neo4j", &"secret".into()).unwrap())
}

async fn every_read_is_unavailable(graph: &Neo4jGraph) {
    let start = Instant::now();

    let (title, profile, counts, ping) = futures::join!(
        graph.title_neighbourhood(TitleId(1), &FAR),
        graph.profile_neighbourhood(ProfileId(1), &FAR),
        graph.counts(),
        graph.ping(),
    );

    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    for error in [
        title.unwrap_err(),
        profile.unwrap_err(),
        counts.unwrap_err(),
        ping.unwrap_err(),
    ] {
        assert_eq!(error.code(), ErrorCode::UpstreamUnavailable, "{error:?}");
        assert_eq!(error.to_string(), "a store does not answer");
    }
}

#[tokio::test]
async fn a_server_that_is_down_is_unavailable() {
    let (listener, port) = port().await;
    drop(listener);

    every_read_is_unavailable(&graph_at(port)).await;
}

#[tokio::test]
async fn a_server_that_hangs_is_unavailable() {
    let (listener, port) = port().await;
    let hang = tokio::spawn(async move {
        let mut accepted = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            accepted.push(stream);
        }
    });

    every_read_is_unavailable(&graph_at(port)).await;

    hang.abort();
}

#[tokio::test]
async fn a_write_is_tried_again_until_it_is_given_up() {
    let (listener, port) = port().await;
    drop(listener);
    let start = Instant::now();

    let error = graph_at(port)
        .put_watched(&[watched(1, 1, 1.0)])
        .await
        .unwrap_err();

    assert_eq!(error.code(), ErrorCode::UpstreamUnavailable);
    assert!(
        start.elapsed() > Duration::from_secs(3),
        "{:?}",
        start.elapsed()
    );
    assert!(
        start.elapsed() < Duration::from_secs(11),
        "{:?}",
        start.elapsed()
    );
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("refused"), "the cause is kept: {cause}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_goes_away_cancels_no_write() {
    let graph = open(Backend::neo4j).await;

    let titles = [film(1)];
    let write = graph.put_titles(&titles);
    let gone = tokio::time::timeout(Duration::from_micros(1), write).await;

    assert!(gone.is_err(), "it was too fast");
    let written = async {
        while graph.counts().await.unwrap().titles == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(10), written).await;
    in_time.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replacement_that_is_broken_off_leaves_the_old_edges() {
    const FILMS: u64 = 160;
    let graph = open(Backend::neo4j).await;
    let films: Vec<_> = (1..=FILMS).map(film).collect();
    graph.put_titles(&films).await.unwrap();
    let all_with = |affinity: f64| {
        let pairs = (1..=FILMS).flat_map(|from| (1..=FILMS).map(move |to| (from, to)));
        let edges = pairs.map(|(from, to)| similar(from, to, affinity));
        edges.collect::<Vec<_>>()
    };
    graph.replace_similar(&[similar(1, 2, 0.5)]).await.unwrap();

    // It writes for longer than that, in several batches.
    let edges = all_with(0.25);
    let write = graph.replace_similar(&edges);
    let broken_off = tokio::time::timeout(Duration::from_millis(100), write).await;

    assert!(broken_off.is_err(), "it was too fast");
    let reach = FAR;
    let found = graph.title_neighbourhood(TitleId(1), &reach).await.unwrap();
    assert_eq!(found.similar, [leads(2, 0.5)]);
    assert_eq!(graph.counts().await.unwrap().similar, 1);

    // The next one is not disturbed by what was left behind.
    graph.replace_similar(&all_with(0.75)).await.unwrap();
    let found = graph.title_neighbourhood(TitleId(1), &reach).await.unwrap();
    let expected: Vec<_> = (1..=100).map(|to| leads(to, 0.75)).collect();
    assert_eq!(found.similar, expected);
    assert_eq!(graph.counts().await.unwrap().similar, FILMS * FILMS);
}
