//! Replacing all `SIMILAR` edges at once, although there are too many for one transaction.
//!
//! Edges carry the number of their generation, and one node of the graph says which generation is the current one.
//! New edges are written under a number that nobody reads yet; then that node is changed in one statement; then the
//! old edges are removed. Whoever stops in between leaves a whole generation to read, and the next one cleans up.

use std::collections::BTreeMap;

use neo4rs::{BoltType, query};
use serde::Deserialize;

use super::db::{Neo4jDb, map, number};
use super::queries;
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;
use crate::domain::recommend::{SimilarEdge, SimilarTo};

/// The name of the node that says which generation is the current one.
pub(super) const GRAPH: &str = "reelgraph";
/// How many edges are written in one transaction, about.
const EDGES: usize = 5000;
/// The edges of how many titles are removed in one transaction.
const SWEPT: usize = 100;

#[derive(Deserialize)]
struct Generation {
    generation: i64,
}

#[derive(Deserialize)]
struct Edges {
    written: u64,
}

#[derive(Deserialize)]
struct Swept {
    last: Option<i64>,
}

/// Puts these edges in the place of all that there are.
pub(super) async fn replace(db: &Neo4jDb, edges: &[SimilarTo]) -> Result<(), StoreError> {
    let mut by_title: BTreeMap<TitleId, BTreeMap<TitleId, SimilarEdge>> = BTreeMap::new();
    for SimilarTo { from, edge } in edges {
        by_title.entry(*from).or_default().insert(edge.to, *edge);
    }
    let generation = begin(db).await?;
    let mut written = 0;
    let mut batch = Vec::new();
    let mut size = 0;
    for (title, edges) in by_title {
        size += edges.len();
        batch.push(title_row(title, &edges));
        if size >= EDGES {
            written += put(db, generation, std::mem::take(&mut batch)).await?;
            size = 0;
        }
    }
    written += put(db, generation, batch).await?;
    if let Some(current) = switch(db, generation, written).await? {
        sweep(db, current).await?;
    }
    Ok(())
}

fn title_row(title: TitleId, edges: &BTreeMap<TitleId, SimilarEdge>) -> BoltType {
    let similar = edges.values().map(|edge| {
        let row: [BoltType; 3] = [
            edge.to.to_i64().into(),
            edge.affinity.into(),
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
    let rows: Vec<Edges> = db
        .write(move |transaction| {
            let statement = query(queries::PUT_SIMILAR)
                .param("generation", generation)
                .param("titles", titles.clone());
            Box::pin(transaction.rows(statement))
        })
        .await?;
    Ok(rows.iter().map(|row| row.written).sum())
}

/// The generation that is the current one now; `None` if the graph was emptied meanwhile.
async fn switch(db: &Neo4jDb, generation: i64, edges: u64) -> Result<Option<i64>, StoreError> {
    let rows: Vec<Generation> = db
        .write(move |transaction| {
            let statement = query(queries::SWITCH_SIMILAR)
                .param("graph", GRAPH)
                .param("generation", generation)
                .param("edges", edges.cast_signed());
            Box::pin(transaction.rows(statement))
        })
        .await?;
    Ok(rows.first().map(|row| row.generation))
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
