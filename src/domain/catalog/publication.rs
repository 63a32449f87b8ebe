//! Whether and when a title is to be seen by viewers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How far a title is on its way to viewers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TitleState {
    /// Not ready yet: curators work on it.
    Draft,
    /// For viewers, within its window.
    #[default]
    Published,
    /// Taken away from viewers by a curator.
    Hidden,
}

impl TitleState {
    /// All that there are.
    pub const ALL: [Self; 3] = [Self::Draft, Self::Published, Self::Hidden];
}

/// A title's state, and the window in which it is to be seen once published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// Draft, published or hidden.
    #[serde(default)]
    pub state: TitleState,
    /// The first moment of the window, UTC, in whole milliseconds; `None`: it was always open.
    #[serde(default)]
    pub from: Option<DateTime<Utc>>,
    /// The first moment after the window, UTC, in whole milliseconds; `None`: it stays open.
    #[serde(default)]
    pub until: Option<DateTime<Utc>>,
}

impl Publication {
    /// Whether viewers may see the title at a moment.
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.state == TitleState::Published
            && self.from.is_none_or(|from| from <= at)
            && self.until.is_none_or(|until| at < until)
    }

    /// From which millisecond since 1970 on, and before which, viewers may see the title: what stores filter by. Both
    /// ends are shut for a title that is not published.
    pub fn open_millis(&self) -> (i64, i64) {
        if self.state != TitleState::Published {
            return (i64::MAX, i64::MIN);
        }
        let millis = |time: DateTime<Utc>| time.timestamp_millis();
        (
            self.from.map_or(i64::MIN, millis),
            self.until.map_or(i64::MAX, millis),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(millis).unwrap()
    }

    fn published(from: Option<i64>, until: Option<i64>) -> Publication {
        Publication {
            state: TitleState::Published,
            from: from.map(at),
            until: until.map(at),
        }
    }

    #[test]
    fn a_window_has_its_first_moment_and_not_its_last() {
        let window = published(Some(10), Some(20));

        let open: Vec<i64> = [9, 10, 19, 20]
            .into_iter()
            .filter(|millis| window.is_open(at(*millis)))
            .collect();

        assert_eq!(open, [10, 19]);
    }

    #[test]
    fn only_what_is_published_is_ever_open() {
        for state in [TitleState::Draft, TitleState::Hidden] {
            let publication = Publication {
                state,
                ..Publication::default()
            };
            assert!(!publication.is_open(at(0)), "{state:?}");
        }
        assert!(Publication::default().is_open(at(0)));
    }

    #[test]
    fn stores_filter_by_the_same_rule() {
        let all = [
            published(None, None),
            published(Some(10), None),
            published(None, Some(20)),
            published(Some(10), Some(20)),
            Publication {
                state: TitleState::Draft,
                ..published(Some(10), Some(20))
            },
            Publication {
                state: TitleState::Hidden,
                ..published(None, None)
            },
        ];
        for publication in all {
            let (from, until) = publication.open_millis();
            for now in [0, 9, 10, 11, 19, 20, 21] {
                let by_millis = from <= now && until > now;
                assert_eq!(
                    by_millis,
                    publication.is_open(at(now)),
                    "{publication:?} {now}"
                );
            }
        }
    }

    #[test]
    fn what_was_stored_before_there_were_states_is_published() {
        let read: Publication = serde_json::from_str("{}").unwrap();

        assert_eq!(read, Publication::default());
        assert_eq!(read.state, TitleState::Published);
    }
}
