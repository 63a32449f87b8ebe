//! Sessions, one-time secrets, signing keys.
#![allow(unused, clippy::todo, clippy::allow_attributes)]
use super::RedisDb;
use crate::domain::accounts::*;
use crate::domain::error::StoreError;
use crate::domain::ids::*;
use crate::domain::page::*;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
/// Sessions, one-time secrets, signing keys.
#[derive(Clone)]
pub struct RedisSessions {
    db: RedisDb,
}
impl RedisSessions {
    /// A store in an open database.
    pub fn new(db: RedisDb) -> Self {
        Self { db }
    }
}
#[async_trait]
impl SessionStore for RedisSessions {
    async fn create_session(&self, session: &Session) -> Result<(), StoreError> {
        todo!()
    }

    async fn find_session(
        &self,
        id: SessionId,
        now: DateTime<Utc>,
    ) -> Result<Option<Session>, StoreError> {
        todo!()
    }

    async fn update_session(&self, session: &Session) -> Result<(), StoreError> {
        todo!()
    }

    async fn rotate_session(
        &self,
        session: &Session,
        from: &TokenHash,
        to: &TokenHash,
    ) -> Result<Rotation, StoreError> {
        todo!()
    }

    async fn sessions_of_user(
        &self,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Session>, StoreError> {
        todo!()
    }

    async fn delete_session(&self, user: UserId, id: SessionId) -> Result<bool, StoreError> {
        todo!()
    }

    async fn delete_sessions_of_user(
        &self,
        user: UserId,
        except: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        todo!()
    }

    async fn ping_sessions(&self) -> Result<(), StoreError> {
        todo!()
    }
}
#[async_trait]
impl OneTimeStore for RedisSessions {
    async fn put_one_time(
        &self,
        secret: &TokenHash,
        means: &OneTime,
        expires_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        todo!()
    }

    async fn find_one_time(
        &self,
        secret: &TokenHash,
        now: DateTime<Utc>,
    ) -> Result<Option<OneTime>, StoreError> {
        todo!()
    }

    async fn take_one_time(
        &self,
        secret: &TokenHash,
        now: DateTime<Utc>,
    ) -> Result<Option<OneTime>, StoreError> {
        todo!()
    }
}
#[async_trait]
impl SigningKeyStore for RedisSessions {
    async fn signing_keys(&self, now: DateTime<Utc>) -> Result<Vec<SigningKey>, StoreError> {
        todo!()
    }

    async fn add_signing_key(
        &self,
        key: &SigningKey,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        todo!()
    }
}
