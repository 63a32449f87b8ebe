//! An account, as it is stored, without its profiles.

use chrono::{DateTime, Utc};

use super::email::EmailAddress;
use super::password::PasswordHash;
use super::profile::Profile;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::stamp::Stamp;
use crate::domain::viewer::{KnownViewer, Login, Role};

/// An account, which logs in and has profiles.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    pub id: UserId,
    /// Where its owner gets mail; unique. `None`: made by another site's log-in that told none.
    pub email: Option<EmailAddress>,
    /// Whether the owner has shown that mail arrives there.
    pub email_verified: bool,
    /// Since when whoever links another site with the account is the one who gets its mail: nobody else had a way in
    /// any more. What was linked before may be somebody else's. `None`: that was never shown, or not noted.
    pub ways_in_trusted_since: Option<DateTime<Utc>>,
    /// The hash of the password. `None`: the owner logs in through another site only.
    pub password: Option<PasswordHash>,
    /// What it may do.
    pub role: Role,
    /// Grows when everything that was issued before must no longer count: sessions and one-time links carry the epoch
    /// that they were issued in.
    pub epoch: u32,
    /// Since when nobody may use it. `None`: it may be used.
    pub disabled_at: Option<DateTime<Utc>>,
    /// When and how often it was written.
    pub stamp: Stamp,
}

impl User {
    /// Whoever is logged in to it with a session that goes on with this profile of it.
    pub fn viewer(&self, profile: &Profile, session: SessionId) -> KnownViewer {
        KnownViewer {
            user: self.id,
            profile: profile.id,
            max_age: profile.max_age,
            language: profile.reads(),
            pause: profile.pause,
            role: profile.lends(self.role),
            login: Login::Session(session),
        }
    }
}
