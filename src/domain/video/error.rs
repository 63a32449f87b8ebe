//! What can go wrong with playing.

use super::limits::{MAX_ADDRESS, MAX_VIDEOS};
use crate::domain::accounts::AccountError;
use crate::domain::catalog::CatalogError;
use crate::domain::error::{Bounds, Coded, ErrorCode, StoreError};
use crate::domain::library::LibraryError;
use crate::domain::membership::MembershipError;

/// What can go wrong with playing.
#[derive(Debug, thiserror::Error)]
pub enum VideoError {
    /// Only curators say what is played.
    #[error("you may not do this")]
    Forbidden,
    /// With the names of the plans that would open it, the cheapest first; none if none is sold.
    #[error("it is for members{}", told(.0))]
    MembershipRequired(Vec<String>),
    #[error("there is no such film or episode")]
    ItemNotFound,
    #[error("the address of a video must not be empty")]
    BlankAddress,
    #[error("the address of a video has at most {MAX_ADDRESS} characters")]
    AddressTooLong,
    #[error(
        "{0:?} is no video that can be shown: give an address of YouTube, Vimeo or Wistia, or `youtube:ID`, `vimeo:ID`, \
         `vimeo:ID/HASH` or `wistia:ID`"
    )]
    UnknownAddress(String),
    #[error("{0} is named twice")]
    NamedTwice(String),
    #[error("at most {MAX_VIDEOS} videos can be given")]
    TooManyVideos,
    /// Whoever writes at the same time was always first.
    #[error("others write the same videos again and again; try again")]
    Busy,
    #[error("the most height must be from 1 to 10000")]
    HeightOutOfRange,
    /// It is not ours, has ended, or whoever it was given to may not see it any more.
    #[error("this address has ended: ask for `playback` again")]
    GrantEnded,
    #[error("there is nothing to be played here")]
    MediaNotFound,
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Library(#[from] LibraryError),
    #[error(transparent)]
    Membership(#[from] MembershipError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn told(plans: &[String]) -> String {
    if plans.is_empty() {
        return String::new();
    }
    format!(": {} would open it", plans.join(" or "))
}

impl Coded for VideoError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Forbidden => ErrorCode::Forbidden,
            Self::MembershipRequired(_) => ErrorCode::MembershipRequired,
            Self::ItemNotFound | Self::MediaNotFound => ErrorCode::NotFound,
            Self::BlankAddress => ErrorCode::Blank,
            Self::AddressTooLong => ErrorCode::TooLong,
            Self::UnknownAddress(_) | Self::NamedTwice(_) => ErrorCode::Invalid,
            Self::TooManyVideos | Self::HeightOutOfRange => ErrorCode::OutOfRange,
            Self::Busy => ErrorCode::Conflict,
            Self::GrantEnded => ErrorCode::Expired,
            Self::Account(error) => error.code(),
            Self::Catalog(error) => error.code(),
            Self::Library(error) => error.code(),
            Self::Membership(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::ItemNotFound => Some("item"),
            Self::BlankAddress
            | Self::AddressTooLong
            | Self::UnknownAddress(_)
            | Self::NamedTwice(_)
            | Self::TooManyVideos => Some("videos"),
            Self::HeightOutOfRange => Some("maxHeight"),
            Self::Forbidden
            | Self::MembershipRequired(_)
            | Self::Busy
            | Self::GrantEnded
            | Self::MediaNotFound
            | Self::Account(_)
            | Self::Catalog(_)
            | Self::Library(_)
            | Self::Membership(_)
            | Self::Store(_) => None,
        }
    }

    fn bounds(&self) -> Bounds {
        match self {
            Self::AddressTooLong => Bounds::most(MAX_ADDRESS),
            Self::TooManyVideos => Bounds::most(MAX_VIDEOS),
            Self::HeightOutOfRange => Bounds::between(1, 10_000),
            Self::Forbidden
            | Self::MembershipRequired(_)
            | Self::ItemNotFound
            | Self::BlankAddress
            | Self::UnknownAddress(_)
            | Self::NamedTwice(_)
            | Self::Busy
            | Self::GrantEnded
            | Self::MediaNotFound
            | Self::Account(_)
            | Self::Catalog(_)
            | Self::Library(_)
            | Self::Membership(_)
            | Self::Store(_) => Bounds::default(),
        }
    }
}
