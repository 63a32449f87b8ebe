//! Revisions as curators read them: with the names of what was changed, in the words of files.

use std::collections::HashMap;

use serde_json::Value;

use super::nodes::NodeIds;
use super::words::Names;
use crate::domain::catalog::{
    CatalogError, CatalogNode, CatalogRevision, CatalogService, FieldChange, TitleKind, Visibility,
    is_kept_with_others,
};

/// A revision in words.
#[derive(Debug, Clone, PartialEq)]
pub struct ToldRevision {
    pub revision: CatalogRevision,
    /// What the thing is called now; `None` if it is not there, or has no name.
    pub name: Option<String>,
    /// What a title is; `None` of anything else, and if it is not there.
    pub kind: Option<TitleKind>,
    /// What was changed, in the order of the revision.
    pub changes: Vec<ToldChange>,
}

/// A field that is another, in the words of files.
#[derive(Debug, Clone, PartialEq)]
pub struct ToldChange {
    pub field: String,
    pub before: Value,
    pub after: Value,
}

/// Changes in the words of files.
pub(super) fn in_words(names: &Names, changes: &[FieldChange]) -> Vec<ToldChange> {
    let changes = changes.iter().map(|change| ToldChange {
        field: change.field.clone(),
        before: names.say(&change.field, &change.before),
        after: names.say(&change.field, &change.after),
    });
    // What is kept with others is in a revision with them, though it may be as it was.
    let is_told =
        |change: &ToldChange| change.before != change.after || !is_kept_with_others(&change.field);
    changes.filter(is_told).collect()
}

/// Revisions in words, in their order.
pub(super) async fn tell(
    catalog: &CatalogService,
    revisions: Vec<CatalogRevision>,
) -> Result<Vec<ToldRevision>, CatalogError> {
    let changes = revisions.iter().flat_map(|revision| &revision.fields);
    let names = Names::of(catalog, changes).await?;
    let nodes: Vec<CatalogNode> = revisions.iter().map(|revision| revision.node).collect();
    let called = Called::of(catalog, &nodes).await?;
    let told = revisions.into_iter().map(|revision| {
        let (name, kind) = called.get(revision.node);
        ToldRevision {
            name,
            kind,
            changes: in_words(&names, &revision.fields),
            revision,
        }
    });
    Ok(told.collect())
}

/// What things are called now.
struct Called(HashMap<CatalogNode, (String, Option<TitleKind>)>);

impl Called {
    async fn of(catalog: &CatalogService, nodes: &[CatalogNode]) -> Result<Self, CatalogError> {
        let everything = Visibility::everything();
        let mut called = HashMap::new();
        let ids = NodeIds::of(nodes);
        if !ids.titles.is_empty() {
            for title in catalog.titles(&everything, &ids.titles).await? {
                let name = (title.name.clone(), Some(title.kind));
                called.insert(CatalogNode::Title(title.id), name);
            }
        }
        if !ids.episodes.is_empty() {
            for episode in catalog.episodes(&everything, &ids.episodes).await? {
                let place = format!("S{} E{}", episode.season, episode.number);
                let name = episode.name.unwrap_or(place);
                called.insert(CatalogNode::Episode(episode.id), (name, None));
            }
        }
        if !ids.people.is_empty() {
            for person in catalog.people(&ids.people).await? {
                called.insert(CatalogNode::Person(person.id), (person.name, None));
            }
        }
        if !ids.genres.is_empty() {
            for genre in catalog.genres(&ids.genres).await? {
                called.insert(CatalogNode::Genre(genre.id), (genre.name, None));
            }
        }
        if !ids.collections.is_empty() {
            for one in catalog.collections(&everything, &ids.collections).await? {
                called.insert(CatalogNode::Collection(one.id), (one.name, None));
            }
        }
        Ok(Self(called))
    }

    fn get(&self, node: CatalogNode) -> (Option<String>, Option<TitleKind>) {
        match self.0.get(&node) {
            Some((name, kind)) => (Some(name.clone()), *kind),
            None => (None, None),
        }
    }
}
