//! Taking revisions back: what they changed becomes what it was, unless it has become something else since.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::documents::Documents;
use super::error::RevisingError;
use super::owners::{IDS, Owners};
use super::service::{RevisionService, TRIES, writer};
use super::store::{RevisionFilter, place_of};
use super::told::{ToldChange, ToldRevision, in_words, tell};
use super::words::Names;
use crate::domain::catalog::{
    CatalogNode, CatalogRevision, FieldChange, LOCKS, Locks, RevisionKind, RevisionSource,
    TitleKind, TitleState,
};
use crate::domain::error::StoreError;
use crate::domain::ids::{RevisionId, RunId, TitleId};
use crate::domain::page::{MAX_PAGE, Window};
use crate::domain::viewer::KnownViewer;

/// The most revisions that are taken back with one call.
pub const MOST_REVERTED: usize = MAX_PAGE;
/// Of how many fields that stand in the way it is looked up what changed them.
const LOOKED_UP: usize = 50;
/// The field in which a title says whether viewers see it.
const STATE: &str = "state";

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
}

/// Whether it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevertMode {
    /// It is only said what would be done.
    DryRun,
    Write,
}

/// What becomes of a revision of which something has become something else since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstructed {
    /// It stays as a whole.
    Stays,
    /// Each field for itself: what it has become since is overwritten, and what cannot be put back stays.
    IsForced,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reverted {
    /// Each revision, the latest first.
    pub results: Vec<RevertResult>,
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

/// What stands in the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Obstacle {
    /// The field; `None`: it is about the whole.
    pub field: Option<String>,
    pub reason: ObstacleReason,
    /// The latest revision of the field, if it was changed since by one that is kept.
    pub by: Option<RevisionId>,
    /// The title that has the id by now, if that is in the way.
    pub title: Option<(TitleId, TitleKind)>,
}

/// Why something cannot be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ObstacleReason {
    /// The field is not what the revision made of it.
    ChangedSince,
    /// Another title has one of the ids elsewhere by now.
    IdTaken,
    /// It was created by it. Titles are hidden then; all else stays.
    StaysOnceCreated,
    /// It is not there, or this version cannot read it.
    NotThere,
}

