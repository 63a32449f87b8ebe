//! The ports of the catalogue on MongoDB; what each method promises is documented at the port.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use bson::{Document, RawDocumentBuf, doc};
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use serde::de::DeserializeOwned;

use super::documents::{self, COLLECTIONS, EPISODES, GENRES, PEOPLE, TITLES};
use super::{feed, indexes, precedence, revisions, value_sources, watchers, write};
use crate::adapters::mongo::db::{MongoDb, patiently, store_error};
use crate::adapters::mongo::fields;
use crate::adapters::mongo::find::{self, BATCH};
use crate::adapters::mongo::indexes::Build;
use crate::domain::catalog::{
    Biography, CatalogBatch, CatalogListStore, CatalogNode, CatalogPart, CatalogRevision,
    CatalogStore, Change, ChangeSource, Collection, Episode, ExternalId, Genre, Overview, Person,
    Precedence, Season, SeasonId, Title, TitleWatchers, ValueSource, ValueSources,
};
use crate::domain::error::StoreError;
use crate::domain::ids::{CollectionId, EpisodeId, GenreId, PersonId, RevisionId, TitleId};
use crate::domain::loading::CurationStore;
use crate::domain::page::{Slice, Window};
use crate::domain::recommend::{TitleSource, WatchersStore};
use crate::domain::revising::{RevisionFilter, RevisionStore};

/// The catalogue in Mongo.
#[derive(Clone)]
pub struct MongoCatalog {
    db: MongoDb,
}

impl MongoCatalog {
    /// A catalogue in a database.
    pub fn new(db: MongoDb) -> Self {
        Self { db }
    }

    /// Makes what the store needs, unless it is there. To be called before the first write.
    pub async fn ensure_indexes(&self) -> Result<(), StoreError> {
        indexes::ensure(&self.db, Build::All).await.map(drop)
    }

    /// Drops the indexes that no server of this version needs; one of a version before lists titles without them, which
    /// takes it long. Says whether there were any.
    pub async fn drop_obsolete_indexes(&self) -> Result<bool, StoreError> {
        indexes::clear(&self.db).await
    }

    /// Makes what takes no time of what the store needs. Says whether that is all of it.
    pub async fn prepare(&self) -> Result<bool, StoreError> {
        indexes::ensure(&self.db, Build::OfEmpty).await
    }

    /// The things that a filter finds.
    async fn find<T: DeserializeOwned>(
        &self,
        collection: &'static str,
        filter: Document,
    ) -> Result<Vec<T>, StoreError> {
        self.find_sorted(collection, filter, Document::new(), None)
            .await
    }

    /// The titles that a filter finds.
    async fn titles_where(&self, filter: Document) -> Result<Vec<Arc<Title>>, StoreError> {
        let titles = self.find(TITLES, filter).await?;
        Ok(titles.into_iter().map(Arc::new).collect())
    }

    /// The things that a filter finds, sorted; at most `limit`. Those that this version cannot read are passed over.
    async fn find_sorted<T: DeserializeOwned>(
        &self,
        collection: &'static str,
        filter: Document,
        sort: Document,
        limit: Option<usize>,
    ) -> Result<Vec<T>, StoreError> {
        let documents = self.db.collection::<RawDocumentBuf>(collection);
        let say = |document: RawDocumentBuf| documents::readable(collection, &document);
        find::fill(&documents, filter, sort, limit, say).await
    }

    /// What the stages make of a collection.
    async fn aggregate(
        &self,
        collection: &str,
        stages: Vec<Document>,
    ) -> Result<Vec<Document>, StoreError> {
        patiently(self.db.timeout, async {
            self.db
                .collection::<Document>(collection)
                .aggregate(stages)
                .batch_size(BATCH)
                .await
                .map_err(store_error)?
                .try_collect()
                .await
                .map_err(store_error)
        })
        .await
    }

