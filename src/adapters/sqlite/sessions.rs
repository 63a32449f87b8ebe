//! Sessions as rows of the embedded store. Each log-in clears away what has expired.

use std::net::IpAddr;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::SqliteDb;
use super::accounts::read_time;
use super::db::{NOW, store_error};
use crate::domain::accounts::{Rotation, Session, SessionStore, TokenHash};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, SessionId, UserId};

const SELECT: &str = "SELECT id, user_id, epoch, profile_id, via, secret, refresh, device, address, \
    idle, created_at, last_seen_at, expires_at, ends_at FROM sessions";
const INSERT: &str = "INSERT INTO sessions \
    (id, user_id, epoch, profile_id, via, secret, refresh, device, address, \
    idle, created_at, last_seen_at, expires_at, ends_at) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) \
    ON CONFLICT DO NOTHING";
const UPDATE: &str = "UPDATE sessions SET epoch = ?3, profile_id = ?4, via = ?5, secret = ?6, \
    device = ?7, address = ?8, idle = ?9, created_at = ?10, last_seen_at = ?11, expires_at = ?12, \
    ends_at = ?13 WHERE id = ?1 AND user_id = ?2 AND expires_at > ";
const TOUCH: &str = "UPDATE sessions SET last_seen_at = ?3, expires_at = ?4 \
    WHERE id = ?1 AND user_id = ?2 AND expires_at > ";
