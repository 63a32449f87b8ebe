//! Accounts and profiles as documents.

use std::collections::HashSet;

use async_trait::async_trait;
use bson::{Document, doc};
use futures::TryStreamExt;
use mongodb::error::ErrorKind;
use mongodb::options::IndexOptions;
use mongodb::{Collection, IndexModel};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::MongoDb;
use super::db::{Abort, is_duplicate, patiently, store_error};
use crate::domain::accounts::{
    AccountError, AccountStore, EmailAddress, PasswordHash, Profile, Role, User,
};
use crate::domain::catalog::Stamp;
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, UserId};

/// How many profiles are sent at once.
const BATCH: usize = 1000;

/// Accounts and profiles in two collections, `users` and `profiles`.
#[derive(Clone)]
pub struct MongoAccounts {
    db: MongoDb,
    users: Collection<UserDocument>,
    profiles: Collection<ProfileDocument>,
}

impl MongoAccounts {
    /// A store in a database.
    pub fn new(db: MongoDb) -> Self {
        Self {
            users: db.collection("users"),
            profiles: db.collection("profiles"),
            db,
        }
    }

    /// Makes the collections and their indexes. Must have run once before the first write: that no two accounts have
    /// one address is kept by an index.
    pub async fn ensure_indexes(&self) -> Result<(), StoreError> {
        let email = IndexModel::builder()
            .keys(doc! { "email": 1 })
            .options(IndexOptions::builder().unique(true).build())
            .build();
        let key = IndexModel::builder()
            .keys(doc! { "key": 1 })
            .options(
                IndexOptions::builder()
                    .unique(true)
                    .partial_filter_expression(doc! { "key": { "$exists": true } })
                    .build(),
            )
            .build();
        let of_user = IndexModel::builder()
            .keys(doc! { "user": 1, "created_at": 1, "_id": 1 })
            .options(
                IndexOptions::builder()
                    .partial_filter_expression(doc! { "user": { "$exists": true } })
                    .build(),
            )
            .build();
        patiently(async {
            let made = self.users.create_index(email).await;
            made.map_err(store_error)?;
            let made = self.profiles.create_indexes([key, of_user]).await;
            made.map(drop).map_err(store_error)
        })
        .await
    }
}

#[async_trait]
impl AccountStore for MongoAccounts {
    async fn create_user(&self, user: &User, profile: &Profile) -> Result<(), AccountError> {
        let (users, profiles) = (self.users.clone(), self.profiles.clone());
        let user_document = UserDocument::from(user);
        let profile_document = ProfileDocument::from(profile);
        let written = self
            .db
            .transaction(move |session| {
                let (users, profiles) = (users.clone(), profiles.clone());
                let (user, profile) = (user_document.clone(), profile_document.clone());
                Box::pin(async move {
                    let taken = |error: mongodb::error::Error| {
                        if is_duplicate(&error) {
                            Abort::Refused(StoreError::Conflict)
                        } else {
                            Abort::Driver(error)
                        }
                    };
                    let added = users.insert_one(user).session(&mut *session).await;
                    added.map_err(taken)?;
                    let added = profiles.insert_one(profile).session(&mut *session).await;
                    added.map_err(taken)?;
                    Ok(())
                })
            })
            .await;
        match written {
            // The driver does not say which of the keys was taken.
            Err(StoreError::Conflict) => match self.find_user_by_email(&user.email).await? {
                Some(_) => Err(AccountError::EmailTaken),
                None => Err(StoreError::Conflict.into()),
            },
            written => Ok(written?),
        }
    }

    async fn find_user_by_email(&self, email: &EmailAddress) -> Result<Option<User>, StoreError> {
        patiently(async {
            let found = self.users.find_one(doc! { "email": email.as_str() });
            Ok(found.await.map_err(store_error)?.map(User::from))
        })
        .await
    }

    async fn users(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        let ids: Vec<i64> = ids.iter().map(|id| id.to_i64()).collect();
        find(&self.users, doc! { "_id": { "$in": ids } }, doc! {}).await
    }

    async fn profiles(&self, ids: &[ProfileId]) -> Result<Vec<Profile>, StoreError> {
        let ids: Vec<i64> = ids.iter().map(|id| id.to_i64()).collect();
        find(&self.profiles, doc! { "_id": { "$in": ids } }, doc! {}).await
    }

