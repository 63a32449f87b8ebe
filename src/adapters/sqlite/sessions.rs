//! Sessions as rows of the embedded store. Each log-in clears away what has expired.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, params};

use super::SqliteDb;
use super::accounts::read_time;
use super::db::store_error;
use crate::domain::accounts::{Session, SessionStore, TokenHash};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, SessionId, UserId};

const SELECT: &str = "SELECT id, token, user_id, profile_id, device, created_at, last_seen_at, \
    expires_at FROM sessions";
const INSERT: &str = "INSERT INTO sessions \
    (id, token, user_id, profile_id, device, created_at, last_seen_at, expires_at) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
/// Says whether the session was still running by the store's own clock: who ends a session passes no time.
const DELETE: &str = "DELETE FROM sessions WHERE user_id = ?1 AND id = ?2 \
    RETURNING expires_at > CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/// Sessions in a database file.
#[derive(Clone)]
pub struct SqliteSessions {
    db: SqliteDb,
}

impl SqliteSessions {
    /// A store in an open database.
    pub fn new(db: SqliteDb) -> Self {
        Self { db }
    }
}

#[async_trait]
impl SessionStore for SqliteSessions {
    async fn create_session(&self, session: &Session) -> Result<(), StoreError> {
        let session = session.clone();
        self.db
            .write(move |connection| {
                let insert = || {
                    connection
                        .prepare_cached("DELETE FROM sessions WHERE expires_at <= ?1")?
                        .execute([session.created_at.timestamp_millis()])?;
                    connection.prepare_cached(INSERT)?.execute(params![
                        session.id.to_i64(),
                        session.token.0,
                        session.user.to_i64(),
                        session.profile.to_i64(),
                        session.device,
                        session.created_at.timestamp_millis(),
                        session.last_seen_at.timestamp_millis(),
                        session.expires_at.timestamp_millis(),
                    ])
                };
                insert().map(drop).map_err(store_error)
            })
            .await
    }

    async fn find_session(
        &self,
        token: &TokenHash,
        now: DateTime<Utc>,
    ) -> Result<Option<Session>, StoreError> {
        let token = *token;
        self.db
            .read(move |connection| {
                connection
                    .prepare_cached(&format!("{SELECT} WHERE token = ?1 AND expires_at > ?2"))?
                    .query_row(params![token.0, now.timestamp_millis()], read_session)
                    .optional()
            })
            .await
    }

    async fn touch_session(&self, session: &Session, now: DateTime<Utc>) -> Result<(), StoreError> {
        let token = session.token;
        self.db
            .write(move |connection| {
                connection
                    .prepare_cached("UPDATE sessions SET last_seen_at = ?2 WHERE token = ?1")
                    .and_then(|mut update| update.execute(params![token.0, now.timestamp_millis()]))
                    .map(drop)
                    .map_err(store_error)
            })
            .await
    }

    async fn sessions_of_user(
        &self,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Session>, StoreError> {
        self.db
            .read(move |connection| {
                connection
                    .prepare_cached(&format!(
                        "{SELECT} WHERE user_id = ?1 AND expires_at > ?2 \
                         ORDER BY created_at DESC, id"
                    ))?
                    .query_map(params![user.to_i64(), now.timestamp_millis()], read_session)?
                    .collect()
            })
            .await
    }

    async fn delete_session(&self, user: UserId, id: SessionId) -> Result<bool, StoreError> {
        self.db
            .write(move |connection| {
                connection
                    .prepare_cached(DELETE)
                    .and_then(|mut delete| {
                        delete
                            .query_row([user.to_i64(), id.to_i64()], |row| row.get(0))
                            .optional()
                    })
                    .map(Option::unwrap_or_default)
                    .map_err(store_error)
            })
            .await
    }

    async fn ping_sessions(&self) -> Result<(), StoreError> {
        self.db
            .read(|connection| connection.query_row("SELECT 1", [], |_| Ok(())))
            .await
    }
}

fn read_session(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        id: SessionId::from_i64(row.get(0)?),
        token: TokenHash(row.get(1)?),
        user: UserId::from_i64(row.get(2)?),
        profile: ProfileId::from_i64(row.get(3)?),
        device: row.get(4)?,
        created_at: read_time(row, 5)?,
        last_seen_at: read_time(row, 6)?,
        expires_at: read_time(row, 7)?,
    })
}
