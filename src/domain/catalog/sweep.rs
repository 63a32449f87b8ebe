//! Sweeping away the bytes of pictures that nothing refers to any more: those that were replaced, those of a load that
//! broke off, and what an older version has made of others.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::TimeDelta;

use super::error::CatalogError;
use super::pictures::{
    FOLDER_OF_ORIGINALS, FOLDER_OF_RENDITIONS, KeptPicture, PictureHash, is_outdated,
};
use super::service::CatalogService;
use super::store::CatalogPart;
use super::types::Title;
use crate::domain::blobs::{BlobShelf, BlobStore, KeptBlob};
use crate::domain::clock::Clock;
use crate::domain::error::{Coded, ErrorCode, StoreError};
use crate::domain::unreadable::passed_over;

/// What was put since is left alone: a load keeps the bytes of a picture before it writes what refers to them.
const YOUNG: TimeDelta = TimeDelta::days(1);
/// So many things of the catalogue are read at a time.
const AT_A_TIME: usize = 1000;
/// The parts of the catalogue whose things have pictures.
const WITH_PICTURES: [CatalogPart; 4] = [
    CatalogPart::Titles,
    CatalogPart::People,
    CatalogPart::Episodes,
    CatalogPart::Collections,
];
/// What stores call things of the catalogue that they cannot read.
const SORTS: [&str; 5] = ["titles", "people", "episodes", "collections", "documents"];

/// What can go wrong with a sweep. Nothing was removed if it was refused.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// This version cannot read everything that may refer to a picture.
    #[error(
        "{0} documents of the catalogue cannot be read by this version, and may have pictures: sweep with the version that wrote them"
    )]
    Unreadable(u64),
    /// The record of another site, or an empty one.
    #[error(
        "nothing in this record has a picture, and pictures are kept: is it the record of this site?"
    )]
    NothingRefers,
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Coded for SweepError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Unreadable(_) | Self::NothingRefers => ErrorCode::Conflict,
            Self::Catalog(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Unreadable(_) | Self::NothingRefers => None,
            Self::Catalog(error) => error.field(),
            Self::Store(error) => error.field(),
        }
    }
}

/// Whether anything is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SweepMode {
    Remove,
    /// All is looked at and counted, and stays.
    DryRun,
}

/// What a sweep has found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// The pictures that were removed, as they were given.
    pub pictures: u64,
    /// What was removed that had been made of pictures.
    pub renditions: u64,
    /// The bytes of both.
    pub bytes: u64,
    /// What nothing refers to and was put too lately to be removed.
    pub young: u64,
    /// What stays because something refers to it.
    pub referred: u64,
}

/// The use case of sweeping pictures away.
#[derive(Clone)]
pub struct PictureSweep {
    blobs: Arc<dyn BlobStore>,
    catalog: CatalogService,
    clock: Arc<dyn Clock>,
}

impl PictureSweep {
    /// A sweep of where pictures are kept, by what this catalogue refers to: it must be the record itself.
    pub fn new(blobs: Arc<dyn BlobStore>, catalog: CatalogService, clock: Arc<dyn Clock>) -> Self {
        Self {
            blobs,
            catalog,
            clock,
        }
    }

    /// Removes what is older than a day and nothing refers to, while the site runs and is loaded: whoever begins to refer
    /// to a picture after this has looked has put its bytes just before, so that they are young. Idempotent.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn sweep(&self, mode: SweepMode) -> Result<Swept, SweepError> {
        let since = self.clock.now() - YOUNG;
        let referred = self.referred().await?;
        let mut swept = Swept::default();
        for folder in [FOLDER_OF_ORIGINALS, FOLDER_OF_RENDITIONS] {
            for shelf in BlobShelf::all(folder) {
                for kept in self.blobs.list(&shelf).await? {
                    // What is made of a picture otherwise by now is shown no more.
                    let is_shown = folder == FOLDER_OF_ORIGINALS || !is_outdated(&kept.key);
                    let is_referred = |hash: PictureHash| is_shown && referred.contains(&hash);
                    if kept.key.hash().is_none_or(is_referred) {
                        swept.referred += 1;
                        continue;
                    }
                    if referred.is_empty() {
                        return Err(SweepError::NothingRefers);
                    }
                    let is_gone = kept.put_at < since
                        && match mode {
                            SweepMode::DryRun => true,
                            SweepMode::Remove => self.blobs.remove(&kept.key, since).await?,
                        };
                    if is_gone {
                        swept.note(folder, &kept);
                    } else {
                        swept.young += 1;
                    }
                }
            }
        }
        Ok(swept)
    }

    /// The pictures that anything in the record refers to.
    async fn referred(&self) -> Result<HashSet<PictureHash>, SweepError> {
        let mut referred = HashSet::new();
        for part in WITH_PICTURES {
            let mut after = Some(i64::MIN);
            while let Some(from) = after {
                let (batch, next) = self.catalog.part_after(part, from, AT_A_TIME).await?;
                let titles = batch.titles.iter().flat_map(Title::all_pictures);
                let people = batch.people.iter().flat_map(|it| &it.pictures);
                let episodes = batch.episodes.iter().flat_map(|it| &it.pictures);
                let hash = |kept: &KeptPicture| kept.picture.hash;
                let collections = batch.collections.iter().flat_map(|it| &it.pictures);
                let all = titles.chain(people).chain(episodes).chain(collections);
                referred.extend(all.map(hash));
                after = next;
            }
        }
        let unreadable: u64 = SORTS.into_iter().map(passed_over).sum();
        if unreadable > 0 {
            return Err(SweepError::Unreadable(unreadable));
        }
        Ok(referred)
    }
}

impl Swept {
    fn note(&mut self, folder: &str, kept: &KeptBlob) {
        if folder == FOLDER_OF_ORIGINALS {
            self.pictures += 1;
        } else {
            self.renditions += 1;
        }
        self.bytes += kept.size;
    }
}
