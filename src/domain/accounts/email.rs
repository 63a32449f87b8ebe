//! E-mail addresses: one address is one account.

use serde::{Deserialize, Serialize};

use crate::domain::error::{Coded, ErrorCode};

/// An e-mail address, trimmed and in lower case, so that one address is one account.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Checks the form: one `@` with something before it and a domain name with a dot after it, no white space, at
    /// most 254 characters (RFC 5321, 4.5.3.1). Whether mail arrives, only a mail can tell.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let address = text.trim().to_lowercase();
        let (local, domain) = address.rsplit_once('@').ok_or(EmailError::Invalid)?;
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
            Err(EmailError::Invalid)
        }
    }

    /// The address in lower case, as it is stored and compared.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }
}

/// What can be wrong with the address of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// It does not have the form of one.
    #[error("this is not an e-mail address")]
    Invalid,
    /// Somebody is registered with it.
    #[error("an account with this e-mail address exists already")]
    Taken,
    /// The account has no address to send mail to.
    #[error("the account has no e-mail address")]
    Missing,
}

impl Coded for EmailError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Invalid | Self::Missing => ErrorCode::Invalid,
            Self::Taken => ErrorCode::Taken,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Invalid | Self::Taken | Self::Missing => Some("email"),
        }
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
