//! The index as the domain asks for it.

use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use tokio::sync::Semaphore;

use super::index::{Index, TitleEntry};
use super::ranking::BEHIND_THE_CAST;
use super::{all, find, highlight, people, suggest};
use crate::domain::catalog::{
    AnyHit, Change, Changed, Episode, HighlightedField, Highlights, HitId, HitKind, NamesOfTitles,
    PersonHit, SearchError, Thumbs, Title, TitleHit, TitleSearch, TitleWatchers, Wanted,
};
use crate::domain::ids::{CollectionId, EpisodeId, PersonId, TitleId};

/// So many changes are taken in at once: searches wait for them, some milliseconds at most.
const AT_ONCE: usize = 32;
/// The same for numbers of watchers, each of which moves a title in the order, and for thumbs.
const COUNTS_AT_ONCE: usize = 1000;
/// An episode is found by so many of its names.
const NAMES_OF_AN_EPISODE: usize = 8;
/// So many of those who are credited in an episode are found by it: directors first, then guests. Each takes 4 bytes, and
/// 16 for each series.
const PEOPLE_OF_AN_EPISODE: usize = 100;

/// An index in the memory of this process. Clones share it.
///
/// A search mostly takes microseconds; but of some queries milliseconds, and while the index is written it waits. So it
/// is made off the async threads, and there are no more at a time than there are cores: more would only wait for each
/// other.
#[derive(Debug, Clone)]
pub struct WordSearch {
    index: Arc<RwLock<Index>>,
    turns: Arc<Semaphore>,
}

impl Default for WordSearch {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            index: Arc::default(),
            turns: Arc::new(Semaphore::new(cores)),
        }
    }
}

impl WordSearch {
    fn write(&self, write: impl FnOnce(&mut Index)) {
        write(&mut self.index.write().unwrap_or_else(PoisonError::into_inner));
    }

    async fn search<T: Send + 'static>(
        &self,
        search: impl FnOnce(&Index) -> T + Send + 'static,
    ) -> Result<T, SearchError> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.map_err(failed)?;
        let index = Arc::clone(&self.index);
        let found = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            search(&index.read().unwrap_or_else(PoisonError::into_inner))
        });
        found.await.map_err(failed)
    }
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> SearchError {
    SearchError::Index(error.into())
}

#[async_trait]
impl TitleSearch for WordSearch {
    async fn search_titles(
        &self,
        query: &str,
        wanted: Wanted,
        limit: usize,
    ) -> Result<Vec<TitleHit>, SearchError> {
        let query = query.to_owned();
        self.search(move |index| find::titles(&query, index, &*wanted, limit))
            .await
    }

    async fn search_people(
        &self,
        query: &str,
        wanted: Wanted,
        limit: usize,
    ) -> Result<Vec<PersonHit>, SearchError> {
        let query = query.to_owned();
        self.search(move |index| people::people(&query, index, &*wanted, limit))
            .await
    }

    async fn search_all(
        &self,
        query: &str,
        kinds: &[HitKind],
        wanted: Wanted,
        limit: usize,
    ) -> Result<Vec<AnyHit>, SearchError> {
        let (query, kinds) = (query.to_owned(), kinds.to_vec());
        self.search(move |index| all::all(&query, index, &kinds, &*wanted, limit))
            .await
    }

    async fn suggest(
        &self,
        query: &str,
        wanted: Wanted,
        limit: usize,
    ) -> Result<Vec<HitId>, SearchError> {
        let query = query.to_owned();
        self.search(move |index| suggest::suggest(&query, index, &*wanted, limit))
            .await
    }

    fn highlight(&self, query: &str, texts: &[(HighlightedField, &str)]) -> Highlights {
        highlight::highlight(query, texts)
    }

