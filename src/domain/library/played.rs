//! The files of libraries that things of the catalogue are played from, for whoever gives them out: that one asked whether
//! the viewer may see the thing. Where files lie is not for viewers.

use std::collections::HashMap;

use super::curating::LibraryService;
use super::error::LibraryError;
use super::file::{FileState, MediaFile};
use super::guess::TakenFor;
use super::of_items::filter_of;
use super::store::FileFilter;
use crate::domain::page::{MAX_PAGE, Window};
use crate::domain::watching::WatchedItem;

/// What of libraries an item is played from, by place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlayedFiles {
    pub videos: Vec<MediaFile>,
    /// Those that lie beside a video.
    pub subtitles: Vec<MediaFile>,
}

impl LibraryService {
    /// The files that these things are played from, as far as scans found them in their places: at most [`MAX_PAGE`] files
    /// of each are looked at. What was matched with a title that was merged into another is of that one. Things without are
    /// left out.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn played_files(
        &self,
        items: &[WatchedItem],
    ) -> Result<HashMap<WatchedItem, PlayedFiles>, LibraryError> {
        let merged = self.catalog.merged_by_end().await?;
        let matched = |item: &WatchedItem| FileFilter {
            states: vec![FileState::Matched],
            ..filter_of(*item, &merged)
        };
        let filters: Vec<FileFilter> = items.iter().map(matched).collect();
        let window = Window::first(MAX_PAGE);
        let pages = self.store.list_each(&filters, &window);
        let mut found = HashMap::new();
        for (item, page) in items.iter().zip(pages.await?) {
            let mut played = PlayedFiles::default();
            for file in page.rows {
                match file.guess.taken_for {
                    TakenFor::Video => played.videos.push(file),
                    TakenFor::Subtitle => played.subtitles.push(file),
                    _ => {}
                }
            }
            if played != PlayedFiles::default() {
                found.insert(*item, played);
            }
        }
        Ok(found)
    }
}
