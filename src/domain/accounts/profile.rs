//! Profiles: the people who watch with an account.

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};

use super::password::PasswordHash;
use crate::domain::error::{Bounds, Coded, ErrorCode};
use crate::domain::ids::{ProfileId, UserId};
use crate::domain::language::LanguageTag;
use crate::domain::stamp::Stamp;
use crate::domain::viewer::{ADULT, HistoryPause, Role};

/// The highest age that any country's rating has.
const MAX_AGE: u8 = 21;

/// One person's taste and history: in an account, or known only from a loaded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
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
    /// The latest time in which nothing of what it plays is kept, if there was one.
    pub pause: Option<HistoryPause>,
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
            pause: None,
            stamp,
        }
    }

    /// The language that it prefers, as texts are looked up by it.
    pub fn reads(&self) -> Option<LanguageTag> {
        self.language.as_deref().and_then(LanguageTag::parse)
    }

    /// Whether it is for somebody grown up, who may manage the account.
    pub fn is_adult(&self) -> bool {
        self.max_age.is_none_or(|age| age >= ADULT)
    }

    /// Since when nothing of what it plays is kept; `None`: it is kept.
    pub fn paused_since(&self) -> Option<DateTime<Utc>> {
        let pause = self.pause.filter(|pause| pause.is_on());
        pause.map(|pause| pause.since)
    }

    /// What the account may do with it: a child does not have the powers of a grown-up's account.
    pub fn lends(&self, role: Role) -> Role {
        if self.is_adult() { role } else { Role::Viewer }
    }

    /// Whether what it watched and what is suggested to it is shown to whoever goes on with a profile: with itself, or
    /// with one of a grown-up in the same account, from whom no PIN keeps it.
    pub fn opens_to(&self, reader: &Self) -> bool {
        let is_open = self.user == reader.user && self.pin.is_none();
        self.id == reader.id || is_open && reader.is_adult()
    }
}

/// What can go wrong with the profiles of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// The account has no such profile.
    #[error("there is no such profile")]
    NotFound,
    /// What the profile watched is not for the viewer's profile.
    #[error("switch to this profile to see what it watched and what is suggested to it")]
    Closed,
    /// The viewer's profile is for a child.
    #[error("switch to the profile of a grown-up first")]
    Child,
    /// Every account has a profile.
    #[error("this is the only profile; an account needs one")]
    Last,
    /// An account always has a profile that can manage it.
    #[error("an account needs a profile of a grown-up")]
    LastAdult,
    /// More profiles than an account may have.
    #[error("an account may have at most {most} profiles")]
    TooMany {
        /// How many it may have.
        most: usize,
    },
    #[error("an age rating is from 0 to {MAX_AGE} years")]
    InvalidAge,
    #[error("a language is a BCP 47 tag such as \"de\" or \"pt-BR\"")]
    InvalidLanguage,
    #[error("a PIN has 4 to 8 digits")]
    InvalidPin,
    /// Not the PIN of the profile, or none was given.
    #[error("the PIN is wrong")]
    WrongPin,
}

impl Coded for ProfileError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NotFound => ErrorCode::NotFound,
            Self::Closed | Self::Child => ErrorCode::Forbidden,
            Self::Last | Self::LastAdult | Self::TooMany { .. } => ErrorCode::Conflict,
            Self::InvalidAge => ErrorCode::OutOfRange,
            Self::InvalidLanguage | Self::InvalidPin => ErrorCode::Invalid,
            Self::WrongPin => ErrorCode::WrongCredentials,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NotFound | Self::Last => Some("profile"),
            Self::LastAdult | Self::InvalidAge => Some("maxAge"),
            Self::TooMany { .. } => Some("name"),
            Self::InvalidLanguage => Some("language"),
            Self::InvalidPin | Self::WrongPin => Some("pin"),
            // About who asks, not about what was asked for.
            Self::Closed | Self::Child => None,
        }
    }

    fn bounds(&self) -> Bounds {
        match self {
            Self::InvalidAge => Bounds::between(0, MAX_AGE.into()),
            Self::InvalidPin => Bounds::between(4, 8),
            Self::TooMany { most } => Bounds::most(*most),
            Self::NotFound
            | Self::Closed
            | Self::Child
            | Self::Last
            | Self::LastAdult
            | Self::InvalidLanguage
            | Self::WrongPin => Bounds::default(),
        }
    }
}

pub(super) fn check_age(age: i32) -> Result<u8, ProfileError> {
    let age = u8::try_from(age).map_err(|_| ProfileError::InvalidAge)?;
    if age <= MAX_AGE {
        Ok(age)
    } else {
        Err(ProfileError::InvalidAge)
    }
}

/// The form of a BCP 47 tag: a language of 2 or 3 letters, then subtags of up to 8 letters and digits.
pub(super) fn check_language(tag: String) -> Result<String, ProfileError> {
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    let is_language =
        (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_alphabetic());
    let is_subtag = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    if is_language && parts.all(is_subtag) && tag.len() <= 35 {
        Ok(tag)
    } else {
        Err(ProfileError::InvalidLanguage)
    }
}

pub(super) fn check_pin_form(pin: &SecretString) -> Result<(), ProfileError> {
    let pin = pin.expose_secret();
    if (4..=8).contains(&pin.len()) && pin.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(())
    } else {
        Err(ProfileError::InvalidPin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_tags() {
        for good in ["de", "pt-BR", "zh-Hant-TW", "gsw", "es-419"] {
            assert_eq!(check_language(good.to_owned()).unwrap(), good);
        }
        for bad in ["", "d", "german", "de_DE", "de-", "de-toolongsubtag", "1e"] {
            assert!(check_language(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_pin_has_4_to_8_digits() {
        for good in ["0000", "12345678"] {
            assert!(check_pin_form(&good.into()).is_ok(), "{good}");
        }
        for bad in ["", "123", "123456789", "12a4", "１２３４"] {
            assert!(check_pin_form(&bad.into()).is_err(), "{bad}");
        }
    }
}
