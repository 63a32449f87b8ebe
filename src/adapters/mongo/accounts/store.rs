//! The ports of accounts on MongoDB; what each method promises is documented at the port.

use std::sync::Arc;

use async_trait::async_trait;
use bson::{Bson, Document, doc};
use chrono::{DateTime, Utc};
use futures::TryStreamExt;

use super::collections::Collections;
use super::identities::IdentityKey;
use super::profiles::ProfileDocument;
use super::{api_keys, indexes, mails, profiles, write};
use crate::adapters::mongo::MongoDb;
use crate::adapters::mongo::db::{Collection, patiently, store_error};
use crate::adapters::mongo::fields::{self, date, key_of, list};
use crate::adapters::mongo::find::{self, List};
use crate::adapters::mongo::indexes::Build;
use crate::domain::accounts::{
    AccountError, AccountStore, AccountWrite, ApiKey, ApiKeyStore, AuditEntry, AuditOf, AuditStore,
    EmailAddress, Erasure, ErasureStore, Identity, IdentityStore, Mail, MailStore, Profile,
    ProfileStore, User, UserStore, read_with_owner,
};
use crate::domain::error::StoreError;
use crate::domain::ids::{ApiKeyId, ErasureId, MailId, ProfileId, UserId};
use crate::domain::page::{Slice, Window};

/// How many profiles are sent at once.
const BATCH: usize = 1000;

/// Accounts and what belongs to them, each kind in a collection.
#[derive(Clone)]
pub struct MongoAccounts {
    db: MongoDb,
    collections: Collections,
}

impl MongoAccounts {
    /// A store in a database.
    pub fn new(db: MongoDb) -> Self {
        Self {
            collections: Collections::of(&db),
            db,
        }
    }

    /// Makes the collections and their indexes. Must have run once before the first write: that no two accounts have
    /// one address is kept by an index. It takes as long as it takes: a new index of many documents needs its time.
    pub async fn ensure_indexes(&self) -> Result<(), StoreError> {
        indexes::ensure(&self.collections, Build::All)
            .await
            .map(drop)
    }

    /// Makes what takes no time of what the store needs, and gives keys of before an end. Says whether no index is
    /// missing.
    pub async fn prepare(&self) -> Result<bool, StoreError> {
        let is_whole = indexes::ensure(&self.collections, Build::OfEmpty).await?;
        api_keys::end_old_keys(&self.collections.api_keys).await?;
        Ok(is_whole)
    }
}

#[async_trait]
impl AccountStore for MongoAccounts {
    async fn write(&self, writes: Vec<AccountWrite>) -> Result<(), AccountError> {
        let collections = self.collections.clone();
        let writes = Arc::new(writes);
        self.db
            .transaction(move |session| {
                let (collections, writes) = (collections.clone(), Arc::clone(&writes));
                Box::pin(async move {
                    for write in writes.iter() {
                        write::one(session, &collections, write).await?;
                    }
                    Ok(())
                })
            })
            .await
    }
}

#[async_trait]
impl UserStore for MongoAccounts {
    async fn find_user_by_email(&self, email: &EmailAddress) -> Result<Option<User>, StoreError> {
        find::one(&self.collections.users, doc! { "email": email.as_str() }).await
    }

    async fn users(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        let these = doc! { "_id": { "$in": list(ids, |id| id.to_i64()) } };
        find::all(&self.collections.users, these, doc! {}, None).await
    }

    async fn list_users(&self, window: &Window) -> Result<Slice<User>, StoreError> {
        let list = List {
            filter: doc! {},
            time: "created_at",
            is_latest_first: false,
            id: "_id",
        };
        list.page(&self.collections.users, None, window).await
    }

