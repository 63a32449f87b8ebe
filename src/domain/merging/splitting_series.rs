//! Undoing a merge of series: each has its own episodes again, as they were.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::error::MergeError;
use super::people::named;
use super::putting_back::{from_before, put_back};
use super::series::{ToldEpisode, put_episode};
use super::service::MergeService;
use crate::domain::catalog::{
    CatalogBatch, CatalogNode, CatalogRevision, DocumentFields, EPISODE_FIELDS, Episode,
    EpisodeMerging, Visibility, Writer,
};
use crate::domain::error::StoreError;
use crate::domain::ids::{EpisodeId, RunId, TitleId};
use crate::domain::loading::Problem;

/// A merge that is being undone.
pub(super) struct Undoing<'r> {
    pub(super) merge: RunId,
    /// The series that are there again: one, for they are merged one at a time.
    pub(super) gone: Vec<TitleId>,
    pub(super) into: TitleId,
    /// What the merge has written.
    pub(super) revisions: &'r [CatalogRevision],
    pub(super) now: DateTime<Utc>,
}

/// What became of the episodes.
#[derive(Debug, Default)]
pub(super) struct EpisodesBack {
    /// How many stand for themselves again.
    pub(super) apart: usize,
    /// How many are of their series again.
    pub(super) returned: usize,
    pub(super) noticed: Vec<Problem>,
}

impl MergeService {
    /// Puts into a batch what becomes of the episodes when a merge of series is undone. Fields that were changed since stay.
    pub(super) async fn split_episodes(
        &self,
        writer: &Writer,
        undoing: &Undoing<'_>,
        batch: &mut CatalogBatch,
    ) -> Result<EpisodesBack, MergeError> {
        let mut back = EpisodesBack::default();
        let gone = self.told_episodes(&undoing.gone, usize::MAX).await?;
        let gone = gone.unwrap_or_default();
        self.check_moved_on(undoing, &gone).await?;
        for (episode, told) in gone {
            let Some(apart) = undoing.apart(&episode) else {
                continue;
            };
            back.apart += 1;
            let stamp = episode.stamp.next(undoing.now);
            let node = CatalogNode::Episode(episode.id);
            batch
                .revisions
                .push(writer.changed(node, stamp, Vec::new()));
            put_episode(batch, &told, (apart, told.clone()), stamp);
        }
        let of_merge = undoing.revisions.iter().filter_map(|it| match it.node {
            CatalogNode::Episode(id) => Some((id, it)),
            _ => None,
        });
        let of_merge: HashMap<EpisodeId, &CatalogRevision> = of_merge.collect();
        let staying = self.told_episodes(&[undoing.into], usize::MAX).await?;
        let staying = staying.unwrap_or_default();
        self.check_others(undoing, &staying).await?;
        for before in staying {
            let revision = of_merge.get(&before.0.id).copied();
            let (mut after, noticed) = told_put_back(&before, revision)?;
            back.noticed.extend(noticed);
            if let Some(returned) = undoing.returned(&after.0) {
                back.returned += 1;
                after.0 = returned;
            }
            if before == after {
                continue;
            }
            let fields = DocumentFields::of_episode(&before);
            let mut changes = fields.changes(&DocumentFields::of_episode(&after), &EPISODE_FIELDS);
            from_before(&mut changes, revision);
            let stamp = before.0.stamp.next(undoing.now);
            let node = CatalogNode::Episode(before.0.id);
            batch.revisions.push(writer.changed(node, stamp, changes));
            put_episode(batch, &before.1, after, stamp);
        }
        Ok(back)
    }

