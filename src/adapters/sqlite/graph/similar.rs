//! Writing `SIMILAR` edges.
//!
//! A generation is written under a number that nobody reads yet, in transactions of bounded size; then one row is
//! changed, which says what is read; then the old edges are removed. Whoever stops in between leaves a whole
//! generation to read, and the next one cleans up.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::lists::{COLUMNS, edge, version};
use super::walk::{limit, number};
use crate::adapters::sqlite::db::NOW;
use crate::domain::ids::TitleId;
use crate::domain::recommend::{SimilarEdge, SimilarVersion, Solution, Weight, changes};

/// The titles that have a node.
pub(super) fn nodes(db: &Connection) -> rusqlite::Result<HashSet<TitleId>> {
    db.prepare_cached("SELECT id FROM graph_titles")?
        .query_map([], |row| row.get(0).map(TitleId::from_i64))?
        .collect()
}

/// Takes a number for a new generation, higher than all before.
pub(super) fn begin(db: &Connection) -> rusqlite::Result<i64> {
    let sql =
        format!("UPDATE graph_meta SET taken = taken + 1, updated_at = {NOW} RETURNING taken");
    db.prepare_cached(&sql)?.query_row([], |row| row.get(0))
}

/// Writes edges in a generation.
pub(super) fn put(
    db: &Connection,
    generation: i64,
    edges: &[(TitleId, SimilarEdge)],
) -> rusqlite::Result<()> {
    let mut upsert = db.prepare_cached(&format!(
        "INSERT INTO graph_similar (generation, source, {COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (generation, source, target) DO UPDATE SET
            weight = excluded.weight, director = excluded.director, actor = excluded.actor, genre = excluded.genre,
            affinity = excluded.affinity, co_watches = excluded.co_watches, updated_at = excluded.updated_at"
    ))?;
    for (from, edge) in edges {
        upsert.execute(params![
            generation,
            from.to_i64(),
            edge.to.to_i64(),
            (edge.weight != Weight::default()).then_some(edge.weight.sum),
            edge.weight.director,
            edge.weight.actor,
            edge.weight.genre,
            edge.affinity,
            edge.co_watches,
        ])?;
    }
    Ok(())
}

/// Makes a generation with so many edges the current one, unless a newer one is or the graph was emptied since.
pub(super) fn switch(
    db: &Connection,
    generation: i64,
    computed_at: DateTime<Utc>,
    edges: u64,
) -> rusqlite::Result<()> {
    let sql = format!(
        "UPDATE graph_meta SET generation = ?1, revision = 0, computed_at = ?2, similar = ?3, updated_at = {NOW}
         WHERE generation < ?1 AND cleared < ?1"
    );
    db.prepare_cached(&sql)?.execute(params![
        generation,
        computed_at.timestamp_millis(),
        edges.cast_signed()
    ])?;
    Ok(())
}

