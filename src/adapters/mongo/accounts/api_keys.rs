//! API keys, stored as documents.

use bson::doc;
use mongodb::Collection;
use serde::{Deserialize, Serialize};

use crate::adapters::mongo::db::store_error;
use crate::domain::accounts::{ApiKey, Scope, TokenHash};
use crate::domain::error::StoreError;
use crate::domain::ids::{ApiKeyId, UserId};

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct ApiKeyDocument {
    #[serde(rename = "_id")]
    id: i64,
    user: i64,
    name: String,
    scopes: Vec<Scope>,
    /// The hash, in hexadecimal.
    secret: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_used_at: Option<bson::DateTime>,
    /// Missing where a version wrote it that knew none, until the next start ([`end_old_keys`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<bson::DateTime>,
    created_at: bson::DateTime,
    updated_at: bson::DateTime,
}

/// Keys that were made when they did not end last a year from now on.
pub(super) async fn end_old_keys(keys: &Collection<ApiKeyDocument>) -> Result<(), StoreError> {
    let endless = doc! { "expires_at": { "$exists": false } };
    let in_a_year = doc! { "$add": ["$$NOW", ApiKey::LASTS.num_milliseconds()] };
    let ended = keys
        .update_many(endless, vec![doc! { "$set": { "expires_at": in_a_year } }])
        .await;
    ended.map(drop).map_err(store_error)
}

impl From<&ApiKey> for ApiKeyDocument {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.id.to_i64(),
            user: key.user.to_i64(),
            name: key.name.clone(),
            scopes: key.scopes.clone(),
            secret: key.secret.to_hex(),
            last_used_at: key.last_used_at.map(bson::DateTime::from),
            expires_at: Some(key.expires_at.into()),
            created_at: key.created_at.into(),
            updated_at: key.updated_at.into(),
        }
    }
}

impl TryFrom<ApiKeyDocument> for ApiKey {
    type Error = StoreError;

    fn try_from(document: ApiKeyDocument) -> Result<Self, StoreError> {
        let id = ApiKeyId::from_i64(document.id);
        let secret = TokenHash::from_hex(&document.secret)
            .ok_or_else(|| StoreError::failed(format!("the hash of API key {id} is no hash")))?;
        let created_at = document.created_at.to_chrono();
        let expires_at = document.expires_at.map(bson::DateTime::to_chrono);
        Ok(Self {
            id,
            user: UserId::from_i64(document.user),
            name: document.name,
            scopes: document.scopes,
            secret,
            last_used_at: document.last_used_at.map(bson::DateTime::to_chrono),
            expires_at: expires_at.unwrap_or(created_at + ApiKey::LASTS),
            created_at,
            updated_at: document.updated_at.to_chrono(),
        })
    }
}
