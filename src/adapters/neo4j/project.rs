//! What is written to the graph, in batches. Every write is absolute, hence idempotent, and a stale one, by its
//! revision, is skipped. Rows are sorted, so that two writers take their locks in the same order.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use neo4rs::{BoltType, query};
use serde::Deserialize;

use super::db::{Fault, Neo4jDb, Transaction, map, number};
use super::queries;
use super::similar::GRAPH;
use crate::domain::catalog::TitleKind;
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::{TitleNode, WatchedEdge};

/// How many titles are written in one transaction.
const TITLES: usize = 500;
/// How many `WATCHED` edges are written in one transaction.
const WATCHED: usize = 1000;
/// How much is removed in one transaction: the server holds some kilobytes for each edge until it is committed.
const REMOVED: usize = 10_000;
/// How many nodes that no edge needs are removed in one transaction: others wait for their locks.
const UNNEEDED: usize = 1000;
/// How many edges of an erased profile are removed in one transaction: it locks the titles at their ends.
const ERASED: usize = 1000;

#[derive(Deserialize)]
struct Written {
    id: TitleId,
    written: bool,
}

#[derive(Deserialize)]
struct Found {
    id: ProfileId,
    erased: bool,
}

#[derive(Deserialize)]
struct Removed {
    removed: u64,
}

/// Writes the titles that are newer than what is stored, with their people, genres and edges.
pub(super) async fn put_titles(db: &Neo4jDb, titles: &[TitleNode]) -> Result<(), StoreError> {
    let mut newest: Vec<&TitleNode> = titles.iter().collect();
    newest.sort_by_key(|title| (title.id, Reverse(title.revision)));
    newest.dedup_by_key(|title| title.id);
    for batch in newest.chunks(TITLES) {
        let batch: Arc<[TitleNode]> = batch.iter().copied().cloned().collect();
        db.write(move |transaction| {
            let batch = Arc::clone(&batch);
            Box::pin(async move { put_batch(transaction, &batch).await })
        })
        .await?;
    }
    Ok(())
}

async fn put_batch(transaction: &mut Transaction, batch: &[TitleNode]) -> Result<(), Fault> {
    let nodes = batch.iter().map(title_row).collect::<BoltType>();
    let there: Vec<Written> = transaction
        .rows(query(queries::PUT_TITLE_NODES).param("titles", nodes))
        .await?;
    if there.len() < batch.len() {
        return Err(Fault::Removed);
    }
    let written: BTreeSet<TitleId> = there
        .into_iter()
        .filter_map(|title| title.written.then_some(title.id))
        .collect();
    let written: Vec<&TitleNode> = batch
        .iter()
        .filter(|title| written.contains(&title.id))
        .collect();
    if written.is_empty() {
        return Ok(());
    }
    let people = named(
        written
            .iter()
            .flat_map(|title| title.directors.iter().chain(&title.actors))
            .map(|(id, name)| (id.to_i64(), name)),
    );
    let genres = named(
        written
            .iter()
            .flat_map(|title| &title.genres)
            .map(|(id, name)| (id.to_i64(), name)),
    );
    let edges = written.into_iter().map(edges_row).collect();
    transaction
        .all(queries::PUT_PEOPLE, "people", people)
        .await?;
    transaction
        .all(queries::PUT_GENRES, "genres", genres)
        .await?;
    transaction
        .all(queries::PUT_TITLE_EDGES, "titles", edges)
        .await
}

fn title_row(title: &TitleNode) -> BoltType {
    map([
        ("id", title.id.to_i64().into()),
        ("film", (title.kind == TitleKind::Film).into()),
        ("slug", title.slug.as_str().into()),
        ("name", title.name.as_str().into()),
        ("year", title.year.into()),
        ("revision", title.revision.cast_signed().into()),
    ])
}

fn edges_row(title: &TitleNode) -> BoltType {
    let genres: BTreeSet<i64> = title.genres.iter().map(|(id, _)| id.to_i64()).collect();
    let directors = title.directors.iter().map(|(id, _)| id.to_i64());
    let actors = title.actors.iter().map(|(id, _)| id.to_i64());
    map([
        ("id", title.id.to_i64().into()),
        ("genres", genres.into_iter().collect()),
        ("directors", directors.collect()),
        ("actors", actors.collect()),
    ])
}

/// Each id once, by id, with its name.
fn named<'a>(rows: impl Iterator<Item = (i64, &'a String)>) -> Vec<BoltType> {
    let once: BTreeMap<i64, &String> = rows.collect();
    once.into_iter()
        .map(|(id, name)| map([("id", id.into()), ("name", name.as_str().into())]))
        .collect()
}

/// Writes the edges that are newer than what is stored, with the nodes that they need; not those of erased profiles.
pub(super) async fn put_watched(db: &Neo4jDb, edges: &[WatchedEdge]) -> Result<(), StoreError> {
    let mut newest: Vec<&WatchedEdge> = edges.iter().collect();
    newest.sort_by_key(|edge| (edge.profile, edge.title, Reverse(edge.revision)));
    newest.dedup_by_key(|edge| (edge.profile, edge.title));
    for batch in newest.chunks(WATCHED) {
        let batch: Arc<[WatchedEdge]> = batch.iter().copied().cloned().collect();
        db.write(move |transaction| {
            let batch = Arc::clone(&batch);
            Box::pin(async move { put_watched_batch(transaction, &batch).await })
        })
        .await?;
    }
    Ok(())
}

