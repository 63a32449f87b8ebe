//! Reading `SIMILAR` edges of the current generation.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};

use super::packed::Edges;
use crate::adapters::sqlite::columns::{Time, only, read, record};
use crate::adapters::sqlite::statements::{all, one};
use crate::domain::ids::TitleId;
use crate::domain::recommend::{SimilarEdge, SimilarLists, SimilarVersion};

record! {
    struct Version {
        generation: i64,
        revision: i64,
        computed_at: Time,
    }
}

/// Which edges there are.
pub(super) fn version(db: &Connection) -> rusqlite::Result<SimilarVersion> {
    let sql = "SELECT generation, revision, computed_at FROM graph_meta";
    one(db, sql, (), read::<Version, _>)
}

impl From<Version> for SimilarVersion {
    fn from(row: Version) -> Self {
        Self {
            generation: row.generation.cast_unsigned(),
            revision: row.revision.cast_unsigned(),
            computed_at: row.computed_at.0,
        }
    }
}

/// The edges of each title.
pub(super) fn similar(db: &Connection, titles: &[TitleId]) -> rusqlite::Result<SimilarLists> {
    let version = version(db)?;
    let generation = version.generation.cast_signed();
    let mut of_title =
        db.prepare_cached("SELECT edges FROM graph_similar WHERE generation = ?1 AND title = ?2")?;
    let mut list = |title: &TitleId| -> rusqlite::Result<Arc<[SimilarEdge]>> {
        let found = of_title.query_row([generation, title.to_i64()], only);
        let found: Option<Edges<_>> = found.optional()?;
        Ok(found.map(|edges| edges.0).unwrap_or_default())
    };
    let lists = titles.iter().map(&mut list).collect::<Result<_, _>>()?;
    Ok(SimilarLists { version, lists })
}

/// The titles whose edges changed after a revision.
pub(super) fn changed_after(db: &Connection, revision: u64) -> rusqlite::Result<Vec<TitleId>> {
    let revision = i64::try_from(revision).unwrap_or(i64::MAX);
    let sql = "SELECT title FROM graph_similar
        WHERE generation = (SELECT generation FROM graph_meta) AND revision > ?1 ORDER BY title";
    all(db, sql, [revision], |row| only(row).map(TitleId::from_i64))
}
