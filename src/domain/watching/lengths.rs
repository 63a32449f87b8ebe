//! How long films and episodes are: what the catalogue says, what players measure, and what stands in for both.
//!
//! A play goes by the first of these that is known: what its own player measured, for it has the file before it, be it
//! another cut; the catalogue's length; what players of the item measured; the usual length of the series' episodes.

use serde::{Deserialize, Serialize};

use super::error::{LONGEST, WatchError};
use super::playback_event::PlaybackEvent;
use super::types::{Report, WatchedItem};
use crate::domain::stamp::Stamp;

/// A stop so many seconds past the end is at the end: lengths are rounded, and players stop late.
const PAST_THE_END: f64 = 120.0;
/// Lengths that differ by no more than this share are those of one cut.
const ONE_CUT: f64 = 0.01;
/// More votes than this are not counted, so that what has been measured for years can still be outvoted.
const MOST_VOTES: u32 = 10;

/// What is known of an item's length before anybody plays it, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Lengths {
    /// What the catalogue says of the item itself.
    pub catalogue: Option<f64>,
    /// How long the series' episodes usually are.
    pub usual: Option<f64>,
    /// What players had measured when this was asked, if it was.
    pub measured: Option<f64>,
}

/// A length, and who says so.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Length {
    /// How long, in seconds.
    pub seconds: f64,
    pub source: LengthSource,
}

/// Who says how long an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LengthSource {
    /// The catalogue, of the item itself.
    Catalogue,
    /// The players of those who watched it.
    Players,
    /// The catalogue, of the series' episodes in general.
    Usual,
}

/// What players measured of an item whose length the catalogue does not know.
///
/// Each profile has one vote: the first length that is measured in its first play of the item. The majority wins: a
/// vote for another cut takes one away from the one that is kept, and once that has none left the next vote takes its
/// place (Boyer and Moore's majority vote). Nobody's vote can be told from another's, so that whoever deletes all plays
/// of the item from the history may vote once more.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredLength {
    pub item: WatchedItem,
    /// How long it is, in seconds.
    pub seconds: f64,
    /// How many more profiles measured this than anything else, at most ten.
    pub votes: u32,
    /// When and how often it was written.
    pub stamp: Stamp,
}

impl Lengths {
    /// From what the catalogue says of an item and of its series, if it is an episode. A length of nothing is one that
    /// nobody knows.
    pub fn new(catalogue: Option<u32>, usual: Option<u32>) -> Self {
        let length = |seconds: Option<u32>| seconds.filter(|seconds| *seconds > 0).map(f64::from);
        Self {
            catalogue: length(catalogue),
            usual: length(usual),
            measured: None,
        }
    }

    /// What is known of an item of which this was measured.
    pub fn known(&self, measured: Option<&MeasuredLength>) -> Option<Length> {
        let length = |seconds, source| Length { seconds, source };
        let catalogue = self.catalogue.map(|it| length(it, LengthSource::Catalogue));
        let measured = self.measured.or(measured.map(|it| it.seconds));
        catalogue
            .or_else(|| measured.map(|it| length(it, LengthSource::Players)))
            .or_else(|| self.usual.map(|it| length(it, LengthSource::Usual)))
    }
}

impl MeasuredLength {
    /// The first vote for an item's length.
    pub(super) fn first(item: WatchedItem, seconds: f64, stamp: Stamp) -> Self {
        Self {
            item,
            seconds,
            votes: 1,
            stamp,
        }
    }

    /// What one more vote makes of it; the stamp is left to whoever writes it.
    #[must_use]
    pub(super) fn voted(&self, seconds: f64) -> Self {
        let agrees = (self.seconds - seconds).abs() <= self.seconds * ONE_CUT;
        let (seconds, votes) = match (agrees, self.votes) {
            (true, votes) => (self.seconds, (votes + 1).min(MOST_VOTES)),
            (false, 0) => (seconds, 1),
            (false, votes) => (self.seconds, votes - 1),
        };
        Self {
            seconds,
            votes,
            ..self.clone()
        }
    }
}

/// Refuses what cannot be the length of anything.
pub(super) fn check_duration(measured: Option<f64>) -> Result<(), WatchError> {
    match measured {
        Some(measured) if !(measured > 0.0 && measured <= LONGEST) => {
            Err(WatchError::DurationOutOfRange(measured))
        }
        _ => Ok(()),
    }
}