    /// Whether no episode was moved to a further series, merged or deleted since: what there is of it is there.
    async fn check_moved_on(
        &self,
        undoing: &Undoing<'_>,
        gone: &[ToldEpisode],
    ) -> Result<(), MergeError> {
        let merged = gone.iter().filter_map(|(episode, _)| {
            let merged = episode.merging.as_deref()?.merged?;
            (merged.id == undoing.merge).then_some(merged.into)
        });
        let written = undoing.revisions.iter().filter_map(|it| match it.node {
            CatalogNode::Episode(id) => Some(id),
            _ => None,
        });
        let ids: BTreeSet<EpisodeId> = merged.chain(written).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let ids: Vec<EpisodeId> = ids.into_iter().collect();
        let everything = Visibility::everything();
        let episodes = self.ports.catalog.episodes(&everything, &ids).await?;
        let is_known = |series| series == undoing.into || undoing.gone.contains(&series);
        match episodes.iter().find(|episode| !is_known(episode.series)) {
            Some(episode) => Err(became(episode)),
            None => Ok(()),
        }
    }

    /// Whether no episode that goes back stands for one of a series that was merged into the same one since. What is still on
    /// its way back from there would be taken along with it.
    async fn check_others(
        &self,
        undoing: &Undoing<'_>,
        staying: &[ToldEpisode],
    ) -> Result<(), MergeError> {
        let going = staying.iter().filter_map(|(episode, _)| {
            let merging = episode.merging.as_deref()?;
            undoing.returned(episode).map(|_| merging)
        });
        let others = going.flat_map(|merging| &merging.stands_for);
        let others: HashMap<TitleId, RunId> = others.map(|it| (it.from, it.id)).collect();
        let ids: Vec<TitleId> = others.keys().copied().collect();
        if ids.is_empty() {
            return Ok(());
        }
        let everything = Visibility::everything();
        for title in self.ports.catalog.titles(&everything, &ids).await? {
            let merge = title.merge.filter(|it| it.into == undoing.into);
            let merge = merge.filter(|it| others.get(&title.id) == Some(&it.id));
            let name = || title.name.clone();
            match merge.map(|merge| merge.leads_to()) {
                None => {}
                Some(Some(_)) => return Err(MergeError::StandsForOther { name: name() }),
                Some(None) => {
                    let (field, name) = ("id", name());
                    return Err(MergeError::ComingBack { field, name });
                }
            }
        }
        Ok(())
    }
}

/// What became of an episode that is not where a merge left it.
pub(super) fn became(episode: &Episode) -> MergeError {
    let name = named(episode);
    let merging = episode.merging.as_deref();
    if episode.deleted_from.is_some() {
        MergeError::IntoDeleted { name }
    } else if merging.is_some_and(|it| it.merged.is_some()) {
        MergeError::IntoMerged { name }
    } else {
        MergeError::MovedOn { name }
    }
}

impl Undoing<'_> {
    /// An episode that the merge made one with another, by itself.
    fn apart(&self, episode: &Episode) -> Option<Episode> {
        let merging = episode.merging.as_deref()?;
        merging.merged.filter(|it| it.id == self.merge)?;
        let merging = EpisodeMerging {
            merged: None,
            ..merging.clone()
        };
        Some(Episode {
            merging: kept(merging),
            ..episode.clone()
        })
    }

    /// An episode that the merge has moved, in its own series.
    pub(super) fn returned(&self, episode: &Episode) -> Option<Episode> {
        let last = episode.last_move().filter(|it| it.id == self.merge)?;
        let mut merging = episode.merging.as_deref().cloned()?;
        merging.moves.pop();
        Some(Episode {
            series: last.from,
            merging: kept(merging),
            ..episode.clone()
        })
    }
}

/// What is left to say; nothing, if it is as it was made.
pub(super) fn kept(merging: EpisodeMerging) -> Option<Box<EpisodeMerging>> {
    (merging != EpisodeMerging::default()).then(|| Box::new(merging))
}