    /// Marks the titles that a filter finds as waiting for projection. Says which those are.
    async fn mark_waiting(
        &self,
        filter: Document,
        limit: Option<usize>,
    ) -> Result<Vec<TitleId>, StoreError> {
        patiently(self.db.timeout, async {
            let ids = write::ids(&self.db, filter, limit).await?;
            if !ids.is_empty() {
                write::mark_waiting(&self.db, &ids).await?;
            }
            Ok(ids.into_iter().map(TitleId::from_i64).collect())
        })
        .await
    }
}

#[async_trait]
impl CatalogStore for MongoCatalog {
    async fn titles(&self, ids: &[TitleId]) -> Result<Vec<Arc<Title>>, StoreError> {
        let ids = fields::list(ids, |id| id.to_i64());
        self.titles_where(doc! { "_id": { "$in": ids } }).await
    }

    async fn people(&self, ids: &[PersonId]) -> Result<Vec<Person>, StoreError> {
        let ids = fields::list(ids, |id| id.to_i64());
        self.find(PEOPLE, doc! { "_id": { "$in": ids } }).await
    }

    async fn biographies(&self, ids: &[PersonId]) -> Result<Vec<Biography>, StoreError> {
        let ids = fields::list(ids, |id| id.to_i64());
        self.find(PEOPLE, doc! { "_id": { "$in": ids } }).await
    }

    async fn genres(&self, ids: &[GenreId]) -> Result<Vec<Genre>, StoreError> {
        let ids = fields::list(ids, |id| id.to_i64());
        self.find(GENRES, doc! { "_id": { "$in": ids } }).await
    }

    async fn collections(&self, ids: &[CollectionId]) -> Result<Vec<Collection>, StoreError> {
        let ids = fields::list(ids, |id| id.to_i64());
        self.find(COLLECTIONS, doc! { "_id": { "$in": ids } }).await
    }

    async fn titles_of_collections(
        &self,
        collections: &[CollectionId],
    ) -> Result<Vec<Arc<Title>>, StoreError> {
        let collections = fields::list(collections, |id| id.to_i64());
        self.titles_where(doc! { "collection.collection": { "$in": collections } })
            .await
    }

    async fn episodes(&self, ids: &[EpisodeId]) -> Result<Vec<Episode>, StoreError> {
        let ids = fields::list(ids, |id| id.to_i64());
        self.find(EPISODES, doc! { "_id": { "$in": ids } }).await
    }

    async fn overviews(&self, ids: &[EpisodeId]) -> Result<Vec<Overview>, StoreError> {
        let ids = fields::list(ids, |id| id.to_i64());
        self.find(EPISODES, doc! { "_id": { "$in": ids } }).await
    }
}

#[async_trait]
impl CatalogListStore for MongoCatalog {
    async fn titles_by_slug(&self, slugs: &[String]) -> Result<Vec<Arc<Title>>, StoreError> {
        self.titles_where(doc! { "slug": { "$in": slugs } }).await
    }

    async fn titles_by_external_id(
        &self,
        ids: &[ExternalId],
    ) -> Result<Vec<Arc<Title>>, StoreError> {
        let ids = fields::list(
            ids,
            |id| doc! { "provider": &id.provider, "value": &id.value },
        );
        self.titles_where(doc! { "external_ids": { "$in": ids } })
            .await
    }

    async fn people_by_slug(&self, slugs: &[String]) -> Result<Vec<Person>, StoreError> {
        self.find(PEOPLE, doc! { "slug": { "$in": slugs } }).await
    }

    async fn all_genres(&self) -> Result<Vec<Genre>, StoreError> {
        self.find_sorted(GENRES, doc! {}, doc! { "name": 1, "_id": 1 }, None)
            .await
    }

    async fn collections_by_slug(&self, slugs: &[String]) -> Result<Vec<Collection>, StoreError> {
        self.find(COLLECTIONS, doc! { "slug": { "$in": slugs } })
            .await
    }

