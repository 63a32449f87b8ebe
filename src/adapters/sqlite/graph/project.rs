//! What is written to the graph. Every write is absolute and passes over what is not older than the stored row.

use rusqlite::{Connection, params};

use super::walk::limit;
use crate::adapters::sqlite::db::NOW;
use crate::domain::catalog::TitleKind;
use crate::domain::ids::{PersonId, ProfileId};
use crate::domain::recommend::{TitleNode, WatchedEdge};

/// The number of the role "directed".
pub(super) const DIRECTED: i64 = 0;
/// The number of the role "acted in".
pub(super) const ACTED_IN: i64 = 1;

const UPSERT_TITLE: &str = "
    INSERT INTO graph_titles (id, kind, slug, name, year, revision) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT (id) DO UPDATE SET
        kind = excluded.kind, slug = excluded.slug, name = excluded.name, year = excluded.year,
        revision = excluded.revision, updated_at = excluded.updated_at
    WHERE graph_titles.revision < excluded.revision";

const UPSERT_WATCHED: &str = "
    INSERT INTO graph_watched
        (profile, title, weight, plays, completions, seconds, first_at, last_at, liked, revision)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
    ON CONFLICT (profile, title) DO UPDATE SET
        weight = excluded.weight, plays = excluded.plays, completions = excluded.completions,
        seconds = excluded.seconds, first_at = excluded.first_at, last_at = excluded.last_at,
        liked = excluded.liked, revision = excluded.revision, updated_at = excluded.updated_at
    WHERE graph_watched.revision < excluded.revision";

/// Writes the titles that are newer than what is stored, with their people, genres and edges.
pub(super) fn put_titles(db: &Connection, titles: &[TitleNode]) -> rusqlite::Result<()> {
    let mut upsert = db.prepare_cached(UPSERT_TITLE)?;
    for title in titles {
        let written = upsert.execute(params![
            title.id.to_i64(),
            kind_name(title.kind),
            title.slug,
            title.name,
            title.year,
            title.revision.cast_signed(),
        ])?;
        if written > 0 {
            put_title_edges(db, title)?;
        }
    }
    Ok(())
}

fn put_title_edges(db: &Connection, title: &TitleNode) -> rusqlite::Result<()> {
    let id = title.id.to_i64();
    db.prepare_cached("DELETE FROM graph_title_genres WHERE title = ?1")?
        .execute([id])?;
    db.prepare_cached("DELETE FROM graph_credits WHERE title = ?1")?
        .execute([id])?;
    for (genre, name) in &title.genres {
        db.prepare_cached(
            "INSERT INTO graph_genres (id, name) VALUES (?1, ?2)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, updated_at = excluded.updated_at
             WHERE graph_genres.name <> excluded.name",
        )?
        .execute(params![genre.to_i64(), name])?;
        db.prepare_cached(
            "INSERT OR IGNORE INTO graph_title_genres (title, genre) VALUES (?1, ?2)",
        )?
        .execute([id, genre.to_i64()])?;
    }
    put_credits(db, id, DIRECTED, &title.directors)?;
    put_credits(db, id, ACTED_IN, &title.actors)
}

fn put_credits(
    db: &Connection,
    title: i64,
    role: i64,
    people: &[(PersonId, String)],
) -> rusqlite::Result<()> {
    let mut person = db.prepare_cached(
        "INSERT INTO graph_people (id, name) VALUES (?1, ?2)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, updated_at = excluded.updated_at
         WHERE graph_people.name <> excluded.name",
    )?;
    let mut credit = db.prepare_cached(
        "INSERT INTO graph_credits (title, role, position, person) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (position, (id, name)) in (0_i64..).zip(people) {
        person.execute(params![id.to_i64(), name])?;
        credit.execute([title, role, position, id.to_i64()])?;
    }
    Ok(())
}

/// Writes the edges that are newer than what is stored, with the nodes that they need.
pub(super) fn put_watched(db: &Connection, edges: &[WatchedEdge]) -> rusqlite::Result<()> {
    let mut erased = db.prepare_cached("SELECT 1 FROM graph_erased_profiles WHERE trace = ?1")?;
    let mut profile = db.prepare_cached("INSERT OR IGNORE INTO graph_profiles (id) VALUES (?1)")?;
    let mut title = db.prepare_cached("INSERT OR IGNORE INTO graph_titles (id) VALUES (?1)")?;
    let mut upsert = db.prepare_cached(UPSERT_WATCHED)?;
    for edge in edges {
        if erased.exists([edge.profile.trace()])? {
            continue;
        }
        profile.execute([edge.profile.to_i64()])?;
        title.execute([edge.title.to_i64()])?;
        upsert.execute(params![
            edge.profile.to_i64(),
            edge.title.to_i64(),
            edge.weight,
            edge.plays,
            edge.completions,
            edge.seconds,
            edge.first_at.timestamp_millis(),
            edge.last_at.timestamp_millis(),
            edge.liked,
            edge.revision.cast_signed(),
        ])?;
    }
    Ok(())
}

/// Removes some edges of a profile, with the last of them the profile, and leaves its trace. Says how many edges.
pub(super) fn erase_profile(
    db: &Connection,
    profile: ProfileId,
    most: usize,
) -> rusqlite::Result<usize> {
    let id = profile.to_i64();
    db.prepare_cached("INSERT OR IGNORE INTO graph_erased_profiles (trace) VALUES (?1)")?
        .execute([profile.trace()])?;
    let removed = db
        .prepare_cached(
            "DELETE FROM graph_watched WHERE profile = ?1 AND title IN
             (SELECT title FROM graph_watched WHERE profile = ?1 ORDER BY title LIMIT ?2)",
        )?
        .execute([id, limit(most)])?;
    if removed < most {
        db.prepare_cached("DELETE FROM graph_profiles WHERE id = ?1")?
            .execute([id])?;
    }
    Ok(removed)
}

/// Removes everything but the traces of erased profiles, and `SIMILAR` edges: nobody reads them any more, and they are
/// swept like those of any former generation.
pub(super) fn clear(db: &Connection) -> rusqlite::Result<()> {
    db.execute(
        &format!(
            "UPDATE graph_meta SET taken = taken + 1, cleared = taken + 1, generation = 0, revision = 0,
                computed_at = 0, similar = 0, updated_at = {NOW}"
        ),
        [],
    )?;
    db.execute_batch(
        "DELETE FROM graph_watched; DELETE FROM graph_credits; DELETE FROM graph_title_genres;
         DELETE FROM graph_profiles; DELETE FROM graph_people; DELETE FROM graph_genres;
         DELETE FROM graph_titles;",
    )
}

/// The kind as the tables spell it.
pub(super) fn kind_name(kind: TitleKind) -> &'static str {
    match kind {
        TitleKind::Film => "film",
        TitleKind::Series => "series",
    }
}
