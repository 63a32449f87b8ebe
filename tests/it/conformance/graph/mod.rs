//! The recommendation graph, in the embedded database and in Neo4j.

mod agreement;
mod epoch;
mod erasure;
mod faults;
mod overtaken;
mod projection;
mod removal;
mod similar;
mod solutions;
mod taste;
mod walking;

use std::ops::Deref;

use chrono::{DateTime, Utc};
use reelgraph::adapters::neo4j::{Neo4jDb, Neo4jGraph};
use reelgraph::adapters::sqlite::{SqliteDb, SqliteGraph};
use reelgraph::domain::catalog::TitleKind;
use reelgraph::domain::ids::{GenreId, PersonId, ProfileId, TitleId};
use reelgraph::domain::recommend::{
    GraphProjection, Incoming, Outgoing, SimilarEdge, Solution, TitleNode, WatchedEdge, Weight,
};

use super::Backend;
use crate::support::servers::{self, PATIENT};

/// An empty graph, and what must live as long as it.
struct Opened {
    graph: Box<dyn GraphProjection>,
    _keep: Box<dyn Send + Sync>,
}

impl Deref for Opened {
    type Target = dyn GraphProjection;

    fn deref(&self) -> &Self::Target {
        &*self.graph
    }
}

async fn open(backend: Backend) -> Opened {
    if backend == Backend::neo4j {
        let server = servers::neo4j().await;
        let db = Neo4jDb::open(&server.uri, &server.user, &server.password, PATIENT).unwrap();
        let graph = Neo4jGraph::new(db);
        graph.ensure_schema().await.unwrap();
        graph.clear().await.unwrap();
        Opened {
            graph: Box::new(graph),
            _keep: Box::new(server),
        }
    } else {
        let folder = tempfile::tempdir().unwrap();
        let db = SqliteDb::open(&folder.path().join("test.db")).unwrap();
        Opened {
            graph: Box::new(SqliteGraph::new(db)),
            _keep: Box::new(folder),
        }
    }
}

/// A film, first written.
fn film(id: u64) -> TitleNode {
    TitleNode {
        id: TitleId(id),
        kind: TitleKind::Film,
        slug: format!("film-{id}"),
        name: format!("Film {id}"),
        year: Some(1995),
        genres: Vec::new(),
        directors: Vec::new(),
        actors: Vec::new(),
        revision: 1,
    }
}

/// A film by these directors, with these actors.
pub(crate) fn film_by(id: u64, directors: &[u64], actors: &[u64]) -> TitleNode {
    TitleNode {
        directors: people(directors),
        actors: people(actors),
        ..film(id)
    }
}

fn people(ids: &[u64]) -> Vec<(PersonId, String)> {
    ids.iter()
        .map(|id| (PersonId(*id), format!("Person {id}")))
        .collect()
}

fn genres(ids: &[u64]) -> Vec<(GenreId, String)> {
    ids.iter()
        .map(|id| (GenreId(*id), format!("Genre {id}")))
        .collect()
}

/// A title as walking gives it back.
fn nameless(title: TitleNode) -> TitleNode {
    fn nameless<T>(named: Vec<(T, String)>) -> Vec<(T, String)> {
        named
            .into_iter()
            .map(|(id, _)| (id, String::new()))
            .collect()
    }
    TitleNode {
        name: String::new(),
        genres: nameless(title.genres),
        directors: nameless(title.directors),
        actors: nameless(title.actors),
        ..title
    }
}

/// An edge, first written.
pub(crate) fn watched(profile: u64, title: u64, weight: f64) -> WatchedEdge {
    WatchedEdge {
        profile: ProfileId(profile),
        title: TitleId(title),
        weight,
        plays: 2,
        completions: 1,
        seconds: 5400.5,
        first_at: at(1_700_000_000_001),
        last_at: at(1_700_000_360_999),
        liked: None,
        revision: 1,
    }
}

/// What was solved for a title: the weights from others, and the affinities to others.
pub(crate) fn solved(title: u64, incoming: &[(u64, f64)], page: &[(u64, f64)]) -> Solution {
    let incoming = incoming.iter().map(|(from, sum)| Incoming {
        from: TitleId(*from),
        weight: weight(*sum),
        co_watches: 7,
    });
    let page = page.iter().map(|(to, affinity)| Outgoing {
        to: TitleId(*to),
        affinity: *affinity,
        co_watches: 7,
    });
    Solution {
        title: TitleId(title),
        incoming: incoming.collect(),
        page: page.collect(),
    }
}

/// An edge that [`solved`] makes, as its start sees it.
fn leads(to: u64, sum: f64, affinity: f64) -> SimilarEdge {
    SimilarEdge {
        to: TitleId(to),
        weight: weight(sum),
        affinity,
        co_watches: 7,
    }
}

/// A weight with a part from each thing in common; none if it is 0.
fn weight(sum: f64) -> Weight {
    Weight {
        sum,
        director: sum / 2.0,
        actor: -sum,
        genre: sum / 8.0,
    }
}

/// The moment for which the tests say that `SIMILAR` edges were computed.
pub(crate) fn then() -> DateTime<Utc> {
    at(1_700_000_500_123)
}

async fn replace(graph: &dyn GraphProjection, solutions: &[Solution]) -> u64 {
    graph.replace_similar(solutions, then()).await.unwrap()
}

/// The edges that start from a title.
async fn similar_to(graph: &dyn GraphProjection, title: u64) -> Vec<SimilarEdge> {
    let found = graph.similar(&[TitleId(title)]).await.unwrap();
    found.lists[0].to_vec()
}

/// Writes films with the ids from 1.
async fn with_films(graph: &dyn GraphProjection, count: u64) {
    let films: Vec<_> = (1..=count).map(film).collect();
    graph.put_titles(&films).await.unwrap();
}

fn at(milliseconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(milliseconds).unwrap()
}

fn titles(ids: &[u64]) -> Vec<TitleId> {
    ids.iter().copied().map(TitleId).collect()
}

/// All titles and `WATCHED` edges that there are.
async fn everything(graph: &dyn GraphProjection) -> (Vec<TitleNode>, Vec<WatchedEdge>) {
    (
        graph.titles_after(None, 10_000).await.unwrap(),
        graph.watched_after(None, 10_000).await.unwrap(),
    )
}
