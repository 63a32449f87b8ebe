//! What a profile watched lately, and what everybody did.

use chrono::{DateTime, Utc};
use neo4rs::query;
use serde::Deserialize;

use super::db::{Neo4jDb, number};
use super::queries;
use super::walk::time;
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::{Taste, TasteEdge};

#[derive(Deserialize)]
struct TasteRow {
    edges: Vec<EdgeRow>,
}

/// Title, weight, plays, completions, when it was watched last, thumb, revision.
type EdgeRow = (TitleId, f64, u32, u32, i64, Option<bool>, u64);

#[derive(Deserialize)]
struct TrendingRow {
    title: TitleId,
    profiles: u64,
}

/// The newest edges of a profile that say something.
pub(super) async fn taste(db: &Neo4jDb, profile: ProfileId) -> Result<Taste, StoreError> {
    let statement = query(queries::TASTE)
        .param("profile", profile.to_i64())
        .param("limit", number(Taste::EDGES));
    let rows: Vec<TasteRow> = db.rows(statement).await?;
    let edges = rows.into_iter().flat_map(|row| row.edges);
    let edges = edges.map(edge).collect::<Result<_, _>>()?;
    Ok(Taste { edges })
}

fn edge(row: EdgeRow) -> Result<TasteEdge, StoreError> {
    let (title, weight, plays, completions, last_at, liked, revision) = row;
    Ok(TasteEdge {
        title,
        weight,
        plays,
        completions,
        last_at: time(last_at)?,
        liked,
        revision,
    })
}

/// The titles that the most profiles watched last since a moment.
pub(super) async fn trending(
    db: &Neo4jDb,
    since: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<(TitleId, u64)>, StoreError> {
    let statement = query(queries::TRENDING)
        .param("since", since.timestamp_millis())
        .param("limit", number(limit));
    let rows: Vec<TrendingRow> = db.rows(statement).await?;
    Ok(rows.iter().map(|row| (row.title, row.profiles)).collect())
}
