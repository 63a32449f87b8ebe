//! Changing the current generation of `SIMILAR` edges by what was solved anew for some titles.
//!
//! Readers may see half of a transaction, so no edge is changed in place. Edges that replace others are written with
//! the revision that they begin with, those that they replace are marked with the revision that they end with, and only
//! when all that is committed does one more transaction make that revision the current one. So it can be prepared in
//! many transactions of bounded size. Preparing takes a lease, which is a property of the graph's node with the name of
//! its holder; when it has run out, the next holder first undoes what the one before had prepared.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use backon::{ConstantBuilder, Retryable};
use neo4rs::{BoltType, Query, query};
use serde::Deserialize;

use super::db::{Fault, Neo4jDb, Transaction, map, number};
use super::lists::{EdgeRow, VersionRow, edge, version_of};
use super::queries;
use super::similar::{Edges, GRAPH, NEVER, title_row};
use crate::domain::entropy::unique_name;
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;
use crate::domain::recommend::{EdgeChanges, SimilarEdge, SimilarVersion, Solution, changes};

/// After how long without a sign somebody who prepares must have broken off.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait before looking again whether somebody else is done.
const PAUSE: Duration = Duration::from_millis(40);
/// How often to look, and how often to begin again.
const TRIES: usize = 1000;
/// How many edges are written, or removed, in one transaction, about.
const EDGES: usize = 2000;
/// The edges around how many titles are read in one transaction.
const TITLES: usize = 16;

/// The edges that there are, each with its name.
type Around = BTreeMap<(TitleId, TitleId), (String, SimilarEdge)>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Begun {
    version: Option<VersionRow>,
    is_begun: bool,
}

#[derive(Deserialize)]
struct GoesOn {}

#[derive(Deserialize)]
struct AroundRow {
    element: String,
    source: TitleId,
    edge: EdgeRow,
}

#[derive(Deserialize)]
struct Removed {
    removed: usize,
}

#[derive(Deserialize)]
struct Switched {
    version: Option<VersionRow>,
}

