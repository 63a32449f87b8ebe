//! Sessions as rows of the embedded store. Each log-in clears away what has expired.

use std::net::IpAddr;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, named_params};

use super::SqliteDb;
use super::columns::{TableRecord, Text, Time, limit as rows, only, read, record};
use super::db::{NOW, store_error};
use super::statements::{all, find, write};
use crate::domain::accounts::{Rotation, Salt, Session, SessionStore, Succession, TokenHash};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, SessionId, UserId};

/// Everything but the secret that it is renewed with.
const UPDATE: &str = "UPDATE sessions SET epoch = :epoch, profile_id = :profile_id, via = :via, secret = :secret, \
    device = :device, address = :address, idle = :idle, created_at = :created_at, \
    last_seen_at = :last_seen_at, expires_at = :expires_at, ends_at = :ends_at \
    WHERE id = :id AND user_id = :user_id AND expires_at > ";
const TOUCH: &str = "UPDATE sessions SET last_seen_at = :last_seen_at, expires_at = :expires_at \
    WHERE id = :id AND user_id = :user_id AND expires_at > ";
const ROTATE: &str = "UPDATE sessions SET refresh = :refresh, former = :former, salt = :salt, \
    rotated_at = :rotated_at, last_seen_at = :last_seen_at, expires_at = :expires_at WHERE id = :id";

/// How many of the oldest sessions end at once.
const AT_ONCE: usize = 500;

/// The refresh token of a session, and the one that it took the place of.
type Refresh = (
    Option<[u8; 32]>,
    Option<[u8; 32]>,
    Option<[u8; 32]>,
    Option<Time>,
);