    async fn apply(&self, changes: &[Change], names: &NamesOfTitles) -> Result<(), SearchError> {
        let (search, names) = (self.clone(), names.clone());
        let news: Vec<News> = changes.iter().filter_map(|it| news(&it.changed)).collect();
        let applied = tokio::task::spawn_blocking(move || {
            for (id, name) in &names.people {
                // One at a time, so that nobody waits: most are known by that name.
                search.write(|index| index.put_person(*id, name));
            }
            for (id, name) in &names.collections {
                search.write(|index| index.put_collection(*id, name));
            }
            let mut news = news.into_iter().peekable();
            while news.peek().is_some() {
                search.write(|index| news.by_ref().take(AT_ONCE).for_each(|it| put(index, it)));
            }
        });
        applied.await.map_err(failed)
    }

    fn put_watchers(&self, watchers: &[TitleWatchers]) {
        for watchers in watchers.chunks(COUNTS_AT_ONCE) {
            self.write(|index| {
                for counted in watchers {
                    index.put_watchers(counted.title, counted.watchers);
                }
            });
        }
    }

    fn put_thumbs(&self, thumbs: &[(TitleId, Thumbs)]) {
        for thumbs in thumbs.chunks(COUNTS_AT_ONCE) {
            self.write(|index| {
                for (title, thumbs) in thumbs {
                    index.put_thumbs(*title, *thumbs);
                }
            });
        }
    }
}

/// What a change says to the index.
enum News {
    Title(Box<TitleEntry>),
    Person(PersonId, String),
    Collection(CollectionId, String),
    Episode(EpisodeId, TitleId, Vec<String>, Vec<PersonId>),
}

fn news(changed: &Changed) -> Option<News> {
    match changed {
        Changed::Title(title) => Some(News::Title(Box::new(entry(title)))),
        Changed::Person(person) => Some(News::Person(person.id, person.name.clone())),
        Changed::Collection(collection) => {
            Some(News::Collection(collection.id, collection.name.clone()))
        }
        Changed::Episode(episode) => Some(News::Episode(
            episode.id,
            episode.series,
            names_of_episode(episode),
            people_of_episode(episode),
        )),
        // What cannot be read is not found in the catalogue, whatever its name was.
        Changed::Genre(_) | Changed::Unreadable(..) => None,
    }
}

fn put(index: &mut Index, news: News) {
    match news {
        News::Title(title) => index.put_title(*title),
        News::Person(id, name) => index.put_person(id, &name),
        News::Collection(id, name) => index.put_collection(id, &name),
        News::Episode(id, series, names, people) => {
            index.put_episode(id, series, &names, &people);
        }
    }
}

/// The names that something is found by, each once: many translations are called the same.
fn each_once<'a>(all: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in all {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

fn names_of_episode(episode: &Episode) -> Vec<String> {
    let own = episode.name.as_deref().into_iter();
    let translated = episode.names.iter().map(|name| &*name.text);
    let mut names = each_once(
        own.chain(episode.original_name.as_deref())
            .chain(translated),
    );
    names.truncate(NAMES_OF_AN_EPISODE);
    names
}

fn people_of_episode(episode: &Episode) -> Vec<PersonId> {
    let crew = episode.crew.iter().map(|credit| credit.person);
    let people = episode.directors.iter().copied().chain(crew);
    people.take(PEOPLE_OF_AN_EPISODE).collect()
}

fn entry(title: &Title) -> TitleEntry {
    let translated = title.names.iter().map(|name| &*name.text);
    let names = [&*title.name]
        .into_iter()
        .chain(title.original_name.as_deref())
        .chain(translated);
    let characters = title.all_credits();
    TitleEntry {
        names: each_once(names),
        credits: title
            .credits
            .iter()
            .map(|credit| (credit.person, credit.order))
            .chain(title.crew.iter().map(|it| (it.person, BEHIND_THE_CAST)))
            .collect(),
        characters: characters
            .filter_map(|credit| credit.character.clone())
            .collect(),
        collection: title.collection.map(|part_of| part_of.collection),
        part: title.collection.and_then(|part_of| part_of.part),
        facts: title.into(),
        votes: title.votes(),
        watchers: title.watchers,
    }
}
