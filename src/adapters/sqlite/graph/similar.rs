//! Writing `SIMILAR` edges.
//!
//! A generation is written under a number that nobody reads yet, in transactions of bounded size; then one row is
//! changed, which says what is read; then the old edges are removed. Whoever stops in between leaves a whole
//! generation to read, and the next one cleans up.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::lists::version;
use super::packed::{pack, pack_titles, unpack, unpack_titles};
use super::walk::{limit, number};
use crate::adapters::sqlite::db::NOW;
use crate::domain::ids::TitleId;
use crate::domain::recommend::{SimilarEdge, SimilarVersion, Solution, changes};

/// The edges around a title.
pub(super) struct OfTitle {
    title: TitleId,
    edges: Vec<u8>,
    starts: Vec<u8>,
}

impl OfTitle {
    /// Those that start from a title, and the titles that edges with a weight lead to it from.
    pub(super) fn new<'e>(
        title: TitleId,
        edges: impl IntoIterator<Item = &'e SimilarEdge>,
        starts: impl IntoIterator<Item = TitleId>,
    ) -> rusqlite::Result<Self> {
        Ok(Self {
            title,
            edges: pack(edges)?,
            starts: pack_titles(starts)?,
        })
    }
}

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

/// Writes the edges around titles that a generation does not have yet.
pub(super) fn put(db: &Connection, generation: i64, titles: &[OfTitle]) -> rusqlite::Result<()> {
    let mut insert = db.prepare_cached(
        "INSERT INTO graph_similar (generation, title, edges, starts) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for of in titles {
        insert.execute(params![generation, of.title.to_i64(), of.edges, of.starts])?;
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

/// Removes the edges of some titles of generations before the current one. Says whether that was all.
pub(super) fn sweep(db: &Connection, most: usize) -> rusqlite::Result<bool> {
    let removed = db
        .prepare_cached(
            "DELETE FROM graph_similar WHERE id IN (
               SELECT id FROM graph_similar
               WHERE generation < (SELECT max(generation, cleared) FROM graph_meta) LIMIT ?1)",
        )?
        .execute([limit(most)])?;
    Ok(removed < most)
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
    let mut around = Around::read(db, generation.cast_signed(), solutions)?;
    let changes = changes(&around.current(solutions), solutions);
    let revision = before.revision + 1;
    let mut more = 0;
    for key in &changes.removed {
        more -= around.remove(*key);
    }
    for (key, edge) in &changes.written {
        more += around.put(*key, *edge);
    }
    for solution in solutions {
        around.lead_to(solution);
    }
    around.write(db, revision, &changes.starts())?;
    let sql =
        format!("UPDATE graph_meta SET revision = ?1, similar = similar + ?2, updated_at = {NOW}");
    db.prepare_cached(&sql)?
        .execute([revision.cast_signed(), more])?;
    Ok(SimilarVersion { revision, ..before })
}

/// The edges that start from a title, by their ends, and the titles that edges with a weight lead to it from.
#[derive(Default)]
struct Lists {
    edges: BTreeMap<TitleId, SimilarEdge>,
    starts: Vec<TitleId>,
}

/// The edges around all titles that solutions may change, of those that have a node.
struct Around {
    generation: i64,
    lists: BTreeMap<TitleId, Lists>,
    /// Those that have had no edges in the generation.
    new: BTreeSet<TitleId>,
    nodes: HashSet<TitleId>,
}

impl Around {
    fn read(db: &Connection, generation: i64, solutions: &[Solution]) -> rusqlite::Result<Self> {
        let mut around = Self {
            generation,
            lists: BTreeMap::new(),
            new: BTreeSet::new(),
            nodes: nodes(db)?,
        };
        for solution in solutions {
            around.read_title(db, solution.title)?;
        }
        for solution in solutions {
            let before = around.lists.get(&solution.title);
            let before = before.map_or_else(Vec::new, |lists| lists.starts.clone());
            let now = solution.incoming.iter().map(|half| half.from);
            for start in before.into_iter().chain(now) {
                around.read_title(db, start)?;
            }
        }
        Ok(around)
    }

    fn read_title(&mut self, db: &Connection, title: TitleId) -> rusqlite::Result<()> {
        if self.lists.contains_key(&title) || !self.nodes.contains(&title) {
            return Ok(());
        }
        let mut of_title = db.prepare_cached(
            "SELECT edges, starts FROM graph_similar WHERE generation = ?1 AND title = ?2",
        )?;
        let found = of_title
            .query_row([self.generation, title.to_i64()], |row| {
                let edges: Vec<SimilarEdge> = unpack(row.get_ref(0)?.as_blob()?)?;
                Ok(Lists {
                    edges: edges.into_iter().map(|edge| (edge.to, edge)).collect(),
                    starts: unpack_titles(row.get_ref(1)?.as_blob()?)?,
                })
            })
            .optional()?;
        if found.is_none() {
            self.new.insert(title);
        }
        self.lists.insert(title, found.unwrap_or_default());
        Ok(())
    }

    /// The edges that solutions may change: all that start from or lead to their titles.
    fn current(&self, solutions: &[Solution]) -> BTreeMap<(TitleId, TitleId), SimilarEdge> {
        let solved: BTreeSet<TitleId> = solutions.iter().map(|solution| solution.title).collect();
        let mut current = BTreeMap::new();
        for (start, lists) in &self.lists {
            if solved.contains(start) {
                current.extend(lists.edges.iter().map(|(to, edge)| ((*start, *to), *edge)));
            } else {
                let found = solved.iter().filter_map(|to| lists.edges.get(to));
                current.extend(found.map(|edge| ((*start, edge.to), *edge)));
            }
        }
        current
    }

    /// By how many edges there are fewer.
    fn remove(&mut self, (from, to): (TitleId, TitleId)) -> i64 {
        let lists = self.lists.get_mut(&from);
        i64::from(lists.is_some_and(|lists| lists.edges.remove(&to).is_some()))
    }

    /// By how many edges there are more.
    fn put(&mut self, (from, to): (TitleId, TitleId), edge: SimilarEdge) -> i64 {
        match self.lists.get_mut(&from) {
            Some(lists) if self.nodes.contains(&to) => {
                i64::from(lists.edges.insert(to, edge).is_none())
            }
            _ => 0,
        }
    }

    /// Notes which titles speak for a solved one.
    fn lead_to(&mut self, solution: &Solution) {
        if let Some(lists) = self.lists.get_mut(&solution.title) {
            lists.starts = solution.incoming.iter().map(|half| half.from).collect();
        }
    }

    /// Writes all, and marks those of which edges that start from them have changed.
    fn write(
        self,
        db: &Connection,
        revision: u64,
        changed: &BTreeSet<TitleId>,
    ) -> rusqlite::Result<()> {
        let mut update = db.prepare_cached(&format!(
            "UPDATE graph_similar SET edges = ?3, starts = ?4, revision = coalesce(?5, revision), updated_at = {NOW}
             WHERE generation = ?1 AND title = ?2"
        ))?;
        let mut insert = db.prepare_cached(
            "INSERT INTO graph_similar (generation, title, edges, starts, revision)
             VALUES (?1, ?2, ?3, ?4, coalesce(?5, 0))",
        )?;
        for (title, lists) in self.lists {
            let of = OfTitle::new(title, lists.edges.values(), lists.starts)?;
            let changed = changed.contains(&title).then_some(revision.cast_signed());
            let write = if self.new.contains(&title) {
                &mut insert
            } else {
                &mut update
            };
            write.execute(params![
                self.generation,
                of.title.to_i64(),
                of.edges,
                of.starts,
                changed
            ])?;
        }
        Ok(())
    }
}
