//! Passwords: what is accepted, and how they are hashed.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;

use crate::domain::error::{Bounds, Coded, ErrorCode};

/// The fewest characters of a password that is the only proof of an account (NIST SP 800-63B-4, 3.1.1.2).
pub const MIN_PASSWORD: usize = 15;
/// The most characters of a password.
pub(super) const MAX_PASSWORD: usize = 256;

/// A password that would be found within ten to the power of this many guesses is refused: what zxcvbn calls "somewhat
/// guessable" (its score 2) and worse.
pub(super) const MIN_GUESSES_LOG10: f64 = 8.0;

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

/// Hashes passwords and judges new ones: slowly, and never on the threads that answer requests.
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// The hash of a password with a new salt. [`HashingError::Busy`] if too many wait already.
    async fn hash(&self, password: SecretString) -> Result<PasswordHash, HashingError>;

    /// Whether the hash is that of the password. Without a hash it takes as long and says no, so that nobody can tell
    /// from the time whether an account exists.
    async fn verify(
        &self,
        password: SecretString,
        hash: Option<PasswordHash>,
    ) -> Result<bool, HashingError>;

    /// How many guesses find a password, as a power of ten, if leaked passwords, common words and names, keyboard walks,
    /// sequences, dates and these words in lower case are tried first. [`HashingError::Busy`] if too many wait already.
    async fn guesses_log10(
        &self,
        password: SecretString,
        words: Vec<String>,
    ) -> Result<f64, HashingError>;
}

/// A password that somebody chooses, normalised.
#[derive(Debug, Clone)]
pub struct ChosenPassword {
    pub(super) password: SecretString,
    confirm: Option<SecretString>,
}

/// The password as it is hashed: keyboards write the same letter in several ways, of which this is one (Unicode NFC, as
/// NIST SP 800-63B-4, 3.1.1.2, has it).
pub(super) fn normalised(password: &SecretString) -> SecretString {
    password.expose_secret().nfc().collect::<String>().into()
}

impl From<SecretString> for ChosenPassword {
    /// A password that was typed once, by a program.
    fn from(password: SecretString) -> Self {
        Self::new(&password, None)
    }
}

impl ChosenPassword {
    /// A password as it was typed, and once more, if the form asks for it.
    pub fn new(password: &SecretString, confirm: Option<&SecretString>) -> Self {
        Self {
            password: normalised(password),
            confirm: confirm.map(normalised),
        }
    }

    /// What can be seen at a glance: whether it is long enough, not too long, and typed the same both times. No rule asks
    /// for certain characters (NIST SP 800-63B-4, 3.1.1.2).
    pub(super) fn check_form(&self, least: usize) -> Result<(), PasswordError> {
        let password = self.password.expose_secret();
        match password.chars().count() {
            length if length < least => Err(PasswordError::TooShort { least }),
            length if length > MAX_PASSWORD => Err(PasswordError::TooLong),
            _ => match &self.confirm {
                Some(confirm) if confirm.expose_secret() != password => Err(PasswordError::Differ),
                _ => Ok(()),
            },
        }
    }

    /// Whether little is left of it without these words, in lower case.
    pub(super) fn is_made_of(&self, words: &[String]) -> bool {
        let password = self.password.expose_secret().to_lowercase();
        let own = words
            .iter()
            .fold(password, |rest, word| rest.replace(word, ""));
        own.chars().count() < MIN_OWN
    }
}

/// The words that go with an account, each whole and in its parts, in lower case, the longest first.
pub(super) fn words_of(context: &[&str]) -> Vec<String> {
    let mut words: Vec<String> = context
        .iter()
        .flat_map(|text| {
            let whole = std::iter::once(text.to_lowercase());
            let parts = text.split(|c: char| !c.is_alphanumeric());
            whole.chain(parts.map(str::to_lowercase))
        })
        .filter(|word| word.chars().count() >= 3)
        .collect();
    words.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
    words
}

