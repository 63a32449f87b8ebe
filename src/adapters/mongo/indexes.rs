//! Making indexes, and with them their collections: a transaction with majority read concern may make neither.

use bson::{Document, doc};
use mongodb::IndexModel;

use super::db::{Collection, store_error};
use crate::domain::error::StoreError;

/// Makes indexes; what is there already stays.
pub(super) async fn make<D: Send + Sync>(
    collection: &Collection<D>,
    indexes: impl IntoIterator<Item = Index>,
) -> Result<(), StoreError> {
    let indexes = indexes.into_iter().map(|index| index.0);
    let made = collection.create_indexes(indexes).await;
    made.map(drop).map_err(store_error)
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
