//! Reading `SIMILAR` edges of the current version.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use neo4rs::{BoltType, query};
use serde::Deserialize;

use super::db::Neo4jDb;
use super::queries;
use super::similar::GRAPH;
use super::walk::time;
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;
use crate::domain::recommend::{SimilarEdge, SimilarLists, SimilarVersion, Weight};

/// How often lists are read again because another version became the current one meanwhile.
const TRIES: usize = 8;
/// The edges of how many titles are read in one statement, for none may take too long.
const TITLES: usize = 40;

/// A version, and the edges of titles in it.
type Found = (Option<VersionRow>, HashMap<TitleId, Arc<[SimilarEdge]>>);

/// Generation, revision, and the time in milliseconds; see [`version_of`].
pub(super) type VersionRow = (u64, u64, i64);
/// To, weight, director, actor, genre, affinity, co-watches; see [`edge`].
pub(super) type EdgeRow = (
    Option<TitleId>,
    Option<f64>,
    Option<f64>,
    Option<f64>,
    Option<f64>,
    Option<f64>,
    Option<u32>,
);

#[derive(Deserialize)]
struct Asked {
    version: Option<VersionRow>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListsRow {
    version: Option<VersionRow>,
    lists: Vec<(TitleId, Vec<EdgeRow>)>,
    version_after: Option<VersionRow>,
}

#[derive(Deserialize)]
struct Changed {
    id: TitleId,
}

/// Which edges there are.
pub(super) async fn version(db: &Neo4jDb) -> Result<SimilarVersion, StoreError> {
    let rows: Vec<Asked> = db
        .rows(query(queries::SIMILAR_VERSION).param("graph", GRAPH))
        .await?;
    version_of(rows.first().and_then(|row| row.version))
}

/// The edges of each title.
///
/// Neo4j reads what is committed while it reads, even the half of a transaction. What belongs to a version is all
/// committed before it becomes the current one, and is removed only after another one has: if the version is the same
/// at the end, nothing was missing, and nothing of another version was taken for it.
pub(super) async fn similar(db: &Neo4jDb, titles: &[TitleId]) -> Result<SimilarLists, StoreError> {
    let once: BTreeSet<i64> = titles.iter().map(|title| title.to_i64()).collect();
    let once: Vec<i64> = once.into_iter().collect();
    for _ in 0..TRIES {
        let Some((version, found)) = try_similar(db, &once).await? else {
            continue;
        };
        let version = version_of(version)?;
        let lists = titles
            .iter()
            .map(|title| found.get(title).cloned().unwrap_or_default())
            .collect();
        return Ok(SimilarLists { version, lists });
    }
    Err(StoreError::unavailable(
        "the SIMILAR edges are replaced faster than they can be read",
    ))
}

/// The edges of each title that has a node; `None` if another version became the current one meanwhile.
async fn try_similar(db: &Neo4jDb, titles: &[i64]) -> Result<Option<Found>, StoreError> {
    let mut first: Option<Option<VersionRow>> = None;
    let mut found = HashMap::new();
    // Without titles the version is asked all the same.
    let parts = titles
        .chunks(TITLES)
        .chain(titles.is_empty().then_some(titles));
    for titles in parts {
        let titles: BoltType = titles.iter().copied().collect();
        let statement = query(queries::SIMILAR_LISTS)
            .param("graph", GRAPH)
            .param("titles", titles);
        for row in db.rows::<ListsRow>(statement).await? {
            if row.version != row.version_after || *first.get_or_insert(row.version) != row.version
            {
                return Ok(None);
            }
            found.extend(row.lists.into_iter().map(|(title, edges)| {
                let edges: Arc<[SimilarEdge]> = edges.into_iter().filter_map(edge).collect();
                (title, edges)
            }));
        }
    }
    Ok(Some((first.flatten(), found)))
}

/// The titles whose edges changed after a revision.
pub(super) async fn changed_after(db: &Neo4jDb, revision: u64) -> Result<Vec<TitleId>, StoreError> {
    let statement = query(queries::SIMILAR_CHANGED)
        .param("graph", GRAPH)
        .param("revision", i64::try_from(revision).unwrap_or(i64::MAX));
    let rows: Vec<Changed> = db.rows(statement).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The version that a row says; without one there are no edges.
pub(super) fn version_of(row: Option<VersionRow>) -> Result<SimilarVersion, StoreError> {
    let Some((generation, revision, computed_at)) = row else {
        return Ok(SimilarVersion::default());
    };
    Ok(SimilarVersion {
        generation,
        revision,
        computed_at: time(computed_at)?,
    })
}

/// The edge that a row says; `None` if it was removed while it was read.
pub(super) fn edge(
    (to, sum, director, actor, genre, affinity, co_watches): EdgeRow,
) -> Option<SimilarEdge> {
    Some(SimilarEdge {
        to: to?,
        weight: Weight {
            sum: sum.unwrap_or_default(),
            director: director.unwrap_or_default(),
            actor: actor.unwrap_or_default(),
            genre: genre.unwrap_or_default(),
        },
        affinity: affinity.unwrap_or_default(),
        co_watches: co_watches?,
    })
}
