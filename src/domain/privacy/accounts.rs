//! What accounts keep of people. It is deleted in the write that asks for an erasure; how it is exported is said here.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::part::{Exported, Record};
use crate::domain::accounts::{
    AccountExport, Actor, ApiKey, AuditEntry, EmailAddress, Identity, Profile, Scope, Session, User,
};
use crate::domain::ids::UserId;
use crate::domain::viewer::HistoryPause;

/// What accounts keep by account or profile.
pub(super) const RECORDS: &[Record] = &[
    Record {
        name: "users",
        exported: Exported::As("/account"),
    },
    Record {
        name: "profiles",
        exported: Exported::As("/profiles"),
    },
    Record {
        name: "identities",
        exported: Exported::As("/identities"),
    },
    Record {
        name: "sessions",
        exported: Exported::As("/sessions"),
    },
    Record {
        name: "api_keys",
        exported: Exported::As("/apiKeys"),
    },
    Record {
        name: "audit",
        exported: Exported::As("/audit"),
    },
    Record {
        name: "one_time_secrets",
        exported: Exported::Not("they are secrets, and gone within days"),
    },
    Record {
        name: "mails",
        exported: Exported::Not("they say what is exported already, and go once they are sent"),
    },
    Record {
        name: "catalog_revisions",
        exported: Exported::Not(
            "they tell what the catalogue was, and of a person only the account's id, which an erasure takes out",
        ),
    },
    Record {
        name: "erasures",
        exported: Exported::Not("they name profiles that are no part of the account any more"),
    },
];

/// Everything before the profiles.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Head<'a> {
    format: &'static str,
    format_version: u32,
    exported_at: DateTime<Utc>,
    account: AccountPart<'a>,
    identities: Vec<IdentityPart<'a>>,
    sessions: Vec<SessionPart<'a>>,
    api_keys: Vec<ApiKeyPart<'a>>,
    audit: Vec<AuditPart<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AccountPart<'a> {
    id: String,
    email: Option<&'a str>,
    email_verified: bool,
    has_password: bool,
    role: &'static str,
    disabled_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct IdentityPart<'a> {
    provider: &'a str,
    subject: &'a str,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionPart<'a> {
    id: String,
    profile: String,
    via: &'a str,
    device: Option<&'a str>,
    address: Option<IpAddr>,
    created_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ApiKeyPart<'a> {
    id: String,
    name: &'a str,
    scopes: &'a [Scope],
    last_used_at: Option<DateTime<Utc>>,
    expires_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AuditPart<'a> {
    at: DateTime<Utc>,
    action: &'static str,
    by: &'static str,
    address: Option<IpAddr>,
    detail: Option<&'a str>,
}

/// A profile, without what it watched.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProfilePart<'a> {
    id: String,
    name: &'a str,
    max_age: Option<u8>,
    language: Option<&'a str>,
    has_pin: bool,
    history_pause: Option<PausePart>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// The latest time in which nothing of what it played was kept.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PausePart {
    since: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
}

impl PausePart {
    fn of(pause: HistoryPause) -> Self {
        Self {
            since: pause.since,
            until: pause.until,
        }
    }
}

impl<'a> Head<'a> {
    pub(super) fn of(export: &'a AccountExport, now: DateTime<Utc>) -> Self {
        let owner = export.user.id;
        Self {
            format: "reelgraph-account-export",
            format_version: 2,
            exported_at: now,
            account: AccountPart::of(&export.user),
            identities: export.identities.iter().map(IdentityPart::of).collect(),
            sessions: export.sessions.iter().map(SessionPart::of).collect(),
            api_keys: export.api_keys.iter().map(ApiKeyPart::of).collect(),
            audit: export
                .audit
                .iter()
                .map(|entry| AuditPart::of(entry, owner))
                .collect(),
        }
    }
}

impl<'a> AccountPart<'a> {
    fn of(user: &'a User) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email.as_ref().map(EmailAddress::as_str),
            email_verified: user.email_verified,
            has_password: user.password.is_some(),
            role: user.role.as_str(),
            disabled_at: user.disabled_at,
            created_at: user.stamp.created_at,
            updated_at: user.stamp.updated_at,
        }
    }
}

impl<'a> IdentityPart<'a> {
    fn of(identity: &'a Identity) -> Self {
        Self {
            provider: &identity.provider,
            subject: &identity.subject,
            created_at: identity.created_at,
            updated_at: identity.updated_at,
        }
    }
}

impl<'a> SessionPart<'a> {
    fn of(session: &'a Session) -> Self {
        Self {
            id: session.id.to_string(),
            profile: session.profile.to_string(),
            via: &session.via,
            device: session.device.as_deref(),
            address: session.address,
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            expires_at: session.expires_at,
            ends_at: session.ends_at,
        }
    }
}

impl<'a> ApiKeyPart<'a> {
    fn of(key: &'a ApiKey) -> Self {
        Self {
            id: key.id.to_string(),
            name: &key.name,
            scopes: &key.scopes,
            last_used_at: key.last_used_at,
            expires_at: key.expires_at,
            created_at: key.created_at,
            updated_at: key.updated_at,
        }
    }
}

impl<'a> AuditPart<'a> {
    /// Who else did something is told by what they are, not by who they are.
    fn of(entry: &'a AuditEntry, owner: UserId) -> Self {
        Self {
            at: entry.at,
            action: entry.action.as_str(),
            by: match entry.actor {
                Actor::Nobody => "somebody",
                Actor::Operator => "operator",
                Actor::Provider => "provider",
                Actor::User(user) if user == owner => "owner",
                Actor::User(_) => "admin",
            },
            address: entry.address,
            detail: entry.detail.as_deref(),
        }
    }
}

impl<'a> ProfilePart<'a> {
    pub(super) fn of(profile: &'a Profile) -> Self {
        Self {
            id: profile.id.to_string(),
            name: &profile.name,
            max_age: profile.max_age,
            language: profile.language.as_deref(),
            has_pin: profile.pin.is_some(),
            history_pause: profile.pause.map(PausePart::of),
            created_at: profile.stamp.created_at,
            updated_at: profile.stamp.updated_at,
        }
    }
}
