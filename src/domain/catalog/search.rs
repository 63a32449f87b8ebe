//! Finding titles and people by what somebody types.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;

use super::error::CatalogError;
use super::facets::{Facet, FacetCount};
use super::facts::TitleFacts;
use super::filter::TitleFilter;
use super::highlights::{HighlightedField, Highlights};
use super::hits::{AnyHit, HitId, HitKind};
use super::reception::Thumbs;
use super::service::CatalogService;
use super::store::{Change, Changed, TitleWatchers};
use super::types::{Person, Title};
use super::visibility::Visibility;
use crate::domain::error::{Bounds, Coded, ErrorCode, StoreError};
use crate::domain::ids::{CollectionId, PersonId, TitleId};

/// The most hits that a search gives.
pub(super) const MAX_HITS: usize = 500;

/// Which titles a search is about.
pub type Wanted = Arc<dyn Fn(&TitleFacts) -> bool + Send + Sync>;

/// An index of names, fed by the catalogue's change feed.
///
/// Case and accents do not matter, nor how a number is written (`2`, `II`, `two`), `&` for "and", and what is often
/// abbreviated (`vol.`, `dr.`). A title's original name and its names in other languages count like its name. Better
/// matches come first:
///
/// 1. by a name of the title: the whole name; the whole but for a leading article and the spaces between its words; its
///    beginning, before or behind its article (the last word may be unfinished); all words anywhere in it;
/// 2. by one person who is credited: the whole name, the surname, other words of it, its beginning; what somebody is
///    billed far behind in comes later;
/// 3. by words that are spread over the names of a title, its people, year, characters, collection and its number there;
///    the whole name of the title beside others first.
///
/// Only where fewer than ten are found are small typing errors forgiven, in the same order, and is the number at the end
/// of a query left out. Only where none has all of the words are those found that have most of them. What people type
/// around a name ("watch … online") is left out if nothing has it. Equal matches are ordered by watchers, the greatest
/// first (among beginnings a whole word counts more), then by id. Of a longer query the first 32 words count.
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

    /// The people whose name matches and who are credited with a wanted title, or in an episode of one: the best first, at
    /// most `limit`. Their scores tell equal matches apart by how many wanted titles credit them and how popular those are;
    /// a series that does so in episodes alone counts less. Of words that very many people have, as of one letter, those
    /// are found who are credited with the most popular titles.
    async fn search_people(
        &self,
        query: &str,
        wanted: Wanted,
        limit: usize,
    ) -> Result<Vec<PersonHit>, SearchError>;

    /// What of these kinds matches, the best first, at most `limit`.
    ///
    /// Titles are found as by [`Self::search_titles`]. People as by [`Self::search_people`]; collections by their names, if
    /// a wanted title is part of them; episodes of wanted series by their names, and by words of which some are in the
    /// name of their series. Of equal matches a title comes before a collection and an episode, and among these the one
    /// whose titles are the most watched.
    async fn search_all(
        &self,
        query: &str,
        kinds: &[HitKind],
        wanted: Wanted,
        limit: usize,
    ) -> Result<Vec<AnyHit>, SearchError>;

    /// What somebody may mean who is still typing, the likeliest first, at most `limit`: wanted titles, people who are
    /// credited with one or in an episode of one, and collections that have one, of which a name has all of the words,
    /// the last one perhaps unfinished.
    ///
    /// The whole name comes first, then whole words, those before the beginnings of words, each at the beginning of a
    /// name before elsewhere; then the more watched. If there are too few, one typing error is forgiven in each word of
    /// four letters or more. Of words that very many names have the most watched are found.
    async fn suggest(
        &self,
        query: &str,
        wanted: Wanted,
        limit: usize,
    ) -> Result<Vec<HitId>, SearchError>;

    /// Which of these texts, all of one hit, have the words of the query, and where: as few of them as have all that can
    /// be had, of several the first. By the same rules as a search, typing errors among them for words that no text has
    /// without.
    fn highlight(&self, query: &str, texts: &[(HighlightedField, &str)]) -> Highlights;

    /// Takes changes of the catalogue in; the same again changes nothing; visible to the next search. `names` has what
    /// the titles refer to by id; a change among `changes` says it better.
    async fn apply(&self, changes: &[Change], names: &NamesOfTitles) -> Result<(), SearchError>;

    /// Takes in how many watchers titles have, those that it knows; visible to the next search.
    fn put_watchers(&self, watchers: &[TitleWatchers]);

    /// Takes in the thumbs of titles, which their ratings go by; visible to the next search. They stay when a title
    /// changes, and those of one that it does not know yet are there when it comes.
    fn put_thumbs(&self, thumbs: &[(TitleId, Thumbs)]);
}

