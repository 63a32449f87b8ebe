//! Which episode comes next (the rule of Jellyfin's `NextUpService`, see there for what it leaves out).

use chrono::{DateTime, NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

use crate::domain::catalog::Episode;

/// A day from which on there may be an episode to watch next, in days since 1970; what was shown before then was shown
/// for ever.
///
/// A profile's watched series carry one each, so that what comes next is looked for in those alone that have
/// something. It may be too early, which costs a look at the series, and then is put right; it is never too late:
/// watching only moves it on, past episodes that are no longer next, and whoever changes the episodes of a series sets
/// it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NextDay(pub u32);

impl NextDay {
    /// Perhaps now; it must be looked at.
    pub const EVER: Self = Self(0);
    /// The same, though whoever looked last has found nothing: what was found may be old by now. Only who finds this
    /// still there, and once more nothing, notes that there is nothing; whoever changes the episodes sets it back to
    /// [`Self::EVER`] in between.
    pub const UNSURE: Self = Self(1);

    /// The number of a day.
    pub fn of(day: NaiveDate) -> Self {
        let since = day - DateTime::UNIX_EPOCH.date_naive();
        Self(u32::try_from(since.num_days()).unwrap_or_default())
    }

    /// The first day on which an episode after one with this ordinal is shown; `None` if there is none.
    pub fn after(episodes: &[Episode], ordinal: Option<(u32, u32)>) -> Option<Self> {
        episodes
            .iter()
            .filter(|episode| episode.season > 0)
            .filter(|episode| ordinal.is_none_or(|ordinal| episode.ordinal() > ordinal))
            .map(|episode| episode.aired.map_or(Self::EVER, Self::of))
            .min()
    }

    /// The day with this number.
    pub fn day(self) -> NaiveDate {
        DateTime::UNIX_EPOCH.date_naive() + TimeDelta::days(self.0.into())
    }
}

/// The first episode after the highest one watched that is not watched itself; the first of all if none was.
///
/// Specials (season 0) take no part, nor do episodes that are still to be shown. `episodes` are those of one series,
/// in order.
pub fn next_episode(
    episodes: &[Episode],
    is_watched: impl Fn(&Episode) -> bool,
    today: NaiveDate,
) -> Option<&Episode> {
    let regular = || episodes.iter().filter(|episode| episode.season > 0);
    let highest = regular()
        .filter(|episode| is_watched(episode))
        .map(Episode::ordinal)
        .max();
    regular()
        .filter(|episode| episode.aired.is_none_or(|day| day <= today))
        .filter(|episode| highest.is_none_or(|highest| episode.ordinal() > highest))
        .find(|episode| !is_watched(episode))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::catalog::Texts;
    use crate::domain::ids::{EpisodeId, TitleId};
    use crate::domain::stamp::Stamp;

    /// The episodes of a series with two specials and two seasons of three; the last is shown tomorrow.
    fn series() -> Vec<Episode> {
        let ordinals = [
            (0, 1),
            (0, 2),
            (1, 1),
            (1, 2),
            (1, 3),
            (2, 1),
            (2, 2),
            (2, 3),
        ];
        ordinals
            .map(|(season, number)| Episode {
                id: EpisodeId::of_ordinal(TitleId(1), season, number),
                series: TitleId(1),
                season,
                number,
                number_end: None,
                absolute_number: None,
                pictures: Vec::new(),
                airs: None,
                name: None,
                original_name: None,
                names: Texts::default(),
                aired: ((season, number) == (2, 3)).then(|| today().succ_opt().unwrap_or_default()),
                duration: None,
                directors: Vec::new(),
                crew: Vec::new(),
                stamp: Stamp::first(DateTime::UNIX_EPOCH),
            })
            .to_vec()
    }

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 1).unwrap_or_default()
    }

    fn next_after(watched: &[(u32, u32)]) -> Option<(u32, u32)> {
        let is_watched = |episode: &Episode| watched.contains(&episode.ordinal());
        next_episode(&series(), is_watched, today()).map(Episode::ordinal)
    }

    #[test]
    fn who_has_watched_nothing_begins_at_the_beginning() {
        assert_eq!(next_after(&[]), Some((1, 1)));
    }

    #[test]
    fn the_next_one_follows_the_highest_watched() {
        assert_eq!(next_after(&[(1, 1)]), Some((1, 2)));
        assert_eq!(next_after(&[(1, 3)]), Some((2, 1)));
        assert_eq!(next_after(&[(2, 1), (1, 1)]), Some((2, 2)));
    }

    #[test]
    fn specials_take_no_part() {
        assert_eq!(next_after(&[(0, 1)]), Some((1, 1)));
    }

    #[test]
    fn what_is_still_to_be_shown_is_not_next() {
        assert_eq!(next_after(&[(2, 2)]), None);
    }

    #[test]
    fn the_day_is_that_of_the_first_later_episode() {
        let after = |ordinal| NextDay::after(&series(), ordinal);
        let tomorrow = NextDay::of(today().succ_opt().unwrap_or_default());

        assert_eq!(after(None), Some(NextDay::EVER));
        assert_eq!(after(Some((2, 1))), Some(NextDay::EVER));
        assert_eq!(after(Some((2, 2))), Some(tomorrow));
        assert_eq!(after(Some((2, 3))), None);
        assert_eq!(tomorrow.day(), today().succ_opt().unwrap_or_default());
        assert_eq!(NextDay::of(NaiveDate::MIN), NextDay::EVER);
    }
}
