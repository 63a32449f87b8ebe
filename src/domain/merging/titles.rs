//! Merging titles: one of them gets what the others have, and these stand for it from then on.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::chains::are_too_deep;
use super::error::MergeError;
use super::series::EpisodesMerged;
use super::service::{MergeService, STATE, curator, retried};
use super::types::{MOST_MERGED, Merged, Merging};
use crate::domain::catalog::{
    CatalogBatch, CatalogNode, DocumentFields, MergeStep, Publication, TITLE_FIELDS, Title,
    TitleKind, TitleMerge, TitleState, Visibility, Writer,
};
use crate::domain::editing::NamedTitle;
use crate::domain::ids::TitleId;
use crate::domain::loading::{Filled, LoadMode, filled};
use crate::domain::viewer::KnownViewer;

impl MergeService {
    /// Merges films that may be seen into another, or a series into another, or says what that would do. What `into` has
    /// stays, and it gets what it lacks, but for locked fields; a series with the episodes that it lacks.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn merge_titles(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        merging: &Merging,
        mode: LoadMode,
    ) -> Result<Merged, MergeError> {
        let writer = curator(viewer)?;
        if !(1..=MOST_MERGED).contains(&merging.from.len()) {
            return Err(MergeError::TitleCount);
        }
        retried(|| self.try_merge(visibility, &writer, merging, mode)).await
    }

    async fn try_merge(
        &self,
        visibility: &Visibility,
        writer: &Writer,
        merging: &Merging,
        mode: LoadMode,
    ) -> Result<Merged, MergeError> {
        let (from, into) = self.named(visibility, merging).await?;
        let ids: Vec<TitleId> = from.iter().map(|title| title.id).collect();
        let merged = self.ports.catalog.merged_titles().await?;
        let leads_to = merged.iter();
        let leads_to = leads_to.filter_map(|title| Some((title.id, title.leads_to()?)));
        if are_too_deep(&ids, &leads_to.collect::<Vec<_>>()) {
            return Err(MergeError::TooDeep { field: "from" });
        }
        let others: Vec<&Title> = from.iter().map(|title| &**title).collect();
        let Filled { title, mut noticed } = filled(&into, &others);
        let now = self.ports.clock.now();
        // It is written also if it is as before: so that nobody merges it away at the same time.
        let title = Title {
            stamp: into.stamp.next(now),
            ..title
        };
        let differences = self.differences(&into, &title).await?;
        let mut batch = CatalogBatch::default();
        let changes =
            DocumentFields::of(&*into).changes(&DocumentFields::of(&title), &TITLE_FIELDS);
        let revision = writer.changed(CatalogNode::Title(title.id), title.stamp, changes);
        batch.revisions.push(revision);
        for other in &from {
            let merge = TitleMerge {
                id: writer.run,
                into: into.id,
                step: MergeStep::Moving,
                since: now,
                was: other.publication.state,
                episode: None,
            };
            let gone = Title {
                publication: Publication {
                    state: TitleState::Hidden,
                    ..other.publication
                },
                merge: Some(merge),
                stamp: other.stamp.next(now),
                ..Title::clone(other)
            };
            let before = DocumentFields::of(&**other);
            let changes = before.changes(&DocumentFields::of(&gone), &[STATE]);
            let revision = writer.merged(CatalogNode::Title(gone.id), gone.stamp, changes);
            batch.revisions.push(revision);
            batch.titles.push(gone);
        }
        batch.titles.push(title.clone());
        let mut episodes = EpisodesMerged::default();
        if into.kind == TitleKind::Series {
            let [only] = ids.as_slice() else {
                return Err(MergeError::OneSeries);
            };
            let series = (*only, into.id);
            episodes = self.merge_episodes(writer, series, now, &mut batch).await?;
        }
        noticed.extend(episodes.noticed);
        noticed.extend(self.rules_lost(&from, &title).await?);
        let run = self.write(mode, batch, writer).await?;
        Ok(Merged {
            into: if run.is_some() { Arc::new(title) } else { into },
            differences,
            noticed,
            from: ids,
            merged_episodes: episodes.merged,
            moved_episodes: episodes.moved,
            run,
        })
    }

    /// The titles that are named, as they are stored: those that are to go, and the one that stays.
    async fn named(
        &self,
        visibility: &Visibility,
        Merging { from, into }: &Merging,
    ) -> Result<(Vec<Arc<Title>>, Arc<Title>), MergeError> {
        let ids = from.iter().chain([into]).filter_map(|named| named.id);
        let ids: HashSet<TitleId> = ids.collect();
        let ids: Vec<TitleId> = ids.into_iter().collect();
        let stored = self.ports.catalog.titles(visibility, &ids).await?;
        let stored = stored.into_iter().map(|title| (title.id, title));
        let stored: HashMap<TitleId, Arc<Title>> = stored.collect();
        let find = |named: &NamedTitle| stored.get(&named.id?).cloned();
        let stays = find(into).ok_or(MergeError::IntoNotFound)?;
        self.check("into", into, &stays).await?;
        let mut met = HashSet::from([stays.id]);
        let mut gone = Vec::with_capacity(from.len());
        for (place, named) in (1..).zip(from) {
            let title = find(named).ok_or(MergeError::FromNotFound { place })?;
            if !met.insert(title.id) {
                return Err(MergeError::NamedTwice { place });
            }
            if title.kind != stays.kind {
                return Err(MergeError::OtherKind {
                    name: title.name.clone(),
                    kind: title.kind,
                    into: stays.kind,
                });
            }
            self.check("from", named, &title).await?;
            gone.push(title);
        }
        Ok((gone, stays))
    }
}
