//! Going through the graph, to compare it with the documents, and counting it.

use rusqlite::Connection;

use super::project::{ACTED_IN, DIRECTED, WatchedRow};
use crate::adapters::sqlite::columns::{TableRecord, Text, limit, only, read, record, unsigned};
use crate::adapters::sqlite::statements::{all, one};
use crate::domain::catalog::TitleKind;
use crate::domain::ids::{GenreId, PersonId, ProfileId, TitleId};
use crate::domain::recommend::{GraphCounts, TitleNode, WatchedEdge};

/// Less than every id, which is 0 or more.
const BEFORE_ALL: i64 = -1;

/// How many profiles watched each title, in the order asked.
pub(super) fn watchers(db: &Connection, titles: &[TitleId]) -> rusqlite::Result<Vec<u64>> {
    let mut count = db.prepare_cached("SELECT count(*) FROM graph_watched WHERE title = ?1")?;
    titles
        .iter()
        .map(|title| count.query_row([title.to_i64()], unsigned))
        .collect()
}

record! {
    struct Node {
        id: i64,
        kind: Text<TitleKind>,
        slug: String,
        year: Option<i32>,
        revision: i64,
    }
}

/// The titles that follow, by id.
pub(super) fn titles_after(
    db: &Connection,
    after: Option<TitleId>,
    most: usize,
) -> rusqlite::Result<Vec<TitleNode>> {
    let sql = "SELECT id, kind, slug, year, revision FROM graph_titles
        WHERE id > ?1 AND revision > 0 ORDER BY id LIMIT ?2";
    let after = [after.map_or(BEFORE_ALL, TitleId::to_i64), limit(most)];
    let mut titles: Vec<TitleNode> = all(db, sql, after, read::<Node, _>)?;
    let genres = "SELECT genre FROM graph_title_genres WHERE title = ?1 ORDER BY genre";
    for title in &mut titles {
        title.genres = all(db, genres, [title.id.to_i64()], |row| {
            Ok((GenreId::from_i64(only(row)?), String::new()))
        })?;
        title.directors = people(db, title.id, DIRECTED)?;
        title.actors = people(db, title.id, ACTED_IN)?;
    }
    Ok(titles)
}

impl From<Node> for TitleNode {
    fn from(row: Node) -> Self {
        Self {
            id: TitleId::from_i64(row.id),
            kind: row.kind.0,
            slug: row.slug,
            name: String::new(),
            year: row.year,
            genres: Vec::new(),
            directors: Vec::new(),
            actors: Vec::new(),
            revision: row.revision.cast_unsigned(),
        }
    }
}

fn people(db: &Connection, title: TitleId, role: i64) -> rusqlite::Result<Vec<(PersonId, String)>> {
    let sql = "SELECT person FROM graph_credits WHERE title = ?1 AND role = ?2 ORDER BY position";
    all(db, sql, [title.to_i64(), role], |row| {
        Ok((PersonId::from_i64(only(row)?), String::new()))
    })
}

/// The `WATCHED` edges that follow, by profile and title.
pub(super) fn watched_after(
    db: &Connection,
    after: Option<(ProfileId, TitleId)>,
    most: usize,
) -> rusqlite::Result<Vec<WatchedEdge>> {
    let (profile, title) = after.map_or((BEFORE_ALL, BEFORE_ALL), |(profile, title)| {
        (profile.to_i64(), title.to_i64())
    });
    let sql = format!(
        "{} WHERE (profile, title) > (?1, ?2) ORDER BY profile, title LIMIT ?3",
        WatchedRow::SELECT
    );
    let after = [profile, title, limit(most)];
    all(db, &sql, after, read::<WatchedRow, _>)
}

/// How much there is.
pub(super) fn counts(db: &Connection) -> rusqlite::Result<GraphCounts> {
    let count = |sql: &str| one(db, sql, (), unsigned);
    Ok(GraphCounts {
        profiles: count("SELECT count(*) FROM graph_profiles")?,
        titles: count("SELECT count(*) FROM graph_titles WHERE revision > 0")?,
        people: count("SELECT count(*) FROM graph_people")?,
        genres: count("SELECT count(*) FROM graph_genres")?,
        watched: count("SELECT count(*) FROM graph_watched")?,
        similar: count("SELECT similar FROM graph_meta")?,
    })
}