/// An episode with the fields that a merge changed as they were, and what stays for it was changed since.
pub(super) fn told_put_back(
    before: &ToldEpisode,
    of_merge: Option<&CatalogRevision>,
) -> Result<(ToldEpisode, Vec<Problem>), StoreError> {
    let changes = of_merge.map(|it| it.fields.as_slice()).unwrap_or_default();
    if changes.is_empty() {
        return Ok((before.clone(), Vec::new()));
    }
    let mut fields = DocumentFields::of_episode(before);
    let stay = put_back(&mut fields, changes);
    let noticed = stay.iter().map(|problem| {
        let reason = format!("of “{}” {}", named(&before.0), problem.reason);
        Problem::new(&problem.field, reason)
    });
    let noticed = noticed.collect();
    let episode = fields.told("overview").map_err(StoreError::failed)?;
    Ok((episode, noticed))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::domain::catalog::{Author, Texts};
    use crate::domain::catalog::{EpisodeMerge, EpisodeMove, FieldChange, RevisionSource};

    const MERGE: RunId = RunId(Uuid::from_u128(7));
    const BEFORE: RunId = RunId(Uuid::from_u128(3));

    fn an_episode(series: u64, merging: Option<EpisodeMerging>) -> Episode {
        let at = "2020-01-01T00:00:00Z";
        let episode = json!({
            "id": 1, "series": series, "season": 1, "number": 1, "name": "Pilot", "original_name": null,
            "aired": null, "duration": 60, "directors": [],
            "stamp": { "created_at": at, "updated_at": at, "revision": 1 },
        });
        let episode: Episode = serde_json::from_value(episode).unwrap();
        Episode {
            merging: merging.map(Box::new),
            ..episode
        }
    }

    fn undoing() -> Undoing<'static> {
        Undoing {
            merge: MERGE,
            gone: vec![TitleId(1)],
            into: TitleId(2),
            revisions: &[],
            now: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn an_episode_goes_back_where_the_merge_took_it_from() {
        let moves = |ids: &[(RunId, u64)]| {
            let moves = ids.iter().map(|(id, from)| EpisodeMove {
                id: *id,
                from: TitleId(*from),
            });
            Some(EpisodeMerging {
                moves: moves.collect(),
                ..EpisodeMerging::default()
            })
        };
        let twice = an_episode(2, moves(&[(BEFORE, 9), (MERGE, 1)]));
        let once = an_episode(2, moves(&[(MERGE, 1)]));
        let other = an_episode(2, moves(&[(MERGE, 1), (BEFORE, 9)]));

        let returned = |episode| undoing().returned(&episode);

        assert_eq!(returned(twice), Some(an_episode(1, moves(&[(BEFORE, 9)]))));
        assert_eq!(returned(once), Some(an_episode(1, None)));
        assert_eq!(returned(other), None);
        assert_eq!(returned(an_episode(2, None)), None);
    }

    #[test]
    fn an_episode_stands_for_itself_again() {
        let merged = |id| {
            let merged = EpisodeMerge {
                id,
                into: EpisodeId(2),
            };
            an_episode(
                1,
                Some(EpisodeMerging {
                    merged: Some(merged),
                    ..EpisodeMerging::default()
                }),
            )
        };

        assert_eq!(undoing().apart(&merged(MERGE)), Some(an_episode(1, None)));
        assert_eq!(undoing().apart(&merged(BEFORE)), None);
        assert_eq!(undoing().apart(&an_episode(1, None)), None);
    }

    #[test]
    fn what_an_episode_got_goes_and_what_was_changed_since_stays() {
        let writer = Writer::new(Author::Command, RevisionSource::Merge);
        let filled = Episode {
            duration: Some(90),
            ..an_episode(2, None)
        };
        let changes = vec![
            FieldChange::new("title", json!(null), json!("Pilot")),
            FieldChange::new("runtime_minutes", json!(null), json!(60)),
        ];
        let node = CatalogNode::Episode(filled.id);
        let revision = writer.changed(node, filled.stamp, changes);

        let told = (filled.clone(), Texts::default());
        let (back, noticed) = told_put_back(&told, Some(&revision)).unwrap();

        let expected = Episode {
            name: None,
            ..filled
        };
        assert_eq!(back, (expected, Texts::default()));
        let fields: Vec<&str> = noticed.iter().map(|it| it.field.as_str()).collect();
        assert_eq!(fields, ["runtime_minutes"]);
    }
}
