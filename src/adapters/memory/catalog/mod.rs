//! The whole catalogue in memory, a snapshot that follows the record: lists, filters and things by id, slug or external
//! id cost no query.
//!
//! It is never the record. Until it was read, which whoever first needs a list waits for, things come from the record
//! itself. What this process writes is in it at once, what another one writes comes by the change feed. Things that it
//! does not know by their id are asked of the record: another server may have written them a moment ago. What is long
//! and wanted of few things at a time, lives of people and what happens in episodes, stays in the record; so does where
//! pictures were read.

mod episodes;
mod filters;
mod follow;
mod likely;
mod lists;
mod load;
mod orders;
mod people;
mod reception;
mod tables;
mod titles;

use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use hashbrown::HashSet;

use self::likely::Likely;
use self::tables::Tables;
use super::reads;
use crate::domain::catalog::{
    Biography, CatalogBatch, CatalogListStore, CatalogStore, Change, ChangeSource, Collection,
    Episode, Genre, Overview, Person, Title,
};
use crate::domain::error::StoreError;
use crate::domain::ids::{CollectionId, EpisodeId, GenreId, PersonId, TitleId};
use crate::domain::loading::CurationStore;
use crate::domain::recommend::WatchersStore;

/// The catalogue in memory, in front of its record. Clones share it.
#[derive(Clone)]
pub struct CatalogSnapshot {
    record: Record,
    state: Arc<RwLock<State>>,
    /// Held by whoever reads everything.
    reading: Arc<tokio::sync::Mutex<()>>,
    /// Another number after each change.
    revision: Arc<AtomicU64>,
    likely: Likely,
}

/// The ports to the record.
#[derive(Clone)]
struct Record {
    things: Arc<dyn CatalogStore>,
    lists: Arc<dyn CatalogListStore>,
    changes: Arc<dyn ChangeSource>,
    writes: Arc<dyn CurationStore>,
    watchers: Arc<dyn WatchersStore>,
}

/// How much of the catalogue is here.
enum State {
    Nothing,
    /// It is being read; what was written meanwhile.
    Coming(Vec<CatalogBatch>),
    Whole {
        tables: Box<Tables>,
        /// The place in the change feed from which on changes must be followed.
        from: u64,
    },
}

impl CatalogSnapshot {
    /// A snapshot of a record that is not read yet.
    pub fn new<S>(store: Arc<S>) -> Self
    where
        S: CatalogStore + CatalogListStore + ChangeSource + CurationStore + WatchersStore + 'static,
    {
        Self {
            record: Record {
                things: store.clone(),
                lists: store.clone(),
                changes: store.clone(),
                writes: store.clone(),
                watchers: store,
            },
            state: Arc::new(RwLock::new(State::Nothing)),
            reading: Arc::default(),
            revision: Arc::default(),
            likely: Likely::default(),
        }
    }

    /// Reads everything, unless it is here. Says from which place on the change feed must be followed.
    pub async fn read(&self) -> Result<u64, StoreError> {
        if let Some(from) = self.from() {
            return Ok(from);
        }
        // In a task of its own: whoever waits may go away, and others go on waiting for what was read by then.
        let this = self.clone();
        let read = tokio::spawn(async move { this.read_anew().await });
        read.await.map_err(StoreError::failed)?
    }

    async fn read_anew(&self) -> Result<u64, StoreError> {
        let _reading = self.reading.lock().await;
        // Whoever was first has read it.
        if let Some(from) = self.from() {
            return Ok(from);
        }
        self.change(|state| *state = State::Coming(Vec::new()));
        let read = load::everything(&self.record.changes).await;
        self.change(|state| {
            let coming = std::mem::replace(state, State::Nothing);
            let (from, mut tables) = read?;
            if let State::Coming(written) = coming {
                for batch in written {
                    tables.apply(batch);
                }
            }
            let tables = Box::new(tables);
            *state = State::Whole { tables, from };
            Ok(from)
        })
    }

    /// Every title and person, some at a time, for an index that begins; nothing if the snapshot was not read.
    pub fn titles_and_people(&self, limit: usize) -> impl Iterator<Item = Vec<Change>> {
        (0..).map_while(move |part| {
            let part = self.look(|tables| load::part(tables, part * limit, limit))?;
            (!part.is_empty()).then_some(part)
        })
    }

    /// Every episode, those of some titles at a time, in the same way; of some there may be none.
    pub fn all_episodes(&self, titles: usize) -> impl Iterator<Item = Vec<Change>> {
        (0..).map_while(move |part| {
            self.look(|tables| load::episodes(tables, part * titles, titles))
                .flatten()
        })
    }

    fn from(&self) -> Option<u64> {
        match &*self.state.read().unwrap_or_else(PoisonError::into_inner) {
            State::Whole { from, .. } => Some(*from),
            State::Nothing | State::Coming(_) => None,
        }
    }

    /// Looks something up; `None`: not everything is here.
    fn look<T>(&self, look: impl FnOnce(&Tables) -> T) -> Option<T> {
        match &*self.state.read().unwrap_or_else(PoisonError::into_inner) {
            State::Whole { tables, .. } => Some(look(tables)),
            State::Nothing | State::Coming(_) => None,
        }
    }

