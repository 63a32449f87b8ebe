//! Changing the current generation of `SIMILAR` edges by what was solved anew for some titles.
//!
//! Readers may meet the half of a transaction, so no edge is changed in place. Edges that replace others are written
//! with the revision that they begin with, those that they replace are told the revision that they end with, and only
//! when all that is committed does a second transaction make that revision the current one. If it never comes, the
//! next one takes back what was prepared.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use neo4rs::{BoltType, Error, query};
use serde::Deserialize;

use super::db::{Neo4jDb, Transaction, map};
use super::lists::{EdgeRow, VersionRow, edge, version_of};
use super::queries;
use super::similar::{Edges, GRAPH, title_row};
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;
use crate::domain::recommend::{SimilarEdge, SimilarVersion, Solution, changes};

/// How often it is begun again because somebody else began meanwhile.
const TRIES: usize = 8;

#[derive(Deserialize)]
struct Begun {
    version: Option<VersionRow>,
    prepared: String,
}

#[derive(Deserialize)]
struct Around {
    element: String,
    source: TitleId,
    edge: EdgeRow,
}

#[derive(Deserialize)]
struct Switched {
    version: Option<VersionRow>,
}

/// What waits to become the current revision.
#[derive(Debug, Clone)]
struct Prepared {
    name: String,
    revision: i64,
    /// By how many edges the generation grows.
    more: i64,
}

enum Outcome {
    Prepared(Prepared),
    /// Another generation is the current one.
    Late(Option<VersionRow>),
}

/// Replaces what the generation says of the titles of these solutions, if it still is the current one.
pub(super) async fn put(
    db: &Neo4jDb,
    generation: u64,
    solutions: &[Solution],
) -> Result<SimilarVersion, StoreError> {
    let generation = generation.cast_signed();
    let solutions: Arc<[Solution]> = solutions.into();
    for _ in 0..TRIES {
        let solutions = Arc::clone(&solutions);
        let outcome = db
            .write(move |transaction| {
                let solutions = Arc::clone(&solutions);
                Box::pin(async move { prepare(transaction, generation, &solutions).await })
            })
            .await?;
        let prepared = match outcome {
            Outcome::Prepared(prepared) => prepared,
            Outcome::Late(version) => return version_of(version),
        };
        let revision = prepared.revision;
        let rows: Vec<Switched> = db
            .write(move |transaction| Box::pin(switch(transaction, generation, prepared.clone())))
            .await?;
        if let Some(row) = rows.first() {
            sweep(db, generation, revision).await?;
            return version_of(row.version);
        }
    }
    Err(StoreError::unavailable(
        "the SIMILAR edges are changed by somebody else all the time",
    ))
}

async fn prepare(
    transaction: &mut Transaction,
    generation: i64,
    solutions: &[Solution],
) -> Result<Outcome, Error> {
    let begun: Vec<Begun> = transaction
        .rows(query(queries::BEGIN_SOLUTIONS).param("graph", GRAPH))
        .await?;
    let version = begun.first().and_then(|row| row.version);
    let current = version.filter(|(current, ..)| current.cast_signed() == generation);
    let (Some((_, before, _)), Some(begun)) = (current, begun.into_iter().next()) else {
        return Ok(Outcome::Late(version));
    };
    let before = before.cast_signed();
    let revision = before + 1;
    let undo = query(queries::UNDO_SOLUTIONS)
        .param("generation", generation)
        .param("revision", before);
    transaction.run(undo).await?;

    let around = around(transaction, generation, solutions).await?;
    let current = around.iter().map(|(key, (_, edge))| (*key, *edge)).collect();
    let changes = changes(&current, solutions);
    let ended: Vec<&str> = changes
        .removed
        .iter()
        .chain(changes.written.keys())
        .filter_map(|key| around.get(key))
        .map(|(element, _)| element.as_str())
        .collect();
    let mut more = -i64::try_from(ended.len()).unwrap_or(i64::MAX);
    let end = query(queries::END_SIMILAR)
        .param("revision", revision)
        .param("elements", ended.into_iter().collect::<BoltType>());
    transaction.run(end).await?;

    let mut by_start: BTreeMap<TitleId, Vec<&SimilarEdge>> = BTreeMap::new();
    for ((from, _), edge) in &changes.written {
        by_start.entry(*from).or_default().push(edge);
    }
    let rows = by_start
        .into_iter()
        .map(|(title, edges)| title_row(title, edges));
    let put = query(queries::PUT_SIMILAR)
        .param("generation", generation)
        .param("since", revision)
        .param("titles", rows.collect::<BoltType>());
    let written: Vec<Edges> = transaction.rows(put).await?;
    more += written
        .iter()
        .map(|row| row.written.cast_signed())
        .sum::<i64>();

    let changed: BoltType = changes.starts().iter().map(|id| id.to_i64()).collect();
    let mark = query(queries::MARK_SIMILAR)
        .param("generation", generation)
        .param("revision", revision)
        .param("titles", changed);
    transaction.run(mark).await?;
    Ok(Outcome::Prepared(Prepared {
        name: begun.prepared,
        revision,
        more,
    }))
}

/// The edges that these solutions may change, each with its name.
async fn around(
    transaction: &mut Transaction,
    generation: i64,
    solutions: &[Solution],
) -> Result<BTreeMap<(TitleId, TitleId), (String, SimilarEdge)>, Error> {
    let titles = solutions.iter().map(|solution| {
        let starts: BTreeSet<i64> = solution
            .incoming
            .iter()
            .map(|half| half.from.to_i64())
            .collect();
        map([
            ("id", solution.title.to_i64().into()),
            ("starts", starts.into_iter().collect()),
        ])
    });
    let statement = query(queries::AROUND_SOLUTIONS)
        .param("generation", generation)
        .param("titles", titles.collect::<BoltType>());
    let rows: Vec<Around> = transaction.rows(statement).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let edge = edge(row.edge);
            ((row.source, edge.to), (row.element, edge))
        })
        .collect())
}

async fn switch(
    transaction: &mut Transaction,
    generation: i64,
    prepared: Prepared,
) -> Result<Vec<Switched>, Error> {
    let statement = query(queries::SWITCH_SOLUTIONS)
        .param("graph", GRAPH)
        .param("prepared", prepared.name)
        .param("generation", generation)
        .param("revision", prepared.revision)
        .param("more", prepared.more);
    transaction.rows(statement).await
}

/// Removes the edges that ended. What is left here, the next one removes.
async fn sweep(db: &Neo4jDb, generation: i64, revision: i64) -> Result<(), StoreError> {
    db.write(move |transaction| {
        let statement = query(queries::SWEEP_SOLUTIONS)
            .param("generation", generation)
            .param("revision", revision);
        Box::pin(transaction.run(statement))
    })
    .await
}