async fn put_watched_batch(
    transaction: &mut Transaction,
    batch: &[WatchedEdge],
) -> Result<(), Fault> {
    let profiles: BTreeSet<ProfileId> = batch.iter().map(|edge| edge.profile).collect();
    let rows = profiles
        .iter()
        .copied()
        .map(profile_row)
        .collect::<BoltType>();
    let found: Vec<Found> = transaction
        .rows(query(queries::PUT_PROFILES).param("profiles", rows))
        .await?;
    if found.len() < profiles.len() {
        return Err(Fault::Removed);
    }
    let erased: BTreeSet<ProfileId> = found
        .into_iter()
        .filter_map(|profile| profile.erased.then_some(profile.id))
        .collect();
    let edges = batch
        .iter()
        .filter(|edge| !erased.contains(&edge.profile))
        .map(watched_row)
        .collect();
    transaction.all(queries::PUT_WATCHED, "edges", edges).await
}

fn profile_row(profile: ProfileId) -> BoltType {
    map([
        ("id", profile.to_i64().into()),
        ("tombstone", profile.tombstone().into()),
    ])
}

/// Removes a profile with all its edges, and leaves its tombstone.
pub(super) async fn erase_profile(db: &Neo4jDb, profile: ProfileId) -> Result<(), StoreError> {
    loop {
        let rows: Vec<Removed> = db
            .write(move |transaction| {
                let statement = query(queries::ERASE_PROFILE)
                    .param("profile", profile.to_i64())
                    .param("tombstone", profile.tombstone())
                    .param("limit", number(ERASED));
                Box::pin(async move {
                    let rows = transaction.rows(statement).await?;
                    if rows.is_empty() {
                        return Err(Fault::Removed);
                    }
                    Ok(rows)
                })
            })
            .await?;
        if rows.iter().all(|row| row.removed < ERASED as u64) {
            return Ok(());
        }
    }
}

/// Removes edges that are still of these revisions.
pub(super) async fn remove_watched(
    db: &Neo4jDb,
    edges: &[(ProfileId, TitleId, u64)],
) -> Result<(), StoreError> {
    let edges: BTreeMap<(ProfileId, TitleId), u64> = edges
        .iter()
        .map(|(profile, title, revision)| ((*profile, *title), *revision))
        .collect();
    let rows: Vec<BoltType> = edges
        .into_iter()
        .map(|((profile, title), revision)| {
            map([
                ("profile", profile.to_i64().into()),
                ("title", title.to_i64().into()),
                ("revision", revision.cast_signed().into()),
            ])
        })
        .collect();
    for batch in rows.chunks(WATCHED) {
        let batch: BoltType = batch.iter().cloned().collect();
        db.write(move |transaction| {
            let statement = query(queries::REMOVE_WATCHED).param("edges", batch.clone());
            Box::pin(transaction.run(statement))
        })
        .await?;
    }
    Ok(())
}

/// Removes what was written of titles that are still of these revisions.
pub(super) async fn remove_titles(
    db: &Neo4jDb,
    titles: &[(TitleId, u64)],
) -> Result<(), StoreError> {
    let titles: BTreeMap<TitleId, u64> = titles.iter().copied().collect();
    let rows: Vec<BoltType> = titles
        .into_iter()
        .map(|(title, revision)| {
            map([
                ("id", title.to_i64().into()),
                ("revision", revision.cast_signed().into()),
            ])
        })
        .collect();
    for batch in rows.chunks(TITLES) {
        let batch: BoltType = batch.iter().cloned().collect();
        db.write(move |transaction| {
            let statement = query(queries::REMOVE_TITLES).param("titles", batch.clone());
            Box::pin(transaction.run(statement))
        })
        .await?;
    }
    Ok(())
}

/// Removes nodes that no edge needs.
pub(super) async fn remove_unneeded(db: &Neo4jDb) -> Result<(), StoreError> {
    remove_some(db, queries::REMOVE_UNNEEDED, UNNEEDED).await
}

/// Runs a statement that removes at most so much, until there is nothing left.
async fn remove_some(
    db: &Neo4jDb,
    statement: &'static str,
    limit: usize,
) -> Result<(), StoreError> {
    loop {
        let rows: Vec<Removed> = db
            .write(move |transaction| {
                Box::pin(transaction.rows(query(statement).param("limit", number(limit))))
            })
            .await?;
        if rows.iter().all(|row| row.removed == 0) {
            return Ok(());
        }
    }
}

fn watched_row(edge: &WatchedEdge) -> BoltType {
    map([
        ("profile", edge.profile.to_i64().into()),
        ("title", edge.title.to_i64().into()),
        ("weight", edge.weight.into()),
        ("plays", edge.plays.into()),
        ("completions", edge.completions.into()),
        ("seconds", edge.seconds.into()),
        ("firstAt", edge.first_at.timestamp_millis().into()),
        ("lastAt", edge.last_at.timestamp_millis().into()),
        ("liked", edge.liked.into()),
        ("revision", edge.revision.cast_signed().into()),
    ])
}

/// Removes everything but the tombstones of erased profiles: first from the sight of readers what they would see vanish
/// bit by bit, then edges, for a node with very many could not be removed in one transaction.
pub(super) async fn clear(db: &Neo4jDb) -> Result<(), StoreError> {
    db.write(|transaction| {
        Box::pin(transaction.run(query(queries::CLEAR_SIMILAR).param("graph", GRAPH)))
    })
    .await?;
    for statement in [queries::CLEAR_EDGES, queries::CLEAR_NODES] {
        remove_some(db, statement, REMOVED).await?;
    }
    Ok(())
}
