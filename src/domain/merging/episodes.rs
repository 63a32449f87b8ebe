//! Merging an episode into another of its series, and undoing that.
//!
//! The one that is gone becomes the only episode of a title that nobody sees and that was merged into the series, as if it
//! had always been one: so what profiles have of it moves by the same steps as with series, and no list of the series has
//! it any more.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::error::MergeError;
use super::people::named;
use super::putting_back::from_before;
use super::series::{ToldEpisode, note_other, put_changed, put_episode, put_merged};
use super::service::{MergeService, curator, retried};
use super::splitting_series::{became, kept, told_put_back};
use super::types::{Merged, MergedEpisodes, MergingEpisodes};
use crate::domain::catalog::{
    CatalogBatch, CatalogNode, CatalogRevision, DocumentFields, EPISODE_FIELDS, Episode, MergeStep,
    Publication, Title, TitleKind, TitleMerge, TitleState, Visibility, Writer,
};
use crate::domain::error::StoreError;
use crate::domain::ids::EpisodeId;
use crate::domain::loading::{FilledEpisode, LoadMode, blank_title, filled_episode};
use crate::domain::viewer::KnownViewer;

impl MergeService {
    /// Merges an episode of a series that may be seen into another of it, or says what that would do. What that one has stays,
    /// and it gets what it lacks, but for locked fields.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn merge_episode(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        merging: &MergingEpisodes,
        mode: LoadMode,
    ) -> Result<MergedEpisodes, MergeError> {
        let writer = curator(viewer)?;
        retried(|| self.try_merge_episode(visibility, &writer, merging, mode)).await
    }

    async fn try_merge_episode(
        &self,
        visibility: &Visibility,
        writer: &Writer,
        merging: &MergingEpisodes,
        mode: LoadMode,
    ) -> Result<MergedEpisodes, MergeError> {
        let from = self
            .seen_episode(visibility, merging.from, "episode")
            .await?;
        let into = self.seen_episode(visibility, merging.into, "into").await?;
        if from.id == into.id {
            return Err(MergeError::SameEpisode);
        }
        if from.series != into.series {
            return Err(MergeError::OtherSeries);
        }
        self.check_base(&into, merging.base).await?;
        let these = [into.series];
        let found = self.ports.catalog.titles(visibility, &these);
        let series = found.await?.pop();
        let series = series.ok_or(MergeError::NoEpisode { field: "into" })?;
        if series.merge.is_some() {
            let (field, name) = ("into", series.name.clone());
            return Err(MergeError::ComingBack { field, name });
        }
        let own = self.told_episodes(&[series.id], usize::MAX).await?;
        let own = own.unwrap_or_default();
        let gone = told_of(&own, from.id).ok_or(MergeError::NoEpisode { field: "episode" })?;
        let before = told_of(&own, into.id).ok_or(MergeError::NoEpisode { field: "into" })?;
        let FilledEpisode {
            episode: mut full,
            noticed,
        } = filled_episode(before, gone);
        let differences = self.ports.load.episode_differences(before, &full).await?;
        let now = self.ports.clock.now();
        let place = place_of(writer, &series, from.id, now)?;
        note_other(&mut full.0, writer, place.id);
        let mut batch = CatalogBatch::default();
        let left = Episode {
            series: place.id,
            ..gone.0.clone()
        };
        put_merged(&mut batch, writer, left, into.id, now);
        let after = full.0.clone();
        // It is written also if it is as before: so that nobody merges it away at the same time.
        put_changed(&mut batch, writer, before, full, now);
        put_again(&mut batch, writer, &series, now);
        batch.titles.push(place);
        let run = self.write(mode, batch, writer).await?;
        let into = match run {
            Some(_) => Episode {
                stamp: before.0.stamp.next(now),
                ..after
            },
            None => before.0.clone(),
        };
        Ok(MergedEpisodes {
            into: Arc::new(into),
            differences,
            noticed,
            from: from.id,
            run,
        })
    }

    /// Takes an episode apart from the one that it was merged into.
    pub(super) async fn split_episode(
        &self,
        writer: &Writer,
        (place, merge): (&Title, &TitleMerge),
        revisions: &[CatalogRevision],
        mode: LoadMode,
    ) -> Result<Merged, MergeError> {
        let everything = Visibility::everything();
        let these = [merge.into];
        let found = self.ports.catalog.titles(&everything, &these);
        let series = found.await?.pop().ok_or(MergeError::MergeNotFound)?;
        if let Some(of_series) = series.merge {
            let name = series.name.clone();
            return Err(match of_series.leads_to() {
                Some(_) => MergeError::IntoMerged { name },
                None => MergeError::ComingBack { field: "id", name },
            });
        }
        let gone = self.told_episodes(&[place.id], usize::MAX).await?;
        let gone = gone.unwrap_or_default();
        // Nothing is of it any more once the merge is undone.
        let (gone, told) = gone.first().ok_or(MergeError::MergeNotFound)?;
        let mut merging = gone.merging.as_deref().cloned().unwrap_or_default();
        let merged = merging.merged.take().ok_or(MergeError::MergeNotFound)?;
        let own = self.told_episodes(&[series.id], usize::MAX).await?;
        let own = own.unwrap_or_default();
        let (season, number) = gone.ordinal();
        if own.iter().any(|(it, _)| it.ordinal() == (season, number)) {
            return Err(MergeError::PlaceTaken { season, number });
        }
        // What became of it would have to be taken back first.
        let Some(stands) = told_of(&own, merged.into) else {
            let these = [merged.into];
            let found = self.ports.catalog.episodes(&everything, &these);
            let found = found.await?.pop();
            return Err(found.as_ref().map_or(MergeError::MergeNotFound, became));
        };
        let node = CatalogNode::Episode(merged.into);
        let of_merge = revisions.iter().find(|it| it.node == node);
        let ((mut full, texts), noticed) = told_put_back(stands, of_merge)?;
        if let Some(mut merging) = full.merging.as_deref().cloned() {
            merging.stands_for.retain(|it| it.id != merge.id);
            full.merging = kept(merging);
        }
        let now = self.ports.clock.now();
        let mut batch = CatalogBatch::default();
        let back = Episode {
            series: series.id,
            merging: kept(merging),
            ..gone.clone()
        };
        let stamp = gone.stamp.next(now);
        let revision = writer.changed(CatalogNode::Episode(back.id), stamp, Vec::new());
        batch.revisions.push(revision);
        put_episode(&mut batch, told, (back, told.clone()), stamp);
        let after = (full, texts);
        let fields = DocumentFields::of_episode(stands);
        let mut changes = fields.changes(&DocumentFields::of_episode(&after), &EPISODE_FIELDS);
        from_before(&mut changes, of_merge);
        let stamp = stands.0.stamp.next(now);
        batch.revisions.push(writer.changed(node, stamp, changes));
        put_episode(&mut batch, &stands.1, after, stamp);
        put_again(&mut batch, writer, &series, now);
        let left = Title {
            merge: Some(TitleMerge {
                step: MergeStep::Undoing,
                since: now,
                ..*merge
            }),
            stamp: place.stamp.next(now),
            ..place.clone()
        };
        let revision = writer.changed(CatalogNode::Title(left.id), left.stamp, Vec::new());
        batch.revisions.push(revision);
        batch.titles.push(left);
        let run = self.write(mode, batch, writer).await?;
        Ok(Merged {
            into: series,
            differences: Vec::new(),
            noticed,
            from: Vec::new(),
            merged_episodes: 1,
            moved_episodes: 0,
            run,
        })
    }

    async fn seen_episode(
        &self,
        visibility: &Visibility,
        id: Option<EpisodeId>,
        field: &'static str,
    ) -> Result<Episode, MergeError> {
        let ids: Vec<EpisodeId> = id.into_iter().collect();
        let found = self.ports.catalog.episodes(visibility, &ids).await?.pop();
        found.ok_or(MergeError::NoEpisode { field })
    }

    /// Whether the episode that stays is as the curator has seen it.
    async fn check_base(&self, episode: &Episode, base: Option<u64>) -> Result<(), MergeError> {
        let revision = episode.stamp.revision;
        let Some(base) = base.filter(|base| *base != revision) else {
            return Ok(());
        };
        let node = CatalogNode::Episode(episode.id);
        let mut changed = self.ports.revising.changed_since(&[(node, base)]).await?;
        let changed = changed.remove(&node).unwrap_or_default();
        Err(MergeError::Stale {
            field: "into",
            name: named(episode),
            revision,
            changed: changed.into_iter().collect(),
        })
    }
}

