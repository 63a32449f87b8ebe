//! The episodes of the snapshot, by series and in order.

use hashbrown::HashMap;

use super::titles::shrink_pictures;
use crate::domain::catalog::{Episode, Season, SeasonId};
use crate::domain::ids::{EpisodeId, PersonId, TitleId};

/// The episodes of all series.
#[derive(Default)]
pub(super) struct Episodes {
    /// Those of each are sorted by [`Episode::ordinal`].
    of_series: HashMap<TitleId, Vec<Episode>>,
    /// The series and the ordinal.
    by_id: HashMap<EpisodeId, (TitleId, (u32, u32))>,
    /// The series in whose episodes somebody is credited, and how often. Most people are in one or two.
    of_people: HashMap<PersonId, Box<[(TitleId, u32)]>>,
}

impl Episodes {
    pub(super) fn with_id(&self, id: EpisodeId) -> Option<&Episode> {
        let (series, ordinal) = self.by_id.get(&id)?;
        let episodes = self.of_series.get(series)?;
        let place = episodes.binary_search_by_key(ordinal, Episode::ordinal);
        let found = &episodes[place.ok()?];
        (found.id == id).then_some(found)
    }

    /// All of a series, in order.
    pub(super) fn of_series(&self, series: TitleId) -> &[Episode] {
        self.of_series.get(&series).map_or(&[], Vec::as_slice)
    }

    /// All of a season, in order.
    pub(super) fn of_season(&self, season: SeasonId) -> &[Episode] {
        let episodes = self.of_series(season.series);
        let from = episodes.partition_point(|episode| episode.season < season.number);
        let to = episodes.partition_point(|episode| episode.season <= season.number);
        &episodes[from..to]
    }

    /// The seasons of a series, by number.
    pub(super) fn seasons(&self, series: TitleId) -> impl Iterator<Item = Season> {
        let seasons = self
            .of_series(series)
            .chunk_by(|one, other| one.season == other.season);
        seasons.map(|episodes| Season {
            id: episodes[0].season_id(),
            episodes: episodes.len() as u64,
        })
    }

    /// The series in an episode of which somebody is credited.
    pub(super) fn series_with(&self, person: PersonId) -> impl Iterator<Item = TitleId> {
        let series = self.of_people.get(&person).into_iter().flatten();
        series.map(|(series, _)| *series)
    }

    pub(super) fn forget(&mut self, id: EpisodeId) {
        if let Some((series, _)) = self.by_id.remove(&id) {
            self.take_out(series, id);
        }
    }

    /// Takes an episode out of those of a series.
    fn take_out(&mut self, series: TitleId, id: EpisodeId) {
        let Some(episodes) = self.of_series.get_mut(&series) else {
            return;
        };
        if let Some(place) = episodes.iter().position(|episode| episode.id == id) {
            let gone = episodes.remove(place);
            self.uncredit(&gone);
        }
    }

    /// Counts the credits of an episode that comes.
    fn credit(&mut self, episode: &Episode) {
        for person in credited(episode) {
            let known = self.of_people.entry(person).or_default();
            if let Some(place) = known.iter().position(|(it, _)| *it == episode.series) {
                known[place].1 += 1;
            } else {
                let more = known.iter().copied().chain([(episode.series, 1)]);
                *known = more.collect();
            }
        }
    }

    /// Counts those of one that is gone no more.
    fn uncredit(&mut self, episode: &Episode) {
        for person in credited(episode) {
            let Some(known) = self.of_people.get_mut(&person) else {
                continue;
            };
            let Some(place) = known.iter().position(|(it, _)| *it == episode.series) else {
                continue;
            };
            known[place].1 -= 1;
            if known[place].1 > 0 {
                continue;
            }
            if known.len() == 1 {
                self.of_people.remove(&person);
            } else {
                let others = known.iter().filter(|(it, _)| *it != episode.series);
                *known = others.copied().collect();
            }
        }
    }

    /// Keeps an episode, unless this or a later revision is known. Says whether it did.
    pub(super) fn put(&mut self, mut episode: Episode) -> bool {
        if let Some(known) = self.with_id(episode.id) {
            if known.stamp.revision >= episode.stamp.revision {
                return false;
            }
            let (series, ordinal) = (known.series, known.ordinal());
            if (series, ordinal) != (episode.series, episode.ordinal()) {
                self.take_out(series, episode.id);
            }
        }
        episode.directors.shrink_to_fit();
        episode.crew.shrink_to_fit();
        shrink_pictures(&mut episode.pictures);
        self.credit(&episode);
        self.by_id
            .insert(episode.id, (episode.series, episode.ordinal()));
        let episodes = self.of_series.entry(episode.series).or_default();
        match episodes.binary_search_by_key(&episode.ordinal(), Episode::ordinal) {
            Ok(place) => {
                let former = std::mem::replace(&mut episodes[place], episode);
                if former.id != episodes[place].id {
                    self.by_id.remove(&former.id);
                }
                self.uncredit(&former);
            }
            Err(place) => episodes.insert(place, episode),
        }
        true
    }
}

/// Everybody who is credited in an episode, some of them several times.
fn credited(episode: &Episode) -> impl Iterator<Item = PersonId> {
    let crew = episode.crew.iter().map(|credit| credit.person);
    episode.directors.iter().copied().chain(crew)
}