/// Why it did not come to its end.
enum Stop {
    /// Somebody else is at it, or was meanwhile.
    Busy,
    /// Another generation is the current one.
    Late(Option<VersionRow>),
    Failed(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

/// One change of the edges, from one revision to the next.
#[derive(Clone)]
struct Change {
    name: Arc<str>,
    generation: i64,
    revision: i64,
}

/// Edges that start from the same titles.
#[derive(Clone, Default)]
struct Batch {
    ended: Vec<String>,
    written: BTreeMap<TitleId, Vec<SimilarEdge>>,
    starts: BTreeSet<TitleId>,
}

impl Batch {
    fn is_full(&self) -> bool {
        self.ended.len() + self.written.values().map(Vec::len).sum::<usize>() >= EDGES
    }
}

/// Replaces what the generation says of the titles of these solutions, if it still is the current one.
pub(super) async fn put(
    db: &Neo4jDb,
    generation: u64,
    solutions: &[Solution],
) -> Result<SimilarVersion, StoreError> {
    let patience = ConstantBuilder::default()
        .with_delay(PAUSE)
        .with_max_times(TRIES);
    let put = (|| try_put(db, generation.cast_signed(), solutions))
        .retry(patience)
        .when(|stop| matches!(stop, Stop::Busy))
        .await;
    match put {
        Ok(version) | Err(Stop::Late(version)) => version_of(version),
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Busy) => Err(StoreError::unavailable(
            "the SIMILAR edges are changed by somebody else all the time",
        )),
    }
}

async fn try_put(
    db: &Neo4jDb,
    generation: i64,
    solutions: &[Solution],
) -> Result<Option<VersionRow>, Stop> {
    let change = begin(db, generation).await?;
    change.undo(db).await?;
    let around = change.around(db, solutions).await?;
    let current = around
        .iter()
        .map(|(key, (_, edge))| (*key, *edge))
        .collect();
    let mut more = 0;
    for batch in batches(&changes(&current, solutions), around) {
        more += change.put(db, batch).await?;
    }
    let version = change.switch(db, more).await?;
    change.sweep(db).await?;
    Ok(version)
}

async fn begin(db: &Neo4jDb, generation: i64) -> Result<Change, Stop> {
    let name: Arc<str> = unique_name().to_string().into();
    let statement = query(queries::BEGIN_SOLUTIONS)
        .param("graph", GRAPH)
        .param("generation", generation)
        .param("prepared", &*name)
        .param("patience", millis(PATIENCE));
    let begun: Vec<Begun> = db
        .write(move |transaction| Box::pin(transaction.rows(statement.clone())))
        .await?;
    let version = begun.first().and_then(|row| row.version);
    match version {
        Some((current, revision, _)) if current.cast_signed() == generation => {
            if !begun.iter().any(|row| row.is_begun) {
                return Err(Stop::Busy);
            }
            Ok(Change {
                name,
                generation,
                revision: revision.cast_signed() + 1,
            })
        }
        version => Err(Stop::Late(version)),
    }
}

/// The changes in parts of bounded size; all of one start are in the same.
fn batches(changes: &EdgeChanges, mut around: Around) -> Vec<Batch> {
    let mut batches = vec![Batch::default()];
    for start in changes.starts() {
        if batches.last().is_some_and(Batch::is_full) {
            batches.push(Batch::default());
        }
        let Some(batch) = batches.last_mut() else {
            continue;
        };
        let of_start = (start, TitleId(0))..=(start, TitleId(u64::MAX));
        let written = changes.written.range(of_start.clone());
        let removed = changes.removed.range(of_start);
        let ended = written.clone().map(|(key, _)| key).chain(removed);
        let ended = ended.filter_map(|key| around.remove(key));
        batch.ended.extend(ended.map(|(element, _)| element));
        batch
            .written
            .insert(start, written.map(|(_, edge)| *edge).collect());
        batch.starts.insert(start);
    }
    batches
}

impl Change {
    fn query(&self, text: &str) -> Query {
        query(text)
            .param("graph", GRAPH)
            .param("prepared", &*self.name)
            .param("generation", self.generation)
    }

    /// The statement with the revision before.
    fn before(&self, text: &str) -> Query {
        self.query(text).param("revision", self.revision - 1)
    }

    /// The statement with the revision that is prepared.
    fn after(&self, text: &str) -> Query {
        self.query(text).param("revision", self.revision)
    }

    /// Runs statements in a transaction in which this cannot become void: the rows of the last of them.
    async fn write<T>(
        &self,
        db: &Neo4jDb,
        statements: impl Fn() -> (Vec<Query>, Query) + Send + Sync + 'static,
    ) -> Result<Vec<T>, Stop>
    where
        T: serde::de::DeserializeOwned + Send + 'static,
    {
        let go_on = self.query(queries::GO_ON_SOLUTIONS);
        let rows = db
            .write(move |transaction| {
                let go_on = go_on.clone();
                let (first, last) = statements();
                Box::pin(async move { alone(transaction, go_on, first, last).await })
            })
            .await?;
        rows.ok_or(Stop::Busy)
    }

    /// Takes back what somebody who broke off had prepared.
    async fn undo(&self, db: &Neo4jDb) -> Result<(), Stop> {
        for text in [queries::UNDO_BEGUN, queries::UNDO_ENDED] {
            self.repeat(db, self.before(text).param("until", NEVER))
                .await?;
        }
        Ok(())
    }

    /// Removes the edges that ended. What is left here, the next one removes.
    async fn sweep(&self, db: &Neo4jDb) -> Result<(), StoreError> {
        let sweep = self
            .after(queries::SWEEP_SOLUTIONS)
            .param("limit", number(EDGES));
        loop {
            let sweep = sweep.clone();
            let rows: Vec<Removed> = db
                .write(move |transaction| Box::pin(transaction.rows(sweep.clone())))
                .await?;
            if rows.iter().all(|row| row.removed < EDGES) {
                return Ok(());
            }
        }
    }