/// Removes some edges, and all marks, of generations before the current one. Says whether that was all.
pub(super) fn sweep(db: &Connection, most: usize) -> rusqlite::Result<bool> {
    let before: i64 = db
        .prepare_cached("SELECT max(generation, cleared) FROM graph_meta")?
        .query_row([], |row| row.get(0))?;
    db.prepare_cached("DELETE FROM graph_similar_changed WHERE generation < ?1")?
        .execute([before])?;
    // Whole starts at a time: up to that of the edge that comes after so many.
    let start: Option<(i64, i64)> = db
        .prepare_cached(
            "SELECT generation, source FROM graph_similar WHERE generation < ?1
             ORDER BY generation, source LIMIT 1 OFFSET ?2",
        )?
        .query_row(params![before, limit(most)], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    match start {
        Some((generation, source)) => {
            db.prepare_cached("DELETE FROM graph_similar WHERE (generation, source) <= (?1, ?2)")?
                .execute([generation, source])?;
        }
        None => {
            db.prepare_cached("DELETE FROM graph_similar WHERE generation < ?1")?
                .execute([before])?;
        }
    }
    Ok(start.is_none())
}

/// How many edges there are in the current generation.
pub(super) fn count(db: &Connection) -> rusqlite::Result<u64> {
    db.prepare_cached("SELECT similar FROM graph_meta")?
        .query_row([], |row| number(row, 0))
}

/// Puts solutions in the place of what the current generation says of their titles, if it still is this one.
pub(super) fn put_solutions(
    db: &Connection,
    generation: u64,
    solutions: &[Solution],
) -> rusqlite::Result<SimilarVersion> {
    let before = version(db)?;
    if before.generation != generation || generation == 0 {
        return Ok(before);
    }
    let generation = generation.cast_signed();
    let mut has_node = db.prepare_cached("SELECT 1 FROM graph_titles WHERE id = ?1")?;
    let current = around(db, generation, solutions)?;
    let mut changes = changes(&current, solutions);
    let mut written = Vec::with_capacity(changes.written.len());
    let mut created = 0;
    for ((from, to), edge) in std::mem::take(&mut changes.written) {
        if has_node.exists([from.to_i64()])? && has_node.exists([to.to_i64()])? {
            created += i64::from(!current.contains_key(&(from, to)));
            changes.written.insert((from, to), edge);
            written.push((from, edge));
        }
    }
    let mut remove = db.prepare_cached(
        "DELETE FROM graph_similar WHERE generation = ?1 AND source = ?2 AND target = ?3",
    )?;
    for (from, to) in &changes.removed {
        remove.execute([generation, from.to_i64(), to.to_i64()])?;
    }
    put(db, generation, &written)?;
    let revision = before.revision + 1;
    let mut mark = db.prepare_cached(
        "INSERT INTO graph_similar_changed (title, generation, revision) VALUES (?1, ?2, ?3)
         ON CONFLICT (title) DO UPDATE SET
            generation = excluded.generation, revision = excluded.revision, updated_at = excluded.updated_at",
    )?;
    for title in changes.starts() {
        mark.execute([title.to_i64(), generation, revision.cast_signed()])?;
    }
    db.prepare_cached(&format!(
        "UPDATE graph_meta SET revision = ?1, similar = similar + ?2 - ?3, updated_at = {NOW}"
    ))?
    .execute([
        revision.cast_signed(),
        created,
        limit(changes.removed.len()),
    ])?;
    Ok(SimilarVersion { revision, ..before })
}

/// The edges that solutions may change: all from their titles, and to them those with a weight or that get one.
fn around(
    db: &Connection,
    generation: i64,
    solutions: &[Solution],
) -> rusqlite::Result<BTreeMap<(TitleId, TitleId), SimilarEdge>> {
    let mut from = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM graph_similar WHERE generation = ?1 AND source = ?2"
    ))?;
    let mut to = db.prepare_cached(&format!(
        "SELECT {COLUMNS}, source FROM graph_similar
         WHERE generation = ?1 AND target = ?2 AND weight IS NOT NULL"
    ))?;
    let mut between = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM graph_similar WHERE generation = ?1 AND source = ?2 AND target = ?3"
    ))?;
    let mut edges = BTreeMap::new();
    for solution in solutions {
        let title = solution.title.to_i64();
        for found in from.query_map([generation, title], edge)? {
            let found = found?;
            edges.insert((solution.title, found.to), found);
        }
        let start = |row: &rusqlite::Row<'_>| Ok((TitleId::from_i64(row.get(7)?), edge(row)?));
        for found in to.query_map([generation, title], start)? {
            let (start, found) = found?;
            edges.insert((start, solution.title), found);
        }
        for half in &solution.incoming {
            let found = between
                .query_row([generation, half.from.to_i64(), title], edge)
                .optional()?;
            edges.extend(found.map(|found| ((half.from, solution.title), found)));
        }
    }
    Ok(edges)
}
