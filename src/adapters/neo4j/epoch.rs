//! Which epoch the graph is written in, and whom it refuses.

use std::collections::BTreeSet;

use neo4rs::{BoltType, query};
use serde::Deserialize;

use super::db::{Neo4jDb, number};
use super::queries;
use super::similar::GRAPH;
use crate::domain::error::StoreError;
use crate::domain::ids::ProfileId;
use crate::domain::recommend::{GraphEpoch, Schema};

/// How many tombstones are written in one transaction.
const TOMBSTONES: usize = 1000;

#[derive(Deserialize)]
struct EpochRow {
    number: Option<u64>,
    name: Option<String>,
    tick: Option<u64>,
    version: u32,
    #[serde(rename = "oldestReader")]
    oldest_reader: u32,
}

#[derive(Deserialize)]
struct TombstoneRow {
    tombstone: String,
}

#[derive(Deserialize)]
struct ProfileRow {
    id: ProfileId,
}

pub(super) async fn epoch(db: &Neo4jDb) -> Result<Option<GraphEpoch>, StoreError> {
    let rows: Vec<EpochRow> = db.rows(query(queries::EPOCH).param("graph", GRAPH)).await?;
    let epoch = rows.into_iter().find_map(|row| {
        Some(GraphEpoch {
            number: row.number?,
            name: row.name?,
            tick: row.tick?,
            schema: Schema {
                version: row.version,
                oldest_reader: row.oldest_reader,
            },
        })
    });
    Ok(epoch)
}

pub(super) async fn put(db: &Neo4jDb, epoch: &GraphEpoch) -> Result<(), StoreError> {
    let epoch = epoch.clone();
    db.write(move |transaction| {
        let statement = query(queries::PUT_EPOCH)
            .param("graph", GRAPH)
            .param("number", epoch.number.cast_signed())
            .param("name", epoch.name.as_str())
            .param("tick", epoch.tick.cast_signed())
            .param("version", i64::from(epoch.schema.version))
            .param("oldestReader", i64::from(epoch.schema.oldest_reader));
        Box::pin(transaction.run(statement))
    })
    .await
}

pub(super) async fn tombstones_after(
    db: &Neo4jDb,
    after: Option<String>,
    limit: usize,
) -> Result<Vec<String>, StoreError> {
    let statement = query(queries::TOMBSTONES_AFTER)
        .param("after", after.unwrap_or_default())
        .param("limit", number(limit));
    let rows: Vec<TombstoneRow> = db.rows(statement).await?;
    Ok(rows.into_iter().map(|row| row.tombstone).collect())
}

pub(super) async fn put_tombstones(db: &Neo4jDb, tombstones: &[String]) -> Result<(), StoreError> {
    let once: BTreeSet<&str> = tombstones.iter().map(String::as_str).collect();
    let once: Vec<BoltType> = once.into_iter().map(BoltType::from).collect();
    for batch in once.chunks(TOMBSTONES) {
        let batch: BoltType = batch.iter().cloned().collect();
        db.write(move |transaction| {
            let statement = query(queries::PUT_TOMBSTONES).param("tombstones", batch.clone());
            Box::pin(transaction.run(statement))
        })
        .await?;
    }
    Ok(())
}

pub(super) async fn profiles_after(
    db: &Neo4jDb,
    after: Option<ProfileId>,
    limit: usize,
) -> Result<Vec<ProfileId>, StoreError> {
    let statement = query(queries::PROFILES_AFTER)
        .param("after", after.map_or(-1, ProfileId::to_i64))
        .param("limit", number(limit));
    let rows: Vec<ProfileRow> = db.rows(statement).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
