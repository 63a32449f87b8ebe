//! Locking fields, so that no load changes them, and unlocking them.

use serde_json::json;

use super::documents::{Documents, fields_of};
use super::error::{MOST_FIELDS, RevisingError};
use super::service::{RevisionService, TRIES, writer};
use crate::domain::catalog::{CatalogNode, DELETED, DELETED_FROM, LOCKS, Locks, RevisionSource};
use crate::domain::error::StoreError;
use crate::domain::ids::RunId;
use crate::domain::viewer::KnownViewer;

/// The most things whose fields are locked with one call.
pub const MOST_LOCKED: usize = 500;

/// Whether fields are locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locking {
    Lock,
    Unlock,
}

/// What became of locking or unlocking fields.
#[derive(Debug, Default)]
pub struct LocksSet {
    /// What is locked of each thing now, in the order of the list.
    pub locks: Vec<Locks>,
    /// What the revisions of it have in common; `None`: all was so already.
    pub run: Option<RunId>,
}

impl RevisionService {
    /// Locks fields of titles, episodes and people, by their names in files, or unlocks them. All of them, or none.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn set_locks(
        &self,
        viewer: &KnownViewer,
        nodes: &[CatalogNode],
        fields: &[String],
        locking: Locking,
    ) -> Result<LocksSet, RevisingError> {
        let writer = writer(viewer, RevisionSource::Edit)?;
        check(nodes, fields)?;
        for _ in 0..TRIES {
            let mut documents = Documents::read(&self.ports.catalog, nodes).await?;
            let mut locked = Vec::with_capacity(nodes.len());
            for (place, node) in (1..).zip(nodes) {
                let document = documents.get_mut(*node);
                let document = document.ok_or(RevisingError::NodeNotFound { place })?;
                let stored = document.fields.get(LOCKS);
                let mut locks: Locks = serde_json::from_value(stored).unwrap_or_default();
                for field in fields {
                    match locking {
                        Locking::Lock => locks.lock(field),
                        Locking::Unlock => locks.unlock(field),
                    };
                }
                document.fields.put(LOCKS, &json!(locks));
                locked.push(locks);
            }
            let batch = documents.batch(&writer, self.ports.clock.now())?;
            if batch.is_empty() {
                return Ok(LocksSet {
                    locks: locked,
                    run: None,
                });
            }
            if self.write(batch, &writer).await? {
                return Ok(LocksSet {
                    locks: locked,
                    run: Some(writer.run),
                });
            }
        }
        Err(StoreError::Conflict.into())
    }
}

/// Whether these fields can be locked of these things.
fn check(nodes: &[CatalogNode], fields: &[String]) -> Result<(), RevisingError> {
    if !(1..=MOST_LOCKED).contains(&nodes.len()) {
        return Err(RevisingError::IdCount { most: MOST_LOCKED });
    }
    if !(1..=MOST_FIELDS).contains(&fields.len()) {
        return Err(RevisingError::FieldCount);
    }
    for (place, node) in (1..).zip(nodes) {
        let of = match node {
            CatalogNode::Title(_) => "titles",
            CatalogNode::Episode(_) => "episodes",
            CatalogNode::Person(_) => "people",
            CatalogNode::Genre(_) | CatalogNode::Collection(_) => {
                return Err(RevisingError::NodeNotFound { place });
            }
        };
        let is_known = |field: &&String| {
            let field = field.as_str();
            ![LOCKS, DELETED, DELETED_FROM].contains(&field) && fields_of(*node).contains(&field)
        };
        if let Some(field) = fields.iter().find(|field| !is_known(field)) {
            let field: String = field.chars().take(60).collect();
            return Err(RevisingError::UnknownField { field, of });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{GenreId, PersonId, TitleId};

    #[test]
    fn only_fields_that_a_thing_has_can_be_locked() {
        let title = CatalogNode::Title(TitleId(1));
        let person = CatalogNode::Person(PersonId(1));
        let named = |fields: &[&str]| fields.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let check = |nodes: &[CatalogNode], fields: &[&str]| {
            let checked = super::check(nodes, &named(fields));
            checked.map_err(|error| error.to_string())
        };

        assert_eq!(check(&[title], &["cast", "overview"]), Ok(()));
        assert_eq!(check(&[title, person], &["ids"]), Ok(()));
        for (nodes, fields, problem) in [
            (
                &[title, person][..],
                &["cast"][..],
                "“cast” is no field that people have",
            ),
            (&[title], &["locks"], "“locks” is no field that titles have"),
            (&[title], &["slug"], "“slug” is no field that titles have"),
            (&[title], &[], "name 1 to 40 fields"),
            (&[], &["cast"], "give 1 to 500 ids"),
            (
                &[title, CatalogNode::Genre(GenreId(1))],
                &["title"],
                "id 2 of the list is of no film, series, episode or person",
            ),
        ] {
            assert_eq!(check(nodes, fields), Err(problem.to_owned()));
        }
    }
}