    async fn repeat(&self, db: &Neo4jDb, statement: Query) -> Result<(), Stop> {
        let statement = statement.param("limit", number(EDGES));
        loop {
            let statement = statement.clone();
            let rows: Vec<Removed> = self
                .write(db, move || (Vec::new(), statement.clone()))
                .await?;
            if rows.iter().all(|row| row.removed < EDGES) {
                return Ok(());
            }
        }
    }

    /// The edges that these solutions may change. Nobody else changes them meanwhile.
    async fn around(&self, db: &Neo4jDb, solutions: &[Solution]) -> Result<Around, Stop> {
        let mut around = BTreeMap::new();
        for solutions in solutions.chunks(TITLES) {
            let titles: BoltType = solutions.iter().map(starts_row).collect();
            let statement = self
                .query(queries::AROUND_SOLUTIONS)
                .param("titles", titles);
            let rows: Vec<AroundRow> = self
                .write(db, move || (Vec::new(), statement.clone()))
                .await?;
            around.extend(rows.into_iter().filter_map(|row| {
                let edge = edge(row.edge)?;
                Some(((row.source, edge.to), (row.element, edge)))
            }));
        }
        Ok(around)
    }

    /// Prepares some edges. Says by how many the generation grows.
    async fn put(&self, db: &Neo4jDb, batch: Batch) -> Result<i64, Stop> {
        let ended = i64::try_from(batch.ended.len()).unwrap_or(i64::MAX);
        let rows = batch
            .written
            .iter()
            .map(|(title, edges)| title_row(*title, edges));
        let rows: BoltType = rows.collect();
        let starts: BoltType = batch.starts.iter().map(|title| title.to_i64()).collect();
        let elements: BoltType = batch.ended.into_iter().collect();
        let again = self
            .query(queries::REMOVE_SIMILAR)
            .param("since", self.revision)
            .param("titles", rows.clone());
        let end = self.after(queries::END_SIMILAR).param("elements", elements);
        let mark = self.after(queries::MARK_SIMILAR).param("titles", starts);
        let put = self
            .query(queries::PUT_SIMILAR)
            .param("since", self.revision)
            .param("begun", self.revision)
            .param("until", NEVER)
            .param("titles", rows);
        let was_tried = AtomicBool::new(false);
        let written: Vec<Edges> = self
            .write(db, move || {
                let mut first = vec![end.clone(), mark.clone()];
                if was_tried.swap(true, Ordering::Relaxed) {
                    first.push(again.clone());
                }
                (first, put.clone())
            })
            .await?;
        let written: u64 = written.iter().map(|row| row.written).sum();
        Ok(written.cast_signed() - ended)
    }

    /// Makes the revision the current one.
    async fn switch(&self, db: &Neo4jDb, more: i64) -> Result<Option<VersionRow>, Stop> {
        let switch = self.after(queries::SWITCH_SOLUTIONS).param("more", more);
        let rows: Vec<Switched> = db
            .write(move |transaction| Box::pin(transaction.rows(switch.clone())))
            .await?;
        rows.first().map(|row| row.version).ok_or(Stop::Busy)
    }
}

/// The rows of the last statement; `None` if the first finds that what is prepared is void.
async fn alone<T: serde::de::DeserializeOwned>(
    transaction: &mut Transaction,
    go_on: Query,
    first: Vec<Query>,
    last: Query,
) -> Result<Option<Vec<T>>, Fault> {
    if transaction.rows::<GoesOn>(go_on).await?.is_empty() {
        return Ok(None);
    }
    for statement in first {
        transaction.run(statement).await?;
    }
    transaction.rows(last).await.map(Some)
}

fn starts_row(solution: &Solution) -> BoltType {
    let halves = solution.incoming.iter();
    let starts: BTreeSet<i64> = halves.map(|half| half.from.to_i64()).collect();
    map([
        ("id", solution.title.to_i64().into()),
        ("starts", starts.into_iter().collect()),
    ])
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
