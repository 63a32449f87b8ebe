//! Making indexes, and with them their collections: a transaction with majority read concern may make neither.

use bson::{Bson, Document, doc};
use futures::TryStreamExt;
use mongodb::IndexModel;
use mongodb::error::{Error, ErrorKind};

use super::db::{Collection, store_error};
use crate::domain::error::StoreError;

/// The server's codes for no such collection, no such index.
const NOT_THERE: [i32; 2] = [26, 27];

/// The server's code for a collection that is there already.
const IS_THERE: i32 = 48;

/// Which indexes are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Build {
    /// Those of collections with nothing in them, which takes no time. What must be unique is so from the first document.
    OfEmpty,
    /// All of them: a new index of many documents needs its time.
    All,
}

/// Makes a collection that has no index of its own, unless it is there.
pub(super) async fn create<D: Send + Sync>(collection: &Collection<D>) -> Result<(), StoreError> {
    let db = collection.client().database(&collection.namespace().db);
    match db.create_collection(collection.name()).await {
        Err(error) if matches!(&*error.kind, ErrorKind::Command(error) if error.code == IS_THERE) => {
            Ok(())
        }
        created => created.map_err(store_error),
    }
}

/// Makes indexes; what is there already stays. Says whether all are there now.
pub(super) async fn make<D: Send + Sync>(
    collection: &Collection<D>,
    indexes: impl IntoIterator<Item = Index>,
    build: Build,
) -> Result<bool, StoreError> {
    let indexes: Vec<IndexModel> = indexes.into_iter().map(|index| index.0).collect();
    let documents = collection.estimated_document_count().await;
    if build == Build::OfEmpty && documents.map_err(store_error)? > 0 {
        let there = collection.list_indexes().await.map_err(store_error)?;
        let there: Vec<IndexModel> = there.try_collect().await.map_err(store_error)?;
        let is_there = |index: &IndexModel| there.iter().any(|other| other.keys == index.keys);
        return Ok(indexes.iter().all(is_there));
    }
    let made = collection.create_indexes(indexes).await;
    made.map(|_| true).map_err(store_error)
}

/// Drops an index that a former version made, if it is there.
pub(super) async fn drop_former<D: Send + Sync>(
    collection: &Collection<D>,
    name: &str,
) -> Result<(), StoreError> {
    let is_not_there = |error: &Error| matches!(&*error.kind, ErrorKind::Command(command) if NOT_THERE.contains(&command.code));
    match collection.drop_index(name).await {
        Err(error) if is_not_there(&error) => Ok(()),
        dropped => dropped.map_err(store_error),
    }
}

/// Drops the indexes with these keys that former versions made and no version needs: those that are called after their
/// keys and have no conditions. Says whether there were any.
pub(super) async fn drop_obsolete<D: Send + Sync>(
    collection: &Collection<D>,
    obsolete: &[Document],
) -> Result<bool, StoreError> {
    let there = collection.list_indexes().await.map_err(store_error)?;
    let there: Vec<IndexModel> = there.try_collect().await.map_err(store_error)?;
    let names: Vec<String> = there
        .into_iter()
        .filter(|index| obsolete.contains(&index.keys))
        .filter_map(called_after_keys)
        .collect();
    for name in &names {
        drop_former(collection, name).await?;
    }
    Ok(!names.is_empty())
}

/// The name of an index that has no conditions, if it is the one that the driver gives.
fn called_after_keys(index: IndexModel) -> Option<String> {
    let options = index.options?;
    let has_conditions = options.unique.is_some()
        || options.sparse.is_some()
        || options.partial_filter_expression.is_some();
    let key = |(field, direction): (&String, &Bson)| format!("{field}_{direction}");
    let keys: Vec<String> = index.keys.iter().map(key).collect();
    options
        .name
        .filter(|name| !has_conditions && *name == keys.join("_"))
}

/// An index, called after its keys unless it has a name.
pub(super) struct Index(IndexModel);

impl Index {
    pub(super) fn on(keys: Document) -> Self {
        Self(IndexModel::builder().keys(keys).build())
    }

    pub(super) fn named(mut self, name: &str) -> Self {
        self.0.options.get_or_insert_default().name = Some(name.to_owned());
        self
    }

    pub(super) fn unique(mut self) -> Self {
        self.0.options.get_or_insert_default().unique = Some(true);
        self
    }

    /// Only these documents are in it. A query must say so in the same words.
    pub(super) fn only(mut self, filter: Document) -> Self {
        let options = self.0.options.get_or_insert_default();
        options.partial_filter_expression = Some(filter);
        self
    }

    /// Only documents that have its field are in it.
    pub(super) fn sparse(mut self) -> Self {
        self.0.options.get_or_insert_default().sparse = Some(true);
        self
    }
}

/// What has a field, for [`Index::only`].
pub(super) fn has(field: &str) -> Document {
    doc! { field: { "$exists": true } }
}
