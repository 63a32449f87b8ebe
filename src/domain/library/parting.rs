//! Parting a title with its files: those that are named are of the new one. Files of episodes need not be named, for these keep
//! their ids.

use std::time::Duration;

use super::curating::{Decision, LibraryService};
use super::error::LibraryError;
use crate::domain::catalog::Visibility;
use crate::domain::error::{Bounds, Coded, ErrorCode};
use crate::domain::ids::MediaFileId;
use crate::domain::loading::{LoadMode, Problem};
use crate::domain::merging::{MergeError, MergeService, Parted, Parting};
use crate::domain::viewer::KnownViewer;

/// So many files go with one call.
pub const MOST_PARTED: usize = 100;

/// What can go wrong with parting a title and its files.
#[derive(Debug, thiserror::Error)]
pub enum PartingError {
    #[error("name at most {MOST_PARTED} files")]
    TooManyFiles,
    /// A file is not there. The place in the list is from 1.
    #[error("id {place} of `files` names no file")]
    FileNotFound { place: usize },
    #[error(transparent)]
    Merging(#[from] MergeError),
    #[error(transparent)]
    Library(#[from] LibraryError),
}

impl LibraryService {
    /// Parts a title, and says of these files that they are of the new one; or says what that would do. A file that cannot be
    /// given to it after the title is parted is told, and stays.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn part_title(
        &self,
        merging: &MergeService,
        (visibility, viewer): (&Visibility, &KnownViewer),
        (parting, files): (&Parting, &[Option<MediaFileId>]),
        mode: LoadMode,
    ) -> Result<Parted, PartingError> {
        if files.len() > MOST_PARTED {
            return Err(PartingError::TooManyFiles);
        }
        let mut known = Vec::with_capacity(files.len());
        for (place, file) in (1..).zip(files) {
            let found = match file {
                Some(id) => self.find(viewer, *id).await?,
                None => None,
            };
            let found = found.ok_or(PartingError::FileNotFound { place })?;
            known.push((place, found.id));
        }
        let parted = merging.part_title(visibility, viewer, parting, mode);
        let mut parted = parted.await?;
        if parted.run.is_none() {
            return Ok(parted);
        }
        let decision = Decision::Title(parted.new.id);
        for (place, id) in known {
            if let Err(error) = self.decide(visibility, viewer, id, decision).await {
                let reason = format!("stay as they are from number {place} on: {error}");
                parted.noticed.push(Problem::new("files", reason));
                break;
            }
        }
        Ok(parted)
    }
}

impl Coded for PartingError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::TooManyFiles => ErrorCode::OutOfRange,
            Self::FileNotFound { .. } => ErrorCode::NotFound,
            Self::Merging(error) => error.code(),
            Self::Library(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::TooManyFiles | Self::FileNotFound { .. } => Some("files"),
            Self::Merging(error) => error.field(),
            Self::Library(error) => error.field(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooManyFiles | Self::FileNotFound { .. } => None,
            Self::Merging(error) => error.retry_after(),
            Self::Library(error) => error.retry_after(),
        }
    }

    fn changed_fields(&self) -> &[String] {
        match self {
            Self::Merging(error) => error.changed_fields(),
            Self::TooManyFiles | Self::FileNotFound { .. } | Self::Library(_) => &[],
        }
    }

    fn bounds(&self) -> Bounds {
        match self {
            Self::TooManyFiles => Bounds::most(MOST_PARTED),
            Self::FileNotFound { .. } => Bounds::default(),
            Self::Merging(error) => error.bounds(),
            Self::Library(error) => error.bounds(),
        }
    }
}