/// The names of those whom titles credit, and of the collections that they are part of.
#[derive(Debug, Clone, Default)]
pub struct NamesOfTitles {
    pub people: HashMap<PersonId, String>,
    pub collections: HashMap<CollectionId, String>,
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

/// The most characters of a query.
const LONGEST: usize = 200;

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

    fn bounds(&self) -> Bounds {
        match self {
            Self::TooLong | Self::Blank => Bounds::between(1, LONGEST),
            Self::Index(_) | Self::Beginning | Self::Catalog(_) => Bounds::default(),
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
    pub(super) index: Arc<dyn TitleSearch>,
    pub(super) catalog: CatalogService,
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

    /// Takes in the thumbs of titles.
    pub fn put_thumbs(&self, thumbs: &[(TitleId, Thumbs)]) {
        self.index.put_thumbs(thumbs);
    }

    /// What is asked for, if it can be answered.
    pub(super) fn checked<'q>(&self, query: &'q str) -> Result<&'q str, SearchError> {
        let query = query.trim();
        match query.chars().count() {
            0 => Err(SearchError::Blank),
            1..=LONGEST if self.begun.has_begun() => Ok(query),
            1..=LONGEST => Err(SearchError::Beginning),
            _ => Err(SearchError::TooLong),
        }
    }

