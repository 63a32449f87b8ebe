//! Changing the current generation of `SIMILAR` edges by what was solved anew for some titles.
//!
//! Readers may meet the half of a transaction, so no edge is changed in place. Edges that replace others are written
//! with the revision that they begin with, those that they replace are told the revision that they end with, and only
//! when all that is committed does a second transaction make that revision the current one. If it never comes, the
//! next one takes back what was prepared.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use neo4rs::{BoltType, Error, query};
use serde::Deserialize;
use uuid::Uuid;

use super::db::{Neo4jDb, Transaction, map};
use super::lists::{EdgeRow, VersionRow, edge, version_of};
use super::queries;
use super::similar::{Edges, GRAPH, NEVER, title_row};
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;
use crate::domain::recommend::{SimilarEdge, SimilarVersion, Solution, changes};

/// For how long somebody else who began is waited for; then it must have broken off.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_millis(40);
/// How often it is begun again because somebody lost patience with it.
const TRIES: usize = 4;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Begun {
    version: Option<VersionRow>,
    is_begun: bool,
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
#[derive(Clone, Copy)]
struct Prepared {
    revision: i64,
    /// By how many edges the generation grows.
    more: i64,
}

enum Outcome {
    Prepared(Prepared),
    /// Somebody else is at it.
    Busy,
    /// Another generation is the current one.
    Late(Option<VersionRow>),
}

/// One change of the edges.
#[derive(Clone)]
struct Change {
    name: String,
    generation: i64,
    solutions: Arc<[Solution]>,
}

/// Replaces what the generation says of the titles of these solutions, if it still is the current one.
pub(super) async fn put(
    db: &Neo4jDb,
    generation: u64,
    solutions: &[Solution],
) -> Result<SimilarVersion, StoreError> {
    let change = Change {
        name: Uuid::new_v4().to_string(),
        generation: generation.cast_signed(),
        solutions: solutions.into(),
    };
    for _ in 0..TRIES {
        let prepared = match prepare_alone(db, &change).await? {
            Outcome::Prepared(prepared) => prepared,
            Outcome::Late(version) => return version_of(version),
            Outcome::Busy => break,
        };
        let Change {
            name, generation, ..
        } = change.clone();
        let rows: Vec<Switched> = db
            .write(move |transaction| {
                let name = name.clone();
                Box::pin(async move { switch(transaction, name, generation, prepared).await })
            })
            .await?;
        if let Some(row) = rows.first() {
            sweep(db, generation, prepared.revision).await?;
            return version_of(row.version);
        }
    }
    Err(StoreError::unavailable(
        "the SIMILAR edges are changed by somebody else all the time",
    ))
}

/// Prepares it when nobody else is at it, or for too long.
async fn prepare_alone(db: &Neo4jDb, change: &Change) -> Result<Outcome, StoreError> {
    let start = Instant::now();
    loop {
        let force = start.elapsed() > PATIENCE;
        let change = change.clone();
        let outcome = db
            .write(move |transaction| {
                let change = change.clone();
                Box::pin(async move { prepare(transaction, &change, force).await })
            })
            .await?;
        match outcome {
            Outcome::Busy if !force => tokio::time::sleep(PAUSE).await,
            outcome => return Ok(outcome),
        }
    }
}

async fn prepare(
    transaction: &mut Transaction,
    change: &Change,
    force: bool,
) -> Result<Outcome, Error> {
    let Change {
        name,
        generation,
        solutions,
    } = change;
    let generation = *generation;
    let begin = query(queries::BEGIN_SOLUTIONS)
        .param("graph", GRAPH)
        .param("generation", generation)
        .param("prepared", name.as_str())
        .param("force", force);
    let begun: Vec<Begun> = transaction.rows(begin).await?;
    let version = begun.first().and_then(|row| row.version);
    let current = version.filter(|(current, ..)| current.cast_signed() == generation);
    let Some((_, before, _)) = current else {
        return Ok(Outcome::Late(version));
    };
    if !begun.iter().any(|row| row.is_begun) {
        return Ok(Outcome::Busy);
    }
    let before = before.cast_signed();
    let revision = before + 1;
    let undo = query(queries::UNDO_SOLUTIONS)
        .param("generation", generation)
        .param("revision", before)
        .param("until", NEVER);
    transaction.run(undo).await?;

    let around = around(transaction, generation, solutions).await?;
    let current = around
        .iter()
        .map(|(key, (_, edge))| (*key, *edge))
        .collect();
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
        .param("begun", revision)
        .param("until", NEVER)
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
    Ok(Outcome::Prepared(Prepared { revision, more }))
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
        .filter_map(|row| {
            let edge = edge(row.edge)?;
            Some(((row.source, edge.to), (row.element, edge)))
        })
        .collect())
}

async fn switch(
    transaction: &mut Transaction,
    name: String,
    generation: i64,
    prepared: Prepared,
) -> Result<Vec<Switched>, Error> {
    let statement = query(queries::SWITCH_SOLUTIONS)
        .param("graph", GRAPH)
        .param("prepared", name)
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
