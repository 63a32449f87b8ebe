//! What becomes of a document if one revision of it is taken back, and what stands in the way.

use serde_json::{Value, json};

use super::documents::{Document, Documents};
use super::owners::{IDS, Owners};
use crate::domain::catalog::{
    CatalogNode, CatalogRevision, FieldChange, LOCKS, Locks, RevisionKind, TitleKind, TitleState,
};
use crate::domain::ids::{RevisionId, TitleId};

/// The field in which a title says whether viewers see it.
const STATE: &str = "state";

/// What becomes of a revision of which something has become something else since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstructed {
    /// It stays as a whole.
    Stays,
    /// Each field for itself: what it has become since is overwritten, and what cannot be put back stays.
    IsForced,
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
    /// The thing, or what its field was, is not there, or this version cannot read it.
    NotThere,
}

/// What becomes of one revision, as documents have it.
#[derive(Default)]
pub(super) struct Planned {
    pub(super) changes: Vec<FieldChange>,
    pub(super) overwritten: Vec<String>,
    pub(super) obstacles: Vec<Obstacle>,
}

/// Puts a document back as it was before a revision, as far as nothing stands in the way.
pub(super) fn plan(
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
    let mut planned = Planned::default();
    for change in changes {
        let is = document.fields.get(&change.field);
        let known = put_back(&change, &is);
        let is_overwritten = known.is_none();
        if is_overwritten && obstructed == Obstructed::Stays {
            let reason = ObstacleReason::ChangedSince;
            planned
                .obstacles
                .push(Obstacle::of_field(&change.field, reason));
            continue;
        }
        let to = known.unwrap_or_else(|| change.before.clone());
        if to == is {
            continue;
        }
        if change.field == IDS && owner.is_some() {
            planned.obstacles.push(Obstacle {
                title: owner,
                ..Obstacle::of_field(IDS, ObstacleReason::IdTaken)
            });
            continue;
        }
        if is_overwritten {
            planned.overwritten.push(change.field.clone());
        }
        planned.changes.push(FieldChange {
            is_from: change.was_from,
            ..FieldChange::new(&change.field, is, to)
        });
    }
    if !planned.obstacles.is_empty() && obstructed == Obstructed::Stays {
        planned.changes.clear();
    }
    planned.put_into(document, obstructed)
}

impl Planned {
    /// Nothing becomes of it, for something is in the way of the whole.
    fn in_the_way(reason: ObstacleReason) -> Self {
        let obstacle = Obstacle {
            field: None,
            ..Obstacle::of_field("", reason)
        };
        Self {
            obstacles: vec![obstacle],
            ..Self::default()
        }
    }

    /// Whether nothing of a run is to be taken back because of it. Who forces it knows that what is no title stays once it was
    /// created.
    pub(super) fn stops_all(&self, obstructed: Obstructed) -> bool {
        let stops = |obstacle: &Obstacle| match obstructed {
            Obstructed::Stays => true,
            Obstructed::IsForced => obstacle.reason != ObstacleReason::StaysOnceCreated,
        };
        self.obstacles.iter().any(stops)
    }

    /// Nothing becomes of it, for something is in the way of another of its run.
    pub(super) fn give_up(&mut self) {
        self.changes.clear();
        self.overwritten.clear();
    }

    /// What of it a document has become: all, or nothing if this version cannot read what that would be; if it is forced,
    /// each field for itself.
    fn put_into(mut self, document: &mut Document, obstructed: Obstructed) -> Self {
        if document.take(&self.changes) {
            return self;
        }
        if obstructed == Obstructed::Stays {
            return Self::in_the_way(ObstacleReason::NotThere);
        }
        for change in std::mem::take(&mut self.changes) {
            if document.take(std::slice::from_ref(&change)) {
                self.changes.push(change);
            } else {
                self.overwritten.retain(|field| *field != change.field);
                let reason = ObstacleReason::NotThere;
                self.obstacles
                    .push(Obstacle::of_field(&change.field, reason));
            }
        }
        self
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
    use crate::domain::catalog::{Author, Person, RevisionSource, Writer};
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
            merge: None,
            deleted: false,
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
    fn what_stays_once_it_was_created_stops_a_whole_run_unless_it_is_forced() {
        let stays = Planned::in_the_way(ObstacleReason::StaysOnceCreated);
        let is_gone = Planned::in_the_way(ObstacleReason::NotThere);
        let stop = |obstructed| {
            [&stays, &is_gone, &Planned::default()].map(|plan| plan.stops_all(obstructed))
        };

        assert_eq!(stop(Obstructed::Stays), [true, true, false]);
        assert_eq!(stop(Obstructed::IsForced), [false, true, false]);
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

    #[test]
    fn what_cannot_be_read_stays_by_itself_if_it_is_forced() {
        let edit = [
            ("name", json!(null), json!("B")),
            ("birthplace", json!("Rome"), json!(null)),
        ];
        let mut documents = documents("C", &[]);

        let stays = planned_if(Obstructed::Stays, &mut documents, &edit[..1]);
        let forced = planned_if(Obstructed::IsForced, &mut documents, &edit);

        assert_eq!(stays.changes, []);
        let changed: Vec<_> = forced
            .changes
            .iter()
            .map(|it| (it.field.as_str(), &it.after))
            .collect();
        assert_eq!(changed, [("birthplace", &json!("Rome"))]);
        assert_eq!(forced.overwritten, [""; 0]);
        let expected = Obstacle::of_field("name", ObstacleReason::NotThere);
        assert_eq!(forced.obstacles, [expected]);
    }
}
