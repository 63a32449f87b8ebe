//! Finding titles and people by what somebody types.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;

use super::error::CatalogError;
use super::facts::TitleFacts;
use super::service::CatalogService;
use super::store::{Change, Changed, TitleFilter, TitleWatchers};
use super::types::{Person, Title};
use super::visibility::Visibility;
use crate::domain::error::{Coded, ErrorCode, StoreError};
use crate::domain::ids::{PersonId, TitleId};

/// The most hits that a search gives.
const MAX_HITS: usize = 500;

/// Which titles a search is about.
pub type Wanted = Arc<dyn Fn(&TitleFacts) -> bool + Send + Sync>;

/// An index of names, fed by the catalogue's change feed.
///
/// Case and accents do not matter, small typing errors are forgiven. Better matches come first: the whole name, its
/// beginning, all words in it (the last one may be unfinished), then the same with typing errors, then names of
/// credited people; a title's original name counts like its name. A leading article and the spaces between words hardly
/// count: a name that is whole but for them comes next to the whole name. Equal matches are ordered by watchers, the
/// greatest first, then by id.
#[async_trait]
pub trait TitleSearch: Send + Sync {
    /// The titles that match and are wanted, the best first, at most `limit`: what is not wanted takes nobody's place.
    /// A query without a letter or digit matches what contains it literally.
    async fn search_titles(
        &self,
        query: &str,
        wanted: Wanted,
        limit: usize,
    ) -> Result<Vec<TitleHit>, SearchError>;

    /// The people whose name matches, the best first, at most `limit`. Their scores tell equal matches apart by how
    /// many titles credit them and how popular those are.
    async fn search_people(&self, query: &str, limit: usize)
    -> Result<Vec<PersonHit>, SearchError>;

    /// Takes changes of the catalogue in; the same again changes nothing; visible to the next search. `names` has the
    /// people credited by the titles.
    async fn apply(
        &self,
        changes: &[Change],
        names: &HashMap<PersonId, String>,
    ) -> Result<(), SearchError>;

    /// Takes in how many watchers titles have, those that it knows; visible to the next search.
    fn put_watchers(&self, watchers: &[TitleWatchers]);
}

/// A title that matches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TitleHit {
    pub title: TitleId,
    /// How well it matches: above 0 and at most 1 (the whole name).
    pub score: f64,
}

/// A person whose name matches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PersonHit {
    pub person: PersonId,
    /// How well the name matches: above 0 and at most 1 (the whole name).
    pub score: f64,
}

/// What can go wrong with a search.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The query is longer than 200 characters.
    #[error("a query may have at most 200 characters")]
    TooLong,
    /// The query is empty.
    #[error("a query needs at least one visible character")]
    Blank,
    #[error("the search index failed")]
    Index(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The server has just begun: not everything is in the index yet.
    #[error("names are still being read: ask again in a moment")]
    Beginning,
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl Coded for SearchError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::TooLong => ErrorCode::TooLong,
            Self::Blank => ErrorCode::Blank,
            Self::Index(_) => ErrorCode::Internal,
            Self::Beginning => ErrorCode::UpstreamUnavailable,
            Self::Catalog(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::TooLong | Self::Blank => Some("query"),
            Self::Index(_) | Self::Beginning | Self::Catalog(_) => None,
        }
    }
}

/// Whether a server that has just started has read the catalogue, so that everything in it can be found. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Begun(Arc<AtomicBool>);

impl Begun {
    /// Says that it was read.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether the catalogue was read, and search answers.
    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// The use cases of searching.
#[derive(Clone)]
pub struct SearchService {
    index: Arc<dyn TitleSearch>,
    catalog: CatalogService,
    begun: Begun,
}

impl SearchService {
    /// A service on an index that is empty.
    pub fn new(index: Arc<dyn TitleSearch>, catalog: CatalogService) -> Self {
        Self {
            index,
            catalog,
            begun: Begun::default(),
        }
    }

