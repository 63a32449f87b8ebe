//! The use cases of uploads: beginning, finding and joining them, and taking them away. What comes goes in by
//! [`super::Receiving`].

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::error::UploadError;
use super::store::{Added, NewUpload, UploadChange, UploadStore};
use super::types::{ChunkRef, StoredFile, Upload, UploadPart, UploadState, Uploader};
use crate::domain::blobs::{BlobHash, BlobStore};
use crate::domain::clock::Clock;
use crate::domain::entropy::unique_name;
use crate::domain::ids::{ProfileId, UploadId};
use crate::domain::lease::{Leases, may_work};
use crate::domain::page::{Slice, Window};
use crate::domain::viewer::{KnownViewer, Role};

/// For so long an upload waits for more.
pub(super) const KEPT: TimeDelta = TimeDelta::days(1);
/// For so long nobody else may join parts anew if a server dies.
const REMOVING: Duration = Duration::from_secs(12);
/// The longest name of a file, in characters.
const NAME: usize = 255;

/// Who may upload, and how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadPolicy {
    pub who: Uploaders,
    /// How many bytes all uploads of an account may have together.
    pub quota: u64,
}

/// Who may upload, and how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uploaders {
    Curators,
    /// Whoever has an account, but for children and keys without the scope of curators.
    Accounts,
}

/// A file that is to be uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    pub name: String,
    /// How many bytes it has.
    pub size: u64,
    /// Its SHA-256 in hexadecimal digits, if the whole file is to be compared.
    pub sha256: Option<String>,
    /// What its client says of it, as tus writes that.
    pub metadata: Option<String>,
    /// Whether it is all of it.
    pub part: UploadPart,
}

/// What is said of a file that parts are joined to; see [`NewFile`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJoined {
    pub name: String,
    pub sha256: Option<String>,
    pub metadata: Option<String>,
}

/// The use cases of uploads.
#[derive(Clone)]
pub struct UploadService {
    pub(super) store: Arc<dyn UploadStore>,
    pub(super) blobs: Arc<dyn BlobStore>,
    pub(super) leases: Arc<dyn Leases>,
    pub(super) clock: Arc<dyn Clock>,
    policy: UploadPolicy,
}

impl UploadService {
    /// A service on its ports. The blobs are those where they are kept, without a memory in front: nobody reads a chunk
    /// again soon.
    pub fn new(
        store: Arc<dyn UploadStore>,
        blobs: Arc<dyn BlobStore>,
        leases: Arc<dyn Leases>,
        clock: Arc<dyn Clock>,
        policy: UploadPolicy,
    ) -> Self {
        Self {
            store,
            blobs,
            leases,
            clock,
            policy,
        }
    }

    /// The most bytes that a file may have.
    pub fn largest(&self) -> u64 {
        self.policy.quota
    }

    /// Whether a viewer may upload.
    pub fn admit(&self, viewer: &KnownViewer) -> Result<(), UploadError> {
        let is_grown_up_here = viewer.session().is_some() && viewer.is_adult();
        let may = viewer.role >= Role::Curator
            || (self.policy.who == Uploaders::Accounts && is_grown_up_here);
        if may {
            Ok(())
        } else {
            Err(UploadError::Forbidden)
        }
    }

