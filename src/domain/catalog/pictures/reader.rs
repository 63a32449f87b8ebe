//! The port to whoever reads the bytes of pictures, and scales them.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use super::rendition::Rendition;
use super::stored::{Colour, PictureFormat};
use crate::domain::error::{Bounds, Coded, ErrorCode};

/// The most bytes of a picture that is given.
pub const MOST_BYTES: usize = 20 * 1024 * 1024;
/// The most pixels of a picture that is given.
pub const MOST_PIXELS: u64 = 50_000_000;
/// The most bytes that the pixels of a picture may take as it has them: eight bits for each of four channels of the most
/// pixels. One with sixteen bits a channel may have half as many.
pub const MOST_DECODED: u64 = MOST_PIXELS * 4;
/// The longest side of a picture that is given, in pixels.
pub const LONGEST_SIDE: u32 = 20_000;

/// What the bytes of a picture say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureFacts {
    /// By the bytes themselves, whatever their file is called.
    pub format: PictureFormat,
    /// In pixels, turned as the picture says of itself.
    pub width: u32,
    /// In pixels, turned as the picture says of itself.
    pub height: u32,
    pub blurhash: String,
    pub colour: Colour,
    /// What was noticed, as the rest of a sentence; it can be shown all the same.
    pub warning: Option<&'static str>,
}

/// Why a picture cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureProblem {
    /// It has so many bytes.
    #[error("the picture has {0} bytes; it may have {MOST_BYTES}")]
    TooManyBytes(usize),
    /// It says that it is so large, and was not read further.
    #[error(
        "the picture is {width} by {height} pixels; it may have {MOST_PIXELS} pixels, and {LONGEST_SIDE} on a side"
    )]
    TooManyPixels { width: u32, height: u32 },
    /// So large it may be, but not with so many bits a channel; it was not read further.
    #[error(
        "the picture is {width} by {height} pixels of more than 8 bits a channel, which may take {MOST_DECODED} bytes: save it with 8 bits a channel"
    )]
    TooDeep { width: u32, height: u32 },
    /// It is in no format that is read.
    #[error("this is no picture that can be read: it must be a JPEG, PNG, WebP or GIF")]
    UnknownFormat,
    /// It is broken, or cut off.
    #[error("the picture cannot be read: {0}")]
    Broken(String),
    /// Too many wait already.
    #[error("too many pictures are being made at the same time; try again in a few seconds")]
    Busy,
    /// A fault of ours.
    #[error("a picture could not be made: {0}")]
    Failed(String),
}

/// Reads pictures and scales them: never on the threads that answer requests, and only some at a time. Whoever asks waits
/// for their turn, however many wait.
///
/// Bytes are believed nothing: no bound of this file is passed, whatever they say. What cannot be read is a problem, never
/// a panic.
#[async_trait]
pub trait PictureReader: Send + Sync {
    /// What these bytes are. The whole picture is read, so what is answered can be rendered.
    async fn read(&self, bytes: Bytes) -> Result<PictureFacts, PictureProblem>;

    /// The picture scaled, turned as it says of itself, in the colours of sRGB, of a moving one the first moment, and written
    /// without anything that its file says beside it.
    async fn render(&self, bytes: Bytes, wanted: Rendition) -> Result<Bytes, PictureProblem>;
}

impl Coded for PictureProblem {
    fn code(&self) -> ErrorCode {
        match self {
            Self::TooManyBytes(_) | Self::TooManyPixels { .. } | Self::TooDeep { .. } => {
                ErrorCode::OutOfRange
            }
            Self::UnknownFormat | Self::Broken(_) => ErrorCode::Invalid,
            Self::Busy => ErrorCode::RateLimited,
            Self::Failed(_) => ErrorCode::Internal,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::TooManyBytes(_)
            | Self::TooManyPixels { .. }
            | Self::TooDeep { .. }
            | Self::UnknownFormat
            | Self::Broken(_)
            | Self::Busy
            | Self::Failed(_) => None,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy => Some(Duration::from_secs(2)),
            Self::TooManyBytes(_)
            | Self::TooManyPixels { .. }
            | Self::TooDeep { .. }
            | Self::UnknownFormat
            | Self::Broken(_)
            | Self::Failed(_) => None,
        }
    }

    fn bounds(&self) -> Bounds {
        match self {
            Self::TooManyBytes(_) => Bounds::most(MOST_BYTES),
            Self::TooManyPixels { .. } => {
                Bounds::most(usize::try_from(MOST_PIXELS).unwrap_or(usize::MAX))
            }
            Self::TooDeep { .. } => {
                Bounds::most(usize::try_from(MOST_DECODED).unwrap_or(usize::MAX))
            }
            Self::UnknownFormat | Self::Broken(_) | Self::Busy | Self::Failed(_) => {
                Bounds::default()
            }
        }
    }
}
