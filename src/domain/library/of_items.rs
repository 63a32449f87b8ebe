//! The files of things of the catalogue, for curators: many lists with one question.

use std::collections::HashMap;
use std::sync::Arc;

use super::curating::{LibraryService, check_is_curator, note_when_seen};
use super::error::LibraryError;
use super::file::MediaFile;
use super::store::FileFilter;
use crate::domain::batch::Batch;
use crate::domain::ids::TitleId;
use crate::domain::page::{Slice, Window};
use crate::domain::viewer::KnownViewer;
use crate::domain::watching::WatchedItem;

/// A page of the files that are of something, or go with it, by place; see [`super::place_of`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FilesOf {
    pub item: WatchedItem,
    pub window: Window,
}

/// Reads pages of the files of things, for a curator; nobody else may ask.
#[derive(Clone)]
pub struct FilesOfItems {
    pub library: LibraryService,
    /// Who asks; `None`: nobody is logged in.
    pub viewer: Option<KnownViewer>,
}

impl Batch for FilesOfItems {
    type Key = FilesOf;
    type Value = Arc<Slice<MediaFile>>;
    type Error = LibraryError;

    async fn load(&self, pages: &[FilesOf]) -> Result<HashMap<FilesOf, Self::Value>, LibraryError> {
        let viewer = self.viewer.as_ref().ok_or(LibraryError::Forbidden)?;
        self.library.files_of(viewer, pages).await
    }
}

impl LibraryService {
    /// Pages of the files of things. What was matched with a title that was merged into another is of that one.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn files_of(
        &self,
        viewer: &KnownViewer,
        pages: &[FilesOf],
    ) -> Result<HashMap<FilesOf, Arc<Slice<MediaFile>>>, LibraryError> {
        check_is_curator(viewer)?;
        let merged = self.catalog.merged_by_end().await?;
        let mut by_window: HashMap<&Window, Vec<&FilesOf>> = HashMap::new();
        for page in pages {
            by_window.entry(&page.window).or_default().push(page);
        }
        let (mut found, ended) = (HashMap::new(), self.scans_ended().await?);
        for (window, asked) in by_window {
            let filters = asked.iter().map(|page| filter_of(page.item, &merged));
            let filters: Vec<FileFilter> = filters.collect();
            let slices = self.store.list_each(&filters, window).await?;
            for (page, mut slice) in asked.into_iter().zip(slices) {
                note_when_seen(&mut slice.rows, &ended);
                found.insert(page.clone(), Arc::new(slice));
            }
        }
        Ok(found)
    }
}

/// What is of a thing, or of what was merged into it.
pub(super) fn filter_of(item: WatchedItem, merged: &HashMap<TitleId, Vec<TitleId>>) -> FileFilter {
    let others = |id: &TitleId| merged.get(id).into_iter().flatten().copied();
    let mut of = vec![item];
    match &item {
        WatchedItem::Film(id) => of.extend(others(id).map(WatchedItem::Film)),
        WatchedItem::Series(id) => of.extend(others(id).map(WatchedItem::Series)),
        WatchedItem::Episode(_) => {}
    }
    FileFilter {
        of,
        ..FileFilter::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_of_a_merged_title_is_of_the_one_that_stands_for_it() {
        let merged = HashMap::from([(TitleId(1), vec![TitleId(2), TitleId(3)])]);
        let of = |item| filter_of(item, &merged).of;

        let [one, two, three] = [1, 2, 3].map(|id| WatchedItem::Film(TitleId(id)));
        assert_eq!(of(one), [one, two, three]);
        assert_eq!(of(two), [two]);
        let episode = WatchedItem::Episode(crate::domain::ids::EpisodeId(1));
        assert_eq!(of(episode), [episode]);
    }
}
