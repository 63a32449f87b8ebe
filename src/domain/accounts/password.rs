//! Passwords: what is accepted, and how they are hashed.

use std::fmt;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};

use super::error::AccountError;
use super::types::EmailAddress;

/// The fewest characters of a password that is the only proof of an account (NIST SP 800-63B-4, 3.1.1.2).
pub(super) const MIN_PASSWORD: usize = 15;
/// The most characters of a password.
pub(super) const MAX_PASSWORD: usize = 256;

/// The hash of a password in PHC string format, salt and parameters included.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// Hashes passwords: slowly, and never on the threads that answer requests.
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// The hash of a password with a new salt. [`AccountError::Busy`] if too many wait already.
    async fn hash(&self, password: SecretString) -> Result<PasswordHash, AccountError>;

    /// Whether the hash is that of the password. Without a hash it takes as long and says no, so that nobody can tell
    /// from the time whether an account exists.
    async fn verify(
        &self,
        password: SecretString,
        hash: Option<PasswordHash>,
    ) -> Result<bool, AccountError>;
}

/// Whether a password may be chosen for an account: long enough, and not one that anybody would try first.
/// No rule asks for certain characters (NIST SP 800-63B-4).
pub(super) fn check_new(password: &SecretString, email: &EmailAddress) -> Result<(), AccountError> {
    let password = password.expose_secret();
    match password.chars().count() {
        ..MIN_PASSWORD => return Err(AccountError::PasswordTooShort),
        MIN_PASSWORD..=MAX_PASSWORD => {}
        _ => return Err(AccountError::PasswordTooLong),
    }
    let lower = password.to_lowercase();
    let repeats = (1..=4).any(|period| {
        lower
            .chars()
            .zip(lower.chars().skip(period))
            .all(|(a, b)| a == b)
    });
    let runs = lower
        .chars()
        .zip(lower.chars().skip(1))
        .all(|(a, b)| u32::from(a) + 1 == u32::from(b));
    if repeats || runs || lower == email.as_str() {
        Err(AccountError::PasswordTooCommon)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(password: &str) -> Result<(), AccountError> {
        check_new(
            &password.into(),
            &EmailAddress::parse("somebody@example.org").unwrap(),
        )
    }

    #[test]
    fn length_is_what_counts() {
        assert!(check("correct horse battery").is_ok());
        assert!(check("日本語日本語日本語の映画が好き").is_ok());
        assert!(matches!(
            check("Tr0ub4dor&3"),
            Err(AccountError::PasswordTooShort)
        ));
        assert!(matches!(
            check(&"ab cd".repeat(60)),
            Err(AccountError::PasswordTooLong)
        ));
    }

    #[test]
    fn the_first_guesses_are_refused() {
        for guess in [
            "aaaaaaaaaaaaaaaa",
            "abcabcabcabcabcabc",
            "abcdefghijklmnopq",
            "Somebody@example.org",
        ] {
            assert!(
                matches!(check(guess), Err(AccountError::PasswordTooCommon)),
                "{guess}"
            );
        }
    }
}
