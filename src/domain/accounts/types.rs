//! The documents of accounts.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::error::AccountError;
use super::password::PasswordHash;
use super::token::TokenHash;
use crate::domain::ids::{ProfileId, SessionId, UserId};
use crate::domain::stamp::Stamp;

/// What an account may do; each role may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Watches.
    Viewer,
    /// Keeps the catalogue.
    Curator,
    /// Keeps the peace.
    Moderator,
    /// May do everything.
    Admin,
}

/// An e-mail address, trimmed and in lower case, so that one address is one account.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Checks the form: one `@` with something before it and a domain name with a dot after it, no white space, at
    /// most 254 characters (RFC 5321, 4.5.3.1). Whether mail arrives, only a mail can tell.
    pub fn parse(text: &str) -> Result<Self, AccountError> {
        let address = text.trim().to_lowercase();
        let (local, domain) = address.rsplit_once('@').ok_or(AccountError::InvalidEmail)?;
        let is_label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let is_domain = domain.contains('.')
            && domain.split('.').all(is_label)
            && domain
                .chars()
                .all(|c| c.is_alphanumeric() || c == '-' || c == '.');
        let is_local = !local.is_empty()
            && local.len() <= 64
            && !local.contains(|c: char| c.is_whitespace() || c.is_control() || c == '@');
        if is_domain && is_local && address.len() <= 254 {
            Ok(Self(address))
        } else {
            Err(AccountError::InvalidEmail)
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An account.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Where its owner gets mail; unique.
    pub email: EmailAddress,
    /// Whether the owner has shown that mail arrives there.
    pub email_verified: bool,
    /// The hash of the password.
    pub password: PasswordHash,
    /// What it may do.
    pub role: Role,
    /// When and how often it was written.
    pub stamp: Stamp,
}

/// One person's taste and history: in an account, or known only from a loaded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its id.
    pub id: ProfileId,
    /// The account, if it is in one.
    pub user: Option<UserId>,
    /// The key of a loaded file that it stands for, if it came from one; unique.
    pub key: Option<String>,
    /// What it is called.
    pub name: String,
    /// When and how often it was written.
    pub stamp: Stamp,
}

/// One log-in on one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id: safe to show, of no use as a token.
    pub id: SessionId,
    /// The hash of the token that proves it.
    pub token: TokenHash,
    /// The account.
    pub user: UserId,
    /// The profile that watches.
    pub profile: ProfileId,
    /// What the client calls itself (the `User-Agent` header), cut to 200 characters.
    pub device: Option<String>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute or so.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_other_texts() {
        for good in [
            "ada@example.org",
            " Ada@Example.ORG ",
            "a.b+c@mail.example.co.uk",
            "ö@münchen.example",
        ] {
            assert!(EmailAddress::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "ada@localhost",
            "a b@example.org",
            "ada@example..org",
            "a@b@example.org",
            "ada@-a.org",
        ] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(
            EmailAddress::parse(" Ada@Example.ORG ").unwrap().as_str(),
            "ada@example.org"
        );
    }
}