/// Where a report is, in an item that ends there, if that is known for certain: what only stands in for a length says
/// nothing of where the end is.
pub(super) fn check_position(report: &Report, end: Option<f64>) -> Result<f64, WatchError> {
    let end_or_longest = end.unwrap_or(LONGEST);
    let grace = match report.event {
        PlaybackEvent::Stop => PAST_THE_END,
        _ => 0.0,
    };
    if (0.0..=end_or_longest + grace).contains(&report.position) {
        Ok(report.position.min(end_or_longest))
    } else {
        Err(WatchError::PositionOutOfRange {
            position: report.position,
            length: end,
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::ids::TitleId;

    const FILM: WatchedItem = WatchedItem::Film(TitleId(1));

    fn at(event: PlaybackEvent, position: f64, end: Option<f64>) -> Option<f64> {
        let report = Report {
            event,
            position,
            at: DateTime::UNIX_EPOCH,
            duration: None,
        };
        check_position(&report, end).ok()
    }

    fn measured(seconds: &[f64]) -> (f64, u32) {
        let stamp = Stamp::first(DateTime::UNIX_EPOCH);
        let first = MeasuredLength::first(FILM, seconds[0], stamp);
        let rest = seconds[1..].iter();
        let kept = rest.fold(first, |kept, seconds| kept.voted(*seconds));
        (kept.seconds, kept.votes)
    }

    #[test]
    fn only_what_is_no_length_at_all_is_refused() {
        assert!(check_duration(None).is_ok());
        for possible in [0.1, 1200.0, 86_400.0] {
            assert!(check_duration(Some(possible)).is_ok());
        }
        for impossible in [0.0, -1.0, 86_401.0, f64::NAN, f64::INFINITY] {
            assert!(check_duration(Some(impossible)).is_err());
        }
    }

    #[test]
    fn a_position_is_between_the_start_and_the_end() {
        let progress = |position, end| at(PlaybackEvent::Progress, position, end);

        assert_eq!(progress(0.0, Some(5400.0)), Some(0.0));
        assert_eq!(progress(5400.0, Some(5400.0)), Some(5400.0));
        assert_eq!(progress(86_400.0, None), Some(86_400.0));
        for (position, end) in [
            (-0.1, None),
            (5400.1, Some(5400.0)),
            (86_400.1, None),
            (f64::NAN, Some(5400.0)),
            (f64::NAN, None),
        ] {
            assert_eq!(progress(position, end), None);
        }
    }

    #[test]
    fn a_stop_a_little_past_the_end_is_at_the_end() {
        let stop = |position, end| at(PlaybackEvent::Stop, position, end);

        assert_eq!(stop(10_240.0, Some(10_200.0)), Some(10_200.0));
        assert_eq!(stop(10_320.0, Some(10_200.0)), Some(10_200.0));
        assert_eq!(stop(10_320.1, Some(10_200.0)), None);
        assert_eq!(stop(86_500.0, None), Some(86_400.0));
        assert_eq!(stop(-0.1, Some(10_200.0)), None);
    }

    #[test]
    fn the_catalogue_goes_before_players_and_players_before_what_is_usual() {
        let stamp = Stamp::first(DateTime::UNIX_EPOCH);
        let measured = MeasuredLength::first(FILM, 2900.0, stamp);
        let known = |catalogue, usual, measured| {
            let lengths = Lengths {
                catalogue,
                usual,
                measured: None,
            };
            let known = lengths.known(measured);
            known.map(|length| (length.seconds, length.source))
        };

        assert_eq!(
            known(Some(3000.0), Some(2820.0), Some(&measured)),
            Some((3000.0, LengthSource::Catalogue))
        );
        assert_eq!(
            known(None, Some(2820.0), Some(&measured)),
            Some((2900.0, LengthSource::Players))
        );
        assert_eq!(
            known(None, Some(2820.0), None),
            Some((2820.0, LengthSource::Usual))
        );
        assert_eq!(known(None, None, None), None);
    }

    #[test]
    fn the_majority_says_how_long_something_is() {
        assert_eq!(measured(&[2820.0]), (2820.0, 1));
        assert_eq!(measured(&[2820.0, 2821.0, 2819.0]), (2820.0, 3));
        assert_eq!(measured(&[10.0, 2820.0]), (10.0, 0));
        assert_eq!(measured(&[10.0, 2820.0, 2820.0]), (2820.0, 1));
        assert_eq!(measured(&[2820.0, 2820.0, 10.0, 2820.0]), (2820.0, 2));
        assert_eq!(measured(&[2820.0; 50]), (2820.0, 10));
    }

    #[test]
    fn a_length_of_nothing_is_unknown() {
        let known = Lengths::new(Some(0), Some(90)).known(None);

        assert_eq!(known.map(|length| length.seconds), Some(90.0));
    }
}
