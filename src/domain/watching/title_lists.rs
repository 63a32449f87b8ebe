//! The lists of titles that a profile keeps by hand: those that it hides from its suggestions, and its watchlist. Both
//! are written, read and bounded in the same way.

use std::sync::Arc;

use super::error::WatchError;
use super::listed::{ListedTitle, MAX_WATCHLIST, TitleList};
use super::service::{WatchService, check_may_watch};
use crate::domain::catalog::{Title, TitleFacts, TitleFilter, TitleOrder, Visibility};
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::page::{Keyset, Window};
use crate::domain::stamp::Stamp;
use crate::domain::viewer::KnownViewer;

/// Which titles of a watchlist are wanted, and in what order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WatchlistQuery {
    pub filter: TitleFilter,
    pub order: WatchlistOrder,
}

/// The orders that a watchlist can be in. Ties are broken by the title's id, ascending, in each of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WatchlistOrder {
    /// The last added first.
    #[default]
    AddedNewest,
    /// The first added first.
    AddedOldest,
    /// As lists of titles are.
    Titles(TitleOrder),
}

/// A row of a watchlist.
#[derive(Debug, Clone, PartialEq)]
pub struct OnWatchlist {
    pub title: Arc<Title>,
    /// As the list has it.
    pub listed: ListedTitle,
}

impl WatchlistOrder {
    /// Whether the greatest value comes first.
    pub fn is_descending(self) -> bool {
        match self {
            Self::AddedNewest => true,
            Self::AddedOldest => false,
            Self::Titles(order) => order.is_descending(),
        }
    }

    /// A row's place in this order.
    pub fn keyset(self, row: &OnWatchlist) -> Keyset {
        match self {
            Self::AddedNewest | Self::AddedOldest => row.listed.keyset(),
            Self::Titles(order) => order.keyset(&row.title),
        }
    }
}

impl ListedTitle {
    /// Its place among those of a list, by when they were put there.
    pub fn keyset(&self) -> Keyset {
        let at = self.stamp.created_at.timestamp_millis();
        Keyset::by_number(at, self.title.to_i64())
    }
}

impl WatchService {
    /// Puts a title on a list of the viewer's profile, or takes it off. Returns the title; `None` if it is no longer
    /// on the list and has left the catalogue. Idempotent: what is on the list already stays where it is. An API key
    /// must have the scope to watch.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn set_listed(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        list: TitleList,
        title: TitleId,
        listed: bool,
    ) -> Result<Option<Arc<Title>>, WatchError> {
        let feedback = &self.ports.feedback;
        let title = if listed {
            let title = self.changeable_title(visibility, viewer, title).await?;
            let record = ListedTitle {
                profile: viewer.profile,
                title: title.id,
                stamp: Stamp::first(self.now()),
            };
            feedback.list_title(list, &record, list.most()).await?;
            Some(title)
        } else {
            check_may_watch(viewer)?;
            feedback.unlist_title(list, viewer.profile, title).await?;
            self.catalog.titles(visibility, &[title]).await?.pop()
        };
        if list.shapes_suggestions() {
            self.tell(viewer.profile);
        }
        Ok(title)
    }

    /// Which of these titles a profile has on a list, each once, in no order.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn listed_among(
        &self,
        profile: ProfileId,
        list: TitleList,
        titles: &[TitleId],
    ) -> Result<Vec<TitleId>, WatchError> {
        let history = &self.ports.history;
        Ok(history.listed_among(profile, list, titles).await?)
    }

    /// A profile's watchlist, as far as it may be seen and passes the filter, in order.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn watchlist(
        &self,
        visibility: &Visibility,
        profile: ProfileId,
        query: &WatchlistQuery,
    ) -> Result<Vec<OnWatchlist>, WatchError> {
        let all = Window::first(usize::try_from(MAX_WATCHLIST).unwrap_or(usize::MAX));
        let history = &self.ports.history;
        let listed = history.listed_titles(profile, TitleList::Watchlist, &all);
        let mut listed = listed.await?.rows;
        listed.sort_unstable_by_key(|row| row.title);
        let ids: Vec<TitleId> = listed.iter().map(|row| row.title).collect();
        let mut titles = self.catalog.titles(visibility, &ids).await?;
        if query.filter != TitleFilter::default() {
            titles.retain(|title| query.filter.passes(&TitleFacts::from(&**title)));
        }
        let row = |title: Arc<Title>| {
            let place = listed.binary_search_by_key(&title.id, |row| row.title);
            let listed = listed.get(place.ok()?)?.clone();
            Some(OnWatchlist { title, listed })
        };
        let mut rows: Vec<OnWatchlist> = titles.into_iter().filter_map(row).collect();
        rows.sort_by_cached_key(|row| query.order.keyset(row));
        if query.order.is_descending() {
            // Ids run up among equal values whichever way the values run.
            rows.sort_by_cached_key(|row| std::cmp::Reverse(query.order.keyset(row).value));
        }
        Ok(rows)
    }
}
