//! Accounts as documents, and back.

use serde::{Deserialize, Serialize};

use crate::adapters::mongo::fields::StampFields;
use crate::domain::accounts::{EmailAddress, PasswordHash, User};
use crate::domain::ids::UserId;
use crate::domain::viewer::Role;

/// The epoch of accounts that were written before there were epochs.
const FIRST_EPOCH: u32 = 1;

/// An account. What it does not have is not there, so that indexes pass it over.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct UserDocument {
    #[serde(rename = "_id")]
    id: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<EmailAddress>,
    email_verified: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proven_at: Option<bson::DateTime>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    role: Role,
    #[serde(default = "first_epoch")]
    epoch: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    disabled_at: Option<bson::DateTime>,
    #[serde(flatten)]
    stamp: StampFields,
}

fn first_epoch() -> u32 {
    FIRST_EPOCH
}

impl From<&User> for UserDocument {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.to_i64(),
            email: user.email.clone(),
            email_verified: user.email_verified,
            proven_at: user.ways_in_trusted_since.map(bson::DateTime::from),
            password: user.password.as_ref().map(|hash| hash.0.clone()),
            role: user.role,
            epoch: user.epoch,
            disabled_at: user.disabled_at.map(bson::DateTime::from),
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
            ways_in_trusted_since: document.proven_at.map(bson::DateTime::to_chrono),
            password: document.password.map(PasswordHash),
            role: document.role,
            epoch: document.epoch,
            disabled_at: document.disabled_at.map(bson::DateTime::to_chrono),
            stamp: document.stamp.into(),
        }
    }
}
