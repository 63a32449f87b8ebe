//! What profiles like, from memory: what the record says, or, of a profile that has watched too much for one read, the
//! graph; and what was written here since.
//!
//! A write may come while a taste is read, and the graph learns of it a moment later. So the rows of a write are merged
//! into the taste that is kept, and are set aside for a minute, to be merged into whatever is read meanwhile; of two
//! rows of a title the greater revision counts.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use moka::ops::compute::Op;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use super::lists::MemoryLists;
use super::profiles::ProfileCache;
use crate::domain::error::StoreError;
use crate::domain::events::Event;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::{ListCache, SimilarSource, Taste, TasteEdge, TasteRead};
use crate::domain::watching::{Exclusions, HistoryStore, WatchedTitle};

/// How many edges are kept, at 48 bytes: those of 50,000 profiles that have watched 50 titles, in 120 MB.
const CAPACITY: u64 = 2_500_000;
/// What an entry costs besides its edges, in edges.
const ENTRY: usize = 4;
/// After how long a taste is stale even without an event: events may get lost with a server that crashes.
const TRUSTED: Duration = Duration::from_secs(15);
/// How long rows are set aside: longer than the graph lags behind, unless it is down.
const ASIDE: Duration = Duration::from_secs(60);
/// How many rows are set aside.
const ASIDE_CAPACITY: u64 = 500_000;

/// The tastes of profiles. Clones share them.
#[derive(Clone)]
pub struct Tastes {
    history: Arc<dyn HistoryStore>,
    cached: ProfileCache<Taste, Arc<Exclusions>, Unread>,
    aside: Cache<ProfileId, Arc<[Aside]>>,
    lists: MemoryLists,
}

/// Which store a taste could not be read of, and why.
#[derive(Clone)]
enum Unread {
    Record(Arc<StoreError>),
    /// The graph, which was asked after these exclusions were read.
    Graph(Arc<StoreError>, Arc<Exclusions>),
}

impl From<StoreError> for Unread {
    fn from(error: StoreError) -> Self {
        Self::Record(Arc::new(error))
    }
}

/// A row that what is read may not have yet.
#[derive(Clone, Copy)]
struct Aside {
    edge: TasteEdge,
    until: Instant,
}

/// Of a write, what must be known from before it.
pub(super) struct Begun(Vec<(ProfileId, u64)>);

impl Tastes {
    /// Nothing is known yet. They are read from a history that has everything that was recorded.
    pub fn new(history: Arc<dyn HistoryStore>) -> Self {
        Self::trusted_for(history, TRUSTED)
    }

    /// The same, of which each is stale after another time, even without an event.
    pub fn trusted_for(history: Arc<dyn HistoryStore>, trusted: Duration) -> Self {
        let weigh = |edges: usize| u32::try_from(ENTRY + edges).unwrap_or(u32::MAX);
        Self {
            history,
            cached: ProfileCache::new("taste", CAPACITY, trusted, move |taste: &Taste| {
                weigh(taste.edges.len())
            }),
            aside: Cache::builder()
                .max_capacity(ASIDE_CAPACITY)
                .weigher(move |_, rows: &Arc<[Aside]>| weigh(rows.len()))
                .time_to_live(ASIDE)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
            lists: MemoryLists::new(),
        }
    }

    /// The lists that were made from these tastes.
    pub fn lists(&self) -> MemoryLists {
        self.lists.clone()
    }

    /// What a profile hides or mutes was written, or nobody knows whether it was.
    pub(super) fn exclusions_written(&self, profile: ProfileId) {
        self.lists.forget(profile);
    }

    /// The taste of a profile, and its exclusions if they were read for it. While it cannot be read, a stale one, with
    /// what was written here since: it says more than nothing.
    pub(super) async fn get(
        &self,
        graph: &Arc<dyn SimilarSource>,
        profile: ProfileId,
    ) -> Result<TasteRead, StoreError> {
        let unread = match self.read(graph, profile).await {
            Ok((taste, exclusions)) => {
                return Ok(TasteRead {
                    taste: Ok(taste),
                    exclusions: exclusions.map(Ok),
                });
            }
            Err(unread) => unread,
        };
        let (Unread::Record(error) | Unread::Graph(error, _)) = &unread;
        let stale = match &**error {
            StoreError::Unavailable(reason) => self.stale(profile, &**reason),
            StoreError::Conflict | StoreError::Full(_) | StoreError::Failed(_) => None,
        };
        match (unread, stale) {
            (Unread::Graph(error, exclusions), stale) => Ok(TasteRead {
                taste: stale.ok_or_else(|| StoreError::shared(error)),
                exclusions: Some(Ok(exclusions)),
            }),
            // Nobody waits for the record once more only to learn the same.
            (Unread::Record(error), Some(taste)) => Ok(TasteRead {
                taste: Ok(taste),
                exclusions: Some(Err(StoreError::shared(error))),
            }),
            (Unread::Record(error), None) => Err(StoreError::shared(error)),
        }
    }

