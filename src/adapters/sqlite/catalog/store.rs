//! The ports of the catalogue on SQLite; what each method promises is documented at the port.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::Row;
use serde::de::DeserializeOwned;

use super::rows::SeasonRow;
use super::{feed, precedence, revisions, rows, value_sources, write};
use crate::adapters::sqlite::columns::{self, only, read, record};
use crate::adapters::sqlite::db::{SqliteDb, store_error};
use crate::adapters::sqlite::statements::{all, fill, readable};
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

/// What titles are called that cannot be read, and other things.
pub(super) const TITLES: &str = "titles";
pub(super) const DOCUMENTS: &str = "documents";

/// The documents of people and of episodes, by a list of ids.
const PEOPLE: &str = "SELECT document FROM people WHERE id IN (SELECT value FROM json_each(?))";
const EPISODES: &str = "SELECT document FROM episodes WHERE id IN (SELECT value FROM json_each(?))";

/// The catalogue in the database file.
#[derive(Clone)]
pub struct SqliteCatalog {
    db: SqliteDb,
}

impl SqliteCatalog {
    /// A catalogue in an open database.
    pub fn new(db: SqliteDb) -> Self {
        Self { db }
    }

    /// The titles that a query finds by one parameter.
    async fn titles_where(
        &self,
        condition: &str,
        parameter: impl rusqlite::ToSql + Send + 'static,
    ) -> Result<Vec<Arc<Title>>, StoreError> {
        let sql = format!("{} WHERE {condition}", rows::TITLES);
        self.db
            .read(move |connection| {
                let title = |row: &Row<'_>| rows::title(row).map(Arc::new);
                Ok(readable(connection, TITLES, &sql, [parameter], title)?.0)
            })
            .await
    }

    /// Up to `limit` titles in the order of a condition, of which one parameter is given.
    async fn walk(
        &self,
        condition: &'static str,
        parameter: i64,
        limit: usize,
    ) -> Result<Vec<Title>, StoreError> {
        let sql = format!("{} WHERE {condition} LIMIT ?2 OFFSET ?3", rows::TITLES);
        self.db
            .read(move |connection| {
                fill(limit, |wanted, seen| {
                    let page = [parameter, columns::limit(wanted), columns::limit(seen)];
                    readable(connection, TITLES, &sql, page, rows::title)
                })
            })
            .await
    }

    /// The documents that a query finds by a list.
    async fn documents<T: DeserializeOwned + Send + 'static>(
        &self,
        sql: &'static str,
        list: String,
    ) -> Result<Vec<T>, StoreError> {
        self.db
            .read(move |connection| {
                Ok(readable(connection, DOCUMENTS, sql, [list], rows::document)?.0)
            })
            .await
    }
}

#[async_trait]
impl CatalogStore for SqliteCatalog {
    async fn titles(&self, ids: &[TitleId]) -> Result<Vec<Arc<Title>>, StoreError> {
        let ids = columns::list(ids.iter().map(|id| id.to_i64()));
        self.titles_where("id IN (SELECT value FROM json_each(?))", ids)
            .await
    }

    async fn people(&self, ids: &[PersonId]) -> Result<Vec<Person>, StoreError> {
        let ids = columns::list(ids.iter().map(|id| id.to_i64()));
        self.documents(PEOPLE, ids).await
    }

    async fn biographies(&self, ids: &[PersonId]) -> Result<Vec<Biography>, StoreError> {
        let ids = columns::list(ids.iter().map(|id| id.to_i64()));
        self.documents(PEOPLE, ids).await
    }

    async fn genres(&self, ids: &[GenreId]) -> Result<Vec<Genre>, StoreError> {
        self.documents(
            "SELECT document FROM genres WHERE id IN (SELECT value FROM json_each(?))",
            columns::list(ids.iter().map(|id| id.to_i64())),
        )
        .await
    }

    async fn collections(&self, ids: &[CollectionId]) -> Result<Vec<Collection>, StoreError> {
        self.documents(
            "SELECT document FROM collections WHERE id IN (SELECT value FROM json_each(?))",
            columns::list(ids.iter().map(|id| id.to_i64())),
        )
        .await
    }

    async fn titles_of_collections(
        &self,
        collections: &[CollectionId],
    ) -> Result<Vec<Arc<Title>>, StoreError> {
        let collections = columns::list(collections.iter().map(|id| id.to_i64()));
        self.titles_where(
            "id IN (SELECT title FROM title_collections
                WHERE collection IN (SELECT value FROM json_each(?)))",
            collections,
        )
        .await
    }

    async fn episodes(&self, ids: &[EpisodeId]) -> Result<Vec<Episode>, StoreError> {
        let ids = columns::list(ids.iter().map(|id| id.to_i64()));
        self.documents(EPISODES, ids).await
    }

    async fn overviews(&self, ids: &[EpisodeId]) -> Result<Vec<Overview>, StoreError> {
        let ids = columns::list(ids.iter().map(|id| id.to_i64()));
        self.documents(EPISODES, ids).await
    }
}

