//! Queued mail, stored as documents, and claiming it to send it.

use bson::doc;
use chrono::{DateTime, Utc};
use mongodb::Collection;
use mongodb::options::ReturnDocument;
use serde::{Deserialize, Serialize};

use crate::adapters::mongo::db::store_error;
use crate::domain::accounts::{EmailAddress, Mail, MailKind};
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
    attempts: u32,
    due_at: bson::DateTime,
    created_at: bson::DateTime,
    updated_at: bson::DateTime,
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
    Ok(claimed.map_err(store_error)?.map(Mail::from))
}

impl From<&Mail> for MailDocument {
    fn from(mail: &Mail) -> Self {
        Self {
            id: mail.id.to_i64(),
            to: mail.to.clone(),
            kind: mail.kind,
            user: mail.user.map(UserId::to_i64),
            attempts: mail.attempts,
            due_at: mail.due_at.into(),
            created_at: mail.created_at.into(),
            updated_at: mail.updated_at.into(),
        }
    }
}

impl From<MailDocument> for Mail {
    fn from(document: MailDocument) -> Self {
        Self {
            id: MailId::from_i64(document.id),
            to: document.to,
            kind: document.kind,
            user: document.user.map(UserId::from_i64),
            attempts: document.attempts,
            due_at: document.due_at.to_chrono(),
            created_at: document.created_at.to_chrono(),
            updated_at: document.updated_at.to_chrono(),
        }
    }
}