    /// The last taste that is known, with what was written here since.
    fn stale(
        &self,
        profile: ProfileId,
        reason: &(dyn std::error::Error + 'static),
    ) -> Option<Arc<Taste>> {
        let merge = |taste: &Taste| taste.with(&self.edges_aside(profile));
        let stale = self.cached.stale(profile, merge)?;
        tracing::debug!(
            error = reason,
            "A taste cannot be read; suggesting by the last one that is known"
        );
        Some(stale)
    }

    /// What is cached, or read. A read is shared by those who ask while it is under way, unless something of the profile
    /// was written here in between: what they asked for after they wrote must have it.
    async fn read(
        &self,
        graph: &Arc<dyn SimilarSource>,
        profile: ProfileId,
    ) -> Result<(Arc<Taste>, Option<Arc<Exclusions>>), Unread> {
        let (tastes, merging) = (self.clone(), self.clone());
        let graph = Arc::clone(graph);
        let read = || async move {
            let read = tastes.history.exclusions_with_taste(profile).await?;
            let exclusions = Arc::new(read);
            let taste = if exclusions.is_whole {
                Arc::new(Taste::of(&exclusions.tasted))
            } else {
                match graph.taste(profile).await {
                    Ok(taste) => taste,
                    Err(error) => return Err(Unread::Graph(Arc::new(error), exclusions)),
                }
            };
            tastes.check_aside(profile, &taste).await?;
            Ok((taste, exclusions))
        };
        let merge = move |taste: Arc<Taste>| taste.with(&merging.edges_aside(profile));
        let written = self.lists.generation(profile).0;
        self.cached.get(profile, written, read, merge).await
    }

    /// To be called before these profiles' rows are written.
    pub(super) fn begin(&self, profiles: impl IntoIterator<Item = ProfileId>) -> Begun {
        let profiles: HashSet<ProfileId> = profiles.into_iter().collect();
        let at_generation = |profile| (profile, self.cached.generation(profile));
        Begun(profiles.into_iter().map(at_generation).collect())
    }

    /// These rows were written.
    pub(super) fn written(&self, begun: &Begun, rows: &[&WatchedTitle]) {
        for (profile, generation) in &begun.0 {
            self.lists.forget(*profile);
            let own = rows.iter().filter(|row| row.profile == *profile);
            let edges: Vec<TasteEdge> = own.map(|row| TasteEdge::from(*row)).collect();
            if edges.is_empty() {
                continue;
            }
            // First aside: a read that ends in between finds them there.
            self.set_aside(*profile, &edges);
            self.cached.change(*profile, *generation, |taste| {
                taste.with(&self.edges_aside(*profile))
            });
        }
    }

    /// Nobody knows whether rows of these profiles were written.
    pub(super) fn maybe_written(&self, begun: &Begun) {
        for (profile, _) in &begun.0 {
            self.lists.forget(*profile);
            self.cached.renew(*profile);
        }
    }

    /// Drops everything of a profile.
    pub(super) fn forget(&self, profile: ProfileId) {
        let entry = self.aside.entry(profile);
        entry.and_compute_with(|_| Op::Remove);
        self.cached.forget(profile);
        self.lists.forget(profile);
    }

    /// Forgets what the event makes stale.
    pub(super) fn observe(&self, event: &Event) {
        match event {
            Event::TastesChanged(profiles) => {
                for profile in &**profiles {
                    self.cached.renew(*profile);
                    self.lists.forget(*profile);
                }
            }
            Event::Missed => {
                self.cached.renew_all();
                self.lists.forget_all();
            }
            _ => {}
        }
    }

    /// Asks the record for the rows set aside of which the taste that was read has no edge. Mostly they were written
    /// meanwhile, or have not got to the graph yet; but the title may say nothing any more since somebody else wrote
    /// it, or the profile may be erased, and then the row must not bring it back.
    async fn check_aside(&self, profile: ProfileId, taste: &Taste) -> Result<(), StoreError> {
        let edges = self.edges_aside(profile);
        if edges.is_empty() {
            return Ok(());
        }
        let known: HashSet<TitleId> = taste.edges.iter().map(|edge| edge.title).collect();
        let doubtful: Vec<TitleId> = edges
            .iter()
            .filter(|edge| edge.says_something() && !known.contains(&edge.title))
            .map(|edge| edge.title)
            .collect();
        if doubtful.is_empty() {
            return Ok(());
        }
        let rows = self.history.watched_titles(profile, &doubtful).await?;
        let recorded: HashSet<TitleId> = rows.iter().map(|row| row.title).collect();
        let is_gone = |title: &TitleId| doubtful.contains(title) && !recorded.contains(title);
        self.change_aside(profile, |aside| {
            aside.retain(|row| !is_gone(&row.edge.title));
        });
        let edges: Vec<TasteEdge> = rows.iter().map(TasteEdge::from).collect();
        self.set_aside(profile, &edges);
        Ok(())
    }

    /// Sets rows aside, unless there are later ones of their titles. Of too many those are let go that count the
    /// least.
    fn set_aside(&self, profile: ProfileId, edges: &[TasteEdge]) {
        let until = Instant::now() + ASIDE;
        self.change_aside(profile, |aside| {
            for edge in edges {
                match aside.iter_mut().find(|row| row.edge.title == edge.title) {
                    Some(row) if row.edge.revision >= edge.revision => {}
                    Some(row) => *row = Aside { edge: *edge, until },
                    None => aside.push(Aside { edge: *edge, until }),
                }
            }
            if aside.len() > Taste::EDGES {
                aside.sort_unstable_by_key(|row| std::cmp::Reverse(row.edge.last_at));
                aside.truncate(Taste::EDGES);
            }
        });
    }

    fn change_aside(&self, profile: ProfileId, change: impl FnOnce(&mut Vec<Aside>)) {
        let entry = self.aside.entry(profile);
        entry.and_compute_with(|aside| {
            let mut rows = aside.map_or_else(Vec::new, |rows| rows.into_value().to_vec());
            let now = Instant::now();
            rows.retain(|row| row.until > now);
            change(&mut rows);
            if rows.is_empty() {
                Op::Remove
            } else {
                Op::Put(rows.into())
            }
        });
    }

    fn edges_aside(&self, profile: ProfileId) -> Vec<TasteEdge> {
        let now = Instant::now();
        let aside = self.aside.get(&profile);
        let rows = aside.iter().flat_map(|rows| rows.iter());
        rows.filter(|row| row.until > now)
            .map(|row| row.edge)
            .collect()
    }
}