    async fn episodes_of_series(&self, series: &[TitleId]) -> Result<Vec<Episode>, StoreError> {
        let series = fields::list(series, |id| id.to_i64());
        self.find_sorted(
            EPISODES,
            doc! { "series": { "$in": series } },
            by_ordinal(),
            None,
        )
        .await
    }

    async fn episodes_of_seasons(&self, seasons: &[SeasonId]) -> Result<Vec<Episode>, StoreError> {
        if seasons.is_empty() {
            return Ok(Vec::new());
        }
        // One branch for each number of a season, of which there are few, not for each season.
        let mut by_number = BTreeMap::<i64, Vec<i64>>::new();
        for season in seasons {
            let series = by_number.entry(season.number.into()).or_default();
            series.push(season.series.to_i64());
        }
        let branches: Vec<Document> = by_number
            .into_iter()
            .map(|(number, series)| doc! { "series": { "$in": series }, "season": number })
            .collect();
        self.find_sorted(EPISODES, doc! { "$or": branches }, by_ordinal(), None)
            .await
    }

    async fn seasons(&self, series: &[TitleId]) -> Result<Vec<Season>, StoreError> {
        let series = fields::list(series, |id| id.to_i64());
        let stages = vec![
            doc! { "$match": { "series": { "$in": series } } },
            doc! { "$group": {
                "_id": { "series": "$series", "season": "$season" },
                "episodes": { "$sum": 1_i64 },
            } },
            doc! { "$sort": { "_id.series": 1, "_id.season": 1 } },
        ];
        let groups = self.aggregate(EPISODES, stages).await?;
        groups.iter().map(season).collect()
    }
}

#[async_trait]
impl ChangeSource for MongoCatalog {
    async fn changes_after(&self, sequence: u64, limit: usize) -> Result<Vec<Change>, StoreError> {
        feed::changes_after(&self.db, sequence, limit).await
    }

    async fn last_change(&self) -> Result<u64, StoreError> {
        feed::last_change(&self.db).await
    }

    async fn part_after(
        &self,
        part: CatalogPart,
        after: i64,
        limit: usize,
    ) -> Result<(CatalogBatch, Option<i64>), StoreError> {
        feed::part_after(&self.db, part, after, limit).await
    }

    async fn watchers_after(&self, count: u64) -> Result<Vec<TitleWatchers>, StoreError> {
        patiently(self.db.timeout, watchers::after(&self.db, count)).await
    }
}

#[async_trait]
impl CurationStore for MongoCatalog {
    async fn put(&self, batch: &CatalogBatch) -> Result<(), StoreError> {
        if batch.is_empty() {
            return Ok(());
        }
        let db = self.db.clone();
        let batch = Arc::new(write::Prepared::new(batch)?);
        self.db
            .transaction(move |session| {
                let (db, batch) = (db.clone(), Arc::clone(&batch));
                Box::pin(async move { write::put(&db, session, &batch).await })
            })
            .await
    }

    async fn value_sources(&self, nodes: &[CatalogNode]) -> Result<Vec<ValueSources>, StoreError> {
        value_sources::of(&self.db, nodes).await
    }

    async fn precedence(&self) -> Result<Precedence, StoreError> {
        precedence::read(&self.db).await
    }

    async fn put_precedence(&self, field: &str, order: &[ValueSource]) -> Result<(), StoreError> {
        precedence::put(&self.db, field, order).await
    }
}

#[async_trait]
impl RevisionStore for MongoCatalog {
    async fn revisions(
        &self,
        filter: &RevisionFilter,
        window: &Window,
    ) -> Result<Slice<CatalogRevision>, StoreError> {
        revisions::page(&self.db, filter, window).await
    }

    async fn revisions_by_id(
        &self,
        ids: &[RevisionId],
    ) -> Result<Vec<CatalogRevision>, StoreError> {
        revisions::by_id(&self.db, ids).await
    }

