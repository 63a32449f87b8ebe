//! Replacing all `SIMILAR` edges at once, although there are too many for one transaction.
//!
//! Edges carry the number of their generation, and one node of the graph says which generation is the current one.
//! New edges are written under a number that nobody reads yet; then that node is changed in one statement; then the
//! old edges are removed. A crash in between leaves a whole generation to read, and the next writer cleans up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use neo4rs::{BoltType, query};
use serde::Deserialize;

use super::db::{Neo4jDb, map, number};
use super::queries;
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;
use crate::domain::recommend::{SimilarEdge, Solution, Weight, edges_by_start};

/// The name of the node that says which generation is the current one.
pub(super) const GRAPH: &str = "reelgraph";
/// A revision that is never reached, though as small as the server stores well.
pub(super) const NEVER: i64 = 1 << 40;
/// How many edges are written in one transaction, about. More would not be faster, but keep other writers waiting for
/// the titles at their ends.
const EDGES: usize = 5000;
/// The edges of how many titles are removed in one transaction.
const SWEPT: usize = 50;

#[derive(Deserialize)]
struct Generation {
    generation: i64,
}

#[derive(Deserialize)]
struct Current {
    generation: Option<i64>,
    edges: u64,
}

/// How many edges were written.
#[derive(Deserialize)]
pub(super) struct Edges {
    pub(super) written: u64,
}

#[derive(Deserialize)]
struct Swept {
    last: Option<i64>,
}

/// Puts these solutions in the place of all that there are. Says how many edges there are then.
pub(super) async fn replace(
    db: &Neo4jDb,
    solutions: &[Solution],
    computed_at: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let generation = begin(db).await?;
    let mut written = 0;
    let mut batch = Vec::new();
    let mut size = 0;
    for (title, edges) in edges_by_start(solutions) {
        size += edges.len();
        batch.push(title_row(title, &edges));
        if size >= EDGES {
            written += put(db, generation, std::mem::take(&mut batch)).await?;
            size = 0;
        }
    }
    written += put(db, generation, batch).await?;
    let current = switch(db, generation, computed_at, written).await?;
    if let Some(generation) = current.generation {
        sweep(db, generation).await?;
    }
    Ok(current.edges)
}

/// A title and edges that start from it, for the statement that writes them. What is 0 takes no room.
pub(super) fn title_row<'e>(
    title: TitleId,
    edges: impl IntoIterator<Item = &'e SimilarEdge>,
) -> BoltType {
    let some = |part: f64| (part != 0.0).then_some(part);
    let similar = edges.into_iter().map(|edge| {
        let weight = edge.weight;
        let row: [BoltType; 7] = [
            edge.to.to_i64().into(),
            (weight != Weight::default()).then_some(weight.sum).into(),
            some(weight.director).into(),
            some(weight.actor).into(),
            some(weight.genre).into(),
            some(edge.affinity).into(),
            edge.co_watches.into(),
        ];
        row.into_iter().collect::<BoltType>()
    });
    map([
        ("id", title.to_i64().into()),
        ("similar", similar.collect()),
    ])
}

async fn begin(db: &Neo4jDb) -> Result<i64, StoreError> {
    let rows: Vec<Generation> = db
        .write(|transaction| {
            Box::pin(transaction.rows(query(queries::BEGIN_SIMILAR).param("graph", GRAPH)))
        })
        .await?;
    rows.first()
        .map(|row| row.generation)
        .ok_or_else(|| StoreError::failed("no generation was begun"))
}

/// Writes some edges; those of one title must come together. Returns how many were written.
async fn put(db: &Neo4jDb, generation: i64, titles: Vec<BoltType>) -> Result<u64, StoreError> {
    if titles.is_empty() {
        return Ok(0);
    }
    let titles: BoltType = titles.into_iter().collect();
    let was_tried = Arc::new(AtomicBool::new(false));
    let rows: Vec<Edges> = db
        .write(move |transaction| {
            let of = |text| {
                query(text)
                    .param("generation", generation)
                    .param("since", 0)
                    .param("titles", titles.clone())
            };
            let again = was_tried
                .swap(true, Ordering::Relaxed)
                .then(|| of(queries::REMOVE_SIMILAR));
            let statement = of(queries::PUT_SIMILAR)
                .param("begun", None::<i64>)
                .param("until", NEVER);
            Box::pin(async move {
                if let Some(again) = again {
                    transaction.run(again).await?;
                }
                transaction.rows(statement).await
            })
        })
        .await?;
    Ok(rows.iter().map(|row| row.written).sum())
}

/// The generation that is the current one now.
async fn switch(
    db: &Neo4jDb,
    generation: i64,
    computed_at: DateTime<Utc>,
    edges: u64,
) -> Result<Current, StoreError> {
    let mut rows: Vec<Current> = db
        .write(move |transaction| {
            let statement = query(queries::SWITCH_SIMILAR)
                .param("graph", GRAPH)
                .param("generation", generation)
                .param("computedAt", computed_at.timestamp_millis())
                .param("edges", edges.cast_signed());
            Box::pin(transaction.rows(statement))
        })
        .await?;
    rows.pop()
        .ok_or_else(|| StoreError::failed("the node of the graph is gone"))
}

async fn sweep(db: &Neo4jDb, current: i64) -> Result<(), StoreError> {
    let mut after = Some(-1);
    while let Some(title) = after {
        let rows: Vec<Swept> = db
            .write(move |transaction| {
                let statement = query(queries::SWEEP_SIMILAR)
                    .param("generation", current)
                    .param("after", title)
                    .param("limit", number(SWEPT));
                Box::pin(transaction.rows(statement))
            })
            .await?;
        after = rows.first().and_then(|row| row.last);
    }
    Ok(())
}
