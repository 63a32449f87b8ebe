//! What things were called when they were changed: told by what gave them other names since.

use std::collections::HashMap;
use std::sync::Arc;

use super::error::RevisingError;
use super::service::RevisionService;
use super::store::NAMING;
use super::told::ToldRevision;
use crate::domain::batch::Batch;
use crate::domain::catalog::{CatalogNode, CatalogRevision, FieldChange};

/// How many revisions are read at once.
const AT_ONCE: usize = 500;

/// What a thing was called before a revision gave it another name; `None`: nothing, as many episodes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed(pub Option<Arc<str>>);

/// Reads what things were called before they were first renamed after a revision of theirs, by thing and number; what was
/// not renamed since is left out.
#[derive(Clone)]
pub struct NextNames(pub RevisionService);

impl Batch for NextNames {
    type Key = (CatalogNode, u64);
    type Value = Renamed;
    type Error = RevisingError;

    async fn load(
        &self,
        keys: &[(CatalogNode, u64)],
    ) -> Result<HashMap<(CatalogNode, u64), Renamed>, RevisingError> {
        let mut found = HashMap::new();
        let mut open = keys.to_vec();
        while !open.is_empty() {
            let renames = self.0.ports.revisions.renames_since(&open, AT_ONCE).await?;
            let is_whole = renames.len() < AT_ONCE;
            let is_new = |key: &(CatalogNode, u64)| match first_after(&renames, *key) {
                Some(renamed) => {
                    found.insert(*key, renamed);
                    false
                }
                None => true,
            };
            let were_open = open.len();
            open.retain(is_new);
            // A full page tells of one at least, unless what is stored contradicts itself.
            if is_whole || open.len() == were_open {
                break;
            }
        }
        Ok(found)
    }
}

/// What the first of these that is of the thing and after the number says that it was called.
fn first_after(renames: &[CatalogRevision], (node, number): (CatalogNode, u64)) -> Option<Renamed> {
    let mut after = renames.iter();
    let rename = after.find(|rename| rename.node == node && rename.number > number)?;
    let change = naming(rename)?;
    Some(Renamed(change.before.as_str().map(Arc::from)))
}

/// What a revision changed of what its thing is called.
fn naming(revision: &CatalogRevision) -> Option<&FieldChange> {
    let mut fields = revision.fields.iter();
    fields.find(|change| NAMING.contains(&change.field.as_str()))
}

impl ToldRevision {
    /// What the thing was called after this revision, if that is what it was called before its next name, or `None`: it has
    /// had no other since. An episode without a name is called by its place.
    pub fn name_then(&self, next: Option<&Renamed>) -> Option<String> {
        let then = match (naming(&self.revision), next) {
            (Some(change), _) => change.after.as_str(),
            (None, Some(Renamed(name))) => name.as_deref(),
            (None, None) => return self.name.clone(),
        };
        then.map_or_else(|| self.place.clone(), |name| Some(name.to_owned()))
    }

    /// Whether what the thing was called then is told by its revisions since.
    pub fn is_named_later(&self) -> bool {
        naming(&self.revision).is_none()
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::catalog::{Author, RevisionSource, Writer};
    use crate::domain::ids::EpisodeId;
    use crate::domain::stamp::Stamp;

    const NODE: CatalogNode = CatalogNode::Episode(EpisodeId(1));

    fn revision(number: u64, field: &str, before: Value, after: Value) -> CatalogRevision {
        let stamp = Stamp {
            revision: number,
            ..Stamp::first(DateTime::UNIX_EPOCH)
        };
        let writer = Writer::new(Author::Command, RevisionSource::Edit);
        writer.changed(NODE, stamp, vec![FieldChange::new(field, before, after)])
    }

    #[test]
    fn a_thing_was_called_as_before_its_next_name() {
        let renames = [
            revision(3, "title", json!(null), json!("Secrets")),
            revision(5, "title", json!("Secrets"), json!("Lies")),
        ];
        let told = |number, field: &str, after: Value| ToldRevision {
            revision: revision(number, field, json!("x"), after),
            name: Some("Lies".to_owned()),
            place: Some("S1 E2".to_owned()),
            kind: None,
            changes: Vec::new(),
        };
        let then = |told: &ToldRevision| {
            let next = first_after(&renames, (NODE, told.revision.number));
            told.name_then(next.as_ref())
        };

        for (told, expected) in [
            (told(2, "overview", json!("y")), "S1 E2"),
            (told(3, "title", json!("Secrets")), "Secrets"),
            (told(4, "overview", json!("y")), "Secrets"),
            (told(5, "title", json!("Lies")), "Lies"),
            (told(6, "title", json!(null)), "S1 E2"),
            (told(7, "overview", json!("y")), "Lies"),
        ] {
            assert_eq!(then(&told).as_deref(), Some(expected), "{told:?}");
        }
    }
}