record! {
    struct SessionRow in sessions by (id: i64, user_id: i64) {
        epoch: u32,
        profile_id: i64,
        via: String,
        secret: [u8; 32],
        refresh: Option<[u8; 32]>,
        device: Option<String>,
        address: Option<Text<IpAddr>>,
        idle: i64,
        created_at: Time,
        last_seen_at: Time,
        expires_at: Time,
        ends_at: Time,
    }
}

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
                let sql = format!("{} WHERE id = ?1 AND expires_at > ?2", SessionRow::SELECT);
                find(
                    connection,
                    &sql,
                    (id.to_i64(), Time(now)),
                    read::<SessionRow, _>,
                )
            })
            .await
    }

    async fn touch_session(&self, session: &Session) -> Result<(), StoreError> {
        let session = session.clone();
        self.db
            .write(move |connection| touch(connection, &session).map_err(store_error))
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
        succession: &Succession,
    ) -> Result<Rotation, StoreError> {
        let (session, succession) = (session.clone(), *succession);
        self.db
            .write(move |connection| rotate(connection, &session, &succession).map_err(store_error))
            .await
    }

    async fn sessions_of_user(
        &self,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Session>, StoreError> {
        self.db
            .read(move |connection| {
                let sql = format!(
                    "{} WHERE user_id = ?1 AND expires_at > ?2 ORDER BY created_at DESC, id",
                    SessionRow::SELECT
                );
                let running = (user.to_i64(), Time(now));
                all(connection, &sql, running, read::<SessionRow, _>)
            })
            .await
    }

    async fn latest_sessions(
        &self,
        user: UserId,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Session>, StoreError> {
        self.db
            .read(move |connection| {
                let sql = format!(
                    "{} WHERE user_id = ?1 AND expires_at > ?2 ORDER BY created_at DESC, id LIMIT ?3",
                    SessionRow::SELECT
                );
                let latest = (user.to_i64(), Time(now), rows(limit));
                all(connection, &sql, latest, read::<SessionRow, _>)
            })
            .await
    }

    async fn end_oldest_sessions(
        &self,
        user: UserId,
        left: usize,
        except: SessionId,
    ) -> Result<u64, StoreError> {
        self.db
            .write(move |connection| {
                let sql = format!(
                    "DELETE FROM sessions WHERE id IN ( \
                         SELECT id FROM sessions WHERE user_id = ?1 AND expires_at > {NOW} \
                         ORDER BY created_at DESC, id LIMIT {AT_ONCE} OFFSET ?2 \
                     ) AND id <> ?3"
                );
                let which = (user.to_i64(), rows(left), except.to_i64());
                write(connection, &sql, which)
                    .map(|ended| ended as u64)
                    .map_err(store_error)
            })
            .await
    }

    async fn delete_session(&self, user: UserId, id: SessionId) -> Result<bool, StoreError> {
        self.db
            .write(move |connection| {
                let sql = format!(
                    "DELETE FROM sessions WHERE user_id = ?1 AND id = ?2 RETURNING expires_at > {NOW}"
                );
                find(connection, &sql, [user.to_i64(), id.to_i64()], only)
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
}

/// Says whether the id was free.
fn insert(connection: &Connection, session: &Session) -> rusqlite::Result<bool> {
    let expired = format!("DELETE FROM sessions WHERE expires_at <= {NOW}");
    write(connection, &expired, ())?;
    let sql = format!("{} ON CONFLICT DO NOTHING", SessionRow::INSERT);
    let row = SessionRow::from(session);
    Ok(write(connection, &sql, &*row.parameters())? == 1)
}

fn touch(connection: &Connection, session: &Session) -> rusqlite::Result<()> {
    let touched = named_params! {
        ":id": session.id.to_i64(),
        ":user_id": session.user.to_i64(),
        ":last_seen_at": Time(session.last_seen_at),
        ":expires_at": Time(session.expires_at),
    };
    write(connection, &format!("{TOUCH}{NOW}"), touched).map(drop)
}

fn update(connection: &Connection, session: &Session) -> rusqlite::Result<()> {
    let row = SessionRow::from(session);
    let mut parameters = row.parameters();
    parameters.retain(|(name, _)| *name != ":refresh");
    write(connection, &format!("{UPDATE}{NOW}"), &*parameters).map(drop)
}

fn rotate(
    connection: &Connection,
    session: &Session,
    Succession { from, to, salt, at }: &Succession,
) -> rusqlite::Result<Rotation> {
    let sql = format!(
        "SELECT refresh, former, salt, rotated_at FROM sessions \
         WHERE id = ?1 AND user_id = ?2 AND expires_at > {NOW}"
    );
    let key = [session.id.to_i64(), session.user.to_i64()];
    let found: Option<Refresh> = find(connection, &sql, key, |row| row.try_into())?;
    let Some((refresh, former, last_salt, rotated_at)) = found else {
        return Ok(Rotation::Gone);
    };
    if refresh != Some(from.0) {
        let is_late = rotated_at.is_none_or(|rotated| *at - rotated.0 > Succession::GRACE);
        return Ok(match last_salt {
            Some(salt) if former == Some(from.0) && !is_late => Rotation::Repeated(Salt(salt)),
            _ => Rotation::Reused,
        });
    }
    let rotated = named_params! {
        ":id": session.id.to_i64(),
        ":refresh": to.0,
        ":former": from.0,
        ":salt": salt.0,
        ":rotated_at": Time(*at),
        ":last_seen_at": Time(session.last_seen_at),
        ":expires_at": Time(session.expires_at),
    };
    write(connection, ROTATE, rotated)?;
    Ok(Rotation::Rotated)
}

/// Says how many were still running.
fn delete_all(
    connection: &Connection,
    user: UserId,
    except: Option<SessionId>,
) -> rusqlite::Result<u64> {
    let sql = format!(
        "DELETE FROM sessions WHERE user_id = ?1 AND id IS NOT ?2 RETURNING expires_at > {NOW}"
    );
    let which = (user.to_i64(), except.map(SessionId::to_i64));
    let ended: Vec<bool> = all(connection, &sql, which, only)?;
    Ok(ended.into_iter().map(u64::from).sum())
}

impl From<&Session> for SessionRow {
    fn from(session: &Session) -> Self {
        Self {
            id: session.id.to_i64(),
            user_id: session.user.to_i64(),
            epoch: session.epoch,
            profile_id: session.profile.to_i64(),
            via: session.via.clone(),
            secret: session.secret.0,
            refresh: session.refresh.map(|refresh| refresh.0),
            device: session.device.clone(),
            address: session.address.map(Text),
            idle: session.idle.num_milliseconds(),
            created_at: Time(session.created_at),
            last_seen_at: Time(session.last_seen_at),
            expires_at: Time(session.expires_at),
            ends_at: Time(session.ends_at),
        }
    }
}

impl From<SessionRow> for Session {
    fn from(row: SessionRow) -> Self {
        Self {
            id: SessionId::from_i64(row.id),
            user: UserId::from_i64(row.user_id),
            epoch: row.epoch,
            profile: ProfileId::from_i64(row.profile_id),
            via: row.via,
            secret: TokenHash(row.secret),
            refresh: row.refresh.map(TokenHash),
            device: row.device,
            address: row.address.map(|address| address.0),
            idle: TimeDelta::milliseconds(row.idle),
            created_at: row.created_at.0,
            last_seen_at: row.last_seen_at.0,
            expires_at: row.expires_at.0,
            ends_at: row.ends_at.0,
        }
    }
}
