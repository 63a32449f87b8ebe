//! The port by which revisions are read, and taken away when they have had their time.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::domain::catalog::{CatalogNode, CatalogRevision, RevisionSource};
use crate::domain::error::StoreError;
use crate::domain::ids::{RevisionId, RunId, UserId};
use crate::domain::measured::measured;
use crate::domain::page::{Keyset, Slice, Window};

/// Which revisions are meant: those to which all of this applies; `None` leaves none out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RevisionFilter {
    /// The thing that was changed.
    pub node: Option<CatalogNode>,
    /// Whose account or key changed it.
    pub author: Option<UserId>,
    pub source: Option<RevisionSource>,
    /// A field that was changed, by its name in files.
    pub field: Option<String>,
    pub run: Option<RunId>,
}

measured! {
/// Reads revisions, which are written with what they are of.
#[async_trait]
pub trait RevisionStore: Send + Sync {
    /// A page of the revisions that pass the filter, those that were written last first; see [`place_of`].
    async fn revisions(
        &self,
        filter: &RevisionFilter,
        window: &Window,
    ) -> Result<Slice<CatalogRevision>, StoreError>;

    /// The revisions with these ids, without those that there are not, in no order.
    async fn revisions_by_id(
        &self,
        ids: &[RevisionId],
    ) -> Result<Vec<CatalogRevision>, StoreError>;

    /// The revisions of each of these things whose number is greater than the one beside it, those that were written last
    /// first; of all together the first `limit`.
    async fn revisions_since(
        &self,
        seen: &[(CatalogNode, u64)],
        limit: usize,
    ) -> Result<Vec<CatalogRevision>, StoreError>;

    /// The revisions of each of these things whose number is greater than the one beside it and that gave it another name
    /// ([`NAMING`]), those that were written first first; of all together the first `limit`.
    async fn renames_since(
        &self,
        seen: &[(CatalogNode, u64)],
        limit: usize,
    ) -> Result<Vec<CatalogRevision>, StoreError>;

    /// Deletes those of the first `limit` revisions that were written before a moment. Says how many.
    async fn delete_revisions(
        &self,
        before: DateTime<Utc>,
        limit: usize,
    ) -> Result<usize, StoreError>;
}
}

/// The fields that say what a thing is called, by their names in files; each thing has one of them.
pub const NAMING: [&str; 2] = ["title", "name"];

/// A revision's place in the list.
pub fn place_of(revision: RevisionId) -> Keyset {
    Keyset::by_number(revision.to_i64(), revision.to_i64())
}
