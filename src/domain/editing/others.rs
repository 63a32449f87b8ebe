//! Titles and episodes that name something else than before because what they named became one with another, or went.

use std::collections::HashMap;
use std::sync::Arc;

use super::error::EditError;
use super::service::EditService;
use crate::domain::catalog::{
    CatalogBatch, CatalogNode, DocumentFields, Episode, FieldChange, Title, ValueSources, Writer,
};

/// Whether what titles still name is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FromTitles {
    /// The deletion is refused, with how many there are.
    Refuse,
    /// It is taken from them as well.
    Take,
}

impl EditService {
    /// Puts titles into a batch, each as it is and as it is to be, but for those that stay as they are. Where the values of
    /// these fields are from is as before: it is not the curator who says that a title has them.
    pub(super) async fn put_titles_with_others(
        &self,
        writer: &Writer,
        batch: &mut CatalogBatch,
        mut pairs: Vec<(Arc<Title>, Title)>,
        fields: &[&str],
    ) -> Result<(), EditError> {
        pairs.retain(|(before, after)| **before != *after);
        let nodes = pairs.iter().map(|(it, _)| CatalogNode::Title(it.id));
        let sources = self.sources_of(nodes.collect()).await?;
        for (before, after) in pairs {
            let after = Title {
                stamp: before.stamp.next(self.clock.now()),
                ..after
            };
            let (old, new) = (DocumentFields::of(&*before), DocumentFields::of(&after));
            let mut changes = old.changes(&new, fields);
            let node = CatalogNode::Title(after.id);
            from_before(&mut changes, sources.get(&(node, before.stamp.revision)));
            let revision = writer.changed(node, after.stamp, changes);
            batch.revisions.push(revision);
            batch.titles.push(after);
        }
        Ok(())
    }

    /// The same of episodes.
    pub(super) async fn put_episodes_with_others(
        &self,
        writer: &Writer,
        batch: &mut CatalogBatch,
        mut pairs: Vec<(Episode, Episode)>,
        fields: &[&str],
    ) -> Result<(), EditError> {
        pairs.retain(|(before, after)| before != after);
        let nodes = pairs.iter().map(|(it, _)| CatalogNode::Episode(it.id));
        let sources = self.sources_of(nodes.collect()).await?;
        for (before, after) in pairs {
            let after = Episode {
                stamp: before.stamp.next(self.clock.now()),
                ..after
            };
            let (old, new) = (DocumentFields::of(&before), DocumentFields::of(&after));
            let mut changes = old.changes(&new, fields);
            let node = CatalogNode::Episode(after.id);
            from_before(&mut changes, sources.get(&(node, before.stamp.revision)));
            let revision = writer.changed(node, after.stamp, changes);
            batch.revisions.push(revision);
            batch.episodes.push(after);
        }
        Ok(())
    }

    /// Where the values of these are from, by what they are of and the revision at which that is known.
    async fn sources_of(
        &self,
        nodes: Vec<CatalogNode>,
    ) -> Result<HashMap<(CatalogNode, u64), ValueSources>, EditError> {
        if nodes.is_empty() {
            return Ok(HashMap::new());
        }
        let sources = self.load.value_sources(&nodes).await?.into_iter();
        let sources = sources.map(|known| ((known.node, known.revision), known));
        Ok(sources.collect())
    }
}

fn from_before(changes: &mut [FieldChange], known: Option<&ValueSources>) {
    for change in changes {
        change.is_from = known.and_then(|it| it.fields.get(&change.field).copied());
    }
}
