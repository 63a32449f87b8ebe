//! Where the values of things of the catalogue are from, as documents; what they say is JSON, of which the database needs
//! to know nothing.

use std::collections::BTreeMap;

use bson::{Document, doc};
use serde::Deserialize;

use crate::adapters::mongo::bulk::Update;
use crate::adapters::mongo::db::MongoDb;
use crate::adapters::mongo::find;
use crate::domain::catalog::{CatalogNode, FieldsFrom, ValueSources};
use crate::domain::error::StoreError;

/// The collection, and what those are called that cannot be read.
pub(super) const VALUE_SOURCES: &str = "catalog_value_sources";

/// Where the values of one thing are from.
#[derive(Deserialize)]
struct SourcesDocument {
    sort: String,
    node: i64,
    revision: i64,
    sources: String,
}

/// Puts what is known in the place of what was known before.
pub(super) fn update(sources: &ValueSources) -> Result<Update<Document, Document>, StoreError> {
    let node = sources.node;
    let json = serde_json::to_string(&sources.groups()).map_err(StoreError::failed)?;
    let known = doc! { "revision": sources.revision.cast_signed(), "sources": json };
    Ok(Update::upsert(
        doc! { "sort": node.sort(), "node": node.to_i64() },
        doc! { "$set": known },
    ))
}

/// Those of these things.
pub(super) async fn of(
    db: &MongoDb,
    nodes: &[CatalogNode],
) -> Result<Vec<ValueSources>, StoreError> {
    if nodes.is_empty() {
        return Ok(Vec::new());
    }
    let mut by_sort: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for node in nodes {
        by_sort.entry(node.sort()).or_default().push(node.to_i64());
    }
    let each = by_sort.into_iter();
    let each = each.map(|(sort, ids)| doc! { "sort": sort, "node": { "$in": ids } });
    let each: Vec<Document> = each.collect();
    let all = db.collection::<SourcesDocument>(VALUE_SOURCES);
    let filter = doc! { "$or": each };
    find::readable(&all, VALUE_SOURCES, filter, Document::new(), None).await
}

impl TryFrom<SourcesDocument> for ValueSources {
    type Error = String;

    fn try_from(document: SourcesDocument) -> Result<Self, String> {
        let node = CatalogNode::from_stored(&document.sort, document.node);
        let node = node.ok_or_else(|| format!("{} has no sources of values", document.sort))?;
        let groups: Vec<FieldsFrom> =
            serde_json::from_str(&document.sources).map_err(|error| error.to_string())?;
        Ok(Self::of_groups(
            node,
            document.revision.cast_unsigned(),
            groups,
        ))
    }
}
