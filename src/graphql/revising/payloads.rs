//! What became of locking fields and of taking changes back.

use std::sync::Arc;

use async_graphql::{Enum, ID, SimpleObject};

use super::revision::{Revision, RevisionChange};
use crate::domain::catalog::TitleKind;
use crate::domain::revising::{self, Reverted};
use crate::graphql::global_id::GlobalId;
use crate::graphql::user_error::UserError;

/// What became of locking or unlocking fields.
#[derive(SimpleObject)]
pub(crate) struct SetLocksPayload {
    /// What is locked of each thing now, in the order of `ids`; empty if nothing was done.
    pub(super) results: Vec<SetLocksResult>,
    /// What the changes have in common, as a UUID: `revisions` lists them, `revertRevisions` takes them back. Null if
    /// nothing was written: all was so already, or it was refused.
    pub(super) run: Option<String>,
    /// What a person can put right: `ids` of what has no locks, `fields` that one of them has not. Then nothing was done.
    pub(crate) user_errors: Vec<UserError>,
}

/// What is locked of a title, an episode or a person.
#[derive(SimpleObject)]
pub(super) struct SetLocksResult {
    /// The global id of the title, episode or person.
    pub(super) node_id: ID,
    /// All of its locked fields, by their names in files that are loaded, sorted.
    pub(super) locked_fields: Vec<String>,
}

/// What became of taking changes back.
#[derive(SimpleObject)]
pub(crate) struct RevertRevisionsPayload {
    /// Each revision that was meant, the latest first, at most 100; empty if none was found. Of a longer run that is taken
    /// back as a whole, those first of which something stands in the way.
    results: Vec<RevertResult>,
    /// How many revisions were meant.
    meant: u64,
    /// Of how many of them something stands in the way.
    obstructed: u64,
    /// What to give as `after` to go on with the run; null if it has no more, and for a single revision.
    next: Option<ID>,
    /// The run in which it was done, so that it can be taken back itself; null if nothing was written.
    run: Option<String>,
    /// What a person can put right: a `revision` or a `run` that is not there or of a merge, both of them, or none; a `run`
    /// that is too long for `whole`.
    pub(crate) user_errors: Vec<UserError>,
}

/// What becomes of one revision that is taken back.
#[derive(SimpleObject)]
struct RevertResult {
    /// The revision that is taken back.
    revision: Revision,
    /// The fields that become what they were, from what they are now; empty if something stands in the way, or they are
    /// that already.
    changes: Vec<RevisionChange>,
    /// The fields, by their names in files that are loaded, that had become something else since and are overwritten all
    /// the same, or would be; none unless `force` is set.
    overwritten: Vec<String>,
    /// What stands in the way; with one of these the revision stays as a whole, or with `force` the field that it is of.
    obstacles: Vec<RevertObstacle>,
}

/// What stands in the way of taking a change back.
#[derive(SimpleObject)]
struct RevertObstacle {
    /// The field, by its name in files that are loaded; null if it is about the whole thing.
    field: Option<String>,
    /// Why it cannot be taken back.
    reason: RevertObstacleReason,
    /// The global id of the latest revision of the field; null if there is none, or the change since left no revision.
    by: Option<ID>,
    /// The global id of the film or series that has the external id by now; null if that is not what stands in the way.
    title: Option<ID>,
}

/// Why a change cannot be taken back.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "revising::ObstacleReason")]
enum RevertObstacleReason {
    /// The field is not what the revision made of it: take back `by` first, or set `force`.
    ChangedSince,
    /// The title would get an external id back that another has by now, `title`: take it from that one first. No `force`
    /// helps.
    IdTaken,
    /// The thing was created by it. Of what was created titles alone are taken back: they are hidden.
    StaysOnceCreated,
    /// The thing is not there, or this version of the site cannot read it.
    NotThere,
}

impl RevertRevisionsPayload {
    pub(super) fn of(reverted: Option<Reverted>, user_errors: Vec<UserError>) -> Self {
        let Some(reverted) = reverted else {
            return Self {
                results: Vec::new(),
                meant: 0,
                obstructed: 0,
                next: None,
                run: None,
                user_errors,
            };
        };
        let results = reverted.results.into_iter().map(RevertResult::of);
        Self {
            results: results.collect(),
            meant: reverted.meant as u64,
            obstructed: reverted.obstructed as u64,
            next: reverted.next.map(|id| GlobalId::Revision(id).encode()),
            run: reverted.run.map(|run| run.to_string()),
            user_errors,
        }
    }
}

impl RevertResult {
    fn of(result: revising::RevertResult) -> Self {
        let obstacles = result.obstacles.into_iter().map(|it| RevertObstacle {
            field: it.field,
            reason: it.reason.into(),
            by: it.by.map(|id| GlobalId::Revision(id).encode()),
            title: it.title.map(|(id, kind)| match kind {
                TitleKind::Film => GlobalId::Film(id).encode(),
                TitleKind::Series => GlobalId::Series(id).encode(),
            }),
        });
        Self {
            obstacles: obstacles.collect(),
            changes: result.changes.iter().map(RevisionChange::of).collect(),
            overwritten: result.overwritten,
            revision: Revision(Arc::new(result.revision)),
        }
    }
}
