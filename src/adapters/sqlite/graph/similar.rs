//! Writing `SIMILAR` edges.
//!
//! A generation is written under a number that nobody reads yet, in transactions of bounded size; then one row is
//! changed, which says what is read; then the old edges are removed. A crash in between leaves a whole generation to
//! read, and the next writer cleans up.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, named_params};

use super::lists::version;
use super::packed::{Edges, Titles, pack, pack_titles};
use crate::adapters::sqlite::columns::{Time, limit, only, read, record, unsigned};
use crate::adapters::sqlite::db::NOW;
use crate::adapters::sqlite::statements::{all, find, one, write};
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
    let sql = "SELECT id FROM graph_titles";
    let ids: Vec<i64> = all(db, sql, (), only)?;
    Ok(ids.into_iter().map(TitleId::from_i64).collect())
}

/// Takes a number for a new generation, higher than all before.
pub(super) fn begin(db: &Connection) -> rusqlite::Result<i64> {
    let sql =
        format!("UPDATE graph_meta SET taken = taken + 1, updated_at = {NOW} RETURNING taken");
    one(db, &sql, (), only)
}

/// Writes the edges around titles that a generation does not have yet.
pub(super) fn put(db: &Connection, generation: i64, titles: &[OfTitle]) -> rusqlite::Result<()> {
    let sql = "INSERT INTO graph_similar (generation, title, edges, starts)
        VALUES (:generation, :title, :edges, :starts)";
    for of in titles {
        let row = named_params! {
            ":generation": generation,
            ":title": of.title.to_i64(),
            ":edges": of.edges,
            ":starts": of.starts,
        };
        write(db, sql, row)?;
    }
    Ok(())
}

/// Makes a generation the current one, unless a newer one is or the graph was emptied since.
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
    write(
        db,
        &sql,
        (generation, Time(computed_at), edges.cast_signed()),
    )?;
    Ok(())
}

/// Removes the edges of some titles of generations before the current one. Says whether that was all.
pub(super) fn sweep(db: &Connection, most: usize) -> rusqlite::Result<bool> {
    let some = "DELETE FROM graph_similar WHERE id IN (
        SELECT id FROM graph_similar
        WHERE generation < (SELECT max(generation, cleared) FROM graph_meta) LIMIT ?1)";
    let removed = write(db, some, [limit(most)])?;
    Ok(removed < most)
}

/// How many edges there are in the current generation.
pub(super) fn count(db: &Connection) -> rusqlite::Result<u64> {
    one(db, "SELECT similar FROM graph_meta", (), unsigned)
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
    write(db, &sql, [revision.cast_signed(), more])?;
    Ok(SimilarVersion { revision, ..before })
}

/// The edges that start from a title, by their ends, and the titles that edges with a weight lead to it from.
#[derive(Default)]
struct Lists {
    edges: BTreeMap<TitleId, SimilarEdge>,
    starts: Vec<TitleId>,
}

record! {
    struct ListsRow {
        edges: Edges<Vec<SimilarEdge>>,
        starts: Titles,
    }
}

impl From<ListsRow> for Lists {
    fn from(row: ListsRow) -> Self {
        let edges = row.edges.0.into_iter();
        Self {
            edges: edges.map(|edge| (edge.to, edge)).collect(),
            starts: row.starts.0,
        }
    }
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
        let sql = "SELECT edges, starts FROM graph_similar WHERE generation = ?1 AND title = ?2";
        let key = [self.generation, title.to_i64()];
        let found = find(db, sql, key, read::<ListsRow, _>)?;
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
        let update = format!(
            "UPDATE graph_similar SET edges = :edges, starts = :starts,
                revision = coalesce(:revision, revision), updated_at = {NOW}
             WHERE generation = :generation AND title = :title"
        );
        let insert = "INSERT INTO graph_similar (generation, title, edges, starts, revision)
            VALUES (:generation, :title, :edges, :starts, coalesce(:revision, 0))";
        for (title, lists) in self.lists {
            let of = OfTitle::new(title, lists.edges.values(), lists.starts)?;
            let is_new = self.new.contains(&title);
            let row = named_params! {
                ":generation": self.generation,
                ":title": of.title.to_i64(),
                ":edges": of.edges,
                ":starts": of.starts,
                ":revision": changed.contains(&title).then_some(revision.cast_signed()),
            };
            write(db, if is_new { insert } else { &update }, row)?;
        }
        Ok(())
    }
}
