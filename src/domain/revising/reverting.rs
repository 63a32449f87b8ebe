//! Taking revisions back: what they changed becomes what it was, unless it has become something else since.

use std::collections::HashMap;

use super::documents::Documents;
use super::error::{MOST_WHOLE, RevisingError};
use super::owners::Owners;
use super::plan::{Obstacle, ObstacleReason, Obstructed, Planned, plan};
use super::service::{RevisionService, TRIES, writer};
use super::store::{RevisionFilter, place_of};
use super::told::{ToldChange, ToldRevision, in_words, tell};
use super::words::Names;
use crate::domain::catalog::{CatalogBatch, CatalogNode, CatalogRevision, RevisionSource};
use crate::domain::error::StoreError;
use crate::domain::ids::{RevisionId, RunId};
use crate::domain::page::{MAX_PAGE, Window};
use crate::domain::viewer::KnownViewer;

/// The most revisions that are taken back with one call.
pub const MOST_REVERTED: usize = MAX_PAGE;
/// Of how many fields that stand in the way it is looked up what changed them.
const LOOKED_UP: usize = 50;

/// What is to be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revert {
    /// One revision, whatever others are of its run.
    Revision(RevisionId),
    /// Those of a run, up to [`MOST_REVERTED`] of them, the latest first.
    Run {
        run: RunId,
        /// Only those before this one, with which a call before has ended.
        after: Option<RevisionId>,
    },
    /// All of a run or nothing of it, if there are at most [`MOST_WHOLE`].
    Whole(RunId),
}

/// Whether it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevertMode {
    /// It is only said what would be done.
    DryRun,
    Write,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reverted {
    /// Each revision, the latest first. Of more than [`MOST_REVERTED`], those of which something stands in the way, then
    /// others, so many in all.
    pub results: Vec<RevertResult>,
    /// How many revisions were meant.
    pub meant: usize,
    /// Of how many of them something stands in the way.
    pub obstructed: usize,
    /// After which revision to go on with the run; `None`: it has no more.
    pub next: Option<RevisionId>,
    /// The run in which it was done; `None` if nothing was written.
    pub run: Option<RunId>,
}

/// What became of one revision. With an obstacle it stays as a whole, unless it is forced.
#[derive(Debug, Clone, PartialEq)]
pub struct RevertResult {
    pub revision: ToldRevision,
    /// The fields that become what they were, from what they are to that; none if they are that already.
    pub changes: Vec<ToldChange>,
    /// Those of the fields that had become something else since, if it is forced.
    pub overwritten: Vec<String>,
    pub obstacles: Vec<Obstacle>,
}

