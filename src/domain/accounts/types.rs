//! Accounts and their profiles.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::error::AccountError;
use super::password::PasswordHash;
use crate::domain::ids::{ProfileId, UserId};
use crate::domain::stamp::Stamp;
use crate::domain::viewer::{ADULT, Role};

/// An e-mail address, trimmed and in lower case, so that one address is one account.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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

    /// What stands before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }
}

/// An account.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Where its owner gets mail; unique. `None`: made by another site's log-in that told none.
    pub email: Option<EmailAddress>,
    /// Whether the owner has shown that mail arrives there.
    pub email_verified: bool,
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
    /// The highest age rating that it may watch, in years. `None`: everything.
    pub max_age: Option<u8>,
    /// The language that it prefers, as a BCP 47 tag.
    pub language: Option<String>,
    /// The hash of the PIN that switching to it needs.
    pub pin: Option<PasswordHash>,
    /// When and how often it was written.
    pub stamp: Stamp,
}

impl Profile {
    /// A profile without restrictions.
    pub fn new(id: ProfileId, user: Option<UserId>, name: String, stamp: Stamp) -> Self {
        Self {
            id,
            user,
            key: None,
            name,
            max_age: None,
            language: None,
            pin: None,
            stamp,
        }
    }

    /// Whether it is for somebody grown up, who may manage the account.
    pub fn is_adult(&self) -> bool {
        self.max_age.is_none_or(|age| age >= ADULT)
    }

    /// Whether what it watched and what is suggested to it is shown to whoever goes on with a profile: with itself, or
    /// with one of a grown-up in the same account, from whom no PIN keeps it.
    pub fn opens_to(&self, reader: &Self) -> bool {
        let is_open = self.user == reader.user && self.pin.is_none();
        self.id == reader.id || is_open && reader.is_adult()
    }
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
