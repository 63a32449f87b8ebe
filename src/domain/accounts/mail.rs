//! Queued mail, its message as it goes out, and the port to whoever delivers it.

use std::fmt;
use std::net::IpAddr;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use super::email::EmailAddress;
use crate::domain::ids::{MailId, UserId};

/// What a mail is about. A secret that it needs is made when it is sent, so that none lies in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    /// With a link that shows that mail arrives.
    ConfirmEmail,
    /// Somebody tried to register with the address of an account.
    AlreadyRegistered,
    /// With a link to set a new password.
    ResetPassword,
    /// The password was changed.
    PasswordChanged,
    /// To the old address: the account has another one now.
    EmailChanged,
    /// A federated log-in was linked.
    IdentityLinked,
    /// An API key was made.
    ApiKeyCreated,
    /// The account was deleted.
    AccountDeleted,
}

/// Who asked for an address to be confirmed, as far as it is known: whoever gets the mail is to see whether it was them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// When the account was made, or the address asked for.
    pub at: DateTime<Utc>,
    /// The network address that it was asked from.
    pub from: Option<IpAddr>,
    /// What the account can be logged in to by: `password`, or the names of identity providers.
    pub by: Vec<String>,
}

/// A queued mail. What is written and sent is its [`Letter`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its id, also the receiver's means to know a second copy (`Message-ID`).
    pub id: MailId,
    pub to: EmailAddress,
    /// What it is about.
    pub kind: MailKind,
    /// The account that it is about, if there is one.
    pub user: Option<UserId>,
    /// Who asked for it, if that is to be said.
    pub asked: Option<Asked>,
    /// How often sending it was begun.
    pub attempts: u32,
    /// When to send it, or to try again.
    pub due_at: DateTime<Utc>,
    /// When it was put into the queue.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Mail {
    /// How long to wait after an attempt that failed: ten seconds, because somebody may be waiting for it, then twice
    /// as long each time, up to three hours.
    pub fn pause(&self) -> TimeDelta {
        TimeDelta::seconds(10 << self.attempts.saturating_sub(1).min(11)).min(TimeDelta::hours(3))
    }

    /// Whether it is older than three days, and so given up.
    pub fn is_expired(&self, now: DateTime<Utc>) -> bool {
        now - self.created_at > TimeDelta::days(3)
    }
}

/// The message of a queued mail, as it goes out.
#[derive(Clone)]
pub struct Letter {
    pub id: MailId,
    pub to: EmailAddress,
    /// What it is about.
    pub kind: MailKind,
    /// The link in it, if it has one. It may be a secret.
    pub link: Option<Url>,
    /// For how long the link can be used, in hours.
    pub hours: Option<i64>,
    /// Who asked for it, if that is to be said.
    pub asked: Option<Asked>,
    /// The address in whose place this one is to come, shown in part; `None`: in nobody's.
    pub replaces: Option<String>,
}

/// Neither the address nor the link.
impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// Hands messages to whoever delivers them.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends a message. Once this returns, somebody else is responsible for it. It returns within 30 seconds, whatever
    /// happens, or somebody else takes the mail up as well. What it fails with names neither the address nor the link.
    async fn send(&self, letter: &Letter) -> Result<(), MailError>;
}

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It may go another time.
    #[error("mail cannot be sent now")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It will never go.
    #[error("a mail was refused")]
    Refused(#[source] Box<dyn std::error::Error + Send + Sync>),
}
