//! Locking fields, and taking changes back.

use async_graphql::{Context, ID, InputObject, Object};

use super::list::{catalog_node, run_id};
use super::payloads::{RevertRevisionsPayload, SetLocksPayload, SetLocksResult};
use super::precedence::{self, SetSourcePrecedenceInput, SetSourcePrecedencePayload};
use crate::domain::catalog::{CatalogNode, Locks};
use crate::domain::ids::RevisionId;
use crate::domain::revising::{
    Locking, LocksSet, MOST_LOCKED, Obstructed, Revert, RevertMode, RevisingError,
};
use crate::domain::viewer::Role;
use crate::graphql::context::ContextExt;
use crate::graphql::editing::in_files;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::user_error::UserError;

/// What curators do with changes of the catalogue.
#[derive(Default)]
pub(crate) struct RevisingMutation;

/// What curators do with changes of the catalogue.
#[Object]
impl RevisingMutation {
    /// Locks fields of titles, episodes and people, so that no load changes them, or unlocks them; all of
    /// them, or none. Who may curate may still edit them. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn set_locks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which fields of what, and whether they are to be locked.")]
        input: SetLocksInput,
    ) -> Result<SetLocksPayload> {
        let viewer = ctx.known_viewer()?;
        let locking = if input.locked {
            Locking::Lock
        } else {
            Locking::Unlock
        };
        let set = match nodes(&input.ids) {
            Ok(nodes) => {
                let revising = &ctx.services().revising;
                let fields = fields_of(&input.fields, &nodes);
                revising.set_locks(&viewer, &nodes, &fields, locking).await
            }
            Err(error) => Err(error),
        };
        let (set, user_errors) = UserError::split(set)?;
        let LocksSet { locks, run } = set.unwrap_or_default();
        let results = input.ids.into_iter().zip(locks);
        let results = results.map(|(node_id, locks): (ID, Locks)| SetLocksResult {
            node_id,
            locked_fields: locks.iter().map(str::to_owned).collect(),
        });
        Ok(SetLocksPayload {
            results: results.collect(),
            run: run.map(|run| run.to_string()),
            user_errors,
        })
    }

    /// Takes a change of the catalogue back, or those of a whole run, 100 a call, the latest first: what they changed
    /// becomes what it was, unless it has become something else since. Then that is said, and the change stays, unless
    /// `force` is set. With `whole` all of a run is taken back, or nothing of it. What was taken back can be taken back itself. A merge is taken back by `undoMerge`
    /// alone. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn revert_revisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be taken back, and whether that is only to be shown.")]
        input: RevertRevisionsInput,
    ) -> Result<RevertRevisionsPayload> {
        let viewer = ctx.known_viewer()?;
        let mode = if input.dry_run {
            RevertMode::DryRun
        } else {
            RevertMode::Write
        };
        let obstructed = if input.force {
            Obstructed::IsForced
        } else {
            Obstructed::Stays
        };
        let reverted = match input.what() {
            Ok(what) => {
                let revising = &ctx.services().revising;
                revising.revert(&viewer, what, mode, obstructed).await
            }
            Err(error) => Err(error),
        };
        let (reverted, user_errors) = UserError::split(reverted)?;
        Ok(RevertRevisionsPayload::of(reverted, user_errors))
    }

    /// Sets which sources of the values of a field go before which, or of all fields that have no order of their own: a
    /// load leaves what is from a source that goes before its own, and says so (`LOWER_SOURCE`). It holds for loads that
    /// begin from now on. At first a curator goes before sidecars, these before records, and these before names of files. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn set_source_precedence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order of the sources, and of which field.")]
        input: SetSourcePrecedenceInput,
    ) -> Result<SetSourcePrecedencePayload> {
        let viewer = ctx.known_viewer()?;
        precedence::set(ctx, &viewer, input).await
    }
}

