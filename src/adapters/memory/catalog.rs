//! A cache in front of the catalogue: titles, people, genres, collections and episodes by id, and which titles a
//! collection has.
//!
//! It is bounded, and never the record. What this process writes is forgotten at once, what another one writes arrives
//! by the change feed; a value that slipped in between is forgotten after a minute at the latest.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use moka::sync::Cache;

use super::reads;
use crate::domain::catalog::{
    CatalogBatch, CatalogError, CatalogFollower, CatalogStore, Change, Changed, Collection,
    Episode, Genre, Person, Title, TitleWatchers,
};
use crate::domain::error::StoreError;
use crate::domain::ids::{CollectionId, EpisodeId, GenreId, PersonId, TitleId};
use crate::domain::loading::CurationStore;
use crate::domain::recommend::WatchersStore;

/// How many things of each sort are kept.
const CAPACITY: u64 = 100_000;
/// How long a value is trusted.
const LIFETIME: Duration = Duration::from_secs(60);

/// A catalogue store with a cache in front.
#[derive(Clone)]
pub struct CachedCatalog {
    store: Arc<dyn CatalogStore>,
    writes: Arc<dyn CurationStore>,
    watchers: Arc<dyn WatchersStore>,
    titles: Cache<TitleId, Arc<Title>>,
    people: Cache<PersonId, Arc<Person>>,
    genres: Cache<GenreId, Arc<Genre>>,
    collections: Cache<CollectionId, Arc<Collection>>,
    /// Which titles are part of a collection. A title that has left it may still be named.
    members: Cache<CollectionId, Arc<Vec<TitleId>>>,
    episodes: Cache<EpisodeId, Arc<Episode>>,
}

impl CachedCatalog {
    /// An empty cache in front of a store.
    pub fn new<S>(store: Arc<S>) -> Self
    where
        S: CatalogStore + CurationStore + WatchersStore + 'static,
    {
        Self {
            store: store.clone(),
            writes: store.clone(),
            watchers: store,
            titles: cache("titles"),
            people: cache("people"),
            genres: cache("genres"),
            collections: cache("collections"),
            members: cache("members"),
            episodes: cache("episodes"),
        }
    }

    fn keep_titles(&self, titles: &[Arc<Title>]) {
        for title in titles {
            self.titles.insert(title.id, Arc::clone(title));
        }
    }

    /// Forgets who is part of a title's collection, unless the title is known to be.
    fn join(&self, title: &Title) {
        let Some(part_of) = title.collection else {
            return;
        };
        let members = self.members.get(&part_of.collection);
        if members.is_some_and(|members| !members.contains(&title.id)) {
            self.members.invalidate(&part_of.collection);
        }
    }
}

fn cache<K: Hash + Eq + Send + Sync + 'static, V: Send + Sync + 'static>(
    name: &str,
) -> Cache<K, Arc<V>> {
    Cache::builder()
        .name(name)
        .max_capacity(CAPACITY)
        .time_to_live(LIFETIME)
        .build()
}

/// What is cached, and the ids of what is not.
fn split<K: Copy + Hash + Eq + Send + Sync + 'static, V: Clone + Send + Sync + 'static>(
    cache: &Cache<K, Arc<V>>,
    ids: &[K],
) -> (Vec<V>, Vec<K>) {
    let (found, missing) = split_shared(cache, ids);
    (
        found.iter().map(|value| (**value).clone()).collect(),
        missing,
    )
}

/// What is cached, as it is kept there, and the ids of what is not.
fn split_shared<K: Copy + Hash + Eq + Send + Sync + 'static, V: Send + Sync + 'static>(
    cache: &Cache<K, Arc<V>>,
    ids: &[K],
) -> (Vec<Arc<V>>, Vec<K>) {
    let mut found = Vec::with_capacity(ids.len());
    let mut missing = Vec::new();
    for id in ids {
        match cache.get(id) {
            Some(value) => found.push(value),
            None => missing.push(*id),
        }
    }
    let name = cache.name().unwrap_or_default().to_owned();
    reads::count(name, found.len(), missing.len());
    (found, missing)
}

#[async_trait]
impl CatalogStore for CachedCatalog {
    async fn titles(&self, ids: &[TitleId]) -> Result<Vec<Arc<Title>>, StoreError> {
        let (mut found, missing) = split_shared(&self.titles, ids);
        if !missing.is_empty() {
            let read = self.store.titles(&missing).await?;
            self.keep_titles(&read);
            found.extend(read);
        }
        Ok(found)
    }

    async fn people(&self, ids: &[PersonId]) -> Result<Vec<Person>, StoreError> {
        let (mut found, missing) = split(&self.people, ids);
        if !missing.is_empty() {
            for person in self.store.people(&missing).await? {
                self.people.insert(person.id, Arc::new(person.clone()));
                found.push(person);
            }
        }
        Ok(found)
    }

    async fn genres(&self, ids: &[GenreId]) -> Result<Vec<Genre>, StoreError> {
        let (mut found, missing) = split(&self.genres, ids);
        if !missing.is_empty() {
            for genre in self.store.genres(&missing).await? {
                self.genres.insert(genre.id, Arc::new(genre.clone()));
                found.push(genre);
            }
        }
        Ok(found)
    }

