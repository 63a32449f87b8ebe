//! What curators do with files: looking at them, and deciding what they are.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::counted::Counted;
use super::error::LibraryError;
use super::file::{FileEventKind, FileState, MatchedBy, MediaFile};
use super::matching::{Matcher, item_of};
use super::store::{FileFilter, LibraryStore};
use crate::domain::catalog::{CatalogService, Visibility};
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use crate::domain::ids::{EpisodeId, MediaFileId, TitleId};
use crate::domain::page::{Slice, Window};
use crate::domain::viewer::{KnownViewer, Role};
use crate::domain::watching::WatchedItem;

/// How often a decision is made anew on a file that a scan writes at the same time.
const TRIES: usize = 10;

/// What a curator decides of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is of this film, or goes with this series.
    Title(TitleId),
    /// It is this episode.
    Episode(EpisodeId),
    /// It is of nothing in the catalogue, and is to be left alone.
    Nothing,
    /// What was decided no longer holds: it is matched as by a scan.
    Undecided,
}

/// The use cases of files. They are for curators: for anybody else there are none.
#[derive(Clone)]
pub struct LibraryService {
    pub(super) store: Arc<dyn LibraryStore>,
    pub(super) catalog: CatalogService,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) counted: Counted,
}

impl LibraryService {
    /// A service on its port and on the catalogue.
    pub fn new(
        store: Arc<dyn LibraryStore>,
        catalog: CatalogService,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            store,
            catalog,
            clock,
            counted: Counted::default(),
        }
    }

    /// A page of the files that pass a filter, by place; see [`super::place_of`].
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn files(
        &self,
        viewer: &KnownViewer,
        filter: &FileFilter,
        window: &Window,
    ) -> Result<Slice<MediaFile>, LibraryError> {
        check_is_curator(viewer)?;
        let mut page = self.store.list_files(filter, window).await?;
        self.tell_when_seen(&mut page.rows).await?;
        Ok(page)
    }

    /// How many files pass a filter.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn count(
        &self,
        viewer: &KnownViewer,
        filter: &FileFilter,
    ) -> Result<u64, LibraryError> {
        check_is_curator(viewer)?;
        Ok(self.store.count_files(filter).await?)
    }

    /// A file, if there is one with this id and the viewer is a curator.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn find(
        &self,
        viewer: &KnownViewer,
        id: MediaFileId,
    ) -> Result<Option<MediaFile>, LibraryError> {
        if check_is_curator(viewer).is_err() {
            return Ok(None);
        }
        let mut found = self.store.files(&[id]).await?;
        self.tell_when_seen(&mut found).await?;
        Ok(found.pop())
    }

    /// Decides what a file is, among what the viewer may see. No scan decides otherwise, until that is taken back.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn decide(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        id: MediaFileId,
        decision: Decision,
    ) -> Result<MediaFile, LibraryError> {
        check_is_curator(viewer)?;
        let item = self.item(visibility, decision).await?;
        for _ in 0..TRIES {
            let found = self.store.files(&[id]).await?.pop();
            let mut file = found.ok_or(LibraryError::FileNotFound)?;
            if holds(&file, decision, item) {
                return self.told(file).await;
            }
            if decision == Decision::Undecided {
                self.release(&mut file).await?;
            } else {
                self.settle(&mut file, item);
            }
            file.revision += 1;
            match self.store.put_files(std::slice::from_ref(&file)).await {
                Ok(()) => {
                    self.counted.forget().await;
                    return self.told(file).await;
                }
                // A scan, or another curator, was first.
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(LibraryError::Busy)
    }

    /// What a decision names, if the viewer may see it.
    async fn item(
        &self,
        visibility: &Visibility,
        decision: Decision,
    ) -> Result<Option<WatchedItem>, LibraryError> {
        match decision {
            Decision::Title(id) => {
                let found = self.catalog.titles(visibility, &[id]).await?.pop();
                let title = found.ok_or(LibraryError::TitleNotFound)?;
                Ok(Some(item_of(&title)))
            }
            Decision::Episode(id) => {
                let found = self.catalog.episodes(visibility, &[id]).await?.pop();
                let episode = found.ok_or(LibraryError::EpisodeNotFound)?;
                Ok(Some(WatchedItem::Episode(episode.id)))
            }
            Decision::Nothing | Decision::Undecided => Ok(None),
        }
    }

    /// One that is missing stays so, and comes back as what it was decided to be.
    fn settle(&self, file: &mut MediaFile, item: Option<WatchedItem>) {
        file.items = item.into_iter().collect();
        file.matched_by = Some(MatchedBy::Curator);
        file.candidates = Vec::new();
        if file.state != FileState::Missing {
            file.state = file.decided_state();
        }
        file.note(self.clock.now(), FileEventKind::Decided, None);
    }

    async fn release(&self, file: &mut MediaFile) -> Result<(), LibraryError> {
        let matcher = Matcher::learn(&self.catalog, &[&file.guess]).await?;
        let (was, verdict) = (file.state, matcher.find(&file.guess));
        file.take(verdict);
        if was == FileState::Missing {
            file.state = was;
        }
        file.note(self.clock.now(), FileEventKind::Released, None);
        Ok(())
    }

    async fn told(&self, file: MediaFile) -> Result<MediaFile, LibraryError> {
        let mut files = [file];
        self.tell_when_seen(&mut files).await?;
        let [file] = files;
        Ok(file)
    }

    /// What is not missing was seen by the last scan, which does not write down what is as it was.
    async fn tell_when_seen(&self, files: &mut [MediaFile]) -> Result<(), LibraryError> {
        if files.iter().all(|file| file.state == FileState::Missing) {
            return Ok(());
        }
        note_when_seen(files, &self.scans_ended().await?);
        Ok(())
    }

    /// When the last scan of each root ended, by its path.
    pub(super) async fn scans_ended(&self) -> Result<HashMap<String, DateTime<Utc>>, LibraryError> {
        let roots = self.store.roots().await?.into_iter();
        let ended = roots.filter_map(|root| Some((root.path, root.scanned_at?)));
        Ok(ended.collect())
    }
}

/// What is not missing was seen when the last scan of its root ended.
pub(super) fn note_when_seen(files: &mut [MediaFile], ended: &HashMap<String, DateTime<Utc>>) {
    for file in files {
        if file.state != FileState::Missing
            && let Some(at) = ended.get(&file.root)
        {
            file.last_seen = file.last_seen.max(*at);
        }
    }
}

/// Whether a file is as a decision makes it: who says so once more changes nothing.
fn holds(file: &MediaFile, decision: Decision, item: Option<WatchedItem>) -> bool {
    if decision == Decision::Undecided {
        return !file.is_decided();
    }
    file.is_decided() && file.items.iter().copied().eq(item)
}

pub(super) fn check_is_curator(viewer: &KnownViewer) -> Result<(), LibraryError> {
    if viewer.role >= Role::Curator {
        Ok(())
    } else {
        Err(LibraryError::Forbidden)
    }
}