/// What can be wrong with a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// The password is too short.
    #[error("a password needs at least {least} characters")]
    TooShort {
        /// The fewest characters that the site asks for.
        least: usize,
    },
    /// The password is too long.
    #[error("a password may have at most {MAX_PASSWORD} characters")]
    TooLong,
    /// The password is one of those that anybody would try first.
    #[error("this password is too easy to guess")]
    TooCommon,
    /// The two passwords differ.
    #[error("the two passwords are not the same")]
    Differ,
    /// Not the password of the viewer's account, or none was given.
    #[error("the password is wrong")]
    Wrong,
}

impl Coded for PasswordError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::TooShort { .. } => ErrorCode::TooShort,
            Self::TooLong => ErrorCode::TooLong,
            Self::TooCommon | Self::Differ => ErrorCode::Invalid,
            Self::Wrong => ErrorCode::WrongCredentials,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::TooShort { .. } | Self::TooLong | Self::TooCommon | Self::Wrong => {
                Some("password")
            }
            Self::Differ => Some("passwordConfirm"),
        }
    }

    fn bounds(&self) -> Bounds {
        match self {
            Self::TooShort { least } => Bounds::between(*least, MAX_PASSWORD),
            Self::TooLong => Bounds::most(MAX_PASSWORD),
            Self::TooCommon | Self::Differ | Self::Wrong => Bounds::default(),
        }
    }
}

/// Why a password was not hashed.
#[derive(Debug, thiserror::Error)]
pub enum HashingError {
    /// Too many wait already.
    #[error("too many log-ins at the same time; try again in a few seconds")]
    Busy,
    /// A fault of ours.
    #[error("hashing a password failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Coded for HashingError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Busy => ErrorCode::RateLimited,
            Self::Failed(_) => ErrorCode::Internal,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Busy | Self::Failed(_) => None,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy => Some(Duration::from_secs(2)),
            Self::Failed(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(password: &str) -> Result<(), PasswordError> {
        ChosenPassword::from(SecretString::from(password)).check_form(MIN_PASSWORD)
    }

    #[test]
    fn length_is_what_counts() {
        for good in ["correct horse battery", &"aaaa".repeat(64)] {
            assert!(check(good).is_ok(), "{good}");
        }
        assert!(matches!(
            check("Tr0ub4dor&3"),
            Err(PasswordError::TooShort { least: 15 })
        ));
        assert!(matches!(
            check(&"ab cd".repeat(60)),
            Err(PasswordError::TooLong)
        ));
    }

    #[test]
    fn a_password_is_typed_the_same_both_times() {
        let check = |confirm: &str| {
            let confirm = SecretString::from(confirm);
            let chosen = ChosenPassword::new(&"correct horse battery".into(), Some(&confirm));
            chosen.check_form(MIN_PASSWORD)
        };

        assert!(check("correct horse battery").is_ok());
        assert!(matches!(
            check("correct horse batterz"),
            Err(PasswordError::Differ)
        ));
    }

    #[test]
    fn a_password_is_the_same_however_a_keyboard_spells_it() {
        let (composed, decomposed) = (
            "\u{dc}n\u{ef}versit\u{e4}t",
            "U\u{308}ni\u{308}versita\u{308}t",
        );
        let text = |password: &str| normalised(&password.into()).expose_secret().to_owned();

        assert_eq!(text(decomposed), composed);
        assert_eq!(text(composed), composed);
        // What looks the same is another one (NFKC would take it for the same).
        assert_ne!(text("ﬁ"), text("fi"));
        // Its length is that of the letters.
        assert!(check(&"e\u{301}".repeat(14)).is_err());
        assert!(check(&"e\u{301}".repeat(256)).is_ok());
    }

    #[test]
    fn the_words_of_the_account_are_no_password() {
        let words = words_of(&["reelgraph", "somebody@example.org", "Ada Lovelace"]);
        let is_made_of =
            |password: &str| ChosenPassword::from(SecretString::from(password)).is_made_of(&words);

        for guess in [
            "Somebody@example.org",
            "reelgraphreelgraph",
            "Reelgraph2026!!",
            "Ada Lovelace1815",
        ] {
            assert!(is_made_of(guess), "{guess}");
        }
        assert!(!is_made_of("Ada's correct horse battery"));
    }
}
