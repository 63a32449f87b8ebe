//! The `SIMILAR` edges in memory: a snapshot of one version (generation and revision), which is exchanged as a whole.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use moka::sync::Cache;

use super::flights::Flights;
use super::reads;
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;
use crate::domain::recommend::{SimilarEdge, SimilarLists, SimilarSource, SimilarVersion};

/// How many edges are kept, at 56 bytes: at most 450 MB, and twice that while a new generation is loaded. A title has
/// some 170, so these are the lists of 47,000 titles.
const CAPACITY: u64 = 8_000_000;
/// How many titles' lists are loaded at once.
const BATCH: usize = 500;
/// How often a refresh begins anew because the edges changed under it.
const ATTEMPTS: usize = 3;

/// The edges of a title.
type List = Arc<[SimilarEdge]>;

/// The lists of the titles that are asked for, in front of a graph.
///
/// All lists of a snapshot are of its version. Only [`Self::refresh`] changes the version: it reads what the new one
/// changed and exchanges it at once, so that no reader waits for a read. Until it does, whoever misses something, and
/// finds that the graph has gone on to another version, asks the graph for everything instead.
pub(super) struct SimilarCache {
    graph: Arc<dyn SimilarSource>,
    snapshot: Arc<RwLock<Snapshot>>,
    under_way: Flights<TitleId, Arc<Batch>>,
    refreshing: tokio::sync::Mutex<()>,
}

/// Lists of one version.
#[derive(Clone)]
struct Snapshot {
    /// `None` as long as nothing was read.
    version: Option<SimilarVersion>,
    lists: Cache<TitleId, List>,
    /// Whether it has the lists that it should have, and not only those that were asked for.
    is_loaded: bool,
}

/// Lists that were read together.
struct Batch {
    version: SimilarVersion,
    lists: HashMap<TitleId, List>,
}

impl Snapshot {
    fn empty() -> Self {
        Self {
            version: None,
            lists: Cache::builder()
                .max_capacity(CAPACITY)
                .weigher(|_, list: &List| u32::try_from(list.len() + 1).unwrap_or(u32::MAX))
                .build(),
            is_loaded: false,
        }
    }

    fn keep(&self, batch: &Batch) {
        for (title, list) in &batch.lists {
            self.lists.insert(*title, Arc::clone(list));
        }
    }

    fn drop_lists(&self, titles: &[TitleId]) {
        for title in titles {
            self.lists.invalidate(title);
        }
    }
}

impl SimilarCache {
    /// An empty cache in front of a graph.
    pub(super) fn new(graph: Arc<dyn SimilarSource>) -> Self {
        Self {
            graph,
            snapshot: Arc::new(RwLock::new(Snapshot::empty())),
            under_way: Flights::default(),
            refreshing: tokio::sync::Mutex::default(),
        }
    }

    /// The edges that start from each of the titles, in the order asked, all of one version. While the graph does not
    /// answer, a title of which nothing is kept has none, unless that is so of all of them.
    pub(super) async fn get(&self, titles: &[TitleId]) -> Result<SimilarLists, StoreError> {
        let (version, kept) = self.look(titles);
        let missing: BTreeSet<TitleId> = titles
            .iter()
            .zip(&kept)
            .filter_map(|(title, list)| list.is_none().then_some(*title))
            .collect();
        reads::count("similar", titles.len() - missing.len(), missing.len());
        if missing.is_empty() {
            return match version {
                Some(version) => Ok(SimilarLists {
                    version,
                    lists: kept.into_iter().flatten().collect(),
                }),
                None => self.graph.similar(titles).await,
            };
        }
        let missing: Vec<TitleId> = missing.into_iter().collect();
        let batches = self.under_way.join(&missing, |titles| {
            let (graph, snapshot) = (Arc::clone(&self.graph), Arc::clone(&self.snapshot));
            async move {
                let batch = Arc::new(read(&*graph, &titles).await?);
                keep(&snapshot, &batch);
                Ok(batch)
            }
        });
        let batches = match batches.await {
            Err(StoreError::Unavailable(reason)) => {
                let version = version.filter(|_| kept.iter().any(Option::is_some));
                let Some(version) = version else {
                    return Err(StoreError::Unavailable(reason));
                };
                tracing::debug!(
                    error = &*reason as &dyn std::error::Error,
                    titles = missing.len(),
                    "The graph does not answer; suggesting without the edges of some titles"
                );
                let lists = kept.into_iter().map(Option::unwrap_or_default).collect();
                return Ok(SimilarLists { version, lists });
            }
            batches => batches?,
        };
        let version = version.unwrap_or(batches[0].version);
        if batches.iter().any(|batch| batch.version != version) {
            return self.graph.similar(titles).await;
        }
        let find = |title| batches.iter().find_map(|batch| batch.lists.get(title));
        let lists = titles.iter().zip(kept).map(|(title, list)| {
            let list = list.or_else(|| find(title).cloned());
            list.ok_or_else(|| StoreError::failed("a graph left out a title"))
        });
        Ok(SimilarLists {
            version,
            lists: lists.collect::<Result<_, _>>()?,
        })
    }