    async fn collections(&self, ids: &[CollectionId]) -> Result<Vec<Collection>, StoreError> {
        let (mut found, missing) = split(&self.collections, ids);
        if !missing.is_empty() {
            for collection in self.store.collections(&missing).await? {
                self.collections
                    .insert(collection.id, Arc::new(collection.clone()));
                found.push(collection);
            }
        }
        Ok(found)
    }

    async fn titles_of_collections(
        &self,
        collections: &[CollectionId],
    ) -> Result<Vec<Arc<Title>>, StoreError> {
        let wanted: BTreeSet<CollectionId> = collections.iter().copied().collect();
        let mut missing = BTreeMap::new();
        let mut known = BTreeSet::new();
        for collection in &wanted {
            match self.members.get(collection) {
                Some(members) => known.extend(members.iter().copied()),
                None => drop(missing.insert(*collection, Vec::new())),
            }
        }
        reads::count("members", wanted.len() - missing.len(), missing.len());
        let known: Vec<TitleId> = known.into_iter().collect();
        let mut found = self.titles(&known).await?;
        // What has left since is named by its former collection still; what is missing is read below.
        found.retain(|title| {
            title.collection.is_some_and(|part_of| {
                let collection = part_of.collection;
                wanted.contains(&collection) && !missing.contains_key(&collection)
            })
        });
        if !missing.is_empty() {
            let unknown: Vec<CollectionId> = missing.keys().copied().collect();
            let read = self.store.titles_of_collections(&unknown).await?;
            self.keep_titles(&read);
            for title in &read {
                let members = title.collection.map(|part_of| part_of.collection);
                if let Some(members) = members.and_then(|id| missing.get_mut(&id)) {
                    members.push(title.id);
                }
            }
            for (collection, members) in missing {
                self.members.insert(collection, Arc::new(members));
            }
            found.extend(read);
        }
        Ok(found)
    }

    async fn episodes(&self, ids: &[EpisodeId]) -> Result<Vec<Episode>, StoreError> {
        let (mut found, missing) = split(&self.episodes, ids);
        if !missing.is_empty() {
            for episode in self.store.episodes(&missing).await? {
                self.episodes.insert(episode.id, Arc::new(episode.clone()));
                found.push(episode);
            }
        }
        Ok(found)
    }
}

#[async_trait]
impl CurationStore for CachedCatalog {
    async fn put(&self, batch: &CatalogBatch) -> Result<(), StoreError> {
        let result = self.writes.put(batch).await;
        // Also after a failure, which may have come after the write.
        for title in &batch.titles {
            self.titles.invalidate(&title.id);
            self.join(title);
        }
        batch
            .people
            .iter()
            .for_each(|person| self.people.invalidate(&person.id));
        batch
            .genres
            .iter()
            .for_each(|genre| self.genres.invalidate(&genre.id));
        batch
            .collections
            .iter()
            .for_each(|collection| self.collections.invalidate(&collection.id));
        batch
            .episodes
            .iter()
            .for_each(|episode| self.episodes.invalidate(&episode.id));
        result
    }
}

#[async_trait]
impl WatchersStore for CachedCatalog {
    async fn begin_count(&self) -> Result<u64, StoreError> {
        self.watchers.begin_count().await
    }

    async fn put_watchers(
        &self,
        count: u64,
        watchers: &[(TitleId, u64)],
    ) -> Result<Vec<TitleId>, StoreError> {
        let result = self.watchers.put_watchers(count, watchers).await;
        match &result {
            // One that was put later comes by the feed of counts.
            Ok(news) => {
                let news: BTreeSet<&TitleId> = news.iter().collect();
                let counted = watchers.iter().filter(|(id, _)| news.contains(id));
                let counted = counted.map(|(title, watchers)| TitleWatchers {
                    title: *title,
                    watchers: *watchers,
                    count,
                });
                self.follow_watchers(&counted.collect::<Vec<_>>());
            }
            // It may have come after the write.
            Err(_) => watchers
                .iter()
                .for_each(|(id, _)| self.titles.invalidate(id)),
        }
        result
    }
}

#[async_trait]
impl CatalogFollower for CachedCatalog {
    async fn follow(&self, changes: &[Change]) -> Result<(), CatalogError> {
        for change in changes {
            match &change.changed {
                Changed::Title(title) => {
                    self.titles.insert(title.id, Arc::new(title.clone()));
                    self.join(title);
                }
                Changed::Person(person) => self.people.insert(person.id, Arc::new(person.clone())),
            }
        }
        Ok(())
    }

    fn follow_watchers(&self, watchers: &[TitleWatchers]) {
        for counted in watchers {
            let known = self.titles.get(&counted.title);
            if let Some(known) = known.filter(|title| title.watchers != counted.watchers) {
                let title = Title {
                    watchers: counted.watchers,
                    ..(*known).clone()
                };
                self.titles.insert(title.id, Arc::new(title));
            }
        }
    }
}