    async fn unconfirmed_users(
        &self,
        after: Option<UserId>,
        before: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<User>, StoreError> {
        let these = doc! {
            "email_verified": false,
            "_id": { "$gt": after.map_or(-1, UserId::to_i64) },
            "password": { "$exists": true },
            "updated_at": { "$lt": date(before) },
        };
        let by_id = doc! { "email_verified": 1, "_id": 1 };
        find::all(&self.collections.users, these, by_id, Some(limit)).await
    }
}

#[async_trait]
impl ProfileStore for MongoAccounts {
    async fn profiles(&self, ids: &[ProfileId]) -> Result<Vec<Profile>, StoreError> {
        let these = doc! { "_id": { "$in": list(ids, |id| id.to_i64()) } };
        find::all(&self.collections.profiles, these, doc! {}, None).await
    }

    async fn profiles_of_user(&self, user: UserId) -> Result<Vec<Profile>, StoreError> {
        let of_user = doc! { "user": user.to_i64() };
        let oldest_first = doc! { "created_at": 1, "_id": 1 };
        find::all(&self.collections.profiles, of_user, oldest_first, None).await
    }

    async fn profiles_of_users(&self, users: &[UserId]) -> Result<Vec<Profile>, StoreError> {
        let of_users = doc! { "user": { "$in": list(users, |id| id.to_i64()) } };
        find::all(&self.collections.profiles, of_users, doc! {}, None).await
    }

    async fn with_owner(
        &self,
        user: UserId,
        profile: ProfileId,
    ) -> Result<Option<(User, Profile)>, StoreError> {
        read_with_owner(self, user, profile).await
    }

    async fn add_profiles(&self, profiles: &[Profile]) -> Result<(), StoreError> {
        for batch in profiles.chunks(BATCH) {
            let documents: Vec<ProfileDocument> = batch.iter().map(ProfileDocument::from).collect();
            patiently(
                self.collections.profiles.timeout,
                profiles::add_batch(&self.collections.profiles, &documents),
            )
            .await?;
        }
        Ok(())
    }
}

#[async_trait]
impl IdentityStore for MongoAccounts {
    async fn find_identity(
        &self,
        provider: &str,
        subject: &str,
    ) -> Result<Option<Identity>, StoreError> {
        let this = doc! { "_id": key_of(&IdentityKey::new(provider, subject))? };
        find::one(&self.collections.identities, this).await
    }

    async fn identities_of_user(&self, user: UserId) -> Result<Vec<Identity>, StoreError> {
        let of_user = doc! { "user": user.to_i64() };
        let by_provider = doc! { "_id.provider": 1 };
        find::all(&self.collections.identities, of_user, by_provider, None).await
    }
}

#[async_trait]
impl ApiKeyStore for MongoAccounts {
    async fn find_api_key(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        find::one(&self.collections.api_keys, doc! { "_id": id.to_i64() }).await
    }

    async fn api_keys_of_user(&self, user: UserId) -> Result<Vec<ApiKey>, StoreError> {
        let of_user = doc! { "user": user.to_i64() };
        let oldest_first = doc! { "created_at": 1, "_id": 1 };
        find::all(&self.collections.api_keys, of_user, oldest_first, None).await
    }

    async fn touch_api_key(&self, id: ApiKeyId, now: DateTime<Utc>) -> Result<(), StoreError> {
        let this = doc! { "_id": id.to_i64() };
        let used = doc! { "$set": { "last_used_at": date(now) } };
        patiently(self.collections.api_keys.timeout, async {
            let touched = self.collections.api_keys.update_one(this, used).await;
            touched.map(drop).map_err(store_error)
        })
        .await
    }
}

#[async_trait]
impl AuditStore for MongoAccounts {
    async fn audit_of_user(
        &self,
        user: UserId,
        window: &Window,
    ) -> Result<Slice<AuditEntry>, StoreError> {
        let list = List {
            filter: doc! { "user": user.to_i64() },
            time: "at",
            is_latest_first: true,
            id: "_id",
        };
        list.page(&self.collections.audit, None, window).await
    }