    async fn revisions_since(
        &self,
        seen: &[(CatalogNode, u64)],
        limit: usize,
    ) -> Result<Vec<CatalogRevision>, StoreError> {
        revisions::since(&self.db, seen, limit).await
    }

    async fn renames_since(
        &self,
        seen: &[(CatalogNode, u64)],
        limit: usize,
    ) -> Result<Vec<CatalogRevision>, StoreError> {
        revisions::renames_since(&self.db, seen, limit).await
    }

    async fn delete_revisions(
        &self,
        before: DateTime<Utc>,
        limit: usize,
    ) -> Result<usize, StoreError> {
        revisions::delete(&self.db, before, limit).await
    }
}

#[async_trait]
impl WatchersStore for MongoCatalog {
    async fn begin_count(&self) -> Result<u64, StoreError> {
        patiently(self.db.timeout, watchers::begin_count(&self.db)).await
    }

    async fn put_watchers(
        &self,
        count: u64,
        watchers: &[(TitleId, u64)],
    ) -> Result<Vec<TitleId>, StoreError> {
        let put = watchers::put(&self.db, count, watchers);
        patiently(self.db.timeout, put).await
    }
}

#[async_trait]
impl TitleSource for MongoCatalog {
    async fn unprojected_titles(&self, limit: usize) -> Result<Vec<Title>, StoreError> {
        // In the words of the partial index.
        let filter = doc! { "unprojected": { "$gt": 0 } };
        self.find_sorted(TITLES, filter, doc! { "unprojected": 1 }, Some(limit))
            .await
    }

    async fn mark_titles_projected(&self, titles: &[(TitleId, u64)]) -> Result<(), StoreError> {
        patiently(self.db.timeout, write::mark_projected(&self.db, titles)).await
    }

    async fn titles_after(
        &self,
        after: Option<TitleId>,
        limit: usize,
    ) -> Result<Vec<Title>, StoreError> {
        let filter = match after {
            Some(id) => doc! { "_id": { "$gt": id.to_i64() } },
            None => doc! {},
        };
        self.find_sorted(TITLES, filter, doc! { "_id": 1 }, Some(limit))
            .await
    }

    async fn known_titles(&self, titles: &[TitleId]) -> Result<Vec<TitleId>, StoreError> {
        let these = fields::list(titles, |title| title.to_i64());
        let known = write::ids(&self.db, doc! { "_id": { "$in": these } }, None);
        let known = patiently(self.db.timeout, known).await?;
        Ok(known.into_iter().map(TitleId::from_i64).collect())
    }

    async fn mark_titles_waiting(&self, titles: &[TitleId]) -> Result<Vec<TitleId>, StoreError> {
        if titles.is_empty() {
            return Ok(Vec::new());
        }
        let these = fields::list(titles, |title| title.to_i64());
        self.mark_waiting(doc! { "_id": { "$in": these } }, None)
            .await
    }

    async fn mark_titles_waiting_after(
        &self,
        after: Option<TitleId>,
        limit: usize,
    ) -> Result<Vec<TitleId>, StoreError> {
        let after = after.map_or(i64::MIN, TitleId::to_i64);
        self.mark_waiting(doc! { "_id": { "$gt": after } }, Some(limit))
            .await
    }
}

fn by_ordinal() -> Document {
    doc! { "series": 1, "season": 1, "number": 1 }
}

fn season(group: &Document) -> Result<Season, StoreError> {
    let id = group.get_document("_id").map_err(StoreError::failed)?;
    let series = id.get_i64("series").map_err(StoreError::failed)?;
    let number = id.get_i64("season").map_err(StoreError::failed)?;
    let episodes = group.get_i64("episodes").map_err(StoreError::failed)?;
    Ok(Season {
        id: SeasonId {
            series: TitleId::from_i64(series),
            number: u32::try_from(number).map_err(StoreError::failed)?,
        },
        episodes: episodes.cast_unsigned(),
    })
}
