//! The audit log: who did what to which account, and when.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::ids::{AuditId, UserId};

/// What was done to an account; stored by its name, so values are only added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The account was made.
    Registered,
    /// Somebody logged in; `detail` says by what.
    LoggedIn,
    /// Somebody tried to log in and was refused.
    LogInFailed,
    /// Somebody who was logged in was asked for the password once more and gave a wrong one.
    PasswordRefused,
    /// Somebody gave a wrong PIN for another profile.
    PinRefused,
    /// A session was ended by the device that had it.
    LoggedOut,
    /// Sessions were ended from elsewhere.
    SessionsEnded,
    /// A refresh token was used twice, and its session ended.
    RefreshReused,
    /// The password was changed by somebody who knew the old one.
    PasswordChanged,
    /// A link for a new password was asked for.
    PasswordResetRequested,
    /// The password was set by such a link, or by a command.
    PasswordReset,
    /// The address was shown to receive mail.
    EmailConfirmed,
    /// Another address was asked for.
    EmailChangeRequested,
    /// The address was changed.
    EmailChanged,
    /// Another site's log-in was linked; `detail` is the site.
    IdentityLinked,
    /// Another site's log-in was unlinked; `detail` is the site.
    IdentityUnlinked,
    /// The other site says that the person took back the permission; `detail` is the site.
    IdentityRevoked,
    /// A profile was added.
    ProfileAdded,
    /// A profile was changed.
    ProfileChanged,
    /// A profile was deleted.
    ProfileDeleted,
    /// The role was changed; `detail` is the new one.
    RoleChanged,
    /// The account was disabled.
    Disabled,
    /// The account was enabled again.
    Enabled,
    /// An API key was made; `detail` is its name.
    ApiKeyCreated,
    /// An API key was revoked; `detail` is its name.
    ApiKeyRevoked,
    /// Everything about the account was exported.
    Exported,
    /// Somebody who was logged in set which sources of values go before which; `detail` is the field, `*` for all that have
    /// no order of their own, and the order, without which it was taken away.
    SourcePrecedenceSet,
    /// A plan was given by hand; `detail` is the plan, and until when.
    MembershipGranted,
    /// A plan that was given by hand was taken back; `detail` is the plan.
    MembershipRevoked,
}

impl Action {
    /// As stores spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::LoggedIn => "logged_in",
            Self::LogInFailed => "log_in_failed",
            Self::PasswordRefused => "password_refused",
            Self::PinRefused => "pin_refused",
            Self::LoggedOut => "logged_out",
            Self::SessionsEnded => "sessions_ended",
            Self::RefreshReused => "refresh_reused",
            Self::PasswordChanged => "password_changed",
            Self::PasswordResetRequested => "password_reset_requested",
            Self::PasswordReset => "password_reset",
            Self::EmailConfirmed => "email_confirmed",
            Self::EmailChangeRequested => "email_change_requested",
            Self::EmailChanged => "email_changed",
            Self::IdentityLinked => "identity_linked",
            Self::IdentityUnlinked => "identity_unlinked",
            Self::IdentityRevoked => "identity_revoked",
            Self::ProfileAdded => "profile_added",
            Self::ProfileChanged => "profile_changed",
            Self::ProfileDeleted => "profile_deleted",
            Self::RoleChanged => "role_changed",
            Self::Disabled => "disabled",
            Self::Enabled => "enabled",
            Self::ApiKeyCreated => "api_key_created",
            Self::ApiKeyRevoked => "api_key_revoked",
            Self::Exported => "exported",
            Self::SourcePrecedenceSet => "source_precedence_set",
            Self::MembershipGranted => "membership_granted",
            Self::MembershipRevoked => "membership_revoked",
        }
    }
}

/// Who did what an entry tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// Somebody who is not logged in.
    Nobody,
    /// Whoever runs commands on the site's machine.
    Operator,
    Provider,
    User(UserId),
}

/// Whose entries of the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditOf {
    /// What was done to accounts.
    Accounts,
    /// Of no account: what strangers tried.
    Nobody,
}

/// An entry of the append-only list. It has no password, token or address of mail in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    pub id: AuditId,
    /// The account that it was done to; `None` if there is none, as when somebody tries to log in to one.
    pub user: Option<UserId>,
    /// When it was done, in UTC.
    pub at: DateTime<Utc>,
    pub action: Action,
    pub actor: Actor,
    /// The network address that it came from, if it came over a network.
    pub address: Option<IpAddr>,
    /// What else is to be said; see [`Action`].
    pub detail: Option<String>,
}
