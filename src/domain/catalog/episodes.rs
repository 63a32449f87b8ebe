//! Episodes of series that were merged: whoever asks for one gets what it is now, and one that came from another series is
//! found at its place.

use std::collections::{HashMap, HashSet};

use super::error::CatalogError;
use super::merge::{EpisodeMove, MOST_FOLLOWED};
use super::service::CatalogService;
use super::types::{Episode, SeasonId, TitleKind};
use super::visibility::Visibility;
use crate::domain::ids::{EpisodeId, TitleId};

/// Where an episode is: the series, the season and the number in it.
pub type EpisodePlace = (TitleId, u32, u32);

/// The episodes at some places.
#[derive(Debug, Default)]
pub struct EpisodesAt {
    there: HashMap<EpisodePlace, EpisodeId>,
    /// The places whose own episode is in another series, or was deleted.
    gone: HashSet<EpisodePlace>,
}

impl EpisodesAt {
    /// The episode at a place, if there is one.
    pub fn find(&self, place: EpisodePlace) -> Option<EpisodeId> {
        self.there.get(&place).copied()
    }

    /// The id of the episode at a place: of the one that is there, else of one that would be new.
    pub fn id(&self, place: EpisodePlace) -> EpisodeId {
        self.find(place).unwrap_or_else(|| of_place(place))
    }

    /// Whether there can be none at a place, because its episode was moved to another series, or deleted, and may come back.
    pub fn is_gone(&self, place: EpisodePlace) -> bool {
        self.gone.contains(&place)
    }
}

impl Episode {
    /// Where it is in its series.
    pub fn place(&self) -> EpisodePlace {
        (self.series, self.season, self.number)
    }

    /// The episode that it was merged into: whoever asks for this one gets that.
    pub fn leads_to(&self) -> Option<EpisodeId> {
        let merged = self.merging.as_ref()?.merged?;
        Some(merged.into)
    }

    /// By what it was moved last from another series.
    pub fn last_move(&self) -> Option<EpisodeMove> {
        self.merging.as_ref()?.moves.last().copied()
    }
}

impl CatalogService {
    /// The episodes with these ids, by them; in the place of one that was merged into another, that. What does not exist,
    /// was deleted or may not be seen is left out.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn episodes_now(
        &self,
        visibility: &Visibility,
        ids: &[EpisodeId],
    ) -> Result<HashMap<EpisodeId, Episode>, CatalogError> {
        let mut known: HashMap<EpisodeId, Episode> = HashMap::new();
        let mut missing: HashSet<EpisodeId> = ids.iter().copied().collect();
        for _ in 0..MOST_FOLLOWED {
            if missing.is_empty() {
                break;
            }
            let asked: Vec<EpisodeId> = missing.into_iter().collect();
            let found = self.ports.store.episodes(&asked).await?;
            missing = found.iter().filter_map(Episode::leads_to).collect();
            known.extend(found.into_iter().map(|episode| (episode.id, episode)));
            missing.retain(|id| !known.contains_key(id));
        }
        let mut ends = known;
        if ends.values().any(|episode| episode.leads_to().is_some()) {
            let known = std::mem::take(&mut ends);
            for id in ids {
                ends.extend(end_of(*id, &known).map(|end| (*id, end.clone())));
            }
        }
        ends.retain(|_, episode| episode.deleted_from.is_none());
        if !visibility.is_everything() {
            let series = ends.values().map(|episode| episode.series);
            let seen = self.visible_titles(visibility, series).await?;
            ends.retain(|_, episode| seen.contains(&episode.series));
        }
        Ok(ends)
    }

    /// The episodes that were merged into others, each by what it leads to in the end.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn merged_episodes_by_end(
        &self,
    ) -> Result<HashMap<EpisodeId, Vec<EpisodeId>>, CatalogError> {
        let merged = self.merged_titles().await?;
        let series = merged.iter().filter(|it| it.kind == TitleKind::Series);
        let series: Vec<TitleId> = series.map(|title| title.id).collect();
        let mut by_end: HashMap<EpisodeId, Vec<EpisodeId>> = HashMap::new();
        if series.is_empty() {
            return Ok(by_end);
        }
        let episodes = self.ports.lists.episodes_of_series(&series).await?;
        let merged = episodes.iter().filter(|it| it.leads_to().is_some());
        let merged: Vec<EpisodeId> = merged.map(|episode| episode.id).collect();
        let everything = Visibility::everything();
        for (from, end) in self.episodes_now(&everything, &merged).await? {
            by_end.entry(end.id).or_default().push(from);
        }
        Ok(by_end)
    }

    /// The episodes at these places, as the record has them. One that came from another series has an id that does not
    /// follow from its place.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn episodes_at(&self, places: &[EpisodePlace]) -> Result<EpisodesAt, CatalogError> {
        let mut at = EpisodesAt::default();
        if places.is_empty() {
            return Ok(at);
        }
        let own = places.iter().map(|place| (of_place(*place), *place));
        let own: HashMap<EpisodeId, EpisodePlace> = own.collect();
        let ids: Vec<EpisodeId> = own.keys().copied().collect();
        for episode in self.ports.store.episodes(&ids).await? {
            let Some(place) = own.get(&episode.id) else {
                continue;
            };
            if episode.place() == *place {
                at.there.insert(*place, episode.id);
            } else {
                at.gone.insert(*place);
            }
        }
        let others = own.values().filter(|it| !at.there.contains_key(*it));
        let seasons = others.map(|(series, season, _)| SeasonId {
            series: *series,
            number: *season,
        });
        let seasons: HashSet<SeasonId> = seasons.collect();
        if !seasons.is_empty() {
            let seasons: Vec<SeasonId> = seasons.into_iter().collect();
            let found = self.ports.record.episodes_of_seasons(&seasons).await?;
            let found = found.iter().map(|episode| (episode.place(), episode.id));
            let asked: HashSet<&EpisodePlace> = places.iter().collect();
            at.there
                .extend(found.filter(|(place, _)| asked.contains(place)));
        }
        at.gone.retain(|place| !at.there.contains_key(place));
        Ok(at)
    }
}