    /// The titles that may be seen, match and pass the filter, the best first: at most `limit`, and at most 500.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn titles(
        &self,
        visibility: &Visibility,
        query: &str,
        filter: &TitleFilter,
        limit: usize,
    ) -> Result<Vec<(f64, Arc<Title>)>, SearchError> {
        let query = self.checked(query)?;
        let asked = Asked::new(*visibility, query, filter.clone());
        let limit = limit.min(MAX_HITS);
        let (hits, mut found) = self.found(&asked, limit).await?;
        if found.len() < hits && hits == limit {
            // Some are not what the index knows of them any more: others take their places.
            (_, found) = self.found(&asked, MAX_HITS).await?;
            found.truncate(limit);
        }
        Ok(found)
    }

    /// How many titles may be seen, match and pass the filter, up to 500.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn count_titles(
        &self,
        visibility: &Visibility,
        query: &str,
        filter: &TitleFilter,
    ) -> Result<u64, SearchError> {
        let found = self.titles(visibility, query, filter, MAX_HITS).await?;
        Ok(found.len() as u64)
    }

    /// For each of these facets how many of the titles that are found have each value, as
    /// [`super::TitleListStore::count_facets`] counts them: of the 500 best at the most. With a value as a condition more
    /// may be found, because a search that finds little goes on to typing errors.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn count_facets(
        &self,
        visibility: &Visibility,
        query: &str,
        filter: &TitleFilter,
        facets: &[Facet],
        most: usize,
    ) -> Result<Vec<Vec<FacetCount>>, SearchError> {
        let mut counts = Vec::with_capacity(facets.len());
        let mut found: Option<(TitleFilter, Vec<_>)> = None;
        for facet in facets {
            let wanted = filter.without_facet(*facet);
            // Mostly no facet has a condition of its own, and one search is enough for all.
            let known = found.take().filter(|(asked, _)| *asked == wanted);
            let hits = if let Some((_, hits)) = known {
                hits
            } else {
                self.titles(visibility, query, &wanted, MAX_HITS).await?
            };
            let titles = hits.iter().map(|(_, title)| &**title);
            counts.push(FacetCount::of(titles, *facet, most));
            found = Some((wanted, hits));
        }
        Ok(counts)
    }

    /// How many titles the index finds, and those of them that are still what it knows of them.
    async fn found(
        &self,
        asked: &Asked<'_>,
        limit: usize,
    ) -> Result<(usize, Vec<(f64, Arc<Title>)>), SearchError> {
        let wanted = Arc::clone(&asked.wanted);
        let hits = self.index.search_titles(asked.query, wanted, limit);
        let hits = hits.await?;
        let ids: Vec<TitleId> = hits.iter().map(|hit| hit.title).collect();
        let mut titles: HashMap<TitleId, Arc<Title>> = self
            .catalog
            .titles(&asked.visibility, &ids)
            .await?
            .into_iter()
            .map(|title| (title.id, title))
            .collect();
        let found = hits
            .iter()
            .filter_map(|hit| Some((hit.score, titles.remove(&hit.title)?)));
        // What is stored may be newer than what the index knows. Whether it may be seen was asked with it.
        let is_wanted =
            |title: &Title| !asked.is_filtered || (asked.wanted)(&TitleFacts::from(title));
        let found = found.filter(|(_, title)| is_wanted(title));
        Ok((hits.len(), found.collect()))
    }

    /// The people whose name matches and who may be seen with a title, the best first: at most `limit`, and at most 500.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn people(
        &self,
        visibility: &Visibility,
        query: &str,
        limit: usize,
    ) -> Result<Vec<(f64, Person)>, SearchError> {
        let query = self.checked(query)?;
        let limit = limit.min(MAX_HITS);
        let Asked { wanted, .. } = Asked::new(*visibility, query, TitleFilter::default());
        let hits = self.index.search_people(query, wanted, limit).await?;
        let ids: Vec<PersonId> = hits.iter().map(|hit| hit.person).collect();
        let mut people: HashMap<PersonId, Person> = self
            .catalog
            .seen_people(visibility, &ids)
            .await?
            .into_iter()
            .map(|person| (person.id, person))
            .collect();
        Ok(hits
            .into_iter()
            .filter_map(|hit| Some((hit.score, people.remove(&hit.person)?)))
            .collect())
    }

    /// How many people have a name that matches and may be seen with a title, up to 500.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn count_people(
        &self,
        visibility: &Visibility,
        query: &str,
    ) -> Result<u64, SearchError> {
        let found = self.people(visibility, query, MAX_HITS).await?;
        Ok(found.len() as u64)
    }
}

/// What somebody looks for, and may see.
struct Asked<'a> {
    query: &'a str,
    visibility: Visibility,
    /// Whether anything but visibility decides.
    is_filtered: bool,
    wanted: Wanted,
}

impl<'a> Asked<'a> {
    fn new(visibility: Visibility, query: &'a str, filter: TitleFilter) -> Self {
        Self {
            query,
            visibility,
            is_filtered: filter != TitleFilter::default(),
            wanted: Arc::new(move |title| visibility.shows_facts(title) && filter.passes(title)),
        }
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
        let titles = changes.iter().filter_map(|change| match &change.changed {
            Changed::Title(title) => Some(title),
            Changed::Person(_)
            | Changed::Genre(_)
            | Changed::Collection(_)
            | Changed::Episode(_)
            | Changed::Unreadable(..) => None,
        });
        let credits = titles.clone().flat_map(Title::all_credits);
        let people: HashSet<PersonId> = credits.map(|credit| credit.person).collect();
        let collections = titles.filter_map(|title| Some(title.collection?.collection));
        let collections: HashSet<CollectionId> = collections.collect();
        let people: Vec<PersonId> = people.into_iter().collect();
        let collections: Vec<CollectionId> = collections.into_iter().collect();
        let people = self.catalog.people(&people).await?.into_iter();
        let named = self.catalog.collections_of_seen_films(&collections).await?;
        let names = NamesOfTitles {
            people: people.map(|person| (person.id, person.name)).collect(),
            collections: named.into_iter().map(|it| (it.id, it.name)).collect(),
        };
        self.index
            .apply(changes, &names)
            .await
            .map_err(|error| StoreError::failed(error).into())
    }

    fn follow_watchers(&self, watchers: &[TitleWatchers]) {
        self.index.put_watchers(watchers);
    }
}