    /// Brings the snapshot up to date with the graph. Of the same generation, lists that changed are exchanged; if they
    /// change faster than they can be read they are dropped, to be read when they are asked for. Another generation is
    /// loaded beside the old one, which goes on answering: the lists that the old one had; the first time, those of all
    /// titles. May be broken off at any point.
    pub(super) async fn refresh(&self) -> Result<(), StoreError> {
        let _turn = self.refreshing.lock().await;
        for attempt in 1..=ATTEMPTS {
            let now = self.graph.similar_version().await?;
            let held = self.snapshot().clone();
            let is_done = match held.version {
                Some(version) if held.is_loaded && version == now => true,
                Some(version) if held.is_loaded && version.is_of_generation(&now) => {
                    let may_wait = attempt < ATTEMPTS;
                    self.exchange(&held.lists, (version, now), may_wait).await?
                }
                _ => self.load(&held, now).await?,
            };
            if is_done {
                return Ok(());
            }
        }
        Ok(())
    }

    fn look(&self, titles: &[TitleId]) -> (Option<SimilarVersion>, Vec<Option<List>>) {
        // As long as this is held, no list is dropped and none exchanged.
        let snapshot = self.snapshot();
        let lists = titles.iter().map(|title| snapshot.lists.get(title));
        (snapshot.version, lists.collect())
    }

    /// Exchanges those of the kept lists that changed between two versions; if it may not wait until they are read, drops
    /// them. Says whether that is all that is to be done.
    async fn exchange(
        &self,
        kept: &Cache<TitleId, List>,
        (before, now): (SimilarVersion, SimilarVersion),
        may_wait: bool,
    ) -> Result<bool, StoreError> {
        let changed = self.graph.similar_changed_after(before.revision).await?;
        let mut fresh = Vec::new();
        if may_wait {
            let kept = changed.iter().filter(|title| kept.contains_key(*title));
            let kept: Vec<TitleId> = kept.copied().collect();
            for titles in kept.chunks(BATCH) {
                let batch = read(&*self.graph, titles).await?;
                if batch.version != now {
                    return Ok(false);
                }
                fresh.push(batch);
            }
        }
        // Otherwise these are changes of another generation.
        if !self.graph.similar_version().await?.is_of_generation(&now) {
            return Ok(false);
        }
        let mut snapshot = self.snapshot_mut();
        if snapshot.version != Some(before) {
            return Ok(false);
        }
        snapshot.drop_lists(&changed);
        for batch in &fresh {
            snapshot.keep(batch);
        }
        snapshot.version = Some(now);
        Ok(true)
    }

    /// Loads another generation, and exchanges the snapshot. Says whether that is all that is to be done.
    async fn load(&self, held: &Snapshot, begun: SimilarVersion) -> Result<bool, StoreError> {
        let mut loaded = Snapshot::empty();
        let mut wanted = Wanted::of(held);
        let mut edges = 0;
        // In a graph without edges there is nothing to wait for.
        while begun.generation > 0 && edges < CAPACITY {
            let titles = wanted.next(&*self.graph).await?;
            if titles.is_empty() {
                break;
            }
            let batch = read(&*self.graph, &titles).await?;
            if !batch.version.is_of_generation(&begun) {
                return Ok(false);
            }
            edges += batch
                .lists
                .values()
                .map(|list| list.len() as u64 + 1)
                .sum::<u64>();
            loaded.keep(&batch);
        }
        // What was loaded before it changed is none of the last version's.
        let now = self.graph.similar_version().await?;
        if now != begun {
            let changed = self.graph.similar_changed_after(begun.revision).await?;
            loaded.drop_lists(&changed);
            if !self.graph.similar_version().await?.is_of_generation(&begun) {
                return Ok(false);
            }
        }
        loaded.version = Some(now);
        loaded.is_loaded = true;
        *self.snapshot_mut() = loaded;
        Ok(true)
    }

    fn snapshot(&self) -> RwLockReadGuard<'_, Snapshot> {
        self.snapshot.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn snapshot_mut(&self) -> RwLockWriteGuard<'_, Snapshot> {
        self.snapshot
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which titles' lists are to be loaded.
enum Wanted {
    /// Of all titles, those after this one.
    After(Option<TitleId>),
    /// Those that are left of some.
    Rest(Vec<TitleId>),
}

impl Wanted {
    fn of(held: &Snapshot) -> Self {
        match held.version {
            Some(version) if held.is_loaded && version.generation > 0 => {
                Self::Rest(held.lists.iter().map(|(title, _)| *title).collect())
            }
            _ => Self::After(None),
        }
    }

    async fn next(&mut self, graph: &dyn SimilarSource) -> Result<Vec<TitleId>, StoreError> {
        match self {
            Self::After(after) => {
                let nodes = graph.titles_after(*after, BATCH).await?;
                *after = nodes.last().map(|node| node.id);
                Ok(nodes.into_iter().map(|node| node.id).collect())
            }
            Self::Rest(titles) => {
                let rest = titles.len().saturating_sub(BATCH);
                Ok(titles.split_off(rest))
            }
        }
    }
}

async fn read(graph: &dyn SimilarSource, titles: &[TitleId]) -> Result<Batch, StoreError> {
    let read = graph.similar(titles).await?;
    Ok(Batch {
        version: read.version,
        lists: titles.iter().copied().zip(read.lists).collect(),
    })
}

/// Keeps what was read if it is of the snapshot's version; of a snapshot that has none it becomes the version.
fn keep(snapshot: &RwLock<Snapshot>, batch: &Batch) {
    let current = snapshot.read().unwrap_or_else(PoisonError::into_inner);
    let is_new = current.version.is_none();
    if current.version == Some(batch.version) {
        current.keep(batch);
    }
    drop(current);
    if is_new {
        let mut current = snapshot.write().unwrap_or_else(PoisonError::into_inner);
        if *current.version.get_or_insert(batch.version) == batch.version {
            current.keep(batch);
        }
    }
}
