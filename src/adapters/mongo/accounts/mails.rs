//! Queued mail, stored as documents, and claiming it to send it.

use std::net::IpAddr;

use bson::doc;
use chrono::{DateTime, Utc};
use mongodb::Collection;
use mongodb::options::ReturnDocument;
use serde::{Deserialize, Serialize};

use crate::adapters::mongo::db::store_error;
use crate::domain::accounts::{Asked, EmailAddress, Mail, MailKind};
use crate::domain::error::StoreError;
use crate::domain::ids::{MailId, UserId};

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct MailDocument {
    #[serde(rename = "_id")]
    id: i64,
    to: EmailAddress,
    kind: MailKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asked: Option<AskedDocument>,
    attempts: u32,
    due_at: bson::DateTime,
    created_at: bson::DateTime,
    updated_at: bson::DateTime,
}

#[derive(Clone, Serialize, Deserialize)]
struct AskedDocument {
    at: bson::DateTime,
    /// As text: left to itself, an address would be written as bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    by: Vec<String>,
}

/// Takes the mail that has been due the longest.
pub(super) async fn claim(
    mails: &Collection<MailDocument>,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<Mail>, StoreError> {
    let now = bson::DateTime::from(now);
    let claim = doc! {
        "$inc": { "attempts": 1 },
        "$set": { "due_at": bson::DateTime::from(until), "updated_at": now },
    };
    let claimed = mails
        .find_one_and_update(doc! { "due_at": { "$lte": now } }, claim)
        .sort(doc! { "due_at": 1, "_id": 1 })
        .return_document(ReturnDocument::After)
        .await;
    claimed
        .map_err(store_error)?
        .map(Mail::try_from)
        .transpose()
}

impl From<&Mail> for MailDocument {
    fn from(mail: &Mail) -> Self {
        Self {
            id: mail.id.to_i64(),
            to: mail.to.clone(),
            kind: mail.kind,
            user: mail.user.map(UserId::to_i64),
            asked: mail.asked.as_ref().map(AskedDocument::from),
            attempts: mail.attempts,
            due_at: mail.due_at.into(),
            created_at: mail.created_at.into(),
            updated_at: mail.updated_at.into(),
        }
    }
}

impl From<&Asked> for AskedDocument {
    fn from(asked: &Asked) -> Self {
        Self {
            at: asked.at.into(),
            from: asked.from.map(|address| address.to_string()),
            by: asked.by.clone(),
        }
    }
}

impl TryFrom<AskedDocument> for Asked {
    type Error = StoreError;

    fn try_from(document: AskedDocument) -> Result<Self, StoreError> {
        let from = document.from.map(|text| text.parse::<IpAddr>());
        Ok(Self {
            at: document.at.to_chrono(),
            from: from.transpose().map_err(StoreError::failed)?,
            by: document.by,
        })
    }
}

impl TryFrom<MailDocument> for Mail {
    type Error = StoreError;

    fn try_from(document: MailDocument) -> Result<Self, StoreError> {
        Ok(Self {
            id: MailId::from_i64(document.id),
            to: document.to,
            kind: document.kind,
            user: document.user.map(UserId::from_i64),
            asked: document.asked.map(Asked::try_from).transpose()?,
            attempts: document.attempts,
            due_at: document.due_at.to_chrono(),
            created_at: document.created_at.to_chrono(),
            updated_at: document.updated_at.to_chrono(),
        })
    }
}
