//! What viewers do not want to go on with: items off what can be resumed, series off what comes next. Both end when
//! something of it is watched.

use chrono::{DateTime, SubsecRound, Utc};
use uuid::Uuid;

use super::error::WatchError;
use super::ledger::Ledger;
use super::log::Cause;
use super::service::{WatchService, check_may_watch};
use super::touched::PlayRef;
use super::types::{WatchState, WatchedItem, WatchedTitle};
use crate::domain::catalog::{TitleKind, Visibility};
use crate::domain::ids::{PlayId, ProfileId, TitleId};
use crate::domain::viewer::KnownViewer;

impl Ledger {
    /// Takes an item off what can be resumed, or puts it back where it was. The position stays.
    pub fn set_aside(
        &mut self,
        profile: ProfileId,
        (item, title): (WatchedItem, TitleId),
        is_aside: bool,
        now: DateTime<Utc>,
    ) {
        let now = now.trunc_subsecs(3);
        let state = self.states.get((profile, item));
        let state = state.filter(|state| state.is_aside != is_aside && state.position > 0.0);
        // A state without a watched title belongs to a profile that is being erased.
        let (Some(state), Some(watched_title)) = (state, self.watched_titles.get((profile, title)))
        else {
            return;
        };
        let state = WatchState {
            is_aside,
            stamp: state.stamp.next(now),
            ..state.clone()
        };
        // Every change writes a watched title: there it meets an erasure.
        let watched_title = WatchedTitle {
            stamp: watched_title.stamp.next(now),
            ..watched_title.clone()
        };
        self.states.put((profile, item), state);
        self.watched_titles.put((profile, title), watched_title);
    }

    /// Takes a series off what comes next, or puts it back.
    pub fn set_series_aside(
        &mut self,
        key: (ProfileId, TitleId),
        is_aside: bool,
        now: DateTime<Utc>,
    ) {
        let now = now.trunc_subsecs(3);
        if let Some(watched_title) = self.watched_titles.get(key)
            && watched_title.is_aside != is_aside
        {
            let watched_title = WatchedTitle {
                is_aside,
                stamp: watched_title.stamp.next(now),
                ..watched_title.clone()
            };
            self.watched_titles.put(key, watched_title);
        }
    }
}

impl WatchService {
    /// Takes something off what the viewer's profile can resume, or puts it back. Playing it on puts it back, too. What
    /// cannot be resumed stays as it is. Idempotent. An API key must have the scope to watch.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn set_item_aside(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        item: WatchedItem,
        is_aside: bool,
    ) -> Result<(), WatchError> {
        check_may_watch(viewer)?;
        let (item, title, _) = self.item_and_lengths(visibility, item).await?;
        let cause = Cause::SetAside {
            item,
            title,
            is_aside,
        };
        self.record(viewer, cause).await.map(drop)
    }

    /// Takes a series off what comes next for the viewer's profile, or puts it back. Watching something of it puts it
    /// back, too. Idempotent. An API key must have the scope to watch.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn set_series_aside(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        series: TitleId,
        is_aside: bool,
    ) -> Result<(), WatchError> {
        let title = self.changeable_title(visibility, viewer, series).await;
        let title = match title {
            Err(WatchError::TitleNotFound) => Err(WatchError::SeriesNotFound),
            title => title,
        }?;
        if title.kind != TitleKind::Series {
            return Err(WatchError::SeriesNotFound);
        }
        let cause = Cause::SetSeriesAside {
            title: title.id,
            is_aside,
        };
        self.record(viewer, cause).await.map(drop)
    }
}

/// An item in the place of a play of it, for its state and its watched title.
pub(super) fn without_play(profile: ProfileId, item: WatchedItem, title: TitleId) -> PlayRef {
    PlayRef {
        profile,
        play: PlayId(Uuid::nil()),
        item,
        title,
    }
}
