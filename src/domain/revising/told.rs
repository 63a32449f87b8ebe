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
    /// Where an episode is in its series, such as "S2 E5"; `None` of anything else, and if it is not there.
    pub place: Option<String>,
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
        let CalledNow { name, place, kind } = called.get(revision.node);
        ToldRevision {
            name,
            place,
            kind,
            changes: in_words(&names, &revision.fields),
            revision,
        }
    });
    Ok(told.collect())
}

/// What things are called now.
struct Called(HashMap<CatalogNode, CalledNow>);

/// What a thing is called now; nothing if it is not there.
#[derive(Clone, Default)]
struct CalledNow {
    name: Option<String>,
    place: Option<String>,
    kind: Option<TitleKind>,
}

impl CalledNow {
    fn named(name: String) -> Self {
        Self {
            name: Some(name),
            ..Self::default()
        }
    }
}

impl Called {
    async fn of(catalog: &CatalogService, nodes: &[CatalogNode]) -> Result<Self, CatalogError> {
        let everything = Visibility::everything();
        let mut called = HashMap::new();
        let ids = NodeIds::of(nodes);
        if !ids.titles.is_empty() {
            for title in catalog.titles(&everything, &ids.titles).await? {
                let now = CalledNow {
                    kind: Some(title.kind),
                    ..CalledNow::named(title.name.clone())
                };
                called.insert(CatalogNode::Title(title.id), now);
            }
        }
        if !ids.episodes.is_empty() {
            for episode in catalog.episodes(&everything, &ids.episodes).await? {
                let place = format!("S{} E{}", episode.season, episode.number);
                let now = CalledNow {
                    name: episode.name.or_else(|| Some(place.clone())),
                    place: Some(place),
                    kind: None,
                };
                called.insert(CatalogNode::Episode(episode.id), now);
            }
        }
        if !ids.people.is_empty() {
            for person in catalog.people(&ids.people).await? {
                let now = CalledNow::named(person.name);
                called.insert(CatalogNode::Person(person.id), now);
            }
        }
        if !ids.genres.is_empty() {
            for genre in catalog.genres(&ids.genres).await? {
                let now = CalledNow::named(genre.name);
                called.insert(CatalogNode::Genre(genre.id), now);
            }
        }
        if !ids.collections.is_empty() {
            for one in catalog.collections(&everything, &ids.collections).await? {
                let now = CalledNow::named(one.name);
                called.insert(CatalogNode::Collection(one.id), now);
            }
        }
        Ok(Self(called))
    }

    fn get(&self, node: CatalogNode) -> CalledNow {
        self.0.get(&node).cloned().unwrap_or_default()
    }
}
