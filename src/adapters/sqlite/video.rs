//! The ports of what items are played from on SQLite; what each method promises is documented at the ports.

use async_trait::async_trait;
use rusqlite::Connection;

use super::columns::{Json, TableRecord, Time, limit as rows, read, record};
use super::db::{SqliteDb, store_error};
use super::statements::{fill, insert, is_taken, readable, update, write};
use crate::domain::error::StoreError;
use crate::domain::ids::PackageId;
use crate::domain::video::{Package, PackageStore, VideoSourceStore, VideoSources, key_of};
use crate::domain::watching::WatchedItem;

/// What rows are called that cannot be read.
const SOURCES: &str = "video_sources";
const PACKAGES: &str = "packages";

record! {
    struct SourcesRow in video_sources by (item: String) {
        revision: i64,
        body: Json<VideoSources>,
    }
}

record! {
    struct PackageRow in packages by (id: [u8; 16]) {
        item: String,
        created_at: Time,
        body: Json<Package>,
    }
}

impl From<SourcesRow> for VideoSources {
    fn from(row: SourcesRow) -> Self {
        row.body.0
    }
}

impl From<PackageRow> for Package {
    fn from(row: PackageRow) -> Self {
        row.body.0
    }
}

/// What items are played from in a database.
#[derive(Clone)]
pub struct SqliteVideo {
    db: SqliteDb,
}

impl SqliteVideo {
    /// What items are played from in this database.
    pub fn new(db: SqliteDb) -> Self {
        Self { db }
    }
}

#[async_trait]
impl VideoSourceStore for SqliteVideo {
    async fn put_video_sources(&self, sources: &VideoSources) -> Result<(), StoreError> {
        let row = SourcesRow {
            item: key_of(sources.item),
            revision: sources.revision.cast_signed(),
            body: Json(sources.clone()),
        };
        self.db
            .write(move |connection: &Connection| {
                if row.revision == 1 {
                    insert(connection, &row)
                } else {
                    update(connection, &row)
                }
            })
            .await
    }

    async fn video_sources(&self, items: &[WatchedItem]) -> Result<Vec<VideoSources>, StoreError> {
        let sql = format!("{} WHERE item = ?1", SourcesRow::SELECT);
        let keys: Vec<String> = items.iter().map(|item| key_of(*item)).collect();
        self.db
            .read(move |connection| {
                let mut found = Vec::new();
                for key in keys {
                    let read = read::<SourcesRow, _>;
                    found.extend(readable(connection, SOURCES, &sql, [key], read)?.0);
                }
                Ok(found)
            })
            .await
    }

    async fn video_sources_after(
        &self,
        after: Option<WatchedItem>,
        limit: usize,
    ) -> Result<Vec<VideoSources>, StoreError> {
        let sql = format!(
            "{} WHERE item > ?1 ORDER BY item LIMIT ?2 OFFSET ?3",
            SourcesRow::SELECT
        );
        // No key is empty.
        let after = after.map(key_of).unwrap_or_default();
        self.db
            .read(move |connection| {
                fill(limit, |wanted, seen| {
                    let page = (&after, rows(wanted), rows(seen));
                    readable(connection, SOURCES, &sql, page, read::<SourcesRow, _>)
                })
            })
            .await
    }
}

#[async_trait]
impl PackageStore for SqliteVideo {
    async fn put_package(&self, package: &Package) -> Result<(), StoreError> {
        let row = PackageRow {
            id: package.id.0.into_bytes(),
            item: key_of(package.item),
            created_at: Time(package.created),
            body: Json(package.clone()),
        };
        self.db
            .write(move |connection: &Connection| {
                match write(connection, PackageRow::INSERT, &*row.parameters()) {
                    Err(error) if !is_taken(&error) => Err(store_error(error)),
                    Ok(_) | Err(_) => Ok(()),
                }
            })
            .await
    }

    async fn package(&self, id: PackageId) -> Result<Option<Package>, StoreError> {
        let sql = format!("{} WHERE id = ?1", PackageRow::SELECT);
        let id = [id.0.into_bytes()];
        self.db
            .read(move |connection| {
                let read = read::<PackageRow, _>;
                Ok(readable(connection, PACKAGES, &sql, id, read)?.0.pop())
            })
            .await
    }

    async fn packages_of(&self, items: &[WatchedItem]) -> Result<Vec<Package>, StoreError> {
        let sql = format!("{} WHERE item = ?1", PackageRow::SELECT);
        let keys: Vec<String> = items.iter().map(|item| key_of(*item)).collect();
        let found = self
            .db
            .read(move |connection| {
                let mut found: Vec<Package> = Vec::new();
                for key in keys {
                    let read = read::<PackageRow, _>;
                    found.extend(readable(connection, PACKAGES, &sql, [key], read)?.0);
                }
                Ok(found)
            })
            .await;
        let mut found = found?;
        found.sort_by_key(|it| (std::cmp::Reverse(it.created), it.id));
        Ok(found)
    }

    async fn delete_package(&self, id: PackageId) -> Result<(), StoreError> {
        let sql = "DELETE FROM packages WHERE id = ?1";
        let id = [id.0.into_bytes()];
        let removed = self
            .db
            .write(move |connection: &Connection| write(connection, sql, id).map_err(store_error));
        removed.await.map(drop)
    }
}
