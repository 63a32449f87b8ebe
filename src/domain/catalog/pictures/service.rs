//! The use cases of pictures that are kept: to take one in, and to make what is shown of it.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt, Shared, WeakShared};
use futures::lock::Mutex as Turn;

use super::kind::PictureKind;
use super::missing::Missing;
use super::reader::{MOST_BYTES, PictureProblem, PictureReader};
use super::rendition::Rendition;
use super::stored::{FOLDER_OF_ORIGINALS, PictureHash, StoredPicture};
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

/// A picture that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenIn {
    pub picture: StoredPicture,
    /// What was noticed, as the rest of a sentence.
    pub warning: Option<&'static str>,
}

/// A rendition that is being made.
type Flight = BoxFuture<'static, Result<Option<Bytes>, PictureError>>;

/// So many renditions are made or wait to be made at a time: as many as are made in some seconds, and as a few people see
/// on a page of which none is made yet.
const MOST_AT_ONCE: usize = 128;
/// So many of them have the whole picture that they are made of in memory; the others wait for their turn.
const TURNS: usize = 4;

/// Keeps pictures, and makes what is shown of them. Clones share what is being made.
#[derive(Clone)]
pub struct PictureService {
    blobs: Arc<dyn BlobStore>,
    reader: Arc<dyn PictureReader>,
    flights: Arc<Mutex<HashMap<BlobKey, WeakShared<Flight>>>>,
    turns: Arc<[Turn<()>; TURNS]>,
    missing: Arc<Missing>,
}

impl PictureService {
    /// Bytes are kept in the one, and read by the other.
    pub fn new(blobs: Arc<dyn BlobStore>, reader: Arc<dyn PictureReader>) -> Self {
        Self {
            blobs,
            reader,
            flights: Arc::default(),
            turns: Arc::default(),
            missing: Arc::default(),
        }
    }

    /// Takes a picture in. When this is answered its bytes are kept, so that nothing refers to what is not there; to
    /// store them again gives the same. They are put even if they are there: what was put lately is not swept.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn store(
        &self,
        kind: PictureKind,
        language: Option<LanguageTag>,
        bytes: Vec<u8>,
    ) -> Result<TakenIn, PictureError> {
        let bytes = Bytes::from(bytes);
        let taken_in = self.read(kind, language, &bytes).await?;
        self.blobs.put(&taken_in.picture.key(), bytes).await?;
        Ok(taken_in)
    }

    /// What a picture would be if it were taken in; nothing of it is kept.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn look(
        &self,
        kind: PictureKind,
        language: Option<LanguageTag>,
        bytes: Vec<u8>,
    ) -> Result<TakenIn, PictureError> {
        self.read(kind, language, &Bytes::from(bytes)).await
    }

    /// The bytes of a picture as they were given; `None` if they are not kept.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn given(&self, hash: &PictureHash) -> Result<Option<Vec<u8>>, PictureError> {
        let key = BlobKey::of(FOLDER_OF_ORIGINALS, hash);
        Ok(self.blobs.get(&key).await?.map(Vec::from))
    }

    async fn read(
        &self,
        kind: PictureKind,
        language: Option<LanguageTag>,
        bytes: &Bytes,
    ) -> Result<TakenIn, PictureError> {
        if bytes.len() > MOST_BYTES {
            return Err(PictureProblem::TooManyBytes(bytes.len()).into());
        }
        let facts = self.reader.read(bytes.clone()).await?;
        let picture = StoredPicture {
            kind,
            hash: PictureHash::of(bytes),
            format: facts.format,
            width: facts.width,
            height: facts.height,
            blurhash: facts.blurhash,
            colour: facts.colour,
            language,
        };
        Ok(TakenIn {
            picture,
            warning: facts.warning,
        })
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

    /// How many bytes a rendition has, if it was made before.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn length_of_rendition(
        &self,
        picture: &StoredPicture,
        wanted: Rendition,
    ) -> Result<Option<u64>, PictureError> {
        Ok(self.blobs.length(&wanted.key(&picture.hash)).await?)
    }

    /// These bytes of a rendition, which must be some of those that it has, if it was made before: no others are read.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn part_of_rendition(
        &self,
        picture: &StoredPicture,
        wanted: Rendition,
        range: Range<u64>,
    ) -> Result<Option<Bytes>, PictureError> {
        let key = wanted.key(&picture.hash);
        Ok(self.blobs.get_range(&key, range).await?)
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
            self.missing.note(&picture.hash);
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
        let turns = Arc::clone(&self.turns);
        let flight = make(blobs, reader, turns, (key.clone(), original, wanted));
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
    turns: Arc<[Turn<()>; TURNS]>,
    (key, original, wanted): (BlobKey, BlobKey, Rendition),
) -> Result<Option<Bytes>, PictureError> {
    let made = {
        let _turn = turns[lane(&key)].lock().await;
        let Some(original) = blobs.get(&original).await? else {
            return Ok(None);
        };
        reader.render(original, wanted).await?
    };
    if let Err(error) = blobs.put(&key, made.clone()).await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "A picture that was made could not be kept"
        );
    }
    Ok(Some(made))
}