    /// Whether everything has come to the index: it answers from then on.
    pub fn begun(&self) -> &Begun {
        &self.begun
    }

    /// What is asked for, if it can be answered.
    fn checked<'q>(&self, query: &'q str) -> Result<&'q str, SearchError> {
        let query = query.trim();
        match query.chars().count() {
            0 => Err(SearchError::Blank),
            1..=200 if self.begun.has_begun() => Ok(query),
            1..=200 => Err(SearchError::Beginning),
            _ => Err(SearchError::TooLong),
        }
    }

    /// The titles that may be seen, match and pass the filter, the best first.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn titles(
        &self,
        visibility: &Visibility,
        query: &str,
        filter: &TitleFilter,
    ) -> Result<Vec<(f64, Arc<Title>)>, SearchError> {
        let query = self.checked(query)?;
        let wanted: Wanted = {
            let (visibility, filter) = (*visibility, filter.clone());
            Arc::new(move |title| {
                visibility.shows_rated(title.age, &title.publication) && filter.passes(title)
            })
        };
        let hits = self
            .index
            .search_titles(query, Arc::clone(&wanted), MAX_HITS);
        let hits = hits.await?;
        let ids: Vec<TitleId> = hits.iter().map(|hit| hit.title).collect();
        let mut titles: HashMap<TitleId, Arc<Title>> = self
            .catalog
            .titles(visibility, &ids)
            .await?
            .into_iter()
            .map(|title| (title.id, title))
            .collect();
        let found = hits
            .into_iter()
            .filter_map(|hit| Some((hit.score, titles.remove(&hit.title)?)));
        // What is stored may be newer than what the index knows.
        Ok(found
            .filter(|(_, title)| wanted(&TitleFacts::from(&**title)))
            .collect())
    }

    /// The people whose name matches, the best first.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn people(&self, query: &str) -> Result<Vec<(f64, Person)>, SearchError> {
        let query = self.checked(query)?;
        let hits = self.index.search_people(query, MAX_HITS).await?;
        let ids: Vec<PersonId> = hits.iter().map(|hit| hit.person).collect();
        let mut people: HashMap<PersonId, Person> = self
            .catalog
            .people(&ids)
            .await?
            .into_iter()
            .map(|person| (person.id, person))
            .collect();
        Ok(hits
            .into_iter()
            .filter_map(|hit| Some((hit.score, people.remove(&hit.person)?)))
            .collect())
    }
}

/// Somebody who keeps a copy of the catalogue, in a form of its own.
#[async_trait]
pub trait CatalogFollower: Send + Sync {
    /// Takes changes in, in the order of the feed. The same may come again.
    async fn follow(&self, changes: &[Change]) -> Result<(), CatalogError>;

    /// Takes in how many watchers titles have. The same may come again.
    fn follow_watchers(&self, watchers: &[TitleWatchers]);
}

#[async_trait]
impl CatalogFollower for SearchService {
    async fn follow(&self, changes: &[Change]) -> Result<(), CatalogError> {
        let credited = changes.iter().filter_map(|change| match &change.changed {
            Changed::Title(title) => Some(title.credits.iter().map(|credit| credit.person)),
            Changed::Person(_)
            | Changed::Genre(_)
            | Changed::Collection(_)
            | Changed::Episode(_)
            | Changed::Unreadable(..) => None,
        });
        let people: HashSet<PersonId> = credited.flatten().collect();
        let people = self
            .catalog
            .people(&people.into_iter().collect::<Vec<_>>())
            .await?;
        let names = people
            .into_iter()
            .map(|person| (person.id, person.name))
            .collect();
        self.index
            .apply(changes, &names)
            .await
            .map_err(|error| StoreError::failed(error).into())
    }

    fn follow_watchers(&self, watchers: &[TitleWatchers]) {
        self.index.put_watchers(watchers);
    }
}
