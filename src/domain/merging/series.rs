//! The episodes of a series that is merged: what has a counterpart in the series that stays becomes one with it, and what has
//! none is moved there, under the id that it has.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::counterparts::counterparts;
use super::error::MergeError;
use super::people::named;
use super::service::MergeService;
use super::types::MOST_EPISODES;
use crate::domain::catalog::{
    CatalogBatch, CatalogNode, DocumentFields, EPISODE_FIELDS, Episode, EpisodeMerge, EpisodeMove,
    Overview, Texts, Visibility, Writer,
};
use crate::domain::ids::{EpisodeId, TitleId};
use crate::domain::loading::{FilledEpisode, Problem, filled_episode};
use crate::domain::stamp::Stamp;

/// What becomes of so many episodes is told one by one.
const MOST_TOLD: usize = 20;

/// An episode with what happens in it.
pub(super) type ToldEpisode = (Episode, Texts);

/// What became of the episodes of series.
#[derive(Debug, Default)]
pub(super) struct EpisodesMerged {
    /// How many are one with another now.
    pub(super) merged: usize,
    /// How many are of the series that stays now.
    pub(super) moved: usize,
    pub(super) noticed: Vec<Problem>,
}

impl MergeService {
    /// Puts into a batch what becomes of the episodes of a series that is merged into another.
    pub(super) async fn merge_episodes(
        &self,
        writer: &Writer,
        (from, into): (TitleId, TitleId),
        now: DateTime<Utc>,
        batch: &mut CatalogBatch,
    ) -> Result<EpisodesMerged, MergeError> {
        let gone = self.told_episodes(&[from], MOST_EPISODES).await?;
        let gone = gone.ok_or(MergeError::TooManyEpisodes)?;
        let own = self.told_episodes(&[into], usize::MAX).await?;
        let own = own.unwrap_or_default();
        let found = counterparts(&episodes(&gone), &episodes(&own));
        let mut done = EpisodesMerged::default();
        for (episode, counterpart) in gone.into_iter().zip(found) {
            if let Some(before) = counterpart.and_then(|at| own.get(at)) {
                done.merged += 1;
                let FilledEpisode {
                    episode: mut full,
                    noticed,
                } = filled_episode(before, &episode);
                done.notice(&full.0, &episode.0, &noticed);
                note_other(&mut full.0, writer, from);
                put_merged(batch, writer, episode.0, full.0.id, now);
                if *before != full {
                    put_changed(batch, writer, before, full, now);
                }
            } else {
                done.moved += 1;
                let moved = moved(writer, &episode, into);
                put_changed(batch, writer, &episode, moved, now);
            }
        }
        done.tell_few();
        Ok(done)
    }

    /// The episodes of series with what happens in them; `None`: there are more than that.
    pub(super) async fn told_episodes(
        &self,
        series: &[TitleId],
        most: usize,
    ) -> Result<Option<Vec<ToldEpisode>>, MergeError> {
        let catalog = &self.ports.catalog;
        let everything = Visibility::everything();
        let episodes = catalog.episodes_of_series(&everything, series).await?;
        if episodes.len() > most {
            return Ok(None);
        }
        let ids: Vec<EpisodeId> = episodes.iter().map(|episode| episode.id).collect();
        let mut told: HashMap<EpisodeId, Texts> = HashMap::new();
        if !ids.is_empty() {
            let found = catalog.overviews_of_seen_episodes(&ids).await?.into_iter();
            told.extend(found.map(|it| (it.episode, it.texts)));
        }
        let episodes = episodes.into_iter().map(|episode| {
            let texts = told.remove(&episode.id).unwrap_or_default();
            (episode, texts)
        });
        Ok(Some(episodes.collect()))
    }
}

impl EpisodesMerged {
    /// Notes what a curator may want to look at of two episodes that become one.
    fn notice(&mut self, stays: &Episode, goes: &Episode, noticed: &[Problem]) {
        let of = named(stays);
        if let (Some(own), Some(other)) = (&stays.name, &goes.name)
            && own != other
        {
            let (season, number) = goes.ordinal();
            let reason = format!("of S{season} E{number} stays “{own}”, where there is “{other}”");
            self.noticed.push(Problem::new("title", reason));
        }
        for problem in noticed {
            let reason = format!("of “{of}” {}", problem.reason);
            self.noticed.push(Problem::new(&problem.field, reason));
        }
    }

    /// Of very many says how many more there are.
    fn tell_few(&mut self) {
        let more = self.noticed.len().saturating_sub(MOST_TOLD);
        if more > 0 {
            self.noticed.truncate(MOST_TOLD);
            let reason = format!("have {more} more such fields");
            self.noticed.push(Problem::new("episodes", reason));
        }
    }
}

/// The episodes alone, in their order.
fn episodes(told: &[ToldEpisode]) -> Vec<Episode> {
    told.iter().map(|(episode, _)| episode.clone()).collect()
}

/// Notes in an episode that came from another series that it stands for one of a further one.
pub(super) fn note_other(episode: &mut Episode, writer: &Writer, from: TitleId) {
    if let Some(merging) = &mut episode.merging
        && !merging.moves.is_empty()
    {
        // What was undone is of no meaning any more.
        merging.stands_for.retain(|it| it.from != from);
        let id = writer.run;
        merging.stands_for.push(EpisodeMove { id, from });
    }
}

/// An episode that comes to a series.
pub(super) fn moved(writer: &Writer, (before, told): &ToldEpisode, into: TitleId) -> ToldEpisode {
    let mut merging = before.merging.clone().unwrap_or_default();
    merging.moves.push(EpisodeMove {
        id: writer.run,
        from: before.series,
    });
    let episode = Episode {
        series: into,
        merging: Some(merging),
        ..before.clone()
    };
    (episode, told.clone())
}

/// Puts an episode that is one with another now into a batch.
pub(super) fn put_merged(
    batch: &mut CatalogBatch,
    writer: &Writer,
    before: Episode,
    into: EpisodeId,
    now: DateTime<Utc>,
) {
    let mut merging = before.merging.clone().unwrap_or_default();
    merging.merged = Some(EpisodeMerge {
        id: writer.run,
        into,
    });
    let gone = Episode {
        merging: Some(merging),
        stamp: before.stamp.next(now),
        ..before
    };
    let node = CatalogNode::Episode(gone.id);
    let revision = writer.merged(node, gone.stamp, Vec::new());
    batch.revisions.push(revision);
    batch.episodes.push(gone);
}

/// Puts an episode that is other than before into a batch, with its revision.
pub(super) fn put_changed(
    batch: &mut CatalogBatch,
    writer: &Writer,
    before: &ToldEpisode,
    after: ToldEpisode,
    now: DateTime<Utc>,
) {
    let fields = DocumentFields::of_episode(before);
    let changes = fields.changes(&DocumentFields::of_episode(&after), &EPISODE_FIELDS);
    let stamp = before.0.stamp.next(now);
    let revision = writer.changed(CatalogNode::Episode(after.0.id), stamp, changes);
    batch.revisions.push(revision);
    put_episode(batch, &before.1, after, stamp);
}

/// Puts an episode into a batch, with what happens in it if that is other than before.
pub(super) fn put_episode(
    batch: &mut CatalogBatch,
    told_before: &Texts,
    (episode, texts): ToldEpisode,
    stamp: Stamp,
) {
    if texts != *told_before {
        batch.overviews.push(Overview {
            episode: episode.id,
            texts,
        });
    }
    batch.episodes.push(Episode { stamp, ..episode });
}
