//! What watching keeps of profiles: how it is erased, and what it is in an export.

use async_trait::async_trait;

use super::error::PrivacyError;
use super::file::File;
use super::names::NamesOf;
use super::part::{Exported, PersonalData, Record};
use crate::domain::catalog::Visibility;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::page::{KeyValue, Keyset, MAX_PAGE, Window};
use crate::domain::watching::{Play, TitleList, WatchService, WatchedItem};

/// What watching keeps by profile.
pub(super) const RECORDS: &[Record] = &[
    Record {
        name: "watched_titles",
        exported: Exported::As("/profiles/0/titles"),
    },
    Record {
        name: "watch_states",
        exported: Exported::As("/profiles/0/items"),
    },
    Record {
        name: "plays",
        exported: Exported::As("/profiles/0/plays"),
    },
    Record {
        name: "watch_log",
        exported: Exported::Not("it says once more what titles, items and plays say"),
    },
    Record {
        name: "hidden_titles",
        exported: Exported::As("/profiles/0/hiddenTitles"),
    },
    Record {
        name: "watchlist",
        exported: Exported::As("/profiles/0/watchlist"),
    },
    Record {
        name: "mutes",
        exported: Exported::As("/profiles/0/mutes"),
    },
];

/// The lists of titles, by the field that each is in an export.
const LISTS: [(&str, TitleList); 2] = [
    ("hiddenTitles", TitleList::Hidden),
    ("watchlist", TitleList::Watchlist),
];

/// What profiles watched, and what they say of it: all of it, also what may not be seen any more, for it is their own
/// record.
pub(super) struct Watching {
    pub(super) watching: WatchService,
    /// What the titles are called.
    pub(super) names: NamesOf,
}

#[async_trait]
impl PersonalData for Watching {
    async fn erase(&self, profile: ProfileId) -> Result<(), PrivacyError> {
        Ok(self.watching.erase_profile(profile).await?)
    }

    async fn export(&self, profile: ProfileId, file: &mut File) -> Result<(), PrivacyError> {
        let titles = self.write_titles(file, profile).await?;
        self.write_states(file, profile, &titles).await?;
        self.write_plays(file, profile).await?;
        for (field, list) in LISTS {
            self.write_list(file, profile, field, list).await?;
        }
        self.write_mutes(file, profile).await
    }
}

impl Watching {
    /// Says which titles there are.
    async fn write_titles(
        &self,
        file: &mut File,
        profile: ProfileId,
    ) -> Result<Vec<TitleId>, PrivacyError> {
        let mut titles: Vec<TitleId> = Vec::new();
        file.begin_list("titles");
        loop {
            let after = titles.last().copied();
            let watched_titles = self.watching.watched_titles_after(profile, after).await?;
            if watched_titles.is_empty() {
                break;
            }
            let page: Vec<TitleId> = watched_titles
                .iter()
                .map(|watched_title| watched_title.title)
                .collect();
            let names = self.names.of(&page, &[]).await?;
            for watched_title in &watched_titles {
                file.row(&names.title(watched_title))?;
            }
            titles.extend(page);
            file.send().await?;
        }
        file.end_list();
        Ok(titles)
    }

    async fn write_states(
        &self,
        file: &mut File,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<(), PrivacyError> {
        file.begin_list("items");
        for page in titles.chunks(MAX_PAGE) {
            let states = self.watching.states_of_titles(profile, page).await?;
            let items: Vec<WatchedItem> = states.iter().map(|state| state.item).collect();
            let names = self.names.of(page, &items).await?;
            for state in &states {
                file.row(&names.state(state))?;
            }
            file.send().await?;
        }
        file.end_list();
        Ok(())
    }

    async fn write_plays(&self, file: &mut File, profile: ProfileId) -> Result<(), PrivacyError> {
        file.begin_list("plays");
        let mut window = Window::first(MAX_PAGE);
        loop {
            let page = self
                .watching
                .history(&Visibility::everything(), profile, None, &window)
                .await?;
            let titles: Vec<TitleId> = page.rows.iter().map(|play| play.title).collect();
            let items: Vec<WatchedItem> = page.rows.iter().map(|play| play.item).collect();
            let names = self.names.of(&titles, &items).await?;
            for play in &page.rows {
                file.row(&names.play(play))?;
            }
            file.send().await?;
            match page.rows.last().filter(|_| page.has_more) {
                Some(last) => window = Window::after(MAX_PAGE, keyset(last)),
                None => break,
            }
        }
        file.end_list();
        Ok(())
    }

    async fn write_list(
        &self,
        file: &mut File,
        profile: ProfileId,
        field: &str,
        list: TitleList,
    ) -> Result<(), PrivacyError> {
        file.begin_list(field);
        let mut window = Window::first(MAX_PAGE);
        loop {
            let page = self
                .watching
                .listed_titles(&Visibility::everything(), profile, list, &window)
                .await?;
            let titles: Vec<TitleId> = page.rows.iter().map(|listed| listed.title).collect();
            let names = self.names.of(&titles, &[]).await?;
            for listed in &page.rows {
                file.row(&names.listed(listed))?;
            }
            file.send().await?;
            let Some(last) = page.rows.last().filter(|_| page.has_more) else {
                break;
            };
            window = Window::after(MAX_PAGE, last.keyset());
        }
        file.end_list();
        Ok(())
    }

    async fn write_mutes(&self, file: &mut File, profile: ProfileId) -> Result<(), PrivacyError> {
        file.begin_list("mutes");
        let mutes = self.watching.mutes(profile).await?;
        let names = self.names.of_sources(&mutes).await?;
        for mute in mutes.iter() {
            file.row(&names.mute(mute))?;
        }
        file.end_list();
        Ok(())
    }
}

/// A play's keyset in the history.
fn keyset(play: &Play) -> Keyset {
    Keyset {
        value: KeyValue::Number(play.started_at.timestamp_millis()),
        id: KeyValue::Text(play.id.to_string()),
    }
}
