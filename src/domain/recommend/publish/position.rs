//! How far messages were sent.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::sources::WatchSource;
use crate::domain::watching::WatchedTitle;

/// How many watched titles are read at once.
pub(super) const WATCHED_TITLES: usize = 2000;
/// How far back is read again: the clocks of servers differ, and writes are committed later than they are dated.
pub(super) const OVERLAP: TimeDelta = TimeDelta::seconds(30);

/// How far messages were sent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// The last change of the catalogue.
    pub titles: u64,
    pub watches: WatchPosition,
}

/// How far watches were read. They are read in passes, each through what was written since a moment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WatchPosition {
    /// From when on this pass reads.
    since: DateTime<Utc>,
    /// When it was begun: the next one reads from a little earlier on.
    begun_at: DateTime<Utc>,
    /// What it has read last.
    after: Option<(DateTime<Utc>, ProfileId, TitleId)>,
}

impl WatchPosition {
    /// Whether a pass is over, and the next has not begun to read.
    pub(super) fn is_at_the_start(&self) -> bool {
        self.after.is_none()
    }
}

impl Published {
    /// Where nothing was sent yet.
    pub(super) fn beginning(now: DateTime<Utc>) -> Self {
        Self {
            titles: 0,
            watches: WatchPosition {
                since: DateTime::UNIX_EPOCH,
                begun_at: now,
                after: None,
            },
        }
    }
}

/// What was written after a position, the oldest first, and the position after that. The one place that knows in which
/// order the record can be followed.
pub(super) async fn next_watches(
    watches: &dyn WatchSource,
    position: &WatchPosition,
    now: DateTime<Utc>,
) -> Result<(Vec<WatchedTitle>, WatchPosition), StoreError> {
    let found = watches
        .watched_titles_since(position.since, position.after, WATCHED_TITLES)
        .await?;
    let next = match found.last() {
        Some(last) if found.len() == WATCHED_TITLES => WatchPosition {
            after: Some((last.stamp.updated_at, last.profile, last.title)),
            ..*position
        },
        _ => WatchPosition {
            since: position.begun_at - OVERLAP,
            begun_at: now,
            after: None,
        },
    };
    Ok((found, next))
}