/// What becomes of one revision, as documents have it.
struct Planned {
    changes: Vec<FieldChange>,
    overwritten: Vec<String>,
    obstacles: Vec<Obstacle>,
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
                    Revert::Run { .. } => "run",
                },
            });
        }
        let nodes: Vec<CatalogNode> = revisions.iter().map(|revision| revision.node).collect();
        for _ in 0..TRIES {
            let mut documents = Documents::read(&self.ports.catalog, &nodes).await?;
            let owners = Owners::of(&self.ports.catalog, &revisions).await?;
            let planned: Vec<Planned> = revisions
                .iter()
                .map(|revision| plan(revision, &mut documents, &owners, obstructed))
                .collect();
            let batch = documents.batch(&writer, self.ports.clock.now())?;
            let is_written = mode == RevertMode::Write && !batch.is_empty();
            if is_written && !self.write(batch, &writer).await? {
                continue;
            }
            return Ok(Reverted {
                results: self.results(revisions, planned).await?,
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

/// Puts a document back as it was before a revision, as far as nothing stands in the way.
fn plan(
    revision: &CatalogRevision,
    documents: &mut Documents,
    owners: &Owners,
    obstructed: Obstructed,
) -> Planned {
    // Asked before anything is put back: what was taken back before counts.
    let mut of_ids = revision.fields.iter().filter(|it| it.field == IDS);
    let owner = of_ids.find_map(|it| owners.other(revision.node, &it.before, documents));
    let Some(document) = documents.get_mut(revision.node) else {
        return Planned::in_the_way(ObstacleReason::NotThere);
    };
    let changes = match revision.kind {
        RevisionKind::Created => {
            if !matches!(revision.node, CatalogNode::Title(_)) {
                return Planned::in_the_way(ObstacleReason::StaysOnceCreated);
            }
            let is = document.fields.get(STATE);
            vec![FieldChange::new(STATE, json!(TitleState::Hidden), is)]
        }
        RevisionKind::Changed | RevisionKind::Merged => revision.fields.clone(),
    };
    let (mut obstacles, mut overwritten) = (Vec::new(), Vec::new());
    let mut back = Vec::new();
    for change in changes {
        let is = document.fields.get(&change.field);
        let to = match (put_back(&change, &is), obstructed) {
            (Some(to), _) => to,
            (None, Obstructed::IsForced) => {
                overwritten.push(change.field.clone());
                change.before.clone()
            }
            (None, Obstructed::Stays) => {
                let reason = ObstacleReason::ChangedSince;
                obstacles.push(Obstacle::of_field(&change.field, reason));
                continue;
            }
        };
        if to != is {
            if let Some(title) = owner
                && change.field == IDS
            {
                overwritten.retain(|field| field != IDS);
                let obstacle = Obstacle::of_field(&change.field, ObstacleReason::IdTaken);
                obstacles.push(Obstacle {
                    title: Some(title),
                    ..obstacle
                });
                continue;
            }
            back.push(FieldChange {
                is_from: change.was_from,
                ..FieldChange::new(&change.field, is, to)
            });
        }
    }
    if !obstacles.is_empty() && obstructed == Obstructed::Stays {
        back.clear();
    }
    if !document.take(&back) {
        return Planned::in_the_way(ObstacleReason::NotThere);
    }
    Planned {
        changes: back,
        overwritten,
        obstacles,
    }
}

impl Planned {
    /// Nothing becomes of it, for something is in the way of the whole.
    fn in_the_way(reason: ObstacleReason) -> Self {
        let obstacle = Obstacle {
            field: None,
            ..Obstacle::of_field("", reason)
        };
        Self {
            changes: Vec::new(),
            overwritten: Vec::new(),
            obstacles: vec![obstacle],
        }
    }
}

impl Obstacle {
    fn of_field(field: &str, reason: ObstacleReason) -> Self {
        Self {
            field: Some(field.to_owned()),
            reason,
            by: None,
            title: None,
        }
    }
}

/// What a field becomes that is something now; `None`: it has become something else since the change.
fn put_back(change: &FieldChange, is: &Value) -> Option<Value> {
    if change.field == LOCKS {
        return Some(locks_put_back(change, is));
    }
    let is_known = *is == change.before || *is == change.after;
    is_known.then(|| change.before.clone())
}

/// Each lock is for itself: those that were put on go, those that were taken off come back, and others stay.
fn locks_put_back(change: &FieldChange, is: &Value) -> Value {
    let read = |value: &Value| serde_json::from_value::<Locks>(value.clone()).unwrap_or_default();
    let (before, after, mut locks) = (read(&change.before), read(&change.after), read(is));
    for field in after.iter().filter(|field| !before.has(field)) {
        locks.unlock(field);
    }
    for field in before.iter().filter(|field| !after.has(field)) {
        locks.lock(field);
    }
    json!(locks)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::catalog::{Author, Person, Writer};
    use crate::domain::ids::PersonId;
    use crate::domain::stamp::Stamp;

    /// Somebody whose name and locks are these.
    fn documents(name: &str, locked: &[&str]) -> Documents {
        let mut locks = Locks::default();
        for field in locked {
            locks.lock(field);
        }
        Documents::of_person(Person {
            id: PersonId(1),
            slug: "a".to_owned(),
            name: name.to_owned(),
            born: None,
            died: None,
            birthplace: None,
            pictures: Vec::new(),
            external_ids: Vec::new(),
            locks,
            stamp: Stamp::first(DateTime::UNIX_EPOCH),
        })
    }

    /// What becomes of a change of somebody, who is another then.
    fn planned(documents: &mut Documents, changes: &[(&str, Value, Value)]) -> Planned {
        planned_if(Obstructed::Stays, documents, changes)
    }

    fn planned_if(
        obstructed: Obstructed,
        documents: &mut Documents,
        changes: &[(&str, Value, Value)],
    ) -> Planned {
        let node = CatalogNode::Person(PersonId(1));
        let fields = changes.iter().cloned();
        let fields = fields.map(|(field, before, after)| FieldChange::new(field, before, after));
        let writer = Writer::new(Author::Command, RevisionSource::Edit);
        let stamp = Stamp::first(DateTime::UNIX_EPOCH);
        let revision = writer.changed(node, stamp, fields.collect());
        plan(&revision, documents, &Owners::default(), obstructed)
    }

    #[test]
    fn locks_that_were_put_on_since_stay_and_are_in_nobodys_way() {
        // The name was edited, and locked; since then `born` was, and `ids` were unlocked.
        let edit = [
            ("name", json!("A"), json!("B")),
            ("locks", json!(["died", "ids"]), json!(["ids", "name"])),
        ];
        let mut documents = documents("B", &["born", "name"]);

        let plan = planned(&mut documents, &edit);

        assert_eq!(plan.obstacles, []);
        let changed: Vec<_> = plan
            .changes
            .iter()
            .map(|it| (it.field.as_str(), &it.after))
            .collect();
        let (name, locks) = (json!("A"), json!(["born", "died"]));
        assert_eq!(changed, [("name", &name), ("locks", &locks)]);
        // Once more it is so already.
        assert_eq!(planned(&mut documents, &edit).changes, []);
    }

    #[test]
    fn what_has_become_something_else_is_overwritten_if_it_is_forced() {
        let edit = [
            ("name", json!("A"), json!("B")),
            ("birthplace", json!("Rome"), json!(null)),
        ];
        let mut documents = documents("C", &[]);

        let stays = planned(&mut documents, &edit);
        let forced = planned_if(Obstructed::IsForced, &mut documents, &edit);

        assert_eq!((stays.changes.len(), stays.obstacles.len()), (0, 1));
        assert_eq!(stays.overwritten, [""; 0]);
        let changed: Vec<_> = forced
            .changes
            .iter()
            .map(|it| (it.field.as_str(), &it.before, &it.after))
            .collect();
        let (is, was) = (json!("C"), json!("A"));
        let (nothing, rome) = (json!(null), json!("Rome"));
        assert_eq!(
            changed,
            [("name", &is, &was), ("birthplace", &nothing, &rome)]
        );
        assert_eq!(forced.overwritten, ["name"]);
        assert_eq!(forced.obstacles, []);
    }

    #[test]
    fn what_is_put_back_is_from_where_it_was() {
        let writer = Writer::new(Author::Command, RevisionSource::Load);
        let node = CatalogNode::Person(PersonId(1));
        let now = DateTime::UNIX_EPOCH;
        let created = writer.created(node, Stamp::first(now));
        let mut name = FieldChange::new("name", json!("A"), json!("B"));
        name.was_from = Some(created.value_from());
        let born = FieldChange::new("birthplace", json!("Rome"), json!(null));
        let load = writer.changed(node, Stamp::first(now), vec![name, born]);
        let mut documents = documents("B", &[]);

        plan(&load, &mut documents, &Owners::default(), Obstructed::Stays);

        let by = Writer::new(Author::Command, RevisionSource::Revert);
        let batch = documents.batch(&by, now).unwrap();
        let from: Vec<_> = batch.revisions[0]
            .fields
            .iter()
            .map(|it| (it.field.as_str(), it.is_from))
            .collect();
        let known = Some(created.value_from());
        assert_eq!(from, [("name", known), ("birthplace", None)]);
    }

    #[test]
    fn what_cannot_be_read_stands_in_the_way_of_itself_alone() {
        let mut documents = documents("B", &[]);

        let unreadable = planned(&mut documents, &[("name", json!(null), json!("B"))]);
        let sound = planned(&mut documents, &[("name", json!("A"), json!("B"))]);

        assert_eq!(unreadable.changes, []);
        let [obstacle] = unreadable.obstacles.as_slice() else {
            unreachable!("one thing stands in the way");
        };
        assert_eq!(obstacle.reason, ObstacleReason::NotThere);
        assert_eq!((sound.changes.len(), sound.obstacles.len()), (1, 0));
    }
}