impl RevisionService {
    /// Takes revisions back, or says what that would do and what stands in the way. What is taken back is a revision
    /// itself, and can be taken back as well. Locks are no obstacle: it is a curator who does it.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn revert(
        &self,
        viewer: &KnownViewer,
        what: Revert,
        mode: RevertMode,
        obstructed: Obstructed,
    ) -> Result<Reverted, RevisingError> {
        let writer = writer(viewer, RevisionSource::Revert)?;
        let (revisions, next) = self.meant(what).await?;
        if revisions
            .iter()
            .any(|it| it.source == RevisionSource::Merge)
        {
            return Err(RevisingError::OfMerge {
                field: match what {
                    Revert::Revision(_) => "revision",
                    Revert::Run { .. } | Revert::Whole(_) => "run",
                },
            });
        }
        let nodes: Vec<CatalogNode> = revisions.iter().map(|revision| revision.node).collect();
        for _ in 0..TRIES {
            let mut documents = Documents::read(&self.ports.catalog, &nodes).await?;
            let owners = Owners::of(&self.ports.catalog, &revisions).await?;
            let mut planned: Vec<Planned> = revisions
                .iter()
                .map(|revision| plan(revision, &mut documents, &owners, obstructed))
                .collect();
            let is_whole = matches!(what, Revert::Whole(_));
            let batch = if is_whole && planned.iter().any(|plan| plan.stops_all(obstructed)) {
                planned.iter_mut().for_each(Planned::give_up);
                CatalogBatch::default()
            } else {
                documents.batch(&writer, self.ports.clock.now())?
            };
            let is_written = mode == RevertMode::Write && !batch.is_empty();
            if is_written && !self.write(batch, &writer).await? {
                continue;
            }
            let (meant, obstructed) = (planned.len(), obstructed_among(&planned));
            let (revisions, planned) = shown(revisions, planned);
            return Ok(Reverted {
                results: self.results(revisions, planned).await?,
                meant,
                obstructed,
                next,
                run: is_written.then_some(writer.run),
            });
        }
        Err(StoreError::Conflict.into())
    }

    /// The revisions that are meant, the latest first, and after which to go on.
    async fn meant(
        &self,
        what: Revert,
    ) -> Result<(Vec<CatalogRevision>, Option<RevisionId>), RevisingError> {
        let revisions = &self.ports.revisions;
        match what {
            Revert::Revision(id) => {
                let found = revisions.revisions_by_id(&[id]).await?;
                if found.is_empty() {
                    return Err(RevisingError::RevisionNotFound);
                }
                Ok((found, None))
            }
            Revert::Run { run, after } => {
                let filter = RevisionFilter {
                    run: Some(run),
                    ..RevisionFilter::default()
                };
                let window = match after {
                    Some(after) => Window::after(MOST_REVERTED, place_of(after)),
                    None => Window::first(MOST_REVERTED),
                };
                let page = revisions.revisions(&filter, &window).await?;
                if page.rows.is_empty() && after.is_none() {
                    return Err(RevisingError::RunNotFound);
                }
                let last = page.rows.last().map(|revision| revision.id);
                Ok((page.rows, last.filter(|_| page.has_more)))
            }
            Revert::Whole(run) => {
                let found = self.of_run(run, MOST_WHOLE + 1).await?;
                match found.len() {
                    0 => Err(RevisingError::RunNotFound),
                    1..=MOST_WHOLE => Ok((found, None)),
                    _ => Err(RevisingError::RunTooLong),
                }
            }
        }
    }

    /// The plans in words.
    async fn results(
        &self,
        revisions: Vec<CatalogRevision>,
        mut planned: Vec<Planned>,
    ) -> Result<Vec<RevertResult>, RevisingError> {
        let mut latest: HashMap<(CatalogNode, String), Option<RevisionId>> = HashMap::new();
        for (revision, plan) in revisions.iter().zip(&mut planned) {
            for obstacle in &mut plan.obstacles {
                let Some(field) = &obstacle.field else {
                    continue;
                };
                if obstacle.reason != ObstacleReason::ChangedSince {
                    continue;
                }
                let key = (revision.node, field.clone());
                if !latest.contains_key(&key) && latest.len() < LOOKED_UP {
                    let found = self.latest_of(revision.node, field).await?;
                    latest.insert(key.clone(), found);
                }
                let by = latest.get(&key).copied().flatten();
                obstacle.by = by.filter(|by| *by != revision.id);
            }
        }
        let catalog = &self.ports.catalog;
        let changes = planned.iter().flat_map(|plan| &plan.changes);
        let names = Names::of(catalog, changes).await?;
        let told = tell(catalog, revisions).await?.into_iter();
        let results = told.zip(planned).map(|(revision, plan)| RevertResult {
            revision,
            changes: in_words(&names, &plan.changes),
            overwritten: plan.overwritten,
            obstacles: plan.obstacles,
        });
        Ok(results.collect())
    }

    /// The latest revision that changed a field.
    async fn latest_of(
        &self,
        node: CatalogNode,
        field: &str,
    ) -> Result<Option<RevisionId>, RevisingError> {
        let filter = RevisionFilter {
            node: Some(node),
            field: Some(field.to_owned()),
            ..RevisionFilter::default()
        };
        let window = Window::first(1);
        let found = self.ports.revisions.revisions(&filter, &window).await?;
        Ok(found.rows.first().map(|revision| revision.id))
    }
}

/// Of how many revisions something stands in the way.
fn obstructed_among(planned: &[Planned]) -> usize {
    let obstructed = planned.iter().filter(|plan| !plan.obstacles.is_empty());
    obstructed.count()
}

/// What is told of: all, as long as that is not too much. Of more, what something stands in the way of comes first.
fn shown(
    revisions: Vec<CatalogRevision>,
    planned: Vec<Planned>,
) -> (Vec<CatalogRevision>, Vec<Planned>) {
    if revisions.len() <= MOST_REVERTED {
        return (revisions, planned);
    }
    let all = revisions.into_iter().zip(planned);
    let (obstructed, others): (Vec<_>, Vec<_>) =
        all.partition(|(_, plan)| !plan.obstacles.is_empty());
    let told = obstructed.into_iter().chain(others);
    told.take(MOST_REVERTED).unzip()
}