const ROTATE: &str =
    "UPDATE sessions SET refresh = ?2, last_seen_at = ?3, expires_at = ?4 WHERE id = ?1";

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
                if insert(connection, &session).map_err(store_error)? {
                    Ok(())
                } else {
                    Err(StoreError::Conflict)
                }
            })
            .await
    }

    async fn find_session(
        &self,
        id: SessionId,
        now: DateTime<Utc>,
    ) -> Result<Option<Session>, StoreError> {
        self.db
            .read(move |connection| {
                connection
                    .prepare_cached(&format!("{SELECT} WHERE id = ?1 AND expires_at > ?2"))?
                    .query_row([id.to_i64(), now.timestamp_millis()], read_session)
                    .optional()
            })
            .await
    }

    async fn touch_session(&self, session: &Session) -> Result<(), StoreError> {
        let touched = [
            session.id.to_i64(),
            session.user.to_i64(),
            session.last_seen_at.timestamp_millis(),
            session.expires_at.timestamp_millis(),
        ];
        self.db
            .write(move |connection| {
                connection
                    .prepare_cached(&format!("{TOUCH}{NOW}"))
                    .and_then(|mut touch| touch.execute(touched))
                    .map(drop)
                    .map_err(store_error)
            })
            .await
    }

    async fn update_session(&self, session: &Session) -> Result<(), StoreError> {
        let session = session.clone();
        self.db
            .write(move |connection| update(connection, &session).map_err(store_error))
            .await
    }

    async fn rotate_session(
        &self,
        session: &Session,
        from: &TokenHash,
        to: &TokenHash,
    ) -> Result<Rotation, StoreError> {
        let (session, from, to) = (session.clone(), *from, *to);
        self.db
            .write(move |connection| rotate(connection, &session, from, to).map_err(store_error))
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
                    .query_map([user.to_i64(), now.timestamp_millis()], read_session)?
                    .collect()
            })
            .await
    }

    async fn delete_session(&self, user: UserId, id: SessionId) -> Result<bool, StoreError> {
        self.db
            .write(move |connection| {
                let statement = format!(
                    "DELETE FROM sessions WHERE user_id = ?1 AND id = ?2 RETURNING expires_at > {NOW}"
                );
                connection
                    .prepare_cached(&statement)
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

    async fn delete_sessions_of_user(
        &self,
        user: UserId,
        except: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        self.db
            .write(move |connection| delete_all(connection, user, except).map_err(store_error))
            .await
    }

    async fn ping_sessions(&self) -> Result<(), StoreError> {
        self.db
            .read(|connection| connection.query_row("SELECT 1", [], |_| Ok(())))
            .await
    }
}

/// Says whether the id was free.
fn insert(connection: &Connection, session: &Session) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(&format!("DELETE FROM sessions WHERE expires_at <= {NOW}"))?
        .execute([])?;
    let inserted = connection.prepare_cached(INSERT)?.execute(params![
        session.id.to_i64(),
        session.user.to_i64(),
        session.epoch,
        session.profile.to_i64(),
        session.via,
        session.secret.0,
        session.refresh.map(|refresh| refresh.0),
        session.device,
        session.address.map(|address| address.to_string()),
        session.idle.num_milliseconds(),
        session.created_at.timestamp_millis(),
        session.last_seen_at.timestamp_millis(),
        session.expires_at.timestamp_millis(),
        session.ends_at.timestamp_millis(),
    ])?;
    Ok(inserted == 1)
}

fn update(connection: &Connection, session: &Session) -> rusqlite::Result<()> {
    connection
        .prepare_cached(&format!("{UPDATE}{NOW}"))?
        .execute(params![
            session.id.to_i64(),
            session.user.to_i64(),
            session.epoch,
            session.profile.to_i64(),
            session.via,
            session.secret.0,
            session.device,
            session.address.map(|address| address.to_string()),
            session.idle.num_milliseconds(),
            session.created_at.timestamp_millis(),
            session.last_seen_at.timestamp_millis(),
            session.expires_at.timestamp_millis(),
            session.ends_at.timestamp_millis(),
        ])?;
    Ok(())
}

fn rotate(
    connection: &Connection,
    session: &Session,
    from: TokenHash,
    to: TokenHash,
) -> rusqlite::Result<Rotation> {
    let refresh: Option<Option<[u8; 32]>> = connection
        .prepare_cached(&format!(
            "SELECT refresh FROM sessions WHERE id = ?1 AND user_id = ?2 AND expires_at > {NOW}"
        ))?
        .query_row([session.id.to_i64(), session.user.to_i64()], |row| {
            row.get(0)
        })
        .optional()?;
    let Some(refresh) = refresh else {
        return Ok(Rotation::Gone);
    };
    if refresh != Some(from.0) {
        return Ok(Rotation::Reused);
    }
    connection.prepare_cached(ROTATE)?.execute(params![
        session.id.to_i64(),
        to.0,
        session.last_seen_at.timestamp_millis(),
        session.expires_at.timestamp_millis(),
    ])?;
    Ok(Rotation::Rotated)
}

/// Says how many were still running.
fn delete_all(
    connection: &Connection,
    user: UserId,
    except: Option<SessionId>,
) -> rusqlite::Result<u64> {
    let statement = format!(
        "DELETE FROM sessions WHERE user_id = ?1 AND id IS NOT ?2 RETURNING expires_at > {NOW}"
    );
    let mut delete = connection.prepare_cached(&statement)?;
    let except = except.map(SessionId::to_i64);
    let ended = delete.query_map(params![user.to_i64(), except], |row| row.get::<_, bool>(0))?;
    ended.map(|was_there| was_there.map(u64::from)).sum()
}

fn read_session(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        id: SessionId::from_i64(row.get(0)?),
        user: UserId::from_i64(row.get(1)?),
        epoch: row.get(2)?,
        profile: ProfileId::from_i64(row.get(3)?),
        via: row.get(4)?,
        secret: TokenHash(row.get(5)?),
        refresh: row.get::<_, Option<[u8; 32]>>(6)?.map(TokenHash),
        device: row.get(7)?,
        address: read_address(row, 8)?,
        idle: TimeDelta::milliseconds(row.get(9)?),
        created_at: read_time(row, 10)?,
        last_seen_at: read_time(row, 11)?,
        expires_at: read_time(row, 12)?,
        ends_at: read_time(row, 13)?,
    })
}

fn read_address(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<IpAddr>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| text.parse()).transpose().map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
    })
}
