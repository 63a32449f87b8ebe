//! The ports to the store of the catalogue.

use std::sync::Arc;

use async_trait::async_trait;

use super::collections::Collection;
use super::facets::{Facet, FacetCount};
use super::filter::{TitleFilter, TitleQuery};
use super::likeness::{LikelyPeople, LikelyTitles};
use super::merge::PersonMerge;
use super::revisions::{CatalogNode, CatalogRevision};
use super::types::{
    Biography, Episode, ExternalId, Genre, Overview, Person, Season, SeasonId, Title,
};
use super::value_sources::ValueSources;
use super::visibility::Visibility;
use crate::domain::error::StoreError;
use crate::domain::ids::{CollectionId, EpisodeId, GenreId, PersonId, TitleId};
use crate::domain::measured::measured;
use crate::domain::page::{Slice, Window};
use crate::domain::stamp::Stamp;

measured! {
/// Things of the catalogue by their ids, which is how nearly everything of an answer is read.
///
/// Reads leave out what does not exist and promise no order. One method is one transaction: it is seen whole or not at
/// all.
#[async_trait]
pub trait CatalogStore: Send + Sync {
    /// The titles with these ids.
    async fn titles(&self, ids: &[TitleId]) -> Result<Vec<Arc<Title>>, StoreError>;

    /// The people with these ids.
    async fn people(&self, ids: &[PersonId]) -> Result<Vec<Person>, StoreError>;

    /// What is told of the lives of these people, empty of whom nothing is told.
    async fn biographies(&self, ids: &[PersonId]) -> Result<Vec<Biography>, StoreError>;

    /// The genres with these ids.
    async fn genres(&self, ids: &[GenreId]) -> Result<Vec<Genre>, StoreError>;

    /// The collections with these ids.
    async fn collections(&self, ids: &[CollectionId]) -> Result<Vec<Collection>, StoreError>;

    /// The titles that are part of one of these collections.
    async fn titles_of_collections(
        &self,
        collections: &[CollectionId],
    ) -> Result<Vec<Arc<Title>>, StoreError>;

    /// The episodes with these ids.
    async fn episodes(&self, ids: &[EpisodeId]) -> Result<Vec<Episode>, StoreError>;

    /// What happens in these episodes, empty where nobody tells.
    async fn overviews(&self, ids: &[EpisodeId]) -> Result<Vec<Overview>, StoreError>;
}
}

measured! {
/// Things of the catalogue by anything but their ids.
///
/// Reads leave out what does not exist and promise no order, unless said otherwise. One method is one transaction: it
/// is seen whole or not at all.
#[async_trait]
pub trait CatalogListStore: Send + Sync {
    /// The titles with these slugs.
    async fn titles_by_slug(&self, slugs: &[String]) -> Result<Vec<Arc<Title>>, StoreError>;

    /// The titles that carry one of these external ids.
    async fn titles_by_external_id(
        &self,
        ids: &[ExternalId],
    ) -> Result<Vec<Arc<Title>>, StoreError>;

    /// The people with these slugs.
    async fn people_by_slug(&self, slugs: &[String]) -> Result<Vec<Person>, StoreError>;

    /// All genres, by name.
    async fn all_genres(&self) -> Result<Vec<Genre>, StoreError>;

    /// The collections with these slugs.
    async fn collections_by_slug(&self, slugs: &[String]) -> Result<Vec<Collection>, StoreError>;

    /// All episodes of these series, ordered by series id, season and number.
    async fn episodes_of_series(&self, series: &[TitleId]) -> Result<Vec<Episode>, StoreError>;

    /// All episodes of these seasons, ordered by series id, season and number.
    async fn episodes_of_seasons(&self, seasons: &[SeasonId]) -> Result<Vec<Episode>, StoreError>;

    /// The seasons of these series that have an episode, ordered by series id and number.
    async fn seasons(&self, series: &[TitleId]) -> Result<Vec<Season>, StoreError>;
}
}

