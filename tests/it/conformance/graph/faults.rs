//! A Neo4j that does not answer: readers are told so soon, and learn nothing of where it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::FutureExt;
use reelgraph::adapters::neo4j::{Neo4jDb, Neo4jGraph};
use reelgraph::domain::error::{Coded, ErrorCode};
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::recommend::{GraphProjection, Solution, TasteGraph};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{film, leads, open, replace, similar_to, solved, then, watched, with_films};
use crate::conformance::Backend;
use crate::support::servers::{self, PATIENT};

/// A port where nobody listens.
const NOBODY: u16 = 1;
/// How long an operation may take where a server never answers.
const SHORT: Duration = Duration::from_secs(1);
/// When a reader is told so at the latest: far above `SHORT`, so that it holds on a busy machine too.
const IN_TIME: Duration = Duration::from_secs(20);

async fn port() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

fn graph_at(port: u16) -> Neo4jGraph {
    let address = format!("bolt://127.0.0.1:{port}");
    Neo4jGraph::new(Neo4jDb::open(&address, "neo4j", &"secret".into(), SHORT).unwrap())
}

async fn every_read_is_unavailable(graph: &Neo4jGraph) {
    let start = Instant::now();

    let (similar, taste, counts) = futures::join!(
        graph.similar(&[TitleId(1)]),
        graph.taste(ProfileId(1)),
        graph.counts(),
    );

    assert!(start.elapsed() < IN_TIME, "{:?}", start.elapsed());
    for error in [
        similar.unwrap_err(),
        taste.unwrap_err(),
        counts.unwrap_err(),
    ] {
        assert_eq!(error.code(), ErrorCode::UpstreamUnavailable, "{error:?}");
        assert_eq!(error.to_string(), "a store does not answer");
    }
}