    async fn delete_audit(
        &self,
        of: AuditOf,
        before: DateTime<Utc>,
        limit: usize,
    ) -> Result<usize, StoreError> {
        let whose = match of {
            AuditOf::Accounts => doc! { "$exists": true },
            AuditOf::Nobody => doc! { "$eq": null },
        };
        let these = doc! { "user": whose, "at": { "$lt": date(before) } };
        delete_some(&self.collections.audit, these, "at", limit).await
    }
}

#[async_trait]
impl MailStore for MongoAccounts {
    async fn claim_mails(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Mail>, StoreError> {
        let mut claimed = Vec::new();
        while claimed.len() < limit {
            match patiently(
                self.collections.mails.timeout,
                mails::claim(&self.collections.mails, now, until),
            )
            .await?
            {
                Some(mail) => claimed.push(mail),
                None => break,
            }
        }
        Ok(claimed)
    }

    async fn postpone_mail(
        &self,
        id: MailId,
        due_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let this = doc! { "_id": id.to_i64() };
        let due = doc! { "$set": {
            "due_at": date(due_at),
            "updated_at": date(now),
        } };
        patiently(self.collections.mails.timeout, async {
            let postponed = self.collections.mails.update_one(this, due).await;
            postponed.map(drop).map_err(store_error)
        })
        .await
    }

    async fn remove_mail(&self, id: MailId) -> Result<(), StoreError> {
        let this = doc! { "_id": id.to_i64() };
        patiently(self.collections.mails.timeout, async {
            let removed = self.collections.mails.delete_one(this).await;
            removed.map(drop).map_err(store_error)
        })
        .await
    }
}

#[async_trait]
impl ErasureStore for MongoAccounts {
    async fn pending_erasures(&self, limit: usize) -> Result<Vec<Erasure>, StoreError> {
        let pending = doc! { "finished_at": null };
        let oldest_first = doc! { "created_at": 1, "_id": 1 };
        let erasures = &self.collections.erasures;
        find::all(erasures, pending, oldest_first, Some(limit)).await
    }

    async fn finish_erasure(&self, id: ErasureId, now: DateTime<Utc>) -> Result<(), StoreError> {
        // One that is finished stays as it is: two servers may come to the end of the same work.
        let this = doc! { "_id": id.to_i64(), "finished_at": null };
        let now = date(now);
        let done = doc! { "$set": { "profiles": [], "finished_at": now, "updated_at": now } };
        patiently(self.collections.erasures.timeout, async {
            let finished = self.collections.erasures.update_one(this, done).await;
            finished.map(drop).map_err(store_error)
        })
        .await
    }

    async fn find_erasure(&self, code: &str) -> Result<Option<Erasure>, StoreError> {
        find::one(&self.collections.erasures, doc! { "code": code }).await
    }

    async fn delete_erasures(
        &self,
        before: DateTime<Utc>,
        limit: usize,
    ) -> Result<usize, StoreError> {
        // What is less than a date is one: null is not.
        let these = doc! { "finished_at": { "$lt": date(before) } };
        delete_some(&self.collections.erasures, these, "finished_at", limit).await
    }
}

/// Removes some of the documents that a filter finds, those first whose time is the earliest. Says how many.
async fn delete_some<D: Send + Sync>(
    collection: &Collection<D>,
    these: Document,
    time: &str,
    limit: usize,
) -> Result<usize, StoreError> {
    // The server takes that for no limit.
    if limit == 0 {
        return Ok(0);
    }
    patiently(collection.timeout, async {
        let found = collection
            .clone_with_type::<Document>()
            .find(these)
            .sort(doc! { time: 1 })
            .limit(fields::limit(limit))
            .projection(doc! { "_id": 1 })
            .await
            .map_err(store_error)?;
        let found: Vec<Document> = found.try_collect().await.map_err(store_error)?;
        let ids: Vec<Bson> = found
            .into_iter()
            .filter_map(|mut document| document.remove("_id"))
            .collect();
        if ids.is_empty() {
            return Ok(0);
        }
        let deleted = collection.delete_many(doc! { "_id": { "$in": ids } }).await;
        let deleted = deleted.map_err(store_error)?.deleted_count;
        usize::try_from(deleted).map_err(StoreError::failed)
    })
    .await
}