#[async_trait]
impl CatalogListStore for SqliteCatalog {
    async fn titles_by_slug(&self, slugs: &[String]) -> Result<Vec<Arc<Title>>, StoreError> {
        let slugs = columns::list(slugs.iter().map(String::as_str));
        self.titles_where("slug IN (SELECT value FROM json_each(?))", slugs)
            .await
    }

    async fn titles_by_external_id(
        &self,
        ids: &[ExternalId],
    ) -> Result<Vec<Arc<Title>>, StoreError> {
        let ids = columns::list(
            ids.iter()
                .map(|id| vec![id.provider.as_str(), id.value.as_str()]),
        );
        self.titles_where(
            "id IN (SELECT title FROM title_external_ids
                WHERE (provider, code) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?)))",
            ids,
        )
        .await
    }

    async fn people_by_slug(&self, slugs: &[String]) -> Result<Vec<Person>, StoreError> {
        self.documents(
            "SELECT document FROM people WHERE slug IN (SELECT value FROM json_each(?))",
            columns::list(slugs.iter().map(String::as_str)),
        )
        .await
    }

    async fn all_genres(&self) -> Result<Vec<Genre>, StoreError> {
        self.db
            .read(|connection| {
                let sql = "SELECT document FROM genres ORDER BY name, id";
                Ok(readable(connection, DOCUMENTS, sql, (), rows::document)?.0)
            })
            .await
    }

    async fn collections_by_slug(&self, slugs: &[String]) -> Result<Vec<Collection>, StoreError> {
        self.documents(
            "SELECT document FROM collections WHERE slug IN (SELECT value FROM json_each(?))",
            columns::list(slugs.iter().map(String::as_str)),
        )
        .await
    }

    async fn episodes_of_series(&self, series: &[TitleId]) -> Result<Vec<Episode>, StoreError> {
        self.documents(
            "SELECT document FROM episodes WHERE series IN (SELECT value FROM json_each(?))
             ORDER BY series, season, number",
            columns::list(series.iter().map(|id| id.to_i64())),
        )
        .await
    }

    async fn episodes_of_seasons(&self, seasons: &[SeasonId]) -> Result<Vec<Episode>, StoreError> {
        let seasons = seasons
            .iter()
            .map(|season| vec![season.series.to_i64(), i64::from(season.number)]);
        self.documents(
            "SELECT document FROM episodes
             WHERE (series, season) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))
             ORDER BY series, season, number",
            columns::list(seasons),
        )
        .await
    }

    async fn seasons(&self, series: &[TitleId]) -> Result<Vec<Season>, StoreError> {
        let series = columns::list(series.iter().map(|id| id.to_i64()));
        let sql = "SELECT series, season, count(*) AS episodes FROM episodes
            WHERE series IN (SELECT value FROM json_each(?))
            GROUP BY series, season ORDER BY series, season";
        self.db
            .read(move |connection| all(connection, sql, [series], read::<SeasonRow, _>))
            .await
    }
}

#[async_trait]
impl ChangeSource for SqliteCatalog {
    async fn changes_after(&self, sequence: u64, limit: usize) -> Result<Vec<Change>, StoreError> {
        self.db
            .read(move |connection| feed::changes_after(connection, sequence, limit))
            .await
    }

    async fn last_change(&self) -> Result<u64, StoreError> {
        let last = self.db.read(feed::last_change).await?;
        Ok(last.cast_unsigned())
    }

    async fn part_after(
        &self,
        part: CatalogPart,
        after: i64,
        limit: usize,
    ) -> Result<(CatalogBatch, Option<i64>), StoreError> {
        self.db
            .read(move |connection| feed::part_after(connection, part, after, limit))
            .await
    }

    async fn watchers_after(&self, count: u64) -> Result<Vec<TitleWatchers>, StoreError> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let sql =
            "SELECT id, by_popularity, counted FROM titles WHERE counted > ?1 ORDER BY counted, id";
        self.db
            .read(move |connection| all(connection, sql, [count], read::<CountedRow, _>))
            .await
    }
}

#[async_trait]
impl CurationStore for SqliteCatalog {
    async fn put(&self, batch: &CatalogBatch) -> Result<(), StoreError> {
        if batch.is_empty() {
            return Ok(());
        }
        let batch = batch.clone();
        self.db
            .write(move |connection| write::put(connection, &batch))
            .await
    }

    async fn value_sources(&self, nodes: &[CatalogNode]) -> Result<Vec<ValueSources>, StoreError> {
        let nodes = nodes.to_vec();
        self.db
            .read(move |connection| value_sources::of(connection, &nodes))
            .await
    }

    async fn precedence(&self) -> Result<Precedence, StoreError> {
        self.db.read(precedence::read).await
    }

