//! What the record notes of its own projection, in SQLite; what is promised stands at the port, [`NoteStore`].

use async_trait::async_trait;
use rusqlite::Connection;

use super::columns::{Json, json_over, only};
use super::db::{NOW, SqliteDb, store_error};
use super::statements::{find, write};
use crate::domain::error::StoreError;
use crate::domain::recommend::{NoteStore, Notes, Schema};

/// Programs of before this version cannot use the file; see `schema/lists.sql`.
const FILE: Schema = Schema {
    version: 2,
    oldest_reader: 2,
};

/// The notes of a database.
#[derive(Clone)]
pub struct SqliteNotes(SqliteDb);

impl SqliteNotes {
    /// The notes in this database.
    pub fn new(db: SqliteDb) -> Self {
        Self(db)
    }
}

#[async_trait]
impl NoteStore for SqliteNotes {
    async fn notes(&self) -> Result<Notes, StoreError> {
        let found = self.0.read(|connection| {
            let sql = "SELECT notes FROM projection_notes";
            find(connection, sql, (), only::<Json<Notes>>)
        });
        Ok(found
            .await?
            .map_or_else(Notes::default, |Json(notes)| notes))
    }

    async fn put_notes(&self, notes: &Notes) -> Result<bool, StoreError> {
        let before = notes.revision.cast_signed();
        let notes = Notes {
            revision: notes.revision + 1,
            schema: notes.schema.with(FILE),
            ..notes.clone()
        };
        self.0
            .write(move |connection| put(connection, before, &notes))
            .await
    }
}

/// Writes notes in the place of those of a revision. Says whether these were there.
fn put(connection: &Connection, before: i64, notes: &Notes) -> Result<bool, StoreError> {
    if before == 0 {
        let sql =
            "INSERT OR IGNORE INTO projection_notes (id, revision, notes) VALUES (1, ?1 + 1, ?2)";
        let written = write(connection, sql, (before, Json(notes))).map_err(store_error)?;
        return Ok(written > 0);
    }
    let sql = "SELECT notes FROM projection_notes WHERE revision = ?1";
    let stored = find(connection, sql, [before], only::<String>).map_err(store_error)?;
    let notes = json_over(stored.as_deref(), notes)?;
    let sql = format!(
        "UPDATE projection_notes SET revision = ?1 + 1, notes = ?2, updated_at = {NOW} WHERE revision = ?1"
    );
    let written = write(connection, &sql, (before, notes)).map_err(store_error)?;
    Ok(written > 0)
}
