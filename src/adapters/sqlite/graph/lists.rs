//! Reading `SIMILAR` edges of the current generation.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::packed::unpack;
use super::walk::{number, time};
use crate::domain::ids::TitleId;
use crate::domain::recommend::{SimilarEdge, SimilarLists, SimilarVersion};

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
    let generation = version.generation.cast_signed();
    let mut of_title =
        db.prepare_cached("SELECT edges FROM graph_similar WHERE generation = ?1 AND title = ?2")?;
    let mut list = |title: &TitleId| -> rusqlite::Result<Arc<[SimilarEdge]>> {
        let found = of_title
            .query_row(params![generation, title.to_i64()], |row| {
                unpack(row.get_ref(0)?.as_blob()?)
            })
            .optional()?;
        Ok(found.unwrap_or_default())
    };
    let lists = titles.iter().map(&mut list).collect::<Result<_, _>>()?;
    Ok(SimilarLists { version, lists })
}

/// The titles whose edges changed after a revision.
pub(super) fn changed_after(db: &Connection, revision: u64) -> rusqlite::Result<Vec<TitleId>> {
    let revision = i64::try_from(revision).unwrap_or(i64::MAX);
    db.prepare_cached(
        "SELECT title FROM graph_similar
         WHERE generation = (SELECT generation FROM graph_meta) AND revision > ?1 ORDER BY title",
    )?
    .query_map([revision], |row| row.get(0).map(TitleId::from_i64))?
    .collect()
}
