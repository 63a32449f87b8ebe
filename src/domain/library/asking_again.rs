//! Files of which something is asked once more although they are as they were: the catalogue may have grown, or have lost
//! what they were of; and which of them a curator has decided.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::error::LibraryError;
use super::file::{FileState, MatchedWith, MediaFile};
use super::matching::RULES;
use super::places::parent;
use super::recording::{AT_ONCE, Scan, ScanService};
use super::steps::{News, Step};
use super::store::{FileFilter, place_of};
use crate::domain::catalog::{CatalogService, Visibility};
use crate::domain::ids::{EpisodeId, MediaFileId, TitleId};
use crate::domain::page::Window;
use crate::domain::watching::WatchedItem;

/// How many files are listed at a time.
const LISTED: usize = 1_000;

/// Which things of the catalogue are there, of those that were asked for.
#[derive(Default)]
struct Presence {
    titles: HashMap<TitleId, bool>,
    episodes: HashMap<EpisodeId, bool>,
}

impl Presence {
    /// Asks for what these files are of, as far as it was not asked for before.
    async fn learn(
        &mut self,
        catalog: &CatalogService,
        files: &[MediaFile],
    ) -> Result<(), LibraryError> {
        let everything = Visibility::everything();
        let (mut titles, mut episodes) = (BTreeSet::new(), BTreeSet::new());
        for item in files.iter().flat_map(|file| &file.items) {
            match *item {
                WatchedItem::Film(id) | WatchedItem::Series(id) => {
                    if !self.titles.contains_key(&id) {
                        titles.insert(id);
                    }
                }
                WatchedItem::Episode(id) => {
                    if !self.episodes.contains_key(&id) {
                        episodes.insert(id);
                    }
                }
            }
        }
        let titles: Vec<TitleId> = titles.into_iter().collect();
        let found = catalog.titles(&everything, &titles).await?;
        self.titles.extend(titles.into_iter().map(|id| (id, false)));
        self.titles
            .extend(found.iter().map(|title| (title.id, true)));
        let episodes: Vec<EpisodeId> = episodes.into_iter().collect();
        let found = catalog.episodes(&everything, &episodes).await?;
        self.episodes
            .extend(episodes.into_iter().map(|id| (id, false)));
        self.episodes
            .extend(found.iter().map(|episode| (episode.id, true)));
        Ok(())
    }

    /// Whether a file is of something that is gone.
    fn has_lost(&self, file: &MediaFile) -> bool {
        file.items.iter().any(|item| {
            let is_there = match item {
                WatchedItem::Film(id) | WatchedItem::Series(id) => self.titles.get(id),
                WatchedItem::Episode(id) => self.episodes.get(id),
            };
            is_there == Some(&false)
        })
    }
}

impl Scan<'_> {
    /// Adds a step for each file that is of nothing so far, for the catalogue may have grown, and for each that is of
    /// something that is not there any more, unless a curator decided that. Where nothing of the catalogue was written
    /// since the last scan there are none, and no file is read for that.
    pub(super) async fn add_unsettled(
        &mut self,
        steps: &mut Vec<Step>,
    ) -> Result<(), LibraryError> {
        // What is written from here on, the next scan asks for: this one may match some files with it, and others not.
        let now = MatchedWith {
            change: self.service.catalog.last_change().await?,
            rules: RULES,
        };
        if self.root.matched_with.replace(now) == Some(now) {
            return Ok(());
        }
        let known: HashSet<MediaFileId> = steps.iter().map(|step| step.id).collect();
        let filter = FileFilter {
            states: vec![
                FileState::Matched,
                FileState::Ambiguous,
                FileState::Unmatched,
            ],
            below: Some(self.root.path.clone()),
            ..FileFilter::default()
        };
        let mut presence = Presence::default();
        let mut window = Window::first(LISTED);
        loop {
            self.renew_in_time().await?;
            let store = &self.service.ports.store;
            let mut page = store.list_files(&filter, &window).await?;
            window.start = page.rows.last().map(place_of);
            page.rows
                .retain(|file| !known.contains(&file.id) && !file.is_decided());
            presence.learn(&self.service.catalog, &page.rows).await?;
            let unsettled = page
                .rows
                .into_iter()
                .filter(|file| file.state != FileState::Matched || presence.has_lost(file));
            steps.extend(unsettled.map(|file| Step {
                id: file.id,
                stored: Some(file),
                news: News::Again,
            }));
            if !page.has_more {
                return Ok(());
            }
        }
    }
}

impl ScanService {
    /// Which of these paths of a library are of files that a curator has decided: of what they are nobody is in doubt.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn decided(
        &self,
        root: &str,
        paths: &BTreeSet<&str>,
    ) -> Result<BTreeSet<String>, LibraryError> {
        let folders: BTreeSet<&str> = paths.iter().map(|path| parent(path)).collect();
        let folders: Vec<String> = folders.into_iter().map(str::to_owned).collect();
        let mut decided = BTreeSet::new();
        for some in folders.chunks(AT_ONCE) {
            let files = self.ports.store.files_in(root, some).await?.into_iter();
            let files = files.filter(|file| {
                file.is_decided()
                    && file.state != FileState::Missing
                    && paths.contains(file.path.as_str())
            });
            decided.extend(files.map(|file| file.path));
        }
        Ok(decided)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::library::file::MatchedBy;
    use crate::domain::library::guess::{Certainty, Guess, TakenFor};

    fn file(items: &[WatchedItem]) -> MediaFile {
        let at = chrono::DateTime::UNIX_EPOCH;
        MediaFile {
            id: MediaFileId::of_place("/films", "a.mkv", 1),
            root: "/films".to_owned(),
            path: "a.mkv".to_owned(),
            size: 1,
            modified: None,
            fingerprint: String::new(),
            full_hash: None,
            guess: Guess::new(TakenFor::Video, Certainty::Sure, "its name"),
            state: FileState::Matched,
            items: items.to_vec(),
            matched_by: Some(MatchedBy::Name),
            candidates: Vec::new(),
            first_seen: at,
            last_seen: at,
            events: Vec::new(),
            revision: 1,
            rest: serde_json::Map::new(),
        }
    }

    #[test]
    fn a_file_has_lost_what_was_asked_for_and_is_not_there() {
        let episode = EpisodeId::of_ordinal(TitleId(2), 1, 1);
        let presence = Presence {
            titles: HashMap::from([(TitleId(1), true), (TitleId(2), false)]),
            episodes: HashMap::from([(episode, false)]),
        };

        assert!(!presence.has_lost(&file(&[WatchedItem::Film(TitleId(1))])));
        assert!(presence.has_lost(&file(&[WatchedItem::Series(TitleId(2))])));
        let both = [WatchedItem::Film(TitleId(1)), WatchedItem::Episode(episode)];
        assert!(presence.has_lost(&file(&both)));
        assert!(!presence.has_lost(&file(&[])));
    }
}
