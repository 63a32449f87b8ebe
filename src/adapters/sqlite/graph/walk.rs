//! Going through the graph, to compare it with the documents, and counting it.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::project::{ACTED_IN, DIRECTED, kind_name};
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
        .map(|title| count.query_row([title.to_i64()], |row| number(row, 0)))
        .collect()
}

/// The titles that follow, by id.
pub(super) fn titles_after(
    db: &Connection,
    after: Option<TitleId>,
    most: usize,
) -> rusqlite::Result<Vec<TitleNode>> {
    let mut titles: Vec<TitleNode> = db
        .prepare_cached(
            "SELECT id, kind, slug, year, revision FROM graph_titles
             WHERE id > ?1 AND revision > 0 ORDER BY id LIMIT ?2",
        )?
        .query_map(
            params![after.map_or(BEFORE_ALL, TitleId::to_i64), limit(most)],
            |row| {
                let kind: String = row.get(1)?;
                Ok(TitleNode {
                    id: TitleId::from_i64(row.get(0)?),
                    kind: if kind == kind_name(TitleKind::Film) {
                        TitleKind::Film
                    } else {
                        TitleKind::Series
                    },
                    slug: row.get(2)?,
                    name: String::new(),
                    year: row.get(3)?,
                    genres: Vec::new(),
                    directors: Vec::new(),
                    actors: Vec::new(),
                    revision: number(row, 4)?,
                })
            },
        )?
        .collect::<rusqlite::Result<_>>()?;
    let mut genres =
        db.prepare_cached("SELECT genre FROM graph_title_genres WHERE title = ?1 ORDER BY genre")?;
    for title in &mut titles {
        title.genres = genres
            .query_map([title.id.to_i64()], |row| {
                Ok((GenreId::from_i64(row.get(0)?), String::new()))
            })?
            .collect::<rusqlite::Result<_>>()?;
        title.directors = people(db, title.id, DIRECTED)?;
        title.actors = people(db, title.id, ACTED_IN)?;
    }
    Ok(titles)
}

fn people(db: &Connection, title: TitleId, role: i64) -> rusqlite::Result<Vec<(PersonId, String)>> {
    db.prepare_cached(
        "SELECT person FROM graph_credits WHERE title = ?1 AND role = ?2 ORDER BY position",
    )?
    .query_map([title.to_i64(), role], |row| {
        Ok((PersonId::from_i64(row.get(0)?), String::new()))
    })?
    .collect()
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
    db.prepare_cached(
        "SELECT profile, title, weight, plays, completions, seconds, first_at, last_at, liked, revision
         FROM graph_watched WHERE (profile, title) > (?1, ?2) ORDER BY profile, title LIMIT ?3",
    )?
    .query_map(params![profile, title, limit(most)], |row| {
        Ok(WatchedEdge {
            profile: ProfileId::from_i64(row.get(0)?),
            title: TitleId::from_i64(row.get(1)?),
            weight: row.get(2)?,
            plays: row.get(3)?,
            completions: row.get(4)?,
            seconds: row.get(5)?,
            first_at: time(row, 6)?,
            last_at: time(row, 7)?,
            liked: row.get(8)?,
            revision: number(row, 9)?,
        })
    })?
    .collect()
}

/// How much there is.
pub(super) fn counts(db: &Connection) -> rusqlite::Result<GraphCounts> {
    db.query_row(
        "SELECT (SELECT count(*) FROM graph_profiles),
                (SELECT count(*) FROM graph_titles WHERE revision > 0),
                (SELECT count(*) FROM graph_people),
                (SELECT count(*) FROM graph_genres),
                (SELECT count(*) FROM graph_watched),
                (SELECT similar FROM graph_meta)",
        [],
        |row| {
            Ok(GraphCounts {
                profiles: number(row, 0)?,
                titles: number(row, 1)?,
                people: number(row, 2)?,
                genres: number(row, 3)?,
                watched: number(row, 4)?,
                similar: number(row, 5)?,
            })
        },
    )
}

/// A limit as the database takes it.
pub(super) fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

/// A time that is kept as milliseconds since 1970.
pub(super) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<DateTime<Utc>> {
    let milliseconds = row.get(column)?;
    DateTime::from_timestamp_millis(milliseconds).ok_or(rusqlite::Error::IntegralValueOutOfRange(
        column,
        milliseconds,
    ))
}

/// A number that is never negative.
pub(super) fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)?.cast_unsigned())
}