#[tokio::test]
async fn a_server_that_is_down_is_unavailable() {
    every_read_is_unavailable(&graph_at(NOBODY)).await;
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

/// `FAILURE {code: "Neo.TransientError.Transaction.Outdated", message: "again"}`, as a Bolt message.
fn outdated() -> Vec<u8> {
    let code = b"Neo.TransientError.Transaction.Outdated";
    let failure: [&[u8]; 5] = [
        b"\xB1\x7F\xA2\x84code\xD0",
        &[u8::try_from(code.len()).unwrap()],
        code,
        b"\x87message",
        b"\x85again",
    ];
    let failure = failure.concat();
    let length = u16::try_from(failure.len()).unwrap().to_be_bytes();
    [&length[..], &failure, &[0, 0]].concat()
}

const SUCCESS: u8 = 0x70;
const RECORD: u8 = 0x71;

/// Where the first Bolt message with this signature begins, and where it ends, if it is there as a whole. A message is
/// chunks with their lengths before them, up to an empty one.
fn first_of(signature: u8, messages: &[u8]) -> Option<(usize, usize)> {
    let (mut at, mut message) = (0, 0);
    while let Some(length) = messages.get(at..at + 2) {
        let length = u16::from_be_bytes([length[0], length[1]]);
        at += 2 + usize::from(length);
        if length == 0 && at <= messages.len() {
            if messages.get(message + 3) == Some(&signature) {
                return Some((message, at));
            }
            message = at;
        }
    }
    None
}

/// A way to a Neo4j server on which rows get lost as often as `to_lose` says, and an error comes in their place. Gives
/// its port.
async fn unsteady(target: String, to_lose: Arc<AtomicUsize>) -> u16 {
    let (listener, port) = port().await;
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (target, to_lose) = (target.clone(), Arc::clone(&to_lose));
            tokio::spawn(async move {
                let server = TcpStream::connect(target).await.unwrap();
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) = server.into_split();
                tokio::spawn(async move {
                    drop(tokio::io::copy(&mut from_client, &mut to_server).await);
                });
                let mut answer = vec![0; 1 << 16];
                while let Ok(length @ 1..) = from_server.read(&mut answer).await {
                    let mut answer = answer[..length].to_vec();
                    let less_by_one = |left: usize| left.checked_sub(1);
                    let order = Ordering::SeqCst;
                    if let Some((record, end)) = first_of(RECORD, &answer)
                        && to_lose.fetch_update(order, order, less_by_one).is_ok()
                    {
                        let mut rest = answer.split_off(end);
                        // There is one row, and this is all that the server says after it.
                        while first_of(SUCCESS, &rest).is_none() {
                            from_server.read_buf(&mut rest).await.unwrap();
                        }
                        answer.truncate(record);
                        answer.extend(outdated());
                    }
                    if to_client.write_all(&answer).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_that_the_server_wants_tried_again_is_tried_again() {
    let server = servers::neo4j().await;
    let to_lose = Arc::new(AtomicUsize::new(0));
    let target = server.uri.trim_start_matches("bolt://").to_owned();
    let port = unsteady(target, Arc::clone(&to_lose)).await;
    let address = format!("bolt://127.0.0.1:{port}");
    let db = Neo4jDb::open(&address, &server.user, &server.password, PATIENT).unwrap();
    let graph = Neo4jGraph::new(db);
    graph.clear().await.unwrap();
    graph.put_watched(&[watched(1, 7, 1.0)]).await.unwrap();
    let before = graph.taste(ProfileId(1)).await.unwrap();

    to_lose.store(2, Ordering::SeqCst);
    let after = graph.taste(ProfileId(1)).await.unwrap();

    assert_eq!((before.edges.len(), after), (1, before));
    assert_eq!(to_lose.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_write_is_tried_again_until_it_is_given_up() {
    let start = Instant::now();

    let error = graph_at(NOBODY)
        .put_watched(&[watched(1, 1, 1.0)])
        .await
        .unwrap_err();

    assert_eq!(error.code(), ErrorCode::UpstreamUnavailable);
    assert!(start.elapsed() > SHORT, "{:?}", start.elapsed());
    assert!(start.elapsed() < IN_TIME, "{:?}", start.elapsed());
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("refused"), "the cause is kept: {cause}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_goes_away_cancels_no_write() {
    let graph = open(Backend::neo4j).await;

    let titles = [film(1)];
    // Asked once, which begins it: with any time limit, however short, a thread that is held up may find it done.
    let gone = graph.put_titles(&titles).now_or_never();

    assert!(gone.is_none(), "it was too fast");
    let written = async {
        while graph.counts().await.unwrap().titles == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let in_time = tokio::time::timeout(PATIENT, written).await;
    in_time.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replacement_that_is_broken_off_leaves_the_old_edges() {
    const FILMS: u64 = 160;
    let graph = open(Backend::neo4j).await;
    with_films(&*graph, FILMS).await;
    let all_with = |affinity: f64| -> Vec<Solution> {
        let page: Vec<(u64, f64)> = (1..=FILMS).map(|to| (to, affinity)).collect();
        (1..=FILMS).map(|from| solved(from, &[], &page)).collect()
    };
    replace(&*graph, &[solved(1, &[], &[(2, 0.5)])]).await;

    // It writes for longer than that, in several batches.
    let solutions = all_with(0.25);
    let write = graph.replace_similar(&solutions, then());
    let broken_off = tokio::time::timeout(Duration::from_millis(100), write).await;

    assert!(broken_off.is_err(), "it was too fast");
    assert_eq!(similar_to(&*graph, 1).await, [leads(2, 0.0, 0.5)]);
    assert_eq!(graph.counts().await.unwrap().similar, 1);

    // The next one is not disturbed by what was left behind.
    let count = replace(&*graph, &all_with(0.75)).await;
    let expected: Vec<_> = (1..=FILMS).map(|to| leads(to, 0.0, 0.75)).collect();
    assert_eq!(similar_to(&*graph, 1).await, expected);
    assert_eq!(count, FILMS * FILMS);
    assert_eq!(graph.counts().await.unwrap().similar, FILMS * FILMS);
}

/// It goes away after a first transaction, which prepares, and before the second, which switches; or earlier, or later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn solutions_that_are_broken_off_leave_the_edges_of_before_or_after() {
    const FILMS: u64 = 40;
    let graph = open(Backend::neo4j).await;
    with_films(&*graph, FILMS).await;
    let all_with = |sum: f64| -> Vec<Solution> {
        let halves: Vec<(u64, f64)> = (1..=FILMS).map(|other| (other, sum)).collect();
        (1..=FILMS)
            .map(|title| solved(title, &halves, &halves))
            .collect()
    };
    replace(&*graph, &all_with(1.0)).await;
    let generation = graph.similar_version().await.unwrap().generation;
    let whole = |sum| -> Vec<_> { (1..=FILMS).map(|to| leads(to, sum, sum)).collect() };
    let mut broken_off = 0;

    for (limit, sum) in [(20, 3.0), (60, 5.0), (180, 7.0), (500, 9.0)] {
        let solutions = all_with(sum);
        let write = graph.put_solutions(generation, &solutions);
        let in_time = tokio::time::timeout(Duration::from_millis(limit), write).await;
        broken_off += usize::from(in_time.is_err());
        let found = similar_to(&*graph, 1).await;
        assert!(
            found == whole(sum) || found == whole(sum - 2.0),
            "{found:?}"
        );

        // The next one is not disturbed by what was left behind.
        graph
            .put_solutions(generation, &all_with(sum))
            .await
            .unwrap();
        assert_eq!(similar_to(&*graph, 1).await, whole(sum));
        assert_eq!(graph.counts().await.unwrap().similar, FILMS * FILMS);
    }

    assert!(broken_off > 0, "it was too fast");
}
