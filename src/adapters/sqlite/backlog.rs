//! What waits for projection, in SQLite; what is promised is documented at the port, [`BacklogStore`].

use async_trait::async_trait;
use chrono::DateTime;
use rusqlite::{Connection, OptionalExtension};

use super::db::SqliteDb;
use crate::domain::error::StoreError;
use crate::domain::recommend::{Backlog, BacklogStore, Waiting};

/// The marks of what waits, in a database.
#[derive(Clone)]
pub struct SqliteBacklog(SqliteDb);

impl SqliteBacklog {
    /// The backlog of this database.
    pub fn new(db: SqliteDb) -> Self {
        Self(db)
    }
}

#[async_trait]
impl BacklogStore for SqliteBacklog {
    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.0
            .read(|connection| {
                Ok(Backlog {
                    // Their place in the queue is no time.
                    titles: Waiting {
                        since: latest_write(connection)?,
                        ..waiting(
                            connection,
                            "titles",
                            "waiting_since IS NOT NULL",
                            "waiting_since",
                        )?
                    },
                    watches: waiting(
                        connection,
                        "watched_titles",
                        "waiting_since IS NOT NULL",
                        "waiting_since",
                    )?,
                    departures: Waiting {
                        first: 0,
                        ..waiting(connection, "departed_viewers", "waiting = 1", "updated_at")?
                    },
                })
            })
            .await
    }
}

/// How many rows of a table wait, and the first of them.
fn waiting(
    connection: &Connection,
    table: &str,
    condition: &str,
    since: &str,
) -> rusqlite::Result<Waiting> {
    connection
        .prepare_cached(&format!(
            "SELECT count(*) AS documents, min({since}) AS first FROM {table} WHERE {condition}"
        ))?
        .query_row([], |row| {
            let (documents, first): (i64, Option<i64>) = (row.get("documents")?, row.get("first")?);
            Ok(Waiting {
                documents: documents.cast_unsigned(),
                since: first.and_then(DateTime::from_timestamp_millis),
                first: first.unwrap_or_default(),
            })
        })
}

/// When the title that waits the longest was written last.
fn latest_write(connection: &Connection) -> rusqlite::Result<Option<DateTime<chrono::Utc>>> {
    let text: Option<String> = connection
        .prepare_cached(
            "SELECT document ->> '$.stamp.updated_at' AS updated_at FROM title_documents
             WHERE id = (SELECT id FROM titles WHERE waiting_since IS NOT NULL ORDER BY waiting_since LIMIT 1)",
        )?
        .query_row([], |row| row.get("updated_at"))
        .optional()?;
    Ok(text.and_then(|text| text.parse().ok()))
}