    async fn profiles_of_user(&self, user: UserId) -> Result<Vec<Profile>, StoreError> {
        find(
            &self.profiles,
            doc! { "user": user.to_i64() },
            doc! { "created_at": 1, "_id": 1 },
        )
        .await
    }

    async fn add_profiles(&self, profiles: &[Profile]) -> Result<(), StoreError> {
        for batch in profiles.chunks(BATCH) {
            let documents: Vec<ProfileDocument> = batch.iter().map(ProfileDocument::from).collect();
            patiently(add_batch(&self.profiles, &documents)).await?;
        }
        Ok(())
    }
}

/// Unordered, so that a profile that is there stops none of the others.
async fn add_batch(
    profiles: &Collection<ProfileDocument>,
    batch: &[ProfileDocument],
) -> Result<(), StoreError> {
    let Err(error) = profiles.insert_many(batch).ordered(false).await else {
        return Ok(());
    };
    let refused: Vec<i64> = match &*error.kind {
        ErrorKind::InsertMany(failure) if is_duplicate(&error) => {
            let errors = failure.write_errors.iter().flatten();
            errors
                .filter_map(|error| Some(batch.get(error.index)?.id))
                .collect()
        }
        _ => return Err(store_error(error)),
    };
    // Either the id is there, as it may be, or another profile has the key.
    let there = profiles
        .clone_with_type::<Document>()
        .distinct("_id", doc! { "_id": { "$in": &refused } })
        .await
        .map_err(store_error)?;
    let there: HashSet<i64> = there.iter().filter_map(bson::Bson::as_i64).collect();
    if refused.iter().all(|id| there.contains(id)) {
        Ok(())
    } else {
        Err(StoreError::Conflict)
    }
}

async fn find<D, T>(
    collection: &Collection<D>,
    filter: Document,
    order: Document,
) -> Result<Vec<T>, StoreError>
where
    D: DeserializeOwned + Send + Sync,
    T: From<D>,
{
    patiently(async {
        let cursor = collection.find(filter).sort(order).await;
        let documents = cursor.map_err(store_error)?.map_ok(T::from);
        documents.try_collect().await.map_err(store_error)
    })
    .await
}

#[derive(Clone, Serialize, Deserialize)]
struct UserDocument {
    #[serde(rename = "_id")]
    id: i64,
    email: EmailAddress,
    email_verified: bool,
    password: String,
    role: Role,
    #[serde(flatten)]
    stamp: StampFields,
}

#[derive(Clone, Serialize, Deserialize)]
struct ProfileDocument {
    #[serde(rename = "_id")]
    id: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    name: String,
    #[serde(flatten)]
    stamp: StampFields,
}

#[derive(Clone, Serialize, Deserialize)]
struct StampFields {
    revision: i64,
    created_at: bson::DateTime,
    updated_at: bson::DateTime,
}

impl From<&User> for UserDocument {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.to_i64(),
            email: user.email.clone(),
            email_verified: user.email_verified,
            password: user.password.0.clone(),
            role: user.role,
            stamp: user.stamp.into(),
        }
    }
}

impl From<UserDocument> for User {
    fn from(document: UserDocument) -> Self {
        Self {
            id: UserId::from_i64(document.id),
            email: document.email,
            email_verified: document.email_verified,
            password: PasswordHash(document.password),
            role: document.role,
            stamp: document.stamp.into(),
        }
    }
}

impl From<&Profile> for ProfileDocument {
    fn from(profile: &Profile) -> Self {
        Self {
            id: profile.id.to_i64(),
            user: profile.user.map(UserId::to_i64),
            key: profile.key.clone(),
            name: profile.name.clone(),
            stamp: profile.stamp.into(),
        }
    }
}

impl From<ProfileDocument> for Profile {
    fn from(document: ProfileDocument) -> Self {
        Self {
            id: ProfileId::from_i64(document.id),
            user: document.user.map(UserId::from_i64),
            key: document.key,
            name: document.name,
            stamp: document.stamp.into(),
        }
    }
}

impl From<Stamp> for StampFields {
    fn from(stamp: Stamp) -> Self {
        Self {
            revision: stamp.revision.cast_signed(),
            created_at: stamp.created_at.into(),
            updated_at: stamp.updated_at.into(),
        }
    }
}

impl From<StampFields> for Stamp {
    fn from(fields: StampFields) -> Self {
        Self {
            revision: fields.revision.cast_unsigned(),
            created_at: fields.created_at.to_chrono(),
            updated_at: fields.updated_at.to_chrono(),
        }
    }
}