fn told_of(episodes: &[ToldEpisode], id: EpisodeId) -> Option<&ToldEpisode> {
    episodes.iter().find(|(episode, _)| episode.id == id)
}

/// A title that nobody sees, which an episode is of once it is merged into another of a series.
fn place_of(
    writer: &Writer,
    series: &Title,
    episode: EpisodeId,
    now: DateTime<Utc>,
) -> Result<Title, StoreError> {
    let merge = TitleMerge {
        id: writer.run,
        into: series.id,
        step: MergeStep::Moving,
        since: now,
        was: TitleState::Hidden,
        episode: Some(episode),
    };
    let slug = format!("merged~{}", writer.run);
    let blank = blank_title(TitleKind::Series, &slug, now);
    Ok(Title {
        name: series.name.clone(),
        publication: Publication {
            state: TitleState::Hidden,
            ..Publication::default()
        },
        merge: Some(merge),
        ..blank.map_err(|problem| StoreError::failed(problem.reason))?
    })
}

/// Puts a title into a batch as it is, so that nobody merges it away at the same time.
fn put_again(batch: &mut CatalogBatch, writer: &Writer, title: &Title, now: DateTime<Utc>) {
    let stamp = title.stamp.next(now);
    let revision = writer.changed(CatalogNode::Title(title.id), stamp, Vec::new());
    batch.revisions.push(revision);
    batch.titles.push(Title {
        stamp,
        ..title.clone()
    });
}
