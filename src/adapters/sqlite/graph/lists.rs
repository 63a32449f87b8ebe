//! Reading `SIMILAR` edges of the current generation.

use std::sync::Arc;

use rusqlite::{Connection, Row, params};

use super::walk::{number, time};
use crate::domain::ids::TitleId;
use crate::domain::recommend::{SimilarEdge, SimilarLists, SimilarVersion, Weight};

/// The columns that [`edge`] reads.
pub(super) const COLUMNS: &str = "target, weight, director, actor, genre, affinity, co_watches";

/// Which edges there are.
pub(super) fn version(db: &Connection) -> rusqlite::Result<SimilarVersion> {
    db.prepare_cached("SELECT generation, revision, computed_at FROM graph_meta")?
        .query_row([], |row| {
            Ok(SimilarVersion {
                generation: number(row, 0)?,
                revision: number(row, 1)?,
                computed_at: time(row, 2)?,
            })
        })
}

/// The edges of each title.
pub(super) fn similar(db: &Connection, titles: &[TitleId]) -> rusqlite::Result<SimilarLists> {
    let version = version(db)?;
    let mut of_title = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM graph_similar WHERE generation = ?1 AND source = ?2 ORDER BY target"
    ))?;
    let lists = titles
        .iter()
        .map(|title| {
            of_title
                .query_map(
                    params![version.generation.cast_signed(), title.to_i64()],
                    edge,
                )?
                .collect::<rusqlite::Result<Arc<[SimilarEdge]>>>()
        })
        .collect::<rusqlite::Result<_>>()?;
    Ok(SimilarLists { version, lists })
}

/// The titles whose edges changed after a revision.
pub(super) fn changed_after(db: &Connection, revision: u64) -> rusqlite::Result<Vec<TitleId>> {
    db.prepare_cached(
        "SELECT title FROM graph_similar_changed
         WHERE generation = (SELECT generation FROM graph_meta) AND revision > ?1 ORDER BY title",
    )?
    .query_map([limited(revision)], |row| row.get(0).map(TitleId::from_i64))?
    .collect()
}

/// An edge of [`COLUMNS`].
pub(super) fn edge(row: &Row<'_>) -> rusqlite::Result<SimilarEdge> {
    Ok(SimilarEdge {
        to: TitleId::from_i64(row.get(0)?),
        weight: Weight {
            sum: row.get::<_, Option<f64>>(1)?.unwrap_or_default(),
            director: row.get(2)?,
            actor: row.get(3)?,
            genre: row.get(4)?,
        },
        affinity: row.get(5)?,
        co_watches: row.get(6)?,
    })
}

fn limited(revision: u64) -> i64 {
    i64::try_from(revision).unwrap_or(i64::MAX)
}
