//! Passwords: what is accepted, and how they are hashed.

use std::fmt;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};

use super::error::AccountError;

/// The fewest characters of a password that is the only proof of an account (NIST SP 800-63B-4, 3.1.1.2).
pub const MIN_PASSWORD: usize = 15;
/// The most characters of a password.
pub(super) const MAX_PASSWORD: usize = 256;

/// A password that would be found within ten to the power of this many guesses is refused: what zxcvbn calls "somewhat
/// guessable" (its score 2) and worse.
const MIN_GUESSES_LOG10: f64 = 8.0;

/// The fewest characters that are left of a password without the words that go with the account.
const MIN_OWN: usize = 8;

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

/// A password that somebody chooses.
#[derive(Debug, Clone)]
pub struct ChosenPassword {
    /// The password.
    pub password: SecretString,
    /// The password once more, if the form asks for it.
    pub confirm: Option<SecretString>,
}

impl From<SecretString> for ChosenPassword {
    /// Typed once.
    fn from(password: SecretString) -> Self {
        Self {
            password,
            confirm: None,
        }
    }
}

/// Whether a password may be chosen: typed the same both times, long enough, and not one that would be guessed early.
/// What would be is told by the lists that ship with the crate zxcvbn (30,000 leaked passwords, common words and names,
/// keyboard walks, sequences, dates) and by `context`, the words that go with the account, which must not be most of
/// it. No rule asks for certain characters (NIST SP 800-63B-4, 3.1.1.2).
pub(super) fn check_new(
    chosen: &ChosenPassword,
    least: usize,
    context: &[&str],
) -> Result<(), AccountError> {
    let password = chosen.password.expose_secret();
    match password.chars().count() {
        length if length < least => return Err(AccountError::PasswordTooShort { least }),
        length if length > MAX_PASSWORD => return Err(AccountError::PasswordTooLong),
        _ => {}
    }
    let words: Vec<String> = context
        .iter()
        .flat_map(|text| {
            let whole = std::iter::once(text.to_lowercase());
            let parts = text.split(|c: char| !c.is_alphanumeric());
            whole.chain(parts.map(str::to_lowercase))
        })
        .filter(|word| word.chars().count() >= 3)
        .collect();
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
    let own = words
        .iter()
        .fold(password.to_lowercase(), |rest, word| rest.replace(word, ""));
    if own.chars().count() < MIN_OWN
        || zxcvbn::zxcvbn(password, &words).guesses_log10() < MIN_GUESSES_LOG10
    {
        return Err(AccountError::PasswordTooCommon);
    }
    match &chosen.confirm {
        Some(confirm) if confirm.expose_secret() != password => Err(AccountError::PasswordsDiffer),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(password: &str) -> Result<(), AccountError> {
        let chosen = ChosenPassword::from(SecretString::from(password));
        check_new(
            &chosen,
            MIN_PASSWORD,
            &["reelgraph", "somebody@example.org", "Ada Lovelace"],
        )
    }

    #[test]
    fn length_is_what_counts() {
        for good in [
            "correct horse battery",
            "another horse battery",
            "日本語日本語日本語の映画が好き",
            "my cat sleeps all day",
            &"ab cd ef gh".repeat(5),
        ] {
            assert!(check(good).is_ok(), "{good}");
        }
        assert!(matches!(
            check("Tr0ub4dor&3"),
            Err(AccountError::PasswordTooShort { least: 15 })
        ));
        assert!(matches!(
            check(&"ab cd".repeat(60)),
            Err(AccountError::PasswordTooLong)
        ));
    }

    #[test]
    fn a_password_is_typed_the_same_both_times() {
        let check = |confirm: &str| {
            let chosen = ChosenPassword {
                password: "correct horse battery".into(),
                confirm: Some(confirm.into()),
            };
            check_new(&chosen, MIN_PASSWORD, &[])
        };

        assert!(check("correct horse battery").is_ok());
        assert!(matches!(
            check("correct horse batterz"),
            Err(AccountError::PasswordsDiffer)
        ));
    }

    #[test]
    fn the_first_guesses_are_refused() {
        for guess in [
            "aaaaaaaaaaaaaaaa",
            "abcabcabcabcabcabc",
            "abcdefghijklmnopq",
            "123456789012345",
            "passwordpassword",
            "password12345678",
            "qwertyuiopasdfgh",
            "iloveyouiloveyou",
            "Somebody@example.org",
            "reelgraphreelgraph",
            "Reelgraph2026!!",
            "Ada Lovelace1815",
        ] {
            assert!(
                matches!(check(guess), Err(AccountError::PasswordTooCommon)),
                "{guess}"
            );
        }
    }
}
