//! The use cases of pictures that are kept: to take one in, and to make what is shown of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt, Shared, WeakShared};

use super::kind::PictureKind;
use super::reader::{MOST_BYTES, PictureProblem, PictureReader};
use super::rendition::Rendition;
use super::stored::{PictureHash, StoredPicture};
use crate::domain::blobs::{BlobKey, BlobStore};
use crate::domain::error::{Bounds, Coded, ErrorCode, StoreError};
use crate::domain::language::LanguageTag;

/// What can go wrong with a picture that is kept. Several may have waited for it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PictureError {
    #[error(transparent)]
    Problem(#[from] PictureProblem),
    #[error(transparent)]
    Store(Arc<StoreError>),
}

/// A rendition that is being made.
type Flight = BoxFuture<'static, Result<Option<Bytes>, PictureError>>;

/// So many renditions are made or wait to be made at a time: each holds the whole picture that it is made of.
const MOST_AT_ONCE: usize = 16;

/// Keeps pictures, and makes what is shown of them. Clones share what is being made.
#[derive(Clone)]
pub struct PictureService {
    blobs: Arc<dyn BlobStore>,
    reader: Arc<dyn PictureReader>,
    flights: Arc<Mutex<HashMap<BlobKey, WeakShared<Flight>>>>,
}

impl PictureService {
    /// Bytes are kept in the one, and read by the other.
    pub fn new(blobs: Arc<dyn BlobStore>, reader: Arc<dyn PictureReader>) -> Self {
        Self {
            blobs,
            reader,
            flights: Arc::default(),
        }
    }

    /// Takes a picture in. When this is answered its bytes are kept, so that nothing refers to what is not there; to
    /// store them again gives the same.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn store(
        &self,
        kind: PictureKind,
        language: Option<LanguageTag>,
        bytes: Vec<u8>,
    ) -> Result<StoredPicture, PictureError> {
        if bytes.len() > MOST_BYTES {
            return Err(PictureProblem::TooManyBytes(bytes.len()).into());
        }
        let bytes = Bytes::from(bytes);
        let facts = self.reader.read(bytes.clone()).await?;
        let picture = StoredPicture {
            kind,
            hash: PictureHash::of(&bytes),
            format: facts.format,
            width: facts.width,
            height: facts.height,
            blurhash: facts.blurhash,
            colour: facts.colour,
            language,
        };
        let key = picture.key();
        if !self.blobs.exists(&key).await? {
            self.blobs.put(&key, bytes).await?;
        }
        Ok(picture)
    }

    /// The bytes of a rendition, if it was made before.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn find_rendition(
        &self,
        picture: &StoredPicture,
        wanted: Rendition,
    ) -> Result<Option<Bytes>, PictureError> {
        Ok(self.blobs.get(&wanted.key(&picture.hash)).await?)
    }

    /// The bytes of a rendition: those that were made before, or else it is made once, however many ask. `None` if the
    /// bytes of the picture are gone. [`PictureProblem::Busy`] if too many are being made already.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn rendition(
        &self,
        picture: &StoredPicture,
        wanted: Rendition,
    ) -> Result<Option<Bytes>, PictureError> {
        let key = wanted.key(&picture.hash);
        if let Some(made) = self.blobs.get(&key).await? {
            return Ok(Some(made));
        }
        let flight = self.join(key, picture.key(), wanted)?;
        let made = flight.await?;
        if made.is_none() {
            tracing::error!(
                picture.hash = %picture.hash,
                "The bytes of a picture are not where they were kept; load its record again"
            );
        }
        Ok(made)
    }

    /// The making of a rendition that is under way, or else one that begins. It ends when nobody waits for it any more.
    fn join(
        &self,
        key: BlobKey,
        original: BlobKey,
        wanted: Rendition,
    ) -> Result<Shared<Flight>, PictureProblem> {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flights.get(&key).and_then(WeakShared::upgrade) {
            return Ok(flight);
        }
        flights.retain(|_, flight| flight.upgrade().is_some());
        if flights.len() >= MOST_AT_ONCE {
            return Err(PictureProblem::Busy);
        }
        let (blobs, reader) = (Arc::clone(&self.blobs), Arc::clone(&self.reader));
        let flight = make(blobs, reader, (key.clone(), original, wanted));
        let flight = flight.boxed().shared();
        if let Some(weak) = flight.downgrade() {
            flights.insert(key, weak);
        }
        Ok(flight)
    }
}

/// Makes a rendition, and keeps it. One that cannot be kept is shown all the same, and made again.
async fn make(
    blobs: Arc<dyn BlobStore>,
    reader: Arc<dyn PictureReader>,
    (key, original, wanted): (BlobKey, BlobKey, Rendition),
) -> Result<Option<Bytes>, PictureError> {
    let Some(original) = blobs.get(&original).await? else {
        return Ok(None);
    };
    let made = reader.render(original, wanted).await?;
    if let Err(error) = blobs.put(&key, made.clone()).await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "A picture that was made could not be kept"
        );
    }
    Ok(Some(made))
}

impl From<StoreError> for PictureError {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}

impl Coded for PictureError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Problem(problem) => problem.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Problem(problem) => problem.field(),
            Self::Store(error) => error.field(),
        }
    }

    fn retry_after(&self) -> Option<std::time::Duration> {
        match self {
            Self::Problem(problem) => problem.retry_after(),
            Self::Store(error) => error.retry_after(),
        }
    }

    fn bounds(&self) -> Bounds {
        match self {
            Self::Problem(problem) => problem.bounds(),
            Self::Store(error) => error.bounds(),
        }
    }
}
