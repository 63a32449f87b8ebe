//! A profile's lists, with only what the viewer may see.
//!
//! Their rows are keyed by profile and know nothing of their titles' ratings. So a page is read on in chunks of a
//! bounded size until it is full, and a list is counted title by title: what a profile has watched has few titles.

use std::collections::HashSet;
use std::sync::Arc;

use super::error::WatchError;
use super::listed::{ListedTitle, TitleList};
use super::service::WatchService;
use super::store::ProfileList;
use super::types::{Play, WatchState};
use crate::domain::catalog::{CatalogService, Visibility};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::page::{Direction, KeyValue, Keyset, Slice, Window};

/// How many rows more than asked for are read at once where some had to be left out.
const CHUNK: usize = 200;

/// A row of a profile's list.
pub(super) trait Row {
    /// The film or series that it is about.
    fn title(&self) -> TitleId;

    /// Its place in the list.
    fn keyset(&self) -> Keyset;
}

impl Row for Play {
    fn title(&self) -> TitleId {
        self.title
    }

    fn keyset(&self) -> Keyset {
        Keyset {
            value: KeyValue::Number(self.started_at.timestamp_millis()),
            id: KeyValue::Text(self.id.to_string()),
        }
    }
}

impl Row for WatchState {
    fn title(&self) -> TitleId {
        self.title
    }

    fn keyset(&self) -> Keyset {
        Keyset::by_number(self.last_played_at.timestamp_millis(), self.item.key().1)
    }
}

impl Row for ListedTitle {
    fn title(&self) -> TitleId {
        self.title
    }

    fn keyset(&self) -> Keyset {
        self.keyset()
    }
}

impl WatchService {
    /// What can be resumed, the last played first.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn continue_watching(
        &self,
        visibility: &Visibility,
        profile: ProfileId,
        window: &Window,
    ) -> Result<Slice<WatchState>, WatchError> {
        let read = |window: Window| {
            let store = Arc::clone(&self.ports.history);
            async move { store.in_progress(profile, &window).await }
        };
        page(&self.catalog, visibility, window, read).await
    }

    /// The plays, the latest first.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn history(
        &self,
        visibility: &Visibility,
        profile: ProfileId,
        title: Option<TitleId>,
        window: &Window,
    ) -> Result<Slice<Play>, WatchError> {
        let read = |window: Window| {
            let store = Arc::clone(&self.ports.history);
            async move { store.history(profile, title, &window).await }
        };
        page(&self.catalog, visibility, window, read).await
    }

    /// The titles that a profile has on a list, the last added first.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn listed_titles(
        &self,
        visibility: &Visibility,
        profile: ProfileId,
        list: TitleList,
        window: &Window,
    ) -> Result<Slice<ListedTitle>, WatchError> {
        let read = |window: Window| {
            let store = Arc::clone(&self.ports.history);
            async move { store.listed_titles(profile, list, &window).await }
        };
        page(&self.catalog, visibility, window, read).await
    }

    /// The titles that a list is about, whether they may be seen or not.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn titles_of(
        &self,
        profile: ProfileId,
        list: ProfileList,
    ) -> Result<HashSet<TitleId>, WatchError> {
        let counts = self.ports.history.count_by_title(profile, list).await?;
        Ok(counts.into_iter().map(|(title, _)| title).collect())
    }

    /// How many rows a list has.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn count(
        &self,
        visibility: &Visibility,
        profile: ProfileId,
        list: ProfileList,
    ) -> Result<u64, WatchError> {
        let counts = self.ports.history.count_by_title(profile, list).await?;
        let titles = counts.iter().map(|(title, _)| *title);
        let seen = visible(&self.catalog, visibility, titles).await?;
        let counts = counts.iter().filter(|(title, _)| seen.contains(title));
        Ok(counts.map(|(_, rows)| rows).sum())
    }
}

/// A page of the rows whose titles may be seen, read on until it is full or the list is over.
async fn page<T: Row, F>(
    catalog: &CatalogService,
    visibility: &Visibility,
    window: &Window,
    read: impl Fn(Window) -> F,
) -> Result<Slice<T>, WatchError>
where
    F: Future<Output = Result<Slice<T>, StoreError>>,
{
    let mut found: Vec<T> = Vec::new();
    let mut rest = window.clone();
    loop {
        let chunk = read(rest.clone()).await?;
        let edge = match window.direction {
            Direction::Forward => chunk.rows.last(),
            Direction::Backward => chunk.rows.first(),
        };
        let edge = edge.filter(|_| chunk.has_more).map(Row::keyset);
        let titles = chunk.rows.iter().map(Row::title);
        let seen = visible(catalog, visibility, titles).await?;
        let is_whole = chunk.rows.iter().all(|row| seen.contains(&row.title()));
        if is_whole && found.is_empty() && chunk.rows.len() <= window.limit {
            return Ok(chunk);
        }
        let rows = chunk.rows.into_iter();
        let rows = rows.filter(|row| seen.contains(&row.title()));
        match window.direction {
            Direction::Forward => found.extend(rows),
            Direction::Backward => found = rows.chain(found).collect(),
        }
        match edge {
            // One row more than the page tells whether the list goes on.
            Some(edge) if found.len() <= window.limit => {
                rest.start = Some(edge);
                rest.limit = window.limit + CHUNK;
            }
            _ => break,
        }
    }
    let has_more = found.len() > window.limit;
    match window.direction {
        Direction::Forward => found.truncate(window.limit),
        Direction::Backward => drop(found.drain(..found.len().saturating_sub(window.limit))),
    }
    Ok(Slice {
        rows: found,
        has_more,
    })
}

/// Which titles may be seen. What has left the catalogue is nowhere but in somebody's own record: whoever sees
/// everything sees that too.
async fn visible(
    catalog: &CatalogService,
    visibility: &Visibility,
    titles: impl Iterator<Item = TitleId>,
) -> Result<HashSet<TitleId>, WatchError> {
    if visibility.is_everything() {
        return Ok(titles.collect());
    }
    Ok(catalog.visible_titles(visibility, titles).await?)
}