    /// Begins an upload, of which nothing is there yet.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn create(&self, viewer: &KnownViewer, file: NewFile) -> Result<Upload, UploadError> {
        let expected = self.check(viewer, &file)?;
        let upload = self.begun(viewer, UploadId(unique_name()), file, expected);
        let new = NewUpload {
            upload,
            chunks: Vec::new(),
            parts: Vec::new(),
            quota: self.policy.quota,
        };
        self.add(viewer, new).await
    }

    /// Joins parts to one file, in this order. Whoever joins the same parts again gets the same upload, whatever they call
    /// it then, if it has the hash that they name. What was broken is joined anew.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn join(
        &self,
        viewer: &KnownViewer,
        parts: &[UploadId],
        said: NewJoined,
    ) -> Result<Upload, UploadError> {
        self.admit(viewer)?;
        let id = UploadId::of_parts(parts);
        let there = self.store.uploads(&[id]).await?.pop();
        let was_there = there.is_some();
        if let Some(there) = there.filter(|it| it.state != UploadState::Broken) {
            let expected = parse_hash(said.sha256.as_deref())?;
            return self.joined_before(viewer, there, expected).await;
        }
        let found = self.store.uploads(parts).await?;
        let (mut chunks, mut size) = (Vec::new(), 0_u64);
        for part in parts {
            let part = found.iter().find(|upload| upload.id == *part);
            let part = part.ok_or(UploadError::PartsMissing)?;
            let is_theirs = part.uploader.is_some_and(|it| it.user == viewer.user);
            let is_part = part.part != UploadPart::Whole;
            if !(is_theirs && is_part && part.state == UploadState::Finished) {
                return Err(UploadError::PartsMissing);
            }
            size = size.saturating_add(part.size);
            chunks.extend(self.store.chunks(part.id).await?);
        }
        if parts.is_empty() || chunks.iter().map(|chunk| chunk.size).sum::<u64>() != size {
            return Err(UploadError::PartsMissing);
        }
        let file = NewFile {
            name: said.name,
            size,
            sha256: said.sha256,
            metadata: said.metadata,
            part: UploadPart::Whole,
        };
        let expected = self.check(viewer, &file)?;
        if was_there {
            self.remove_broken(id).await?;
        }
        let mut upload = self.begun(viewer, id, file, expected);
        upload.joined_from = parts.to_vec();
        upload.offset = size;
        upload.chunks = chunks.len() as u64;
        let new = NewUpload {
            upload,
            chunks,
            parts: parts.to_vec(),
            quota: self.policy.quota,
        };
        self.add(viewer, new).await
    }

    /// An upload that a viewer may go on with: their own, or any for curators.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn find(&self, viewer: &KnownViewer, id: UploadId) -> Result<Upload, UploadError> {
        self.admit(viewer)?;
        let found = self.store.uploads(&[id]).await?.pop();
        let found = own(viewer, found.ok_or(UploadError::NotFound)?)?;
        if found.state == UploadState::Broken || found.is_expired(self.clock.now()) {
            return Err(UploadError::Gone);
        }
        Ok(found)
    }

    /// An upload, as curators see it, whatever became of it.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn look_up(
        &self,
        viewer: &KnownViewer,
        id: UploadId,
    ) -> Result<Option<Upload>, UploadError> {
        let found = self.store.uploads(&[id]).await?.pop();
        Ok(found.and_then(|upload| own(viewer, upload).ok()))
    }

    /// A page of all uploads, those that were begun last first; see [`super::place_of`].
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn uploads(&self, window: &Window) -> Result<Slice<Upload>, UploadError> {
        Ok(self.store.list_uploads(window).await?)
    }

    /// Takes an upload away. Its chunks are swept when no other upload has them.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn remove(&self, viewer: &KnownViewer, id: UploadId) -> Result<(), UploadError> {
        self.admit(viewer)?;
        let found = self.store.uploads(&[id]).await?.pop();
        own(viewer, found.ok_or(UploadError::NotFound)?)?;
        if self.store.remove_upload(id).await? {
            Ok(())
        } else {
            Err(UploadError::NotFound)
        }
    }

    /// The file of an upload that is finished; `None`: there is none, or it is not.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn finished(&self, id: UploadId) -> Result<Option<StoredFile>, UploadError> {
        let Some(upload) = self.store.uploads(&[id]).await?.pop() else {
            return Ok(None);
        };
        let (UploadState::Finished, UploadPart::Whole, Some(finished_at)) =
            (upload.state, upload.part, upload.finished_at)
        else {
            return Ok(None);
        };
        Ok(Some(StoredFile {
            id,
            name: upload.name,
            size: upload.size,
            sha256: upload.sha256,
            chunks: self.store.chunks(id).await?,
            uploaded_by: upload.uploader.map(|uploader| uploader.user),
            finished_at,
        }))
    }

    /// The uploads of a profile, the first begun first.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn of_profile(&self, profile: ProfileId) -> Result<Vec<Upload>, UploadError> {
        Ok(self.store.uploads_of(profile).await?)
    }

    /// Removes what a profile has not finished, and its name from the rest.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn erase_profile(&self, profile: ProfileId) -> Result<(), UploadError> {
        Ok(self.store.erase_uploads(profile).await?)
    }

    /// Compares the hash of a file that is all there with what its uploader said. `whole` is its hash if that is known.
    pub(super) async fn compare(
        &self,
        mut upload: Upload,
        whole: Option<BlobHash>,
    ) -> Result<Upload, UploadError> {
        let found = match whole {
            Some(found) => Some(found),
            None => self.hash_of(&self.store.chunks(upload.id).await?).await?,
        };
        let is_right = found.is_some() && upload.expected == found;
        let now = self.now();
        let change = UploadChange {
            state: if is_right {
                UploadState::Finished
            } else {
                UploadState::Broken
            },
            sha256: found.filter(|_| is_right),
            at: now,
            expires_at: (!is_right || upload.part != UploadPart::Whole).then(|| now + KEPT),
            finished_at: is_right.then_some(now),
        };
        // Somebody else may have compared it by now, with the same outcome.
        self.store.end_check(upload.id, change).await?;
        if !is_right {
            return Err(UploadError::WrongHash);
        }
        note(&mut upload, change);
        Ok(upload)
    }

    /// The hash of what these chunks are together; `None`: one of them is not there.
    async fn hash_of(&self, chunks: &[ChunkRef]) -> Result<Option<BlobHash>, UploadError> {
        let mut hasher = Sha256::new();
        for chunk in chunks {
            let Some(bytes) = self.blobs.get(&chunk.key()).await? else {
                tracing::error!(sha256 = %chunk.sha256, "A chunk of an upload is missing");
                return Ok(None);
            };
            hasher.update(bytes);
        }
        Ok(Some(BlobHash::finish(hasher)))
    }

    /// How an upload changes when more of it is there, and all of it if that is so.
    pub(super) fn going_on(&self, upload: &Upload, is_whole: bool) -> UploadChange {
        let now = self.now();
        let state = if is_whole {
            upload.state_when_whole()
        } else {
            UploadState::Receiving
        };
        let is_finished = state == UploadState::Finished;
        let stays = is_finished && upload.part == UploadPart::Whole;
        UploadChange {
            state,
            sha256: None,
            at: now,
            expires_at: (!stays).then(|| now + KEPT),
            finished_at: is_finished.then_some(now),
        }
    }

    /// Refuses a file that may not come; its hash, if it has one.
    fn check(&self, viewer: &KnownViewer, file: &NewFile) -> Result<Option<BlobHash>, UploadError> {
        self.admit(viewer)?;
        if file.name.trim().is_empty() {
            return Err(UploadError::NameBlank);
        }
        if file.name.chars().count() > NAME {
            return Err(UploadError::NameTooLong { most: NAME });
        }
        let most = self.largest();
        if file.size > most {
            return Err(UploadError::TooLarge { most });
        }
        parse_hash(file.sha256.as_deref())
    }

    /// What joining parts gives that are joined already: the same upload, if it is what is expected.
    async fn joined_before(
        &self,
        viewer: &KnownViewer,
        there: Upload,
        expected: Option<BlobHash>,
    ) -> Result<Upload, UploadError> {
        let there = own(viewer, there)?;
        match (there.state, expected) {
            // What becomes of what is being compared is told where it is.
            (UploadState::Finished | UploadState::Checking, None) => Ok(there),
            (UploadState::Finished, Some(expected)) => {
                let found = match there.sha256 {
                    Some(known) => Some(known),
                    None => self.hash_of(&self.store.chunks(there.id).await?).await?,
                };
                if found == Some(expected) {
                    Ok(there)
                } else {
                    Err(UploadError::WrongHash)
                }
            }
            (UploadState::Checking, expected) if there.expected == expected => Ok(there),
            // Once it is known that it is broken, it can be joined anew.
            (UploadState::Checking | UploadState::Broken | UploadState::Receiving, _) => {
                Err(UploadError::Locked)
            }
        }
    }

    /// Makes room for what is joined anew. One at a time does: what another has joined meanwhile stays.
    async fn remove_broken(&self, id: UploadId) -> Result<(), UploadError> {
        let (name, holder) = (format!("join-{id}"), unique_name());
        if !may_work(&*self.leases, &name, holder, REMOVING).await? {
            return Err(UploadError::Locked);
        }
        let there = self.store.uploads(&[id]).await?.pop();
        if there.is_some_and(|it| it.state == UploadState::Broken) {
            self.store.remove_upload(id).await?;
        }
        // If this fails, the lease ends by itself.
        drop(self.leases.release(&name, holder).await);
        Ok(())
    }

    fn begun(
        &self,
        viewer: &KnownViewer,
        id: UploadId,
        file: NewFile,
        expected: Option<BlobHash>,
    ) -> Upload {
        let now = self.now();
        Upload {
            id,
            name: file.name,
            size: file.size,
            offset: 0,
            chunks: 0,
            part: file.part,
            state: UploadState::Receiving,
            metadata: file.metadata,
            joined_from: Vec::new(),
            expected,
            sha256: None,
            uploader: Some(Uploader {
                user: viewer.user,
                profile: viewer.profile,
            }),
            created_at: now,
            updated_at: now,
            expires_at: Some(now + KEPT),
            finished_at: None,
        }
    }

    /// Writes a new upload; what has all its bytes from the beginning is whole at once.
    async fn add(&self, viewer: &KnownViewer, mut new: NewUpload) -> Result<Upload, UploadError> {
        if new.upload.offset == new.upload.size {
            let change = self.going_on(&new.upload, true);
            note(&mut new.upload, change);
        }
        match self.store.add_upload(&new).await? {
            Added::Added => {}
            // Who joins the same parts at the same time was faster.
            Added::IsThere => {
                let there = self.store.uploads(&[new.upload.id]).await?.pop();
                let there = there.ok_or(UploadError::NotFound)?;
                return self.joined_before(viewer, there, new.upload.expected).await;
            }
            Added::ProfileErased => return Err(UploadError::ProfileErased),
            Added::PartsMissing => return Err(UploadError::PartsMissing),
            Added::OverQuota => {
                let most = self.policy.quota;
                return Err(UploadError::OverQuota { most });
            }
        }
        if new.upload.state == UploadState::Checking {
            return self.compare(new.upload, None).await;
        }
        Ok(new.upload)
    }

    /// The time, as exactly as stores keep it.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now().trunc_subsecs(3)
    }
}

/// The hash that an uploader says, if they say one.
fn parse_hash(text: Option<&str>) -> Result<Option<BlobHash>, UploadError> {
    let hash = text.map(|text| BlobHash::parse(text).ok_or(UploadError::BadHash));
    hash.transpose()
}

/// An upload, if a viewer may know of it.
fn own(viewer: &KnownViewer, upload: Upload) -> Result<Upload, UploadError> {
    let is_own = upload
        .uploader
        .is_some_and(|uploader| uploader.user == viewer.user);
    if is_own || viewer.role >= Role::Curator {
        Ok(upload)
    } else {
        Err(UploadError::NotFound)
    }
}

/// What an upload is after a change.
pub(super) fn note(upload: &mut Upload, change: UploadChange) {
    upload.state = change.state;
    upload.sha256 = change.sha256;
    upload.updated_at = change.at;
    upload.expires_at = change.expires_at;
    upload.finished_at = change.finished_at;
}
