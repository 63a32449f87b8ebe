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

/// Title, weight, plays, completions, when it was watched last, thumb, revision. Of an edge that is written at this very
/// moment any may be null: a commit comes property by property to whoever reads meanwhile.
type EdgeRow = (
    Option<TitleId>,
    Option<f64>,
    Option<u32>,
    Option<u32>,
    Option<i64>,
    Option<bool>,
    Option<u64>,
);

/// How often a taste is read of which an edge is written meanwhile.
const READS: usize = 8;

#[derive(Deserialize)]
struct TrendingRow {
    title: TitleId,
    profiles: u64,
}

/// The newest edges of a profile that say something.
pub(super) async fn taste(db: &Neo4jDb, profile: ProfileId) -> Result<Taste, StoreError> {
    for _ in 0..READS {
        let statement = query(queries::TASTE)
            .param("profile", profile.to_i64())
            .param("limit", number(Taste::EDGES));
        let rows: Vec<TasteRow> = db.rows(statement).await?;
        let edges = rows.into_iter().flat_map(|row| row.edges).map(edge);
        if let Some(edges) = edges.collect::<Option<Result<Vec<_>, _>>>() {
            return Ok(Taste { edges: edges? });
        }
    }
    Err(StoreError::unavailable(
        "an edge of the taste was written each time that it was read",
    ))
}

/// The edge of a row; `None`: something of it is not there at this moment.
fn edge(row: EdgeRow) -> Option<Result<TasteEdge, StoreError>> {
    let (title, weight, plays, completions, last_at, liked, revision) = row;
    let (title, weight, plays) = (title?, weight?, plays?);
    let (completions, last_at, revision) = (completions?, last_at?, revision?);
    Some(time(last_at).map(|last_at| TasteEdge {
        title,
        weight,
        plays,
        completions,
        last_at,
        liked,
        revision,
    }))
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