measured! {
/// Lists of titles, in any order and by any filter.
#[async_trait]
pub trait TitleListStore: Send + Sync {
    /// A page of the titles that may be seen and pass the filter, in the order that the query names; see
    /// [`super::TitleOrder`]. Rows are filtered before the page is cut, so only the last page is short.
    async fn list_titles(
        &self,
        visibility: &Visibility,
        query: &TitleQuery,
        window: &Window,
    ) -> Result<Slice<Arc<Title>>, StoreError>;

    /// How many titles may be seen and pass the filter.
    async fn count_titles(
        &self,
        visibility: &Visibility,
        filter: &TitleFilter,
    ) -> Result<u64, StoreError>;

    /// For each of these facets how many titles may be seen and pass the filter without the facet's own conditions, by
    /// value: the `most` values that the most titles have, ties by value. Values that none has are left out.
    async fn count_facets(
        &self,
        visibility: &Visibility,
        filter: &TitleFilter,
        facets: &[Facet],
        most: usize,
    ) -> Result<Vec<Vec<FacetCount>>, StoreError>;

    /// Those of these people who lead to titles, as credited with them or in an episode, of which none may be seen; each
    /// as often as asked for.
    async fn hidden_people(
        &self,
        visibility: &Visibility,
        people: &[PersonId],
    ) -> Result<Vec<PersonId>, StoreError>;

    /// The titles that were merged into others, or are being taken apart from them, in no order; see
    /// [`super::TitleMerge`].
    async fn merged_titles(&self) -> Result<Vec<Arc<Title>>, StoreError>;

    /// Those who were merged into others, in no order; see [`super::PersonMerge`].
    async fn merged_people(&self) -> Result<Vec<(PersonId, PersonMerge)>, StoreError>;

    /// Those whom curators have deleted, in no order.
    async fn deleted_people(&self) -> Result<Vec<PersonId>, StoreError>;

    /// The collections that were merged into others or deleted, in no order.
    async fn gone_collections(&self) -> Result<Vec<CollectionId>, StoreError>;

    /// What credits one of these people, in any role.
    async fn credited_in(&self, people: &[PersonId]) -> Result<CreditedIn, StoreError>;

    /// Another number after each change of anything of the catalogue since the process began, but not of how much is
    /// watched and how that is liked, which changes all the time; `None`: not everything is known, so nobody can say.
    async fn revision(&self) -> Result<Option<u64>, StoreError>;
}
}

measured! {
/// What is likely one: pairs, the likeliest first, then by ids. They are looked for now and then, so a new one may come
/// late; one that is listed is alike at this moment. Windows run forward.
#[async_trait]
pub trait LikelyStore: Send + Sync {
    /// A page of the pairs of titles that are likely one ([`super::title_likeness`]), both of which may be seen. Of more
    /// than a hundred of one name, a hundred are compared.
    async fn likely_titles(
        &self,
        visibility: &Visibility,
        window: &Window,
    ) -> Result<Slice<LikelyTitles>, StoreError>;

    /// How many such pairs there are; a hundred thousand are known at the most.
    async fn count_likely_titles(&self, visibility: &Visibility) -> Result<u64, StoreError>;

    /// The same of people ([`super::person_likeness`]), by what may be seen of their titles.
    async fn likely_people(
        &self,
        visibility: &Visibility,
        window: &Window,
    ) -> Result<Slice<LikelyPeople>, StoreError>;

    /// How many pairs of people there are, likewise.
    async fn count_likely_people(&self, visibility: &Visibility) -> Result<u64, StoreError>;
}
}

