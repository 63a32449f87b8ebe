//! Which episode comes next (the rule of Jellyfin's `NextUpService`, see there for what it leaves out).

use chrono::{DateTime, NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

use crate::domain::catalog::{Episode, RunPlace};

/// Whether specials (season 0) may be next, where they belong between regular episodes. Those that belong nowhere never
/// are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Specials {
    /// For whoever has watched one of the series.
    Watched,
    /// For everybody else: they are passed over.
    PassedOver,
}

/// A day from which on there may be an episode to watch next, in days since 1970; what was shown before then was shown
/// for ever.
///
/// A profile's watched series carry one each, so that what comes next is looked for in those alone that have
/// something. It may be too early, which costs a look at the series, and then is put right; it is never too late:
/// watching in order only moves it on, past episodes that are no longer next, and what is watched out of order, or
/// again, sets it back, as does whoever changes the episodes of a series.
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

    /// The first day on which something behind a place of the run is shown, or anything of it; `None` if there is
    /// nothing.
    pub fn after(
        episodes: &[Episode],
        place: Option<RunPlace>,
        specials: Specials,
    ) -> Option<Self> {
        behind(episodes, place, specials)
            .map(|(_, episode)| episode.aired.map_or(Self::EVER, Self::of))
            .min()
    }

    /// The day with this number.
    pub fn day(self) -> NaiveDate {
        DateTime::UNIX_EPOCH.date_naive() + TimeDelta::days(self.0.into())
    }
}

/// The first episode behind the highest regular one watched that is not watched itself; the first of all if none was.
///
/// What is still to be shown takes no part. `episodes` are those of one series.
pub fn next_episode(
    episodes: &[Episode],
    is_watched: impl Fn(&Episode) -> bool,
    specials: Specials,
    today: NaiveDate,
) -> Option<&Episode> {
    first_behind(
        episodes,
        highest(episodes, &is_watched),
        specials,
        today,
        is_watched,
    )
}

/// The place of the highest regular episode that was watched; `None` if none was.
pub(super) fn highest(
    episodes: &[Episode],
    is_watched: impl Fn(&Episode) -> bool,
) -> Option<RunPlace> {
    let regular = episodes.iter().filter(|episode| episode.season > 0);
    let watched = regular.filter(|episode| is_watched(episode));
    watched.filter_map(Episode::run_place).max()
}

/// The first episode behind a place of the run, or of all of it, that was shown by a day and is not done with.
pub(super) fn first_behind(
    episodes: &[Episode],
    place: Option<RunPlace>,
    specials: Specials,
    day: NaiveDate,
    is_done: impl Fn(&Episode) -> bool,
) -> Option<&Episode> {
    behind(episodes, place, specials)
        .filter(|(_, episode)| was_shown(episode, day) && !is_done(episode))
        .min_by_key(|(place, _)| *place)
        .map(|(_, episode)| episode)
}

/// Whether an episode was shown by a day; those of unknown date were.
pub(super) fn was_shown(episode: &Episode, day: NaiveDate) -> bool {
    episode.aired.is_none_or(|aired| aired <= day)
}

/// What is behind a place of the run, or all of it, in no order.
pub(super) fn behind(
    episodes: &[Episode],
    place: Option<RunPlace>,
    specials: Specials,
) -> impl Iterator<Item = (RunPlace, &Episode)> {
    episodes
        .iter()
        .filter(move |episode| episode.season > 0 || specials == Specials::Watched)
        .filter_map(|episode| Some((episode.run_place()?, episode)))
        .filter(move |(other, _)| place.is_none_or(|place| *other > place))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::catalog::{Airs, Locks, Texts};
    use crate::domain::ids::{EpisodeId, TitleId};
    use crate::domain::stamp::Stamp;

    /// The episodes of a series with four specials and two seasons of three; the last is shown tomorrow. Of the specials
    /// the third belongs between the seasons, and the fourth behind both.
    fn series() -> Vec<Episode> {
        let ordinals = [
            (0, 1),
            (0, 2),
            (0, 3),
            (0, 4),
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
                airs: match (season, number) {
                    (0, 3) => Some(Airs::AfterSeason(1)),
                    (0, 4) => Some(Airs::AfterSeason(2)),
                    _ => None,
                },
                pictures: Vec::new(),
                name: None,
                original_name: None,
                names: Texts::default(),
                aired: ((season, number) == (2, 3)).then(|| today().succ_opt().unwrap_or_default()),
                duration: None,
                directors: Vec::new(),
                crew: Vec::new(),
                merging: None,
                deleted_from: None,
                locks: Locks::default(),
                stamp: Stamp::first(DateTime::UNIX_EPOCH),
            })
            .to_vec()
    }

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 1).unwrap_or_default()
    }

    fn next_after(watched: &[(u32, u32)]) -> Option<(u32, u32)> {
        next_of(watched, Specials::PassedOver)
    }

    fn next_of(watched: &[(u32, u32)], specials: Specials) -> Option<(u32, u32)> {
        let is_watched = |episode: &Episode| watched.contains(&episode.ordinal());
        next_episode(&series(), is_watched, specials, today()).map(Episode::ordinal)
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
    fn specials_are_next_where_they_belong_for_whoever_watches_them() {
        let next = |watched: &[(u32, u32)]| next_of(watched, Specials::Watched);

        assert_eq!(next_after(&[(0, 1)]), Some((1, 1)));
        assert_eq!(next_after(&[(1, 3)]), Some((2, 1)));
        assert_eq!(next(&[(0, 1)]), Some((1, 1)));
        assert_eq!(next(&[(1, 3)]), Some((0, 3)));
        assert_eq!(next(&[(1, 3), (0, 3)]), Some((2, 1)));
        assert_eq!(next(&[(2, 1)]), Some((2, 2)), "what lies before is over");
        assert_eq!(next(&[(2, 2)]), Some((0, 4)));
        assert_eq!(next(&[(2, 2), (0, 4)]), None, "the others belong nowhere");
    }

    #[test]
    fn what_is_still_to_be_shown_is_not_next() {
        assert_eq!(next_after(&[(2, 2)]), None);
    }

    #[test]
    fn the_day_is_that_of_the_first_later_episode() {
        let episodes = series();
        let after = |ordinal: Option<(u32, u32)>| {
            let found = episodes.iter().find(|it| Some(it.ordinal()) == ordinal);
            let place = found.and_then(Episode::run_place);
            NextDay::after(&episodes, place, Specials::PassedOver)
        };
        let tomorrow = NextDay::of(today().succ_opt().unwrap_or_default());

        assert_eq!(after(None), Some(NextDay::EVER));
        assert_eq!(after(Some((2, 1))), Some(NextDay::EVER));
        assert_eq!(after(Some((2, 2))), Some(tomorrow));
        assert_eq!(after(Some((2, 3))), None);
        let last = episodes.last().and_then(Episode::run_place);
        let special = NextDay::after(&episodes, last, Specials::Watched);
        assert_eq!(special, Some(NextDay::EVER));
        assert_eq!(tomorrow.day(), today().succ_opt().unwrap_or_default());
        assert_eq!(NextDay::of(NaiveDate::MIN), NextDay::EVER);
    }
}
