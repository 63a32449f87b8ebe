//! What can go wrong with uploads.

use super::types::MOST_CHUNKS;
use crate::domain::error::{Bounds, Coded, ErrorCode, StoreError};

/// What can go wrong with uploads.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    #[error("you may not upload files here")]
    Forbidden,
    #[error("there is no such upload")]
    NotFound,
    /// Its time is over, or it is broken.
    #[error("this upload is over: begin it again")]
    Gone,
    /// The profile that uploads was erased.
    #[error("this profile was deleted; log in again")]
    ProfileErased,
    #[error("a file needs a name")]
    NameBlank,
    #[error("the name of a file has at most {most} characters")]
    NameTooLong { most: usize },
    #[error("a file may have at most {most} bytes")]
    TooLarge { most: u64 },
    /// Together with what the account has uploaded before.
    #[error(
        "with this file your uploads would have more than {most} bytes together, which is all that you may have"
    )]
    OverQuota { most: u64 },
    #[error("this is not a SHA-256 in 64 hexadecimal digits, small")]
    BadHash,
    /// The bytes do not begin where those end that are kept.
    #[error("the upload goes on at {offset}")]
    WrongOffset { offset: u64 },
    #[error("there are more bytes than the upload was begun with")]
    TooMuch,
    #[error(
        "the upload came in more than {} pieces: begin it again with larger ones",
        MOST_CHUNKS
    )]
    TooManyChunks,
    /// It was joined from parts, which is all of it.
    #[error("this upload was joined from parts: no piece is added to it")]
    Joined,
    /// Somebody else sends to it at this moment.
    #[error("another request is sending to this upload")]
    Locked,
    /// What was sent is not what its checksum says; nothing of it is kept.
    #[error("what was sent does not have the checksum that came with it")]
    WrongChecksum,
    /// The whole file is not what its hash says.
    #[error("the file does not have the SHA-256 that it was begun with")]
    WrongHash,
    #[error("the body ended before its end")]
    CutShort,
    #[error("parts of uploads can be joined if all of them are there, yours, and whole")]
    PartsMissing,
    /// Bytes of the file that are not there.
    #[error("the range is not within the file")]
    BadRange,
    /// A chunk that the record names is not where chunks are kept.
    #[error("a chunk of an upload is missing where bytes are kept")]
    ChunkMissing,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Coded for UploadError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Forbidden | Self::Joined => ErrorCode::Forbidden,
            Self::NotFound => ErrorCode::NotFound,
            Self::Gone => ErrorCode::Expired,
            Self::ProfileErased => ErrorCode::Unauthenticated,
            Self::NameBlank => ErrorCode::Blank,
            Self::NameTooLong { .. } => ErrorCode::TooLong,
            Self::TooLarge { .. } | Self::OverQuota { .. } | Self::TooMuch | Self::BadRange => {
                ErrorCode::OutOfRange
            }
            Self::BadHash | Self::WrongChecksum | Self::WrongHash | Self::CutShort => {
                ErrorCode::Invalid
            }
            Self::WrongOffset { .. } | Self::TooManyChunks | Self::Locked | Self::PartsMissing => {
                ErrorCode::Conflict
            }
            Self::ChunkMissing => ErrorCode::Internal,
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NameBlank | Self::NameTooLong { .. } => Some("name"),
            Self::TooLarge { .. } | Self::OverQuota { .. } => Some("size"),
            Self::BadHash => Some("sha256"),
            Self::Forbidden
            | Self::NotFound
            | Self::Gone
            | Self::ProfileErased
            | Self::WrongOffset { .. }
            | Self::TooMuch
            | Self::TooManyChunks
            | Self::Joined
            | Self::Locked
            | Self::WrongChecksum
            | Self::WrongHash
            | Self::CutShort
            | Self::PartsMissing
            | Self::BadRange
            | Self::ChunkMissing
            | Self::Store(_) => None,
        }
    }

    fn bounds(&self) -> Bounds {
        match self {
            Self::NameTooLong { most } => Bounds::most(*most),
            _ => Bounds::default(),
        }
    }
}
