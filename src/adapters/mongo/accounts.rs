//! Accounts.
#![allow(unused, clippy::todo, clippy::allow_attributes)]
use super::MongoDb;
use crate::domain::accounts::*;
use crate::domain::error::StoreError;
use crate::domain::ids::*;
use crate::domain::page::*;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
/// Accounts.
#[derive(Clone)]
pub struct MongoAccounts {
    db: MongoDb,
}
impl MongoAccounts {
    /// A store in a database.
    pub fn new(db: MongoDb) -> Self {
        Self { db }
    }
    /// Indexes.
    pub async fn ensure_indexes(&self) -> Result<(), StoreError> {
        todo!()
    }
}
#[async_trait]
impl AccountStore for MongoAccounts {
    async fn write(&self, writes: Vec<AccountWrite>) -> Result<(), AccountError> {
        todo!()
    }

    async fn find_user_by_email(&self, email: &EmailAddress) -> Result<Option<User>, StoreError> {
        todo!()
    }

    async fn users(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        todo!()
    }

    async fn list_users(&self, window: &Window) -> Result<Slice<User>, StoreError> {
        todo!()
    }

    async fn profiles(&self, ids: &[ProfileId]) -> Result<Vec<Profile>, StoreError> {
        todo!()
    }

    async fn profiles_of_user(&self, user: UserId) -> Result<Vec<Profile>, StoreError> {
        todo!()
    }

    async fn add_profiles(&self, profiles: &[Profile]) -> Result<(), StoreError> {
        todo!()
    }

    async fn find_identity(
        &self,
        provider: &str,
        subject: &str,
    ) -> Result<Option<Identity>, StoreError> {
        todo!()
    }

    async fn identities_of_user(&self, user: UserId) -> Result<Vec<Identity>, StoreError> {
        todo!()
    }

    async fn find_api_key(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        todo!()
    }

    async fn api_keys_of_user(&self, user: UserId) -> Result<Vec<ApiKey>, StoreError> {
        todo!()
    }

    async fn touch_api_key(&self, id: ApiKeyId, now: DateTime<Utc>) -> Result<(), StoreError> {
        todo!()
    }

    async fn audit_of_user(
        &self,
        user: UserId,
        window: &Window,
    ) -> Result<Slice<AuditEntry>, StoreError> {
        todo!()
    }

    async fn claim_mails(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Mail>, StoreError> {
        todo!()
    }

    async fn postpone_mail(
        &self,
        id: MailId,
        due_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        todo!()
    }

    async fn remove_mail(&self, id: MailId) -> Result<(), StoreError> {
        todo!()
    }

    async fn pending_erasures(&self, limit: usize) -> Result<Vec<Erasure>, StoreError> {
        todo!()
    }

    async fn finish_erasure(&self, id: ErasureId, now: DateTime<Utc>) -> Result<(), StoreError> {
        todo!()
    }

    async fn find_erasure(&self, code: &str) -> Result<Option<Erasure>, StoreError> {
        todo!()
    }
}
