//! Undoing that a title was parted: the new one leads to the other again, as if it had been merged into it, and what went to it
//! is back.

use std::collections::HashSet;
use std::sync::Arc;

use super::error::MergeError;
use super::putting_back::{from_before, title_put_back};
use super::series::ToldEpisode;
use super::service::{MergeService, STATE};
use super::splitting_series::{EpisodesBack, Undoing};
use super::types::Merged;
use crate::domain::catalog::{
    CatalogBatch, CatalogNode, CatalogRevision, DocumentFields, MergeStep, Publication,
    RevisionKind, RevisionSource, TITLE_FIELDS, Title, TitleKind, TitleMerge, TitleState,
    Visibility, Writer,
};
use crate::domain::ids::{RunId, TitleId};
use crate::domain::loading::LoadMode;

/// What was parted, by the revisions of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct PartedBy<'r> {
    run: RunId,
    /// The title that it has made.
    new: TitleId,
    /// What it has changed of the other one.
    of_old: &'r CatalogRevision,
    old: TitleId,
    all: &'r [CatalogRevision],
}

impl<'r> PartedBy<'r> {
    /// What these revisions of one run parted; `None`: they are of something else. Merges make no titles.
    pub(super) fn of(run: RunId, revisions: &'r [CatalogRevision]) -> Option<Self> {
        // A load may make a title and change another, too.
        let own = revisions
            .iter()
            .filter(|it| it.source == RevisionSource::Merge);
        let titles = own.filter_map(|it| match it.node {
            CatalogNode::Title(id) => Some((id, it)),
            _ => None,
        });
        let (made, changed): (Vec<_>, Vec<_>) =
            titles.partition(|(_, it)| it.kind == RevisionKind::Created);
        match (made.as_slice(), changed.as_slice()) {
            ([(new, _)], [(old, of_old)]) => Some(Self {
                run,
                new: *new,
                of_old: *of_old,
                old: *old,
                all: revisions,
            }),
            _ => None,
        }
    }
}

impl MergeService {
    /// Undoes that a title was parted, or says what that would do. Fields that were changed since stay.
    pub(super) async fn part_back(
        &self,
        writer: &Writer,
        parted: PartedBy<'_>,
        mode: LoadMode,
    ) -> Result<Merged, MergeError> {
        let (new, old) = self.both(parted).await?;
        let now = self.ports.clock.now();
        let mut batch = CatalogBatch::default();
        let mut episodes = EpisodesBack::default();
        if old.kind == TitleKind::Series {
            let undoing = Undoing {
                merge: parted.run,
                gone: Vec::new(),
                into: new.id,
                revisions: parted.all,
                now,
            };
            self.check_room(&new, old.id, &undoing).await?;
            episodes = self.split_episodes(writer, &undoing, &mut batch).await?;
        }
        let (title, mut noticed) = title_put_back(&old, &parted.of_old.fields)?;
        noticed.extend(episodes.noticed);
        let title = Title {
            stamp: old.stamp.next(now),
            ..title
        };
        let differences = self.differences(&old, &title).await?;
        let mut changes =
            DocumentFields::of(&*old).changes(&DocumentFields::of(&title), &TITLE_FIELDS);
        from_before(&mut changes, Some(parted.of_old));
        let revision = writer.changed(CatalogNode::Title(title.id), title.stamp, changes);
        batch.revisions.push(revision);
        let gone = Title {
            publication: Publication {
                state: TitleState::Hidden,
                ..new.publication
            },
            merge: Some(TitleMerge {
                id: writer.run,
                into: old.id,
                step: MergeStep::Moving,
                since: now,
                was: new.publication.state,
                episode: None,
            }),
            stamp: new.stamp.next(now),
            ..Title::clone(&new)
        };
        let changes = DocumentFields::of(&*new).changes(&DocumentFields::of(&gone), &[STATE]);
        let revision = writer.merged(CatalogNode::Title(gone.id), gone.stamp, changes);
        batch.revisions.push(revision);
        batch.titles.extend([title.clone(), gone]);
        let run = self.write(mode, batch, writer).await?;
        Ok(Merged {
            into: if run.is_some() { Arc::new(title) } else { old },
            differences,
            noticed,
            from: Vec::new(),
            merged_episodes: 0,
            moved_episodes: episodes.returned,
            run,
        })
    }

