//! The port on `image`: each piece of work runs off the async threads, and only a few at a time.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use image::GenericImageView;
use tokio::sync::Semaphore;

use super::decode::{Decoded, decode};
use super::glimpse::glimpse;
use super::scale::scaled;
use super::write::write;
use crate::domain::catalog::{PictureFacts, PictureProblem, PictureReader, Rendition};

/// So many pictures are worked on at a time: the largest takes up to 400 MB, for it is there twice while it is turned.
const AT_ONCE: usize = 2;
/// Reads and scales pictures. Clones share the queue.
#[derive(Clone)]
pub struct ImageReader {
    running: Arc<Semaphore>,
}

impl Default for ImageReader {
    fn default() -> Self {
        Self::new()
    }
}

impl ImageReader {
    /// Nothing is worked on yet.
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            running: Arc::new(Semaphore::new(cores.min(AT_ONCE))),
        }
    }

    /// Runs work off the async threads. The permit goes with it, so that it counts until it is done even if nobody waits
    /// for it any more.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PictureProblem> + Send + 'static,
    ) -> Result<T, PictureProblem> {
        let permit = Arc::clone(&self.running).acquire_owned().await;
        let permit = permit.map_err(|error| PictureProblem::Failed(error.to_string()))?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(permit);
            done
        });
        done.await.unwrap_or_else(|error| {
            if error.is_panic() {
                // Bytes that nobody has thought of: a fault of the library, and no reason to end anything.
                Err(PictureProblem::Broken("its reader gave it up".to_owned()))
            } else {
                Err(PictureProblem::Failed(error.to_string()))
            }
        })
    }
}

#[async_trait]
impl PictureReader for ImageReader {
    async fn read(&self, bytes: Bytes) -> Result<PictureFacts, PictureProblem> {
        self.run(move || read(&bytes)).await
    }

    async fn render(&self, bytes: Bytes, wanted: Rendition) -> Result<Bytes, PictureProblem> {
        self.run(move || render(&bytes, wanted)).await
    }
}

/// What the bytes of a picture say of it.
pub(super) fn read(bytes: &[u8]) -> Result<PictureFacts, PictureProblem> {
    let Decoded {
        format,
        image,
        warning,
    } = decode(bytes)?;
    let (width, height) = image.dimensions();
    let (blurhash, colour) = glimpse(&image)?;
    Ok(PictureFacts {
        format,
        width,
        height,
        blurhash,
        colour,
        warning,
    })
}

/// The picture, scaled and written.
pub(super) fn render(bytes: &[u8], wanted: Rendition) -> Result<Bytes, PictureProblem> {
    let image = decode(bytes)?.image;
    let size = (wanted.width(), wanted.height());
    let image = if image.dimensions() == size {
        image
    } else {
        scaled(&image, size.0, size.1)
    };
    write(image, wanted.format()).map(Bytes::from)
}
