//! How far messages were sent.
//!
//! Watches are followed by when they were written. The clocks of servers differ, and writes are committed later than they
//! are dated. So what is new is sent as it is found, and what was written is gone through once more when it has settled,
//! for what came late: how far that was done is the position.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::watching::WatchedTitle;

/// How many watched titles are read at once.
pub(super) const WATCHED_TITLES: usize = 2000;
/// After how long nothing comes any more between what was written.
pub(super) const SETTLED: TimeDelta = TimeDelta::seconds(30);

/// When a watched title was written, and which.
pub(super) type Place = (DateTime<Utc>, ProfileId, TitleId);

/// How far messages were sent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// The last change of the catalogue.
    pub titles: u64,
    pub watches: WatchPosition,
}

/// Up to where all watches were sent. Servers of former versions read on to the end from here, and then from a little
/// before `begun_at`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WatchPosition {
    /// From when on is read.
    since: DateTime<Utc>,
    /// When that has settled: [`SETTLED`] after `since`.
    begun_at: DateTime<Utc>,
    /// What was read last of what was written since.
    after: Option<Place>,
}

impl Published {
    /// Where nothing was sent yet.
    pub(super) fn beginning() -> Self {
        Self {
            titles: 0,
            watches: WatchPosition::at(DateTime::UNIX_EPOCH, None),
        }
    }

    /// The same of a position that was noted, maybe by a server of a former version, which went further than what had
    /// settled.
    pub(super) fn noted(self) -> Self {
        let WatchPosition {
            begun_at, after, ..
        } = self.watches;
        let settled = begun_at - SETTLED;
        let watches = match after {
            Some((at, ..)) if at > settled => WatchPosition::at(settled, None),
            _ => self.watches,
        };
        Self { watches, ..self }
    }
}

impl WatchPosition {
    fn at(since: DateTime<Utc>, after: Option<Place>) -> Self {
        Self {
            since,
            begun_at: since + SETTLED,
            after,
        }
    }

    pub(super) fn since(&self) -> DateTime<Utc> {
        self.since
    }

    pub(super) fn after(&self) -> Option<Place> {
        self.after
    }

    /// Behind those of the rows that follow here, the oldest first, which were written up to a moment.
    pub(super) fn behind(self, rows: &[WatchedTitle], until: DateTime<Utc>) -> Self {
        match settled(rows, until).last().map(place) {
            Some(place) => Self::at(place.0, Some(place)),
            None => self,
        }
    }
}

/// Those of rows, the oldest first, that were written up to a moment.
pub(super) fn settled(rows: &[WatchedTitle], until: DateTime<Utc>) -> &[WatchedTitle] {
    let count = rows.partition_point(|row| row.stamp.updated_at <= until);
    &rows[..count]
}

pub(super) fn place(row: &WatchedTitle) -> Place {
    (row.stamp.updated_at, row.profile, row.title)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::stamp::Stamp;

    fn second(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
    }

    fn written(at: DateTime<Utc>) -> WatchedTitle {
        WatchedTitle {
            profile: ProfileId(1),
            title: TitleId(2),
            is_series: false,
            weight: 0.0,
            plays: 1,
            completions: 0,
            seconds: 0.0,
            told: 0,
            first_at: at,
            last_at: at,
            liked: None,
            liked_at: None,
            next_day: None,
            is_aside: false,
            moved: None,
            stamp: Stamp::first(at),
        }
    }

    #[test]
    fn a_position_goes_no_further_than_what_has_settled() {
        let rows = [10, 20, 30].map(|at| written(second(at)));
        let beginning = Published::beginning().watches;

        let behind = beginning.behind(&rows, second(29));

        assert_eq!(behind.after(), Some(place(&rows[1])));
        assert_eq!(behind.since(), second(20));
        assert_eq!(beginning.behind(&rows, second(9)), beginning);
        assert_eq!(settled(&rows, second(29)), &rows[..2]);
    }

    #[test]
    fn what_was_noted_is_gone_on_with_and_a_former_version_may_have_gone_too_far() {
        let rows = [written(second(100))];
        let own = Published {
            titles: 7,
            watches: Published::beginning().watches.behind(&rows, second(100)),
        };
        let former = |at| {
            let watches = WatchPosition {
                since: second(0),
                begun_at: second(200),
                after: Some((second(at), ProfileId(1), TitleId(2))),
            };
            Published { titles: 7, watches }
        };

        assert_eq!(own.noted(), own);
        assert_eq!(former(170).noted(), former(170));
        let again = WatchPosition::at(second(170), None);
        assert_eq!(former(171).noted().watches, again);
    }
}
