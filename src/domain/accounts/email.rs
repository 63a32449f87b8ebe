//! E-mail addresses: one address is one account.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::domain::error::{Coded, ErrorCode};

/// An e-mail address in one spelling, so that one address is one account: trimmed, in lower case, without what cannot be
/// seen, in NFC, its domain as people read it (a U-label, RFC 5890) and not as DNS has it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Checks the form: one `@` with something before it and a domain name with a dot after it, no white space, at
    /// most 254 characters (RFC 5321, 4.5.3.1). Whether mail arrives, only a mail can tell.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let seen: String = text.chars().filter(|c| !is_ignorable(*c)).collect();
        let lower: String = seen.trim().nfc().collect::<String>().to_lowercase();
        let (local, domain) = lower.rsplit_once('@').ok_or(EmailError::Invalid)?;
        let local: String = local.nfc().collect();
        let ascii = ascii_domain(domain).ok_or(EmailError::Invalid)?;
        let (domain, _) = idna::domain_to_unicode(&ascii);
        let is_domain = domain.contains('.');
        let is_local = !local.is_empty()
            && local.len() <= 64
            && !local.contains(|c: char| c.is_whitespace() || c.is_control() || c == '@');
        let address = format!("{local}@{domain}");
        if is_domain && is_local && address.len() <= 254 {
            Ok(Self(address))
        } else {
            Err(EmailError::Invalid)
        }
    }

    /// An address as it is stored: a version before may have spelt it otherwise.
    pub fn stored(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// How versions before may have stored this address, which somebody typed like this.
    pub(super) fn former_spellings(&self, typed: &str) -> Vec<Self> {
        let as_typed = typed.trim().to_lowercase();
        let (local, domain) = self.0.rsplit_once('@').unwrap_or_default();
        let in_ascii = ascii_domain(domain).map(|domain| format!("{local}@{domain}"));
        let mut spellings: Vec<Self> = [Some(as_typed), in_ascii]
            .into_iter()
            .flatten()
            .map(Self)
            .filter(|spelling| spelling != self)
            .collect();
        spellings.dedup();
        spellings
    }

    /// Whether the other one is the same mailbox, only its domain spelt otherwise.
    pub(super) fn is_mailbox_of(&self, other: &Self) -> bool {
        let local = |address: &Self| {
            let (local, _) = address.0.rsplit_once('@').unwrap_or_default();
            local.nfc().collect::<String>()
        };
        local(self) == local(other)
    }

    /// The address in lower case, as it is stored and compared.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As much of it as its owner knows it by, and a stranger learns little from.
    pub fn hint(&self) -> String {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or_default();
        let first: String = local.chars().take(1).collect();
        format!("{first}...@{domain}")
    }

    /// What stands before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }
}

/// The name as DNS has it, if it is one: letters, digits and hyphens, in labels of 1 to 63.
fn ascii_domain(domain: &str) -> Option<String> {
    let ascii = Uts46::new().to_ascii(
        domain.as_bytes(),
        AsciiDenyList::STD3,
        Hyphens::CheckFirstLast,
        DnsLength::Verify,
    );
    ascii.ok().map(Into::into)
}

/// What no program shows, and no person can tell from nothing (`Default_Ignorable_Code_Point`, Unicode 16, 4.12).
fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
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
            "ada@example.org.",
            "ada@exa mple.org",
            "ada\u{0}@example.org",
            "\u{200b}@example.org",
        ] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(
            EmailAddress::parse(" Ada@Example.ORG ").unwrap().as_str(),
            "ada@example.org"
        );
    }

    #[test]
    fn one_address_has_one_spelling() {
        let spelling = |text: &str| EmailAddress::parse(text).unwrap().0;

        for (typed, one) in [
            ("ada\u{200b}@example.org", "ada@example.org"),
            ("\u{feff}ada@exam\u{ad}ple.org\u{200f}", "ada@example.org"),
            ("ada\u{e0061}@example.org", "ada@example.org"),
            ("jose\u{301}@example.org", "jos\u{e9}@example.org"),
            ("ada@xn--mnchen-3ya.example", "ada@m\u{fc}nchen.example"),
            ("ada@mu\u{308}nchen.example", "ada@m\u{fc}nchen.example"),
            ("ada@MÜNCHEN.example", "ada@m\u{fc}nchen.example"),
            ("ada@ｅｘａｍｐｌｅ。org", "ada@example.org"),
        ] {
            assert_eq!(spelling(typed), one, "{typed}");
            assert_eq!(spelling(one), one);
        }
        // Another letter is another address, however alike they look.
        assert_ne!(spelling("аda@example.org"), spelling("ada@example.org"));
    }

    #[test]
    fn former_spellings_are_what_versions_before_stored() {
        let former = |typed: &str| -> Vec<String> {
            let address = EmailAddress::parse(typed).unwrap();
            let former = address.former_spellings(typed).into_iter();
            former.map(|spelling| spelling.0).collect()
        };

        assert_eq!(former("Ada@Example.org"), Vec::<String>::new());
        assert_eq!(
            former("ada@münchen.example"),
            ["ada@xn--mnchen-3ya.example"]
        );
        assert_eq!(
            former("Ada@xn--mnchen-3ya.example"),
            ["ada@xn--mnchen-3ya.example"]
        );
        assert_eq!(
            former("ada\u{200b}@example.org"),
            ["ada\u{200b}@example.org"]
        );
    }
}
