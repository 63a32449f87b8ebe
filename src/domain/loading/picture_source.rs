//! The port by which a load reads pictures, and all that it needs to keep them.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;

use super::pictures::PictureFrom;
use crate::domain::blobs::BlobStore;
use crate::domain::catalog::PictureService;

/// Where the bytes of pictures are read.
#[async_trait]
pub trait PictureSource: Send + Sync {
    /// The bytes of a picture, at most [`MOST_BYTES`](crate::domain::catalog::MOST_BYTES) of them. Paths go from
    /// `folder`; `None`: the file that names them lies in none. With a `validator` that still holds nothing is read.
    async fn read(
        &self,
        from: &PictureFrom,
        folder: Option<&Path>,
        validator: Option<&str>,
    ) -> Result<PictureRead, PictureFault>;
}

/// What was read of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PictureRead {
    /// It is as it was when the validator was given.
    Same,
    /// The bytes, whatever they are, and what will tell whether they have changed, if anything does.
    Bytes {
        bytes: Vec<u8>,
        validator: Option<String>,
    },
}

/// Why nothing was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PictureFault {
    /// The settings say that it is not to be read; why, as the rest of a sentence.
    PassedOver(&'static str),
    /// It cannot be had; why, as the rest of a sentence.
    Refused(String),
    /// Whoever has it does not answer, or not now, and that may be so of all that they have; likewise.
    Away(String),
    /// Whoever has it was reached, and says nothing for as long as is waited, which will be so of all that they have;
    /// likewise.
    Silent(String),
}

/// What a load reads and keeps pictures by.
#[derive(Clone)]
pub struct PictureLoading {
    pub source: Arc<dyn PictureSource>,
    pub pictures: PictureService,
    /// Where their bytes are kept, which is asked whether they are still there.
    pub blobs: Arc<dyn BlobStore>,
}
