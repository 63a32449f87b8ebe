//! Leases in the database, for what several processes do with the same file: the site, and commands beside it.

use std::time::Duration;

use async_trait::async_trait;
use rusqlite::Connection;
use uuid::Uuid;

use super::db::{NOW, SqliteDb, store_error};
use super::statements::write;
use crate::domain::error::StoreError;
use crate::domain::lease::Leases;

/// The leases in a database.
#[derive(Clone)]
pub struct SqliteLeases {
    db: SqliteDb,
}

impl SqliteLeases {
    /// The leases in this database.
    pub fn new(db: SqliteDb) -> Self {
        Self { db }
    }
}

#[async_trait]
impl Leases for SqliteLeases {
    async fn acquire(&self, name: &str, holder: Uuid, time: Duration) -> Result<bool, StoreError> {
        let sql = format!(
            "INSERT INTO leases (name, holder, until) VALUES (?1, ?2, {NOW} + ?3)
             ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
             WHERE holder = excluded.holder OR until <= {NOW}"
        );
        let millis = i64::try_from(time.as_millis())
            .unwrap_or(i64::MAX / 2)
            .max(1);
        let key = (name.to_owned(), holder.into_bytes(), millis);
        let written = self.db.write(move |connection: &Connection| {
            write(connection, &sql, key).map_err(store_error)
        });
        Ok(written.await? > 0)
    }

    async fn release(&self, name: &str, holder: Uuid) -> Result<(), StoreError> {
        let sql = "DELETE FROM leases WHERE name = ?1 AND holder = ?2";
        let key = (name.to_owned(), holder.into_bytes());
        let released = self
            .db
            .write(move |connection: &Connection| write(connection, sql, key).map_err(store_error));
        released.await.map(drop)
    }
}
