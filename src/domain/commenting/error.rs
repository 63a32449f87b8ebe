//! What can go wrong with comments.

use std::time::Duration;

use super::limits::{MAX_BODY, MOST_LINKS, MOST_MODERATED};
use crate::domain::catalog::CatalogError;
use crate::domain::error::{Bounds, Coded, ErrorCode, StoreError};

/// What can go wrong with comments.
#[derive(Debug, thiserror::Error)]
pub enum CommentError {
    /// The site has none, or none are for this profile or role.
    #[error("you may not do this")]
    Forbidden,
    #[error("there is no such title")]
    TitleNotFound,
    #[error("there is no such comment")]
    CommentNotFound,
    /// What is to be answered is not there, not shown, or under another title.
    #[error("there is no such comment under this title")]
    ReplyToNotFound,
    /// One of several that are named. The place in the list is from 1.
    #[error("id {place} of `comments` names no comment")]
    NamedNotFound { place: usize },
    /// Too many comments are named, or none.
    #[error("name 1 to {MOST_MODERATED} comments")]
    CommentCount,
    /// One of several that are named is not in a state for it. The place in the list is from 1.
    #[error("comment {place} of `comments` is {state}")]
    OtherState { place: usize, state: &'static str },
    #[error("a comment needs a text")]
    Blank,
    #[error("a comment may have at most {MAX_BODY} characters")]
    TooLong,
    /// A character that would do something to what stands around it.
    #[error("the character U+{:04X} may not be in a comment", u32::from(*.0))]
    BadCharacter(char),
    #[error("a comment may have at most {MOST_LINKS} links")]
    TooManyLinks,
    /// The profile has just said the same.
    #[error("your last comment says the same")]
    SameAgain,
    /// The second of the film is none that it has.
    #[error("`at` must be a second from 0 to {end}")]
    OutsideFilm { end: u32 },
    /// The author has taken it back, or a moderator has taken it away.
    #[error("the comment is gone, and cannot be changed")]
    IsGone,
    /// It waits for a moderator, and nobody likes what nobody sees.
    #[error("the comment is not shown yet, and cannot be liked")]
    NotShown,
    /// The account, or the network, writes or changes too many.
    #[error("so many comments are not taken; wait for {} seconds", .wait.as_secs() + 1)]
    TooOften { wait: Duration },
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Coded for CommentError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Forbidden => ErrorCode::Forbidden,
            Self::TitleNotFound
            | Self::CommentNotFound
            | Self::ReplyToNotFound
            | Self::NamedNotFound { .. } => ErrorCode::NotFound,
            Self::CommentCount | Self::OutsideFilm { .. } => ErrorCode::OutOfRange,
            Self::OtherState { .. } | Self::SameAgain | Self::IsGone | Self::NotShown => {
                ErrorCode::Conflict
            }
            Self::Blank => ErrorCode::Blank,
            Self::TooLong => ErrorCode::TooLong,
            Self::BadCharacter(_) | Self::TooManyLinks => ErrorCode::Invalid,
            Self::TooOften { .. } => ErrorCode::RateLimited,
            Self::Catalog(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::TitleNotFound => Some("title"),
            Self::CommentNotFound | Self::IsGone | Self::NotShown => Some("comment"),
            Self::ReplyToNotFound => Some("replyTo"),
            Self::NamedNotFound { .. } | Self::CommentCount | Self::OtherState { .. } => {
                Some("comments")
            }
            Self::Blank
            | Self::TooLong
            | Self::BadCharacter(_)
            | Self::TooManyLinks
            | Self::SameAgain => Some("body"),
            Self::OutsideFilm { .. } => Some("at"),
            Self::Forbidden | Self::TooOften { .. } => None,
            Self::Catalog(error) => error.field(),
            Self::Store(error) => error.field(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        let Self::TooOften { wait } = self else {
            return None;
        };
        Some(*wait)
    }

    fn bounds(&self) -> Bounds {
        match self {
            Self::CommentCount => Bounds::between(1, MOST_MODERATED),
            Self::Blank | Self::TooLong => Bounds::between(1, MAX_BODY),
            Self::TooManyLinks => Bounds::most(MOST_LINKS),
            Self::OutsideFilm { end } => {
                Bounds::between(0, usize::try_from(*end).unwrap_or(usize::MAX))
            }
            Self::Catalog(error) => error.bounds(),
            Self::Forbidden
            | Self::TitleNotFound
            | Self::CommentNotFound
            | Self::ReplyToNotFound
            | Self::NamedNotFound { .. }
            | Self::OtherState { .. }
            | Self::BadCharacter(_)
            | Self::SameAgain
            | Self::IsGone
            | Self::NotShown
            | Self::TooOften { .. }
            | Self::Store(_) => Bounds::default(),
        }
    }
}