    /// Looks something up, or asks the record while not everything is here.
    async fn look_or<T>(
        &self,
        look: impl FnOnce(&Tables) -> T,
        ask: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        match self.look(look) {
            Some(found) => Ok(found),
            None => ask.await,
        }
    }

    /// Looks something up of everything, which is read first if it must be.
    async fn look_whole<T>(&self, look: impl FnOnce(&Tables) -> T) -> Result<T, StoreError> {
        self.read().await?;
        let found = self.look(look);
        found.ok_or_else(not_here)
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.write().unwrap_or_else(|poisoned| {
            // Whoever panicked has left it half changed: it is read anew.
            self.state.clear_poison();
            let mut state = poisoned.into_inner();
            *state = State::Nothing;
            self.changed();
            state
        });
        change(&mut state)
    }

    fn changed(&self) {
        self.revision.fetch_add(1, Ordering::Release);
    }

    /// Takes in what was written.
    fn apply(&self, batch: CatalogBatch) {
        self.change(|state| match state {
            State::Nothing => {}
            State::Coming(written) => written.push(batch),
            State::Whole { tables, .. } => {
                if tables.apply(batch) {
                    self.changed();
                }
            }
        });
    }

    /// The things with these ids that are here, and the ids of those that are not.
    fn known<I: Copy + Eq + Hash, T>(
        &self,
        sort: &'static str,
        ids: &[I],
        find: impl Fn(&Tables, I) -> Option<T>,
    ) -> (Vec<T>, Vec<I>) {
        let mut found = Vec::with_capacity(ids.len());
        let mut missing = Vec::new();
        let mut seen = HashSet::with_capacity(ids.len());
        let is_whole = self.look(|tables| {
            for id in ids.iter().filter(|id| seen.insert(**id)) {
                match find(tables, *id) {
                    Some(thing) => found.push(thing),
                    None => missing.push(*id),
                }
            }
        });
        if is_whole.is_none() {
            missing = ids.to_vec();
        }
        reads::count(sort, found.len(), missing.len());
        (found, missing)
    }
}

#[async_trait]
impl CatalogStore for CatalogSnapshot {
    async fn titles(&self, ids: &[TitleId]) -> Result<Vec<Arc<Title>>, StoreError> {
        let find = |tables: &Tables, id| tables.titles.with_id(id).cloned();
        let (mut found, missing) = self.known("titles", ids, find);
        if !missing.is_empty() {
            found.extend(self.record.things.titles(&missing).await?);
        }
        Ok(found)
    }

    async fn people(&self, ids: &[PersonId]) -> Result<Vec<Person>, StoreError> {
        let find = |tables: &Tables, id| tables.people.with_id(id);
        let (mut found, missing) = self.known("people", ids, find);
        if !missing.is_empty() {
            found.extend(self.record.things.people(&missing).await?);
        }
        Ok(found)
    }

    async fn biographies(&self, ids: &[PersonId]) -> Result<Vec<Biography>, StoreError> {
        self.record.things.biographies(ids).await
    }

    async fn genres(&self, ids: &[GenreId]) -> Result<Vec<Genre>, StoreError> {
        let find = |tables: &Tables, id| tables.genres.get(&id).cloned();
        let (mut found, missing) = self.known("genres", ids, find);
        // Genres are looked up by every spelling of a name, of which most are none.
        if !missing.is_empty() && self.from().is_none() {
            found.extend(self.record.things.genres(&missing).await?);
        }
        Ok(found)
    }

    async fn collections(&self, ids: &[CollectionId]) -> Result<Vec<Collection>, StoreError> {
        let find = |tables: &Tables, id| tables.collections.get(&id).cloned();
        let (mut found, missing) = self.known("collections", ids, find);
        if !missing.is_empty() {
            found.extend(self.record.things.collections(&missing).await?);
        }
        Ok(found)
    }

    async fn titles_of_collections(
        &self,
        collections: &[CollectionId],
    ) -> Result<Vec<Arc<Title>>, StoreError> {
        let find = |tables: &Tables| {
            let mut wanted = collections.to_vec();
            wanted.sort_unstable();
            wanted.dedup();
            let members = wanted.iter().flat_map(|id| tables.titles.members(*id));
            members.cloned().collect()
        };
        self.look_or(find, self.record.things.titles_of_collections(collections))
            .await
    }

    async fn episodes(&self, ids: &[EpisodeId]) -> Result<Vec<Episode>, StoreError> {
        let find = |tables: &Tables, id| tables.episodes.with_id(id).cloned();
        let (mut found, missing) = self.known("episodes", ids, find);
        if !missing.is_empty() {
            found.extend(self.record.things.episodes(&missing).await?);
        }
        Ok(found)
    }

    async fn overviews(&self, ids: &[EpisodeId]) -> Result<Vec<Overview>, StoreError> {
        self.record.things.overviews(ids).await
    }
}

fn not_here() -> StoreError {
    StoreError::failed("the catalogue was read and is not here")
}
