//! Federated log-ins, stored as documents. The key is the user's id at the provider, so that nobody there is two
//! accounts here.

use serde::{Deserialize, Serialize};

use crate::domain::accounts::Identity;
use crate::domain::ids::UserId;

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct IdentityKey {
    provider: String,
    subject: String,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct IdentityDocument {
    #[serde(rename = "_id")]
    key: IdentityKey,
    user: i64,
    created_at: bson::DateTime,
    updated_at: bson::DateTime,
}

impl IdentityKey {
    pub(super) fn new(provider: &str, subject: &str) -> Self {
        Self {
            provider: provider.to_owned(),
            subject: subject.to_owned(),
        }
    }
}

impl From<&Identity> for IdentityDocument {
    fn from(identity: &Identity) -> Self {
        Self {
            key: IdentityKey::new(&identity.provider, &identity.subject),
            user: identity.user.to_i64(),
            created_at: identity.created_at.into(),
            updated_at: identity.updated_at.into(),
        }
    }
}

impl From<IdentityDocument> for Identity {
    fn from(document: IdentityDocument) -> Self {
        Self {
            provider: document.key.provider,
            subject: document.key.subject,
            user: UserId::from_i64(document.user),
            created_at: document.created_at.to_chrono(),
            updated_at: document.updated_at.to_chrono(),
        }
    }
}
