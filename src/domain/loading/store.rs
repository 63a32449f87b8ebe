//! The port by which a load writes the catalogue.

use async_trait::async_trait;

use crate::domain::catalog::{CatalogBatch, CatalogNode, Precedence, ValueSource, ValueSources};
use crate::domain::error::StoreError;
use crate::domain::measured::measured;

measured! {
/// Where the catalogue is written.
#[async_trait]
pub trait CurationStore: Send + Sync {
    /// Writes everything in the batch, whole or not at all.
    ///
    /// Each document replaces the one whose revision is one less than its own (a revision of 1: no document of that
    /// id may be there). If any does not fit, or a slug or ordinal is taken by another id: [`StoreError::Conflict`].
    /// Written titles are marked as waiting for projection. The stored watchers of a title stay as they were. Titles
    /// and people appear anew in the change feed.
    async fn put(&self, batch: &CatalogBatch) -> Result<(), StoreError>;

    /// Where the values of these things are from, as it was last put with one of them, in no order; without those of which
    /// that was never put.
    async fn value_sources(&self, nodes: &[CatalogNode]) -> Result<Vec<ValueSources>, StoreError>;

    /// The orders of sources that were put last.
    async fn precedence(&self) -> Result<Precedence, StoreError>;

    /// Puts the order of sources of a field in the place of its former one; an empty order takes that away.
    async fn put_precedence(&self, field: &str, order: &[ValueSource]) -> Result<(), StoreError>;
}
}
