//! What is written to the graph. Every write is absolute and skips what is not newer than the stored row.

use rusqlite::{Connection, named_params};

use crate::adapters::sqlite::columns::{TableRecord, Text, Time, limit, only, record};
use crate::adapters::sqlite::db::NOW;
use crate::adapters::sqlite::statements::{all, write};
use crate::domain::catalog::TitleKind;
use crate::domain::ids::{PersonId, ProfileId, TitleId};
use crate::domain::recommend::{TitleNode, WatchedEdge};

/// The number of the role "directed".
pub(super) const DIRECTED: i64 = 0;
/// The number of the role "acted in".
pub(super) const ACTED_IN: i64 = 1;

/// Follows the insertion of a title.
const IF_NEWER_TITLE: &str = "
    ON CONFLICT (id) DO UPDATE SET
        kind = excluded.kind, slug = excluded.slug, name = excluded.name, year = excluded.year,
        revision = excluded.revision, updated_at = excluded.updated_at
    WHERE graph_titles.revision < excluded.revision";

/// Follows the insertion of an edge.
const IF_NEWER_WATCHED: &str = "
    ON CONFLICT (profile, title) DO UPDATE SET
        weight = excluded.weight, plays = excluded.plays, completions = excluded.completions,
        seconds = excluded.seconds, first_at = excluded.first_at, last_at = excluded.last_at,
        liked = excluded.liked, revision = excluded.revision, updated_at = excluded.updated_at
    WHERE graph_watched.revision < excluded.revision";

const PUT_GENRE: &str = "INSERT INTO graph_genres (id, name) VALUES (?1, ?2)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, updated_at = excluded.updated_at
    WHERE graph_genres.name <> excluded.name";

const PUT_PERSON: &str = "INSERT INTO graph_people (id, name) VALUES (?1, ?2)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, updated_at = excluded.updated_at
    WHERE graph_people.name <> excluded.name";

const PUT_CREDIT: &str = "INSERT INTO graph_credits (title, role, position, person)
    VALUES (:title, :role, :position, :person)";

record! {
    struct TitleRow in graph_titles by (id: i64) {
        kind: Text<TitleKind>,
        slug: String,
        name: String,
        year: Option<i32>,
        revision: i64,
    }
}

record! {
    pub(super) struct WatchedRow in graph_watched by (profile: i64, title: i64) {
        weight: f64,
        plays: u32,
        completions: u32,
        seconds: f64,
        first_at: Time,
        last_at: Time,
        liked: Option<bool>,
        revision: i64,
    }
}

/// Writes the titles that are newer than what is stored, with their people, genres and edges.
pub(super) fn put_titles(db: &Connection, titles: &[TitleNode]) -> rusqlite::Result<()> {
    let sql = format!("{}{IF_NEWER_TITLE}", TitleRow::INSERT);
    let mut upsert = db.prepare_cached(&sql)?;
    for title in titles {
        if TitleRow::from(title).write(&mut upsert)? > 0 {
            put_title_edges(db, title)?;
        }
    }
    Ok(())
}