    async fn put_precedence(&self, field: &str, order: &[ValueSource]) -> Result<(), StoreError> {
        let (field, order) = (field.to_owned(), order.to_vec());
        self.db
            .write(move |connection| precedence::put(connection, field, order))
            .await
    }
}

#[async_trait]
impl RevisionStore for SqliteCatalog {
    async fn revisions(
        &self,
        filter: &RevisionFilter,
        window: &Window,
    ) -> Result<Slice<CatalogRevision>, StoreError> {
        let (filter, window) = (filter.clone(), window.clone());
        self.db
            .read(move |connection| revisions::page(connection, &filter, &window))
            .await
    }

    async fn revisions_by_id(
        &self,
        ids: &[RevisionId],
    ) -> Result<Vec<CatalogRevision>, StoreError> {
        let ids = ids.to_vec();
        self.db
            .read(move |connection| revisions::by_id(connection, &ids))
            .await
    }

    async fn revisions_since(
        &self,
        seen: &[(CatalogNode, u64)],
        limit: usize,
    ) -> Result<Vec<CatalogRevision>, StoreError> {
        let seen = seen.to_vec();
        self.db
            .read(move |connection| revisions::since(connection, &seen, limit))
            .await
    }

    async fn renames_since(
        &self,
        seen: &[(CatalogNode, u64)],
        limit: usize,
    ) -> Result<Vec<CatalogRevision>, StoreError> {
        let seen = seen.to_vec();
        self.db
            .read(move |connection| revisions::renames_since(connection, &seen, limit))
            .await
    }

    async fn delete_revisions(
        &self,
        before: DateTime<Utc>,
        limit: usize,
    ) -> Result<usize, StoreError> {
        self.db
            .write(move |connection| revisions::delete(connection, before, limit))
            .await
    }
}

#[async_trait]
impl WatchersStore for SqliteCatalog {
    async fn begin_count(&self) -> Result<u64, StoreError> {
        self.db
            .write(|connection| write::begin_count(connection).map_err(store_error))
            .await
    }

    async fn put_watchers(
        &self,
        count: u64,
        watchers: &[(TitleId, u64)],
    ) -> Result<Vec<TitleId>, StoreError> {
        if watchers.is_empty() {
            return Ok(Vec::new());
        }
        let watchers = watchers.to_vec();
        self.db
            .write(move |connection| write::put_watchers(connection, count, &watchers))
            .await
    }
}

#[async_trait]
impl TitleSource for SqliteCatalog {
    async fn unprojected_titles(&self, limit: usize) -> Result<Vec<Title>, StoreError> {
        let waiting = "waiting_since IS NOT NULL AND waiting_since > ?1 ORDER BY waiting_since";
        self.walk(waiting, i64::MIN, limit).await
    }

    async fn mark_titles_projected(&self, titles: &[(TitleId, u64)]) -> Result<(), StoreError> {
        if titles.is_empty() {
            return Ok(());
        }
        let titles = titles.to_vec();
        self.db
            .write(move |connection| write::mark_projected(connection, &titles))
            .await
    }

    async fn titles_after(
        &self,
        after: Option<TitleId>,
        limit: usize,
    ) -> Result<Vec<Title>, StoreError> {
        let after = after.map_or(i64::MIN, TitleId::to_i64);
        self.walk("id > ?1 ORDER BY id", after, limit).await
    }

    async fn known_titles(&self, titles: &[TitleId]) -> Result<Vec<TitleId>, StoreError> {
        let titles = columns::list(titles.iter().map(|title| title.to_i64()));
        self.db
            .read(move |connection| {
                let sql = "SELECT id FROM titles WHERE id IN (SELECT value FROM json_each(?1)) ORDER BY id";
                let known: Vec<i64> = all(connection, sql, [titles], only)?;
                Ok(known.into_iter().map(TitleId::from_i64).collect())
            })
            .await
    }

    async fn mark_titles_waiting(&self, titles: &[TitleId]) -> Result<Vec<TitleId>, StoreError> {
        if titles.is_empty() {
            return Ok(Vec::new());
        }
        let titles = titles.to_vec();
        self.db
            .write(move |connection| write::mark_waiting(connection, &titles).map_err(store_error))
            .await
    }

    async fn mark_titles_waiting_after(
        &self,
        after: Option<TitleId>,
        limit: usize,
    ) -> Result<Vec<TitleId>, StoreError> {
        let limit = columns::limit(limit);
        self.db
            .write(move |connection| {
                let titles = write::ids_after(connection, after, limit).map_err(store_error)?;
                write::mark_waiting(connection, &titles).map_err(store_error)
            })
            .await
    }
}

record! {
    struct CountedRow {
        id: i64,
        by_popularity: i64,
        counted: i64,
    }
}

impl From<CountedRow> for TitleWatchers {
    fn from(row: CountedRow) -> Self {
        Self {
            title: TitleId::from_i64(row.id),
            watchers: row.by_popularity.wrapping_neg().cast_unsigned(),
            count: row.counted.cast_unsigned(),
        }
    }
}
