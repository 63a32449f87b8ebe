//! What another transaction removes after a write found it, and before the write had its lock: Neo4j sets properties of
//! a node that is gone without an error, so nobody but us would notice that nothing was written.

use std::slice;
use std::time::{Duration, Instant};

use neo4rs::{Graph, query};
use reelgraph::adapters::neo4j::{Neo4jDb, Neo4jGraph};
use reelgraph::domain::recommend::{GraphProjection, TitleNode, WatchedEdge};
use secrecy::ExposeSecret;

use super::{everything, film_by, genres, nameless, watched};
use crate::support::servers::{self, Neo4jServer, PATIENT};

/// How long a write has to come to the lock. If it is slower, there is nothing to be seen, and the test passes.
const COMES_TO_IT: Duration = Duration::from_secs(5);

async fn open() -> (Neo4jServer, Neo4jGraph, Graph) {
    let server = servers::neo4j().await;
    let db = Neo4jDb::open(&server.uri, &server.user, &server.password, PATIENT).unwrap();
    let graph = Neo4jGraph::new(db);
    graph.ensure_schema().await.unwrap();
    graph.clear().await.unwrap();
    let bolt = Graph::new(&*server.uri, &*server.user, server.password.expose_secret()).unwrap();
    (server, graph, bolt)
}

/// Waits for `write`, which begins while another transaction holds the locks of what it removes.
async fn overtake(bolt: &Graph, removal: &str, write: impl Future<Output = ()>) {
    let mut other = bolt.start_txn().await.unwrap();
    other.run(query(removal)).await.unwrap();
    let commit = async {
        until_one_waits(bolt).await;
        other.commit().await.unwrap();
    };
    futures::join!(write, commit);
}

/// Waits until a transaction waits for the locks of another.
async fn until_one_waits(bolt: &Graph) {
    const WAITING: &str = "SHOW TRANSACTIONS YIELD status WHERE status STARTS WITH 'Blocked' RETURN count(*) AS waiting";
    let began = Instant::now();
    while began.elapsed() < COMES_TO_IT {
        let mut rows = bolt.execute(query(WAITING)).await.unwrap();
        let mut waiting = 0;
        while let Some(row) = rows.next().await.unwrap() {
            waiting += row.get::<i64>("waiting").unwrap();
        }
        if waiting > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_title_is_whole_though_what_it_needs_was_removed() {
    let (_server, graph, bolt) = open().await;
    let title = |revision| TitleNode {
        revision,
        genres: genres(&[1, 2]),
        ..film_by(1, &[11], &[12, 13])
    };
    for (removal, revision) in [
        "MATCH (n:Title {id: 1}) DETACH DELETE n",
        "MATCH (n:Title {id: 1}) DETACH DELETE n CREATE (:Title {id: 1, revision: 0})",
        "MATCH (n:Genre {id: 2}) DETACH DELETE n",
        "MATCH (n:Genre {id: 2}) DETACH DELETE n CREATE (:Genre {id: 2})",
        "MATCH (n:Person {id: 11}) DETACH DELETE n",
        "MATCH (n:Person {id: 13}) DETACH DELETE n",
    ]
    .into_iter()
    .zip(2..)
    {
        graph.put_titles(&[title(1)]).await.unwrap();
        let written = title(revision);

        let write = async { graph.put_titles(slice::from_ref(&written)).await.unwrap() };
        overtake(&bolt, removal, write).await;

        let (found, _) = everything(&graph).await;
        assert_eq!(found, [nameless(written)], "after {removal}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_is_there_though_what_it_needs_was_removed() {
    let (_server, graph, bolt) = open().await;
    let edge = |revision| WatchedEdge {
        revision,
        ..watched(1, 2, 1.0)
    };
    for (removal, revision) in [
        "MATCH (n:Profile {id: 1}) DETACH DELETE n",
        "MATCH (n:Profile {id: 1}) DETACH DELETE n CREATE (:Profile {id: 1})",
        "MATCH (n:Title {id: 2}) DETACH DELETE n",
        "MATCH (:Profile {id: 1})-[edge:WATCHED]->(:Title {id: 2}) DELETE edge",
    ]
    .into_iter()
    .zip(2..)
    {
        graph.put_watched(&[edge(1)]).await.unwrap();
        let written = edge(revision);

        let write = async { graph.put_watched(slice::from_ref(&written)).await.unwrap() };
        overtake(&bolt, removal, write).await;

        let (_, found) = everything(&graph).await;
        assert_eq!(found, [written], "after {removal}");
    }
}
