//! Accounts and profiles as rows of the embedded store.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::types::{FromSqlError, Type};
use rusqlite::{OptionalExtension, Params, Row, params};

use super::SqliteDb;
use super::db::store_error;
use crate::domain::accounts::{
    AccountError, AccountStore, EmailAddress, PasswordHash, Profile, Role, User,
};
use crate::domain::catalog::Stamp;
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, UserId};

const SELECT_USER: &str =
    "SELECT id, email, email_verified, password, role, revision, created_at, updated_at FROM users";
const SELECT_PROFILE: &str =
    "SELECT id, user_id, key, name, revision, created_at, updated_at FROM profiles";
const INSERT_USER: &str = "INSERT INTO users \
    (id, email, email_verified, password, role, revision, created_at, updated_at) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (email) DO NOTHING";
const INSERT_PROFILE: &str = "INSERT INTO profiles \
    (id, user_id, key, name, revision, created_at, updated_at) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

/// Accounts and profiles in a database file.
#[derive(Clone)]
pub struct SqliteAccounts {
    db: SqliteDb,
}

impl SqliteAccounts {
    /// A store in an open database.
    pub fn new(db: SqliteDb) -> Self {
        Self { db }
    }

    async fn rows<T: Send + 'static>(
        &self,
        sql: String,
        params: impl Params + Send + 'static,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        self.db
            .read(move |connection| {
                connection
                    .prepare_cached(&sql)?
                    .query_map(params, read)?
                    .collect()
            })
            .await
    }
}

#[async_trait]
impl AccountStore for SqliteAccounts {
    async fn create_user(&self, user: &User, profile: &Profile) -> Result<(), AccountError> {
        let (user, profile) = (user.clone(), profile.clone());
        self.db
            .write(move |connection| {
                let stamp = user.stamp;
                let added = connection
                    .prepare_cached(INSERT_USER)
                    .and_then(|mut insert| {
                        insert.execute(params![
                            user.id.to_i64(),
                            user.email.as_str(),
                            user.email_verified,
                            user.password.0,
                            role_name(user.role),
                            stamp.revision.cast_signed(),
                            stamp.created_at.timestamp_millis(),
                            stamp.updated_at.timestamp_millis(),
                        ])
                    })
                    .map_err(write_error)?;
                if added == 0 {
                    return Err(AccountError::EmailTaken);
                }
                connection
                    .prepare_cached(INSERT_PROFILE)
                    .and_then(|mut insert| insert_profile(&mut insert, &profile))
                    .map_err(write_error)?;
                Ok(())
            })
            .await
    }

    async fn find_user_by_email(&self, email: &EmailAddress) -> Result<Option<User>, StoreError> {
        let email = email.clone();
        self.db
            .read(move |connection| {
                connection
                    .prepare_cached(&format!("{SELECT_USER} WHERE email = ?1"))?
                    .query_row([email.as_str()], read_user)
                    .optional()
            })
            .await
    }

    async fn users(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        let ids = json_array(ids.iter().map(|id| id.to_i64()));
        let sql = format!("{SELECT_USER} WHERE id IN (SELECT value FROM json_each(?1))");
        self.rows(sql, [ids], read_user).await
    }

    async fn profiles(&self, ids: &[ProfileId]) -> Result<Vec<Profile>, StoreError> {
        let ids = json_array(ids.iter().map(|id| id.to_i64()));
        let sql = format!("{SELECT_PROFILE} WHERE id IN (SELECT value FROM json_each(?1))");
        self.rows(sql, [ids], read_profile).await
    }

    async fn profiles_of_user(&self, user: UserId) -> Result<Vec<Profile>, StoreError> {
        let sql = format!("{SELECT_PROFILE} WHERE user_id = ?1 ORDER BY created_at, id");
        self.rows(sql, [user.to_i64()], read_profile).await
    }

    async fn add_profiles(&self, profiles: &[Profile]) -> Result<(), StoreError> {
        let profiles = profiles.to_vec();
        self.db
            .write(move |connection| {
                let mut insert = connection
                    .prepare_cached(&format!("{INSERT_PROFILE} ON CONFLICT (id) DO NOTHING"))
                    .map_err(store_error)?;
                for profile in &profiles {
                    insert_profile(&mut insert, profile).map_err(write_error)?;
                }
                Ok(())
            })
            .await
    }
}

fn insert_profile(
    insert: &mut rusqlite::Statement<'_>,
    profile: &Profile,
) -> rusqlite::Result<usize> {
    insert.execute(params![
        profile.id.to_i64(),
        profile.user.map(UserId::to_i64),
        profile.key,
        profile.name,
        profile.stamp.revision.cast_signed(),
        profile.stamp.created_at.timestamp_millis(),
        profile.stamp.updated_at.timestamp_millis(),
    ])
}

fn read_user(row: &Row<'_>) -> rusqlite::Result<User> {
    let email: String = row.get(1)?;
    let role: String = row.get(4)?;
    Ok(User {
        id: UserId::from_i64(row.get(0)?),
        email: EmailAddress::parse(&email).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(1, Type::Text, Box::new(error))
        })?,
        email_verified: row.get(2)?,
        password: PasswordHash(row.get(3)?),
        role: role_of(&role).ok_or_else(|| {
            let unknown = format!("{role} is no role");
            rusqlite::Error::FromSqlConversionFailure(4, Type::Text, unknown.into())
        })?,
        stamp: read_stamp(row, 5)?,
    })
}

fn read_profile(row: &Row<'_>) -> rusqlite::Result<Profile> {
    Ok(Profile {
        id: ProfileId::from_i64(row.get(0)?),
        user: row.get::<_, Option<i64>>(1)?.map(UserId::from_i64),
        key: row.get(2)?,
        name: row.get(3)?,
        stamp: read_stamp(row, 4)?,
    })
}

/// Reads three columns: the revision, and when the row was first and last written.
fn read_stamp(row: &Row<'_>, first: usize) -> rusqlite::Result<Stamp> {
    Ok(Stamp {
        revision: row.get::<_, i64>(first)?.cast_unsigned(),
        created_at: read_time(row, first + 1)?,
        updated_at: read_time(row, first + 2)?,
    })
}

/// Reads a column of milliseconds since 1970 UTC.
pub(super) fn read_time(row: &Row<'_>, column: usize) -> rusqlite::Result<DateTime<Utc>> {
    let millis: i64 = row.get(column)?;
    DateTime::from_timestamp_millis(millis).ok_or_else(|| {
        let error = FromSqlError::OutOfRange(millis);
        rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, Box::new(error))
    })
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Curator => "curator",
        Role::Moderator => "moderator",
        Role::Admin => "admin",
    }
}

fn role_of(name: &str) -> Option<Role> {
    [Role::Viewer, Role::Curator, Role::Moderator, Role::Admin]
        .into_iter()
        .find(|role| role_name(*role) == name)
}

/// Many ids as one parameter, so that one cached statement serves lists of any length.
fn json_array(ids: impl Iterator<Item = i64>) -> String {
    let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
    format!("[{}]", ids.join(","))
}

/// A key that is taken is a conflict.
fn write_error(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::ConstraintViolation) => StoreError::Conflict,
        _ => store_error(error),
    }
}
