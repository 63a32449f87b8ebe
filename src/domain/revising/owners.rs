//! Which titles have the ids elsewhere that taking revisions back would give to others.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::documents::Documents;
use crate::domain::catalog::{
    CatalogError, CatalogNode, CatalogRevision, CatalogService, ExternalId, TitleKind, Visibility,
};
use crate::domain::ids::TitleId;
use crate::domain::loading::{OwnId, is_identifying, own_id};

/// The field in which a title says its ids elsewhere.
pub(super) const IDS: &str = "ids";

/// A title that has an id which another would be given.
pub(super) type Owner = (TitleId, TitleKind);

/// The titles that have these ids, as they are stored.
#[derive(Default)]
pub(super) struct Owners(HashMap<OwnId, Owner>);

impl Owners {
    /// Those of the ids that these revisions took away, in one read.
    pub(super) async fn of(
        catalog: &CatalogService,
        revisions: &[CatalogRevision],
    ) -> Result<Self, CatalogError> {
        let mut ids: BTreeSet<ExternalId> = BTreeSet::new();
        for revision in revisions {
            if !matches!(revision.node, CatalogNode::Title(_)) {
                continue;
            }
            for change in revision.fields.iter().filter(|it| it.field == IDS) {
                ids.extend(read(&change.before));
            }
        }
        if ids.is_empty() {
            return Ok(Self::default());
        }
        let ids: Vec<ExternalId> = ids.into_iter().collect();
        let everything = Visibility::everything();
        let mut owners = HashMap::new();
        for title in catalog.titles_by_external_id(&everything, &ids).await? {
            let own = title.external_ids.iter().filter(|id| is_identifying(id));
            owners.extend(own.map(|id| (own_id(id, title.kind), (title.id, title.kind))));
        }
        Ok(Self(owners))
    }

    /// Another title that has one of these ids: of those that are put back themselves, as they are to be by now.
    pub(super) fn other(
        &self,
        node: CatalogNode,
        ids: &Value,
        documents: &Documents,
    ) -> Option<Owner> {
        let kind = documents.get(node)?.kind()?;
        read(ids).into_iter().find_map(|id| {
            let own = own_id(&id, kind);
            let stored = self.0.get(&own).copied();
            let is_alone = |(title, _): &Owner| documents.get(CatalogNode::Title(*title)).is_none();
            stored
                .filter(is_alone)
                .or_else(|| among(node, &own, documents))
        })
    }
}

/// Another of these titles that has an id, as they are to be by now.
fn among(node: CatalogNode, own: &OwnId, documents: &Documents) -> Option<Owner> {
    documents.titles().find_map(|(title, document)| {
        let kind = document.kind()?;
        let mut ids = read(&document.fields.get(IDS)).into_iter();
        let has_it = CatalogNode::Title(title) != node && ids.any(|id| own_id(&id, kind) == *own);
        has_it.then_some((title, kind))
    })
}

/// The ids of a document by which titles are told apart.
fn read(ids: &Value) -> Vec<ExternalId> {
    let ids = serde_json::from_value::<Vec<ExternalId>>(ids.clone());
    let mut ids = ids.unwrap_or_default();
    ids.retain(is_identifying);
    ids
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::json;

    use super::*;
    use crate::domain::catalog::{FieldChange, Title};
    use crate::domain::loading::blank_title;

    fn title(slug: &str, imdb: Option<&str>) -> Title {
        let mut title = blank_title(TitleKind::Film, slug, DateTime::UNIX_EPOCH).unwrap();
        title.external_ids.extend(imdb.map(|value| ExternalId {
            provider: "imdb".to_owned(),
            value: value.to_owned(),
        }));
        title
    }

    #[test]
    fn an_id_is_in_the_way_as_long_as_another_title_has_it() {
        let (heat, other) = (title("heat", None), title("other", Some("tt1")));
        let of_other = (other.id, TitleKind::Film);
        let own = own_id(&other.external_ids[0], TitleKind::Film);
        let owners = Owners([(own, of_other)].into());
        let node = CatalogNode::Title(heat.id);
        let ids = json!(other.external_ids);

        let alone = Documents::of_titles([heat.clone()]);
        assert_eq!(owners.other(node, &ids, &alone), Some(of_other));
        assert_eq!(owners.other(node, &json!([]), &alone), None);
        let both = Documents::of_titles([heat.clone(), other.clone()]);
        assert_eq!(owners.other(node, &ids, &both), Some(of_other));
        // It is its own, and it goes by what is taken back before.
        let itself = CatalogNode::Title(other.id);
        assert_eq!(owners.other(itself, &ids, &both), None);
        let mut without = Documents::of_titles([heat, title("other", None)]);
        assert_eq!(owners.other(node, &ids, &without), None);
        // Nobody has it yet, and it comes by what is taken back before.
        let comes = FieldChange::new(IDS, json!([]), ids.clone());
        assert!(without.get_mut(itself).unwrap().take(&[comes]));
        assert_eq!(owners.other(node, &ids, &without), Some(of_other));
        assert_eq!(
            Owners::default().other(node, &ids, &without),
            Some(of_other)
        );
    }
}
