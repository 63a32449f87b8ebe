//! The order in which the episodes of a series are watched, specials where they belong.

use std::sync::Arc;

use super::airs::Airs;
use super::types::Episode;

/// Where in the run of its series an episode is watched: regular episodes, with the specials that belong somewhere among
/// them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunPlace(Place);

impl Episode {
    /// Its place in the run of its series; `None`: it is a special of which nobody says where it belongs.
    pub fn run_place(&self) -> Option<RunPlace> {
        let place = place(self);
        (!place.0).then_some(RunPlace(place))
    }
}

/// The episodes of one series, in order: regular seasons with the specials that belong somewhere in them; those that
/// belong nowhere stand apart, behind all others and in an order of their own.
#[derive(Debug)]
pub struct EpisodeRun(Vec<Arc<Episode>>);

impl EpisodeRun {
    /// The order of these episodes, all of one series.
    pub fn new(episodes: Vec<Episode>) -> Self {
        let mut run: Vec<Arc<Episode>> = episodes.into_iter().map(Arc::new).collect();
        run.sort_by_key(|episode| place(episode));
        Self(run)
    }

    /// The episode that is watched after this one; `None` after the last, and after the last of those that stand apart.
    pub fn after(&self, episode: &Episode) -> Option<&Arc<Episode>> {
        let from = place(episode);
        let next = self.0.partition_point(|other| place(other) <= from);
        self.0.get(next).filter(|next| is_beside(episode, next))
    }

    /// The episode that is watched before this one; `None` before the first, and before the first of those that stand
    /// apart.
    pub fn before(&self, episode: &Episode) -> Option<&Arc<Episode>> {
        let from = place(episode);
        let here = self.0.partition_point(|other| place(other) < from);
        let previous = self.0.get(here.checked_sub(1)?);
        previous.filter(|previous| is_beside(episode, previous))
    }
}

/// Whether both are of the same order: among those that stand apart, or among the others.
fn is_beside(one: &Episode, other: &Episode) -> bool {
    place(one).0 == place(other).0
}

/// Whether it stands apart, the season, the place in it (before all, at an episode, after all), and what is before and
/// at that episode.
type Place = (bool, u32, (u8, u32), (bool, u32));

fn place(episode: &Episode) -> Place {
    let special = (false, episode.number);
    match (episode.season, episode.airs) {
        (0, Some(Airs::BeforeSeason(season))) => (false, season, (0, 0), special),
        (0, Some(Airs::BeforeEpisode { season, episode })) => {
            (false, season, (1, episode), special)
        }
        (0, Some(Airs::AfterSeason(season))) => (false, season, (2, 0), special),
        (0, None) => (true, 0, (0, 0), special),
        (season, _) => (false, season, (1, episode.number), (true, 0)),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::catalog::{Locks, Texts};
    use crate::domain::ids::{EpisodeId, TitleId};
    use crate::domain::stamp::Stamp;

    fn episode(season: u32, number: u32, airs: Option<Airs>) -> Episode {
        Episode {
            id: EpisodeId::of_ordinal(TitleId(1), season, number),
            series: TitleId(1),
            season,
            number,
            number_end: None,
            absolute_number: None,
            pictures: Vec::new(),
            airs,
            name: None,
            original_name: None,
            names: Texts::default(),
            aired: None,
            duration: None,
            directors: Vec::new(),
            crew: Vec::new(),
            merging: None,
            deleted_from: None,
            locks: Locks::default(),
            stamp: Stamp::first(DateTime::UNIX_EPOCH),
        }
    }

    /// Two seasons of two and specials of every sort, in no order.
    fn series() -> Vec<Episode> {
        let before = |season, episode| Some(Airs::BeforeEpisode { season, episode });
        vec![
            episode(2, 2, None),
            episode(0, 1, None),
            episode(0, 2, before(2, 2)),
            episode(0, 3, Some(Airs::BeforeSeason(1))),
            episode(0, 4, Some(Airs::AfterSeason(1))),
            episode(0, 5, None),
            episode(0, 6, Some(Airs::AfterSeason(2))),
            episode(0, 7, before(2, 2)),
            episode(1, 1, None),
            episode(1, 2, None),
            episode(2, 1, None),
        ]
    }

    #[test]
    fn specials_stand_where_they_belong_and_apart_if_nobody_says() {
        let episodes = series();
        let run = EpisodeRun::new(episodes.clone());
        let find = |ordinal| episodes.iter().find(|it| it.ordinal() == ordinal);
        let walk = |from: (u32, u32)| {
            let mut at = find(from);
            let mut walked = Vec::new();
            while let Some(episode) = at {
                walked.push(episode.ordinal());
                at = run.after(episode).map(|next| &**next);
            }
            walked
        };

        let whole = walk((0, 3));
        let apart = walk((0, 1));

        assert_eq!(
            whole,
            [
                (0, 3),
                (1, 1),
                (1, 2),
                (0, 4),
                (2, 1),
                (0, 2),
                (0, 7),
                (2, 2),
                (0, 6)
            ]
        );
        assert_eq!(apart, [(0, 1), (0, 5)]);
        for order in [whole, apart] {
            let before = |at: &(u32, u32)| run.before(find(*at)?).map(|it| it.ordinal());
            let before: Vec<_> = order.iter().map(before).collect();
            let mut expected = vec![None];
            expected.extend(order[..order.len() - 1].iter().copied().map(Some));
            assert_eq!(before, expected);
        }
    }

    #[test]
    fn an_episode_that_is_gone_by_now_still_has_neighbours() {
        let mut episodes = series();
        let gone = episodes.remove(8);
        assert_eq!(gone.ordinal(), (1, 1));
        let run = EpisodeRun::new(episodes);

        assert_eq!(run.before(&gone).map(|it| it.ordinal()), Some((0, 3)));
        assert_eq!(run.after(&gone).map(|it| it.ordinal()), Some((1, 2)));
    }
}