/// The id of an episode that is made at a place.
fn of_place((series, season, number): EpisodePlace) -> EpisodeId {
    EpisodeId::of_ordinal(series, season, number)
}

/// What an episode is now, of those that are known; `None`: it is not there, or leads nowhere.
fn end_of(id: EpisodeId, known: &HashMap<EpisodeId, Episode>) -> Option<&Episode> {
    let mut end = known.get(&id)?;
    // No chain is as long, and a ring would have no end.
    for _ in 0..MOST_FOLLOWED {
        let Some(next) = end.leads_to() else {
            return Some(end);
        };
        end = known.get(&next)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::domain::catalog::{EpisodeMerge, EpisodeMerging};
    use crate::domain::ids::RunId;

    /// An episode, perhaps one that was merged into another.
    fn an_episode(id: u64, into: Option<u64>) -> Episode {
        let at = "2020-01-01T00:00:00Z";
        let episode = json!({
            "id": id, "series": 1, "season": 1, "number": id, "name": null, "original_name": null, "aired": null,
            "duration": null, "directors": [],
            "stamp": { "created_at": at, "updated_at": at, "revision": 1 },
        });
        let episode: Episode = serde_json::from_value(episode).unwrap();
        let merged = into.map(|into| EpisodeMerge {
            id: RunId(Uuid::from_u128(7)),
            into: EpisodeId(into),
        });
        Episode {
            merging: merged.map(|merged| {
                Box::new(EpisodeMerging {
                    merged: Some(merged),
                    ..EpisodeMerging::default()
                })
            }),
            ..episode
        }
    }

    #[test]
    fn a_chain_is_followed_to_its_end_and_a_ring_leads_nowhere() {
        let episodes = [
            an_episode(1, Some(2)),
            an_episode(2, Some(3)),
            an_episode(3, None),
            an_episode(4, Some(5)),
            an_episode(5, Some(4)),
            an_episode(6, Some(9)),
        ];
        let known = episodes.map(|episode| (episode.id, episode));
        let known = HashMap::from(known);

        let ends = (1..=7).map(|id| end_of(EpisodeId(id), &known).map(|end| end.id.0));

        let expected = [Some(3), Some(3), Some(3), None, None, None, None];
        assert_eq!(ends.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn an_episode_that_is_at_no_place_has_the_id_of_that() {
        let place = (TitleId(1), 2, 3);
        let mut at = EpisodesAt::default();
        assert_eq!(at.id(place), EpisodeId::of_ordinal(TitleId(1), 2, 3));
        assert_eq!((at.find(place), at.is_gone(place)), (None, false));

        at.there.insert(place, EpisodeId(7));

        assert_eq!(
            (at.id(place), at.find(place)),
            (EpisodeId(7), Some(EpisodeId(7)))
        );
    }
}
