//! The audit log, stored as documents. They are never changed, and deleted only with their account.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::domain::accounts::{Action, Actor, AuditEntry};
use crate::domain::error::StoreError;
use crate::domain::ids::{AuditId, UserId};

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct AuditDocument {
    #[serde(rename = "_id")]
    id: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<i64>,
    at: bson::DateTime,
    action: Action,
    actor: Actor,
    /// As text: left to itself, an address would be written as bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    created_at: bson::DateTime,
    updated_at: bson::DateTime,
}

impl From<&AuditEntry> for AuditDocument {
    fn from(entry: &AuditEntry) -> Self {
        Self {
            id: entry.id.to_i64(),
            user: entry.user.map(UserId::to_i64),
            at: entry.at.into(),
            action: entry.action,
            actor: entry.actor,
            address: entry.address.map(|address| address.to_string()),
            detail: entry.detail.clone(),
            created_at: entry.at.into(),
            updated_at: entry.at.into(),
        }
    }
}

impl TryFrom<AuditDocument> for AuditEntry {
    type Error = StoreError;

    fn try_from(document: AuditDocument) -> Result<Self, StoreError> {
        let address = document.address.map(|text| text.parse::<IpAddr>());
        Ok(Self {
            id: AuditId::from_i64(document.id),
            user: document.user.map(UserId::from_i64),
            at: document.at.to_chrono(),
            action: document.action,
            actor: document.actor,
            address: address.transpose().map_err(StoreError::failed)?,
            detail: document.detail,
        })
    }
}
