//! Undoing a merge of titles: they are seen again, and what the other got of them goes, unless it has become something else.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::error::MergeError;
use super::parting_back::PartedBy;
use super::putting_back::{from_before, title_put_back};
use super::service::{MergeService, STATE, curator, retried};
use super::splitting_series::{EpisodesBack, Undoing};
use super::types::{MOST_CREDITED, MOST_EPISODES, MOST_MERGED, Merged, Undone};
use crate::domain::catalog::{
    CatalogBatch, CatalogNode, CatalogRevision, DocumentFields, MergeStep, Person, Publication,
    TITLE_FIELDS, Title, TitleKind, TitleMerge, TitleState, Visibility, Writer,
};
use crate::domain::ids::{RunId, TitleId};
use crate::domain::loading::{LoadMode, Problem};
use crate::domain::viewer::KnownViewer;

impl MergeService {
    /// Undoes a merge of titles or people, or that a title was parted, or says what that would do. A field that was changed
    /// since stays as it is.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn undo_merge(
        &self,
        viewer: &KnownViewer,
        merge: RunId,
        mode: LoadMode,
    ) -> Result<Undone, MergeError> {
        let writer = curator(viewer)?;
        retried(|| self.try_undo(&writer, merge, mode)).await
    }

    async fn try_undo(
        &self,
        writer: &Writer,
        merge: RunId,
        mode: LoadMode,
    ) -> Result<Undone, MergeError> {
        // One of each that goes, one of what stays, of people one of each title and episode that credits them, and of series
        // one of each episode of both.
        let most = MOST_MERGED + 1 + MOST_CREDITED.max(2 * MOST_EPISODES);
        let revisions = self.ports.revising.of_run(merge, most).await?;
        let people = self.people_merged_by(merge, &revisions).await?;
        if let Some(into) = people.first().and_then(Person::leads_to) {
            let split = self.split_people(writer, (people, into), &revisions, mode);
            return Ok(Undone::People(split.await?));
        }
        let merged = self.merged_by(merge, &revisions).await?;
        if let [(title, of_episode)] = merged.as_slice()
            && of_episode.episode.is_some()
        {
            let apart = self.split_episode(writer, (&**title, of_episode), &revisions, mode);
            return Ok(Undone::Titles(apart.await?));
        }
        if merged.is_empty()
            && let Some(parted) = PartedBy::of(merge, &revisions)
        {
            let back = self.part_back(writer, parted, mode);
            return Ok(Undone::Titles(back.await?));
        }
        let split = self.split_titles(writer, (merge, merged), &revisions, mode);
        Ok(Undone::Titles(split.await?))
    }

    async fn split_titles(
        &self,
        writer: &Writer,
        (merge, merged): (RunId, Vec<(Arc<Title>, TitleMerge)>),
        revisions: &[CatalogRevision],
        mode: LoadMode,
    ) -> Result<Merged, MergeError> {
        let first = merged.first().ok_or(MergeError::MergeNotFound)?;
        let into = first.1.into;
        let everything = Visibility::everything();
        let stored = self.ports.catalog.titles(&everything, &[into]).await?.pop();
        let into = stored.ok_or(MergeError::MergeNotFound)?;
        if let Some(of_into) = into.merge {
            let name = into.name.clone();
            return Err(match of_into.leads_to() {
                Some(_) => MergeError::IntoMerged { name },
                // What is still on its way back to it could not go on from there.
                None => MergeError::ComingBack { field: "id", name },
            });
        }
        let of_into = revisions
            .iter()
            .find(|it| it.node == CatalogNode::Title(into.id));
        let (title, mut noticed) = if let Some(revision) = of_into {
            title_put_back(&into, &revision.fields)?
        } else {
            let reason = "stays as it is: what it was before is not kept any more";
            (Title::clone(&into), vec![Problem::new("into", reason)])
        };
        let now = self.ports.clock.now();
        let differences = self.differences(&into, &title).await?;
        let mut batch = CatalogBatch::default();
        let title = Title {
            stamp: into.stamp.next(now),
            ..title
        };
        let mut changes =
            DocumentFields::of(&*into).changes(&DocumentFields::of(&title), &TITLE_FIELDS);
        from_before(&mut changes, of_into);
        let revision = writer.changed(CatalogNode::Title(title.id), title.stamp, changes);
        batch.revisions.push(revision);
        let mut from = Vec::with_capacity(merged.len());
        for (gone, merge) in merged {
            from.push(gone.id);
            let state = match gone.publication.state {
                TitleState::Hidden => merge.was,
                other => other,
            };
            let back = Title {
                publication: Publication {
                    state,
                    ..gone.publication
                },
                merge: Some(TitleMerge {
                    step: MergeStep::Undoing,
                    since: now,
                    ..merge
                }),
                stamp: gone.stamp.next(now),
                ..Title::clone(&gone)
            };
            let before = DocumentFields::of(&*gone);
            let changes = before.changes(&DocumentFields::of(&back), &[STATE]);
            let revision = writer.changed(CatalogNode::Title(back.id), back.stamp, changes);
            batch.revisions.push(revision);
            batch.titles.push(back);
        }
        batch.titles.push(title.clone());
        let mut episodes = EpisodesBack::default();
        if into.kind == TitleKind::Series {
            let undoing = Undoing {
                merge,
                gone: from.clone(),
                into: into.id,
                revisions,
                now,
            };
            episodes = self.split_episodes(writer, &undoing, &mut batch).await?;
        }
        noticed.extend(episodes.noticed);
        let run = self.write(mode, batch, writer).await?;
        Ok(Merged {
            into: if run.is_some() { Arc::new(title) } else { into },
            differences,
            noticed,
            from,
            merged_episodes: episodes.apart,
            moved_episodes: episodes.returned,
            run,
        })
    }

    /// The titles that a merge has merged into another, as the record has them, by id.
    async fn merged_by(
        &self,
        merge: RunId,
        revisions: &[CatalogRevision],
    ) -> Result<Vec<(Arc<Title>, TitleMerge)>, MergeError> {
        // Of revisions that are not kept any more the titles are known all the same, and memory may not know them yet.
        let known = self.ports.catalog.merged_titles().await?;
        let known = known.iter();
        let known = known.filter(|title| title.merge.is_some_and(|it| it.id == merge));
        let told = revisions.iter().filter_map(|revision| match revision.node {
            CatalogNode::Title(id) => Some(id),
            _ => None,
        });
        let ids: BTreeSet<TitleId> = known.map(|title| title.id).chain(told).collect();
        let ids: Vec<TitleId> = ids.into_iter().collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let everything = Visibility::everything();
        let titles = self.ports.catalog.titles(&everything, &ids).await?;
        let merged = titles.into_iter().filter_map(|title| {
            let of_title = title.merge.filter(|it| it.id == merge)?;
            // That of an episode is known by its title also once it is undone.
            let is_known = of_title.leads_to().is_some() || of_title.episode.is_some();
            is_known.then_some((title, of_title))
        });
        let mut merged: Vec<(Arc<Title>, TitleMerge)> = merged.collect();
        merged.sort_by_key(|(title, _)| title.id);
        Ok(merged)
    }
}
