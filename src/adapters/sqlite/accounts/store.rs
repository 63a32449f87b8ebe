//! The ports of accounts on SQLite; what each method promises is documented at the port.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{api_keys, audit, erasures, identities, mails, profiles, users, write};
use crate::adapters::sqlite::SqliteDb;
use crate::adapters::sqlite::db::store_error;
use crate::domain::accounts::{
    AccountError, AccountStore, AccountWrite, ApiKey, ApiKeyStore, AuditEntry, AuditOf, AuditStore,
    EmailAddress, Erasure, ErasureStore, Identity, IdentityStore, Mail, MailStore, Profile,
    ProfileStore, User, UserStore, read_with_owner,
};
use crate::domain::error::StoreError;
use crate::domain::ids::{ApiKeyId, ErasureId, MailId, ProfileId, UserId};
use crate::domain::page::{Slice, Window};

/// Accounts and what belongs to them in a database file.
#[derive(Clone)]
pub struct SqliteAccounts {
    db: SqliteDb,
}

impl SqliteAccounts {
    /// A store in an open database.
    pub fn new(db: SqliteDb) -> Self {
        Self { db }
    }
}

#[async_trait]
impl AccountStore for SqliteAccounts {
    async fn write(&self, writes: Vec<AccountWrite>) -> Result<(), AccountError> {
        self.db
            .write(move |connection| {
                writes
                    .iter()
                    .try_for_each(|write| write::one(connection, write))
            })
            .await
    }
}

#[async_trait]
impl UserStore for SqliteAccounts {
    async fn find_user_by_email(&self, email: &EmailAddress) -> Result<Option<User>, StoreError> {
        let email = email.clone();
        self.db
            .read(move |connection| users::find_by_email(connection, &email))
            .await
    }

    async fn users(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        let ids = ids.to_vec();
        self.db
            .read(move |connection| users::by_ids(connection, &ids))
            .await
    }

    async fn list_users(&self, window: &Window) -> Result<Slice<User>, StoreError> {
        let window = window.clone();
        self.db
            .read(move |connection| users::list(connection, &window))
            .await
    }

    async fn unconfirmed_users(
        &self,
        after: Option<UserId>,
        before: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<User>, StoreError> {
        self.db
            .read(move |connection| users::unconfirmed(connection, after, before, limit))
            .await
    }
}

#[async_trait]
impl ProfileStore for SqliteAccounts {
    async fn profiles(&self, ids: &[ProfileId]) -> Result<Vec<Profile>, StoreError> {
        let ids = ids.to_vec();
        self.db
            .read(move |connection| profiles::by_ids(connection, &ids))
            .await
    }

    async fn profiles_of_user(&self, user: UserId) -> Result<Vec<Profile>, StoreError> {
        self.db
            .read(move |connection| profiles::of_user(connection, user))
            .await
    }

    async fn profiles_of_users(&self, users: &[UserId]) -> Result<Vec<Profile>, StoreError> {
        let users = users.to_vec();
        self.db
            .read(move |connection| profiles::of_users(connection, &users))
            .await
    }

    async fn with_owner(
        &self,
        user: UserId,
        profile: ProfileId,
    ) -> Result<Option<(User, Profile)>, StoreError> {
        read_with_owner(self, user, profile).await
    }

    async fn add_profiles(&self, profiles: &[Profile]) -> Result<(), StoreError> {
        let profiles = profiles.to_vec();
        self.db
            .write(move |connection| profiles::add_new(connection, &profiles))
            .await
    }
}

#[async_trait]
impl IdentityStore for SqliteAccounts {
    async fn find_identity(
        &self,
        provider: &str,
        subject: &str,
    ) -> Result<Option<Identity>, StoreError> {
        let (provider, subject) = (provider.to_owned(), subject.to_owned());
        self.db
            .read(move |connection| identities::find(connection, &provider, &subject))
            .await
    }

    async fn identities_of_user(&self, user: UserId) -> Result<Vec<Identity>, StoreError> {
        self.db
            .read(move |connection| identities::of_user(connection, user))
            .await
    }
}

#[async_trait]
impl ApiKeyStore for SqliteAccounts {
    async fn find_api_key(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        self.db
            .read(move |connection| api_keys::find(connection, id))
            .await
    }

    async fn api_keys_of_user(&self, user: UserId) -> Result<Vec<ApiKey>, StoreError> {
        self.db
            .read(move |connection| api_keys::of_user(connection, user))
            .await
    }

    async fn touch_api_key(&self, id: ApiKeyId, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.db
            .write(move |connection| api_keys::touch(connection, id, now))
            .await
    }
}

#[async_trait]
impl AuditStore for SqliteAccounts {
    async fn audit_of_user(
        &self,
        user: UserId,
        window: &Window,
    ) -> Result<Slice<AuditEntry>, StoreError> {
        let window = window.clone();
        self.db
            .read(move |connection| audit::of_user(connection, user, &window))
            .await
    }

    async fn delete_audit(
        &self,
        of: AuditOf,
        before: DateTime<Utc>,
        limit: usize,
    ) -> Result<usize, StoreError> {
        self.db
            .write(move |connection| audit::delete(connection, of, before, limit))
            .await
    }
}

#[async_trait]
impl MailStore for SqliteAccounts {
    async fn claim_mails(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Mail>, StoreError> {
        self.db
            .write(move |connection| {
                mails::claim(connection, now, until, limit).map_err(store_error)
            })
            .await
    }

    async fn postpone_mail(
        &self,
        id: MailId,
        due_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.db
            .write(move |connection| mails::postpone(connection, id, due_at, now))
            .await
    }

    async fn remove_mail(&self, id: MailId) -> Result<(), StoreError> {
        self.db
            .write(move |connection| mails::remove(connection, id))
            .await
    }
}

#[async_trait]
impl ErasureStore for SqliteAccounts {
    async fn pending_erasures(&self, limit: usize) -> Result<Vec<Erasure>, StoreError> {
        self.db
            .read(move |connection| erasures::pending(connection, limit))
            .await
    }

    async fn finish_erasure(&self, id: ErasureId, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.db
            .write(move |connection| erasures::finish(connection, id, now))
            .await
    }

    async fn find_erasure(&self, code: &str) -> Result<Option<Erasure>, StoreError> {
        let code = code.to_owned();
        self.db
            .read(move |connection| erasures::find(connection, &code))
            .await
    }

    async fn delete_erasures(
        &self,
        before: DateTime<Utc>,
        limit: usize,
    ) -> Result<usize, StoreError> {
        self.db
            .write(move |connection| erasures::delete(connection, before, limit))
            .await
    }
}