measured! {
/// The change feed: every write gives a thing of the catalogue its place in it.
#[async_trait]
pub trait ChangeSource: Send + Sync {
    /// Up to `limit` changes after a sequence number, the oldest first. Every write gives the thing a number higher
    /// than all before, so it appears once, at its last change; 0 starts from the beginning. A change that is committed
    /// later never has a smaller number than one that was already seen.
    ///
    /// Genres, collections and episodes that were last written before they were part of the feed are not in it:
    /// whoever wants everything reads it by [`Self::part_after`].
    async fn changes_after(&self, sequence: u64, limit: usize) -> Result<Vec<Change>, StoreError>;

    /// The sequence number of the last change; 0 if there was none.
    async fn last_change(&self) -> Result<u64, StoreError>;

    /// Up to `limit` things of a part of the catalogue with ids beyond `after`, by id, which must be that of the thing
    /// before or [`i64::MIN`], and the id to go on after; `None` if that was the last.
    ///
    /// Who reads all parts, from a moment at which [`Self::last_change`] was asked for, and then follows the feed from
    /// there, has everything.
    async fn part_after(
        &self,
        part: CatalogPart,
        after: i64,
        limit: usize,
    ) -> Result<(CatalogBatch, Option<i64>), StoreError>;

    /// The titles whose watchers were last counted by a count with a greater number, by that number; 0: all that were
    /// ever counted. How many watch a title is no change of the title: it has a feed of its own, in which a count that
    /// was put later than others may have a smaller number than theirs.
    async fn watchers_after(&self, count: u64) -> Result<Vec<TitleWatchers>, StoreError>;
}
}

/// Where people are credited, of which a merge of them writes everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CreditedIn {
    /// The titles, also those that were merged into others, sorted.
    pub titles: Vec<TitleId>,
    /// The series in an episode of which they are credited, sorted.
    pub series: Vec<TitleId>,
}

/// How many profiles have watched a title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TitleWatchers {
    pub title: TitleId,
    pub watchers: u64,
    /// The number of the count that has found so many.
    pub count: u64,
}

/// Documents that are written together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CatalogBatch {
    pub titles: Vec<Title>,
    pub people: Vec<Person>,
    pub genres: Vec<Genre>,
    pub collections: Vec<Collection>,
    pub episodes: Vec<Episode>,
    /// What is told of people of the batch; of those of it that are not here, what is stored stays. Parts that are read
    /// have none.
    pub biographies: Vec<Biography>,
    /// The same of episodes of the batch.
    pub overviews: Vec<Overview>,
    /// Who changes what of the batch: of each of its documents at most one, with the document's revision as its number.
    /// Parts that are read have none.
    pub revisions: Vec<CatalogRevision>,
    /// Where the values of documents of the batch are from: of each at most one, with the document's revision. Parts that
    /// are read have none.
    pub value_sources: Vec<ValueSources>,
}

impl CatalogBatch {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.documents().next().is_none()
    }

    /// What its documents are of, each with its stamp.
    pub fn documents(&self) -> impl Iterator<Item = (CatalogNode, Stamp)> {
        let titles = self.titles.iter();
        let titles = titles.map(|it| (CatalogNode::Title(it.id), it.stamp));
        let people = self.people.iter();
        let people = people.map(|it| (CatalogNode::Person(it.id), it.stamp));
        let genres = self.genres.iter();
        let genres = genres.map(|it| (CatalogNode::Genre(it.id), it.stamp));
        let collections = self.collections.iter();
        let collections = collections.map(|it| (CatalogNode::Collection(it.id), it.stamp));
        let episodes = self.episodes.iter();
        let episodes = episodes.map(|it| (CatalogNode::Episode(it.id), it.stamp));
        let documents = titles.chain(people).chain(genres);
        documents.chain(collections).chain(episodes)
    }
}

/// The parts of the catalogue, as stores keep them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatalogPart {
    Titles,
    People,
    Genres,
    Collections,
    Episodes,
}

impl CatalogPart {
    /// All of them, in the order of [`CatalogBatch`].
    pub const ALL: [Self; 5] = [
        Self::Titles,
        Self::People,
        Self::Genres,
        Self::Collections,
        Self::Episodes,
    ];
}

/// One entry of the change feed.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Its place in the feed.
    pub sequence: u64,
    /// What is now stored.
    pub changed: Changed,
}

/// What the change feed tells of, as it is now.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all changes are titles, and none lives for longer than its batch"
)]
pub enum Changed {
    Title(Title),
    Person(Person),
    Genre(Genre),
    Collection(Collection),
    Episode(Episode),
    /// Something that this version cannot read, with its id: it is as good as not there.
    Unreadable(CatalogPart, i64),
}