/// Which fields of what are to be locked or unlocked.
#[derive(InputObject)]
struct SetLocksInput {
    /// The global ids of films, series, episodes and people, 1 to 500.
    ids: Vec<ID>,
    /// The fields, 1 to 40; each of the things must have all of them. By their names in files that are loaded
    /// (`runtime_minutes`, `pictures`), or as the inputs of edits call them (`duration`).
    fields: Vec<String>,
    /// Whether they are to be locked; false unlocks them.
    locked: bool,
}

/// What is to be taken back: either a revision or a run.
#[derive(InputObject)]
struct RevertRevisionsInput {
    /// The global id of one revision.
    revision: Option<ID>,
    /// The run whose revisions are all meant, as `run` of a revision says.
    run: Option<String>,
    /// Go on with the run after this revision, as `next` of a call before says; from its latest one if left out.
    after: Option<ID>,
    /// Whether it is only to be shown what would become of it, with what stands in the way; nothing is written then.
    #[graphql(default)]
    dry_run: bool,
    /// Whether fields that have become something else since are put back all the same; `overwritten` says which, also in a
    /// dry run. What cannot be put back then stays by itself, and the other fields of its revision do not.
    #[graphql(default)]
    force: bool,
    /// Whether all of the `run`, of at most 2,000 revisions, is taken back at once, or nothing of it: not if something stands
    /// in the way of any of them; with `force`, not if that is something else than `STAYS_ONCE_CREATED`. `OUT_OF_RANGE` if
    /// the run is longer, and `INVALID` with `revision` or `after`.
    #[graphql(default)]
    whole: bool,
}

impl RevertRevisionsInput {
    fn what(&self) -> Result<Revert, RevisingError> {
        if self.whole {
            return match (&self.revision, &self.run, &self.after) {
                (None, Some(run), None) => {
                    let run = run_id(run).ok_or(RevisingError::RunNotFound)?;
                    Ok(Revert::Whole(run))
                }
                (None, None, _) => Err(RevisingError::NothingNamed),
                _ => Err(RevisingError::WholeOfPart),
            };
        }
        match (&self.revision, &self.run) {
            (Some(revision), None) => {
                let revision = revision_id(revision);
                let revision = revision.ok_or(RevisingError::RevisionNotFound)?;
                Ok(Revert::Revision(revision))
            }
            (None, Some(run)) => {
                let after = self.after.as_ref().map(|after| {
                    let after = revision_id(after);
                    after.ok_or(RevisingError::AfterNotFound)
                });
                Ok(Revert::Run {
                    run: run_id(run).ok_or(RevisingError::RunNotFound)?,
                    after: after.transpose()?,
                })
            }
            (None, None) | (Some(_), Some(_)) => Err(RevisingError::NothingNamed),
        }
    }
}

/// The fields as files call them: of titles and episodes alone `name` is the `title`.
fn fields_of(fields: &[String], nodes: &[CatalogNode]) -> Vec<String> {
    let has_title =
        |node: &CatalogNode| matches!(node, CatalogNode::Title(_) | CatalogNode::Episode(_));
    let have_titles = nodes.iter().all(has_title);
    let fields = fields.iter().map(|field| match field.as_str() {
        "name" if have_titles => "title".to_owned(),
        field => in_files(field).into_owned(),
    });
    fields.collect()
}

fn revision_id(id: &ID) -> Option<RevisionId> {
    match GlobalId::decode(id) {
        Some(GlobalId::Revision(id)) => Some(id),
        _ => None,
    }
}

/// What these ids name; not more are looked at than may be.
fn nodes(ids: &[ID]) -> Result<Vec<CatalogNode>, RevisingError> {
    if ids.len() > MOST_LOCKED {
        return Err(RevisingError::IdCount { most: MOST_LOCKED });
    }
    let nodes = (1..).zip(ids).map(|(place, id)| {
        let node = catalog_node(id);
        node.ok_or(RevisingError::NodeNotFound { place })
    });
    nodes.collect()
}