/// Where a rendition waits for its turn: its key is as good as random.
fn lane(key: &BlobKey) -> usize {
    let bytes = key.as_str().bytes();
    bytes.map(usize::from).sum::<usize>() % TURNS
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;
    use chrono::{DateTime, Utc};
    use futures::future::join_all;
    use tokio::sync::Semaphore;

    use super::super::reader::PictureFacts;
    use super::super::rendition::RenditionFormat;
    use super::super::stored::{Colour, PictureFormat};
    use super::*;
    use crate::domain::blobs::{BlobShelf, KeptBlob};

    /// Keeps bytes, and says how often any were put, and how often a picture was read to make something of it.
    #[derive(Default)]
    struct Kept {
        blobs: Mutex<BTreeMap<BlobKey, Bytes>>,
        puts: AtomicUsize,
        reads: AtomicUsize,
    }

    #[async_trait]
    impl BlobStore for Kept {
        async fn put(&self, key: &BlobKey, bytes: Bytes) -> Result<(), StoreError> {
            self.puts.fetch_add(1, Ordering::SeqCst);
            self.blobs.lock().unwrap().insert(key.clone(), bytes);
            Ok(())
        }

        async fn get(&self, key: &BlobKey) -> Result<Option<Bytes>, StoreError> {
            if key.as_str().starts_with("pictures/") {
                self.reads.fetch_add(1, Ordering::SeqCst);
            }
            Ok(self.blobs.lock().unwrap().get(key).cloned())
        }

        async fn get_range(
            &self,
            key: &BlobKey,
            range: Range<u64>,
        ) -> Result<Option<Bytes>, StoreError> {
            let [start, end] = [range.start, range.end].map(|at| usize::try_from(at).unwrap());
            let found = self.blobs.lock().unwrap().get(key).cloned();
            Ok(found.map(|bytes| bytes.slice(start..end)))
        }

        async fn length(&self, key: &BlobKey) -> Result<Option<u64>, StoreError> {
            let found = self.blobs.lock().unwrap().get(key).map(Bytes::len);
            Ok(found.map(|length| length as u64))
        }

        async fn exists(&self, key: &BlobKey) -> Result<bool, StoreError> {
            Ok(self.blobs.lock().unwrap().contains_key(key))
        }

        async fn list(&self, _: &BlobShelf) -> Result<Vec<KeptBlob>, StoreError> {
            Ok(Vec::new())
        }

        async fn remove(&self, _: &BlobKey, _: DateTime<Utc>) -> Result<bool, StoreError> {
            Ok(false)
        }
    }

    /// Takes texts for pictures, and makes renditions when it may.
    struct Texts {
        may: Semaphore,
        made: AtomicUsize,
    }

    #[async_trait]
    impl PictureReader for Texts {
        async fn read(&self, bytes: Bytes) -> Result<PictureFacts, PictureProblem> {
            if bytes.is_empty() {
                return Err(PictureProblem::UnknownFormat);
            }
            Ok(PictureFacts {
                format: PictureFormat::Png,
                width: 4_000,
                height: 4_000,
                blurhash: "blur".to_owned(),
                colour: Colour([1, 2, 3]),
                warning: None,
            })
        }

        async fn render(&self, bytes: Bytes, wanted: Rendition) -> Result<Bytes, PictureProblem> {
            self.may.acquire().await.unwrap().forget();
            self.made.fetch_add(1, Ordering::SeqCst);
            let width = wanted.width();
            Ok([&bytes[..], width.to_string().as_bytes()].concat().into())
        }
    }

    fn service(may: usize) -> (PictureService, Arc<Kept>, Arc<Texts>) {
        let kept = Arc::new(Kept::default());
        let texts = Arc::new(Texts {
            may: Semaphore::new(may),
            made: AtomicUsize::default(),
        });
        (
            PictureService::new(kept.clone(), texts.clone()),
            kept,
            texts,
        )
    }

    async fn stored(service: &PictureService, text: &str) -> StoredPicture {
        let bytes = text.as_bytes().to_vec();
        let stored = service.store(PictureKind::Poster, None, bytes).await;
        stored.unwrap().picture
    }

    fn of_width(picture: &StoredPicture, width: u32) -> Rendition {
        Rendition::fitting(picture, Some(width), None, RenditionFormat::WebP)
    }

    #[tokio::test]
    async fn a_picture_is_put_each_time_and_what_is_none_is_not_kept() {
        let (service, kept, _) = service(0);

        let first = stored(&service, "a picture").await;
        let second = stored(&service, "a picture").await;
        let none = service.store(PictureKind::Logo, None, Vec::new()).await;
        let large = vec![0; MOST_BYTES + 1];
        let large = service.store(PictureKind::Logo, None, large).await;

        assert_eq!(first, second);
        assert_eq!(first.hash, PictureHash::of(b"a picture"));
        // Each time: the sweep goes by when it was put.
        assert_eq!(kept.puts.load(Ordering::SeqCst), 2);
        assert_eq!(kept.blobs.lock().unwrap().len(), 1);
        assert_eq!(none.unwrap_err().code(), ErrorCode::Invalid);
        assert_eq!(large.unwrap_err().code(), ErrorCode::OutOfRange);
    }

    #[tokio::test]
    async fn what_is_only_looked_at_is_not_kept() {
        let (service, kept, _) = service(0);
        let bytes = || b"a picture".to_vec();

        let seen = service.look(PictureKind::Poster, None, bytes()).await;
        let seen = seen.unwrap().picture;

        assert_eq!(kept.puts.load(Ordering::SeqCst), 0);
        assert_eq!(service.given(&seen.hash).await.unwrap(), None);
        assert_eq!(stored(&service, "a picture").await, seen);
        assert_eq!(service.given(&seen.hash).await.unwrap(), Some(bytes()));
    }

    #[tokio::test]
    async fn a_rendition_is_made_once_however_many_ask_and_kept() {
        let (service, _, texts) = service(0);
        let picture = stored(&service, "a picture").await;
        let wanted = of_width(&picture, 342);
        assert_eq!(
            service.find_rendition(&picture, wanted).await.unwrap(),
            None
        );

        let asked = join_all((0..20).map(|_| service.rendition(&picture, wanted)));
        let (made, ()) = futures::join!(asked, async { texts.may.add_permits(20) });

        for made in made {
            assert_eq!(made.unwrap().as_deref(), Some(&b"a picture342"[..]));
        }
        let found = service.find_rendition(&picture, wanted).await.unwrap();
        assert_eq!(found.as_deref(), Some(&b"a picture342"[..]));
        let length = service.length_of_rendition(&picture, wanted).await;
        assert_eq!(length.unwrap(), Some(12));
        let part = service.part_of_rendition(&picture, wanted, 2..9).await;
        assert_eq!(part.unwrap().as_deref(), Some(&b"picture"[..]));
        assert_eq!(texts.made.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn of_bytes_that_are_gone_there_is_no_rendition() {
        let (service, kept, _) = service(1);
        let picture = stored(&service, "a picture").await;
        kept.blobs.lock().unwrap().clear();

        let gone = service.rendition(&picture, of_width(&picture, 342)).await;

        assert_eq!(gone.unwrap(), None);
    }

    #[tokio::test]
    async fn who_comes_when_too_many_are_made_is_told_to_come_again() {
        let (service, kept, texts) = service(0);
        let mut pictures = Vec::new();
        for number in 0..=MOST_AT_ONCE {
            pictures.push(stored(&service, &number.to_string()).await);
        }
        let mut making: Vec<_> = pictures[..MOST_AT_ONCE]
            .iter()
            .map(|picture| Box::pin(service.rendition(picture, of_width(picture, 92))))
            .collect();
        for one in &mut making {
            assert!(futures::poll!(one).is_pending());
        }
        let reads = kept.reads.load(Ordering::SeqCst);
        assert!((1..=TURNS).contains(&reads), "{reads}");
        let last = &pictures[MOST_AT_ONCE];
        let wanted = of_width(last, 92);

        let refused = service.rendition(last, wanted).await.unwrap_err();
        texts.may.add_permits(MOST_AT_ONCE + 1);
        let made = join_all(making).await;

        assert_eq!(refused.code(), ErrorCode::RateLimited);
        assert!(refused.retry_after().is_some());
        assert!(made.iter().all(|made| matches!(made, Ok(Some(_)))));
        assert!(service.rendition(last, wanted).await.unwrap().is_some());
    }
}