fn put_title_edges(db: &Connection, title: &TitleNode) -> rusqlite::Result<()> {
    let id = title.id.to_i64();
    write(db, "DELETE FROM graph_title_genres WHERE title = ?1", [id])?;
    write(db, "DELETE FROM graph_credits WHERE title = ?1", [id])?;
    for (genre, name) in &title.genres {
        write(db, PUT_GENRE, (genre.to_i64(), name))?;
        let of_genre = "INSERT OR IGNORE INTO graph_title_genres (title, genre) VALUES (?1, ?2)";
        write(db, of_genre, [id, genre.to_i64()])?;
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
    let mut person = db.prepare_cached(PUT_PERSON)?;
    let mut credit = db.prepare_cached(PUT_CREDIT)?;
    for (position, (id, name)) in (0_i64..).zip(people) {
        person.execute((id.to_i64(), name))?;
        credit.execute(named_params! {
            ":title": title,
            ":role": role,
            ":position": position,
            ":person": id.to_i64(),
        })?;
    }
    Ok(())
}

/// Writes the edges that are newer than what is stored, with the nodes that they need.
pub(super) fn put_watched(db: &Connection, edges: &[WatchedEdge]) -> rusqlite::Result<()> {
    let mut erased = db.prepare_cached("SELECT 1 FROM graph_erased_profiles WHERE trace = ?1")?;
    let mut profile = db.prepare_cached("INSERT OR IGNORE INTO graph_profiles (id) VALUES (?1)")?;
    let mut title = db.prepare_cached("INSERT OR IGNORE INTO graph_titles (id) VALUES (?1)")?;
    let sql = format!("{}{IF_NEWER_WATCHED}", WatchedRow::INSERT);
    let mut upsert = db.prepare_cached(&sql)?;
    for edge in edges {
        if erased.exists([edge.profile.tombstone()])? {
            continue;
        }
        profile.execute([edge.profile.to_i64()])?;
        title.execute([edge.title.to_i64()])?;
        WatchedRow::from(edge).write(&mut upsert)?;
    }
    Ok(())
}

/// Removes some edges of a profile, with the last of them the profile, and leaves its tombstone. Says how many edges.
pub(super) fn erase_profile(
    db: &Connection,
    profile: ProfileId,
    most: usize,
) -> rusqlite::Result<usize> {
    let id = profile.to_i64();
    let erased = "INSERT OR IGNORE INTO graph_erased_profiles (trace) VALUES (?1)";
    write(db, erased, [profile.tombstone()])?;
    let some = "DELETE FROM graph_watched WHERE profile = ?1 AND title IN
        (SELECT title FROM graph_watched WHERE profile = ?1 ORDER BY title LIMIT ?2)";
    let removed = write(db, some, [id, limit(most)])?;
    if removed < most {
        write(db, "DELETE FROM graph_profiles WHERE id = ?1", [id])?;
    }
    Ok(removed)
}

/// Removes edges that are still of these revisions.
pub(super) fn remove_watched(
    db: &Connection,
    edges: &[(ProfileId, TitleId, u64)],
) -> rusqlite::Result<()> {
    let sql = "DELETE FROM graph_watched WHERE profile = ?1 AND title = ?2 AND revision = ?3";
    for (profile, title, revision) in edges {
        let edge = [profile.to_i64(), title.to_i64(), revision.cast_signed()];
        write(db, sql, edge)?;
    }
    Ok(())
}

/// Removes what was written of titles that are still of these revisions.
pub(super) fn remove_titles(db: &Connection, titles: &[(TitleId, u64)]) -> rusqlite::Result<()> {
    let sql = format!(
        "UPDATE graph_titles SET kind = NULL, slug = NULL, name = NULL, year = NULL, revision = 0, updated_at = {NOW}
         WHERE id = ?1 AND revision = ?2"
    );
    for (title, revision) in titles {
        let id = title.to_i64();
        if write(db, &sql, [id, revision.cast_signed()])? > 0 {
            write(db, "DELETE FROM graph_title_genres WHERE title = ?1", [id])?;
            write(db, "DELETE FROM graph_credits WHERE title = ?1", [id])?;
        }
    }
    Ok(())
}

/// Removes some nodes of each sort that no edge needs. Says how many.
pub(super) fn remove_unneeded(db: &Connection, most: usize) -> rusqlite::Result<usize> {
    let titles = "SELECT id FROM graph_titles AS node
        WHERE revision = 0 AND NOT EXISTS (SELECT 1 FROM graph_watched WHERE title = node.id)
        ORDER BY id LIMIT ?1";
    let titles: Vec<i64> = all(db, titles, [limit(most)], only)?;
    for title in &titles {
        write(db, "DELETE FROM graph_similar WHERE title = ?1", [title])?;
        write(db, "DELETE FROM graph_titles WHERE id = ?1", [title])?;
    }
    let mut removed = titles.len();
    for (table, is_needed) in [
        (
            "graph_profiles",
            "EXISTS (SELECT 1 FROM graph_watched WHERE profile = node.id)",
        ),
        (
            "graph_people",
            "EXISTS (SELECT 1 FROM graph_credits WHERE person = node.id)",
        ),
        (
            "graph_genres",
            "node.id IN (SELECT genre FROM graph_title_genres)",
        ),
    ] {
        let sql = format!(
            "DELETE FROM {table} WHERE id IN
                (SELECT id FROM {table} AS node WHERE NOT ({is_needed}) ORDER BY id LIMIT ?1)"
        );
        removed += write(db, &sql, [limit(most)])?;
    }
    Ok(removed)
}

/// Removes everything but the tombstones of erased profiles, and `SIMILAR` edges: nobody reads them any more, and they
/// are swept like those of any former generation.
pub(super) fn clear(db: &Connection) -> rusqlite::Result<()> {
    db.execute(
        &format!(
            "UPDATE graph_meta SET taken = taken + 1, cleared = taken + 1, generation = 0, revision = 0,
                computed_at = 0, similar = 0, epoch_number = NULL, epoch_name = NULL, epoch_tick = NULL,
                schema_version = 0, oldest_reader = 0,
                updated_at = {NOW}"
        ),
        [],
    )?;
    db.execute_batch(
        "DELETE FROM graph_watched; DELETE FROM graph_credits; DELETE FROM graph_title_genres;
         DELETE FROM graph_profiles; DELETE FROM graph_people; DELETE FROM graph_genres;
         DELETE FROM graph_titles;",
    )
}

impl From<&TitleNode> for TitleRow {
    fn from(title: &TitleNode) -> Self {
        Self {
            id: title.id.to_i64(),
            kind: Text(title.kind),
            slug: title.slug.clone(),
            name: title.name.clone(),
            year: title.year,
            revision: title.revision.cast_signed(),
        }
    }
}

impl From<&WatchedEdge> for WatchedRow {
    fn from(edge: &WatchedEdge) -> Self {
        Self {
            profile: edge.profile.to_i64(),
            title: edge.title.to_i64(),
            weight: edge.weight,
            plays: edge.plays,
            completions: edge.completions,
            seconds: edge.seconds,
            first_at: Time(edge.first_at),
            last_at: Time(edge.last_at),
            liked: edge.liked,
            revision: edge.revision.cast_signed(),
        }
    }
}

impl From<WatchedRow> for WatchedEdge {
    fn from(row: WatchedRow) -> Self {
        Self {
            profile: ProfileId::from_i64(row.profile),
            title: TitleId::from_i64(row.title),
            weight: row.weight,
            plays: row.plays,
            completions: row.completions,
            seconds: row.seconds,
            first_at: row.first_at.0,
            last_at: row.last_at.0,
            liked: row.liked,
            revision: row.revision.cast_unsigned(),
        }
    }
}