    /// The title that was made, and the other one, if both are where this can be undone.
    async fn both(&self, parted: PartedBy<'_>) -> Result<(Arc<Title>, Arc<Title>), MergeError> {
        let everything = Visibility::everything();
        let ids = [parted.new, parted.old];
        let titles = self.ports.catalog.titles(&everything, &ids).await?;
        let find = |id: TitleId| {
            let found = titles.iter().find(|title| title.id == id).cloned();
            found.ok_or(MergeError::MergeNotFound)
        };
        let (new, old) = (find(parted.new)?, find(parted.old)?);
        for title in [&new, &old] {
            let Some(merge) = title.merge else {
                continue;
            };
            let name = title.name.clone();
            return Err(match merge.leads_to() {
                // It is undone already.
                Some(into) if title.id == new.id && into == old.id => MergeError::MergeNotFound,
                Some(_) => MergeError::IntoMerged { name },
                None => MergeError::ComingBack { field: "id", name },
            });
        }
        Ok((new, old))
    }

    /// Whether the new series has nothing of its own, and there is room for what goes back.
    async fn check_room(
        &self,
        new: &Title,
        old: TitleId,
        undoing: &Undoing<'_>,
    ) -> Result<(), MergeError> {
        let going = self.told_episodes(&[new.id], usize::MAX).await?;
        let going = going.unwrap_or_default();
        let is_its_own = |(episode, _): &ToldEpisode| undoing.returned(episode).is_none();
        if going.iter().any(is_its_own) {
            let name = new.name.clone();
            return Err(MergeError::HasOwnEpisodes { name });
        }
        let there = self.told_episodes(&[old], usize::MAX).await?;
        let there = there.unwrap_or_default();
        let there: HashSet<(u32, u32)> = there.iter().map(|(it, _)| it.ordinal()).collect();
        let mut places = going.iter().map(|(episode, _)| episode.ordinal());
        match places.find(|place| there.contains(place)) {
            Some((season, number)) => Err(MergeError::PlaceTaken { season, number }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use crate::domain::catalog::Author;
    use crate::domain::ids::EpisodeId;
    use crate::domain::stamp::Stamp;

    #[test]
    fn what_made_a_title_has_parted_one() {
        let writer = Writer::new(Author::Command, RevisionSource::Merge);
        let run = RunId(Uuid::from_u128(7));
        let stamp = Stamp::first(DateTime::UNIX_EPOCH);
        let title = |id: u64| CatalogNode::Title(TitleId(id));
        let made = writer.created(title(1), stamp);
        let changed = writer.changed(title(2), stamp, Vec::new());
        let episode = writer.changed(CatalogNode::Episode(EpisodeId(3)), stamp, Vec::new());
        let merged = writer.merged(title(1), stamp, Vec::new());

        let load = Writer::new(Author::Command, RevisionSource::Load);
        let loaded = [
            load.created(title(1), stamp),
            load.changed(title(2), stamp, Vec::new()),
        ];

        let all = [episode.clone(), changed.clone(), made];
        let parted = PartedBy::of(run, &all).unwrap();
        let other = [episode, changed, merged];

        assert_eq!((parted.new, parted.old), (TitleId(1), TitleId(2)));
        assert_eq!(parted.of_old.node, title(2));
        assert!(PartedBy::of(run, &other).is_none());
        assert!(PartedBy::of(run, &loaded).is_none());
        assert!(PartedBy::of(run, &[]).is_none());
    }
}
