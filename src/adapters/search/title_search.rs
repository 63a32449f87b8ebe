//! The index as the domain asks for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use async_trait::async_trait;
use tantivy::Searcher;
use tokio::sync::Semaphore;

use super::find;
use super::index::{self, Fields, PersonEntry, Reading, TitleEntry, Writing};
use super::typed::Typed;
use crate::domain::catalog::{
    Change, Changed, PersonHit, SearchError, Title, TitleFacts, TitleHit, TitleSearch,
    TitleWatchers, Wanted,
};
use crate::domain::ids::{PersonId, TitleId};

/// An index in the memory of this process. Clones share it.
#[derive(Clone)]
pub struct TantivySearch {
    reading: Reading,
    writing: Arc<Mutex<Writing>>,
    /// What searches ask of the titles that match, beside the index: a condition is then a look-up of a few
    /// nanoseconds, whatever it is, the index has no columns for it, and another number of watchers is written without
    /// it. Read during a whole search, and so written at once.
    known: Arc<RwLock<HashMap<TitleId, Known>>>,
    /// A search computes all the time, so more than there are cores would only wait for each other.
    turns: Arc<Semaphore>,
}

/// What is known of a title beside its names and people.
struct Known {
    facts: TitleFacts,
    watchers: u64,
}

impl TantivySearch {
    /// An empty index in memory; `follow` fills it from the catalogue.
    pub fn new() -> Result<Self, SearchError> {
        let (reading, writing) = index::open().map_err(failed)?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            reading,
            writing: Arc::new(Mutex::new(writing)),
            known: Arc::default(),
            turns: Arc::new(Semaphore::new(cores)),
        })
    }

    /// Searches off the async threads.
    async fn search<T: Send + 'static>(
        &self,
        query: &str,
        find: impl FnOnce(&Typed, &Searcher, &Fields) -> tantivy::Result<T> + Send + 'static,
    ) -> Result<T, SearchError> {
        let turn = Arc::clone(&self.turns)
            .acquire_owned()
            .await
            .map_err(failed)?;
        let (reading, query) = (self.reading.clone(), query.to_owned());
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            find(&Typed::new(&query), &reading.searcher(), &reading.fields)
        })
        .await
        .map_err(failed)?
        .map_err(failed)
    }
}

#[async_trait]
impl TitleSearch for TantivySearch {
    async fn search_titles(
        &self,
        query: &str,
        wanted: Wanted,
        limit: usize,
    ) -> Result<Vec<TitleHit>, SearchError> {
        let known = Arc::clone(&self.known);
        self.search(query, move |typed, searcher, fields| {
            let known = known.read().unwrap_or_else(PoisonError::into_inner);
            let title = |id| known.get(&TitleId(id));
            let watchers = |id| Some(title(id).filter(|title| wanted(&title.facts))?.watchers);
            find::titles(typed, searcher, fields, &watchers, limit)
        })
        .await
    }

    async fn search_people(
        &self,
        query: &str,
        limit: usize,
    ) -> Result<Vec<PersonHit>, SearchError> {
        let known = Arc::clone(&self.known);
        self.search(query, move |typed, searcher, fields| {
            let known = known.read().unwrap_or_else(PoisonError::into_inner);
            let watchers = |id| Some(known.get(&TitleId(id))?.watchers);
            find::people(typed, searcher, fields, &watchers, limit)
        })
        .await
    }

    async fn apply(
        &self,
        changes: &[Change],
        names: &HashMap<PersonId, String>,
    ) -> Result<(), SearchError> {
        let mut people: Vec<PersonEntry> = names
            .iter()
            .map(|(&id, name)| PersonEntry {
                id,
                name: name.clone(),
            })
            .collect();
        let mut titles = Vec::new();
        let mut news = Vec::new();
        for change in changes {
            match &change.changed {
                Changed::Title(title) => {
                    titles.push(title_entry(title));
                    let known = Known {
                        facts: TitleFacts::from(title),
                        watchers: title.watchers,
                    };
                    news.push((title.id, known));
                }
                Changed::Person(person) => people.push(PersonEntry {
                    id: person.id,
                    name: person.name.clone(),
                }),
                // What cannot be read is not found in the catalogue, whatever its name was.
                Changed::Genre(_)
                | Changed::Collection(_)
                | Changed::Episode(_)
                | Changed::Unreadable(..) => {}
            }
        }
        let (writing, known) = (Arc::clone(&self.writing), Arc::clone(&self.known));
        tokio::task::spawn_blocking(move || {
            let mut writing = writing.lock().unwrap_or_else(PoisonError::into_inner);
            // Before the names: a title that is found is known.
            let mut known = known.write().unwrap_or_else(PoisonError::into_inner);
            known.extend(news);
            drop(known);
            writing.put(&titles, &people)
        })
        .await
        .map_err(failed)?
        .map_err(failed)
    }

    fn put_watchers(&self, watchers: &[TitleWatchers]) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for counted in watchers {
            if let Some(title) = known.get_mut(&counted.title) {
                title.watchers = counted.watchers;
            }
        }
    }
}

fn title_entry(title: &Title) -> TitleEntry {
    let mut names = vec![title.name.clone()];
    names.extend(
        title
            .original_name
            .clone()
            .filter(|name| *name != title.name),
    );
    let mut people: Vec<PersonId> = title.credits.iter().map(|credit| credit.person).collect();
    people.sort_unstable();
    people.dedup();
    TitleEntry {
        id: title.id,
        names,
        people,
    }
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> SearchError {
    SearchError::Index(error.into())
}
